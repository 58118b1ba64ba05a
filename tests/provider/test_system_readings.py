"""What `system` makes of the kernel's texts: real ones, and ones that are not what they should be."""

from collections.abc import Iterable

import pytest

from igloo_providers.system.readings import (
    CpuTimes,
    Disk,
    Memory,
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
    parse_temperature,
    place_of,
    thermometers,
)
from igloo_wire import MAX_NAME, RegisterEntity

# Taken from a virtual machine, kernel 6.18.
MEMINFO = """\
MemTotal:       24683656 kB
MemFree:        24419620 kB
MemAvailable:   24380632 kB
Buffers:             708 kB
Cached:            47284 kB
SwapCached:            0 kB
Active(anon):       1532 kB
SwapTotal:             0 kB
SwapFree:              0 kB
HugePages_Total:       0
Hugepagesize:       2048 kB
DirectMap1G:    25165824 kB
"""
STAT = """\
cpu  2772 0 1439 145743 470 0 34 13 0 0
cpu0 590 0 442 74199 7 0 5 5 0 0
cpu1 2181 0 997 71544 462 0 29 7 0 0
intr 120931 0 9 0 0
ctxt 245673
"""


def test_load_averages() -> None:
    assert parse_loadavg("0.20 1.18 12.12 1/80 11206\n") == (0.2, 1.18, 12.12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "0.20 0.18\n",
        "a b c d e\n",
        "-0.20 0.18 0.12 1/80 1\n",
        "nan nan nan 1/80 1\n",
        "1 2 3 1/80 1\n",
        "٠.٢ 0.1 0.1 1/1 1",
    ],
)
def test_what_are_no_load_averages_gives_none(text: str) -> None:
    assert parse_loadavg(text) is None


def test_memory_in_bytes() -> None:
    assert parse_meminfo(MEMINFO) == Memory(24683656 * 1024, 24380632 * 1024, 0, 0)


def test_memory_with_swap() -> None:
    text = MEMINFO.replace("SwapTotal:             0", "SwapTotal:       1000000").replace(
        "SwapFree:              0", "SwapFree:         999000"
    )
    memory = parse_meminfo(text)
    assert memory is not None
    assert (memory.swap_total, memory.swap_free) == (1_024_000_000, 1_022_976_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MemTotal: 5 MB\n",
        "MemTotal:       -1 kB\n",
        "MemTotal: 0 kB\n",
        MEMINFO.replace("MemTotal", "Total"),
    ],
)
def test_without_a_total_there_is_no_memory(text: str) -> None:
    assert parse_meminfo(text) is None


def test_a_kernel_without_memavailable_leaves_it_out() -> None:
    assert parse_meminfo("MemTotal:  100 kB\nMemFree:  50 kB\n") == Memory(102400, None, 0, 0)


def test_impossible_memory_figures_are_left_out() -> None:
    text = "MemTotal:  100 kB\nMemAvailable: 101 kB\nSwapTotal: 5 kB\nSwapFree: 6 kB\n"
    assert parse_meminfo(text) == Memory(102400, None, 0, 0)


def test_waiting_counts_as_idle_and_guests_once() -> None:
    assert parse_cpu_times(STAT) == CpuTimes(2772, 0, 1439, 145743, 470, 0, 34, 13)
    before, now = times("cpu  0 0 0 0 0 0 0 0 0 0\n"), times("cpu  10 0 0 60 30 0 0 0 7 3\n")
    assert cpu_use(before, now) == 10.0


def test_an_old_kernels_shorter_line_is_understood() -> None:
    assert parse_cpu_times("cpu  10 0 5 85\n") == CpuTimes(10, 0, 5, 85)


@pytest.mark.parametrize(
    "text", ["", "cpu\n", "cpu  1 2 3\n", "cpu0 1 2 3 4\n", "cpu  a b c d\n", "cpu  -1 2 3 4\n"]
)
def test_what_are_no_cpu_times_gives_none(text: str) -> None:
    assert parse_cpu_times(text) is None


def times(line: str) -> CpuTimes:
    parsed = parse_cpu_times(line)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("now", "use"),
    [
        ("cpu  150 20 30 1050 0\n", 25.0),
        ("cpu  100 20 30 1100 0\n", 0.0),
        ("cpu  200 40 60 900 0 7 8 35\n", 100.0),
    ],
)
def test_cpu_use_is_the_busy_part_of_the_time_between(now: str, use: float) -> None:
    assert cpu_use(times("cpu  100 20 30 900 0\n"), times(now)) == use


