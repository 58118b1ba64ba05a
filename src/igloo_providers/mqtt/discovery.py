"""Discovery messages: a topic and its payload become the entities that a device announces.

Knows Home Assistant's convention ("MQTT discovery"): topics, short names of keys, devices, availability. What the
entities are made of is for platforms/. Whatever a payload holds, only Unmappable is raised.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from igloo_providers.mqtt.abbreviations import ABBREVIATIONS, DEVICE_ABBREVIATIONS
from igloo_providers.mqtt.entity import MAX_TOPIC, Base, Config
from igloo_providers.mqtt.errors import Unmappable, shorten
from igloo_providers.mqtt.templates import Template, text_in
from igloo_wire import (
    MAX_NAME,
    Component,
    HardwareVersion,
    InstalledVersion,
    InvalidValue,
    Manufacturer,
    Model,
    PageUrl,
    SerialNumber,
)

MAX_CONFIG: Final = 256 << 10
"""Bytes of one discovery payload. The longest of real single entities is 3 KiB; a device may announce a hundred."""
MAX_COMPONENTS: Final = 500
"""Of one device-based payload."""
MAX_ORIGIN: Final = 64
"""Bytes of the name of the program that sent a config."""
MAX_AVAILABILITY: Final = 16
"""Topics that decide whether one entity answers."""

TOPIC: Final = re.compile(r"(\w+)/(?:([A-Za-z0-9_-]+)/)?([A-Za-z0-9_-]+)/config", re.ASCII)

SHARED: Final[tuple[str, ...]] = (
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "encoding",
    "payload_available",
    "payload_not_available",
    "state_topic",
)
"""What a device-based payload says once for all of its parts; a part may say otherwise."""

WHERE_AVAILABLE: Final = ("availability", "availability_topic")
"""A part with one of these has its own availability, and nothing of the device's."""

ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "ascii": "ascii",
    "us-ascii": "ascii",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
}
"""A list, because Python has codecs that are slow on purpose-made input, and some that are no text at all."""

T = TypeVar("T", bound=Component)


class DiscoveryTopic(NamedTuple):
    """node: "" if the topic has none. text: the whole topic, for sentences."""

    platform: str
    node: str
    object: str
    text: str


class AvailabilityTopic(NamedTuple):
    topic: str
    available: str = "online"
    not_available: str = "offline"
    template: Template | None = None

    def read(self, payload: str) -> bool | None:
        """Whether the device answers; None if the payload says neither. Raises TemplateFault."""
        text = text_in(self.template, payload)
        if text is None:
            return None
        if text == self.available:
            return True
        return False if text == self.not_available else None


class Availability(NamedTuple):
    """mode: `latest` (what was said last), `all` or `any` of the topics. No topics: always available."""

    topics: tuple[AvailabilityTopic, ...] = ()
    mode: str = "latest"

    def is_available(self, known: Mapping[str, bool], latest: bool | None) -> bool:
        """`known`: what was said last, by topic; `latest`: what was said last of all. Silence is no."""
        if not self.topics:
            return True
        said = [known.get(topic.topic, False) for topic in self.topics]
        if self.mode == "all":
            return all(said)
        return any(said) if self.mode == "any" else bool(latest)


class DeviceInfo(NamedTuple):
    """A device as one config describes it; another of its configs may say more.

    key: of the device in the hub; does not depend on the order in which identities are given. name: "" if not said.
    identities: each of them means this device, also in configs that have others beside it. facts: Manufacturer and
    so on, for an entity of the device as a whole. via: the identity of the device through which it is reached, or "".
    """

    key: str
    name: str
    identities: tuple[str, ...]
    facts: tuple[Component, ...]
    via: str = ""


class Discovered(NamedTuple):
    """One entity. key: unique in its device. name: "" means that it is called as its device. unique_id: may be "".

    origin: the program that sent the config, such as "zigbee2mqtt 2.1", or "".
    """

    device: DeviceInfo
    key: str
    name: str
    config: Config
    availability: Availability
    origin: str
    unique_id: str
    encoding: str

    def place(self, topic: str) -> str:
        """Where it was announced, for sentences."""
        return place(f"{topic}, {self.key}", self.origin)


class Announcement(NamedTuple):
    """What one discovery message says: these entities, and no others, are announced on its topic.

    refused: parts of a device-based message that can't be used, while the others can. is_migration: the entities of
    this topic will be announced on another one, and are the same there; nothing else is said.
    """

    entities: tuple[Discovered, ...] = ()
    refused: tuple[Unmappable, ...] = ()
    is_migration: bool = False


def parse_topic(prefix: str, topic: str) -> DiscoveryTopic | None:
    """None: not a discovery topic."""
    if not topic.startswith(prefix + "/"):
        return None
    match = TOPIC.fullmatch(topic, len(prefix) + 1)
    return None if match is None else DiscoveryTopic(match[1], match[2] or "", match[3], topic)


