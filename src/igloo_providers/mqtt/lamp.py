"""What a lamp is, whichever way its messages are written: its colour modes, its last values, and what a write asks of it.

Knows the vocabulary of the hub and no topic, payload or template: those are of platforms/light/. A lamp shows one
colour mode at a time. Writing a colour component switches to the mode that has it; what this mode needs beside it is
taken from what was last reported or sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from igloo_providers.mqtt.colour import brightest, color_of
from igloo_providers.mqtt.entity import Rejected, shorten
from igloo_providers.mqtt.levels import plain
from igloo_providers.mqtt.writing import Wanted, demand_only, wanted_of
from igloo_wire import (
    ColdWhite,
    Color,
    ColorMode,
    ColorModes,
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    Dimmer,
    Effect,
    FlashDuration,
    Switch,
    TransitionDuration,
    WarmWhite,
    White,
)

KINDS: Final[Mapping[ColorMode, tuple[type[Component], ...]]] = {
    ColorMode.ON_OFF: (),
    ColorMode.BRIGHTNESS: (),
    ColorMode.TEMPERATURE: (ColorTemperature,),
    ColorMode.COLOR: (Color,),
    ColorMode.WHITE: (),
    ColorMode.COLOR_WHITE: (Color, White),
    ColorMode.COLOR_COLD_WARM: (Color, ColdWhite, WarmWhite),
}
"""The components that are in force in a mode."""
COLOR_KINDS: Final = (Color, ColorTemperature, White, ColdWhite, WarmWhite)
NO_EFFECT: Final = frozenset({"off", "none"})
"""What devices call it, in small letters, when no effect runs."""
BLACK: Final = Color(0.0, 0.0, 0.0)
FULL_WHITE: Final = Color(1.0, 1.0, 1.0)
TONE_SLACK: Final = 0.01
"""Share by which a wish may be outside of the limits: they are round in mireds, and clients round them in kelvin."""


class Tint(NamedTuple):
    """A colour mode with all that is in force in it. White shares 0..1, tone in kelvin; None or 0 for the others."""

    mode: ColorMode
    color: Color = BLACK
    tone: float = 0.0
    white: float = 0.0
    cold: float = 0.0
    warm: float = 0.0

    def shares(self) -> tuple[float, ...]:
        """Of the channels that the mode has, in the order red, green, blue, then white, or cold and warm white."""
        color = (self.color.red, self.color.green, self.color.blue)
        if self.mode == ColorMode.COLOR_WHITE:
            return (*color, self.white)
        if self.mode == ColorMode.COLOR_COLD_WARM:
            return (*color, self.cold, self.warm)
        return color

    def at_full(self) -> Tint:
        """The same with its strongest channel at 1: where channels carry the brightness, that channel is it."""
        strongest = max(self.shares())
        red, green, blue, white, cold, warm = (
            min(each / strongest, 1.0)
            for each in (
                *(self.color.red, self.color.green, self.color.blue),
                *(self.white, self.cold, self.warm),
            )
        )
        return Tint(self.mode, Color(red, green, blue), self.tone, white, cold, warm)


class Wish(NamedTuple):
    """One write, understood. None: nothing is said of it. `effect` is a name that the lamp has."""

    is_on: bool
    tint: Tint | None = None
    level: float | None = None
    effect: str | None = None
    transition: float | None = None
    flash: float | None = None


class Lamp:
    """
    modes      in the order of the config; a lamp without colour has one
    carried    modes whose channels say the brightness too, because there is no other way to say it
    """

    __slots__ = (
        "can_flash",
        "carried",
        "color",
        "effects",
        "has_effect",
        "has_level",
        "kinds",
        "level",
        "limits",
        "mode",
        "modes",
        "tone",
        "whites",
    )

    def __init__(
        self,
        modes: Iterable[ColorMode],
        *,
        has_level: bool,
        carried: Iterable[ColorMode] = (),
        limits: ColorTemperatureLimits | None = None,
        effects: tuple[str, ...] | None = None,
        can_flash: bool = False,
    ) -> None:
        self.modes = tuple(dict.fromkeys(modes))
        self.has_level = has_level
        self.carried = tuple(carried)
        self.limits = limits
        self.has_effect = effects is not None
        self.effects = effects or ()
        self.can_flash = can_flash
        self.kinds = self._kinds()
        self.mode: ColorMode | None = self.modes[0] if len(self.modes) == 1 else None
        self.level: float | None = None
        self.color: Color | None = None
        self.tone: float | None = None
        self.whites: dict[type[Component], float] = {}

    def _kinds(self) -> tuple[type[Component], ...]:
        """The components with a value, all of which can be written."""
        kinds: list[type[Component]] = [Switch]
        if self.has_level:
            kinds.append(Dimmer)
        colors = {kind for mode in self.modes for kind in KINDS[mode]}
        kinds += [kind for kind in COLOR_KINDS if kind in colors]
        if len(colors) > 1 or len(self.modes) > 1:
            kinds.append(ColorMode)
        if self.has_effect:
            kinds.append(Effect)
        return tuple(kinds)

    @property
    def has_mode(self) -> bool:
        return ColorMode in self.kinds

    def facts(self) -> list[Component]:
        facts: list[Component] = []
        if self.has_mode:
            facts.append(ColorModes(self.modes))
        if ColorTemperature in self.kinds and self.limits is not None:
            facts.append(self.limits)
        return facts

    def remember(self, components: Iterable[Component]) -> None:
        """What the lamp said of itself."""
        for component in components:
            match component:
                case Dimmer(level):
                    self.level = level
                case Color():
                    self.color = component
                case ColorTemperature(tone):
                    self.tone = tone
                case ColorMode():
                    self.mode = component
                case White(share) | ColdWhite(share) | WarmWhite(share):
                    self.whites[type(component)] = share

    def wish(self, wanted: Wanted) -> Wish:
        """Raises Rejected for what this lamp can't do, or not at once. Once it is sent, `assume` it."""
        demand_only(wanted, frozenset(self.kinds))
        switch, dimmer, effect, transition, flash = (
            wanted_of(wanted, Switch),
            wanted_of(wanted, Dimmer),
            wanted_of(wanted, Effect),
            wanted_of(wanted, TransitionDuration),
            wanted_of(wanted, FlashDuration),
        )
        # A fade that the lamp has no way to be told of is left out: the end is the same. A flash would become light.
        if flash is not None and not self.can_flash:
            raise Rejected("this lamp can't be told to flash")
        shining = [kind for kind in wanted if kind in self.kinds or kind is FlashDuration]
        shining = [kind for kind in shining if kind is not Switch]
        fade = None if transition is None else transition.value
        if switch is not None and not switch.value:
            if shining:
                names = ", ".join(kind.__name__ for kind in shining)
                raise Rejected(f"{names} would turn the lamp on: it can't come along with Switch(False)")
            return Wish(False, transition=fade)
        if switch is None and not shining:
            raise Rejected("nothing of this can be written to a lamp")
        tint = self._tint(wanted)
        level = None if dimmer is None else dimmer.value
        if tint is None and level is not None:
            tint = self.tint_to_dim()
        return Wish(
            True,
            tint,
            level,
            None if effect is None else self._effect_name(effect.value),
            fade,
            None if flash is None else flash.value,
        )

    def current_level(self, wanted: float | None) -> float:
        """The wanted brightness, or else the last one, or else all of it."""
        if wanted is not None:
            return wanted
        return 1.0 if self.level is None else self.level

    def effect_named(self, name: str) -> str:
        """The lamp's own name for no effect, if it has one; any other name as it is."""
        return name or next((known for known in self.effects if known.lower() in NO_EFFECT), "")

    def _effect_name(self, wanted: str) -> str:
        name = self.effect_named(wanted)
        # A lamp that lists no names may have some all the same.
        if not name or (self.effects and name not in self.effects):
            names = ", ".join(map(shorten, self.effects)) or "names that it does not tell"
            raise Rejected(f"the lamp has no effect {shorten(wanted)}; it has {names}")
        return name

    def _tint(self, wanted: Wanted) -> Tint | None:
        mode = wanted_of(wanted, ColorMode)
        given: list[type[Component]] = [kind for kind in COLOR_KINDS if kind in wanted]
        if mode is None:
            if not given:
                return None
            mode = self._mode_of(given)
        elif mode not in self.modes:
            raise Rejected(f"the lamp has no ColorMode {mode.name}; it has {self._mode_names()}")
        needed = KINDS[mode]
        if foreign := [kind.__name__ for kind in given if kind not in needed]:
            raise Rejected(f"{' and '.join(foreign)} can't be shown in ColorMode {mode.name}: leave it out")
        color, tone = wanted_of(wanted, Color), wanted_of(wanted, ColorTemperature)
        if mode == ColorMode.TEMPERATURE:
            kelvin = tone.value if tone is not None else self.tone
            if kelvin is None:
                raise Rejected(
                    "the lamp's last white tone is not known: write ColorTemperature along with it"
                )
            return Tint(mode, tone=self._tone_within_limits(kelvin))
        if mode == ColorMode.COLOR:
            return Tint(mode, color=self._pure(color or self.color))
        if not needed:
            return Tint(mode)
        tint = Tint(
            mode,
            color or self.color or BLACK,
            0.0,
            self._white(wanted, White),
            self._white(wanted, ColdWhite),
            self._white(wanted, WarmWhite),
        )
        if max(tint.shares()) <= 0:
            raise Rejected("all channels at 0 is dark: write Switch(False) to turn the lamp off")
        return tint.at_full() if mode in self.carried else tint

    def _mode_of(self, given: list[type[Component]]) -> ColorMode:
        """The mode that has these components and the fewest others."""
        modes = [mode for mode in self.modes if all(kind in KINDS[mode] for kind in given)]
        if not modes:
            names = " and ".join(kind.__name__ for kind in given)
            raise Rejected(f"{names} can't be shown at once; the lamp has {self._mode_names()}")
        return min(modes, key=lambda mode: len(KINDS[mode]))

    def _mode_names(self) -> str:
        return ", ".join(mode.name for mode in self.modes)

    def _tone_within_limits(self, kelvin: float) -> float:
        limits = self.limits
        if limits is None:
            return kelvin
        low, high = limits.minimum, limits.maximum
        if not low * (1 - TONE_SLACK) <= kelvin <= high * (1 + TONE_SLACK):
            raise Rejected(f"{plain(kelvin, 0)} K is outside of {plain(low, 0)} to {plain(high, 0)} K")
        return min(max(kelvin, low), high)

    def _pure(self, color: Color | None) -> Color:
        if color is None:
            raise Rejected("the lamp's last colour is not known: write Color along with it")
        pure = color_of(color.red, color.green, color.blue)
        if pure is None:
            raise Rejected("black has no hue: write Switch(False) to turn the lamp off")
        return pure

    def _white(self, wanted: Wanted, kind: type[White | ColdWhite | WarmWhite]) -> float:
        white = wanted_of(wanted, kind)
        return self.whites.get(kind, 0.0) if white is None else white.value

    def tint_to_dim(self) -> Tint | None:
        """The tint to be sent along with a brightness; None where brightness is sent alone."""
        mode = self.mode
        if mode is None and all(mode in self.carried for mode in self.modes):
            mode = self.modes[0]
        if mode is None or mode not in self.carried:
            return None
        whites = [self.whites.get(kind, 0.0) for kind in (White, ColdWhite, WarmWhite)]
        if mode == ColorMode.COLOR:
            return Tint(mode, self._pure(self.color) if self.color and brightest(self.color) else FULL_WHITE)
        tint = Tint(mode, self.color or BLACK, 0.0, *whites)
        return tint.at_full() if max(tint.shares()) > 0 else tint._replace(color=FULL_WHITE)

    def assume(self, wish: Wish) -> None:
        """The lamp is taken to show this, until it says something else."""
        tint, level = wish.tint, wish.level
        found: list[Component] = [] if level is None else [Dimmer(level)]
        if tint is None:
            return self.remember(found)
        found.append(tint.mode)
        needed = KINDS[tint.mode]
        if ColorTemperature in needed:
            found.append(ColorTemperature(tint.tone))
        if Color in needed:
            found.append(tint.color)
        if White in needed:
            found.append(White(tint.white))
        if ColdWhite in needed:
            found += [ColdWhite(tint.cold), WarmWhite(tint.warm)]
        return self.remember(found)
