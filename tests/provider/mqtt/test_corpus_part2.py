"""Every real lamp and thermostat of the corpus: what it has is worked out here a second time, from the row alone.

Locks, fans and covers are in test_lock.py, test_fan.py and test_cover.py.
"""

import json
from typing import Any

import pytest

from igloo_providers.mqtt.entity import Mapped, close_enough
from igloo_wire import (
    ClimateAction,
    Color,
    ColorMode,
    ColorModes,
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    Dimmer,
    Effect,
    EffectOptions,
    FanMode,
    FanModeOptions,
    Humidity,
    Light,
    Preset,
    PresetOptions,
    SwingMode,
    Switch,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLimits,
    TargetTemperatureLow,
    Temperature,
    Thermostat,
    ThermostatMode,
    ThermostatModes,
    Unknown,
)
from tests.provider.mqtt import corpus
from tests.provider.mqtt.mapping import fact, said, sent, unknown, why_rejected, writable

LEAST = 0.97
"""Of each platform, as the issue asks. What is mapped must then be right without exception."""


def real(platform: str) -> list[tuple[str, dict[str, Any], dict[str, Any], Mapped]]:
    """Name, row of the file, config as published, and what became of it."""
    outcomes = [outcome for outcome in corpus.outcomes() if outcome.entry.type == platform]
    found = [
        (outcome.entry.where, outcome.entry.row["discovery_payload"], outcome.entry.payload, outcome.mapped)
        for outcome in outcomes
        if outcome.mapped is not None
    ]
    assert len(found) >= LEAST * len(outcomes) > 0
    return found


def test_every_real_lamp_has_the_components_of_its_modes() -> None:
    kinds_of_mode: dict[str, set[type[Component]]] = {
        "brightness": {Dimmer},
        "color_temp": {Dimmer, ColorTemperature},
        "xy": {Dimmer, Color},
        "hs": {Dimmer, Color},
    }
    for where, row, _, lamp in real("light"):
        modes = row["supported_color_modes"]
        kinds: set[type[Component]] = {Switch}.union(*(kinds_of_mode[mode] for mode in modes))
        if len(modes) > 1:
            kinds.add(ColorMode)
        if "effect_list" in row:
            kinds.add(Effect)
            assert fact(lamp, EffectOptions) == EffectOptions(row["effect_list"]), where
        assert fact(lamp, Light) is not None, where
        assert unknown(lamp) == writable(lamp) == kinds, where
        assert lamp.reported == kinds - {Effect}, where
        assert (fact(lamp, ColorModes) is not None) == (ColorMode in kinds), where
        limits = fact(lamp, ColorTemperatureLimits)
        assert (limits is not None) == (ColorTemperature in kinds), where
        if limits is not None:
            # One lamp says 65279 mireds, which is 15 K.
            assert limits.minimum == pytest.approx(max(1e6 / row["max_mireds"], 1000)), where
            assert limits.maximum == pytest.approx(min(1e6 / row["min_mireds"], 20000)), where
            assert 1000 <= limits.minimum < limits.maximum <= 20000, where


def test_every_real_lamp_obeys_and_confirms() -> None:
    """A write becomes one JSON text on its set topic, and the same text as a state is what the write waits for."""
    for where, row, payload, lamp in real("light"):
        topic = payload["state_topic"]
        writes: list[list[Component]] = [[Switch(True)], [Switch(False)], [Dimmer(0.01)], [Dimmer(1.0)]]
        if fact(lamp, ColorTemperatureLimits) is not None:
            low, high = max(1e6 / row["max_mireds"], 1000), min(1e6 / row["min_mireds"], 20000)
            writes += [[ColorTemperature(kelvin)] for kelvin in (low, (low + high) / 2, high)]
            beyond = [kelvin for kelvin in (low * 0.9, high * 1.1) if 1000 <= kelvin <= 20000]
            assert all("outside of" in why_rejected(lamp, ColorTemperature(each)) for each in beyond), where
        if Color in unknown(lamp):
            writes += [[Switch(True), Dimmer(0.5), Color(0.2, 1.0, 0.6)]]
        for write in writes:
            ((to, text),) = sent(lamp, *write)
            assert to == payload["command_topic"], where
            assert to.endswith("/set"), where
            fields = json.loads(text)
            assert fields.get("brightness", 1) in range(1, 255), where
            assert fields.get("color_temp", row.get("min_mireds")) in (
                range(row["min_mireds"], row["max_mireds"] + 1) if "min_mireds" in row else [None]
            ), where
            heard = said(lamp, topic, text)
            for wanted in write:
                (answer,) = (each for each in heard if type(each) is type(wanted))
                assert close_enough(answer, lamp.reports_as(wanted)), (where, wanted, answer)


