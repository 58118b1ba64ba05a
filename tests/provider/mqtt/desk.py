"""A house over the SDK's real conversation, with a clock that is set by hand: no event loop, no connection."""

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from igloo_provider import Device, Entity, Provider
from igloo_provider.conversation import Conversation
from igloo_providers.mqtt.house import House
from igloo_providers.mqtt.waits import Write
from igloo_wire import Component
from tests.provider.hub_side import greeting
from tests.provider.mqtt.view import View

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """For what is async only because it might have to wait, and doesn't here."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise AssertionError("it waits for something")


class NoFaults(logging.Handler):
    """What the house survives as a fault of ours must still fail a test."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage()) from (record.exc_info or (None, None))[1]


class Desk:
    def __init__(self, prefix: str = "homeassistant") -> None:
        self.now = 1000.0
        self.wakes = 0
        self.view = View()
        provider = Provider("mqtt")
        self.conversation = Conversation(provider, self)
        self.conversation.receive_data(greeting())
        self.pauses = 0
        self.log = logging.Logger("provider.mqtt")
        self.log.parent = logging.getLogger()  # where caplog listens
        self.no_faults = NoFaults()
        self.log.addHandler(self.no_faults)
        self.house = House(
            self, self.log, lambda: self.now, prefix=prefix, wake=self.count_wake, pause=self.count_pause
        )

    # ── what the conversation and the house ask of whoever runs them ──

    def wake_writer(self) -> None: ...

    async def wait_for_room(self) -> None:
        raise AssertionError("more than a test sends is waiting")

    async def checkpoint(self) -> None: ...

    def monotonic(self) -> float:
        return self.now

    async def device(self, key: str, *, name: str = "") -> Device:
        return self.conversation.create_device(key, name)

    def count_wake(self) -> None:
        self.wakes += 1

    async def count_pause(self) -> None:
        self.pauses += 1

    # ── what tests do ──

    def send(self, topic: str, payload: object, *, retained: bool = False) -> None:
        """`payload`: bytes, a text, or what is sent as JSON."""
        data = payload if isinstance(payload, bytes) else text_of(payload).encode()
        run(self.house.receive(topic, data, retained))
        self.hear()

    def announce(self, platform: str, object_id: str, node: str = "", /, **config: object) -> None:
        place = f"{node}/{object_id}" if node else object_id
        self.send(f"homeassistant/{platform}/{place}/config", config, retained=True)

    def withdraw(self, platform: str, object_id: str, node: str = "") -> None:
        place = f"{node}/{object_id}" if node else object_id
        self.send(f"homeassistant/{platform}/{place}/config", b"")

    def pass_time(self, seconds: float) -> None:
        """Runs what is due on the way, when it is."""
        until = self.now + seconds
        while self.house.next_due <= until:
            self.now = max(self.now, self.house.next_due)
            run(self.house.run_due())
        self.now = until
        self.hear()

    def hear(self) -> None:
        while self.conversation.has_data_to_send:
            self.view.hear(self.conversation.data_to_send())

    def entity(self, device: str, key: str) -> Entity:
        return self.conversation.devices[device].entities[key]

    def write(
        self, device: str, key: str, *components: Component, wake: Callable[[], object] = lambda: None
    ) -> Write:
        wanted = {type(component): component for component in components}
        return self.house.prepare(self.entity(device, key), wanted, wake)


def text_of(payload: object) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload)
