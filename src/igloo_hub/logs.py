"""What a provider prints, made safe and bounded for the hub's log. Pure: bytes and times in, lines out.

A provider's output is a stranger's text: it may hold terminal commands, forged line ends or right-to-left marks, may
come without end, or in one endless line.
"""

import math
from collections.abc import Callable

LINE_LENGTH = 2_000
"""Characters of one line; what is longer is cut there."""

LINES_PER_SECOND = 1
LINES_BURST = 500
"""A traceback is 50 lines and a start may print a few hundred; what flows for longer than that tells nothing."""

SUPPRESSED_EVERY = 10.0
"""Seconds from one line that tells how many were suppressed to the next."""


def escape(text: str) -> str:
    """The text with everything but printable characters written as \\x.., \\u...., so that it stays one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """As `escape`, cut to what a line may have."""
    return escape(text[:LINE_LENGTH])[:LINE_LENGTH]


class LineLimit:
    """So many lines at once, so many a second after that. `now` is seconds of a steady clock."""

    def __init__(self) -> None:
        self._allowance = float(LINES_BURST)
        self._asked_at: float | None = None
        self._suppressed = 0
        self._told_at = -math.inf

    def admits(self, now: float) -> bool:
        """Whether one more line may be logged; counts it when not."""
        if self._asked_at is not None:
            self._allowance = min(self._allowance + (now - self._asked_at) * LINES_PER_SECOND, LINES_BURST)
        self._asked_at = now
        if self._allowance < 1:
            self._suppressed += 1
            return False
        self._allowance -= 1
        return True

    @property
    def is_used_up(self) -> bool:
        """Whether lines are being suppressed, so that reading on at once would serve nobody."""
        return self._suppressed > 0

    def suppressed(self, now: float) -> list[str]:
        """A line that tells how many were not admitted, but seldom; none when all were."""
        if not self._suppressed or now - self._told_at < SUPPRESSED_EVERY:
            return []
        count, self._suppressed, self._told_at = self._suppressed, 0, now
        return [f"… suppressed {count:,} lines"]


class LogLines:
    """Cuts a stream of bytes into safe lines, as many as the limit admits."""

    def __init__(self, limit: LineLimit, mask: Callable[[str], str] = str) -> None:
        """`mask` takes out of a line what must not be shown."""
        self._limit = limit
        self._mask = mask
        self._rest = b""

    def feed(self, data: bytes, now: float) -> list[str]:
        """The lines that `data`, read at `now` seconds of a steady clock, completes."""
        *complete, rest = (self._rest + data).split(b"\n")
        if len(rest) > LINE_LENGTH:
            complete.append(rest)
            rest = b""
        self._rest = rest
        return self._admit(complete, now)

    def finish(self, now: float) -> list[str]:
        """What is left at the end of the stream."""
        rest, self._rest = self._rest, b""
        return self._admit([rest], now) + self._limit.suppressed(math.inf)

    def _admit(self, lines: list[bytes], now: float) -> list[str]:
        admitted: list[str] = []
        for line in lines:
            if line.strip() and self._limit.admits(now):
                admitted += self._limit.suppressed(now)
                text = self._mask(line[: 2 * LINE_LENGTH].decode(errors="backslashreplace"))
                admitted.append(one_line(text.rstrip("\r")))
        return admitted
