"""Levels, tones, colours, modes and effects, from the words and numbers of lamps to components and back.

Knows no topic, template or config. Whatever raises ValueError does so with a sentence for a bad report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, floor
from typing import Final

from igloo_providers.mqtt.colour import (
    brightest,
    color_of,
    color_of_hs,
    color_of_xy,
    hs_of,
    reciprocal,
    xy_of,
)
from igloo_providers.mqtt.entity import shorten, to_number
from igloo_providers.mqtt.lamp import NO_EFFECT, Lamp, Tint
from igloo_providers.mqtt.levels import plain, share, step_of, within
from igloo_wire import (
    ColdWhite,
    Color,
    ColorMode,
    ColorTemperature,
    Component,
    Dimmer,
    Effect,
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
WHITES: Final[Mapping[str, tuple[type[White | ColdWhite | WarmWhite], ...]]] = {
    "rgb": (),
    "rgbw": (White,),
    "rgbww": (ColdWhite, WarmWhite),
}
COLORED: Final = (Color, White, ColdWhite, WarmWhite)
FULL: Final = 255
"""What channels and most brightnesses count to."""

LOWEST_KELVIN, HIGHEST_KELVIN = 1000.0, 20000.0
"""What ColorTemperature can say."""


# What lamps report.


def to_switch(text: str) -> Switch:
    if text.upper() in ("ON", "TRUE"):
        return Switch(True)
    if text.upper() in ("OFF", "FALSE"):
        return Switch(False)
    raise ValueError(f"{shorten(text)} is neither 'ON' nor 'OFF'")


def to_level(scale: int, text: str) -> Dimmer | None:
    level = share(to_number(text), 0, scale)
    return None if level == 0 else Dimmer(level)


def to_tone(in_kelvin: bool, text: str) -> ColorTemperature:
    number = to_number(text)
    kelvin = number if in_kelvin else reciprocal(number)
    return ColorTemperature(within(kelvin, LOWEST_KELVIN, HIGHEST_KELVIN))


def to_mode(modes: tuple[ColorMode, ...], text: str) -> ColorMode:
    """One of those that the lamp has."""
    mode = MODES.get(text)
    if mode not in modes:
        names = ", ".join(word for word in MODES if MODES[word] in modes)
        raise ValueError(f"{shorten(text)} is none of {names}")
    return mode


def to_effect(effects: tuple[str, ...], text: str) -> Effect:
    return Effect("" if text.lower() in NO_EFFECT and text not in effects else text)


def to_color(word: str, numbers: list[float], carries_level: bool) -> list[Component]:
    """The components of a colour of this kind, with the brightness if its channels carry it. Raises ValueError."""
    if len(numbers) != CHANNELS.get(word, 2):
        raise ValueError(f"it has {len(numbers)} numbers")
    if word == "xy":
        return [color_at(*numbers)]
    if word == "hs":
        return [color_of_hs(numbers[0], within(numbers[1], 0.0, 100.0))]
    return mixture(word, numbers, carries_level=carries_level)


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


# What is sent to them.


def color_to_send(lamp: Lamp, word: str, tint: Tint, level: float | None) -> list[int | float]:
    """The numbers of a tint in a kind of colour; its channels have the brightness in them where they carry it."""
    match word:
        case "xy":
            return [*rounded_xy(tint.color)]
        case "hs":
            return [*rounded_hs(tint.color)]
        case _:
            return [*mixed(tint, lamp.current_level(level) if tint.mode in lamp.carried else 1.0)]


def mixed(tint: Tint, level: float) -> list[int]:
    """The channels 0..255 of a tint at a brightness; never all 0, which would be dark."""
    shares = tint.shares()
    channels = [round(each * level * FULL) for each in shares]
    if not any(channels):
        channels[shares.index(max(shares))] = 1
    return channels


def rounded_xy(color: Color) -> tuple[float, float]:
    x, y = xy_of(color)
    return round(x, 4), round(y, 4)


def rounded_hs(color: Color) -> tuple[int | float, int | float]:
    hue, saturation = hs_of(color)
    return plain(hue) % 360, plain(saturation)  # 359.999 is 0, not 360


def tone_to_send(lamp: Lamp, in_kelvin: bool, kelvin: float) -> int:
    """Kelvin or mireds, which do not leave the limits by rounding."""
    number = round(kelvin if in_kelvin else reciprocal(kelvin))
    if lamp.limits is None:
        return number
    low, high = lamp.limits.minimum, lamp.limits.maximum
    if not in_kelvin:
        low, high = round(reciprocal(high), 6), round(reciprocal(low), 6)
    lowest, highest = ceil(low), floor(high)
    # Where no whole number is between them, there is nothing better than the nearest.
    return min(max(number, lowest), highest) if lowest <= highest else number


def nearest(choices: tuple[float, float], wanted: float) -> float:
    """Devices know two lengths of a flash by their seconds, and no other."""
    return min(choices, key=lambda each: abs(each - wanted))


# What comes back of it.


def as_reported(
    lamp: Lamp, scale: int, in_kelvin: bool, words: Iterable[str], wanted: Component
) -> Component:
    """What comes back when a component was written: the same on the device's scale. To be asked after the write."""
    if lamp.mode in lamp.carried and isinstance(wanted, (Dimmer, *COLORED)):
        return as_mixed(lamp, wanted)
    if isinstance(wanted, Dimmer):
        return Dimmer(step_of(wanted.value, scale) / scale)
    if isinstance(wanted, ColorTemperature):
        sent = tone_to_send(lamp, in_kelvin, wanted.value)
        kelvin = float(sent) if in_kelvin else reciprocal(sent)
        return ColorTemperature(min(max(kelvin, LOWEST_KELVIN), HIGHEST_KELVIN))
    if isinstance(wanted, Effect):
        return Effect(lamp.effect_named(wanted.value))
    if isinstance(wanted, Color) and ColorMode.COLOR in lamp.modes and brightest(wanted) > 0:
        pure = color_of(wanted.red, wanted.green, wanted.blue)
        if pure is not None:
            return color_at(*rounded_xy(pure)) if "xy" in words else pure
    return wanted


def as_mixed(lamp: Lamp, wanted: Component) -> Component:
    """What the channels say of it that were sent: the darker they are, the fewer tints they can show."""
    tint = lamp.tint_to_dim()
    word = next((word for word in CHANNELS if tint is not None and MODES[word] == tint.mode), None)
    if tint is None or word is None:
        return wanted
    level = lamp.current_level(wanted.value if isinstance(wanted, Dimmer) else None)
    channels = [float(each) for each in mixed(tint, level)]
    said = mixture(word, channels, carries_level=True)
    return next((each for each in said if type(each) is type(wanted)), wanted)
