"""One provider's byte stream joined to its session and to the tree. The only file that reads a peer's socket.

Works in batches, because wake-ups are what costs: one read of up to 64 KiB is decoded in one call, goes to the tree
in one piece and wakes each subscriber once; nothing here awaits per message. One task owns the writing side, and
everybody else appends to a queue that is bounded in bytes.
"""

import math
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

import attrs
import trio

from igloo_hub.errors import ProtocolViolation, ProviderSilent, RequestRefused
from igloo_hub.ids import DeviceIndex, EntityIndex, RequestId
from igloo_hub.session import (
    MISSED_PINGS,
    PING_INTERVAL,
    Answered,
    Event,
    Outcome,
    Rejected,
    Reported,
    RequestEnd,
    Session,
    State,
)
from igloo_hub.tree import Attachment
from igloo_hub.tree_actor import Batch, TreeHandle
from igloo_wire import Component, Decoder, Direction, Message, WireError

READ_SIZE = 65536
"""A socket's buffer is about three times as large; more in one go would only make others wait longer."""

READS_BEFORE_YIELD = 4
"""At 64 KiB a read, about a millisecond of work, after which the other providers have their turn."""

OUTGOING_LIMIT = 1 << 20
"""Bytes that may wait for one provider. One that lets more pile up does not read."""

SEND_TIMEOUT = 30.0
"""Seconds for one send to a provider that has stopped reading. As long as a missed heartbeat takes."""

LAST_WORDS = 0.5
"""Seconds for telling a provider why it is being cut off."""

READY_TIMEOUT = 10.0
"""Seconds from the connection's start to Ready."""


class ByteStream(Protocol):
    """What a connection needs of a transport; trio's streams have it, memory streams included."""

    async def receive_some(self, max_bytes: int) -> bytes | bytearray: ...
    async def send_all(self, data: bytes) -> None: ...


class SocketByteStream:
    """A non-blocking socket that is tried first and waited for only when it has nothing.

    A third of the cost of trio.SocketStream on a busy connection, which is why it may return without a checkpoint:
    who reads in a loop must yield. Does not own the socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    async def receive_some(self, max_bytes: int) -> bytes:
        """b"" at the end of the stream, also when the peer was torn down."""
        while True:
            try:
                return self._socket.recv(max_bytes)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)
            except OSError:
                return b""

    async def send_all(self, data: bytes) -> None:
        """Raises trio.BrokenResourceError when the peer is gone. After a cancellation, part of `data` may be sent."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._socket)
            except OSError as error:
                raise trio.BrokenResourceError from error


@attrs.define
class Waiting:
    """Somebody who waits for the end of a request."""

    end: RequestEnd = RequestEnd(Outcome.TIMED_OUT)  # noqa: RUF009 - frozen
    answered: trio.Event = attrs.field(factory=trio.Event)

    def answer(self, end: RequestEnd) -> None:
        self.end = end
        self.answered.set()


