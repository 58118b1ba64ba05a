"""What every platform of MQTT discovery shares: a config with typed getters, and the shape of what is made of it.

Knows no platform, no topic of a real device and no connection. `Config` is made by discovery.py, `Mapped` by the
modules in platforms/, and both are used by whoever runs them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache, partial
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar, overload

from igloo_provider import Rejected
from igloo_providers.mqtt.errors import Unmappable, Unreadable, shorten
from igloo_providers.mqtt.templates import NULL, Payload, Template, text_in
from igloo_wire import (
    COMPONENTS,
    AssumedState,
    ButtonEvents,
    Color,
    ColorTemperature,
    Component,
    Configuration,
    Diagnostic,
    HiddenByDefault,
    InvalidValue,
    NamedEventOptions,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLow,
    Unknown,
    Writable,
)

__all__ = [
    "NOTHING",
    "Command",
    "Config",
    "Extra",
    "Mapped",
    "Payload",
    "Publish",
    "Reading",
    "Rejected",
    "Unmappable",
    "Unreadable",
    "assemble",
    "close_enough",
    "discreet",
    "is_nothing",
    "look_up",
    "merge",
    "read_value",
    "reading",
    "shorten",
    "text_of",
    "to_number",
    "unknown_of",
]

C = TypeVar("C", bound=Component)

KIND_OF_ID: Final = {kind.schema.id: kind for kind in COMPONENTS.values()}

TRUE_WORDS: Final = frozenset({"true", "yes", "on", "enable", "1"})
FALSE_WORDS: Final = frozenset({"false", "no", "off", "disable", "0"})

NOTHING: Final = frozenset({"", "none", "null", "unknown", "unavailable", "undefined", "nan"})
"""What a payload or a rendered template says, in small letters, when there is no value now. "None" is what a
template makes of JSON's null."""

SHORT: Final = 128
"""Characters of a text that may be worth sharing."""

