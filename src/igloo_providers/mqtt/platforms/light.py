"""The platform `light` in its three schemas: topics of their own (`default`), one JSON text, one text by templates.

What a lamp can show and what a write asks of it is for lamp.py; here stands how it is said. Whatever is written, but
Switch(False), turns the lamp on, because each of these messages does so on the devices that read them. Brightness is
"while on": a report of 0 says nothing of it, and 0 written is the lowest level, never off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from igloo_providers.mqtt.colour import (
    brightest,
    color_of,
    color_of_hs,
    color_of_xy,
    hs_of,
    reciprocal,
    xy_of,
)
from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    is_nothing,
    read_value,
    reading,
    shorten,
    text_of,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unmappable, Unreadable
from igloo_providers.mqtt.lamp import NO_EFFECT, Lamp, Tint, Wish
from igloo_providers.mqtt.levels import plain, share, step_of, within
from igloo_providers.mqtt.templates import NOT_JSON, Payload, Template, parse_json
from igloo_providers.mqtt.writing import Sender, Wanted, needed_sender, sender
from igloo_wire import (
    ColdWhite,
    Color,
    ColorMode,
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    Dimmer,
    Effect,
    EffectOptions,
    InvalidValue,
    Light,
    Switch,
    WarmWhite,
    White,
)

MODES: Final[Mapping[str, ColorMode]] = {
    "onoff": ColorMode.ON_OFF,
    "brightness": ColorMode.BRIGHTNESS,
    "color_temp": ColorMode.TEMPERATURE,
    "hs": ColorMode.COLOR,
    "xy": ColorMode.COLOR,
    "rgb": ColorMode.COLOR,
    "rgbw": ColorMode.COLOR_WHITE,
    "rgbww": ColorMode.COLOR_COLD_WARM,
    "white": ColorMode.WHITE,
}
"""By the word of the convention."""
CHANNELS: Final[Mapping[str, int]] = {"rgb": 3, "rgbw": 4, "rgbww": 5}
"""Words whose colours are channels of 0..255, and how many there are; in what order: see `Tint.shares`."""
FULL: Final = 255
WHITES: Final[Mapping[str, tuple[type[White | ColdWhite | WarmWhite], ...]]] = {
    "rgb": (),
    "rgbw": (White,),
    "rgbww": (ColdWhite, WarmWhite),
}
COLORED: Final = (Color, White, ColdWhite, WarmWhite)

LOWEST_MIREDS, HIGHEST_MIREDS = 153.0, 500.0
"""The white tones of a lamp whose config names none."""
LOWEST_KELVIN, HIGHEST_KELVIN = 1000.0, 20000.0
"""What ColorTemperature can say."""
SHORT_FLASH, LONG_FLASH = 2.0, 10.0
"""Seconds, where the config says nothing of them."""


def map_light(config: Config) -> Mapped:
    match config.choice("schema", ("default", "basic", "json", "template"), "default"):
        case "json":
            return map_json(config)
        case "template":
            return map_template(config)
        case _:
            return map_default(config)


# What the schemas share.


def limits_of(config: Config) -> ColorTemperatureLimits:
    """In kelvin, from mireds or kelvin."""
    coldest = config.number("max_kelvin") or reciprocal(config.number("min_mireds", LOWEST_MIREDS))
    warmest = config.number("min_kelvin") or reciprocal(config.number("max_mireds", HIGHEST_MIREDS))
    # Real lamps say 65279 mireds, 15 K, where they mean that nobody set a bound: no white is that warm.
    warmest, coldest = max(warmest, LOWEST_KELVIN), min(coldest, HIGHEST_KELVIN)
    if not warmest <= coldest:
        key = "min_mireds" if config.has("min_mireds") else "max_kelvin"
        raise config.fault(key, "must leave room between the warmest and the coldest white")
    return config.made("min_mireds", partial(ColorTemperatureLimits, warmest, coldest))


def scale_of(config: Config, key: str) -> int:
    """The number that means all of it."""
    scale = config.integer(key, FULL)
    if not 1 <= scale <= 1 << 32:
        raise config.fault(key, "must be at least 1")
    return scale


def build(
    config: Config,
    lamp: Lamp,
    readings: list[tuple[str, Reading]],
    write: Callable[[Wanted], list[Publish]],
    reported: Iterable[type[Component]],
    reports_as: Callable[[Component], Component],
) -> Mapped:
    facts: list[Component] = [Light(), *lamp.facts()]
    if lamp.has_effect:
        facts.append(config.made("effect_list", partial(EffectOptions, lamp.effects)))
    heard = frozenset() if config.flag("optimistic") else frozenset(reported).intersection(lamp.kinds)
    return Mapped(
        assemble(config, *facts, unknown=lamp.kinds, writable=lamp.kinds, optimistic=Switch not in heard),
        readings,
        write,
        reported=heard,
        reports_as=reports_as,
    )


def remembering(lamp: Lamp, read: Reading) -> Reading:
    return partial(read_and_remember, lamp, read)


def read_and_remember(lamp: Lamp, read: Reading, payload: str) -> tuple[Component, ...]:
    found = tuple(read(payload))
    lamp.remember(found)
    return found


def to_level(scale: int, text: str) -> Dimmer | None:
    level = share(to_number(text), 0, scale)
    return None if level == 0 else Dimmer(level)


def to_tone(in_kelvin: bool, text: str) -> ColorTemperature:
    number = to_number(text)
    kelvin = number if in_kelvin else reciprocal(number)
    return ColorTemperature(within(kelvin, LOWEST_KELVIN, HIGHEST_KELVIN))


def to_effect(effects: tuple[str, ...], text: str) -> Effect:
    return Effect("" if text.lower() in NO_EFFECT and text not in effects else text)


def color_at(x: float, y: float) -> Color:
    color = color_of_xy(x, y)
    if color is None:
        raise ValueError(f"x {plain(x, 4)}, y {plain(y, 4)} is no colour")
    return color


def mixture(word: str, channels: list[float], *, carries_level: bool) -> list[Component]:
    """The components that channels of 0..255 say. All at 0 say nothing: the lamp is dark.

    Where they carry the brightness, the strongest of them is it, and the rest are shares of that.
    """
    shares = [share(channel, 0, FULL) for channel in channels]
    strongest = max(shares)
    if strongest == 0:
        return []
    found: list[Component] = []
    if carries_level:
        found.append(Dimmer(strongest))
        shares = [min(each / strongest, 1.0) for each in shares]
    if word == "rgb":
        pure = color_of(*shares)
        return [*found, pure] if pure is not None else []
    found.append(Color(*shares[:3]))
    found += [kind(each) for kind, each in zip(WHITES[word], shares[3:], strict=True)]
    return found


def mixed(tint: Tint, level: float) -> list[int]:
    """The channels 0..255 of a tint at a brightness; never all 0, which would be dark."""
    shares = tint.shares()
    channels = [round(each * level * FULL) for each in shares]
    if not any(channels):
        channels[shares.index(max(shares))] = 1
    return channels


def tone_to_send(lamp: Lamp, in_kelvin: bool, kelvin: float) -> int:
    """Kelvin, or mireds that do not leave the limits by rounding."""
    if in_kelvin:
        return round(kelvin)
    mireds = round(reciprocal(kelvin))
    if lamp.limits is None:
        return mireds
    lowest, highest = (
        round(reciprocal(lamp.limits.maximum), 6),
        round(reciprocal(lamp.limits.minimum), 6),
    )
    if not lowest <= mireds <= highest:
        return round(min(max(mireds, lowest), highest))
    return mireds


def tone_as_reported(lamp: Lamp, in_kelvin: bool, tone: ColorTemperature) -> ColorTemperature:
    sent = tone_to_send(lamp, in_kelvin, tone.value)
    kelvin = float(sent) if in_kelvin else reciprocal(sent)
    return ColorTemperature(min(max(kelvin, LOWEST_KELVIN), HIGHEST_KELVIN))


def as_reported(
    lamp: Lamp, scale: int, in_kelvin: bool, words: Iterable[str], wanted: Component
) -> Component:
    """What comes back when a component was written: the same on the device's scale."""
    if isinstance(wanted, Dimmer):
        return Dimmer(step_of(wanted.value, scale) / scale)
    if isinstance(wanted, ColorTemperature):
        return tone_as_reported(lamp, in_kelvin, wanted)
    if isinstance(wanted, Effect):
        return Effect(lamp.effect_named(wanted.value))
    if isinstance(wanted, Color) and ColorMode.COLOR in lamp.modes and brightest(wanted) > 0:
        pure = color_of(wanted.red, wanted.green, wanted.blue)
        if pure is not None:
            return color_at(*rounded_xy(pure)) if "xy" in words else pure
    return wanted


