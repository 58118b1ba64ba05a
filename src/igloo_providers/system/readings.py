"""What the kernel's texts about this machine mean. Pure: reads no file, knows no hub.

A text that is not what it should be gives None, never a guess: the reading is then left out. Sources are the
kernel's own documents: proc(5), Documentation/filesystems/proc.rst, ABI/testing/sysfs-class-net-statistics,
driver-api/thermal/sysfs-api.rst, hwmon/sysfs-interface.rst (now ABI/testing/sysfs-class-hwmon).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

LARGEST: Final = (1 << 63) - 1
"""What an Integer component holds. A counter above it is left out; no machine gets there."""


class Memory(NamedTuple):
    """In bytes. `available` is None on kernels before 3.14, swap is (0, 0) where there is none."""

    total: int
    available: int | None
    swap_total: int
    swap_free: int


class CpuTimes(NamedTuple):
    """Since the start, of all processors together, in the kernel's ticks. What an old kernel lacks is 0."""

    user: int
    nice: int
    system: int
    idle: int
    iowait: int = 0
    irq: int = 0
    softirq: int = 0
    steal: int = 0


class Disk(NamedTuple):
    """In bytes. `available` is what users without privileges may still write."""

    total: int
    used: int
    available: int


class Monitor(NamedTuple):
    """One hwmon device as it was read: its name, and the text of each of its files that tells of temperatures."""

    name: str
    files: Mapping[str, str]


class Zone(NamedTuple):
    """One thermal zone as it was read; an unreadable file is ""."""

    type: str
    temp: str


class Thermometer(NamedTuple):
    """`celsius` is None while it gives no valid value."""

    key: str
    name: str
    celsius: float | None


def parse_count(text: str) -> int | None:
    """A whole number that is not negative, alone in its file."""
    text = text.strip()
    # int() would also take underscores, signs, and digits of other scripts.
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        return None
    number = int(text)
    return number if number <= LARGEST else None


def parse_loadavg(text: str) -> tuple[float, float, float] | None:
    """`0.20 0.18 0.12 1/80 11206`: the averages over 1, 5 and 15 minutes."""
    match = re.match(r"(\d{1,9}\.\d+) (\d{1,9}\.\d+) (\d{1,9}\.\d+) ", text, re.ASCII)
    if match is None:
        return None
    one, five, fifteen = (float(number) for number in match.groups())
    return one, five, fifteen


