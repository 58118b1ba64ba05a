"""Shows the machine that the hub runs on: load, memory, disk, uptime, processors, temperatures, network.

Reads the files that the manifest asks for and nothing else; what they mean is in `readings.py`. What the machine
lacks is left out. What comes while the provider runs is added. What goes, or can't be read, is Unknown until it is
back: an unplugged disk and a failed read look alike. (Under the sandbox an interface or a sensor that comes later
can't be read before the next start, because the hub grants what is there when the provider starts; that is said in
the log.)

Of network interfaces those with hardware behind them are shown, that is, with a link `device`. What programs make up,
such as bridges, tunnels and the ends of containers, carries the same bytes a second time and comes and goes by the
dozen.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import trio

from igloo_provider import Device, Entity, Provider
from igloo_providers.system.readings import (
    CpuTimes,
    Monitor,
    Zone,
    by_number,
    cpu_use,
    disk_of,
    parse_count,
    parse_cpu_times,
    parse_fact,
    parse_loadavg,
    parse_meminfo,
    thermometers,
)
from igloo_wire import (
    Accumulation,
    Component,
    Diagnostic,
    Duration,
    InstalledVersion,
    Integer,
    Manufacturer,
    Model,
    Precision,
    Quantity,
    Real,
    Sensor,
    Temperature,
    Unit,
    Unknown,
)

DEFAULT_INTERVAL: Final = 5.0
READ_SIZE: Final = 64 << 10
"""/proc/stat is the longest file read; what counts is its first line."""

ZONES: Final = "sys/class/thermal"
MONITORS: Final = "sys/class/hwmon"
INTERFACES: Final = "sys/class/net"
SENSOR_FILE: Final = re.compile(r"temp\d{1,3}_(?:input|label|fault|enable)", re.ASCII)

MOST_ENTITIES: Final = 1000
"""Of one run. Each takes a number that is used once in a connection, and 65,536 of them end the provider. A large
machine has a hundred; more is something that comes under a new name each time."""

provider = Provider("system", version="0.0.1")


class Shown(NamedTuple):
    """One entity as it should be: what it is, and its value, or the type of the value that is not known now."""

    key: str
    name: str
    facts: tuple[Component, ...]
    value: Component | type[Component]

    @property
    def kind(self) -> type[Component]:
        return self.value if isinstance(self.value, type) else type(self.value)

    @property
    def given(self) -> Component:
        """As the hub is told."""
        return Unknown([self.value]) if isinstance(self.value, type) else self.value


@provider.task
async def machine() -> None:
    interval = max(1.0, float(provider.config.get("interval", DEFAULT_INTERVAL)))
    # The kernel takes any bytes for a host name.
    name = parse_fact(os.uname().nodename) or "This machine"
    device = await provider.device("machine", name=name)
    reader = Reader("/")
    await device.entity("device", *reader.facts(), name="Machine")
    board = Board(device)
    while True:
        await board.show(reader.read())
        await trio.sleep(interval)


class Board:
    """What the hub is shown of the readings. Remembers every entity of the run, MOST_ENTITIES of them."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._shown: dict[str, tuple[Entity, type[Component]]] = {}
        """By key: the entity, and the type of its value."""
        self._is_full = False

    async def show(self, wanted: Iterable[Shown]) -> None:
        """Adds what is new, sets what changed, and makes Unknown what is not among the wanted."""
        missing = dict(self._shown)
        for shown in wanted:
            if shown.key in self._shown:
                entity, _ = missing.pop(shown.key)
                if entity.get(type(shown.given), None) != shown.given:
                    await entity.set(shown.given)
            elif len(self._shown) < MOST_ENTITIES:
                entity = await self._device.entity(
                    shown.key, Sensor(), *shown.facts, shown.given, name=shown.name
                )
                self._shown[shown.key] = (entity, shown.kind)
            elif not self._is_full:
                self._is_full = True
                provider.log.warning(
                    "%s is not shown, nor what else is new: %d things were shown since the start",
                    shown.name,
                    MOST_ENTITIES,
                )
        for entity, kind in missing.values():
            if entity.get(kind, None) is not None:
                await entity.set(Unknown([kind]))