def parse_config(topic: DiscoveryTopic, payload: bytes) -> Announcement:
    """Raises Unmappable if nothing of the message can be used. An empty payload takes back what was announced."""
    if not payload.strip():
        return Announcement()
    origin = ""
    try:
        data = expand_keys(parse_object(payload), ABBREVIATIONS)
        origin = origin_of(data)
        if data.get("migrate_discovery") is True:
            return Announcement(is_migration=True)
        if topic.platform == "device":
            return parse_device_based(topic, data)
        found = discover(topic.platform, topic.node, topic.object, data, base_of(data))
        return Announcement((found,))
    except Unmappable as fault:
        raise fault.at(place(topic.text, origin)) from None


def parse_device_based(topic: DiscoveryTopic, data: dict[str, Any]) -> Announcement:
    components = data.get("components")
    if not isinstance(components, dict):
        raise Unmappable(f"components must be an object, not {shorten(components)}")
    if len(components) > MAX_COMPONENTS:
        raise Unmappable(f"components has {len(components):,} entries, at most {MAX_COMPONENTS} are taken")
    if not isinstance(data.get("device"), dict):
        raise Unmappable(f"device must be an object, not {shorten(data.get('device'))}")
    base = base_of(data)
    shared: dict[str, Any] = {key: data[key] for key in SHARED if key in data}
    always: dict[str, Any] = {key: data[key] for key in ("device", "origin") if key in data}
    entities: dict[str, Discovered] = {}
    refused: list[Unmappable] = []
    for name, part in components.items():
        try:
            if not isinstance(part, dict):
                raise Unmappable(f"must be an object, not {shorten(part)}")
            own = expand_keys(part, ABBREVIATIONS)
            platform = own.pop("platform", None)
            if not isinstance(platform, str):
                raise Unmappable(f"platform must be a text, not {shorten(platform)}")
            if not own:
                continue  # only the platform: this is how a part is removed
            of_all = shared if own.keys().isdisjoint(WHERE_AVAILABLE) else without_availability(shared)
            merged: dict[str, Any] = {**of_all, **own, **always}
            found = discover(platform, topic.object, name, merged, base_of(own, base))
            if found.key in entities:
                raise Unmappable(f"unique_id {shorten(found.unique_id)} is taken by another part")
            entities[found.key] = found
        except Unmappable as fault:
            refused.append(fault.at(place(f"{topic.text}, components {shorten(name)}", origin_of(data))))
    return Announcement(tuple(entities.values()), tuple(refused))


def without_availability(shared: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shared.items() if not key.startswith("availability")}


def discover(platform: str, node: str, object_id: str, data: dict[str, Any], base: str) -> Discovered:
    config = Config(platform, object_id, data, Base(base) if base else None)
    unique_id = config.text("unique_id", "")
    plain_id = unique_id or f"{node}.{object_id}"
    return Discovered(
        device=parse_device(config, f"{platform}.{plain_id}"),
        key=key_of(f"{platform}.{plain_id}"),
        name=entity_name(config),
        config=config,
        availability=parse_availability(config),
        origin=origin_of(data),
        unique_id=unique_id,
        encoding=parse_encoding(config),
    )


# ── JSON ──


def parse_object(payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_CONFIG:
        raise Unmappable(f"the config has {len(payload):,} bytes, at most {MAX_CONFIG:,} are read")
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise Unmappable(f"the config is not UTF-8: {error.reason} at byte {error.start}") from None
    try:
        data = json.loads(text, object_pairs_hook=without_repeats, parse_constant=refuse_constant)
    except RecursionError:
        raise Unmappable("the config is nested too deeply") from None
    except ValueError as error:
        raise Unmappable(f"the config is not JSON: {error}, in {shorten(text)}") from None
    if not isinstance(data, dict):
        raise Unmappable(f"the config must be an object, not {shorten(data)}")
    return data


def without_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) < len(items):
        seen: set[str] = set()
        for key, value in items:
            if key in seen:
                raise Unmappable(f"{shorten(key)} is said twice, the second time as {shorten(value)}")
            seen.add(key)
    return found


def refuse_constant(name: str) -> Any:  # noqa: ANN401 - what json asks for
    raise Unmappable(f"the config holds {name}, which is no JSON")