def parse_meminfo(text: str) -> Memory | None:
    """Lines such as `MemTotal:       24683656 kB`, where kB means 1024 bytes."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        match = re.fullmatch(
            r"(MemTotal|MemAvailable|SwapTotal|SwapFree): +(\d{1,15}) kB", line.rstrip(), re.ASCII
        )
        if match is not None:
            found[match[1]] = int(match[2]) * 1024
    total = found.get("MemTotal")
    if not total:
        return None
    available = found.get("MemAvailable")
    if available is not None and available > total:
        available = None
    swap_total, swap_free = found.get("SwapTotal", 0), found.get("SwapFree", 0)
    if swap_free > swap_total:
        swap_total = swap_free = 0
    return Memory(total, available, swap_total, swap_free)


def parse_cpu_times(text: str) -> CpuTimes | None:
    """The line `cpu  user nice system idle iowait irq softirq steal guest guest_nice` of /proc/stat.

    Guest time is contained in user and nice, so it isn't counted again.
    """
    match = re.match(r"cpu +(\d{1,19}(?: \d{1,19}){3,})", text, re.ASCII)
    if match is None:
        return None
    return CpuTimes(*(int(number) for number in match[1].split()[:8]))


def cpu_use(before: CpuTimes, now: CpuTimes) -> float | None:
    """Per cent of the time between two readings that the processors were busy.

    None when no time passed, or when it ran backwards.
    """
    passed = CpuTimes(*(after - earlier for earlier, after in zip(before, now, strict=True)))
    # proc(5) says of iowait alone that it may decrease; it is then unknown, and not missing from the rest.
    passed = passed._replace(iowait=max(0, passed.iowait))
    total = sum(passed)
    if total <= 0 or min(passed) < 0:
        return None
    return 100 * (total - passed.idle - passed.iowait) / total


def parse_temperature(text: str) -> float | None:
    """Thousandths of a degree Celsius. Below absolute zero is how some drivers say that they know nothing."""
    text = text.strip()
    if not re.fullmatch(r"-?\d{1,7}", text, re.ASCII):
        return None
    celsius = int(text) / 1000
    return celsius if celsius >= -273.15 else None


def disk_of(block_size: int, blocks: int, free: int, available: int) -> Disk | None:
    """From statvfs: f_frsize, f_blocks, f_bfree, f_bavail. None for a file system without a size."""
    if block_size <= 0 or blocks <= 0 or not 0 <= free <= blocks or available < 0:
        return None
    return Disk(blocks * block_size, (blocks - free) * block_size, available * block_size)


def parse_fact(text: str) -> str | None:
    """One line about the machine, as firmware gives it: device trees end it with a zero byte, DMI with a line feed.

    None when it is empty, or one of the fillers that makers leave in their DMI tables.
    """
    text = "".join(c if c.isprintable() else " " for c in text.rstrip("\0\n")).strip()[:128]
    fillers = {
        "",
        "to be filled by o.e.m.",
        "default string",
        "system manufacturer",
        "system product name",
        "not specified",
    }
    return None if text.lower() in fillers else text


def slug(text: str) -> str:
    """The text as part of an entity's key: lower case letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def thermometers(zones: Iterable[Zone], monitors: Iterable[Monitor]) -> list[Thermometer]:
    """All that measures a temperature here, each with a key that survives a restart.

    The kernel's numbers (thermal_zone3, hwmon1) may differ after a restart, so keys are made of the names; equal
    names are told apart by the order of the numbers. A monitor that a thermal zone only mirrors is left out.
    """
    found: list[Thermometer] = []
    mirrors: set[str] = set()
    for zone in zones:
        type_ = parse_fact(zone.type)
        if type_ is not None:
            # The kernel names the mirror after the zone, with dashes replaced (thermal_hwmon.c).
            mirrors.add(type_.replace("-", "_"))
            found.append(Thermometer(f"temperature-{slug(type_)}", type_, parse_temperature(zone.temp)))
    for monitor in monitors:
        if monitor.name.strip().replace("-", "_") in mirrors:
            continue
        chip = parse_fact(monitor.name) or "hardware monitor"
        inputs = [
            match for file in monitor.files if (match := re.fullmatch(r"temp(\d{1,3})_input", file, re.ASCII))
        ]
        for match in sorted(inputs, key=lambda match: int(match[1])):
            label = parse_fact(monitor.files.get(f"temp{match[1]}_label", "")) or f"temp{match[1]}"
            celsius = parse_temperature(monitor.files[match[0]])
            found.append(Thermometer(f"temperature-{slug(chip)}-{slug(label)}", f"{chip} {label}", celsius))
    return with_distinct_keys(found)


def with_distinct_keys(found: Iterable[Thermometer]) -> list[Thermometer]:
    """The second and later ones with the same key get a number at the end of key and name."""
    taken: set[str] = set()
    distinct: list[Thermometer] = []
    for thermometer in found:
        key, number = thermometer.key, 1
        while key in taken:
            number += 1
            key = f"{thermometer.key}-{number}"
        taken.add(key)
        name = thermometer.name if number == 1 else f"{thermometer.name} {number}"
        distinct.append(Thermometer(key, name, thermometer.celsius))
    return distinct


def by_number(names: Iterable[str]) -> list[str]:
    """hwmon2 before hwmon10."""
    return sorted(names, key=lambda name: (int("0" + re.sub(r"\D", "", name)), name))
