"""The live table of `igloo-hub run --watch`: what is to be seen, and when it is drawn again. Knows no escape codes.

`House` keeps of every device only what decides its place; the values of those that are visible are asked of the tree
for each picture. So ten thousand devices cost little more than the twenty that fit on the screen.

The table has the terminal to itself. Log lines are shown below the values; warnings and errors are printed once more
when the table goes, as far as they didn't go to a file or another terminal anyway.
"""

import logging
import os
import re
import signal
import stat
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple

import attrs
import trio
from rich.cells import cell_len

from igloo_hub.cli.output import STDERR, STDOUT, LogWriter, Writer, handling_log, log_formatter
from igloo_hub.cli.screen import Cell, Line, Screen, cell, wrap
from igloo_hub.cli.words import BOOLEAN_WORDS, GENERIC, age_words, kind_words, unit_words, value_words
from igloo_hub.hub import Hub
from igloo_hub.ids import DeviceId, InstanceId
from igloo_hub.supervisor import InstanceState, Supervisor, plural
from igloo_hub.tree import KIND_OF_ID, DeviceSnapshot, DeviceTree, EntitySnapshot, snapshot_of
from igloo_hub.tree_actor import Changes, Subscription
from igloo_sandbox.spec import Status
from igloo_wire import (
    Available,
    ButtonEvents,
    ClimateAction,
    Color,
    ColorMode,
    Component,
    Configuration,
    Diagnostic,
    DoorLock,
    HiddenByDefault,
    ImageUrl,
    LastReset,
    Movement,
    NamedEventOptions,
    OperationalState,
    PageUrl,
    PlaybackState,
    StreamUrl,
    ThermostatMode,
    Unknown,
    WeatherCondition,
)

INTERVAL = 0.25
"""Seconds from one picture to the next, at least: more often, a person sees flicker and not values."""

TICK = 1.0
"""Seconds after which ages and the state of providers are looked at again, though nothing changed."""

SHARE = 20
"""A picture is followed by a pause that is so many times longer than the work for it: the hub comes first."""

WIDEST = 120
"""Columns that the table takes at most; in longer lines the eye loses its way from a name to its value."""

GAP = 2
AGE_WIDTH = 6
NARROW = 60
"""Columns below which there is no room for words that can be done without."""

ROOMY = 32
"""Columns from which on every part has a place."""

LOG_LINES = 200
HELD_LINES = 20
"""Log lines kept for the panel, and warnings kept for the moment when the table goes."""

OTHER = "other"
"""What an entity without a value is called, and one that its provider hides."""

ASIDE: Mapping[type[Component], str] = {
    Diagnostic: "diagnostic",
    Configuration: "setting",
    HiddenByDefault: OTHER,
}
"""Markers of entities that are left out, and what such an entity is called."""

LEFT_OUT: frozenset[type[Component]] = frozenset(
    {Available, ColorMode, ImageUrl, LastReset, PageUrl, StreamUrl, Unknown}
)
"""Components that say something about other values, or that nobody reads in a table."""

HAVE_EVENTS = frozenset({ButtonEvents, NamedEventOptions})

BARE: frozenset[type[Component]] = frozenset(
    {
        *GENERIC,
        *BOOLEAN_WORDS,
        ClimateAction,
        Color,
        DoorLock,
        Movement,
        OperationalState,
        PlaybackState,
        ThermostatMode,
        WeatherCondition,
    }
)
"""Values that need no name in front of them. The first one of a unit needs none, either."""

STATE_STYLES: Mapping[InstanceState | None, str] = {
    None: "yellow",
    InstanceState.READY: "green",
    InstanceState.DEGRADED: "yellow",
    InstanceState.STARTING: "cyan",
    InstanceState.BACKOFF: "red",
    InstanceState.QUARANTINED: "bold red",
    InstanceState.DISABLED: "red",
}
APPROVAL_WORDS = "it asks for more than igloo.toml approves: the log says what, and which line grants it"
LEVEL_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red"}
FAINT, STRONG, DOUBTFUL = "dim", "bold", "yellow"

log = logging.getLogger("igloo_hub")


# ── what is known ──


