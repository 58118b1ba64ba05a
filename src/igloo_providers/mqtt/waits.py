"""A write that waits for the device's word: which reports carry it out, and what can be said of it at the end.

Knows components and an entity's values. Knows no topic, no clock and no connection: whoever has them says what was
heard live, and asks for the end when it has been quiet for a while.

Confirmed is said only of what the device itself has said after the write was begun, or what it said before, as long
as it was heard live and holds still. What may be so is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from igloo_provider import Rejected
from igloo_providers.mqtt.entity import Command, Publish, close_enough
from igloo_providers.mqtt.errors import shorten
from igloo_wire import (
    COMPONENTS,
    ColorTemperature,
    ColorTemperatureLimits,
    Component,
    DoorLock,
    Duration,
    FanSpeed,
    FanSpeedStep,
    Limits,
    Real,
    Secret,
    TargetHumidity,
    TargetHumidityLimits,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLimits,
    TargetTemperatureLow,
)

if TYPE_CHECKING:
    from igloo_providers.mqtt.parts import Part

CONFIRMED_BY_NEWS_ONLY: Final = frozenset[type[Component]]({DoorLock})
"""A door counts as locked when the lock says so after it was told to, and by nothing that it said before."""

ON_THE_WAY: Final[Mapping[Component, Component]] = {
    DoorLock.LOCKED: DoorLock.LOCKING,
    DoorLock.UNLOCKED: DoorLock.UNLOCKING,
}
"""What a device reports while it carries a wish out, and which is therefore nothing else than was asked for."""

WRITTEN_ONLY: Final = frozenset(
    kind for kind in COMPONENTS.values() if kind.schema.access in ("command", "modifier")
)

LIMITS_OF: Final[Mapping[type[Component], type[Component]]] = {
    ColorTemperature: ColorTemperatureLimits,
    Duration: Limits,
    Real: Limits,
    TargetHumidity: TargetHumidityLimits,
    TargetTemperature: TargetTemperatureLimits,
    TargetTemperatureHigh: TargetTemperatureLimits,
    TargetTemperatureLow: TargetTemperatureLimits,
}
"""Where an entity says in which steps a value is set."""


class End(Enum):
    """How a write stands when nothing more was heard for a while."""

    CONFIRMED = "confirmed"
    SENT = "sent"
    """The value may be as it was wished, and the device has not said so of this write."""
    REFUSED = "refused"
    OPEN = "open"
    """What is known is something else, or nothing: only the write's deadline ends it."""


class Wish(NamedTuple):
    """One report that is waited for."""

    report: Component
    before: Component | None
    """What was known when the write began: heard once more, it may be an old message on its way."""
    is_sent_alike: bool
    """For the value before, the same messages would have been sent: as far as the device can tell, it is the wish."""
    step: float
    """0: none is known."""

    def is_met_by(self, component: Component) -> bool:
        if component == self.report:
            return True
        if component == self.before:
            return self.is_sent_alike
        return self.is_near(component)

    def is_near(self, component: Component) -> bool:
        """As near as devices round, and not as far as the next step."""
        if not close_enough(component, self.report):
            return False
        if not self.step or component.schema.kind != "real":
            return True
        return bool(abs(component.to_plain() - self.report.to_plain()) <= self.step / 2 * (1 + 1e-6))


