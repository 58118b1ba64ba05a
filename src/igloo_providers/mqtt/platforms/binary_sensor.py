"""The platform `binary_sensor`: one fact that is true or not, with a component by its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from igloo_providers.mqtt.classes import DETECTED
from igloo_providers.mqtt.entity import Config, Mapped, assemble, look_up, reading
from igloo_providers.mqtt.platforms.sensor import expiry
from igloo_wire import Boolean, ChargingState, Component, DoorLock, Sensor

ENUMS: Final[Mapping[str, tuple[type[Component], Component, Component]]] = {
    "battery_charging": (ChargingState, ChargingState.CHARGING, ChargingState.NOT_CHARGING),
    "lock": (DoorLock, DoorLock.UNLOCKED, DoorLock.LOCKED),
}
"""Class: the component, its value while on, its value while off."""


def map_binary_sensor(config: Config) -> Mapped:
    device_class = config.device_class(DETECTED.keys() | ENUMS.keys())
    facts: tuple[Component, ...] = ()
    if device_class in ENUMS:
        kind, when_on, when_off = ENUMS[device_class]
    else:
        boolean, opening = DETECTED.get(device_class, (Boolean, None))
        make: Callable[[bool], Component] = boolean
        kind, when_on, when_off = boolean, make(True), make(False)
        facts = () if opening is None else (opening,)
    on, off = config.on_and_off()
    states = {on: when_on, off: when_off}
    delay = config.number("off_delay", 0.0)
    template = config.template("value_template")
    return Mapped(
        assemble(config, Sensor(), *facts, unknown=[kind]),
        [(config.needed_topic("state_topic"), reading(kind, template, partial(look_up, states), states))],
        expire_after=expiry(config),
        off_delay=delay if delay > 0 else None,
    )
