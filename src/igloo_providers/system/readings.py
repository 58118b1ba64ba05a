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

COLDEST: Final = -128.0
HOTTEST: Final = 255.0
"""Between these is what a machine's sensors can measure: diodes on silicon, behind a register with eight bits of whole
degrees, -128..127 or 0..255 (Documentation/hwmon/lm90.rst: its extended ranges too lie within). The ends themselves
are what an empty register reads. Beyond them is nonsense, such as the 0 kelvin of a disk that has no sensor."""

FACT_BYTES: Final = 128
"""Of one fact about the machine. DMI tables and device trees hold about half of it."""

PART_LENGTH: Final = 72
"""Characters of each of a key's three long parts, so that the whole stays below the wire's 256 bytes."""


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
    """One hwmon device as it was read: `hwmon3`, where its link in the class leads, its name, and the text of each
    of its files that tells of temperatures. An unreadable file or link is "".
    """

    node: str
    link: str
    name: str
    files: Mapping[str, str]


class Zone(NamedTuple):
    """One thermal zone as it was read: `thermal_zone0`, where its link `device` leads if it has one, type and value.
    An unreadable file is "".
    """

    node: str
    link: str
    type: str
    temp: str


class Thermometer(NamedTuple):
    """`celsius` is None while it gives no valid value.

    `key` and `name` depend on nothing else that the machine has. `place` is where it sits, "" if that isn't known;
    `node` is the kernel's number of the day, and no other's at the same time.
    """

    key: str
    name: str
    celsius: float | None
    place: str
    node: str


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
    """Thousandths of a degree Celsius; None for what no sensor of a machine measures."""
    text = text.strip()
    if not re.fullmatch(r"-?\d{1,7}", text, re.ASCII):
        return None
    celsius = int(text) / 1000
    return celsius if COLDEST < celsius < HOTTEST else None


def disk_of(block_size: int, blocks: int, free: int, available: int) -> Disk | None:
    """From statvfs: f_frsize, f_blocks, f_bfree, f_bavail. None for a file system without a size."""
    if block_size <= 0 or blocks <= 0 or not 0 <= free <= blocks or available < 0:
        return None
    return Disk(blocks * block_size, (blocks - free) * block_size, available * block_size)


def parse_fact(text: str) -> str | None:
    """One line about the machine, as firmware gives it: device trees end it with a zero byte, DMI with a line feed.

    At most FACT_BYTES of UTF-8, and all of it printable. None when it is empty, or one of the fillers that makers
    leave in their DMI tables.
    """
    text = "".join(c if c.isprintable() else " " for c in text.rstrip("\0\n")).strip()
    text = first_bytes(text, FACT_BYTES).strip()
    fillers = {
        "",
        "to be filled by o.e.m.",
        "default string",
        "system manufacturer",
        "system product name",
        "not specified",
    }
    return None if text.lower() in fillers else text


def first_bytes(text: str, limit: int) -> str:
    """The text, or as much of its beginning as `limit` bytes of UTF-8 hold."""
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")


