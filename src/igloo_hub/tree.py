"""The device tree: what the hub believes about every entity. Knows nothing of tasks, sockets or clocks.

Devices > entities > components. A provider reaches only what it introduced itself: its messages carry indexes, and
indexes are looked up in the `Attachment` of its own connection, never in the tree at large. When the connection
ends its devices stay, with their last values, marked stale; when the provider introduces them again they are the
same devices, with the same ids.

Every change is also noted in `changes`, which `tree_actor.py` takes and hands to subscribers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TypeVar

import attrs

from igloo_hub.ids import DeviceId, DeviceIndex, EntityAddress, EntityIndex, InstanceId
from igloo_wire import (
    COMPONENTS,
    Component,
    CreateDevice,
    CustomParameter,
    DeviceCreated,
    DeviceStatus,
    Message,
    RefusalCode,
    Refused,
    RefusedValue,
    RegisterCustom,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Unknown,
    UnknownComponent,
    ValueKind,
    Writable,
    Writes,
)

EVENTS = frozenset(kind for kind in COMPONENTS.values() if kind.schema.access == "event")
LARGE = frozenset(
    kind
    for kind in COMPONENTS.values()
    if kind.schema.kind in {"text", "list"}
    or (kind.schema.access != "event" and kind.schema.element == "text")
)
"""Kinds that have no fixed size."""
NEVER_STORED = frozenset(
    kind for kind in COMPONENTS.values() if kind.schema.access in {"command", "modifier"}
)
WRITTEN = frozenset({"writable", "command", "modifier"})
VALUE_KINDS: dict[ValueKind, type | tuple[type, ...]] = {
    ValueKind.BOOLEAN: bool,
    ValueKind.INTEGER: int,
    ValueKind.REAL: (int, float),
    ValueKind.TEXT: str,
    ValueKind.BYTES: bytes,
    ValueKind.LIST: (list, tuple),
    ValueKind.MAP: dict,
}
"""What each kind of parameter takes; any other kind takes anything."""
KIND_OF_ID = {kind.schema.id: kind for kind in COMPONENTS.values()}

ComponentT = TypeVar("ComponentT", bound=Component)

CUSTOM_SIZE, PARAMETER_SIZE = 300, 250
"""Bytes of a custom command and of each parameter beside their texts."""

LIST_ITEM = 40
"""Bytes of an item in a list beside its text: the reference to it and the least that an object takes."""

REASON_LENGTH = 500
"""Characters of a device's reason to be offline; what is longer is cut there."""

REFUSALS_TOLD = 64
"""In answer to one batch. Enough to see the pattern; 64 KiB can hold 7,000 wrong rows."""


@attrs.frozen
class TreeLimits:
    """What one provider may put into the tree. Each limit keeps its memory bounded."""

    devices: int = 10_000
    """Live on one connection; a large Zigbee network has 200."""
    entities: int = 1_000
    """Of one device; the largest known gateways have a few hundred."""
    components: int = 64
    """Of one entity; the richest thermostat in the vocabulary has about 30."""
    entities_in_all: int = 50_000
    """Of all devices of one provider together; a house has some thousand."""
    customs: int = 5_000
    """Custom commands in all; ten of each device in a large network."""
    size: int = 32 << 20
    """Bytes of memory in all texts and lists of one provider. The options and addresses of 50,000 entities are 10 MB."""


@attrs.frozen
class CustomCommand:
    """What a provider, a device or an entity can do and no component says."""

    name: str
    description: str
    parameters: tuple[CustomParameter, ...]

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        texts = [self.name, self.description]
        texts += [text for p in self.parameters for text in (p.name, p.description)]
        return CUSTOM_SIZE + PARAMETER_SIZE * len(self.parameters) + sum(map(item_size, texts))


Customs = dict[str, CustomCommand]
"""By name; those of one provider, one device or one entity."""


@attrs.define(eq=False)
class EntityNode:
    """One entity. `values` holds at most one component of each type."""

    device: "DeviceNode"
    address: EntityAddress
    name: str
    values: dict[type[Component], Component]
    stale_since: float | None = None
    """When its provider went away, in seconds since 1970; None while it is there."""
    reported_at: float = 0.0
    """When a value last came in, in seconds since 1970."""
    removed: bool = False
    customs: Customs = attrs.field(factory=dict)


