"""Runs a provider on asyncio. With `broker_loop.py` the only module of the SDK that imports asyncio.

`run_provider` works over any connected socket, on a BrokerEventLoop; `run` is the whole process: file descriptors 3 and
4, SIGTERM, the log, the exit code. The conversation itself is in `conversation.py`, asking for connections in
`broker.py`, what every face does in `process.py`. Here are the tasks: one that reads from the hub, one that writes, two
that speak with the broker, and the provider's own between them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self, overload

from igloo_provider.broker import NO_BROKER, BrokerClient, open_broker, read_answer
from igloo_provider.broker_loop import BrokerEventLoop
from igloo_provider.conversation import Configured, Conversation, Pending, StartWorker, StopAsked
from igloo_provider.errors import DoNotRestart, HubFault, ProviderMistake, exit_of, holds
from igloo_provider.process import (
    FLUSH_TIMEOUT,
    READ_SIZE,
    READS_WITHOUT_YIELD,
    TIME_TO_BEGIN,
    TURNS_TO_BEGIN,
    BaseRun,
    BlockedLoopWatch,
    HubLogHandler,
    flush_output,
    run_process,
    say,
    watching_alarm,
)
from igloo_provider.provider import BaseProvider
from igloo_provider.tls import TLS_TIMEOUT, context_for, tls_error

if TYPE_CHECKING:
    from types import TracebackType

    from igloo_provider.broker import Protocol
    from igloo_provider.conversation import Device

CLEAN_UP_TIMEOUT: Final = 0.5
"""Seconds for what tasks await once they are cancelled. The hub kills two seconds after it said Stop."""
SECOND_TIMEOUT: Final = 0.1
"""Seconds for a task that went on after it was cancelled, and is cancelled again."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Provider(BaseProvider):
    """A provider on asyncio: its tasks and handlers are asyncio's, and so are the libraries that they use."""

    @overload
    async def connect(self, host: str, port: int, *, tls: Literal[False] = False) -> Streams: ...
    @overload
    async def connect(
        self, host: str, port: int, *, tls: bool | ssl.SSLContext, server_hostname: str | None = None
    ) -> Streams: ...

    async def connect(
        self,
        host: str,
        port: int,
        *,
        tls: bool | ssl.SSLContext = False,
        server_hostname: str | None = None,
    ) -> Streams:
        """A TCP connection as a reader and a writer; with `tls` after the handshake. The writer is the caller's to close.

        The hub makes it, if the owner granted this host and port: the host as in `[[grants.connect]]`, a name or an
        address. `tls=True` trusts the authorities that the system trusts, an ssl.SSLContext whom it says.
        `server_hostname` is the name in the certificate, if it is not the host. Raises ConnectError: NotGranted and
        NoBroker are two of its kinds. It takes at most 15 s, and 10 for TLS, from when its turn comes: 16 are made at
        once. A library needs none of this: it connects as it always does.
        """
        streams: Streams = await self._connections("connect").connect(
            host, port, tls=tls, server_hostname=server_hostname
        )
        return streams

    async def connect_udp(self, host: str, port: int) -> DatagramSocket:
        """A UDP socket that sends to and receives from this host and port only, with `send` and `recv`.

        As `connect`, with `[[grants.udp]]` in the manifest.
        """
        sock: DatagramSocket = await self._connections("connect_udp").connect_udp(host, port)
        return sock

    def run(self) -> NoReturn:
        """Runs the provider in this process, against the hub on file descriptor 3, and exits.

        0 after the hub said Stop or went away, or SIGTERM; otherwise one of the EXIT_… codes.
        """
        run(self)


