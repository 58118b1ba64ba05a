"""Lamps of MQTT discovery: (config, message, components) and (config, write, messages), in all three schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.discovery import parse_config, parse_topic
from igloo_providers.mqtt.entity import Mapped, close_enough
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_wire import (
    AssumedState,
    ColdWhite,
    Color,
    ColorMode,
    ColorModes,
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    Dimmer,
    DoorLock,
    Effect,
    EffectOptions,
    FlashDuration,
    Light,
    Switch,
    TransitionDuration,
    Unknown,
    WarmWhite,
    White,
)
from tests.provider.mqtt import corpus
from tests.provider.mqtt.mapping import (
    any_writes,
    check_anything,
    fact,
    faults,
    json_values,
    lost,
    mapped,
    said,
    sent,
    unknown,
    why_rejected,
    why_unmappable,
    writable,
)

RED, ORANGE, BLUE = Color(1.0, 0.0, 0.0), Color(1.0, 0.5, 0.0), Color(0.0, 0.0, 1.0)
JSON_TOPICS = {"schema": "json", "command_topic": "lamp/set", "state_topic": "lamp"}
Z2M: dict[str, Any] = JSON_TOPICS | {"brightness": True, "brightness_scale": 254}
Z2M_COLOR = Z2M | {"supported_color_modes": ["xy", "color_temp"], "min_mireds": 153, "max_mireds": 500}


def message(mapped: Mapped, *components: Component) -> dict[str, Any]:
    """The one JSON text that a write becomes."""
    ((topic, payload),) = sent(mapped, *components)
    assert topic == "lamp/set"
    fields: dict[str, Any] = json.loads(payload)
    return fields


def state(mapped: Mapped, **fields: object) -> set[Component]:
    return said(mapped, "lamp", json.dumps(fields))


# ── JSON ──


@pytest.mark.parametrize(
    ("modes", "kinds", "color_modes"),
    [
        (["onoff"], {Switch}, None),
        (["brightness"], {Switch, Dimmer}, None),
        (["color_temp"], {Switch, Dimmer, ColorTemperature}, None),
        (["xy"], {Switch, Dimmer, Color}, None),
        (
            ["hs", "color_temp"],
            {Switch, Dimmer, Color, ColorTemperature, ColorMode},
            [ColorMode.COLOR, ColorMode.TEMPERATURE],
        ),
        (["rgbw"], {Switch, Dimmer, Color, White, ColorMode}, [ColorMode.COLOR_WHITE]),
        (
            ["rgbww"],
            {Switch, Dimmer, Color, ColdWhite, WarmWhite, ColorMode},
            [ColorMode.COLOR_COLD_WARM],
        ),
        (["rgb", "white"], {Switch, Dimmer, Color, ColorMode}, [ColorMode.COLOR, ColorMode.WHITE]),
        # What a later convention adds takes nothing away.
        (["xy", "smell"], {Switch, Dimmer, Color}, None),
        # These two stand alone. Beside others no message could ask for them.
        (["onoff", "brightness", "xy"], {Switch, Dimmer, Color}, None),
        (["onoff", "brightness"], {Switch, Dimmer}, None),
    ],
)
def test_colour_modes_become_components(
    modes: list[str], kinds: set[type[Component]], color_modes: list[ColorMode] | None
) -> None:
    lamp = mapped("light", **Z2M | {"brightness": "onoff" not in modes}, supported_color_modes=modes)

    assert unknown(lamp) == writable(lamp) == kinds
    assert fact(lamp, Light) is not None
    assert fact(lamp, ColorModes) == (ColorModes(color_modes) if color_modes else None)


def test_a_lamp_of_before_there_was_a_list_of_modes_is_read_by_its_flags() -> None:
    lamp = mapped("light", **JSON_TOPICS, brightness=True, rgb=True, color_temp=True)
    assert unknown(lamp) == {Switch, Dimmer, Color, ColorTemperature, ColorMode}
    several = mapped("light", **JSON_TOPICS, brightness=True, hs=True, xy=True, rgb=True)
    assert message(several, RED)["color"] == {"r": 255, "g": 0, "b": 0}
    assert state(several, color={"x": 0.64, "y": 0.33, "r": 0, "g": 0, "b": 255}) == {BLUE}
    dimmed = mapped("light", **JSON_TOPICS, hs=True, rgb=True)
    assert message(dimmed, Dimmer(0.2), RED) == {"state": "ON", "color": {"r": 51, "g": 0, "b": 0}}
    assert unknown(mapped("light", **JSON_TOPICS, brightness=True)) == {Switch, Dimmer}
    assert unknown(mapped("light", **JSON_TOPICS)) == {Switch}


def test_limits_are_kelvin() -> None:
    def limits(**data: object) -> ColorTemperatureLimits:
        found = fact(
            mapped("light", **Z2M, supported_color_modes=["color_temp"], **data), ColorTemperatureLimits
        )
        assert found is not None
        return found

    assert limits(min_mireds=250, max_mireds=400) == ColorTemperatureLimits(2500.0, 4000.0)
    assert limits(color_temp_kelvin=True, min_kelvin=2200, max_kelvin=6500) == ColorTemperatureLimits(
        2200.0, 6500.0
    )
    # As two real lamps have it.
    assert limits(min_mireds=250, max_mireds=65279) == ColorTemperatureLimits(1000.0, 4000.0)
    assert limits(min_mireds=25, max_mireds=1000) == ColorTemperatureLimits(1000.0, 20000.0)
    assert limits().minimum == 2000.0
    assert limits().maximum == pytest.approx(6535.9, abs=0.1)


@pytest.mark.parametrize(
    ("fields", "components"),
    [
        ({"state": "ON"}, {Switch(True)}),
        ({"state": "OFF", "brightness": 0}, {Switch(False)}),
        ({"state": True}, {Switch(True)}),
        ({"state": "false"}, {Switch(False)}),
        ({"brightness": 127}, {Dimmer(0.5)}),
        # 255 of 254 is a rounding; see `within`.
        ({"brightness": 255}, {Dimmer(1.0)}),
        (
            {"color_mode": "color_temp", "color_temp": 250, "color": {"x": 0.38, "y": 0.38}},
            {ColorMode.TEMPERATURE, ColorTemperature(4000.0)},
        ),
        (
            {"color_mode": "hs", "color": {"hue": 240, "saturation": 100}, "color_temp": 250},
            {ColorMode.COLOR, BLUE},
        ),
        ({"color": {"h": 240, "s": 100}}, {ColorMode.COLOR, BLUE}),
        ({"color": {"r": 127.5, "g": 63.75, "b": 0}}, {ColorMode.COLOR, ORANGE}),
        ({"color_temp": 250}, {ColorMode.TEMPERATURE, ColorTemperature(4000.0)}),
        # Of two ways to say a colour, that which the lamp lists.
        ({"color": {"h": 240, "s": 100, "x": 0.64, "y": 0.33}}, {ColorMode.COLOR, RED}),
        # Nobody says which of them is in force.
        (
            {"color_mode": None, "color_temp": 250, "color": {"h": 240, "s": 100}},
            {ColorTemperature(4000.0), BLUE},
        ),
        ({"color_temp": 250, "color": {"h": 240, "s": 100}}, {ColorTemperature(4000.0), BLUE}),
        (
            {"state": None, "brightness": None, "color": None, "color_temp": None, "color_mode": None},
            {Unknown([kind]) for kind in (Switch, Dimmer, Color, ColorTemperature, ColorMode)},
        ),
        ({"color": {"x": None, "y": None}}, {Unknown([Color])}),
        # What it lacks takes nothing from what it has.
        ({"color": {"r": 0, "g": 0, "b": 255, "w": 9}}, {ColorMode.COLOR, BLUE}),
        ({"color_mode": "xy", "color_temp": 250}, {ColorMode.COLOR}),
        ({"effect": None}, {Unknown([Effect])}),
        ({"effect": "none"}, {Effect("")}),
        ({"effect": "blink"}, {Effect("blink")}),
        ({"effect": "new in 2031"}, {Effect("new in 2031")}),
        ({"linkquality": 200, "update": {"state": None}}, set()),
        ({}, set()),
    ],
)
def test_a_json_state_becomes_components(fields: dict[str, Any], components: set[Component]) -> None:
    lamp = mapped("light", **Z2M_COLOR, effect=True, effect_list=["blink"])
    assert state(lamp, **fields) == components


def test_xy_is_read_through_d65() -> None:
    lamp = mapped("light", **Z2M_COLOR)
    for x, y, color in [
        (0.64, 0.33, RED),
        (0.15, 0.06, BLUE),
        (0.3127, 0.329, Color(1.0, 1.0, 1.0)),
        (0.7006, 0.2993, RED),  # deeper than sRGB has it
    ]:
        (heard,) = (each for each in state(lamp, color={"x": x, "y": y}) if isinstance(each, Color))
        assert max(heard.red, heard.green, heard.blue) == 1.0
        assert close_enough(heard, color), (x, y, heard)


def test_a_colour_in_the_keys_of_another_kind_is_read_by_its_keys() -> None:
    lamp = mapped("light", **Z2M, supported_color_modes=["hs"])
    assert state(lamp, color_mode="rgb", color={"h": 240, "s": 100}) == {BLUE}
    assert state(lamp, color={"r": 9, "g": 0, "b": 0}) == {RED}
    assert lost(lamp, "lamp", '{"color": {"r": 9, "g": 0, "w": 0}}') == {Color}


def test_tones_may_be_kelvin() -> None:
    lamp = mapped("light", **Z2M, supported_color_modes=["color_temp"], color_temp_kelvin=True)
    assert state(lamp, color_temp=2718) == {ColorTemperature(2718.0)}
    assert message(lamp, ColorTemperature(2718.3)) == {"state": "ON", "color_temp": 2718}
    assert lamp.reports_as(ColorTemperature(2718.3)) == ColorTemperature(2718.0)


def test_a_mixed_mode_says_shares() -> None:
    lamp = mapped("light", **Z2M, supported_color_modes=["rgbw", "rgbww"])
    color = {"r": 255, "g": 127.5, "b": 0, "w": 51, "c": 0}
    assert state(lamp, color_mode="rgbw", color=color) == {ColorMode.COLOR_WHITE, ORANGE, White(0.2)}
    assert state(lamp, color_mode="rgbww", color=color) == {
        ColorMode.COLOR_COLD_WARM,
        ORANGE,
        ColdWhite(0.0),
        WarmWhite(0.2),
    }
    # What a write does not name stays as it was; with fewer components it is the simpler mode.
    assert message(lamp, ColorMode.COLOR_COLD_WARM)["color"] == {"r": 255, "g": 128, "b": 0, "c": 0, "w": 51}
    assert message(lamp, ORANGE)["color"] == {"r": 255, "g": 128, "b": 0, "w": 51}


def test_a_mixed_colour_that_makes_no_sense_takes_its_whites_along() -> None:
    lamp = mapped("light", **Z2M, supported_color_modes=["rgbww"])
    for color in ({"r": 1, "g": 2, "b": 3, "c": 999, "w": 5}, {"r": 1, "g": 2, "b": 3}, "red"):
        assert lost(lamp, "lamp", json.dumps({"color": color})) == {Color, ColdWhite, WarmWhite}
    assert state(lamp, color=None) == {Unknown([Color, ColdWhite, WarmWhite])}


def test_channels_carry_the_brightness_where_nothing_else_does() -> None:
    lamp = mapped("light", **JSON_TOPICS, supported_color_modes=["rgb"])
    assert unknown(lamp) == {Switch, Dimmer, Color}
    assert state(lamp, state="ON", color={"r": 51, "g": 25.5, "b": 0}) == {Switch(True), Dimmer(0.2), ORANGE}
    assert message(lamp, Dimmer(0.4)) == {"state": "ON", "color": {"r": 102, "g": 51, "b": 0}}
    assert message(lamp, BLUE) == {"state": "ON", "color": {"r": 0, "g": 0, "b": 102}}
    assert message(lamp, Dimmer(0.0)) == {"state": "ON", "color": {"r": 0, "g": 0, "b": 1}}
    # Dark channels are no colour and no brightness.
    assert state(lamp, state="OFF", color={"r": 0, "g": 0, "b": 0}) == {Switch(False)}


def test_the_strongest_of_mixed_channels_is_the_brightness_that_was_written() -> None:
    lamp = mapped("light", **JSON_TOPICS, supported_color_modes=["rgbw"])
    # Shares of each other: half of red and a fifth of white are all of red and two fifths of white.
    write = [Dimmer(0.6), Color(0.5, 0.0, 0.0), White(0.2)]
    assert message(lamp, *write) == {"state": "ON", "color": {"r": 153, "g": 0, "b": 0, "w": 61}}
    assert message(lamp, Dimmer(1.0)) == {"state": "ON", "color": {"r": 255, "g": 0, "b": 0, "w": 102}}
    assert message(lamp, Color(0.0, 0.0, 0.0), White(0.01))["color"] == {"r": 0, "g": 0, "b": 0, "w": 255}


@pytest.mark.parametrize(
    ("modes", "whites"),
    [
        (["rgb"], []),
        (["rgbw", "rgb"], [White(0.9)]),
        (["rgbww", "rgb"], [ColdWhite(0.3), WarmWhite(0.05)]),
    ],
)
@pytest.mark.parametrize("level", [0.0, 0.02, 0.1, 0.5, 1.0])
def test_channels_that_carry_the_brightness_report_what_they_can_show(
    modes: list[str], whites: list[Component], level: float
) -> None:
    """The darker the lamp, the coarser its colours: what was sent, said back, is what is waited for."""
    lamp = mapped("light", **JSON_TOPICS, supported_color_modes=modes)
    write = [Dimmer(level), Color(0.6, 0.3, 0.1), *whites]
    fields = message(lamp, *write)
    expected = {lamp.reports_as(wanted) for wanted in write}
    assert state(lamp, **fields, color_mode=modes[0]) >= expected
    assert Dimmer(max(round(level * 255), 1) / 255) in expected


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"state": "MAYBE"}, {Switch}),
        ({"brightness": 300}, {Dimmer}),
        ({"brightness": -20}, {Dimmer}),
        ({"brightness": [[]]}, {Dimmer}),
        ({"brightness": True}, {Dimmer}),
        ({"color_mode": "smell"}, {ColorMode}),
        ({"color_mode": "rgbww"}, {ColorMode}),
        ({"color_mode": "brightness"}, {ColorMode}),
        ({"color_mode": ["xy"]}, {ColorMode}),
        ({"brightness": "nan1"}, {Dimmer}),
        ({"color_temp": 5}, {ColorTemperature}),
        ({"color_temp": 0}, {ColorTemperature}),
        ({"color_mode": "xy", "color": {"x": 0.9, "y": 0.9}}, {Color}),
        ({"color_mode": "xy", "color": {"x": 0.3}}, {Color}),
        ({"color_mode": "hs", "color": [1, 2]}, {Color}),
        ({"color_mode": "rgb", "color": {"r": 1, "g": 2}}, {Color}),
        ({"color_mode": "rgb", "color": {"r": 1, "g": 2, "b": 300}}, {Color}),
    ],
)
def test_what_makes_no_sense_is_not_known_and_the_rest_is(
    fields: dict[str, Any], kinds: set[type[Component]]
) -> None:
    lamp = mapped("light", **Z2M_COLOR)
    assert lost(lamp, "lamp", json.dumps(fields)) == kinds


@pytest.mark.parametrize("payload", ["ON", "[1]", "17", "{", "nul"])
def test_a_state_that_is_no_json_object_is_said_once_and_changes_nothing(payload: str) -> None:
    lamp = mapped("light", **Z2M_COLOR)
    (fault,) = faults(lamp, "lamp", payload)
    assert payload in fault.reason
    assert fault.unknown == ()


def test_a_cleared_topic_says_nothing() -> None:
    assert said(mapped("light", **Z2M_COLOR), "lamp", "") == set()


@pytest.mark.parametrize(
    ("write", "fields"),
    [
        ([Switch(True)], {"state": "ON"}),
        ([Switch(False)], {"state": "OFF"}),
        ([Switch(False), TransitionDuration(2.5)], {"state": "OFF", "transition": 2.5}),
        ([Dimmer(0.5)], {"state": "ON", "brightness": 127}),
        ([Dimmer(0.0)], {"state": "ON", "brightness": 1}),
        ([Dimmer(1.0), TransitionDuration(3.0)], {"state": "ON", "brightness": 254, "transition": 3}),
        ([ColorTemperature(4000.0)], {"state": "ON", "color_temp": 250}),
        ([ColorTemperature(6536.0)], {"state": "ON", "color_temp": 153}),
        ([RED], {"state": "ON", "color": {"x": 0.64, "y": 0.33}}),
        ([Color(0.25, 0.0, 0.0)], {"state": "ON", "color": {"x": 0.64, "y": 0.33}}),
        (
            [Switch(True), Dimmer(0.5), BLUE, ColorMode.COLOR],
            {"state": "ON", "brightness": 127, "color": {"x": 0.15, "y": 0.06}},
        ),
        ([Effect("blink")], {"state": "ON", "effect": "blink"}),
        ([FlashDuration(1.0)], {"state": "ON", "flash": 2}),
        ([FlashDuration(60.0)], {"state": "ON", "flash": 10}),
    ],
)
def test_one_write_is_one_json_message(write: list[Component], fields: dict[str, Any]) -> None:
    lamp = mapped("light", **Z2M_COLOR, effect=True, effect_list=["blink"])
    assert message(lamp, *write) == fields


def test_a_tone_is_not_rounded_out_of_the_limits() -> None:
    def tones(*wanted: float, **limits: object) -> list[object]:
        lamp = mapped("light", **Z2M, supported_color_modes=["color_temp"], **limits)
        return [message(lamp, ColorTemperature(each))["color_temp"] for each in wanted]

    # 153.02 and 465.12 mireds
    assert tones(6535.0, 2150.0, min_kelvin=2150, max_kelvin=6535) == [154, 465]
    assert tones(6535.0, 2150.0, 4000.4, min_kelvin=2149.6, max_kelvin=6535.4, color_temp_kelvin=True) == [
        *(6535, 2150, 4000)
    ]
    assert tones(2151.0, min_kelvin=2151) == [464]  # 464.9
    # As mireds have it, to the end: the reciprocal of a reciprocal is not quite the number.
    for lowest in range(111, 200):
        assert tones(1e6 / lowest, 1e6 / 497, min_mireds=lowest, max_mireds=497) == [lowest, 497]
    # No whole number of mireds lies between them.
    assert tones(4003.0, 4040.0, min_kelvin=4002, max_kelvin=4010) == [250, 249]


def test_each_kind_of_colour_is_written_in_its_own_keys() -> None:
    def color(mode: str, *write: Component) -> object:
        return message(mapped("light", **Z2M, supported_color_modes=[mode]), *write)["color"]

    assert color("hs", BLUE) == {"h": 240, "s": 100}
    assert color("hs", Color(1.0, 0.0, 0.00005)) == {"h": 0, "s": 100}
    assert color("hs", Color(0.75, 0.75, 1.0)) == {"h": 240, "s": 25}
    assert color("rgb", ORANGE) == {"r": 255, "g": 128, "b": 0}
    assert color("rgbw", ORANGE, White(0.2)) == {"r": 255, "g": 128, "b": 0, "w": 51}
    assert color("rgbw", Color(0.5, 0.0, 0.0), White(1.0)) == {"r": 128, "g": 0, "b": 0, "w": 255}
    # Beside a brightness of its own they are what was written, however dark.
    assert color("rgbw", Color(0.5, 0.0, 0.0), White(0.2)) == {"r": 128, "g": 0, "b": 0, "w": 51}
    # CSS orange, as in test_colour.py
    assert color("xy", Color(1.0, 165 / 255, 0.0)) == pytest.approx({"x": 0.5006, "y": 0.4408}, abs=2e-4)
    assert color("rgbww", BLUE, WarmWhite(1.0)) == {"r": 0, "g": 0, "b": 255, "c": 0, "w": 255}


def test_white_is_written_with_a_brightness_on_its_own_scale() -> None:
    lamp = mapped("light", **Z2M, supported_color_modes=["rgb", "white"], white_scale=100)
    assert message(lamp, ColorMode.WHITE, Dimmer(0.3)) == {"state": "ON", "white": 30}
    assert message(lamp, ColorMode.WHITE) == {"state": "ON", "white": 30}
    said_white = state(lamp, color_mode="white", brightness=127, color={"r": 255, "g": 255, "b": 255})
    assert said_white == {ColorMode.WHITE, Dimmer(0.5)}


def test_a_mode_alone_brings_back_what_it_last_showed() -> None:
    lamp = mapped("light", **Z2M_COLOR)
    assert "write Color" in why_rejected(lamp, ColorMode.COLOR)
    assert "write ColorTemperature" in why_rejected(lamp, ColorMode.TEMPERATURE)
    state(lamp, color_mode="hs", color={"hue": 240, "saturation": 100})
    assert message(lamp, ColorTemperature(2500.0)) == {"state": "ON", "color_temp": 400}
    assert message(lamp, ColorMode.COLOR) == {"state": "ON", "color": {"x": 0.15, "y": 0.06}}
    assert message(lamp, ColorMode.TEMPERATURE) == {"state": "ON", "color_temp": 400}


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        ([Switch(False), Dimmer(0.5)], "Dimmer would turn the lamp on"),
        ([Switch(False), BLUE, FlashDuration(1.0)], "Color, FlashDuration would turn the lamp on"),
        ([BLUE, ColorTemperature(4000.0)], "Color and ColorTemperature can't be shown at once"),
        ([BLUE, ColorMode.TEMPERATURE], "Color can't be shown in ColorMode TEMPERATURE"),
        ([ColorMode.WHITE], "no ColorMode WHITE; it has COLOR, TEMPERATURE"),
        ([ColorMode(87)], "no ColorMode unknown:87"),
        ([ColorTemperature(1500.0)], "1500 K is outside of 2000 to 6536 K"),
        ([Color(0.0, 0.0, 0.0)], "black has no hue"),
        ([Effect("boil")], "no effect 'boil'; it has 'blink'"),
        ([Effect("")], "no effect ''"),
        ([White(0.5)], "White can't be written here"),
        ([DoorLock.LOCKED], "DoorLock can't be written here"),
        ([TransitionDuration(1.0)], "nothing of this"),
        ([], "nothing of this"),
    ],
)
def test_what_a_lamp_cannot_do_at_once_is_refused(write: list[Component], sentence: str) -> None:
    lamp = mapped("light", **Z2M_COLOR, effect=True, effect_list=["blink"])
    assert sentence in why_rejected(lamp, *write)
    assert message(lamp, Switch(True)) == {"state": "ON"}


def test_tones_a_little_outside_of_the_limits_are_taken_to_them() -> None:
    """The limits are 2000 and 6535.9 K: as much as one in a hundred is a client's rounding, and more is refused."""
    lamp = mapped("light", **Z2M_COLOR)
    assert [message(lamp, ColorTemperature(each))["color_temp"] for each in (1980.0, 6601.0)] == [500, 153]
    assert lamp.reports_as(ColorTemperature(1980.0)) == ColorTemperature(2000.0)
    assert "1979 K" in why_rejected(lamp, ColorTemperature(1979.0))
    assert "6602 K" in why_rejected(lamp, ColorTemperature(6602.0))


