"""The asyncio loop of providers, with a fake broker on a real socket that really connects.

The libraries here are unmodified, and know neither the broker nor the loop. That the system calls which the loop avoids
are really refused is shown where the sandbox is real, in tests/real/test_asyncio.py.
"""

import asyncio
import functools
import io
import os
import socket
import sys
from asyncio import selector_events
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from igloo_provider import ConnectError, NoBroker, NotGranted
from igloo_provider.broker_loop import NAMES_KEPT, BrokerEventLoop
from tests.provider.asyncio_side import (
    PATIENCE,
    brokered,
    client_tls,
    on_broker_loop,
    open_descriptors,
    server_tls,
    serving,
    start_echo,
    start_web,
    until_closed,
)

TEN_MEGABYTES = bytes(range(256)) * 40 * 1024


async def echo_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    """What comes back. Writes and reads side by side, as the other side does not read what it can't send."""

    async def write() -> None:
        writer.write(data)
        await writer.drain()

    sending = asyncio.create_task(write())
    answer = await reader.readexactly(len(data))
    await sending
    writer.close()
    await writer.wait_closed()
    return answer


# ── the standard library ──


@on_broker_loop
async def test_streams_connect_to_a_name() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}) as broker:
            assert await echo_once(*await asyncio.open_connection("Echo.House.", 7), b"hello") == b"hello"
            assert broker.asked == ["tcp echo.house 7"]


@on_broker_loop
async def test_a_library_that_races_addresses_connects_once() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}) as broker:
            streams = await asyncio.open_connection("echo.house", 7, happy_eyeballs_delay=0.25)
            assert await echo_once(*streams, b"hello") == b"hello"
            assert broker.asked == ["tcp echo.house 7"]


@on_broker_loop
async def test_tls_looks_at_the_real_name() -> None:
    with serving(functools.partial(start_echo, tls=server_tls())) as port:
        places = {f"tcp {name} 8883": ("127.0.0.1", port) for name in ("broker.lan", "other.lan")}
        async with brokered(places):
            streams = await asyncio.open_connection("broker.lan", 8883, ssl=client_tls())
            assert await echo_once(*streams, b"hello") == b"hello"
            with pytest.raises(OSError, match=r"Hostname mismatch.*other\.lan"):
                await asyncio.open_connection("other.lan", 8883, ssl=client_tls())


@on_broker_loop
async def test_ten_megabytes_go_both_ways() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):
            streams = await asyncio.open_connection("echo.house", 7)
            assert await echo_once(*streams, TEN_MEGABYTES) == TEN_MEGABYTES


@on_broker_loop
async def test_ten_megabytes_go_both_ways_over_tls() -> None:
    with serving(functools.partial(start_echo, tls=server_tls())) as port:
        async with brokered({"tcp broker.lan 8883": ("127.0.0.1", port)}):
            streams = await asyncio.open_connection("broker.lan", 8883, ssl=client_tls())
            assert await echo_once(*streams, TEN_MEGABYTES) == TEN_MEGABYTES


def test_the_loop_writes_with_send_and_never_with_sendmsg() -> None:
    BrokerEventLoop().close()
    assert not getattr(selector_events, "_HAS_SENDMSG", False)


@on_broker_loop
async def test_an_address_is_asked_for_as_it_is() -> None:
    with serving(start_echo) as four, serving(functools.partial(start_echo, host="::1")) as six:
        places = {f"tcp 127.0.0.1 {four}": ("127.0.0.1", four), f"tcp ::1 {six}": ("::1", six)}
        async with brokered(places) as broker:
            for host, port in [
                ("127.0.0.1", four),
                ("::1", six),
                ("0:0:0:0:0:0:0:1", six),
                ("::ffff:127.0.0.1", four),
            ]:
                assert await echo_once(*await asyncio.open_connection(host, port), b"hello") == b"hello"
            assert broker.asked == [
                f"tcp 127.0.0.1 {four}",
                f"tcp ::1 {six}",
                f"tcp ::1 {six}",
                f"tcp 127.0.0.1 {four}",
            ]


@on_broker_loop
async def test_a_socket_of_the_other_family_takes_what_the_hub_connected() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):
            streams = await asyncio.open_connection("echo.house", 7, family=socket.AF_INET6)
            assert streams[1].get_extra_info("peername") == ("127.0.0.1", port)
            assert await echo_once(*streams, b"hello") == b"hello"


