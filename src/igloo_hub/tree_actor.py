"""The one task that owns the device tree, and the handle through which everybody else reaches it.

Whoever wants something of the tree posts it to a small mailbox; the actor takes what has come, applies it in one
synchronous step, and wakes each subscriber once. A subscriber that is slow holds up nobody: it finds the latest
value of each component, however many it missed, and what waits for it is never more than the tree itself.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, TypeVar

import attrs
import trio

from igloo_hub.ids import DeviceId, EntityAddress, InstanceId
from igloo_hub.tree import (
    Attachment,
    DeviceNode,
    DeviceSnapshot,
    DeviceTree,
    EntityNode,
    TreeChanges,
    ValueKey,
    snapshot_of,
)
from igloo_wire import Component, Message

MAILBOX = 16
"""Batches that may wait. Small, so that a flooding provider waits in its own task and not in the hub's memory."""

EVENTS_KEPT = 64
"""Of one kind and entity, for one subscriber: a person has long stopped looking at more button presses."""

T = TypeVar("T")


class ValueChange(NamedTuple):
    """The latest value of one component of one entity."""

    entity: EntityAddress
    component: Component


class Changes(NamedTuple):
    """What a subscriber has not seen yet, to be applied in the order of the fields.

    Values and events are of entities that the subscriber knows, from these `devices` or earlier ones.
    """

    removed: tuple[DeviceId, ...]
    devices: tuple[DeviceSnapshot, ...]
    """Devices that are new, or changed in more than values: they replace what was known of them."""
    values: list[ValueChange]
    """Of devices that are not among `devices`, which hold theirs already."""
    events: list[ValueChange]
    events_lost: int
    """Events that came while `EVENTS_KEPT` of their kind were waiting already."""


class Subscription:
    """One reader's view of what changes. The first `take` gives the whole tree.

    What waits for a slow reader is a reference to each device and the latest value of each component: never more
    than the tree holds, and a bounded number of events.
    """

    def __init__(self) -> None:
        self.closed = False
        self._known: set[DeviceId] = set()
        """Devices that the reader was told of, and so must be told of when they go."""
        self._devices: dict[DeviceNode, None] = {}
        self._removed: list[DeviceId] = []
        self._values: dict[ValueKey, Component] = {}
        self._events: list[tuple[EntityNode, Component]] = []
        self._event_counts: Counter[ValueKey] = Counter()
        self._events_lost = 0
        self._news = trio.Event()

    async def wait(self) -> Changes:
        """Waits until there is something, and takes it. For one task only."""
        await self._news.wait()
        return self.take()

    def take(self) -> Changes:
        """What has come since the last call; nothing may be in it."""
        # Copies are made here, in the reader's task: the actor changes a node only between two checkpoints.
        whole = {device.id for device in self._devices}
        changes = Changes(
            tuple(self._removed),
            tuple(map(snapshot_of, self._devices)),
            [
                ValueChange(node.address, value)
                for (node, _), value in self._values.items()
                if node.address.device not in whole
            ],
            [ValueChange(node.address, event) for node, event in self._events],
            self._events_lost,
        )
        self._known |= whole
        self._devices, self._removed, self._values, self._events = {}, [], {}, []
        self._event_counts, self._events_lost = Counter(), 0
        self._news = trio.Event()
        return changes

    def begin(self, devices: Iterator[DeviceNode]) -> None:
        """Called by the actor only, once: everything is new."""
        self._devices.update(dict.fromkeys(devices))
        self._news.set()

    def merge(self, changes: TreeChanges) -> None:
        """Called by the actor only."""
        self._devices.update(changes.devices)
        self._values.update(changes.values)
        for entity, event in changes.events:
            key = (entity, type(event))
            if self._event_counts[key] < EVENTS_KEPT:
                self._event_counts[key] += 1
                self._events.append((entity, event))
            else:
                self._events_lost += 1
        if changes.removals:
            self._forget_removed()
        self._news.set()

    def _forget_removed(self) -> None:
        """Keeps nothing of what is no longer in the tree but the ids that the reader knows."""
        for device in [device for device in self._devices if device.removed]:
            del self._devices[device]
            if device.id in self._known:
                self._known.discard(device.id)
                self._removed.append(device.id)
        self._values = {key: value for key, value in self._values.items() if not key[0].removed}
        self._events = [row for row in self._events if not row[0].removed]
        self._event_counts = Counter((entity, type(event)) for entity, event in self._events)