@pytest.mark.parametrize(
    ("data", "has_effect"),
    [
        ({"effect": True, "effect_list": ["blink"]}, True),
        ({"effect": True}, True),
        ({"effect_list": ["blink"]}, True),
        ({"effect": False, "effect_list": ["blink"]}, False),
        ({}, False),
    ],
)
def test_a_lamp_has_effects_if_it_says_so_or_lists_some(data: dict[str, Any], has_effect: bool) -> None:
    lamp = mapped("light", **Z2M, **data)
    assert (Effect in unknown(lamp)) == has_effect


def test_a_lamp_that_lists_no_effects_may_have_any() -> None:
    lamp = mapped("light", **Z2M, effect=True)
    assert message(lamp, Effect("aurora")) == {"state": "ON", "effect": "aurora"}
    assert "names that it does not tell" in why_rejected(lamp, Effect(""))


def test_an_effect_may_have_a_name_that_looks_like_none() -> None:
    lamp = mapped("light", **Z2M, effect=True, effect_list=["unknown", "Off"])
    assert state(lamp, effect="unknown") == {Effect("unknown")}
    assert state(lamp, effect="Off") == {Effect("Off")}
    assert state(lamp, effect="off") == {Effect("")}
    assert state(lamp, effect="null") == {Unknown([Effect])}


