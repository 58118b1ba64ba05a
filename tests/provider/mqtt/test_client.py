"""A connection to an MQTT broker that is played by the test, byte by byte, on the virtual clock.

The real one is in test_mosquitto.py; here is what a real one does seldom, late, or never.
"""

import math
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.client import MOST_SEARCHES, OPEN_TIMEOUT, BackOff, keep_connected
from igloo_providers.mqtt.connection import (
    ANSWER_TIMEOUT,
    FILTERS,
    LOGIN_TIMEOUT,
    LONGEST_ANSWER,
    MESSAGES_WITHOUT_YIELD,
    SILENCE,
    UNSENT,
    Connection,
    Message,
    NotTaken,
)
from igloo_providers.mqtt.packets import KEEPALIVE, LARGEST_PACKET, V5, V311, Fault, Login, Splitter

LOGIN = Login("the MQTT broker at broker.lan port 1883", "igloo-1", "igloo", "very secret")
CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 12, 13, 14


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, rest = divmod(size, 128)
        length.append(rest | (0x80 if size else 0))
        if not size:
            return bytes([kind << 4 | flags]) + length + body


def message(topic: str, payload: bytes = b"", *, version: int = 5, retained: bool = False) -> bytes:
    properties = b"\0" if version == 5 else b""
    body = len(topic.encode()).to_bytes(2, "big") + topic.encode() + properties + payload
    return packet(PUBLISH, body, flags=int(retained))


ACCEPTED = {V5: packet(CONNACK, b"\0\0\0"), V311: packet(CONNACK, b"\0\0")}


class Broker:
    """The other end of one stream. Accepts the login, and answers subscriptions, publications and pings; `answers`
    says otherwise: by kind, what is sent instead.
    """

    def __init__(
        self, stream: trio.abc.Stream, answers: dict[int, Callable[[bytes], bytes]] | None = None
    ) -> None:
        self.stream = stream
        self.answers = answers or {}
        self.heard: list[tuple[int, bytes]] = []
        self.times: list[float] = []
        self.is_over = trio.Event()
        self._splitter = Splitter(1 << 30)

    async def serve(self) -> None:
        try:
            while data := await self.stream.receive_some():
                for one in self._splitter.feed(data):
                    kind, body = one[0] >> 4, body_of(one)
                    self.heard.append((kind, body))
                    self.times.append(trio.current_time())
                    answer = self.answers.get(kind, self.usual(kind))(body)
                    if answer:
                        await self.stream.send_all(answer)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        self.is_over.set()

    @staticmethod
    def usual(kind: int) -> Callable[[bytes], bytes]:
        def connack(body: bytes) -> bytes:
            return ACCEPTED[V5 if body[6] == 5 else V311]

        def suback(body: bytes) -> bytes:
            return packet(SUBACK, body[:2] + b"\0" + bytes(len(filters_of(body))))

        def puback(body: bytes) -> bytes:
            return packet(PUBACK, number_of(body))

        usual = {CONNECT: connack, SUBSCRIBE: suback, PUBLISH: puback, PINGREQ: lambda body: packet(PINGRESP)}
        return usual.get(kind, lambda body: b"")

    def of(self, kind: int) -> list[bytes]:
        return [body for heard, body in self.heard if heard == kind]


def body_of(one: bytes) -> bytes:
    start = 1
    while one[start] & 0x80:
        start += 1
    return one[start + 1 :]


def filters_of(body: bytes) -> list[str]:
    found, place = [], 3  # number, and no properties
    while place < len(body):
        length = int.from_bytes(body[place : place + 2], "big")
        found.append(body[place + 2 : place + 2 + length].decode())
        place += 2 + length + 1
    return found


def number_of(body: bytes) -> bytes:
    """Of a publication with quality 1."""
    length = int.from_bytes(body[:2], "big")
    return body[2 + length : 4 + length]


async def nothing(_: object) -> None:
    pass


