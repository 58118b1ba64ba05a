"""Values, units, times and ages in words for a person. Knows components, not trees, streams or terminals.

Everything that may hold a stranger's text comes out escaped, as one line. Programs read the JSON instead, where
nothing is rounded or renamed.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from igloo_hub.logs import escape
from igloo_hub.tree import EntitySnapshot
from igloo_wire import (
    BatteryLow,
    Boolean,
    CarbonDioxideAlarm,
    CarbonMonoxideAlarm,
    ChildLock,
    Cold,
    Component,
    Connected,
    GasAlarm,
    Heat,
    Integer,
    LightDetected,
    Motion,
    Moving,
    Muted,
    Obstruction,
    Occupancy,
    Open,
    Oscillating,
    PluggedIn,
    PowerPresent,
    Precision,
    Presence,
    PrivacyMode,
    Problem,
    Raining,
    Real,
    ReplaceNeeded,
    Running,
    Secret,
    Shuffle,
    Smoke,
    SoundDetected,
    Switch,
    Tamper,
    Text,
    Unit,
    UnitLabel,
    Unsafe,
    UpdateAvailable,
    Vibration,
    WaterLeak,
)

GENERIC = frozenset({Boolean, Integer, Real, Text})
"""What they are is said by their entity's name."""

BOOLEAN_WORDS: Mapping[type[Component], tuple[str, str]] = {
    Switch: ("off", "on"),
    Boolean: ("no", "yes"),
    Open: ("closed", "open"),
    Motion: ("no motion", "motion"),
    Occupancy: ("empty", "occupied"),
    Presence: ("away", "present"),
    Vibration: ("still", "vibrating"),
    Moving: ("at rest", "moving"),
    Smoke: ("no smoke", "smoke"),
    GasAlarm: ("no gas", "gas"),
    CarbonMonoxideAlarm: ("no CO", "CO"),
    CarbonDioxideAlarm: ("no CO₂ alarm", "CO₂ alarm"),
    WaterLeak: ("dry", "leak"),
    Raining: ("no rain", "rain"),
    Heat: ("no heat", "heat"),
    Cold: ("no frost", "cold"),
    LightDetected: ("dark", "light"),
    SoundDetected: ("silent", "sound"),
    Tamper: ("untouched", "tampered with"),
    Problem: ("no problem", "problem"),
    Unsafe: ("safe", "unsafe"),
    BatteryLow: ("battery good", "battery low"),
    PluggedIn: ("unplugged", "plugged in"),
    PowerPresent: ("no power", "power"),
    Running: ("not running", "running"),
    Obstruction: ("nothing in the way", "obstructed"),
    Connected: ("disconnected", "connected"),
    Oscillating: ("not oscillating", "oscillating"),
    ChildLock: ("child lock off", "child lock on"),
    ReplaceNeeded: ("no need to replace", "to be replaced"),
    Muted: ("not muted", "muted"),
    Shuffle: ("in order", "shuffled"),
    PrivacyMode: ("privacy off", "privacy on"),
    UpdateAvailable: ("up to date", "update available"),
}
"""False and true, in words that say of themselves what they are about. Others are "no" and "yes"."""

WHOLE_UNITS = {
    "PERCENT": "%",
    "PER_MILLE": "‰",
    "PERCENT_LEL": "% LEL",
    "PPM": "ppm",
    "PPB": "ppb",
    "PH": "pH",
    "PSI": "psi",
    "UV_INDEX": "UV index",
    "BEAUFORT": "Bft",
    "MILE_PER_HOUR": "mph",
    "REVOLUTION_PER_MINUTE": "rpm",
    "DECIBEL_A": "dB(A)",
    "DECIBEL_MILLIWATT": "dBm",
    "FLUID_OUNCE": "fl oz",
    "NAUTICAL_MILE": "nmi",
    "HUNDRED_CUBIC_FEET": "100 ft³",
    "THOUSAND_CUBIC_FEET": "1,000 ft³",
    "MILLIMETER_OF_MERCURY": "mmHg",
    "INCH_OF_MERCURY": "inHg",
    "INCH_OF_WATER": "inH₂O",
    "KILOWATT_HOUR_PER_100_KM": "kWh/100 km",
    "BTU_PER_HOUR_SQUARE_FOOT": "BTU/(h·ft²)",
}
"""Units whose sign doesn't follow from the parts of their name."""

