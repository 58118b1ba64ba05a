"""What a provider prints, made safe and bounded for the hub's log. Pure: bytes and times in, lines out.

A provider's output is a stranger's text: it may hold terminal commands, forged line ends or right-to-left marks, may
come without end, or in one endless line.
"""

LINE_LENGTH = 2_000
"""Characters of one line; what is longer is cut there."""

LINES_PER_SECOND = 20
LINES_BURST = 500
"""A traceback is 50 lines and a start may print a few hundred; what flows for longer than that tells nothing."""


def escape(text: str) -> str:
    """The text with everything but printable characters written as \\x.., \\u...., so that it stays one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class LogLines:
    """Cuts a stream of bytes into safe lines, at most so many a second."""

    def __init__(self) -> None:
        self._rest = b""
        self._allowance = float(LINES_BURST)
        self._fed_at: float | None = None
        self._suppressed = 0

    def feed(self, data: bytes, now: float) -> list[str]:
        """The lines that `data`, read at `now` seconds of a steady clock, completes."""
        self._refill(now)
        *complete, rest = (self._rest + data).split(b"\n")
        if len(rest) > LINE_LENGTH:
            complete.append(rest)
            rest = b""
        self._rest = rest
        return self._admit(complete)

    def finish(self, now: float) -> list[str]:
        """What is left at the end of the stream."""
        self._refill(now)
        rest, self._rest = self._rest, b""
        lines = self._admit([rest] if rest else [])
        if self._suppressed:
            lines.append(self._suppressed_line())
        return lines

    def _refill(self, now: float) -> None:
        if self._fed_at is not None:
            self._allowance = min(self._allowance + (now - self._fed_at) * LINES_PER_SECOND, LINES_BURST)
        self._fed_at = now

    def _admit(self, lines: list[bytes]) -> list[str]:
        admitted: list[str] = []
        for line in lines:
            if self._allowance < 1:
                self._suppressed += 1
                continue
            self._allowance -= 1
            if self._suppressed:
                admitted.append(self._suppressed_line())
            admitted.append(escape(line[:LINE_LENGTH].decode(errors="backslashreplace").rstrip("\r")))
        return admitted

    def _suppressed_line(self) -> str:
        count, self._suppressed = self._suppressed, 0
        return f"… suppressed {count:,} lines"
