"""What `igloo-hub run` prints: values as lines or JSON, and the log. Knows the tree's copies, not the tree.

Nothing here blocks the hub. A terminal that is stopped with Ctrl-S or a pipe that nobody reads blocks a thread: the
log's own, or the one that writes values, for which the latest values wait in the subscription.
"""

import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from igloo_hub.cli.words import GENERIC, value_words
from igloo_hub.ids import DeviceId, EntityAddress
from igloo_hub.logs import escape
from igloo_hub.tree import KIND_OF_ID, DeviceSnapshot, EntitySnapshot
from igloo_hub.tree_actor import Changes, ValueChange
from igloo_wire import Component, Secret, Text, Unknown

STDOUT, STDERR = 1, 2

LOG_WAITING = 1_000
"""Log lines that may wait for a blocked terminal; further ones are lost and counted."""

LAST_LINES = 1.0
"""Seconds at the end for the log lines that still wait."""

SHOWN = frozenset({"state", "writable", "event"})
"""Access kinds that are values or events. Markers and facts describe an entity and are left to the JSON."""


class ValueLines:
    """Turns changes into lines. Keeps what it needs of every device to name things."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._known: dict[DeviceId, DeviceSnapshot] = {}
        self._told: dict[DeviceId, dict[tuple[str, type[Component]], Component]] = {}

    def lines(self, changes: Changes, now: datetime) -> Iterator[str]:
        """Every line for these changes, without line ends. `now` has a time zone."""
        return self._json_lines(changes, now) if self._as_json else self._text_lines(changes, now)

    def _json_lines(self, changes: Changes, now: datetime) -> Iterator[str]:
        time = now.isoformat(timespec="milliseconds")
        for removed in changes.removed:
            if self._known.pop(removed, None) is not None:
                yield json_line("removed", time, device=removed)
        for device in changes.devices:
            self._known[device.id] = device
            yield json_line("device", time, **device_to_plain(device))
        for kind, rows in ("value", changes.values), ("event", changes.events):
            for (device_id, entity), component in rows:
                is_secret = has_secret(find_entity(self._known[device_id], entity))
                plain = components_to_plain([component], is_secret)
                yield json_line(kind, time, device=device_id, entity=entity, component=plain)
        if changes.events_lost:
            yield json_line("events_lost", time, count=changes.events_lost)

    def _text_lines(self, changes: Changes, now: datetime) -> Iterator[str]:
        time = f"{now:%H:%M:%S}"
        for removed in changes.removed:
            self._told.pop(removed, None)
            if (former := self._known.pop(removed, None)) is not None:
                yield f"{time}  {escape(former.name)}: removed"
        for device in changes.devices:
            former = self._known.get(device.id)
            self._known[device.id] = device
            if former is None:
                yield f"{time}  {escape(device.name)}: device {device.id} of {device.instance}{standing(device)}"
            elif standing(former) != standing(device) or former.name != device.name:
                yield f"{time}  {escape(device.name)}{standing(device) or ' (back)'}"
            told = self._told.pop(device.id, {})
            for entity in device.entities:
                for component in entity.components:
                    if told.get((entity.key, type(component))) != component:
                        yield from value_lines(time, device, entity, component)
                    self._tell(EntityAddress(device.id, entity.key), component)
        for change in changes.values:
            self._tell(*change)
            yield from self._line(time, change)
        for event in changes.events:
            yield from self._line(time, event)
        if changes.events_lost:
            yield f"{time}  {changes.events_lost:,} events came too fast to be shown"

    def _tell(self, address: EntityAddress, component: Component) -> None:
        self._told.setdefault(address.device, {})[address.entity, type(component)] = component

    def _line(self, time: str, change: ValueChange) -> Iterator[str]:
        device = self._known[change.entity.device]
        entity = find_entity(device, change.entity.entity)
        return value_lines(time, device, entity, change.component)


def find_entity(device: DeviceSnapshot, key: str) -> EntitySnapshot:
    return next(entity for entity in device.entities if entity.key == key)


def has_secret(entity: EntitySnapshot) -> bool:
    return entity.get(Secret) is not None


def value_lines(
    time: str, device: DeviceSnapshot, entity: EntitySnapshot, component: Component
) -> Iterator[str]:
    """A line for a value or an event, several for what is unknown, none for a marker or a fact."""
    if isinstance(component, Unknown):
        for kind in map(KIND_OF_ID.get, component.value):
            yield f"{time}  {place(device, entity)}  {kind_name(kind)}unknown"
    elif component.schema.access in SHOWN:
        words = kind_name(type(component)) + value_words(component, entity)
        yield f"{time}  {place(device, entity)}  {words}".rstrip()


def kind_name(kind: type[Component] | None) -> str:
    """The component's name, where it says something: "Temperature ", but nothing for a plain number or text."""
    return "" if kind is None or kind in GENERIC else f"{kind.__name__} "