UNIT_PARTS = {
    "AMPERE": "A",
    "BAR": "bar",
    "BECQUEREL": "Bq",
    "BIT": "bit",
    "BTU": "BTU",
    "BYTE": "B",
    "CALORIE": "cal",
    "CELSIUS": "°C",
    "CM": "cm",
    "DAY": "d",
    "DECIBEL": "dB",
    "DEGREE": "°",
    "FAHRENHEIT": "°F",
    "FOOT": "ft",
    "GALLON": "gal",
    "GRAM": "g",
    "HECTARE": "ha",
    "HERTZ": "Hz",
    "HOUR": "h",
    "INCH": "in",
    "JOULE": "J",
    "KELVIN": "K",
    "KM": "km",
    "KNOT": "kn",
    "LITER": "L",
    "LUX": "lx",
    "METER": "m",
    "MILE": "mi",
    "MINUTE": "min",
    "MOLE": "mol",
    "OUNCE": "oz",
    "PASCAL": "Pa",
    "POUND": "lb",
    "ROENTGEN": "R",
    "SECOND": "s",
    "SIEMENS": "S",
    "SIEVERT": "Sv",
    "STONE": "st",
    "VAR": "var",
    "VOLT": "V",
    "WATT": "W",
    "YARD": "yd",
}
UNIT_PREFIXES = {
    "MICRO": "µ",
    "MILLI": "m",
    "CENTI": "c",
    "DECI": "d",
    "HECTO": "h",
    "KILO": "k",
    "MEGA": "M",
    "GIGA": "G",
    "TERA": "T",
    "KIBI": "Ki",
    "MEBI": "Mi",
    "GIBI": "Gi",
    "TEBI": "Ti",
}
POWERS = {"SQUARE": "²", "CUBIC": "³"}

SCALED = frozenset({"B", "B/s", "bit", "bit/s"})
"""Units of numbers that are too long to read when brief."""

MILLISECONDS = "ms since 1970 UTC"
"""The unit in the vocabulary of what is a date and a time of day."""


def value_words(component: Component, entity: EntitySnapshot, *, brief: bool = False) -> str:
    """The value and its unit. Numbers in full; `brief` rounds them to what a person reads at a glance."""
    schema, plain = component.schema, component.to_plain()
    if isinstance(component, Text) and entity.get(Secret) is not None:
        return "(hidden)"
    match schema.kind:
        case "boolean":
            return BOOLEAN_WORDS.get(type(component), ("no", "yes"))[bool(plain)]
        case "enum":
            return variant_words(str(plain))
        case "colour":
            return "#" + "".join(f"{round(255 * channel):02x}" for channel in plain)
        case "event":
            return event_words(plain)
        case "list":
            return escape(", ".join(item if isinstance(item, str) else json.dumps(item) for item in plain))
        case "integer" | "real":
            return measure_words(component, plain, entity, brief=brief)
        case _:
            return escape(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def measure_words(component: Component, number: float, entity: EntitySnapshot, *, brief: bool) -> str:
    """A number with its unit; a fraction as percent, a point in time as date and time of day."""
    unit = unit_words(component, entity)
    if unit == MILLISECONDS:
        try:
            return f"{datetime.fromtimestamp(number / 1000):%Y-%m-%d %H:%M}"
        except (OverflowError, ValueError, OSError):  # no calendar reaches that far
            return f"{number:,} {unit}"
    if component.schema.unit == "fraction":
        number = round(number * 100, 4)
    if not brief:
        words = f"{number:,}" if isinstance(number, int) else number_words(number)
    elif unit in SCALED:
        return scaled_words(number, unit)
    elif unit == "s" and number >= 60:
        return span_words(number)
    else:
        precision = entity.get(Precision)
        words = brief_number(number, None if precision is None else precision.value)
    return f"{words} {unit}" if unit else words


def number_words(number: float) -> str:
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.0f}"