def expand_keys(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    expanded: dict[str, Any] = {names.get(key, key): value for key, value in data.items()}
    if len(expanded) < len(data):
        both = next(short for short, full in names.items() if short in data and full in data)
        raise Unmappable(f"{both} and {names[both]} are the same key: {shorten(data[names[both]])}")
    return expanded


# ── topics ──


def base_of(data: Mapping[str, Any], default: str = "") -> str:
    """What `~` stands for in the topics; "": for itself."""
    base = data.get("~", default)
    if not isinstance(base, str):
        raise Unmappable(f"~ must be a text, not {shorten(base)}")
    if len(base) > MAX_TOPIC:
        raise Unmappable(f"~ has {len(base):,} characters, more than a topic")
    return base


# ── device, names, availability ──


def parse_device(config: Config, own_id: str) -> DeviceInfo:
    """Of a config without a device, the entity is a device of its own, known by `own_id`."""
    given = config.data.get("device")
    if given is None:
        key = key_of(f"entity:{own_id}")
        return DeviceInfo(key, entity_name(config), (key,), ())
    if not isinstance(given, dict):
        raise config.fault("device", "must be an object")
    device = Config("device", config.object_id, expand_keys(given, DEVICE_ABBREVIATIONS))
    identities = sorted({*identifiers_of(device), *connections_of(device)})
    if not identities:
        raise Unmappable("device has neither identifiers nor connections, one is needed")
    return DeviceInfo(
        key=key_of(identities[0]),
        name=clean_name(device.text("name", "")),
        identities=tuple(identities),
        facts=tuple(device_facts(device)),
        via=device.text("via_device", ""),
    )


def identifiers_of(device: Config) -> Iterator[str]:
    return (text for text in device.texts("identifiers") if text)


def connections_of(device: Config) -> Iterator[str]:
    """Pairs such as ["mac", "02:5b:26:a8:dc:12"], written `mac:02:5b:26:a8:dc:12`."""
    connections = device.data.get("connections") or []
    for pair in connections if isinstance(connections, list) else [connections]:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise device.fault("connections", "must be a list of pairs of texts")
        kind, address = pair
        yield f"{kind}:{address.lower() if kind == 'mac' else address}"


def device_facts(device: Config) -> Iterator[Component]:
    model, model_id = device.text("model", ""), device.text("model_id", "")
    if model and model_id and model_id not in model:
        model = f"{model} ({model_id})"
    yield from fact(Manufacturer, device.text("manufacturer"))
    yield from fact(Model, model or model_id)
    yield from fact(SerialNumber, device.text("serial_number"))
    yield from fact(HardwareVersion, device.text("hw_version"))
    yield from fact(InstalledVersion, device.text("sw_version"))
    yield from fact(PageUrl, device.text("configuration_url"))


def fact(kind: Callable[[str], T], text: str | None) -> Iterator[T]:
    """Left out if empty, or if the wire can't carry it: a device is not refused for the spelling of its maker."""
    if text and (text := clean_name(text)):
        try:
            yield kind(text)
        except InvalidValue:
            return


def entity_name(config: Config) -> str:
    """ "" for `name: null`: the entity is the device. Without a name it is called by its class or its platform."""
    if "name" in config.data:
        name = config.text("name", "")
    elif config.platform == "device_automation":
        name = config.text("subtype", "").replace("_", " ").capitalize()
    else:
        name = (config.text("device_class") or config.platform).replace("_", " ").capitalize()
    return clean_name(name)


def parse_availability(config: Config) -> Availability:
    mode = config.choice("availability_mode", ("all", "any", "latest"), "latest")
    single = config.topic("availability_topic")
    if single is not None:
        return Availability((availability_topic(config, "availability_template"),), mode)
    entries = config.data.get("availability") or []
    if not isinstance(entries, list):
        entries = [entries]
    if len(entries) > MAX_AVAILABILITY:
        raise Unmappable(f"availability has {len(entries):,} topics, at most {MAX_AVAILABILITY} are taken")
    topics = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise config.fault("availability", "must be a list of objects")
        part = Config("availability", config.object_id, expand_keys(entry, ABBREVIATIONS), config.base)
        topics.append(availability_topic(part, "value_template"))
    return Availability(tuple(topics), mode)


def availability_topic(config: Config, template: str) -> AvailabilityTopic:
    return AvailabilityTopic(
        config.topic("availability_topic") or config.needed_topic("topic"),
        config.text("payload_available", "online"),
        config.text("payload_not_available", "offline"),
        config.template(template),
    )


def origin_of(data: Mapping[str, Any]) -> str:
    """The program that sent a config, as far as it says. Nothing depends on it: what can't be read is left out."""
    origin = data.get("origin")
    if not isinstance(origin, dict):
        return ""
    words = (origin.get("name"), origin.get("sw_version", origin.get("sw")))
    return cut(clean_name(" ".join(word for word in words if isinstance(word, str))), MAX_ORIGIN)


def place(where: str, origin: str) -> str:
    return f"{where} ({origin})" if origin else where


def parse_encoding(config: Config) -> str:
    """The codec of the payloads. An empty `encoding` means raw bytes, which no platform here takes."""
    name = config.text("encoding", "utf-8")
    codec = ENCODINGS.get(name.lower().replace("_", "-"))
    if codec is None:
        raise config.fault("encoding", "must be a usual encoding of text")
    return codec


# ── keys and names that the wire takes ──


def clean_name(text: str) -> str:
    """Without characters that can't be shown, and at most as long as a name may be."""
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable())
    return cut(text.strip(), MAX_NAME)


def key_of(text: str) -> str:
    """The text itself where it may be a key, else a shorter one that no other text has. Never empty."""
    key = clean_name(text)
    if key == text and key:
        return key
    digest = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]
    return f"{cut(key, MAX_NAME - 17)}~{digest}"


def cut(text: str, most: int) -> str:
    """The beginning of the text, in at most so many bytes of UTF-8."""
    if len(text) * 4 <= most:
        return text
    data = text.encode()
    return text if len(data) <= most else data[:most].decode(errors="ignore")