def rounded_xy(color: Color) -> tuple[float, float]:
    x, y = xy_of(color)
    return round(x, 4), round(y, 4)


def rounded_hs(color: Color) -> tuple[int | float, int | float]:
    hue, saturation = hs_of(color)
    return plain(hue % 360), plain(saturation)


# schema: default


class Senders(NamedTuple):
    """What can be sent to a lamp with topics of its own for everything."""

    on: str
    off: str
    on_type: str
    switch: Sender
    level: Sender | None
    scale: int
    tone: Sender | None
    in_kelvin: bool
    colors: Mapping[str, Sender]
    white: Sender | None
    white_scale: int
    effect: Sender | None


VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "xy": ("x", "y"),
    "hs": ("hue", "sat"),
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
}
"""What the command templates of each kind of colour may use. In the order of preference where a lamp takes several."""


def map_default(config: Config) -> Mapped:
    colors: dict[str, Sender] = {}
    for word, variables in VARIABLES.items():
        send = sender(config, f"{word}_command_topic", f"{word}_command_template", *variables)
        if send is not None:
            colors[word] = send
    on_type = config.choice("on_command_type", ("last", "first", "brightness"), "last")
    senders = Senders(
        config.text("payload_on", "ON"),
        config.text("payload_off", "OFF"),
        on_type,
        needed_sender(config, "command_topic"),
        sender(config, "brightness_command_topic", "brightness_command_template"),
        scale_of(config, "brightness_scale"),
        sender(config, "color_temp_command_topic", "color_temp_command_template"),
        config.flag("color_temp_kelvin"),
        colors,
        sender(config, "white_command_topic"),
        scale_of(config, "white_scale"),
        sender(config, "effect_command_topic", "effect_command_template"),
    )
    if senders.on == senders.off:
        raise config.fault("payload_on", "must differ from payload_off")
    modes = [MODES[word] for word in colors]
    if senders.tone is not None:
        modes.append(ColorMode.TEMPERATURE)
    if senders.white is not None:
        modes.append(ColorMode.WHITE)
    spoken: dict[ColorMode, str] = {}
    for word in colors:
        spoken.setdefault(MODES[word], word)
    carried = [mode for mode, word in spoken.items() if senders.level is None and word in CHANNELS]
    has_level = senders.level is not None or senders.white is not None or bool(carried)
    lamp = Lamp(
        modes or [ColorMode.BRIGHTNESS if has_level else ColorMode.ON_OFF],
        has_level=has_level,
        carried=carried,
        limits=limits_of(config) if senders.tone is not None else None,
        effects=config.texts("effect_list") if senders.effect is not None else None,
    )
    readings, reported = default_readings(config, lamp, senders)
    return build(
        config,
        lamp,
        readings,
        partial(write_default, lamp, senders),
        reported,
        partial(as_reported, lamp, senders.scale, senders.in_kelvin, tuple(colors)),
    )


