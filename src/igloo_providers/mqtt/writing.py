"""What a write becomes: a value, run through the template of a config, to one topic. Knows no platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from igloo_providers.mqtt.entity import Config, Publish, Rejected
from igloo_providers.mqtt.errors import Unmappable, Unreadable
from igloo_providers.mqtt.templates import Template
from igloo_wire import Component

__all__ = ["Sender", "Wanted", "demand_only", "needed_sender", "sender", "wanted_of"]

C = TypeVar("C", bound=Component)

Wanted = Mapping[type[Component], Component]
"""The components of one write, by their type."""


class Sender:
    """Makes the messages of one command topic."""

    __slots__ = ("_retain", "_template", "_topic")

    def __init__(self, topic: str, retain: bool, template: Template | None) -> None:
        self._topic = topic
        self._retain = retain
        self._template = template

    def __call__(self, value: object, /, **variables: object) -> Publish:
        """Raises Rejected if the template fails. What it failed on is not told: it may be a PIN."""
        if self._template is None:
            return Publish(self._topic, str(value), self._retain)
        try:
            payload = self._template.compose(value, **variables)
        except Unreadable:
            raise Rejected("the command template of the device's config can't be rendered for this") from None
        return Publish(self._topic, payload, self._retain)


def sender(config: Config, topic: str, template: str = "", *variables: str) -> Sender | None:
    """For the command topic under this key, with the template under that; None if the config has no such topic.

    `variables`: what the template may use beside `value`.
    """
    name = config.topic(topic)
    if name is None:
        return None
    return Sender(name, config.retain, config.template(template, *variables) if template else None)


def needed_sender(config: Config, topic: str, template: str = "", *variables: str) -> Sender:
    """The same; Unmappable if the config has no such topic."""
    send = sender(config, topic, template, *variables)
    if send is None:
        raise Unmappable(f"{topic} is missing")
    return send


def wanted_of(wanted: Wanted, kind: type[C]) -> C | None:
    """The component of this type, if the write has one."""
    component = wanted.get(kind)
    return component if isinstance(component, kind) else None


def demand_only(wanted: Wanted, known: frozenset[type[Component]]) -> None:
    """Raises Rejected for a component that can't be written here. The hub looks too, but it may be another."""
    for kind, component in wanted.items():
        if kind not in known and component.schema.access != "modifier":
            raise Rejected(f"{kind.__name__} can't be written here")