def test_a_lamp_that_cannot_flash_refuses_and_one_that_cannot_fade_leaves_the_fade_out() -> None:
    lamp = mapped("light", **Z2M, flash=False, transition=False)
    assert "flash" in why_rejected(lamp, FlashDuration(1.0))
    assert message(lamp, Dimmer(1.0), TransitionDuration(9.0)) == {"state": "ON", "brightness": 254}


def test_an_effect_without_a_name_is_no_effect_of_the_lamp() -> None:
    lamp = mapped("light", **Z2M, effect=True, effect_list=["", "blink"])
    assert fact(lamp, EffectOptions) == EffectOptions(["blink"])


def test_a_flash_is_the_nearer_of_the_two_that_the_lamp_knows() -> None:
    lamp = mapped("light", **Z2M, flash_time_short=0.5, flash_time_long=4)
    assert message(lamp, FlashDuration(2.2))["flash"] == 0.5
    assert message(lamp, FlashDuration(2.3))["flash"] == 4


def test_no_effect_is_said_in_the_lamps_own_word() -> None:
    lamp = mapped("light", **Z2M, effect=True, effect_list=["rainbow", "Off"])
    assert message(lamp, Effect("")) == {"state": "ON", "effect": "Off"}
    assert lamp.reports_as(Effect("")) == Effect("Off")


