"""Connections on trio through a broker: real sockets on this machine, the virtual clock for what takes long."""

import functools
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
import trio.testing

from igloo_hub.broker import Broker
from igloo_hub.plan.endpoints import Endpoint
from igloo_provider import ConnectError, NoBroker, NotGranted, Provider, ProviderMistake
from igloo_provider.broker import ANSWER_TIMEOUT, UNDER_WAY
from igloo_provider.on_trio import run_provider
from igloo_provider.tls import TLS_TIMEOUT
from igloo_wire import Stop
from tests.provider.hub_side import BrokerEnd, HubEnd

CERTIFICATES = Path(__file__).parents[1] / "data/tls"

Job = Callable[[Provider], Awaitable[object]]


def open_descriptors() -> set[str]:
    with os.scandir("/proc/self/fd") as entries:
        return {entry.name for entry in entries}


@pytest.fixture(autouse=True)
def no_descriptor_stays_open() -> Iterator[None]:
    # The first event loop of a process opens one for good.
    trio.run(trio.sleep, 0)
    before = open_descriptors()
    yield
    # The hub's own broker closes what it handed over in a thread of its own, which may take a moment.
    until = time.monotonic() + 5
    while open_descriptors() != before and time.monotonic() < until:
        time.sleep(0.01)
    assert open_descriptors() == before


@asynccontextmanager
async def at_work(job: Job, broker: BrokerEnd | None) -> AsyncIterator[SimpleNamespace]:
    """A provider whose one task does this; `done` is set when it has, and `exit_code` when the provider has ended."""
    provider = Provider("demo")
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    state = SimpleNamespace(done=trio.Event(), hub=hub, exit_code=None)

    @provider.task
    async def work() -> None:
        await job(provider)
        state.done.set()
        await trio.sleep_forever()

    async def run() -> None:
        sock = broker.provider_end if broker is not None else None
        state.exit_code = await run_provider(provider, theirs, broker=sock, monotonic=trio.current_time)
        state.done.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        nursery.start_soon(hub.listen)
        await hub.greet()
        yield state
        nursery.cancel_scope.cancel()


async def work(job: Job, broker: BrokerEnd | None = None) -> None:
    """Runs a provider until its task has done this. Raises nothing: the provider ends, and that fails the test."""
    async with at_work(job, broker) as state:
        await state.done.wait()
        assert state.exit_code is None, state.hub.ear.messages


@asynccontextmanager
async def echo_server(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, int]]:
    """On this machine; gives its address."""

    async def echo(stream: trio.abc.Stream) -> None:
        if context is not None:
            stream = trio.SSLStream(stream, context, server_side=True)
        try:
            async with stream:
                while data := await stream.receive_some(1000):
                    await stream.send_all(data)
        except trio.BrokenResourceError:
            pass  # it did not like our certificate, say

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, echo, listeners)
        yield listeners[0].socket.getsockname()
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def serving(places: dict[str, tuple[str, int]]) -> AsyncIterator[BrokerEnd]:
    with BrokerEnd() as broker:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(broker.serve, places)
            yield broker
            nursery.cancel_scope.cancel()


# ── what an author gets ──


async def test_a_stream_goes_where_the_owner_allowed() -> None:
    async def job(provider: Provider) -> None:
        async with await provider.connect("broker.lan", 1883) as stream:
            await stream.send_all(b"hello")
            assert await stream.receive_some(100) == b"hello"

    async with echo_server() as place, serving({"tcp broker.lan 1883": place}) as broker:
        await work(job, broker)


async def test_a_bare_socket_is_for_libraries_that_have_their_own_way() -> None:
    async def job(provider: Provider) -> None:
        with await provider.connect_socket("broker.lan", 1883) as sock:
            assert sock.gettimeout() == 0
            assert sock.send(b"hello") == 5
            await trio.lowlevel.wait_readable(sock)
            assert sock.recv(100) == b"hello"

    async with echo_server() as place, serving({"tcp broker.lan 1883": place}) as broker:
        await work(job, broker)


