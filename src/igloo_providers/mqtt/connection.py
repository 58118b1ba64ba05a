"""One connection to an MQTT broker, from the login to its end: paho makes and reads the packets, trio moves the bytes.

Knows nothing of discovery, of devices, or of the hub: whoever has a stream says what is done with a message, and what
is done as long as there is a connection.

TLS is the stream's (`provider.connect(…, tls=…)`), and so is everything that has to do with time: a test runs all of
this over a memory stream on the virtual clock.
"""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Final, NamedTuple, NoReturn

import trio
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from igloo_providers.mqtt.errors import shorten, shown
from igloo_providers.mqtt.packets import (
    CONNACK,
    KEEPALIVE,
    PINGREQ_BYTES,
    PINGRESP,
    PUBLISH,
    UNANSWERED,
    V5,
    Fault,
    Login,
    OtherVersion,
    PacketMaker,
    Pipe,
    Splitter,
    body_of,
    name_of,
    read_length,
)

READ_SIZE: Final = 64 << 10
MESSAGES_WITHOUT_YIELD: Final = 32
"""At some 0.3 ms for a new config, that is 10 ms before other tasks run."""
UNSENT: Final = 64 << 10
"""Bytes that the MQTT broker has not read when nothing more is said to it."""
FILTERS: Final = 250
"""In one SUBSCRIBE. The retained messages of so many topics are far from what overruns Mosquitto's queue, which holds
1000 messages (`max_queued_messages`) and drops the rest without a word."""

LOGIN_TIMEOUT: Final = 10.0
SILENCE: Final = 50.0
"""Seconds without a byte, though pinged after 30 at the latest, until a connection counts as lost."""
LONGEST_ANSWER: Final = 600.0
"""Seconds of waiting in which a ping must be answered, whatever else comes meanwhile: ten thousand configs come in two.
What we take ourselves to work through what came is not counted."""
ANSWER_TIMEOUT: Final = 1.0
"""Seconds without a byte after which a ping is sent again. Mosquitto drops its answers too when its queue is full."""
FLUSH_TIMEOUT: Final = 0.5
"""Seconds for saying goodbye."""

BROKEN: Final = (trio.BrokenResourceError, trio.ClosedResourceError, OSError)
"""What a stream raises when it is over. An SSLError is an OSError."""


class Message(NamedTuple):
    topic: str
    payload: bytes
    is_retained: bool
    """It was kept by the MQTT broker for those who subscribe later, and is no news."""


Deliver = Callable[[Message], Awaitable[None]]


class NotTaken(Exception):
    """The MQTT broker did not take a message; the sentence says why."""


class Subscribed(NamedTuple):
    """How a subscription went."""

    refused: list[str]
    is_whole: bool
    """Every answer came. Mosquitto drops answers too when its queue for us is full, and then messages with them."""


class Answer:
    """An acknowledgement that somebody waits for: the codes in it, or the fault that ended the connection."""

    __slots__ = ("codes", "fault", "is_there")

    def __init__(self) -> None:
        self.is_there = trio.Event()
        self.codes: list[ReasonCode] = []
        self.fault: Fault | None = None


