"""Figure `writes`: what one component's write costs the hub, stage by stage, in this process and without sockets.

The bytes lie in memory as a read would bring them. Each stage does all that the one before it does, through the hub's
own classes: decoder, session, tree, subscription. The last one is the real Connection, tree actor and a subscriber's
task on trio, with a stream that always has the next read: flat out.
"""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

import attrs
import trio

from benchmarks.report import Result, Row, Samples
from benchmarks.runs import Run, pinned
from igloo_hub.connection import READ_SIZE, Connection
from igloo_hub.ids import EntityAddress, InstanceId
from igloo_hub.session import ProviderConfig, Reported, Session
from igloo_hub.tree import Attachment, DeviceTree
from igloo_hub.tree_actor import Changes, Subscription, run_tree_actor
from igloo_wire import (
    PREAMBLE,
    Color,
    ColorTemperature,
    Component,
    CreateDevice,
    Decoder,
    Dimmer,
    Direction,
    Humidity,
    Message,
    Power,
    Ready,
    RegisterEntity,
    Role,
    Temperature,
    WriteComponents,
    encode_all,
    encode_writes,
    own_hello,
)

TITLE = "CPU a component write, by what one read brings and by stage (in process)"

RECV, DECODE, SESSION, TREE, SUBSCRIBER, WHOLE = (
    "bare recv",
    "decode",
    "+ session",
    "+ tree",
    "+ subscriber's take and encode",
    "whole: connection, actor, subscriber on trio",
)

UNLIMITED = 1 << 40
"""Messages a second: the throttle counts and never holds up."""

INSTANCE = InstanceId("measured")


@attrs.frozen
class Shape:
    """What one read brings."""

    name: str
    devices: int
    entities: int
    """Of each device."""
    frames: int
    """In one read; 0: as many as fit into 64 KiB."""
    components: Callable[[random.Random], tuple[Component, ...]]
    """Of one frame."""


def light(chance: random.Random) -> tuple[Component, ...]:
    return (
        Dimmer(chance.random()),
        Color(chance.random(), chance.random(), chance.random()),
        ColorTemperature(chance.randrange(2000, 6500)),
        Power(chance.random() * 60),
        Temperature(chance.random() * 80),
    )


def humidity(chance: random.Random) -> tuple[Component, ...]:
    return (Humidity(chance.random() * 100),)


SHAPES = (
    Shape("1 write a read", 20, 50, 1, humidity),
    Shape("a frame of 5 a read", 20, 50, 1, light),
    Shape("100 writes a read", 20, 50, 100, humidity),
    Shape("64 KiB a read", 60, 100, 0, humidity),
)


@attrs.frozen
class Load:
    """A shape as bytes. What introduces the house, and then the reads that are measured."""

    shape: Shape
    introduction: list[Message]
    publishes: frozenset[type[Component]]
    reads: list[bytes]
    writes: int
    """Components in all reads together."""


def make_load(shape: Shape, reads: int) -> Load:
    """Random, and the same each time. Hardly ever is a value what it was before."""
    chance = random.Random(1)
    places = [(device, entity) for device in range(shape.devices) for entity in range(shape.entities)]
    house: list[Message] = []
    for device in range(shape.devices):
        house.append(CreateDevice(device, f"device-{device}", ""))
        house += [
            RegisterEntity(device, entity, f"entity-{entity}", "", shape.components(chance))
            for entity in range(shape.entities)
        ]
    found: list[bytes] = []
    writes = at = 0
    for _ in range(reads):
        data = bytearray()
        frames = 0
        while frames < shape.frames or (not shape.frames and len(data) < READ_SIZE - 64):
            components = shape.components(chance)
            data += encode_all([WriteComponents(*places[at], components)])
            at = (at + 1) % len(places)
            writes += len(components)
            frames += 1
        found.append(bytes(data))
    publishes = frozenset(type(component) for component in shape.components(chance))
    return Load(shape, house, publishes, found, writes)


