"""Runs a provider on trio. The only module of the SDK that imports trio.

`run_provider` works over any trio stream, so that a test gives it one end of a memory stream and the virtual clock;
`run` is the whole process: file descriptors 3 and 4, SIGTERM, the log, the exit code. The conversation itself is in
`conversation.py`, asking for connections in `broker.py`; here are a task that reads and one that writes for each of the
two, and the provider's own tasks between them.
"""

from __future__ import annotations

import logging
import signal
import socket
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import trio

from igloo_provider.broker import NO_BROKER, BrokerClient, open_broker, read_answer
from igloo_provider.conversation import Configured, Conversation, Pending, StartWorker, StopAsked
from igloo_provider.errors import HubFault
from igloo_provider.process import (
    FLUSH_TIMEOUT,
    READ_SIZE,
    READS_WITHOUT_YIELD,
    TIME_TO_BEGIN,
    TURNS_TO_BEGIN,
    BaseRun,
    BlockedLoopWatch,
    HubLogHandler,
    run_process,
    watching_alarm,
)
from igloo_provider.tls import TLS_TIMEOUT, context_for, tls_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from igloo_provider.broker import Protocol
    from igloo_provider.conversation import Device
    from igloo_provider.provider import Provider

Stream = trio.SocketStream
"""What `provider.connect` gives on trio; with `tls` and for UDP the two below."""
TlsStream = trio.SSLStream[trio.SocketStream]
DatagramSocket = trio.socket.SocketType


