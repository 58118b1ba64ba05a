"""What the faces share of being a provider's process: its log, its end, its wire, the watch over its event loop.

Knows no event loop: `on_trio.py` and `on_asyncio.py` say how tasks are cancelled and how a call gets from another
thread into the loop.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import stat
import sys
import threading
import time
import traceback
from abc import abstractmethod
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, NoReturn

from igloo_provider.errors import (
    EXIT_FAILED,
    EXIT_HUB_FAULT,
    EXIT_NO_HUB,
    EXIT_OUT_OF_MEMORY,
    EXIT_REJECTED,
    HubFault,
    HubRejected,
    describe,
    exit_of,
    text_of,
)
from igloo_provider.outbox import LOG_BYTES
from igloo_wire import LogLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

    from igloo_provider.conversation import Action, Conversation
    from igloo_provider.provider import BaseProvider, Task

WIRE_FD: Final = 3
READ_SIZE: Final = 64 << 10
READS_WITHOUT_YIELD: Final = 8
"""A read with everything it brings takes under 1 ms."""
FLUSH_TIMEOUT: Final = 1.0
"""Seconds for the last bytes. The hub kills two seconds after it said Stop, and the interpreter must end too."""
BLOCKED_AFTER: Final = 1.0
"""Seconds without the event loop that are worth a word; the hub's patience is 30."""
LOOK_AGAIN: Final = 0.25
"""Seconds from one look at the line that blocks to the next."""
TIME_TO_BEGIN: Final = 5.0
TURNS_TO_BEGIN: Final = 10_000
"""Seconds, and pairs of turns of the event loop, that a task which never waits keeps the provider from being ready."""
RECORDS_OF_THREADS: Final = 256
"""Log records of other threads that wait for the event loop; with LOG_BYTES each, some MB at the very most."""


class BaseRun:
    """One run of a provider, as far as it is the same on every event loop. The conversation's face is a subclass."""

    PASSING: ClassVar[tuple[type[BaseException], ...]]
    """What goes through the author's code without being his failure: cancellation, KeyboardInterrupt."""

    conversation: Conversation

    def __init__(self, provider: BaseProvider) -> None:
        self.exit_code = 0
        self.is_ending = False
        self._provider = provider
        self._tasks_left = 0

    @abstractmethod
    def cancel_work(self) -> None:
        """Cancels the provider's tasks and its writes. May be called again."""

    def stop(self) -> None:
        """Ends the run. What was to be said is still said."""
        self.is_ending = True
        self.conversation.stop()
        self.cancel_work()

    def end(self, code: int, reason: str) -> None:
        """Ends the run, and says why where the hub collects it even if it no longer listens."""
        if not self.is_ending:
            self.exit_code = code
            say(self._provider.id, reason)
        self.stop()

    def receive(self, data: bytes | bytearray) -> list[Action] | None:
        """What is to be done about what was read; None when there is nothing more to read."""
        if not data:
            # There is nobody to work for. What is still to be said may find that out for itself.
            self.stop()
            return None
        try:
            return self.conversation.receive_data(data)
        except HubFault as fault:
            self.end(EXIT_HUB_FAULT, str(fault))
        except HubRejected as rejected:
            self.end(EXIT_REJECTED, str(rejected))
        return None

    async def run_task(self, task: Task) -> None:
        """Runs one of the provider's tasks to its end. Count it in `_tasks_left` first."""
        with self.authors_code(f"the task {task.name}"):
            await task.function()
            self._tasks_left -= 1
            if self._tasks_left and not task.ends and not self.is_ending:
                self._provider.log.warning(
                    "the task %s returned while others run; if that is meant, mark it @provider.task(ends=True)",
                    task.name,
                )

    @contextmanager
    def authors_code(self, whose: str) -> Iterator[None]:
        """Around what the provider's author wrote: what it raises ends the run. Cancellation passes through."""
        try:
            yield
        except self.PASSING:
            raise
        except BaseException as error:
            failure: BaseException | None = error
            if isinstance(error, BaseExceptionGroup):
                failure = error.split(self.PASSING)[1]
            if failure is None:
                raise
            code, sentence = exit_of(failure, whose)
            if code == EXIT_FAILED:
                text = f"{sentence}\n{''.join(traceback.format_exception(failure))}"
                if not self.conversation.log(LogLevel.ERROR, text):
                    sentence = text
            self.end(code, sentence)


