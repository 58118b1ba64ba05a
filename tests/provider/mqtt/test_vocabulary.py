"""Every device class and every unit, against tables that were written from the vocabulary and not from the code."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest

import igloo_wire as wire
from igloo_providers.mqtt.units import conversion, quantity_of_unit, spellings, unit_component, unit_of
from igloo_wire import COMPONENTS, Component, Quantity, Unit
from tests.provider.mqtt.corpus import DATA
from tests.provider.mqtt.mapping import fact, mapped, said, sent, unknown

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((DATA / "vocabulary.toml").read_text(encoding="utf-8"))


def rows(name: str) -> list[tuple[str, str]]:
    assert EXPECTED[name]
    return list(EXPECTED[name].items())


def component(text: str) -> Component:
    """Of `OpeningKind.DOOR`."""
    kind, _, variant = text.partition(".")
    found: Component = getattr(COMPONENTS[kind], variant)
    return found


def own_unit(kind: type[Component]) -> str:
    return kind.schema.unit or ""


def test_the_tables_have_all_classes() -> None:
    """As Home Assistant has them, 2026.2."""
    sizes = {name: len(EXPECTED[name]) for name in ("sensor", "sensor_as_real", "binary_sensor", "number")}
    assert sizes == {"sensor": 41, "sensor_as_real": 19, "binary_sensor": 28, "number": 57}
    assert EXPECTED["number"].keys() == (EXPECTED["sensor"].keys() | EXPECTED["sensor_as_real"].keys()) - {
        "date",
        "enum",
        "timestamp",
    }


@pytest.mark.parametrize(("device_class", "expected"), rows("sensor"))
def test_a_sensor_of_a_class_has_its_component(device_class: str, expected: str) -> None:
    kind, *facts = (COMPONENTS[name] for name in expected.split())
    sensor = mapped(
        "sensor",
        state_topic="s",
        device_class=device_class,
        unit_of_measurement=own_unit(kind),
        options=["a"] if facts else None,
    )
    assert unknown(sensor) == {kind}
    assert all(fact(sensor, each) for each in facts)


@pytest.mark.parametrize(("device_class", "expected"), rows("sensor_as_real"))
def test_a_sensor_of_another_class_says_what_it_measures(device_class: str, expected: str) -> None:
    sensor = mapped("sensor", state_topic="s", device_class=device_class)
    assert unknown(sensor) == {wire.Real}
    assert fact(sensor, Quantity) == getattr(Quantity, expected)


@pytest.mark.parametrize(("device_class", "expected"), rows("binary_sensor"))
def test_a_binary_sensor_of_a_class_says_what_is_true(device_class: str, expected: str) -> None:
    first, *opening = expected.split()
    sensor = mapped("binary_sensor", state_topic="s", device_class=device_class)
    kinds = unknown(sensor)
    assert {kind.__name__ for kind in kinds} == {first.partition(".")[0]}
    if "." in first:
        assert said(sensor, "s", "ON") == {component(first)}
    else:
        (on,), (off,) = said(sensor, "s", "ON"), said(sensor, "s", "OFF")
        assert (on.to_plain(), off.to_plain()) == (True, False)
    assert fact(sensor, wire.OpeningKind) == (component(opening[0]) if opening else None)


@pytest.mark.parametrize(("device_class", "expected"), rows("number"))
def test_a_number_of_a_class_says_what_it_sets(device_class: str, expected: str) -> None:
    number = mapped("number", command_topic="c", device_class=device_class)
    assert unknown(number) == {wire.Real}
    assert fact(number, Quantity) == getattr(Quantity, expected)


@pytest.mark.parametrize(("device_class", "expected"), rows("cover"))
def test_a_cover_of_a_class_is_an_opening(device_class: str, expected: str) -> None:
    assert fact(mapped("cover", command_topic="c", device_class=device_class), wire.OpeningKind) == component(
        expected
    )


@pytest.mark.parametrize(("device_class", "expected"), rows("button"))
def test_a_button_of_a_class_is_a_command(device_class: str, expected: str) -> None:
    button = mapped("button", command_topic="c", device_class=device_class)
    command = component(expected)
    assert fact(button, wire.Commands) == wire.Commands([command])  # type: ignore[list-item]
    assert sent(button, command) == [("c", "PRESS")]


@pytest.mark.parametrize(("device_class", "expected"), rows("switch"))
def test_a_switch_of_a_class(device_class: str, expected: str) -> None:
    switch = mapped("switch", command_topic="c", device_class=device_class)
    kinds = {type(component).__name__ for component in switch.components} | {"Switch"}
    assert (expected in kinds, "Outlet" in kinds) == (True, expected == "Outlet")


# ── units ──

CONVERTED = [
    (kind, unit, given, expected)
    for kind, units in EXPECTED["converted"].items()
    for unit, (given, expected) in units.items()
]


@pytest.mark.parametrize(("kind", "unit", "given", "expected"), CONVERTED)
def test_a_value_is_converted(kind: str, unit: str, given: float, expected: float) -> None:
    change = conversion(COMPONENTS[kind], unit)
    assert change is not None
    assert math.isclose(change(given), expected, rel_tol=1e-6)


@pytest.mark.parametrize(("unit", "expected"), rows("shown"))
def test_a_unit_is_shown(unit: str, expected: str) -> None:
    assert unit_component(unit) == getattr(Unit, expected)


@pytest.mark.parametrize(("unit", "expected"), rows("quantity_of_unit"))
def test_a_unit_says_what_is_measured(unit: str, expected: str) -> None:
    assert quantity_of_unit(unit) == getattr(Quantity, expected)


def test_no_unit_is_forgotten() -> None:
    """Each is converted at least once, or shown."""
    tried = {unit_of("week" if unit == "w" else unit) for _, unit, _, _ in CONVERTED}
    tried |= {unit_of(unit) for unit, _ in rows("shown")}
    assert {spelling for spelling, fact in spellings().items() if fact not in tried} == set()
