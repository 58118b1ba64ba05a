"""What a provider has said and its hub has not been sent yet: in order, and bounded. Knows messages, not devices.

- Values: the last one of each component of each entity. A slow hub misses what lay between, never the last.
- Events: EVENTS_KEPT of each entity, each kept apart; after that equal ones are added up in their `count`.
- Statuses: the last one of each device, and of the provider.
- Everything else is encoded at once and counted in bytes. Above SOFT_LIMIT the outbox is crowded: log records are
  dropped and counted, and whoever can wait should. Above HARD_LIMIT it raises HubFault, because a hub that reads
  nothing is broken.

What is taken is encoded no sooner than that, and in pieces, so a house of long texts is never there twice.
"""

from collections import deque
from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, Final

from igloo_provider.errors import HubFault, text_of
from igloo_wire import MAX_COMPONENTS, Component, Log, LogLevel, Message, encode, encode_writes

SOFT_LIMIT: Final = 256 << 10
"""Bytes. 4,000 devices' introduction, and far more than the hub takes in one read."""
HARD_LIMIT: Final = 4 << 20
"""Bytes. Answers to the hub's own messages can't be refused, so this is what bounds them: 400,000 unread pongs."""
PIECE: Final = 64 << 10
"""Bytes that are taken at once, and the rest of the frame: a third of what a socket holds."""
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

    def clear(self) -> None:
        self.rows.clear()
        self._events.clear()

    def encode(self) -> bytes:
        """One frame, so that the hub sees what was set together change together.

        Values that don't fit into one beside the events follow them in one of their own. (More than 768 KiB of
        values don't fit into any, and are split.)
        """
        device, entity = self.address
        if len(self.rows) <= MAX_COMPONENTS:
            return encode_writes([(device, entity, row) for row in self.rows.values()])
        events = [(device, entity, self.rows[number]) for number in self._events]
        values = [(device, entity, row) for key, row in self.rows.items() if not isinstance(key, int)]
        return encode_writes(events) + encode_writes(values)


class Latest:
    """A place in the queue for a message of which only the last one counts."""

    __slots__ = ("message", "subject")

    def __init__(self, subject: Hashable, message: Message) -> None:
        self.subject = subject
        self.message = message


class Dropped:
    """A place in the queue for saying how much was dropped from there on."""

    __slots__ = ("count", "what")

    def __init__(self, what: str) -> None:
        self.what = what
        self.count = 0


class Outbox:
    """The queue. `wake` is called when there is something to take after there was nothing."""

    def __init__(self, wake: Callable[[], None], first: bytes = b"") -> None:
        self._wake = wake
        self._queue: deque[bytes | Values | Latest | Dropped] = deque([first] if first else [])
        self._bytes = len(first)
        self.left_out: frozenset[str] = frozenset()
        """Names of messages that the hub is too old to know: they are not sent."""
        self._values: dict[Address, Values] = {}
        self._latest: dict[Hashable, Latest] = {}
        self._dropped: dict[str, Dropped] = {}

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def is_crowded(self) -> bool:
        return self._bytes > SOFT_LIMIT

    def send(self, message: Message) -> None:
        """Raises HubFault when too much is waiting, and InvalidValue for what the wire doesn't take."""
        if type(message).__name__ in self.left_out:
            return
        data = encode(message)
        if self._bytes + len(data) > HARD_LIMIT:
            raise HubFault(f"the hub has not read for so long that {HARD_LIMIT >> 20} MiB are waiting")
        self._bytes += len(data)
        self._enqueue(data)

    def send_latest(self, subject: Hashable, message: Message) -> None:
        """As `send`, in place of what still waits about the same subject."""
        if type(message).__name__ in self.left_out:
            return
        waiting = self._latest.get(subject)
        if waiting is None:
            self._latest[subject] = waiting = Latest(subject, message)
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
        if not self.values(address).put_event(event):
            self.count_dropped("events")

    def forget_values(self, address: Address) -> None:
        """The entity is gone, so what still waits of it is of no use."""
        if (waiting := self._values.get(address)) is not None:
            waiting.clear()

    def log(self, level: LogLevel, text: str) -> bool:
        """False when it was dropped because much is waiting."""
        if self.is_crowded:
            self.count_dropped("log records")
            return False
        self.send(Log(level, clean_text(text, LOG_BYTES)))
        return True

    def count_dropped(self, what: str, count: int = 1) -> None:
        """`what` in the plural; how many were lost is logged behind what waits now."""
        waiting = self._dropped.get(what)
        if waiting is None:
            self._dropped[what] = waiting = Dropped(what)
            self._enqueue(waiting)
        waiting.count += count

    def take(self) -> bytes:
        """The oldest of what waits, in order: up to the frame with which it is PIECE bytes. The rest goes on waiting."""
        parts: list[bytes] = []
        size = 0
        while self._queue and size < PIECE:
            item = self._queue.popleft()
            if isinstance(item, Values):
                del self._values[item.address]
                data = item.encode()
            elif isinstance(item, bytes):
                data = item
                self._bytes -= len(data)
            elif isinstance(item, Latest):
                del self._latest[item.subject]
                data = encode(item.message)
            else:
                del self._dropped[item.what]
                text = f"{item.count} {item.what} were dropped: more came than could be sent"
                data = b"" if "Log" in self.left_out else encode(Log(LogLevel.WARNING, text))
            parts.append(data)
            size += len(data)
        return b"".join(parts)

    def _enqueue(self, item: bytes | Values | Latest | Dropped) -> None:
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


def clean_text(value: object, limit: int) -> str:
    """Its text as the wire takes it: no control characters but line feeds and tabs, at most `limit` bytes of UTF-8."""
    text = text_of(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
    data = text.encode("utf-8")
    if len(data) > limit:
        return data[: limit - len("…".encode())].decode("utf-8", "ignore") + "…"
    return text
