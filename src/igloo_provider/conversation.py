"""One provider's conversation with its hub: bytes and calls in, bytes and actions out.

Holds what the author holds too, Device and Entity, because a handle is a name for a part of the conversation. Knows
nothing of sockets or trio: a face (`on_trio.py`) feeds it what was read, has the clock, and sends what `data_to_send`
gives. What waits to be sent, and how much of it, is `outbox.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from logging import Logger
from types import MappingProxyType
from typing import Any, Concatenate, Final, NamedTuple, NoReturn, Protocol, TypeVar, overload

from igloo_provider.custom import Command
from igloo_provider.errors import (
    DoNotRestart,
    HubFault,
    HubRejected,
    NoValue,
    ProviderMistake,
    Rejected,
    describe,
    find_only,
    holds,
)
from igloo_provider.outbox import Outbox, clean_text
from igloo_wire import (
    COMPONENTS,
    MAX_COMPONENTS,
    MAX_FRAME,
    PREAMBLE,
    Component,
    Configure,
    CreateDevice,
    Custom,
    CustomResult,
    Decoder,
    DeviceCreated,
    DeviceStatus,
    Direction,
    Health,
    Hello,
    HelloReject,
    LogLevel,
    Message,
    Ping,
    Pong,
    ProviderStatus,
    Ready,
    Refused,
    RegisterEntity,
    RejectCode,
    RemoveDevice,
    RemoveEntity,
    Role,
    Stop,
    Unknown,
    UnknownComponent,
    Unsupported,
    WireError,
    Writable,
    WriteOutcome,
    WriteRequest,
    WriteResult,
    encode,
    own_hello,
)

SDK_NAME: Final = "igloo_provider"
SDK_VERSION: Final = "0.0.1"

REQUESTS_WAITING: Final = 16
"""Of one device, and of the provider as a whole. At the usual deadline of 10 s a longer queue would only be refused
later.
"""
PROVIDER_WORKERS: Final = 8
"""Custom commands of the provider as a whole that are carried out side by side."""
MAX_COMMANDS: Final = 64
"""Custom commands of one entity, one device, or the provider. A device that has more has parameters."""
REASON_BYTES: Final = 1 << 10
"""Of a sentence that people read."""
DEFAULT_DEADLINE: Final = 10.0
"""Seconds for a write whose request names no deadline."""
SETS_WITHOUT_YIELD: Final = 1000
"""A loop of `await entity.set(…)` lets others run at least this often; that is some 2 ms."""
ENTITY_INDEXES: Final = 1 << 16

KIND_OF_ID: Final[Mapping[int, type[Component]]] = {kind.schema.id: kind for kind in COMPONENTS.values()}
EVENTS: Final = frozenset(kind for kind in COMPONENTS.values() if kind.schema.access == "event")
MODIFIERS: Final = frozenset(kind for kind in COMPONENTS.values() if kind.schema.access == "modifier")
WRITTEN_ONLY: Final = MODIFIERS | {kind for kind in COMPONENTS.values() if kind.schema.access == "command"}
ID_LISTS: Final = frozenset(kind for kind in COMPONENTS.values() if kind.schema.element == "component")
"""Components that name other components."""

MESSAGE_NAMES: Final = [
    "Hello",
    "HelloReject",
    "Ready",
    "CreateDevice",
    "RegisterEntity",
    "WriteComponents",
    "RemoveDevice",
    "RemoveEntity",
    "DeviceStatus",
    "ProviderStatus",
    "WriteResult",
    "Log",
    "Pong",
    "RegisterCustom",
    "CustomResult",
]
"""What a provider sends, by id: a Refused names the message that it answers by its id."""

C = TypeVar("C", bound=Component)
D = TypeVar("D")


Call = tuple[Callable[..., Awaitable[object]], tuple[Component | None, ...]]
"""A write handler and what follows the entity among its arguments."""


Scope = tuple[int, int | None]
"""What has custom commands of its own: a device, or one of its entities."""


class Face(Protocol):
    """What the conversation needs of the event loop it lives in."""

    def wake_writer(self) -> None:
        """There is something to send. Called often; must be cheap and must not block."""

    async def wait_for_room(self) -> None:
        """Returns when `Conversation.is_crowded` is false."""

    async def checkpoint(self) -> None:
        """Lets other tasks run."""

    def monotonic(self) -> float:
        """Seconds of the machine's CLOCK_MONOTONIC, in which the hub says until when a write may be carried out."""