def test_what_a_lamp_reports_is_what_a_write_becomes_on_its_scale() -> None:
    """Every component of a write, said back by the lamp as it was sent, is near enough to what `reports_as` expects."""
    lamp = mapped("light", **Z2M_COLOR)
    assert lamp.reported == {Switch, Dimmer, Color, ColorTemperature, ColorMode}
    for wanted in [
        Dimmer(0.333),
        Dimmer(0.0),
        ColorTemperature(2750.0),
        ColorTemperature(6400.0),
        Color(0.2, 0.9, 0.3),
        Color(0.0, 0.01, 1.0),
        Color(0.1, 0.05, 0.0),
    ]:
        fields = message(lamp, wanted)
        (heard,) = (each for each in state(lamp, **fields) if type(each) is type(wanted))
        assert close_enough(heard, lamp.reports_as(wanted)), (wanted, heard)


def test_what_is_waited_for_is_the_number_that_was_sent() -> None:
    lamp = mapped("light", **Z2M_COLOR)
    assert lamp.reports_as(Dimmer(0.0)) == Dimmer(1 / 254)
    assert lamp.reports_as(Dimmer(0.333)) == Dimmer(85 / 254)
    assert lamp.reports_as(ColorTemperature(6400.0)) == ColorTemperature(1e6 / 156)
    hs = mapped("light", **Z2M, supported_color_modes=["hs"])
    assert hs.reports_as(Color(0.5, 0.25, 0.0)) == ORANGE
    color = Color(0.2, 0.9, 0.3)
    assert lamp.reports_as(color) in state(lamp, **message(lamp, color))