def slug(text: str) -> str:
    """The text as part of an entity's key: lower case letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


PCI_ADDRESS: Final = re.compile(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")

NO_PLACE: Final = re.compile(
    r"\.\.|devices|virtual|thermal|platform|hwmon|nvme|ieee80211"  # folders that only gather
    r"|(?:hwmon|nvme|phy|usb|i2c-|host|thermal_zone)\d+|target[\d:]+"  # counted as they come up
)
COUNTED_BUS: Final = re.compile(r"^\d+(?:-(?=[\da-f])|:(?=\d+:\d+:\d+$))")
"""The number of the bus before an address on it: I2C `0-0050`, USB `1-4:1.0`, SCSI `0:0:0:0`."""

HID: Final = re.compile(r"([0-9A-F]{4}:[0-9A-F]{4}:[0-9A-F]{4})\.[0-9A-F]{4}")
"""Bus, maker and product, and then a number that grows with each plugging in."""


def place_of(link: str) -> str:
    """Where a sensor sits, of the path below /sys/devices to which its link leads; "" if the path doesn't tell.

    `../../devices/pci0000:00/0000:00:1d.0/0000:04:00.0/nvme/nvme0/hwmon1` gives `0000:04:00.0`. What the kernel
    counts as things come up (hwmon1, nvme0, the numbers of USB and I2C buses) may be another's after a restart, and
    is left out. What remains is the slot or port, not what is plugged into it. (The ports `ata1`, … are counted too,
    controller after controller, and there is nothing better: they change when a controller is added.)
    """
    steps: list[str] = []
    for step in link.strip("/").split("/"):
        if PCI_ADDRESS.fullmatch(step):
            steps = [step]
        elif not NO_PLACE.fullmatch(step):
            steps.append(HID.sub(r"\1", COUNTED_BUS.sub("", step)))
    return re.sub(r"[^!-~]", "", "/".join(step for step in steps if step))


def thermometers(
    zones: Iterable[Zone], monitors: Iterable[Monitor], ambiguous: set[str]
) -> list[Thermometer]:
    """All that measures a temperature here, each with a key that is its own now, later and after a restart.

    A key is made of names and of the place, because the kernel's numbers (thermal_zone3, hwmon1) may be another's
    after a restart. Where two have all of that in common, both get the kernel's number as well: the best that is
    left, and right until the machine restarts. `ambiguous` collects these keys, so that none of them passes to the
    survivor when the other goes; give the same set again during the whole run.

    A monitor that a thermal zone only mirrors is left out, and so is, this time, what didn't tell its name.
    """
    found = list(found_thermometers(zones, monitors))
    ambiguous |= {key for key, number in Counter(one.key for one in found).items() if number > 1}
    names = Counter(one.name for one in found)
    return [
        one._replace(
            key=f"{one.key}@{one.node}" if one.key in ambiguous else one.key,
            name=one.name if names[one.name] == 1 else f"{one.name} ({where_of(one, ambiguous)})",
        )
        for one in found
    ]


def where_of(one: Thermometer, ambiguous: set[str]) -> str:
    return one.place if one.place and one.key not in ambiguous else one.node


def found_thermometers(zones: Iterable[Zone], monitors: Iterable[Monitor]) -> Iterator[Thermometer]:
    mirrors: set[str] = set()
    for zone in zones:
        type_ = parse_fact(zone.type)
        if type_ is not None:
            # The kernel names the mirror after the zone, with dashes replaced (thermal_hwmon.c).
            mirrors.add(type_.replace("-", "_"))
            yield thermometer((type_,), parse_temperature(zone.temp), zone.link, zone.node)
    for monitor in monitors:
        chip = parse_fact(monitor.name)
        if chip is None or chip.replace("-", "_") in mirrors:
            continue
        labels = dict(labels_of(monitor))
        slugs = Counter(map(slug, labels.values()))
        for sensor, label in labels.items():
            if slugs[slug(label)] > 1:
                label = f"{label} {sensor}"
            node = f"{monitor.node}-{sensor}"
            yield thermometer((chip, label), celsius_of(monitor, sensor), monitor.link, node)


def labels_of(monitor: Monitor) -> Iterator[tuple[str, str]]:
    """(`temp1`, its label or `temp1`) of each input in order. Without those whose label could not be read."""
    for file in by_number(monitor.files):
        if (match := re.fullmatch(r"(temp\d{1,3})_input", file, re.ASCII)) is None:
            continue
        text = monitor.files.get(f"{match[1]}_label")
        # A key without the label would be a second one for the same sensor.
        if text != "":
            yield match[1], parse_fact(text or "") or match[1]


def celsius_of(monitor: Monitor, sensor: str) -> float | None:
    """None also when the kernel calls the sensor broken (`temp1_fault` is 1, or fails) or off (`temp1_enable` is 0).

    What such a sensor's register holds looks like a temperature: -61 and 127 were seen.
    """
    if monitor.files.get(f"{sensor}_fault", "0").strip() != "0":
        return None
    if monitor.files.get(f"{sensor}_enable", "1").strip() == "0":
        return None
    return parse_temperature(monitor.files[f"{sensor}_input"])


def thermometer(names: tuple[str, ...], celsius: float | None, link: str, node: str) -> Thermometer:
    place = place_of(link)
    key = "-".join(["temperature", *(slug(name)[:PART_LENGTH] for name in names)])
    # The end of a long place is what tells it from its neighbours.
    where = f"@{slug(place)[-PART_LENGTH:]}" if place else ""
    name = first_bytes(" ".join(names), FACT_BYTES)
    return Thermometer(f"{key}{where}", name, celsius, place[-PART_LENGTH:], node)


def by_number(names: Iterable[str]) -> list[str]:
    """hwmon2 before hwmon10."""
    return sorted(names, key=lambda name: (int("0" + re.sub(r"\D", "", name)), name))