@attrs.frozen
class Batch:
    """What one read of one provider brought, and where to answer."""

    attachment: Attachment
    messages: Sequence[Message]
    received_at: float
    answer: Callable[[list[Message]], None]
    """Called by the actor, at once, with what the provider is to be told. Must not block."""


@attrs.frozen
class Question:
    ask: Callable[[DeviceTree], None]


class TreeHandle:
    """How the rest of the hub reaches the tree. All methods wait while the mailbox is full."""

    def __init__(
        self, mailbox: trio.MemorySendChannel[Batch | Question], subscriptions: set[Subscription]
    ) -> None:
        self._mailbox = mailbox
        self._subscriptions = subscriptions

    async def post(self, batch: Batch) -> None:
        """Hands a batch over. Returns when it is in the mailbox, not when it is applied."""
        try:
            self._mailbox.send_nowait(batch)
        except trio.WouldBlock:
            await self._mailbox.send(batch)

    async def ask(self, question: Callable[[DeviceTree], T]) -> T:
        """Runs a function on the tree, behind everything posted before, and returns what it returned."""
        answers: list[T] = []
        answered = trio.Event()

        def ask(tree: DeviceTree) -> None:
            answers.append(question(tree))
            answered.set()

        await self._mailbox.send(Question(ask))
        await answered.wait()
        return answers[0]

    @asynccontextmanager
    async def open_subscription(self) -> AsyncIterator[Subscription]:
        """A subscription that begins with the whole tree and ends with the block."""

        subscription = Subscription()

        def begin(tree: DeviceTree) -> None:
            if not subscription.closed:  # whoever asked may have been cancelled since
                subscription.begin(tree.nodes())
                self._subscriptions.add(subscription)

        try:
            await self.ask(begin)
            yield subscription
        finally:
            subscription.closed = True
            self._subscriptions.discard(subscription)

    @asynccontextmanager
    async def open_attachment(
        self,
        instance: InstanceId,
        publishes: frozenset[type[Component]],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator[Attachment]:
        """One connection's access to the tree. When the block ends its devices are stale, even if it is cancelled."""
        attachment = await self.ask(lambda tree: tree.attach(instance, publishes))
        try:
            yield attachment
        finally:
            # The actor may have ended before us, and then there is no tree any more.
            with trio.CancelScope(shield=True), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self._mailbox.send(Question(lambda tree: tree.detach(attachment, clock())))


async def run_tree_actor(
    tree: DeviceTree, *, task_status: trio.TaskStatus[TreeHandle] = trio.TASK_STATUS_IGNORED
) -> None:
    """Owns the tree until cancelled. Starts with the handle."""
    sender, mailbox = trio.open_memory_channel[Batch | Question](MAILBOX)
    subscriptions: set[Subscription] = set()
    async with sender, mailbox:
        task_status.started(TreeHandle(sender, subscriptions))
        async for first in mailbox:
            _apply(tree, first)
            # What else has come goes into the same step, so that subscribers wake once for all of it.
            with suppress(trio.WouldBlock):
                for _ in range(MAILBOX):
                    _apply(tree, mailbox.receive_nowait())
            if changes := tree.take_changes():
                for subscription in subscriptions:
                    subscription.merge(changes)


def _apply(tree: DeviceTree, item: Batch | Question) -> None:
    match item:
        case Batch(attachment, messages, received_at, answer):
            if answers := tree.apply(attachment, messages, received_at):
                answer(answers)
        case Question(ask):
            ask(tree)
