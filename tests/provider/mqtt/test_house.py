"""What is discovered, followed and forgotten, over the SDK's real conversation and with a clock set by hand."""

import json
import logging
import math
import re
from contextlib import suppress
from typing import Any

import pytest

from igloo_provider import Rejected
from igloo_provider.conversation import Conversation
from igloo_providers.mqtt import following as following_module
from igloo_providers.mqtt import house as house_module
from igloo_providers.mqtt import timers as timers_module
from igloo_providers.mqtt.entity import Mapped
from igloo_providers.mqtt.house import AWAY_AFTER, LONGEST_TURN, MOST_MEMBERS, REMOVE_AFTER, House
from igloo_providers.mqtt.notes import SENTENCES, SUMMARY_EVERY
from igloo_providers.mqtt.parts import Part
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_providers.mqtt.waits import End
from igloo_wire import (
    AssumedState,
    Available,
    ButtonEvent,
    ButtonEvents,
    Component,
    Manufacturer,
    Model,
    Motion,
    Outlet,
    Switch,
    Temperature,
    Text,
    ViaDevice,
)
from tests.provider.mqtt.desk import Desk, run

LAMP = {"identifiers": ["lamp-1"], "name": "Desk lamp", "manufacturer": "Maker"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def switch(**more: object) -> dict[str, object]:
    config: dict[str, object] = {
        "unique_id": "lamp-1-power",
        "name": "Power",
        "state_topic": "lamp/state",
        "command_topic": "lamp/set",
        "device": LAMP,
    }
    return config | more


def sensor(object_id: str = "t", /, **more: object) -> dict[str, object]:
    config: dict[str, object] = {
        "unique_id": object_id,
        "device_class": "temperature",
        "unit_of_measurement": "°C",
        "state_topic": f"{object_id}/state",
        "device": {"identifiers": [f"d-{object_id}"], "name": object_id},
    }
    return config | more


def topics(desk: Desk) -> tuple[list[str], list[str]]:
    wanted, given_up = desk.house.take_changes()
    return sorted(wanted), sorted(given_up)


# ── what is announced ──


def test_a_config_becomes_a_device_with_an_entity_and_a_topic_to_follow(desk: Desk) -> None:
    desk.announce("switch", "power", "lamp", **switch())
    lamp = desk.view["lamp-1"]
    assert lamp.name == "Desk lamp"
    assert desk.view.find("lamp-1-power").unknown == {"Switch"}
    assert lamp["device"].values == {Manufacturer: Manufacturer("Maker")}
    assert topics(desk) == (["lamp/state"], [])
    desk.send("lamp/state", "ON")
    assert desk.view.find("lamp-1-power").get(Switch) == Switch(True)
    assert desk.house.counts == (1, 1)


def test_the_same_config_again_changes_nothing(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.send("lamp/state", "ON")
    topics(desk)
    before = desk.view.registered
    for _ in range(3):
        desk.announce("switch", "power", **switch())
    assert desk.view.registered == before
    assert topics(desk) == ([], [])
    assert desk.view.find("power").get(Switch) == Switch(True)


def test_what_does_not_show_is_no_reason_to_register_anew(desk: Desk) -> None:
    desk.announce("switch", "power", **switch(icon="mdi:lamp"))
    desk.send("lamp/state", "ON")
    before = desk.view.registered
    desk.announce("switch", "power", **switch(icon="mdi:bulb", payload_on="1", payload_off="0"))
    assert desk.view.registered == before
    desk.send("lamp/state", "0")
    assert desk.view.find("power").get(Switch) == Switch(False)


def test_another_topic_is_followed_in_place_of_the_old_one(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    topics(desk)
    before = desk.view.registered
    desk.announce("switch", "power", **switch(state_topic="lamp/now"))
    assert topics(desk) == (["lamp/now"], ["lamp/state"])
    assert desk.view.registered == before
    desk.send("lamp/state", "ON")
    assert desk.view.find("power").unknown == {"Switch"}


def test_other_components_or_another_name_register_the_entity_anew_under_its_key(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    topics(desk)
    index = desk.view.find("lamp-1-power").index
    desk.announce("switch", "power", **switch(device_class="outlet"))
    assert desk.view.find("lamp-1-power").index != index
    assert topics(desk) == (["lamp/state"], [])  # what is retained there has to be heard again
    desk.announce("switch", "power", **switch(device_class="outlet", name="Socket"))
    assert desk.view.find("lamp-1-power").name == "Socket"
    assert desk.view.registered.devices == 1


def test_a_bad_version_of_a_config_leaves_what_was_there(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.announce("switch", "power", **switch())
    bad = switch()
    del bad["command_topic"]
    desk.announce("switch", "power", **bad, origin={"name": "bridge", "sw_version": "2.1"})
    assert "switch.lamp-1-power (bridge 2.1): command_topic is missing" in caplog.text
    desk.send("homeassistant/switch/power/config", "{", retained=True)
    desk.send("lamp/state", "ON")
    assert desk.view.find("power").get(Switch) == Switch(True)
    assert "not shown: homeassistant/switch/power/config" in caplog.text
    desk.withdraw("switch", "power")
    assert desk.view.count == 0


def test_configs_of_one_device_are_its_entities_and_share_its_facts(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.announce("sensor", "t", **sensor(device=LAMP | {"model": "M1", "via_device": "bridge-1"}))
    lamp = desk.view["lamp-1"]
    assert desk.house.counts == (1, 2)
    facts = {Manufacturer: Manufacturer("Maker"), Model: Model("M1"), ViaDevice: ViaDevice("bridge-1")}
    assert lamp["device"].values == facts
    before = desk.view.registered
    desk.announce("sensor", "t", **sensor(device=LAMP | {"model": "M2"}))
    assert desk.view.registered == before
    assert lamp["device"].get(Model) == Model("M2")


def test_any_of_its_identities_means_the_device(desk: Desk) -> None:
    both = {"identifiers": ["a"], "connections": [["mac", "02:5B:26:A8:DC:12"]], "name": "Both"}
    desk.announce("sensor", "one", **sensor("one", device=both))
    desk.announce("sensor", "two", **sensor("two", device={"connections": [["mac", "02:5b:26:a8:dc:12"]]}))
    assert desk.house.counts == (1, 2)


def test_a_device_based_config_replaces_all_that_it_announced_before(desk: Desk) -> None:
    def announce(**components: object) -> None:
        payload = {"device": LAMP, "origin": {"name": "t"}, "components": components}
        desk.send("homeassistant/device/lamp/config", payload, retained=True)

    one = {"platform": "switch", "unique_id": "one", "state_topic": "1", "command_topic": "1/set"}
    two = {"platform": "switch", "unique_id": "two", "state_topic": "2", "command_topic": "2/set"}
    announce(one=one, two=two)
    assert desk.house.counts == (1, 2)
    topics(desk)
    announce(one=one, two={"platform": "switch"})
    assert desk.house.counts == (1, 1)
    assert topics(desk) == ([], ["2"])
    announce(one=one, two=two | {"state_topic": "3"}, three=7)
    assert desk.house.counts == (1, 2)
    assert topics(desk) == (["3"], [])


def trigger(kind: str, **more: object) -> dict[str, object]:
    return {
        "automation_type": "trigger",
        "type": f"button_{kind}_press",
        "subtype": "button_1",
        "topic": "remote/action",
        "payload": kind,
        "device": {"identifiers": ["remote"], "model": "Remote"},
    } | more


def test_triggers_of_one_button_are_one_entity(desk: Desk) -> None:
    desk.announce("device_automation", "short", **trigger("short"))
    desk.announce("device_automation", "long", **trigger("long"))
    assert desk.view["remote"].name == "Remote"
    assert desk.house.counts == (1, 1)
    button = desk.view["remote"]["button_1"]
    assert button.name == "Button 1"
    kinds = button.get(ButtonEvents).value
    assert len(kinds) == 2
    for payload in ("short", "long", "other"):
        desk.send("remote/action", payload)
    assert [event.kind for event in button.events if isinstance(event, ButtonEvent)] == list(kinds)
    desk.withdraw("device_automation", "short")
    desk.send("remote/action", "short")
    desk.send("remote/action", "long")
    assert len(button.events) == 3
    topics(desk)
    desk.withdraw("device_automation", "long")
    assert topics(desk) == ([], ["remote/action"])
    assert desk.house.counts == (1, 0)


@pytest.mark.parametrize(("config", "name"), [({"name": None}, "Switch"), ({"name": "Power"}, "Power")])
def test_an_entity_that_is_called_as_its_device_has_a_word_for_what_it_is(
    desk: Desk, config: dict[str, object], name: str
) -> None:
    desk.announce("switch", "power", **switch(**config))
    assert desk.view.find("power").name == name
    assert desk.view["lamp-1"]["device"].name == "Device"


# ── what is taken back ──


def test_an_empty_config_removes_the_entity_and_the_last_one_its_device_a_little_later(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.announce("sensor", "t", **sensor(device=LAMP))
    topics(desk)
    desk.withdraw("switch", "power")
    assert desk.view.count == 1
    assert topics(desk) == ([], ["lamp/state"])
    desk.withdraw("sensor", "t")
    assert list(desk.view.devices) == ["lamp-1"]
    desk.pass_time(REMOVE_AFTER + 1)
    assert desk.view.devices == {}
    assert desk.house.counts == (0, 0)


def test_a_bridge_that_empties_and_announces_again_keeps_the_device(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.withdraw("switch", "power")
    desk.pass_time(REMOVE_AFTER - 1)
    desk.announce("switch", "renamed", **switch())
    desk.pass_time(10 * REMOVE_AFTER)
    assert desk.view.count == 1
    assert desk.view.registered.devices == 1


def test_a_device_comes_back_after_it_was_removed(desk: Desk) -> None:
    for _ in range(3):
        desk.announce("switch", "power", **switch())
        desk.withdraw("switch", "power")
        desk.pass_time(REMOVE_AFTER + 1)
        assert desk.view.devices == {}
    desk.announce("switch", "power", **switch())
    desk.send("lamp/state", "ON")
    assert desk.view.find("power").get(Switch) == Switch(True)


def test_a_device_none_of_whose_entities_can_be_shown_goes_again(desk: Desk) -> None:
    desk.announce("switch", "power", **switch(state_topic="a/+"))
    desk.pass_time(REMOVE_AFTER + 1)
    assert desk.view.devices == {}


def test_taking_back_what_was_never_announced_does_nothing(desk: Desk) -> None:
    desk.withdraw("switch", "power")
    desk.withdraw("switch", "power")
    assert desk.view.devices == {}


def test_of_two_configs_for_one_entity_the_later_counts_and_emptying_the_earlier_removes_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.announce("switch", "old", **switch())
    desk.announce("switch", "new", **switch(state_topic="lamp/now"))
    assert desk.view.count == 1
    assert (
        "homeassistant/switch/old/config and homeassistant/switch/new/config announce the same" in caplog.text
    )
    desk.withdraw("switch", "old")
    assert desk.view.count == 1
    desk.send("lamp/now", "ON")
    assert desk.view.find("lamp-1-power").get(Switch) == Switch(True)
    desk.withdraw("switch", "new")
    assert desk.view.count == 0


def test_a_migration_keeps_the_entity_until_it_is_announced_elsewhere(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.announce("switch", "power", **switch())
    desk.send("lamp/state", "ON")
    desk.send("homeassistant/switch/power/config", {"migrate_discovery": True}, retained=True)
    own = switch()
    own["platform"] = "switch"
    payload = {"device": own.pop("device"), "origin": {"name": "t"}, "components": {"power": own}}
    desk.send("homeassistant/device/lamp/config", payload, retained=True)
    desk.withdraw("switch", "power")
    assert desk.view.find("lamp-1-power").get(Switch) == Switch(True)
    assert desk.view.registered.devices == 1
    assert caplog.text == ""


# ── values ──


def test_what_a_reading_does_not_speak_of_stays_unknown(desk: Desk) -> None:
    desk.announce("switch", "power", **switch(value_template="{{ value_json.state }}"))
    desk.send("lamp/state", {"other": 1})
    assert desk.view.find("power").unknown == {"Switch"}
    desk.send("lamp/state", {"state": "ON"})
    assert desk.view.find("power").get(Switch) == Switch(True)
    desk.send("lamp/state", {"state": None})
    assert desk.view.find("power").unknown == {"Switch"}


def test_a_message_that_can_t_be_read_is_said_once_and_the_value_is_unknown(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.announce("sensor", "t", **sensor())
    for payload in ("warm", "warmer", b"\xff\xfe"):
        desk.send("t/state", "21.5")
        assert desk.view.find("t").get(Temperature) == Temperature(21.5)
        desk.send("t/state", payload)
    assert len([record for record in caplog.records if "t/state" in record.getMessage()]) == 1


def test_a_topic_is_shown_so_that_it_can_do_nothing_to_whoever_reads_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """U+202E turns the rest of a line around."""
    topic = "a\u202e\u200bb/c"
    there = {"topic": f"{topic}/there", "value_template": "{{ value_json.a.b }}"}
    desk.announce("sensor", "t", **sensor(state_topic=topic, availability=[there]))
    desk.send(topic, "warm")
    desk.send(f"{topic}/there", "no JSON")
    assert len(caplog.records) == 2
    assert all("'a\\u202e\\u200bb/c" in record.getMessage() for record in caplog.records)
    assert "\u202e" not in caplog.text


def test_one_topic_of_many_entities_is_followed_as_long_as_one_needs_it(desk: Desk) -> None:
    for key in ("a", "b"):
        template = f"{{{{ value_json.{key} }}}}"
        desk.announce("sensor", key, **sensor(key, state_topic="both", value_template=template, device=LAMP))
    assert topics(desk) == (["both"], [])
    desk.send("both", {"a": 1, "b": 2})
    assert desk.view["lamp-1"]["sensor.a"].get(Temperature) == Temperature(1.0)
    assert desk.view["lamp-1"]["sensor.b"].get(Temperature) == Temperature(2.0)
    desk.withdraw("sensor", "a")
    assert topics(desk) == ([], [])
    desk.send("both", {"a": 3, "b": 4})
    assert desk.view["lamp-1"]["sensor.b"].get(Temperature) == Temperature(4.0)
    desk.withdraw("sensor", "b")
    assert topics(desk) == ([], ["both"])


def test_a_retained_message_is_a_value_but_no_event(desk: Desk) -> None:
    desk.announce(
        "event", "bell", unique_id="bell", state_topic="bell", event_types=["press"], device=LAMP, name="Bell"
    )
    desk.send("bell", {"event_type": "press"}, retained=True)
    assert desk.view.find("bell").events == []
    desk.send("bell", {"event_type": "press"})
    assert len(desk.view.find("bell").events) == 1


def test_off_delay_ends_what_is_not_said_again(desk: Desk) -> None:
    config = {"unique_id": "m", "device_class": "motion", "state_topic": "m", "off_delay": 5, "device": LAMP}
    desk.announce("binary_sensor", "m", **config)
    desk.send("m", "ON")
    desk.pass_time(4)
    desk.send("m", "ON")
    desk.pass_time(4)
    assert desk.view.find("m").get(Motion) == Motion(True)
    desk.pass_time(1.1)
    assert desk.view.find("m").get(Motion) == Motion(False)
    desk.send("m", "ON")
    desk.send("m", "OFF")
    desk.send("m", "ON")
    desk.pass_time(4.9)
    assert desk.view.find("m").get(Motion) == Motion(True)


def test_what_expires_is_not_available_until_it_is_heard_again(desk: Desk) -> None:
    desk.announce("sensor", "t", **sensor(expire_after=60))
    desk.send("t/state", "21.5")
    for _ in range(5):
        desk.pass_time(50)
        desk.send("t/state", "21.5")
    assert desk.view.find("t").get(Available) == Available(True)
    desk.pass_time(61)
    assert desk.view.find("t").get(Available) == Available(False)
    assert desk.view.find("t").get(Temperature) == Temperature(21.5)
    assert desk.view["d-t"].answers()
    desk.send("t/state", "22.5")
    assert desk.view.find("t").get(Available) == Available(True)


# ── availability ──


def available(mode: str, *names: str) -> dict[str, object]:
    return {"availability": [{"topic": name} for name in names], "availability_mode": mode}


@pytest.mark.parametrize(
    ("mode", "said", "is_online"),
    [
        ("all", [], True),
        ("all", ["a+"], True),
        ("all", ["a+", "b-"], False),
        ("all", ["a-"], False),
        ("any", ["a-", "b+"], True),
        ("any", ["a-", "b-"], False),
        ("latest", ["a-", "b+"], True),
        ("latest", ["a+", "b-"], False),
    ],
)
def test_availability_is_the_device_s_when_all_its_entities_say_so(
    desk: Desk, mode: str, said: list[str], is_online: bool
) -> None:
    desk.announce("switch", "power", **switch(**available(mode, "a", "b")))
    assert topics(desk) == (["a", "b", "lamp/state"], [])
    for word in said:
        desk.send(word[0], "online" if word[1] == "+" else "offline")
    assert desk.view["lamp-1"].answers() == is_online


def test_of_a_device_that_answers_in_part_the_entities_say_so(desk: Desk) -> None:
    desk.announce("switch", "power", **switch(**available("all", "a")))
    desk.announce("sensor", "t", **sensor(device=LAMP, **available("all", "b")))
    desk.send("a", "offline")
    lamp = desk.view["lamp-1"]
    assert lamp.answers()
    assert desk.view.find("power").get(Available) == Available(False)
    assert lamp["sensor.t"].get(Available) == Available(True)
    desk.send("b", "offline")
    assert not lamp.answers()
    desk.send("a", "online")
    assert lamp.answers()
    assert desk.view.find("power").get(Available) == Available(True)
    assert lamp["sensor.t"].get(Available) == Available(False)


def test_one_word_of_a_bridge_holds_for_all_its_devices(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.announce("sensor", name, **sensor(name, **available("all", "bridge", f"{name}/available")))
    topics(desk)
    desk.send("bridge", "offline")
    assert [device.answers() for device in desk.view.devices.values()] == [False] * 3
    desk.send("a/available", "offline")
    desk.send("bridge", "online")
    assert [device.answers() for device in desk.view.devices.values()] == [False, True, True]
    for name in ("a", "b"):
        desk.withdraw("sensor", name)
    assert topics(desk) == ([], ["a/available", "a/state", "b/available", "b/state"])
    desk.withdraw("sensor", "c")
    assert topics(desk) == ([], ["bridge", "c/available", "c/state"])


# ── the MQTT broker goes and comes ──


def test_a_short_absence_of_the_broker_is_not_told_and_a_long_one_is(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.house.disconnected()
    desk.pass_time(AWAY_AFTER - 1)
    run(desk.house.connected())
    desk.pass_time(AWAY_AFTER)
    assert desk.view["lamp-1"].answers()
    desk.house.disconnected()
    desk.house.disconnected()
    desk.pass_time(AWAY_AFTER + 1)
    assert not desk.view["lamp-1"].answers()
    assert "broker" in desk.view["lamp-1"].reason
    run(desk.house.connected())
    desk.hear()
    assert desk.view["lamp-1"].answers()
    assert desk.view.registered.devices == 1


def test_a_new_connection_asks_for_every_topic_once(desk: Desk) -> None:
    desk.announce("switch", "power", **switch(**available("all", "lamp/state", "a")))
    desk.announce("sensor", "t", **sensor())
    assert sorted(desk.house.topics()) == ["a", "lamp/state", "t/state"]
    assert topics(desk) == ([], [])


# ── writes ──


def test_a_write_waits_for_its_report_and_no_other(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    woken: list[None] = []
    write = desk.write("lamp-1", "switch.lamp-1-power", Switch(True), wake=lambda: woken.append(None))
    assert [(message.topic, message.payload) for message in write.messages] == [("lamp/set", "ON")]
    assert write.reports
    desk.send("lamp/state", "OFF")
    assert list(write.wait.missing) == [Switch]
    assert write.wait.refusal == "the device reports Switch False instead"
    desk.send("lamp/state", "ON")
    assert write.wait.is_done
    assert len(woken) == 2
    desk.house.finish(write)
    desk.send("lamp/state", "OFF")
    assert len(woken) == 2


def test_what_is_not_reported_is_assumed_after_it_was_sent(desk: Desk) -> None:
    config = switch()
    del config["state_topic"]
    desk.announce("switch", "power", **config)
    assert AssumedState in desk.view.find("power").values
    write = desk.write("lamp-1", "switch.lamp-1-power", Switch(True))
    assert not write.reports
    run(desk.house.assume(write))
    desk.hear()
    assert desk.view.find("power").get(Switch) == Switch(True)


def test_what_can_t_be_written_is_refused_in_a_sentence(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.announce("sensor", "t", **sensor())
    with pytest.raises(Rejected, match="only reports"):
        desk.write("d-t", "sensor.t", Text("x"))
    with pytest.raises(Rejected, match="nothing can be set here"):
        desk.write("lamp-1", "device", Text("x"))


def test_a_write_to_what_is_taken_away_is_woken(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    woken: list[None] = []
    write = desk.write("lamp-1", "switch.lamp-1-power", Switch(True), wake=lambda: woken.append(None))
    desk.withdraw("switch", "power")
    assert woken
    assert write.wait.end() is End.OPEN


# ── bad input and too much of it ──


@pytest.mark.parametrize(
    "payload",
    [b"\xff", b"[]", b"null", b"{", b"{}", b'{"device": 5}', b"[" * 100_000, b'{"a":' * 5000, b" "],
)
def test_no_payload_is_a_reason_to_fail(desk: Desk, payload: bytes) -> None:
    for topic in (
        "homeassistant/switch/x/config",
        "homeassistant/device/x/config",
        "homeassistant/what/x/config",
    ):
        desk.send(topic, payload)
    for topic in (
        "homeassistant/status",
        "homeassistant/",
        "homeassistant",
        "elsewhere",
        "homeassistant/a/b/c/d/config",
    ):
        desk.send(topic, payload)
    assert desk.view.count == 0


class GivenUp(BaseException):
    """What a task meets that is cancelled."""


@pytest.mark.parametrize("turn", range(6))
def test_a_config_whose_showing_was_cancelled_is_shown_when_it_comes_again(
    desk: Desk, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection may end while the hub is slow, at any of the places where that is waited for."""
    first = switch(device=LAMP | {"model": "M1"})
    then = switch(device=LAMP | {"model": "M2", "sw_version": "2"}, device_class="outlet")
    desk.announce("switch", "power", **first)
    turns = iter(range(100))

    async def wait_for_room() -> None:
        if next(turns) == turn:
            raise GivenUp

    monkeypatch.setattr(desk, "wait_for_room", wait_for_room)
    monkeypatch.setattr(Conversation, "is_crowded", property(lambda conversation: True))
    with suppress(GivenUp):
        desk.announce("switch", "power", **then)
    desk.hear()
    desk.announce("switch", "power", **then)
    desk.send("lamp/state", "ON")
    entity = desk.view.find("lamp-1-power")
    assert entity.get(Switch) == Switch(True)
    assert Outlet in entity.values
    assert desk.view["lamp-1"]["device"].get(Model) == Model("M2")
    assert desk.house.counts == (1, 1)
    desk.withdraw("switch", "power")
    desk.pass_time(REMOVE_AFTER + 1)
    assert desk.view.devices == {}


def test_another_prefix_is_the_only_one_listened_to() -> None:
    desk = Desk(prefix="my/prefix")
    desk.announce("switch", "power", **switch())
    assert desk.view.count == 0
    desk.send("my/prefix/switch/power/config", switch())
    assert desk.view.count == 1


def test_configs_that_are_not_shown_are_said_once_with_name_and_reason_and_then_counted(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(3):
        for number in range(100):
            desk.announce("camera", f"c{number}", topic="x")
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == SENTENCES
    assert re.fullmatch(
        r"not shown: homeassistant/camera/c0/config.*: the platform 'camera' is not .*", said[0]
    )
    desk.pass_time(SUMMARY_EVERY + 1)
    assert caplog.records[-1].getMessage() == "80 more configs that are not shown: camera 80"
    desk.pass_time(10 * SUMMARY_EVERY)
    assert len(caplog.records) == SENTENCES + 1


def test_more_of_anything_than_a_house_can_have_is_not_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, most in (("MOST_DEVICES", 4), ("MOST_ENTITIES", 6), ("MOST_CONFIGS", 13)):
        monkeypatch.setattr(house_module, name, most)
    for number in range(10):
        desk.announce("sensor", f"t{number}", **sensor(f"t{number}"))
    assert desk.house.counts == (4, 4)
    assert "4 devices are the most" in caplog.text
    for number in range(10):
        desk.announce("sensor", f"u{number}", **sensor(f"u{number}", device={"identifiers": ["d-t1"]}))
    assert desk.house.counts == (4, 6)
    assert "6 entities are the most" in caplog.text
    assert "13 configs are the most" in caplog.text
    desk.withdraw("sensor", "t0")
    desk.withdraw("sensor", "t2")
    desk.announce("sensor", "u7", **sensor("u7", device={"identifiers": ["d-t1"]}))
    assert desk.house.counts == (4, 5)


def test_what_had_no_place_is_shown_when_it_comes_again_and_there_is_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_module, "MOST_ENTITIES", 1)
    desk.announce("sensor", "a", **sensor("a"))
    desk.announce("sensor", "b", **sensor("b"))
    assert not desk.view.has("sensor.b")
    desk.withdraw("sensor", "a")
    desk.announce("sensor", "b", **sensor("b"))
    assert desk.view.has("sensor.b")


def test_topics_and_text_are_bounded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following_module, "MOST_TOPICS", 3)
    for number in range(5):
        desk.announce("sensor", f"t{number}", **sensor(f"t{number}"))
    assert desk.house.counts[1] == 3
    assert "3 topics are the most" in caplog.text
    # Also where an entity that is there would get more of them, and where only its availability is on them.
    more = {"availability": [{"topic": f"a{number}"} for number in range(3)]}
    desk.announce("sensor", "t1", **sensor("t1", **more))
    assert len(desk.house.topics()) == 3
    assert caplog.text.count("3 topics are the most") == 3
    monkeypatch.setattr(house_module, "MOST_TEXT", 10)
    desk.announce("sensor", "t1", **sensor("t1", name="long"))
    assert "all configs together" in caplog.text


def test_an_entity_has_no_more_members_than_can_be_shown_together(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MOST_MEMBERS + 5):
        desk.announce("device_automation", f"t{number}", **trigger("short", payload=f"p{number}"))
    assert f"{MOST_MEMBERS} configs of one entity are the most" in caplog.text
    events = desk.view["remote"]["button_1"].events
    for number in range(MOST_MEMBERS + 5):
        desk.send("remote/action", f"p{number}")
    assert len(events) == MOST_MEMBERS


def test_members_that_the_wire_can_t_carry_together_are_refused_one_by_one(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(MOST_MEMBERS):
        kind = f"{number}{'x' * 4000}"
        desk.announce("device_automation", f"t{number}", **trigger("short", type="action", subtype=kind))
    assert desk.view.count > 0
    assert "not shown: homeassistant/device_automation/t" in caplog.text


def test_a_fault_of_ours_is_one_config_and_one_traceback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slip(config: object) -> Mapped:
        raise KeyError("a slip of ours")

    monkeypatch.setitem(PLATFORMS, "switch", slip)
    with pytest.raises(AssertionError, match="a fault in this program"):
        desk.announce("switch", "power", **switch())  # a test notices
    desk.log.removeHandler(desk.no_faults)
    for number in range(3):
        desk.announce("switch", f"s{number}", **switch())
    desk.announce("sensor", "t", **sensor())
    assert desk.view.has("sensor.t")
    assert "not shown: homeassistant/switch/s2/config: of a fault in this program" in caplog.text
    assert caplog.text.count("a slip of ours") <= 1


def test_a_reading_that_fails_for_a_fault_of_ours_is_one_traceback(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def slip(payload: str) -> tuple[Component, ...]:
        raise KeyError("a slip of ours")

    monkeypatch.setitem(PLATFORMS, "switch", lambda config: Mapped((Outlet(),), [("slip", slip)]))
    desk.announce("switch", "power", **switch())
    desk.log.removeHandler(desk.no_faults)
    desk.send("slip", "1")
    desk.send("slip", "2")
    assert caplog.text.count("Traceback") == 1


def test_one_message_for_many_entities_lets_other_tasks_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {
        f"s{number}": {"platform": "sensor", "unique_id": f"s{number}", "state_topic": "all"}
        for number in range(100)
    }
    desk.send("homeassistant/device/x/config", {"device": LAMP, "components": parts})
    desk.send("all", "1")
    assert desk.pauses == 0

    hear = House._hear

    async def hear_slowly(house: House, *more: Any) -> None:  # noqa: ANN401 - what _hear takes
        desk.now += 0.003
        await hear(house, *more)

    monkeypatch.setattr(House, "_hear", hear_slowly)
    desk.send("all", "2")
    assert desk.pauses == pytest.approx(100 * 0.003 / LONGEST_TURN, abs=8)


def test_so_many_entities_follow_one_topic(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following_module, "MOST_READINGS", 3)
    for number in range(5):
        desk.announce("sensor", f"s{number}", **sensor(f"s{number}", state_topic="all"))
    assert desk.house.counts[1] == 3
    assert "3 readings of one topic are the most" in caplog.text
    desk.announce("sensor", "s1", **sensor("s1", state_topic="all", icon="mdi:eye"))
    assert caplog.text.count("3 readings") == 2


def test_a_device_that_changes_for_ever_stays_as_it_is_at_last(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(house_module, "MOST_CHANGES", 10)
    for number in range(100):
        desk.announce("switch", "power", **switch(name=f"Name {number}"))
    assert desk.view.registered.entities <= 13
    assert "has changed 10 times" in caplog.text


def test_text_is_given_back_when_configs_are_taken_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(json.dumps(switch()))
    monkeypatch.setattr(house_module, "MOST_TEXT", size)
    for _ in range(3):
        desk.announce("switch", "power", **switch())
        assert desk.view.count == 1
        desk.withdraw("switch", "power")
        assert desk.view.count == 0


def test_what_is_shown_is_counted_and_not_what_came_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad new version leaves the old one standing, with all its options."""
    big = switch(name="x" * 300)
    monkeypatch.setattr(house_module, "MOST_TEXT", int(1.5 * len(json.dumps(big))))
    desk.announce("switch", "one", **big)
    desk.announce("switch", "one", unique_id="lamp-1-power", device=LAMP)
    other = big | {"unique_id": "other"}
    desk.announce("switch", "two", **other)
    assert desk.view.count == 1
    desk.announce("switch", "one", **switch())
    desk.announce("switch", "two", **other)
    assert desk.view.count == 2


def test_the_parts_of_a_device_based_config_are_counted_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def announce(**parts: object) -> None:
        desk.send("homeassistant/device/lamp/config", {"device": LAMP, "components": parts}, retained=True)

    def part(key: str, name: str) -> dict[str, object]:
        return {"platform": "switch", "unique_id": key, "command_topic": key, "name": name}

    monkeypatch.setattr(house_module, "MOST_TEXT", 1000)
    announce(a=part("a", "x" * 700), b=part("b", "b"))
    assert desk.view.count == 2
    announce(a={"platform": "switch", "unique_id": "a"}, b=part("b", "b"))  # a stays as it was
    desk.announce("switch", "c", **switch(name="x" * 100))
    assert not desk.view.has("lamp-1-power")
    announce(b=part("b", "b"))
    desk.announce("switch", "c", **switch(name="x" * 100))
    assert desk.view.has("lamp-1-power")


def test_what_expires_late_and_is_taken_away_leaves_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_module, "FEW_TIMERS", 20)
    for number in range(60):
        desk.announce("sensor", "t", **sensor(expire_after=1e6, name=f"n{number}"))
        desk.withdraw("sensor", "t")
    assert len(desk.house._timers) <= 22
    assert all(not timer[2].components for timer in desk.house._timers._heap if isinstance(timer[2], Part))


def test_a_sensor_that_goes_off_and_expires_late_has_one_timer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_module, "FEW_TIMERS", 20)
    config = {"device_class": "motion", "state_topic": "m", "off_delay": 1, "expire_after": 1e6}
    desk.announce("binary_sensor", "m", **config, unique_id="m", device=LAMP)
    for _ in range(40):
        desk.send("m", "ON")
        desk.pass_time(2)
        assert desk.view.find("m").get(Motion) == Motion(False)
    assert len(desk.house._timers) <= 22


def test_a_value_that_expires_in_years_does_not_expire(desk: Desk) -> None:
    desk.announce("sensor", "t", **sensor(expire_after=1e300))
    desk.send("t/state", "21.5")
    desk.pass_time(11)
    assert math.isinf(desk.house.next_due)
    assert desk.view.find("t").get(Available) == Available(True)


def test_a_device_is_known_by_so_many_identities(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.announce("switch", "power", **switch(device={"identifiers": [f"i{n}" for n in range(17)]}))
    assert "device has 17 identities, at most 16 are taken" in caplog.text
    for number in range(20):
        names = ["lamp-1", *(f"{number}-{n}" for n in range(5))]
        desk.announce("switch", "power", **switch(device={"identifiers": names}))
    assert "a device has at most 64 identities" in caplog.text
    assert desk.house.counts == (1, 1)
    desk.announce("sensor", "t", **sensor(device={"identifiers": ["3-3"]}))
    desk.announce("sensor", "u", **sensor("u", device={"identifiers": ["19-3"]}))
    assert desk.house.counts == (2, 3)


def test_of_a_long_identity_a_short_one_is_kept(desk: Desk) -> None:
    """The config that named it may be gone long since."""
    long = "x" * 100_000
    desk.announce("sensor", "t", **sensor("t", device={"identifiers": ["a", long]}))
    desk.announce("sensor", "u", **sensor("u", device={"identifiers": [long], "via_device": "a"}))
    assert desk.house.counts == (1, 2)
    assert max(map(len, desk.house._room_of)) < 1000


def test_a_device_taken_back_twice_stays_ten_seconds_each_time(desk: Desk) -> None:
    desk.announce("switch", "power", **switch())
    desk.withdraw("switch", "power")
    desk.pass_time(REMOVE_AFTER - 1)
    desk.announce("switch", "power", **switch())
    desk.withdraw("switch", "power")
    desk.pass_time(REMOVE_AFTER - 1)
    assert list(desk.view.devices) == ["lamp-1"]
    desk.pass_time(1)
    assert desk.view.devices == {}