def test_an_effect_of_a_json_lamp_is_not_waited_for() -> None:
    lamp = mapped("light", **Z2M, effect=True, effect_list=["blink"])
    assert Effect not in lamp.reported
    assert Effect in writable(lamp)


def test_a_lamp_without_a_state_topic_assumes() -> None:
    lamp = mapped("light", schema="json", command_topic="lamp/set")
    assert fact(lamp, AssumedState) is not None
    assert not lamp.reported
    told = mapped("light", **Z2M, optimistic=True)
    assert fact(told, AssumedState) is not None
    assert not told.reported
    assert state(told, state="ON") == {Switch(True)}
    assert fact(mapped("light", **Z2M), AssumedState) is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"schema": "xml", "command_topic": "a"}, "schema must be one of"),
        ({"schema": "json"}, "command_topic is missing"),
        ({"schema": "json", "command_topic": "a/#"}, "without the wildcards"),
        (Z2M | {"brightness_scale": 0}, "brightness_scale must be from 1 to 65,536, not 0"),
        (Z2M | {"white_scale": 65537}, "white_scale must be from 1 to 65,536, not 65537"),
        (Z2M | {"flash_time_short": 0}, "flash_time_short must be more than 0 seconds, not 0"),
        (Z2M | {"flash_time_long": -10}, "flash_time_long must be more than 0 seconds, not -10"),
        (Z2M | {"supported_color_modes": {"xy": 1}}, "supported_color_modes must be a list of texts"),
        (Z2M_COLOR | {"min_mireds": 600}, "min_mireds must leave room"),
        (Z2M | {"effect": True, "effect_list": [f"effect {n}" for n in range(5000)]}, "effect_list"),
        ({"schema": "template", "command_topic": "a"}, "command_on_template"),
        ({"command_topic": "a", "payload_on": "OFF"}, "payload_on must differ"),
        ({"command_topic": "a", "on_command_type": "never"}, "on_command_type must be one of"),
    ],
)
def test_a_config_that_cannot_be_is_named(data: dict[str, Any], sentence: str) -> None:
    assert sentence in why_unmappable("light", **data)


# ── a topic for everything ──

