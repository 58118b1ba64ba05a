"""The platform `climate`: thermostats, valve heads, air conditioners.

All temperatures of the hub are degrees Celsius; a config says which unit the device speaks. Limits and step are
converted too, a step as a difference. Modes are the variants of ThermostatMode, each with the device's own word for
it; fan, swing and preset are the device's own names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from igloo_providers.mqtt.entity import (
    Config,
    Extra,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    look_up,
    reading,
    shorten,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unmappable, Unreadable
from igloo_providers.mqtt.levels import plain, within
from igloo_providers.mqtt.templates import Template, text_in
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, sender, wanted_of
from igloo_wire import (
    ClimateAction,
    Component,
    FanMode,
    FanModeOptions,
    Humidity,
    InvalidValue,
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
)

MODES: Final[Mapping[str, ThermostatMode]] = {
    "off": ThermostatMode.OFF,
    "heat": ThermostatMode.HEAT,
    "cool": ThermostatMode.COOL,
    "heat_cool": ThermostatMode.HEAT_COOL,
    "auto": ThermostatMode.AUTO,
    "dry": ThermostatMode.DRY,
    "fan_only": ThermostatMode.FAN_ONLY,
    # Not of the convention, but zigbee2mqtt sends them as its devices name them.
    "emergency_heating": ThermostatMode.EMERGENCY_HEAT,
    "emergency_heat": ThermostatMode.EMERGENCY_HEAT,
    "precooling": ThermostatMode.PRECOOL,
    "sleep": ThermostatMode.SLEEP,
}
DEFAULT_MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
ACTIONS: Final[Mapping[str, ClimateAction]] = {
    "off": ClimateAction.OFF,
    "idle": ClimateAction.IDLE,
    "heating": ClimateAction.HEATING,
    "cooling": ClimateAction.COOLING,
    "drying": ClimateAction.DRYING,
    "fan": ClimateAction.FAN,
    "preheating": ClimateAction.PREHEATING,
    "defrosting": ClimateAction.DEFROSTING,
    "humidifying": ClimateAction.HUMIDIFYING,
}
DEFAULT_FAN_MODES: Final = ("auto", "low", "medium", "high")
DEFAULT_SWING_MODES: Final = ("on", "off")
LOWEST, HIGHEST, INITIAL = 7.0, 35.0, 21.0
"""°C: the bounds of a setpoint, and where it begins, for a config that says nothing of them."""
DRIEST, DAMPEST = 30.0, 99.0
"""%: the same for humidity."""

Target = TargetTemperature | TargetTemperatureLow | TargetTemperatureHigh
TARGETS: Final[Mapping[str, type[Target]]] = {
    "temperature": TargetTemperature,
    "temperature_low": TargetTemperatureLow,
    "temperature_high": TargetTemperatureHigh,
}
"""By what their keys begin with."""

Named = FanMode | SwingMode | Preset | Text


class Scale(NamedTuple):
    """A unit of temperature: celsius = (value - zero) / degrees."""

    zero: float
    degrees: float

    def to_celsius(self, value: float) -> float:
        # 68 °F is 20 °C, and not 19.999999999999996.
        return round((value - self.zero) / self.degrees, 6)

    def of_celsius(self, celsius: float) -> int | float:
        """In hundredths: finer than any thermostat, coarse enough for 20.5556 °C to be 69 °F."""
        return plain(celsius * self.degrees + self.zero)

    def difference(self, value: float) -> float:
        return round(value / self.degrees, 6)


CELSIUS: Final = Scale(0.0, 1.0)
SCALES: Final[Mapping[str, Scale]] = {
    "C": CELSIUS,
    "F": Scale(32.0, 1.8),
    "K": Scale(273.15, 1.0),
    "°C": CELSIUS,
    "°F": Scale(32.0, 1.8),
}


class Channels(NamedTuple):
    """What can be sent to a thermostat."""

    senders: Mapping[type[Component], Sender]
    scale: Scale
    limits: TargetTemperatureLimits
    humidity: TargetHumidityLimits
    modes: Mapping[ThermostatMode, str]
    names: Mapping[type[Component], tuple[str, ...]]
    power: tuple[str, str]


class Parts:
    """What a config is found to have, while it is read."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.default_template = config.template("value_template")
        self.facts: list[Component] = []
        self.kinds: list[type[Component]] = []
        self.readings: list[tuple[str, Reading]] = []
        self.senders: dict[type[Component], Sender] = {}
        self.reported: list[type[Component]] = []
        self.names: dict[type[Component], tuple[str, ...]] = {}

    def template(self, key: str) -> Template | None:
        return self.config.template(key) or self.default_template

    def read(self, kind: type[Component], topic: str, make: Callable[[], Reading]) -> bool:
        """Adds what is read from the topic under this key; whether there is one."""
        name = self.config.topic(topic)
        if name is None:
            return False
        self.add(kind)
        self.readings.append((name, make()))
        if self.config.is_reported(topic):
            self.reported.append(kind)
        return True

    def write(self, kind: type[Component], topic: str, template: str) -> None:
        send = sender(self.config, topic, template)
        if send is not None:
            self.add(kind)
            self.senders[kind] = send

    def add(self, kind: type[Component]) -> None:
        if kind not in self.kinds:
            self.kinds.append(kind)

    def named(
        self, kind: type[Named], prefix: str, template: str, options: str, default: tuple[str, ...]
    ) -> tuple[str, ...]:
        """A choice among names of the device. Gives the names, or () if it has no such choice."""
        self.write(kind, f"{prefix}_command_topic", f"{prefix}_command_template")
        make = partial(self.read_name, kind, template)
        if not self.read(kind, f"{prefix}_state_topic", make) and kind not in self.senders:
            return ()
        names = self.config.options(options) if self.config.has(options) else default
        self.names[kind] = names
        return names

    def read_name(self, kind: type[Named], template: str) -> Reading:
        return partial(read_name, kind, self.template(template))


