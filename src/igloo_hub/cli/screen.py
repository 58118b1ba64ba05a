"""A terminal as a picture that stands still: lines are drawn where they belong, and only those that changed.

Knows nothing of what is drawn. Text comes from strangers, so no width that is computed here is believed by the
terminal: each cell of a line is put at its own column, and lines don't wrap. A character that a terminal draws wider
or narrower than expected shifts nothing but itself.

Everything is written by one thread (`Writer`). A terminal that is stopped with Ctrl-S holds up that thread only.
"""

import os
import signal
import termios
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from igloo_hub.cli.output import Writer
from igloo_hub.logs import escape

LONGEST = 1_000
"""Characters of a text that are looked at. No screen is wider, and a name may be 64 KiB."""

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[2J"
"""The alternate screen (what was there comes back afterwards), no wrapping, no cursor."""
LEAVE = "\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1049l"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Terminals that know this show all that is between them at once."""

WEIGHTS = frozenset({"bold", "dim"})
"""What a style may say where colours are not wanted."""

LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
"""Classes of Unicode's bidirectional algorithm."""

SWAPPED_OUT = 0.3
"""Seconds that Ctrl-Z waits for the terminal to take what was written."""


class Cell(NamedTuple):
    """A text at a column of a line, counted from 0. Made by `cell`."""

    column: int
    text: str
    style: str = ""
    """As rich names it: "bold red"."""


Line = tuple[Cell, ...]


def cell(column: int, width: int, text: str, style: str = "", *, right: bool = False) -> Cell:
    """A cell of at most so many columns: a stranger's text made safe, and cut with "…" where it is too long."""
    text = fit(text, width)
    if right:
        column += width - cell_len(text)
    return Cell(column, text, style)


def fit(text: str, width: int) -> str:
    """The text, escaped and cut to so many columns."""
    text = escape(text[:LONGEST])
    if width <= 0:
        return ""
    if cell_len(text) > width:
        text = set_cell_size(text, width - 1).rstrip(" ") + "…"
    if not text.isascii() and any(unicodedata.bidirectional(c) in RIGHT_TO_LEFT for c in text):
        # Else a terminal that orders right-to-left text would take what stands behind it along.
        text += LEFT_TO_RIGHT_MARK
    return text


def wrap(text: str, width: int, most: int) -> list[str]:
    """The text, escaped, in lines of at most so many columns, broken between words; at most so many lines."""
    rest = escape(text[:LONGEST])
    lines: list[str] = []
    while rest and len(lines) < most - 1 and cell_len(rest) > width:
        head = set_cell_size(rest, width).rstrip(" ")
        if not head:  # a wide character in one column
            break
        if rest[len(head)] != " " and (blank := head.rfind(" ")) >= len(head) // 3:
            head = head[:blank]
        lines.append(head.rstrip(" "))
        rest = rest[len(head) :].lstrip(" ")
    return [*lines, fit(rest, width)] if rest else lines


def plain(line: Line) -> str:
    """A line as text, for tests and documents."""
    text = ""
    for column, words, _ in line:
        text += " " * (column - cell_len(text)) + words
    return text.rstrip(" ")


class Painter:
    """Turns pictures into what a terminal is to be sent. Pure, but for what it remembers of the last picture."""

    def __init__(self, *, has_colour: bool) -> None:
        self._has_colour = has_colour
        self._shown: list[Line] = []

    def forget(self) -> None:
        """Whatever was shown is no longer there."""
        self._shown = []

    def update(self, lines: Sequence[Line]) -> str:
        """What makes the terminal show these lines, from the top; "" when it does already."""
        former = self._shown
        changed = [(row, line) for row, line in enumerate(lines) if row >= len(former) or former[row] != line]
        gone = range(len(lines), len(former))
        self._shown = list(lines)
        if not changed and not gone:
            return ""
        drawn = "".join(self._line(row, line) for row, line in changed)
        cleared = "".join(f"\x1b[{row + 1};1H\x1b[2K" for row in gone)
        return f"{BEGIN}{drawn}{cleared}{END}"

    def _line(self, row: int, line: Line) -> str:
        cells = "".join(f"\x1b[{column + 1}G{self._styled(text, style)}" for column, text, style in line)
        return f"\x1b[{row + 1};1H\x1b[2K{cells}"

    def _styled(self, text: str, style: str) -> str:
        if not self._has_colour:
            style = " ".join(word for word in style.split() if word in WEIGHTS)
        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def find_obstacle(descriptor: int) -> str | None:
    """Why no picture can be drawn there, as the end of a sentence, or None."""
    if not os.isatty(descriptor):
        return "standard output is none"
    if (kind := os.environ.get("TERM", "")) in {"", "dumb", "unknown"}:
        return f"this one can't move its cursor (TERM={escape(kind)})"
    if not in_foreground(descriptor):
        return "this one belongs to another program now: the hub was started in the background"
    return None


def in_foreground(descriptor: int) -> bool:
    """Whether the terminal is ours to draw on, or has no job control at all."""
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return True


class Screen:
    """The terminal, entered and left. Every method is for the main thread, and none waits for the terminal."""

    def __init__(self, descriptor: int) -> None:
        # Of rich's console only its judgement: NO_COLOR, TERM, COLORTERM. Sixteen colours, which people choose themselves.
        console = Console()
        has_colour = console.color_system is not None and not console.no_color
        self.is_up = False
        self.writer = Writer(descriptor)
        self._descriptor = descriptor
        self._painter = Painter(has_colour=has_colour)
        self._size: os.terminal_size | None = None
        self._settings: list[Any] | None = None

    def size(self) -> os.terminal_size:
        return os.get_terminal_size(self._descriptor)

    @property
    def is_ours(self) -> bool:
        return in_foreground(self._descriptor)

    def enter(self) -> None:
        """Keeps what was on the terminal aside. What is typed is not shown; Ctrl-C and its like work as before."""
        if self.is_up:
            return
        self.is_up = True
        self.writer.put(ENTER)
        self.repaint()
        with suppress(termios.error):
            self._settings = termios.tcgetattr(self._descriptor)
            quiet = termios.tcgetattr(self._descriptor)
            quiet[3] &= ~termios.ECHO
            quiet[6][termios.VQUIT] = b"\0"  # Ctrl-\ would end the hub on the spot and leave the table behind
            termios.tcsetattr(self._descriptor, termios.TCSANOW, quiet)

    def leave(self) -> None:
        """Puts the terminal back as it was. Does nothing when that is done already."""
        if not self.is_up:
            return
        self.is_up = False
        self.writer.put(LEAVE)
        if self._settings is not None and self.is_ours:
            with suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCIFLUSH)  # what was typed was for nobody
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._settings)

    def repaint(self) -> None:
        """The next picture is drawn whole."""
        self._size = None

    def show(self, lines: Sequence[Line], size: os.terminal_size, shown: Callable[[], object]) -> bool:
        """Draws a picture. `shown` is called, in another thread, when the terminal has it; False: it has it already."""
        cleared = ""
        if size != self._size:
            self._size = size
            self._painter.forget()
            cleared = "\x1b[0m\x1b[2J"
        text = cleared + self._painter.update(lines)
        return bool(text) and self.writer.put(text, shown)

    def swap_out(self) -> None:
        """Leaves the terminal and stops this process as Ctrl-Z does. Returns when it is continued."""
        self.leave()
        # The one place that waits: the whole process is about to stand still anyway.
        self.writer.flush(SWAPPED_OUT)
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, ours)

    def finish(self) -> None:
        """Leaves, and waits for the last lines, but not for ever."""
        self.leave()
        if self.is_ours:
            with suppress(termios.error):
                # After Ctrl-S nothing more would be written, and the table would stay for ever.
                termios.tcflow(self._descriptor, termios.TCOOFF)
                termios.tcflow(self._descriptor, termios.TCOON)
        self.writer.finish()