def default_readings(
    config: Config, lamp: Lamp, senders: Senders
) -> tuple[list[tuple[str, Reading]], set[type[Component]]]:
    readings: list[tuple[str, Reading]] = []
    reported: set[type[Component]] = set()

    def read(topic: str, read: Reading, *kinds: type[Component]) -> None:
        name = config.topic(topic)
        if name is not None and any(kind in lamp.kinds for kind in kinds):
            readings.append((name, remembering(lamp, read)))
            reported.update(kinds)

    states = {senders.on: Switch(True), senders.off: Switch(False)}
    read(
        "state_topic",
        reading(Switch, config.template("state_value_template"), partial(look_up, states), states),
        Switch,
    )
    read(
        "brightness_state_topic",
        reading(Dimmer, config.template("brightness_value_template"), partial(to_level, senders.scale)),
        Dimmer,
    )
    says_mode = config.has("color_mode_state_topic")
    read(
        "color_temp_state_topic",
        partial(
            read_tone,
            lamp.has_mode and not says_mode,
            config.template("color_temp_value_template"),
            partial(to_tone, senders.in_kelvin),
        ),
        ColorTemperature,
    )
    for word in senders.colors:
        carries = (
            word in CHANNELS and MODES[word] in lamp.carried and not config.has("brightness_state_topic")
        )
        read(
            f"{word}_state_topic",
            partial(
                read_color,
                word,
                lamp.has_mode and not says_mode,
                carries,
                config.template(f"{word}_value_template"),
            ),
            Color,
            *WHITES.get(word, ()),
            *((Dimmer,) if carries else ()),
        )
    # Without a topic for it, the mode is that of the colour which came last; nothing tells that it is white.
    if says_mode:
        read(
            "color_mode_state_topic",
            reading(ColorMode, config.template("color_mode_value_template"), to_mode),
            ColorMode,
        )
    elif senders.white is None and reported.issuperset(
        kind for kind in lamp.kinds if kind not in (Switch, Dimmer, Effect, ColorMode)
    ):
        reported.add(ColorMode)
    read(
        "effect_state_topic",
        reading(
            Effect,
            config.template("effect_value_template"),
            partial(to_effect, lamp.effects),
            (*NO_EFFECT, *lamp.effects),
        ),
        Effect,
    )
    return readings, reported