class HubLogHandler(logging.Handler):
    """Sends log records to the hub. Works in any thread; made in the event loop's own."""

    LEVELS: Final = (
        (logging.ERROR, LogLevel.ERROR),
        (logging.WARNING, LogLevel.WARNING),
        (logging.INFO, LogLevel.INFO),
        (logging.NOTSET, LogLevel.DEBUG),
    )

    def __init__(
        self, conversation: Conversation, own: str, call_soon: Callable[[Callable[[], None]], object]
    ) -> None:
        """`own` is the logger whose records need no name in front. `call_soon`, from any thread, has a function
        called in the event loop's; RuntimeError when the loop is over.
        """
        super().__init__()
        self._conversation = conversation
        self._own = own
        self._call_soon = call_soon
        self._home = threading.get_ident()
        self._waiting: list[tuple[LogLevel, str]] = []
        self._dropped = 0
        """Both are other threads' records, and only touched under the handler's lock."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:
            # A slip in a log call ends nothing, as with the handlers of the standard library.
            text = f"{text_of(record.msg)} {text_of(record.args)} (can't be formatted: {describe(error)})"
        if record.name != self._own:
            text = f"{record.name}: {text}"
        level = next((level for number, level in self.LEVELS if record.levelno >= number), LogLevel.DEBUG)
        if threading.get_ident() == self._home:
            self._conversation.log(level, text)
        elif len(self._waiting) >= RECORDS_OF_THREADS:
            self._dropped += 1
        else:
            self._waiting.append((level, text[:LOG_BYTES]))
            if len(self._waiting) > 1:
                return  # the call is on its way
            try:
                self._call_soon(self._pass_on)
            except RuntimeError:
                self._waiting.clear()
                write_error(f"{text}\n")

    def _pass_on(self) -> None:
        """What other threads have logged, in the event loop's own."""
        self.acquire()
        waiting, self._waiting = self._waiting, []
        dropped, self._dropped = self._dropped, 0
        self.release()
        for level, text in waiting:
            self._conversation.log(level, text)
        if dropped:
            self._conversation.count_dropped_logs(dropped)


def say(provider_id: str, sentence: str) -> None:
    """To standard error, which the hub collects into the provider's log."""
    write_error(f"{provider_id}: {sentence}\n")


def write_error(text: str) -> None:
    """To standard error. If it is closed, there is nobody to tell, and how the process ends stays as it is."""
    with suppress(OSError):
        os.write(2, text.encode("utf-8", "backslashreplace"))


class Look(NamedTuple):
    """What the watch saw: where the main thread was, and the seconds of processor time that were used until then."""

    code: CodeType
    line: int
    time: float
    cpu: float


class BlockedLoopWatch:
    """Names the line that keeps the event loop from running for over a second.

    The face calls `before_io_wait` and `after_io_wait` around the loop's waiting. One real-time interval timer, which
    runs only while the loop is busy, so that an idle provider is not woken. Its signal interrupts the main thread
    wherever it is, and the handler sees that frame. On a machine that stood still for a second the first signal finds
    a line that has done nothing wrong, so nobody is accused before the second look: then the loop must be where it
    was, on the same line or at least using the processor.
    """

    def __init__(self, provider_id: str) -> None:
        self._provider_id = provider_id
        self._busy_since: float | None = None
        self._seen: Look | None = None

    def before_io_wait(self, timeout: float) -> None:
        self._busy_since = None
        if timeout > 0:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def after_io_wait(self, timeout: float) -> None:
        self._busy_since = time.monotonic()
        self._seen = None
        signal.setitimer(signal.ITIMER_REAL, BLOCKED_AFTER, LOOK_AGAIN)

    def on_alarm(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._busy_since is None or frame is None or now < self._busy_since + 0.99 * BLOCKED_AFTER:
            return  # a signal of before
        look = Look(frame.f_code, frame.f_lineno, now, time.process_time())
        before, self._seen = self._seen, look
        if before is None:
            return
        is_same_line = (look.code, look.line) == (before.code, before.line)
        if is_same_line or look.cpu - before.cpu > (look.time - before.time) / 2:
            signal.setitimer(signal.ITIMER_REAL, 0)
            where = traceback.extract_stack(frame)[-1]
            say(
                self._provider_id,
                f"the event loop has been blocked for {BLOCKED_AFTER:g} s at {where.filename}:{where.lineno}, "
                f"in {where.name}: {where.line}",
            )


@contextmanager
def watching_alarm(watch: BlockedLoopWatch) -> Iterator[bool]:
    """Hands SIGALRM to the watch. False, and nothing is done, when the program uses that signal itself."""
    if signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield False
        return
    signal.signal(signal.SIGALRM, watch.on_alarm)
    try:
        yield True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def open_wire(fd: int = WIRE_FD) -> socket.socket | None:
    """The socket that the hub left for us; None if there is none. It is not passed on to children."""
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return None
        sock = socket.socket(fileno=fd)
    except OSError:
        return None
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        sock.detach()
        return None
    sock.set_inheritable(False)
    return sock


def run_process(provider: BaseProvider, main: Callable[[socket.socket], int]) -> NoReturn:
    """Finds the wire, has `main` run the provider over it, and exits with the code that this gives."""
    sock = open_wire()
    if sock is None:
        say(
            provider.id,
            f"a provider is started by the hub, which leaves a socket at file descriptor {WIRE_FD}; here is none. "
            f"Put [providers.{provider.id}] into igloo.toml and start `igloo-hub run` (see docs/providers.md).",
        )
        sys.exit(EXIT_NO_HUB)
    try:
        code = main(sock)
    except BaseException as error:
        code, sentence = exit_of(error, "the provider")
        if code == EXIT_FAILED:
            raise
        say(provider.id, sentence)
        if code == EXIT_OUT_OF_MEMORY:
            os._exit(code)  # the interpreter's own way out needs memory
    flush_output()
    sys.exit(code)


def flush_output() -> None:
    """Standard output and error, which may be closed at the other end: that must not change how the process ends."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            stream.flush()
        except OSError:
            # The interpreter would find that too, tell it where it can, and exit with 120.
            try:
                with open(os.devnull, "wb") as nowhere:
                    os.dup2(nowhere.fileno(), stream.fileno())
                stream.flush()
            except (OSError, ValueError):
                setattr(sys, name, None)
        except (AttributeError, ValueError):
            setattr(sys, name, None)