async def connected(
    work: Callable[[Connection, Broker], Awaitable[None]],
    answers: dict[int, Callable[[bytes], bytes]] | None = None,
    deliver: Callable[[Message], Awaitable[None]] = nothing,
    **options: Any,  # noqa: ANN401 - those of Connection
) -> Broker:
    """Runs `work` with a connection, and ends it."""
    ours, theirs = trio.testing.memory_stream_pair()
    broker = Broker(theirs, answers)
    connection = Connection(ours, LOGIN, deliver, **options)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(broker.serve)
        with trio.CancelScope() as scope:

            async def then_end(connection: Connection) -> None:
                await work(connection, broker)
                scope.cancel()

            await connection.run(then_end)
        await broker.is_over.wait()
    return broker


async def fault_of(answers: dict[int, Callable[[bytes], bytes]], **options: Any) -> str:  # noqa: ANN401
    """The sentence with which a connection ends by itself."""

    async def wait(connection: Connection, broker: Broker) -> None:
        await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(Fault), flatten_subgroups=True) as failure:
        await connected(wait, answers, **options)
    return str(failure.value.exceptions[0])


# ── packets ──


def split(splitter: Splitter, *pieces: bytes) -> list[bytes]:
    return [one for piece in pieces for one in splitter.feed(piece)]


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(0, 2000), max_size=20))
def test_packets_are_the_same_however_the_bytes_arrive(bodies: list[bytes], cuts: list[int]) -> None:
    packets = [packet(PUBLISH, body) for body in bodies]
    data = b"".join(packets)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in pairwise(places)]
    assert split(Splitter(), *pieces) == packets


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50)), max_size=8), st.integers(1, 70))
def test_what_is_too_large_is_left_out_and_the_rest_is_not_touched(
    sizes: list[tuple[bool, int]], step: int
) -> None:
    packets = [packet(PUBLISH, b"\0\1t" + bytes(100 + size if large else size)) for large, size in sizes]
    data = b"".join(packets)
    splitter = Splitter(largest=100)
    found = split(splitter, *(data[at : at + step] for at in range(0, len(data), step)))
    assert found == [one for one in packets if len(one) <= 100]
    assert [size for size, _ in splitter.skipped] == [len(one) for one in packets if len(one) > 100]


def test_the_largest_packet_is_not_kept_while_it_comes() -> None:
    splitter = Splitter()
    huge = packet(PUBLISH, b"\0\5topic" + bytes(1))[:1] + b"\xff\xff\xff\x7f" + b"\0\5topic"
    assert split(splitter, huge, *[bytes(1 << 16)] * 100) == []
    assert splitter.skipped == [(268_435_455 + 5, "topic")]
    assert len(splitter._buffer) == 0


def test_what_is_no_packet_is_a_fault() -> None:
    with pytest.raises(Fault, match="not MQTT"):
        split(Splitter(), b"\x30\xff\xff\xff\xff\x01")


# ── the login ──


@pytest.mark.parametrize("version", [V5, V311])
async def test_the_login_says_who_we_are_and_wants_a_clean_session(version: Any) -> None:  # noqa: ANN401
    async def work(connection: Connection, broker: Broker) -> None:
        assert connection.began <= trio.current_time()

    broker = await connected(work, version=version)
    hello = broker.of(CONNECT)[0]
    assert hello[:8] == b"\0\4MQTT" + bytes(
        [5 if version == V5 else 4, 0xC2]
    )  # name, password, clean; no will
    assert int.from_bytes(hello[8:10], "big") == KEEPALIVE
    if version == V5:
        assert b"\x27" + LARGEST_PACKET.to_bytes(4, "big") in hello
    for word in (b"igloo-1", b"igloo", b"very secret"):
        assert len(word).to_bytes(2, "big") + word in hello
    assert broker.of(DISCONNECT), "it says goodbye"


