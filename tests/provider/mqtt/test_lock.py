"""Locks of MQTT discovery, and that a PIN goes nowhere but to the lock."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_wire import (
    AssumedState,
    Code,
    CodeRequired,
    CodeUse,
    Command,
    Commands,
    Component,
    DoorLock,
    Pattern,
    Switch,
    TransitionDuration,
    Unknown,
)
from tests.provider.mqtt import corpus
from tests.provider.mqtt.mapping import (
    any_writes,
    check_anything,
    fact,
    faults,
    json_values,
    lost,
    mapped,
    said,
    sent,
    unknown,
    why_rejected,
    why_unmappable,
    writable,
)

PLAIN = {"command_topic": "lock/set", "state_topic": "lock"}
WITH_PIN = PLAIN | {
    "code_format": r"^\d{4}$",
    "command_template": '{"do": "{{ value }}", "pin": "{{ code }}"}',
    "payload_open": "UNLATCH",
}


def test_a_lock_is_locked_and_unlocked() -> None:
    lock = mapped("lock", **PLAIN)
    assert unknown(lock) == writable(lock) == lock.reported == {DoorLock}
    assert fact(lock, Commands) is None
    assert sent(lock, DoorLock.LOCKED) == [("lock/set", "LOCK")]
    assert sent(lock, DoorLock.UNLOCKED) == [("lock/set", "UNLOCK")]


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        ("LOCKED", DoorLock.LOCKED),
        ("UNLOCKED", DoorLock.UNLOCKED),
        ("LOCKING", DoorLock.LOCKING),
        ("UNLOCKING", DoorLock.UNLOCKING),
        ("JAMMED", DoorLock.JAMMED),
        ("OPEN", DoorLock.OPEN),
        ("OPENING", DoorLock.OPENING),
        ("None", Unknown([DoorLock])),
    ],
)
def test_what_a_lock_says(payload: str, state: Component) -> None:
    assert said(mapped("lock", **PLAIN), "lock", payload) == {state}


def test_what_a_config_says_goes_before_what_is_assumed() -> None:
    lock = mapped(
        "lock", **PLAIN, state_locked=1, state_unlocked="OPEN", state_jammed="ouch", payload_reset="dunno"
    )
    assert said(lock, "lock", "1") == {DoorLock.LOCKED}
    assert said(lock, "lock", "OPEN") == {DoorLock.UNLOCKED}
    assert said(lock, "lock", "ouch") == {DoorLock.JAMMED}
    assert said(lock, "lock", "dunno") == {Unknown([DoorLock])}
    assert lost(lock, "lock", "JAMMED") == {DoorLock}


def test_a_template_takes_the_state_out_of_json() -> None:
    lock = mapped(
        "lock",
        **PLAIN,
        value_template='{{ value_json["state"] }}',
        state_locked="LOCK",
        state_unlocked="UNLOCK",
    )
    assert said(lock, "lock", '{"state": "LOCK", "battery": 80}') == {DoorLock.LOCKED}
    assert said(lock, "lock", '{"state": null}') == {Unknown([DoorLock])}
    assert said(lock, "lock", '{"battery": 80}') == set()


@pytest.mark.parametrize("payload", ["locked", "LOCKED!", "0", "x" * 1000])
def test_a_word_that_nobody_declared_is_not_known(payload: str) -> None:
    assert lost(mapped("lock", **PLAIN), "lock", payload) == {DoorLock}


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        (None, "4711"),
        ("{{ value_json.state }}", '{"pin": "4711"'),
        ("{{ value|int + 1 }}", "x4711"),
        ("{{ value_json.pin }}", '{"pin": "4711"}'),
    ],
)
def test_what_a_lock_says_unreadably_is_not_repeated(template: str | None, payload: str) -> None:
    lock = mapped("lock", **PLAIN, value_template=template)
    (fault,) = faults(lock, "lock", payload)
    assert "4711" not in fault.reason
    assert fault.reason.startswith(f"a message of {len(payload)} characters can't be read")


def test_unlatching_is_a_command_of_locks_that_have_it() -> None:
    lock = mapped("lock", **PLAIN, payload_open="OPEN")
    assert fact(lock, Commands) == Commands([Command.UNLATCH])
    assert writable(lock) == {DoorLock, Command}
    assert sent(lock, Command.UNLATCH) == [("lock/set", "OPEN")]
    assert "Command can't be written here" not in why_rejected(lock, Command.OPEN)
    assert "it takes UNLATCH" in why_rejected(lock, Command.OPEN)
    assert "does not take the command UNLATCH" in why_rejected(mapped("lock", **PLAIN), Command.UNLATCH)


def test_a_pin_goes_into_the_template() -> None:
    lock = mapped("lock", **WITH_PIN)
    assert fact(lock, Pattern) == Pattern(r"^\d{4}$")
    assert fact(lock, CodeRequired) == CodeRequired([CodeUse.LOCK, CodeUse.UNLOCK, CodeUse.OPEN])
    assert sent(lock, DoorLock.UNLOCKED, Code("1234")) == [("lock/set", '{"do": "UNLOCK", "pin": "1234"}')]
    assert sent(lock, Command.UNLATCH, Code("1234")) == [("lock/set", '{"do": "UNLATCH", "pin": "1234"}')]
    assert fact(mapped("lock", **PLAIN, code_format="."), CodeRequired) == CodeRequired(
        [CodeUse.LOCK, CodeUse.UNLOCK]
    )


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        ([DoorLock.LOCKED], "asks for a PIN"),
        ([DoorLock.LOCKED, Code("")], "asks for a PIN"),
        ([DoorLock.JAMMED, Code("4711")], "not to JAMMED"),
        ([DoorLock(87), Code("4711")], "not to unknown:87"),
        ([DoorLock.LOCKED, Command.UNLATCH, Code("4711")], "write one of them"),
        ([Command.OPEN, Code("4711")], "does not take the command OPEN"),
        ([Switch(True), Code("4711")], "Switch can't be written here"),
        ([Code("4711")], "nothing of this"),
        ([Code("4711"), TransitionDuration(4.0)], "nothing of this"),
    ],
)
def test_what_a_lock_refuses_never_holds_the_pin(write: list[Component], sentence: str) -> None:
    reason = why_rejected(mapped("lock", **WITH_PIN), *write)
    assert sentence in reason
    assert "4711" not in reason


def test_a_template_that_fails_on_a_pin_does_not_show_it() -> None:
    lock = mapped("lock", **WITH_PIN | {"command_template": "{{ code | int / 0 }} {{ code.nothing.at.all }}"})
    assert "4711" not in why_rejected(lock, DoorLock.LOCKED, Code("4711"))


def test_a_form_of_pin_that_would_never_end_is_not_run() -> None:
    lock = mapped("lock", **WITH_PIN | {"code_format": "^(a+)+$"})
    assert sent(lock, DoorLock.LOCKED, Code("a" * 60 + "!"))


def test_a_lock_that_does_not_report_assumes() -> None:
    lock = mapped("lock", command_topic="lock/set")
    assert fact(lock, AssumedState) is not None
    assert lock.reported == frozenset()
    assert mapped("lock", **PLAIN, optimistic=True).reported == frozenset()


def test_a_config_that_cannot_be_is_named() -> None:
    assert "command_topic is missing" in why_unmappable("lock", state_topic="lock")
    assert "code_format" in why_unmappable("lock", **PLAIN, code_format="x" * 100_000)
    assert "payload_lock must be a text" in why_unmappable("lock", **PLAIN, payload_lock=[1])


def test_every_real_lock_is_read_and_commanded() -> None:
    locks = [outcome for outcome in corpus.outcomes() if outcome.entry.type == "lock"]
    assert len(locks) == 42
    for outcome in locks:
        assert outcome.mapped is not None, outcome.refused
        state_topic = outcome.entry.payload["state_topic"]
        assert said(outcome.mapped, state_topic, '{"state":"UNLOCK"}') == {DoorLock.UNLOCKED}
        assert sent(outcome.mapped, DoorLock.LOCKED) == [(f"{state_topic}/set", "LOCK")]
        assert outcome.mapped.reported == {DoorLock}


@given(
    data=st.sampled_from([PLAIN, WITH_PIN, PLAIN | {"value_template": "{{ value_json.state.x }}"}]),
    payloads=st.lists(json_values(["state", "x"]).map(str) | st.text(max_size=9), max_size=3),
    write=any_writes({DoorLock, Command, Code, Switch}),
)
def test_whatever_a_lock_says_and_whatever_is_written_to_it(
    data: dict[str, Any], payloads: list[str], write: list[Component]
) -> None:
    check_anything(mapped("lock", **data), payloads, write)