def brief_number(number: float, decimals: int | None) -> str:
    """A number with so many decimals; with as many as its size makes worth reading when nobody says."""
    if isinstance(number, int):
        return f"{number:,}"
    if decimals is not None:
        return f"{number:,.{min(decimals, 6)}f}"
    size = abs(number)
    if size < 1:
        return f"{number:.3g}"
    words = f"{number:,.{0 if size >= 1_000 else 1 if size >= 100 else 2}f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def scaled_words(number: float, unit: str) -> str:
    """25,276,063,744 and "B" as "25.3 GB"."""
    for prefix in ("", "k", "M", "G", "T"):
        if abs(number) < 999.5:
            return f"{number:.3g} {prefix}{unit}"
        number /= 1000
    return f"{number:,.0f} P{unit}"


def event_words(plain: Any) -> str:  # noqa: ANN401 - as to_plain gives it
    """What happened, and how often when that is more than once."""
    match plain:
        case {"kind": str(kind)}:
            words = variant_words(kind)
        case {"text": str(text)}:
            words = escape(text)
        case _:
            words = "happened"
    return f"{words} ×{plain['count']:,}" if plain["count"] > 1 else words


def variant_words(name: str) -> str:
    """HEAT_COOL as "heat cool"; what this version doesn't know stays "unknown:87"."""
    return escape(name.lower().replace("_", " "))


def kind_words(kind: type[Component]) -> str:
    """TargetTemperature as "target temperature"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.__name__).lower()


def unit_words(component: Component, entity: EntitySnapshot) -> str:
    """The unit's sign, "" for none. Fractions are told in percent."""
    if not isinstance(component, Real | Integer):
        return "%" if component.schema.unit == "fraction" else component.schema.unit or ""
    if isinstance(unit := entity.get(Unit), Unit):
        return unit_sign(unit.name)
    label = entity.get(UnitLabel)
    return escape(label.value) if isinstance(label, UnitLabel) else ""


def unit_sign(name: str) -> str:
    """The sign of a variant of Unit: CUBIC_METER_PER_HOUR as "m³/h". An unknown one's own name in small letters."""
    if name in WHOLE_UNITS:
        return WHOLE_UNITS[name]
    return "/".join(map(_product_sign, name.split("_PER_")))


def _product_sign(name: str) -> str:
    signs, power = "", ""
    for part in name.split("_"):
        if part in POWERS:
            power = POWERS[part]
        elif (sign := _part_sign(part)) is None:
            return name.lower().replace("_", " ")
        else:
            signs, power = signs + sign + power, ""
    return signs


def _part_sign(part: str) -> str | None:
    if part in UNIT_PARTS:
        return UNIT_PARTS[part]
    for prefix, sign in UNIT_PREFIXES.items():
        base = part.removeprefix(prefix)
        if base != part and base in UNIT_PARTS:
            return sign + UNIT_PARTS[base]
    return None


STILL_NOW = 10.0
"""Seconds for which a value is "now": what comes every few seconds would else never rest on a screen."""


def age_words(seconds: float) -> str:
    """How long ago: "now", "12 s", "3 min", "2 h", "5 d". At most six characters in the first ten thousand days."""
    if seconds < STILL_NOW:
        return "now"
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds < 59.5 else "59 s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h"
    return f"{min(seconds // 86_400, 9999):.0f} d"


def span_words(seconds: float) -> str:
    """A span of time in its two largest units: "3 h 9 min"."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if days:
        return f"{days:,} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {int(seconds) % 60} s"