def test_iowait_that_runs_backwards_does_not_make_the_processors_look_busier() -> None:
    before, now = times("cpu  100 0 0 1000 50\n"), times("cpu  102 0 0 1010 45\n")
    assert cpu_use(before, now) == pytest.approx(100 * 2 / 12)


@pytest.mark.parametrize(
    "now",
    [
        "cpu  100 20 30 900 50 0 0 9\n",  # no time passed
        "cpu  100 20 30 900 40 0 0 9\n",  # only iowait changed, and ran backwards
        "cpu  90 20 50 1000 50 0 0 9\n",
        "cpu  120 20 30 890 50 0 0 9\n",
        "cpu  120 20 30 1000 50 0 0 8\n",  # stolen time, as after a move to another host
    ],
)
def test_cpu_use_is_not_known_when_time_stood_still_or_ran_backwards(now: str) -> None:
    assert cpu_use(times("cpu  100 20 30 900 50 0 0 9\n"), times(now)) is None


def test_a_counter() -> None:
    assert parse_count("4294967296\n") == 1 << 32
    assert parse_count("9223372036854775807\n") == (1 << 63) - 1


@pytest.mark.parametrize(
    "text",
    ["", "\n", "-1\n", "+1", "1.5\n", "1_000", "0x10", "9223372036854775808\n", "1" * 5000, "²", "12 13"],
)
def test_what_is_no_counter_gives_none(text: str) -> None:
    assert parse_count(text) is None


def test_a_temperature_in_thousandths() -> None:
    assert parse_temperature("48312\n") == 48.312
    assert parse_temperature("-5000\n") == -5.0
    assert parse_temperature("-127999\n") == -127.999
    assert parse_temperature("254999\n") == 254.999


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "48.3\n", "hot", "--5", "99999999999"),
        # THERMAL_TEMP_INVALID, 0 kelvin, and what registers of 8 bits hold when they are empty
        *("-274000\n", "-273150\n", "-128000\n", "255000\n", "9999999\n"),
    ],
)
def test_what_is_no_temperature_gives_none(text: str) -> None:
    assert parse_temperature(text) is None


def test_the_disk_from_statvfs() -> None:
    assert disk_of(4096, 1000, 400, 350) == Disk(4_096_000, 600 * 4096, 350 * 4096)


@pytest.mark.parametrize("figures", [(4096, 0, 0, 0), (0, 10, 5, 5), (4096, 10, 11, 5), (4096, 10, 5, -1)])
def test_a_file_system_without_a_sensible_size_gives_none(figures: tuple[int, int, int, int]) -> None:
    assert disk_of(*figures) is None


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Raspberry Pi 4 Model B Rev 1.4\0", "Raspberry Pi 4 Model B Rev 1.4"),
        ("LENOVO\n", "LENOVO"),
        ("a\x1b[31mb\n", "a [31mb"),
        ("x" * 500, "x" * 128),
        ("氷" * 500, "氷" * 42),
        ("\udcff\u202evm", "vm"),
        ("To Be Filled By O.E.M.\n", None),
        ("Default string\n", None),
        ("\n", None),
        ("", None),
    ],
)
def test_facts_are_one_clean_line_or_none(text: str, fact: str | None) -> None:
    assert parse_fact(text) == fact


NVME = "../../devices/pci0000:00/0000:00:1d.{}/0000:0{}:00.0/nvme/nvme{}/hwmon{}"


def zone(number: int, type_: str, temp: str = "1000\n", link: str = "") -> Zone:
    return Zone(f"thermal_zone{number}", link, f"{type_}\n", temp)


def monitor(number: int, name: str, link: str = "", **files: str) -> Monitor:
    return Monitor(f"hwmon{number}", link, f"{name}\n", {file: f"{text}\n" for file, text in files.items()})


def disk(slot: int, nvme: int, number: int, celsius: int) -> Monitor:
    link = NVME.format(slot, slot, nvme, number)
    return monitor(number, "nvme", link, temp1_label="Composite", temp1_input=f"{celsius}000")


def shown(
    zones: Iterable[Zone], monitors: Iterable[Monitor], ambiguous: set[str] | None = None
) -> list[tuple[str, str, float | None]]:
    found = thermometers(zones, monitors, set() if ambiguous is None else ambiguous)
    return [(one.key, one.name, one.celsius) for one in found]