class Definition(Protocol):
    """What the conversation needs of the provider it speaks for: `BaseProvider` is one."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def log(self) -> Logger: ...
    @property
    def commands(self) -> Mapping[str, Command]:
        """The custom commands of the provider as a whole, by name."""

    def calls_for(self, components: tuple[Component, ...]) -> tuple[Call, ...] | str:
        """The handler calls that a write asks for, or the sentence with which it is refused."""


class StartWorker(NamedTuple):
    """Action: begin a task that takes `next_request(device)` until it gives None. No device: the provider's own."""

    device: Device | None


class Configured(NamedTuple):
    """Action: the hub has said who we are; start the provider's tasks, then call `ready`."""


class StopAsked(NamedTuple):
    """Action: cancel the provider's tasks, send what is waiting, end."""

    reason: str


Action = StartWorker | Configured | StopAsked


class PendingWrite(NamedTuple):
    """A write that the hub asked for. `deadline` is in seconds of `Face.monotonic`."""

    request: int
    entity: Entity
    calls: tuple[Call, ...]
    deadline: float
    what: str


class PendingCustom(NamedTuple):
    """A custom command that the hub asked for, with its arguments as the function takes them."""

    request: int
    target: Device | Entity | None
    command: Command
    arguments: dict[str, object]
    deadline: float
    what: str


Pending = PendingWrite | PendingCustom


class Answer(NamedTuple):
    """How a request ended. A custom command that was carried out may have a result."""

    outcome: WriteOutcome
    reason: str
    result: object = None


class Entity:
    """One part of a device, as the hub knows it. From `Device.entity`."""

    __slots__ = (
        "_address",
        "_conversation",
        "_declared",
        "_index",
        "_unknown",
        "_values",
        "device",
        "is_removed",
        "key",
    )

    def __init__(self, conversation: Conversation, device: Device, index: int, key: str) -> None:
        self._conversation = conversation
        self._index = index
        self._declared: frozenset[type[Component]] = frozenset()
        self._values: dict[type[Component], Component] = {}
        self._unknown: frozenset[type[Component]] = frozenset()
        self._address = (device._index, index)
        self.device: Final = device
        self.key: Final = key
        self.is_removed = False

    def __repr__(self) -> str:
        return f"<Entity {self.device.key}/{self.key}>"

    async def set(self, *components: Component) -> None:
        """Tells the hub these values, as one change.

        Returns at once, without a checkpoint; after a thousand calls without one it lets other tasks run. A value
        that is still waiting when the next one of its type is set is replaced. Nothing is sent, and ProviderMistake
        raised, if one of them was not registered or the entity was removed.
        """
        conversation = self._conversation
        conversation.set(self, components)
        if conversation.sets_since_yield >= SETS_WITHOUT_YIELD:
            conversation.sets_since_yield = 0
            await conversation.face.checkpoint()

    @overload
    def get(self, component: type[C], /) -> C: ...
    @overload
    def get(self, component: type[C], default: D, /) -> C | D: ...

    def get(self, component: type[C], /, *default: D) -> Any:
        """What was last registered or set; `default`, or else NoValue, when that is nothing or Unknown."""
        value = self._values.get(component)
        if value is not None:
            return value
        if default:
            return default[0]
        raise NoValue(f"{self.device.key}/{self.key} has no value of {component.__name__} now")

    def has(self, component: type[Component]) -> bool:
        """Whether it was registered, be it with a value or as Unknown."""
        return component in self._declared

    async def custom(
        self,
        name: str,
        function: Callable[Concatenate[Entity, ...], Awaitable[object]],
        *,
        description: str = "",
    ) -> None:
        """As `Device.custom`, for what concerns this entity: the function gets it first."""
        await self._conversation.register_command(self, Command(name, function, description, "entity"))

    def remove(self) -> None:
        """The hub forgets this entity. The same key may be registered again, with other components too."""
        self._conversation.remove_entity(self)