@pytest.mark.parametrize(
    ("version", "answer", "sentence"),
    [
        (V311, b"\0\4", "login: {where} refuses the user name or the password of 'igloo'"),
        (V311, b"\0\5", "login: {where} refuses the user name or the password of 'igloo'"),
        (V311, b"\0\2", "login: {where} refuses the client id 'igloo-1'"),
        (V311, b"\0\3", "login: {where} refuses the connection: Server unavailable"),
        (V311, b"\0\1", "login: {where} doesn't speak MQTT 3.1.1"),
        (V5, b"\0\x86\0", "login: {where} refuses the user name or the password of 'igloo'"),
        (V5, b"\0\x87\0", "login: {where} refuses the user name or the password of 'igloo'"),
        (V5, b"\0\x85\0", "login: {where} refuses the client id 'igloo-1'"),
        (V5, b"\0\x8a\0", "login: {where} has banned this client"),
        (V5, b"\0\x89\0", "login: {where} refuses the connection: Server busy"),
        (V5, b"\0\x84\0", "login: {where} doesn't speak MQTT 5"),
        (V5, b"\0\1", "login: {where} doesn't speak MQTT 5"),
        (V5, b"", "protocol: {where} answers, but not as an MQTT broker"),
        (V5, b"\0\x77\0", "protocol: {where} sent what is not MQTT"),
        (V5, b"\0\0\x05\x11", "protocol: {where} sent what is not MQTT"),
    ],
)
async def test_a_refused_login_is_named(version: Any, answer: bytes, sentence: str) -> None:  # noqa: ANN401
    fault = await fault_of({CONNECT: lambda body: packet(CONNACK, answer)}, version=version)
    assert fault.startswith(sentence.format(where=LOGIN.where))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 100, "protocol: "),
        (b"\x15\x03\x01\x00\x02\x02\x28", "protocol: "),
        (message("early"), "protocol: "),
        (b"\xff\xff\xff\xff\xff\xff", "protocol: what came is not MQTT"),
    ],
)
async def test_whoever_answers_otherwise_is_no_mqtt_broker(answer: bytes, sentence: str) -> None:
    assert (await fault_of({CONNECT: lambda body: answer})).startswith(sentence)


async def test_a_login_that_is_not_answered_ends(autojump_clock: trio.testing.MockClock) -> None:
    fault = await fault_of({CONNECT: lambda body: b""})
    assert fault == f"login: {LOGIN.where} did not answer the login"
    assert trio.current_time() == pytest.approx(LOGIN_TIMEOUT)


async def test_no_sentence_and_no_repr_holds_the_password() -> None:
    fault = await fault_of({CONNECT: lambda body: packet(CONNACK, b"\0\x86\0")})
    assert "very secret" not in fault + repr(LOGIN)


# ── messages ──


async def test_messages_are_delivered_in_order_with_their_topics() -> None:
    messages = [Message("a/ä", b"1", False), Message("b", b"", True), Message("c", bytes(70_000), False)]
    data = b"".join(message(topic, payload, retained=kept) for topic, payload, kept in messages)
    heard: list[Message] = []

    async def deliver(one: Message) -> None:
        heard.append(one)

    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(data)
        await connection.catch_up()
        assert heard == messages

    await connected(work, deliver=deliver)


async def test_the_properties_of_a_message_are_passed_over() -> None:
    """Such as how long it is worth something (MQTT 5, section 3.3.2.3)."""
    heard: list[Message] = []

    async def deliver(one: Message) -> None:
        heard.append(one)

    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(packet(PUBLISH, b"\0\1t" + b"\x05\x02\0\0\0\x0a" + b"payload"))
        await connection.catch_up()
        assert heard == [Message("t", b"payload", False)]

    await connected(work, deliver=deliver)


async def test_a_topic_that_is_no_text_is_passed_over() -> None:
    heard: list[Message] = []

    async def deliver(one: Message) -> None:
        heard.append(one)

    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(packet(PUBLISH, b"\0\2\xff\xfe\0x") + message("good"))
        await connection.catch_up()
        assert [one.topic for one in heard] == ["good"]

    await connected(work, deliver=deliver)


