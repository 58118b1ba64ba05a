"""The platform `text`: a setting that is a text, perhaps a password, perhaps of a given form."""

from __future__ import annotations

from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    discreet,
    reading,
)
from igloo_providers.mqtt.errors import TemplateFault
from igloo_providers.mqtt.patterns import full_match
from igloo_providers.mqtt.platforms.sensor import to_text
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import Component, InvalidValue, Limits, Pattern, Secret, Text

DEFAULT_LENGTH: Final = 255


def map_text(config: Config) -> Mapped:
    shortest, longest = config.integer("min", 0), config.integer("max", DEFAULT_LENGTH)
    try:
        facts: list[Component] = [Limits(shortest, longest, 1)]
        pattern = config.text("pattern", "")
        if pattern:
            facts.append(Pattern(pattern))
    except InvalidValue as fault:
        raise config.fault("pattern", f"and min and max can't be shown ({fault})") from None
    if shortest < 0:
        raise config.fault("min", "must not be negative")
    is_secret = config.choice("mode", ("text", "password"), "text") == "password"
    if is_secret:
        facts.append(Secret())
    send = needed_sender(config, "command_topic", "command_template")
    readings: list[tuple[str, Reading]] = []
    topic = config.topic("state_topic")
    if topic is not None:
        read = reading(Text, config.template("value_template"), partial(to_text, ()))
        readings.append((topic, discreet(read) if is_secret else read))
    is_optimistic = config.is_optimistic
    return Mapped(
        assemble(config, *facts, unknown=[Text], writable=[Text], optimistic=is_optimistic),
        readings,
        partial(write_text, shortest, longest, pattern, send),
        reported=(Text,) if config.is_reported() else (),
    )


def write_text(shortest: int, longest: int, pattern: str, send: Sender, wanted: Wanted) -> list[Publish]:
    """The sentences don't repeat the text: it may be a password."""
    demand_only(wanted, frozenset({Text}))
    text = wanted_of(wanted, Text)
    if text is None:
        raise Rejected("Text is missing")
    if not shortest <= len(text.value) <= longest:
        raise Rejected(f"the text has {len(text.value)} characters, not {shortest} to {longest}")
    if pattern:
        try:
            fits = full_match(pattern, text.value)
        except TemplateFault:
            fits = True  # the device's pattern can't be tried here; the device will judge
        if not fits:
            raise Rejected(f"the text is not of the form {pattern}")
    return [send(text.value)]
