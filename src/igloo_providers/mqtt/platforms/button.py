"""The platform `button`: something the hub can press, which leaves no state behind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import Config, Mapped, Publish, Rejected, assemble
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, needed_sender, wanted_of
from igloo_wire import Button, Command, Commands

CLASSES: Final[Mapping[str, Command]] = {
    "identify": Command.IDENTIFY,
    "restart": Command.RESTART,
    "update": Command.INSTALL,
}


def map_button(config: Config) -> Mapped:
    send = needed_sender(config, "command_topic", "command_template")
    device_class = config.device_class(CLASSES)
    command = CLASSES.get(device_class, Command.PRESS)
    payload = config.text("payload_press", "PRESS")
    return Mapped(
        assemble(config, Button(), Commands([command]), writable=[Command]),
        command=partial(press, command, payload, send),
    )


def press(taken: Command, payload: str, send: Sender, wanted: Wanted) -> list[Publish]:
    """Button implies PRESS, whatever else the press is called."""
    demand_only(wanted, frozenset({Command}))
    command = wanted_of(wanted, Command)
    if command is None or command not in (taken, Command.PRESS):
        raise Rejected(f"this button takes {taken.name}")
    return [send(payload)]