async def test_a_flood_lets_other_tasks_run() -> None:
    """Turns of another task while one read's messages are delivered without any wait of their own."""
    turns: list[int] = []
    count = 0

    async def deliver(one: Message) -> None:
        nonlocal count
        count += 1

    async def work(connection: Connection, broker: Broker) -> None:
        async def tick() -> None:
            while True:
                turns.append(count)
                await trio.lowlevel.checkpoint()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(tick)
            await broker.stream.send_all(message("t") * 1000)
            await connection.catch_up()
            nursery.cancel_scope.cancel()
        assert (
            max(later - sooner for sooner, later in pairwise(turns))
            <= 2 * MESSAGES_WITHOUT_YIELD  # who comes first in a turn of trio's is left to chance
        )

    await connected(work, deliver=deliver)


async def test_what_deliver_raises_is_not_hidden() -> None:
    async def deliver(one: Message) -> None:
        raise KeyError("a slip of ours")

    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(message("t"))
        await trio.sleep_forever()

    with pytest.RaisesGroup(KeyError, flatten_subgroups=True):
        await connected(work, deliver=deliver)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            packet(DISCONNECT, b"\x8e\0"),
            "connection: another client with the client id 'igloo-1' has taken over",
        ),
        (packet(DISCONNECT, b"\x8b\0"), f"connection: {LOGIN.where} is shutting down"),
        (packet(DISCONNECT, b"\x97\0"), f"connection: {LOGIN.where} ended it: Quota exceeded"),
        (packet(DISCONNECT, b"\x99\0"), f"connection: {LOGIN.where} ended it: Payload format invalid"),
        (packet(15, b""), f"protocol: {LOGIN.where} sent what is not MQTT"),
        (packet(PUBLISH, b"\xff\xff"), f"protocol: {LOGIN.where} sent what is not MQTT"),
        (packet(PUBLISH, b""), f"protocol: {LOGIN.where} sent what is not MQTT"),
        (packet(PUBLISH, b"\0\1t\x7f"), f"protocol: {LOGIN.where} sent what is not MQTT"),
        (packet(PUBLISH, b"\0\1t\xff\xff\xff\xff\xff"), "protocol: what came is not MQTT"),
        (packet(SUBACK, b""), f"protocol: {LOGIN.where} sent what is not MQTT"),
    ],
)
async def test_an_end_with_a_word_is_named(data: bytes, sentence: str) -> None:
    assert (await fault_of({CONNECT: lambda body: ACCEPTED[V5] + data})).startswith(sentence)


@pytest.mark.parametrize("version", [V5, V311])
@pytest.mark.parametrize("quality", [1, 2, 3])
async def test_a_message_of_a_quality_that_nobody_asked_for_ends_it(version: Any, quality: int) -> None:  # noqa: ANN401
    """Of quality 2, each would be kept until it is released."""
    publication = packet(PUBLISH, b"\0\1t\0\7" + bytes(version == V5) + b"payload", flags=quality << 1)
    fault = await fault_of({CONNECT: lambda body: ACCEPTED[version] + publication}, version=version)
    assert fault == f"protocol: {LOGIN.where} sent a message with a quality that nobody asked for"


async def test_an_end_without_a_word_is_named() -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.aclose()
        await trio.sleep_forever()

    with pytest.RaisesGroup(
        pytest.RaisesExc(Fault, match="^connection: .* closed it$"), flatten_subgroups=True
    ):
        await connected(work)


# ── subscriptions ──


async def test_a_subscription_is_over_when_what_is_retained_has_come() -> None:
    heard: list[Message] = []

    async def deliver(one: Message) -> None:
        heard.append(one)

    def suback(body: bytes) -> bytes:
        # Some send what is retained before the answer, some behind it.
        codes = bytes(0x87 if topic == "b" else 0 for topic in filters_of(body))
        answer = packet(SUBACK, body[:2] + b"\0" + codes)
        return message("a", retained=True) + answer + message("c", retained=True)

    async def work(connection: Connection, broker: Broker) -> None:
        assert await connection.subscribe(["a", "b", "c"]) == (["b"], True)
        assert [one.topic for one in heard] == ["a", "c"]

    await connected(work, {SUBSCRIBE: suback}, deliver)