def measure(run: Run) -> Result:
    rounds = run.pick(15, 5, 1)
    share = run.pick(1.0, 0.5, 0.02)
    samples: dict[tuple[str, str], list[float]] = {}
    passed: dict[str, str] = {}
    cpu = max(os.sched_getaffinity(0))
    with pinned(cpu):
        for shape in SHAPES:
            reads = max(3, int(share * {0: 24, 1: 4000, 100: 200}[shape.frames]))
            load = make_load(shape, reads)
            for round_ in range(rounds + 1):
                run.progress.say(f"writes: {shape.name}, round {round_} of {rounds}")
                found = dict(stages(load))
                whole, values = trio.run(whole_on_trio, load)
                found[WHOLE] = whole
                passed[shape.name] = f"{values:,} of {load.writes:,}"
                if round_:  # the first warms up
                    for stage, nanoseconds in found.items():
                        samples.setdefault((shape.name, stage), []).append(nanoseconds / load.writes)
    rows: list[Row] = []
    for shape in SHAPES:

        def get(stage: str, shape: Shape = shape) -> Samples:
            return Samples(tuple(samples[shape.name, stage]))

        rows.append(Row(f"{shape.name}: {DECODE}", "ns", get(DECODE), RECV, get(RECV), by="best"))
        rows += [
            Row(f"{shape.name}: {stage}", "ns", get(stage), DECODE, get(DECODE), by="best")
            for stage in (SESSION, TREE, SUBSCRIBER, WHOLE)
        ]
        rate = Samples(tuple(1e9 / value for value in get(WHOLE).values))
        floor = Samples(tuple(1e9 / value for value in get(DECODE).values))
        rows.append(
            Row(f"{shape.name}: {WHOLE}", "/s", rate, DECODE, floor, by="best", higher_is_better=True)
        )
    kept = "; ".join(f"{name}: {words}" for name, words in passed.items())
    return Result(
        "writes",
        TITLE,
        tuple(rows),
        (
            f"CPU time of the thread, divided by the components written; pinned to processor {cpu}.",
            f"Values that reached the subscriber of the whole (the rest was superseded by newer ones): {kept}.",
        ),
    )


# ── the stages ──