def look_up(states: Mapping[str, Component], text: str) -> Component:
    state = states.get(text)
    if state is None:
        raise ValueError(f"{shorten(text)} is neither {' nor '.join(map(repr, states))}")
    return state


def to_mode(text: str) -> ColorMode:
    mode = MODES.get(text)
    if mode is None:
        raise ValueError(f"{shorten(text)} is none of {', '.join(MODES)}")
    return mode


def read_tone(
    tells_mode: bool, template: Template | None, convert: Callable[[str], Component], payload: str
) -> tuple[Component, ...]:
    found = read_value(ColorTemperature, template, convert, (), payload)
    if tells_mode and found and isinstance(found[0], ColorTemperature):
        return (*found, ColorMode.TEMPERATURE)
    return found


def read_color(
    word: str, tells_mode: bool, carries_level: bool, template: Template | None, payload: str
) -> tuple[Component, ...]:
    """Numbers with commas between them."""
    text = payload if template is None else template.read(payload)
    text = "" if text is None else text.strip()
    if not text:
        return ()
    kinds = (Color, *WHITES.get(word, ()))
    if is_nothing(text):
        return (unknown_of(*kinds),)
    try:
        # Templates that print a list leave its brackets.
        numbers = [to_number(part) for part in text.strip("[]()").split(",")]
        found = color_from(word, numbers, carries_level)
    except (ValueError, InvalidValue) as fault:
        raise Unreadable(f"{shorten(text)} is no colour in {word}: {fault}", *kinds) from None
    return (*found, MODES[word]) if tells_mode and found else tuple(found)


def color_from(word: str, numbers: list[float], carries_level: bool) -> list[Component]:
    """Raises ValueError."""
    if len(numbers) != CHANNELS.get(word, 2):
        raise ValueError(f"it has {len(numbers)} numbers")
    if word == "xy":
        return [color_at(*numbers)]
    if word == "hs":
        return [color_of_hs(numbers[0], within(numbers[1], 0.0, 100.0))]
    return mixture(word, numbers, carries_level=carries_level)


def write_default(lamp: Lamp, senders: Senders, wanted: Wanted) -> list[Publish]:
    wish = lamp.wish(wanted)
    if not wish.is_on:
        return [senders.switch(senders.off)]
    styles: list[Publish] = []
    level = wish.level
    tint = wish.tint
    if senders.on_type == "brightness" and level is None:
        # Such a lamp is turned on by a brightness and by nothing else.
        level = lamp.current_level(None)
        if tint is None and senders.level is None and lamp.carried:
            tint = lamp.tint_to_dim()
    if tint is not None:
        send, value, variables = tint_message(lamp, senders, tint, level)
        styles.append(send(value, **variables))
    says_level = tint is not None and (tint.mode in lamp.carried or tint.mode == ColorMode.WHITE)
    if level is not None and not says_level:
        if senders.level is not None:
            styles.append(senders.level(step_of(level, senders.scale)))
        elif senders.white is not None and lamp.mode == ColorMode.WHITE:
            styles.append(senders.white(step_of(level, senders.white_scale)))
        elif wish.level is not None:
            along = "ColorMode WHITE" if senders.white is not None else "Color"
            raise Rejected(f"this lamp can't be dimmed as it shines now: write {along} along with Dimmer")
    if wish.effect is not None and senders.effect is not None:
        styles.append(senders.effect(wish.effect))
    lamp.assume(wish._replace(tint=tint))
    match senders.on_type:
        case "first":
            return [senders.switch(senders.on), *styles]
        case "brightness" if styles:
            return styles
        case _:
            return [*styles, senders.switch(senders.on)]


