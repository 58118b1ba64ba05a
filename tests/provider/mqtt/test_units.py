"""Units: spellings, conversions, and that every unit of a class has one or the other."""

from __future__ import annotations

import pytest

import igloo_wire as wire
from igloo_providers.mqtt import units
from igloo_providers.mqtt.classes import (
    DETECTED,
    INCREASING,
    MEASURED,
    NOT_MEASURED,
    QUANTITY,
    default_accumulation,
)
from igloo_providers.mqtt.units import conversion, quantity_of_unit, unit_component, unit_of
from igloo_wire import Accumulation, Component, Unit, UnitLabel

# ── the classes of Home Assistant 2026.2, with the units that each may have ──

CLASS_UNITS: dict[str, str] = {
    "absolute_humidity": "g/m³ mg/m³",
    "apparent_power": "mVA VA kVA",
    "aqi": "",
    "area": "m² cm² km² mm² in² ft² yd² mi² ac ha",
    "atmospheric_pressure": "cbar bar hPa mmHg inHg inH₂O kPa mbar mPa Pa psi",
    "battery": "%",
    "blood_glucose_concentration": "mg/dL mmol/L",
    "carbon_dioxide": "ppm",
    "carbon_monoxide": "ppb ppm mg/m³ µg/m³",
    "conductivity": "S/cm mS/cm µS/cm",
    "current": "A mA",
    "data_rate": "bit/s kbit/s Mbit/s Gbit/s B/s kB/s MB/s GB/s KiB/s MiB/s GiB/s",
    "data_size": "bit kbit Mbit Gbit B kB MB GB TB KiB MiB GiB TiB",
    "distance": "km m cm mm mi nmi yd in ft",
    "duration": "d h min s ms µs w",
    "energy": "J kJ MJ GJ mWh Wh kWh MWh GWh TWh cal kcal Mcal Gcal",
    "energy_distance": "kWh/100km Wh/km mi/kWh km/kWh",
    "energy_storage": "J kJ MJ GJ mWh Wh kWh MWh GWh TWh cal kcal Mcal Gcal",
    "frequency": "Hz kHz MHz GHz",
    "gas": "L m³ ft³ CCF MCF",
    "humidity": "%",
    "illuminance": "lx",
    "irradiance": "W/m² BTU/(h⋅ft²)",
    "moisture": "%",
    "monetary": "",
    "nitrogen_dioxide": "ppb ppm µg/m³",
    "nitrogen_monoxide": "ppb µg/m³",
    "nitrous_oxide": "µg/m³",
    "ozone": "ppb ppm µg/m³",
    "ph": "",
    "pm1": "µg/m³",
    "pm10": "µg/m³",
    "pm25": "µg/m³",
    "pm4": "µg/m³",
    "power": "mW W kW MW GW TW BTU/h",
    "power_factor": "%",
    "precipitation": "cm in mm",
    "precipitation_intensity": "in/d in/h mm/d mm/h",
    "pressure": "cbar bar hPa mmHg inHg inH₂O kPa mbar mPa Pa psi",
    "reactive_energy": "varh kvarh",
    "reactive_power": "mvar var kvar",
    "signal_strength": "dB dBm",
    "sound_pressure": "dB dBA",
    "speed": "ft/s in/d in/h in/s km/h kn m/s mph mm/d mm/s m/min",
    "sulphur_dioxide": "ppb µg/m³",
    "temperature": "°C °F K",
    "temperature_delta": "°C °F K",
    "volatile_organic_compounds": "mg/m³ µg/m³",
    "volatile_organic_compounds_parts": "ppm ppb",
    "voltage": "V mV µV kV MV",
    "volume": "L mL gal fl.oz. m³ ft³ CCF MCF",
    "volume_flow_rate": "m³/h m³/min m³/s ft³/min L/h L/min L/s gal/d gal/h gal/min mL/s",
    "volume_storage": "L mL gal fl.oz. m³ ft³ CCF MCF",
    "water": "L gal m³ ft³ CCF MCF",
    "weight": "kg g mg µg oz lb st",
    "wind_direction": "°",
    "wind_speed": "Beaufort ft/s km/h kn m/s mph",
}


def test_every_class_has_its_place() -> None:
    assert set(CLASS_UNITS) == set(QUANTITY)
    assert set(MEASURED) < set(QUANTITY)
    assert len(MEASURED) + len(NOT_MEASURED) == 41
    assert len(set(QUANTITY) - set(MEASURED)) == 19
    assert len(QUANTITY) == 57
    assert len(DETECTED) + 2 == 28


@pytest.mark.parametrize("device_class", sorted(CLASS_UNITS))
def test_every_unit_of_a_class_is_converted_or_shown(device_class: str) -> None:
    kind = MEASURED.get(device_class)
    for unit in CLASS_UNITS[device_class].split():
        if kind is None:
            assert isinstance(unit_component(unit), Unit), unit
        else:
            change = conversion(kind, unit)
            assert change is not None, unit
            value = kind(change(1.0))  # type: ignore[call-arg]
            assert type(value) is kind


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (wire.Temperature, "%"),
        (wire.Battery, "V"),
        (wire.Energy, "W"),
        (wire.Power, "kWh"),
        (wire.CarbonDioxide, "µg/m³"),
        (wire.Pm25, "ppm"),
        (wire.WaterVolume, "kWh"),
        (wire.Temperature, "furlongs"),
    ],
)
def test_what_can_not_be_converted_is_not(kind: type[Component], unit: str) -> None:
    assert conversion(kind, unit) is None


