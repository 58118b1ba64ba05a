"""What availability topics said, and how it stands for those that share them. Knows no message and no hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from igloo_providers.mqtt.discovery import Availability

if TYPE_CHECKING:
    from igloo_providers.mqtt.parts import Part


class Watch:
    """One availability that parts have in common: what was said of it, and how it stands."""

    __slots__ = ("availability", "is_available", "known", "latest", "parts")

    def __init__(self, availability: Availability) -> None:
        self.availability = availability
        self.known: dict[str, bool] = {}
        self.latest: bool | None = None
        self.is_available = True
        self.parts: dict[int, Part] = {}
        """By identity: parts have no order and are not compared."""

    def hear(self, topic: str, answers: bool) -> bool:
        """Whether it has changed with this."""
        self.known[topic] = self.latest = answers
        availability = self.availability
        known: Mapping[str, bool] = self.known
        if availability.mode == "all":
            known = dict.fromkeys((place.topic for place in availability.topics), True) | self.known
        before, self.is_available = self.is_available, availability.is_available(known, self.latest)
        return before != self.is_available
