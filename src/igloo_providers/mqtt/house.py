"""What was discovered and what is known of it: configs in, devices and values out to the hub.

Knows the discovery convention through `discovery.py`, the platforms through their `Mapped`, and the hub through the
SDK's handles. Knows no connection and no clock of its own: whoever has them (`provider.py`) hands over messages, asks
which topics are wanted, says when the MQTT broker is away, and calls `run_due` when `next_due` has come.

- A config is shown anew only if what comes of it differs. Keys stay, so the hub's ids do.
- Only an empty config on its own topic removes an entity, and with the last one, a little later, its device: bridges
  empty and announce again. A reconnection, or an MQTT broker that has lost everything, removes nothing.
- Of two configs for one entity the later counts; an empty one on the topic of the earlier then removes nothing.
- What an availability topic has not said yet counts as available: the values are unknown until they come anyway.
- Payloads are not kept; of a config a mark is, to know it again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from logging import Logger
from typing import Final, Protocol

from igloo_provider import Device, Entity, ProviderMistake, Rejected
from igloo_providers.mqtt.discovery import (
    MAX_CONFIG,
    AvailabilityTopic,
    DeviceInfo,
    Discovered,
    DiscoveryTopic,
    clean_name,
    key_of,
    parse_config,
    parse_topic,
)
from igloo_providers.mqtt.entity import KIND_OF_ID, Mapped, Reading, merge
from igloo_providers.mqtt.errors import Unmappable, Unreadable, shorten, shown
from igloo_providers.mqtt.following import Following, NoPlace
from igloo_providers.mqtt.notes import SUMMARY_EVERY, Notes
from igloo_providers.mqtt.parts import AVAILABLE, Claim, Member, Part, Room, Source
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_providers.mqtt.templates import Payload
from igloo_providers.mqtt.timers import Timers
from igloo_providers.mqtt.waits import Write, begin_write
from igloo_providers.mqtt.watches import Watch
from igloo_wire import COMPONENTS, Available, Component, InvalidValue, Model, Unknown, ViaDevice

MOST_DEVICES: Final = 5_000
MOST_ENTITIES: Final = 20_000
"""A large house has 300 devices and 5,000 entities. README.md says what 20,000 of them take."""
MOST_CONFIGS: Final = 40_000
"""Topics with a config, shown or not: a mark is kept of each."""
MOST_TEXT: Final = 32 << 20
"""Bytes of all configs that are shown: their templates, options and names are what takes the memory. 20,000 real ones
have 22 MiB."""
MOST_CHANGES: Final = 1_000
"""Times that one device's entities are registered anew. Each takes a number, and a device has 65,536 in a run."""

MOST_OWN_IDENTITIES: Final = 16
MOST_IDENTITIES: Final = 64
"""Of one device; of one config of it 16. Real ones have two: a number of the bridge's, and a hardware address."""
MOST_MEMBERS: Final = 100
"""Configs of one entity. A remote of twenty buttons has sixty triggers, on several entities."""
LONGEST_TURN: Final = 0.01
"""Seconds after which other tasks are let run: a write waits no longer for what one message brings about."""

REMOVE_AFTER: Final = 10.0
"""Seconds that a device without entities is kept: renaming one, a bridge empties its configs and sends others."""
AWAY_AFTER: Final = 10.0
"""Seconds without the MQTT broker until its devices count as offline."""

LONGEST_DELAY: Final = 366 * 86400.0
"""Seconds. A value that expires later than in a year never does."""
EVENTS: Final = frozenset(kind for kind in COMPONENTS.values() if kind.schema.access == "event")
FACTS_KEY: Final = "device"
FACTS_NAME: Final = "Device"
NOTHING_LEFT: Final = Mapped(())


async def no_pause() -> None:
    pass


class Hub(Protocol):
    """What the house needs of the provider."""

    async def device(self, key: str, *, name: str = "") -> Device: ...


