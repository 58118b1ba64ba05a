"""The live table, drawn for terminals of many sizes from a real tree. What a terminal makes of it: tests/real."""

import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from igloo_hub.cli.screen import plain
from igloo_hub.cli.watch import (
    Block,
    Entry,
    Heading,
    House,
    LogLine,
    More,
    Picture,
    Provider,
    Section,
    enforced_briefly,
    natural,
    plan_rows,
    take_snapshots,
)
from igloo_hub.ids import DeviceId, InstanceId
from igloo_hub.supervisor import InstanceState
from igloo_hub.tree import Attachment, DeviceTree
from igloo_hub.tree_actor import Subscription
from igloo_sandbox.spec import RESTRICTIONS, Layer, Restriction, Status
from igloo_wire import (
    COMPONENTS,
    Available,
    Battery,
    ButtonEvent,
    ButtonEventKind,
    ButtonEvents,
    Component,
    Configuration,
    CreateDevice,
    DeviceStatus,
    Diagnostic,
    Dimmer,
    Effect,
    HiddenByDefault,
    Humidity,
    Integer,
    LinkQuality,
    Message,
    Open,
    Position,
    Real,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Scene,
    Switch,
    TargetPosition,
    TargetTemperature,
    Temperature,
    Unknown,
)
from tests.hub.fakes import as_received, write

NOW = 1_800_000_000.0
MQTT, SYSTEM = InstanceId("mqtt"), InstanceId("system")

READY = Provider(MQTT, InstanceState.READY, 0, "", "strict", True)


class Home:
    """A real tree, fed as providers feed it, and the table of it."""

    def __init__(self, *instances: InstanceId) -> None:
        self.tree = DeviceTree()
        kinds = frozenset(COMPONENTS.values())
        self.attached: dict[InstanceId, Attachment] = {
            instance: self.tree.attach(instance, kinds) for instance in instances or (MQTT,)
        }
        self.subscription = Subscription()
        self.subscription.begin(self.tree.nodes())
        self.house = House(self.attached)
        self.providers = [READY._replace(instance=instance) for instance in self.attached]
        self.log: list[LogLine] = []

    def tell(self, *messages: Message, of: InstanceId = MQTT, at: float = NOW) -> None:
        refused = self.tree.apply(self.attached[of], as_received(*messages), at)
        assert not [answer for answer in refused if type(answer).__name__ == "Refused"], refused
        self.catch_up(at)

    def catch_up(self, at: float = NOW) -> None:
        self.subscription.merge(self.tree.take_changes())
        self.house.apply(self.subscription.take(), at)

    def add(
        self, index: int, name: str, *entities: tuple[str, Sequence[Component]], of: InstanceId = MQTT
    ) -> None:
        self.tell(
            CreateDevice(index, f"{of}-{index}", name),
            *(
                RegisterEntity(index, number, f"e{number}", entity, components)
                for number, (entity, components) in enumerate(entities)
            ),
            of=of,
        )

    def picture(self, columns: int = 80, lines: int = 24) -> Picture:
        return Picture(self.house, self.providers, self.log, os.terminal_size((columns, lines)))

    def draw(self, columns: int = 80, lines: int = 24, at: float = NOW) -> list[str]:
        picture = self.picture(columns, lines)
        drawn = list(map(plain, picture.lines(take_snapshots(self.tree, picture.visible), at)))
        assert len(drawn) == lines
        assert all(cell_len(line.replace("\u200e", "")) <= columns for line in drawn), drawn
        return drawn

    def row(self, word: str, columns: int = 80, lines: int = 24, at: float = NOW) -> str:
        """The only line with this word, blanks made one."""
        (found,) = (line for line in self.draw(columns, lines, at) if word in line)
        return " ".join(found.split())


def lamp(name: str = "Bulb") -> tuple[str, list[Component]]:
    return name, [Switch(True), Dimmer(0.5)]


# ── the whole ──


