"""The platform `select`: one of several texts. What a device does after a power cut has a component of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    look_up,
    reading,
    shorten,
)
from igloo_providers.mqtt.platforms.sensor import options_of, to_text
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import Component, PowerOnBehavior, Text

POWER_ON: Final[Mapping[str, PowerOnBehavior]] = {
    "off": PowerOnBehavior.OFF,
    "on": PowerOnBehavior.ON,
    "toggle": PowerOnBehavior.TOGGLE,
    "inverted": PowerOnBehavior.TOGGLE,
    "reverse": PowerOnBehavior.TOGGLE,
    "previous": PowerOnBehavior.PREVIOUS,
    "restore": PowerOnBehavior.PREVIOUS,
}
"""In small letters. A select of this name with other options is a plain choice."""


def map_select(config: Config) -> Mapped:
    options = options_of(config)
    if options is None:
        raise config.fault("options", "must be a list of texts")
    send = needed_sender(config, "command_topic", "command_template")
    promoted = power_on_options(config, options.value)
    kind: type[Component]
    facts: tuple[Component, ...]
    convert: Callable[[str], Component | None]
    if promoted:
        kind, facts, convert = PowerOnBehavior, (), partial(look_up, promoted)
        command = partial(write_power_on, {value: text for text, value in promoted.items()}, send)
    else:
        kind, facts, convert = Text, (options,), partial(to_text, options.value)
        command = partial(write_choice, options.value, send)
    readings: list[tuple[str, Reading]] = []
    topic = config.topic("state_topic")
    if topic is not None:
        template = config.template("value_template")
        readings.append((topic, reading(kind, template, convert, options.value)))
    is_optimistic = config.is_optimistic
    return Mapped(
        assemble(config, *facts, unknown=[kind], writable=[kind], optimistic=is_optimistic),
        readings,
        command,
        reported=(kind,) if config.is_reported() else (),
    )


def power_on_options(config: Config, options: tuple[str, ...]) -> dict[str, PowerOnBehavior]:
    """What each option means, if this is a choice of what happens after a power cut; else nothing."""
    if not config.object_id.startswith("power_on_behavior"):
        return {}
    known = {option: POWER_ON[option.lower()] for option in options if option.lower() in POWER_ON}
    is_one_to_one = len(set(known.values())) == len(known) == len(options)
    return known if is_one_to_one else {}


def write_power_on(texts: Mapping[PowerOnBehavior, str], send: Sender, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset({PowerOnBehavior}))
    value = wanted_of(wanted, PowerOnBehavior)
    if value is None:
        raise Rejected("PowerOnBehavior is missing")
    text = texts.get(value)
    if text is None:
        raise Rejected(f"{value.name} is not one of its options: {', '.join(one.name for one in texts)}")
    return [send(text)]


def write_choice(options: tuple[str, ...], send: Sender, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset({Text}))
    text = wanted_of(wanted, Text)
    if text is None:
        raise Rejected("Text is missing")
    if text.value not in options:
        raise Rejected(f"{shorten(text.value)} is not one of its options: {shorten(', '.join(options), 300)}")
    return [send(text.value)]
