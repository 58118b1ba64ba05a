"""What `igloo-hub run` prints for what changes in the tree."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from igloo_hub.cli.output import ValueLines
from igloo_hub.ids import InstanceId
from igloo_hub.tree import Attachment, DeviceTree
from igloo_hub.tree_actor import Changes, Subscription
from igloo_wire import (
    ButtonEvent,
    ButtonEventKind,
    Color,
    Component,
    CreateDevice,
    DeviceStatus,
    Dimmer,
    DoorLock,
    Integer,
    Message,
    NamedEvent,
    Real,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Secret,
    Sensor,
    Temperature,
    Text,
    Unit,
    UnitLabel,
    Unknown,
)
from tests.hub.fakes import as_received, write

NOW = datetime(2026, 11, 23, 12, 30, 5, tzinfo=UTC)
KINDS: list[type[Component]] = [
    ButtonEvent,
    Color,
    Dimmer,
    DoorLock,
    Integer,
    NamedEvent,
    Real,
    Secret,
    Sensor,
    Temperature,
    Text,
    Unit,
    UnitLabel,
    Unknown,
]


class House:
    """A tree with one provider and one subscriber, and what is printed of it."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.tree = DeviceTree()
        self.demo: Attachment = self.tree.attach(InstanceId("demo"), KINDS)
        self.subscription = Subscription()
        self.printer = ValueLines(as_json)

    def changes(self, *messages: Message) -> Changes:
        self.tree.apply(self.demo, as_received(*messages), 1.0)
        self.subscription.merge(self.tree.take_changes())
        return self.subscription.take()

    def printed(self, *messages: Message) -> list[str]:
        return list(self.printer.lines(self.changes(*messages), NOW))

    def printed_json(self, *messages: Message) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed(*messages)]


def probe(*components: Component) -> list[Message]:
    return [CreateDevice(0, "probe", "Kitchen"), RegisterEntity(0, 0, "it", "Probe", components)]


def test_a_new_device_is_introduced_and_its_values_follow_without_markers_and_facts() -> None:
    assert House().printed(*probe(Sensor(), Temperature(20.5), Unit.CELSIUS)) == [
        "12:30:05  Kitchen: device 1 of demo",
        "12:30:05  Kitchen / Probe                           Temperature 20.5 °C",
    ]


def test_then_only_what_changes_is_printed() -> None:
    house = House()
    house.printed(*probe(Temperature(20.5), Dimmer(0.5)))
    (line,) = house.printed(write(0, 0, Temperature(21.0)))
    assert line.endswith("Temperature 21 °C")
    assert house.printed() == []


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([Real(1234567.0), Unit.BYTE_PER_SECOND], "1,234,567 B/s"),
        ([Integer(25_276_063_744), Unit.BYTE], "25,276,063,744 B"),
        ([Real(0.5), UnitLabel("10 ms")], "0.5 10 ms"),
        ([Real(0.000012)], "1.2e-05"),
        ([Dimmer(0.25)], "Dimmer 25 %"),
        ([DoorLock.JAMMED], "DoorLock jammed"),
        ([DoorLock(87)], "DoorLock unknown:87"),
        ([Color(1.0, 0.5, 0.0)], "Color #ff8000"),
        ([Text("on")], "on"),
    ],
)
def test_a_value_is_printed_with_its_unit(components: list[Component], words: str) -> None:
    assert House().printed(*probe(*components))[1].split("  ", 2)[2].strip() == words


def test_a_value_that_is_not_known_is_said_by_name() -> None:
    house = House()
    house.printed(*probe(Temperature(20.0)))
    (line,) = house.printed(write(0, 0, Unknown([Temperature])))
    assert line.endswith("Temperature unknown")
    assert [line.split()[-1] for line in house.printed(write(0, 0, Temperature(1.0)))] == ["°C"]


def test_what_a_device_calls_itself_reaches_no_terminal_raw() -> None:
    text = "\n".join(House().printed(*probe(Text("two\nlines\tand more"))))
    assert text.count("\n") == 1
    assert r"two\nlines\tand more" in text


def test_events_are_printed_one_by_one() -> None:
    house = House()
    house.printed(*probe())
    single = ButtonEvent(ButtonEventKind.SINGLE)
    lines = house.printed(write(0, 0, single), write(0, 0, single))
    assert len(lines) == 2
    assert "ButtonEvent" in lines[0]
    assert "single" in lines[0]


def test_how_a_device_stands_is_told() -> None:
    house = House()
    house.printed(*probe())
    assert house.printed(DeviceStatus(0, False, "no answer")) == ["12:30:05  Kitchen (offline: no answer)"]
    assert house.printed(DeviceStatus(0, True, "")) == ["12:30:05  Kitchen (back)"]
    house.tree.detach(house.demo, now=NOW.timestamp())
    (stale,) = house.printed()
    assert stale.startswith("12:30:05  Kitchen (stale since ")


def test_a_value_that_was_told_is_not_told_again_when_its_device_changes() -> None:
    house = House()
    house.printed(*probe(Temperature(20.0)))
    house.printed(write(0, 0, Temperature(21.0)))
    assert house.printed(DeviceStatus(0, False, "")) == ["12:30:05  Kitchen (offline)"]


def test_what_a_device_sends_in_lists_reaches_no_terminal_raw() -> None:
    house = House()
    (line,) = house.printed(*probe(), write(0, 0, NamedEvent("right\u202eto left")))[1:]
    assert "\u202e" not in line
    assert r"right\u202eto left" in line


def test_a_removed_device_is_told_and_one_that_nobody_saw_is_not() -> None:
    house = House()
    house.printed(*probe())
    assert house.printed(RemoveDevice(0)) == ["12:30:05  Kitchen: removed"]
    assert house.printed(CreateDevice(1, "brief", ""), RemoveDevice(1)) == []


def test_an_event_of_an_entity_that_is_gone_when_it_is_read_is_not_told() -> None:
    house = House()
    house.printed(*probe())
    assert house.printed(write(0, 0, ButtonEvent(ButtonEventKind.SINGLE)), RemoveEntity(0, 0)) == []


def test_json_holds_everything_and_each_line_is_an_object() -> None:
    house = House(as_json=True)
    (device,) = house.printed_json(*probe(Sensor(), Temperature(20.5), Unit.CELSIUS))
    assert device == {
        "type": "device",
        "time": "2026-11-23T12:30:05.000+00:00",
        "device": 1,
        "instance": "demo",
        "key": "probe",
        "name": "Kitchen",
        "online": True,
        "reason": "",
        "stale_since": None,
        "entities": {
            "it": {"name": "Probe", "components": {"Sensor": True, "Temperature": 20.5, "Unit": "CELSIUS"}}
        },
    }
    (value,) = house.printed_json(write(0, 0, Temperature(21.0)))
    assert value == {
        "type": "value",
        "time": "2026-11-23T12:30:05.000+00:00",
        "device": 1,
        "entity": "it",
        "component": {"Temperature": 21.0},
    }
    (event,) = house.printed_json(write(0, 0, ButtonEvent(ButtonEventKind.SINGLE)))
    assert event["component"] == {"ButtonEvent": {"count": 1, "kind": "SINGLE"}}
    assert house.printed_json(RemoveDevice(0))[0]["type"] == "removed"


def test_json_holds_no_password() -> None:
    house = House(as_json=True)
    (device,) = house.printed_json(*probe(Secret(), Text("hunter2"), Integer(1)))
    assert device["entities"]["it"]["components"] == {"Secret": True, "Text": None, "Integer": 1}
    (value,) = house.printed_json(write(0, 0, Text("hunter3")))
    assert value["component"] == {"Text": None}
