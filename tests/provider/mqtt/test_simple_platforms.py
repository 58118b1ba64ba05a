"""Sensors, settings, buttons, events and updates: from a config to components, from a payload to values, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

import igloo_wire as wire
from igloo_provider import Rejected
from igloo_providers.mqtt.entity import Base, Config, Mapped, Payload, Publish, Unmappable, Unreadable, merge
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_wire import Component, Limits, Unknown, Writable


def map_config(platform: str, object_id: str = "object", /, **data: Any) -> Mapped:  # noqa: ANN401
    return PLATFORMS[platform](Config(platform, object_id, data))


def fact(mapped: Mapped, kind: type[Component]) -> Component | None:
    return next((component for component in mapped.components if type(component) is kind), None)


def read(mapped: Mapped, payload: Any, topic: str = "state") -> list[Component]:  # noqa: ANN401
    text = Payload(payload if isinstance(payload, str) else json.dumps(payload))
    return [one for where, reading in mapped.readings if where == topic for one in reading(text)]


def write(mapped: Mapped, *wanted: Component) -> list[Publish]:
    assert mapped.command is not None
    return mapped.command({type(component): component for component in wanted})


def has(mapped: Mapped, *components: Component) -> bool:
    return set(components) <= set(mapped.components)


def refused(mapped: Mapped, *wanted: Component) -> str:
    with pytest.raises(Rejected) as caught:
        write(mapped, *wanted)
    return caught.value.reason


def unreadable(mapped: Mapped, payload: Any) -> tuple[str, Iterable[type[Component]]]:  # noqa: ANN401
    with pytest.raises(Unreadable) as caught:
        read(mapped, payload)
    return caught.value.reason, caught.value.unknown


# ── sensor ──


def sensor(**data: Any) -> Mapped:  # noqa: ANN401
    return map_config("sensor", state_topic="state", **data)


def test_a_thermometer() -> None:
    mapped = sensor(device_class="temperature", unit_of_measurement="°F", value_template="{{ value_json.t }}")
    assert set(mapped.components) == {wire.Sensor(), Unknown([wire.Temperature])}
    assert mapped.command is None
    assert read(mapped, {"t": 70.7}) == [wire.Temperature((70.7 * 5 - 160) / 9)]
    assert read(mapped, {"t": "68"}) == [wire.Temperature(20)]
    assert read(mapped, {"other": 1}) == []


@pytest.mark.parametrize("nothing", [None, "None", "unknown", "unavailable", "Unknown", "nan", "NaN"])
def test_no_value_is_unknown(nothing: object) -> None:
    mapped = sensor(device_class="temperature", value_template="{{ value_json.t }}")
    assert read(mapped, {"t": nothing}) == [Unknown([wire.Temperature])]


def test_an_empty_text_says_nothing() -> None:
    mapped = sensor(device_class="temperature", value_template="{{ value_json.t }}")
    assert read(mapped, {"t": ""}) == []
    assert read(sensor(device_class="temperature"), "") == [Unknown([wire.Temperature])]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("warm", "Temperature can't be read: 'warm' is not a number"),
        (-300, "Temperature -300.0 is below -273.15"),
        (1e999, "Temperature can't be read: 'inf' is not a finite number"),
        ([1], r"Temperature can't be read: '\[1\]' is not a number"),
        ("9" * 400, "Temperature can't be read: .* is not a finite number"),
    ],
)
def test_a_bad_value_is_one_sentence_and_makes_the_old_one_unknown(value: object, sentence: str) -> None:
    mapped = sensor(device_class="temperature", value_template="{{ value_json.t }}")
    text = json.dumps({"t": value}).replace("Infinity", "1e999")
    with pytest.raises(Unreadable, match=sentence) as caught:
        read(mapped, text)
    assert caught.value.unknown == (wire.Temperature,)


def test_a_meter_that_counts_otherwise_than_usual_says_so() -> None:
    usual = sensor(device_class="energy", unit_of_measurement="Wh", state_class="total_increasing")
    assert fact(usual, wire.Accumulation) is None
    assert read(usual, "1500") == [wire.Energy(1.5)]
    assert has(sensor(device_class="energy", state_class="total"), wire.Accumulation.TOTAL)
    assert has(sensor(state_class="measurement"), wire.Accumulation.MEASUREMENT)
    assert has(sensor(device_class="wind_speed", state_class="measurement_angle"), wire.Accumulation.ANGLE)


def test_a_meter_may_say_when_it_began() -> None:
    mapped = sensor(
        device_class="energy",
        unit_of_measurement="kWh",
        state_class="total",
        value_template="{{ value_json.e }}",
        last_reset_value_template="{{ value_json.since }}",
    )
    assert Unknown([wire.Energy, wire.LastReset]) in mapped.components
    assert read(mapped, {"e": 5, "since": "1970-01-01T00:00:01+00:00"}) == [
        wire.Energy(5),
        wire.LastReset(1000),
    ]


def test_a_number_without_a_component_is_a_real_with_unit_and_quantity() -> None:
    mapped = sensor(device_class="irradiance", unit_of_measurement="W/m²", suggested_display_precision=1)
    assert set(mapped.components) == {
        *(wire.Sensor(), wire.Unit.WATT_PER_SQUARE_METER, wire.Quantity.IRRADIANCE, wire.Precision(1)),
        Unknown([wire.Real]),
    }
    assert read(mapped, "700.5") == [wire.Real(700.5)]
    money = sensor(device_class="monetary", unit_of_measurement="EUR")
    assert has(money, wire.UnitLabel("EUR"), wire.Quantity.MONEY)


def test_a_class_with_a_unit_that_its_component_can_not_have_is_a_real() -> None:
    mapped = sensor(device_class="battery", unit_of_measurement="V")
    assert has(mapped, wire.Unit.VOLT, wire.Quantity.BATTERY, Unknown([wire.Real]))
    assert read(mapped, "3.1") == [wire.Real(3.1)]


def test_a_class_that_is_not_known_is_as_good_as_none() -> None:
    assert has(sensor(device_class="charm", unit_of_measurement="W"), wire.Unit.WATT)
    assert has(sensor(device_class="charm"), Unknown([wire.Text]))


def test_link_quality_is_a_share_of_255() -> None:
    mapped = map_config("sensor", "linkquality", state_topic="state", unit_of_measurement="lqi")
    assert read(mapped, "120") == [wire.LinkQuality(120 * 100 / 255)]
    assert fact(mapped, wire.Unit) is None


def test_what_has_no_class_no_unit_and_no_state_class_is_text() -> None:
    mapped = sensor()
    assert read(mapped, "42") == [wire.Text("42")]
    assert unreadable(mapped, "x" * 70_000)[1] == (wire.Text,)


def test_an_enum_has_its_options() -> None:
    mapped = sensor(device_class="enum", options=["none", "low", "high"])
    assert has(mapped, wire.TextOptions(["none", "low", "high"]))
    assert read(mapped, "none") == [wire.Text("none")]
    assert unreadable(mapped, "other") == (
        "Text can't be read: 'other' is not one of its options",
        (wire.Text,),
    )


@pytest.mark.parametrize(
    ("device_class", "payload", "expected"),
    [
        ("timestamp", "2024-01-01T00:00:00+00:00", wire.Timestamp(1_704_067_200_000)),
        ("timestamp", "2024-01-01T01:00:00+01:00", wire.Timestamp(1_704_067_200_000)),
        ("timestamp", "2024-01-01T00:00:00Z", wire.Timestamp(1_704_067_200_000)),
        ("timestamp", "2024-01-01T00:00:00", wire.Timestamp(1_704_067_200_000)),
        ("date", "2024-02-29", wire.Date(date(2024, 2, 29))),
    ],
)
def test_points_in_time(device_class: str, payload: str, expected: Component) -> None:
    assert read(sensor(device_class=device_class), payload) == [expected]


@pytest.mark.parametrize("payload", ["2023-02-29", "yesterday", "1704067200", "99999-01-01"])
@pytest.mark.parametrize("device_class", ["timestamp", "date"])
def test_what_is_no_point_in_time(device_class: str, payload: str) -> None:
    assert "ISO 8601" in unreadable(sensor(device_class=device_class), payload)[0]


def test_a_sensor_may_expire() -> None:
    assert sensor(expire_after=60).expire_after == 60
    assert sensor(expire_after=0).expire_after is None
    assert sensor().expire_after is None


def test_a_sensor_needs_a_topic() -> None:
    with pytest.raises(Unmappable, match="state_topic is missing"):
        map_config("sensor")


# ── binary_sensor ──


def test_a_door() -> None:
    mapped = map_config("binary_sensor", state_topic="state", device_class="door", payload_on=False, payload_off=True,
                        value_template="{{ value_json.contact }}", off_delay=5, expire_after=9)  # fmt: skip
    assert has(mapped, wire.Sensor(), wire.OpeningKind.DOOR, Unknown([wire.Open]))
    assert read(mapped, {"contact": False}) == [wire.Open(True)]
    assert read(mapped, {"contact": True}) == [wire.Open(False)]
    assert read(mapped, {"contact": None}) == [Unknown([wire.Open])]
    assert (
        unreadable(mapped, {"contact": "ajar"})[0]
        == "Open can't be read: 'ajar' is neither 'False' nor 'True'"
    )
    assert (mapped.off_delay, mapped.expire_after) == (5, 9)


def test_two_classes_are_enums() -> None:
    lock = map_config("binary_sensor", state_topic="state", device_class="lock")
    assert read(lock, "ON") == [wire.DoorLock.UNLOCKED]
    assert read(lock, "OFF") == [wire.DoorLock.LOCKED]
    assert fact(lock, Writable) is None
    charging = map_config("binary_sensor", state_topic="state", device_class="battery_charging")
    assert read(charging, "OFF") == [wire.ChargingState.NOT_CHARGING]


def test_on_and_off_must_differ() -> None:
    for platform in ("binary_sensor", "switch"):
        with pytest.raises(Unmappable, match="payload_on must differ from payload_off, not 'X'"):
            map_config(platform, state_topic="state", command_topic="set", payload_on="X", payload_off="X")


# ── switch ──


def test_a_switch() -> None:
    mapped = map_config(
        "switch", state_topic="state", command_topic="set", device_class="outlet", retain=True
    )
    assert has(mapped, wire.Outlet(), Writable([wire.Switch]), Unknown([wire.Switch]))
    assert read(mapped, "ON") == [wire.Switch(True)]
    assert write(mapped, wire.Switch(False)) == [Publish("set", "OFF", retain=True)]
    assert mapped.reported == {wire.Switch}
    assert refused(mapped, wire.Dimmer(0.5)) == "Dimmer can't be written here"
    assert refused(mapped) == "Switch is missing"


def test_a_switch_that_does_not_report_assumes() -> None:
    mapped = map_config("switch", command_topic="set", command_template='{"state": "{{ value }}"}')
    assert has(mapped, wire.AssumedState())
    assert mapped.reported == frozenset()
    assert write(mapped, wire.Switch(True)) == [Publish("set", '{"state": "ON"}')]


@pytest.mark.parametrize(
    ("platform", "kind", "config"),
    [
        ("switch", wire.Switch, {}),
        ("number", wire.Real, {}),
        ("select", wire.Text, {"options": ["a"]}),
        ("text", wire.Text, {}),
        ("lock", wire.DoorLock, {}),
        ("fan", wire.Switch, {}),
        ("light", wire.Switch, {}),
        ("light", wire.Switch, {"schema": "json", "brightness": False}),
        (
            "light",
            wire.Switch,
            {
                "schema": "template",
                "command_on_template": "on",
                "command_off_template": "off",
                "state_template": "{{ value }}",
            },
        ),
    ],
)
def test_our_own_message_is_no_report(platform: str, kind: type[Component], config: dict[str, Any]) -> None:
    """Where a device is written to on the topic that it reports on, what comes there may be what was just sent."""
    both = map_config(platform, state_topic="same", command_topic="same", **config)
    assert both.reported == frozenset()
    assert both.readings[0][0] == "same"
    assert map_config(platform, state_topic="a", command_topic="b", **config).reported == {kind}
    assert map_config(platform, optimistic=False, command_topic="b", **config).reported == frozenset()
    base = Base("home")
    filled = {"state_topic": "~/lamp", "command_topic": "home/lamp", **config}
    assert PLATFORMS[platform](Config(platform, "object", filled, base)).reported == frozenset()


def test_what_a_thermostat_hears_of_itself_is_no_report() -> None:
    topics = {"temperature_state_topic": "a", "temperature_command_topic": "b", "mode_state_topic": "m"}
    heard = map_config("climate", **topics, mode_command_topic="m")
    assert heard.reported == {wire.TargetTemperature}
    crossed = map_config("climate", **topics, mode_command_topic="a")
    assert crossed.reported == {wire.ThermostatMode}


def test_a_switch_has_words_for_states_and_for_commands() -> None:
    mapped = map_config("switch", state_topic="state", command_topic="set", state_on="1", state_off="0")
    assert read(mapped, "1") == [wire.Switch(True)]
    assert unreadable(mapped, "ON")[1] == (wire.Switch,)
    assert write(mapped, wire.Switch(True))[0].payload == "ON"


# ── number ──


def number(**data: Any) -> Mapped:  # noqa: ANN401
    return map_config("number", **{"state_topic": "state", "command_topic": "set", **data})


def test_a_number_keeps_the_unit_of_the_device() -> None:
    mapped = number(device_class="temperature", unit_of_measurement="°F", min=40, max=90, step=0.5)
    assert has(
        mapped, wire.Unit.FAHRENHEIT, wire.Quantity.TEMPERATURE, Limits(40, 90, 0.5), Unknown([wire.Real])
    )
    assert read(mapped, "70.5") == [wire.Real(70.5)]
    assert write(mapped, wire.Real(70.5)) == [Publish("set", "70.5")]
    assert write(mapped, wire.Real(70.0)) == [Publish("set", "70")]


def test_seconds_are_a_duration() -> None:
    mapped = number(unit_of_measurement="sec", min=0, max=900)
    assert has(mapped, Limits(0, 900, 1), Unknown([wire.Duration]))
    assert write(mapped, wire.Duration(30)) == [Publish("set", "30")]
    assert has(number(unit_of_measurement="s", min=-5), wire.Unit.SECOND, Unknown([wire.Real]))
    assert has(number(unit_of_measurement="min"), wire.Unit.MINUTE, Unknown([wire.Real]))


def test_limits_default_to_1_to_100_by_1() -> None:
    assert has(number(), Limits(1, 100, 1))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0, "0 is not between 1 and 100"),
        (100.5, "100.5 is not between 1 and 100"),
        (50.5, "50.5 is not 1 plus a multiple of 1"),
    ],
)
def test_a_number_out_of_its_limits_is_refused(value: float, sentence: str) -> None:
    assert refused(number(), wire.Real(value)) == sentence


def test_steps_are_counted_from_the_minimum_and_not_in_binary() -> None:
    mapped = number(min=0.5, max=30, step=0.1)
    assert [write(mapped, wire.Real(v))[0].payload for v in (0.5, 0.7, 21.3, 29.9, 0.1 + 0.2 + 0.5)] == [
        *("0.5", "0.7", "21.3", "29.9", "0.8")
    ]
    assert "plus a multiple of 0.1" in refused(mapped, wire.Real(21.35))
    any_step = number(min=0, max=1, step=0)
    assert write(any_step, wire.Real(0.123456))[0].payload == "0.123456"


def test_a_command_template_gets_the_number() -> None:
    mapped = number(min=0, max=100, command_template='{"level": {{ (value * 2.55) | round | int }} }')
    assert write(mapped, wire.Real(100))[0].payload == '{"level": 255 }'
    failing = number(command_template="{{ 1 // (value - 5) }}")
    assert "command template" in refused(failing, wire.Real(5))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"min": 5, "max": 1}, "min doesn't go with max and step"),
        ({"step": -1}, "min doesn't go with max and step"),
        ({"min": "low"}, "min must be a number, not 'low'"),
        ({"max": True}, "max must be a number, not True"),
        ({"command_topic": None}, "command_topic is missing"),
        ({"command_topic": "a/+"}, "command_topic must be one topic, without the wildcards"),
        ({"state_topic": ""}, "state_topic must be a topic of 1 to 1,024 bytes"),
        ({"state_topic": "x" * 70_000}, "state_topic must be a topic of 1 to 1,024 bytes"),
        ({"retain": "maybe"}, "retain must be true or false, not 'maybe'"),
        ({"value_template": "{% macro x() %}"}, "value_template .*: "),
        ({"entity_category": "other"}, "entity_category must be one of config, diagnostic, not 'other'"),
    ],
)
def test_a_number_that_can_not_be_shown(data: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        number(**data)


# ── select ──


def select(object_id: str = "mode", **data: Any) -> Mapped:  # noqa: ANN401
    return map_config("select", object_id, **{"state_topic": "state", "command_topic": "set", **data})


def test_a_select() -> None:
    mapped = select(options=["none", "eco", "", "eco", 5], value_template="{{ value_json.mode }}")
    assert has(mapped, wire.TextOptions(["none", "eco", "5"]), Writable([wire.Text]), Unknown([wire.Text]))
    assert read(mapped, {"mode": "none"}) == [wire.Text("none")]
    assert read(mapped, {"mode": None}) == [Unknown([wire.Text])]
    assert write(mapped, wire.Text("eco")) == [Publish("set", "eco")]
    assert refused(mapped, wire.Text("turbo")) == "'turbo' is not one of its options: 'none, eco, 5'"
    assert unreadable(mapped, {"mode": "turbo"})[1] == (wire.Text,)


def test_an_option_may_be_called_none() -> None:
    mapped = select(options=["None", "PI"], value_template="{{ value_json.mode }}")
    assert read(mapped, {"mode": "None"}) == [wire.Text("None")]
    assert read(mapped, {"mode": None}) == [Unknown([wire.Text])]


@pytest.mark.parametrize(
    "options", [["off", "on", "toggle", "previous"], ["off", "on", "reverse", "restore"], ["ON", "OFF"]]
)
def test_power_on_behavior_has_a_component(options: list[str]) -> None:
    mapped = select("power_on_behavior_l1", options=options, entity_category="config")
    assert has(
        mapped, wire.Configuration(), Unknown([wire.PowerOnBehavior]), Writable([wire.PowerOnBehavior])
    )
    for option in options:
        (value,) = read(mapped, option)
        assert write(mapped, value) == [Publish("set", option)]
    if len(options) == 2:
        assert refused(mapped, wire.PowerOnBehavior.TOGGLE) == "TOGGLE is not one of its options: ON, OFF"


def test_other_choices_by_that_name_are_texts() -> None:
    assert has(select("power_on_behavior", options=["initial", "previous"]), Unknown([wire.Text]))
    assert has(select("power_on_behavior", options=["toggle", "inverted"]), Unknown([wire.Text]))


@pytest.mark.parametrize("options", [None, [], [""], [[]], ["x" * 70_000], [str(n) for n in range(2000)]])
def test_a_select_needs_options_that_can_be_shown(options: object) -> None:
    with pytest.raises(Unmappable, match="options"):
        select(options=options)


# ── button ──


def test_a_button() -> None:
    mapped = map_config("button", command_topic="set", payload_press="go", device_class="restart")
    assert has(mapped, wire.Button(), wire.Commands([wire.Command.RESTART]), Writable([wire.Command]))
    for command in (wire.Command.RESTART, wire.Command.PRESS):
        assert write(mapped, command) == [Publish("set", "go")]
    assert refused(mapped, wire.Command.OPEN) == "this button takes RESTART"
    assert write(map_config("button", command_topic="set"), wire.Command.PRESS) == [Publish("set", "PRESS")]


# ── text ──


def text(**data: Any) -> Mapped:  # noqa: ANN401
    return map_config("text", **{"state_topic": "state", "command_topic": "set", **data})


def test_a_text() -> None:
    mapped = text(min=2, max=5, pattern="[a-z]+")
    assert has(mapped, Limits(2, 5, 1), wire.Pattern("[a-z]+"), Unknown([wire.Text]), Writable([wire.Text]))
    assert write(mapped, wire.Text("abc")) == [Publish("set", "abc")]
    assert refused(mapped, wire.Text("a")) == "the text has 1 characters, not 2 to 5"
    assert refused(mapped, wire.Text("abc1")) == "the text is not of the form [a-z]+"
    assert read(mapped, "abc") == [wire.Text("abc")]


def test_a_text_has_255_characters_at_most_unless_it_says() -> None:
    assert has(text(), Limits(0, 255, 1))


def test_a_password_is_secret_and_in_no_sentence() -> None:
    mapped = text(mode="password", max=4, pattern="[0-9]+")
    assert has(mapped, wire.Secret())
    assert "hunter2" not in refused(mapped, wire.Text("hunter2"))
    assert "abc" not in refused(mapped, wire.Text("abc"))


def test_what_is_not_a_password_is_not_repeated() -> None:
    template = {"value_template": "{{ value_json.a }}"}
    secret = map_config("text", state_topic="state", command_topic="set", mode="password", **template)
    assert unreadable(secret, '{"a": "hunter2"')[0].startswith("a message of 15 characters can't be read")
    plain = map_config("text", state_topic="state", command_topic="set", **template)
    assert "hunter2" in unreadable(plain, '{"a": "hunter2"')[0]


@pytest.mark.parametrize(
    ("platform", "config"),
    [
        ("select", {"command_topic": "set", "options": ["a", "\u202ea"]}),
        ("sensor", {"state_topic": "state", "device_class": "enum", "options": ["a", "\u202ea"]}),
        ("event", {"state_topic": "state", "event_types": ["a", "\u202ea"]}),
        (
            "fan",
            {"command_topic": "c", "preset_mode_command_topic": "set", "preset_modes": ["a", "\u202ea"]},
        ),
        ("climate", {"fan_mode_command_topic": "set", "fan_modes": ["a", "\u202ea"]}),
        (
            "light",
            {"command_topic": "c", "effect_command_topic": "set", "effect_list": ["a", "\u202ea"]},
        ),
    ],
)
def test_no_option_turns_a_line_round(platform: str, config: dict[str, Any]) -> None:
    mapped = map_config(platform, **config)
    (options,) = (one for one in mapped.components if type(one).__name__.endswith("Options"))
    assert options.to_plain() == ["a"]


def test_a_form_that_would_take_too_long_is_left_to_the_device() -> None:
    mapped = text(pattern="(a+)+")
    assert write(mapped, wire.Text("a" * 100)) == [Publish("set", "a" * 100)]


def test_a_text_that_can_not_be_shown() -> None:
    with pytest.raises(Unmappable, match="min must not be negative, not -1"):
        text(min=-1)
    with pytest.raises(Unmappable, match="min and max"):
        text(min=9, max=1)


# ── event ──


def event(**data: Any) -> Mapped:  # noqa: ANN401
    return map_config("event", state_topic="state", **data)


def test_the_presses_of_a_button() -> None:
    mapped = event(device_class="button", event_types=["single", "double_click", "long-press", "1_single"])
    kinds = [wire.ButtonEventKind.SINGLE, wire.ButtonEventKind.DOUBLE, wire.ButtonEventKind.LONG]
    assert set(mapped.components) == {wire.ButtonEvents(kinds), wire.NamedEventOptions(["1_single"])}
    assert read(mapped, {"event_type": "double_click"}) == [wire.ButtonEvent(wire.ButtonEventKind.DOUBLE)]
    assert read(mapped, {"event_type": "1_single", "more": 1}) == [wire.NamedEvent("1_single")]
    assert read(mapped, "") == []
    assert "'triple' is not one of those announced" in unreadable(mapped, {"event_type": "triple"})[0]
    for bad in ("single", "5", "[]", "{}", '{"event_type": 5}', "{"):
        assert "event_type" in unreadable(mapped, bad)[0]


def test_a_doorbell_rings() -> None:
    mapped = event(device_class="doorbell", event_types=["ring", "motion"])
    assert set(mapped.components) == {wire.MachineKind.DOORBELL, wire.NamedEventOptions(["motion"])}
    assert read(mapped, {"event_type": "ring"}) == [wire.DoorbellEvent()]
    assert read(mapped, {"event_type": "motion"}) == [wire.NamedEvent("motion")]


def test_an_event_through_a_template() -> None:
    mapped = event(event_types=["single"], value_template='{"event_type": "{{ value_json.action }}"}')
    assert read(mapped, {"action": "single"}) == [wire.ButtonEvent(wire.ButtonEventKind.SINGLE)]


def test_an_event_needs_types() -> None:
    bad: Any
    for bad in (None, [], [{}]):
        with pytest.raises(Unmappable, match="event_types"):
            event(event_types=bad)


# ── device_automation ──


def trigger(kind: str, name: str, payload: str | None = None, **data: Any) -> Mapped:  # noqa: ANN401
    given = {"automation_type": "trigger", "topic": "state", "type": kind, "subtype": name, **data}
    return map_config("device_automation", **(given if payload is None else {**given, "payload": payload}))


def test_triggers_of_one_button_are_one_entity() -> None:
    short = trigger("button_short_press", "button_1", "single")
    long = trigger("button_long_press", "button_1", "hold")
    other = trigger("button_short_press", "button_2", "x")
    assert short.shared == long.shared == "button_1" != other.shared
    whole = merge([short, long])
    kinds = [wire.ButtonEventKind.SINGLE, wire.ButtonEventKind.LONG]
    assert whole.components == (wire.ButtonEvents(kinds),)
    assert read(whole, "single") == [wire.ButtonEvent(wire.ButtonEventKind.SINGLE)]
    assert read(whole, "hold") == [wire.ButtonEvent(wire.ButtonEventKind.LONG)]
    assert read(whole, "other") == []


def test_bridges_with_one_type_for_everything() -> None:
    """zigbee2mqtt: the type is always `action`, and the subtype says what was done."""
    whole = merge([trigger("action", "single", "single"), trigger("action", "recall_1", "recall_1")])
    assert whole.shared == "action"
    assert set(whole.components) == {
        wire.ButtonEvents([wire.ButtonEventKind.SINGLE]),
        wire.NamedEventOptions(["recall_1"]),
    }
    assert read(whole, "recall_1") == [wire.NamedEvent("recall_1")]


def test_a_trigger_without_a_payload_takes_any() -> None:
    assert read(trigger("button_double_press", "b"), "x") == [wire.ButtonEvent(wire.ButtonEventKind.DOUBLE)]
    picked = trigger("button_double_press", "b", "2", value_template="{{ value_json.n }}")
    assert read(picked, {"n": 2}) == [wire.ButtonEvent(wire.ButtonEventKind.DOUBLE)]
    assert read(picked, {"n": 1}) == []


def test_a_trigger_needs_type_and_subtype() -> None:
    with pytest.raises(Unmappable, match="subtype and type must be without hidden characters"):
        trigger("action", "\u202ea")
    with pytest.raises(Unmappable, match="type and subtype"):
        trigger("", "x")
    with pytest.raises(Unmappable, match="automation_type must be one of trigger"):
        trigger("a", "b", automation_type="condition")


# ── update ──


def update(**data: Any) -> Mapped:  # noqa: ANN401
    return map_config("update", **{"state_topic": "state", **data})


def test_an_update_as_an_object() -> None:
    mapped = update(
        command_topic="set", payload_install="go", title="Firmware", release_url="https://example.com"
    )
    assert has(mapped, wire.Update(), wire.Title("Firmware"), wire.PageUrl("https://example.com"))
    assert has(mapped, wire.Commands([wire.Command.INSTALL]), Writable([wire.Command]))
    state = {
        "installed_version": "1.0",
        "latest_version": "1.1",
        "in_progress": True,
        "update_percentage": 50,
    }
    assert set(read(mapped, {**state, "release_summary": "Better"})) == {
        *(wire.InstalledVersion("1.0"), wire.LatestVersion("1.1"), wire.UpdateAvailable(True)),
        *(wire.Running(True), wire.Progress(0.5), wire.Summary("Better")),
    }
    assert read(mapped, {"latest_version": "1.0"}) == [wire.LatestVersion("1.0"), wire.UpdateAvailable(False)]
    assert write(mapped, wire.Command.INSTALL) == [Publish("set", "go")]
    assert refused(mapped, wire.Command.PRESS) == "this entity takes the command INSTALL"


def test_versions_on_two_topics() -> None:
    mapped = update(latest_version_topic="latest", latest_version_template="{{ value_json.v }}")
    assert mapped.command is None
    assert read(mapped, "1.0") == [wire.InstalledVersion("1.0"), Unknown([wire.UpdateAvailable])]
    assert read(mapped, {"v": "1.1"}, "latest") == [wire.LatestVersion("1.1"), wire.UpdateAvailable(True)]
    assert read(mapped, "1.1") == [wire.InstalledVersion("1.1"), wire.UpdateAvailable(False)]


def test_a_version_that_is_not_known() -> None:
    mapped = update()
    state = {"installed_version": -1, "latest_version": None, "update_percentage": None, "title": None}
    (unknown,) = read(mapped, state)
    assert isinstance(unknown, Unknown)
    names = {kind.schema.id for kind in (wire.InstalledVersion, wire.LatestVersion, wire.UpdateAvailable)}
    assert names | {wire.Progress.schema.id, wire.Title.schema.id} == set(unknown.value)


@pytest.mark.parametrize(
    "state", [{"update_percentage": "much"}, {"update_percentage": 500}, {"title": "\x00"}]
)
def test_a_bad_update_is_one_sentence(state: dict[str, Any]) -> None:
    reason, unknown = unreadable(update(), state)
    assert next(iter(state)) in reason
    assert len(list(unknown)) == 1


# ── what all share ──


def test_category_and_visibility() -> None:
    mapped = sensor(entity_category="diagnostic", enabled_by_default=False)
    assert has(mapped, wire.Diagnostic(), wire.HiddenByDefault())
    assert has(number(entity_category="config"), wire.Configuration())


def test_what_is_registered_can_be_registered() -> None:
    """No type twice, no events, nothing that only the hub writes."""
    for mapped in (sensor(), number(), select(options=["a"]), text(), update(), event(event_types=["ring"])):
        kinds = [type(component) for component in mapped.components]
        assert len(kinds) == len(set(kinds))
        assert {kind.schema.access for kind in kinds}.isdisjoint({"event", "command", "modifier"})