HIDDEN: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Characters that show nothing, or turn what stands beside them round. Not the joiners, which scripts and emoji need."""

COMMANDS: Final = ("command_topic", "set_position_topic")
"""How the keys of topics end to which is written."""

MAX_TOPIC: Final = 1024
"""Bytes. MQTT could carry 65,535; real topics have some 60."""
MAX_LEVELS: Final = 200
"""Words between the slashes: what Mosquitto takes. It ends the whole connection of whoever asks for more."""
MAX_FILLED: Final = 2048
"""Characters that `~` may add to the topics of one entity. Otherwise a few bytes of a config could fill the memory."""

PLANES: Final = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
ORDINARY_TOPIC: Final = re.compile(r"[\w/ .:@-]{1,199}", re.ASCII)
"""Nearly all: nothing else has to be looked at."""
NOT_IN_TOPICS: Final = re.compile(f"[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef{PLANES}]")
"""Control characters, halves of pairs and noncharacters (MQTT 5, 1.5.4): a broker may end the connection for them."""


class Publish(NamedTuple):
    """One message to be sent to a device."""

    topic: str
    payload: str
    retain: bool = False


Reading = Callable[[str], Iterable[Component]]
"""The payload text of one topic -> components to set; Unknown([...]) for those without a value now; nothing if the
message does not speak of them. Raises Unreadable, and nothing else. Give it a `Payload` where several readings get the
same text: JSON is then parsed once."""

Command = Callable[[Mapping[type[Component], Component]], list[Publish]]
"""All components of one write, by their type -> what to publish. Raises Rejected with a sentence."""


def same(wanted: Component) -> Component:
    return wanted


class Mapped:
    """What a platform makes of a config. Keeps no reference to the config, which may be forgotten.

    components     for registration; what has no value yet is named in its Unknown
    readings       (topic, reading); several may share a topic
    command        None: nothing can be written
    reported       the writable components whose new value comes back on a topic; the others end as `sent`
    reports_as     what the report of a successful write looks like, which may be another component (TargetPosition is
                   reported as Position); compare by `close_enough`
    expire_after   seconds after which the entity counts as not available, with the values it had, unless a message came;
                   None: never
    off_delay      seconds after which a boolean that became true becomes false; None: never
    shared         not "": entities of one device with the same `shared` are one entity (`merge`)
    extras         entities of their own that the same config speaks of
    """

    __slots__ = (
        "command",
        "components",
        "expire_after",
        "extras",
        "off_delay",
        "readings",
        "reported",
        "reports_as",
        "shared",
    )

    def __init__(
        self,
        components: tuple[Component, ...],
        readings: Iterable[tuple[str, Reading]] = (),
        command: Command | None = None,
        reported: Iterable[type[Component]] = (),
        reports_as: Callable[[Component], Component] = same,
        *,
        expire_after: float | None = None,
        off_delay: float | None = None,
        shared: str = "",
        extras: tuple[Extra, ...] = (),
    ) -> None:
        self.components = components
        self.readings = tuple(readings)
        self.command = command
        self.reported = kinds_together(*reported)
        self.reports_as = reports_as
        self.expire_after = expire_after
        self.off_delay = off_delay
        self.shared = shared
        self.extras = extras


class Extra(NamedTuple):
    """A further entity of one config. Its key in the device is the key of the first, "_" and `suffix`."""

    suffix: str
    name: str
    mapped: Mapped


class Base:
    """What `~` stands for in the topics of one entity, and how many characters it may still add to them."""

    __slots__ = ("_filled", "_left", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._left = MAX_FILLED
        self._filled: dict[str, str] = {}

    def fill(self, topic: str) -> str:
        """The topic with the base for a `~` at its beginning and at its end. Raises Unmappable."""
        known = self._filled.get(topic)
        if known is not None:
            return known
        starts, ends = topic.startswith("~"), len(topic) > 1 and topic.endswith("~")
        self._left -= len(self.text) * (starts + ends)
        if self._left < 0:
            raise Unmappable(f"~ would add more than {MAX_FILLED:,} characters to the topics of this entity")
        filled = (
            f"{self.text if starts else ''}{topic[starts : len(topic) - ends]}{self.text if ends else ''}"
        )
        self._filled[topic] = filled
        return filled


class Config:
    """One discovered entity: keys in full. Every getter raises Unmappable for a value of the wrong type.

    JSON's null counts as a key that is absent. Texts may come as numbers or booleans, as discovery configs have them:
    `"payload_on": true` is the text `True`, which is what a template makes of JSON's true. `base`: what `~` stands for
    in topics; None: for itself.
    """

    __slots__ = ("base", "data", "object_id", "platform")

    def __init__(
        self, platform: str, object_id: str, data: Mapping[str, Any], base: Base | None = None
    ) -> None:
        self.platform = platform
        self.object_id = object_id
        self.data = data
        self.base = base

    def __repr__(self) -> str:
        return f"<Config {self.platform} {self.object_id}>"

    def fault(self, key: str, problem: str) -> Unmappable:
        """To be raised: names the key and its value."""
        return Unmappable(f"{key} {problem}, not {shorten(self.data.get(key))}")

    def has(self, key: str) -> bool:
        return self.data.get(key) is not None

    @overload
    def text(self, key: str) -> str | None: ...
    @overload
    def text(self, key: str, default: str) -> str: ...
    def text(self, key: str, default: str | None = None) -> str | None:
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, str):
            # All entities of a device say the same of many things.
            return intern(value) if len(value) <= SHORT else value
        if isinstance(value, bool | int | float):
            return str(value)
        raise self.fault(key, "must be a text")

    @overload
    def number(self, key: str) -> float | None: ...
    @overload
    def number(self, key: str, default: float) -> float: ...
    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number; it may be written as a text."""
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            try:
                number = float(value)
            except (ValueError, OverflowError):
                number = math.nan
            if math.isfinite(number):
                return number
        raise self.fault(key, "must be a number")

    @overload
    def integer(self, key: str) -> int | None: ...
    @overload
    def integer(self, key: str, default: int) -> int: ...
    def integer(self, key: str, default: int | None = None) -> int | None:
        number = self.number(key)
        if number is None:
            return default
        if number != int(number):
            raise self.fault(key, "must be a whole number")
        return int(number)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        word = str(value).lower() if isinstance(value, int | str) else ""
        if word in TRUE_WORDS or word in FALSE_WORDS:
            return word in TRUE_WORDS
        raise self.fault(key, "must be true or false")

    def on_and_off(self) -> tuple[str, str]:
        """What is sent and, unless the config says otherwise, heard for on and off."""
        on, off = self.text("payload_on", "ON"), self.text("payload_off", "OFF")
        if on == off:
            raise self.fault("payload_on", "must differ from payload_off")
        return on, off

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; () if the key is absent. One text stands for a list of one."""
        value = self.data.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) for item in items):
            raise self.fault(key, "must be a list of texts")
        return tuple(item if isinstance(item, str) else str(item) for item in items)

    def options(self, key: str) -> tuple[str, ...]:
        """A list of texts of which one is chosen: without repeats, and without what could look like nothing or another."""
        texts = dict.fromkeys(self.texts(key))
        return tuple(text for text in texts if text and not HIDDEN.search(text))

    @overload
    def choice(self, key: str, choices: Iterable[str]) -> str | None: ...
    @overload
    def choice(self, key: str, choices: Iterable[str], default: str) -> str: ...
    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str | None:
        value = self.text(key)
        if value is None:
            return default
        if value not in choices:
            raise self.fault(key, f"must be one of {', '.join(choices)}")
        return value

    def made(self, key: str, make: Callable[[], C]) -> C:
        """A fact from the value of this key, which the wire may find too long or out of range."""
        try:
            return make()
        except InvalidValue as fault:
            raise Unmappable(f"{key}: {fault}") from None

    def device_class(self, known: Container[str]) -> str:
        """ "" if there is none, or one that is not known: classes are added every year, and are no reason to refuse."""
        device_class = self.text("device_class", "")
        return device_class if device_class in known else ""

    def topic(self, key: str) -> str | None:
        """A topic to read from or to publish to, with the base for `~`.

        Refused are wildcards and shared subscriptions, since an entity has its own topics, and what a broker would
        end the connection for: that would take all other devices along.
        """
        topic = self.text(key)
        if topic is None:
            return None
        topic = self.filled(topic)
        if ORDINARY_TOPIC.fullmatch(topic):
            return intern(topic)
        if NOT_IN_TOPICS.search(topic):
            raise Unmappable(f"{key} must be a topic without control characters, not {shorten(topic)}")
        if not 1 <= len(topic.encode()) <= MAX_TOPIC:
            raise Unmappable(f"{key} must be a topic of 1 to {MAX_TOPIC:,} bytes, not {shorten(topic)}")
        if topic.count("/") >= MAX_LEVELS:
            raise Unmappable(f"{key} must be a topic of at most {MAX_LEVELS} levels, not {shorten(topic)}")
        if "+" in topic or "#" in topic:
            raise Unmappable(f"{key} must be one topic, without the wildcards + and #, not {shorten(topic)}")
        if topic.startswith("$share/"):
            raise Unmappable(f"{key} must be one topic, not the shared subscription {shorten(topic)}")
        return intern(topic)

    def filled(self, topic: str) -> str:
        return topic if self.base is None or "~" not in topic else self.base.fill(topic)

    def hears_itself(self, topic: str) -> bool:
        """Whether the entity is written to on this topic too: what comes there may be our own message, and no report."""
        commands = [value for key, value in self.data.items() if key.endswith(COMMANDS)]
        return any(isinstance(value, str) and self.filled(value) == topic for value in commands)

    def is_reported(self, key: str = "state_topic") -> bool:
        """Whether the topic under this key says, in the device's own words, what became of a write."""
        topic = self.topic(key)
        return topic is not None and not self.flag("optimistic") and not self.hears_itself(topic)

    def needed_topic(self, key: str) -> str:
        topic = self.topic(key)
        if topic is None:
            raise Unmappable(f"{key} is missing")
        return topic

    def template(self, key: str, *variables: str) -> Template | None:
        """`variables`: names that it may use beside value, value_json, this, name and entity_id."""
        text = self.text(key)
        if text is None:
            return None
        try:
            return Template(text, *variables)
        except Unreadable as fault:
            raise Unmappable(f"{key} {shorten(text)}: {fault.reason}") from fault

    @property
    def retain(self) -> bool:
        return self.flag("retain")

    @property
    def is_optimistic(self) -> bool:
        """The value is taken to be what was last sent. `state_topic` absent says so too, unless denied."""
        return self.flag("optimistic", default=not self.has("state_topic"))

    def common(self) -> tuple[Component, ...]:
        """What every platform takes from a config, apart from its values."""
        found: list[Component] = []
        category = self.choice("entity_category", ("config", "diagnostic"))
        if category == "config":
            found.append(Configuration())
        elif category == "diagnostic":
            found.append(Diagnostic())
        if not self.flag("enabled_by_default", True):
            found.append(HiddenByDefault())
        return tuple(found)


