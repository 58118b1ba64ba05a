"""Templates that need jinja2: compiled and rendered in a sandbox. The only module that imports jinja2.

A template comes from whoever may publish on the broker. It can reach no attribute but a few methods of plain values,
and no function but those of functions.py.
"""

from __future__ import annotations

from functools import cache

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from igloo_providers.mqtt.errors import TemplateFault, shorten
from igloo_providers.mqtt.templates import NOT_JSON, Payload, parse_json


class Program:
    __slots__ = ("_template",)

    def __init__(self, template: jinja2.Template) -> None:
        self._template = template

    def render(self, value: str, variables: dict[str, object]) -> str | None:
        found = value.json if isinstance(value, Payload) else parse_json(value)
        known: dict[str, object] = {**variables, "value": str(value)}
        if found is not NOT_JSON:
            known["value_json"] = found
        return self._render(known)

    def compose(self, value: object, variables: dict[str, object]) -> str:
        return self._render({**variables, "value": value}) or ""

    def _render(self, known: dict[str, object]) -> str | None:
        try:
            return self._template.render(known)
        except jinja2.UndefinedError:
            return None
        except Exception as error:
            raise TemplateFault(f"{type(error).__name__}: {error}") from None


@cache
def environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"])


def compile_program(text: str, variables: tuple[str, ...]) -> Program:
    try:
        return Program(environment().from_string(text))
    except jinja2.TemplateError as error:
        raise TemplateFault(f"{shorten(text)}: {error}") from None