def map_climate(config: Config) -> Mapped:
    parts = Parts(config)
    scale = SCALES[config.choice("temperature_unit", SCALES, "C")]

    def measured(kind: type[Temperature | Target], topic: str, template: str) -> bool:
        def make() -> Reading:
            return reading(kind, parts.template(template), partial(read_temperature, kind, scale))

        return parts.read(kind, topic, make)

    measured(Temperature, "current_temperature_topic", "current_temperature_template")
    for prefix, target in TARGETS.items():
        parts.write(target, f"{prefix}_command_topic", f"{prefix}_command_template")
        measured(target, f"{prefix}_state_topic", f"{prefix}_state_template")
    limits = limits_of(config, scale)
    if any(kind in parts.kinds for kind in TARGETS.values()):
        parts.facts.append(limits)
    precision = config.number("precision")
    if precision is not None:
        parts.facts.append(Precision(0 if precision >= 1 else 1 if precision >= 0.1 else 2))

    for humidity, topic, template in (
        (Humidity, "current_humidity_topic", "current_humidity_template"),
        (TargetHumidity, "target_humidity_state_topic", "target_humidity_state_template"),
    ):
        read = partial(read_humidity, humidity)
        parts.read(humidity, topic, partial(humidity_reading, parts, humidity, template, read))
    parts.write(TargetHumidity, "target_humidity_command_topic", "target_humidity_command_template")
    humidity_limits = humidity_limits_of(config)
    if TargetHumidity in parts.kinds:
        parts.facts.append(humidity_limits)

    parts.write(ThermostatMode, "mode_command_topic", "mode_command_template")
    parts.write(Switch, "power_command_topic", "power_command_template")
    words = config.texts("modes") if config.has("modes") else DEFAULT_MODES
    modes: dict[ThermostatMode, str] = {}
    for word in words:
        mode = MODES.get(word.lower())
        # A mode that has no variant can't be said or written; the others can.
        if mode is not None:
            modes.setdefault(mode, word)
    # Off by power is told by the mode, where there is a mode that tells it.
    tells_power = Switch in parts.senders and ThermostatMode.OFF in modes
    parts.read(
        ThermostatMode,
        "mode_state_topic",
        lambda: partial(read_mode, parts.template("mode_state_template"), tells_power),
    )
    if tells_power and ThermostatMode in parts.reported:
        parts.reported.append(Switch)
    if ThermostatMode in parts.kinds:
        parts.facts.append(config.made("modes", partial(ThermostatModes, list(modes))))
    parts.read(
        ClimateAction,
        "action_topic",
        lambda: reading(ClimateAction, parts.template("action_template"), read_action),
    )

    if parts.named(FanMode, "fan_mode", "fan_mode_state_template", "fan_modes", DEFAULT_FAN_MODES):
        parts.facts.append(config.made("fan_modes", partial(FanModeOptions, parts.names[FanMode])))
    if parts.named(SwingMode, "swing_mode", "swing_mode_state_template", "swing_modes", DEFAULT_SWING_MODES):
        parts.facts.append(config.made("swing_modes", partial(SwingModeOptions, parts.names[SwingMode])))
    if parts.named(Preset, "preset_mode", "preset_mode_value_template", "preset_modes", ()):
        parts.facts.append(config.made("preset_modes", partial(PresetOptions, parts.names[Preset])))

    if not parts.kinds:
        raise Unmappable("there is no topic of anything that a thermostat has")
    # Where nothing reports a setpoint, it begins where the config says; all else begins unknown.
    begun = initial_of(config, scale, limits) if TargetTemperature not in parts.reported else None
    if begun is not None and TargetTemperature in parts.kinds:
        parts.facts.append(begun)
    unknown = [kind for kind in parts.kinds if not (kind is TargetTemperature and begun is not None)]
    channels = Channels(
        parts.senders,
        scale,
        limits,
        humidity_limits,
        modes,
        parts.names,
        (config.text("payload_on", "ON"), config.text("payload_off", "OFF")),
    )
    writable = list(parts.senders)
    return Mapped(
        assemble(
            config,
            Thermostat(),
            *parts.facts,
            unknown=unknown,
            writable=writable,
            optimistic=bool(writable) and not any(kind in parts.reported for kind in writable),
        ),
        parts.readings,
        partial(write_climate, channels) if writable else None,
        reported=[kind for kind in writable if kind in parts.reported],
        reports_as=partial(reports_as, channels),
        extras=horizontal_swing(config),
    )