@attrs.define(eq=False)
class DeviceNode:
    """One device. `entities` is keyed by the provider's own keys."""

    id: DeviceId
    instance: InstanceId
    key: str
    name: str
    entities: dict[str, EntityNode] = attrs.field(factory=dict)
    online: bool = True
    reason: str = ""
    stale_since: float | None = None
    removed: bool = False
    customs: Customs = attrs.field(factory=dict)


@attrs.frozen
class EntitySnapshot:
    """A copy of one entity."""

    key: str
    name: str
    stale_since: float | None
    reported_at: float
    """When a value last came in, in seconds since 1970."""
    components: tuple[Component, ...]
    customs: tuple[CustomCommand, ...] = ()

    def get(self, kind: type[ComponentT]) -> ComponentT | None:
        """Its component of this type, or None."""
        return next((component for component in self.components if isinstance(component, kind)), None)


@attrs.frozen
class DeviceSnapshot:
    """A copy of one device with all that it holds."""

    id: DeviceId
    instance: InstanceId
    key: str
    name: str
    online: bool
    reason: str
    """Why it is offline, in the provider's words; "" otherwise."""
    stale_since: float | None
    entities: tuple[EntitySnapshot, ...]
    customs: tuple[CustomCommand, ...] = ()

    @property
    def is_live(self) -> bool:
        return self.online and self.stale_since is None


@attrs.define(eq=False)
class Attachment:
    """What one connection has introduced, by index. Refused and removed things are in neither table."""

    instance: InstanceId
    publishes: frozenset[type[Component]]
    devices: dict[int, DeviceNode] = attrs.field(factory=dict)
    entities: dict[int, dict[int, EntityNode]] = attrs.field(factory=dict)
    customs: Customs = attrs.field(factory=dict)
    """Of the provider itself."""
    detached: bool = False

    def find(self, address: EntityAddress) -> tuple[DeviceIndex, EntityIndex, EntityNode] | None:
        """An entity that was introduced on this connection with its indexes, or None."""
        if (found := self.find_device(address.device)) is not None:
            for index, entity in self.entities[found[0]].items():
                if entity.address == address:
                    return found[0], EntityIndex(index), entity
        return None

    def find_device(self, device: DeviceId) -> tuple[DeviceIndex, DeviceNode] | None:
        """A device that was introduced on this connection with its index, or None."""
        for index, node in self.devices.items():
            if node.id == device:
                return DeviceIndex(index), node
        return None

    def count(self) -> tuple[int, int]:
        """How many devices and entities are live on this connection."""
        return len(self.devices), sum(map(len, self.entities.values()))


ValueKey = tuple[EntityNode, type[Component]]


@attrs.define(eq=False)
class TreeChanges:
    """What differs since it was last taken. Only the latest value of each component is in it."""

    devices: dict[DeviceNode, None] = attrs.field(factory=dict)
    """Devices that came, went, or changed in anything but values."""
    values: dict[ValueKey, Component] = attrs.field(factory=dict)
    events: list[tuple[EntityNode, Component]] = attrs.field(factory=list)
    removals: bool = False
    """Whether any device or entity was removed."""

    def __bool__(self) -> bool:
        return bool(self.devices or self.values or self.events)


