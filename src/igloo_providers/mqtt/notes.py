"""What is said in the log: each thing once, and few of a kind in a minute. Knows no topic and no device."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from logging import Logger
from typing import Final

SENTENCES: Final = 20
"""Of one group that are logged in full in one minute; the rest is counted."""
MOST_SAID: Final = 5_000
SUMMARY_EVERY: Final = 60.0


class Notes:
    """Says each thing once, and few of a kind in a minute; the others are counted and summed up."""

    def __init__(self, log: Logger, clock: Callable[[], float]) -> None:
        self._log = log
        self._clock = clock
        self._said: set[int] = set()
        self._begun = -math.inf
        self._spoken: Counter[str] = Counter()
        self._more: dict[str, Counter[str]] = {}

    def say(self, group: str, what: str, sentence: str, *, once: str = "") -> None:
        """Once for each `once`, or else for each sentence. The summary of the `group`, which is a plural ("configs
        that are not shown"), counts by `what`.
        """
        mark = hash((group, once or sentence))
        if mark in self._said:
            return
        now = self._clock()
        if now >= self._begun + SUMMARY_EVERY:
            self._begun = now
            self._spoken.clear()
        if len(self._said) < MOST_SAID:
            self._said.add(mark)
            if self._spoken[group] < SENTENCES:
                self._spoken[group] += 1
                self._log.warning("%s", sentence)
                return
        counts = self._more.setdefault(group, Counter())
        counts[what if what in counts or len(counts) < SENTENCES else "others"] += 1

    def trace(self, error: Exception) -> None:
        """A fault of ours, with its traceback: once for each place in the code."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        mark = hash(
            ("trace", type(error), None if place is None else (place.tb_frame.f_code, place.tb_lineno))
        )
        if mark not in self._said and len(self._said) < MOST_SAID:
            self._said.add(mark)
            self._log.error("a fault in this program", exc_info=error)

    def sum_up(self) -> None:
        for group, counts in self._more.items():
            words = ", ".join(f"{what} {count:,}" for what, count in counts.most_common(8))
            self._log.warning("%s more %s: %s", f"{counts.total():,}", group, words)
        self._more.clear()

    @property
    def has_more(self) -> bool:
        return bool(self._more)