class Device:
    """One device, as the hub knows it. From `Provider.device`."""

    __slots__ = (
        "_conversation",
        "_entities",
        "_entity_of_index",
        "_index",
        "_is_worked",
        "_requests",
        "entities",
        "is_removed",
        "key",
        "name",
    )

    def __init__(self, conversation: Conversation, index: int, key: str, name: str) -> None:
        self._conversation = conversation
        self._index = index
        self._entities: dict[str, Entity] = {}
        self._entity_of_index: list[Entity | None] = []
        self._requests: deque[Pending] = deque()
        self._is_worked = False
        self.entities: Final[Mapping[str, Entity]] = MappingProxyType(self._entities)
        """Its entities by key, always as they are now: take a `list` of them to remove some on the way."""
        self.key: Final = key
        self.name = name
        """The name that the owner gave, as soon as the hub has said it; until then the provider's."""
        self.is_removed = False

    def __repr__(self) -> str:
        return f"<Device {self.key}>"

    async def entity(self, key: str, *components: Component, name: str = "") -> Entity:
        """Its entity with this key; introduced to the hub by the first call.

        A later call with components of the same types gives the same entity, and sets the values that differ. With
        other types it is a ProviderMistake. Returns without a checkpoint unless much is waiting to be sent.
        """
        if self._conversation.is_crowded:
            await self._conversation.face.wait_for_room()
        return self._conversation.register_entity(self, key, components, name)

    async def custom(
        self,
        name: str,
        function: Callable[Concatenate[Device, ...], Awaitable[object]],
        *,
        description: str = "",
    ) -> None:
        """Something that this device can do and no component says, until it is removed.

        The async function gets the device, and then what the caller gives by name: see `Provider.custom`. It takes
        its turn among the device's writes. The same name again takes the place of the one before. Returns without a
        checkpoint unless much is waiting to be sent.
        """
        await self._conversation.register_command(self, Command(name, function, description, "device"))

    def offline(self, reason: str) -> None:
        """The device does not answer, and why. Its values stay, and are shown as old."""
        self._conversation.set_online(self, False, reason)

    def online(self) -> None:
        """The device answers (as every device does in the beginning)."""
        self._conversation.set_online(self, True, "")

    def remove(self) -> None:
        """The device no longer exists: the hub forgets it, and what the owner set for it."""
        self._conversation.remove_device(self)