class DeviceTree:
    """All devices. Every method leaves the tree whole, whatever it was given."""

    def __init__(self, limits: TreeLimits | None = None) -> None:
        self._limits = limits or TreeLimits()
        self._devices: dict[DeviceId, DeviceNode] = {}
        self._by_key: dict[tuple[InstanceId, str], DeviceNode] = {}
        self._device_count: Counter[InstanceId] = Counter()
        self._entity_count: Counter[InstanceId] = Counter()
        self._custom_count: Counter[InstanceId] = Counter()
        self._size: Counter[InstanceId] = Counter()
        self._next_id = count(1)
        self._changes = TreeChanges()

    # ── what the hub does ──

    def attach(self, instance: InstanceId, publishes: Iterable[type[Component]]) -> Attachment:
        """Opens the tree to one connection of an instance. Close it with `detach`."""
        return Attachment(instance, frozenset(publishes))

    def detach(self, attachment: Attachment, now: float) -> None:
        """Marks everything that the connection introduced as stale. A second call does nothing."""
        if attachment.detached:
            return
        attachment.detached = True
        for device in attachment.devices.values():
            device.stale_since = now
            for entity in device.entities.values():
                if entity.stale_since is None:
                    entity.stale_since = now
            self._changes.devices[device] = None
        self._release_customs(attachment.instance, attachment.customs)
        attachment.devices.clear()
        attachment.entities.clear()

    def take_changes(self) -> TreeChanges:
        """All changes since the last call."""
        changes, self._changes = self._changes, TreeChanges()
        return changes

    def nodes(self) -> Iterator[DeviceNode]:
        """Every device itself, in the order of their ids. Not to be changed, nor kept across a change of the tree."""
        return iter(self._devices.values())

    def devices(self) -> list[DeviceSnapshot]:
        """A copy of every device, in the order of their ids."""
        return [snapshot_of(device) for device in self._devices.values()]

    # ── what a provider asks ──

    def apply(self, attachment: Attachment, messages: Iterable[Message], now: float) -> list[Message]:
        """Takes what a provider reports, in order, and returns what it is to be told: ids given, things refused.

        `now` is the wall clock, in seconds since 1970. The indexes of CreateDevice and RegisterEntity must be the
        next ones: `session.py` has seen to that.
        """
        answers: list[Message] = []
        for message in messages:
            match message:
                case Writes():
                    answers += self._write(attachment, message, now)
                case RegisterEntity():
                    answers += self._register_entity(attachment, message, now)
                case CreateDevice():
                    answers.append(self._create_device(attachment, message))
                case RemoveDevice():
                    answers += self._remove_device(attachment, message)
                case RemoveEntity():
                    answers += self._remove_entity(attachment, message)
                case DeviceStatus():
                    answers += self._device_status(attachment, message)
                case RegisterCustom():
                    answers += self._register_custom(attachment, message)
                case _:
                    raise TypeError(f"{type(message).__name__} is not for the tree")
        return bounded(answers) if answers else answers

    def _create_device(self, attachment: Attachment, message: CreateDevice) -> DeviceCreated | Refused:
        instance, index = attachment.instance, message.device
        device = self._by_key.get((instance, message.key))
        if device is None:
            if self._device_count[instance] >= self._limits.devices:
                reason = f"a provider may have {self._limits.devices} devices"
                return refusal(CreateDevice, RefusalCode.LIMIT, reason, device=index)
            device = DeviceNode(DeviceId(next(self._next_id)), instance, message.key, "")
            self._devices[device.id] = device
            self._by_key[instance, message.key] = device
            self._device_count[instance] += 1
        elif device.stale_since is None:
            reason = f"the device {message.key!r} is there already"
            return refusal(CreateDevice, RefusalCode.DUPLICATE_KEY, reason, device=index)
        device.name = message.name or message.key
        device.online, device.reason, device.stale_since = True, "", None
        self._release_customs(instance, device.customs)
        attachment.devices[index] = device
        attachment.entities[index] = {}
        self._changes.devices[device] = None
        return DeviceCreated(index, device.id, "")

    def _register_entity(
        self, attachment: Attachment, message: RegisterEntity, now: float
    ) -> Iterator[Refused]:
        def refused(code: RefusalCode, reason: str, component: int | None = None) -> Refused:
            return refusal(
                RegisterEntity,
                code,
                reason,
                device=message.device,
                entity=message.entity,
                component=component,
            )

        device = attachment.devices.get(message.device)
        if device is None:
            yield refused(RefusalCode.UNKNOWN_DEVICE, f"there is no device {message.device}")
            return
        entity = device.entities.get(message.key)
        if entity is None:
            if len(device.entities) >= self._limits.entities:
                yield refused(RefusalCode.LIMIT, f"a device may have {self._limits.entities} entities")
                return
            if self._entity_count[device.instance] >= self._limits.entities_in_all:
                yield refused(
                    RefusalCode.LIMIT, f"a provider may have {self._limits.entities_in_all} entities"
                )
                return
            self._entity_count[device.instance] += 1
            entity = EntityNode(device, EntityAddress(device.id, message.key), "", {})
            device.entities[message.key] = entity
        elif entity.stale_since is None:
            yield refused(RefusalCode.DUPLICATE_KEY, f"the entity {message.key!r} is there already")
            return
        former = entity.values
        self._release(entity)
        entity.name, entity.values = message.name or message.key, {}
        entity.stale_since, entity.reported_at = None, now
        attachment.entities[message.device][message.entity] = entity
        self._changes.devices[device] = None
        for component in message.components:
            if (answer := self._introduce(attachment, entity, component)) is not None:
                yield refused(*answer, component_id(component))
        for kind in former.keys() - entity.values.keys():
            self._drop(entity, kind)
        yield from refused_values(RegisterEntity, message.refused)

    def _register_custom(self, attachment: Attachment, message: RegisterCustom) -> Iterator[Refused]:
        def refused(code: RefusalCode, reason: str) -> Refused:
            return refusal(RegisterCustom, code, reason, device=message.device, entity=message.entity)

        instance, owner = attachment.instance, custom_owner(attachment, message)
        if owner is None:
            is_there = message.device in attachment.devices
            code = RefusalCode.UNKNOWN_ENTITY if is_there else RefusalCode.UNKNOWN_DEVICE
            yield refused(code, "there is no such device or entity to command")
            return
        command = CustomCommand(message.name, message.description, message.parameters)
        former = owner.customs.get(message.name)
        size = self._size[instance] + command.size - (former.size if former else 0)
        if former is None and self._custom_count[instance] >= self._limits.customs:
            yield refused(RefusalCode.LIMIT, f"a provider may have {self._limits.customs} custom commands")
        elif size > self._limits.size:
            yield refused(*self._too_large())
        else:
            self._custom_count[instance] += former is None
            self._size[instance] = size
            owner.customs[message.name] = command
            if not isinstance(owner, Attachment):
                device = owner.device if isinstance(owner, EntityNode) else owner
                self._changes.devices[device] = None

    def _release_customs(self, instance: InstanceId, customs: Customs) -> None:
        self._custom_count[instance] -= len(customs)
        self._size[instance] -= sum(command.size for command in customs.values())
        customs.clear()

    def _write(self, attachment: Attachment, writes: Writes, now: float) -> Iterator[Refused]:
        """The hot path: one pass over the rows, one look-up each; what is unusual is left to `_introduce`."""
        entities = attachment.entities
        values_changed = self._changes.values
        for device_index, entity_index, component in writes:
            try:
                entity = entities[device_index][entity_index]
            except KeyError:
                yield unknown_entity(Writes, device_index, entity_index)
                continue
            kind = type(component)
            former = entity.values.get(kind)
            if former is None or kind is Unknown:
                answer = self._introduce(attachment, entity, component)
            elif former == component:
                answer = None
            elif kind in LARGE and not self._afford(entity, former, component):
                answer = self._too_large()
            else:
                answer = None
                entity.values[kind] = component
                values_changed[entity, kind] = component
            if answer is None:
                entity.reported_at = now
            else:
                yield refusal(
                    Writes,
                    *answer,
                    device=device_index,
                    entity=entity_index,
                    component=component_id(component),
                )
        yield from refused_values(Writes, writes.refused)

    def _introduce(
        self, attachment: Attachment, entity: EntityNode, component: Component
    ) -> tuple[RefusalCode, str] | None:
        """Takes a component of a type that the entity does not hold. Returns why not, or None."""
        kind = type(component)
        if kind is UnknownComponent:
            return None  # from a newer provider: nothing here can understand it, and it is no fault
        if (
            kind not in attachment.publishes and kind is not Unknown
        ):  # which only says that a value is missing
            return RefusalCode.NOT_DECLARED, f"{kind.__name__} is not among `publishes` in the manifest"
        if kind in NEVER_STORED:
            return RefusalCode.WRONG_VALUE, f"{kind.__name__} is written by the hub only"
        if kind in EVENTS:
            self._changes.events.append((entity, component))
            return None
        if kind not in entity.values and len(entity.values) >= self._limits.components:
            return RefusalCode.LIMIT, f"an entity may have {self._limits.components} components"
        if isinstance(component, Unknown):
            for number in component.value:
                if (named := KIND_OF_ID.get(number)) is not None and named in entity.values:
                    self._drop(entity, named)
        elif isinstance(unknown := entity.values.get(Unknown), Unknown) and kind.schema.id in unknown.value:
            # A value ends that it was unknown.
            self._set(entity, Unknown([number for number in unknown.value if number != kind.schema.id]))
        if kind in LARGE and not self._afford(entity, entity.values.get(kind), component):
            return self._too_large()
        self._set(entity, component)
        return None

    def _set(self, entity: EntityNode, component: Component) -> None:
        kind = type(component)
        entity.values[kind] = component
        self._changes.values[entity, kind] = component

    def _drop(self, entity: EntityNode, kind: type[Component]) -> None:
        self._size[entity.device.instance] -= size_of(entity.values.pop(kind, None))
        self._changes.values.pop((entity, kind), None)
        # No value says that there is none, so who holds one must see the whole device anew.
        self._changes.devices[entity.device] = None

    def _afford(self, entity: EntityNode, former: Component | None, component: Component) -> bool:
        """Counts the size of a new value in place of the former one's. False, and nothing counted, if it is too much."""
        size = self._size[entity.device.instance] + size_of(component) - size_of(former)
        if size > self._limits.size:
            return False
        self._size[entity.device.instance] = size
        return True

    def _too_large(self) -> tuple[RefusalCode, str]:
        return RefusalCode.LIMIT, f"a provider may have {self._limits.size:,} bytes of texts and lists"

    def _release(self, entity: EntityNode) -> None:
        """Uncounts the size of an entity's values, which go, and its custom commands with them."""
        self._size[entity.device.instance] -= sum(map(size_of, entity.values.values()))
        self._release_customs(entity.device.instance, entity.customs)

    def _remove_device(self, attachment: Attachment, message: RemoveDevice) -> Iterator[Refused]:
        device = attachment.devices.pop(message.device, None)
        if device is None:
            yield unknown_device(RemoveDevice, message.device)
            return
        del attachment.entities[message.device]
        device.removed = True
        for entity in device.entities.values():
            entity.removed = True
            self._release(entity)
        self._release_customs(device.instance, device.customs)
        self._entity_count[device.instance] -= len(device.entities)
        del self._devices[device.id]
        del self._by_key[device.instance, device.key]
        self._device_count[device.instance] -= 1
        self._changes.devices[device] = None
        self._changes.removals = True

    def _remove_entity(self, attachment: Attachment, message: RemoveEntity) -> Iterator[Refused]:
        entity = attachment.entities.get(message.device, {}).pop(message.entity, None)
        if entity is None:
            yield unknown_entity(RemoveEntity, message.device, message.entity)
            return
        device = entity.device
        entity.removed = True
        self._release(entity)
        self._entity_count[device.instance] -= 1
        del device.entities[entity.address.entity]
        self._changes.devices[device] = None
        self._changes.removals = True

    def _device_status(self, attachment: Attachment, message: DeviceStatus) -> Iterator[Refused]:
        device = attachment.devices.get(message.device)
        if device is None:
            yield unknown_device(DeviceStatus, message.device)
            return
        device.online, device.reason = message.online, message.reason[:REASON_LENGTH]
        self._changes.devices[device] = None