def tint_message(
    lamp: Lamp, senders: Senders, tint: Tint, level: float | None
) -> tuple[Sender, object, Mapping[str, object]]:
    """The sender for a tint, and what it is given."""
    if tint.mode == ColorMode.TEMPERATURE and senders.tone is not None:
        return senders.tone, tone_to_send(lamp, senders.in_kelvin, tint.tone), {}
    if tint.mode == ColorMode.WHITE and senders.white is not None:
        return senders.white, step_of(lamp.current_level(level), senders.white_scale), {}
    word, send = next((word, send) for word, send in senders.colors.items() if MODES[word] == tint.mode)
    numbers: Iterable[int | float]
    match word:
        case "xy":
            numbers = rounded_xy(tint.color)
        case "hs":
            numbers = rounded_hs(tint.color)
        case _:
            numbers = mixed(tint, lamp.current_level(level) if tint.mode in lamp.carried else 1.0)
    numbers = list(numbers)
    return send, ",".join(map(str, numbers)), dict(zip(VARIABLES[word], numbers, strict=True))


# schema: json


def map_json(config: Config) -> Mapped:
    # A word that is newer than this takes none of the others away.
    words = tuple(word for word in words_of(config) if word in MODES)
    modes = [MODES[word] for word in words]
    says_level = config.flag("brightness")
    carried = modes if not says_level and all(word in CHANNELS for word in words) else []
    lamp = Lamp(
        modes or [ColorMode.BRIGHTNESS if says_level else ColorMode.ON_OFF],
        # The convention: these modes have a brightness, whether the flag is there or not.
        has_level=says_level or any(word != "onoff" for word in words),
        carried=carried,
        limits=limits_of(config) if "color_temp" in words else None,
        effects=config.texts("effect_list") if config.flag("effect", config.has("effect_list")) else None,
        can_flash=config.flag("flash", True),
    )
    light = JsonLight(
        lamp,
        needed_sender(config, "command_topic"),
        words,
        scale_of(config, "brightness_scale"),
        scale_of(config, "white_scale"),
        config.flag("color_temp_kelvin"),
        flashes_of(config),
        config.flag("transition", True),
    )
    readings: list[tuple[str, Reading]] = []
    topic = config.topic("state_topic")
    if topic is not None:
        parts: list[tuple[type[Component], Reading]] = [
            (Switch, light.read_switch),
            (ColorTemperature, light.read_tone),
            (Color, light.read_color),
            (ColorMode, light.read_mode),
            (Effect, light.read_effect),
        ]
        if not carried:
            parts.append((Dimmer, light.read_level))
        readings += [(topic, remembering(lamp, read)) for kind, read in parts if kind in lamp.kinds]
    # An effect is often a gesture that is over before anybody could report it.
    reported = () if topic is None else [kind for kind in lamp.kinds if kind is not Effect]
    as_said = partial(as_reported, lamp, light.scale, light.in_kelvin, words)
    return build(config, lamp, readings, light.write, reported, as_said)


def words_of(config: Config) -> tuple[str, ...]:
    """The colour modes; from flags of their own in configs of before there was a list."""
    if config.has("supported_color_modes"):
        return config.texts("supported_color_modes")
    flags = [word for word in ("rgb", "hs", "xy", "color_temp") if config.data.get(word) is True]
    colors = [word for word in flags if word != "color_temp"]
    return (*colors[:1], *(["color_temp"] if "color_temp" in flags else []))


def flashes_of(config: Config) -> tuple[float, float]:
    return config.number("flash_time_short", SHORT_FLASH), config.number("flash_time_long", LONG_FLASH)


