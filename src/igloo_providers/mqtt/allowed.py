"""What a template may use: filters, tests, functions, and methods of values. Tables; nothing else is reachable.

Knows no jinja2: rendering.py puts this in place of what jinja2 brings along.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from igloo_providers.mqtt.functions import (
    add,
    as_datetime,
    as_local,
    as_timedelta,
    as_timestamp,
    average,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    center,
    contains,
    decode_base64,
    digest_by,
    encode_base64,
    encode_url,
    escape,
    format_braces,
    format_text,
    from_format,
    from_json,
    iif,
    indent,
    is_number,
    join,
    join_texts,
    largest,
    logarithm,
    make_dict,
    make_timedelta,
    median,
    multiply,
    now,
    number_range,
    of_math,
    ordinal,
    plain_text,
    replace,
    replace_in,
    round_number,
    show_time,
    slugify,
    smallest,
    timestamp_custom,
    timestamp_local,
    timestamp_utc,
    to_bool,
    to_float,
    to_int,
    to_json,
    today_at,
    total,
    type_of,
    utc_now,
    width_of,
    zip_lists,
)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "abs": abs,
    "add": add,
    "as_datetime": as_datetime,
    "as_local": as_local,
    "as_timedelta": as_timedelta,
    "as_timestamp": as_timestamp,
    "average": average,
    "base64_decode": decode_base64,
    "base64_encode": encode_base64,
    "bitwise_and": bitwise_and,
    "bitwise_or": bitwise_or,
    "bitwise_xor": bitwise_xor,
    "bool": to_bool,
    "center": center,
    "contains": contains,
    "e": escape,
    "escape": escape,
    "float": to_float,
    "format": format_text,
    "from_json": from_json,
    "iif": iif,
    "indent": indent,
    "int": to_int,
    "is_number": is_number,
    "join": join,
    "log": logarithm,
    "max": largest,
    "median": median,
    "min": smallest,
    "multiply": multiply,
    "ord": ord,
    "ordinal": ordinal,
    "replace": replace,
    "round": round_number,
    "safe": plain_text,
    "slugify": slugify,
    "string": plain_text,
    "strptime": from_format,
    "sum": total,
    "timestamp_custom": timestamp_custom,
    "timestamp_local": timestamp_local,
    "timestamp_utc": timestamp_utc,
    "to_json": to_json,
    "tojson": to_json,
    "typeof": type_of,
    "urlencode": encode_url,
    "zip": zip_lists,
    **{name: of_math(name) for name in ("acos", "asin", "atan", "cos", "sin", "sqrt", "tan")},
    **{name: digest_by(name) for name in ("md5", "sha1", "sha256", "sha512")},
}

FROM_JINJA: Final = words(
    """
    capitalize count d default dictsort filesizeformat first groupby items last length list lower map
    reject rejectattr reverse select selectattr sort title trim truncate unique upper wordcount
    """
)
"""Filters of jinja2 itself that make nothing large of little."""

WALKING: Final = words(
    """
    average dictsort groupby join list map max median min reject rejectattr reverse select selectattr
    slugify sort sum title unique urlencode wordcount zip
    """
)
"""Filters that go through a text character by character, or take as long as if they did."""

COSTS: Final[Mapping[str, int]] = {"strptime": 1500}
"""Steps of those that take long for what they are given: a format of time is made a regular expression."""

TESTS: Final[Mapping[str, Callable[..., object]]] = {"contains": contains, "is_number": is_number}

TESTS_FROM_JINJA: Final = words(
    """
    != < <= == > >= boolean defined divisibleby eq equalto even false float ge greaterthan gt in integer
    iterable le lessthan lower lt mapping ne none number odd sameas sequence string true undefined upper
    """
)

GLOBALS: Final[Mapping[str, object]] = {
    **{
        name: FILTERS[name]
        for name in words(
            """
            acos as_datetime as_local as_timedelta as_timestamp asin atan average bool cos float iif int
            is_number log max median min sin slugify sqrt strptime tan to_json typeof urlencode zip
            """
        )
    },
    "dict": make_dict,
    "now": now,
    "range": number_range,
    "timedelta": make_timedelta,
    "today_at": today_at,
    "utcnow": utc_now,
    "e": math.e,
    "inf": math.inf,
    "pi": math.pi,
    "tau": math.tau,
}

METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: words(
        """
        capitalize casefold center count endswith find format index isalnum isalpha isascii isdecimal
        isdigit islower isnumeric isspace istitle isupper join ljust lower lstrip partition removeprefix
        removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip
        swapcase title upper zfill
        """
    ),
    dict: words("get items keys values"),
    list: words("count index"),
    tuple: words("count index"),
    datetime: words(
        """
        astimezone date day fold hour isoformat isoweekday microsecond minute month replace second strftime
        time timestamp timetz toordinal tzinfo utcoffset weekday year
        """
    ),
    date: words("day isoformat isoweekday month strftime toordinal weekday year"),
    time: words("hour isoformat microsecond minute second strftime"),
    timedelta: words("days microseconds seconds total_seconds"),
    float: words("is_integer"),
    int: words("bit_length"),
}
"""What a template may reach of a value. datetime stands before date, which it is too."""


def call_method(owner: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> object:  # noqa: ANN401
    """Calls one of METHODS. Those whose result may be large are bounded."""
    if isinstance(owner, str):
        if name == "replace":
            return replace_in(owner, *args, **named)
        if name == "join":
            return join_texts(owner, *args)
        if name in ("center", "ljust", "rjust", "zfill"):
            width_of(args[0])
        if name == "format":
            return format_braces(owner, args, named)
    if name == "strftime":
        return show_time(owner, *args)
    result: object = getattr(owner, name)(*args, **named)
    return result