def test_the_table_at_80_columns() -> None:
    home = Home(SYSTEM, MQTT)
    home.providers[1] = Provider(
        MQTT, InstanceState.BACKOFF, 2, "killed by signal 9 (SIGKILL)", "NOT files, signals", False
    )
    home.log.append(LogLine("12:30:05", logging.INFO, "the hub runs"))
    home.log.append(LogLine("12:30:06", logging.ERROR, "mqtt: killed by signal 9 (SIGKILL)"))
    home.add(0, "pi", ("Load", [Real(0.25)]), ("Machine", [Diagnostic(), Integer(1)]), of=SYSTEM)
    home.add(0, "Kitchen", lamp(), ("Window", [Open(True)]), ("LED", [Configuration(), Switch(True)]))
    home.tell(DeviceStatus(0, False, "no answer"))
    assert home.draw(at=NOW + 42) == [
        "Igloo Hub  1 of 2 providers ready, 2 devices, 1 away              Ctrl-C ends it",
        "",
        "PROVIDER  STATE              ENFORCED",
        "system    ready              strict",
        "mqtt      backoff, 2 deaths  NOT files, signals",
        "  killed by signal 9 (SIGKILL)",
        "",
        "DEVICE                             VALUE                                     AGE",
        "── system · 1 device",
        "pi  Load                           0.25                                     42 s",
        "── mqtt · 1 device",
        "Kitchen                            offline: no answer",
        "  Bulb                             on · 50 %                                42 s",
        "  Window                           open                                     42 s",
        *[""] * 5,
        "── log ─────────────────────────────────────────────────────────────────────────",
        "12:30:05 the hub runs",
        "12:30:06 ERROR mqtt: killed by signal 9 (SIGKILL)",
        "",
        "",
    ]


def test_the_table_at_40_columns_has_all_its_parts() -> None:
    home = Home()
    home.add(0, "Kitchen", lamp(), ("Window", [Open(True)]))
    home.log.append(LogLine("12:30:05", logging.INFO, "the hub runs, and says so at some length here"))
    assert home.draw(40, 16) == [
        "Igloo Hub  1/1 ready, 1 device",
        "",
        "PROVIDER  STATE  ENFORCED",
        "mqtt      ready  strict",
        "",
        "DEVICE           VALUE               AGE",
        "Kitchen",
        "  Bulb           on · 50 %           now",
        "  Window         open                now",
        *[""] * 3,
        "── log ─────────────────────────────────",
        "12:30:05 the hub runs, and says so at",
        "         some length here",
        "",
    ]


def test_a_wide_terminal_is_not_filled_from_edge_to_edge() -> None:
    home = Home()
    home.add(0, "Kitchen", lamp())
    drawn = home.draw(200, 30)
    assert max(len(line) for line in drawn if not line.startswith("── log")) == 120


NASTY = st.text(alphabet="ab 漢\u0301\u05d0\u0645👍🏽❤\ufe0f", min_size=1, max_size=40)


@settings(deadline=None, max_examples=150)
@given(
    st.integers(1, 210),
    st.integers(1, 60),
    st.lists(NASTY, max_size=40),
    st.sampled_from(list(InstanceState)),
    st.integers(0, 30),
)
def test_any_house_fits_any_terminal(
    columns: int, lines: int, names: list[str], state: InstanceState, providers: int
) -> None:
    home = Home(SYSTEM, MQTT)
    for index, name in enumerate(names):
        home.add(index, name, lamp(name), (name, [Temperature(20.0)]))
        home.log.append(LogLine("12:30:05", logging.ERROR, name * 10))
    home.add(0, "pi", lamp(), of=SYSTEM)
    home.providers += [
        Provider(InstanceId(f"p{number}"), state, number, "it fell over " * number, "NOT files", False)
        for number in range(providers)
    ]
    home.draw(columns, lines, at=NOW + 1e6)


# ── devices ──


def test_devices_are_in_the_order_of_their_names_as_people_count() -> None:
    home = Home()
    for index, name in enumerate(["lamp 10", "Lamp 2", "door", "lamp 9"]):
        home.add(index, name, lamp())
    names = [line.split("  ")[0] for line in home.draw() if "on · 50 %" in line]
    assert names == ["door", "Lamp 2", "lamp 9", "lamp 10"]


def test_names_of_any_kind_can_be_compared() -> None:
    names = ["1", "a1", "1a", "", "٣", "a", "9" * 400]
    assert len(sorted(names, key=lambda name: tuple(natural(name)))) == len(names)


def test_a_new_name_moves_a_device_and_a_removed_one_is_gone() -> None:
    home = Home()
    home.add(0, "one", lamp())
    home.add(1, "two", lamp())
    home.tell(RemoveDevice(0))
    assert not [line for line in home.draw() if line.startswith("one")]
    assert home.row("Igloo Hub").startswith("Igloo Hub 1 of 1 provider ready, 1 device ")


def test_values_follow_and_ages_move_on() -> None:
    home = Home()
    home.add(0, "probe", ("Air", [Temperature(20.0)]))
    assert home.row("probe", at=NOW + 9) == "probe Air 20 °C now"
    assert home.row("probe", at=NOW + 185) == "probe Air 20 °C 3 min"
    home.tell(write(0, 0, Temperature(21.5)), at=NOW + 200)
    assert home.row("probe", at=NOW + 201) == "probe Air 21.5 °C now"


