"""When something is due, for many things of which each waits for one moment at most. Knows no clock and calls nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Final, Generic, Protocol, TypeVar

FEW_TIMERS: Final = 1_000


class Subject(Protocol):
    timer_at: float
    """When its timer is due; infinity: it has none. Only set here."""


S = TypeVar("S", bound=Subject)


class Timers(Generic[S]):
    def __init__(self) -> None:
        self._heap: list[tuple[float, int, S]] = []
        self._numbers = 0
        self._dead = 0
        """At least so many of them are of no use any more."""

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def next_due(self) -> float:
        """Infinity: nothing is."""
        return self._heap[0][0] if self._heap else math.inf

    def put(self, when: float, subject: S) -> bool:
        """In place of the timer that it has. Whether this one is the next of all."""
        self.take_back(subject)
        subject.timer_at = when
        self._numbers += 1
        heappush(self._heap, (when, self._numbers, subject))
        return self._heap[0][1] == self._numbers

    def take_back(self, subject: S) -> None:
        """Its timer does nothing any more; it goes when it is due, or when there are more of its kind than others."""
        if math.isinf(subject.timer_at):
            return
        subject.timer_at = math.inf
        self._dead += 1
        if self._dead > FEW_TIMERS and self._dead > len(self._heap) / 2:
            self._heap = [timer for timer in self._heap if timer[2].timer_at == timer[0]]
            heapify(self._heap)
            self._dead = 0

    def pop_due(self, now: float) -> Iterator[S]:
        """Those that are due, one after the other; also what becomes due meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            when, _, subject = heappop(self._heap)
            if subject.timer_at != when:
                self._dead -= 1
                continue
            subject.timer_at = math.inf
            yield subject
