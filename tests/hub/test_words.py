"""Values, units, ages and spans in words."""

from datetime import datetime

import pytest

from igloo_hub.cli.words import (
    BOOLEAN_WORDS,
    age_words,
    event_words,
    kind_words,
    span_words,
    unit_sign,
    value_words,
)
from igloo_hub.tree import EntitySnapshot
from igloo_wire import (
    COMPONENTS,
    BatteryLow,
    Boolean,
    ButtonEvent,
    ButtonEventKind,
    Color,
    Component,
    DoorbellEvent,
    DoorLock,
    Duration,
    Energy,
    Integer,
    Location,
    NamedEvent,
    Open,
    Position,
    Precision,
    Problem,
    Real,
    Secret,
    StartTime,
    Switch,
    TargetTemperature,
    Temperature,
    Text,
    ThermostatMode,
    Unit,
    UnitLabel,
)


def entity(*components: Component) -> EntitySnapshot:
    return EntitySnapshot("it", "It", None, 0.0, components)


def brief(*components: Component) -> str:
    return value_words(components[0], entity(*components), brief=True)


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([Switch(True)], "on"),
        ([Boolean(False)], "no"),
        ([Open(True)], "open"),
        ([BatteryLow(False)], "battery good"),
        ([Problem(True)], "problem"),
        ([DoorLock.PARTLY_LOCKED], "partly locked"),
        ([DoorLock(87)], "unknown:87"),
        ([ThermostatMode.HEAT_COOL], "heat cool"),
        ([Color(1.0, 0.5, 0.0)], "#ff8000"),
        ([Position(0.333333)], "33.3333 %"),
        ([Temperature(20.456)], "20.456 °C"),
        ([Location([52.5, 13.4])], "52.5, 13.4"),
        ([Text("two\nlines\u202e")], r"two\nlines\u202e"),
        ([Text("hunter2"), Secret()], "(hidden)"),
        ([Real(0.5), UnitLabel("10\tms")], r"0.5 10\tms"),
        ([Integer(25_276_063_744), Unit.BYTE], "25,276,063,744 B"),
        ([ButtonEvent(ButtonEventKind.LONG_RELEASE)], "long release"),
        ([NamedEvent("Tür\u202e")], r"Tür\u202e"),
    ],
)
def test_a_value_in_words(components: list[Component], words: str) -> None:
    assert value_words(components[0], entity(*components)) == words


@pytest.mark.parametrize(
    ("components", "words"),
    [
        ([Temperature(20.456)], "20.46 °C"),
        ([Temperature(-0.123456)], "-0.123 °C"),
        ([Real(0.4), Precision(2)], "0.40"),
        ([Real(0.4), Precision(15)], "0.400000"),
        ([Energy(12345.678)], "12,346 kWh"),
        ([Integer(999), Unit.BYTE], "999 B"),
        ([Integer(25_276_063_744), Unit.BYTE], "25.3 GB"),
        ([Integer(2**63 - 1), Unit.BYTE], "9,223 PB"),
        ([Real(1_550_000.0), Unit.BYTE_PER_SECOND], "1.55 MB/s"),
        ([Duration(59.0)], "59 s"),
        ([Duration(11_397.4)], "3 h 9 min"),
        ([Real(90.0), Unit.SECOND], "1 min 30 s"),
        ([Real(1e300)], f"{1e300:,.0f}"),
        ([TargetTemperature(21.0)], "21 °C"),
    ],
)
def test_a_value_at_a_glance(components: list[Component], words: str) -> None:
    assert brief(*components) == words


def test_a_point_in_time_is_local_and_one_beyond_the_calendar_stays_a_number() -> None:
    noon = datetime(2026, 11, 23, 12, 30)
    assert brief(StartTime(int(noon.timestamp() * 1000))) == "2026-11-23 12:30"
    assert brief(StartTime(2**62)) == f"{2**62:,} ms since 1970 UTC"


def test_an_event_tells_how_often_when_that_is_more_than_once() -> None:
    assert event_words(DoorbellEvent().to_plain()) == "happened"
    assert event_words(DoorbellEvent(3).to_plain()) == "happened ×3"


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("PERCENT", "%"),
        ("CELSIUS", "°C"),
        ("KILOWATT_HOUR", "kWh"),
        ("CUBIC_METER_PER_HOUR", "m³/h"),
        ("MICROGRAM_PER_CUBIC_METER", "µg/m³"),
        ("GIBIBYTE_PER_SECOND", "GiB/s"),
        ("SQUARE_KILOMETER", "km²"),
        ("BEAT_PER_MINUTE", "beat/min"),
        ("unknown:9999", "unknown:9999"),
    ],
)
def test_a_unit_has_its_sign(name: str, sign: str) -> None:
    assert unit_sign(name) == sign


def test_no_two_units_have_the_same_sign_and_none_is_left_as_a_name() -> None:
    names = [name for name in dir(Unit) if name.isupper()]
    signs = {unit_sign(name) for name in names}
    assert len(names) > 150
    assert len(signs) == len(names)
    assert not [sign for sign in signs if "_" in sign or not sign]


def test_the_words_of_a_boolean_differ_and_are_of_booleans() -> None:
    for kind, words in BOOLEAN_WORDS.items():
        assert kind in COMPONENTS.values()
        assert kind.schema.kind == "boolean"
        assert len(set(words)) == 2


def test_the_name_of_a_kind_is_read_as_words() -> None:
    assert kind_words(TargetTemperature) == "target temperature"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3600.0, "now"),
        (9.9, "now"),
        (10.0, "10 s"),
        (59.9, "59 s"),
        (60.0, "1 min"),
        (3599.0, "59 min"),
        (3600.0, "1 h"),
        (86_399.0, "23 h"),
        (86_400.0, "1 d"),
        (1e300, "9999 d"),
    ],
)
def test_an_age_in_words_takes_six_columns_at_most(seconds: float, words: str) -> None:
    assert age_words(seconds) == words
    assert len(words) <= 6


def test_a_span_has_its_two_largest_units() -> None:
    assert [span_words(s) for s in (60.0, 3_600.0, 90_000.0, 1e6)] == [
        "1 min 0 s",
        "1 h 0 min",
        "1 d 1 h",
        "11 d 13 h",
    ]
