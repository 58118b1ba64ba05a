"""The broker connects where the owner allowed it, to what the name led to when it was checked, and nowhere else.

The broker and its sockets are real; only the look-up of names is ours, and the clock where nothing real is waited for.
"""

import errno
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import attrs
import pytest
import trio
import trio.lowlevel
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from igloo_hub.broker import (
    COUNT_EVERY,
    MOST_ADDRESSES,
    Broker,
    BrokerLimits,
    Failure,
    LookUps,
    Resolve,
    close_aside,
    is_own,
    number_of,
    parse_request,
)
from igloo_hub.plan.endpoints import Endpoint, IpAddress, address_of, parse_endpoint


@attrs.define
class Peer:
    """A provider's end of the broker's socket, and what the broker said in the log."""

    sock: socket.socket
    log: list[tuple[int, str]]
    broker: Broker
    served: "Served"
    """The hub's end."""

    async def ask(self, request: str) -> tuple[str, list[socket.socket]]:
        self.sock.send(request.encode())
        return await self.answer()

    async def until_logged(self, words: str) -> None:
        with trio.fail_after(5):
            while not any(words in line for _, line in self.log):  # noqa: ASYNC110 - a list has no event
                await trio.sleep(0.001)

    async def answer(self) -> tuple[str, list[socket.socket]]:
        with trio.fail_after(20):
            await trio.lowlevel.wait_readable(self.sock)
        data, descriptors, _, _ = socket.recv_fds(self.sock, 4096, 4)
        return data.decode(), [socket.socket(fileno=number) for number in descriptors]


class Served(socket.socket):
    """The hub's end of the socket, whose sending a test may replace."""

    refusing: Any = None

    def sendmsg(self, *arguments: Any) -> int:  # noqa: ANN401 - a socket's own
        return int((self.refusing or super().sendmsg)(*arguments))


def names(**addresses: str) -> Resolve:
    """Looks names up in these; several addresses are separated by spaces. `-` stands for a dot."""

    async def resolve(host: str) -> list[IpAddress]:
        found = addresses.get(host.replace(".", "_"))
        if found is None:
            raise Failure("not-found", f"no address was found for {host}")
        return [address for text in found.split() if (address := address_of(text)) is not None]

    return resolve


