"""Fans of MQTT discovery: (config, message, components) and (config, write, messages)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_wire import (
    AssumedState,
    Component,
    Fan,
    FanDirection,
    FanSpeed,
    FanSpeedStep,
    Oscillating,
    Preset,
    PresetOptions,
    Switch,
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

FULL = {
    "command_topic": "c",
    "state_topic": "s",
    "percentage_command_topic": "c/speed",
    "percentage_state_topic": "s/speed",
    "speed_range_min": 1,
    "speed_range_max": 4,
    "preset_mode_command_topic": "c/preset",
    "preset_mode_state_topic": "s/preset",
    "preset_modes": ["auto", "whoosh"],
    "oscillation_command_topic": "c/swing",
    "oscillation_state_topic": "s/swing",
    "direction_command_topic": "c/way",
    "direction_state_topic": "s/way",
}


def test_a_fan_has_what_its_topics_say() -> None:
    fan = mapped("fan", **FULL)
    kinds = {Switch, FanSpeed, Preset, Oscillating, FanDirection}
    assert unknown(fan) == writable(fan) == fan.reported == kinds
    assert fact(fan, Fan) is not None
    assert fact(fan, FanSpeedStep) == FanSpeedStep(0.25)
    assert fact(fan, PresetOptions) == PresetOptions(["auto", "whoosh"])
    bare = mapped("fan", command_topic="c")
    assert unknown(bare) == writable(bare) == {Switch}
    assert fact(bare, FanSpeedStep) is None
    assert fact(bare, AssumedState) is not None


def test_what_only_reports_is_not_writable() -> None:
    fan = mapped("fan", command_topic="c", percentage_state_topic="s/speed")
    assert unknown(fan) == {Switch, FanSpeed}
    assert writable(fan) == {Switch}
    assert fan.reported == frozenset()
    assert "FanSpeed can't be written here" in why_rejected(fan, FanSpeed(1.0))


@pytest.mark.parametrize(
    ("topic", "payload", "components"),
    [
        ("s", "ON", {Switch(True)}),
        ("s", "OFF", {Switch(False)}),
        ("s/speed", "1", {FanSpeed(0.25)}),
        ("s/speed", "3.0", {FanSpeed(0.75)}),
        ("s/speed", "4", {FanSpeed(1.0)}),
        ("s/speed", "0", set()),  # it stands still, whatever its speed
        ("s/speed", "None", {Unknown([FanSpeed])}),
        ("s/preset", "whoosh", {Preset("whoosh")}),
        ("s/preset", "None", {Preset("")}),
        ("s/preset", "new in 2031", {Preset("new in 2031")}),
        ("s/preset", "", set()),
        ("s/swing", "oscillate_on", {Oscillating(True)}),
        ("s/swing", "oscillate_off", {Oscillating(False)}),
        ("s/way", "forward", {FanDirection.FORWARD}),
        ("s/way", "reverse", {FanDirection.REVERSE}),
    ],
)
def test_each_topic_is_read(topic: str, payload: str, components: set[Component]) -> None:
    assert said(mapped("fan", **FULL), topic, payload) == components


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("s", "maybe", Switch),
        ("s/speed", "fast", FanSpeed),
        ("s/speed", "5", FanSpeed),
        ("s/speed", "-1", FanSpeed),
        ("s/swing", "on", Oscillating),
        ("s/way", "up", FanDirection),
        ("s/preset", "x" * 100_000, Preset),
    ],
)
def test_what_makes_no_sense_is_not_known(topic: str, payload: str, kind: type[Component]) -> None:
    assert lost(mapped("fan", **FULL), topic, payload) == {kind}


@pytest.mark.parametrize(
    ("write", "messages"),
    [
        ([Switch(True)], [("c", "ON")]),
        ([Switch(False)], [("c", "OFF")]),
        ([FanSpeed(0.5)], [("c/speed", "2")]),
        ([FanSpeed(0.55)], [("c/speed", "2")]),
        ([FanSpeed(0.0)], [("c/speed", "1")]),
        ([FanSpeed(1.0), Switch(True)], [("c", "ON"), ("c/speed", "4")]),
        ([Preset("auto")], [("c/preset", "auto")]),
        ([Oscillating(True), FanDirection.REVERSE], [("c/swing", "oscillate_on"), ("c/way", "reverse")]),
        ([Switch(False), Oscillating(False)], [("c/swing", "oscillate_off"), ("c", "OFF")]),
    ],
)
def test_each_part_of_a_write_goes_to_its_topic(
    write: list[Component], messages: list[tuple[str, str]]
) -> None:
    assert sent(mapped("fan", **FULL), *write) == messages


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        ([Switch(False), FanSpeed(1.0)], "switched off"),
        ([Switch(False), Preset("auto")], "switched off"),
        ([FanSpeed(1.0), Preset("auto")], "FanSpeed or Preset, not both"),
        ([Preset("boil")], "no preset 'boil'; it has 'auto', 'whoosh'"),
        ([Preset("")], "write FanSpeed"),
        ([FanDirection(9)], "not unknown:9"),
        ([], "nothing of this"),
    ],
)
def test_what_a_fan_cannot_do_is_refused(write: list[Component], sentence: str) -> None:
    assert sentence in why_rejected(mapped("fan", **FULL), *write)


def test_payloads_and_templates_are_the_configs_own() -> None:
    fan = mapped(
        "fan",
        command_topic="c",
        command_template="{state: '{{ value }}'}",
        state_topic="s",
        state_value_template="{{ value_json.on }}",
        payload_on=True,
        payload_off=False,
        percentage_command_topic="c/speed",
        percentage_command_template="{{ {0:'off', 1:'low', 2:'high'}[value] }}",
        percentage_state_topic="s",
        percentage_value_template="{{ value_json.speed }}",
        payload_reset_percentage="auto",
        speed_range_max=2,
        oscillation_command_topic="c/swing",
        payload_oscillation_on="1",
        direction_command_topic="c/way",
        direction_command_template="{{ iif(value == 'forward', 'fwd', 'rev') }}",
    )
    assert sent(fan, Switch(True)) == [("c", "{state: 'True'}")]
    assert sent(fan, FanSpeed(0.5)) == [("c/speed", "low")]
    assert sent(fan, Oscillating(True)) == [("c/swing", "1")]
    assert sent(fan, FanDirection.FORWARD) == [("c/way", "fwd")]
    assert said(fan, "s", '{"on": true, "speed": 2}') == {Switch(True), FanSpeed(1.0)}
    assert said(fan, "s", '{"on": false, "speed": "auto"}') == {Switch(False), Unknown([FanSpeed])}


def test_a_range_may_begin_higher() -> None:
    fan = mapped("fan", **FULL | {"speed_range_min": 11, "speed_range_max": 20})
    assert fact(fan, FanSpeedStep) == FanSpeedStep(0.1)
    assert said(fan, "s/speed", "11") == {FanSpeed(0.1)}
    assert said(fan, "s/speed", "10") == set()
    assert sent(fan, FanSpeed(0.3)) == [("c/speed", "13")]
    assert fan.reports_as(FanSpeed(0.33)) == FanSpeed(0.3)


def test_a_config_that_cannot_be_is_named() -> None:
    assert "command_topic is missing" in why_unmappable("fan", state_topic="s")
    assert "speed_range_max must be at least" in why_unmappable("fan", **FULL | {"speed_range_max": 0})
    assert "payload_on must differ" in why_unmappable("fan", **FULL, payload_on="OFF")


def test_every_real_fan_goes_through_its_speeds() -> None:
    fans = [outcome for outcome in corpus.outcomes() if outcome.entry.type == "fan"]
    assert len(fans) == 8
    for outcome in fans:
        fan, row = outcome.mapped, outcome.entry.row["discovery_payload"]
        assert fan is not None, outcome.refused
        assert writable(fan) == {Switch, FanSpeed, Preset}
        base = outcome.entry.payload["state_topic"]
        speeds = int(row["speed_range_max"])
        assert fact(fan, FanSpeedStep) == FanSpeedStep(1 / speeds)
        for number in range(1, speeds + 1):
            speed = FanSpeed(number / speeds)
            ((topic, word),) = sent(fan, speed)
            assert topic == f"{base}/set/fan_mode"
            # A name that stands for a speed and a preset both is said twice.
            presets = {Preset(word if word in row["preset_modes"] else "")}
            state = f'{{"fan_state": "ON", "fan_mode": "{word}"}}'
            assert said(fan, base, state) == {Switch(True), speed} | presets
        assert sent(fan, Preset(row["preset_modes"][0]))[0][0] == f"{base}/set/fan_mode"


@given(
    data=st.sampled_from([FULL, FULL | {"percentage_value_template": "{{ value_json.speed }}"}]),
    payloads=st.lists(json_values(["speed"]).map(str) | st.text(max_size=9), max_size=3),
    write=any_writes({Switch, FanSpeed, Preset, Oscillating, FanDirection}),
)
def test_whatever_a_fan_says_and_whatever_is_written_to_it(
    data: dict[str, Any], payloads: list[str], write: list[Component]
) -> None:
    check_anything(mapped("fan", **data), payloads, write)
