"""The `system` provider: on a made-up machine, on this one, and as a real process with this test as its hub."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from glob import glob
from pathlib import Path
from typing import IO, Any

import pytest
import trio
import trio.testing

from igloo_provider import EXIT_NO_HUB, Provider
from igloo_provider.on_trio import run_provider
from igloo_providers.system import provider as system
from igloo_providers.system.provider import MOST_ENTITIES, Board, Reader, Shown
from igloo_wire import (
    COMPONENTS,
    Accumulation,
    Component,
    Configure,
    CreateDevice,
    Duration,
    InstalledVersion,
    Integer,
    Manufacturer,
    Model,
    Ping,
    Pong,
    Quantity,
    Ready,
    Real,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Stop,
    Temperature,
    Unit,
    Unknown,
    encode,
)
from tests.provider.hub_side import Ear, HubEnd, greeting

FOLDER = Path(system.__file__).parent
ROOT = Path(__file__).parents[2]


class Machine:
    """A folder that looks like the root of a machine. What is in the classes of sysfs are links, as in the real one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def add(self, place: str, class_: str, node: str, **files: str) -> Path:
        """A device of this class below /sys/devices/`place`; its folder. A place that is not virtual is hardware,
        to which the device then has a link.
        """
        folder = self.root / "sys/devices" / place / node
        for file, text in files.items():
            self.put(str(folder / file), f"{text}\n")
        link = self.root / "sys/class" / class_ / node
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(folder, link.parent))
        if not place.startswith("virtual/"):
            (folder / "device").symlink_to("../..")
        return folder

    def add_monitor(self, place: str, node: str, **files: str) -> Path:
        return self.add(f"{place}/hwmon", "hwmon", node, **files)

    def add_interface(self, name: str, received: int = 1, sent: int = 1, place: str = "pci0/net") -> Path:
        folder = self.add(place, "net", name, operstate="up")
        self.put(str(folder / "statistics/rx_bytes"), f"{received}\n")
        self.put(str(folder / "statistics/tx_bytes"), f"{sent}\n")
        return folder

    def unplug(self, class_: str, node: str) -> None:
        link = self.root / "sys/class" / class_ / node
        shutil.rmtree(link.resolve())
        link.unlink()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.put("proc/loadavg", "0.20 0.18 0.12 1/80 11206\n")
    machine.put(
        "proc/meminfo", "MemTotal:  1000 kB\nMemAvailable:  600 kB\nSwapTotal:  100 kB\nSwapFree:  90 kB\n"
    )
    machine.put("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\n")
    machine.add("virtual/thermal", "thermal", "thermal_zone0", type="cpu-thermal", temp="48312")
    machine.add("virtual/thermal", "thermal", "cooling_device0", type="fan")
    machine.add_monitor("pci0000:00/0000:01:00.0", "hwmon0", name="nvme", temp1_input="38850", fan1_input="9")
    machine.add_interface("lo", place="virtual/net")
    machine.add_interface("eth0", 5000, 6000)
    return machine


def read(reader: Reader) -> dict[str, Component | type[Component]]:
    shown = list(reader.read())
    keys = [one.key for one in shown]
    assert len(keys) == len(set(keys))
    return {one.key: one.value for one in shown}


def test_a_machines_values(machine: Machine) -> None:
    values = read(Reader(str(machine.root)))
    for measured in ("uptime", "disk-total", "disk-used", "disk-available"):
        assert values.pop(measured)
    assert values == {
        "load-1": Real(0.2),
        "load-5": Real(0.18),
        "load-15": Real(0.12),
        "cpu": Real,
        "memory-total": Integer(1000 * 1024),
        "memory-used": Integer(400 * 1024),
        "memory-available": Integer(600 * 1024),
        "swap-total": Integer(100 * 1024),
        "swap-used": Integer(10 * 1024),
        "temperature-cpu-thermal": Temperature(48.312),
        "temperature-nvme-temp1@0000-01-00-0": Temperature(38.85),
        "net-eth0-received": Integer(5000),
        "net-eth0-sent": Integer(6000),
    }


def test_the_processors_use_is_known_from_the_second_reading_on(machine: Machine) -> None:
    reader = Reader(str(machine.root))
    assert read(reader)["cpu"] is Real
    machine.put("proc/stat", "cpu  150 0 0 1050 0 0 0 0 0 0\n")
    assert read(reader)["cpu"] == Real(25.0)


