"""The platform `sensor`: one reading, with a component by its class, as a number with unit and quantity, or as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Final

from igloo_providers.mqtt.classes import (
    MEASURED,
    NOT_MEASURED,
    QUANTITY,
    STATE_CLASSES,
    default_accumulation,
)
from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Reading,
    assemble,
    reading,
    shorten,
    to_number,
)
from igloo_providers.mqtt.units import (
    Convert,
    conversion,
    keep,
    quantity_of_unit,
    unit_component,
)
from igloo_wire import (
    Component,
    Date,
    InvalidValue,
    LastReset,
    LinkQuality,
    Precision,
    Real,
    Sensor,
    Text,
    TextOptions,
    Timestamp,
    Unit,
    UnitLabel,
)

MAX_PRECISION: Final = 15


def map_sensor(config: Config) -> Mapped:
    topic = config.needed_topic("state_topic")
    template = config.template("value_template")
    device_class = config.device_class(MEASURED.keys() | QUANTITY.keys() | NOT_MEASURED)
    words: tuple[str, ...] = ()
    facts: list[Component] = []
    convert: Callable[[str], Component | None]
    if is_text(config, device_class):
        kind: type[Component] = Text
        options = options_of(config)
        if options is not None:
            words = options.value
            facts.append(options)
        convert = partial(to_text, words)
    elif device_class == "timestamp":
        kind, convert = Timestamp, to_timestamp
    elif device_class == "date":
        kind, convert = Date, to_date
    else:
        kind, change = measured(config, device_class, facts)
        convert = partial(to_real, kind, change)
        facts += number_facts(config, kind)
    readings: list[tuple[str, Reading]] = [(topic, reading(kind, template, convert, words))]
    unknown = [kind]
    if config.has("last_reset_value_template"):
        when = config.template("last_reset_value_template")
        readings.append((topic, reading(LastReset, when, to_last_reset)))
        unknown.append(LastReset)
    return Mapped(
        assemble(config, Sensor(), *facts, unknown=unknown),
        readings,
        expire_after=expiry(config),
    )


def is_text(config: Config, device_class: str) -> bool:
    """Without class, unit and state_class it is a text, whatever the values look like: never guessed from a value."""
    if device_class:
        return device_class == "enum"
    return config.object_id != "linkquality" and not (
        config.text("unit_of_measurement", "").strip() or config.has("state_class")
    )


def measured(config: Config, device_class: str, facts: list[Component]) -> tuple[type[Component], Convert]:
    """The component of a number and the way to its unit. A Real gets its unit and quantity among the facts."""
    unit = config.text("unit_of_measurement", "").strip()
    kind = MEASURED.get(device_class)
    if config.object_id == "linkquality" and not device_class and unit.lower() in ("lqi", ""):
        kind, unit = LinkQuality, "lqi"
    if kind is not None:
        change = conversion(kind, unit)
        if change is not None:
            return kind, change
    facts += real_facts(unit, device_class)
    return Real, keep


def real_facts(unit: str, device_class: str) -> list[Component]:
    """Unit and quantity of a Real."""
    found: list[Component] = []
    label: Unit | UnitLabel | None = unit_component(unit)
    if label is not None:
        found.append(label)
    quantity = QUANTITY.get(device_class) or quantity_of_unit(unit)
    if quantity is not None:
        found.append(quantity)
    return found


def number_facts(config: Config, kind: type[Component]) -> list[Component]:
    found: list[Component] = []
    state_class = config.choice("state_class", STATE_CLASSES)
    if state_class is not None and STATE_CLASSES[state_class] != default_accumulation(kind):
        found.append(STATE_CLASSES[state_class])
    precision = config.integer("suggested_display_precision")
    if precision is not None and 0 <= precision <= MAX_PRECISION:
        found.append(Precision(precision))
    return found


def options_of(config: Config) -> TextOptions | None:
    """None: there are none."""
    options = config.options("options")
    try:
        return TextOptions(options) if options else None
    except InvalidValue as fault:
        raise config.fault("options", f"can't be shown ({fault})") from None


def expiry(config: Config) -> float | None:
    """Seconds; 0 means never, as Home Assistant has it."""
    seconds = config.number("expire_after", 0.0)
    return seconds if seconds > 0 else None


# ── from text to a component ──


def to_real(kind: Callable[[float], Component], change: Convert, text: str) -> Component:
    return kind(change(to_number(text)))


def to_text(options: tuple[str, ...], text: str) -> Component:
    if options and text not in options:
        raise ValueError(f"{shorten(text)} is not one of its options")
    return Text(text)


def to_milliseconds(text: str) -> int:
    """Of ISO 8601 with or without a zone (UTC then). Raises ValueError."""
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise ValueError(f"{shorten(text)} is not a date and time as in ISO 8601") from None


def to_timestamp(text: str) -> Component:
    return Timestamp(to_milliseconds(text))


def to_last_reset(text: str) -> Component:
    return LastReset(to_milliseconds(text))


def to_date(text: str) -> Component:
    try:
        return Date(date.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{shorten(text)} is not a date as in ISO 8601") from None
