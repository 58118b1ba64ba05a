"""One provider's conversation as a state machine. Knows nothing of streams, tasks or clocks: time is passed in.

`receive` takes decoded messages and returns events; whatever is to be sent in answer waits in `data_to_send`. What
a provider may not say in the present state raises ProtocolViolation, after which the session is over. What it
says *wrongly* (a value out of range, an entity that isn't there) is no violation: it is refused, row by row, by the
tree.

    AWAITING_HELLO ── Hello ──> AWAITING_READY ── Ready ──> READY
          │                          │                        │
          └──────────── stop ────────┴───────── stop ─────────┴──> STOPPING
"""

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from igloo_hub.errors import ConfigError, ProtocolViolation, RequestRefused
from igloo_hub.ids import DeviceIndex, EntityIndex, InstanceId, RequestId
from igloo_wire import (
    PREAMBLE,
    SCHEMA_HASH,
    SCHEMA_REVISION,
    Component,
    Configure,
    CreateDevice,
    Custom,
    CustomResult,
    DeviceStatus,
    Health,
    Hello,
    HelloReject,
    InvalidValue,
    Log,
    LogLevel,
    Message,
    Ping,
    Pong,
    ProviderStatus,
    Ready,
    RegisterCustom,
    RegisterEntity,
    RejectCode,
    RemoveDevice,
    RemoveEntity,
    Role,
    Stop,
    Unsupported,
    WriteOutcome,
    WriteRequest,
    WriteResult,
    Writes,
    encode,
    encode_all,
    own_hello,
)

PING_INTERVAL = 10.0
"""Seconds between two pings. A blocked provider is noticed after three of them."""
MISSED_PINGS = 3

DEVICES_INTRODUCED = 100_000
"""On one connection, removed ones included: the tables of indexes stay below 10 MB."""

REQUESTS_OPEN = 1_000
"""Writes and custom commands that one provider may owe an answer for."""

KNOWS_CUSTOM, KNOWS_UNSUPPORTED = 8, 9
"""The highest message that a provider must know to be sent Custom or Unsupported."""

THROTTLE_BURST = 10
"""Seconds' worth of messages that may come at once, after a quiet time."""

BYTES_PER_MESSAGE = 1024
"""A long message counts as several: it costs as much to keep and to pass on."""


class State(enum.Enum):
    AWAITING_HELLO = "awaiting hello"
    AWAITING_READY = "awaiting ready"
    READY = "ready"
    STOPPING = "stopping"


class Outcome(enum.Enum):
    """How a request ended; every one that is asked ends in exactly one of these."""

    CONFIRMED = "confirmed"
    SENT = "sent"
    """Handed on to a device that does not report back."""
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    NOT_RUNNING = "provider not running"


@attrs.frozen
class RequestEnd:
    outcome: Outcome
    reason: str = ""
    """Why it was refused, in the provider's or the hub's words; "" otherwise."""
    result: Any = None
    """What a custom command gave."""


@attrs.frozen
class Greeted:
    """The provider has said hello; its configuration is on the way."""

    hello: Hello


@attrs.frozen
class BecameReady:
    """Everything that the provider introduced at its start is in the reports before this."""


@attrs.frozen
class Reported:
    """Messages for the device tree, in the order in which they came."""

    messages: list[Message]


@attrs.frozen
class Logged:
    level: LogLevel
    text: str


@attrs.frozen
class HealthChanged:
    health: Health
    reason: str


@attrs.frozen
class Answered:
    """How a write or a custom command that the hub asked for ended."""

    request: RequestId
    end: RequestEnd


@attrs.frozen
class Rejected:
    """The provider would not talk to this hub."""

    reason: str


Event = Greeted | BecameReady | Reported | Logged | HealthChanged | Answered | Rejected


@attrs.frozen
class ProviderConfig:
    """What one start of an instance is told by Configure. Made of the owner's words, so `check` before a start."""

    instance: InstanceId
    data_dir: str
    values: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    secrets: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def to_message(self) -> Configure:
        return Configure(self.instance, self.data_dir, dict(self.values), dict(self.secrets))

    def check(self) -> None:
        """Raises ConfigError when this can't be sent."""
        try:
            encode(self.to_message())
        except InvalidValue as error:
            raise ConfigError(f"{self.instance}: its configuration can't be sent to it: {error}") from None


