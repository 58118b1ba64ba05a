"""The platform `device_automation`: a trigger, such as the short press of a button. Each has a config of its own.

Triggers of one button share an entity, called by their `subtype`. Bridges that have one type for everything ("action",
with the press as subtype) share it by the type.
"""

from __future__ import annotations

from functools import partial

from igloo_providers.mqtt.entity import HIDDEN, Config, Mapped, Unmappable, assemble
from igloo_providers.mqtt.platforms.event import event_facts
from igloo_providers.mqtt.presses import press_kind
from igloo_providers.mqtt.templates import Template, text_in
from igloo_wire import ButtonEvent, Component, InvalidValue, NamedEvent


def map_device_automation(config: Config) -> Mapped:
    config.choice("automation_type", ("trigger",))
    kind, name = config.text("type", ""), config.text("subtype", "")
    if not kind or not name:
        raise Unmappable("type and subtype are needed")
    if HIDDEN.search(kind + name):
        raise config.fault("subtype", "and type must be without hidden characters")
    press = press_kind(kind)
    event: Component
    try:
        if press is not None:
            shared, event = name, ButtonEvent(press)
        else:
            press = press_kind(name)
            shared, event = kind, NamedEvent(name) if press is None else ButtonEvent(press)
    except InvalidValue as fault:
        raise config.fault("subtype", f"can't be shown ({fault})") from None
    read = partial(read_trigger, config.template("value_template"), config.text("payload"), event)
    return Mapped(
        assemble(config, *event_facts([event])), [(config.needed_topic("topic"), read)], shared=shared
    )


def read_trigger(
    template: Template | None, trigger: str | None, event: Component, payload: str
) -> tuple[Component, ...]:
    """The event, if the payload is the trigger's, or the trigger has none."""
    text = text_in(template, payload)
    if text is None or (trigger is not None and text != trigger):
        return ()
    return (event,)
