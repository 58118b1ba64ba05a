"""The schema `template` of `light`: one text that templates of the config read, and another that they write.

Channels and brightness are always 0..255.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    is_nothing,
    reading,
    shorten,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unmappable, Unreadable
from igloo_providers.mqtt.lamp import Lamp, Tint
from igloo_providers.mqtt.levels import plain, step_of
from igloo_providers.mqtt.platforms.light.shared import (
    LONG_FLASH,
    SHORT_FLASH,
    build,
    effect_reading,
    lamp_of,
)
from igloo_providers.mqtt.platforms.light.values import (
    FULL,
    as_reported,
    color_to_send,
    nearest,
    to_color,
    to_level,
    to_switch,
    to_tone,
    tone_to_send,
)
from igloo_providers.mqtt.templates import Template
from igloo_providers.mqtt.writing import Sender, Wanted, needed_sender
from igloo_wire import Color, ColorMode, ColorTemperature, Component, Dimmer, Effect, Switch

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
    lamp = lamp_of(
        config,
        modes,
        has_level=level is not None or bool(carried),
        carried=carried,
        has_effect=config.has("effect_list"),
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
    reported: set[type[Component]] = set()
    topic = config.topic("state_topic")
    if topic is not None:
        state, effect = config.template("state_template"), config.template("effect_template")
        parts: list[tuple[type[Component], object, Reading]] = [
            (Switch, state, reading(Switch, state, to_switch)),
            (Dimmer, level, reading(Dimmer, level, partial(to_level, FULL))),
            (ColorTemperature, tone, reading(ColorTemperature, tone, partial(to_tone, light.in_kelvin))),
            (Color, light, light.read_color),
            (ColorMode, light, light.read_mode),
            (Effect, effect, effect_reading(lamp, effect)),
        ]
        for kind, template, read in parts:
            if template is not None and kind in lamp.kinds:
                readings.append((topic, read))
                reported.add(kind)
        if carried:
            reported.add(Dimmer)
    if not config.is_reported():
        reported.clear()
    as_said = partial(as_reported, lamp, FULL, light.in_kelvin, ())
    return build(config, lamp, readings, light.write, reported, as_said)


class TemplateLight:
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
            found = to_color("rgb", [to_number(text) for text in texts], bool(self.lamp.carried))
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
        if wish.tint is not None:
            variables |= self.tint_variables(wish.tint, wish.level)
        publishes = [self.on("on", state="on", **variables)]
        self.lamp.assume(wish)
        return publishes

    def tint_variables(self, tint: Tint, level: float | None) -> dict[str, object]:
        if tint.mode == ColorMode.TEMPERATURE:
            return {"color_temp": tone_to_send(self.lamp, self.in_kelvin, tint.tone)}
        red, green, blue = color_to_send(self.lamp, "rgb", tint, level)
        hue, saturation = color_to_send(self.lamp, "hs", tint, level)
        return {"red": red, "green": green, "blue": blue, "hue": hue, "sat": saturation}