@on_broker_loop
async def test_udp_goes_to_the_one_it_was_connected_to() -> None:
    class Talk(asyncio.DatagramProtocol):
        def __init__(self) -> None:
            self.heard = asyncio.get_running_loop().create_future()
            self.lost = asyncio.get_running_loop().create_future()

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.heard.set_result((data, addr))

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(exc)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(5)
        place = other.getsockname()
        async with brokered({"udp lamp.house 5683": place}) as broker:
            before = open_descriptors()
            transport, talk = await asyncio.get_running_loop().create_datagram_endpoint(
                Talk, ("0.0.0.0", 0), ("lamp.house", 5683), allow_broadcast=True
            )
            transport.sendto(b"on")
            data, sender = other.recvfrom(100)
            assert data == b"on"
            other.sendto(b"done", sender)
            assert await talk.heard == (b"done", place)
            transport.sendto(b"off", place)
            assert other.recv(100) == b"off"
            with pytest.raises(ValueError, match="Invalid address"):
                transport.sendto(b"secret", ("127.0.0.1", 9))
            transport.close()
            assert await talk.lost is None
            assert broker.asked == ["udp lamp.house 5683"]
            await until_closed(before)


@on_broker_loop
async def test_udp_goes_over_a_socket_that_the_broker_gave() -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(5)
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.connect(other.getsockname())
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=made)
        transport.sendto(b"on")
        assert other.recv(100) == b"on"
        transport.close()


@on_broker_loop
async def test_udp_that_comes_to_nothing_leaves_nothing_open() -> None:
    loop = asyncio.get_running_loop()

    def give_up() -> asyncio.DatagramProtocol:
        raise ZeroDivisionError

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        places = {"udp lamp.house 5683": other.getsockname(), "udp gone.house 5683": "unreachable no route"}
        async with brokered(places) as broker:
            before = open_descriptors()
            with pytest.raises(ZeroDivisionError):
                await loop.create_datagram_endpoint(give_up, remote_addr=("lamp.house", 5683))
            await until_closed(before)
            with pytest.raises(ConnectError, match=r"gone\.house:5683: no route"):
                await loop.create_datagram_endpoint(
                    asyncio.DatagramProtocol, remote_addr=("gone.house", 5683)
                )
            with pytest.raises(NotGranted):
                await loop.create_datagram_endpoint(
                    asyncio.DatagramProtocol, remote_addr=("127.0.0.1", 5683), family=socket.AF_INET
                )
            with pytest.raises(socket.gaierror):
                await loop.create_datagram_endpoint(
                    asyncio.DatagramProtocol, remote_addr=("::1", 5683), family=socket.AF_INET
                )
            assert broker.asked == ["udp lamp.house 5683", "udp gone.house 5683", "udp 127.0.0.1 5683"]
    with pytest.raises(NoBroker):
        await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("lamp.house", 5683))


@on_broker_loop
async def test_a_hundred_at_once_all_connect() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):

            async def talk(number: int) -> bool:
                data = str(number).encode()
                return await echo_once(*await asyncio.open_connection("echo.house", 7), data) == data

            assert all(await asyncio.gather(*map(talk, range(100))))


# ── how it fails ──


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("refused nobody listens there", ConnectionRefusedError),
        ("timed-out no answer", TimeoutError),
        ("not-found no such name", socket.gaierror),
        ("not-granted add it to igloo.toml", PermissionError),
        ("own-address this machine", PermissionError),
        ("unreachable no route", OSError),
        ("limit too many", OSError),
        ("of-a-later-version who knows", OSError),
    ],
)
@on_broker_loop
async def test_a_failure_is_what_libraries_catch_and_says_what_to_do(
    answer: str, kind: type[OSError]
) -> None:
    async with brokered({"tcp lamp.house 80": answer}):
        with pytest.raises(kind, match=answer.partition(" ")[2]) as caught:
            await asyncio.open_connection("lamp.house", 80)
        assert isinstance(caught.value, ConnectError)
        assert caught.value.code == answer.partition(" ")[0]
        assert (caught.value.host, caught.value.port) == ("lamp.house", 80)


@on_broker_loop
async def test_what_nobody_granted_names_host_and_port() -> None:
    async with brokered({}):
        with pytest.raises(NotGranted, match=r"lamp\.house:80: nobody granted tcp lamp\.house 80"):
            await asyncio.open_connection("lamp.house", 80)