class Session:
    """The hub's side of one provider's conversation.

    `data_to_send` must be asked after every other call. After a ProtocolViolation it may still hold a last message
    for the provider, and nothing else may be called.
    """

    def __init__(self, config: ProviderConfig, hub_version: str, *, messages_per_second: int) -> None:
        self.state = State.AWAITING_HELLO
        self.hello: Hello | None = None
        """What the provider said of itself, once it has."""
        self._config = config
        self._outgoing: list[Message] = [own_hello(Role.HUB, "igloo-hub", hub_version)]
        self._preamble = PREAMBLE
        self._next_device = 0
        self._next_entity: dict[int, int] = {}
        self._next_request = 1
        self._open_requests: set[RequestId] = set()
        self._next_nonce = 1
        self._pings_unanswered: list[int] = []
        self._rate = float(messages_per_second)
        self._allowance = self._rate * THROTTLE_BURST
        self._counted_at: float | None = None
        self._told_unsupported: set[int] = set()
        self.counted: Counter[str] = Counter()
        """What was passed over in silence: answers to nothing, pongs to no ping."""

    # ── what the hub says ──

    def data_to_send(self) -> bytes:
        """The bytes to be sent next; empty when there are none."""
        data = self._preamble + encode_all(self._outgoing)
        self._preamble, self._outgoing = b"", []
        return data

    def tell(self, messages: Iterable[Message]) -> None:
        """Queues the tree's answers."""
        self._outgoing += messages

    def ping(self) -> bool:
        """Queues a ping. False when too many went unanswered: the provider hangs."""
        if len(self._pings_unanswered) >= MISSED_PINGS:
            return False
        self._pings_unanswered.append(self._next_nonce)
        self._outgoing.append(Ping(self._next_nonce))
        self._next_nonce = self._next_nonce % 0xFFFF_FFFF + 1
        return True

    def write(
        self, device: DeviceIndex, entity: EntityIndex, components: tuple[Component, ...], deadline: float
    ) -> RequestId:
        """Asks the provider for a write, to be begun before `deadline` seconds of CLOCK_MONOTONIC.

        Raises RequestRefused when it is not ready, owes too many answers, or the write can't be sent.
        """
        return self._request(
            lambda request: WriteRequest(request, round(deadline * 1000), device, entity, components)
        )

    def custom(
        self,
        name: str,
        device: DeviceIndex | None,
        entity: EntityIndex | None,
        parameters: Mapping[str, Any],
        deadline: float,
    ) -> RequestId:
        """Asks for a custom command, as `write` asks for a write. Raises RequestRefused likewise."""
        if self.hello is not None and self.hello.highest_message < KNOWS_CUSTOM:
            raise RequestRefused("the provider's SDK is too old for custom commands")
        return self._request(
            lambda request: Custom(request, round(deadline * 1000), name, device, entity, dict(parameters))
        )

    def _request(self, make: Callable[[RequestId], Message]) -> RequestId:
        if self.state is not State.READY or self.hello is None:
            raise RequestRefused("the provider is not ready")
        if len(self._open_requests) >= REQUESTS_OPEN:
            raise RequestRefused(f"the provider owes {REQUESTS_OPEN:,} answers already")
        request = RequestId(self._next_request)
        try:
            message = make(request)
            size = len(encode(message))
        except (InvalidValue, OverflowError, TypeError, ValueError) as error:
            raise RequestRefused(f"the request can't be sent: {error}") from None
        if size > self.hello.max_frame:
            raise RequestRefused(
                f"the request has {size} bytes, and the provider takes {self.hello.max_frame} at most"
            )
        self._next_request += 1
        self._open_requests.add(request)
        self._outgoing.append(message)
        return request

    def skip(self, ids: Iterable[int]) -> None:
        """Tells the provider which of its messages are unknown here: each once."""
        if self.hello is not None and self.hello.highest_message >= KNOWS_UNSUPPORTED:
            for number in ids:
                if number not in self._told_unsupported:
                    self._told_unsupported.add(number)
                    self._outgoing.append(Unsupported(number))

    def forget(self, request: RequestId) -> None:
        """Nobody waits for this request any more; a late answer to it is passed over."""
        self._open_requests.discard(request)

    def stop(self, reason: str) -> None:
        """Asks the provider to end itself. What it still reports is taken."""
        if self.state is not State.STOPPING:
            self.state = State.STOPPING
            self._outgoing.append(Stop(reason))

    # ── what the provider says ──

    def receive(self, messages: Iterable[Message]) -> list[Event]:
        """Takes what one read brought.

        Raises ProtocolViolation, whose `events` are what came before it.
        """
        events: list[Event] = []
        try:
            self._receive(messages, events)
        except ProtocolViolation as violation:
            violation.events = events
            raise
        return events

    def _receive(self, messages: Iterable[Message], events: list[Event]) -> None:
        for message in messages:
            if self.hello is None and not isinstance(message, Hello | HelloReject):
                raise ProtocolViolation(f"sent {type(message).__name__} before its hello")
            match message:
                case (
                    Writes()
                    | RegisterEntity()
                    | CreateDevice()
                    | RemoveDevice()
                    | RemoveEntity()
                    | DeviceStatus()
                    | RegisterCustom()
                ):
                    self._check_indexes(message)
                    if events and isinstance(events[-1], Reported):
                        events[-1].messages.append(message)
                    else:
                        events.append(Reported([message]))
                case Pong(nonce):
                    self._pong(nonce)
                case WriteResult(request, outcome, reason):
                    self._answer(request, outcome, reason, None, events)
                case CustomResult(request, outcome, reason, result):
                    self._answer(request, outcome, reason, result, events)
                case Log(level, text):
                    events.append(Logged(level, text))
                case ProviderStatus(health, reason):
                    events.append(HealthChanged(health, reason))
                case Hello():
                    events.append(self._hello(message))
                case Ready():
                    if self.state is State.READY:
                        raise ProtocolViolation("said Ready twice")
                    if self.state is State.AWAITING_READY:
                        self.state = State.READY
                        events.append(BecameReady())
                case HelloReject(reason=reason):
                    events.append(Rejected(reason))
                case _:
                    raise ProtocolViolation(f"sent {type(message).__name__}, which is the hub's to send")

    def throttle(self, messages: Iterable[Message], size: int, skipped: int, now: float) -> float:
        """Counts what one read of `size` bytes brought, `skipped` unknown messages beside the known ones.

        `now` is seconds of a steady clock. Returns for how many seconds nothing more should be read: 0.0 as long as
        the provider keeps to its rate. Until it is ready it registers what it has, and only limits hold it.
        """
        if self._counted_at is not None:
            refill = (now - self._counted_at) * self._rate
            self._allowance = min(self._allowance + refill, self._rate * THROTTLE_BURST)
        self._counted_at = now
        if self.state is not State.READY:
            return 0.0
        self._allowance -= sum(map(weight, messages)) + skipped + size / BYTES_PER_MESSAGE
        return max(0.0, -self._allowance / self._rate)

    def _hello(self, hello: Hello) -> Greeted:
        if self.hello is not None:
            raise ProtocolViolation("said hello twice")
        if hello.role != Role.PROVIDER:
            self._reject(
                RejectCode.WRONG_ROLE, f"a provider was expected here, not a {hello.role.name.lower()}"
            )
        # A provider in another language may not know the hash, and then says 0.
        if hello.schema_revision == SCHEMA_REVISION and hello.schema_hash not in (SCHEMA_HASH, 0):
            reason = f"its components of schema revision {SCHEMA_REVISION} are not this hub's: one of the two is a fork"
            self._reject(RejectCode.SCHEMA_FORK, reason)
        self.hello = hello
        if self.state is State.AWAITING_HELLO:
            self.state = State.AWAITING_READY
        configure = self._config.to_message()
        if len(encode(configure)) > hello.max_frame:
            self._reject(
                RejectCode.OTHER,
                f"its configuration does not fit into {hello.max_frame} bytes, the most it takes",
            )
        self._outgoing.append(configure)
        return Greeted(hello)

    def _reject(self, code: RejectCode, reason: str) -> None:
        self._outgoing.append(HelloReject(code, reason))
        raise ProtocolViolation(f"its hello was rejected: {reason}")

    def _check_indexes(self, message: Message) -> None:
        """What a provider introduces must carry the next index, or the two sides would mean different things."""
        match message:
            case CreateDevice(device):
                if device != self._next_device:
                    raise ProtocolViolation(f"introduced device {device} where {self._next_device} was next")
                if device >= DEVICES_INTRODUCED:
                    raise ProtocolViolation(f"introduced more than {DEVICES_INTRODUCED} devices")
                self._next_device += 1
                self._next_entity[device] = 0
            case RegisterEntity(device, entity):
                expected = self._next_entity.get(device)
                if expected is None:
                    raise ProtocolViolation(
                        f"registered an entity of device {device}, which it has not introduced"
                    )
                if entity != expected:
                    raise ProtocolViolation(
                        f"registered entity {entity} of device {device} where {expected} was next"
                    )
                self._next_entity[device] = entity + 1
            case _:
                pass

    def _answer(
        self,
        number: int,
        outcome: WriteOutcome,
        reason: str,
        result: Any,  # noqa: ANN401 - a Value
        events: list[Event],
    ) -> None:
        request = RequestId(number)
        if request not in self._open_requests:
            self.counted["answers to no request"] += 1
            return
        self._open_requests.discard(request)
        # An outcome from a newer SDK says at least that the provider was done with it.
        events.append(Answered(request, RequestEnd(OUTCOMES.get(outcome, Outcome.SENT), reason, result)))

    def _pong(self, nonce: int) -> None:
        if nonce in self._pings_unanswered:
            self._pings_unanswered.clear()
        else:
            self.counted["pongs to no ping"] += 1


def weight(message: Message) -> int:
    """What a message counts for the rate: each component that it holds is one, right or wrong."""
    match message:
        case Writes():
            return len(message) + len(message.refused)
        case RegisterEntity():
            return 1 + len(message.components) + len(message.refused)
        case RegisterCustom():
            return 1 + len(message.parameters)
        case _:
            return 1


OUTCOMES = {
    WriteOutcome.CONFIRMED: Outcome.CONFIRMED,
    WriteOutcome.SENT: Outcome.SENT,
    WriteOutcome.REFUSED: Outcome.REFUSED,
}
