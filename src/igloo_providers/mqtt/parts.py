"""What the house keeps: rooms, which are devices, their parts, which are entities, and what announced them.

Records only: whoever changes them is `house.py`. Knows no message and no connection.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from igloo_provider import Device, Entity
from igloo_providers.mqtt.entity import Mapped, Reading, kinds_together
from igloo_providers.mqtt.waits import Wait
from igloo_providers.mqtt.watches import Watch
from igloo_wire import Available, Component

AVAILABLE: Final = Available(True)
UNAVAILABLE: Final = Available(False)


class Claim(NamedTuple):
    """Which entity a config makes: of two configs with the same one, the later counts."""

    device: str
    part: str
    member: str
    """The same as `part`, except where several configs share one entity."""


class Source:
    """One discovery topic: the mark of the config that was last seen there, and what came of it."""

    __slots__ = ("claims", "mark")

    def __init__(self) -> None:
        self.mark = 0
        self.claims: tuple[Claim, ...] = ()
        """Mostly one."""


class Member(NamedTuple):
    """What one config gives to an entity: all of it, unless it is shared."""

    key: str
    source: str
    mapped: Mapped
    size: int
    """Bytes of the config, about."""


class Room:
    """One device of the house."""

    __slots__ = (
        "changes",
        "fact_entity",
        "facts",
        "handle",
        "identities",
        "is_in_use",
        "is_online",
        "key",
        "parts",
        "remove_at",
        "timer_at",
    )

    def __init__(self, key: str, handle: Device) -> None:
        self.key = key
        self.handle = handle
        self.identities: set[str] = set()
        self.parts: dict[str, Part] = {}
        self.facts: dict[type[Component], Component] = {}
        self.fact_entity: Entity | None = None
        self.is_online = True
        self.is_in_use = False
        """An entity is being registered, which may have to wait for the hub."""
        self.changes = 0
        self.remove_at = math.inf
        """When it goes, if it has no parts then."""
        self.timer_at = math.inf


class Part:
    """One entity of a device, as it is registered."""

    __slots__ = (
        "components",
        "encoding",
        "entity",
        "expire_at",
        "is_expired",
        "key",
        "live",
        "live_on",
        "mapped",
        "members",
        "name",
        "off_at",
        "off_kinds",
        "room",
        "timer_at",
        "topics",
        "waits",
        "watch",
    )

    def __init__(self, room: Room, key: str, entity: Entity, name: str, mapped: Mapped) -> None:
        self.room = room
        self.key = key
        self.entity = entity
        self.name = name
        self.mapped = mapped
        self.components: tuple[Component, ...] = ()
        self.members: tuple[Member, ...] = ()
        """Mostly one."""
        self.topics: tuple[str, ...] = ()
        self.watch: Watch | None = None
        self.encoding = "utf-8"
        self.is_expired = False
        self.expire_at = math.inf
        self.off_at = math.inf
        self.off_kinds: tuple[type[Component], ...] = ()
        self.timer_at = math.inf
        self.waits: tuple[Wait, ...] = ()
        self.live: frozenset[type[Component]] = frozenset()
        """What was heard live, on the connection of this number. Only kept where writes are reported."""
        self.live_on = 0

    def heard_live(self, said: Iterable[Component], connection: int) -> None:
        """These values came by messages that were not retained."""
        kinds = {type(component) for component in said}
        if self.live_on != connection:
            self.live_on, self.live = connection, kinds_together(*kinds)
        elif not kinds <= self.live:
            self.live = kinds_together(*self.live, *kinds)

    def was_heard_live(self, kinds: Collection[type[Component]], connection: int) -> bool:
        return self.live_on == connection and self.live.issuperset(kinds)

    def not_live(self, kinds: Iterable[type[Component]]) -> None:
        """What is known of these comes from elsewhere now: from a retained message, or from what was assumed."""
        if self.live:
            self.live = self.live.difference(kinds)

    @property
    def answers(self) -> bool:
        """As far as its availability topics say."""
        return self.watch is None or self.watch.is_available

    @property
    def available(self) -> Available:
        return AVAILABLE if self.answers and not self.is_expired else UNAVAILABLE


class Binding(NamedTuple):
    part: Part
    reading: Reading