async def test_a_datagram_socket_speaks_with_one_host() -> None:
    async def job(provider: Provider) -> None:
        with await provider.connect_udp("lamp.lan", 38899) as sock:
            await sock.send(b"on?")
            assert await sock.recv(100) == b"yes"

    with trio.socket.socket(type=trio.socket.SOCK_DGRAM) as lamp:
        await lamp.bind(("127.0.0.1", 0))

        async def answer() -> None:
            data, sender = await lamp.recvfrom(100)
            assert data == b"on?"
            await lamp.sendto(b"yes", sender)

        async with (
            serving({"udp lamp.lan 38899": lamp.getsockname()}) as broker,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(answer)
            await work(job, broker)


async def test_what_was_not_granted_is_refused_and_what_was_goes_through() -> None:
    async def job(provider: Provider) -> None:
        (await provider.connect_socket("broker.lan", 1883)).close()
        for host, port in (("broker.lan", 8883), ("other.lan", 1883)):
            with pytest.raises(NotGranted, match=f"the owner has not granted connect:{host}:{port}"):
                await provider.connect(host, port)
        with pytest.raises(NotGranted, match=r"udp:broker\.lan:1883"):
            await provider.connect_udp("broker.lan", 1883)

    async with echo_server() as place, serving({"tcp broker.lan 1883": place}) as broker:
        await work(job, broker)


async def test_the_hubs_own_broker_is_understood() -> None:
    logged: list[str] = []

    async def job(provider: Provider) -> None:
        async with await provider.connect("127.0.0.1", place[1]) as stream:
            await stream.send_all(b"hello")
            assert await stream.receive_some(100) == b"hello"
        with await provider.connect_udp("127.0.0.1", 9) as sock:
            await sock.send(b"into the void")
        with pytest.raises(NotGranted, match=r"connect:127\.0\.0\.1:1"):
            await provider.connect("127.0.0.1", 1)
        with pytest.raises(ConnectError) as failure:
            await provider.connect("not_a_name..", 1)
        assert failure.value.code == "bad-request"

    async with echo_server() as place:
        endpoints = [Endpoint("tcp", "127.0.0.1", place[1]), Endpoint("udp", "127.0.0.1", 9)]
        broker = Broker(endpoints, lambda level, text: logged.append(text))
        with BrokerEnd() as end:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(broker.serve, end.socket)
                await work(job, end)
                nursery.cancel_scope.cancel()
    assert len(logged) == 4


async def test_a_thousand_at_once_are_asked_for_a_few_at_a_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    refused = 0

    async def job(provider: Provider) -> None:
        async def one() -> None:
            nonlocal refused
            with pytest.raises(ConnectionRefusedError):
                await provider.connect("broker.lan", 1883)
            refused += 1

        async with trio.open_nursery() as nursery:
            for _ in range(1000):
                nursery.start_soon(one)

    with BrokerEnd() as broker:
        async with at_work(job, broker) as state:
            while refused < 1000:
                numbers = []
                with trio.move_on_after(0.1):
                    while True:
                        numbers.append((await broker.request())[0])
                assert len(numbers) == min(UNDER_WAY, 1000 - refused)
                for number in reversed(numbers):
                    broker.answer(number, "failed refused nobody listens")
                await trio.testing.wait_all_tasks_blocked()
            await state.done.wait()
            assert state.exit_code is None


async def test_outside_a_run_there_is_nothing_to_connect_with() -> None:
    with pytest.raises(ProviderMistake, match=r"provider\.connect works only while the provider runs"):
        await Provider("demo").connect("broker.lan", 1883)


async def test_what_can_be_no_context_is_a_mistake() -> None:
    async def job(provider: Provider) -> None:
        with pytest.raises(ProviderMistake, match="tls=True"):
            await provider.connect("broker.lan", 1883, tls="yes")  # type: ignore[call-overload]

    await work(job)


# ── a hub that fails ──


async def test_without_a_broker_the_error_says_so(autojump_clock: trio.testing.MockClock) -> None:
    async def job(provider: Provider) -> None:
        for connect in (provider.connect, provider.connect_udp, provider.connect_socket):
            with pytest.raises(NoBroker, match=r"broker\.lan:1883: the hub .* opens no network connections"):
                await connect("broker.lan", 1883)

    await work(job)


async def test_one_who_tries_for_ever_lets_others_run() -> None:
    async def job(provider: Provider) -> None:
        async def try_for_ever() -> None:
            for _ in range(10_000):
                with pytest.raises(NoBroker):
                    await provider.connect("broker.lan", 1883)
            pytest.fail("nobody else ran meanwhile")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(try_for_ever)
            for _ in range(10):
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()

    await work(job)


async def test_a_hub_that_goes_away_ends_the_waiting() -> None:
    async def job(provider: Provider) -> None:
        for _ in range(2):
            with pytest.raises(NoBroker, match="no longer opens network connections"):
                await provider.connect("broker.lan", 1883)

    with BrokerEnd() as broker:
        async with at_work(job, broker) as state:
            await broker.request()
            broker.socket.close()
            await state.done.wait()
            assert state.exit_code is None


async def test_a_hub_that_never_answers_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    async def job(provider: Provider) -> None:
        began = trio.current_time()
        with pytest.raises(TimeoutError, match="has not answered for 15 s"):
            await provider.connect("broker.lan", 1883)
        assert trio.current_time() - began == pytest.approx(ANSWER_TIMEOUT)

    with BrokerEnd() as broker:
        await work(job, broker)


async def test_a_hub_that_reads_late_gets_every_request(autojump_clock: trio.testing.MockClock) -> None:
    async def job(provider: Provider) -> None:
        with pytest.raises(ConnectionRefusedError):
            await provider.connect("broker.lan", 1883)

    with BrokerEnd() as broker:
        broker.provider_end.setblocking(False)
        waiting = 0
        with suppress(BlockingIOError):
            while True:
                broker.provider_end.send(b"9 tcp before.lan 1")
                waiting += 1
        async with at_work(job, broker) as state:
            await trio.sleep(5)
            for _ in range(waiting):
                assert (await broker.request())[1] == "tcp before.lan 1"
            number, words = await broker.request()
            assert words == "tcp broker.lan 1883"
            broker.answer(number, "failed refused nobody listens")
            await state.done.wait()
            assert state.exit_code is None


async def test_garbage_from_the_hub_does_not_keep_others_from_running() -> None:
    async def job(provider: Provider) -> None:
        (await provider.connect_socket("broker.lan", 1883)).close()

    with BrokerEnd() as broker:
        async with echo_server() as place, at_work(job, broker) as state:
            number, _ = await broker.request()
            for _ in range(20):
                broker.socket.send(b"\xff\x00 garbage")
                broker.socket.send(f"{number + 1} connected nowhere".encode())
            broker.answer(number, "connected 127.0.0.1 1", socket.create_connection(place))
            await state.done.wait()
            assert state.exit_code is None


# ── cancellation ──


async def cancel_after(steps: int, scope: trio.CancelScope) -> None:
    for _ in range(steps):
        await trio.lowlevel.checkpoint()
    scope.cancel()


@pytest.mark.parametrize("tls", [False, True])
async def test_a_connection_cancelled_at_any_moment_leaves_nothing_behind(tls: bool) -> None:
    """Every descriptor is accounted for by the fixture, and by what is open between the tries."""
    finished = 0

    async def job(provider: Provider) -> None:
        nonlocal finished
        context = trusting()
        before = open_descriptors()
        for steps in range(60):
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(cancel_after, steps, scope)
                    stream = await provider.connect("broker.lan", 8883, tls=context if tls else False)
                    await trio.aclose_forcefully(stream)
                    finished += 1
                    nursery.cancel_scope.cancel()
            # The connection that nobody wanted any more may still be on its way.
            with trio.fail_after(5):
                while open_descriptors() - before:
                    await trio.lowlevel.checkpoint()
        stream = await provider.connect("broker.lan", 8883)
        await trio.aclose_forcefully(stream)

    async with (
        echo_server(server_context("good") if tls else None) as place,
        serving({"tcp broker.lan 8883": place}) as broker,
    ):
        await work(job, broker)
        assert broker.unanswered == 0
    assert 0 < finished < 60


async def test_a_provider_that_is_stopped_while_it_connects_ends_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def job(provider: Provider) -> None:
        await provider.connect("broker.lan", 1883)

    with BrokerEnd() as broker:
        async with at_work(job, broker) as state:
            await broker.request()
            began = trio.current_time()
            await state.hub.say(Stop("the hub ends"))
            await state.done.wait()
            assert (state.exit_code, trio.current_time()) == (0, began)


# ── TLS ──


def server_context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


async def test_a_tls_stream_is_given_after_its_handshake() -> None:
    async def job(provider: Provider) -> None:
        async with await provider.connect("broker.lan", 8883, tls=trusting()) as stream:
            await stream.send_all(b"hello")
            assert await stream.receive_some(100) == b"hello"
        # By an address, with the name that the certificate has.
        stream = await provider.connect("192.0.2.7", 8883, tls=trusting(), server_hostname="broker.lan")
        await stream.aclose()
        stream = await provider.connect("broker.lan.", 8883, tls=trusting())
        await stream.aclose()

    async with echo_server(server_context("good")) as place:
        places = {f"tcp {host} 8883": place for host in ("broker.lan", "192.0.2.7", "broker.lan.")}
        async with serving(places) as broker:
            await work(job, broker)


@pytest.mark.parametrize(
    ("certificate", "sentence"),
    [
        ("expired", "the certificate of the other side has expired"),
        ("other", "the certificate of the other side is for another host than broker.lan"),
    ],
)
async def test_a_certificate_that_is_not_right_is_named(certificate: str, sentence: str) -> None:
    async def job(provider: Provider) -> None:
        with pytest.raises(ConnectError) as failure:
            await provider.connect("broker.lan", 8883, tls=trusting())
        assert failure.value.code == "tls"
        assert str(failure.value) == f"broker.lan:8883: TLS failed: {sentence}"
        assert isinstance(failure.value.__cause__, trio.BrokenResourceError)

    async with (
        echo_server(server_context(certificate)) as place,
        serving({"tcp broker.lan 8883": place}) as broker,
    ):
        await work(job, broker)


@pytest.mark.parametrize(
    ("certificate", "known", "sentence"),
    [
        (
            "good",
            None,
            "is signed by an authority that is not known here; no authority's certificate is known",
        ),
        ("good", "other", "is signed by an authority that is not known here"),
        ("self-signed", None, "is signed by itself, and was not said to be trusted"),
    ],
)
async def test_an_authority_that_nobody_named_is_not_trusted(
    certificate: str, known: str | None, sentence: str
) -> None:
    async def job(provider: Provider) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if known is not None:
            context.load_verify_locations(cafile=CERTIFICATES / f"{known}.pem")
        with pytest.raises(ConnectError, match=f"TLS failed: the certificate of the other side {sentence}"):
            await provider.connect("broker.lan", 8883, tls=context)

    async with (
        echo_server(server_context(certificate)) as place,
        serving({"tcp broker.lan 8883": place}) as broker,
    ):
        await work(job, broker)


async def test_what_the_system_does_not_trust_tls_true_does_not_either() -> None:
    async def job(provider: Provider) -> None:
        for _ in range(2):
            with pytest.raises(ConnectError, match="an authority that is not known here"):
                await provider.connect("broker.lan", 8883, tls=True)

    async with (
        echo_server(server_context("good")) as place,
        serving({"tcp broker.lan 8883": place}) as broker,
    ):
        await work(job, broker)


async def one_answer(stream: trio.SocketStream, answer: bytes) -> None:
    await stream.receive_some(1000)
    if answer:
        await stream.send_all(answer)
    await stream.aclose()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"220 mail.lan ESMTP ready and waiting\r\n", "does not speak TLS on this port"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak TLS on this port"),
        (b"", "closed the connection during the handshake"),
    ],
)
async def test_what_is_not_tls_is_said(answer: bytes, sentence: str) -> None:
    async def job(provider: Provider) -> None:
        with pytest.raises(ConnectError, match=f"TLS failed: the other side {sentence}") as failure:
            await provider.connect("broker.lan", 1883, tls=trusting())
        assert failure.value.code == "tls"

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, functools.partial(one_answer, answer=answer), listeners)
        async with serving({"tcp broker.lan 1883": listeners[0].socket.getsockname()}) as broker:
            await work(job, broker)
        nursery.cancel_scope.cancel()


async def test_a_handshake_without_an_answer_ends_in_time(autojump_clock: trio.testing.MockClock) -> None:
    async def job(provider: Provider) -> None:
        began = trio.current_time()
        with pytest.raises(ConnectError, match="TLS failed: no answer for 10 s"):
            await provider.connect("broker.lan", 1883, tls=trusting())
        assert trio.current_time() - began == pytest.approx(TLS_TIMEOUT)

    with trio.socket.socket() as silent:
        await silent.bind(("127.0.0.1", 0))
        silent.listen()
        async with serving({"tcp broker.lan 1883": silent.getsockname()}) as broker:
            await work(job, broker)
