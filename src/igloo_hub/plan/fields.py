"""The values that the owner may or must set for an instance: their types, and how what he wrote is held against them.

Pure. A value of type `file` or `secret` is here only the name of a file; `owner_files.py` reads it.
"""

import math
import sys
from collections.abc import Callable
from typing import Any, Literal

import attrs

from igloo_hub.plan.endpoints import parse_host, parse_port, parse_url
from igloo_wire import MAX_TEXT

ConfigType = Literal["boolean", "integer", "real", "text", "host", "port", "url", "file", "secret"]
ConfigValue = bool | int | float | str


def one_line(_instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    if not value.strip() or len(value) > 500 or any(not c.isprintable() for c in value):
        raise ValueError(f"{attribute.name} must be one line of printable text, at most 500 characters")


@attrs.frozen
class ConfigField:
    """One value that the owner may or must set for an instance."""

    type: ConfigType
    label: str = attrs.field(validator=one_line)
    required: bool = False
    default: ConfigValue | None = None
    minimum: float | None = None
    maximum: float | None = None
    schemes: tuple[str, ...] = ()
    """What a `url` may begin with; empty: anything."""

    def __attrs_post_init__(self) -> None:
        if self.required and self.default is not None:
            raise ValueError("default makes no sense where the value is required")
        if self.default is not None:
            if self.type in {"file", "secret"}:
                raise ValueError(f"default makes no sense for a {self.type}, which is the owner's own")
            self.check(self.default)

    def check(self, value: object) -> ConfigValue:
        """Returns the value in the field's type and form, or raises ValueError with what is wrong with it."""
        if self.type == "secret":
            # Whatever it is, it may be the secret itself, so no sentence shows it.
            raise ValueError(
                "a secret is not written here: put it into a file of its own, and name that under `secrets`"
            )
        if self.type in {"integer", "real"}:
            return self._check_number(value)
        if self.type == "port":
            return parse_port(value)
        if self.type == "boolean":
            if not isinstance(value, bool):
                raise ValueError(f"expected boolean, not {short(value)}")
            return value
        if not isinstance(value, str):
            raise ValueError(f"expected {self.type}, not {short(value)}")
        if len(value.encode(errors="replace")) > MAX_TEXT:
            raise ValueError(f"the text is longer than {MAX_TEXT:,} bytes")
        return self._forms()[self.type](value)

    def _forms(self) -> dict[ConfigType, Callable[[str], str]]:
        return {
            "text": str,
            "host": parse_host,
            "url": lambda text: str(parse_url(text, self.schemes)),
            "file": parse_file_name,
        }

    def _check_number(self, value: object) -> int | float:
        match self.type, value:
            case ("integer", int()) if not isinstance(value, bool) and abs(value) < 1 << 63:
                amount: int | float = value
            case ("real", int() | float()) if not isinstance(value, bool) and abs(value) < math.inf:
                amount = float(value) if abs(value) <= sys.float_info.max else math.nan
            case _:
                raise ValueError(f"expected {self.type}, not {short(value)}")
        if not math.isfinite(amount):
            raise ValueError("the number is larger than can be sent")
        if self.minimum is not None and amount < self.minimum:
            raise ValueError(f"{amount} is below {self.minimum:g}")
        if self.maximum is not None and amount > self.maximum:
            raise ValueError(f"{amount} is above {self.maximum:g}")
        return amount


def parse_file_name(text: str) -> str:
    """Raises ValueError unless it can be the name of a file."""
    if not text.strip() or not text.isprintable():
        raise ValueError("expected the name of a file")
    return text


def short(value: object) -> str:
    """The value as it is written, when that is short enough for a sentence."""
    words = repr(value) if not isinstance(value, int) or abs(value) < 1 << 63 else "so large a number"
    return words if len(words) <= 60 else words[:60] + "…"
