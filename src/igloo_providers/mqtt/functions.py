"""Filters, tests and functions of templates, as Home Assistant documents them for MQTT. Knows no jinja2 and no sandbox.

None of them can take long or make much of little: where an argument decides how large the result is, it is bounded
here. What goes in and comes out is counted by the caller. Errors are ValueError, TypeError and the like.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import statistics
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from igloo_providers.mqtt.budget import MAX_TEXT, Budget
from igloo_providers.mqtt.errors import TemplateFault
from igloo_providers.mqtt.patterns import expression

MAX_WIDTH: Final = 1024
MAX_RANGE: Final = 10_000
MAX_DIGITS: Final = 15
"""Decimals that `round` may be asked for."""
MAX_FORMAT: Final = 256
"""Characters of what `%`, `format` and strftime are given."""

MAX_INDENTED: Final = 1024
"""Characters of JSON that is to be indented."""

MISSING: Final = object()
"""A parameter that was not given."""


def too_long(length: int) -> TemplateFault:
    return TemplateFault(f"a text of {length:,} characters is too long")


# ── numbers ──


def to_float(value: object, default: object = MISSING) -> object:
    """Without a default, what is no number is an error."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return given(default, value, "float")


def to_int(value: object, default: object = MISSING, base: int = 10) -> object:
    try:
        if isinstance(value, str) and base != 10:
            return int(value, base)
        if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
            return int(value)
        return int(float(value))  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return given(default, value, "int")


def to_bool(value: object, default: object = MISSING) -> object:
    if isinstance(value, bool | int | float):
        return bool(value)
    word = str(value).lower().strip()
    if word in ("true", "yes", "on", "enable", "1"):
        return True
    if word in ("false", "no", "off", "disable", "0"):
        return False
    return given(default, value, "bool")


def given(default: object, value: object, what: str) -> object:
    if default is MISSING:
        raise ValueError(f"{what} got {str(value)[:40]!r} and no default")
    return default


def is_number(value: object) -> bool:
    try:
        return math.isfinite(float(value))  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return False


def round_number(
    value: object, precision: int = 0, method: str = "common", default: object = MISSING
) -> object:
    if not -MAX_DIGITS <= precision <= MAX_DIGITS:
        raise ValueError("round takes up to 15 digits")
    try:
        number = float(value)  # type: ignore[arg-type]
        power = 10.0**precision
        if method == "ceil":
            number = math.ceil(number * power) / power
        elif method == "floor":
            number = math.floor(number * power) / power
        elif method == "half":
            number = round(number * 2) / 2
        else:
            number = round(number, precision)
        return int(number) if precision == 0 and method != "half" else number
    except (ValueError, TypeError, OverflowError):
        return given(default, value, "round")


def multiply(value: Any, amount: Any, default: object = MISSING) -> object:  # noqa: ANN401
    try:
        return float(value) * amount
    except (ValueError, TypeError):
        return given(default, value, "multiply")


def add(value: Any, amount: Any, default: object = MISSING) -> object:  # noqa: ANN401
    try:
        return float(value) + amount
    except (ValueError, TypeError):
        return given(default, value, "add")


def logarithm(value: Any, base: Any = math.e, default: object = MISSING) -> object:  # noqa: ANN401
    try:
        return math.log(float(value), float(base))
    except (ValueError, TypeError, ZeroDivisionError):
        return given(default, value, "log")


def of_math(name: str) -> Callable[..., object]:
    """A function of one number, such as sin, that may be given a default."""
    function: Callable[[float], float] = getattr(math, name)

    def call(value: Any, default: object = MISSING) -> object:  # noqa: ANN401
        try:
            return function(float(value))
        except (ValueError, TypeError, OverflowError):
            return given(default, value, name)

    return call


def bitwise_and(value: int, other: int) -> int:
    return value & other


def bitwise_or(value: int, other: int) -> int:
    return value | other


def bitwise_xor(value: int, other: int) -> int:
    return value ^ other


def ordinal(value: object) -> str:
    number = int(value)  # type: ignore[call-overload]
    tens, ones = number % 100, number % 10
    return f"{number}{'th' if 10 < tens < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(ones, 'th')}"


def numbers_of(values: tuple[Any, ...]) -> list[Any]:
    """Of `min(1, 2)` and of `min([1, 2])`."""
    return list(values[0] if len(values) == 1 else values)


def smallest(*values: Any) -> object:  # noqa: ANN401
    return min(numbers_of(values))


def largest(*values: Any) -> object:  # noqa: ANN401
    return max(numbers_of(values))


def average(*values: Any) -> float:  # noqa: ANN401
    return statistics.fmean(numbers_of(values))


def median(*values: Any) -> object:  # noqa: ANN401
    return statistics.median(numbers_of(values))


def total(values: Iterable[Any], attribute: str | None = None, start: float = 0) -> object:
    """Of numbers only: a sum of lists would grow with the square of their number."""
    found = (value[attribute] for value in values) if attribute is not None else values
    return sum((number for number in found if not isinstance(number, list | tuple | str)), start)