def test_a_counter_says_that_it_only_grows(machine: Machine) -> None:
    (received,) = [shown for shown in Reader(str(machine.root)).read() if shown.key == "net-eth0-received"]
    assert received.facts == (Unit.BYTE, Quantity.DATA_SIZE, Accumulation.TOTAL_INCREASING)


def test_what_a_machine_lacks_is_left_out(tmp_path: Path) -> None:
    assert set(read(Reader(str(tmp_path)))) == {"uptime", "disk-total", "disk-used", "disk-available"}


@pytest.mark.parametrize(
    ("file", "prefixes"),
    [
        ("proc/loadavg", ("load",)),
        ("proc/meminfo", ("memory", "swap")),
        ("proc/stat", ("cpu",)),
        ("sys/class/net/eth0/statistics/rx_bytes", ("net-eth0-received",)),
        ("sys/class/thermal/thermal_zone0/temp", ("temperature-cpu",)),
    ],
)
def test_a_file_of_nonsense_takes_only_its_own_values_away(
    machine: Machine, file: str, prefixes: tuple[str, ...]
) -> None:
    machine.put("proc/stat", "cpu  100 0 0 900\n")
    reader = Reader(str(machine.root))
    read(reader)
    machine.put("proc/stat", "cpu  110 0 0 990\n")
    before = read(reader)
    machine.put("proc/stat", "cpu  120 0 0 1080\n")
    (machine.root / file).write_bytes(b"\xff\0nonsense" * 20_000)
    after = {key: value for key, value in read(reader).items() if not isinstance(value, type)}
    gone = before.keys() - after.keys()
    assert gone
    assert all(key.startswith(prefixes) for key in gone)


def test_a_sensor_that_gives_no_value_is_there_without_one(machine: Machine) -> None:
    machine.put("sys/class/thermal/thermal_zone0/temp", "-274000\n")
    assert read(Reader(str(machine.root)))["temperature-cpu-thermal"] is Temperature


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"sys/class/dmi/id/sys_vendor": "LENOVO\n", "sys/class/dmi/id/product_name": "20XW\n"},
            [Manufacturer("LENOVO"), Model("20XW")],
        ),
        (
            {"sys/firmware/devicetree/base/model": "Raspberry Pi 5 Model B Rev 1.0\0"},
            [Model("Raspberry Pi 5 Model B Rev 1.0")],
        ),
        ({"sys/class/dmi/id/product_name": "Default string\n"}, []),
    ],
)
def test_the_machines_facts(machine: Machine, files: dict[str, str], expected: list[Component]) -> None:
    for path, text in files.items():
        machine.put(path, text)
    facts = list(Reader(str(machine.root)).facts())
    assert [fact for fact in facts if isinstance(fact, Manufacturer | Model)] == expected
    assert InstalledVersion(f"Linux {os.uname().release}") in facts


def test_each_disk_keeps_its_own_temperature_when_another_is_unplugged(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for number, celsius in ((0, 40), (1, 70)):
        machine.add_monitor(
            f"pci0/0000:0{number}:00.0", f"hwmon{number}", name="nvme", temp1_input=f"{celsius}000"
        )
    reader = Reader(str(machine.root))
    first, second = (key for key in read(reader) if key.startswith("temperature"))
    machine.unplug("hwmon", "hwmon0")
    values = read(reader)
    assert values[second] == Temperature(70.0)
    assert first not in values


def test_a_sensor_that_the_kernel_calls_broken_or_off_is_there_without_a_value(machine: Machine) -> None:
    broken = {"temp1_input": "-61000", "temp1_fault": "1"}
    off = {"temp2_input": "127000", "temp2_enable": "0"}
    well = {"temp3_input": "31000", "temp3_enable": "1", "temp3_fault": "0"}
    machine.add_monitor("platform/nct6775.656", "hwmon1", name="nct6775", **broken, **off, **well)
    values = read(Reader(str(machine.root)))
    assert [values[f"temperature-nct6775-temp{number}@nct6775-656"] for number in (1, 2, 3)] == [
        Temperature,
        Temperature,
        Temperature(31.0),
    ]


@pytest.mark.parametrize("place", ["virtual/net", "pci0/net"])
def test_an_interface_is_shown_if_there_is_hardware_behind_it(machine: Machine, place: str) -> None:
    machine.add_interface("veth1a2b", place=place)
    values = read(Reader(str(machine.root)))
    assert ("net-veth1a2b-sent" in values) == (place == "pci0/net")


Heard = list[tuple[str, Component]]


@asynccontextmanager
async def shown_to_a_hub(machine: Machine) -> AsyncIterator[Callable[[], Awaitable[Heard]]]:
    """The provider's loop over the made-up machine. Each call lets it read once, and gives what the hub then heard:
    (key, value) of what was registered or set.
    """
    provider = Provider("system")

    @provider.task
    async def polls() -> None:
        board = Board(await provider.device("machine"))
        reader = Reader(str(machine.root))
        while True:
            await board.show(one for one in reader.read() if not one.key.startswith(("uptime", "disk")))
            await trio.sleep(5)

    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    keys: dict[int, str] = {}

    async def next_reading() -> Heard:
        await trio.sleep(5)
        heard: Heard = []
        for message in hub.ear.messages:
            assert not isinstance(message, RemoveEntity | RemoveDevice)
            if isinstance(message, RegisterEntity):
                assert message.key not in keys.values()
                keys[message.entity] = message.key
                heard.append((message.key, message.components[-1]))
        heard += [(keys[entity], value) for _, entity, value in hub.ear.rows]
        hub.ear.forget()
        return heard

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, provider, theirs)
        nursery.start_soon(hub.listen)
        await hub.greet()
        await trio.sleep(1)
        yield next_reading
        nursery.cancel_scope.cancel()