RGB = {
    "command_topic": "c",
    "state_topic": "s",
    "rgb_command_topic": "c/rgb",
    "rgb_state_topic": "s/rgb",
    "payload_on": "1",
    "payload_off": "0",
}
FULL = {
    "command_topic": "c",
    "state_topic": "s",
    "brightness_command_topic": "c/bri",
    "brightness_state_topic": "s/bri",
    "brightness_scale": 100,
    "color_temp_command_topic": "c/ct",
    "color_temp_state_topic": "s/ct",
    "hs_command_topic": "c/hs",
    "hs_state_topic": "s/hs",
    "effect_command_topic": "c/fx",
    "effect_state_topic": "s/fx",
    "effect_list": ["rainbow"],
}


def test_a_lamp_with_topics_of_its_own_has_what_can_be_commanded() -> None:
    lamp = mapped("light", **FULL)
    kinds = {Switch, Dimmer, Color, ColorTemperature, ColorMode, Effect}
    assert unknown(lamp) == writable(lamp) == kinds
    assert lamp.reported == kinds
    assert fact(lamp, ColorModes) == ColorModes([ColorMode.COLOR, ColorMode.TEMPERATURE])
    assert fact(lamp, EffectOptions) == EffectOptions(["rainbow"])
    assert unknown(mapped("light", command_topic="c")) == {Switch}
    assert unknown(mapped("light", command_topic="c", brightness_command_topic="b")) == {Switch, Dimmer}


@pytest.mark.parametrize(
    ("topic", "payload", "components"),
    [
        ("s", "ON", {Switch(True)}),
        ("s", "OFF", {Switch(False)}),
        ("s", "None", {Unknown([Switch])}),
        ("s/bri", "40", {Dimmer(0.4)}),
        ("s/bri", "0", set()),
        ("s/ct", "250", {ColorTemperature(4000.0), ColorMode.TEMPERATURE}),
        ("s/hs", "240,100", {BLUE, ColorMode.COLOR}),
        ("s/hs", "240.0, 100.4", {BLUE, ColorMode.COLOR}),
        ("s/hs", "(240.0, 100.0)", {BLUE, ColorMode.COLOR}),
        ("s/hs", "[240, 100]", {BLUE, ColorMode.COLOR}),
        ("s/hs", "None", {Unknown([Color])}),
        ("s/fx", "rainbow", {Effect("rainbow")}),
        ("s/fx", "off", {Effect("")}),
    ],
)
def test_each_topic_is_read(topic: str, payload: str, components: set[Component]) -> None:
    assert said(mapped("light", **FULL), topic, payload) == components


@pytest.mark.parametrize(
    ("topic", "payload", "kinds"),
    [
        ("s", "on", {Switch}),
        ("s/bri", "bright", {Dimmer}),
        ("s/bri", "200", {Dimmer}),
        ("s/ct", "-5", {ColorTemperature}),
        ("s/hs", "240", {Color}),
        ("s/hs", "240,200", {Color}),
        ("s/hs", "240,102", {Color}),
        ("s/hs", "a,b", {Color}),
        ("s/hs", "nan,nan", {Color}),
    ],
)
def test_a_topic_that_makes_no_sense_is_not_known(
    topic: str, payload: str, kinds: set[type[Component]]
) -> None:
    assert lost(mapped("light", **FULL), topic, payload) == kinds


@pytest.mark.parametrize(
    ("write", "messages"),
    [
        ([Switch(True)], [("c", "ON")]),
        ([Switch(False), TransitionDuration(2.0)], [("c", "OFF")]),
        ([Dimmer(0.4)], [("c/bri", "40"), ("c", "ON")]),
        ([Dimmer(0.0)], [("c/bri", "1"), ("c", "ON")]),
        ([BLUE], [("c/hs", "240,100"), ("c", "ON")]),
        ([ColorTemperature(4000.0), Dimmer(1.0)], [("c/ct", "250"), ("c/bri", "100"), ("c", "ON")]),
        ([Effect("rainbow")], [("c/fx", "rainbow"), ("c", "ON")]),
    ],
)
def test_each_part_of_a_write_goes_to_its_topic(
    write: list[Component], messages: list[tuple[str, str]]
) -> None:
    assert sent(mapped("light", **FULL), *write) == messages
    first = mapped("light", **FULL, on_command_type="first")
    if len(messages) > 1:
        assert sent(first, *write) == [messages[-1], *messages[:-1]]


def test_a_lamp_that_is_turned_on_by_brightness_gets_nothing_else() -> None:
    lamp = mapped("light", **FULL, on_command_type="brightness")
    assert sent(lamp, Switch(True)) == [("c/bri", "100")]
    said(lamp, "s/bri", "30")
    assert sent(lamp, Switch(True)) == [("c/bri", "30")]
    assert sent(lamp, BLUE) == [("c/hs", "240,100"), ("c/bri", "30")]
    assert sent(lamp, Switch(False)) == [("c", "OFF")]
    rgb = mapped("light", **RGB, on_command_type="brightness")
    assert sent(rgb, Switch(True)) == [("c/rgb", "255,255,255")]
    # It can't be: then the switch is all there is.
    assert sent(mapped("light", command_topic="c", on_command_type="brightness"), Switch(True)) == [
        ("c", "ON")
    ]


def test_rgb_without_a_brightness_is_dimmed_by_its_channels() -> None:
    lamp = mapped("light", **RGB)
    assert unknown(lamp) == lamp.reported == {Switch, Dimmer, Color}
    assert said(lamp, "s/rgb", "51,25.5,0") == {Dimmer(0.2), ORANGE}
    assert sent(lamp, Dimmer(0.4)) == [("c/rgb", "102,51,0"), ("c", "1")]
    assert said(lamp, "s/rgb", "0,0,0") == set()
    assert lost(lamp, "s/rgb", "1,2") == {Color}
    # Said on a topic of its own, but not reported there: the channels are full, whatever the brightness.
    half = mapped("light", **RGB, brightness_command_topic="c/bri")
    assert said(half, "s/rgb", "255,127.5,0") == {ORANGE}
    assert half.reported == {Switch, Color}
    both = mapped("light", **RGB, brightness_command_topic="c/bri", brightness_state_topic="s/bri")
    assert said(both, "s/rgb", "51,25.5,0") == {ORANGE}
    assert sent(both, ORANGE) == [("c/rgb", "255,128,0"), ("c", "1")]