def test_every_real_lamp_begins_unknown() -> None:
    for where, row, payload, lamp in real("light"):
        fields: dict[str, None] = {"state": None, "brightness": None, "color": None, "color_temp": None}
        heard = said(lamp, payload["state_topic"], json.dumps(fields))
        assert all(isinstance(each, Unknown) for each in heard), (where, row)
        said_unknown = {number for each in heard if isinstance(each, Unknown) for number in each.value}
        assert said_unknown == {kind.schema.id for kind in unknown(lamp) - {ColorMode, Effect}}, where


THERMOSTAT = {
    "current_temperature_topic": Temperature,
    "current_humidity_topic": Humidity,
    "temperature_command_topic": TargetTemperature,
    "temperature_low_command_topic": TargetTemperatureLow,
    "temperature_high_command_topic": TargetTemperatureHigh,
    "mode_command_topic": ThermostatMode,
    "action_topic": ClimateAction,
    "fan_mode_command_topic": FanMode,
    "swing_mode_command_topic": SwingMode,
    "preset_mode_command_topic": Preset,
}
MODES = {
    "off": ThermostatMode.OFF,
    "heat": ThermostatMode.HEAT,
    "cool": ThermostatMode.COOL,
    "auto": ThermostatMode.AUTO,
    "dry": ThermostatMode.DRY,
    "fan_only": ThermostatMode.FAN_ONLY,
    "emergency_heating": ThermostatMode.EMERGENCY_HEAT,
}


def test_every_real_thermostat_has_what_its_topics_say() -> None:
    for where, row, _, climate in real("climate"):
        kinds = {kind for key, kind in THERMOSTAT.items() if key in row}
        written = {kind for key, kind in THERMOSTAT.items() if key in row and "command" in key}
        assert fact(climate, Thermostat) is not None, where
        assert unknown(climate) == kinds, where
        assert writable(climate) == climate.reported == written, where
        step = float(row["temp_step"])
        limits = TargetTemperatureLimits(float(row["min_temp"]), float(row["max_temp"]), step)
        assert row["temperature_unit"] == "C", where
        assert fact(climate, TargetTemperatureLimits) == limits, where
        modes = [MODES[word] for word in row.get("modes", [])]
        assert fact(climate, ThermostatModes) == (ThermostatModes(modes) if modes else None), where
        assert fact(climate, FanModeOptions) == (
            FanModeOptions(row["fan_modes"]) if "fan_modes" in row else None
        ), where
        assert fact(climate, PresetOptions) == (
            PresetOptions(row["preset_modes"]) if "preset_modes" in row else None
        ), where


def test_every_real_thermostat_obeys_and_confirms() -> None:
    for where, row, payload, climate in real("climate"):
        lowest, highest = float(row["min_temp"]), float(row["max_temp"])
        for prefix, kind in [
            ("temperature", TargetTemperature),
            ("temperature_low", TargetTemperatureLow),
            ("temperature_high", TargetTemperatureHigh),
        ]:
            if f"{prefix}_command_topic" not in row:
                continue
            key = row[f"{prefix}_state_template"].split('"')[1]
            for celsius in (lowest, (lowest + highest) / 2, highest):
                ((topic, text),) = sent(climate, kind(celsius))
                assert topic == payload[f"{prefix}_command_topic"], where
                assert topic.endswith(f"/set/{row[f'{prefix}_command_topic']}"), where
                state = json.dumps({key: float(text)})
                assert said(climate, payload[f"{prefix}_state_topic"], state) == {kind(celsius)}, where
            assert "outside of" in why_rejected(climate, kind(highest + 1)), where
        for word in row.get("modes", []):
            assert sent(climate, MODES[word]) == [(payload["mode_command_topic"], word)], where
            key = row["mode_state_template"].split('"')[1]
            assert said(climate, payload["mode_state_topic"], json.dumps({key: word})) == {MODES[word]}, where
        for word in row.get("preset_modes", []):
            assert sent(climate, Preset(word)) == [(payload["preset_mode_command_topic"], word)], where


def test_every_action_of_a_real_thermostat_has_a_variant() -> None:
    actions = {
        "idle": ClimateAction.IDLE,
        "heat": ClimateAction.HEATING,
        "cool": ClimateAction.COOLING,
        "fan_only": ClimateAction.FAN,
    }
    seen = 0
    for where, row, payload, climate in real("climate"):
        if "action_topic" not in row:
            continue
        seen += 1
        for word, action in actions.items():
            state = json.dumps({"running_state": word})
            assert action in said(climate, payload["action_topic"], state), where
        assert Unknown([ClimateAction]) in said(
            climate, payload["action_topic"], '{"running_state": null}'
        ), where
    assert seen == 75