async def test_what_comes_is_added_and_only_changes_are_sent(
    machine: Machine, autojump_clock: trio.testing.MockClock
) -> None:
    async with shown_to_a_hub(machine) as next_reading:
        assert ("net-eth0-received", Integer(5000)) in await next_reading()
        machine.put("sys/class/net/eth0/statistics/rx_bytes", "5001\n")
        machine.put("sys/class/thermal/thermal_zone0/temp", "\n")
        machine.add_interface("wlan0", 7, 8)
        assert await next_reading() == [
            ("net-wlan0-received", Integer(7)),
            ("net-wlan0-sent", Integer(8)),
            ("temperature-cpu-thermal", Unknown([Temperature])),
            ("net-eth0-received", Integer(5001)),
        ]
        machine.put("sys/class/thermal/thermal_zone0/temp", "50000\n")
        assert await next_reading() == [("temperature-cpu-thermal", Temperature(50.0))]
        assert await next_reading() == []


async def test_what_goes_is_unknown_until_it_is_back_under_the_same_number(
    machine: Machine, autojump_clock: trio.testing.MockClock
) -> None:
    async with shown_to_a_hub(machine) as next_reading:
        await next_reading()
        for count in range(3):
            machine.unplug("net", "eth0")
            assert await next_reading() == [
                ("net-eth0-received", Unknown([Integer])),
                ("net-eth0-sent", Unknown([Integer])),
            ]
            assert await next_reading() == []
            machine.add_interface("eth0", count, count)
            assert await next_reading() == [
                ("net-eth0-received", Integer(count)),
                ("net-eth0-sent", Integer(count)),
            ]


async def test_one_failed_read_makes_values_unknown_for_one_reading(
    machine: Machine, autojump_clock: trio.testing.MockClock
) -> None:
    async with shown_to_a_hub(machine) as next_reading:
        before = [one for one in await next_reading() if one[0].startswith(("memory", "swap"))]
        text = (machine.root / "proc/meminfo").read_text()
        machine.put("proc/meminfo", "")
        assert await next_reading() == [(key, Unknown([Integer])) for key, _ in before]
        machine.put("proc/meminfo", text)
        assert await next_reading() == before