def bounded(answers: list[Message]) -> list[Message]:
    """The answers, with all but the first refusals summed up: a provider may not make the hub write without end."""
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    if len(refusals) <= REFUSALS_TOLD:
        return answers
    kept = set(map(id, refusals[:REFUSALS_TOLD]))
    untold = len(refusals) - REFUSALS_TOLD
    last = refusals[-1]
    return [
        *(answer for answer in answers if not isinstance(answer, Refused) or id(answer) in kept),
        Refused(
            last.message,
            None,
            None,
            None,
            RefusalCode.LIMIT,
            f"{untold} more refusals are not told one by one",
        ),
    ]


def custom_owner(
    attachment: Attachment, message: RegisterCustom
) -> Attachment | DeviceNode | EntityNode | None:
    """Whose command it is to be; None when the provider has no such device or entity."""
    if message.device is None:
        return attachment
    if message.entity is None:
        return attachment.devices.get(message.device)
    return attachment.entities.get(message.device, {}).get(message.entity)


def why_not_callable(command: CustomCommand, parameters: Mapping[str, object]) -> str | None:
    """Why a custom command can't be asked for with these parameters, or None."""
    known = {parameter.name: parameter for parameter in command.parameters}
    for name, value in parameters.items():
        if name not in known:
            return f"{command.name} has no parameter {name}"
        kind = VALUE_KINDS.get(known[name].kind)
        if kind is not None and (
            not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        ):
            return f"{command.name}: {name} must be of kind {known[name].kind.name.lower()}"
    for name, parameter in known.items():
        if parameter.required and name not in parameters:
            return f"{command.name} needs {name}"
    return None