class DatagramSocket:
    """A connected UDP socket. Each `send` is one datagram, and so is what `recv` gives."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def send(self, data: bytes) -> None:
        """Raises ConnectionRefusedError if the other side said that nobody listened for an earlier one."""
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def recv(self, size: int) -> bytes:
        """The next datagram; what is longer than `size` is cut."""
        return await asyncio.get_running_loop().sock_recv(self._socket, size)

    def close(self) -> None:
        """May be called again. Whoever waits for a datagram must be cancelled first."""
        self._socket.close()


async def run_provider(
    provider: Provider,
    sock: socket.socket,
    *,
    broker: socket.socket | None = None,
    logger: logging.Logger | None = None,
    on_sigterm: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Runs the provider until its hub stops it, goes away, or one of its tasks fails; returns the exit code.

    `sock` is the connection to the hub, `broker` the socket on which the hub is asked for connections; without it each
    fails with NoBroker. Closes both. Records of `logger` (the provider's own by default) go to the hub. `monotonic` is
    the clock of the deadlines that the hub gives to writes. A failure is logged, not raised; whatever is raised by the
    SDK itself, and cancellation, passes through. The running loop must be a BrokerEventLoop.
    """
    loop = asyncio.get_running_loop()
    if not isinstance(loop, BrokerEventLoop):
        raise ProviderMistake(f"run_provider runs on a BrokerEventLoop, not on a {type(loop).__name__}")
    sock.setblocking(False)
    network = AsyncioNetwork(loop, broker, monotonic, provider.log)
    run = Run(provider, loop, sock, monotonic, network)
    handler = HubLogHandler(run.conversation, provider.log.name, loop.call_soon_threadsafe)
    logger = logger or provider.log
    provider.attach(run.conversation, network)
    logger.addHandler(handler)
    loop.connect_socket = network.connect_socket
    loop.on_exit = run.on_exit
    loop.set_exception_handler(run.on_loop_exception)
    if on_sigterm:
        loop.add_signal_handler(signal.SIGTERM, run.stop)
    try:
        return await run.run()
    finally:
        if on_sigterm:
            loop.remove_signal_handler(signal.SIGTERM)
        loop.set_exception_handler(None)
        loop.on_exit = None
        loop.connect_socket = None
        network.close()
        sock.close()
        logger.removeHandler(handler)
        provider.attach(None)


