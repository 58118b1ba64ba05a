"""Thermostats of MQTT discovery: (config, message, components) and (config, write, messages)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.discovery import parse_config, parse_topic
from igloo_providers.mqtt.entity import close_enough
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_wire import (
    AssumedState,
    ClimateAction,
    Component,
    FanMode,
    FanModeOptions,
    Humidity,
    Precision,
    Preset,
    PresetOptions,
    SwingMode,
    SwingModeOptions,
    Switch,
    TargetHumidity,
    TargetHumidityLimits,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLimits,
    TargetTemperatureLow,
    Temperature,
    Text,
    TextOptions,
    Thermostat,
    ThermostatMode,
    ThermostatModes,
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

HEATER = {
    "temperature_command_topic": "c/temp",
    "temperature_state_topic": "s/temp",
    "current_temperature_topic": "s/now",
    "mode_command_topic": "c/mode",
    "mode_state_topic": "s/mode",
    "modes": ["off", "heat", "auto"],
    "min_temp": "5",
    "max_temp": "30",
    "temp_step": 0.5,
}
EVERYTHING = HEATER | {
    "modes": ["off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only"],
    "temperature_low_command_topic": "c/low",
    "temperature_low_state_topic": "s/low",
    "temperature_high_command_topic": "c/high",
    "temperature_high_state_topic": "s/high",
    "action_topic": "s/action",
    "current_humidity_topic": "s/damp",
    "target_humidity_command_topic": "c/damp",
    "target_humidity_state_topic": "s/wish",
    "fan_mode_command_topic": "c/fan",
    "fan_mode_state_topic": "s/fan",
    "swing_mode_command_topic": "c/swing",
    "swing_mode_state_topic": "s/swing",
    "swing_horizontal_mode_command_topic": "c/sideways",
    "swing_horizontal_mode_state_topic": "s/sideways",
    "preset_mode_command_topic": "c/preset",
    "preset_mode_state_topic": "s/preset",
    "preset_modes": ["eco", "away"],
    "power_command_topic": "c/power",
}


def test_a_thermostat_has_what_its_topics_say() -> None:
    heater = mapped("climate", **HEATER)
    assert fact(heater, Thermostat) is not None
    assert unknown(heater) == {Temperature, TargetTemperature, ThermostatMode}
    assert writable(heater) == heater.reported == {TargetTemperature, ThermostatMode}
    assert fact(heater, TargetTemperatureLimits) == TargetTemperatureLimits(5.0, 30.0, 0.5)
    assert fact(heater, ThermostatModes) == ThermostatModes(
        [ThermostatMode.OFF, ThermostatMode.HEAT, ThermostatMode.AUTO]
    )
    assert fact(heater, FanModeOptions) is None
    assert heater.extras == ()


def test_an_air_conditioner_has_all_of_it() -> None:
    cooler = mapped("climate", **EVERYTHING)
    values = {Temperature, Humidity, ClimateAction}
    wishes = {
        *(TargetTemperature, TargetTemperatureLow, TargetTemperatureHigh, TargetHumidity),
        *(ThermostatMode, FanMode, SwingMode, Preset, Switch),
    }
    assert unknown(cooler) == values | wishes
    assert writable(cooler) == cooler.reported == wishes
    assert fact(cooler, FanModeOptions) == FanModeOptions(["auto", "low", "medium", "high"])
    assert fact(cooler, SwingModeOptions) == SwingModeOptions(["on", "off"])
    assert fact(cooler, PresetOptions) == PresetOptions(["eco", "away"])
    assert fact(cooler, TargetHumidityLimits) == TargetHumidityLimits(30.0, 99.0, 1.0)


def test_horizontal_swing_is_an_entity_of_its_own() -> None:
    (extra,) = mapped("climate", **EVERYTHING, swing_horizontal_modes=["left", "right"]).extras
    assert (extra.suffix, extra.name) == ("swing_horizontal", "Horizontal swing")
    swing = extra.mapped
    assert unknown(swing) == writable(swing) == swing.reported == {Text}
    assert fact(swing, TextOptions) == TextOptions(["left", "right"])
    assert said(swing, "s/sideways", "left") == {Text("left")}
    assert sent(swing, Text("right")) == [("c/sideways", "right")]
    assert "Text can't be set to 'up'; the device has 'left', 'right'" in why_rejected(swing, Text("up"))
    assert "Switch can't be written here" in why_rejected(swing, Switch(True))


@pytest.mark.parametrize(
    ("topic", "payload", "components"),
    [
        ("s/now", "20.5", {Temperature(20.5)}),
        ("s/now", "None", {Unknown([Temperature])}),
        ("s/temp", "21", {TargetTemperature(21.0)}),
        ("s/low", "18", {TargetTemperatureLow(18.0)}),
        ("s/high", "24", {TargetTemperatureHigh(24.0)}),
        ("s/damp", "55.5", {Humidity(55.5)}),
        ("s/damp", "100.4", {Humidity(100.0)}),
        ("s/wish", "50", {TargetHumidity(50.0)}),
        ("s/mode", "heat", {ThermostatMode.HEAT, Switch(True)}),
        ("s/mode", "heat_cool", {ThermostatMode.HEAT_COOL, Switch(True)}),
        ("s/mode", "off", {ThermostatMode.OFF, Switch(False)}),
        ("s/mode", "None", {Unknown([ThermostatMode, Switch])}),
        ("s/action", "heating", {ClimateAction.HEATING}),
        ("s/action", "fan", {ClimateAction.FAN}),
        ("s/action", "defrosting", {ClimateAction.DEFROSTING}),
        ("s/action", "None", {Unknown([ClimateAction])}),
        ("s/fan", "low", {FanMode("low")}),
        ("s/fan", "turbo", {FanMode("turbo")}),
        ("s/swing", "on", {SwingMode("on")}),
        ("s/preset", "eco", {Preset("eco")}),
        ("s/preset", "none", {Preset("")}),
        ("s/preset", "None", {Unknown([Preset])}),
        ("s/preset", "", set()),
    ],
)
def test_each_topic_is_read(topic: str, payload: str, components: set[Component]) -> None:
    assert said(mapped("climate", **EVERYTHING), topic, payload) == components


@pytest.mark.parametrize(
    ("topic", "payload", "kinds"),
    [
        ("s/now", "warm", {Temperature}),
        ("s/now", "-300", {Temperature}),
        ("s/now", "1e999", {Temperature}),
        ("s/damp", "130", {Humidity}),
        ("s/mode", "sauna", {ThermostatMode, Switch}),
        ("s/action", "sweating", {ClimateAction}),
        ("s/fan", "x" * 100_000, {FanMode}),
    ],
)
def test_what_makes_no_sense_is_not_known(topic: str, payload: str, kinds: set[type[Component]]) -> None:
    assert lost(mapped("climate", **EVERYTHING), topic, payload) == kinds


@pytest.mark.parametrize(
    ("unit", "lowest", "highest", "step", "limits", "reported", "celsius"),
    [
        ("C", 5, 30, 0.5, (5.0, 30.0, 0.5), "20.5", 20.5),
        ("F", 41, 86, 0.9, (5.0, 30.0, 0.5), "68", 20.0),
        ("K", 278.15, 303.15, 0.5, (5.0, 30.0, 0.5), "293.15", 20.0),
    ],
)
def test_temperatures_limits_and_steps_are_celsius(
    unit: str,
    lowest: float,
    highest: float,
    step: float,
    limits: tuple[float, float, float],
    reported: str,
    celsius: float,
) -> None:
    bounds = {"temperature_unit": unit, "min_temp": lowest, "max_temp": highest, "temp_step": step}
    heater = mapped("climate", **HEATER | bounds)
    assert fact(heater, TargetTemperatureLimits) == TargetTemperatureLimits(*limits)
    assert said(heater, "s/now", reported) == {Temperature(celsius)}
    ((topic, payload),) = sent(heater, TargetTemperature(celsius))
    assert (topic, payload) == ("c/temp", reported)
    # The bounds themselves can be written, whatever they are in °C.
    for bound in limits[:2]:
        assert sent(heater, TargetTemperature(bound))


def test_a_config_that_names_no_bounds_has_the_usual_ones() -> None:
    bare = {"temperature_command_topic": "c"}
    assert fact(mapped("climate", **bare), TargetTemperatureLimits) == TargetTemperatureLimits(7.0, 35.0, 1.0)
    fahrenheit = fact(mapped("climate", **bare, temperature_unit="F"), TargetTemperatureLimits)
    assert fahrenheit is not None
    assert (fahrenheit.minimum, fahrenheit.maximum) == (7.0, 35.0)
    assert fahrenheit.step == pytest.approx(1 / 1.8, abs=1e-6)


def test_a_step_in_fahrenheit_is_written_round() -> None:
    heater = mapped(
        "climate", **HEATER | {"temperature_unit": "F", "min_temp": 45, "max_temp": 90, "temp_step": 1}
    )
    assert sent(heater, TargetTemperature(20.5556)) == [("c/temp", "69")]
    assert close_enough(TargetTemperature(20.555556), heater.reports_as(TargetTemperature(20.5556)))


def test_a_setpoint_that_nobody_reports_begins_where_the_config_says() -> None:
    heater = mapped("climate", temperature_command_topic="c", initial=18)
    assert fact(heater, TargetTemperature) == TargetTemperature(18.0)
    assert TargetTemperature not in unknown(heater)
    assert heater.reported == frozenset()
    assert fact(heater, AssumedState) is not None
    assert TargetTemperature in unknown(mapped("climate", **HEATER, initial=18))


@pytest.mark.parametrize(("precision", "decimals"), [(0.1, 1), (0.5, 1), (1.0, 0), (0.01, 2)])
def test_precision_is_decimals(precision: float, decimals: int) -> None:
    assert fact(mapped("climate", **HEATER, precision=precision), Precision) == Precision(decimals)


@pytest.mark.parametrize(
    ("write", "messages"),
    [
        ([TargetTemperature(21.5)], [("c/temp", "21.5")]),
        ([TargetTemperature(21.0)], [("c/temp", "21")]),
        ([ThermostatMode.HEAT], [("c/mode", "heat")]),
        ([TargetTemperature(21.0), ThermostatMode.HEAT], [("c/mode", "heat"), ("c/temp", "21")]),
        (
            [TargetTemperatureHigh(24.0), TargetTemperatureLow(18.0)],
            [("c/low", "18"), ("c/high", "24")],
        ),
        ([TargetHumidity(50.0)], [("c/damp", "50")]),
        ([FanMode("low")], [("c/fan", "low")]),
        ([SwingMode("on")], [("c/swing", "on")]),
        ([Preset("eco")], [("c/preset", "eco")]),
        ([Preset("")], [("c/preset", "none")]),
        ([Preset("none")], [("c/preset", "none")]),
        ([Switch(True), ThermostatMode.COOL], [("c/power", "ON"), ("c/mode", "cool")]),
        ([Switch(False), TargetTemperature(20.0)], [("c/temp", "20"), ("c/power", "OFF")]),
    ],
)
def test_each_part_of_a_write_goes_to_its_topic(
    write: list[Component], messages: list[tuple[str, str]]
) -> None:
    assert sent(mapped("climate", **EVERYTHING), *write) == messages


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        ([TargetTemperature(31.0)], "31 °C is outside of 5 to 30 °C"),
        ([TargetTemperatureLow(4.0)], "4 °C is outside of 5 to 30 °C"),
        ([TargetTemperatureLow(24.0), TargetTemperatureHigh(18.0)], "is above TargetTemperatureHigh"),
        ([TargetHumidity(20.0)], "20 % is outside of 30 to 99 %"),
        ([ThermostatMode.SLEEP], "no mode SLEEP; it has OFF, HEAT"),
        ([ThermostatMode(87)], "no mode unknown:87"),
        ([FanMode("turbo")], "FanMode can't be set to 'turbo'; the device has 'auto', 'low'"),
        ([SwingMode("")], "SwingMode can't be set to ''"),
        ([Preset("boil")], "Preset can't be set to 'boil'; the device has 'eco', 'away'"),
        ([Switch(False), ThermostatMode.HEAT], "contradict each other"),
        ([Switch(True), ThermostatMode.OFF], "contradict each other"),
        ([Temperature(20.0)], "Temperature can't be written here"),
        ([], "nothing of this"),
    ],
)
def test_what_a_thermostat_cannot_do_is_refused(write: list[Component], sentence: str) -> None:
    assert sentence in why_rejected(mapped("climate", **EVERYTHING), *write)


def test_no_preset_is_reported_in_one_way() -> None:
    cooler = mapped("climate", **EVERYTHING)
    assert cooler.reports_as(Preset("none")) == cooler.reports_as(Preset("")) == Preset("")


def test_power_is_not_waited_for_where_no_mode_tells_it() -> None:
    heater = mapped("climate", **HEATER | {"modes": ["heat", "cool"]}, power_command_topic="c/power")
    assert Switch in writable(heater)
    assert Switch not in heater.reported
    assert said(heater, "s/mode", "heat") == {ThermostatMode.HEAT}


def test_a_mode_without_a_variant_takes_no_other_away() -> None:
    heater = mapped("climate", **HEATER | {"modes": ["off", "emergency_heating", "sauna"]})
    assert fact(heater, ThermostatModes) == ThermostatModes(
        [ThermostatMode.OFF, ThermostatMode.EMERGENCY_HEAT]
    )
    assert sent(heater, ThermostatMode.EMERGENCY_HEAT) == [("c/mode", "emergency_heating")]
    assert said(heater, "s/mode", "emergency_heating") == {ThermostatMode.EMERGENCY_HEAT}


def test_one_template_may_stand_for_all() -> None:
    heater = mapped(
        "climate",
        **HEATER,
        value_template="{{ value_json }}",
        current_temperature_template="{{ value_json.t }}",
        mode_command_template="mode={{ value }}",
        temperature_command_template='{"t10": {{ (value * 10) | int }}}',
    )
    assert said(heater, "s/mode", '"heat"') == {ThermostatMode.HEAT}
    assert said(heater, "s/now", '{"t": 20.5}') == {Temperature(20.5)}
    assert sent(heater, ThermostatMode.HEAT, TargetTemperature(20.5)) == [
        ("c/mode", "mode=heat"),
        ("c/temp", '{"t10": 205}'),
    ]


def test_what_only_reports_takes_no_write() -> None:
    monitor = mapped("climate", current_temperature_topic="s")
    assert monitor.command is None
    assert writable(monitor) == set()
    assert fact(monitor, AssumedState) is None
    assert fact(monitor, TargetTemperatureLimits) is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "no topic of anything"),
        (HEATER | {"min_temp": 40}, "max_temp must be at least min_temp, 40"),
        (HEATER | {"max_temp": "hot"}, "max_temp must be a number"),
        (HEATER | {"temp_step": -1}, "temp_step must not be negative"),
        (HEATER | {"temperature_unit": "R"}, "temperature_unit must be one of C, F, K"),
        (HEATER | {"max_humidity": 200}, "max_humidity must be"),
        (EVERYTHING | {"fan_modes": [f"mode {n}" for n in range(5000)]}, "fan_modes"),
        (HEATER | {"mode_state_template": "{{ oops"}, "mode_state_template"),
    ],
)
def test_a_config_that_cannot_be_is_named(data: dict[str, Any], sentence: str) -> None:
    assert sentence in why_unmappable("climate", **data)


# ── real ones ──


def test_the_live_valve_is_read_and_set() -> None:
    ((config_topic, config),) = (
        (topic, payload)
        for topic, payload in corpus.live_messages()
        if topic.startswith("homeassistant/climate/")
    )
    topic = parse_topic("homeassistant", config_topic)
    assert topic is not None
    (discovered,) = parse_config(topic, config.encode()).entities
    valve = PLATFORMS["climate"](discovered.config)

    assert unknown(valve) == {Temperature, TargetTemperature, ThermostatMode, ClimateAction, Preset}
    assert fact(valve, TargetTemperatureLimits) == TargetTemperatureLimits(5.0, 35.0, 0.5)
    base = "zigbee2mqtt/0x00124b0000000005"
    state = {
        "local_temperature": 20.3,
        "current_heating_setpoint": 21.5,
        "system_mode": "heat",
        "running_state": "idle",
        "preset": "comfort",
    }
    assert said(valve, base, json.dumps(state)) == {
        Temperature(20.3),
        TargetTemperature(21.5),
        ThermostatMode.HEAT,
        ClimateAction.IDLE,
        Preset("comfort"),
    }
    nothing = dict.fromkeys(state)
    assert said(valve, base, json.dumps(nothing)) == {Unknown([kind]) for kind in unknown(valve)}
    assert sent(valve, TargetTemperature(22.5), ThermostatMode.AUTO, Preset("eco")) == [
        (f"{base}/set/system_mode", "auto"),
        (f"{base}/set/current_heating_setpoint", "22.5"),
        (f"{base}/set/preset", "eco"),
    ]


@given(
    data=st.sampled_from([EVERYTHING, EVERYTHING | {"value_template": "{{ value_json.x }}"}, HEATER]),
    payloads=st.lists(json_values(["x"]).map(json.dumps) | st.text(max_size=9), max_size=3),
    write=any_writes(
        {
            *(TargetTemperature, TargetTemperatureLow, TargetTemperatureHigh, TargetHumidity),
            *(ThermostatMode, FanMode, SwingMode, Preset, Switch, Text),
        }
    ),
)
def test_whatever_a_thermostat_says_and_whatever_is_written_to_it(
    data: dict[str, Any], payloads: list[str], write: list[Component]
) -> None:
    climate = mapped("climate", **data)
    check_anything(climate, payloads, write)
    for extra in climate.extras:
        check_anything(extra.mapped, payloads, write)
