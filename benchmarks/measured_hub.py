"""A hub that the book measures, as a process of its own: `python -m benchmarks.measured_hub MANIFEST DATA_DIR FD`.

Runs the real hub with one provider under the real launcher, and one subscriber, attached through the tree actor, that
writes whatever changes to the socket FD as frames. Obeys `order` on standard input, a number a line: the provider is
asked to do its work with that number. When what it then says in its Text has reached the subscriber, one JSON object
with the cost goes to standard output. Ends at the end of the input.
"""

import json
import socket
import sys
import time
from pathlib import Path
from typing import NamedTuple

import attrs
import trio

from igloo_hub.connection import SocketByteStream
from igloo_hub.hub import Hub, HubSettings, run_hub
from igloo_hub.ids import EntityAddress, InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_hub.session import Outcome
from igloo_hub.supervisor import InstanceState
from igloo_hub.tree_actor import Changes, Subscription
from igloo_wire import Integer, Text, encode_writes

INSTANCE = InstanceId("measured")
READY = "ready"
READY_WITHIN = 20.0
ROUND_WITHIN = 60.0


class Cost(NamedTuple):
    """What one order came to. `said` is the provider's Text."""

    said: str
    wall_ns: int
    cpu_ns: int
    """Of this process, all threads."""
    values: int
    """Values that reached the subscriber."""
    wakes: int


@attrs.define
class Subscriber:
    """Takes what changes, and writes it to its socket. `reports` has each Text that came."""

    stream: SocketByteStream
    reports: trio.MemorySendChannel[str]
    values: int = 0
    wakes: int = 0
    order: EntityAddress | None = None
    """The entity to which orders are written; known from the first snapshot that has it."""
    _indexes: dict[EntityAddress, tuple[int, int]] = attrs.field(factory=dict)

    async def run(self, subscription: Subscription) -> None:
        while True:
            changes = await subscription.wait()
            self._learn(changes)
            indexes = self._indexes
            rows = [(*indexes[entity], component) for entity, component in changes.values]
            if not rows:
                continue
            self.values += len(rows)
            self.wakes += 1
            await self.stream.send_all(encode_writes(rows))
            for change in changes.values:
                if isinstance(change.component, Text):
                    self.reports.send_nowait(change.component.value)

    def _learn(self, changes: Changes) -> None:
        """A connection's indexes for what is new, as a client's session would give them."""
        for device in changes.devices:
            for number, entity in enumerate(device.entities):
                address = EntityAddress(device.id, entity.key)
                self._indexes.setdefault(address, (device.id, number))
                if entity.key == "order":
                    self.order = address


async def main(manifest: str, data_dir: str, descriptor: int) -> None:
    config = HubConfig(providers={INSTANCE: InstanceConfig(manifest=manifest)})
    stop = trio.Event()
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(False)
    sender, reports = trio.open_memory_channel[str](16)
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, HubSettings(Path(data_dir), config, Path("/")), stop)
        async with hub.tree.open_subscription() as subscription:
            subscriber = Subscriber(SocketByteStream(sock), sender)
            nursery.start_soon(subscriber.run, subscription)
            await obey(hub, subscriber, reports)
        stop.set()
        with trio.move_on_after(5):
            await hub.ended.wait()
        nursery.cancel_scope.cancel()


async def obey(hub: Hub, subscriber: Subscriber, reports: trio.MemoryReceiveChannel[str]) -> None:
    supervisor = hub.supervisors[INSTANCE]
    with trio.move_on_after(READY_WITHIN) as scope:
        while supervisor.state is not InstanceState.READY or subscriber.order is None:  # noqa: ASYNC110
            await trio.sleep(0.01)
    if subscriber.order is None or scope.cancelled_caught:
        why = supervisor.last_death or "it did not die"
        print(json.dumps(f"the provider was not ready within {READY_WITHIN:g} s: {why}"), flush=True)
        return
    print(json.dumps(READY), flush=True)
    while order := await trio.to_thread.run_sync(sys.stdin.readline):
        values, wakes = subscriber.values, subscriber.wakes
        wall, cpu = time.monotonic_ns(), time.process_time_ns()
        with trio.fail_after(ROUND_WITHIN):
            end = await supervisor.write(subscriber.order, (Integer(int(order)),))
            if end.outcome not in {Outcome.CONFIRMED, Outcome.SENT}:
                raise RuntimeError(f"the provider did not take its order: {end.outcome.value}: {end.reason}")
            said = await reports.receive()
        cost = Cost(
            said,
            time.monotonic_ns() - wall,
            time.process_time_ns() - cpu,
            subscriber.values - values,
            subscriber.wakes - wakes,
        )
        print(json.dumps(cost._asdict()), flush=True)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