class JsonLight:
    """Reads and writes the one JSON text of a lamp. Each reading looks at one part of it, so that a bad part leaves
    the others alone."""

    __slots__ = ("fades", "flashes", "in_kelvin", "lamp", "scale", "send", "white_scale", "words")

    def __init__(
        self,
        lamp: Lamp,
        send: Sender,
        words: tuple[str, ...],
        scale: int,
        white_scale: int,
        in_kelvin: bool,
        flashes: tuple[float, float],
        fades: bool,
    ) -> None:
        self.lamp = lamp
        self.send = send
        self.words = words
        self.scale = scale
        self.white_scale = white_scale
        self.in_kelvin = in_kelvin
        self.flashes = flashes
        self.fades = fades

    def fields(self, payload: str) -> dict[str, Any]:
        """{} for what is no JSON object: `read_switch` says so, once for all parts."""
        found = payload.json if isinstance(payload, Payload) else parse_json(payload)
        return found if isinstance(found, dict) else {}

    def read_switch(self, payload: str) -> Iterable[Component]:
        fields = self.fields(payload)
        if not fields and payload.strip():
            found = parse_json(payload)
            if not isinstance(found, dict):
                what = "not JSON" if found is NOT_JSON else "no JSON object"
                raise Unreadable(f"the lamp's state is {what}: {shorten(payload)}")
        if "state" not in fields:
            return ()
        return read_value(Switch, None, to_switch, (), text_of(fields["state"]))

    def read_level(self, payload: str) -> Iterable[Component]:
        fields = self.fields(payload)
        if "brightness" not in fields:
            return ()
        return read_value(Dimmer, None, partial(to_level, self.scale), (), text_of(fields["brightness"]))

    def read_mode(self, payload: str) -> Iterable[Component]:
        fields = self.fields(payload)
        word = fields.get("color_mode")
        if word is not None:
            return read_value(ColorMode, None, to_mode, (), text_of(word))
        has_color, has_tone = fields.get("color") is not None, fields.get("color_temp") is not None
        if has_color != has_tone:
            # It is not said, but there is only one that it can be.
            if has_tone:
                return (ColorMode.TEMPERATURE,)
            word = word_of(fields["color"], self.words)
            return () if word is None else (MODES[word],)
        return (unknown_of(ColorMode),) if "color_mode" in fields and not has_color else ()

    def read_tone(self, payload: str) -> Iterable[Component]:
        fields = self.fields(payload)
        if "color_temp" not in fields or self.mode_in(fields) not in (None, ColorMode.TEMPERATURE):
            return ()
        text = text_of(fields["color_temp"])
        return read_value(ColorTemperature, None, partial(to_tone, self.in_kelvin), (), text)

    def read_color(self, payload: str) -> Iterable[Component]:
        """Only where colour is in force: a lamp in white says in `color` what its white looks like."""
        fields = self.fields(payload)
        if "color" not in fields or self.mode_in(fields) in (ColorMode.TEMPERATURE, ColorMode.WHITE):
            return ()
        return self.color(fields["color"], text_of(fields.get("color_mode")))

    def mode_in(self, fields: dict[str, Any]) -> ColorMode | None:
        return MODES.get(text_of(fields.get("color_mode")))

    def color(self, color: object, mode: str) -> Iterable[Component]:
        if color is None:
            return (unknown_of(*(kind for kind in self.lamp.kinds if kind in COLORED)),)
        word = mode if mode in CHANNELS else word_of(color, self.words)
        if not isinstance(color, dict) or word is None:
            raise Unreadable(f"the lamp's colour can't be read: {shorten(color)}", Color)
        values = {SPELLINGS.get(key, key): value for key, value in color.items()}
        try:
            numbers = [to_number(text_of(values[key])) for key in KEYS[word]]
            found = color_from(word, numbers, MODES[word] in self.lamp.carried)
        except KeyError as key:
            raise Unreadable(f"the lamp's colour has no {key}: {shorten(color)}", Color) from None
        except (ValueError, InvalidValue) as fault:
            raise Unreadable(f"{shorten(color)} is no colour in {word}: {fault}", Color) from None
        return [component for component in found if type(component) in self.lamp.kinds]

    def read_effect(self, payload: str) -> Iterable[Component]:
        fields = self.fields(payload)
        if "effect" not in fields:
            return ()
        effects = self.lamp.effects
        return read_value(
            Effect, None, partial(to_effect, effects), (*NO_EFFECT, *effects), text_of(fields["effect"])
        )

    def write(self, wanted: Wanted) -> list[Publish]:
        wish = self.lamp.wish(wanted)
        message: dict[str, object] = {"state": "ON" if wish.is_on else "OFF"}
        level, tint = wish.level, wish.tint
        if tint is not None:
            if tint.mode == ColorMode.WHITE:
                message["white"] = step_of(self.lamp.current_level(level), self.white_scale)
                level = None
            elif tint.mode == ColorMode.TEMPERATURE:
                message["color_temp"] = tone_to_send(self.lamp, self.in_kelvin, tint.tone)
            else:
                message["color"] = self.color_message(tint, level)
                if tint.mode in self.lamp.carried:
                    level = None
        if level is not None:
            message["brightness"] = step_of(level, self.scale)
        if wish.effect is not None:
            message["effect"] = wish.effect
        if wish.transition is not None and self.fades:
            message["transition"] = plain(wish.transition)
        if wish.flash is not None:
            message["flash"] = plain(nearest(self.flashes, wish.flash))
        publishes = [self.send(json.dumps(message, separators=(",", ":"), ensure_ascii=False))]
        self.lamp.assume(wish)
        return publishes

    def color_message(self, tint: Tint, level: float | None) -> Mapping[str, object]:
        word = next(word for word in self.words if MODES[word] == tint.mode)
        numbers: Iterable[int | float]
        match word:
            case "xy":
                numbers = rounded_xy(tint.color)
            case "hs":
                numbers = rounded_hs(tint.color)
            case _:
                carries = tint.mode in self.lamp.carried
                numbers = mixed(tint, self.lamp.current_level(level) if carries else 1.0)
        return dict(zip(KEYS[word], numbers, strict=True))


KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "rgbww": ("r", "g", "b", "c", "w"),
    "rgbw": ("r", "g", "b", "w"),
    "rgb": ("r", "g", "b"),
    "hs": ("h", "s"),
    "xy": ("x", "y"),
}
"""The keys of `color` in each kind of it."""
SPELLINGS: Final[Mapping[str, str]] = {"hue": "h", "saturation": "s"}
"""As zigbee2mqtt writes them."""


def word_of(color: object, words: Iterable[str]) -> str | None:
    """The kind of a colour by its keys: one that the lamp lists, if several fit."""
    if not isinstance(color, dict):
        return None
    keys = {SPELLINGS.get(key, key) for key in color}
    fitting = [word for word, needed in KEYS.items() if keys.issuperset(needed)]
    return next((word for word in words if word in fitting), fitting[0] if fitting else None)


def to_switch(text: str) -> Switch:
    if text.upper() in ("ON", "TRUE"):
        return Switch(True)
    if text.upper() in ("OFF", "FALSE"):
        return Switch(False)
    raise ValueError(f"{shorten(text)} is neither 'ON' nor 'OFF'")


def nearest(choices: tuple[float, float], wanted: float) -> float:
    """Devices know two lengths by their seconds, and no other."""
    return min(choices, key=lambda each: abs(each - wanted))


# schema: template


