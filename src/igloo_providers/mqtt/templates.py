"""Templates of discovery configs: text in, text out. Knows what a payload is, not what a config or a component is.

Nearly every template is `{{ value_json.x }}`. Those few forms are read here, in a microsecond and without jinja2;
anything else goes through the sandboxed environment of rendering.py, which is imported when the first such template
comes. Templates with the same text are one object for as long as somebody holds it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, ClassVar, Final, final
from weakref import WeakValueDictionary

from igloo_providers.mqtt.errors import TemplateFault, shorten

if TYPE_CHECKING:
    from igloo_providers.mqtt.rendering import Program

__all__ = ["MAX_TEMPLATE", "NULL", "Payload", "Template", "TemplateFault", "json_of", "text_in"]

MAX_TEMPLATE: Final = 16 << 10
"""Characters. The longest of the 13,564 real configs has 900."""

NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
STEP: Final = re.compile(
    rf"""\.({NAME}) | \[\s*(?: "([^"\\{{}}]*)" | '([^'\\{{}}]*)' | (\d{{1,6}}) )\s*\]""",
    re.VERBOSE | re.ASCII,
)
PATH: Final = re.compile(
    rf"\{{\{{-?\s*(value|value_json((?:{STEP.pattern})*))\s*-?\}}\}}", re.VERBOSE | re.ASCII
)
HAS_CODE: Final = re.compile(r"\{[{%#]")


class Null(str):
    """JSON's null as text. The text of a Null is "None", but the text "None" is not a Null."""

    __slots__ = ()


NULL: Final = Null("None")

MISSING: Final = object()
NOT_JSON: Final = object()


class Payload(str):
    """The text of one message. Several templates read the same one: its JSON is parsed by the first that asks."""

    __slots__ = ("_json",)

    _json: object

    @property
    def json(self) -> object:
        """What the text is as JSON; NOT_JSON if it isn't. NaN and Infinity, which JSON lacks, are taken as null."""
        try:
            return self._json
        except AttributeError:
            self._json = parse_json(self)
            return self._json


def parse_json(text: str) -> object:
    try:
        parsed: object = json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return NOT_JSON
    return parsed


def json_of(text: str) -> object:
    """As `parse_json`; a Payload is parsed once, however many ask."""
    return text.json if isinstance(text, Payload) else parse_json(text)


@final
class Template:
    """A compiled template. Raises TemplateFault when it can't be: too long, bad syntax, not allowed here.

    `variables` are the names that may be given to `render` beside value, value_json, this, name and entity_id.
    """

    __slots__ = ("__weakref__", "_constant", "_path", "_program", "text")

    _known: ClassVar[WeakValueDictionary[tuple[str, ...], Template]] = WeakValueDictionary()

    text: str
    _constant: str | None
    _path: tuple[str | int, ...] | None
    _program: Program | None

    def __new__(cls, text: str, *variables: str) -> Template:
        known = cls._known.get((text, *variables))
        if known is not None:
            return known
        if len(text) > MAX_TEMPLATE:
            raise TemplateFault(f"a template of {len(text):,} characters is too long")
        self = super().__new__(cls)
        self.text = text
        self._constant = self._path = self._program = None
        if not HAS_CODE.search(text):
            self._constant = text.strip()
        elif (match := PATH.fullmatch(text.strip())) is not None:
            self._path = path_of(match[1])
        else:
            from igloo_providers.mqtt.rendering import compile_program

            self._program = compile_program(text, variables)
        cls._known[text, *variables] = self
        return self

    def __repr__(self) -> str:
        return f"<Template {shorten(self.text)}>"

    def render(self, value: str = "", **variables: object) -> str:
        """What the template makes of a payload, without blanks around it. A key that is missing comes out empty.

        Raises TemplateFault.
        """
        text = self.read(value, **variables)
        return "" if text is None else text

    def read(self, value: str = "", **variables: object) -> str | None:
        """As `render`, without blanks around it, but None if the payload does not speak of what the template asks for: the key is missing.

        JSON's null on its own is NULL. A payload that is not JSON, where JSON is needed, is a TemplateFault, unless it is empty.
        """
        if self._path is not None:
            text = follow(self._path, value)
        elif self._program is not None:
            text = self._program.render(value, variables)
        else:
            return self._constant
        return text if text is None or text is NULL else text.strip()

    def compose(self, value: object = "", **variables: object) -> str:
        """What is sent to a device: as `render`, but the value keeps its type and is no payload (no value_json)."""
        if self._path == ():
            return show(value).strip()
        if self._path is not None:
            raise TemplateFault("value_json exists in templates for what is received only")
        if self._program is not None:
            return self._program.compose(value, variables).strip()
        return self._constant or ""


def text_in(template: Template | None, payload: str, **variables: object) -> str | None:
    """What the template reads in a payload; without a template, the payload."""
    return payload if template is None else template.read(payload, **variables)


def path_of(expression: str) -> tuple[str | int, ...]:
    """`value` is (), `value_json.a["b"][0]` is ("value_json", "a", "b", 0)."""
    if expression == "value":
        return ()
    steps: list[str | int] = ["value_json"]
    for name, double, single, index in STEP.findall(expression):
        steps.append(int(index) if index else name or double or single)
    return tuple(steps)


def follow(path: tuple[str | int, ...], value: str) -> str | None:
    if not path:
        return str(value)
    found = json_of(value)
    if found is NOT_JSON:
        if not value.strip():
            return None
        raise TemplateFault(f"the payload is not JSON: {shorten(value)}")
    for step in path[1:]:
        if isinstance(found, dict):
            found = found.get(step, MISSING)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
        if found is MISSING:
            return None
    if found is None:
        return NULL
    return found if isinstance(found, str) else show(found)


def show(value: object) -> str:
    """As jinja2 shows it: Python's own text."""
    try:
        return str(value)
    except (RecursionError, ValueError) as error:
        raise TemplateFault(f"a value can't be shown: {error}") from None