@on_broker_loop
async def test_a_broker_that_goes_away_ends_those_who_wait_and_those_who_come() -> None:
    async with brokered({"tcp lamp.house 80": "refused nobody listens there"}) as broker:
        broker.go_on.clear()
        waiting = asyncio.create_task(asyncio.open_connection("lamp.house", 80))
        await broker.until_asked()
        broker.close()
        with pytest.raises(NoBroker):
            await waiting
        with pytest.raises(NoBroker):
            await asyncio.open_connection("lamp.house", 80)


@on_broker_loop
async def test_without_a_broker_nothing_connects() -> None:
    with pytest.raises(NoBroker, match="no broker at file descriptor 4"):
        await asyncio.open_connection("lamp.house", 80)


@pytest.mark.parametrize("patience", [0.05, None])
@on_broker_loop
async def test_a_caller_who_gives_up_leaves_nothing_open(patience: float | None) -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}) as broker:
            before = open_descriptors()
            broker.go_on.clear()
            attempt = asyncio.create_task(asyncio.open_connection("echo.house", 7))
            if patience is None:
                await broker.until_asked()
                attempt.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await attempt
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(attempt, patience)
            await until_closed(before)
            broker.go_on.set()  # the answer comes late, with a descriptor
            assert await echo_once(*await asyncio.open_connection("echo.house", 7), b"hello") == b"hello"
            assert len(broker.asked) == 2


@on_broker_loop
async def test_a_socket_that_is_closed_while_it_is_connected_leaves_nothing_open() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}) as broker:
            before = open_descriptors()
            broker.go_on.clear()
            with socket.socket() as sock:
                sock.setblocking(False)
                attempt = asyncio.create_task(
                    asyncio.get_running_loop().sock_connect(sock, ("echo.house", 7))
                )
                await broker.until_asked()
            broker.go_on.set()
            with pytest.raises(OSError, match="closed while it was being connected"):
                await attempt
            await until_closed(before)


# ── the library's own socket ──


@on_broker_loop
async def test_a_raw_socket_keeps_its_number_and_its_manners() -> None:
    loop = asyncio.get_running_loop()
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):
            with socket.socket() as sock:
                sock.setblocking(False)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 7)
                number = sock.fileno()
                await loop.sock_connect(sock, ("echo.house", 7))
                assert sock.fileno() == number
                assert not os.get_blocking(number)
                assert not os.get_inheritable(number)
                assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 7
                await loop.sock_sendall(sock, b"hello")
                assert await loop.sock_recv(sock, 100) == b"hello"


@on_broker_loop
async def test_a_blocking_socket_stays_one() -> None:
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):
            with socket.socket() as sock:
                await asyncio.get_running_loop().sock_connect(sock, ("echo.house", 7))
                sock.sendall(b"hello")
                assert sock.recv(100) == b"hello"


@on_broker_loop
async def test_a_library_that_closes_its_raw_socket_while_a_write_is_pending_reconnects() -> None:
    lost: list[int] = []

    class Talk(asyncio.Protocol):
        def __init__(self, number: int) -> None:
            self.number = number
            self.heard = asyncio.Event()

        def data_received(self, data: bytes) -> None:
            self.heard.set()

        def connection_lost(self, exc: Exception | None) -> None:
            lost.append(self.number)

    loop = asyncio.get_running_loop()
    transports: list[asyncio.Transport] = []  # a library that forgets to forget
    peers = []
    numbers = set()
    with socket.create_server(("127.0.0.1", 0)) as server:
        async with brokered({"tcp deaf.house 7": server.getsockname()}) as broker:
            for number in range(50):
                sock = socket.socket()
                sock.setblocking(False)
                await loop.sock_connect(sock, ("deaf.house", 7))
                await broker.until_answered()
                peers.append(server.accept()[0])  # reads nothing
                talk = Talk(number)
                transport, _ = await loop.create_connection(functools.partial(lambda t: t, talk), sock=sock)
                transports.append(transport)
                if number:
                    transports[number - 1].close()  # late, and must not take the new one's registration along
                transport.write(bytes(8 << 20))
                assert transport.get_write_buffer_size()
                peers[-1].send(b"hello")
                await talk.heard.wait()
                numbers.add(sock.fileno())
                if number < 49:
                    sock.close()
            transports[-1].abort()
            for peer in peers:
                peer.close()
    await asyncio.sleep(0)
    assert len(numbers) == 1, "the numbers are used again, or this shows nothing"
    assert lost == list(range(50))