async def test_many_topics_are_asked_for_in_parts() -> None:
    topics = [f"t/{number}" for number in range(FILTERS * 2 + 50)]

    async def work(connection: Connection, broker: Broker) -> None:
        await connection.subscribe(topics)
        asked = [filters_of(body) for body in broker.of(SUBSCRIBE)]
        assert [len(some) for some in asked] == [FILTERS, FILTERS, 50]
        assert [topic for some in asked for topic in some] == topics
        assert await connection.subscribe([]) == ([], True)
        await connection.unsubscribe(topics)
        await connection.catch_up()
        assert len(broker.of(UNSUBSCRIBE)) == 3

    await connected(work)


@pytest.mark.parametrize("lost", [SUBSCRIBE, PINGREQ])
async def test_an_answer_that_was_dropped_is_not_waited_for_for_ever(
    lost: int, autojump_clock: trio.testing.MockClock
) -> None:
    """Mosquitto does that when its queue for a client is full."""
    pings = 0

    def answer(body: bytes) -> bytes:
        nonlocal pings
        pings += 1
        return b"" if lost == SUBSCRIBE or pings == 1 else packet(PINGRESP)

    async def work(connection: Connection, broker: Broker) -> None:
        assert await connection.subscribe(["a"]) == ([], False)
        assert trio.current_time() <= ANSWER_TIMEOUT + 0.1
        assert await connection.catch_up()

    await connected(work, {lost: answer})


@pytest.mark.parametrize(("version", "options"), [(V5, 0b100), (V311, 0)])
async def test_what_we_publish_ourselves_is_not_asked_for(version: Any, options: int) -> None:  # noqa: ANN401
    """No Local is bit 2 of the options (MQTT 5, section 3.8.3.1); version 3.1.1 has no word for it."""

    def suback(body: bytes) -> bytes:
        assert body.endswith(b"\0\1t" + bytes([options]))
        return packet(SUBACK, body[:2] + b"\0" * (2 if version == V5 else 1))

    async def work(connection: Connection, broker: Broker) -> None:
        assert await connection.subscribe(["t"]) == ([], True)

    await connected(work, {SUBSCRIBE: suback}, version=version)


# ── publications ──


async def test_a_publication_is_over_when_it_is_acknowledged() -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await connection.publish("lamp/set", "ON")
        body = broker.of(PUBLISH)[0]
        assert body.startswith(b"\0\x08lamp/set")
        assert body.endswith(b"ON")

    await connected(work)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0x10, "nobody listens on lamp/set"),
        (0x87, f"{LOGIN.where} lets 'igloo' publish nothing on lamp/set"),
        (0x99, "did not take the message on lamp/set: Payload format invalid"),
    ],
)
async def test_a_publication_that_is_not_taken_says_why(code: int, sentence: str) -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        with pytest.raises(NotTaken, match=sentence):
            await connection.publish("lamp/set", "ON")

    await connected(work, {PUBLISH: lambda body: packet(PUBACK, number_of(body) + bytes([code]))})


async def test_a_retained_publication_may_be_heard_later() -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await connection.publish("lamp/set", "ON", retain=True)

    await connected(work, {PUBLISH: lambda body: packet(PUBACK, number_of(body) + b"\x10")})


@pytest.mark.parametrize("topic", ["", "a/+", "#", "x" * 70_000])
async def test_no_topic_can_make_it_fail(topic: str) -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        with pytest.raises(NotTaken, match="nothing can be published"):
            await connection.publish(topic, "ON")
        await connection.publish("good", "ON")

    await connected(work, version=V311)


async def test_whoever_waits_hears_of_the_end() -> None:
    ends: list[str] = []

    async def send(connection: Connection) -> None:
        with pytest.raises(Fault) as failure:
            await connection.publish("lamp/set", "ON")
        ends.append(str(failure.value))

    ours, theirs = trio.testing.memory_stream_pair()
    broker = Broker(theirs, {PUBLISH: lambda body: b""})
    connection = Connection(ours, LOGIN, nothing)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(broker.serve)

        async def work(connection: Connection) -> None:
            # More than are under way at once; writes are no part of the connection's own tasks.
            for _ in range(15):
                nursery.start_soon(send, connection)
            await trio.testing.wait_all_tasks_blocked()
            await theirs.aclose()

        with pytest.raises(Fault):
            await connection.run(work)
        with pytest.raises(Fault):
            await connection.publish("lamp/set", "ON")
        with pytest.raises(Fault):
            await connection.subscribe(["a"])
    assert ends == [f"connection: {LOGIN.where} closed it"] * 15