class Connection:
    """From the login to the end of one connection. One use only."""

    def __init__(
        self,
        stream: trio.abc.Stream,
        login: Login,
        deliver: Deliver,
        *,
        version: MQTTProtocolVersion = V5,
        on_skipped: Callable[[int, str], None] = lambda size, topic: None,
    ) -> None:
        self._stream = stream
        self._login = login
        self._deliver = deliver
        self._version = version
        self._on_skipped = on_skipped
        self._pipe = Pipe()
        self._splitter = Splitter()
        self._maker = PacketMaker(self._pipe, login, version)
        self._maker.on_connect = self._on_connect
        self._maker.on_disconnect = self._on_disconnect
        self._maker.on_subscribe = self._on_answer
        self._maker.on_publish = self._on_answer
        self._answers: dict[int, Answer] = {}
        self._pong: Answer | None = None
        self._ping_lock = trio.Lock()
        self._places = trio.CapacityLimiter(UNANSWERED)
        self._is_accepted = False
        self._fault: Fault | None = None
        self._keepalive = float(KEEPALIVE)
        self._last_byte = trio.current_time()
        self._unanswered = math.inf
        """Seconds that were waited for bytes since the ping that is under way; infinity: none is."""
        self._subscribing = 0
        self._asked: dict[int, list[str]] = {}
        """The topics of each SUBSCRIBE that is not answered yet, by its number."""
        self._writer = trio.lowlevel.ParkingLot()
        self._room = trio.lowlevel.ParkingLot()
        self.began = math.inf
        """When the MQTT broker accepted the login, in seconds of trio's clock."""

    async def run(self, work: Callable[[Connection], Awaitable[None]]) -> NoReturn:
        """Logs in and runs `work` beside until the connection ends, which raises Fault. Closes the stream.

        What else `work` or `deliver` raises passes through, in a group.
        """
        try:
            async with self._stream:
                try:
                    async with trio.open_nursery() as nursery:
                        self._maker.say_hello(self._login.where, self._version)
                        nursery.start_soon(self._write)
                        with trio.move_on_after(LOGIN_TIMEOUT) as login_scope:
                            await nursery.start(self._read)
                        if login_scope.cancelled_caught:
                            raise Fault("login", f"{self._login.where} did not answer the login")
                        nursery.start_soon(self._keep_alive)
                        await work(self)
                        await trio.sleep_forever()
                finally:
                    await self._say_goodbye()
        except BaseExceptionGroup as group:
            faults, others = group.split(Fault)
            if faults is None or others is not None:
                raise
            self._fault = first_of(faults)
            raise self._fault from None
        finally:
            self._end()
        raise AssertionError("a connection ends only by an exception")

    @property
    def where(self) -> str:
        """The MQTT broker, for a sentence."""
        return self._login.where

    # ── what its users do ──

    async def subscribe(self, filters: Sequence[str]) -> Subscribed:
        """Subscribes, and returns when what is retained there has been delivered.

        The MQTT broker answers in order, so the ping behind the last SUBSCRIBE is answered behind the last message
        that it had to send for it.
        """
        refused: list[str] = []
        is_whole = True
        for first in range(0, len(filters), FILTERS):
            some = list(filters[first : first + FILTERS])
            await self._wait_for_room()
            number = self._maker.ask_for(some, self._version)
            answer = self._expect(number)
            self._subscribing += 1
            self._asked[number or 0] = some
            try:
                is_whole &= await self.catch_up()
            finally:
                self._subscribing -= 1
                self._asked.pop(number or 0, None)
                self._answers.pop(number or 0, None)
            is_whole &= answer.is_there.is_set()
            refused += [topic for topic, code in zip(some, answer.codes, strict=False) if code.value >= 0x80]
        return Subscribed(refused, is_whole)

    async def unsubscribe(self, filters: Sequence[str]) -> None:
        for first in range(0, len(filters), FILTERS):
            await self._wait_for_room()
            self._maker.unsubscribe(list(filters[first : first + FILTERS]))
            self._writer.unpark()

    async def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Hands a message to the MQTT broker and returns when it has it. Raises NotTaken, and Fault when the
        connection ends before.

        Cancelled before it was sent, it is not sent any more: nothing waits in a queue of paho's.
        """
        async with self._places:
            await self._wait_for_room()
            try:
                info: MQTTMessageInfo = self._maker.publish(topic, payload, qos=1, retain=retain)
            except ValueError as error:
                raise NotTaken(f"nothing can be published on {shorten(topic)}: {error}") from None
            answer = self._expect(info.mid)
            try:
                await answer.is_there.wait()
            finally:
                self._answers.pop(info.mid, None)
        if answer.fault is not None:
            raise answer.fault
        for code in answer.codes:
            if code.value == 0x10 and not retain:
                raise NotTaken(f"nobody listens on {shown(topic)}: the device's bridge is not running")
            if code.value in (0x87, 0x97):
                raise NotTaken(f"{self._login.where} lets {self._who} publish nothing on {shown(topic)}")
            if code.value >= 0x80:
                raise NotTaken(f"{self._login.where} did not take the message on {shown(topic)}: {code}")

    async def catch_up(self) -> bool:
        """Returns when everything that the MQTT broker had sent before now was delivered; False if it took more than
        one ping. Only one is under way at a time, or an answer could be taken for another's.
        """
        async with self._ping_lock:
            self._unanswered = 0.0
            try:
                for attempt in count():
                    self._raise_if_ended()
                    self._pong = pong = Answer()
                    self._pipe.written += PINGREQ_BYTES
                    self._writer.unpark()
                    asked = trio.current_time()
                    # The limit is on silence, not on the time it takes: thousands of messages may come first.
                    while (until := max(asked, self._last_byte) + ANSWER_TIMEOUT) > trio.current_time():
                        with trio.move_on_at(until):
                            await pong.is_there.wait()
                        if pong.fault is not None:
                            raise pong.fault
                        if pong.is_there.is_set():
                            return attempt == 0
                    # Dropped, or nobody is there any more: then _read ends the connection after a longer silence.
            finally:
                self._unanswered = math.inf
        raise AssertionError("there is always another ping")

    # ── the tasks ──

    async def _read(self, task_status: trio.TaskStatus[None]) -> NoReturn:
        silence = 0.0
        """Seconds that were waited since the last whole packet: single bytes are no sign of life."""
        while True:
            began = trio.current_time()
            with trio.move_on_after(SILENCE - silence) as scope:
                try:
                    data = await self._stream.receive_some(READ_SIZE)
                except BROKEN as error:
                    raise self._ended(error) from None
            waited = trio.current_time() - began
            silence += waited
            if not math.isinf(self._unanswered):
                self._unanswered += waited
            if scope.cancelled_caught:
                raise self._slow(f"has been silent for {silence:.0f} s")
            if not data:
                raise self._ended()
            acknowledge_at_once(self._stream)
            was_accepted = self._is_accepted
            self._last_byte = trio.current_time()
            if self._splitter.is_skipping:
                silence = 0.0
            for number, packet in enumerate(self._splitter.feed(data), 1):
                silence = 0.0
                await self._take(packet)
                if number % MESSAGES_WITHOUT_YIELD == 0:
                    await trio.lowlevel.checkpoint()
            for size, topic in self._splitter.skipped:
                self._on_skipped(size, topic)
            self._splitter.skipped.clear()
            if self._is_accepted and not was_accepted:
                task_status.started()
            if LONGEST_ANSWER <= self._unanswered < math.inf:
                raise self._slow(f"has not answered for {self._unanswered:.0f} s, though it sends something")

    async def _take(self, packet: bytes) -> None:
        kind = packet[0] & 0xF0
        if not self._is_accepted:
            self._check_connack(packet)
        elif kind == PUBLISH:
            if packet[0] & 0x06:
                # Everything was asked for with 0, and paho would keep one of 2 for as long as it is not released.
                raise Fault(
                    "protocol", f"{self._login.where} sent a message with a quality that nobody asked for"
                )
            # Nearly everything that comes, and paho would make six objects and a dictionary of each.
            if (message := self._read_publication(packet)) is not None:
                await self._deliver(message)
            return
        if kind == PINGRESP and self._pong is not None:
            pong, self._pong = self._pong, None
            pong.is_there.set()
            return
        self._pipe.put(packet)
        try:
            result = self._maker.loop_read()
        except Exception as error:
            # paho's decoder meets what no MQTT broker should send. Our own callbacks only store.
            raise Fault(
                "protocol", f"{self._login.where} sent what is not MQTT: {reason_of(error)}"
            ) from None
        if self._fault is not None:
            raise self._fault
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise Fault("protocol", f"{self._login.where} sent what is not MQTT: {result.name}")
        self._maker.loop_write()
        if self._pipe.written:
            self._writer.unpark()

    async def _write(self) -> None:
        while True:
            while not self._pipe.written:
                await self._writer.park()
            data = bytes(self._pipe.written)
            self._pipe.written.clear()
            try:
                await self._stream.send_all(data)
            except BROKEN:
                return  # the reader finds out why
            self._room.unpark_all()

    async def _keep_alive(self) -> None:
        while True:
            await trio.sleep(self._keepalive / 2)
            await self.catch_up()

    async def _say_goodbye(self) -> None:
        if not self._is_accepted or self._fault is not None:
            return
        self._pipe.written.clear()
        self._maker.disconnect()
        deadline = trio.current_time() + FLUSH_TIMEOUT
        with suppress(*BROKEN), trio.CancelScope(shield=True, deadline=deadline):
            await self._stream.send_all(bytes(self._pipe.written))

    # ── what paho says ──

    def _on_connect(
        self,
        client: Client,
        data: object,
        flags: ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if code.value == 0:
            self._is_accepted = True
            self.began = trio.current_time()
            keepalive = getattr(properties, "ServerKeepAlive", 0)
            if keepalive:
                self._keepalive = min(self._keepalive, float(keepalive))
        else:
            self._fault = self._login_fault(code)

    def _on_disconnect(
        self,
        client: Client,
        data: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if not flags.is_disconnect_packet_from_server:
            return
        words = getattr(properties, "ReasonString", "") or str(code)
        if code.value == 0x8E:
            self._fault = self._taken_over()
        elif code.value == 0x8B:
            self._fault = Fault("connection", f"{self._login.where} is shutting down")
        else:
            self._fault = Fault(
                "connection",
                f"{self._login.where} ended it{self._when}: {words}",
                is_lasting=code.value in (0x87, 0x8A, 0x98),
                asked=self._unanswered_topics,
            )

    def _on_answer(
        self,
        client: Client,
        data: object,
        number: int,
        codes: list[ReasonCode] | ReasonCode,
        properties: Properties | None,
    ) -> None:
        answer = self._answers.pop(number, None)
        if answer is not None:
            answer.codes = codes if isinstance(codes, list) else [codes]
            answer.is_there.set()
            self._asked.pop(number, None)

    # ── small parts ──

    def _read_publication(self, packet: bytes) -> Message | None:
        """A publication of quality 0 (MQTT 5, section 3.3): None for a topic that is no text, which nobody asked for."""
        try:
            place = body_of(packet)
            end = place + 2 + int.from_bytes(packet[place : place + 2], "big")
            topic = packet[place + 2 : end]
            if self._version == V5:
                size, end = read_length(packet, end)
                end += size
            if end > len(packet):
                raise IndexError
        except IndexError:
            raise Fault("protocol", f"{self._login.where} sent what is not MQTT: a broken message") from None
        try:
            return Message(topic.decode(), packet[end:], bool(packet[0] & 1))
        except UnicodeDecodeError:
            return None

    def _check_connack(self, packet: bytes) -> None:
        """Before paho sees it: it would call what an older MQTT broker answers to version 5 a broken packet."""
        if packet[0] != CONNACK or len(packet) < 4:
            raise Fault("protocol", f"{self._login.where} answers, but not as an MQTT broker")
        is_older = self._version == V5 and len(packet) == 4
        if packet[3] in (0x01, 0x84) or is_older:
            raise OtherVersion("login", f"{self._login.where} doesn't speak MQTT {name_of(self._version)}")

    def _login_fault(self, code: ReasonCode) -> Fault:
        where = self._login.where
        if code.value in (0x86, 0x87):
            if not self._login.username:
                return Fault("login", f"{where} wants a user name and a password", is_lasting=True)
            return Fault(
                "login", f"{where} refuses the user name or the password of {self._who}", is_lasting=True
            )
        if code.value == 0x85:
            return Fault("login", f"{where} refuses the client id {self._login.client_id!r}", is_lasting=True)
        if code.value == 0x8A:
            return Fault("login", f"{where} has banned this client", is_lasting=True)
        return Fault("login", f"{where} refuses the connection: {code}")

    @property
    def _who(self) -> str:
        return repr(self._login.username) if self._login.username else "a client without a user name"

    def _slow(self, words: str) -> Fault:
        return Fault("subscribing" if self._subscribing else "connection", f"{self._login.where} {words}")

    def _taken_over(self) -> Fault:
        return Fault(
            "connection",
            f"another client with the client id {self._login.client_id!r} has taken over; each needs its own",
            is_lasting=True,
        )

    def _ended(self, error: BaseException | None = None) -> Fault:
        """The stream ended without a word of MQTT."""
        where = self._login.where
        cause = error.__cause__ if isinstance(error, trio.BrokenResourceError) else error
        words = "" if cause is None else f": {reason_of(cause)}"
        if self._is_accepted:
            return Fault("connection", f"{where} closed it{self._when}{words}", asked=self._unanswered_topics)
        if isinstance(cause, ssl.SSLError):
            # In TLS 1.3 a client's certificate is judged after the handshake.
            return Fault("TLS", f"{where} refuses the connection{words}")
        hint = (
            ""
            if isinstance(self._stream, trio.SSLStream)
            else "; if it expects TLS, the url begins with mqtts://"
        )
        return Fault("login", f"{where} closed the connection instead of answering the login{words}{hint}")

    @property
    def _unanswered_topics(self) -> list[str]:
        return [topic for topics in self._asked.values() for topic in topics]

    @property
    def _when(self) -> str:
        """For a sentence about the end of the connection."""
        topics = self._unanswered_topics
        if not topics:
            return ""
        return " when asked for " + (shown(topics[0]) if len(topics) == 1 else f"{len(topics)} topics")

    def _expect(self, number: int | None) -> Answer:
        self._raise_if_ended()
        answer = Answer()
        if number is not None:
            self._answers[number] = answer
        self._writer.unpark()
        return answer

    async def _wait_for_room(self) -> None:
        self._raise_if_ended()
        while len(self._pipe.written) >= UNSENT:
            await self._room.park()
            self._raise_if_ended()

    def _raise_if_ended(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _end(self) -> None:
        """Whoever waits for an answer hears that none will come."""
        if self._fault is None:
            self._fault = Fault("connection", "it was given up")
        waiting = list(self._answers.values())
        if self._pong is not None:
            waiting.append(self._pong)
        for answer in waiting:
            answer.fault = self._fault
            answer.is_there.set()
        self._room.unpark_all()


def acknowledge_at_once(stream: trio.abc.Stream) -> None:
    """Asks the kernel not to put off its acknowledgement of what was just read (tcp(7), TCP_QUICKACK; not lasting).

    Mosquitto waits for that with its next small packet, unless told otherwise (`set_tcp_nodelay`): two messages that
    follow each other would be 40 ms apart.
    """
    while isinstance(stream, trio.SSLStream):
        stream = stream.transport_stream
    if isinstance(stream, trio.SocketStream):
        with suppress(OSError):
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, True)


def first_of(group: BaseExceptionGroup[Fault]) -> Fault:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Fault)
    return error


def reason_of(error: BaseException) -> str:
    """In the words of the system, or of OpenSSL, without their numbers."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).strip()