class House:
    """Everything that the MQTT broker told of. One a run of the provider; it lives through all connections."""

    def __init__(
        self,
        hub: Hub,
        log: Logger,
        clock: Callable[[], float],
        *,
        prefix: str = "homeassistant",
        wake: Callable[[], object] = lambda: None,
        pause: Callable[[], Awaitable[None]] = no_pause,
    ) -> None:
        """`wake` is called when `next_due` came nearer, or when there are changes of topics to take; `pause` lets other
        tasks run.
        """
        self._hub = hub
        self._clock = clock
        self._prefix = prefix
        self._start = f"{prefix}/"
        self._wake = wake
        self._pause = pause
        self._sources: dict[str, Source] = {}
        self._rooms: dict[str, Room] = {}
        self._room_of: dict[str, Room] = {}
        """By each of their identities."""
        self._following = Following(wake)
        self._timers = Timers[Part | Room]()
        self._text = 0
        self._entities = 0
        self._away_at = math.inf
        self._sum_up_at = math.inf
        self._is_away = False
        self._connection = 1
        """The number of the connection: what was heard on one says nothing of how things stand on the next."""
        self.configs = 0
        """How many discovery messages with a config have come, the same one each time that it came."""
        self.notes = Notes(log, clock)

    # ── what came ──

    async def receive(self, topic: str, payload: bytes, is_retained: bool) -> None:
        """One message, of whatever topic that was subscribed to."""
        if topic.startswith(self._start) and (where := parse_topic(self._prefix, topic)) is not None:
            try:
                await self._receive_config(where, payload)
            except Exception as error:
                # A fault of ours, met by one config, must not take the whole house down.
                self._not_shown(where.platform, Unmappable("of a fault in this program", topic))
                self.notes.trace(error)
        bindings, watched = self._following.bindings(topic), self._following.watches(topic)
        if not bindings and not watched:
            return
        text = decoded(payload, "utf-8")
        began = self._clock()
        for part, reading in tuple(bindings):
            own = text if part.encoding == "utf-8" else decoded(payload, part.encoding)
            await self._hear(topic, part, reading, own, is_retained)
            began = await self._pause_after(began)
        if watched and text is not None:
            await self._hear_availability(topic, watched, text)

    async def connected(self) -> None:
        """The MQTT broker is there, and what is retained has come."""
        self._away_at = math.inf
        if self._is_away:
            self._is_away = False
            await self._refresh_all(list(self._rooms.values()))

    def disconnected(self) -> None:
        """The MQTT broker is away. If that lasts, the devices are offline."""
        self._connection += 1
        if not self._is_away and math.isinf(self._away_at):
            self._away_at = self._clock() + AWAY_AFTER
            self._wake()

    # ── which topics are wanted ──

    def topics(self) -> list[str]:
        """All that must be subscribed to, beside discovery, when there is a new connection."""
        return self._following.topics()

    def take_changes(self) -> tuple[list[str], list[str]]:
        """The topics that have become wanted, and those that are no longer, since this or `topics` was asked."""
        return self._following.take_changes()

    def known_configs(self) -> Counter[str]:
        """How many discovery topics with a config are known, by platform; shown or not."""
        start = len(self._start)
        return Counter(topic[start : topic.index("/", start)] for topic in self._sources)

    def nodes(self) -> list[str]:
        """The second words of the discovery topics that have four of them: mostly one a device."""
        words = (topic[len(self._start) :].split("/") for topic in self._sources)
        return sorted({parts[1] for parts in words if len(parts) == 4})

    @property
    def counts(self) -> tuple[int, int]:
        """Devices and entities that are shown."""
        return len(self._rooms), self._entities

    # ── configs ──

    async def _receive_config(self, where: DiscoveryTopic, payload: bytes) -> None:
        topic = where.text
        source = self._sources.get(topic)
        if payload:
            self.configs += 1
        elif source is None:
            return
        mark = hash(payload)
        if source is not None and source.mark == mark and payload:
            return
        if source is None:
            if len(self._sources) >= MOST_CONFIGS:
                self._not_shown(
                    where.platform, Unmappable(f"{MOST_CONFIGS:,} configs are the most").at(topic)
                )
                return
            source = self._sources[topic] = Source()
        # Also of a bad one: it is read and reported once.
        source.mark = mark
        try:
            found = parse_config(where, payload)
        except Unmappable as fault:
            # What was announced before stays: a bad new version of a lamp does not take the lamp away.
            self._not_shown(where.platform, fault)
            return
        if found.is_migration:
            # Its entities stay until they are announced elsewhere.
            del self._sources[topic]
            return
        for refused in found.refused:
            self._not_shown(where.platform, refused)
        try:
            await self._replace(where, source, found.entities, len(payload))
        except BaseException:
            # Whoever is cancelled here has not shown it all: it has to be read again when it comes again.
            source.mark = 0
            raise
        if not payload:
            del self._sources[topic]

    async def _replace(
        self, where: DiscoveryTopic, source: Source, entities: Sequence[Discovered], size: int
    ) -> None:
        """Shows these entities of a source, which has so many bytes, in place of those that it had announced before."""
        topic = where.text
        former = dict.fromkeys(source.claims)
        began = self._clock()
        for item in entities:
            began = await self._pause_after(began)
            try:
                own_size = size if len(entities) == 1 else size_of(item)
                for claim in await self._show(topic, source, item, own_size):
                    former.pop(claim, None)
            except Unmappable as fault:
                self._not_shown(item.config.platform, fault.at(item.place(topic)))
                if isinstance(fault, NoPlace):
                    source.mark = 0
                for claim in [claim for claim in former if claim.member == item.key]:
                    del former[claim]
        for claim in former:
            await self._drop(topic, source, claim)

    async def _pause_after(self, began: float) -> float:
        """Lets other tasks run if there was no pause for long; gives when the present turn began."""
        if self._clock() < began + LONGEST_TURN:
            return began
        await self._pause()
        return self._clock()

    async def _show(self, topic: str, source: Source, item: Discovered, size: int) -> list[Claim]:
        """Registers what comes of one entity's config. Raises Unmappable."""
        platform = PLATFORMS.get(item.config.platform)
        if platform is None:
            raise Unmappable(f"the platform {shorten(item.config.platform)} is not one that can be shown")
        mapped = platform(item.config)
        room = await self._find_room(item.device)
        room.is_in_use = True
        try:
            await self._show_facts(room, item.device)
            # An entity that is called as its device needs a word of its own beside the device's name.
            own_name = item.name or in_words(item.config.platform)
            claims = [await self._claim(topic, source, room, item, item.key, own_name, mapped, size)]
            for extra in mapped.extras:
                key, name = f"{item.key}_{extra.suffix}", f"{item.name} {extra.name}".strip()
                claims.append(await self._claim(topic, source, room, item, key, name, extra.mapped, 0))
        finally:
            room.is_in_use = False
        return claims

    async def _find_room(self, info: DeviceInfo) -> Room:
        if len(info.identities) > MOST_OWN_IDENTITIES:
            raise Unmappable(
                f"device has {len(info.identities)} identities, at most {MOST_OWN_IDENTITIES} are taken"
            )
        room = self._rooms.get(info.key) or next(
            (self._room_of[one] for one in map(key_of, info.identities) if one in self._room_of), None
        )
        if room is None:
            if len(self._rooms) >= MOST_DEVICES:
                raise NoPlace(f"{MOST_DEVICES:,} devices are the most that are shown")
            room = Room(info.key, await self._hub.device(info.key, name=device_name(info)))
            self._rooms[info.key] = room
            if self._is_away:
                await self._refresh(room)
            # In case that none of its entities can be shown.
            self._leave(room)
        for identity in map(key_of, info.identities):
            if len(room.identities) >= MOST_IDENTITIES and identity not in room.identities:
                raise NoPlace(f"a device has at most {MOST_IDENTITIES} identities, this one would have more")
            room.identities.add(identity)
            self._room_of[identity] = room
        return room

    async def _show_facts(self, room: Room, info: DeviceInfo) -> None:
        """What is known of the device as a whole, as the entity `device`. Every config repeats it, or a part of it."""
        facts = list(info.facts)
        if info.via and (via_key := key_of(info.via)) not in room.identities:
            via = self._room_of.get(via_key)
            facts.append(ViaDevice(via_key if via is None else via.key))
        news = [fact for fact in facts if room.facts.get(type(fact)) != fact]
        if not news and (room.fact_entity is not None or not room.facts):
            return
        if room.fact_entity is not None and any(type(fact) not in room.facts for fact in news):
            if not self._may_change(room):
                return
            room.fact_entity.remove()
            room.fact_entity = None
        room.facts.update((type(fact), fact) for fact in news)
        if room.fact_entity is None:
            room.fact_entity = await room.handle.entity(FACTS_KEY, *room.facts.values(), name=FACTS_NAME)
        else:
            await room.fact_entity.set(*news)

    async def _claim(
        self,
        topic: str,
        source: Source,
        room: Room,
        item: Discovered,
        key: str,
        name: str,
        mapped: Mapped,
        size: int,
    ) -> Claim:
        """Makes one entity, or a member of one, what this config says."""
        part_key = key_of(mapped.shared) if mapped.shared else key
        if mapped.shared:
            name = in_words(mapped.shared)
        claim = Claim(room.key, f"{part_key}_" if part_key == FACTS_KEY else part_key, key)
        part = room.parts.get(claim.part)
        others = () if part is None else tuple(member for member in part.members if member.key != key)
        former = None if part is None else next((m for m in part.members if m.key == key), None)
        if len(others) >= MOST_MEMBERS:
            raise NoPlace(f"{MOST_MEMBERS} configs of one entity are the most")
        more = size if former is None else size - former.size
        if more > 0 and self._text + more > MOST_TEXT:
            raise NoPlace(f"all configs together have over {MOST_TEXT >> 20} MiB")
        members = (*others, Member(key, topic, mapped, size))
        whole = mapped if not others else merge([member.mapped for member in members])
        part = await self._register(room, part, claim.part, name, whole, item)
        part.members = members
        self._text += more
        if claim not in source.claims:
            source.claims = (*source.claims, claim)
        if former is not None and former.source != topic and former.source in self._sources:
            forget(self._sources[former.source], claim)
            self.notes.say(
                "configs for an entity that has one already",
                item.config.platform,
                f"{former.source} and {topic} announce the same entity {key} of {room.key}: the later counts",
            )
        return claim

    async def _register(
        self, room: Room, part: Part | None, key: str, name: str, mapped: Mapped, item: Discovered
    ) -> Part:
        """Makes the hub's entity what `mapped` says, and follows its topics. Raises Unmappable."""
        components = mapped.components
        has_available = bool(item.availability.topics) or mapped.expire_after is not None
        if has_available and Available not in kinds_of(components):
            components = (*components, AVAILABLE)
        is_new = (
            part is None
            or part.entity.is_removed
            or kinds_of(components) != kinds_of(part.components)
            or name != part.name
        )
        if part is None and self._entities >= MOST_ENTITIES:
            raise NoPlace(f"{MOST_ENTITIES:,} entities are the most that are shown")
        self._following.check_room(part, mapped, item.availability)
        if part is None:
            entity = await registered(room, key, components, name)
            part = room.parts[key] = Part(room, key, entity, name, mapped)
            self._entities += 1
        elif is_new:
            if not self._may_change(room):
                raise Unmappable(f"the device has changed {MOST_CHANGES:,} times: it stays as it is")
            if not part.entity.is_removed:
                part.entity.remove()
            self._end_waits(part)
            part.entity = await registered(room, key, components, name)
            part.name = name
        else:
            known = {type(component): component for component in part.components}
            changed = [
                component
                for component in components
                if not isinstance(component, Unknown | Available) and component != known[type(component)]
            ]
            if changed:
                await part.entity.set(*changed)
        part.mapped, part.components, part.encoding = mapped, components, item.encoding
        part.not_live(part.live)  # it may have meant something else
        self._following.watch_over(part, item.availability)
        # An entity that has no values yet must hear what is retained, also where the topic is followed already.
        self._following.follow(part, hear_again=is_new)
        part.is_expired = False
        part.expire_at = self._later(mapped.expire_after)
        self._schedule(part)
        await self._refresh(room)
        return part

    async def _drop(self, topic: str, source: Source, claim: Claim) -> None:
        """Takes away what this source alone has announced, and no longer does."""
        forget(source, claim)
        room = self._rooms.get(claim.device)
        part = None if room is None else room.parts.get(claim.part)
        if room is None or part is None:
            return
        left = tuple(m for m in part.members if (m.key, m.source) != (claim.member, topic))
        if len(left) == len(part.members):
            return
        self._text -= sum(member.size for member in part.members) - sum(member.size for member in left)
        part.members = left
        if left:
            # The entity is still registered with everything it could have said; it says less of it now.
            part.mapped = merge([member.mapped for member in left])
            self._following.follow(part, hear_again=False)
            return
        part.mapped, part.components = NOTHING_LEFT, ()
        self._following.follow(part, hear_again=False)
        self._following.unwatch(part)
        part.expire_at = part.off_at = math.inf
        self._schedule(part)
        del room.parts[part.key]
        self._entities -= 1
        if not part.entity.is_removed:
            part.entity.remove()
        self._end_waits(part)
        await self._refresh(room)
        if not room.parts:
            self._leave(room)

    def _may_change(self, room: Room) -> bool:
        room.changes += 1
        return room.changes <= MOST_CHANGES

    def _not_shown(self, platform: str, fault: Unmappable) -> None:
        self.notes.say("configs that are not shown", platform, f"not shown: {fault}")

    # ── values ──

    async def _hear(
        self, topic: str, part: Part, reading: Reading, text: Payload | None, is_retained: bool
    ) -> None:
        if part.entity.is_removed:
            return
        said: Sequence[Component]
        try:
            if text is None:
                raise Unreadable(f"the message is not {part.encoding}")
            said = tuple(reading(text))
        except Unreadable as fault:
            name = f"{part.room.key}/{part.key}"
            self.notes.say(
                "messages that can't be read",
                name,
                f"{name}: {shown(topic)}: {fault.reason}",
                once=f"{topic} {name}",
            )
            said = (Unknown(fault.unknown),) if fault.unknown else ()
        except Exception as error:
            self.notes.trace(error)
            return
        if is_retained:
            # What happened before we listened is no event now.
            said = [component for component in said if type(component) not in EVENTS]
        if not said:
            return
        await self._tell(part, said)
        if part.mapped.expire_after is not None:
            part.expire_at = self._later(part.mapped.expire_after)
            if part.is_expired:
                part.is_expired = False
                await part.entity.set(part.available)
        if part.mapped.off_delay is not None:
            self._mind_off_delay(part, said, part.mapped.off_delay)
        self._schedule(part)
        if is_retained or not part.mapped.reported:
            # What the MQTT broker kept is the device's word of some time ago.
            part.not_live(type(component) for component in said)
            return
        part.heard_live(said, self._connection)
        for wait in part.waits:
            for component in said:
                wait.hear(component)

    async def _tell(self, part: Part, said: Sequence[Component]) -> None:
        """Sets what was said. The SDK's Unknown names everything that is unknown, a reading's only what it speaks of."""
        entity = part.entity
        values = [component for component in said if not isinstance(component, Unknown)]
        lost = {number for component in said if isinstance(component, Unknown) for number in component.value}
        if lost:
            before = entity.get(Unknown, None)
            known = {component.schema.id for component in values}
            unknown = (lost | set(before.value if before is not None else ())) - known
            values.append(Unknown(sorted(unknown)))
        try:
            await entity.set(*values)
        except ProviderMistake as mistake:
            # A fault of ours in one platform must not take the house down.
            self.notes.say("entities that are not as they should be", part.key, str(mistake))

    def _mind_off_delay(self, part: Part, said: Sequence[Component], delay: float) -> None:
        on = tuple(type(component) for component in said if is_true(component))
        if on:
            part.off_kinds = on
            part.off_at = self._later(delay)
        elif any(type(component) in part.off_kinds for component in said):
            part.off_at = math.inf

    # ── availability ──

    async def _hear_availability(
        self, topic: str, watched: Mapping[AvailabilityTopic, list[Watch]], text: Payload
    ) -> None:
        changed: dict[int, Room] = {}
        for place, watches in watched.items():
            try:
                answers = place.read(text)
            except Unreadable as fault:
                self.notes.say(
                    "messages that can't be read",
                    shown(topic),
                    f"availability: {shown(topic)}: {fault.reason}",
                    once=topic,
                )
                continue
            if answers is None:
                continue
            for watch in watches:
                if watch.hear(topic, answers):
                    changed.update((id(part.room), part.room) for part in watch.parts.values())
        await self._refresh_all(changed.values())

    async def _refresh_all(self, rooms: Iterable[Room]) -> None:
        began = self._clock()
        for room in rooms:
            await self._refresh(room)
            began = await self._pause_after(began)

    async def _refresh(self, room: Room) -> None:
        """Says whether the device answers; and where only some of its entities do, which.

        With a device that answers nowhere its entities are left alone: what holds for all of them is said once.
        """
        if room.handle.is_removed:
            return
        answering = not room.parts or any(part.answers for part in room.parts.values())
        online = answering and not self._is_away
        if online != room.is_online:
            room.is_online = online
            if online:
                room.handle.online()
            else:
                away = "the MQTT broker is away" if self._is_away else "its availability topic says so"
                room.handle.offline(away)
        if not online:
            return
        for part in list(room.parts.values()):
            if part.entity.is_removed:
                continue
            if part.entity.has(Available) and part.entity.get(Available, None) != part.available:
                await part.entity.set(part.available)

    # ── time ──

    @property
    def next_due(self) -> float:
        """When `run_due` should be called, in seconds of the clock; infinity: not now."""
        if self.notes.has_more and math.isinf(self._sum_up_at):
            self._sum_up_at = self._clock() + SUMMARY_EVERY
        return min(self._timers.next_due, self._away_at, self._sum_up_at)

    async def run_due(self) -> None:
        """Does what time has brought: what expired, what goes off, what is removed, what is summed up."""
        now = self._clock()
        if now >= self._sum_up_at:
            self._sum_up_at = math.inf
            self.notes.sum_up()
        if now >= self._away_at:
            self._away_at = math.inf
            self._is_away = True
            await self._refresh_all(list(self._rooms.values()))
        for subject in self._timers.pop_due(now):
            if isinstance(subject, Room):
                self._remove_if_empty(subject)
            else:
                await self._run_part(subject, now)

    async def _run_part(self, part: Part, now: float) -> None:
        if part.entity.is_removed:
            return
        if now >= part.off_at:
            part.off_at = math.inf
            await self._tell(part, [made_false(kind) for kind in part.off_kinds])
        if now >= part.expire_at:
            part.expire_at = math.inf
            part.is_expired = True
            await part.entity.set(part.available)
        self._schedule(part)

    def _remove_if_empty(self, room: Room) -> None:
        if room.parts or room.handle.is_removed:
            return
        if room.is_in_use:
            self._leave(room)
            return
        if self._clock() < room.remove_at:
            # It had parts in between.
            self._at(room.remove_at, room)
            return
        del self._rooms[room.key]
        for identity in room.identities:
            if self._room_of.get(identity) is room:
                del self._room_of[identity]
        room.handle.remove()

    def _later(self, seconds: float | None) -> float:
        return self._clock() + seconds if seconds is not None and seconds <= LONGEST_DELAY else math.inf

    def _leave(self, room: Room) -> None:
        """Removes the room in a while, if it is empty then."""
        room.remove_at = self._clock() + REMOVE_AFTER
        if math.isinf(room.timer_at):
            self._at(room.remove_at, room)

    def _schedule(self, part: Part) -> None:
        """One timer a part, for the next thing. When that was put off, the timer comes for nothing and is set anew."""
        due = min(part.expire_at, part.off_at)
        if due < part.timer_at:
            self._at(due, part)
        elif math.isinf(due):
            self._timers.take_back(part)

    def _at(self, when: float, subject: Part | Room) -> None:
        if self._timers.put(when, subject):
            self._wake()

    # ── writes ──

    def prepare(
        self, entity: Entity, wanted: Mapping[type[Component], Component], wake: Callable[[], object]
    ) -> Write:
        """What is to be done for a write. Its Wait hears reports from now on; give it to `finish` whatever happens.

        Raises Rejected, with the platform's sentence.
        """
        room = self._rooms.get(entity.device.key)
        part = None if room is None else room.parts.get(entity.key)
        if part is None or part.entity is not entity:
            raise Rejected("nothing can be set here")
        mapped = part.mapped
        if mapped.command is None:
            raise Rejected("this entity only reports")
        if not part.answers:
            raise Rejected("the device is offline: its availability topic says so")
        write = begin_write(part, mapped.command, wanted, self._connection, wake)
        part.waits = (*part.waits, write.wait)
        return write

    async def assume(self, write: Write) -> None:
        """The messages were sent: what the device does not report is taken to be so."""
        if write.assumed and not write.wait.part.entity.is_removed:
            write.wait.part.not_live(type(component) for component in write.assumed)
            await self._tell(write.wait.part, write.assumed)

    def finish(self, write: Write) -> None:
        part = write.wait.part
        part.waits = tuple(wait for wait in part.waits if wait is not write.wait)

    def _end_waits(self, part: Part) -> None:
        for wait in part.waits:
            wait.wake()


