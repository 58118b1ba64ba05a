"""The platform `cover`: blinds, shutters, awnings, garage doors, gates.

Position and Tilt are where it is said to stand, TargetPosition and TargetTilt where it was last sent. A cover takes
longer to arrive than a write waits, so these end as `sent`: the report that comes in time would be of the way there.
Without a position there is open (1) and closed (0), and no other place to send it to.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, NamedTuple

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    assemble,
    is_nothing,
    reading,
    same,
    shorten,
    text_of,
    to_number,
    unknown_of,
)
from igloo_providers.mqtt.errors import Unreadable
from igloo_providers.mqtt.levels import plain, share
from igloo_providers.mqtt.templates import Template, json_of, text_in
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, sender, wanted_of
from igloo_wire import (
    Command,
    Commands,
    Component,
    Cover,
    Movement,
    OpeningKind,
    Position,
    TargetPosition,
    TargetTilt,
    Tilt,
)

CLASSES: Final[Mapping[str, OpeningKind]] = {
    "awning": OpeningKind.AWNING,
    "blind": OpeningKind.BLIND,
    "curtain": OpeningKind.CURTAIN,
    "damper": OpeningKind.DAMPER,
    "door": OpeningKind.DOOR,
    "garage": OpeningKind.GARAGE_DOOR,
    "gate": OpeningKind.GATE,
    "shade": OpeningKind.SHADE,
    "shutter": OpeningKind.SHUTTER,
    "window": OpeningKind.WINDOW,
}
TEMPLATE_VARIABLES: Final = ("position_open", "position_closed", "tilt_min", "tilt_max")
FEW_STEPS: Final = 10
"""A range of fewer units than this is taken to be one of fractions; wider ones are sent in whole numbers."""

OPENED, CLOSED = Position(1.0), Position(0.0)


class Range(NamedTuple):
    """The device's numbers for closed and open; closed may be the larger."""

    closed: float
    opened: float

    def value_of(self, level: float) -> int | float:
        value = self.closed + level * (self.opened - self.closed)
        return round(value) if abs(self.opened - self.closed) >= FEW_STEPS else plain(value)

    def level_of(self, value: float) -> float:
        return share(value, self.closed, self.opened)


class Words(NamedTuple):
    """What the device says on its state topic."""

    states: Mapping[str, str]
    has_movement: bool
    has_position: bool


class Channels(NamedTuple):
    """What can be sent to a cover; None for what it doesn't take."""

    commands: Mapping[Command, tuple[Sender, str | int | float, Mapping[str, object]]]
    position: Sender | None
    positions: Range
    tilt: Sender | None
    tilts: Range
    variables: Mapping[str, object]

    @property
    def kinds(self) -> list[type[Component]]:
        found: list[type[Component]] = []
        if self.position is not None:
            found.append(TargetPosition)
        if self.commands:
            found.append(Command)
        if self.tilt is not None:
            found.append(TargetTilt)
        return found


