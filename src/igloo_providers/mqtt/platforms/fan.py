"""The platform `fan`: on and off, speed, preset, direction, oscillation.

A speed is said on a range of whole steps whose lowest is the slowest speed; one below it means that the fan stands
still. FanSpeed is the speed while on, so that a report of standing still says nothing of it, and 0 written is the
slowest speed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

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
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unreadable
from igloo_providers.mqtt.levels import share, step_of
from igloo_providers.mqtt.templates import Template, text_in
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, sender, wanted_of
from igloo_wire import (
    Component,
    Fan,
    FanDirection,
    FanSpeed,
    FanSpeedStep,
    InvalidValue,
    Oscillating,
    Preset,
    PresetOptions,
    Switch,
)

DIRECTIONS: Final[Mapping[str, FanDirection]] = {
    "forward": FanDirection.FORWARD,
    "reverse": FanDirection.REVERSE,
}
NO_PRESET: Final = Preset("")


class Speeds(NamedTuple):
    """The numbers of a device's slowest and fastest speed."""

    slowest: int
    fastest: int

    @property
    def steps(self) -> int:
        return self.fastest - self.slowest + 1

    def step(self, speed: FanSpeed) -> int:
        """The number of the nearest speed; the slowest for 0."""
        return step_of(speed.value, self.steps) + self.slowest - 1

    def of_step(self, step: float) -> FanSpeed:
        """Raises ValueError for what is outside of the range."""
        return FanSpeed(share(step, self.slowest - 1, self.fastest))


class Channels(NamedTuple):
    """What can be sent to a fan; None for what it doesn't have."""

    on: str
    off: str
    switch: Sender
    speeds: Speeds
    speed: Sender | None
    presets: tuple[str, ...]
    preset: Sender | None
    oscillation: Sender | None
    oscillation_on: str
    oscillation_off: str
    direction: Sender | None

    @property
    def kinds(self) -> frozenset[type[Component]]:
        optional: list[tuple[Sender | None, type[Component]]] = [
            (self.speed, FanSpeed),
            (self.preset, Preset),
            (self.oscillation, Oscillating),
            (self.direction, FanDirection),
        ]
        return frozenset({Switch, *(kind for send, kind in optional if send is not None)})


def map_fan(config: Config) -> Mapped:
    facts: list[Component] = [Fan()]
    kinds: list[type[Component]] = [Switch]
    reported: list[type[Component]] = []
    readings: list[tuple[str, Reading]] = []

    def read(kind: type[Component], topic: str, make: Callable[[], Reading]) -> None:
        """Adds what is read from this topic, if the config has it."""
        name = config.topic(topic)
        if name is not None:
            if kind not in kinds:
                kinds.append(kind)
            readings.append((name, make()))
            if config.is_reported(topic):
                reported.append(kind)

    on, off = config.on_and_off()
    states = {on: Switch(True), off: Switch(False)}
    read(
        Switch,
        "state_topic",
        lambda: reading(Switch, config.template("state_value_template"), partial(look_up, states), states),
    )

    speeds = Speeds(config.integer("speed_range_min", 1), config.integer("speed_range_max", 100))
    if not 1 <= speeds.slowest <= speeds.fastest <= 1_000_000:
        raise config.fault("speed_range_max", f"must be at least speed_range_min, {speeds.slowest}")
    send_speed = sender(config, "percentage_command_topic", "percentage_command_template")
    read(
        FanSpeed,
        "percentage_state_topic",
        lambda: reading(
            FanSpeed,
            config.template("percentage_value_template"),
            partial(read_speed, speeds, config.text("payload_reset_percentage", "None")),
        ),
    )

    presets = config.options("preset_modes")
    send_preset = sender(config, "preset_mode_command_topic", "preset_mode_command_template")
    read(
        Preset,
        "preset_mode_state_topic",
        lambda: partial(
            read_preset,
            config.template("preset_mode_value_template"),
            config.text("payload_reset_preset_mode", "None"),
        ),
    )

    swing_on = config.text("payload_oscillation_on", "oscillate_on")
    swing_off = config.text("payload_oscillation_off", "oscillate_off")
    swings = {swing_on: Oscillating(True), swing_off: Oscillating(False)}
    send_swing = sender(config, "oscillation_command_topic", "oscillation_command_template")
    read(
        Oscillating,
        "oscillation_state_topic",
        lambda: reading(
            Oscillating, config.template("oscillation_value_template"), partial(look_up, swings), swings
        ),
    )

    send_direction = sender(config, "direction_command_topic", "direction_command_template")
    read(
        FanDirection,
        "direction_state_topic",
        lambda: reading(
            FanDirection, config.template("direction_value_template"), partial(look_up, DIRECTIONS)
        ),
    )

    channels = Channels(
        on,
        off,
        needed_sender(config, "command_topic", "command_template"),
        speeds,
        send_speed,
        presets,
        send_preset,
        send_swing,
        swing_on,
        swing_off,
        send_direction,
    )
    writable = channels.kinds
    kinds += sorted(writable - set(kinds), key=lambda kind: kind.schema.id)
    if FanSpeed in kinds:
        facts.append(FanSpeedStep(1 / speeds.steps))
    if Preset in kinds:
        facts.append(config.made("preset_modes", partial(PresetOptions, presets)))
    return Mapped(
        assemble(
            config,
            *facts,
            unknown=kinds,
            writable=sorted(writable, key=lambda kind: kind.schema.id),
            optimistic=Switch not in reported,
        ),
        readings,
        partial(write_fan, channels),
        reported=writable.intersection(reported),
        reports_as=partial(reports_as, speeds),
    )