class Conversation:
    """The state of one connection, from Hello to Stop. One use only."""

    def __init__(self, definition: Definition, face: Face) -> None:
        self.face = face
        self.configure: Configure | None = None
        self.devices: dict[str, Device] = {}
        self._shapes: dict[frozenset[type[Component]], frozenset[type[Component]]] = {}
        self.sets_since_yield = 0
        self.failed_requests = 0
        """Writes, and custom commands, whose handler raised something other than Rejected."""
        self._definition = definition
        self._decoder = Decoder(Direction.HUB_TO_PROVIDER)
        self._device_of_index: list[Device | None] = []
        self._commands: dict[Scope, dict[str, Command]] = {}
        """Of devices and entities that have some."""
        self._requests: deque[Pending] = deque()
        """Of the provider as a whole."""
        self._workers = 0
        self._hub: Hello | None = None
        self._is_ready = False
        self._is_stopping = False
        self._too_new: frozenset[type[Component]] = frozenset()
        self._unanswered: dict[int, type[WriteResult | CustomResult]] = {}
        """Requests that wait or are being carried out, by their number, and what answers them."""
        self._told_refusals: set[tuple[int, int | None, int]] = set()
        self._told_unsupported: set[str] = set()
        self._outbox = Outbox(lambda: self.face.wake_writer(), PREAMBLE)
        self._outbox.send(hello_of(definition.id, definition.version))

    # ── what the face does ──

    @property
    def is_crowded(self) -> bool:
        """So much is waiting that whoever can wait should."""
        return self._outbox.is_crowded

    @property
    def has_data_to_send(self) -> bool:
        return bool(self._outbox)

    def data_to_send(self) -> bytes:
        """The oldest of what waits, in order: some 64 KiB. It is then no longer waiting."""
        return self._outbox.take()

    def receive_data(self, data: bytes | bytearray) -> list[Action]:
        """Takes what was read and returns what is to be done.

        Raises HubFault when it is not the protocol, HubRejected when the hub won't have us; the conversation is
        over then, but what `data_to_send` gives should still be sent.
        """
        try:
            messages = self._decoder.feed(data)
        except WireError as error:
            raise HubFault(f"the hub sent bytes that are not the protocol: {error}") from error
        actions: list[Action] = []
        for message in messages:
            action = self._receive(message)
            if action is not None:
                actions.append(action)
        return actions

    def ready(self) -> None:
        """The provider's tasks have begun: the hub may show it as running."""
        if not self._is_ready:
            self._is_ready = True
            self._outbox.send(Ready())

    def stop(self) -> None:
        """From now on the hub's requests are refused. What the tasks say while they end is still sent."""
        self._is_stopping = True

    def finish(self) -> None:
        """The tasks have ended: answers the requests whose turn did not come any more."""
        self.stop()
        for number, kind in list(self._unanswered.items()):
            self._answer(number, kind, self.stopped)

    def log(self, level: LogLevel, text: str) -> bool:
        """Sends a log record; or, when much is waiting, drops and counts it and returns False."""
        return self._outbox.log(level, text)

    def count_dropped_logs(self, count: int) -> None:
        """So many were dropped before they came here."""
        self._outbox.count_dropped("log records", count)

    # ── what the author does, through the handles ──

    def create_device(self, key: str, name: str) -> Device:
        device = self.devices.get(key)
        if device is not None:
            return device
        self._must_be_configured()
        index = len(self._device_of_index)
        self._outbox.send(CreateDevice(device=index, key=key, name=name))
        device = Device(self, index, key, name or key)
        self.devices[key] = device
        self._device_of_index.append(device)
        return device

    def register_entity(
        self, device: Device, key: str, components: tuple[Component, ...], name: str
    ) -> Entity:
        self._must_exist(device)
        kinds = checked_kinds(f"{device.key}/{key}", components)
        former = device._entities.get(key)
        if former is not None:
            if former._declared - {Unknown} != kinds - {Unknown}:
                raise ProviderMistake(
                    f"two entities with one key: {former.device.key}/{key} has {names_of(former._declared)}, "
                    f"and is now asked for with {names_of(kinds)}; use another key, or remove() the first"
                )
            changed = tuple(c for c in components if former._values.get(type(c)) != c)
            if changed:
                self.set(former, changed)
            return former
        index = len(device._entity_of_index)
        if index >= ENTITY_INDEXES:
            raise ProviderMistake(
                f"{device.key} had {ENTITY_INDEXES:,} entities in this run; that is all it can have"
            )
        known = tuple(self._without_too_new(c) for c in components if type(c) not in self._too_new)
        self._outbox.send(
            RegisterEntity(device=device._index, entity=index, key=key, name=name, components=known)
        )
        entity = Entity(self, device, index, key)
        # Shared: a house of ten thousand entities has some dozens of shapes.
        entity._declared = self._shapes.setdefault(kinds, kinds)
        entity._values = {type(component): component for component in components}
        unknown = entity._values.get(Unknown)
        gone = kinds_in(unknown)
        entity._unknown = self._shapes.setdefault(gone, gone)
        for kind in entity._unknown:
            entity._values.pop(kind, None)
        device._entities[key] = entity
        device._entity_of_index.append(entity)
        return entity

    def set(self, entity: Entity, components: tuple[Component, ...]) -> None:
        if entity.is_removed:
            raise removed(entity)
        declared = entity._declared
        for component in components:
            kind = type(component)
            if kind not in declared or kind is Unknown:
                check_undeclared(entity, component)
        for component in components:
            kind = type(component)
            if kind in EVENTS:
                if kind not in self._too_new:
                    self._outbox.send_event(entity._address, component)
                continue
            waiting = self._outbox.values(entity._address)
            if kind is Unknown:
                entity._unknown = kinds_in(component)
                for gone in entity._unknown:
                    entity._values.pop(gone, None)
                    waiting.rows.pop(gone, None)
            elif kind in entity._unknown:
                # A value ends that it was unknown. The hub knows that too; what still waits must not say otherwise.
                entity._unknown -= {kind}
                entity._values[Unknown] = left = Unknown(entity._unknown)
                if Unknown in waiting.rows:
                    waiting.rows[Unknown] = self._without_too_new(left)
            entity._values[kind] = component
            if kind not in self._too_new:
                waiting.put(self._without_too_new(component) if kind in ID_LISTS else component)
        self.sets_since_yield += 1

    def set_online(self, device: Device, online: bool, reason: str) -> None:
        self._must_exist(device)
        reason = clean_text(reason, REASON_BYTES)
        self._outbox.send_latest(
            device._index, DeviceStatus(device=device._index, online=online, reason=reason)
        )

    def set_health(self, health: Health, reason: str) -> None:
        status = ProviderStatus(health=health, reason=clean_text(reason, REASON_BYTES))
        self._outbox.send_latest(ProviderStatus, status)

    def remove_device(self, device: Device) -> None:
        self._must_exist(device)
        for entity in device._entities.values():
            self._forget(entity)
        self._commands.pop((device._index, None), None)
        device._entities.clear()
        device._entity_of_index.clear()
        device.is_removed = True
        del self.devices[device.key]
        self._device_of_index[device._index] = None
        self._outbox.send(RemoveDevice(device=device._index))

    def remove_entity(self, entity: Entity) -> None:
        if entity.is_removed:
            raise removed(entity)
        self._forget(entity)
        device = entity.device
        del device._entities[entity.key]
        device._entity_of_index[entity._index] = None
        self._outbox.send(RemoveEntity(device=device._index, entity=entity._index))

    async def register_command(self, target: Device | Entity, command: Command) -> None:
        if self.is_crowded:
            await self.face.wait_for_room()
        scope = scope_of(target)
        if isinstance(target, Device):
            self._must_exist(target)
        elif target.is_removed:
            raise removed(target)
        commands = self._commands.setdefault(scope, {})
        former = commands.get(command.name)
        if former is None and len(commands) >= MAX_COMMANDS:
            raise too_many_commands(name_of_target(target))
        commands[command.name] = command
        message = command.registration(*scope)
        if former is None or former.registration(*scope) != message:
            self._outbox.send(message)

    # ── requests of the hub ──

    def next_request(self, device: Device | None) -> Pending | None:
        """The next request in order, of this device or of the provider as a whole; None ends its worker."""
        requests = self._requests if device is None else device._requests
        if requests:
            return requests.popleft()
        if device is None:
            self._workers -= 1
        else:
            device._is_worked = False
        return None

    async def carry_out(self, request: Pending) -> Answer:
        """Calls the handlers, none after the request's deadline. The face ends the one that runs then; what is raised
        goes to `judge`.
        """
        if isinstance(request, PendingCustom):
            return await self._carry_out_custom(request)
        return await self._carry_out_write(request)

    async def _carry_out_write(self, write: PendingWrite) -> Answer:
        if write.entity.is_removed:
            return Answer(WriteOutcome.REFUSED, "the entity was removed")
        outcome = WriteOutcome.CONFIRMED
        for handler, arguments in write.calls:
            # A process that was stopped finds requests whose caller gave up long ago, and no timer has run meanwhile.
            if self.face.monotonic() >= write.deadline:
                return self.expired(write)
            result = await handler(write.entity, *arguments)
            if result == WriteOutcome.SENT:
                outcome = WriteOutcome.SENT
            elif result is not None and result != WriteOutcome.CONFIRMED:
                raise TypeError(f"a write handler returns None or SENT, not {result!r}")
        return Answer(outcome, "")

    async def _carry_out_custom(self, custom: PendingCustom) -> Answer:
        target = custom.target
        if target is not None and target.is_removed:
            is_entity = isinstance(target, Entity) and not target.device.is_removed
            return Answer(
                WriteOutcome.REFUSED, "the entity was removed" if is_entity else "the device was removed"
            )
        if self.face.monotonic() >= custom.deadline:
            return self.expired(custom)
        first = () if target is None else (target,)
        result = await custom.command.function(*first, **custom.arguments)
        if isinstance(result, WriteOutcome):
            if result not in (WriteOutcome.SENT, WriteOutcome.CONFIRMED):
                raise TypeError(f"a custom command returns its result or SENT, not {result!r}")
            return Answer(result, "")
        # Here, because its author has to hear of it.
        encode(CustomResult(custom.request, WriteOutcome.CONFIRMED, "", result))
        return Answer(WriteOutcome.CONFIRMED, "", result)

    def judge(self, request: Pending, error: Exception) -> Answer:
        """What a handler's exception means for its request. Raises it again if it ends the provider."""
        if any(holds(error, kind) is not None for kind in (MemoryError, DoNotRestart, HubFault)):
            raise error
        rejected = find_only(error, Rejected)
        if rejected is not None:
            return Answer(WriteOutcome.REFUSED, rejected.reason)
        self.failed_requests += 1
        self._definition.log.error(
            "the handler failed (failure %d of this run): %s",
            self.failed_requests,
            request.what,
            exc_info=error,
        )
        return Answer(WriteOutcome.REFUSED, f"the provider failed: {describe(error)}")

    def expired(self, request: Pending) -> Answer:
        """The request's deadline has passed, before its turn came or while a handler ran."""
        self._definition.log.warning("not finished in time: %s", request.what)
        kind = "write" if isinstance(request, PendingWrite) else "custom command"
        return Answer(WriteOutcome.REFUSED, f"the provider did not finish the {kind} in time")

    @property
    def stopped(self) -> Answer:
        """The answer to a request that was cancelled, or not begun, because the provider ends."""
        return Answer(WriteOutcome.REFUSED, "the provider stopped")

    def answer(self, request: Pending, answer: Answer) -> None:
        """Ends a request: exactly one answer each."""
        kind = WriteResult if isinstance(request, PendingWrite) else CustomResult
        self._answer(request.request, kind, answer)

    def _answer(self, number: int, kind: type[WriteResult | CustomResult], answer: Answer) -> None:
        self._unanswered.pop(number, None)
        reason = clean_text(answer.reason, REASON_BYTES)
        if kind is CustomResult:
            self._outbox.send(CustomResult(number, answer.outcome, reason, answer.result))
        else:
            self._outbox.send(WriteResult(number, answer.outcome, reason))

    # ── the hub's messages ──

    def _receive(self, message: Message) -> Action | None:
        if self._hub is None:
            self._greet(message)
            return None
        match message:
            case WriteRequest():
                return self._take_write(message)
            case Custom():
                return self._take_custom(message)
            case Ping(nonce=nonce):
                self._outbox.send(Pong(nonce))
            case DeviceCreated():
                device = self._find_device(message.device)
                if device is not None and message.name:
                    device.name = message.name
            case Refused():
                self._take_refusal(message)
            case Unsupported(message=number):
                self._take_unsupported(number)
            case Configure():
                if self.configure is not None:
                    raise HubFault("the hub configured the provider twice")
                self.configure = message
                for command in self._definition.commands.values():
                    self._outbox.send(command.registration(None, None))
                return Configured()
            case Stop():
                self.stop()
                return StopAsked(message.reason)
            case HelloReject():
                raise rejection(message)
            case _:
                raise HubFault(f"the hub sent {type(message).__name__} where it has no place")
        return None

    def _greet(self, message: Message) -> None:
        if isinstance(message, HelloReject):
            raise rejection(message)
        if not isinstance(message, Hello):
            raise HubFault(f"the hub sent {type(message).__name__} before its Hello")
        if message.role != Role.HUB:
            self._reject(
                RejectCode.WRONG_ROLE,
                f"a provider speaks to a hub, and the other side says that it is {message.role.name}",
            )
        if message.max_frame < MAX_FRAME:
            self._reject(
                RejectCode.OTHER,
                f"the hub reads frames of at most {message.max_frame:,} bytes, and a provider's may have {MAX_FRAME:,}",
            )
        self._hub = message
        # Nothing is sent that the hub is too old to know.
        self._too_new = frozenset(
            kind for kind in COMPONENTS.values() if kind.schema.id > message.highest_component
        )
        self._outbox.left_out = frozenset(MESSAGE_NAMES[message.highest_message + 1 :])

    def _reject(self, code: RejectCode, reason: str) -> NoReturn:
        self._outbox.send(HelloReject(code, reason))
        raise HubRejected(reason)

    def _take_write(self, message: WriteRequest) -> Action | None:
        self._unanswered[message.request] = WriteResult
        accepted = self._accept(message)
        if isinstance(accepted, str):
            self._answer(message.request, WriteResult, Answer(WriteOutcome.REFUSED, accepted))
            return None
        entity, calls = accepted
        device = entity.device
        deadline = message.deadline / 1000 or self.face.monotonic() + DEFAULT_DEADLINE
        what = f"write of {names_of(type(c) for c in message.components)} of {device.key}/{entity.key}"
        return self._begin(device, PendingWrite(message.request, entity, calls, deadline, what))

    def _begin(self, device: Device | None, request: Pending) -> Action | None:
        """Puts it in line, and has a worker begin where none is on its way."""
        if device is None:
            self._requests.append(request)
            if self._workers >= PROVIDER_WORKERS:
                return None
            self._workers += 1
            return StartWorker(None)
        device._requests.append(request)
        if device._is_worked:
            return None
        device._is_worked = True
        return StartWorker(device)

    def _take_custom(self, message: Custom) -> Action | None:
        self._unanswered[message.request] = CustomResult
        accepted = self._accept_custom(message)
        if isinstance(accepted, str):
            self._answer(message.request, CustomResult, Answer(WriteOutcome.REFUSED, accepted))
            return None
        target, command, arguments = accepted
        deadline = message.deadline / 1000 or self.face.monotonic() + DEFAULT_DEADLINE
        what = f"custom command {command.name} of {name_of_target(target) or 'the provider'}"
        device = target.device if isinstance(target, Entity) else target
        return self._begin(device, PendingCustom(message.request, target, command, arguments, deadline, what))

    def _accept_custom(
        self, message: Custom
    ) -> tuple[Device | Entity | None, Command, dict[str, object]] | str:
        """What a custom command is about, and its arguments; or why it is refused."""
        if self._is_stopping:
            return "the provider is stopping"
        target = self._find_target(message.device, message.entity)
        if isinstance(target, str):
            return target
        if target is None:
            commands, requests = self._definition.commands, self._requests
        else:
            commands = self._commands.get(scope_of(target), {})
            requests = (target.device if isinstance(target, Entity) else target)._requests
        whose = name_of_target(target) or "the provider"
        command = commands.get(message.name)
        if command is None:
            return f"{whose} has no custom command {clean_text(message.name, 64)!r}; it has {', '.join(commands) or 'none'}"
        if len(requests) >= REQUESTS_WAITING:
            return f"{whose} has {REQUESTS_WAITING} requests waiting already"
        arguments = command.arguments(message.parameters)
        return arguments if isinstance(arguments, str) else (target, command, arguments)

    def _find_target(
        self, device_index: int | None, entity_index: int | None
    ) -> Device | Entity | str | None:
        """What a request is about, None being the provider as a whole; or why there is nothing such."""
        if device_index is None:
            return None
        if device_index >= len(self._device_of_index):
            return f"the provider has no device {device_index}"
        device = self._device_of_index[device_index]
        if device is None:
            return "the device was removed"
        if entity_index is None:
            return device
        if entity_index >= len(device._entity_of_index):
            return f"{device.key} has no entity {entity_index}"
        return device._entity_of_index[entity_index] or "the entity was removed"

    def _accept(self, message: WriteRequest) -> tuple[Entity, tuple[Call, ...]] | str:
        """What a write is about, and the handler calls that it asks for; or why it is refused."""
        if self._is_stopping:
            return "the provider is stopping"
        entity = self._find_target(message.device, message.entity)
        if not isinstance(entity, Entity):
            assert isinstance(entity, str), "a write names its entity"
            return entity
        if message.refused:
            return "; ".join(value.reason for value in message.refused)
        calls = self._definition.calls_for(message.components)
        if isinstance(calls, str):
            return calls
        for component in message.components:
            if (reason := why_not_writable(entity, component)) is not None:
                return reason
        if len(entity.device._requests) >= REQUESTS_WAITING:
            return f"{entity.device.key} has {REQUESTS_WAITING} requests waiting already"
        return entity, calls

    def _take_unsupported(self, number: int) -> None:
        name = (
            MESSAGE_NAMES[number]
            if number < len(MESSAGE_NAMES)
            else "a message that this SDK has no name for"
        )
        if name not in self._told_unsupported:
            self._told_unsupported.add(name)
            self._outbox.left_out |= {name}
            self._definition.log.warning("the hub does not know %s: it is older than this SDK", name)

    def _take_refusal(self, message: Refused) -> None:
        """Says it once for each kind of message, component and code: a loop would fill the log with one mistake."""
        told = (message.message, message.component, message.code.value)
        if told in self._told_refusals or len(self._told_refusals) >= 1000:
            return
        self._told_refusals.add(told)
        names = MESSAGE_NAMES
        what = names[message.message] if message.message < len(names) else f"message {message.message}"
        where = "" if message.device is None else f" for {self._name_of(message.device, message.entity)}"
        kind = None if message.component is None else KIND_OF_ID.get(message.component)
        component = "" if kind is None else f", component {kind.__name__}"
        self._definition.log.warning(
            "the hub refused %s%s%s: %s (%s; said once)",
            what,
            where,
            component,
            message.reason,
            message.code.name,
        )

    # ── small parts ──

    def _without_too_new(self, component: Component) -> Component:
        """The component without the ids of components that the hub is too old to know."""
        if self._hub is None or not isinstance(component, Unknown | Writable):
            return component
        highest = self._hub.highest_component
        return type(component)(number for number in component.value if number <= highest)

    def _forget(self, entity: Entity) -> None:
        entity.is_removed = True
        self._commands.pop(entity._address, None)
        self._outbox.forget_values(entity._address)

    def _must_be_configured(self) -> None:
        if self.configure is None:
            raise ProviderMistake("the hub has not said hello yet: make devices in a task")

    def _must_exist(self, device: Device) -> None:
        if device.is_removed:
            raise ProviderMistake(
                f"the device {device.key} was removed; provider.device({device.key!r}) makes it anew"
            )

    def _find_device(self, index: int) -> Device | None:
        return self._device_of_index[index] if index < len(self._device_of_index) else None

    def _name_of(self, device_index: int, entity_index: int | None) -> str:
        device = self._find_device(device_index)
        if device is None:
            return f"device {device_index}"
        if entity_index is None:
            return device.key
        entity = find_entity(device, entity_index)
        return f"{device.key}/{entity.key}" if entity is not None else f"{device.key}, entity {entity_index}"


