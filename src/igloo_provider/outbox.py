"""What a provider has said and its hub has not been sent yet: in order, and bounded. Knows messages, not devices.

- Values: the last one of each component of each entity. A slow hub misses what lay between, never the last.
- Events: EVENTS_KEPT of each entity, each kept apart; after that equal ones are added up in their `count`.
- Statuses: the last one of each device, and of the provider.
- Everything else is encoded at once and counted in bytes. Above SOFT_LIMIT the outbox is crowded: log records are
  dropped and counted, and whoever can wait should. Above HARD_LIMIT it raises HubFault, because a hub that reads
  nothing is broken.
"""

from collections import deque
from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, Final

from igloo_provider.errors import HubFault
from igloo_wire import Component, Log, LogLevel, Message, encode, encode_writes

SOFT_LIMIT: Final = 256 << 10
"""Bytes. 4,000 devices' introduction, and far more than the hub takes in one read."""
HARD_LIMIT: Final = 4 << 20
"""Bytes. Answers to the hub's own messages can't be refused, so this is what bounds them: 400,000 unread pongs."""
EVENTS_KEPT: Final = 64
"""Of one entity, as the wire's specification has it."""
LOG_BYTES: Final = 16 << 10
"""Of one log record: a long traceback fits."""
HIGHEST_COUNT: Final = (1 << 32) - 1

Address = tuple[int, int]
"""Device and entity, by index."""


class Values:
    """A place in the queue for what one entity has to say: values by their type, events by a number."""

    __slots__ = ("_events", "_numbers", "address", "rows")

    def __init__(self, address: Address) -> None:
        self.address = address
        self.rows: dict[type[Component] | int, Component] = {}
        self._events: deque[int] = deque()
        self._numbers = count()

    def put(self, component: Component) -> None:
        kind = type(component)
        # To the end, so that what is sent keeps the order in which it was last said.
        self.rows.pop(kind, None)
        self.rows[kind] = component

    def put_event(self, event: Component) -> bool:
        """Returns False if an older event had to be thrown away for it."""
        is_whole = True
        if len(self._events) >= EVENTS_KEPT:
            for number in reversed(self._events):
                if is_same_event(self.rows[number], event):
                    self.rows[number] = add_counts(self.rows[number], event)
                    return True
            del self.rows[self._events.popleft()]
            is_whole = False
        number = next(self._numbers)
        self.rows[number] = event
        self._events.append(number)
        return is_whole


class Latest:
    """A place in the queue for a message of which only the last one counts."""

    __slots__ = ("message",)

    def __init__(self, message: Message) -> None:
        self.message = message


class Outbox:
    """The queue. `wake` is called when there is something to take after there was nothing."""

    def __init__(self, wake: Callable[[], None], first: bytes = b"") -> None:
        self._wake = wake
        self._queue: deque[bytes | Values | Latest] = deque([first] if first else [])
        self._bytes = 0
        self._values: dict[Address, Values] = {}
        self._latest: dict[Hashable, Latest] = {}
        self._dropped_logs = 0
        self._dropped_events = 0

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def is_crowded(self) -> bool:
        return self._bytes > SOFT_LIMIT

    def send(self, message: Message) -> None:
        """Raises HubFault when too much is waiting, and InvalidValue for what the wire doesn't take."""
        data = encode(message)
        if self._bytes + len(data) > HARD_LIMIT:
            raise HubFault(f"the hub has not read for so long that {HARD_LIMIT >> 20} MiB are waiting")
        self._bytes += len(data)
        self._enqueue(data)

    def send_latest(self, subject: Hashable, message: Message) -> None:
        """As `send`, in place of what still waits about the same subject."""
        waiting = self._latest.get(subject)
        if waiting is None:
            self._latest[subject] = waiting = Latest(message)
            self._enqueue(waiting)
        else:
            waiting.message = message

    def values(self, address: Address) -> Values:
        """Where to put what this entity says now."""
        waiting = self._values.get(address)
        if waiting is None:
            self._values[address] = waiting = Values(address)
            self._enqueue(waiting)
        return waiting

    def send_event(self, address: Address, event: Component) -> None:
        self._dropped_events += not self.values(address).put_event(event)

    def forget_values(self, address: Address) -> None:
        """The entity is gone, so what still waits of it is of no use."""
        if (waiting := self._values.get(address)) is not None:
            waiting.rows.clear()

    def log(self, level: LogLevel, text: str) -> bool:
        """False when it was dropped because much is waiting."""
        if self.is_crowded:
            self._dropped_logs += 1
            return False
        self.send(Log(level, clean_text(text, LOG_BYTES)))
        return True

    def take(self) -> bytes:
        """Everything that waits, in order, as one piece. Then nothing waits."""
        parts: list[bytes] = []
        rows: list[tuple[int, int, Component]] = []
        for item in self._queue:
            if isinstance(item, Values):
                device, entity = item.address
                rows += [(device, entity, component) for component in item.rows.values()]
                continue
            if rows:
                parts.append(encode_writes(rows))
                rows = []
            parts.append(item if isinstance(item, bytes) else encode(item.message))
        if rows:
            parts.append(encode_writes(rows))
        for dropped, what in ((self._dropped_logs, "log records"), (self._dropped_events, "events")):
            if dropped:
                parts.append(
                    encode(Log(LogLevel.WARNING, f"{dropped} {what} were dropped: the hub reads slowly"))
                )
        self._queue.clear()
        self._values.clear()
        self._latest.clear()
        self._bytes = self._dropped_logs = self._dropped_events = 0
        return b"".join(parts)

    def _enqueue(self, item: bytes | Values | Latest) -> None:
        was_empty = not self._queue
        self._queue.append(item)
        if was_empty:
            self._wake()


def fields_of(event: Component) -> dict[str, Any]:
    kind: Any = type(event)
    return {name: getattr(event, name) for name in kind.__match_args__}


def is_same_event(a: Component, b: Component) -> bool:
    return type(a) is type(b) and {**fields_of(a), "count": 0} == {**fields_of(b), "count": 0}


def add_counts(a: Component, b: Component) -> Component:
    fields = fields_of(a)
    fields["count"] = min(fields["count"] + fields_of(b)["count"], HIGHEST_COUNT)
    make: Callable[..., Component] = type(a)
    return make(**fields)


def clean_text(text: str, limit: int) -> str:
    """The text as the wire takes it: no control characters but line feeds and tabs, at most `limit` bytes of UTF-8."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
    data = text.encode("utf-8")
    if len(data) > limit:
        return data[: limit - len("…".encode())].decode("utf-8", "ignore") + "…"
    return text