def read_speed(speeds: Speeds, reset: str, text: str) -> Component | None:
    if text == reset:
        return unknown_of(FanSpeed)
    speed = speeds.of_step(to_number(text))
    return None if speed.value == 0 else speed


def read_preset(template: Template | None, reset: str, payload: str) -> tuple[Component, ...]:
    text = text_in(template, payload)
    text = text.strip() if text is not None else ""
    if not text:
        return ()
    try:
        return (NO_PRESET if text in (reset, "None", "none") else Preset(text),)
    except InvalidValue as fault:
        raise Unreadable(str(fault), Preset) from None


def write_fan(channels: Channels, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, channels.kinds)
    switch, speed, preset = (
        wanted_of(wanted, Switch),
        wanted_of(wanted, FanSpeed),
        wanted_of(wanted, Preset),
    )
    if speed is not None and preset is not None:
        raise Rejected("a fan follows a preset or a speed: write FanSpeed or Preset, not both")
    is_off = switch is not None and not switch.value
    if is_off and (speed is not None or preset is not None):
        raise Rejected("a fan that is switched off can't be given a speed or preset in the same write")
    publishes: list[Publish] = []
    if switch is not None and switch.value:
        publishes.append(channels.switch(channels.on))
    if speed is not None and channels.speed is not None:
        publishes.append(channels.speed(channels.speeds.step(speed)))
    if preset is not None and channels.preset is not None:
        if preset.value not in channels.presets:
            names = ", ".join(map(shorten, channels.presets)) or "none"
            raise Rejected(
                "a fan leaves its preset when it is given a speed: write FanSpeed"
                if not preset.value
                else f"the fan has no preset {shorten(preset.value)}; it has {names}"
            )
        publishes.append(channels.preset(preset.value))
    oscillating = wanted_of(wanted, Oscillating)
    if oscillating is not None and channels.oscillation is not None:
        payload = channels.oscillation_on if oscillating.value else channels.oscillation_off
        publishes.append(channels.oscillation(payload))
    direction = wanted_of(wanted, FanDirection)
    if direction is not None and channels.direction is not None:
        if direction not in DIRECTIONS.values():
            raise Rejected(f"a fan turns FORWARD or REVERSE, not {direction.name}")
        publishes.append(channels.direction(direction.name.lower()))
    if is_off:
        publishes.append(channels.switch(channels.off))
    if not publishes:
        raise Rejected("nothing of this can be written to a fan")
    return publishes


def reports_as(speeds: Speeds, wanted: Component) -> Component:
    return speeds.of_step(speeds.step(wanted)) if isinstance(wanted, FanSpeed) else wanted