@on_broker_loop
async def test_a_socket_that_has_a_transport_is_not_connected_again() -> None:
    loop = asyncio.get_running_loop()
    with serving(start_echo) as port:
        async with brokered({"tcp echo.house 7": ("127.0.0.1", port)}):
            with socket.socket() as sock:
                sock.setblocking(False)
                await loop.sock_connect(sock, ("echo.house", 7))
                streams = await asyncio.open_connection(sock=sock)
                with pytest.raises(RuntimeError, match="is used by transport"):
                    await loop.sock_connect(sock, ("echo.house", 7))
                assert await echo_once(*streams, b"hello") == b"hello"


# ── names ──


@on_broker_loop
async def test_a_name_has_one_made_up_address_for_as_long_as_it_is_known() -> None:
    loop = asyncio.get_running_loop()

    async def look_up(name: str, **options: int) -> str:
        return str((await loop.getaddrinfo(name, 80, **options))[0][4][0])

    assert await look_up("first.house") == "240.0.0.1"
    assert await look_up("second.house") == "240.0.0.2"
    assert await look_up("FIRST.house.") == "240.0.0.1"
    assert await look_up("first.house", family=socket.AF_INET6) == "100::"
    assert await loop.getnameinfo(("240.0.0.2", 80)) == ("second.house", "80")
    for number in range(NAMES_KEPT - 1):
        await look_up(f"{number}.house")
    assert await look_up("first.house") == "240.0.0.1"
    with pytest.raises(socket.gaierror, match=r"240\.0\.0\.2 stands for no name any more"):
        await loop.sock_connect(socket_for_nothing(), ("240.0.0.2", 80))
    assert await look_up("second.house") not in {"240.0.0.1", "240.0.0.2"}


def socket_for_nothing() -> socket.socket:
    with socket.socket() as sock:
        sock.setblocking(False)
        return sock


@on_broker_loop
async def test_what_is_asked_for_is_what_is_given() -> None:
    loop = asyncio.get_running_loop()
    tcp, udp = (socket.SOCK_STREAM, 6), (socket.SOCK_DGRAM, 17)
    wanted: list[tuple[dict[str, int], list[tuple[int, int]]]] = [
        ({}, [tcp, udp]),
        ({"type": socket.SOCK_STREAM}, [tcp]),
        ({"type": socket.SOCK_DGRAM}, [udp]),
        ({"proto": socket.IPPROTO_TCP}, [tcp]),
    ]
    for options, found in wanted:
        infos = await loop.getaddrinfo("lamp.house", "http", **options)
        assert [(kind, proto) for _, kind, proto, _, _ in infos] == found
        assert {address for *_, address in infos} == {("240.0.0.1", 80)}
        assert {family for family, *_ in infos} == {socket.AF_INET}
    (info,) = await loop.getaddrinfo(b"::1", b"443", proto=6, flags=socket.AI_CANONNAME)
    assert info == (socket.AF_INET6, socket.SOCK_STREAM, 6, "::1", ("::1", 443, 0, 0))
    (info,) = await loop.getaddrinfo("fe80::1%1", None, proto=6)
    assert info[4] == ("fe80::1", 0, 0, 1)
    (info,) = await loop.getaddrinfo(
        "127.0.0.1", 1, family=socket.AF_INET6, proto=6, flags=socket.AI_V4MAPPED
    )
    assert info[4] == ("::ffff:127.0.0.1", 1, 0, 0)
    assert (await loop.getaddrinfo(None, 1))[0][4] == ("127.0.0.1", 1)


@pytest.mark.parametrize(
    ("host", "port", "options"),
    [
        ("", 80, {}),
        (".", 80, {}),
        ("a b", 80, {}),
        ("a\nb", 80, {}),
        ("a\0b", 80, {}),
        ("x" * 254, 80, {}),
        (b"\xff", 80, {"flags": socket.AI_NUMERICHOST}),
        ("lamp.house", 80, {"flags": socket.AI_NUMERICHOST}),
        ("lamp.house", "no-such-service", {}),
        ("lamp.house", 80, {"type": socket.SOCK_RAW}),
        ("lamp.house", 80, {"family": socket.AF_UNIX}),
        ("127.0.0.1", 80, {"family": socket.AF_INET6}),
        ("::1", 80, {"family": socket.AF_INET}),
        ("fe80::1%no-such-card", 80, {}),
    ],
)
@on_broker_loop
async def test_what_is_no_host_is_found_at_once(
    host: str | bytes, port: int | str, options: dict[str, int]
) -> None:
    with pytest.raises(socket.gaierror):
        await asyncio.get_running_loop().getaddrinfo(host, port, **options)