class Connection:
    """A session running over a stream.

    `on_event` is told all that is not for the tree, synchronously and in order.
    """

    def __init__(
        self,
        stream: ByteStream,
        session: Session,
        attachment: Attachment,
        tree: TreeHandle,
        on_event: Callable[[Event], None],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._session = session
        self._attachment = attachment
        self._tree = tree
        self._on_event = on_event
        self._clock = clock
        self._monotonic = monotonic
        self._ended = False
        self._throttled_at = -math.inf
        self._waiting: dict[RequestId, Waiting] = {}
        self._outgoing = bytearray()
        self._something_to_send = trio.Event()
        self._all_sent = trio.Event()
        self._ready = trio.Event()

    async def run(self) -> None:
        """Talks until the provider closes its end, and returns then.

        Raises (in an ExceptionGroup) ProtocolViolation or ProviderSilent. When it ends nothing of it is running.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write)
            nursery.start_soon(self._expect_ready)
            nursery.start_soon(self._heartbeat)
            self._flush()
            try:
                await self._read()
            finally:
                self._ended = True
                for waiting in self._waiting.values():
                    waiting.answer(RequestEnd(Outcome.NOT_RUNNING))
            nursery.cancel_scope.cancel()

    async def write(
        self, device: DeviceIndex, entity: EntityIndex, components: tuple[Component, ...], timeout: float
    ) -> RequestEnd:
        """Asks the provider for a write and waits for its end, at most `timeout` seconds.

        The provider is told the deadline, so that it doesn't begin after that. A cancelled caller has asked all the
        same: the write may still happen.
        """
        return await self._request(
            lambda deadline: self._session.write(device, entity, components, deadline), timeout
        )

    async def custom(
        self,
        name: str,
        device: DeviceIndex | None,
        entity: EntityIndex | None,
        parameters: Mapping[str, Any],
        timeout: float,
    ) -> RequestEnd:
        """Asks the provider for a custom command, as `write` asks for a write."""
        return await self._request(
            lambda deadline: self._session.custom(name, device, entity, parameters, deadline), timeout
        )

    async def _request(self, ask: Callable[[float], RequestId], timeout: float) -> RequestEnd:
        if self._ended:
            return RequestEnd(Outcome.NOT_RUNNING)
        if len(self._outgoing) > OUTGOING_LIMIT:
            return RequestEnd(Outcome.REFUSED, "the provider does not read what it is told")
        try:
            request = ask(self._monotonic() + timeout)
        except RequestRefused as error:
            return RequestEnd(Outcome.REFUSED, str(error))
        self._flush()
        waiting = self._waiting[request] = Waiting()
        try:
            with trio.move_on_after(timeout):
                await waiting.answered.wait()
            return waiting.end
        finally:
            del self._waiting[request]
            self._session.forget(request)

    def stop(self, reason: str) -> None:
        """Asks the provider to end itself; `run` returns when it has."""
        self._session.stop(reason)
        self._flush()

    def _flush(self) -> None:
        if data := self._session.data_to_send():
            self._outgoing += data
            self._all_sent = trio.Event()
            self._something_to_send.set()

    def _tell(self, answers: list[Message]) -> None:
        self._session.tell(answers)
        self._flush()

    async def _read(self) -> None:
        decoder = Decoder(Direction.PROVIDER_TO_HUB)
        reads = 0
        while data := await self._stream.receive_some(READ_SIZE):
            skipped = decoder.skipped
            try:
                messages, fault = decoder.feed(data), None
            except WireError as error:
                messages, fault = list(error.messages), error
            try:
                events = self._session.receive(messages)
                if decoder.skipped > skipped:
                    self._session.skip(decoder.skipped_ids)
                await self._handle(events)
                if fault is not None:
                    raise ProtocolViolation(f"sent what can't be decoded: {fault}")
            except ProtocolViolation as violation:
                await self._handle(violation.events)
                with trio.move_on_after(LAST_WORDS):
                    await self._all_sent.wait()
                raise
            pause = self._session.throttle(
                messages, len(data), decoder.skipped - skipped, trio.current_time()
            )
            if pause:
                # Its pongs wait behind the pause, too. Who talks too much doesn't hang.
                self._throttled_at = trio.current_time() + pause
                await trio.sleep(pause)
            reads += 1
            if reads % READS_BEFORE_YIELD == 0:
                await trio.lowlevel.checkpoint()

    async def _handle(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Reported(reports):
                    await self._tree.post(Batch(self._attachment, reports, self._clock(), self._tell))
                case Rejected(reason):
                    raise ProtocolViolation(f"rejected this hub: {reason}")
                case Answered(request, end):
                    if (waiting := self._waiting.get(request)) is not None:
                        waiting.answer(end)
                case _:
                    self._on_event(event)
        self._flush()
        # All that makes the queue grow without end is answers to what is read here.
        if len(self._outgoing) > OUTGOING_LIMIT:
            raise ProviderSilent(f"does not read what it is told: {len(self._outgoing):,} bytes wait for it")
        if self._session.state is State.READY:
            self._ready.set()

    async def _write(self) -> None:
        while True:
            await self._something_to_send.wait()
            data, self._outgoing = bytes(self._outgoing), bytearray()
            self._something_to_send = trio.Event()
            with trio.move_on_after(SEND_TIMEOUT) as scope:
                try:
                    await self._stream.send_all(data)
                except trio.BrokenResourceError:
                    return  # it is gone: the reading side sees the end and says so
            if scope.cancelled_caught:
                raise ProviderSilent(f"has not read what it was told for {SEND_TIMEOUT:g} s")
            if not self._outgoing:
                self._all_sent.set()

    async def _expect_ready(self) -> None:
        with trio.move_on_after(READY_TIMEOUT):
            await self._ready.wait()
            return
        if self._session.state is State.AWAITING_HELLO:
            raise ProviderSilent(f"did not say hello within {READY_TIMEOUT:g} s")
        if self._session.state is State.AWAITING_READY:
            raise ProviderSilent(f"was not ready within {READY_TIMEOUT:g} s")

    async def _heartbeat(self) -> NoReturn:
        await self._ready.wait()
        while True:
            await trio.sleep(PING_INTERVAL)
            if trio.current_time() - self._throttled_at < PING_INTERVAL:
                continue
            if not self._session.ping():
                raise ProviderSilent(f"hangs: it answered none of the last {MISSED_PINGS} pings")
            self._flush()