def test_a_thermometers_key_is_made_of_names_and_of_the_place_not_of_the_kernels_numbers() -> None:
    core = "../../devices/platform/coretemp.0/hwmon/hwmon3"
    acpi = "../../../LNXSYSTM:00/LNXSYBUS:01/LNXTHERM:00"
    zones = [zone(0, "x86_pkg_temp", "48000\n"), zone(1, "acpitz", "27800\n", acpi)]
    monitors = [
        monitor(1, "acpitz", "../../devices/virtual/thermal/thermal_zone1/hwmon1", temp1_input="27800"),
        monitor(3, "coretemp", core, temp2_label="Core 0", temp2_input="47000", temp10_input="46000"),
        disk(1, 0, 4, 38),
    ]
    assert shown(zones, monitors) == [
        ("temperature-x86-pkg-temp", "x86_pkg_temp", 48.0),
        ("temperature-acpitz@lnxsystm-00-lnxsybus-01-lnxtherm-00", "acpitz", 27.8),
        ("temperature-coretemp-core-0@coretemp-0", "coretemp Core 0", 47.0),
        ("temperature-coretemp-temp10@coretemp-0", "coretemp temp10", 46.0),
        ("temperature-nvme-composite@0000-01-00-0", "nvme Composite", 38.0),
    ]


def test_a_disk_keeps_its_key_when_another_goes_and_when_the_kernel_numbers_anew() -> None:
    both = shown([], [disk(1, 0, 0, 40), disk(2, 1, 1, 70)])
    assert both == [
        ("temperature-nvme-composite@0000-01-00-0", "nvme Composite (0000:01:00.0)", 40.0),
        ("temperature-nvme-composite@0000-02-00-0", "nvme Composite (0000:02:00.0)", 70.0),
    ]
    alone = [("temperature-nvme-composite@0000-02-00-0", "nvme Composite", 70.0)]
    assert shown([], [disk(2, 1, 1, 70)]) == alone
    assert shown([], [disk(2, 0, 0, 70)]) == alone
    assert shown([], [disk(2, 0, 0, 70), disk(1, 1, 1, 40)]) == [both[1], both[0]]


def test_two_that_nothing_but_the_kernels_number_tells_apart_never_take_each_others_key() -> None:
    ambiguous: set[str] = set()
    first, second = zone(0, "acpitz", "40000\n"), zone(1, "acpitz", "70000\n")
    assert shown([first], [], ambiguous) == [("temperature-acpitz", "acpitz", 40.0)]
    assert shown([first, second], [], ambiguous) == [
        ("temperature-acpitz@thermal_zone0", "acpitz (thermal_zone0)", 40.0),
        ("temperature-acpitz@thermal_zone1", "acpitz (thermal_zone1)", 70.0),
    ]
    assert shown([second], [], ambiguous) == [("temperature-acpitz@thermal_zone1", "acpitz", 70.0)]


def test_sensors_of_one_chip_with_one_label_are_told_apart_by_their_numbers() -> None:
    chip = monitor(0, "nct", temp1_label="AUX", temp1_input="1000", temp2_label="aux", temp2_input="2000")
    assert shown([], [chip]) == [
        ("temperature-nct-aux-temp1", "nct AUX temp1", 1.0),
        ("temperature-nct-aux-temp2", "nct aux temp2", 2.0),
    ]


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("../../devices/pci0000:00/0000:00:1d.0/0000:04:00.0/nvme/nvme0/hwmon1", "0000:04:00.0"),
        ("../../devices/pci0000:00/0000:00:1d.0/0000:04:00.0/hwmon/hwmon1", "0000:04:00.0"),
        ("../../devices/pci0000:00/0000:00:1c.0/0000:02:00.0/ieee80211/phy0/hwmon5", "0000:02:00.0"),
        (
            "../../devices/pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/hwmon/hwmon2",
            "0000:00:17.0/ata3/0:0:0",
        ),
        (
            "../../devices/platform/soc/9803f000.sata/ata1/host0/target0:0:0/0:0:0:0/hwmon/hwmon1",
            "soc/9803f000.sata/ata1/0:0:0",
        ),
        ("../../devices/pci0000:00/0000:00:1f.4/i2c-0/0-0050/hwmon/hwmon5", "0000:00:1f.4/0050"),
        (
            "../../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/0003:1E71:2007.0003/hwmon/hwmon4",
            "0000:00:14.0/4/4:1.0/0003:1E71:2007",
        ),
        ("../../devices/platform/coretemp.0/hwmon/hwmon3", "coretemp.0"),
        (
            "../../devices/platform/axi/1000120000.pcie/1f00000000.rp1/1f000c8000.adc/hwmon/hwmon2",
            "axi/1000120000.pcie/1f00000000.rp1/1f000c8000.adc",
        ),
        ("../../devices/virtual/thermal/thermal_zone0/hwmon0", ""),
        ("../../../LNXSYSTM:00/LNXSYBUS:01/LNXTHERM:00", "LNXSYSTM:00/LNXSYBUS:01/LNXTHERM:00"),
        ("../../devices/platform/a\udcffb\nc/hwmon/hwmon0", "abc"),
        ("", ""),
    ],
)
def test_a_place_holds_nothing_that_the_kernel_counts_as_things_come_up(link: str, place: str) -> None:
    assert place_of(link) == place