def why_not_writable(entity: EntityNode, component: Component) -> str | None:
    """Why nobody may write this component to this entity, by the schema and by what the entity says of itself."""
    schema = component.schema
    if schema.access not in WRITTEN:
        return f"{schema.name} can't be written"
    if schema.writes is not None and component.to_plain() not in [
        schema.variants[number] for number in schema.writes
    ]:
        return f"{schema.name} can't be set to {component.to_plain()}"
    writable = entity.values.get(Writable)
    if isinstance(writable, Writable) and schema.access != "modifier" and schema.id not in writable.value:
        return f"{entity.name} does not let {schema.name} be written"
    return None


def size_of(component: Component | None) -> int:
    """About how many bytes of memory the texts and lists in a component take."""
    if type(component) not in LARGE:
        return 0
    value: str | tuple[object, ...] = component.value  # type: ignore[union-attr]  # all of LARGE have it
    return text_size(value) if isinstance(value, str) else sum(map(item_size, value))


def item_size(item: object) -> int:
    return LIST_ITEM + (text_size(item) if isinstance(item, str) else 0)


def text_size(text: str) -> int:
    # One wide character makes all of them wide.
    return len(text) if text.isascii() else 4 * len(text)


def component_id(component: Component) -> int:
    return component.id if isinstance(component, UnknownComponent) else component.schema.id


