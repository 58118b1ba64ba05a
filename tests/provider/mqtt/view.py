"""What a hub would believe of what a provider says: devices by key, entities by key, components by type.

Folds the wire's messages and judges nothing. Used over `Ear` of tests/provider/hub_side.py.
"""

from typing import Any, Final, NamedTuple, TypeVar, overload

from igloo_wire import (
    COMPONENTS,
    Component,
    CreateDevice,
    Decoder,
    DeviceStatus,
    Direction,
    Log,
    Message,
    ProviderStatus,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Unknown,
    Writes,
)

C = TypeVar("C", bound=Component)
D = TypeVar("D")
REQUIRED: Final = object()
KINDS = {kind.schema.id: kind for kind in COMPONENTS.values()}


class EntityView:
    def __init__(self, index: tuple[int, int], message: RegisterEntity) -> None:
        self.index = index
        self.name = message.name
        self.values: dict[type[Component], Component] = {}
        self.events: list[Component] = []
        self.registered = frozenset(type(component) for component in message.components)
        self.heard: list[Component] = []
        """The values that came after it was registered, in order."""
        self.is_registered = False
        for component in message.components:
            self.hear(component)
        self.is_registered = True

    def hear(self, component: Component) -> None:
        kind = type(component)
        if kind.schema.access == "event":
            self.events.append(component)
            return
        self.values[kind] = component
        if self.is_registered and not isinstance(component, Unknown):
            self.heard.append(component)
        if isinstance(component, Unknown):
            for number in component.value:
                self.values.pop(KINDS[number], None)
        elif (unknown := self.get(Unknown, None)) is not None:
            self.values[Unknown] = Unknown([n for n in unknown.value if n != kind.schema.id])

    @overload
    def get(self, kind: type[C]) -> C: ...
    @overload
    def get(self, kind: type[C], default: D) -> C | D: ...
    def get(self, kind: type[Component], default: object = REQUIRED) -> Any:
        return self.values[kind] if default is REQUIRED else self.values.get(kind, default)

    @property
    def unknown(self) -> set[str]:
        unknown = self.get(Unknown, None)
        return set() if unknown is None else {KINDS[number].__name__ for number in unknown.value}


class DeviceView:
    def __init__(self, index: int, name: str) -> None:
        self.index = index
        self.name = name
        self.entities: dict[str, EntityView] = {}
        self.is_online = True
        self.reason = ""

    def __getitem__(self, key: str) -> EntityView:
        return self.entities[key]

    def answers(self) -> bool:
        """A method, because it changes between two lines of a test."""
        return self.is_online


class Registered(NamedTuple):
    """For tests that ask how often something was announced."""

    devices: int
    entities: int


class View:
    def __init__(self) -> None:
        self._decoder = Decoder(Direction.PROVIDER_TO_HUB)
        self.devices: dict[str, DeviceView] = {}
        self.health: ProviderStatus | None = None
        self.healths: list[str] = []
        self.log: list[str] = []
        self.others: list[Message] = []
        self.registered = Registered(0, 0)
        self._places: dict[int, str] = {}
        self._keys: dict[tuple[int, int], str] = {}

    def __getitem__(self, key: str) -> DeviceView:
        return self.devices[key]

    def hear(self, data: bytes | bytearray) -> None:
        for message in self._decoder.feed(data):
            self._fold(message)

    def find(self, ending: str) -> EntityView:
        """The one entity whose key ends so."""
        found = [e for d in self.devices.values() for key, e in d.entities.items() if key.endswith(ending)]
        assert len(found) == 1, [key for d in self.devices.values() for key in d.entities]
        return found[0]

    def has(self, ending: str) -> bool:
        return any(key.endswith(ending) for device in self.devices.values() for key in device.entities)

    @property
    def count(self) -> int:
        """Entities that are there now, without those that carry the facts of a device."""
        return sum(key != "device" for device in self.devices.values() for key in device.entities)

    def _fold(self, message: Message) -> None:
        match message:
            case CreateDevice(index, key, name):
                self.registered = self.registered._replace(devices=self.registered.devices + 1)
                self._places[index] = key
                self.devices[key] = DeviceView(index, name)
            case RegisterEntity(device, entity, key, _, _):
                self.registered = self.registered._replace(entities=self.registered.entities + 1)
                self._keys[device, entity] = key
                place = self.devices[self._places[device]]
                assert key not in place.entities, f"{key} is there already"
                place.entities[key] = EntityView((device, entity), message)
            case Writes():
                assert not message.refused
                for device, entity, component in message:
                    self.devices[self._places[device]].entities[self._keys[device, entity]].hear(component)
            case RemoveEntity(device, entity):
                del self.devices[self._places[device]].entities[self._keys[device, entity]]
            case RemoveDevice(device):
                del self.devices[self._places.pop(device)]
            case DeviceStatus(device, online, reason):
                place = self.devices[self._places[device]]
                place.is_online, place.reason = online, reason
            case ProviderStatus(health, reason):
                self.health = message
                self.healths.append(f"{health.name.lower()} {reason}".strip())
            case Log(_, text):
                self.log.append(text)
            case _:
                self.others.append(message)
