"""Covers of MQTT discovery: (config, message, components) and (config, write, messages)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.entity import Mapped
from igloo_wire import (
    AssumedState,
    Command,
    Commands,
    Component,
    Cover,
    Movement,
    OpeningKind,
    Position,
    Switch,
    TargetPosition,
    TargetTilt,
    Tilt,
    Unknown,
)
from tests.provider.mqtt import corpus
from tests.provider.mqtt.mapping import (
    any_writes,
    check_anything,
    fact,
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

STATE = {"command_topic": "c", "state_topic": "s"}
POSITION = STATE | {"position_topic": "p", "set_position_topic": "p/set"}
TILT = POSITION | {"tilt_command_topic": "t/set", "tilt_status_topic": "t"}
Z2M = {
    "command_topic": "blind/set",
    "state_topic": "blind",
    "value_template": '{{ value_json["state"] }}',
    "state_open": "OPEN",
    "state_closed": "CLOSE",
    "state_stopped": "STOP",
    "position_topic": "blind",
    "position_template": '{{ value_json["position"] }}',
    "set_position_topic": "blind/set",
    "set_position_template": '{ "position": {{ position }} }',
}


@pytest.mark.parametrize(
    ("data", "values", "targets", "commands"),
    [
        (STATE, {Position, Movement}, set(), [Command.OPEN, Command.CLOSE, Command.STOP]),
        (
            POSITION,
            {Position, Movement},
            {TargetPosition},
            [Command.OPEN, Command.CLOSE, Command.STOP],
        ),
        (
            TILT,
            {Position, Movement, Tilt},
            {TargetPosition, TargetTilt},
            [Command.OPEN, Command.CLOSE, Command.STOP, Command.OPEN_TILT, Command.CLOSE_TILT],
        ),
        # Words of its own for open and closed, none for the ways there: it does not say when it moves.
        (Z2M, {Position}, {TargetPosition}, [Command.OPEN, Command.CLOSE, Command.STOP]),
        (
            Z2M | {"state_opening": "up"},
            {Position, Movement},
            {TargetPosition},
            [Command.OPEN, Command.CLOSE, Command.STOP],
        ),
        ({"position_topic": "p"}, {Position}, set(), None),
    ],
)
def test_a_cover_has_what_its_config_says(
    data: dict[str, Any],
    values: set[type[Component]],
    targets: set[type[Component]],
    commands: list[Command] | None,
) -> None:
    cover = mapped("cover", **data)
    assert fact(cover, Cover) is not None
    assert unknown(cover) == values | targets
    assert writable(cover) == targets | ({Command} if commands else set())
    assert fact(cover, Commands) == (Commands(commands) if commands else None)
    # It arrives later than a write waits.
    assert cover.reported == frozenset()
    assert fact(cover, AssumedState) is None
    assert (cover.command is None) == (not commands)


@pytest.mark.parametrize(
    ("device_class", "kind"),
    [
        ("awning", OpeningKind.AWNING),
        ("garage", OpeningKind.GARAGE_DOOR),
        ("gate", OpeningKind.GATE),
        ("shutter", OpeningKind.SHUTTER),
        ("new in 2031", None),
        (None, None),
    ],
)
def test_a_class_becomes_a_kind_of_opening(device_class: str | None, kind: OpeningKind | None) -> None:
    assert fact(mapped("cover", **STATE, device_class=device_class), OpeningKind) == kind


@pytest.mark.parametrize(
    ("payload", "components"),
    [
        ("open", {Position(1.0), Movement.STOPPED}),
        ("closed", {Position(0.0), Movement.STOPPED}),
        ("opening", {Movement.OPENING}),
        ("closing", {Movement.CLOSING}),
        ("stopped", {Position(1.0), Movement.STOPPED}),
        ("None", {Unknown([Movement, Position])}),
    ],
)
def test_a_state_is_a_position_where_there_is_none(payload: str, components: set[Component]) -> None:
    assert said(mapped("cover", **STATE), "s", payload) == components


def test_stopped_after_closing_is_closed() -> None:
    cover = mapped("cover", **STATE)
    said(cover, "s", "closing")
    assert said(cover, "s", "stopped") == {Position(0.0), Movement.STOPPED}
    assert said(cover, "s", "stopped") == {Position(1.0), Movement.STOPPED}


def test_a_state_beside_a_position_says_nothing_of_it() -> None:
    cover = mapped("cover", **POSITION)
    assert said(cover, "s", "open") == {Movement.STOPPED}
    assert said(cover, "s", "closing") == {Movement.CLOSING}
    assert said(cover, "p", "40") == {Position(0.4)}


@pytest.mark.parametrize(
    ("scale", "payload", "position"),
    [
        ({}, "0", 0.0),
        ({}, "40", 0.4),
        ({}, "100.4", 1.0),
        ({"position_open": 0, "position_closed": 100}, "40", 0.6),
        ({"position_open": 140, "position_closed": 40}, "65", 0.25),
        ({"position_open": 1, "position_closed": 0}, "0.25", 0.25),
        ({}, '{"position": 40}', 0.4),
    ],
)
def test_a_position_is_read_on_the_devices_scale(
    scale: dict[str, Any], payload: str, position: float
) -> None:
    (heard,) = said(mapped("cover", **POSITION, **scale), "p", payload)
    assert isinstance(heard, Position)
    assert heard.value == pytest.approx(position)


@pytest.mark.parametrize(
    ("scale", "position", "payload"),
    [
        ({}, 0.4, "40"),
        ({"position_open": 0, "position_closed": 100}, 0.4, "60"),
        ({"position_open": 140, "position_closed": 40}, 0.25, "65"),
        ({"position_open": 1, "position_closed": 0}, 0.25, "0.25"),
        (
            {"set_position_template": "{{ position }}/{{ value }}/{{ position_open }}", "position_open": 200},
            0.4,
            "40/80/200",
        ),
    ],
)
def test_a_target_is_written_on_the_devices_scale(
    scale: dict[str, Any], position: float, payload: str
) -> None:
    assert sent(mapped("cover", **POSITION, **scale), TargetPosition(position)) == [("p/set", payload)]


def test_position_and_tilt_may_come_in_one_message() -> None:
    cover = mapped("cover", **TILT, tilt_max=50)
    assert said(cover, "p", '{"position": 40, "tilt_position": 25}') == {Position(0.4), Tilt(0.5)}
    assert said(cover, "t", "10") == {Tilt(0.2)}
    assert said(cover, "p", '{"position": null}') == {Unknown([Position])}
    assert said(cover, "p", '{"moving": true}') == set()


@pytest.mark.parametrize(
    ("topic", "payload", "kinds"),
    [
        ("s", "ajar", {Movement}),
        ("p", "half", {Position}),
        ("p", "150", {Position}),
        ("p", "-20", {Position}),
        ("p", '{"position": "half"}', {Position}),
        ("p", '{"position": [[1]]}', {Position}),
        ("p", "{oops", {Position}),
        ("p", '{"position": 5, "tilt_position": 900}', {Tilt}),
        ("t", "1e999", {Tilt}),
    ],
)
def test_what_makes_no_sense_is_not_known(topic: str, payload: str, kinds: set[type[Component]]) -> None:
    assert lost(mapped("cover", **TILT), topic, payload) == kinds


@pytest.mark.parametrize(
    ("write", "messages"),
    [
        ([Command.OPEN], [("c", "OPEN")]),
        ([Command.CLOSE], [("c", "CLOSE")]),
        ([Command.STOP], [("c", "STOP")]),
        ([Command.OPEN_TILT], [("t/set", "100")]),
        ([Command.CLOSE_TILT], [("t/set", "0")]),
        ([TargetTilt(0.25)], [("t/set", "25")]),
        ([TargetPosition(0.5), TargetTilt(0.0)], [("p/set", "50"), ("t/set", "0")]),
    ],
)
def test_a_write_goes_to_its_topic(write: list[Component], messages: list[tuple[str, str]]) -> None:
    assert sent(mapped("cover", **TILT), *write) == messages


def test_tilt_has_values_and_templates_of_its_own() -> None:
    cover = mapped(
        "cover",
        **TILT,
        tilt_min=0,
        tilt_max=180,
        tilt_opened_value=90,
        tilt_closed_value=10,
        payload_stop_tilt="HALT",
        tilt_command_template='{"tilt": {{ value }}, "percent": {{ tilt_position }}, "most": {{ tilt_max }}}',
    )
    assert sent(cover, Command.OPEN_TILT)[0] == ("t/set", '{"tilt": 90, "percent": 90, "most": 180}')
    assert sent(cover, TargetTilt(0.25))[0] == ("t/set", '{"tilt": 45, "percent": 25, "most": 180}')
    assert sent(cover, Command.STOP_TILT) == [("t/set", "HALT")]
    assert said(cover, "t", "45") == {Tilt(0.25)}


def test_a_payload_of_null_takes_the_command_away() -> None:
    cover = mapped("cover", **STATE, payload_close=None, payload_stop="")
    assert fact(cover, Commands) == Commands([Command.OPEN])
    assert "does not take the command CLOSE; it takes OPEN" in why_rejected(cover, Command.CLOSE)


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        ([Command.OPEN, TargetPosition(0.5)], "Command or TargetPosition, not both"),
        ([Command.PRESS], "does not take the command PRESS"),
        ([TargetTilt(0.5)], "TargetTilt can't be written here"),
        ([Switch(True)], "Switch can't be written here"),
        ([], "nothing of this"),
    ],
)
def test_what_a_cover_cannot_do_is_refused(write: list[Component], sentence: str) -> None:
    assert sentence in why_rejected(mapped("cover", **POSITION), *write)


def test_a_cover_that_reports_nothing_is_taken_to_be_where_it_was_sent() -> None:
    cover = mapped("cover", command_topic="c")
    assert fact(cover, AssumedState) is not None
    assert cover.reports_as(Command.OPEN) == Position(1.0)
    assert cover.reports_as(Command.CLOSE) == Position(0.0)
    assert cover.reports_as(Command.STOP) == Command.STOP
    assert mapped("cover", **STATE).reports_as(Command.OPEN) == Command.OPEN


def test_a_config_that_cannot_be_is_named() -> None:
    assert "position_open must differ" in why_unmappable("cover", **POSITION, position_open=0)
    assert "tilt_max must differ" in why_unmappable("cover", **TILT, tilt_max=0)
    assert "position_open must be a number" in why_unmappable("cover", **POSITION, position_open="wide")
    assert "command_topic" in why_unmappable("cover", command_topic="a/+")


def test_a_cover_of_zigbee2mqtt_is_read_and_sent() -> None:
    cover = mapped("cover", **Z2M)
    assert said(cover, "blind", '{"state": "OPEN", "position": 40}') == {Position(0.4)}
    assert said(cover, "blind", '{"state": null, "position": null}') == {Unknown([Position])}
    assert sent(cover, TargetPosition(0.4)) == [("blind/set", '{ "position": 40 }')]
    assert sent(cover, Command.STOP) == [("blind/set", "STOP")]


def test_every_real_cover_stands_somewhere_and_obeys() -> None:
    covers = [outcome for outcome in corpus.outcomes() if outcome.entry.type == "cover"]
    assert len(covers) == 78
    for outcome in covers:
        cover, row = outcome.mapped, outcome.entry.row["discovery_payload"]
        assert cover is not None, outcome.refused
        topic = outcome.entry.payload["state_topic"]
        heard = said(cover, topic, json.dumps({"state": "OPEN", "position": 100, "tilt": 30}))
        assert Position(1.0) in heard
        assert (Tilt(0.3) in heard) == ("tilt_status_topic" in row)
        assert (Movement in unknown(cover)) == ("state_opening" in row or "state_open" not in row)
        assert {Command.OPEN, Command.CLOSE, Command.STOP} <= set(commands_of(cover))
        if "set_position_topic" in row:
            ((_, payload),) = sent(cover, TargetPosition(0.25))
            assert list(json.loads(payload).values()) == [25]
        else:
            assert TargetPosition not in writable(cover)


def commands_of(cover: Mapped) -> tuple[Command, ...]:
    found = fact(cover, Commands)
    return () if found is None else found.value


@given(
    data=st.sampled_from([STATE, TILT, Z2M, POSITION | {"position_open": 0, "position_closed": 100}]),
    payloads=st.lists(
        json_values(["state", "position", "tilt_position"]).map(json.dumps)
        | st.sampled_from(["open", "closing", "stopped", "40"])
        | st.text(max_size=9),
        max_size=4,
    ),
    write=any_writes({TargetPosition, TargetTilt, Command, Switch}),
)
def test_whatever_a_cover_says_and_whatever_is_written_to_it(
    data: dict[str, Any], payloads: list[str], write: list[Component]
) -> None:
    check_anything(mapped("cover", **data), payloads, write)