def horizontal_swing(config: Config) -> tuple[Extra, ...]:
    """A second list of names is an entity of its own."""
    parts = Parts(config)
    names = parts.named(
        Text,
        "swing_horizontal_mode",
        "swing_horizontal_mode_state_template",
        "swing_horizontal_modes",
        DEFAULT_SWING_MODES,
    )
    if Text not in parts.kinds:
        return ()
    send = parts.senders.get(Text)
    mapped = Mapped(
        assemble(
            config,
            config.made("swing_horizontal_modes", partial(TextOptions, names)),
            unknown=[Text],
            writable=list(parts.senders),
            optimistic=Text not in parts.reported,
        ),
        parts.readings,
        partial(write_swing, names, send) if send is not None else None,
        reported=[Text] if send is not None and Text in parts.reported else (),
    )
    return (Extra("swing_horizontal", "Horizontal swing", mapped),)


def limits_of(config: Config, scale: Scale) -> TargetTemperatureLimits:
    lowest, highest = (
        config.number("min_temp", scale.of_celsius(LOWEST)),
        config.number("max_temp", scale.of_celsius(HIGHEST)),
    )
    step = config.number("temp_step", 1.0)
    if not lowest <= highest:
        raise config.fault("max_temp", f"must be at least min_temp, {plain(lowest)}")
    if not step >= 0:
        raise config.fault("temp_step", "must not be negative")

    def make() -> TargetTemperatureLimits:
        return TargetTemperatureLimits(
            scale.to_celsius(lowest), scale.to_celsius(highest), scale.difference(step)
        )

    return config.made("min_temp", make)


def humidity_limits_of(config: Config) -> TargetHumidityLimits:
    driest, dampest = config.number("min_humidity", DRIEST), config.number("max_humidity", DAMPEST)
    if not 0 <= driest <= dampest <= 100:
        raise config.fault("max_humidity", f"must be min_humidity, {plain(driest)}, to 100")
    return TargetHumidityLimits(driest, dampest, 1.0)


def initial_of(config: Config, scale: Scale, limits: TargetTemperatureLimits) -> TargetTemperature | None:
    """The setpoint with which a thermostat begins that reports none; None if the config does not say it."""
    initial = config.number("initial")
    if initial is None:
        return None
    celsius = scale.to_celsius(initial)
    return TargetTemperature(min(max(celsius, limits.minimum), limits.maximum))


def humidity_reading(
    parts: Parts, kind: type[Humidity | TargetHumidity], template: str, read: Callable[[str], Component]
) -> Reading:
    return reading(kind, parts.template(template), read)


def read_humidity(kind: type[Humidity | TargetHumidity], text: str) -> Component:
    return kind(within(to_number(text), 0.0, 100.0))


def read_temperature(kind: type[Temperature | Target], scale: Scale, text: str) -> Component:
    return kind(scale.to_celsius(to_number(text)))


def read_action(text: str) -> Component:
    return look_up(ACTIONS, text.lower())