def hello_of(id: str, version: str) -> Hello:
    """Raises InvalidValue if the wire doesn't take one of the two."""
    return own_hello(Role.PROVIDER, id, version, SDK_NAME, SDK_VERSION)


def check_undeclared(entity: Entity, component: Component) -> None:
    """Unknown and events need no registration; anything else must have been registered. Raises ProviderMistake."""
    kind = type(component)
    where = f"{entity.device.key}/{entity.key}"
    if isinstance(component, Unknown):
        foreign = kinds_in(component) - entity._declared
        if foreign:
            raise ProviderMistake(
                f"{where} was registered without {names_of(foreign)}, so it can't be Unknown"
            )
    elif not is_component(component):
        raise ProviderMistake(f"{where} is set to {component!r}, which is no component")
    elif kind in WRITTEN_ONLY:
        raise ProviderMistake(
            f"{kind.__name__} is written by the hub and never reported, so {where} can't set it"
        )
    elif kind not in EVENTS:
        raise ProviderMistake(
            f"{where} was registered without {kind.__name__}; it has {names_of(entity._declared)}"
        )


def why_not_writable(entity: Entity, component: Component) -> str | None:
    """Why this entity can't be set to this, whatever a handler would say. The hub looks too, but it may be newer."""
    kind, schema = type(component), component.schema
    if kind not in WRITTEN_ONLY and kind not in entity._declared:
        return f"{entity.device.key}/{entity.key} has no {schema.name}"
    if schema.writes is not None and component.to_plain() not in [schema.variants[n] for n in schema.writes]:
        return f"{schema.name} can't be set to {component.to_plain()}"
    return None


