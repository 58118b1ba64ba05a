"""Colours and white tones as MQTT devices say them: hue and saturation, CIE xy, 8 bits a channel, mireds.

Arithmetic over floats. Knows no topic, no config and no device. A `Color` is sRGB, gamma-encoded, each channel 0..1;
here it always stands for hue and saturation alone, so its largest channel is 1: how bright the lamp is, is Dimmer's.
"""

import colorsys
import math
from typing import Final

from igloo_wire import Color

MIREDS: Final = 1_000_000.0
"""Kelvin times mireds: a mired is a millionth of the reciprocal, so one division goes both ways."""

WHITE_POINT: Final = (0.3127, 0.3290)
"""xy of D65, the white of sRGB (IEC 61966-2-1)."""

# CIE XYZ (D65) to linear sRGB and back, from the primaries of IEC 61966-2-1.
TO_LINEAR: Final = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
TO_XYZ: Final = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def reciprocal(tone: float) -> float:
    """Mireds of a white tone in kelvin, or kelvin of one in mireds. Infinity for what is zero or below."""
    return MIREDS / tone if tone > 0 else math.inf


def color_of(red: float, green: float, blue: float) -> Color | None:
    """The hue and saturation of three channels of any one scale, brightness left out. None: black has neither."""
    brightest = max(red, green, blue)
    if not all(map(math.isfinite, (red, green, blue))) or brightest <= 0:
        return None
    return Color(max(red / brightest, 0.0), max(green / brightest, 0.0), max(blue / brightest, 0.0))


def brightest(color: Color) -> float:
    """The largest channel."""
    return max(color.red, color.green, color.blue)


def color_of_hs(hue: float, saturation: float) -> Color:
    """Of hue in degrees (taken round the circle) and saturation 0..100: HSV with value 1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 360 / 360, min(max(saturation / 100, 0.0), 1.0), 1.0)
    return Color(red, green, blue)


def hs_of(color: Color) -> tuple[float, float]:
    """Hue in degrees 0..360 and saturation 0..100."""
    hue, saturation, _ = colorsys.rgb_to_hsv(color.red, color.green, color.blue)
    return hue * 360, saturation * 100


def color_of_xy(x: float, y: float) -> Color | None:
    """Of a point of the CIE 1931 diagram. None where there is no light: outside of x >= 0, y > 0, x + y <= 1.

    A tint that sRGB can't show is taken to the nearest edge by leaving out what would be negative light.
    """
    if not (x >= 0 and y > 0 and x + y <= 1.0001):  # a sum of two rounded numbers; NaN fails too
        return None
    xyz = (x / y, 1.0, max(1 - x - y, 0.0) / y)
    linear = [max(sum(a * b for a, b in zip(row, xyz, strict=True)), 0.0) for row in TO_LINEAR]
    largest = max(linear)
    if not math.isfinite(largest) or largest <= 0:
        return None
    red, green, blue = (encoded(channel / largest) for channel in linear)
    return Color(red, green, blue)


def xy_of(color: Color) -> tuple[float, float]:
    """Where it stands in the CIE 1931 diagram; black, which stands nowhere, is given as white."""
    linear = [decoded(channel) for channel in (color.red, color.green, color.blue)]
    x, y, z = (sum(a * b for a, b in zip(row, linear, strict=True)) for row in TO_XYZ)
    total = x + y + z
    return (x / total, y / total) if total > 0 else WHITE_POINT


def encoded(linear: float) -> float:
    """A share of light 0..1 as an sRGB channel (gamma of IEC 61966-2-1)."""
    channel = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(min(max(channel, 0.0), 1.0), 6)  # without it white would be 0.9999999999999999


def decoded(channel: float) -> float:
    """The inverse of `encoded`."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