def test_channels_beside_a_brightness_that_is_only_reported_say_no_brightness() -> None:
    lamp = mapped(
        "light", command_topic="c", rgbw_command_topic="w", rgbw_state_topic="s", brightness_state_topic="b"
    )
    assert said(lamp, "s", "51,0,0,25.5") == {Color(0.2, 0.0, 0.0), White(0.1), ColorMode.COLOR_WHITE}
    assert said(lamp, "b", "51") == {Dimmer(0.2)}
    assert sent(lamp, Dimmer(1.0)) == [("w", "255,0,0,128"), ("c", "ON")]


def test_a_lamp_that_can_only_be_dimmed_by_its_colour_says_so() -> None:
    lamp = mapped("light", **RGB, color_temp_command_topic="c/ct")
    assert "write Color along with Dimmer" in why_rejected(lamp, Dimmer(0.5))
    white = mapped("light", **RGB, color_temp_command_topic="c/ct", white_command_topic="c/w")
    assert "write ColorMode WHITE along with Dimmer" in why_rejected(white, Dimmer(0.5))
    assert said(lamp, "s/rgb", "0,0,0") == set()  # dark: no colour, and none in force
    assert sent(lamp, RED) == [("c/rgb", "255,0,0"), ("c", "1")]  # what was refused is not remembered
    assert sent(lamp, Dimmer(0.2), RED) == [("c/rgb", "51,0,0"), ("c", "1")]


def test_xy_goes_before_rgb_and_carries_no_brightness() -> None:
    lamp = mapped("light", **RGB, xy_command_topic="c/xy")
    assert unknown(lamp) == {Switch, Color}
    assert sent(lamp, RED) == [("c/xy", "0.64,0.33"), ("c", "1")]
    assert said(lamp, "s/rgb", "51,0,0") == {RED}


def test_white_has_a_topic_of_its_own() -> None:
    lamp = mapped("light", **FULL, white_command_topic="c/w", white_scale=10)
    assert ColorMode not in lamp.reported  # no topic tells that it is white
    assert sent(lamp, ColorMode.WHITE, Dimmer(0.5)) == [("c/w", "5"), ("c", "ON")]
    told = mapped("light", **FULL, white_command_topic="c/w", color_mode_state_topic="s/mode")
    assert ColorMode in told.reported
    assert said(told, "s/mode", "white") == {ColorMode.WHITE}
    assert said(told, "s/hs", "240,100") == {BLUE}
    assert said(told, "s/ct", "250") == {ColorTemperature(4000.0)}
    only = mapped("light", command_topic="c", white_command_topic="c/w", white_scale=10)
    assert unknown(only) == {Switch, Dimmer}
    assert sent(only, Dimmer(0.5)) == [("c/w", "5"), ("c", "ON")]
    assert lost(told, "s/mode", "smell") == {ColorMode}
    assert lost(told, "s/mode", "rgbw") == {ColorMode}  # a mode, and none of this lamp


def test_templates_get_numbers() -> None:
    lamp = mapped(
        "light",
        command_topic="c",
        rgbw_command_topic="rgbw",
        rgbw_command_template="#{{ '%02x%02x%02x%02x' | format(red, green, blue, white) }}",
        rgbw_state_topic="s",
        rgbw_value_template="{{ value_json.channels | join(',') }}",
        brightness_command_topic="bri",
        brightness_command_template='{"level": {{ value * 2 }}}',
        color_temp_command_topic="ct",
        color_temp_kelvin=True,
    )
    assert sent(lamp, ORANGE, White(0.2), Dimmer(1.0)) == [
        ("rgbw", "#ff800033"),
        ("bri", '{"level": 510}'),
        ("c", "ON"),
    ]
    assert sent(lamp, ColorTemperature(2718.3)) == [("ct", "2718"), ("c", "ON")]
    warm = mapped(
        "light",
        command_topic="c",
        color_temp_command_topic="ct",
        color_temp_state_topic="s",
        color_temp_kelvin=True,
    )
    assert said(warm, "s", "2718") == {ColorTemperature(2718.0)}
    assert said(lamp, "s", '{"channels": [255, 127.5, 0, 51]}') >= {ORANGE, White(0.2)}


# ── one text by templates ──

TEMPLATES = {
    "schema": "template",
    "command_topic": "c",
    "state_topic": "s",
    "command_on_template": "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ effect|d }}",
    "command_off_template": "off,{{ transition|d }}",
    "state_template": "{{ value.split(',')[0] }}",
    "brightness_template": "{{ value.split(',')[1] }}",
    "red_template": "{{ value.split(',')[2].split('-')[0] }}",
    "green_template": "{{ value.split(',')[2].split('-')[1] }}",
    "blue_template": "{{ value.split(',')[2].split('-')[2] }}",
    "effect_template": "{{ value.split(',')[3] }}",
    "effect_list": ["rainbow"],
}


def test_a_lamp_of_templates_is_read_and_written() -> None:
    lamp = mapped("light", **TEMPLATES)
    assert unknown(lamp) == lamp.reported == {Switch, Dimmer, Color, Effect}
    assert said(lamp, "s", "on,51,255-127.5-0,rainbow") == {
        Switch(True),
        Dimmer(0.2),
        ORANGE,
        Effect("rainbow"),
    }
    assert said(lamp, "s", "off") == {Switch(False)}
    assert lost(lamp, "s", "dunno,999,1-2-x") == {Switch, Dimmer, Color}
    assert sent(lamp, Switch(True)) == [("c", "on,,--,")]
    assert sent(lamp, Dimmer(0.2), ORANGE, Effect("rainbow")) == [("c", "on,51,255-128-0,rainbow")]
    assert sent(lamp, Switch(False), TransitionDuration(2.0)) == [("c", "off,2")]


