"""What the schemas of `light` share: a Lamp from a config, and a Mapped from a Lamp. Knows no topic and no message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from igloo_providers.mqtt.colour import reciprocal
from igloo_providers.mqtt.entity import Config, Mapped, Publish, Reading, assemble, reading
from igloo_providers.mqtt.lamp import NO_EFFECT, Lamp
from igloo_providers.mqtt.platforms.light.values import FULL, HIGHEST_KELVIN, LOWEST_KELVIN, to_effect
from igloo_providers.mqtt.templates import Template
from igloo_providers.mqtt.writing import Wanted
from igloo_wire import (
    ColorMode,
    ColorTemperatureLimits,
    Component,
    Effect,
    EffectOptions,
    Light,
    Switch,
)

LOWEST_MIREDS, HIGHEST_MIREDS = 153.0, 500.0
"""The white tones of a lamp whose config names none."""
MAX_SCALE: Final = 1 << 16
"""Lamps count in 8 bits, some in 16. What is far above was not meant."""
SHORT_FLASH, LONG_FLASH = 2.0, 10.0
"""Seconds, where the config says nothing of them."""


def lamp_of(
    config: Config,
    modes: Iterable[ColorMode],
    *,
    has_level: bool,
    carried: Iterable[ColorMode],
    has_effect: bool,
    can_flash: bool = False,
) -> Lamp:
    modes = tuple(modes)
    return Lamp(
        modes or [ColorMode.BRIGHTNESS if has_level else ColorMode.ON_OFF],
        has_level=has_level,
        carried=carried,
        limits=limits_of(config) if ColorMode.TEMPERATURE in modes else None,
        effects=config.options("effect_list") if has_effect else None,
        can_flash=can_flash,
    )


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
    if not 1 <= scale <= MAX_SCALE:
        raise config.fault(key, f"must be from 1 to {MAX_SCALE:,}")
    return scale


def build(
    config: Config,
    lamp: Lamp,
    readings: Iterable[tuple[str, Reading]],
    write: Callable[[Wanted], list[Publish]],
    reported: Iterable[type[Component]],
    reports_as: Callable[[Component], Component],
) -> Mapped:
    """`reported`: what the readings tell, as far as the lamp has it."""
    facts: list[Component] = [Light(), *lamp.facts()]
    if lamp.has_effect:
        facts.append(config.made("effect_list", partial(EffectOptions, lamp.effects)))
    heard = frozenset() if config.flag("optimistic") else frozenset(reported).intersection(lamp.kinds)
    return Mapped(
        assemble(config, *facts, unknown=lamp.kinds, writable=lamp.kinds, optimistic=Switch not in heard),
        [(topic, partial(read_and_remember, lamp, read)) for topic, read in readings],
        write,
        reported=heard,
        reports_as=reports_as,
    )


def read_and_remember(lamp: Lamp, read: Reading, payload: str) -> tuple[Component, ...]:
    found = tuple(read(payload))
    lamp.remember(found)
    return found


def effect_reading(lamp: Lamp, template: Template | None) -> Reading:
    return reading(Effect, template, partial(to_effect, lamp.effects), (*NO_EFFECT, *lamp.effects))