@asynccontextmanager
async def running_broker(
    *granted: str, resolve: Resolve | None = None, limits: BrokerLimits | None = None
) -> AsyncIterator[Peer]:
    """A broker that serves one provider with these grants, `udp:` in front of those that are not TCP."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    log: list[tuple[int, str]] = []
    with theirs, Served(fileno=ours.detach()) as served:
        served.setblocking(False)
        theirs.setblocking(False)
        endpoints = [
            parse_endpoint(text.removeprefix("udp:"), "udp" if text.startswith("udp:") else "tcp")
            for text in granted
        ]
        broker = Broker(endpoints, lambda level, text: log.append((level, text)), limits, resolve)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(broker.serve, served)
            yield Peer(theirs, log, broker, served)
            nursery.cancel_scope.cancel()


@contextmanager
def listener(host: str = "127.0.0.1", backlog: int = 100) -> Iterator[tuple[socket.socket, int]]:
    with socket.create_server(
        (host, 0), backlog=backlog, family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as server:
        server.settimeout(5)
        yield server, server.getsockname()[1]


async def test_a_granted_host_is_connected_to_and_logged() -> None:
    with listener() as (server, port):
        async with running_broker(f"localhost:{port}", resolve=names(localhost="::1 127.0.0.1")) as peer:
            answer, [connection] = await peer.ask(f"7 tcp localhost {port}")
            assert answer == f"7 connected 127.0.0.1 {port}"
            with connection, server.accept()[0] as other:
                assert os.get_blocking(connection.fileno()) is False
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                other.sendall(b"hello")
                await trio.lowlevel.wait_readable(connection)
                assert connection.recv(10) == b"hello"
            await peer.until_logged(f"connected to localhost:{port} (tcp) at 127.0.0.1")
            assert [level for level, _ in peer.log] == [logging.INFO]


async def test_ipv6_is_connected_to_as_well() -> None:
    with listener("::1") as (_, port):
        async with running_broker(f"[::1]:{port}") as peer:
            answer, [connection] = await peer.ask(f"1 tcp ::1 {port}")
            assert answer == f"1 connected ::1 {port}"
            connection.close()


@pytest.mark.parametrize(
    "request_", ["1 tcp 127.0.0.1 {other}", "1 udp 127.0.0.1 {port}", "1 tcp 127.0.0.2 {port}"]
)
async def test_what_is_not_granted_names_the_missing_grant(request_: str) -> None:
    with listener() as (_, port), listener() as (_, other):
        async with running_broker(f"127.0.0.1:{port}") as peer:
            asked = request_.format(port=port, other=other)
            _, verb, host, number = asked.split()
            grant = f"{'connect' if verb == 'tcp' else 'udp'}:{host}:{number}"
            answer, connections = await peer.ask(asked)
            assert answer.startswith(f"1 failed not-granted {grant} is not granted: ")
            assert connections == []
            ((level, line),) = peer.log
            assert level == logging.WARNING
            assert line.startswith(f"not connected to {host}:{number} ({verb}): {grant} is not granted")
            # The control: what is granted works on the same broker.
            answer, connections = await peer.ask(f"2 tcp 127.0.0.1 {port}")
            assert answer.startswith("2 connected")
            for connection in connections:
                connection.close()


async def test_a_udp_socket_talks_to_its_one_peer_only() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as lamp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        for sock in (lamp, other):
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(5)
        port = lamp.getsockname()[1]
        async with running_broker(f"udp:127.0.0.1:{port}") as peer:
            answer, [connection] = await peer.ask(f"1 udp 127.0.0.1 {port}")
            with connection:
                assert answer == f"1 connected 127.0.0.1 {port}"
                connection.send(b"on")
                data, sender = lamp.recvfrom(10)
                assert data == b"on"
                # What a stranger sends to it is not received; what its peer sends is.
                other.sendto(b"forged", sender)
                lamp.sendto(b"ok", sender)
                await trio.lowlevel.wait_readable(connection)
                assert connection.recv(10) == b"ok"


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        ("127.0.0.1", "own-address"),
        ("127.5.5.5", "own-address"),
        ("::1", "own-address"),
        ("::ffff:127.0.0.1", "own-address"),
        ("0.0.0.0", "not-found"),
        ("::", "not-found"),
        ("224.0.0.251", "not-found"),
        ("", "not-found"),
    ],
)
async def test_a_name_of_the_outside_does_not_lead_to_this_machine(addresses: str, code: str) -> None:
    with listener() as (_, port):
        resolve = names(cloud_example=addresses)
        async with running_broker(f"cloud.example:{port}", f"127.0.0.1:{port}", resolve=resolve) as peer:
            answer, connections = await peer.ask(f"1 tcp cloud.example {port}")
            assert answer.startswith(f"1 failed {code} ")
            assert connections == []
            # The control: somebody listens there, and who grants the address itself may connect.
            answer, [connection] = await peer.ask(f"2 tcp 127.0.0.1 {port}")
            assert answer == f"2 connected 127.0.0.1 {port}"
            connection.close()


async def test_of_several_addresses_the_acceptable_one_is_taken() -> None:
    with listener() as (_, port):
        resolve = names(localhost="0.0.0.0 224.0.0.1 127.0.0.1")
        async with running_broker(f"localhost:{port}", resolve=resolve) as peer:
            answer, [connection] = await peer.ask(f"1 tcp LocalHost. {port}")
            assert answer == f"1 connected 127.0.0.1 {port}"
            connection.close()


async def test_a_name_that_changes_is_judged_by_what_it_leads_to_each_time() -> None:
    leads_to = iter(["192.0.2.1", "127.0.0.1"])
    looked_up = []

    async def resolve(host: str) -> list[IpAddress]:
        looked_up.append(host)
        address = address_of(next(leads_to))
        assert address is not None
        return [address]

    with listener() as (_, port):
        limits = BrokerLimits(time=0.05)
        async with running_broker(f"cloud.example:{port}", resolve=resolve, limits=limits) as peer:
            answer, _ = await peer.ask(f"1 tcp cloud.example {port}")
            assert answer.split()[2] in {"timed-out", "unreachable", "refused"}
            assert len(looked_up) == 1  # what was checked is what was connected to
            answer, _ = await peer.ask(f"2 tcp cloud.example {port}")
            assert answer.startswith("2 failed own-address")


async def test_nobody_listens() -> None:
    with listener() as (server, port):
        server.close()
        async with running_broker(f"127.0.0.1:{port}") as peer:
            answer, _ = await peer.ask(f"1 tcp 127.0.0.1 {port}")
            assert answer == f"1 failed refused nobody listens at 127.0.0.1:{port}, or it turns callers away"


async def test_a_name_without_an_address() -> None:
    async with running_broker("nowhere.invalid:80") as peer:
        answer, _ = await peer.ask("1 tcp nowhere.invalid 80")
        assert answer.startswith("1 failed not-found no address was found for nowhere.invalid: ")


async def test_a_look_up_without_end_ends(autojump_clock: MockClock) -> None:
    async def resolve(host: str) -> list[IpAddress]:
        await trio.sleep_forever()
        raise AssertionError

    async with running_broker("slow.example:80", resolve=resolve) as peer:
        began = trio.current_time()
        peer.sock.send(b"1 tcp slow.example 80")
        await trio.sleep(5.1)
        answer, _ = await peer.answer()
        assert answer == "1 failed not-found no name server answered for slow.example within 5 s"
        assert trio.current_time() - began < 6


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"hello", "0 failed bad-request a request begins with its number"),
        (b"0 tcp a 1", "0 failed bad-request a request begins with its number"),
        (b"4294967296 tcp a 1", "0 failed bad-request a request begins with its number"),
        (b"-1 tcp a 1", "0 failed bad-request a request begins with its number"),
        (b"\xff\xfe", "0 failed bad-request a request begins with its number"),
        (b"1", "1 failed unsupported this hub's broker does not know ''"),
        (b"1 TCP a 1", "1 failed unsupported this hub's broker does not know 'TCP'"),
        (b"1 \x1b[2J a 1", "1 failed unsupported this hub's broker does not know '\\\\x1b[2J'"),
        (b"1 tcp a", "1 failed bad-request tcp needs a host and a port"),
        (b"1 tcp a 0", "1 failed bad-request a port is a whole number from 1 to 65535, not 0"),
        (b"1 tcp a 65536", "1 failed bad-request a port is a whole number from 1 to 65535, not 65536"),
        (b"000000000123456 tcp a 1", "0 failed bad-request a request begins with its number"),
        ("1 tcp a ٨٠".encode(), "1 failed bad-request a port is a whole number from 1 to 65535, not"),
        (b"", "0 failed bad-request a request begins with its number"),
        (b"1 tcp a " + b"9" * 400, "1 failed bad-request a port is a whole number from 1 to 65535, not 999"),
        (b"1 tcp  80", "1 failed bad-request a host must not be empty"),
        (b"1 tcp 127.1 80", "1 failed bad-request '127.1' ends in a number"),
        (b"1 tcp 0x7f000001 80", "1 failed bad-request '0x7f000001' ends in a number"),
        (b"1 tcp fe80::1%lo 80", "1 failed bad-request 'fe80::1%lo' names a network interface"),
        (b"1 tcp " + b"a." * 130 + b" 80", "1 failed bad-request a host has at most 253 characters"),
        (b"1 tcp a\x00b 80", "1 failed bad-request"),
        (b"1 tcp " + b"a" * 600 + b" 80", "1 failed bad-request a request has at most 512 bytes"),
    ],
)
async def test_a_request_that_is_none(request_: bytes, answer: str) -> None:
    async with running_broker() as peer:
        peer.sock.send(request_)
        got, connections = await peer.answer()
        assert got.startswith(answer)
        assert connections == []
        assert "\x1b" not in got + str(peer.log)


@given(st.binary(max_size=600))
def test_no_bytes_are_more_than_a_bad_request(data: bytes) -> None:
    assert 0 <= number_of(data) < 1 << 32
    try:
        request = parse_request(data)
    except Failure as failure:
        assert failure.code in ("bad-request", "unsupported")  # noqa: PT017 - the other branch is as good
    else:
        assert isinstance(request.endpoint, Endpoint)


async def test_a_thousand_requests_at_once_are_all_answered() -> None:
    with listener(backlog=2000) as (_, port):
        limits = BrokerLimits(connections=2000, burst=2000)
        async with running_broker(f"127.0.0.1:{port}", limits=limits) as peer:
            answered: set[str] = set()

            async def read() -> None:
                while len(answered) < 1000:
                    answer, connections = await peer.answer()
                    for connection in connections:
                        connection.close()
                    answered.add(answer.split()[0])

            async with trio.open_nursery() as nursery:
                nursery.start_soon(read)
                for number in range(1, 1001):
                    while True:
                        try:
                            peer.sock.send(f"{number} tcp 127.0.0.1 {port}".encode())
                            break
                        except BlockingIOError:
                            await trio.lowlevel.wait_writable(peer.sock)
            assert answered == {str(number) for number in range(1, 1001)}


async def test_no_more_than_a_few_are_under_way(autojump_clock: MockClock) -> None:
    under_way = 0

    async def resolve(host: str) -> list[IpAddress]:
        nonlocal under_way
        under_way += 1
        await trio.sleep_forever()
        raise AssertionError

    limits = BrokerLimits(pending=5)
    async with running_broker("slow.example:80", resolve=resolve, limits=limits) as peer:
        for number in range(1, 51):
            peer.sock.send(f"{number} tcp slow.example 80".encode())
        await trio.sleep(1)
        assert under_way == 5


async def test_who_asks_too_often_waits(autojump_clock: MockClock) -> None:
    async with running_broker(limits=BrokerLimits(per_second=2, burst=10)) as peer:
        for number in range(1, 31):
            peer.sock.send(f"{number} nonsense".encode())
        await trio.sleep(0.1)
        answered = len(peer.log)
        assert answered <= 11
        await trio.sleep(5)
        assert answered + 9 <= len(peer.log) <= answered + 11


async def test_only_so_many_connections_are_open_at_once() -> None:
    with listener() as (_, port):
        async with running_broker(f"127.0.0.1:{port}", limits=BrokerLimits(connections=2)) as peer:
            _, [first] = await peer.ask(f"1 tcp 127.0.0.1 {port}")
            _, [second] = await peer.ask(f"2 tcp 127.0.0.1 {port}")
            answer, connections = await peer.ask(f"3 tcp 127.0.0.1 {port}")
            assert answer == "3 failed limit 2 connections are open, the most that it may have"
            assert connections == []
            # The control: whoever closes one may open another.
            first.close()
            await trio.sleep(COUNT_EVERY)
            answer, [third] = await peer.ask(f"4 tcp 127.0.0.1 {port}")
            assert answer.startswith("4 connected")
            assert list(peer.broker.connections) == [Endpoint("tcp", "127.0.0.1", port)] * 2
            second.close()
            third.close()
            await trio.sleep(COUNT_EVERY)
            assert list(peer.broker.connections) == []


async def test_who_never_reads_is_served_no_longer(autojump_clock: MockClock) -> None:
    async with running_broker() as peer:
        number = 0
        with trio.move_on_after(120):
            while True:
                number += 1
                try:
                    peer.sock.send(f"{number} nonsense".encode())
                except BlockingIOError:
                    await trio.sleep(1)
                except BrokenPipeError:
                    break  # the broker has gone
                await trio.lowlevel.checkpoint()
        assert any("does not take the broker's answers" in text for _, text in peer.log)
        # What it was told before is there, and then comes the end.
        while peer.sock.recv(1000):
            pass


async def test_a_provider_that_dies_meanwhile_leaves_nothing_behind() -> None:
    with listener() as (server, port):
        async with running_broker(f"127.0.0.1:{port}") as peer:
            peer.sock.send(f"1 tcp 127.0.0.1 {port}".encode())
            peer.sock.close()
            with trio.fail_after(5):
                await trio.lowlevel.wait_readable(server)
                with server.accept()[0] as other:
                    other.setblocking(False)
                    await trio.lowlevel.wait_readable(other)
                    assert other.recv(1) == b""


async def test_an_empty_list_of_grants_connects_nowhere() -> None:
    async with running_broker() as peer:
        answer, _ = await peer.ask("1 tcp broker.lan 1883")
        assert answer.startswith("1 failed not-granted connect:broker.lan:1883 is not granted: ")


async def test_descriptors_that_a_provider_sends_are_dropped() -> None:
    async with running_broker() as peer:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(peer.sock, [b"1 nonsense"], [theirs.fileno()])
            await peer.answer()
            ours.settimeout(5)
            assert ours.recv(1) == b""  # nobody holds the other end any more


@pytest.mark.parametrize(
    ("text", "own"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("192.0.2.1", False)]
)
def test_which_addresses_are_this_machine_s(text: str, own: bool) -> None:
    address = address_of(text)
    assert address is not None
    assert is_own(address) is own


@pytest.mark.parametrize("verb", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [(errno.EAFNOSUPPORT, "unreachable"), (errno.EMFILE, "error"), (errno.ENOBUFS, "error")],
)
async def test_a_machine_that_has_no_such_socket_or_none_left(
    verb: str, fault: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = "[2001:db8::1]:80" if verb == "tcp" else "udp:[2001:db8::1]:80"
    async with running_broker(grant) as peer:
        real = socket.socket

        def refuse(*arguments: Any, **more: Any) -> socket.socket:  # noqa: ANN401 - a socket's own
            if arguments and arguments[0] == socket.AF_INET6:
                raise OSError(fault, os.strerror(fault))
            return real(*arguments, **more)

        with monkeypatch.context() as patched:
            patched.setattr(socket, "socket", refuse)
            patched.setattr(trio.socket, "socket", refuse)
            peer.sock.send(f"1 {verb} 2001:db8::1 80".encode())
            await peer.until_logged("not connected to")
        answer, _ = await peer.answer()
        assert answer.startswith(f"1 failed {code} ")
        assert "None" not in answer


async def test_a_name_with_hundreds_of_addresses_takes_no_more_than_a_few_sockets() -> None:
    resolve = names(cloud_example=" ".join(f"192.0.2.{number}" for number in range(1, 255)))
    before = len(os.listdir("/proc/self/fd"))
    limits = BrokerLimits(time=3)
    async with running_broker("cloud.example:80", resolve=resolve, limits=limits) as peer:
        peer.sock.send(b"1 tcp cloud.example 80")
        most = 0
        with trio.move_on_after(2.5):
            while True:
                most = max(most, len(os.listdir("/proc/self/fd")) - before)
                await trio.sleep(0.05)
        assert most <= 2 + MOST_ADDRESSES + 1


async def test_a_dead_name_holds_up_nobody_who_asks_for_another(autojump_clock: MockClock) -> None:
    async def resolve(host: str) -> list[IpAddress]:
        if host.startswith("dead"):
            await trio.sleep_forever()
        raise Failure("not-found", f"no address was found for {host}")

    grants = [f"dead{number}.example:80" for number in range(8)] + ["alive.example:80"]
    async with running_broker(*grants, resolve=resolve) as peer:
        for number in range(8):
            peer.sock.send(f"{number + 1} tcp dead{number}.example 80".encode())
        peer.sock.send(b"9 tcp alive.example 80")
        await trio.sleep(0.1)
        answer, _ = await peer.answer()
        assert answer == "9 failed not-found no address was found for alive.example"


async def test_a_name_that_is_being_looked_up_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    go_on = threading.Event()

    def getaddrinfo(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        go_on.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    look_ups = LookUps()
    found: list[list[IpAddress]] = []

    async def find() -> None:
        found.append(await look_ups.find("broker.lan"))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(find)
        with trio.move_on_after(0.1):  # whoever gives up takes nothing from the others
            await look_ups.find("broker.lan")
        go_on.set()
    assert found == [[address_of("127.0.0.1")]] * 20
    assert asked == ["broker.lan"]


async def test_no_thread_for_a_look_up_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(trio.lowlevel, "start_thread_soon", refuse)
    with pytest.raises(Failure, match=r"broker\.lan can't be looked up: can't start new thread"):
        await LookUps().find("broker.lan")


async def test_a_socket_whose_closing_waits_stops_nobody() -> None:
    """A provider may make the hub's own close(2) of a socket that it has, too, the one that waits for its last byte."""
    ours, theirs = socket.socketpair()
    began, go_on = threading.Event(), threading.Event()

    class Lingering(socket.socket):
        def close(self) -> None:
            began.set()
            go_on.wait(10)
            super().close()

    with theirs:
        lingering = Lingering(fileno=ours.detach())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(close_aside, lingering)
            while not began.is_set():
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()  # whoever is cancelled leaves it to its thread
        go_on.set()
        theirs.settimeout(5)
        assert theirs.recv(1) == b""


async def test_a_connection_that_cannot_be_handed_over_is_no_connection() -> None:
    with listener() as (_, port):
        async with running_broker(f"127.0.0.1:{port}") as peer:

            def refuse(buffers: list[bytes], rights: list[Any]) -> int:
                if rights:
                    raise OSError(errno.ETOOMANYREFS, os.strerror(errno.ETOOMANYREFS))
                return socket.socket.sendmsg(peer.served, buffers)

            peer.served.refusing = refuse
            answer, connections = await peer.ask(f"1 tcp 127.0.0.1 {port}")
            assert (
                answer
                == "1 failed error the connection can't be handed over: Too many references: cannot splice"
            )
            assert connections == []
            assert not any("connected to" in line and "not connected" not in line for _, line in peer.log)