def test_without_a_unit_it_is_the_component_s_own() -> None:
    for kind in (wire.PowerFactor, wire.Battery, wire.Temperature, wire.AirQualityIndex):
        assert conversion(kind, "") is units.keep


def test_values_stay_round() -> None:
    change = conversion(wire.Voltage, "mV")
    assert change is not None
    assert [change(mv) for mv in (2985, 3012, 3105)] == [2.985, 3.012, 3.105]
    fahrenheit = conversion(wire.Temperature, "°F")
    assert fahrenheit is not None
    assert [fahrenheit(f) for f in (32, 50, 68, 71.6)] == [0, 10, 20, 22]


SPELLED = [
    ("sec", Unit.SECOND),
    ("sec.", Unit.SECOND),
    ("Seconds", Unit.SECOND),
    ("Hr", Unit.HOUR),
    ("Hours", Unit.HOUR),
    ("min.", Unit.MINUTE),
    ("Day", Unit.DAY),
    ("ºC", Unit.CELSIUS),
    ("℃", Unit.CELSIUS),
    ("C", Unit.CELSIUS),
    ("°c", Unit.CELSIUS),
    ("w", Unit.WATT),
    ("WATTS", Unit.WATT),
    ("kwh", Unit.KILOWATT_HOUR),
    ("KWH", Unit.KILOWATT_HOUR),
    ("VAr", Unit.VAR),
    ("kVArh", Unit.KILOVAR_HOUR),
    ("lux", Unit.LUX),
    ("meters", Unit.METER),
    ("Volt", Unit.VOLT),
    ("dBA", Unit.DECIBEL_A),
    ("dB(A)", Unit.DECIBEL_A),
    ("μg/m³", Unit.MICROGRAM_PER_CUBIC_METER),  # GREEK SMALL LETTER MU
    ("µg/m³", Unit.MICROGRAM_PER_CUBIC_METER),  # MICRO SIGN
    ("ug/m3", Unit.MICROGRAM_PER_CUBIC_METER),
    ("m3", Unit.CUBIC_METER),
    ("m^3", Unit.CUBIC_METER),
    ("μS/cm", Unit.MICROSIEMENS_PER_CM),
    (" % ", Unit.PERCENT),
    ("mW", Unit.MILLIWATT),
    ("MW", Unit.MEGAWATT),
    ("m", Unit.METER),
    ("MB", Unit.MEGABYTE),
    ("Mbit", Unit.MEGABIT),
]


@pytest.mark.parametrize(("text", "unit"), SPELLED)
def test_units_are_recognised_however_they_are_spelled(text: str, unit: Unit) -> None:
    assert unit_component(text) == unit


@pytest.mark.parametrize("text", ["mw", "mpa", "mv ", "gb/S"])
def test_where_small_letters_leave_two_units_neither_is_guessed(text: str) -> None:
    found = unit_component(text)
    lowered = {one for one in units.spellings() if one.lower() == text.strip().lower()}
    assert isinstance(found, UnitLabel) or len({units.spellings()[one] for one in lowered}) == 1


def test_other_units_are_labels() -> None:
    assert unit_component("VOC Index points") == UnitLabel("VOC Index points")
    assert unit_component("EUR/kWh") == UnitLabel("EUR/kWh")
    assert unit_component("10 ms") == UnitLabel("10 ms")
    assert unit_component("x" * 999) == UnitLabel("x" * 64)
    assert unit_component("a\nb") == UnitLabel("ab")
    assert unit_component("*") is None
    assert unit_component("") is None


def test_every_unit_of_the_vocabulary_has_a_spelling_that_leads_back_to_it() -> None:
    for spelling, fact in units.spellings().items():
        assert unit_of(spelling) == fact
    named = {fact.unit for fact in units.spellings().values()}
    assert named - {None} == {getattr(Unit, name) for name in dir(Unit) if name.isupper()}


def test_the_unit_of_every_component_is_known() -> None:
    for kind in wire.COMPONENTS.values():
        if kind.schema.kind == "real" and kind.schema.unit:
            assert unit_of(kind.schema.unit) is not None, kind.schema.name


def test_a_unit_that_many_things_are_measured_in_says_nothing() -> None:
    assert quantity_of_unit("°C") is None


def test_what_grows_is_known_without_being_said() -> None:
    assert {
        kind for kind in MEASURED.values() if default_accumulation(kind) == Accumulation.TOTAL_INCREASING
    } == INCREASING
    assert default_accumulation(wire.WindDirection) == Accumulation.ANGLE
    assert default_accumulation(wire.Temperature) == Accumulation.MEASUREMENT
    assert default_accumulation(wire.Real) is None