# ── small parts ──


def in_words(name: str) -> str:
    """`binary_sensor` as a name for people."""
    return clean_name(name.replace("_", " ").capitalize())


def device_name(info: DeviceInfo) -> str:
    """A device without a name is called as its model."""
    return info.name or next((fact.value for fact in info.facts if isinstance(fact, Model)), "")


def size_of(item: Discovered) -> int:
    """Of one part of a device-based config, in bytes, about."""
    try:
        return len(repr(item.config.data))
    except RecursionError:
        return MAX_CONFIG


def forget(source: Source, claim: Claim) -> None:
    source.claims = tuple(one for one in source.claims if one != claim)


def decoded(payload: bytes, encoding: str) -> Payload | None:
    try:
        return Payload(payload.decode(encoding))
    except UnicodeDecodeError:
        return None


def kinds_of(components: Iterable[Component]) -> set[type[Component]]:
    """What an entity with these components has, known or not: changing this means registering it anew."""
    kinds = {type(component) for component in components}
    for component in components:
        if isinstance(component, Unknown):
            kinds.update(KIND_OF_ID[number] for number in component.value if number in KIND_OF_ID)
    return kinds - {Unknown}


async def registered(room: Room, key: str, components: Sequence[Component], name: str) -> Entity:
    try:
        return await room.handle.entity(key, *components, name=name)
    except (InvalidValue, ProviderMistake) as error:
        raise Unmappable(str(error)) from None


def is_true(component: Component) -> bool:
    return component.schema.kind == "boolean" and component.to_plain() is True


def made_false(kind: type[Component]) -> Component:
    make: Callable[[bool], Component] = kind
    return make(False)