class Wait:
    """The reports that one write waits for: what is still missing, and what came instead."""

    __slots__ = ("connection", "is_told", "missing", "others", "part", "wake")

    def __init__(
        self,
        part: Part,
        missing: dict[type[Component], Wish],
        connection: int,
        wake: Callable[[], object],
    ) -> None:
        self.part = part
        self.missing = missing
        self.connection = connection
        self.others: dict[type[Component], Component] = {}
        self.wake = wake
        self.is_told = CONFIRMED_BY_NEWS_ONLY.isdisjoint(missing)
        """Reports count from now on. For a door lock: since the MQTT broker has taken the command (`told`)."""

    @property
    def is_done(self) -> bool:
        return not self.missing

    def told(self) -> None:
        """The MQTT broker has all messages of the write."""
        self.is_told = True

    def hear(self, component: Component) -> None:
        """What the device said live, and no retained message."""
        kind = type(component)
        wish = self.missing.get(kind)
        if wish is None or not self.is_told:
            return
        if wish.is_met_by(component):
            del self.missing[kind]
            self.others.pop(kind, None)
        elif wish.is_near(component) or ON_THE_WAY.get(wish.report) == component:
            self.others.pop(kind, None)
        else:
            self.others[kind] = component
        self.wake()

    def end(self) -> End:
        """When nothing more has come: some devices report only what changes."""
        if not self.missing:
            return End.CONFIRMED
        if self.others:
            return End.REFUSED
        part = self.part
        if part.entity.is_removed:
            return End.OPEN
        held = {kind: part.entity.get(kind, None) for kind in self.missing}
        if not all(value is not None and self.missing[kind].is_near(value) for kind, value in held.items()):
            return End.OPEN
        is_sure = (
            part.answers
            and not part.is_expired
            and part.was_heard_live(self.missing.keys(), self.connection)
            and CONFIRMED_BY_NEWS_ONLY.isdisjoint(self.missing)
            and all(value is not None and self.missing[kind].is_met_by(value) for kind, value in held.items())
        )
        return End.CONFIRMED if is_sure else End.SENT

    @property
    def refusal(self) -> str:
        """In words, when something else was reported; "" as long as it was not. A secret stays one."""
        is_secret = any(isinstance(component, Secret) for component in self.part.components)
        return ", ".join(
            f"the device reports something else for {kind.__name__}"
            if is_secret
            else f"the device reports {kind.__name__} {shorten(value.to_plain())} instead"
            for kind, value in self.others.items()
        )


class Write(NamedTuple):
    """What a write asks for: messages to send, the reports to wait for, and what to take for granted after it."""

    messages: list[Publish]
    reports: bool
    """Whether the device reports any of it."""
    wait: Wait
    assumed: tuple[Component, ...]


def step_of(kind: type[Component], components: Iterable[Component]) -> float:
    """In which steps the entity with these components says that a value is set; 0 if it doesn't say."""
    for component in components:
        if kind is FanSpeed and isinstance(component, FanSpeedStep):
            return component.value
        if type(component) is LIMITS_OF.get(kind) and isinstance(
            component, Limits | ColorTemperatureLimits | TargetHumidityLimits | TargetTemperatureLimits
        ):
            return component.step
    return 0.0


def begin_write(
    part: Part,
    command: Command,
    wanted: Mapping[type[Component], Component],
    connection: int,
    wake: Callable[[], object],
) -> Write:
    """What is to be sent, and what is waited for. Raises Rejected, with the platform's sentence."""
    mapped = part.mapped
    messages = command(wanted)
    # Where a command is sent to the topic of the state, what comes back may be our own message.
    is_echoed = any(message.topic in part.topics for message in messages)
    missing: dict[type[Component], Wish] = {}
    assumed = []
    for kind, component in wanted.items():
        if kind.schema.access == "modifier":
            continue
        report = mapped.reports_as(component)
        if kind in mapped.reported and not is_echoed:
            before = part.entity.get(type(report), None)
            missing[type(report)] = Wish(
                report,
                before,
                before is not None
                and before != report
                and close_enough(before, report)
                and is_sent_alike(command, wanted, kind, before, messages),
                step_of(type(report), part.components),
            )
        elif type(report) not in WRITTEN_ONLY and part.entity.has(type(report)):
            assumed.append(report)
    wait = Wait(part, missing, connection, wake)
    return Write(messages, bool(missing), wait, tuple(assumed))


def is_sent_alike(
    command: Command,
    wanted: Mapping[type[Component], Component],
    kind: type[Component],
    value: Component,
    messages: Sequence[Publish],
) -> bool:
    """Whether the same messages would be sent for this value: devices count to 254 or 100, and so are wishes."""
    if type(value) is not kind:
        return False
    try:
        return command({**wanted, kind: value}) == messages
    except Rejected:
        return False
