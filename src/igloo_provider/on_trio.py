"""Runs a provider on trio. The only module of the SDK that imports trio.

`run_provider` works over any trio stream, so that a test gives it one end of a memory stream and the virtual clock;
`run` is the whole process: file descriptor 3, SIGTERM, the log, the exit code. The conversation itself is in
`conversation.py`; here are a task that reads, the one task that writes, and the provider's own tasks between them.
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
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import trio

from igloo_provider.conversation import Configured, Conversation, PendingWrite, StartWorker, StopAsked
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

    from igloo_provider.conversation import Device
    from igloo_provider.provider import Provider, Task

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


async def run_provider(
    provider: Provider,
    stream: trio.abc.Stream,
    *,
    logger: logging.Logger | None = None,
    on_sigterm: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Runs the provider until its hub stops it, goes away, or one of its tasks fails; returns the exit code.

    Closes the stream. Records of `logger` (the provider's own by default) go to the hub. `monotonic` is the clock of
    the deadlines that the hub gives to writes; a test on the virtual clock gives `trio.current_time`. A failure is
    logged, not raised; whatever is raised by the SDK itself, and cancellation, passes through.
    """
    run = Run(provider, stream, monotonic)
    handler = HubLogHandler(run, provider.log.name)
    logger = logger or provider.log
    provider.attach(run.conversation)
    logger.addHandler(handler)
    try:
        async with stream:
            return await run.run(on_sigterm)
    finally:
        logger.removeHandler(handler)
        provider.attach(None)