def read_mode(template: Template | None, tells_power: bool, payload: str) -> tuple[Component, ...]:
    text = text_in(template, payload)
    text = "" if text is None else text.strip()
    if not text:
        return ()
    kinds: tuple[type[Component], ...] = (ThermostatMode, Switch) if tells_power else (ThermostatMode,)
    if text.lower() in ("none", "null"):
        return (unknown_of(*kinds),)
    mode = MODES.get(text.lower())
    if mode is None:
        raise Unreadable(f"the mode is {shorten(text)}, which is none of {', '.join(MODES)}", *kinds)
    return (mode, Switch(mode != ThermostatMode.OFF)) if tells_power else (mode,)


def read_name(kind: type[Named], template: Template | None, payload: str) -> tuple[Component, ...]:
    """A name, be it in the list or not: it is what the device says. A preset of `none` is none; null is not known."""
    text = text_in(template, payload)
    text = "" if text is None else text.strip()
    if not text:
        return ()
    if text in ("None", "null"):
        return (unknown_of(kind),)
    try:
        return (kind("" if kind is Preset and text == "none" else text),)
    except InvalidValue as fault:
        raise Unreadable(str(fault), kind) from None


def write_climate(channels: Channels, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset(channels.senders))
    senders = channels.senders
    publishes: list[Publish] = []
    switch = wanted_of(wanted, Switch)
    mode = wanted_of(wanted, ThermostatMode)
    if switch is not None and mode is not None and switch.value == (mode == ThermostatMode.OFF):
        raise Rejected(f"Switch and ThermostatMode.{mode.name} contradict each other: write one of them")
    on, off = channels.power
    if switch is not None and switch.value:
        publishes.append(senders[Switch](on))
    if mode is not None:
        word = channels.modes.get(mode)
        if word is None:
            names = ", ".join(known.name for known in channels.modes)
            raise Rejected(f"this thermostat has no mode {mode.name}; it has {names}")
        publishes.append(senders[ThermostatMode](word))
    publishes += write_targets(channels, wanted)
    humidity = wanted_of(wanted, TargetHumidity)
    if humidity is not None:
        limits = channels.humidity
        if not limits.minimum <= humidity.value <= limits.maximum:
            raise Rejected(
                f"a humidity of {plain(humidity.value)} % is outside of {plain(limits.minimum)} to "
                f"{plain(limits.maximum)} %"
            )
        publishes.append(senders[TargetHumidity](plain(humidity.value)))
    kinds: tuple[type[Named], ...] = (FanMode, SwingMode, Preset)
    for kind in kinds:
        named = wanted_of(wanted, kind)
        if named is not None:
            publishes.append(senders[kind](name_to_send(channels.names[kind], named)))
    if switch is not None and not switch.value:
        publishes.append(senders[Switch](off))
    if not publishes:
        raise Rejected("nothing of this can be written to a thermostat")
    return publishes


def write_targets(channels: Channels, wanted: Wanted) -> list[Publish]:
    low, high = wanted_of(wanted, TargetTemperatureLow), wanted_of(wanted, TargetTemperatureHigh)
    if low is not None and high is not None and low.value > high.value:
        raise Rejected(
            f"TargetTemperatureLow, {plain(low.value)} °C, is above TargetTemperatureHigh, "
            f"{plain(high.value)} °C"
        )
    publishes: list[Publish] = []
    limits = channels.limits
    for kind in TARGETS.values():
        target = wanted_of(wanted, kind)
        if target is None:
            continue
        # A hundredth of a degree is lost where limits are not round in °C.
        if not limits.minimum - 0.01 <= target.value <= limits.maximum + 0.01:
            raise Rejected(
                f"{plain(target.value)} °C is outside of {plain(limits.minimum)} to "
                f"{plain(limits.maximum)} °C"
            )
        publishes.append(channels.senders[kind](channels.scale.of_celsius(target.value)))
    return publishes


def name_to_send(names: tuple[str, ...], wanted: Named) -> str:
    """The device's name for it. No preset is `none` to a device."""
    if wanted.value in names:
        return wanted.value
    if isinstance(wanted, Preset) and wanted.value in ("", "none"):
        return "none"
    known = ", ".join(map(shorten, names)) or "none"
    raise Rejected(f"{type(wanted).__name__} can't be set to {shorten(wanted.value)}; the device has {known}")


def write_swing(names: tuple[str, ...], send: Sender, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset({Text}))
    text = wanted_of(wanted, Text)
    if text is None:
        raise Rejected("only Text can be written here")
    return [send(name_to_send(names, text))]


def reports_as(channels: Channels, wanted: Component) -> Component:
    if isinstance(wanted, Target):
        return type(wanted)(channels.scale.to_celsius(channels.scale.of_celsius(wanted.value)))
    if isinstance(wanted, Preset) and wanted.value == "none":
        return Preset("")
    return wanted
