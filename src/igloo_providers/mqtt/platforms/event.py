"""The platform `event`: things that happen and are over. Presses of a button are ButtonEvents, others have names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import Config, Mapped, Unreadable, assemble, shorten
from igloo_providers.mqtt.presses import press_kind
from igloo_providers.mqtt.templates import NULL, Template, json_of, text_in
from igloo_wire import (
    ButtonEvent,
    ButtonEventKind,
    ButtonEvents,
    Component,
    DoorbellEvent,
    InvalidValue,
    MachineKind,
    NamedEvent,
    NamedEventOptions,
)

CLASSES: Final = ("button", "doorbell", "motion")
RINGS: Final = frozenset({"ring", "rang", "ding", "press", "pressed", "short_press", "single"})
"""Types of a doorbell's events that mean that somebody rang."""


def map_event(config: Config) -> Mapped:
    types = config.options("event_types")
    if not types:
        raise config.fault("event_types", "must be a list of texts")
    device_class = config.device_class(CLASSES)
    events: dict[str, Component] = {}
    try:
        for name in types:
            events[name] = event_of(name, device_class)
        facts = event_facts(events.values())
    except InvalidValue as fault:
        raise config.fault("event_types", f"can't be shown ({fault})") from None
    read = partial(read_event, config.template("value_template"), events)
    return Mapped(assemble(config, *facts), [(config.needed_topic("state_topic"), read)])


def event_of(name: str, device_class: str) -> Component:
    if device_class == "doorbell" and name.lower() in RINGS:
        return DoorbellEvent()
    kind = None if device_class in ("doorbell", "motion") else press_kind(name)
    return NamedEvent(name) if kind is None else ButtonEvent(kind)


def event_facts(events: Iterable[Component]) -> list[Component]:
    """What an entity says beforehand of the events that it can send. Events themselves are not registered."""
    kinds: dict[ButtonEventKind, None] = {}
    names: dict[str, None] = {}
    facts: list[Component] = []
    for event in events:
        if isinstance(event, ButtonEvent):
            kinds[event.kind] = None
        elif isinstance(event, NamedEvent):
            names[event.text] = None
        elif not facts:
            facts.append(MachineKind.DOORBELL)
    if kinds:
        facts.append(ButtonEvents(kinds))
    if names:
        facts.append(NamedEventOptions(names))
    return facts


def read_event(
    template: Template | None, events: dict[str, Component], payload: str
) -> tuple[Component, ...]:
    """The payload, or what the template makes of it, is an object with the key event_type."""
    text = text_in(template, payload)
    if text is None or text is NULL or not text.strip():
        return ()
    data = json_of(text)
    name = data.get("event_type") if isinstance(data, dict) else None
    if not isinstance(name, str):
        raise Unreadable(f"the event {shorten(text)} is not an object with the text event_type")
    event = events.get(name)
    if event is None:
        raise Unreadable(f"the event_type {shorten(name)} is not one of those announced")
    return (event,)
