"""What confirms a write and what only looks so, over the SDK's real conversation and with a clock set by hand."""

from collections.abc import Callable

import pytest

from igloo_provider import Rejected
from igloo_providers.mqtt.entity import close_enough
from igloo_providers.mqtt.waits import End, Write, step_of
from igloo_wire import (
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    Dimmer,
    DoorLock,
    Duration,
    FanSpeed,
    FanSpeedStep,
    Light,
    Limits,
    Real,
    Switch,
    TargetHumidity,
    TargetHumidityLimits,
    TargetPosition,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLimits,
    TargetTemperatureLow,
    Text,
)
from tests.provider.mqtt.desk import Desk, run

DEVICE = {"identifiers": ["d"]}


def desk_with(platform: str, **config: object) -> Desk:
    """One entity, `x`, whose state is on the topic `s` and whose commands go to `c`."""
    desk = Desk()
    topics = {"state_topic": "s", "command_topic": "c"}
    desk.announce(platform, "x", **{**topics, "unique_id": "x", "device": DEVICE, **config})
    return desk


def write(desk: Desk, *components: Component) -> Write:
    """Up to the acknowledgement of its last message."""
    (key,) = (key for key in desk.conversation.devices["d"].entities if key.endswith(".x"))
    begun = desk.write("d", key, *components)
    begun.wait.told()
    return begun


# ── what was known before ──


def test_a_device_that_only_reports_changes_is_believed_when_it_has_said_so_itself() -> None:
    desk = desk_with("switch")
    assert write(desk, Switch(True)).wait.end() is End.OPEN
    desk.send("s", "ON")
    assert write(desk, Switch(True)).wait.end() is End.CONFIRMED
    assert write(desk, Switch(False)).wait.end() is End.OPEN


def test_what_the_broker_kept_confirms_nothing() -> None:
    desk = desk_with("switch")
    desk.send("s", "ON", retained=True)
    assert write(desk, Switch(True)).wait.end() is End.SENT
    desk.send("s", "OFF")
    desk.send("s", "ON", retained=True)
    assert write(desk, Switch(True)).wait.end() is End.SENT


def test_a_retained_message_is_no_report_of_a_write() -> None:
    desk = desk_with("switch")
    begun = write(desk, Switch(True))
    desk.send("s", "ON", retained=True)
    assert not begun.wait.is_done
    assert begun.wait.end() is End.SENT
    desk.send("s", "OFF", retained=True)
    assert begun.wait.end() is End.OPEN
    desk.send("s", "ON")
    assert begun.wait.is_done


def test_what_was_heard_on_another_connection_confirms_nothing() -> None:
    desk = desk_with("switch")
    desk.send("s", "ON")
    begun = write(desk, Switch(True))
    desk.house.disconnected()
    run(desk.house.connected())
    assert write(desk, Switch(True)).wait.end() is End.SENT
    desk.send("s", "ON")
    assert write(desk, Switch(True)).wait.end() is End.CONFIRMED
    assert begun.wait.is_done


def test_what_was_said_under_another_config_confirms_nothing() -> None:
    desk = desk_with("switch")
    desk.send("s", "ON")
    desk.announce("switch", "x", unique_id="x", device=DEVICE, state_topic="other", command_topic="c")
    assert write(desk, Switch(True)).wait.end() is End.SENT


def test_an_expired_value_confirms_nothing() -> None:
    desk = desk_with("switch")
    desk.send("s", "ON")
    begun = write(desk, Switch(True))
    begun.wait.part.is_expired = True
    assert begun.wait.end() is End.SENT


def test_a_device_that_its_topic_calls_offline_is_not_written_to() -> None:
    desk = desk_with("switch", availability_topic="there")
    desk.send("s", "ON")
    begun = write(desk, Switch(True))
    assert begun.wait.end() is End.CONFIRMED
    desk.send("there", "offline")
    assert begun.wait.end() is End.SENT
    with pytest.raises(Rejected, match="the device is offline: its availability topic says so"):
        write(desk, Switch(True))
    desk.send("there", "online")
    assert write(desk, Switch(True)).wait.end() is End.CONFIRMED


# ── a door ──


def lock() -> Desk:
    desk = desk_with("lock")
    desk.send("s", "LOCKED")
    return desk


def test_a_door_counts_as_locked_by_what_the_lock_says_afterwards_and_by_nothing_else() -> None:
    desk = lock()
    begun = write(desk, DoorLock.LOCKED)
    assert begun.wait.end() is End.SENT  # it said so before, and live
    desk.send("s", "LOCKED", retained=True)
    assert begun.wait.end() is End.SENT
    desk.send("s", "LOCKED")
    assert begun.wait.is_done


def test_a_lock_s_word_that_was_on_its_way_when_the_command_was_sent_does_not_count() -> None:
    desk = lock()
    begun = desk.write("d", "lock.x", DoorLock.LOCKED)
    desk.send("s", "LOCKED")
    assert not begun.wait.is_done
    begun.wait.told()
    assert begun.wait.end() is End.SENT
    desk.send("s", "LOCKED")
    assert begun.wait.is_done


def test_a_lock_that_says_something_else_refuses() -> None:
    desk = lock()
    begun = write(desk, DoorLock.UNLOCKED)
    assert begun.wait.end() is End.OPEN
    desk.send("s", "JAMMED")
    assert begun.wait.end() is End.REFUSED
    assert begun.wait.refusal == "the device reports DoorLock 'JAMMED' instead"


def test_a_bolt_on_its_way_is_nothing_else_than_was_asked_for() -> None:
    desk = desk_with("lock", state_locking="LOCKING", state_unlocking="UNLOCKING")
    begun = write(desk, DoorLock.LOCKED)
    desk.send("s", "LOCKING")
    assert begun.wait.end() is End.OPEN
    desk.send("s", "LOCKED")
    assert begun.wait.end() is End.CONFIRMED
    begun = write(desk, DoorLock.LOCKED)
    desk.send("s", "UNLOCKING")
    assert begun.wait.end() is End.REFUSED


