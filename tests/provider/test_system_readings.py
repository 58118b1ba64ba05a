"""What `system` makes of the kernel's texts: real ones, and ones that are not what they should be."""

import pytest

from igloo_providers.system.readings import (
    CpuTimes,
    Disk,
    Memory,
    Monitor,
    Thermometer,
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
    thermometers,
)

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
    assert parse_temperature("-273150\n") == -273.15


@pytest.mark.parametrize("text", ["", "\n", "-274000\n", "48.3\n", "hot", "--5", "99999999999"])
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
        ("To Be Filled By O.E.M.\n", None),
        ("Default string\n", None),
        ("\n", None),
        ("", None),
    ],
)
def test_facts_are_one_clean_line_or_none(text: str, fact: str | None) -> None:
    assert parse_fact(text) == fact


def test_thermometers_have_keys_made_of_names_not_of_the_kernels_numbers() -> None:
    zones = [Zone("x86_pkg_temp\n", "48000\n"), Zone("acpitz\n", "27800\n"), Zone("acpitz\n", "29800\n")]
    monitors = [
        Monitor("acpitz\n", {"temp1_input": "27800\n"}),
        Monitor(
            "coretemp\n", {"temp2_label": "Core 0\n", "temp2_input": "47000\n", "temp10_input": "46000\n"}
        ),
        Monitor("nvme\n", {"temp1_input": "", "temp1_label": "Composite\n"}),
    ]
    assert thermometers(zones, monitors) == [
        Thermometer("temperature-x86-pkg-temp", "x86_pkg_temp", 48.0),
        Thermometer("temperature-acpitz", "acpitz", 27.8),
        Thermometer("temperature-acpitz-2", "acpitz 2", 29.8),
        Thermometer("temperature-coretemp-core-0", "coretemp Core 0", 47.0),
        Thermometer("temperature-coretemp-temp10", "coretemp temp10", 46.0),
        Thermometer("temperature-nvme-composite", "nvme Composite", None),
    ]


def test_a_pis_zone_and_its_mirror_are_one_thermometer() -> None:
    zones = [Zone("cpu-thermal\n", "48312\n")]
    monitors = [Monitor("cpu_thermal\n", {"temp1_input": "48312\n"}), Monitor("rpi_volt\n", {})]
    assert thermometers(zones, monitors) == [Thermometer("temperature-cpu-thermal", "cpu-thermal", 48.312)]


def test_odd_names_still_give_distinct_keys() -> None:
    found = thermometers([Zone("---\n", "1000"), Zone("***\n", "1000"), Zone("", "1000")], [])
    assert [thermometer.key for thermometer in found] == ["temperature-unnamed", "temperature-unnamed-2"]


def test_kernel_names_are_ordered_by_their_number() -> None:
    assert by_number(["hwmon10", "hwmon2", "odd", "hwmon1"]) == ["odd", "hwmon1", "hwmon2", "hwmon10"]