def snapshot_of(device: DeviceNode) -> DeviceSnapshot:
    """A copy that no later change reaches."""
    entities = tuple(
        EntitySnapshot(
            key,
            entity.name,
            entity.stale_since,
            entity.reported_at,
            tuple(entity.values.values()),
            tuple(entity.customs.values()),
        )
        for key, entity in device.entities.items()
    )
    return DeviceSnapshot(
        device.id,
        device.instance,
        device.key,
        device.name,
        device.online,
        device.reason,
        device.stale_since,
        entities,
        tuple(device.customs.values()),
    )


def refusal(
    message: type[Message],
    code: RefusalCode,
    reason: str,
    *,
    device: int | None = None,
    entity: int | None = None,
    component: int | None = None,
) -> Refused:
    return Refused(MESSAGE_IDS[message], device, entity, component, code, reason)


def unknown_device(message: type[Message], device: int) -> Refused:
    return refusal(message, RefusalCode.UNKNOWN_DEVICE, f"there is no device {device}", device=device)


def unknown_entity(message: type[Message], device: int, entity: int) -> Refused:
    reason = f"there is no entity {entity} of device {device}"
    return refusal(message, RefusalCode.UNKNOWN_ENTITY, reason, device=device, entity=entity)


def refused_values(message: type[Message], values: Iterable[RefusedValue]) -> Iterator[Refused]:
    for value in values:
        yield refusal(
            message,
            RefusalCode.WRONG_VALUE,
            value.reason,
            device=value.device,
            entity=value.entity,
            component=value.component,
        )


MESSAGE_IDS: dict[type[Message], int] = {
    CreateDevice: 3,
    RegisterEntity: 4,
    Writes: 5,
    RemoveDevice: 6,
    RemoveEntity: 7,
    DeviceStatus: 8,
    RegisterCustom: 13,
}
"""As in docs/wire-format.md; a Refused names the message that it answers by its id."""