def assemble(
    config: Config,
    *facts: Component,
    unknown: Sequence[type[Component]] = (),
    writable: Sequence[type[Component]] | None = None,
    optimistic: bool = False,
) -> tuple[Component, ...]:
    """The components of an entity for registration: facts, what every platform has, and what has no value yet."""
    components = [*facts, *config.common()]
    if optimistic:
        components.append(AssumedState())
    if writable is not None:
        components.append(writable_of(*writable))
    if unknown:
        components.append(unknown_of(*unknown))
    return tuple(components)


# Ten thousand entities say the same of few kinds. These give them one object for the same kinds, whose ids are what
# they are known by.


def unknown_of(*kinds: type[Component]) -> Unknown:
    return shared_unknown(*(kind.schema.id for kind in kinds))


def writable_of(*kinds: type[Component]) -> Writable:
    return shared_writable(*(kind.schema.id for kind in kinds))


def kinds_together(*kinds: type[Component]) -> frozenset[type[Component]]:
    return shared_kinds(*sorted({kind.schema.id for kind in kinds}))


@cache
def shared_unknown(*ids: int) -> Unknown:
    return Unknown(ids)


@cache
def shared_writable(*ids: int) -> Writable:
    return Writable(ids)


@cache
def shared_kinds(*ids: int) -> frozenset[type[Component]]:
    return frozenset(KIND_OF_ID[number] for number in ids)


