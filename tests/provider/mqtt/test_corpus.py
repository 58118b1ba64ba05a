"""13,564 configs of real Zigbee products become the entities that they should, and none raises.

What is expected of a class is written down here once more, beside the tables of the provider.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import igloo_wire as wire
from igloo_provider import Rejected
from igloo_providers.mqtt.discovery import parse_config, parse_topic
from igloo_providers.mqtt.entity import Mapped, Payload, Unreadable
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_wire import Component, Limits, Unknown, Writable
from tests.provider.mqtt import corpus
from tests.provider.mqtt.corpus import Outcome, kinds_of, outcomes


def of_type(name: str) -> list[Outcome]:
    return [outcome for outcome in outcomes() if outcome.entry.type == name]


def mapped_of(outcome: Outcome) -> Mapped:
    assert outcome.mapped is not None, outcome.refused
    return outcome.mapped


def fact(mapped: Mapped, kind: type[Component]) -> Any:  # noqa: ANN401 - whichever was asked for
    return next((component for component in mapped.components if type(component) is kind), None)


def read(outcome: Outcome, value: Any) -> tuple[Component, ...]:  # noqa: ANN401 - any JSON
    """What the entity makes of a state in which its property has this value."""
    (mock,) = outcome.entry.row["mockProperties"]
    payload = Payload(json.dumps({mock["property"]: value}))
    return tuple(component for _, reading in mapped_of(outcome).readings for component in reading(payload))


# ── all of it ──


@pytest.mark.parametrize("name", corpus.ISSUE_TYPES)
def test_at_least_97_of_100_configs_of_a_type_are_mapped(name: str) -> None:
    found = of_type(name)
    refused = Counter(outcome.refused for outcome in found if outcome.mapped is None)
    assert refused.total() <= 0.03 * len(found), refused
    assert found or name == "event"  # zigbee2mqtt announces events only where its owner asks for them


def test_what_is_refused_is_said_by_name_and_reason() -> None:
    refused = Counter((o.entry.type, o.refused) for o in outcomes() if o.mapped is None)
    assert refused == {
        ("siren", "the platform is not known"): 16,
        ("infrared", "the platform is not known"): 4,
    }


def test_the_counts_are_those_that_were_committed() -> None:
    assert corpus.count() == corpus.COUNTS.read_text(encoding="utf-8"), (
        "the mapping has changed: look at what `python -m tests.provider.mqtt.corpus --write` changes"
    )


def test_every_config_of_the_live_capture_is_mapped() -> None:
    mapped = Counter[str]()
    for text, payload in corpus.live_messages():
        topic = parse_topic("homeassistant", text)
        if topic is not None:
            announcement = parse_config(topic, payload.encode())
            for discovered in announcement.entities:
                PLATFORMS[discovered.config.platform](discovered.config)
                mapped[discovered.device.key] += 1
            assert not announcement.refused
    assert mapped == {
        "zigbee2mqtt_0x00124b0000000001": 7,
        "zigbee2mqtt_0x00124b0000000003": 6,
        "zigbee2mqtt_0x00124b0000000005": 24,
        "zigbee2mqtt_0x00124b0000000007": 4,
    }


def test_topics_are_filled_in_as_zigbee2mqtt_does() -> None:
    """Of the models that are in both files, what is filled in here is what zigbee2mqtt published."""
    rows = {(row["model"], row["type"], row["object_id"]): row for row in corpus.rows()}
    compared = 0
    for text, payload in corpus.live_messages():
        topic = parse_topic("homeassistant", text)
        if topic is None:
            continue
        published = json.loads(payload)
        row = rows.get((published["device"]["model_id"], topic.platform, topic.object))
        if row is None:
            continue
        compared += 1
        ours = corpus.fill_in(row["discovery_payload"], f"zigbee2mqtt/{topic.node}")
        for key, value in ours.items():
            if key.endswith("_topic"):
                assert published.get(key) == value, (text, key)
        assert {key for key in published if key.endswith("_topic")} == {
            key for key in ours if key.endswith("_topic")
        }
    assert compared == 14


def test_writable_components_are_those_that_a_command_takes() -> None:
    for outcome in outcomes():
        if outcome.mapped is not None:
            writable = fact(outcome.mapped, Writable)
            is_sensor = fact(outcome.mapped, wire.Sensor) is not None
            assert (outcome.mapped.command is not None) == (writable is not None and writable.value != ())
            assert writable is not None or is_sensor, outcome.entry.where
            assert outcome.mapped.reported <= kinds_of(outcome.mapped)


def test_a_state_with_null_for_everything_makes_nothing_known() -> None:
    known = Counter[tuple[str, Component]]()
    for outcome in outcomes():
        if outcome.mapped is None or not outcome.entry.row["mockProperties"]:
            continue
        state = {mock["property"]: mock["value"] for mock in outcome.entry.row["mockProperties"]}
        payload = Payload(json.dumps(state))
        for _, reading in outcome.mapped.readings:
            for component in reading(payload):
                assert kinds_of(Mapped((component,))) <= kinds_of(outcome.mapped) | {Unknown}
                if not isinstance(component, Unknown):
                    known[outcome.entry.type, component] += 1
    # Where a template itself makes something of null.
    assert known == {
        ("cover", wire.Movement.STOPPED): 10,
        ("fan", wire.Preset("")): 8,
        ("switch", wire.ChildLock(False)): 2,
        ("switch", wire.Switch(False)): 266,
        ("update", wire.Running(False)): 727,
    }


# ── sensors ──

MEASURED: Mapping[tuple[str, str], tuple[type[Component], float]] = {
    ("aqi", "index"): (wire.AirQualityIndex, 21.5),
    ("atmospheric_pressure", "hPa"): (wire.AtmosphericPressure, 21.5),
    ("atmospheric_pressure", "kPa"): (wire.AtmosphericPressure, 215.0),
    ("battery", "%"): (wire.Battery, 21.5),
    ("carbon_dioxide", "ppm"): (wire.CarbonDioxide, 21.5),
    ("current", "A"): (wire.Current, 21.5),
    ("current", "mA"): (wire.Current, 0.0215),
    ("duration", "min"): (wire.Duration, 1290.0),
    ("duration", "s"): (wire.Duration, 21.5),
    ("energy", "kWh"): (wire.Energy, 21.5),
    ("frequency", "Hz"): (wire.Frequency, 21.5),
    ("gas", "m³"): (wire.GasVolume, 21.5),
    ("humidity", "%"): (wire.Humidity, 21.5),
    ("illuminance", "lx"): (wire.Illuminance, 21.5),
    ("moisture", "%"): (wire.Moisture, 21.5),
    ("pm10", "µg/m³"): (wire.Pm10, 21.5),
    ("pm25", "µg/m³"): (wire.Pm25, 21.5),
    ("power", "W"): (wire.Power, 21.5),
    ("power", "kW"): (wire.Power, 21500.0),
    ("power_factor", "%"): (wire.PowerFactor, 0.215),
    ("temperature", "°C"): (wire.Temperature, 21.5),
    ("volatile_organic_compounds", "µg/m³"): (wire.Voc, 21.5),
    ("volatile_organic_compounds_parts", "ppb"): (wire.VocParts, 21.5),
    ("volatile_organic_compounds_parts", "ppm"): (wire.VocParts, 21500.0),
    ("voltage", "V"): (wire.Voltage, 21.5),
    ("voltage", "mV"): (wire.Voltage, 0.0215),
    ("volume_flow_rate", "m³/h"): (wire.FlowRate, 358.333333),
    ("water", "m³"): (wire.WaterVolume, 21.5),
}
"""Every class and unit of the corpus that has a component of its own, and what it makes of 21.5."""


def test_a_sensor_of_each_class_measures_in_the_unit_of_its_component() -> None:
    seen: set[tuple[str, str]] = set()
    for outcome in of_type("sensor"):
        config = outcome.entry.row["discovery_payload"]
        pair = (config.get("device_class", ""), config.get("unit_of_measurement", ""))
        if pair not in MEASURED:
            continue
        seen.add(pair)
        kind, expected = MEASURED[pair]
        assert kind in kinds_of(mapped_of(outcome)), outcome.entry.where
        (component,) = read(outcome, 21.5)
        assert type(component) is kind
        assert math.isclose(component.to_plain(), expected, rel_tol=1e-6), outcome.entry.where
    assert seen == set(MEASURED)


def test_a_sensor_without_a_class_is_a_number_if_it_has_a_unit_or_a_state_class() -> None:
    seen = Counter[str]()
    for outcome in of_type("sensor"):
        config = outcome.entry.row["discovery_payload"]
        unit, state_class = config.get("unit_of_measurement", ""), config.get("state_class", "")
        if "device_class" in config:
            continue
        mapped = mapped_of(outcome)
        if unit or state_class:
            seen["real"] += 1
            assert wire.Real in kinds_of(mapped), outcome.entry.where
            assert read(outcome, 21.5) == (wire.Real(21.5),)
            has_unit = fact(mapped, wire.Unit) is not None or fact(mapped, wire.UnitLabel) is not None
            assert has_unit == (unit not in ("", "*")), outcome.entry.where
            assert (fact(mapped, wire.Accumulation) is not None) == (state_class != "")
        else:
            seen["text"] += 1
            assert wire.Text in kinds_of(mapped), outcome.entry.where
            assert read(outcome, "open") == (wire.Text("open"),)
    assert seen == {"real": 596, "text": 771}


def test_every_other_class_of_the_corpus_is_a_real_with_a_quantity() -> None:
    pairs = {
        (config.get("device_class", ""), config.get("unit_of_measurement", ""))
        for config in (outcome.entry.row["discovery_payload"] for outcome in of_type("sensor"))
    }
    assert {pair for pair in pairs - set(MEASURED) if pair[0]} == {("conductivity", "μS/cm")}
    (outcome,) = [
        one
        for one in of_type("sensor")
        if one.entry.row["discovery_payload"].get("device_class") == "conductivity"
    ]
    assert fact(mapped_of(outcome), wire.Unit) == wire.Unit.MICROSIEMENS_PER_CM
    assert fact(mapped_of(outcome), wire.Quantity) == wire.Quantity.CONDUCTIVITY


SPELLINGS: Mapping[str, wire.Unit] = {
    "Hours": wire.Unit.HOUR,
    "Hr": wire.Unit.HOUR,
    "hours": wire.Unit.HOUR,
    "h": wire.Unit.HOUR,
    "minutes": wire.Unit.MINUTE,
    "min": wire.Unit.MINUTE,
    "min.": wire.Unit.MINUTE,
    "minute": wire.Unit.MINUTE,
    "sec": wire.Unit.SECOND,
    "day": wire.Unit.DAY,
    "days": wire.Unit.DAY,
    "Day": wire.Unit.DAY,
    "ºC": wire.Unit.CELSIUS,
    "C": wire.Unit.CELSIUS,
    "w": wire.Unit.WATT,
    "W": wire.Unit.WATT,
    "VAR": wire.Unit.VAR,
    "VAr": wire.Unit.VAR,
    "kVArh": wire.Unit.KILOVAR_HOUR,
    "lux": wire.Unit.LUX,
    "meters": wire.Unit.METER,
    "Volt": wire.Unit.VOLT,
    "dBA": wire.Unit.DECIBEL_A,
    "μS/cm": wire.Unit.MICROSIEMENS_PER_CM,
    "μR/h": wire.Unit.MICROROENTGEN_PER_HOUR,
    "#/cm³": wire.Unit.PARTICLES_PER_CUBIC_CENTIMETER,
    "%": wire.Unit.PERCENT,
    "°F": wire.Unit.FAHRENHEIT,
}


def test_a_unit_is_recognised_however_it_is_spelled() -> None:
    seen: dict[str, set[wire.Unit]] = defaultdict(set)
    for outcome in (*of_type("sensor"), *of_type("number")):
        unit = outcome.entry.row["discovery_payload"].get("unit_of_measurement")
        shown = fact(mapped_of(outcome), wire.Unit)
        if unit in SPELLINGS and wire.Real in kinds_of(mapped_of(outcome)):
            seen[unit].add(shown)
    assert seen == {spelling: {unit} for spelling, unit in SPELLINGS.items() if spelling in seen}
    assert len(seen) >= 25


# ── what is on or off ──

DETECTED: Mapping[str, Component] = {
    "battery": wire.BatteryLow(True),
    "carbon_monoxide": wire.CarbonMonoxideAlarm(True),
    "door": wire.Open(True),
    "gas": wire.GasAlarm(True),
    "moisture": wire.WaterLeak(True),
    "moving": wire.Moving(True),
    "occupancy": wire.Occupancy(True),
    "opening": wire.Open(True),
    "plug": wire.PluggedIn(True),
    "problem": wire.Problem(True),
    "running": wire.Running(True),
    "safety": wire.Unsafe(True),
    "smoke": wire.Smoke(True),
    "tamper": wire.Tamper(True),
    "vibration": wire.Vibration(True),
    "window": wire.Open(True),
    "battery_charging": wire.ChargingState.CHARGING,
    "": wire.Boolean(True),
}


def test_a_binary_sensor_says_what_is_true_when_it_is_on() -> None:
    seen: set[str] = set()
    for outcome in of_type("binary_sensor"):
        config = outcome.entry.row["discovery_payload"]
        device_class = config.get("device_class", "")
        seen.add(device_class)
        on, off = config.get("payload_on", "ON"), config.get("payload_off", "OFF")
        assert read(outcome, on) == (DETECTED[device_class],), outcome.entry.where
        (other,) = read(outcome, off)
        assert type(other) is type(DETECTED[device_class])
        assert other != DETECTED[device_class]
        is_door = fact(mapped_of(outcome), wire.OpeningKind) == wire.OpeningKind.DOOR
        assert is_door == (device_class == "door")
    assert seen == set(DETECTED)


def test_a_switch_is_read_and_written_with_its_own_words() -> None:
    kinds = Counter[str]()
    for outcome in of_type("switch"):
        config = outcome.entry.row["discovery_payload"]
        mapped = mapped_of(outcome)
        lock = outcome.entry.row["object_id"] == "switch_child_lock"
        kind: Callable[[bool], Component] = wire.ChildLock if lock else wire.Switch
        on, off = config["payload_on"], config["payload_off"]
        if "{%" not in config["value_template"]:
            assert read(outcome, config.get("state_on", on)) == (kind(True),), outcome.entry.where
            assert read(outcome, config.get("state_off", off)) == (kind(False),)
        assert mapped.command is not None
        key = wire.ChildLock if lock else wire.Switch
        (message,) = mapped.command({key: kind(True)})
        assert (message.topic, message.payload) == (outcome.entry.payload["command_topic"], on)
        assert mapped.reported == {key}
        kinds[key.__name__] += 1
    assert kinds == {"Switch": 1779, "ChildLock": 86}


# ── settings ──


def test_a_number_has_its_limits_and_refuses_what_is_outside() -> None:
    for outcome in of_type("number"):
        config = outcome.entry.row["discovery_payload"]
        mapped = mapped_of(outcome)
        low, high, step = config.get("min", 1), config.get("max", 100), config.get("step", 1)
        assert fact(mapped, Limits) == Limits(low, high, step), outcome.entry.where
        unit = config.get("unit_of_measurement", "")
        in_seconds = unit in ("s", "S", "sec", "sec.", "Sec", "seconds", "Seconds") and low >= 0
        kind: Any = wire.Duration if in_seconds else wire.Real
        assert kind in kinds_of(mapped), outcome.entry.where
        assert mapped.command is not None
        (message,) = mapped.command({kind: kind(low)})
        assert (message.topic, float(message.payload)) == (outcome.entry.payload["command_topic"], low)
        with pytest.raises(Rejected, match="between"):
            mapped.command({kind: kind(high + step)})
        assert read(outcome, high) == (kind(high),)


def test_a_select_has_its_options_and_refuses_others() -> None:
    kinds = Counter[str]()
    for outcome in of_type("select"):
        config = outcome.entry.row["discovery_payload"]
        mapped = mapped_of(outcome)
        assert mapped.command is not None
        if wire.PowerOnBehavior in kinds_of(mapped):
            kinds["PowerOnBehavior"] += 1
            assert set(config["options"]) <= {
                *("off", "on", "toggle", "previous", "inverted", "reverse", "restore")
            }
            (message,) = mapped.command({wire.PowerOnBehavior: wire.PowerOnBehavior.PREVIOUS})
            assert message.payload in ("previous", "restore")
            continue
        kinds["Text"] += 1
        options = [option for option in config["options"] if option]
        assert fact(mapped, wire.TextOptions) == wire.TextOptions(options), outcome.entry.where
        for option in options:
            (message,) = mapped.command({wire.Text: wire.Text(option)})
            assert (message.topic, message.payload) == (outcome.entry.payload["command_topic"], option)
            if "value_template" in config:
                # "none", "null" and "unknown" are options of some devices, and no less values for that.
                assert read(outcome, option) == (wire.Text(option),), outcome.entry.where
        with pytest.raises(Rejected, match="options"):
            mapped.command({wire.Text: wire.Text("no such option")})
        if "value_template" in config:
            with pytest.raises(Unreadable, match="options"):
                read(outcome, "no such option")
    assert kinds == {"PowerOnBehavior": 762, "Text": 1726}


def test_a_button_is_pressed_with_its_payload() -> None:
    for outcome in of_type("button"):
        config = outcome.entry.row["discovery_payload"]
        mapped = mapped_of(outcome)
        wish = wire.Command.IDENTIFY if config.get("device_class") == "identify" else wire.Command.PRESS
        assert fact(mapped, wire.Commands) == wire.Commands([wish]), outcome.entry.where
        assert mapped.command is not None
        (message,) = mapped.command({wire.Command: wish})
        assert message.payload == config.get("payload_press", "PRESS")


def test_a_text_is_sent_as_it_is() -> None:
    for outcome in of_type("text"):
        mapped = mapped_of(outcome)
        assert mapped.command is not None
        (message,) = mapped.command({wire.Text: wire.Text("12:00")})
        assert (message.topic, message.payload) == (outcome.entry.payload["command_topic"], "12:00")
        has_state = bool(outcome.entry.row["discovery_payload"]["state_topic"])
        assert (fact(mapped, wire.AssumedState) is None) == has_state
        if has_state:
            assert read(outcome, "12:00") == (wire.Text("12:00"),)


def test_an_update_is_seen_and_installed() -> None:
    state = {"installed_version": 16, "latest_version": 17, "state": "updating", "progress": 25}
    for outcome in of_type("update"):
        assert set(read(outcome, state)) == {
            wire.InstalledVersion("16"),
            wire.LatestVersion("17"),
            wire.UpdateAvailable(True),
            wire.Running(True),
            wire.Progress(0.25),
        }
        mapped = mapped_of(outcome)
        assert mapped.command is not None
        (message,) = mapped.command({wire.Command: wire.Command.INSTALL})
        assert message.topic == "zigbee2mqtt/bridge/request/device/ota_update/update"


# ── what all share ──


def test_category_and_visibility_are_carried_over() -> None:
    for outcome in outcomes():
        if outcome.mapped is not None:
            config = outcome.entry.row["discovery_payload"]
            category = config.get("entity_category")
            assert (fact(outcome.mapped, wire.Configuration) is not None) == (category == "config")
            assert (fact(outcome.mapped, wire.Diagnostic) is not None) == (category == "diagnostic")
            hidden = config.get("enabled_by_default", True) is False
            assert (fact(outcome.mapped, wire.HiddenByDefault) is not None) == hidden


def test_a_name_of_null_means_the_device() -> None:
    for outcome in outcomes():
        if outcome.discovered is not None:
            config = outcome.entry.row["discovery_payload"]
            assert (outcome.discovered.name == "") == ("name" in config and config["name"] is None)