# ── near, and not near enough ──


def test_the_old_number_does_not_confirm_the_next_step() -> None:
    desk = desk_with("number", min=0, max=65535, step=1)
    desk.send("s", "40000")
    begun = write(desk, Real(40030.0))
    assert begun.wait.end() is End.OPEN
    desk.send("s", "40000")
    assert begun.wait.end() is End.REFUSED
    desk.send("s", "40031")
    assert begun.wait.end() is End.REFUSED
    desk.send("s", "40030.4")
    assert begun.wait.is_done


@pytest.mark.parametrize(
    ("step", "report", "is_done"),
    [
        (0.1, "21.0", False),
        (0.1, "21.15", True),
        (0.1, "21.1", False),
        (0.5, "21.0", True),
        (0.5, "21.5", False),
    ],
)
def test_a_temperature_is_as_near_as_half_a_step(step: float, report: str, is_done: bool) -> None:
    topics = {"temperature_state_topic": "s", "temperature_command_topic": "c"}
    desk = desk_with("climate", temp_step=step, **topics)
    desk.send("s", "19")
    begun = write(desk, TargetTemperature(21.2))
    desk.send("s", report)
    assert begun.wait.is_done is is_done


def test_the_value_before_is_no_report_of_a_wish_that_is_near_it() -> None:
    """The rest of an earlier fade, or a message on its way: 0.5 and 0.508 are two levels of 255."""
    desk = desk_with("light", brightness_state_topic="b", brightness_command_topic="b/set")
    desk.send("b", "128")
    begun = write(desk, Dimmer(0.508))
    assert begun.messages[0].payload == "130"
    desk.send("b", "128")
    assert list(begun.wait.missing) == [Dimmer]
    assert begun.wait.end() is End.SENT  # it may have been rounded
    desk.send("b", "129")
    assert Dimmer not in begun.wait.missing


def test_the_value_before_is_a_report_where_the_device_could_not_be_told_another() -> None:
    desk = desk_with("light", brightness_state_topic="b", brightness_command_topic="b/set")
    desk.send("s", "ON")
    desk.send("b", "128")
    begun = write(desk, Dimmer(0.5))
    assert begun.messages[0].payload == "128"
    assert begun.wait.end() is End.CONFIRMED
    desk.send("b", "128")
    assert Dimmer not in begun.wait.missing


@pytest.mark.parametrize(
    ("kind", "wanted", "tolerance"),
    [
        (TargetTemperature, 21.0, 0.26),
        (TargetTemperatureLow, 21.0, 0.26),
        (TargetTemperatureHigh, 21.0, 0.26),
        (ColorTemperature, 3000.0, 60.0),
        (Dimmer, 0.5, 0.01),
        (TargetPosition, 0.5, 0.01),
        (Real, 500.0, 0.5),
        (Duration, 2000.0, 2.0),
        (TargetHumidity, 50.0, 0.05),
    ],
)
def test_near_is_what_the_readme_says(
    kind: Callable[[float], Component], wanted: float, tolerance: float
) -> None:
    for sign in (1, -1):
        assert close_enough(kind(wanted + 0.98 * sign * tolerance), kind(wanted))
        assert not close_enough(kind(wanted + 1.02 * sign * tolerance), kind(wanted))


@pytest.mark.parametrize(
    ("kind", "facts", "step"),
    [
        (Real, [Limits(0, 10, 2)], 2),
        (Duration, [Limits(0, 10, 2)], 2),
        (TargetTemperature, [Light(), TargetTemperatureLimits(0, 10, 0.5)], 0.5),
        (TargetHumidity, [TargetHumidityLimits(0, 10, 5), Limits(0, 1, 1)], 5),
        (ColorTemperature, [ColorTemperatureLimits(2000, 3000, 50)], 50),
        (FanSpeed, [FanSpeedStep(0.25)], 0.25),
        (Dimmer, [Limits(0, 1, 0.5)], 0),
        (TargetTemperature, [Limits(0, 1, 0.5)], 0),
        (Real, [], 0),
    ],
)
def test_each_value_has_the_step_that_its_entity_says(
    kind: type[Component], facts: list[Component], step: float
) -> None:
    assert step_of(kind, facts) == step


# ── echoes, secrets ──


def test_a_command_on_the_topic_of_the_state_is_sent_and_taken_to_be_so() -> None:
    desk = desk_with("switch", state_topic="c")
    begun = write(desk, Switch(True))
    assert not begun.reports
    run(desk.house.assume(begun))
    assert not write(desk, Switch(True)).reports
    desk.hear()
    assert desk.view.find("x").get(Switch) == Switch(True)


def test_what_was_assumed_confirms_nothing_later() -> None:
    """One of two values goes to the topic of its own state, so neither is waited for."""
    desk = desk_with("light", state_topic="c", brightness_state_topic="b", brightness_command_topic="b/set")
    desk.send("b", "10")
    begun = write(desk, Switch(True), Dimmer(0.5))
    assert not begun.reports
    run(desk.house.assume(begun))
    assert not begun.wait.part.was_heard_live({Dimmer}, begun.wait.connection)


def test_a_refusal_does_not_tell_a_password() -> None:
    desk = desk_with("text", mode="password")
    begun = write(desk, Text("new"))
    desk.send("s", "old-hunter2")
    assert begun.wait.refusal == "the device reports something else for Text"
    desk = desk_with("text")
    begun = write(desk, Text("new"))
    desk.send("s", "old")
    assert begun.wait.refusal == "the device reports Text 'old' instead"