async def run_provider(
    provider: Provider,
    stream: trio.abc.Stream,
    *,
    broker: socket.socket | None = None,
    logger: logging.Logger | None = None,
    on_sigterm: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Runs the provider until its hub stops it, goes away, or one of its tasks fails; returns the exit code.

    `broker` is the socket on which the hub is asked for connections; without it each fails with NoBroker. Closes it
    and the stream. Records of `logger` (the provider's own by default) go to the hub. `monotonic` is the clock of
    the deadlines that the hub gives to writes; a test on the virtual clock gives `trio.current_time`. A failure is
    logged, not raised; whatever is raised by the SDK itself, and cancellation, passes through.
    """
    network = TrioNetwork(broker, monotonic, provider.log)
    run = Run(provider, stream, monotonic, network)
    token = trio.lowlevel.current_trio_token()
    handler = HubLogHandler(run.conversation, provider.log.name, token.run_sync_soon)
    logger = logger or provider.log
    provider.attach(run.conversation, network)
    logger.addHandler(handler)
    try:
        async with stream:
            return await run.run(on_sigterm)
    finally:
        network.close()
        logger.removeHandler(handler)
        provider.attach(None)


class Run(BaseRun):
    """One run of a provider: the face that its conversation sees, and the tasks."""

    PASSING = (trio.Cancelled, KeyboardInterrupt)

    def __init__(
        self,
        provider: Provider,
        stream: trio.abc.Stream,
        monotonic: Callable[[], float],
        network: TrioNetwork,
    ) -> None:
        super().__init__(provider)
        self.monotonic = monotonic
        self.conversation = Conversation(provider, self)
        self._stream = stream
        self._network = network
        self._work_scope = trio.CancelScope()
        self._writer_parked = trio.lowlevel.ParkingLot()
        self._room_parked = trio.lowlevel.ParkingLot()
        self._held_up = 0
        """Tasks that wait for room, not because their author wanted to."""
        self._ended = False

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
            reading.start_soon(self._network.run)
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
            actions = self.receive(data)
            if actions is None:
                return
            for action in actions:
                if self.is_ending:
                    break
                match action:
                    case StartWorker(device):
                        work.start_soon(self._work_on, device)
                    case Configured():
                        work.start_soon(self._run_tasks, work)
                    case StopAsked():
                        self.stop()
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
                self.stop()
                return

    async def _run_tasks(self, work: trio.Nursery) -> None:
        for task in self._provider.tasks:
            self._tasks_left += 1
            work.start_soon(self.run_task, task)
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

    async def _work_on(self, device: Device | None) -> None:
        # No handler begins any more once the end was called for.
        while not self.is_ending and (request := self.conversation.next_request(device)) is not None:
            with self.authors_code(f"the handler of the {request.what}"):
                await self._perform(request)

    async def _perform(self, request: Pending) -> None:
        """Carries out one request, and answers it whatever happens."""
        conversation = self.conversation
        answer = conversation.stopped
        try:
            left = request.deadline - self.monotonic()  # trio's clock is another one
            with trio.CancelScope(deadline=trio.current_time() + left) as scope:
                answer = await conversation.carry_out(request)
            if scope.cancelled_caught:
                answer = conversation.expired(request)
        except Exception as error:
            answer = conversation.judge(request, error)
        finally:
            conversation.answer(request, answer)

    async def _wait_for_sigterm(self) -> None:
        with trio.open_signal_receiver(signal.SIGTERM) as signals:
            async for _ in signals:
                self.stop()

    # ── how it ends ──

    def cancel_work(self) -> None:
        self._work_scope.cancel()


class TrioNetwork:
    """Connections through the broker, on trio. While `run` runs it reads every answer, also those nobody waits for."""

    def __init__(
        self, sock: socket.socket | None, monotonic: Callable[[], float], log: logging.Logger
    ) -> None:
        self._socket = sock
        self._monotonic = monotonic
        self._sender_parked = trio.lowlevel.ParkingLot()
        self._client = BrokerClient(monotonic, self._sender_parked.unpark, log)
        self._trusting: ssl.SSLContext | None = None
        if sock is None:
            self._client.close(NO_BROKER)
        else:
            sock.setblocking(False)

    async def run(self) -> None:
        """Until the broker goes away."""
        if self._socket is None:
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._send, self._socket)
            await self._receive(self._socket)
            nursery.cancel_scope.cancel()

    def close(self) -> None:
        self._client.close()
        if self._socket is not None:
            self._socket.close()

    async def _receive(self, sock: socket.socket) -> None:
        while True:
            try:
                answer = read_answer(sock)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(sock)
                continue
            except OSError:
                answer = None
            if answer is None:
                self._client.close()
                return
            self._client.receive_answer(answer)
            await trio.lowlevel.checkpoint()

    async def _send(self, sock: socket.socket) -> None:
        while True:
            while not self._client.has_data_to_send:
                await self._sender_parked.park()
            data = self._client.data_to_send()
            while True:
                try:
                    sock.send(data)
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(sock)
                except OSError:
                    self._client.close()
                    return
                else:
                    break

    async def connect_socket(self, protocol: Protocol, host: str, port: int) -> socket.socket:
        # A loop that tries again and again lets others run, whatever it is told.
        await trio.lowlevel.checkpoint()
        parked = trio.lowlevel.ParkingLot()
        request = self._client.ask(protocol, host, port, parked.unpark_all)
        try:
            while not request.is_done:
                # The turn has come, or the answer; or the deadline, which is on the client's clock.
                with trio.move_on_after(max(0.0, request.deadline - self._monotonic())):
                    await parked.park()
                self._client.expire(request)
            return request.take()
        finally:
            self._client.withdraw(request)

    async def connect_udp(self, host: str, port: int) -> DatagramSocket:
        return trio.socket.from_stdlib_socket(await self.connect_socket("udp", host, port))

    async def connect(
        self, host: str, port: int, *, tls: object, server_hostname: str | None
    ) -> Stream | TlsStream:
        context = None if tls is False else self._context(tls)
        sock = await self.connect_socket("tcp", host, port)
        stream = trio.SocketStream(trio.socket.from_stdlib_socket(sock))
        if context is None:
            return stream
        name = server_hostname or host.removesuffix(".")
        try:
            secure = trio.SSLStream(stream, context, server_hostname=name)
            with trio.move_on_after(TLS_TIMEOUT) as scope:
                await secure.do_handshake()
            if scope.cancelled_caught:
                raise tls_error(host, port, None, context, name)
        except (trio.BrokenResourceError, ssl.SSLError, ValueError) as error:
            stream.socket.close()
            raise tls_error(host, port, error, context, name) from error
        except BaseException:
            stream.socket.close()
            raise
        return secure

    def _context(self, tls: object) -> ssl.SSLContext:
        if tls is not True:
            return context_for(tls)
        if self._trusting is None:
            self._trusting = context_for(True)  # reads a hundred certificates
        return self._trusting


class OthersSteps(trio.abc.Instrument):
    """Counts the steps of all tasks but one."""

    def __init__(self, own: trio.lowlevel.Task) -> None:
        self._own = own
        self.count = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.count += task is not self._own


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


class TrioWatch(BlockedLoopWatch, trio.abc.Instrument):
    """The watch as trio's instrument."""


def run(provider: Provider) -> NoReturn:
    """Runs the provider as this process, and exits. See `Provider.run`."""

    def main(sock: socket.socket) -> int:
        broker = open_broker()

        async def over_wire() -> int:
            return await run_provider(
                provider, WireSocket(sock), broker=broker, logger=logging.getLogger(), on_sigterm=True
            )

        watch = TrioWatch(provider.id)
        with watching_alarm(watch) as is_watching:
            return trio.run(over_wire, instruments=[watch] if is_watching else [])

    run_process(provider, main)