def map_cover(config: Config) -> Mapped:
    # A class that is newer than this table is no reason to leave the cover out.
    opening_kind = CLASSES.get(config.text("device_class", ""))
    positions = Range(config.number("position_closed", 0.0), config.number("position_open", 100.0))
    tilts = Range(config.number("tilt_min", 0.0), config.number("tilt_max", 100.0))
    if positions.closed == positions.opened:
        raise config.fault("position_open", "must differ from position_closed")
    if tilts.closed == tilts.opened:
        raise config.fault("tilt_max", "must differ from tilt_min")
    # As the templates have them: whole numbers without a point.
    variables: dict[str, object] = {
        "position_open": plain(positions.opened, 6),
        "position_closed": plain(positions.closed, 6),
        "tilt_min": plain(tilts.closed, 6),
        "tilt_max": plain(tilts.opened, 6),
    }

    readings: list[tuple[str, Reading]] = []
    values: list[type[Component]] = [Position]
    state_topic, position_topic, tilt_topic = (
        config.topic("state_topic"),
        config.topic("position_topic"),
        config.topic("tilt_status_topic"),
    )
    if state_topic is not None:
        words = words_of(config, has_position=position_topic is not None)
        if words.has_movement:
            values.append(Movement)
        readings.append((state_topic, State(words, config.template("value_template"))))
    if position_topic is not None:
        template = config.template("position_template", *TEMPLATE_VARIABLES)
        readings.append((position_topic, partial(read_position, positions, template, variables)))
        if tilt_topic is not None:
            readings.append((position_topic, partial(read_tilt_along, tilts, template, variables)))
    if tilt_topic is not None:
        values.append(Tilt)
        template = config.template("tilt_status_template", *TEMPLATE_VARIABLES)
        readings.append((tilt_topic, partial(read_tilt, tilts, template, variables)))

    channels = channels_of(config, positions, tilts, variables)
    facts: list[Component] = [Cover()]
    if opening_kind is not None:
        facts.append(opening_kind)
    if channels.commands:
        facts.append(Commands(channels.commands))
    targets = [kind for kind in channels.kinds if kind is not Command]
    is_optimistic = config.flag("optimistic", default=state_topic is None and position_topic is None)
    return Mapped(
        assemble(
            config,
            *facts,
            unknown=[*values, *targets],
            writable=channels.kinds,
            optimistic=is_optimistic,
        ),
        readings,
        partial(write_cover, channels) if channels.kinds else None,
        reports_as=assumed if is_optimistic and position_topic is None else same,
    )


def words_of(config: Config, *, has_position: bool) -> Words:
    defaults = {
        "state_open": "open",
        "state_closed": "closed",
        "state_opening": "opening",
        "state_closing": "closing",
        "state_stopped": "stopped",
    }
    states = {config.text(key, word): key for key, word in reversed(defaults.items())}
    # A device with words of its own for open and closed, and none for the ways there, does not say when it moves:
    # "open" may then mean that it is closing.
    has_own_words = any(config.text(key, word) != word for key, word in list(defaults.items())[:2])
    names_movement = config.has("state_opening") or config.has("state_closing")
    return Words(states, names_movement or not has_own_words, has_position)


class State:
    """Reads the state topic. It remembers the way: `stopped` after `closing` means closed, where nobody says how far."""

    __slots__ = ("_template", "_was_closing", "_words")

    def __init__(self, words: Words, template: Template | None) -> None:
        self._words = words
        self._template = template
        self._was_closing = False

    def __call__(self, payload: str) -> tuple[Component, ...]:
        words = self._words
        text = text_in(self._template, payload)
        text = "" if text is None else text.strip()
        if not text:
            return ()
        state = words.states.get(text)
        kinds: list[type[Component]] = [Movement] if words.has_movement else []
        if not words.has_position:
            kinds.append(Position)
        if state is None:
            if is_nothing(text):
                return (unknown_of(*kinds),) if kinds else ()
            names = ", ".join(map(repr, words.states))
            raise Unreadable(f"the cover's state is {shorten(text)}, which is none of {names}", *kinds)
        moves = {"state_opening": Movement.OPENING, "state_closing": Movement.CLOSING}
        found: list[Component] = []
        if words.has_movement:
            found.append(moves.get(state, Movement.STOPPED))
        if not words.has_position and state not in moves:
            is_closed = state == "state_closed" or (state == "state_stopped" and self._was_closing)
            found.append(CLOSED if is_closed else OPENED)
        self._was_closing = state == "state_closing"
        return tuple(found)


def read_position(
    positions: Range, template: Template | None, variables: Mapping[str, object], payload: str
) -> tuple[Component, ...]:
    """A number, or JSON with `position` in it."""
    text = text_in(template, payload, **variables)
    text = "" if text is None else text.strip()
    if not text.startswith("{"):
        return read_level(Position, positions, text) if text else ()
    fields = json_of(text)
    if not isinstance(fields, dict):
        raise Unreadable(f"the cover's position is neither a number nor JSON: {shorten(text)}", Position)
    return read_level(Position, positions, text_of(fields["position"])) if "position" in fields else ()


