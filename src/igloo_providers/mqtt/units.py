"""Units: how devices spell them, which Unit that is, and how a value becomes the unit of a component.

Knows no platform. Everything follows from one table: within a dimension, a value in one unit is
`(value + offset) * scale` in the dimension's base unit. Scales are exact fractions, so that 3012 mV is 3.012 V.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial
from math import lcm
from typing import Final, NamedTuple

from igloo_wire import (
    CarbonMonoxide,
    Component,
    Duration,
    NitrogenDioxide,
    Ozone,
    Quantity,
    SulfurDioxide,
    Unit,
    UnitLabel,
)

__all__ = ["Convert", "conversion", "quantity_of_unit", "unit_component", "unit_of"]

Convert = Callable[[float], float]


class UnitFact(NamedTuple):
    """unit: None where the vocabulary has no such Unit, though its values can be converted."""

    unit: Unit | None
    dimension: str
    scale: Fraction
    offset: Fraction


TABLE: Final = """
ratio
    PERCENT 1/100 | % percent pct
    PER_MILLE 1/1000 | ‰
    - 1 | fraction portion
    - 1/255 | lqi LQI
temperature
    KELVIN 1 | K kelvin
    CELSIUS 1 +273.15 | °C ºC ℃ C celsius degC deg_C
    FAHRENHEIT 5/9 +459.67 | °F ºF ℉ F fahrenheit degF
time
    MICROSECOND 1/1000000 | µs us
    MILLISECOND 1/1000 | ms msec millisecond milliseconds
    SECOND 1 | s S sec sec. second seconds secs
    MINUTE 60 | min min. minute minutes mins
    HOUR 3600 | h Hr hrs hour hours
    DAY 86400 | d day days
    WEEK 604800 | week weeks
    MONTH 2629800 | m. month months mo
    YEAR 31557600 | y year years
length
    MICROMETER 1/1000000 | µm um
    MILLIMETER 1/1000 | mm millimeter millimeters
    CENTIMETER 1/100 | cm centimeter centimeters
    METER 1 | m meter meters metre metres
    KILOMETER 1000 | km kilometer kilometers
    INCH 0.0254 | in inch inches "
    FOOT 0.3048 | ft foot feet
    YARD 0.9144 | yd yard yards
    MILE 1609.344 | mi mile miles
    NAUTICAL_MILE 1852 | nmi nautical_miles
volume
    MILLILITER 1/1000000 | mL ml
    LITER 1/1000 | L l liter liters litre litres
    CUBIC_METER 1 | m³ cubic_meters
    CUBIC_FOOT 0.028316846592 | ft³ CF cubic_feet
    HUNDRED_CUBIC_FEET 2.8316846592 | CCF
    THOUSAND_CUBIC_FEET 28.316846592 | MCF
    GALLON 0.003785411784 | gal gallon gallons
    FLUID_OUNCE 0.0000295735295625 | fl.oz. fl_oz
flow
    MILLILITER_PER_SECOND 1/1000000 | mL/s
    LITER_PER_SECOND 1/1000 | L/s
    LITER_PER_MINUTE 1/60000 | L/min LPM
    LITER_PER_HOUR 1/3600000 | L/h
    CUBIC_METER_PER_SECOND 1 | m³/s
    CUBIC_METER_PER_MINUTE 1/60 | m³/min
    CUBIC_METER_PER_HOUR 1/3600 | m³/h
    CUBIC_FOOT_PER_MINUTE 0.0004719474432 | ft³/min ft³/m CFM
    GALLON_PER_MINUTE 0.0000630901964 | gal/min GPM
    GALLON_PER_HOUR 0.000001051503273333 | gal/h
    GALLON_PER_DAY 0.00000004381263638889 | gal/d
mass
    MICROGRAM 1/1000000000 | µg ug
    MILLIGRAM 1/1000000 | mg
    GRAM 1/1000 | g gram grams
    KILOGRAM 1 | kg kilogram kilograms
    OUNCE 0.028349523125 | oz
    POUND 0.45359237 | lb lbs pound pounds
    STONE 6.35029318 | st
speed
    MILLIMETER_PER_SECOND 1/1000 | mm/s
    METER_PER_SECOND 1 | m/s
    METER_PER_MINUTE 1/60 | m/min
    KILOMETER_PER_HOUR 1/3.6 | km/h kmh kph
    INCH_PER_SECOND 0.0254 | in/s
    FOOT_PER_SECOND 0.3048 | ft/s
    MILE_PER_HOUR 0.44704 | mph mi/h
    KNOT 1852/3600 | kn kt knot knots