def is_nothing(text: str) -> bool:
    """Whether this payload says that there is no value now."""
    return text.strip().lower() in NOTHING


def text_of(value: object) -> str:
    """A value of JSON as templates show it. A list or object, which no reading asks for, is cut short."""
    return shorten(value) if isinstance(value, dict | list) else str(value)


def to_number(text: str) -> float:
    """Raises ValueError for what is no finite number."""
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{shorten(text)} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{shorten(text)} is not a finite number")
    return number


def look_up(values: Mapping[str, C], text: str) -> C:
    """The value that the device says by this word. Raises ValueError for one that is not among them."""
    value = values.get(text)
    if value is None:
        raise ValueError(f"{shorten(text)} is neither {' nor '.join(map(shorten, values))}")
    return value


def read_value(
    kind: type[Component],
    template: Template | None,
    convert: Callable[[str], Component | None],
    words: Container[str],
    payload: str,
) -> tuple[Component, ...]:
    """The most common reading: one component from one text; `reading` makes it.

    `convert` gets the text that the template made, without blanks around it; it returns None where this text says
    nothing of the component, and raises ValueError (InvalidValue of the wire is one) with a sentence for a bad one.
    `words` are texts that are values here, though they may look like NOTHING: an option may be called "none".
    """
    text = text_in(template, payload)
    if text is None:
        return ()
    if text is NULL:
        return (unknown_of(kind),)
    text = text.strip()
    if text not in words:
        if not text and template is not None:
            # A template that comes out empty had nothing to say about this message.
            return ()
        if text.lower() in NOTHING:
            return (unknown_of(kind),)
    try:
        component = convert(text)
    except InvalidValue as fault:
        raise Unreadable(str(fault), kind) from None
    except ValueError as fault:
        raise Unreadable(f"{kind.__name__} can't be read: {fault}", kind) from None
    return () if component is None else (component,)


