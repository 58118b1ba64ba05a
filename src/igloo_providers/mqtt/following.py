"""Which topics are followed, what is read from each, and what has changed of that since somebody asked.

Knows no message, no value and no connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from igloo_providers.mqtt.discovery import Availability, AvailabilityTopic
from igloo_providers.mqtt.entity import Mapped
from igloo_providers.mqtt.errors import Unmappable
from igloo_providers.mqtt.parts import Binding, Part
from igloo_providers.mqtt.watches import Watch

MOST_TOPICS: Final = 40_000
MOST_READINGS: Final = 500
"""Of one topic, which are all run for one message on it. A device with a hundred entities has as many."""


class NoPlace(Unmappable):
    """There is too much of something. The same config may have a place when it comes again."""


class Following:
    def __init__(self, wake: Callable[[], object]) -> None:
        """`wake` is called when there are changes to take."""
        self._wake = wake
        self._bindings: dict[str, list[Binding]] = {}
        self._watches: dict[Availability, Watch] = {}
        self._watched: dict[str, dict[AvailabilityTopic, list[Watch]]] = {}
        self._changes: dict[str, bool] = {}

    def bindings(self, topic: str) -> Sequence[Binding]:
        """What is read from a message on this topic. May change while it is walked through."""
        return self._bindings.get(topic, ())

    def watches(self, topic: str) -> Mapping[AvailabilityTopic, list[Watch]]:
        """Which watches hear a message on this topic, by how they read it."""
        return self._watched.get(topic, {})

    def topics(self) -> list[str]:
        """All of them, for a new connection."""
        self._changes.clear()
        return list(self._bindings.keys() | self._watched.keys())

    def take_changes(self) -> tuple[list[str], list[str]]:
        """The topics that have become wanted, and those that are no longer, since this or `topics` was asked."""
        changes, self._changes = self._changes, {}
        wanted = [topic for topic, is_wanted in changes.items() if is_wanted]
        return wanted, [topic for topic, is_wanted in changes.items() if not is_wanted]

    def check_room(self, part: Part | None, mapped: Mapped, availability: Availability) -> None:
        """Raises NoPlace if this entity, new or changed, would follow more than is followed."""
        new = sum(
            place.topic not in self._watched and place.topic not in self._bindings
            for place in availability.topics
        )
        for topic, count in Counter(topic for topic, _ in mapped.readings).items():
            bindings = self._bindings.get(topic, ())
            if not bindings:
                new += topic not in self._watched
            if len(bindings) + count > MOST_READINGS:
                of_others = sum(binding.part is not part for binding in bindings)
                if of_others + count > MOST_READINGS:
                    raise NoPlace(f"{MOST_READINGS} readings of one topic are the most")
        if new and len(self._bindings) + len(self._watched) + new > MOST_TOPICS:
            raise NoPlace(f"{MOST_TOPICS:,} topics are the most that are followed")

    def follow(self, part: Part, *, hear_again: bool) -> None:
        """Binds the part to the topics of its readings, and to no others."""
        former = set(part.topics)
        for topic in former:
            bindings = self._bindings[topic]
            bindings[:] = [binding for binding in bindings if binding.part is not part]
        for topic, reading in part.mapped.readings:
            self._bindings.setdefault(topic, []).append(Binding(part, reading))
            if hear_again or topic not in former:
                self._want(topic)
        for topic in former:
            if not self._bindings[topic]:
                del self._bindings[topic]
                self._give_up(topic)
        part.topics = tuple(dict.fromkeys(topic for topic, _ in part.mapped.readings))

    def watch_over(self, part: Part, availability: Availability) -> None:
        """Lets the part share the watch over these availability topics."""
        if part.watch is not None:
            if part.watch.availability == availability:
                return
            self.unwatch(part)
        if not availability.topics:
            return
        watch = self._watches.get(availability)
        if watch is None:
            watch = self._watches[availability] = Watch(availability)
            for place in availability.topics:
                self._watched.setdefault(place.topic, {}).setdefault(place, []).append(watch)
                self._want(place.topic)
        watch.parts[id(part)] = part
        part.watch = watch

    def unwatch(self, part: Part) -> None:
        watch = part.watch
        if watch is None:
            return
        part.watch = None
        del watch.parts[id(part)]
        if watch.parts:
            return
        del self._watches[watch.availability]
        for place in watch.availability.topics:
            places = self._watched.get(place.topic, {})
            if watch in places.get(place, ()):
                places[place].remove(watch)
                if not places[place]:
                    del places[place]
            if not places and self._watched.pop(place.topic, None) is not None:
                self._give_up(place.topic)

    def _want(self, topic: str) -> None:
        self._changes[topic] = True
        self._wake()

    def _give_up(self, topic: str) -> None:
        if topic not in self._bindings and topic not in self._watched:
            self._changes[topic] = False
            self._wake()