wind
    BEAUFORT | Beaufort bft
angle
    DEGREE 1 | ° º deg degree degrees
pressure
    MILLIPASCAL 1/1000 | mPa
    PASCAL 1 | Pa
    HECTOPASCAL 100 | hPa
    KILOPASCAL 1000 | kPa
    MILLIBAR 100 | mbar
    CENTIBAR 1000 | cbar
    BAR 100000 | bar
    MILLIMETER_OF_MERCURY 133.322387415 | mmHg
    INCH_OF_MERCURY 3386.389 | inHg
    INCH_OF_WATER 249.08891 | inH₂O inH2O
    PSI 6894.757293168 | psi
power
    MILLIWATT 1/1000 | mW
    WATT 1 | W Watt watts
    KILOWATT 1000 | kW
    MEGAWATT 1000000 | MW
    GIGAWATT 1000000000 | GW
    TERAWATT 1000000000000 | TW
    BTU_PER_HOUR 0.29307107017222 | BTU/h btu/hr
apparent
    MILLIVOLT_AMPERE 1/1000 | mVA
    VOLT_AMPERE 1 | VA
    KILOVOLT_AMPERE 1000 | kVA
reactive
    MILLIVAR 1/1000 | mvar
    VAR 1 | var VAR VAr
    KILOVAR 1000 | kvar kVAr
energy
    JOULE 1 | J
    KILOJOULE 1000 | kJ
    MEGAJOULE 1000000 | MJ
    GIGAJOULE 1000000000 | GJ
    MILLIWATT_HOUR 3.6 | mWh
    WATT_HOUR 3600 | Wh
    KILOWATT_HOUR 3600000 | kWh
    MEGAWATT_HOUR 3600000000 | MWh
    GIGAWATT_HOUR 3600000000000 | GWh
    TERAWATT_HOUR 3600000000000000 | TWh
    CALORIE 4.184 | cal
    KILOCALORIE 4184 | kcal
    MEGACALORIE 4184000 | Mcal
    GIGACALORIE 4184000000 | Gcal
voltage
    MICROVOLT 1/1000000 | µV uV
    MILLIVOLT 1/1000 | mV
    VOLT 1 | V volt volts
    KILOVOLT 1000 | kV
    MEGAVOLT 1000000 | MV
current
    MILLIAMPERE 1/1000 | mA
    AMPERE 1 | A amp amps ampere
frequency
    HERTZ 1 | Hz
    KILOHERTZ 1000 | kHz
    MEGAHERTZ 1000000 | MHz
    GIGAHERTZ 1000000000 | GHz
illuminance
    LUX 1 | lx lux
mass_per_volume
    GRAM_PER_CUBIC_METER 1 | g/m³
    MILLIGRAM_PER_CUBIC_METER 1/1000 | mg/m³
    MICROGRAM_PER_CUBIC_METER 1/1000000 | µg/m³ ug/m³
    MICROGRAM_PER_CUBIC_FOOT 0.0000353146667215 | µg/ft³
parts
    PPM 1 | ppm
    PPB 1/1000 | ppb
sound
    DECIBEL 1 | dB
    DECIBEL_A 1 | dBA dB(A)
signal
    DECIBEL_MILLIWATT 1 | dBm
index
    - 1 | index AQI
