"""The platform `switch`: on and off."""

from collections.abc import Mapping
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
)
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import ChildLock, Outlet, Switch

PROMOTED: Final[Mapping[str, type[ChildLock]]] = {"child_lock": ChildLock, "switch_child_lock": ChildLock}
"""By object id: what has a component of its own."""


def map_switch(config: Config) -> Mapped:
    kind = PROMOTED.get(config.object_id, Switch)
    facts = (Outlet(),) if config.device_class(("outlet", "switch")) == "outlet" else ()
    on, off = config.on_and_off()
    readings: list[tuple[str, Reading]] = []
    state_topic = config.topic("state_topic")
    if state_topic is not None:
        states = {config.text("state_on", on): kind(True), config.text("state_off", off): kind(False)}
        template = config.template("value_template")
        readings.append((state_topic, reading(kind, template, partial(look_up, states), states)))
    send = needed_sender(config, "command_topic", "command_template")
    is_optimistic = config.is_optimistic
    return Mapped(
        assemble(config, *facts, unknown=[kind], writable=[kind], optimistic=is_optimistic),
        readings,
        partial(write_switch, kind, on, off, send),
        reported=(kind,) if config.is_reported() else (),
    )


def write_switch(
    kind: type[Switch] | type[ChildLock], on: str, off: str, send: Sender, wanted: Wanted
) -> list[Publish]:
    demand_only(wanted, frozenset({kind}))
    value: Switch | ChildLock | None = wanted_of(wanted, kind)
    if value is None:
        raise Rejected(f"{kind.__name__} is missing")
    return [send(on if value.value else off)]