@on_broker_loop
async def test_a_name_with_other_letters_is_asked_for_as_the_dns_has_it() -> None:
    async with brokered({}) as broker:
        with pytest.raises(NotGranted):
            await asyncio.open_connection("Bücher.example", 80)
        with pytest.raises(socket.gaierror):
            await asyncio.open_connection("ü" * 250, 80)
        assert broker.asked == ["tcp xn--bcher-kva.example 80"]


# ── a task that leaves ──


@pytest.mark.parametrize("in_the_last_turn", [True, False])
def test_a_task_that_leaves_does_not_end_the_loop_if_somebody_wants_to_know(in_the_last_turn: bool) -> None:
    def leave(_: object = None) -> None:
        raise SystemExit(3)

    async def main() -> str:
        if in_the_last_turn:  # of what the loop runs for
            task = asyncio.current_task()
            assert task is not None
            task.add_done_callback(leave)
        else:
            asyncio.get_running_loop().call_soon(leave)
            await asyncio.sleep(0.01)
        return "done"

    def on_exit(exit: SystemExit) -> bool:
        codes.append(exit.code)
        return True

    def give_up() -> None:
        codes.append("it went on for ever")
        loop.stop()

    codes: list[object] = []
    loop = BrokerEventLoop()
    loop.on_exit = on_exit
    try:
        loop.call_later(PATIENCE / 4, give_up)
        assert loop.run_until_complete(main()) == "done"
        assert codes == [3]
    finally:
        loop.close()


def test_a_task_that_leaves_ends_the_loop_if_nobody_wants_to_know() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(sys.exit, 3)
        await asyncio.sleep(0.01)

    loop = BrokerEventLoop()
    task = loop.create_task(main())
    with pytest.raises(SystemExit):
        loop.run_until_complete(task)
    loop.run_until_complete(task)
    loop.close()


# ── what a provider does not do ──


async def endpoint(**options: Any) -> object:  # noqa: ANN401 - asyncio's
    return await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, **options)


async def connect_datagrams() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, ("lamp.house", 5683))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0),
        lambda: asyncio.start_unix_server(lambda reader, writer: None, "/nowhere/socket"),
        lambda: asyncio.open_unix_connection("/nowhere/socket"),
        lambda: endpoint(local_addr=("0.0.0.0", 5353)),
        lambda: endpoint(local_addr=("127.0.0.1", 0)),
        lambda: endpoint(local_addr=("0.0.0.0", 5353), remote_addr=("lamp.house", 5353)),
        lambda: endpoint(family=socket.AF_INET),
        lambda: endpoint(remote_addr="/nowhere/socket", family=socket.AF_UNIX),
        connect_datagrams,
        lambda: asyncio.create_subprocess_exec("true"),
        lambda: asyncio.create_subprocess_shell("true"),
    ],
)
@on_broker_loop
async def test_servers_programs_and_sockets_of_the_file_system_are_refused_in_a_sentence(
    attempt: Callable[[], Awaitable[object]],
) -> None:
    with pytest.raises(PermissionError, match="its sandbox does not allow it"):
        await attempt()


# ── aiohttp ──


@pytest.mark.parametrize("scheme", ["http", "https"])
@on_broker_loop
async def test_aiohttp_works_unchanged(scheme: str) -> None:
    with serving(functools.partial(start_web, server_tls() if scheme == "https" else None)) as port:
        async with brokered({"tcp broker.lan 8123": ("127.0.0.1", port)}) as broker:
            connector = aiohttp.TCPConnector(ssl=client_tls() if scheme == "https" else True)
            async with aiohttp.ClientSession(connector=connector) as session:
                url = f"{scheme}://broker.lan:8123/"
                for data in (b"hello", TEN_MEGABYTES):
                    async with session.post(url, data=io.BytesIO(data)) as response:
                        assert response.status == 200
                        assert await response.read() == b"You sent " + data
                with pytest.raises(aiohttp.ClientConnectorError, match="nobody granted"):
                    await session.get(f"{scheme}://elsewhere.lan:8123/")
            await asyncio.sleep(0.05)  # aiohttp closes TLS connections in its own time
            assert broker.asked == ["tcp broker.lan 8123", "tcp elsewhere.lan 8123"]