shown
    SQUARE_MILLIMETER | mm²
    SQUARE_CENTIMETER | cm²
    SQUARE_METER | m² sqm
    SQUARE_KILOMETER | km²
    SQUARE_INCH | in²
    SQUARE_FOOT | ft² sqft
    SQUARE_YARD | yd²
    SQUARE_MILE | mi²
    ACRE | ac acre acres
    HECTARE | ha
    MILLIMETER_PER_HOUR | mm/h
    MILLIMETER_PER_DAY | mm/d
    INCH_PER_HOUR | in/h
    INCH_PER_DAY | in/d
    REVOLUTION_PER_MINUTE | rpm rev/min
    VAR_HOUR | varh VArh
    KILOVAR_HOUR | kvarh kVArh
    KILOWATT_HOUR_PER_100_KM | kWh/100km
    WATT_HOUR_PER_KM | Wh/km
    MILE_PER_KILOWATT_HOUR | mi/kWh
    KILOMETER_PER_KILOWATT_HOUR | km/kWh
    SIEMENS_PER_CM | S/cm
    MILLISIEMENS_PER_CM | mS/cm
    MICROSIEMENS_PER_CM | µS/cm uS/cm
    WATT_PER_SQUARE_METER | W/m²
    BTU_PER_HOUR_SQUARE_FOOT | BTU/(h⋅ft²) BTU/(h·ft²)
    UV_INDEX | UV_index
    PARTICLES_PER_CUBIC_METER | p/m³ #/m³
    PARTICLES_PER_CUBIC_CENTIMETER | p/cm³ #/cm³
    MILLIGRAM_PER_DECILITER | mg/dL
    MILLIMOLE_PER_LITER | mmol/L
    BECQUEREL_PER_CUBIC_METER | Bq/m³
    MICROROENTGEN_PER_HOUR | µR/h uR/h
    MICROSIEVERT_PER_HOUR | µSv/h uSv/h
    PH | pH
    DECIBEL_PER_METER | dB/m
    BREATH_PER_MINUTE | breaths/min br/min brpm
    BEAT_PER_MINUTE | bpm beats/min
    PERCENT_LEL | %LEL
    BIT | bit
    KILOBIT | kbit
    MEGABIT | Mbit
    GIGABIT | Gbit
    BYTE | B byte bytes
    KILOBYTE | kB KB
    MEGABYTE | MB
    GIGABYTE | GB
    TERABYTE | TB
    KIBIBYTE | KiB
    MEBIBYTE | MiB
    GIBIBYTE | GiB
    TEBIBYTE | TiB
    BIT_PER_SECOND | bit/s bps
    KILOBIT_PER_SECOND | kbit/s kbps
    MEGABIT_PER_SECOND | Mbit/s Mbps
    GIGABIT_PER_SECOND | Gbit/s Gbps
    BYTE_PER_SECOND | B/s
    KILOBYTE_PER_SECOND | kB/s
    MEGABYTE_PER_SECOND | MB/s
    GIGABYTE_PER_SECOND | GB/s
    KIBIBYTE_PER_SECOND | KiB/s
    MEBIBYTE_PER_SECOND | MiB/s
    GIBIBYTE_PER_SECOND | GiB/s
"""
"""Dimension; then Unit, scale, offset, and after the bar its spellings, `_` for a blank. The first is the usual one.

Units that no component counts in are only shown, and have no scale.

