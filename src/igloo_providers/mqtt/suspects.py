"""Which topic it is that an MQTT broker ends the connection for. Knows topics only: no connection, no time.

Some end the connection of whoever subscribes to what they take for malformed, and a hundred devices would be lost for
the topic of one. So what was asked for when a connection ended is asked for in halves on the next ones, behind all
others, until one topic is alone. It is set aside when the connection has ended for it alone twice: brokers are also
restarted by people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

STRIKES: Final = 2


class Suspects:
    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        """With how many others at most these topics are asked for, themselves included. The others: no limit."""
        self._strikes: dict[str, int] = {}
        self._aside: set[str] = set()

    def parts(self, topics: Sequence[str]) -> Iterator[list[str]]:
        """What to ask for, one part after the other: what nobody suspects first."""
        if not self._sizes and not self._aside:
            yield list(topics)
            return
        left = [topic for topic in topics if topic not in self._aside]
        yield [topic for topic in left if topic not in self._sizes]
        suspected = sorted((topic for topic in left if topic in self._sizes), key=self._sizes.__getitem__)
        for size, some in groupby(reversed(suspected), self._sizes.__getitem__):
            group = list(some)
            yield from (group[first : first + size] for first in range(0, len(group), size))

    def without_aside(self, topics: Sequence[str]) -> list[str]:
        """Those that were asked for: the others must not even be unsubscribed from."""
        return [topic for topic in topics if topic not in self._aside]

    def blame(self, asked: Sequence[str]) -> str | None:
        """A connection ended instead of answering a subscription to these. The topic that is set aside for it."""
        for topic in asked:
            self._sizes[topic] = max(1, len(asked) // 2)
        if len(asked) != 1:
            return None
        (alone,) = asked
        self._strikes[alone] = self._strikes.get(alone, 0) + 1
        if self._strikes[alone] < STRIKES:
            return None
        del self._strikes[alone], self._sizes[alone]
        self._aside.add(alone)
        return alone

    def clear(self, answered: Sequence[str]) -> None:
        """The MQTT broker has answered for these."""
        if self._sizes:
            for topic in answered:
                self._sizes.pop(topic, None)
                self._strikes.pop(topic, None)