@attrs.frozen
class Entry:
    """What decides a device's place in the table."""

    id: DeviceId
    order: tuple[object, ...]
    is_live: bool
    main: int
    """Entities that have a row of their own where there is room."""

    @property
    def full(self) -> int:
        """Rows that it takes when nothing is left out. A single value stands beside the device's name."""
        return 1 + self.main if self.main > 1 else 1


class House:
    """All devices in the order in which they are shown, and the last event of each kind."""

    def __init__(self, instances: Iterable[InstanceId]) -> None:
        self._by_instance: dict[InstanceId, dict[DeviceId, Entry]] = {instance: {} for instance in instances}
        self._instance_of: dict[DeviceId, InstanceId] = {}
        self._sorted: dict[InstanceId, Section] = {}
        self._events: dict[DeviceId, dict[tuple[str, type[Component]], Happened]] = {}

    def apply(self, changes: Changes, now: float) -> None:
        """`now` is in seconds since 1970, here and below."""
        for removed in changes.removed:
            self._events.pop(removed, None)
            if (instance := self._instance_of.pop(removed, None)) is not None:
                del self._by_instance[instance][removed]
                self._sorted.pop(instance, None)
        for device in changes.devices:
            self._instance_of[device.id] = device.instance
            entries = self._by_instance.setdefault(device.instance, {})
            former, entry = entries.get(device.id), entry_of(device)
            entries[device.id] = entry
            if former != entry:
                self._sorted.pop(device.instance, None)
        for (device_id, entity), event in changes.events:
            self._events.setdefault(device_id, {})[entity, type(event)] = Happened(event, now)

    def sections(self) -> list["Section"]:
        """Every instance that has devices, with them in order."""
        found = []
        for instance, entries in self._by_instance.items():
            if entries:
                if instance not in self._sorted:
                    in_order = sorted(entries.values(), key=lambda entry: entry.order)
                    away = sum(not entry.is_live for entry in in_order)
                    self._sorted[instance] = Section(instance, in_order, away)
                found.append(self._sorted[instance])
        return found

    def events(self, device: DeviceId, entity: str) -> list["Happened"]:
        return [event for (key, _), event in self._events.get(device, {}).items() if key == entity]


class Happened(NamedTuple):
    event: Component
    at: float


class Section(NamedTuple):
    instance: InstanceId
    entries: Sequence[Entry]
    away: int
    """How many of them are stale or offline."""


def entry_of(device: DeviceSnapshot) -> Entry:
    main = sum(1 for entity in device.entities if not aside(entity))
    return Entry(device.id, (*natural(device.name), device.id), device.is_live, main)


def natural(name: str) -> Iterator[tuple[int, int | str]]:
    """A key by which "lamp 2" comes before "Lamp 10"."""
    for part in re.findall(r"[0-9]{1,18}|[^0-9]+", name[:200].casefold()):
        yield (0, int(part)) if part[0] in "0123456789" else (1, part)


def aside(entity: EntitySnapshot) -> str:
    """What an entity is that is left out: "setting", "other" …; "" for one that is shown."""
    kinds = set(map(type, entity.components))
    for kind, words in ASIDE.items():
        if kind in kinds:
            return words
    if kinds & HAVE_EVENTS or any(is_value(kind) for kind in kinds) or Unknown in kinds:
        return ""
    return OTHER


def is_value(kind: type[Component]) -> bool:
    return kind.schema.access in {"state", "writable"} and kind not in LEFT_OUT


# ── which rows there is room for ──


class Heading(NamedTuple):
    section: Section


class Block(NamedTuple):
    """One device, in `rows` rows. With one, all its values stand in a line."""

    entry: Entry
    rows: int


class More(NamedTuple):
    """So many devices had no room."""

    devices: int


Row = Heading | Block | More