class TemplateLight:
    """One text that templates read and write. Channels and brightness are always 0..255."""

    __slots__ = ("blue", "green", "in_kelvin", "lamp", "off", "on", "red", "tone")

    def __init__(
        self,
        lamp: Lamp,
        on: Sender,
        off: Sender,
        in_kelvin: bool,
        channels: tuple[Template | None, Template | None, Template | None],
        tone: Template | None,
    ) -> None:
        self.lamp = lamp
        self.on = on
        self.off = off
        self.in_kelvin = in_kelvin
        self.red, self.green, self.blue = channels
        self.tone = tone

    def read_color(self, payload: str) -> Iterable[Component]:
        texts = [
            template.render(payload) for template in (self.red, self.green, self.blue) if template is not None
        ]
        if not all(texts):
            return ()
        if any(map(is_nothing, texts)):
            return (unknown_of(Color),)
        try:
            found = color_from("rgb", [to_number(text) for text in texts], bool(self.lamp.carried))
        except ValueError as fault:
            raise Unreadable(f"{', '.join(map(shorten, texts))} is no colour: {fault}", Color) from None
        return found

    def read_mode(self, payload: str) -> Iterable[Component]:
        """The schema has no word for it: a white tone that is said is in force, else the colour is."""
        tone = "" if self.tone is None else self.tone.render(payload)
        if not is_nothing(tone):
            return (ColorMode.TEMPERATURE,)
        red = "" if self.red is None else self.red.render(payload)
        return () if is_nothing(red) else (ColorMode.COLOR,)

    def write(self, wanted: Wanted) -> list[Publish]:
        wish = self.lamp.wish(wanted)
        variables: dict[str, object] = {}
        if wish.transition is not None:
            variables["transition"] = plain(wish.transition)
        if not wish.is_on:
            return [self.off("off", state="off", **variables)]
        if wish.flash is not None:
            is_short = nearest((SHORT_FLASH, LONG_FLASH), wish.flash) == SHORT_FLASH
            variables["flash"] = "short" if is_short else "long"
        if wish.level is not None and not self.lamp.carried:
            variables["brightness"] = step_of(wish.level, FULL)
        if wish.effect is not None:
            variables["effect"] = wish.effect
        publishes = [self.on("on", state="on", **variables, **self.tint_variables(wish))]
        self.lamp.assume(wish)
        return publishes

    def tint_variables(self, wish: Wish) -> dict[str, object]:
        tint = wish.tint
        if tint is None:
            return {}
        if tint.mode == ColorMode.TEMPERATURE:
            return {"color_temp": tone_to_send(self.lamp, self.in_kelvin, tint.tone)}
        level = self.lamp.current_level(wish.level) if self.lamp.carried else 1.0
        red, green, blue = mixed(tint, level)
        hue, saturation = rounded_hs(tint.color)
        return {"red": red, "green": green, "blue": blue, "hue": hue, "sat": saturation}


ON_VARIABLES: Final = (
    *("state", "brightness", "color_temp", "red", "green", "blue", "hue", "sat"),
    *("effect", "flash", "transition"),
)


def map_template(config: Config) -> Mapped:
    if not config.has("command_on_template") or not config.has("command_off_template"):
        raise Unmappable("command_on_template and command_off_template are both needed")
    channels = (
        config.template("red_template"),
        config.template("green_template"),
        config.template("blue_template"),
    )
    level, tone = config.template("brightness_template"), config.template("color_temp_template")
    modes: list[ColorMode] = []
    if None not in channels:
        modes.append(ColorMode.COLOR)
    if tone is not None:
        modes.append(ColorMode.TEMPERATURE)
    carried = [ColorMode.COLOR] if level is None and modes == [ColorMode.COLOR] else []
    has_level = level is not None or bool(carried)
    lamp = Lamp(
        modes or [ColorMode.BRIGHTNESS if has_level else ColorMode.ON_OFF],
        has_level=has_level,
        carried=carried,
        limits=limits_of(config) if tone is not None else None,
        effects=config.texts("effect_list") if config.has("effect_list") else None,
        can_flash=True,
    )
    light = TemplateLight(
        lamp,
        needed_sender(config, "command_topic", "command_on_template", *ON_VARIABLES),
        needed_sender(config, "command_topic", "command_off_template", "state", "transition"),
        config.flag("color_temp_kelvin"),
        channels,
        tone,
    )
    readings: list[tuple[str, Reading]] = []
    topic, state = config.topic("state_topic"), config.template("state_template")
    reported: set[type[Component]] = set()
    if topic is not None:
        effect = config.template("effect_template")
        parts: list[tuple[type[Component], object, Reading]] = [
            (Switch, state, reading(Switch, state, to_switch)),
            (Dimmer, level, reading(Dimmer, level, partial(to_level, FULL))),
            (
                ColorTemperature,
                tone,
                reading(ColorTemperature, tone, partial(to_tone, light.in_kelvin)),
            ),
            (Color, light, light.read_color),
            (ColorMode, light, light.read_mode),
            (
                Effect,
                effect,
                reading(Effect, effect, partial(to_effect, lamp.effects), (*NO_EFFECT, *lamp.effects)),
            ),
        ]
        for kind, template, read in parts:
            if template is not None and kind in lamp.kinds:
                readings.append((topic, remembering(lamp, read)))
                reported.add(kind)
        if carried:
            reported.add(Dimmer)
    as_said = partial(as_reported, lamp, FULL, light.in_kelvin, ())
    return build(config, lamp, readings, light.write, reported, as_said)