@pytest.mark.parametrize(
    ("files", "celsius"),
    [
        ({"temp1_fault": "0\n", "temp1_enable": "1\n"}, 40.0),
        ({"temp1_fault": "1\n"}, None),
        ({"temp1_fault": ""}, None),
        ({"temp1_enable": "0\n"}, None),
        ({"temp2_fault": "1\n", "temp2_enable": "0\n"}, 40.0),
    ],
)
def test_a_sensor_that_the_kernel_calls_broken_or_off_has_no_value(
    files: dict[str, str], celsius: float | None
) -> None:
    chip = Monitor("hwmon0", "", "nct6775\n", {"temp1_input": "40000\n", **files})
    assert shown([], [chip]) == [("temperature-nct6775-temp1", "nct6775 temp1", celsius)]


@pytest.mark.parametrize(
    "chip",
    [
        Monitor("hwmon0", "", "", {"temp1_input": "40000\n"}),
        Monitor("hwmon0", "", "nvme\n", {"temp1_input": "40000\n", "temp1_label": ""}),
    ],
)
def test_a_sensor_whose_name_fails_to_be_read_gets_no_second_key(chip: Monitor) -> None:
    assert shown([], [chip]) == []


def test_a_pis_zone_and_its_mirror_are_one_thermometer() -> None:
    monitors = [monitor(0, "cpu_thermal", temp1_input="48312"), monitor(1, "rpi_volt")]
    assert shown([zone(0, "cpu-thermal", "48312\n")], monitors) == [
        ("temperature-cpu-thermal", "cpu-thermal", 48.312)
    ]


def test_odd_names_still_give_distinct_keys() -> None:
    zones = [zone(0, "---"), zone(1, "***"), Zone("thermal_zone2", "", "", "1000")]
    assert [key for key, _, _ in shown(zones, [])] == [
        "temperature-unnamed@thermal_zone0",
        "temperature-unnamed@thermal_zone1",
    ]


def test_labels_that_differ_only_where_a_key_is_cut_give_distinct_keys() -> None:
    labels = {f"temp{n}_label": f"{'x' * 100}{n}" for n in (1, 2)}
    chip = monitor(0, "nct", temp1_input="1000", temp2_input="2000", **labels)
    assert len({key for key, _, _ in shown([], [chip])}) == 2


@pytest.mark.parametrize("character", ["x", "ü", "氷", "🧊"])
def test_keys_and_names_fit_the_wire_however_long_the_kernels_are(character: str) -> None:
    long = character * 300
    places = [f"/devices/{long}{place}" for place in (0, 1, 1)]
    chips = [monitor(n, long, place, temp1_label=long, temp1_input="1000") for n, place in enumerate(places)]
    found = shown([zone(0, f"z{long}"), zone(1, f"z{long}")], chips)
    assert len({key for key, _, _ in found}) == 5
    for key, name, _ in found:
        RegisterEntity(0, 0, key, name, ())
        assert max(len(key.encode()), len(name.encode())) <= MAX_NAME


def test_kernel_names_are_ordered_by_their_number() -> None:
    assert by_number(["hwmon10", "hwmon2", "odd", "hwmon1"]) == ["odd", "hwmon1", "hwmon2", "hwmon10"]