@attrs.define
class Hub:
    """The hub's parts without trio, greeted and with the house introduced."""

    load: Load
    decoder: Decoder = attrs.field(factory=lambda: Decoder(Direction.PROVIDER_TO_HUB))
    session: Session = attrs.field(
        factory=lambda: Session(ProviderConfig(INSTANCE, "/"), "0", messages_per_second=UNLIMITED)
    )
    tree: DeviceTree = attrs.field(factory=DeviceTree)
    attachment: Attachment = attrs.field(init=False)
    subscription: Subscription = attrs.field(init=False)
    indexes: dict[EntityAddress, tuple[int, int]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.attachment = self.tree.attach(INSTANCE, self.load.publishes)
        self.subscription = Subscription()
        self.to_tree(beginning(self.load))
        self.subscription.merge(self.tree.take_changes())
        learn(self.indexes, self.subscription.take())

    def decode(self, data: bytes) -> list[Message]:
        return self.decoder.feed(data)

    def to_session(self, data: bytes) -> list[list[Message]]:
        messages = self.decoder.feed(data)
        reports = [event.messages for event in self.session.receive(messages) if isinstance(event, Reported)]
        self.session.throttle(messages, len(data), 0, 0.0)
        return reports

    def to_tree(self, data: bytes) -> None:
        for report in self.to_session(data):
            self.tree.apply(self.attachment, report, 0.0)

    def forget_changes(self, data: bytes) -> None:
        self.to_tree(data)
        self.tree.take_changes()

    def to_subscriber(self, data: bytes) -> bytes:
        self.to_tree(data)
        self.subscription.merge(self.tree.take_changes())
        return encode_changes(self.indexes, self.subscription.take())


def stages(load: Load) -> Iterator[tuple[str, int]]:
    """Nanoseconds of CPU for all reads, by stage. Every stage has a hub of its own, made before its clock begins."""
    yield RECV, bare_recv(load)
    for name, stage in (
        (DECODE, Hub.decode),
        (SESSION, Hub.to_session),
        (TREE, Hub.forget_changes),
        (SUBSCRIBER, Hub.to_subscriber),
    ):
        hub = Hub(load)
        began = time.thread_time_ns()
        for data in load.reads:
            stage(hub, data)
        yield name, time.thread_time_ns() - began


def bare_recv(load: Load) -> int:
    """Nanoseconds of CPU for the calls of recv alone that bring the same reads."""
    near, far = socket.socketpair()
    taken = 0
    with near, far:
        # As many as surely fit into the socket's buffer, so that nobody has to wait.
        some = max(1, min(32, READ_SIZE // len(load.reads[0])))
        for first in range(0, len(load.reads), some):
            part = load.reads[first : first + some]
            for data in part:
                far.sendall(data)
            began = time.thread_time_ns()
            for data in part:
                near.recv(len(data))
            taken += time.thread_time_ns() - began
    return taken


def beginning(load: Load) -> bytes:
    """All that a provider says before it writes."""
    hello = own_hello(Role.PROVIDER, "measured", "1", "by hand", "1")
    return PREAMBLE + encode_all([hello, *load.introduction, Ready()])


def learn(indexes: dict[EntityAddress, tuple[int, int]], changes: Changes) -> None:
    """A connection's indexes for what is new, as a client's session would give them."""
    for device in changes.devices:
        for number, entity in enumerate(device.entities):
            indexes.setdefault(EntityAddress(device.id, entity.key), (device.id, number))


def encode_changes(indexes: dict[EntityAddress, tuple[int, int]], changes: Changes) -> bytes:
    return encode_writes((*indexes[entity], component) for entity, component in changes.values)


# ── the whole ──


class MemoryStream:
    """A provider that has always said the next thing already."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._next = -1
        self.introduced = trio.Event()
        """To be set when the writes may begin."""
        self.began = 0
        """When the hub asked for the first write."""
        self.exhausted = trio.Event()
        """The hub has handed everything to the tree's actor."""

    async def receive_some(self, max_bytes: int) -> bytes:
        self._next += 1
        if self._next == 0:
            return beginning(self._load)
        if self._next == 1:
            await self.introduced.wait()
            self.began = time.thread_time_ns()
        if self._next <= len(self._load.reads):
            return self._load.reads[self._next - 1]
        self.exhausted.set()
        await trio.sleep_forever()
        raise AssertionError

    async def send_all(self, data: bytes) -> None:
        pass


@attrs.define
class Reader:
    """A subscriber that encodes what it takes."""

    subscription: Subscription
    indexes: dict[EntityAddress, tuple[int, int]] = attrs.field(factory=dict)
    values: int = 0

    async def run(self) -> NoReturn:
        while True:
            self.use(await self.subscription.wait())

    def use(self, changes: Changes) -> None:
        if changes.devices:
            learn(self.indexes, changes)
        encode_changes(self.indexes, changes)
        self.values += len(changes.values)


async def whole_on_trio(load: Load) -> tuple[int, int]:
    """Nanoseconds of CPU, and how many values reached the subscriber."""
    stream = MemoryStream(load)
    session = Session(ProviderConfig(INSTANCE, "/"), "0", messages_per_second=UNLIMITED)
    async with trio.open_nursery() as nursery:
        tree = await nursery.start(run_tree_actor, DeviceTree())
        async with (
            tree.open_subscription() as subscription,
            tree.open_attachment(INSTANCE, load.publishes) as attachment,
        ):
            connection = Connection(stream, session, attachment, tree, lambda _event: None)
            nursery.start_soon(connection.run)
            reader = Reader(subscription)
            while len(reader.indexes) < load.shape.devices * load.shape.entities:
                reader.use(await subscription.wait())
            reader.values = 0
            nursery.start_soon(reader.run)
            stream.introduced.set()
            with trio.fail_after(60):
                await stream.exhausted.wait()
                # The actor answers behind everything that was posted before; what its reader has not taken is taken here.
                await tree.ask(lambda _tree: None)
            reader.use(subscription.take())
            ended = time.thread_time_ns()
        nursery.cancel_scope.cancel()
    return ended - stream.began, reader.values