def scope_of(target: Device | Entity) -> Scope:
    return target._address if isinstance(target, Entity) else (target._index, None)


def name_of_target(target: Device | Entity | None) -> str:
    """In a sentence; "" for the provider as a whole."""
    if isinstance(target, Entity):
        return f"{target.device.key}/{target.key}"
    return target.key if target is not None else ""


def too_many_commands(whose: str) -> ProviderMistake:
    return ProviderMistake(f"{whose} has {MAX_COMMANDS} custom commands; that is all it can have")


def find_entity(device: Device, index: int) -> Entity | None:
    return device._entity_of_index[index] if index < len(device._entity_of_index) else None


def removed(entity: Entity) -> ProviderMistake:
    what = "device" if entity.device.is_removed else "entity"
    return ProviderMistake(f"{entity.device.key}/{entity.key} is used after its {what} was removed")


def rejection(message: HelloReject) -> HubRejected:
    return HubRejected(f"the hub does not take this provider: {message.reason or message.code.name}")


def checked_kinds(where: str, components: tuple[Component, ...]) -> frozenset[type[Component]]:
    """The types that an entity registered with these has. Unknown adds what it names."""
    kinds: set[type[Component]] = set()
    for component in components:
        kind = type(component)
        if not is_component(component):
            raise ProviderMistake(f"{where} is registered with {component!r}, which is no component")
        if kind in kinds:
            raise ProviderMistake(
                f"{where} has two of {kind.__name__}; the second belongs to an entity of its own"
            )
        if kind in EVENTS:
            raise ProviderMistake(
                f"{where} is registered with a {kind.__name__}; an event is set when it happens"
            )
        if kind in WRITTEN_ONLY:
            raise ProviderMistake(f"{where} is registered with a {kind.__name__}, which only the hub writes")
        kinds.add(kind)
    for component in components:
        if isinstance(component, Unknown):
            kinds |= kinds_in(component)
    if len(kinds - {Unknown}) >= MAX_COMPONENTS:
        # All of them, and what is unknown of them, can be set together, and that is one message.
        raise ProviderMistake(
            f"{where} has {len(kinds - {Unknown})} components; {MAX_COMPONENTS - 1} are the most"
        )
    return frozenset(kinds)


def is_component(value: object) -> bool:
    """Whether an author may register or set it. What a checker would have found is found here too."""
    return isinstance(value, Component) and not isinstance(value, UnknownComponent)


def kinds_in(component: Component | None) -> frozenset[type[Component]]:
    """The component types that an Unknown names."""
    if isinstance(component, Unknown):
        return frozenset(KIND_OF_ID[i] for i in component.value if i in KIND_OF_ID)
    return frozenset()


def names_of(kinds: Iterable[type[Component]]) -> str:
    return ", ".join(kind.__name__ for kind in sorted(kinds, key=lambda kind: kind.schema.id)) or "nothing"