async def test_whoever_waits_for_room_hears_of_the_end(autojump_clock: trio.testing.MockClock) -> None:
    """The MQTT broker read nothing, and then it was gone: what was not sent is not waited for."""
    ends: list[str] = []

    async def send(connection: Connection) -> None:
        with trio.fail_after(2 * SILENCE), pytest.raises(Fault) as failure:
            await connection.publish("lamp/set", "x" * UNSENT)
        ends.append(str(failure.value))

    ours, theirs = trio.testing.lockstep_stream_pair()
    connection = Connection(ours, LOGIN, nothing)
    async with trio.open_nursery() as nursery:

        async def work(connection: Connection) -> None:
            for _ in range(5):
                nursery.start_soon(send, connection)
            await trio.testing.wait_all_tasks_blocked()
            await theirs.aclose()

        async def run() -> None:
            with pytest.raises(Fault):
                await connection.run(work)

        nursery.start_soon(run)
        await theirs.receive_some()
        await theirs.send_all(ACCEPTED[V5])
    assert ends == [f"connection: {LOGIN.where} closed it"] * 5


async def test_what_was_given_up_before_it_was_sent_is_not_sent(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A door must not open a minute after somebody was told that it didn't."""
    ours, theirs = trio.testing.lockstep_stream_pair()
    connection = Connection(ours, LOGIN, nothing)
    splitter = Splitter()
    heard: list[bytes] = []

    async def read() -> None:
        heard.extend(splitter.feed(await theirs.receive_some()))

    async with trio.open_nursery() as nursery:

        async def work(connection: Connection) -> None:
            # The MQTT broker reads nothing: this fills what may wait, and the next has no place.
            with trio.move_on_after(1):
                await connection.publish("first", "x" * UNSENT)
            with trio.move_on_after(1):
                await connection.publish("second", "x" * UNSENT)
            with trio.move_on_after(1):
                await connection.publish("door/set", "OPEN")
            for _ in range(3):
                with trio.move_on_after(1):
                    await read()
            nursery.cancel_scope.cancel()

        nursery.start_soon(connection.run, work)
        await read()
        await theirs.send_all(ACCEPTED[V5])
    topics = [one for one in heard if one[0] >> 4 == PUBLISH]
    assert len(topics) == 2
    assert not any(b"door/set" in one for one in topics)


# ── time ──


async def test_pings_keep_a_quiet_connection(autojump_clock: trio.testing.MockClock) -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await trio.sleep(3600)
        gaps = [later - sooner for sooner, later in pairwise(broker.times)]
        assert max(gaps) <= KEEPALIVE / 2 + 1
        assert len(broker.of(PINGREQ)) == pytest.approx(3600 / (KEEPALIVE / 2), abs=2)

    await connected(work)


async def test_the_broker_s_own_keepalive_counts_if_it_is_shorter(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await trio.sleep(100)
        assert len(broker.of(PINGREQ)) == pytest.approx(20, abs=1)

    await connected(work, {CONNECT: lambda body: packet(CONNACK, b"\0\0\3\x13\0\x0a")})


async def test_silence_ends_a_connection(autojump_clock: trio.testing.MockClock) -> None:
    began = trio.current_time()
    fault = await fault_of({PINGREQ: lambda body: b""})
    assert fault == f"connection: {LOGIN.where} has been silent for {SILENCE:.0f} s"
    assert trio.current_time() - began == pytest.approx(SILENCE, abs=1)


async def test_bytes_that_drip_are_no_sign_of_life(autojump_clock: trio.testing.MockClock) -> None:
    """A packet that never ends, of a size that is taken."""

    async def drip(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(b"\x30\xff\xff\x07\0\1a")
        while True:
            await trio.sleep(SILENCE * 0.8)
            await broker.stream.send_all(b"x")

    began = trio.current_time()
    sentence = f"^connection: {LOGIN.where} has been silent for {SILENCE:.0f} s$"
    with pytest.RaisesGroup(pytest.RaisesExc(Fault, match=sentence), flatten_subgroups=True):
        await connected(drip, {PINGREQ: lambda body: b""})
    assert trio.current_time() - began == pytest.approx(SILENCE, abs=1)


@pytest.mark.parametrize("data", [message("t"), b"x" * 10])
async def test_whoever_sends_something_and_answers_nothing_is_left(
    data: bytes, autojump_clock: trio.testing.MockClock
) -> None:
    """Whole messages, or a piece of one that is passed over."""

    async def chatter(connection: Connection, broker: Broker) -> None:
        if data[0] != 0x30:
            await broker.stream.send_all(b"\x30\xff\xff\xff\x7f\0\1a")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connection.subscribe, ["t"])
            while True:
                await trio.sleep(SILENCE * 0.8)
                await broker.stream.send_all(data)

    began = trio.current_time()
    sentence = f"^subscribing: {LOGIN.where} has not answered for 6.. s, though it sends something$"
    with pytest.RaisesGroup(pytest.RaisesExc(Fault, match=sentence), flatten_subgroups=True):
        await connected(chatter, {PINGREQ: lambda body: b""})
    assert trio.current_time() - began == pytest.approx(LONGEST_ANSWER, abs=SILENCE)


async def test_a_house_that_takes_long_is_no_silence(autojump_clock: trio.testing.MockClock) -> None:
    async def deliver(one: Message) -> None:
        await trio.sleep(2 * SILENCE)

    async def work(connection: Connection, broker: Broker) -> None:
        await broker.stream.send_all(message("t") * 3)
        await trio.sleep(10 * SILENCE)

    await connected(work, deliver=deliver)


def test_waits_grow_to_a_minute_and_begin_anew_after_a_healthy_time() -> None:
    away = Fault("connecting", "away")
    back_off = BackOff(lambda: 0.0)
    assert [back_off.after(away, 0) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [back_off.after(away, lasted) for lasted in (59, 61, 0)] == [60, 1, 2]
    assert back_off.after(Fault("login", "wrong", is_lasting=True), 0) == 60
    assert BackOff(lambda: 1.0).after(away, 0) == 0.75


def test_a_search_for_a_topic_goes_on_soon_but_not_for_ever() -> None:
    ended = Fault("connection", "closed it when asked for 2 topics", asked=["a", "b"])
    back_off = BackOff(lambda: 0.0)
    assert {back_off.after(ended, 1) for _ in range(MOST_SEARCHES)} == {1}
    assert [back_off.after(ended, 1) for _ in range(3)] == [1, 2, 4]


@pytest.mark.parametrize(
    ("topics", "words"),
    [(["a\x1b"], "closed it when asked for 'a\\x1b'"), (["a", "b"], "asked for 2 topics")],
)
async def test_an_end_instead_of_an_answer_names_what_was_asked(topics: list[str], words: str) -> None:
    ends: list[Fault] = []

    async def work(connection: Connection) -> None:
        await connection.subscribe(["answered"])
        await connection.subscribe(topics)

    ours, theirs = trio.testing.memory_stream_pair()

    def suback(body: bytes) -> bytes:
        if filters_of(body) == ["answered"]:
            return packet(SUBACK, body[:2] + b"\0\0")
        raise trio.BrokenResourceError

    async with trio.open_nursery() as nursery:

        async def serve() -> None:
            await Broker(theirs, {SUBSCRIBE: suback}).serve()
            await theirs.aclose()

        nursery.start_soon(serve)
        try:
            await Connection(ours, LOGIN, nothing).run(work)
        except Fault as fault:
            ends.append(fault)
    assert words in str(ends[0])
    assert ends[0].asked == tuple(topics)


async def test_an_end_that_has_nothing_to_do_with_a_subscription_accuses_no_topic() -> None:
    async def work(connection: Connection, broker: Broker) -> None:
        await connection.subscribe(["a"])
        await broker.stream.aclose()
        await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(Fault, check=lambda fault: fault.asked == ())):
        await connected(work)


class Place:
    """Where an MQTT broker may be, played anew for each connection."""

    def __init__(self, *behaviours: Callable[[trio.abc.Stream], Awaitable[None]] | Fault | float) -> None:
        self.behaviours = list(behaviours)
        self.tries: list[float] = []
        self.faults: list[str] = []

    async def run(self) -> None:
        """Until every behaviour has had its turn."""
        async with trio.open_nursery() as nursery:

            async def open_stream() -> trio.abc.Stream:
                if not self.behaviours:
                    nursery.cancel_scope.cancel()
                    await trio.sleep_forever()
                self.tries.append(trio.current_time())
                behaviour = self.behaviours.pop(0)
                if isinstance(behaviour, Fault):
                    raise behaviour
                if isinstance(behaviour, int | float):
                    await trio.sleep(behaviour)
                    raise AssertionError("it was to be given up before")
                ours, theirs = trio.testing.memory_stream_pair()
                nursery.start_soon(behaviour, theirs)
                return ours

            async def work(connection: Connection) -> None:
                await trio.sleep_forever()

            await keep_connected(
                open_stream, LOGIN, nothing, work, lambda fault: self.faults.append(str(fault)), lambda: 0.0
            )

    @property
    def waits(self) -> list[float]:
        return [round(later - sooner) for sooner, later in pairwise(self.tries)]


def lives(seconds: float, answers: dict[int, Callable[[bytes], bytes]] | None = None) -> Any:  # noqa: ANN401
    async def behave(stream: trio.abc.Stream) -> None:
        with trio.move_on_after(seconds):
            await Broker(stream, answers).serve()
        await stream.aclose()

    return behave


async def test_it_tries_again_and_says_why_each_time(autojump_clock: trio.testing.MockClock) -> None:
    away = Fault("connecting", "nobody listens there")
    place = Place(
        away, away, lives(100), away, Fault("not granted", "ask", is_lasting=True), away, math.inf, away
    )
    await place.run()
    assert place.waits == [1, 2, 101, 2, 60, 8, round(OPEN_TIMEOUT) + 16]
    closed = f"connection: {LOGIN.where} closed it"
    late = f"connecting: {LOGIN.where} did not answer within {OPEN_TIMEOUT:.0f} s"
    assert place.faults == [str(away)] * 2 + [
        closed,
        str(away),
        "not granted: ask",
        str(away),
        late,
        str(away),
    ]


@pytest.mark.parametrize("answer", [b"\0\1", b"\0\x84\0"])
async def test_a_broker_of_old_is_spoken_to_in_its_own_version_at_once(
    answer: bytes, autojump_clock: trio.testing.MockClock
) -> None:
    versions: list[int] = []

    def connack(body: bytes) -> bytes:
        versions.append(body[6])
        return packet(CONNACK, answer) if body[6] == 5 else ACCEPTED[V311]

    place = Place(*[lives(100, {CONNECT: connack})] * 3)
    await place.run()
    assert versions == [5, 4, 4]
    assert place.waits == [0, 101]
    assert len(place.faults) == 2


async def test_a_broker_that_hangs_up_at_version_5_is_tried_with_the_older_one(
    autojump_clock: trio.testing.MockClock,
) -> None:
    versions: list[int] = []

    async def behave(stream: trio.abc.Stream) -> None:
        data = await stream.receive_some()
        assert data is not None
        versions.append(body_of(bytes(data))[6])
        if versions[-1] == 4:
            await stream.send_all(ACCEPTED[V311])
            await trio.sleep(100)
        await stream.aclose()

    place = Place(behave, behave, behave)
    await place.run()
    assert versions == [5, 4, 4]
    assert "closed the connection instead of answering the login" in place.faults[0]


async def test_a_twin_is_suspected_where_nothing_is_said(autojump_clock: trio.testing.MockClock) -> None:
    place = Place(*[lives(1)] * 4)
    await place.run()
    assert ["perhaps another client" in fault for fault in place.faults] == [False, False, True, True]
    assert place.waits == [2, 3, 5]
