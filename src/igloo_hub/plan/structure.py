"""From the dicts of a TOML file to frozen classes, with errors that name the key. Knows no particular file.

One place for what `manifest.py` and `config.py` share: what an unknown key means, and how cattrs' nested errors
become sentences.
"""

import os
import stat
import tomllib
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import attrs
import cattrs
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn
from cattrs.strategies import configure_union_passthrough

from igloo_hub.logs import escape

T = TypeVar("T")

LARGEST_FILE = 1 << 20
"""Bytes of a configuration or a manifest. A large house writes 10,000."""

LONGEST_WORD, MOST_WORDS = 64, 500
"""Characters and words in which a near miss is looked for: the time for it grows with their product, and a provider
may name thousands of custom commands. All components of the vocabulary are fewer."""

LARGEST_WHOLE = 1 << 53
"""From here on not every whole number is a real one as well."""


class StructureFault(Exception):
    """What is wrong, one line per fault, each ending in the key: `expected int @ limits.descriptors`."""


def read_text(path: Path, check: Callable[[os.stat_result], None] = lambda _found: None) -> str:
    """The text of a file that somebody else may have put there. Raises OSError or ValueError.

    Only of a real file, and not of one without end: a pipe in its place would make the hub wait for ever. `check`
    may raise ValueError for what it finds about the file that is then read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no file")
        check(os.fstat(descriptor))
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"it has more than {LARGEST_FILE:,} bytes")
    try:
        return data.decode("utf-8-sig")  # some editors put a mark at the beginning
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"it is no UTF-8 text (line {line})") from None


def why(error: OSError | ValueError) -> str:
    """The reason alone, for a sentence that names the file itself."""
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises StructureFault."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of 5,000 digits, and brackets without end
        raise StructureFault(f"not valid TOML: {error}") from None


def make_converter(*, strict: tuple[type, ...]) -> cattrs.Converter:
    """A converter for TOML values that coerces nothing: `"1"` is not a number and `1` is not a text."""
    converter = cattrs.Converter(detailed_validation=True)
    for kind in (bool, int, float, str):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook_func(lambda kind: _origin(kind) is Literal, _one_of)
    converter.register_structure_hook_factory(
        lambda kind: _origin(kind) is tuple, lambda kind: _list_of(kind, converter)
    )
    configure_union_passthrough(bool | int | float | str | None, converter)
    # A factory and not a hook, so that it is there for whichever class is looked at first.
    converter.register_structure_hook_factory(
        lambda kind: kind in strict,
        lambda kind: make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True),
    )
    return converter


def _origin(kind: Any) -> object:  # noqa: ANN401 - a type, or a generic of one
    return get_origin(kind)


def _exactly(value: object, kind: Any) -> object:  # noqa: ANN401 - one of the four below
    if type(value) is kind:
        return value
    if (
        kind is float
        and isinstance(value, int)
        and not isinstance(value, bool)
        and abs(value) < LARGEST_WHOLE
    ):
        return float(value)
    raise ValueError(f"expected {_WORDS[kind]}, not {value!r}")


def _one_of(value: object, kind: Any) -> object:  # noqa: ANN401 - a Literal
    if any(type(value) is type(choice) and value == choice for choice in get_args(kind)):
        return value
    raise ValueError(f"expected {' or '.join(map(repr, get_args(kind)))}, not {value!r}")


def _list_of(kind: Any, converter: cattrs.Converter) -> Callable[[object, Any], object]:  # noqa: ANN401 - tuple[X, ...]
    structure_items = homogenous_tuple_structure_factory(kind, converter)

    def structure_list(value: object, kind: Any) -> object:  # noqa: ANN401
        # A text is a sequence too, but of letters.
        if not isinstance(value, list):
            raise ValueError(f"expected a list, not {value!r}")
        return structure_items(value, kind)

    return structure_list


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def structure(converter: cattrs.Converter, data: dict[str, Any], cls: type[T]) -> tuple[T, list[str]]:
    """The instance, and a warning for each key that its classes don't know. Raises StructureFault."""
    try:
        result = converter.structure(data, cls)
    except cattrs.BaseValidationError as error:
        lines = cattrs.transform_error(error, path="$", format_exception=_sentence)
        raise StructureFault(
            "; ".join(line.replace(" @ $.", " @ ").removesuffix(" @ $") for line in lines)
        ) from None
    return result, _unknown_keys(data, cls, "")


def _sentence(error: BaseException, kind: type | None) -> str:
    match error:
        case KeyError():
            return f"the key {error.args[0]} is missing"
        case cattrs.ForbiddenExtraKeysError():
            names = [field.name for field in attrs.fields(error.cl)]
            return "; ".join(unknown_key(key, names) for key in sorted(error.extra_fields))
        case ValueError() | TypeError():
            return str(error)
        case _:
            return cattrs.v.format_exception(error, kind)


def unknown_key(key: str, known: Iterable[str]) -> str:
    return f"unknown key {escape(key)}{did_you_mean(key, known)}"


def is_word(text: str) -> bool:
    return len(text) <= LONGEST_WORD


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The end of a sentence: the nearest known word, or nothing."""
    near = get_close_matches(str(word)[:LONGEST_WORD], list(islice(filter(is_word, known), MOST_WORDS)), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _unknown_keys(data: object, kind: Any, path: str) -> list[str]:  # noqa: ANN401 - a type, or a generic of one
    """Walks data and types together. `path` ends in a dot, or is empty at the top."""
    if _origin(kind) is dict and isinstance(data, dict):
        return [line for key in data for line in _unknown_keys(data[key], get_args(kind)[1], f"{path}{key}.")]
    if _origin(kind) is tuple and isinstance(data, list):
        return [line for item in data for line in _unknown_keys(item, get_args(kind)[0], path)]
    if not (attrs.has(kind) and isinstance(data, dict)):
        return []
    fields = attrs.fields_dict(attrs.resolve_types(kind))
    found = [f"{unknown_key(key, fields)} @ {path}{escape(key)}" for key in data if key not in fields]
    for key, field in fields.items():
        if key in data:
            found += _unknown_keys(data[key], field.type, f"{path}{key}.")
    return found