class Reader:
    """Reads the machine. Keeps only what a next reading is compared with.

    `root` is "/", or a folder with copies of the kernel's files.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._times: CpuTimes | None = None
        self._refused: set[str] = set()
        """What could not be read and is still there."""
        self._ambiguous: set[str] = set()
        """Keys of thermometers; never more than the machine has places for them."""

    def facts(self) -> Iterator[Component]:
        """What stays the same while the provider runs, of the machine as a whole."""
        yield Diagnostic()
        if (maker := parse_fact(self._text("sys/class/dmi/id/sys_vendor"))) is not None:
            yield Manufacturer(maker)
        for path in ("sys/class/dmi/id/product_name", "sys/firmware/devicetree/base/model"):
            if (model := parse_fact(self._text(path))) is not None:
                yield Model(model)
                break
        system = os.uname()
        if (version := parse_fact(f"{system.sysname} {system.release}")) is not None:
            yield InstalledVersion(version)

    def read(self) -> Iterator[Shown]:
        """Everything this machine has now."""
        yield from self._load()
        yield from self._cpu()
        yield from self._memory()
        yield from self._disk()
        yield Shown("uptime", "Uptime", (), Duration(round(time.clock_gettime(time.CLOCK_BOOTTIME), 2)))
        yield from self._temperatures()
        yield from self._network()

    def _load(self) -> Iterator[Shown]:
        averages = parse_loadavg(self._text("proc/loadavg"))
        if averages is not None:
            for minutes, average in zip((1, 5, 15), averages, strict=True):
                what = (Quantity.COUNT, Precision(2))
                yield Shown(f"load-{minutes}", f"Load, {minutes} min", what, Real(average))

    def _cpu(self) -> Iterator[Shown]:
        times = parse_cpu_times(self._text("proc/stat"))
        if times is not None:
            use = None if self._times is None else cpu_use(self._times, times)
            what = (Unit.PERCENT, Quantity.PROPORTION, Precision(1))
            yield Shown("cpu", "Processor use", what, Real if use is None else Real(round(use, 2)))
            self._times = times

    def _memory(self) -> Iterator[Shown]:
        memory = parse_meminfo(self._text("proc/meminfo"))
        if memory is None:
            return
        yield in_bytes("memory-total", "Memory", memory.total)
        if memory.available is not None:
            yield in_bytes("memory-used", "Memory used", memory.total - memory.available)
            yield in_bytes("memory-available", "Memory available", memory.available)
        if memory.swap_total:
            yield in_bytes("swap-total", "Swap", memory.swap_total)
            yield in_bytes("swap-used", "Swap used", memory.swap_total - memory.swap_free)

    def _disk(self) -> Iterator[Shown]:
        """Of the file system at the root only: it is where a full disk stops the machine."""
        try:
            status = os.statvfs(self._root)
        except OSError:
            return
        disk = disk_of(status.f_frsize, status.f_blocks, status.f_bfree, status.f_bavail)
        if disk is not None:
            yield in_bytes("disk-total", "System disk (/)", disk.total)
            yield in_bytes("disk-used", "System disk (/) used", disk.used)
            yield in_bytes("disk-available", "System disk (/) available", disk.available)

    def _temperatures(self) -> Iterator[Shown]:
        zones = [
            Zone(zone, self._link(f"{ZONES}/{zone}/device"), *self._texts(f"{ZONES}/{zone}", "type", "temp"))
            for zone in by_number(self._names(ZONES))
            if zone.startswith("thermal_zone")
        ]
        monitors = []
        for monitor in by_number(self._names(MONITORS)):
            folder = f"{MONITORS}/{monitor}"
            files = [name for name in self._names(folder) if SENSOR_FILE.fullmatch(name)]
            if files:
                texts = dict(zip(files, self._texts(folder, *files), strict=True))
                monitors.append(Monitor(monitor, self._link(folder), self._text(f"{folder}/name"), texts))
        for found in thermometers(zones, monitors, self._ambiguous):
            value = Temperature if found.celsius is None else Temperature(found.celsius)
            yield Shown(found.key, found.name, (), value)

    def _network(self) -> Iterator[Shown]:
        for interface in sorted(self._names(INTERFACES)):
            folder = f"{INTERFACES}/{interface}"
            # The kernel takes nearly any byte in a name; a key takes printable text.
            if not interface.isprintable() or not self._link(f"{folder}/device"):
                continue
            texts = self._texts(f"{folder}/statistics", "rx_bytes", "tx_bytes")
            for way, text in zip(("received", "sent"), texts, strict=True):
                total = Accumulation.TOTAL_INCREASING
                yield in_bytes(f"net-{interface}-{way}", f"{interface} {way}", parse_count(text), total)

    def _texts(self, folder: str, *files: str) -> Iterator[str]:
        return (self._text(f"{folder}/{file}") for file in files)

    def _link(self, path: str) -> str:
        """Where a link leads, as it is written in it; "" if it isn't there. This needs no grant."""
        try:
            return os.readlink(os.path.join(self._root, path))
        except OSError:
            return ""

    def _text(self, path: str) -> str:
        """The beginning of a file; "" if it isn't there or gives an error, as a sensor may."""
        try:
            with open(os.path.join(self._root, path), "rb", 0) as file:
                return file.read(READ_SIZE).decode("utf-8", "replace")
        except PermissionError:
            self._say_refused(path)
        except OSError:
            pass
        return ""

    def _names(self, path: str) -> list[str]:
        try:
            names = os.listdir(os.path.join(self._root, path))
        except PermissionError:
            self._say_refused(path)
            return []
        except OSError:
            return []
        # What is no longer listed is forgotten, and will be news when it is back.
        gone = {one for one in self._refused if os.path.dirname(one) == path} - {f"{path}/{n}" for n in names}
        self._refused -= gone
        return names

    def _say_refused(self, path: str) -> None:
        """Once for all that is refused of one interface, zone or monitor, or else of one file."""
        if path.startswith((INTERFACES, MONITORS, ZONES)):
            path = "/".join(path.split("/")[:4])
        if path not in self._refused:
            self._refused.add(path)
            provider.log.info(
                "%s can't be read before the next start: it was not there, or not granted, at this one",
                os.path.join(self._root, path),
            )


def in_bytes(key: str, name: str, count: int | None, *more: Component) -> Shown:
    value = Integer if count is None else Integer(count)
    return Shown(key, name, (Unit.BYTE, Quantity.DATA_SIZE, *more), value)


if __name__ == "__main__":
    provider.run()
