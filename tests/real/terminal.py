"""A real terminal for tests: a pty whose program has it as its own, and an emulator that says what a person would see."""

import copy
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

import pyte

ALTERNATE = 1049 << 5
"""The alternate screen's number as pyte keeps private modes."""
WRAPPING = 7 << 5
CURSOR = 25 << 5


class Screen(pyte.Screen):
    """pyte's screen, with the alternate one, which it leaves out."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__(columns, lines)
        self.aside: Any = None
        self.scrolled = 0

    def set_mode(self, *modes: int, **how: Any) -> None:  # noqa: ANN401 - pyte's
        super().set_mode(*modes, **how)
        if ALTERNATE in self.mode and self.aside is None:
            self.aside = copy.deepcopy(self.buffer), copy.copy(self.cursor)
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **how: Any) -> None:  # noqa: ANN401 - pyte's
        super().reset_mode(*modes, **how)
        if ALTERNATE not in self.mode and self.aside is not None:
            self.buffer, self.cursor = self.aside
            self.aside = None

    def index(self) -> None:
        if self.aside is not None and self.cursor.y == self.lines - 1:
            self.scrolled += 1
        super().index()


class Terminal:
    """Runs one program. `text` is what the screen shows, blanks at the ends of lines cut."""

    def __init__(self, master: int, slave: int, columns: int, lines: int) -> None:
        self.screen = Screen(columns, lines)
        self.sent = b""
        self.is_there = True
        self.process: subprocess.Popen[bytes]
        self._stream = pyte.ByteStream(self.screen)
        self._master = master
        self._slave = slave

    @property
    def text(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def is_aside(self) -> bool:
        """Whether the alternate screen is shown."""
        return self.screen.aside is not None

    @property
    def settings(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """The kernel tells the program, as it does when a window is dragged."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))

    def hang_up(self) -> None:
        """Closes the window."""
        os.close(self._master)
        os.close(self._slave)
        self.is_there = False

    def read(self, seconds: float) -> None:
        """Takes what comes within that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self._master], [], [], left)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            self.sent += data
            self._stream.feed(data)

    def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Reads until something is so, and then on until the picture is whole."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "\n".join(["the screen shows:", *self.text])
            self.read(0.05)
        self.read(0.1)

    def until_shown(self, *words: str, seconds: float = 20) -> None:
        self.until(lambda: all(word in "\n".join(self.text) for word in words), seconds)

    def row(self, word: str) -> str:
        """The only line with this word, blanks made one."""
        (found,) = (line for line in self.text if word in line)
        return " ".join(found.split())

    def wait(self, seconds: float = 10) -> int:
        """Until the program has ended; reads what it still writes. Returns its exit code."""
        end = time.monotonic() + seconds
        while (code := self.process.poll()) is None:
            assert time.monotonic() < end, "\n".join(["still running, and the screen shows:", *self.text])
            self.read(0.05)
        self.read(0.1)
        return code

    def colours(self) -> set[str]:
        """The colour commands that were sent."""
        commands = re.findall(rb"\x1b\[([0-9;]*)m", self.sent)
        return {
            part.decode()
            for command in commands
            for part in command.split(b";")
            if re.fullmatch(rb"[349][0-8]|10[0-7]", part)
        }


@contextmanager
def terminal(
    command: Sequence[str],
    columns: int,
    lines: int,
    *,
    environment: Mapping[str, str] | None = None,
    stderr: IO[bytes] | None = None,
) -> Iterator[Terminal]:
    """Starts a program on a terminal of its own; it is killed at the end of the block when it is still there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
    shown = Terminal(master, slave, columns, lines)

    def begin() -> None:
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    shown.process = subprocess.Popen(
        command,
        start_new_session=True,
        preexec_fn=begin,
        stdin=slave,
        stdout=slave,
        stderr=slave if stderr is None else stderr,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})},
    )
    try:
        yield shown
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shown.process.pid, signal.SIGKILL)
        shown.process.wait()
        if shown.is_there:
            shown.hang_up()