def plan_rows(sections: Sequence[Section], room: int) -> list[Row]:
    """What fits into `room` rows: everything; or less of the devices that have most; or each in one row; or some."""
    headings = len(sections) if len(sections) > 1 else 0
    count = sum(len(section.entries) for section in sections)
    if headings + count > room:
        return plan_some(sections, room, count)
    most = max((entry.full for section in sections for entry in section.entries), default=1)
    rows = next(
        limit
        # With two rows a device would show its name, and that there are values.
        for limit in (*range(min(most, room), 2, -1), 1)
        if limit == 1 or headings + sum(min(e.full, limit) for s in sections for e in s.entries) <= room
    )
    return list(plan_blocks(sections, {s.instance: len(s.entries) for s in sections}, rows, bool(headings)))


def plan_some(sections: Sequence[Section], room: int, count: int) -> list[Row]:
    """One row a device, and no instance without any as long as there is room: the last row says how many are left."""
    with_headings = 1 < len(sections) <= (room - 1) // 2
    free = room - 1 - (len(sections) if with_headings else 0)
    shares: Counter[InstanceId] = Counter()
    open_sections = list(sections)
    while free > 0 and open_sections:
        share = max(1, free // len(open_sections))
        for section in list(open_sections):
            taken = min(share, free, len(section.entries) - shares[section.instance])
            shares[section.instance] += taken
            free -= taken
            if shares[section.instance] == len(section.entries):
                open_sections.remove(section)
    rows = list(plan_blocks(sections, shares, 1, with_headings))
    return [*rows, More(count - shares.total())] if room > 0 else []


def plan_blocks(
    sections: Sequence[Section], shares: Mapping[InstanceId, int], rows: int, with_headings: bool
) -> Iterator[Row]:
    for section in sections:
        if with_headings:
            yield Heading(section)
        for entry in section.entries[: shares[section.instance]]:
            yield Block(entry, min(entry.full, rows))


# ── what it looks like ──


class Provider(NamedTuple):
    """One instance as the table shows it."""

    instance: InstanceId
    state: InstanceState | None
    """None: it doesn't run before its owner approves what it asks for."""
    deaths: int
    reason: str
    """What is wrong, "" when nothing is."""
    enforced: str
    is_strict: bool


class LogLine(NamedTuple):
    time: str
    level: int
    text: str


def provider_of(supervisor: Supervisor) -> Provider:
    state, deaths = supervisor.state, supervisor.deaths
    reason = {InstanceState.READY: "", InstanceState.DEGRADED: supervisor.health_reason}.get(
        state, supervisor.last_death
    )
    enforced, is_strict = enforced_briefly(supervisor.status, supervisor.plan.enforcement)
    return Provider(supervisor.instance, state, deaths, reason, enforced, is_strict)


def enforced_briefly(status: Status, enforcement: str) -> tuple[str, bool]:
    """What holds a provider in few words, and whether that is all that can be asked."""
    if enforcement == "off":
        return "no sandbox", False
    if not status.restrictions:
        return "not started yet", True
    if gaps := [restriction.name for restriction in status.restrictions if not restriction.held_by]:
        return f"NOT {', '.join(gaps)}", False
    if any(layer.name == "uid" and layer.status != "enforced" for layer in status.layers):
        return "strict, the hub's uid", True
    return "strict", True


def providers_of(hub: Hub, configured: Iterable[InstanceId]) -> list[Provider]:
    """Every instance that is to run, those that wait for an approval at the end."""
    waiting = (instance for instance in configured if instance not in hub.supervisors)
    return [
        *map(provider_of, hub.supervisors.values()),
        *(Provider(instance, None, 0, APPROVAL_WORDS, "not started yet", True) for instance in waiting),
    ]


def state_words(provider: Provider) -> str:
    if provider.state is None:
        return "needs approval"
    if not provider.deaths:
        return provider.state.value
    runs = provider.state in {InstanceState.READY, InstanceState.DEGRADED, InstanceState.STARTING}
    return f"{provider.state.value}, {plural(provider.deaths, 'restart' if runs else 'death')}"


class Picture:
    """One picture of everything, for a terminal of so many columns and lines."""

    def __init__(
        self,
        house: House,
        providers: Sequence[Provider],
        log_lines: Iterable[LogLine],
        size: os.terminal_size,
    ) -> None:
        self._house = house
        self._width, self._height = max(size.columns, 1), max(size.lines, 1)
        self._table = min(self._width, WIDEST)
        self._sections = house.sections()
        top = [*self._title(providers), *self._providers(providers)]
        bottom = self._log(log_lines)
        if len(top) + len(bottom) > self._height:
            bottom = []
        self._top, self._bottom = top[: self._height], bottom
        room = self._height - len(self._top) - len(self._bottom)
        self._with_headings = room >= 4
        self._rows = plan_rows(self._sections, room - 2 * self._with_headings)
        self._room = room

    @property
    def visible(self) -> frozenset[DeviceId]:
        """The devices that are to be handed to `lines`."""
        return frozenset(row.entry.id for row in self._rows if isinstance(row, Block))

    def lines(self, devices: Mapping[DeviceId, DeviceSnapshot], now: float) -> list[Line]:
        """The whole picture, as many lines as the terminal has. A device that is not given has just gone."""
        middle: list[Line] = []
        if self._with_headings:
            middle += [(), self._device_headings()]
        for row in self._rows:
            match row:
                case Heading(section):
                    count = plural(len(section.entries), "device")
                    middle.append((cell(0, self._table, f"── {section.instance} · {count}", FAINT),))
                case Block(entry, rows):
                    if (device := devices.get(entry.id)) is not None:
                        middle += self._device(device, rows, now)
                case More(left):
                    middle.append((cell(0, self._table, f"… and {plural(left, 'more device')}", FAINT),))
        if not self._sections and self._with_headings:
            middle.append((cell(0, self._table, "none yet", FAINT),))
        middle += [()] * (self._room - len(middle))
        return [self._clipped(line) for line in (*self._top, *middle[: self._room], *self._bottom)]

    def _clipped(self, line: Line) -> Line:
        """The cells for which so narrow a terminal has a place."""
        if self._table >= ROOMY:
            return line
        kept: list[Cell] = []
        end = 0
        for one in line:
            if one.text and end <= one.column <= self._table - cell_len(one.text):
                kept.append(one)
                end = one.column + cell_len(one.text)
        return tuple(kept)

    # -- the top --

    def _title(self, providers: Sequence[Provider]) -> Iterator[Line]:
        ready = sum(provider.state is InstanceState.READY for provider in providers)
        devices = sum(len(section.entries) for section in self._sections)
        words = f"{ready} of {plural(len(providers), 'provider')} ready, {plural(devices, 'device')}"
        if self._table < NARROW:
            words = f"{ready}/{len(providers)} ready, {plural(devices, 'device')}"
        if away := sum(section.away for section in self._sections):
            words += f", {away:,} away"
        name, hint = "Igloo Hub", "Ctrl-C ends it"
        start = len(name) + GAP
        title = [cell(0, self._width, name, STRONG), cell(start, self._table - start, words)]
        if start + len(words) + GAP + len(hint) <= self._table:
            title.append(cell(0, self._table, hint, FAINT, right=True))
        yield tuple(title)
        if self._height >= 12:
            yield ()

    def _providers(self, providers: Sequence[Provider]) -> Iterator[Line]:
        if not providers:
            yield (cell(0, self._table, "No provider is to run.", DOUBTFUL),)
            return
        name = min(max(len("PROVIDER"), *(len(p.instance) for p in providers)), self._table // 3)
        state = min(max(len("STATE"), *(len(state_words(p)) for p in providers)), self._table // 3)
        at_state = name + GAP
        at_enforced = at_state + state + GAP
        enforced = self._table - at_enforced
        lines: list[list[Line]] = []
        # Those that need a look come first where there isn't room for all.
        most = max(2, self._height // 3)
        several = len(providers) > most
        for p in sorted(providers, key=lambda p: p.state is InstanceState.READY) if several else providers:
            style = STATE_STYLES.get(p.state, FAINT)
            lines.append(
                [
                    (
                        cell(0, name, p.instance, STRONG),
                        cell(at_state, state, state_words(p), style),
                        cell(at_enforced, enforced, p.enforced, "" if p.is_strict else "red"),
                    )
                ]
            )
            if p.reason:
                told = wrap(p.reason, self._table - GAP, 2)
                lines[-1] += [(cell(GAP, self._table - GAP, words, style),) for words in told]
        yield (
            cell(0, name, "PROVIDER", FAINT),
            cell(at_state, state, "STATE", FAINT),
            cell(at_enforced, enforced, "ENFORCED", FAINT),
        )
        used = 0
        for index, block in enumerate(lines):
            left = len(lines) - index
            if used + len(block) + (left > 1) > most and index:
                yield (cell(0, self._table, f"… and {plural(left, 'more provider')}", FAINT),)
                return
            yield from block
            used += len(block)

    # -- the devices --

    def _columns(self) -> tuple[int, int, int]:
        """Width of the names, where the values begin, and their width."""
        names = (self._table - AGE_WIDTH) * 9 // 20
        return names, names + GAP, self._table - AGE_WIDTH - names - 2 * GAP

    def _device_headings(self) -> Line:
        names, at_value, values = self._columns()
        return (
            cell(0, names, "DEVICE", FAINT),
            cell(at_value, values, "VALUE", FAINT),
            cell(self._table - AGE_WIDTH, AGE_WIDTH, "AGE", FAINT, right=True),
        )

    def _row(self, name: list[Cell], words: str, style: str, age: str) -> Line:
        _, at_value, values = self._columns()
        at_age = self._table - AGE_WIDTH
        return (
            *name,
            cell(at_value, values, words, style),
            cell(at_age, AGE_WIDTH, age, FAINT, right=True),
        )

    def _device(self, device: DeviceSnapshot, rows: int, now: float) -> Iterator[Line]:
        names, at_value, _ = self._columns()
        main = [entity for entity in device.entities if not aside(entity)]
        away = standing_words(device, now)
        style = "" if device.is_live else FAINT
        if rows == 1:
            yield self._row(
                self._single_name(device, main, names, style),
                " · ".join(filter(None, [away, *self._joined(device, main)])),
                DOUBTFUL if away else "",
                self._age(device, main, now),
            )
            return
        name = [cell(0, names, device.name, f"{STRONG} {style}".strip())]
        told = cell(
            at_value, self._table - at_value, away or left_out_words(device), DOUBTFUL if away else FAINT
        )
        yield (*name, told)
        shown = main if len(main) < rows else main[: rows - 2]
        for entity in shown:
            indented = [cell(GAP, names - GAP, entity.name, style)]
            words = " · ".join(self._values(device, entity))
            if entity.stale_since is not None and device.stale_since is None:
                words = f"stale · {words}"
            yield self._row(indented, words, style, self._age(device, [entity], now))
        if len(shown) < len(main):
            yield (
                cell(GAP, self._table - GAP, f"… and {plural(len(main) - len(shown), 'more value')}", FAINT),
            )

    def _single_name(
        self, device: DeviceSnapshot, main: Sequence[EntitySnapshot], width: int, style: str
    ) -> list[Cell]:
        """The device's name, and that of its only value where it says more."""
        name = cell(0, width, device.name, f"{STRONG} {style}".strip())
        if len(main) != 1 or device.name.endswith(main[0].name):
            return [name]
        used = cell(0, width, f"{device.name}  ").text
        start = cell_len(used)
        return [name, cell(start, width - start, main[0].name, style)] if start + 4 < width else [name]

    def _joined(self, device: DeviceSnapshot, main: Sequence[EntitySnapshot]) -> Iterator[str]:
        """The values of a device for one line; what says nothing by itself with its entity's name."""
        for entity in main:
            words = " · ".join(self._values(device, entity))
            generic = all(type(c) in GENERIC or not is_value(type(c)) for c in entity.components)
            yield f"{entity.name} {words}" if words and generic and len(main) > 1 else words

    def _values(self, device: DeviceSnapshot, entity: EntitySnapshot) -> Iterator[str]:
        if (available := entity.get(Available)) is not None and not available.value:
            yield "unavailable"
        units: set[str] = set()
        # Beside what is known, what is not would only be read twice.
        if not any(is_value(type(component)) for component in entity.components):
            unknown = entity.get(Unknown)
            if unknown and any(is_value(kind) for kind in map(KIND_OF_ID.get, unknown.value) if kind):
                yield "unknown"
        for component in entity.components:
            kind = type(component)
            if is_value(kind):
                unit = unit_words(component, entity)
                bare = kind in BARE or (unit and unit not in units and not kind.__name__.startswith("Target"))
                units.add(unit)
                words = value_words(component, entity, brief=True)
                yield words if bare else f"{kind_words(kind)} {words}"
        for happened in self._house.events(device.id, entity.key):
            yield value_words(happened.event, entity, brief=True)

    def _age(self, device: DeviceSnapshot, entities: Iterable[EntitySnapshot], now: float) -> str:
        times = [entity.reported_at for entity in entities]
        times += [h.at for entity in entities for h in self._house.events(device.id, entity.key)]
        return age_words(now - max(times)) if times else ""

    # -- the bottom --

    def _log(self, log_lines: Iterable[LogLine]) -> list[Line]:
        """The last log lines, under a rule. Its height stays, so that the devices don't jump."""
        room = min(max(self._height // 5, 1), 10)
        if self._height < 8:
            return []
        rows: deque[Line] = deque()
        start = len("00:00:00") + 1
        for line in reversed(list(log_lines)[-room:]):
            style = LEVEL_STYLES.get(min(line.level, logging.ERROR), "")
            said = f"{logging.getLevelName(line.level)} {line.text}" if style else line.text
            parts = wrap(said, self._width - start, min(3, room - len(rows)))
            first, *others = (cell(start, self._width - start, words, style) for words in parts)
            rows.extendleft((other,) for other in reversed(others))
            rows.appendleft((cell(0, start, line.time, FAINT), first))
            if len(rows) == room:
                break
        rule = (cell(0, self._width, "── log ".ljust(self._width, "─"), FAINT),)
        return [rule, *rows, *[()] * (room - len(rows))]


def standing_words(device: DeviceSnapshot, now: float) -> str:
    """How a device stands where that isn't well; "" where it is."""
    if device.stale_since is not None:
        return f"stale since {age_words(now - device.stale_since)}"
    if device.online:
        return ""
    return f"offline: {device.reason}" if device.reason else "offline"


def left_out_words(device: DeviceSnapshot) -> str:
    counts = Counter(what for entity in device.entities if (what := aside(entity)))
    return ", ".join(f"+{plural(count, what)}" for what, count in counts.items())


# ── when it is drawn ──


class TableLog(logging.Handler):
    """Keeps the last log lines for the table, and passes the log on: at once where the table isn't in the way."""

    def __init__(self, beyond: LogWriter, screen: Screen, *, is_elsewhere: bool) -> None:
        super().__init__()
        self.lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self.tell: Callable[[], None] = lambda: None
        """Called for each line, in whatever thread it comes from."""
        self._beyond = beyond
        self._screen = screen
        self._is_elsewhere = is_elsewhere
        self._held: deque[logging.LogRecord] = deque(maxlen=HELD_LINES)
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        at = f"{datetime.fromtimestamp(record.created):%H:%M:%S}"
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self._beyond.format(record)
        for line in filter(str.strip, text.splitlines()):
            self.lines.append(LogLine(at, record.levelno, line))
        self.tell()
        if self._is_elsewhere or not self._screen.is_up:
            self._beyond.handle(record)
        elif record.levelno >= logging.WARNING:
            self._dropped += len(self._held) == HELD_LINES
            self._held.append(record)

    def pass_on_held(self) -> None:
        """The table has gone: what a person should have seen in it is printed."""
        if self._dropped:
            self._beyond.handle(
                log.makeRecord(
                    log.name, logging.WARNING, "", 0, "%d earlier lines left out", (self._dropped,), None
                )
            )
        for record in self._held:
            self._beyond.handle(record)
        self._held.clear()
        self._dropped = 0


class Watch:
    """The table while the hub runs."""

    def __init__(self, screen: Screen, table_log: TableLog) -> None:
        self._screen = screen
        self._log = table_log
        self._is_over = False
        self._wake = trio.Event()

    def leave(self) -> None:
        """Ends the table; the log goes to the terminal again. Never waits."""
        self._is_over = True
        self._step_aside()

    async def show(self, configured: Collection[InstanceId], hub: Hub) -> None:
        """Draws until `leave`, or until the terminal is gone. `configured` are the instances that are to run."""
        house = House(hub.supervisors)
        token = trio.lowlevel.current_trio_token()

        def tell() -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(self._wake_up, idempotent=True)

        self._log.tell = tell
        with trio.open_signal_receiver(signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT) as signals:
            async with hub.tree.open_subscription() as subscription, trio.open_nursery() as nursery:
                house.apply(subscription.take(), time.time())
                nursery.start_soon(self._obey, signals)
                nursery.start_soon(self._follow, house, subscription)
                try:
                    await self._draw_on(hub, house, configured)
                except OSError as error:
                    self.leave()
                    log.warning("the terminal is gone (%s): the table is no longer shown", error.strerror)
                nursery.cancel_scope.cancel()

    async def _follow(self, house: House, subscription: Subscription) -> None:
        while True:
            began = time.perf_counter()
            # Not `wait`: what taking costs, when everything changes at once, must count as work too.
            changes = subscription.take()
            if any(changes):
                house.apply(changes, time.time())
                self._wake_up()
            worked = time.perf_counter() - began
            # What comes meanwhile waits in the subscription, the latest value of each component.
            await trio.sleep(max(INTERVAL, SHARE * worked))

    async def _draw_on(self, hub: Hub, house: House, configured: Collection[InstanceId]) -> None:
        while not self._is_over:
            self._wake = trio.Event()
            if self._screen.is_ours:
                self._screen.enter()
                worked = await self._draw(hub, house, providers_of(hub, configured))
            else:
                worked = 0.0
                self._step_aside()
            await trio.sleep(max(INTERVAL, SHARE * worked))
            with trio.move_on_after(TICK - INTERVAL):
                await self._wake.wait()

    async def _draw(self, hub: Hub, house: House, providers: Sequence[Provider]) -> float:
        """Returns the seconds that it worked for."""
        began = time.perf_counter()
        size = self._screen.size()
        picture = Picture(house, providers, self._log.lines, size)
        worked = time.perf_counter() - began
        devices = await hub.tree.ask(lambda tree: take_snapshots(tree, picture.visible))
        if not self._screen.is_up:
            return worked
        began = time.perf_counter()
        lines = picture.lines(devices, time.time())
        shown = trio.Event()
        token = trio.lowlevel.current_trio_token()

        def tell() -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(shown.set)

        is_new = self._screen.show(lines, size, tell)
        worked += time.perf_counter() - began
        if is_new:
            await shown.wait()
        return worked

    async def _obey(self, signals: AsyncIterator[int]) -> None:
        async for number in signals:
            if number == signal.SIGTSTP:
                self._step_aside()
                self._screen.swap_out()
            self._screen.repaint()
            self._wake_up()

    def _wake_up(self) -> None:
        self._wake.set()

    def _step_aside(self) -> None:
        self._screen.leave()
        self._log.pass_on_held()


def take_snapshots(tree: DeviceTree, wanted: frozenset[DeviceId]) -> dict[DeviceId, DeviceSnapshot]:
    return {node.id: snapshot_of(node) for node in tree.nodes() if node.id in wanted}


@contextmanager
def open_watch(level: str) -> Iterator[Watch]:
    """The table on standard output, and the hub's log in it and on standard error, until the block ends."""
    screen = Screen(STDOUT)
    is_elsewhere = not is_same_terminal(STDOUT, STDERR)
    # On one terminal one thread writes, so that what is printed comes after the table is gone.
    writer = Writer(STDERR) if is_elsewhere else screen.writer
    beyond = LogWriter(writer)
    beyond.setFormatter(log_formatter())
    table_log = TableLog(beyond, screen, is_elsewhere=is_elsewhere)
    watch = Watch(screen, table_log)
    try:
        with handling_log(level, table_log):
            yield watch
    finally:
        watch.leave()
        screen.finish()
        if is_elsewhere:
            writer.finish()


def is_same_terminal(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return stat.S_ISCHR(first.st_mode) and stat.S_ISCHR(second.st_mode) and first.st_rdev == second.st_rdev