def test_a_value_that_came_again_unchanged_is_new() -> None:
    home = Home()
    home.add(0, "probe", ("Air", [Temperature(20.0)]))
    home.tell(write(0, 0, Temperature(20.0)), at=NOW + 3600)
    assert home.row("probe", at=NOW + 3601) == "probe Air 20 °C now"


def test_a_stale_device_is_marked_in_words_and_keeps_its_values() -> None:
    home = Home()
    home.add(0, "Kitchen", lamp(), ("Window", [Open(True)]))
    home.tree.detach(home.attached[MQTT], NOW + 60)
    home.catch_up()
    assert home.row("Kitchen", at=NOW + 240) == "Kitchen stale since 3 min"
    assert home.row("Bulb", at=NOW + 240) == "Bulb on · 50 % 4 min"
    assert "1 device, 1 away" in home.row("Igloo Hub")


def test_an_entity_that_its_provider_did_not_bring_back_is_stale_alone() -> None:
    home = Home()
    home.add(0, "Kitchen", lamp(), ("Window", [Open(True)]))
    home.tree.detach(home.attached[MQTT], NOW)
    home.attached[MQTT] = home.tree.attach(MQTT, COMPONENTS.values())
    home.add(0, "Kitchen", lamp())
    assert home.row("Window") == "Window stale · open now"
    assert home.row("Bulb") == "Bulb on · 50 % now"


def test_an_offline_device_says_why() -> None:
    home = Home()
    home.add(0, "probe", ("Air", [Temperature(20.0)]))
    home.tell(DeviceStatus(0, False, "battery\u202e"))
    assert home.row("probe") == r"probe Air offline: battery\u202e · 20 °C now"


def test_what_is_left_out_is_counted() -> None:
    home = Home()
    home.add(
        0,
        "Kitchen",
        lamp("Left"),
        lamp("Right"),
        ("Quality", [Diagnostic(), LinkQuality(80.0)]),
        ("Signal", [Diagnostic(), LinkQuality(80.0)]),
        ("LED", [Configuration(), Switch(True)]),
        ("Raw", [HiddenByDefault(), Integer(5)]),
        ("Party", [Scene()]),
    )
    assert home.row("Kitchen") == "Kitchen +2 diagnostics, +1 setting, +2 others"
    drawn = "\n".join(home.draw())
    assert "Quality" not in drawn
    assert "LED" not in drawn


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([Switch(True), Dimmer(0.25)], "on · 25 %"),
        ([Temperature(20.0), Humidity(45.0), Battery(90.0)], "20 °C · 45 % · battery 90 %"),
        ([Temperature(20.0), TargetTemperature(21.0)], "20 °C · target temperature 21 °C"),
        ([Position(0.0), TargetPosition(1.0)], "0 % · target position 100 %"),
        ([Effect("rainbow")], "effect rainbow"),
        ([Available(False), Switch(True)], "unavailable · on"),
        ([Available(True), Switch(True)], "on"),
        ([Unknown([Temperature])], "unknown"),
        ([Humidity(45.0), Unknown([Temperature])], "45 %"),
    ],
)
def test_the_values_of_an_entity_stand_in_one_row(components: list[Component], words: str) -> None:
    home = Home()
    home.add(0, "thing", ("Part", components))
    assert home.row("thing") == f"thing Part {words} now"


def test_the_last_event_of_each_kind_is_shown_with_its_age() -> None:
    home = Home()
    home.add(0, "remote", ("Key", [ButtonEvents([ButtonEventKind.SINGLE, ButtonEventKind.LONG])]))
    assert home.row("remote") == "remote Key now"
    home.tell(write(0, 0, ButtonEvent(ButtonEventKind.SINGLE)))
    home.tell(write(0, 0, ButtonEvent(ButtonEventKind.LONG)), at=NOW + 30)
    assert home.row("remote", at=NOW + 45) == "remote Key long 15 s"
    home.tell(RemoveEntity(0, 0), at=NOW + 46)
    assert "long" not in "\n".join(home.draw(at=NOW + 47))


def test_a_device_that_went_while_the_picture_was_made_is_left_out() -> None:
    home = Home()
    home.add(0, "Kitchen", lamp())
    picture = home.picture()
    assert "Kitchen" not in "".join(map(plain, picture.lines({}, NOW)))