def number_range(*arguments: int) -> list[int]:
    numbers = range(*arguments)
    if len(numbers) > MAX_RANGE:
        raise TemplateFault(f"a range of {len(numbers):,} numbers is too long")
    return list(numbers)


# ── texts ──


def replace(text: object, old: object, new: object, count: int | None = None) -> str:
    return replace_in(str(text), str(old), str(new), -1 if count is None else count)


def replace_in(text: str, old: str, new: str, count: int = -1) -> str:
    times = text.count(old) if count < 0 else min(count, text.count(old))
    length = len(text) + times * (len(new) - len(old))
    if length > MAX_TEXT:
        raise too_long(length)
    return text.replace(old, new, count)


def join(values: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    found = [str(value if attribute is None else value[attribute]) for value in values]
    return join_texts(str(separator), found)


def join_texts(separator: str, texts: Iterable[str]) -> str:
    found = list(texts)
    length = sum(map(len, found)) + len(separator) * max(0, len(found) - 1)
    if length > MAX_TEXT:
        raise too_long(length)
    return separator.join(found)


def concatenate(parts: Iterable[object]) -> str:
    """What `~` does."""
    return join_texts("", [str(part) for part in parts])


def width_of(width: int) -> int:
    if width > MAX_WIDTH:
        raise TemplateFault(f"a width of {width:,} is too large")
    return width


def center(text: object, width: int = 80) -> str:
    return str(text).center(width_of(width))


def indent(text: object, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    pad = width if isinstance(width, str) else " " * width_of(width)
    indented = replace_in(str(text), "\n", "\n" + pad)
    return pad + indented if first else indented


FIELD: Final = re.compile(r"[%{]")
WIDE: Final = re.compile(r"\d{4}|\*", re.ASCII)
NESTED: Final = re.compile(r"\{[^{}]*\{")
REACHING: Final = re.compile(r"\{[^{}:!]*[.\[]")


def check_format(text: str) -> str:
    """The format, if it makes nothing large: `'%1000000d' % 1` is a megabyte. Raises TemplateFault.

    Four digits in a row, or a width that is an argument, are refused wherever they stand behind the first field.
    """
    if len(text) > MAX_FORMAT:
        raise TemplateFault(f"a format of {len(text):,} characters is too long")
    field = FIELD.search(text)
    if field is not None and WIDE.search(text, field.end()):
        raise TemplateFault("a format with so wide a field is not allowed")
    return text


def format_braces(text: str, args: tuple[Any, ...], named: dict[str, Any]) -> str:
    """`'{:.1f}'.format(x)`. A field may not reach into its value: `{0.__class__}` would lead anywhere."""
    fields = check_format(text).replace("{{", "").replace("}}", "")
    if NESTED.search(fields) or REACHING.search(fields):
        raise TemplateFault("a format may not reach into its values")
    return text.format(*args, **named)


def format_text(text: object, *values: object, **named: object) -> str:
    """The filter: like the operator %."""
    return check_format(str(text)) % (named or values)


def slugify(text: object, separator: str = "_") -> str:
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    return join_texts(separator, re.findall(r"[a-z0-9]+", plain))


def encode_base64(text: object) -> str:
    return base64.b64encode(str(text).encode()).decode()


def decode_base64(text: object, encoding: str = "utf-8") -> str:
    return base64.b64decode(str(text)).decode("utf-8" if encoding not in ("ascii", "latin-1") else encoding)


def digest_by(name: str) -> Callable[[object], str]:
    def digest(text: object) -> str:
        return hashlib.new(name, str(text).encode(), usedforsecurity=False).hexdigest()

    return digest


def encode_url(value: object) -> str:
    if isinstance(value, Mapping):
        return urlencode(value)
    return quote_plus(str(value), safe="/")


def plain_text(value: object) -> str:
    return str(value)


ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})


def escape(value: object) -> str:
    return str(value).translate(ESCAPES)


# ── JSON ──


def from_json(text: object, default: object = MISSING) -> object:
    try:
        found: object = json.loads(str(text))
    except (ValueError, RecursionError):
        return given(default, text, "from_json")
    return found


def to_json(
    value: object,
    ensure_ascii: bool = False,
    pretty_print: bool = False,
    sort_keys: bool = False,
    indent: int | None = None,
) -> str:
    spaces = 2 if pretty_print else indent
    text = json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        sort_keys=sort_keys,
        separators=(",", ":") if spaces is None else None,
    )
    if spaces is None:
        return text
    # Indenting makes of a text one as long as its square, and `json` does it in Python.
    if len(text) > MAX_INDENTED:
        raise too_long(len(text))
    return json.dumps(value, ensure_ascii=ensure_ascii, sort_keys=sort_keys, indent=min(spaces, 8))


# ── regular expressions ──


UNITS_A_STEP: Final = 25
"""Of the work of an expression."""
STEPS_TO_COUNT: Final = 4
"""For each character of it."""