Mass, volume and so on are in SI; energy per unit of gas or water is what the owner's meter says, and is not converted.
"""

QUANTITIES: Final[Mapping[str, Quantity]] = {
    "VOC Index points": Quantity.VOC_INDEX,
    "VOC index points": Quantity.VOC_INDEX,
    "NOx Index points": Quantity.NOX_INDEX,
    "UV index": Quantity.UV_INDEX,
    "rpm": Quantity.ROTATION_SPEED,
    "breaths/min": Quantity.BREATH_RATE,
    "bpm": Quantity.HEART_RATE,
    "ppm": Quantity.CONCENTRATION,
    "ppb": Quantity.CONCENTRATION,
    "#/cm³": Quantity.PARTICLE_COUNT,
    "μR/h": Quantity.RADIATION,
    "dB/m": Quantity.ATTENUATION,
    "%LEL": Quantity.GAS_LEVEL,
}
"""Units that say what is measured, for entities without a class."""

MOLAR: Final[Mapping[type[Component], Fraction]] = {
    NitrogenDioxide: Fraction("46.006"),
    Ozone: Fraction("47.998"),
    SulfurDioxide: Fraction("64.066"),
    CarbonMonoxide: Fraction("28.01"),
}
"""g/mol, to make masses of gas from parts of air and back."""
MOLAR_VOLUME: Final = Fraction("24.055")
"""Litres of a mole at 20 °C and 1013.25 hPa."""

NOT_LOWERED: Final = frozenset({"m."})
"""Spellings that are not taken in another case."""


def parse_fraction(text: str) -> Fraction:
    over, _, under = text.partition("/")
    return Fraction(over) / Fraction(under or "1")


@cache
def spellings() -> Mapping[str, UnitFact]:
    found: dict[str, UnitFact] = {}
    dimension = ""
    for line in TABLE.strip().splitlines():
        if not line.startswith(" "):
            dimension = line
            continue
        facts, _, names = line.partition(" | ")
        name, *numbers = facts.split()
        scale, offset = [*numbers, *("1", "0")[len(numbers) :]]
        unit = None if name == "-" else getattr(Unit, name)
        fact = UnitFact(unit, dimension, parse_fraction(scale), Fraction(offset))
        for spelling in names.split():
            found.setdefault(spelling.replace("_", " "), fact)
    return found


@cache
def lowered() -> Mapping[str, UnitFact]:
    """Spellings in small letters, where only one unit has them: not mw, which may be milli or mega."""
    found: dict[str, UnitFact | None] = {}
    for spelling, fact in spellings().items():
        if spelling not in NOT_LOWERED:
            key = spelling.lower()
            found[key] = fact if found.get(key, fact) == fact else None
    return {key: fact for key, fact in found.items() if fact is not None}


SAME_SIGN: Final = str.maketrans({"μ": "µ", "\N{MICRO SIGN}": "µ"})


def unit_of(text: str) -> UnitFact | None:
    """What a unit of measurement means, however it is spelled; None: not a unit that is known here."""
    text = text.strip().translate(SAME_SIGN)
    exact = spellings().get(text) or spellings().get(text.replace("^", "").translate(SUPERSCRIPTS))
    return exact or lowered().get(text.lower())


SUPERSCRIPTS: Final = str.maketrans({"3": "³", "2": "²"})


def unit_component(text: str) -> Unit | UnitLabel | None:
    """For Real: the Unit, or its name where Unit has none; None for a text that says nothing."""
    fact = unit_of(text)
    if fact is not None and fact.unit is not None:
        return fact.unit
    text = "".join(char for char in text.strip() if char.isprintable())[:64]
    return UnitLabel(text) if text and text != "*" else None


def quantity_of_unit(text: str) -> Quantity | None:
    return QUANTITIES.get(text)


def conversion(kind: type[Component], text: str) -> Convert | None:
    """From this unit to the component's own. None: the unit is none that this component could be measured in.

    No unit at all is taken to be the component's own.
    """
    own = kind.schema.unit or "index"
    if not text.strip():
        return keep
    if text.strip() == own:
        return keep
    # "w" is a week where time is measured; elsewhere people write it for a watt.
    given, target = unit_of("week" if kind is Duration and text.strip() == "w" else text), unit_of(own)
    if given is None or target is None:
        return None
    if given.dimension == target.dimension:
        return linear(given, target)
    return special(kind, given, target)


def special(kind: type[Component], given: UnitFact, target: UnitFact) -> Convert | None:
    dimensions = (given.dimension, target.dimension)
    if dimensions == ("wind", "speed"):
        return from_beaufort
    if dimensions in (("sound", "signal"), ("signal", "sound")):
        return keep  # dB is taken as what the component counts in
    if kind in MOLAR:
        # At MOLAR_VOLUME, 1 ppm of a gas is M/V mg/m³, and mass_per_volume counts in g/m³.
        per_ppm = MOLAR[kind] / MOLAR_VOLUME / 1000
        if dimensions == ("parts", "mass_per_volume"):
            return scaled(given.scale * per_ppm / target.scale, Fraction(0))
        if dimensions == ("mass_per_volume", "parts"):
            return scaled(given.scale / per_ppm / target.scale, Fraction(0))
    return None


def linear(given: UnitFact, target: UnitFact) -> Convert:
    # (x + offset) * scale = (y + target offset) * target scale
    factor = given.scale / target.scale
    return scaled(factor, given.offset * factor - target.offset)


def scaled(factor: Fraction, shift: Fraction) -> Convert:
    if factor == 1 and shift == 0:
        return keep
    # One division at the end keeps values as round as they were: 3012 / 1000, (70 * 5 - 160) / 9.
    under = lcm(factor.denominator, shift.denominator)
    return shared_scaling(float(factor * under), float(shift * under), float(under))


@cache
def shared_scaling(over: float, shift: float, under: float) -> Convert:
    return partial(scale, over, shift, under)


def scale(over: float, shift: float, under: float, value: float) -> float:
    return (value * over + shift) / under


def keep(value: float) -> float:
    return value


def from_beaufort(value: float) -> float:
    """m/s, by the formula of the WMO."""
    return float(0.836 * max(value, 0.0) ** 1.5)