def test_a_value_of_a_device_that_has_one_only_does_not_repeat_its_name() -> None:
    home = Home()
    home.add(0, "Front door", ("door", [Open(True)]))
    assert home.row("Front") == "Front door open now"


# ── room ──


def sections(**full: list[int]) -> list[Section]:
    """Devices that take so many rows, by instance."""
    numbers = iter(range(1, 10_000))
    found = []
    for instance, rows in full.items():
        entries = [Entry(DeviceId(n), (n,), True, r - 1) for r, n in zip(rows, numbers, strict=False)]
        found.append(Section(InstanceId(instance), entries, 0))
    return found


def heights(full: dict[str, list[int]], room: int) -> list[int | str]:
    """Each row of the plan: rows of a device, the name of a heading, "+N" for N devices without room."""
    found: list[int | str] = []
    for row in plan_rows(sections(**full), room):
        match row:
            case Heading(section):
                found.append(section.instance)
            case Block(_, rows):
                found.append(rows)
            case More(left):
                found.append(f"+{left}")
    return found


def taken(rows: list[int | str]) -> int:
    return sum(row if isinstance(row, int) else 1 for row in rows)


def test_everything_is_shown_where_there_is_room() -> None:
    assert heights({"mqtt": [3, 4]}, 7) == [3, 4]
    assert heights({"mqtt": [3], "system": [14]}, 19) == ["mqtt", 3, "system", 14]


def test_devices_with_most_rows_give_some_away_first() -> None:
    assert heights({"mqtt": [3, 14]}, 10) == [3, 7]
    assert heights({"mqtt": [3], "system": [14]}, 12) == ["mqtt", 3, "system", 7]


def test_then_each_device_has_one_row_and_then_some_have_none() -> None:
    assert heights({"mqtt": [3, 4, 5]}, 5) == [1, 1, 1]
    assert heights({"mqtt": [3] * 40}, 4) == [1, 1, 1, "+37"]


def test_no_instance_is_pushed_out_by_another() -> None:
    assert heights({"a": [3] * 40, "b": [3], "c": [3] * 40}, 10) == [
        "a", 1, 1, 1, "b", 1, "c", 1, 1, "+75",
    ]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(2, 30), min_size=1, max_size=30)),
    st.integers(-3, 60),
)
def test_the_plan_never_takes_more_than_there_is_and_loses_no_device(
    full: dict[str, list[int]], room: int
) -> None:
    rows = heights(full, room)
    assert taken(rows) <= max(room, 0)
    if rows or room > 0:
        left = sum(int(row[1:]) for row in rows if isinstance(row, str) and row[0] == "+")
        assert sum(isinstance(row, int) for row in rows) + left == sum(map(len, full.values()))


def test_what_has_no_room_is_told() -> None:
    home = Home()
    for index in range(40):
        home.add(index, f"lamp {index}", lamp())
    drawn = home.draw()
    assert "… and 28 more devices" in drawn
    assert sum(line.startswith("lamp") for line in drawn) == 12


def test_values_that_have_no_room_are_told() -> None:
    home = Home()
    home.add(0, "pi", *[(f"value {number}", [Integer(number)]) for number in range(30)])
    drawn = home.draw()
    assert "  … and 19 more values" in drawn
    assert "  value 10                         10                                        now" in drawn


def test_values_without_words_of_their_own_are_named_when_they_share_a_row() -> None:
    home = Home()
    home.add(0, "pi", ("Load", [Real(0.5)]), ("Air", [Temperature(20.0)]))
    for index in range(1, 40):
        home.add(index, f"x {index}", lamp())
    assert home.row("pi ") == "pi Load 0.5 · 20 °C now"