def regular_expressions(budget: Budget) -> Mapping[str, Callable[..., object]]:
    """The filters and tests, paid for by this budget."""

    def pattern_for(find: str, text: str, ignore_case: bool, times: int = 1) -> re.Pattern[str]:
        # Reading it, and counting what it takes.
        budget.spend(STEPS_TO_COUNT * len(find))
        found = expression(find, ignore_case)
        budget.spend_once((find, ignore_case), found.compiling)
        budget.spend(times * found.work_on(text) // UNITS_A_STEP)
        return found.compiled

    def match(value: object, find: str = "", ignorecase: bool = False) -> bool:
        text = str(value)
        return pattern_for(find, text, ignorecase).match(text) is not None

    def search(value: object, find: str = "", ignorecase: bool = False) -> bool:
        text = str(value)
        return pattern_for(find, text, ignorecase).search(text) is not None

    def substitute(value: object, find: str = "", replace: str = "", ignorecase: bool = False) -> str:
        text = str(value)
        pattern = pattern_for(find, text, ignorecase, times=2)
        # A group may hold the whole text, and be named once in every two characters of the replacement.
        matches = sum(1 for _ in pattern.finditer(text))
        length = len(text) + matches * (len(replace) + replace.count("\\") * len(text))
        if length > MAX_TEXT:
            raise too_long(length)
        return pattern.sub(replace, text)

    def find_all(value: object, find: str = "", ignorecase: bool = False) -> list[Any]:
        text = str(value)
        return pattern_for(find, text, ignorecase).findall(text)

    def find_one(value: object, find: str = "", index: int = 0, ignorecase: bool = False) -> object:
        found: object = find_all(value, find, ignorecase)[index]
        return found

    return {
        "match": match,
        "regex_findall": find_all,
        "regex_findall_index": find_one,
        "regex_match": match,
        "regex_replace": substitute,
        "regex_search": search,
        "search": search,
    }


# ── time ──

STRFTIME: Final = re.compile(r"(?:[^%]|%-?[A-Za-z%])*", re.ASCII)


def show_time(when: date | time, form: str) -> str:
    """strftime without field widths, which may be a million."""
    if len(form) > MAX_FORMAT or not STRFTIME.fullmatch(form):
        raise TemplateFault("such a format of time is not allowed")
    return when.strftime(form)


def now() -> datetime:
    return datetime.now(UTC).astimezone()


def utc_now() -> datetime:
    return datetime.now(UTC)


def today_at(text: str = "00:00") -> datetime:
    return datetime.combine(now().date(), time.fromisoformat(text), tzinfo=now().tzinfo)


def as_datetime(value: object, default: object = MISSING) -> object:
    """Of ISO 8601, or of seconds since 1970."""
    try:
        if isinstance(value, datetime):
            return value
        if is_number(value):
            return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
        return datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return given(default, value, "as_datetime")


def as_local(when: datetime) -> datetime:
    return when.astimezone()


def as_timestamp(value: object, default: object = MISSING) -> object:
    when = as_datetime(value, None)
    if not isinstance(when, datetime):
        return given(default, value, "as_timestamp")
    return when.timestamp()


def as_timedelta(text: object) -> timedelta | None:
    match = re.fullmatch(r"(?:(-?\d{1,6}) days?,? )?(\d{1,4}):(\d{2})(?::(\d{2}))?", str(text), re.ASCII)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def make_timedelta(
    days: float = 0,
    seconds: float = 0,
    microseconds: float = 0,
    milliseconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    weeks: float = 0,
) -> timedelta:
    return timedelta(days, seconds, microseconds, milliseconds, minutes, hours, weeks)


def from_format(text: str, form: str, default: object = MISSING) -> object:
    if len(form) > MAX_FORMAT or len(text) > MAX_FORMAT:
        raise TemplateFault("such a format of time is not allowed")
    try:
        return datetime.strptime(text, form)
    except (ValueError, TypeError, OverflowError):
        return given(default, text, "strptime")


def timestamp_custom(
    value: Any,  # noqa: ANN401
    form: str = "%Y-%m-%d %H:%M:%S",
    local: bool = True,
    default: object = MISSING,
) -> object:
    try:
        when = datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return given(default, value, "timestamp_custom")
    return show_time(when.astimezone() if local else when, form)


def timestamp_local(value: Any, default: object = MISSING) -> object:  # noqa: ANN401
    when = as_datetime(value, None)
    return when.astimezone().isoformat() if isinstance(when, datetime) else given(default, value, "time")


def timestamp_utc(value: Any, default: object = MISSING) -> object:  # noqa: ANN401
    when = as_datetime(value, None)
    return when.astimezone(UTC).isoformat() if isinstance(when, datetime) else given(default, value, "time")


# ── choices and lists ──


def iif(value: object, if_true: object = True, if_false: object = False, if_none: object = MISSING) -> object:
    if value is None and if_none is not MISSING:
        return if_none
    return if_true if value else if_false


def contains(values: Any, value: object) -> bool:  # noqa: ANN401
    return value in values


def zip_lists(*lists: Iterable[object]) -> list[tuple[object, ...]]:
    return list(zip(*lists, strict=False))


def type_of(value: object) -> str:
    return type(value).__name__


def make_dict(*pairs: Any, **named: object) -> dict[Any, Any]:  # noqa: ANN401
    return dict(*pairs, **named)