async def test_what_comes_under_ever_new_names_does_not_use_up_the_numbers(
    machine: Machine, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with shown_to_a_hub(machine) as next_reading:
        for number in range(MOST_ENTITIES // 2):
            machine.add_interface(f"enx{number:x}")
        assert len(await next_reading()) == MOST_ENTITIES
        machine.put("sys/class/thermal/thermal_zone0/temp", "50000\n")
        assert await next_reading() == [("temperature-cpu-thermal", Temperature(50.0))]
    (record,) = caplog.records
    assert record.getMessage().endswith(
        f"is not shown, nor what else is new: {MOST_ENTITIES} things were shown since the start"
    )


class Refusal:
    """Makes the reader's `open` fail, as the sandbox does. File modes would not do: root may read everything."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *parts: str) -> None:
        self.parts = parts
        monkeypatch.setattr(system, "open", self.open, raising=False)

    def open(self, path: str, mode: str, buffering: int) -> IO[Any]:
        if any(part in path for part in self.parts):
            raise PermissionError(13, "Permission denied", path)
        return open(path, mode, buffering)


def test_what_may_not_be_read_is_said_once_a_thing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Refusal(monkeypatch, "proc/loadavg", "net/eth0/", "hwmon0/")
    reader = Reader(str(machine.root))
    for _ in range(2):
        values = read(reader)
        assert "load-1" not in values
        assert values["net-eth0-sent"] is Integer
    assert [record.getMessage() for record in caplog.records] == [
        f"{machine.root}/{refused} can't be read before the next start: it was not there, or not granted, at this one"
        for refused in ("proc/loadavg", "sys/class/hwmon/hwmon0", "sys/class/net/eth0")
    ]


def test_what_may_not_be_read_is_forgotten_when_it_is_gone(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Refusal(monkeypatch, "net/enx")
    reader = Reader(str(machine.root))
    for number in (1, 2, 2, 1):
        machine.add_interface(f"enx{number}")
        read(reader)
        assert len(reader._refused) == 1
        machine.unplug("net", f"enx{number}")
        if number == 1:
            read(reader)
            assert not reader._refused
    assert [record.getMessage().split()[0][-4:] for record in caplog.records] == ["enx1", "enx2", "enx1"]


@pytest.mark.parametrize(
    ("nodename", "name"),
    [
        ("vm", "vm"),
        ("a\nb", "a b"),
        ("\udcffvm", "vm"),
        ("\udcff", "This machine"),
        ("", "This machine"),
        ("ü" * 200, "ü" * 64),
    ],
)
async def test_a_host_name_of_any_bytes_names_the_device(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock, nodename: str, name: str
) -> None:
    uname = os.uname()
    odd = os.uname_result((uname.sysname, nodename, f"6.1{nodename}", uname.version, uname.machine))
    monkeypatch.setattr(os, "uname", lambda: odd)
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, system.provider, theirs)
        nursery.start_soon(hub.listen)
        await hub.greet()
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    assert hub.ear.of(CreateDevice) == [CreateDevice(0, "machine", name)]


def test_this_machine_shows_what_every_linux_has() -> None:
    values = read(Reader("/"))
    assert {"load-1", "load-5", "load-15", "cpu", "memory-total", "uptime", "disk-total"} <= values.keys()
    uptime = values["uptime"]
    assert isinstance(uptime, Duration)
    assert abs(uptime.value - float(Path("/proc/uptime").read_text().split()[0])) < 5
    assert not any("-lo-" in key for key in values)


def manifest(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def test_the_manifest_publishes_what_the_provider_sends(machine: Machine) -> None:
    machine.put("sys/class/dmi/id/sys_vendor", "LENOVO\n")
    machine.put("sys/class/dmi/id/product_name", "20XW\n")
    reader = Reader(str(machine.root))
    sent: set[type[Component]] = {Unknown, COMPONENTS["Sensor"], *map(type, reader.facts())}
    shown: list[Shown] = list(reader.read())
    for one in shown:
        sent |= {type(fact) for fact in one.facts}
        sent.add(one.value if isinstance(one.value, type) else type(one.value))
    declared = manifest(FOLDER / "manifest.toml")["components"]["publishes"]
    assert {COMPONENTS[name] for name in declared} == sent


GRANTS = [grant["path"] for grant in manifest(FOLDER / "manifest.toml")["grants"]["files"]]


def granted_places(root: Path, grants: Iterable[str]) -> list[Path]:
    """Where grants lead, as the hub finds it: wildcards opened and links followed, here below a made-up root."""
    return [Path(found).resolve() for grant in grants for found in glob(f"{root}{grant}")]


def paths_read(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """What is opened or listed for facts and readings, with all links followed: this is what Landlock judges."""
    read: set[Path] = set()

    def noting_open(path: str, mode: str, buffering: int) -> IO[Any]:
        read.add(Path(path).resolve())
        return open(path, mode, buffering)

    def noting_listdir(path: str) -> list[str]:
        read.add(Path(path).resolve())
        return listdir(path)

    listdir = os.listdir
    for model in ("20XW", "Default string"):  # with the second it looks for a device tree
        machine.put("sys/class/dmi/id/product_name", model)
        with monkeypatch.context() as patch:
            patch.setattr(system, "open", noting_open, raising=False)
            patch.setattr(os, "listdir", noting_listdir)
            reader = Reader(str(machine.root))
            list(reader.facts())
            list(reader.read())
    return read


@pytest.fixture
def full_machine(machine: Machine) -> Machine:
    """With all that the provider can read."""
    machine.add("virtual/dmi", "dmi", "id", sys_vendor="LENOVO", product_name="20XW")
    machine.put("sys/firmware/devicetree/base/model", "Raspberry Pi 5\0")
    sensor = {f"temp1_{file}": "1" for file in ("input", "label", "fault", "enable")}
    machine.add_monitor("platform/nct6775.656", "hwmon1", name="nct6775", **sensor)
    return machine


def is_within(path: Path, places: list[Path]) -> bool:
    return any(path.is_relative_to(place) for place in places)


def test_the_manifest_grants_every_file_that_is_read(
    full_machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = granted_places(full_machine.root, GRANTS)
    read = paths_read(full_machine, monkeypatch)
    assert [path for path in read if not is_within(path, places)] == []


@pytest.mark.parametrize("grant", GRANTS)
def test_no_grant_can_be_spared(full_machine: Machine, monkeypatch: pytest.MonkeyPatch, grant: str) -> None:
    places = granted_places(full_machine.root, set(GRANTS) - {grant})
    read = paths_read(full_machine, monkeypatch)
    assert [path for path in read if not is_within(path, places)]


# ── real processes ──


class Child:
    """A provider as a real process, with this test on the other end of its file descriptor 3."""

    def __init__(self, process: subprocess.Popen[bytes], wire: socket.socket) -> None:
        self.process = process
        self.wire = wire
        self.ear = Ear()

    def say(self, data: bytes) -> None:
        self.wire.sendall(data)

    def hear_until(self, condition: Callable[[Ear], object], seconds: float = 10.0) -> None:
        until = time.monotonic() + seconds
        while not condition(self.ear):
            left = until - time.monotonic()
            assert left > 0, f"waited {seconds} s; heard {self.ear.order}"
            self.wire.settimeout(left)
            data = self.wire.recv(65536)
            assert data, f"the provider ended; heard {self.ear.order}"
            self.ear.hear(data)

    def end(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors.decode()


@contextmanager
def child(*command: str, cwd: Path | None = None) -> Iterator[Child]:
    ours, theirs = socket.socketpair()
    with ours:
        # `pass_fds` can't renumber; the shell can, and it is what a launcher does with dup2.
        shell = f'exec 3<&{theirs.fileno()}; exec "$@"'
        process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *command],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=cwd,
        )
        theirs.close()
        try:
            yield Child(process, ours)
        finally:
            process.kill()
            process.communicate()


SYSTEM = (sys.executable, "-m", "igloo_providers.system.provider")


def test_system_as_a_process_shows_this_machine_and_obeys_stop() -> None:
    with child(*SYSTEM) as system:
        system.say(greeting(Configure("system", "/nowhere", {"interval": 1.0}, {})))
        system.hear_until(lambda ear: ear.of(Ready))
        created = system.ear.of(CreateDevice)
        assert created == [CreateDevice(0, "machine", os.uname().nodename)]
        entities = {m.key: m for m in system.ear.of(RegisterEntity) if isinstance(m, RegisterEntity)}
        assert {"device", "load-1", "memory-total", "uptime", "disk-used"} <= entities.keys()
        assert system.ear.order.index("Ready") > max(
            i for i, name in enumerate(system.ear.order) if name == "RegisterEntity"
        )
        assert Unknown([Real]) in entities["cpu"].components

        def has_second_reading(ear: Ear) -> bool:
            return {entities["cpu"].entity, entities["uptime"].entity} <= {
                entity for _, entity, _ in ear.rows
            }

        system.hear_until(has_second_reading)
        system.say(encode(Ping(99)))
        system.hear_until(lambda ear: ear.of(Pong) == [Pong(99)])
        system.say(encode(Stop("the test is over")))
        assert system.end() == (0, "")


def test_system_ends_with_0_when_its_hub_goes_away() -> None:
    with child(*SYSTEM) as system:
        system.say(greeting())
        system.hear_until(lambda ear: ear.of(Ready))
        system.wire.close()
        assert system.end() == (0, "")


def test_system_ends_with_0_on_sigterm() -> None:
    with child(*SYSTEM) as system:
        system.say(greeting())
        system.hear_until(lambda ear: ear.of(Ready))
        system.process.send_signal(signal.SIGTERM)
        assert system.end() == (0, "")


def test_a_provider_started_by_hand_says_who_starts_it() -> None:
    done = subprocess.run(SYSTEM, capture_output=True, check=False, timeout=10)
    assert done.returncode == EXIT_NO_HUB
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("system: a provider is started by the hub")
    assert "igloo-hub run" in line