def place(device: DeviceSnapshot, entity: EntitySnapshot) -> str:
    return f"{escape(device.name)} / {escape(entity.name)}".ljust(40)


def standing(device: DeviceSnapshot) -> str:
    """How a device stands where that isn't well, as the end of a line."""
    if device.stale_since is not None:
        since = datetime.fromtimestamp(device.stale_since).astimezone()
        return f" (stale since {since:%H:%M:%S})"
    return "" if device.online else f" (offline{': ' + escape(device.reason) if device.reason else ''})"


def components_to_plain(components: Iterable[Component], is_secret: bool = False) -> dict[str, Any]:
    """By name. A Text that is a password is null: what is printed is kept by terminals, pipes and files."""
    return {
        component.schema.name: None if is_secret and isinstance(component, Text) else component.to_plain()
        for component in components
    }


def device_to_plain(device: DeviceSnapshot) -> dict[str, Any]:
    stale = device.stale_since
    return {
        "device": device.id,
        "instance": device.instance,
        "key": device.key,
        "name": device.name,
        "online": device.online,
        "reason": device.reason,
        "stale_since": None if stale is None else datetime.fromtimestamp(stale).astimezone().isoformat(),
        "entities": {
            entity.key: {
                "name": entity.name,
                "components": components_to_plain(entity.components, has_secret(entity)),
            }
            for entity in device.entities
        },
    }


def json_line(kind: str, time: str, **fields: object) -> str:
    return json.dumps({"type": kind, "time": time, **fields}, allow_nan=False, separators=(",", ":"))


class JsonFormatter(logging.Formatter):
    """One JSON object a log line."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return json_line("log", time, level=record.levelname.lower(), message=text)


class Writer:
    """Writes texts to a descriptor, in order, in a thread of its own: who reads there may stop, the hub may not."""

    def __init__(self, descriptor: int, most: int = LOG_WAITING) -> None:
        self._descriptor = descriptor
        self._waiting: queue.Queue[tuple[str, Callable[[], object]] | None] = queue.Queue(most)
        # A daemon, and past sys.stderr with its lock: a terminal that takes nothing must not hold up the end.
        self._thread = threading.Thread(target=self._write, name="output", daemon=True)
        self._thread.start()

    def put(self, text: str, written: Callable[[], object] = lambda: None) -> bool:
        """False, and nothing is written, when too much waits already. `written` is called in the thread afterwards."""
        try:
            self._waiting.put_nowait((text, written))
        except queue.Full:
            return False
        return True

    def flush(self, seconds: float) -> None:
        """Waits until what was put is written, but no longer than so many seconds."""
        done = threading.Event()
        if self.put("", done.set):
            done.wait(seconds)

    def finish(self) -> None:
        """Waits until all is written, but not for ever. Nothing may be put afterwards."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=LAST_LINES)
            self._thread.join(LAST_LINES)

    def _write(self) -> None:
        while (item := self._waiting.get()) is not None:
            text, written = item
            with suppress(OSError):  # nobody reads any more; the values' printer says so
                write_out(self._descriptor, text)
            written()


class LogWriter(logging.Handler):
    """Gives log lines to a writer, and counts what doesn't fit: the log may lag, the hub may not."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        told = f"… {self._lost:,} log lines were lost\n" if self._lost else ""
        if self._writer.put(f"{told}{self.format(record)}\n"):
            self._lost = 0
        else:
            self._lost += 1


@contextmanager
def open_log(as_json: bool, level: str) -> Iterator[None]:
    """Sends the hub's log to standard error until the block ends."""
    writer = Writer(STDERR)
    handler = LogWriter(writer)
    handler.setFormatter(JsonFormatter() if as_json else log_formatter())
    try:
        with handling_log(level, handler):
            yield
    finally:
        writer.finish()


def log_formatter() -> logging.Formatter:
    return logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")


@contextmanager
def handling_log(level: str, handler: logging.Handler) -> Iterator[None]:
    """The hub's log goes through this handler until the block ends."""
    root = logging.getLogger("igloo_hub")
    root.addHandler(handler)
    root.setLevel(level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)


def write_out(descriptor: int, text: str) -> None:
    """Writes all of it, however long that takes; for a thread. Raises OSError when nobody reads any more."""
    data = memoryview(text.encode(errors="backslashreplace"))
    while data:
        data = data[os.write(descriptor, data) :]