def read_tilt_along(
    tilts: Range, template: Template | None, variables: Mapping[str, object], payload: str
) -> tuple[Component, ...]:
    """The `tilt_position` that may stand beside a position in JSON."""
    text = text_in(template, payload, **variables)
    fields = json_of(text) if text is not None and text.strip().startswith("{") else None
    if not isinstance(fields, dict) or "tilt_position" not in fields:
        return ()
    return read_level(Tilt, tilts, text_of(fields["tilt_position"]))


def read_tilt(
    tilts: Range, template: Template | None, variables: Mapping[str, object], payload: str
) -> tuple[Component, ...]:
    text = text_in(template, payload, **variables)
    text = "" if text is None else text.strip()
    return read_level(Tilt, tilts, text) if text else ()


def read_level(kind: type[Position | Tilt], levels: Range, text: str) -> tuple[Component, ...]:
    read: Reading = reading(kind, None, lambda number: kind(levels.level_of(to_number(number))))
    return tuple(read(text))


def channels_of(config: Config, positions: Range, tilts: Range, variables: Mapping[str, object]) -> Channels:
    commands: dict[Command, tuple[Sender, str | int | float, Mapping[str, object]]] = {}
    send = sender(config, "command_topic")
    if send is not None:
        for key, default, command in (
            ("payload_open", "OPEN", Command.OPEN),
            ("payload_close", "CLOSE", Command.CLOSE),
            ("payload_stop", "STOP", Command.STOP),
        ):
            # null, and an empty text, take the command away.
            payload = config.text(key, "") if key in config.data else default
            if payload:
                commands[command] = (send, payload, {})
    send_tilt = sender(
        config, "tilt_command_topic", "tilt_command_template", "tilt_position", *TEMPLATE_VARIABLES
    )
    if send_tilt is not None:
        for key, default_value, command in (
            ("tilt_opened_value", 100.0, Command.OPEN_TILT),
            ("tilt_closed_value", 0.0, Command.CLOSE_TILT),
        ):
            value = plain(config.number(key, default_value), 6)
            commands[command] = (send_tilt, value, {**variables, "tilt_position": value})
        stop = config.text("payload_stop_tilt")
        if stop:
            plain_send = sender(config, "tilt_command_topic")
            assert plain_send is not None
            commands[Command.STOP_TILT] = (plain_send, stop, {})
    send_position = sender(
        config, "set_position_topic", "set_position_template", "position", *TEMPLATE_VARIABLES
    )
    return Channels(commands, send_position, positions, send_tilt, tilts, variables)


def write_cover(channels: Channels, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset(channels.kinds))
    position, tilt, command = (
        wanted_of(wanted, TargetPosition),
        wanted_of(wanted, TargetTilt),
        wanted_of(wanted, Command),
    )
    if command is not None and (position is not None or tilt is not None):
        raise Rejected("a cover follows a command or a target: write Command or TargetPosition, not both")
    publishes: list[Publish] = []
    if command is not None:
        known = channels.commands.get(command)
        if known is None:
            names = ", ".join(each.name for each in channels.commands)
            raise Rejected(f"this cover does not take the command {command.name}; it takes {names}")
        send, payload, variables = known
        publishes.append(send(payload, **variables))
    if position is not None and channels.position is not None:
        publishes.append(
            channels.position(
                channels.positions.value_of(position.value),
                **channels.variables,
                position=round(position.value * 100),
            )
        )
    if tilt is not None and channels.tilt is not None:
        publishes.append(
            channels.tilt(
                channels.tilts.value_of(tilt.value),
                **channels.variables,
                tilt_position=round(tilt.value * 100),
            )
        )
    if not publishes:
        raise Rejected("nothing of this can be written to a cover")
    return publishes


def assumed(wanted: Component) -> Component:
    """Where a cover that reports nothing is taken to be after this."""
    if wanted == Command.OPEN:
        return OPENED
    return CLOSED if wanted == Command.CLOSE else wanted
