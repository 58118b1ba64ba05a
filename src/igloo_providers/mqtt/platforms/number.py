"""The platform `number`: a setting that is a number, in the device's own unit and between its limits."""

from __future__ import annotations

import math
from functools import partial
from typing import Final, TypeAlias

from igloo_providers.mqtt.classes import QUANTITY
from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    reading,
    to_number,
)
from igloo_providers.mqtt.platforms.sensor import real_facts
from igloo_providers.mqtt.units import unit_of
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import Component, Duration, InvalidValue, Limits, Real, Unit

Kind: TypeAlias = type[Real] | type[Duration]

DEFAULT_MINIMUM: Final = 1.0
DEFAULT_MAXIMUM: Final = 100.0
DEFAULT_STEP: Final = 1.0
"""What the convention says where a config says nothing."""

STEP_TOLERANCE: Final = 1e-6
"""Of a step: 21.3 is on steps of 0.1, though not in binary."""


def map_number(config: Config) -> Mapped:
    device_class = config.device_class(QUANTITY)
    unit = config.text("unit_of_measurement", "").strip()
    limits = limits_of(config)
    kind: Kind = Real
    facts: list[Component] = [limits]
    known = unit_of(unit)
    if known is not None and known.unit == Unit.SECOND and limits.minimum >= 0:
        kind = Duration
    else:
        facts += real_facts(unit, device_class)
    send = needed_sender(config, "command_topic", "command_template")
    readings: list[tuple[str, Reading]] = []
    topic = config.topic("state_topic")
    if topic is not None:
        reset = config.text("payload_reset", "None")
        convert = partial(to_setting, kind, reset)
        readings.append((topic, reading(kind, config.template("value_template"), convert)))
    is_optimistic = config.is_optimistic
    return Mapped(
        assemble(config, *facts, unknown=[kind], writable=[kind], optimistic=is_optimistic),
        readings,
        partial(write_number, kind, limits, send),
        reported=(kind,) if config.is_reported() else (),
    )


def limits_of(config: Config) -> Limits:
    minimum = config.number("min", DEFAULT_MINIMUM)
    maximum = config.number("max", DEFAULT_MAXIMUM)
    step = config.number("step", DEFAULT_STEP)
    try:
        return Limits(minimum, maximum, step)
    except InvalidValue as fault:
        raise config.fault("min", f"doesn't go with max and step ({fault})") from None


def to_setting(kind: Kind, reset: str, text: str) -> Component:
    if text == reset:
        raise ValueError("it was reset")
    return kind(to_number(text))


def write_number(kind: Kind, limits: Limits, send: Sender, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset({kind}))
    setting: Real | Duration | None = wanted_of(wanted, kind)
    if setting is None:
        raise Rejected(f"{kind.__name__} is missing")
    return [send(plain_number(on_step(setting.value, limits), limits.step))]


def on_step(value: float, limits: Limits) -> float:
    """The value, if it is within the limits and on a step counted from the minimum. Raises Rejected."""
    slack = STEP_TOLERANCE * (limits.step or 1.0)
    if not limits.minimum - slack <= value <= limits.maximum + slack:
        raise Rejected(f"{value:g} is not between {limits.minimum:g} and {limits.maximum:g}")
    if limits.step > 0:
        steps = (value - limits.minimum) / limits.step
        if abs(steps - round(steps)) > max(STEP_TOLERANCE, abs(steps) * 1e-12):
            raise Rejected(f"{value:g} is not {limits.minimum:g} plus a multiple of {limits.step:g}")
    return min(max(value, limits.minimum), limits.maximum)


def plain_number(value: float, step: float) -> int | float:
    """As people write it: 25 for 25.0, and no more decimals than the step asks for."""
    if step > 0:
        value = round(value, max(0, 6 - math.floor(math.log10(step))))
    return int(value) if value.is_integer() else value
