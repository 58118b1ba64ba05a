"""The schema `json` of `light`: one JSON text says everything, and one JSON text is sent.

Each reading looks at one part of it, so that a bad part leaves the others alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    reading,
    shorten,
    text_of,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unreadable
from igloo_providers.mqtt.lamp import Lamp
from igloo_providers.mqtt.levels import plain, step_of
from igloo_providers.mqtt.platforms.light.shared import (
    LONG_FLASH,
    SHORT_FLASH,
    build,
    effect_reading,
    lamp_of,
    scale_of,
)
from igloo_providers.mqtt.platforms.light.values import (
    CHANNELS,
    COLORED,
    MODES,
    as_reported,
    color_to_send,
    nearest,
    to_color,
    to_level,
    to_mode,
    to_switch,
    to_tone,
    tone_to_send,
)
from igloo_providers.mqtt.templates import NOT_JSON, json_of
from igloo_providers.mqtt.writing import Sender, Wanted, needed_sender
from igloo_wire import (
    Color,
    ColorMode,
    ColorTemperature,
    Component,
    Dimmer,
    Effect,
    InvalidValue,
    Switch,
)

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


def map_json(config: Config) -> Mapped:
    words = words_of(config)
    modes = [MODES[word] for word in words]
    says_level = config.flag("brightness")
    carried = modes if not says_level and all(word in CHANNELS for word in words) else []
    lamp = lamp_of(
        config,
        modes,
        # The convention: these modes have a brightness, whether the flag is there or not.
        has_level=says_level or any(word != "onoff" for word in words),
        carried=carried,
        has_effect=config.flag("effect", config.has("effect_list")),
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
    topic = config.topic("state_topic")
    readings = (
        [] if topic is None else [(topic, read) for kind, read in light.readings() if kind in lamp.kinds]
    )
    # An effect is often a gesture that is over before anybody could report it.
    reported = [kind for kind in lamp.kinds if kind is not Effect] if config.is_reported() else ()
    as_said = partial(as_reported, lamp, light.scale, light.in_kelvin, words)
    return build(config, lamp, readings, light.write, reported, as_said)


def words_of(config: Config) -> tuple[str, ...]:
    """The colour modes; from flags of their own in configs of before there was a list."""
    if config.has("supported_color_modes"):
        # A word that is newer than this takes none of the others away.
        words = [word for word in config.texts("supported_color_modes") if word in MODES]
        # The convention: these stand alone. Beside others they say nothing, and no message could ask for them.
        others = [word for word in words if word not in ("brightness", "onoff")]
        return tuple(others or [word for word in ("brightness", "onoff") if word in words][:1])
    flags = [word for word in ("rgb", "hs", "xy", "color_temp") if config.data.get(word) is True]
    colors = [word for word in flags if word != "color_temp"]
    return (*colors[:1], *(["color_temp"] if "color_temp" in flags else []))


def flashes_of(config: Config) -> tuple[float, float]:
    """Seconds of a short and of a long one."""
    short, long = (
        config.number("flash_time_short", SHORT_FLASH),
        config.number("flash_time_long", LONG_FLASH),
    )
    for key, seconds in (("flash_time_short", short), ("flash_time_long", long)):
        if seconds <= 0:
            raise config.fault(key, "must be more than 0 seconds")
    return short, long


class JsonLight:
    """`words`: the kinds of colour that the lamp lists, in its order."""

    __slots__ = (
        "fades",
        "flashes",
        "in_kelvin",
        "lamp",
        "said_mode",
        "scale",
        "send",
        "white_scale",
        "words",
    )

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
        self.said_mode = reading(ColorMode, None, partial(to_mode, lamp.modes))
        self.send = send
        self.words = words
        self.scale = scale
        self.white_scale = white_scale
        self.in_kelvin = in_kelvin
        self.flashes = flashes
        self.fades = fades

    def readings(self) -> list[tuple[type[Component], Reading]]:
        """What each reads, and how."""
        tone = reading(ColorTemperature, None, partial(to_tone, self.in_kelvin))
        found: list[tuple[type[Component], Reading]] = [
            (Switch, partial(read_state, reading(Switch, None, to_switch))),
            (ColorTemperature, partial(read_tone, tone)),
            (Color, self.read_color),
            (ColorMode, self.read_mode),
            (Effect, partial(read_field, "effect", effect_reading(self.lamp, None))),
        ]
        if not self.lamp.carried:
            level = reading(Dimmer, None, partial(to_level, self.scale))
            found.append((Dimmer, partial(read_field, "brightness", level)))
        return found

    def read_mode(self, payload: str) -> Iterable[Component]:
        fields = fields_of(payload)
        if fields.get("color_mode") is not None:
            return read_field("color_mode", self.said_mode, payload)
        has_color, has_tone = color_in(fields) is not None, fields.get("color_temp") is not None
        if has_color != has_tone:
            # It is not said, but there is only one that it can be.
            if has_tone:
                return (ColorMode.TEMPERATURE,)
            word = word_of(fields["color"], self.words)
            return () if word is None else (MODES[word],)
        return (unknown_of(ColorMode),) if "color_mode" in fields and not has_color else ()

    def read_color(self, payload: str) -> Iterable[Component]:
        """Only where colour is in force: a lamp in white says in `color` what its white looks like."""
        fields = fields_of(payload)
        if "color" not in fields or mode_in(fields) in (ColorMode.TEMPERATURE, ColorMode.WHITE):
            return ()
        color, mode = color_in(fields), text_of(fields.get("color_mode"))
        kinds = [kind for kind in self.lamp.kinds if kind in COLORED]
        if color is None:
            return (unknown_of(*kinds),)
        word = mode if mode in CHANNELS and mode in self.words else word_of(color, self.words)
        if not isinstance(color, dict) or word is None:
            raise Unreadable(f"the lamp's colour can't be read: {shorten(color)}", *kinds)
        values = {SPELLINGS.get(key, key): value for key, value in color.items()}
        try:
            numbers = [to_number(text_of(values[key])) for key in KEYS[word]]
            return to_color(word, numbers, MODES[word] in self.lamp.carried)
        except KeyError as key:
            raise Unreadable(f"the lamp's colour has no {key}: {shorten(color)}", *kinds) from None
        except (ValueError, InvalidValue) as fault:
            raise Unreadable(f"{shorten(color)} is no colour in {word}: {fault}", *kinds) from None

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
                word = next(word for word in self.words if MODES[word] == tint.mode)
                numbers = color_to_send(self.lamp, word, tint, level)
                message["color"] = dict(zip(KEYS[word], numbers, strict=True))
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


def fields_of(payload: str) -> dict[str, Any]:
    """{} for what is no JSON object: `read_state` says so, once for all parts."""
    found = json_of(payload)
    return found if isinstance(found, dict) else {}


def read_field(key: str, read: Reading, payload: str) -> Iterable[Component]:
    """What the reading makes of the text of one value."""
    fields = fields_of(payload)
    return read(text_of(fields[key])) if key in fields else ()


def read_state(read: Reading, payload: str) -> Iterable[Component]:
    found = json_of(payload)
    if not isinstance(found, dict) and payload.strip():
        what = "not JSON" if found is NOT_JSON else "no JSON object"
        raise Unreadable(f"the lamp's state is {what}: {shorten(payload)}")
    return read_field("state", read, payload)


def read_tone(read: Reading, payload: str) -> Iterable[Component]:
    """Only where it is in force: a lamp in colour says in `color_temp` which white is near."""
    if mode_in(fields_of(payload)) not in (None, ColorMode.TEMPERATURE):
        return ()
    return read_field("color_temp", read, payload)


def mode_in(fields: dict[str, Any]) -> ColorMode | None:
    return MODES.get(text_of(fields.get("color_mode")))


def color_in(fields: dict[str, Any]) -> object:
    """The value of `color`, None too for an object with nothing but null in it."""
    color: object = fields.get("color")
    is_empty = isinstance(color, dict) and all(value is None for value in color.values())
    return None if is_empty else color


def word_of(color: object, words: tuple[str, ...]) -> str | None:
    """The kind of a colour by its keys: one that the lamp lists, or else another of the same mode."""
    if not isinstance(color, dict):
        return None
    keys = {SPELLINGS.get(key, key) for key in color}
    modes = {MODES[word] for word in words}
    fitting = (word for word in (*words, *KEYS) if word in KEYS and MODES[word] in modes)
    return next((word for word in fitting if keys.issuperset(KEYS[word])), None)
