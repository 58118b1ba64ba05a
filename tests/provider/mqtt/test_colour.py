"""Colours between hue and saturation, xy and sRGB, against points that others have measured; and numbers on scales."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from igloo_providers.mqtt.colour import color_of, color_of_hs, color_of_xy, hs_of, reciprocal, xy_of
from igloo_providers.mqtt.levels import plain, share, step_of, within
from igloo_wire import Color

PURE = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(lambda each: color_of(*each))


@pytest.mark.parametrize(
    ("x", "y", "color"),
    [
        # The primaries and the white of sRGB, IEC 61966-2-1.
        (0.64, 0.33, (1, 0, 0)),
        (0.30, 0.60, (0, 1, 0)),
        (0.15, 0.06, (0, 0, 1)),
        (0.3127, 0.3290, (1, 1, 1)),
        # CSS orange, #ffa500, with its xy from the same standard.
        (0.5006, 0.4408, (1, 165 / 255, 0)),
        # Outside of what sRGB can show: the nearest edge.
        (0.7006, 0.2993, (1, 0, 0)),
        (0.17, 0.70, (0, 1, 0.045)),
    ],
)
def test_xy_is_srgb_through_d65(x: float, y: float, color: tuple[float, float, float]) -> None:
    found = color_of_xy(x, y)
    assert found is not None
    assert (found.red, found.green, found.blue) == pytest.approx(color, abs=0.01)


@pytest.mark.parametrize(
    ("x", "y"), [(0.9, 0.9), (-0.1, 0.5), (0.3, 0.0), (0.3, -1.0), (math.nan, 0.3), (0.3, math.inf)]
)
def test_where_there_is_no_light_there_is_no_colour(x: float, y: float) -> None:
    assert color_of_xy(x, y) is None


@pytest.mark.parametrize(
    ("hue", "saturation", "color"),
    [
        (0, 100, (1, 0, 0)),
        (360, 100, (1, 0, 0)),
        (-120, 100, (0, 0, 1)),
        (30, 100, (1, 0.5, 0)),
        (240, 50, (0.5, 0.5, 1)),
        (77, 0, (1, 1, 1)),
    ],
)
def test_hue_and_saturation_are_hsv_of_value_1(
    hue: float, saturation: float, color: tuple[float, float, float]
) -> None:
    found = color_of_hs(hue, saturation)
    assert (found.red, found.green, found.blue) == pytest.approx(color)


@given(PURE)
def test_a_colour_comes_back(color: Color | None) -> None:
    if color is None:
        return
    for again in (color_of_hs(*hs_of(color)), color_of_xy(*xy_of(color))):
        assert again is not None
        assert (again.red, again.green, again.blue) == pytest.approx(
            (color.red, color.green, color.blue), abs=1e-4
        )
        assert max(again.red, again.green, again.blue) == pytest.approx(1.0)


@given(st.floats(), st.floats(), st.floats())
@example(0.0, 1.0, math.nan)
def test_any_numbers_are_a_colour_or_none(first: float, second: float, third: float) -> None:
    for color in (color_of_xy(first, second), color_of(first, second, third)):
        assert color is None or max(color.red, color.green, color.blue) == 1.0


def test_black_has_no_hue() -> None:
    assert color_of(0.0, 0.0, 0.0) is None
    assert xy_of(Color(0.0, 0.0, 0.0)) == pytest.approx((0.3127, 0.3290))


def test_mireds_and_kelvin_are_each_others_reciprocal() -> None:
    assert reciprocal(250) == 4000
    assert reciprocal(4000) == 250
    assert reciprocal(0) == reciprocal(-5) == math.inf


def test_a_number_outside_by_rounding_is_taken_to_the_end() -> None:
    assert within(100.4, 0, 100) == 100
    assert within(-0.5, 0, 100) == 0
    assert share(255, 0, 254) == 1
    assert share(100.4, 100, 0) == 0


@pytest.mark.parametrize("value", [102.0, -1.5, math.nan, math.inf, -math.inf])
def test_a_number_farther_outside_is_not_guessed_at(value: float) -> None:
    with pytest.raises(ValueError, match="is not between 0 and 100"):
        within(value, 0, 100)
    with pytest.raises(ValueError, match="is not between 0 and 100"):
        share(value, 100, 0)


def test_a_level_becomes_a_step_that_is_not_off() -> None:
    assert [step_of(level, 3) for level in (0.0, 0.1, 0.34, 0.5, 0.66, 1.0)] == [1, 1, 1, 2, 2, 3]


def test_numbers_are_written_as_devices_write_them() -> None:
    assert [plain(21.0), plain(21.5), plain(20.004), plain(-0.001)] == [21, 21.5, 20, 0]
    assert isinstance(plain(21.0), int)