class Run:
    """One run of a provider: the face that its conversation sees, and the tasks."""

    def __init__(self, provider: Provider, stream: trio.abc.Stream, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self.conversation = Conversation(provider, self)
        self.exit_code = 0
        self.home = threading.get_ident()
        self.token = trio.lowlevel.current_trio_token()
        self._provider = provider
        self._stream = stream
        self._work_scope = trio.CancelScope()
        self._writer_parked = trio.lowlevel.ParkingLot()
        self._room_parked = trio.lowlevel.ParkingLot()
        self._held_up = 0
        """Tasks that wait for room, not because their author wanted to."""
        self._ended = False
        self._tasks_left = 0

    # ── the face ──

    def wake_writer(self) -> None:
        self._writer_parked.unpark()

    async def wait_for_room(self) -> None:
        self._held_up += 1
        try:
            while self.conversation.is_crowded:
                await self._room_parked.park()
        finally:
            self._held_up -= 1

    async def checkpoint(self) -> None:
        await trio.lowlevel.checkpoint()

    # ── the tasks ──

    async def run(self, on_sigterm: bool) -> int:
        async with trio.open_nursery() as reading:
            async with trio.open_nursery() as writing:
                writing.start_soon(self._write_to_hub)
                with self._work_scope:
                    async with trio.open_nursery() as work:
                        # Reads until everything is said, so that a request is answered even while the tasks end.
                        reading.start_soon(self._read_from_hub, work)
                        work.start_soon(self._wait_for_sigterm if on_sigterm else trio.sleep_forever)
                with suppress(HubFault):  # it reads nothing, so there is nobody to answer
                    self.conversation.finish()
                self._ended = True
                self._writer_parked.unpark()
                writing.cancel_scope.deadline = trio.current_time() + FLUSH_TIMEOUT
            reading.cancel_scope.cancel()
        return self.exit_code

    async def _read_from_hub(self, work: trio.Nursery) -> None:
        reads = 0
        while True:
            try:
                data = await self._stream.receive_some(READ_SIZE)
            except trio.BrokenResourceError:
                data = b""
            if not data:
                # There is nobody to work for. What is still to be said may find that out for itself.
                self._stop()
                return
            try:
                actions = self.conversation.receive_data(data)
            except HubFault as fault:
                self.end(EXIT_HUB_FAULT, str(fault))
                return
            except HubRejected as rejected:
                self.end(EXIT_REJECTED, str(rejected))
                return
            for action in actions:
                if self._work_scope.cancel_called:
                    break
                match action:
                    case StartWorker(device):
                        work.start_soon(self._work_on, device)
                    case Configured():
                        work.start_soon(self._run_tasks, work)
                    case StopAsked():
                        self._stop()
            reads += 1
            if reads % READS_WITHOUT_YIELD == 0:
                await trio.lowlevel.checkpoint()

    async def _write_to_hub(self) -> None:
        conversation = self.conversation
        while True:
            while not conversation.has_data_to_send:
                if self._ended:
                    return
                await self._writer_parked.park()
            data = conversation.data_to_send()
            if not conversation.is_crowded:
                self._room_parked.unpark_all()
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self._stop()
                return

    async def _run_tasks(self, work: trio.Nursery) -> None:
        for task in self._provider.tasks:
            self._tasks_left += 1
            work.start_soon(self._run_task, task)
        await self._wait_until_all_wait()
        self.conversation.ready()

    async def _wait_until_all_wait(self) -> None:
        """Returns when every task, and every task that these started, has come to its first wait.

        Between this task's steps in one turn of the event loop and in the next but one lies a whole turn. If nobody
        else ran in it, there was nobody who could. A task that the SDK holds up has not come to its first wait yet.
        """
        steps = OthersSteps(trio.lowlevel.current_task())
        trio.lowlevel.add_instrument(steps)
        try:
            until = trio.current_time() + TIME_TO_BEGIN
            left = TURNS_TO_BEGIN
            while self._held_up or (left and trio.current_time() < until):
                before = steps.count
                await trio.lowlevel.checkpoint()
                await trio.lowlevel.checkpoint()
                if self._held_up:
                    if self.conversation.is_crowded:
                        await self._room_parked.park()
                elif steps.count == before:
                    return
                else:
                    left -= 1
        finally:
            trio.lowlevel.remove_instrument(steps)

    async def _run_task(self, task: Task) -> None:
        with self._authors_code(f"the task {task.name}"):
            await task.function()
            self._tasks_left -= 1
            if self._tasks_left and not task.ends and not self._work_scope.cancel_called:
                self._provider.log.warning(
                    "the task %s returned while others run; if that is meant, mark it @provider.task(ends=True)",
                    task.name,
                )

    async def _work_on(self, device: Device) -> None:
        # No handler begins any more once the end was called for.
        while (
            not self._work_scope.cancel_called and (write := self.conversation.next_write(device)) is not None
        ):
            with self._authors_code(f"the write handler of {write.what}"):
                await self._perform(write)

    async def _perform(self, write: PendingWrite) -> None:
        """Carries out one write, and answers it whatever happens."""
        conversation = self.conversation
        answer = conversation.stopped
        try:
            left = write.deadline - self.monotonic()  # trio's clock is another one
            with trio.CancelScope(deadline=trio.current_time() + left) as scope:
                answer = await conversation.carry_out(write)
            if scope.cancelled_caught:
                answer = conversation.expired(write)
        except Exception as error:
            answer = conversation.judge(write, error)
        finally:
            conversation.answer(write, answer)

    async def _wait_for_sigterm(self) -> None:
        with trio.open_signal_receiver(signal.SIGTERM) as signals:
            async for _ in signals:
                self._stop()

    # ── how it ends ──

    def _stop(self) -> None:
        self.conversation.stop()
        self._work_scope.cancel()

    def end(self, code: int, reason: str) -> None:
        """Ends the run, and says why where the hub collects it even if it no longer listens."""
        if not self._work_scope.cancel_called:
            self.exit_code = code
            say(self._provider.id, reason)
        self._stop()

    @contextmanager
    def _authors_code(self, whose: str) -> Iterator[None]:
        """Around what the provider's author wrote: what it raises ends the run. Cancellation passes through."""
        try:
            yield
        except (trio.Cancelled, KeyboardInterrupt):
            raise
        except BaseException as error:
            failure: BaseException | None = error
            if isinstance(error, BaseExceptionGroup):
                failure = error.split((trio.Cancelled, KeyboardInterrupt))[1]
            if failure is None:
                raise
            code, sentence = exit_of(failure, whose)
            if code == EXIT_FAILED:
                text = f"{sentence}\n{''.join(traceback.format_exception(failure))}"
                if not self.conversation.log(LogLevel.ERROR, text):
                    sentence = text
            self.end(code, sentence)


class OthersSteps(trio.abc.Instrument):
    """Counts the steps of all tasks but one."""

    def __init__(self, own: trio.lowlevel.Task) -> None:
        self._own = own
        self.count = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.count += task is not self._own


class HubLogHandler(logging.Handler):
    """Sends log records to the hub. Works in any thread."""

    LEVELS: Final = (
        (logging.ERROR, LogLevel.ERROR),
        (logging.WARNING, LogLevel.WARNING),
        (logging.INFO, LogLevel.INFO),
        (logging.NOTSET, LogLevel.DEBUG),
    )

    def __init__(self, run: Run, own: str) -> None:
        """`own` is the logger whose records need no name in front."""
        super().__init__()
        self._run = run
        self._own = own
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
        if threading.get_ident() == self._run.home:
            self._run.conversation.log(level, text)
        elif len(self._waiting) >= RECORDS_OF_THREADS:
            self._dropped += 1
        else:
            self._waiting.append((level, text[:LOG_BYTES]))
            try:
                self._run.token.run_sync_soon(self._pass_on, idempotent=True)
            except trio.RunFinishedError:
                write_error(f"{text}\n")

    def _pass_on(self) -> None:
        """What other threads have logged, in the event loop's own."""
        self.acquire()
        waiting, self._waiting = self._waiting, []
        dropped, self._dropped = self._dropped, 0
        self.release()
        for level, text in waiting:
            self._run.conversation.log(level, text)
        if dropped:
            self._run.conversation.count_dropped_logs(dropped)


def say(provider_id: str, sentence: str) -> None:
    """To standard error, which the hub collects into the provider's log."""
    write_error(f"{provider_id}: {sentence}\n")


def write_error(text: str) -> None:
    """To standard error. If it is closed, there is nobody to tell, and how the process ends stays as it is."""
    with suppress(OSError):
        os.write(2, text.encode("utf-8", "backslashreplace"))


# ── the process ──


class WireSocket(trio.abc.Stream):
    """The inherited socket as a stream that tries first and waits only when it must.

    A trio.SocketStream takes twice as long for a round trip. `receive_some` returns without a checkpoint when there
    was something to read: its one caller yields by itself.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        while True:
            try:
                return self._socket.recv(max_bytes or READ_SIZE)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)
            except OSError as error:
                raise trio.BrokenResourceError(str(error)) from error

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        with memoryview(data) as left:
            sent = 0
            while sent < len(left):
                try:
                    sent += self._socket.send(left[sent:])
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(self._socket)
                except OSError as error:
                    raise trio.BrokenResourceError(str(error)) from error

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.wait_writable(self._socket)

    async def aclose(self) -> None:
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()
        await trio.lowlevel.checkpoint()


class Look(NamedTuple):
    """What the watch saw: where the main thread was, and the seconds of processor time that were used until then."""

    code: CodeType
    line: int
    time: float
    cpu: float


class BlockedLoopWatch(trio.abc.Instrument):
    """Names the line that keeps the event loop from running for over a second.

    One real-time interval timer, which runs only while the loop is busy, so that an idle provider is not woken. Its
    signal interrupts the main thread wherever it is, and the handler sees that frame. On a machine that stood still
    for a second the first signal finds a line that has done nothing wrong, so nobody is accused before the second
    look: then the loop must be where it was, on the same line or at least using the processor.
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
def blocked_loop_watch(provider_id: str) -> Iterator[list[trio.abc.Instrument]]:
    """The watch, unless the program uses SIGALRM itself."""
    if signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
        yield []
        return
    watch = BlockedLoopWatch(provider_id)
    signal.signal(signal.SIGALRM, watch.on_alarm)
    try:
        yield [watch]
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


def run(provider: Provider) -> NoReturn:
    """Runs the provider as this process, and exits. See `Provider.run`."""
    sock = open_wire()
    if sock is None:
        say(
            provider.id,
            f"a provider is started by the hub, which leaves a socket at file descriptor {WIRE_FD}; here is none. "
            f"Put [providers.{provider.id}] into igloo.toml and start `igloo-hub run` (see docs/providers.md).",
        )
        sys.exit(EXIT_NO_HUB)

    async def main() -> int:
        return await run_provider(provider, WireSocket(sock), logger=logging.getLogger(), on_sigterm=True)

    try:
        with blocked_loop_watch(provider.id) as instruments:
            code = trio.run(main, instruments=instruments)
    except BaseException as error:
        code, sentence = exit_of(error, "the provider")
        if code == EXIT_FAILED:
            raise
        say(provider.id, sentence)
        if code == EXIT_OUT_OF_MEMORY:
            os._exit(code)  # the interpreter's own way out needs memory
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except (AttributeError, OSError, ValueError):
            # Closed at the other end. The interpreter would find that too, and exit with 120.
            setattr(sys, name, None)
    sys.exit(code)