def count_calls(home: Home) -> int:
    """Function calls that one picture takes."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    picture_of, devices = home.picture, take_snapshots(home.tree, home.picture().visible)
    sys.setprofile(count)
    try:
        picture_of().lines(devices, NOW)
    finally:
        sys.setprofile(None)
    return calls


def test_ten_thousand_devices_take_no_more_work_than_a_hundred() -> None:
    def home_of(count: int) -> Home:
        home = Home()
        messages: list[Message] = []
        for index in range(count):
            messages += [
                CreateDevice(index, f"d{index}", f"lamp {index % 90:02}"),
                RegisterEntity(index, 0, "e", "Bulb", [Switch(True)]),
            ]
        home.tell(*messages)
        return home

    assert len(home_of(10_000).picture().visible) == 12
    assert count_calls(home_of(10_000)) <= 1.2 * count_calls(home_of(100))


# ── providers ──


def provider_lines(home: Home, lines: int = 24) -> Iterator[str]:
    drawn = home.draw(lines=lines)
    start = next(index for index, line in enumerate(drawn) if line.startswith("PROVIDER"))
    for line in drawn[start + 1 :]:
        if not line:
            return
        yield line


def test_a_provider_that_was_restarted_says_so_and_no_longer_why() -> None:
    home = Home()
    home.providers = [Provider(MQTT, InstanceState.READY, 1, "", "strict", True)]
    assert list(provider_lines(home)) == ["mqtt      ready, 1 restart  strict"]


def test_a_provider_in_trouble_tells_the_reason_in_two_lines_at_most() -> None:
    home = Home()
    home.providers = [Provider(MQTT, InstanceState.DEGRADED, 0, "the broker is away. " * 20, "strict", True)]
    first, *reason = provider_lines(home)
    assert first == "mqtt      degraded  strict"
    assert len(reason) == 2
    assert reason[0].startswith("  the broker is away.")
    assert reason[1].endswith("…")


def test_of_many_providers_those_in_trouble_come_first() -> None:
    home = Home()
    home.providers = [
        Provider(InstanceId(f"p{n}"), InstanceState.READY, 0, "", "strict", True) for n in range(20)
    ]
    home.providers[15] = Provider(InstanceId("bad"), InstanceState.QUARANTINED, 6, "why", "strict", True)
    shown = list(provider_lines(home))
    assert shown[0] == "bad       quarantined, 6 deaths  strict"
    assert shown[-1] == "… and 14 more providers"


def test_a_hub_without_providers_says_so() -> None:
    home = Home()
    home.providers = []
    assert "No provider is to run." in home.draw()


def status(*gaps: str, uid: str = "enforced") -> Status:
    restrictions = tuple(Restriction(name, () if name in gaps else ("landlock",)) for name in RESTRICTIONS)
    return Status("enforced", (Layer("uid", uid, ""),), restrictions)


@pytest.mark.parametrize(
    ("found", "enforcement", "words", "is_strict"),
    [
        (status(), "strict", "strict", True),
        (status(uid="absent"), "strict", "strict, the hub's uid", True),
        (status("files", "signals", uid="absent"), "strict", "NOT files, signals", False),
        (status("files"), "off", "no sandbox", False),
        (Status("refused"), "strict", "not started yet", True),
    ],
)
def test_what_is_enforced_in_a_few_words(
    found: Status, enforcement: str, words: str, is_strict: bool
) -> None:
    assert enforced_briefly(found, enforcement) == (words, is_strict)


# ── the log ──


def test_the_newest_log_lines_are_shown_and_each_from_its_beginning() -> None:
    home = Home()
    home.log = [LogLine(f"12:00:{n:02}", logging.INFO, f"line {n} " + "word " * 30) for n in range(30)]
    panel = home.draw()[20:]
    assert panel[0].startswith("12:00:28 line 28")
    assert panel[0].endswith("…")
    assert panel[1].startswith("12:00:29 line 29")
    assert panel[3].startswith("         word")


def test_a_log_line_of_strangers_words_stays_where_it_is() -> None:
    home = Home()
    home.log = [LogLine("12:00:00", logging.WARNING, "bad\x1b[2J\u202e\x07")]
    assert r"12:00:00 WARNING bad\x1b[2J\u202e\x07" in home.draw()


def test_the_picture_in_the_readme_is_of_this_table() -> None:
    readme = Path(__file__).parents[2].joinpath("README.md").read_text()
    (picture,) = re.findall(r"```text\n(Igloo Hub  .*?)\n```", readme, re.DOTALL)
    shown = picture.splitlines()
    home = Home(SYSTEM, InstanceId("lamp"))
    home.providers = [p._replace(enforced="strict, the hub's uid") for p in home.providers]
    for instance, name in (SYSTEM, "vm"), (InstanceId("lamp"), "Desk lamp"):
        home.add(0, name, ("bulb", [Switch(False), Dimmer(1.0)]), ("probe", [Temperature(20.0)]), of=instance)
    drawn = home.draw(at=NOW + 13)
    # All but what a machine measures: the title, both headings, the providers, the lamp, the rule above the log.
    assert shown[:8] == drawn[:8]
    lamp_drawn, lamp_shown = (lines.index("── lamp · 1 device") for lines in (drawn, shown))
    assert shown[lamp_shown : lamp_shown + 4] == drawn[lamp_drawn : lamp_drawn + 4]
    assert next(line for line in drawn if line.startswith("── log")) in shown
    assert max(map(len, shown)) <= 80