class Run(BaseRun):
    """One run of a provider: the face that its conversation sees, and the tasks."""

    PASSING = (asyncio.CancelledError, KeyboardInterrupt)

    def __init__(
        self,
        provider: Provider,
        loop: BrokerEventLoop,
        sock: socket.socket,
        monotonic: Callable[[], float],
        network: AsyncioNetwork,
    ) -> None:
        super().__init__(provider)
        self.monotonic = monotonic
        self.conversation = Conversation(provider, self)
        self._loop = loop
        self._socket = sock
        self._network = network
        self._work: set[asyncio.Task[None]] = set()
        """What the author wrote, and the wait for it to begin."""
        self._failure: BaseException | None = None
        """What the SDK itself raised among the work."""
        self._stop_called = asyncio.Event()
        self._something_to_write = asyncio.Event()
        self._room = asyncio.Event()
        self._held_up = 0
        """Tasks that wait for room, not because their author wanted to."""
        self._ended = False

    # ── the face ──

    def wake_writer(self) -> None:
        self._something_to_write.set()

    async def wait_for_room(self) -> None:
        self._held_up += 1
        try:
            while self.conversation.is_crowded:
                self._room.clear()
                await self._room.wait()
        finally:
            self._held_up -= 1

    async def checkpoint(self) -> None:
        await asyncio.sleep(0)

    # ── the tasks ──

    async def run(self) -> int:
        async with asyncio.TaskGroup() as talking:
            connecting = talking.create_task(self._network.run())
            # Reads until everything is said, so that a request is answered even while the tasks end.
            reading = talking.create_task(self._read_from_hub())
            writing = talking.create_task(self._write_to_hub())
            try:
                await self._stop_called.wait()
            finally:
                await self._end_work()
            with suppress(HubFault):  # it reads nothing, so there is nobody to answer
                self.conversation.finish()
            self._ended = True
            self.wake_writer()
            await asyncio.wait([writing], timeout=FLUSH_TIMEOUT)
            for task in (writing, reading, connecting):
                task.cancel()
        if self._failure is not None:
            raise self._failure
        return self.exit_code

    async def _read_from_hub(self) -> None:
        reads = 0
        while True:
            try:
                data = await self._loop.sock_recv(self._socket, READ_SIZE)
            except OSError:
                data = b""
            actions = self.receive(data)
            if actions is None:
                return
            for action in actions:
                if self.is_ending:
                    break
                match action:
                    case StartWorker(device):
                        self._start(self._work_on(device), "a handler")
                    case Configured():
                        self._start(self._run_tasks(), "the start")
                    case StopAsked():
                        self.stop()
            reads += 1
            if reads % READS_WITHOUT_YIELD == 0:
                await asyncio.sleep(0)

    async def _write_to_hub(self) -> None:
        conversation = self.conversation
        while True:
            while not conversation.has_data_to_send:
                if self._ended:
                    return
                self._something_to_write.clear()
                await self._something_to_write.wait()
            data = conversation.data_to_send()
            if not conversation.is_crowded:
                self._room.set()
            try:
                await self._loop.sock_sendall(self._socket, data)
            except OSError:
                self.stop()
                return

    async def _run_tasks(self) -> None:
        for task in self._provider.tasks:
            self._tasks_left += 1
            self._start(self.run_task(task), f"the task {task.name}")
        await self._wait_until_all_wait()
        self.conversation.ready()

    async def _wait_until_all_wait(self) -> None:
        """Returns when every task, and every task that these started, has come to its first wait.

        That is when the loop would wait: nothing is to be run, no timer is due and nothing was received. A task that
        the SDK holds up has not come to its first wait yet.
        """
        selector = self._loop.selector
        all_wait = self._loop.create_future()
        until = self._loop.time() + TIME_TO_BEGIN
        turns = 2 * TURNS_TO_BEGIN

        def on_turn(loop_waits: bool) -> bool:
            nonlocal turns
            turns -= 1
            is_late = turns <= 0 or self._loop.time() >= until
            if self._held_up or not (loop_waits or is_late):
                return False
            selector.on_turn = None
            if not all_wait.done():
                all_wait.set_result(None)
            return True

        selector.on_turn = on_turn
        try:
            await all_wait
        finally:
            selector.on_turn = None

    async def _work_on(self, device: Device | None) -> None:
        # No handler begins any more once the end was called for.
        while not self.is_ending and (request := self.conversation.next_request(device)) is not None:
            with self.authors_code(f"the handler of the {request.what}"):
                await self._perform(request)

    async def _perform(self, request: Pending) -> None:
        """Carries out one request, and answers it whatever happens."""
        conversation = self.conversation
        answer = conversation.stopped
        scope = asyncio.timeout(request.deadline - self.monotonic())  # the loop's clock may be another one
        try:
            with self._no_stray_cancellation():
                async with scope:
                    answer = await conversation.carry_out(request)
        except Exception as error:
            if isinstance(error, TimeoutError) and scope.expired():
                answer = conversation.expired(request)
            else:
                answer = conversation.judge(request, error)
        finally:
            conversation.answer(request, answer)

    def _start(self, work: Coroutine[Any, Any, None], whose: str) -> None:
        task = self._loop.create_task(work, name=whose)
        self._work.add(task)
        task.add_done_callback(self._on_work_done)

    def _on_work_done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self.stop()

    @contextmanager
    def authors_code(self, whose: str) -> Iterator[None]:
        with super().authors_code(whose), self._no_stray_cancellation():
            yield

    @contextmanager
    def _no_stray_cancellation(self) -> Iterator[None]:
        """On asyncio whatever a task awaits may have been cancelled. That is a failure and does not end it quietly."""
        try:
            yield
        except asyncio.CancelledError as error:
            if self.is_ending:
                raise
            raise RuntimeError("what it waited for was cancelled") from error

    # ── how it ends ──

    def cancel_work(self) -> None:
        self._stop_called.set()

    async def _end_work(self) -> None:
        """Cancels what the author wrote, and waits for it as long as there is time."""
        self.is_ending = True  # also if this run itself was cancelled
        for patience in (CLEAN_UP_TIMEOUT, SECOND_TIMEOUT):
            for task in self._work:
                task.cancel()
            if self._work:
                await asyncio.wait(self._work, timeout=patience)
        for task in self._work:
            say(
                self._provider.id,
                f"{task.get_name()} goes on although it was cancelled, and is left behind",
            )

    def on_exit(self, leave: SystemExit) -> bool:
        """A task that some other code has started leaves the program."""
        self.end(*exit_of(leave, "a task"))
        return True

    def on_loop_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaited has failed. It is logged, as on every loop, unless it is a way to end the provider."""
        error = context.get("exception")
        if error is not None and any(holds(error, kind) for kind in (MemoryError, DoNotRestart)):
            self.end(*exit_of(error, "a task"))
        else:
            loop.default_exception_handler(context)


class AsyncioNetwork:
    """Connections through the broker, on asyncio. While `run` runs it reads every answer, also those nobody waits for."""

    def __init__(
        self,
        loop: BrokerEventLoop,
        sock: socket.socket | None,
        monotonic: Callable[[], float],
        log: logging.Logger,
    ) -> None:
        self._loop = loop
        self._socket = sock
        self._monotonic = monotonic
        self._something_to_send = asyncio.Event()
        self._client = BrokerClient(monotonic, self._something_to_send.set, log)
        self._trusting: ssl.SSLContext | None = None
        if sock is None:
            self._client.close(NO_BROKER)
        else:
            sock.setblocking(False)

    async def run(self) -> None:
        """Until the broker goes away."""
        if self._socket is None:
            return
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send(self._socket))
            await self._receive(self._socket)
            sending.cancel()

    def close(self) -> None:
        self._client.close()
        if self._socket is not None:
            self._socket.close()

    async def _receive(self, sock: socket.socket) -> None:
        while True:
            try:
                answer = read_answer(sock)
            except BlockingIOError:
                await self._ready(sock, self._loop.add_reader, self._loop.remove_reader)
                continue
            except OSError:
                answer = None
            if answer is None:
                self._client.close()
                return
            self._client.receive_answer(answer)
            await asyncio.sleep(0)

    async def _send(self, sock: socket.socket) -> None:
        while True:
            while not self._client.has_data_to_send:
                self._something_to_send.clear()
                await self._something_to_send.wait()
            data = self._client.data_to_send()
            while True:
                try:
                    sock.send(data)
                except BlockingIOError:
                    await self._ready(sock, self._loop.add_writer, self._loop.remove_writer)
                except OSError:
                    self._client.close()
                    return
                else:
                    break

    async def _ready(
        self, sock: socket.socket, add: Callable[..., object], remove: Callable[[socket.socket], object]
    ) -> None:
        """Returns when the socket can be read or written."""
        ready = asyncio.Event()
        add(sock, ready.set)
        try:
            await ready.wait()
        finally:
            remove(sock)

    async def connect_socket(self, protocol: Protocol, host: str, port: int) -> socket.socket:
        # A loop that tries again and again lets others run, whatever it is told.
        await asyncio.sleep(0)
        changed = asyncio.Event()
        request = self._client.ask(protocol, host, port, changed.set)
        try:
            while not request.is_done:
                changed.clear()
                # The turn has come, or the answer; or the deadline, which is on the client's clock.
                left = max(0.0, request.deadline - self._monotonic())
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if left == float("inf") else left):
                        await changed.wait()
                self._client.expire(request)
            sock = request.take()
        finally:
            self._client.withdraw(request)
        self._loop.forget_closed(sock.fileno())
        return sock

    async def connect_udp(self, host: str, port: int) -> DatagramSocket:
        return DatagramSocket(await self.connect_socket("udp", host, port))

    async def connect(self, host: str, port: int, *, tls: object, server_hostname: str | None) -> Streams:
        context = None if tls is False else self._context(tls)
        sock = await self.connect_socket("tcp", host, port)
        name = server_hostname or host.removesuffix(".")
        scope = asyncio.timeout(None if context is None else TLS_TIMEOUT)
        try:
            async with scope:
                return await asyncio.open_connection(
                    sock=sock, ssl=context, server_hostname=None if context is None else name
                )
        except BaseException as error:
            self._close(sock)
            if context is None or not isinstance(error, OSError | ValueError):
                raise
            took_too_long = isinstance(error, TimeoutError) and scope.expired()
            raise tls_error(host, port, None if took_too_long else error, context, name) from error

    def _close(self, sock: socket.socket) -> None:
        """Closes what may have a transport by now, which then is over too."""
        if (descriptor := sock.fileno()) >= 0:
            sock.close()
            self._loop.forget_closed(descriptor)

    def _context(self, tls: object) -> ssl.SSLContext:
        if tls is not True:
            return context_for(tls)
        if self._trusting is None:
            self._trusting = context_for(True)  # reads a hundred certificates
        return self._trusting


# ── the process ──


def run(provider: Provider) -> NoReturn:
    """Runs the provider as this process, and exits. See `Provider.run`."""

    def main(sock: socket.socket) -> int:
        watch = BlockedLoopWatch(provider.id)
        with watching_alarm(watch) as is_watching:
            loop = BrokerEventLoop(watch if is_watching else None)
            try:
                code = loop.run_until_complete(
                    run_provider(
                        provider, sock, broker=open_broker(), logger=logging.getLogger(), on_sigterm=True
                    )
                )
            finally:
                close_loop(loop)
        if threads_go_on():
            say(provider.id, "a thread goes on, and is left behind")
            flush_output()
            os._exit(code)
        return code

    run_process(provider, main)


def close_loop(loop: BrokerEventLoop) -> None:
    """Gives what libraries left running a moment to end, and closes the loop."""
    loop.on_exit = lambda leave: True
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=SECOND_TIMEOUT))
    loop.run_until_complete(
        asyncio.wait([loop.create_task(loop.shutdown_asyncgens())], timeout=SECOND_TIMEOUT)
    )
    loop.close()


def threads_go_on() -> bool:
    """Whether there are threads for which the interpreter would wait, perhaps for ever."""
    until = time.monotonic() + CLEAN_UP_TIMEOUT
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                return True
    return False