def reading(
    kind: type[Component],
    template: Template | None,
    convert: Callable[[str], Component | None],
    words: Container[str] = (),
) -> Reading:
    return partial(read_value, kind, template, convert, words)


def discreet(read: Reading) -> Reading:
    """The reading of what may hold a PIN or a password: nothing of a message that can't be read is repeated."""
    return partial(read_discreetly, read)


def read_discreetly(read: Reading, payload: str) -> Iterable[Component]:
    try:
        return read(payload)
    except Unreadable as fault:
        raise Unreadable(
            f"a message of {len(payload):,} characters can't be read; it may hold a secret, so it is not shown",
            *fault.unknown,
        ) from None


def merge(mapped: Sequence[Mapped]) -> Mapped:
    """One entity of several that are `shared`, the triggers of one button: lists of what it sends are joined.

    Raises Unmappable if they are more than an entity can have.
    """
    components: dict[type[Component], Component] = {}
    joined: dict[type[ButtonEvents | NamedEventOptions], dict[Any, None]] = {}
    for one in mapped:
        for component in one.components:
            components.setdefault(type(component), component)
            if isinstance(component, ButtonEvents | NamedEventOptions):
                joined.setdefault(type(component), {}).update(dict.fromkeys(component.value))
    try:
        components.update((kind, kind(list(values))) for kind, values in joined.items())
    except InvalidValue as fault:
        raise Unmappable(f"together with the others of {shorten(mapped[0].shared)}: {fault}") from None
    readings = [reading for one in mapped for reading in one.readings]
    return Mapped(tuple(components.values()), readings, shared=mapped[0].shared)


TOLERANCE: Final[Mapping[type[Component], float]] = {
    ColorTemperature: 60.0,  # one mired at 7,700 K
    TargetTemperature: 0.26,  # devices round to half a degree
    TargetTemperatureLow: 0.26,
    TargetTemperatureHigh: 0.26,
}
FRACTION_TOLERANCE: Final = 0.01
"""Of levels from 0 to 1: devices count to 254, 100 or less."""
COLOR_TOLERANCE: Final = 0.03
RELATIVE_TOLERANCE: Final = 1e-3


def close_enough(reported: Component, wanted: Component) -> bool:
    """Whether a report says that a write was carried out: equal, or as near as devices round."""
    if reported == wanted:
        return True
    if type(reported) is not type(wanted):
        return False
    if isinstance(reported, Color) and isinstance(wanted, Color):
        pairs = ((reported.red, wanted.red), (reported.green, wanted.green), (reported.blue, wanted.blue))
        return all(abs(one - other) <= COLOR_TOLERANCE for one, other in pairs)
    schema = wanted.schema
    if schema.kind != "real":
        return False
    tolerance = TOLERANCE.get(type(wanted))
    if tolerance is None:
        tolerance = FRACTION_TOLERANCE if schema.unit == "fraction" else 0.0
    one, other = float(reported.to_plain()), float(wanted.to_plain())
    return abs(one - other) <= max(tolerance, RELATIVE_TOLERANCE * abs(other))