def test_a_lamp_of_templates_with_white_tones_says_which_is_in_force() -> None:
    lamp = mapped(
        "light",
        schema="template",
        command_topic="c",
        state_topic="s",
        command_on_template="{{ color_temp|d('-') }} {{ hue|d('-') }} {{ flash|d('-') }}",
        command_off_template="off",
        color_temp_template="{{ value_json.ct }}",
        red_template="{{ value_json.r }}",
        green_template="{{ value_json.g }}",
        blue_template="{{ value_json.b }}",
    )
    assert fact(lamp, AssumedState) is not None  # no template tells on from off
    assert unknown(lamp) == {Switch, Color, ColorTemperature, ColorMode}
    assert said(lamp, "s", '{"ct": 250}') == {ColorTemperature(4000.0), ColorMode.TEMPERATURE}
    assert said(lamp, "s", '{"r": 0, "g": 0, "b": 9, "ct": null}') >= {BLUE, ColorMode.COLOR}
    assert said(lamp, "s", '{"power": 7}') == set()
    assert sent(lamp, ColorTemperature(4000.0), FlashDuration(9.0)) == [("c", "250 - long")]
    assert sent(lamp, BLUE) == [("c", "- 240 -")]


def test_a_lamp_of_templates_without_a_brightness_is_dimmed_by_its_channels() -> None:
    lamp = mapped(
        "light",
        schema="template",
        command_topic="c",
        state_topic="s",
        command_on_template="{{ state }} {{ red }}-{{ green }}-{{ blue }} {{ sat }} {{ brightness|d('no level') }}",
        command_off_template="{{ state }} {{ value }}",
        state_template="{{ value_json.on }}",
        red_template="{{ value_json.r }}",
        green_template="{{ value_json.g }}",
        blue_template="{{ value_json.b }}",
    )
    assert unknown(lamp) == lamp.reported == {Switch, Dimmer, Color}
    assert said(lamp, "s", '{"r": 51, "g": 25.5, "b": 0}') == {Dimmer(0.2), ORANGE}
    assert said(lamp, "s", '{"on": true}') == {Switch(True)}
    assert said(lamp, "s", '{"r": 1, "g": null, "b": 1}') == {Unknown([Color])}
    assert sent(lamp, Dimmer(0.4)) == [("c", "on 102-51-0 100 no level")]
    assert sent(lamp, Color(0.5, 0.5, 1.0)) == [("c", "on 51-51-102 50 no level")]
    assert sent(lamp, Dimmer(1.0)) == [("c", "on 128-128-255 50 no level")]
    assert sent(lamp, Switch(False)) == [("c", "off off")]


def test_a_lamp_of_templates_may_have_its_tones_in_kelvin() -> None:
    lamp = mapped(
        "light",
        schema="template",
        command_topic="c",
        state_topic="s",
        command_on_template="{{ color_temp }}",
        command_off_template="off",
        color_temp_template="{{ value }}",
        color_temp_kelvin=True,
    )
    assert said(lamp, "s", "2718") == {ColorTemperature(2718.0)}
    assert sent(lamp, ColorTemperature(2718.3)) == [("c", "2718")]


def test_a_template_that_fails_refuses_the_write() -> None:
    lamp = mapped(
        "light",
        schema="template",
        command_topic="c",
        command_on_template="{{ 1 / 0 }}",
        command_off_template="off",
    )
    assert "template" in why_rejected(lamp, Switch(True))
    assert sent(lamp, Switch(False)) == [("c", "off")]


# ── real ones ──


def test_the_live_lamp_says_what_it_was_told() -> None:
    messages = list(corpus.live_messages())
    ((config_topic, config),) = (
        (topic, payload) for topic, payload in messages if topic.startswith("homeassistant/light/")
    )
    topic = parse_topic("homeassistant", config_topic)
    assert topic is not None
    (discovered,) = parse_config(topic, config.encode()).entities
    lamp = PLATFORMS["light"](discovered.config)

    assert unknown(lamp) == {Switch, Dimmer, ColorTemperature, Effect}
    assert fact(lamp, ColorTemperatureLimits) == ColorTemperatureLimits(1e6 / 454, 4000.0)
    base = "zigbee2mqtt/0x00124b0000000001"
    (command,) = {payload for topic, payload in messages if topic == f"{base}/set"}
    ((to, payload),) = sent(lamp, Switch(True), Dimmer(120 / 254), ColorTemperature(1e6 / 300))
    assert to == f"{base}/set"
    assert json.loads(payload) == json.loads(command)
    (answer,) = {payload for topic, payload in messages if topic == base}
    assert said(lamp, base, answer) == {
        Switch(True),
        Dimmer(120 / 254),
        ColorTemperature(1e6 / 300),
        Unknown([Effect]),
    }


# ── anything at all ──

LAMPS = [
    Z2M_COLOR | {"effect": True},
    Z2M | {"supported_color_modes": ["rgbw", "rgbww", "color_temp", "white"]},
    JSON_TOPICS | {"supported_color_modes": ["rgbw"]},
    FULL | {"rgbww_command_topic": "c/5", "rgbww_state_topic": "s/5", "white_command_topic": "c/w"},
    RGB | {"rgbw_command_topic": "c/4", "rgbw_state_topic": "s/4", "on_command_type": "brightness"},
    FULL | {"xy_command_topic": "c/xy", "xy_state_topic": "s/xy"},
    JSON_TOPICS | {"supported_color_modes": ["rgb", "rgbw", "rgbww"]},
    Z2M | {"supported_color_modes": ["onoff", "brightness", "hs", "color_temp"]},
    TEMPLATES,
]
FIELDS = ["state", "brightness", "color", "color_mode", "color_temp", "effect", "white", *"xyhsrgbcw", "hue"]
HISTORIES = st.lists(
    json_values(FIELDS).map(json.dumps) | st.text(max_size=12) | st.sampled_from(["1,2,3", "ON", "9,9"]),
    max_size=3,
)
KINDS: set[type[Component]] = {
    Switch,
    Dimmer,
    Color,
    ColorTemperature,
    ColorMode,
    White,
    ColdWhite,
    WarmWhite,
}


@given(
    data=st.sampled_from(LAMPS),
    payloads=HISTORIES,
    write=any_writes(KINDS | {Effect, TransitionDuration, FlashDuration}),
)
def test_whatever_a_lamp_says_and_whatever_is_written_to_it(
    data: dict[str, Any], payloads: list[str], write: list[Component]
) -> None:
    check_anything(mapped("light", **data), payloads, write)
