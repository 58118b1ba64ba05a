"""The schema `default` of `light`: a topic of its own for each thing that the lamp says or is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    is_nothing,
    look_up,
    read_value,
    reading,
    shorten,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unreadable
from igloo_providers.mqtt.lamp import Lamp, Tint
from igloo_providers.mqtt.levels import step_of
from igloo_providers.mqtt.platforms.light.shared import build, effect_reading, lamp_of, scale_of
from igloo_providers.mqtt.platforms.light.values import (
    CHANNELS,
    MODES,
    WHITES,
    as_reported,
    color_to_send,
    to_color,
    to_level,
    to_mode,
    to_tone,
    tone_to_send,
)
from igloo_providers.mqtt.templates import Template, text_in
from igloo_providers.mqtt.writing import Sender, Wanted, needed_sender, sender
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
        *config.on_and_off(),
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
    modes = [MODES[word] for word in colors]
    if senders.tone is not None:
        modes.append(ColorMode.TEMPERATURE)
    if senders.white is not None:
        modes.append(ColorMode.WHITE)
    spoken: dict[ColorMode, str] = {}
    for word in colors:
        spoken.setdefault(MODES[word], word)
    carried = [mode for mode, word in spoken.items() if senders.level is None and word in CHANNELS]
    lamp = lamp_of(
        config,
        modes,
        has_level=senders.level is not None or senders.white is not None or bool(carried),
        carried=carried,
        has_effect=senders.effect is not None,
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
            readings.append((name, read))
            if config.is_reported(topic):
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
            reading(ColorMode, config.template("color_mode_value_template"), partial(to_mode, lamp.modes)),
            ColorMode,
        )
    elif senders.white is None and reported.issuperset(
        kind for kind in lamp.kinds if kind not in (Switch, Dimmer, Effect, ColorMode)
    ):
        reported.add(ColorMode)
    effect = config.template("effect_value_template")
    read("effect_state_topic", effect_reading(lamp, effect), Effect)
    return readings, reported


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
    text = text_in(template, payload)
    text = "" if text is None else text.strip()
    if not text:
        return ()
    kinds = (Color, *WHITES.get(word, ()))
    if is_nothing(text):
        return (unknown_of(*kinds),)
    try:
        # Templates that print a list leave its brackets.
        numbers = [to_number(part) for part in text.strip("[]()").split(",")]
        found = to_color(word, numbers, carries_level)
    except (ValueError, InvalidValue) as fault:
        raise Unreadable(f"{shorten(text)} is no colour in {word}: {fault}", *kinds) from None
    return (*found, MODES[word]) if tells_mode and found else tuple(found)


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
    lamp.assume(wish)
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
    numbers = color_to_send(lamp, word, tint, level)
    return send, ",".join(map(str, numbers)), dict(zip(VARIABLES[word], numbers, strict=True))
