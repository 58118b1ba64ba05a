"""The network of a hostile provider: what it was handed, and nothing else.

It has the broker's socket and sockets that a hub connected for it. All attacks of one kind of house run in one provider;
the same provider with enforcement off is their control. The listeners judge from outside.
"""

import contextlib
import errno
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import pytest
import trio

from igloo_sandbox.spec import RESTRICTIONS, PathRule
from tests.sandbox.house import OWN_UID, PATIENCE, RAW_CALLS, House, Outcome, open_house, program, start
from tests.sandbox.old_kernel import CREATE_RULESET, refusing

pytestmark = pytest.mark.kernel("seccomp")

LIBRARIES = os.path.dirname(os.path.dirname(os.path.realpath(trio.__file__)))
"""Where trio and what it needs is installed."""

# What a provider does to get a socket from the broker; the hub's answers are there before it starts.
BROKER = """
broker = socket.socket(fileno=4)
def handed():
    data, descriptors, _, _ = socket.recv_fds(broker, 512, 1)
    return socket.socket(fileno=descriptors[0])
"""
ANSWER = b"1 connected 127.0.0.1 1"


class Listeners:
    """Sockets of the outside, bound and listening: what was granted, and what was not."""

    def __init__(self, stack: ExitStack) -> None:
        def bound(family: int, kind: int, host: str, port: int = 0) -> socket.socket:
            made = stack.enter_context(socket.socket(family, kind))
            made.bind((host, port))
            made.setblocking(False)
            if kind == socket.SOCK_STREAM:
                made.listen()
            return made

        self.tcp = bound(socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1")
        self.port: int = self.tcp.getsockname()[1]
        self.other = bound(socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1")
        self.wrong_host = bound(socket.AF_INET, socket.SOCK_STREAM, "127.0.0.2", self.port)
        self.tcp6 = bound(socket.AF_INET6, socket.SOCK_STREAM, "::1") if socket.has_dualstack_ipv6() else None
        self.granted = bound(socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1")
        self.udp = bound(socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1")

    def heard(self) -> dict[str, int]:
        """How many connections and datagrams have come to each since last asked."""
        counts = {}
        for name, listener in vars(self).items():
            if isinstance(listener, socket.socket):
                counts[name] = 0
                with contextlib.suppress(BlockingIOError):
                    while True:
                        if listener.type == socket.SOCK_STREAM:
                            listener.accept()[0].close()
                        else:
                            listener.recv(100)
                        counts[name] += 1
        return counts


def run_with(house: House, code: str, sockets: list[socket.socket], **changes: Any) -> Outcome:  # noqa: ANN401 - fields of Spec
    """Run `code` in a provider that is handed these sockets, in this order, by `handed()`."""
    hub, provider = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with hub, provider:
        for each in sockets:
            socket.send_fds(hub, [ANSWER], [each.fileno()])
        prepare = changes.pop("prepare", None)
        return start(house.spec(program(BROKER + code, {}), **changes), broker=provider, prepare=prepare)


OTHERWISE = "otherwise"
AS_ROOT = "as root"


class Attack(NamedTuple):
    """A Python expression, the errno it is denied with, and what it comes to unsandboxed.

    control  "done", OTHERWISE (it fails in another way), or AS_ROOT (done as root, EPERM as anybody else)
    lacking  what the control says where the kernel has no such thing, or not for this user
    """

    name: str
    action: str
    denied: str = "EACCES"
    control: str = "done"
    lacking: tuple[str, ...] = ()


NO_PROTOCOL = ("EPROTONOSUPPORT",)
NO_IPV6 = ("EAFNOSUPPORT", "EADDRNOTAVAIL")

ATTACKS = (
    Attack("connect to a port that nobody granted", "socket.create_connection(('127.0.0.1', OTHER_PORT), 5)"),
    Attack("connect to the granted port of a wrong host", "socket.create_connection(('127.0.0.2', PORT), 5)"),
    Attack(
        "connect to what was granted, but without the hub", "socket.create_connection(('127.0.0.1', PORT), 5)"
    ),
    Attack("connect over IPv6", "socket.create_connection(('::1', PORT6), 5)", lacking=NO_IPV6),
    Attack("a datagram socket", "udp()"),
    Attack("a datagram socket over IPv6", "udp(socket.AF_INET6)", lacking=NO_IPV6),
    Attack("be bound to all addresses by a send that fails", "bind_itself(socket.AF_INET)"),
    Attack(
        "be bound to all addresses by a write that fails, over IPv6",
        "bind_itself(socket.AF_INET6)",
        lacking=NO_IPV6,
    ),
    Attack("send a datagram, as a DNS query would go", "udp().sendto(b'secret', ('127.0.0.1', UDP_PORT))"),
    Attack("send datagrams by sendmmsg", "call('sendmmsg', handed().detach(), 0, 0, 0)"),
    Attack("re-aim a handed datagram socket by connect", "handed().connect(('127.0.0.1', UDP_PORT))"),
    Attack(
        "re-aim a handed datagram socket by sendto", "handed().sendto(b'secret', ('127.0.0.1', UDP_PORT))"
    ),
    Attack(
        "re-aim a handed datagram socket by sendmsg",
        "handed().sendmsg([b'secret'], [], 0, ('127.0.0.1', UDP_PORT))",
    ),
    Attack("free a handed datagram socket by AF_UNSPEC", "call('connect', handed().detach(), bytes(16), 16)"),
    Attack(
        "send a handed socket's datagrams by a source route",
        "handed().setsockopt(0, 4, ROUTE)",
        "ENOPROTOOPT",
        lacking=("EPERM",),  # newer kernels ask for a capability
    ),
    Attack(
        "send packets by a routing header",
        "socket.socket(socket.AF_INET6).setsockopt(41, 57, ROUTE6)",
        "ENOPROTOOPT",
        lacking=("EINVAL", *NO_IPV6),  # not every kernel has segment routing
    ),
    Attack("move a handed socket to another interface", "handed().setsockopt(1, 25, b'lo')", "ENOPROTOOPT"),
    Attack(
        "move a handed socket's groups to another interface",
        "handed().setsockopt(0, 32, HERE)",
        "ENOPROTOOPT",
    ),
    Attack("send past the routes", "handed().send(b'secret', 4)", "ENOTSUP"),
    Attack("send past the routes by an option", "handed().setsockopt(1, 5, 1)", "ENOPROTOOPT"),
    Attack("tell a group's name to the network", "handed().setsockopt(0, 35, GROUP + HERE)", "ENOPROTOOPT"),
    Attack(
        "tell a group's name and a source's",
        "handed().setsockopt(0, 39, GROUP + HERE + HERE)",
        "ENOPROTOOPT",
    ),
    Attack("tell a group's name in the newer form", "handed().setsockopt(0, 42, NEW_GROUP)", "ENOPROTOOPT"),
    Attack(
        "tell a group's name over IPv6",
        "socket.socket(socket.AF_INET6).setsockopt(41, 20, bytes(20))",
        "ENOPROTOOPT",
        OTHERWISE,
    ),
    Attack(
        "choose the port to be bound to",
        "socket.socket().setsockopt(0, 51, bytes(4))",
        "ENOPROTOOPT",
        lacking=("ENOPROTOOPT",),  # before Linux 6.3
    ),
    Attack("make the closing of a handed socket wait", "handed().setsockopt(1, 13, bytes(8))", "ENOPROTOOPT"),
    Attack("take no packet from afar on a handed socket", "handed().setsockopt(0, 21, 255)", "ENOPROTOOPT"),
    Attack(
        "take no packet at all on a handed socket",
        "handed().setsockopt(1, 26, bytes(16))",
        "ENOPROTOOPT",
        OTHERWISE,
    ),
    Attack(
        "make something else of a socket",
        "socket.socket().setsockopt(6, 31, b'smc')",
        "ENOPROTOOPT",
        OTHERWISE,
    ),
    Attack("be given an abstract name", "socket.socketpair()[0].setsockopt(1, 16, 1)", "ENOPROTOOPT"),
    Attack(
        "be given an abstract name, in a newer way",
        "socket.socketpair()[0].setsockopt(1, 76, 1)",
        "ENOPROTOOPT",
        lacking=("ENOPROTOOPT",),  # before Linux 6.5
    ),
    Attack(
        "read a hardware address",
        "fcntl.ioctl(socket.socket(), 0x8927, b'lo'.ljust(40, bytes(1)))",
        "ENOTTY",
    ),
    Attack("free a handed TCP connection by AF_UNSPEC", "call('connect', handed().detach(), bytes(16), 16)"),
    Attack("listen without bind", "socket.socket().listen()"),
    Attack("bind a TCP port", "socket.socket().bind(('127.0.0.1', 0))"),
    Attack("bind a TCP port over IPv6", "socket.socket(socket.AF_INET6).bind(('::1', 0))", lacking=NO_IPV6),
    Attack("bind a UDP port, as for mDNS", "udp().bind(('', 0))"),
    Attack(
        "MPTCP",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
        "EPROTONOSUPPORT",
        "done",
        NO_PROTOCOL,
    ),
    Attack(
        "TCP Fast Open by sendto", "socket.socket().sendto(b'secret', 0x20000000, ('127.0.0.1', OTHER_PORT))"
    ),
    Attack("TCP Fast Open on a handed socket", "handed().send(b'x', 0x20000000)", "ENOTSUP", OTHERWISE),
    Attack("TCP Fast Open by connect", "socket.socket().setsockopt(6, 30, 1)", "ENOPROTOOPT"),
    Attack(
        "UDP-Lite",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136)",
        lacking=NO_PROTOCOL,
    ),
    Attack(
        "a ping socket",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1)",
        lacking=("EACCES", *NO_PROTOCOL),  # for the groups in ping_group_range
    ),
    Attack("a raw socket", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 255)", "EPERM", AS_ROOT),
    Attack("a packet socket", "socket.socket(17, socket.SOCK_RAW, 0)", "EAFNOSUPPORT", AS_ROOT),
    Attack("a netlink socket", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", "EAFNOSUPPORT"),
    Attack("a Unix socket", "socket.socket(socket.AF_UNIX)", "EAFNOSUPPORT"),
    Attack("a Unix datagram socket", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)", "EAFNOSUPPORT"),
    Attack(
        "a pair of Unix datagram sockets",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "ESOCKTNOSUPPORT",
    ),
    Attack(
        "aim a socket of a pair elsewhere", "socket.socketpair()[0].connect('\\0nobody')", "EACCES", OTHERWISE
    ),
    Attack(
        "hand a descriptor on", "(lambda ends: socket.send_fds(ends[0], [b'x'], [0]))(socket.socketpair())"
    ),
    Attack("io_uring", "call('io_uring_setup', 0, 0)", "EPERM", OTHERWISE, ("EPERM", "ENOSYS")),
)

HELPERS = """
import fcntl
def udp(family=socket.AF_INET):
    return socket.socket(family, socket.SOCK_DGRAM)
def bind_itself(family):
    made = udp(family)
    attempt(lambda: made.send(b"") if family == socket.AF_INET else os.write(made.fileno(), b""))
    if not made.getsockname()[1]:
        raise OSError(errno.EDESTADDRREQ, "")
HERE = bytes([127, 0, 0, 1])
GROUP = bytes([239, 1, 2, 4])
NEW_GROUP = bytes([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 239, 1, 2, 3]) + bytes(120)  # by the first interface, lo
ROUTE = bytes([131, 7, 4, 127, 0, 0, 2, 0])  # loose source route by 127.0.0.2, and the end
ROUTE6 = bytes([0, 2, 4, 0, 0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, "::2")  # one segment
"""


class Results(NamedTuple):
    """What came of each attack: strictly, with enforcement off, and what the listeners heard of either."""

    denied: dict[str, str]
    controls: dict[str, str]
    heard_denied: dict[str, int]
    heard_controls: dict[str, int]


def attack(house: House, listeners: Listeners, **changes: Any) -> tuple[dict[str, str], dict[str, int]]:  # noqa: ANN401 - fields of Spec
    """All attacks by one provider: what came of each, and what the listeners heard."""
    names = {
        "PORT": listeners.port,
        "OTHER_PORT": listeners.other.getsockname()[1],
        "PORT6": listeners.tcp6.getsockname()[1] if listeners.tcp6 else 9,
        "UDP_PORT": listeners.udp.getsockname()[1],
    }
    lines = [f"answers[{each.name!r}] = attempt(lambda: {each.action})" for each in ATTACKS]
    code = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    code += RAW_CALLS + HELPERS + "\n".join(lines)
    with ExitStack() as stack:
        sockets = []
        for each in ATTACKS:
            if "handed()" in each.action:
                tcp = "TCP" in each.name
                made = stack.enter_context(
                    socket.socket(type=socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
                )
                made.connect((listeners.tcp if tcp else listeners.granted).getsockname())
                sockets.append(made)
        listeners.heard()
        outcome = run_with(house, code, sockets, **changes)
    assert len(outcome.answers) == len(ATTACKS), outcome
    return outcome.answers, listeners.heard()


WITH_LANDLOCK = pytest.mark.kernel("landlock", abi=6)
KINDS = [
    pytest.param((None, 0), id="hub's uid", marks=WITH_LANDLOCK),
    pytest.param((OWN_UID, 0), id="own uid", marks=[WITH_LANDLOCK, pytest.mark.kernel("own-uid")]),
    pytest.param((None, errno.ENOSYS), id="without Landlock"),
    pytest.param((None, errno.EOPNOTSUPP), id="Landlock off"),
]


@pytest.fixture(scope="module", params=KINDS)
def results(request: pytest.FixtureRequest) -> Iterator[Results]:
    """All attacks, once for each kind of house."""
    uid, fault = request.param
    without: dict[str, Any] = {}
    if fault:
        without = {"prepare": refusing(CREATE_RULESET, fault), "accept_missing": RESTRICTIONS}
    with ExitStack() as stack:
        house = stack.enter_context(open_house(uid))
        listeners = Listeners(stack)
        denied, heard_denied = attack(house, listeners, **without)
        controls, heard_controls = attack(house, listeners, enforcement="off")
        yield Results(denied, controls, heard_denied, heard_controls)


@pytest.mark.parametrize("each", ATTACKS, ids=lambda each: each.name)
def test_no_way_out_but_over_what_was_handed(results: Results, each: Attack) -> None:
    assert results.denied[each.name] == each.denied
    control = results.controls[each.name]
    if control in each.lacking:
        pytest.skip(f"{each.name}: this kernel does not have it, or not for this user")
    if each.control == AS_ROOT:
        assert control == ("done" if os.geteuid() == 0 else "EPERM")
    elif each.control == OTHERWISE:
        assert control != each.denied
    else:
        assert control == each.control


def test_the_listeners_heard_nothing_from_inside_and_everything_from_outside(results: Results) -> None:
    assert set(results.heard_denied.values()) == {0}
    silent = {name for name, count in results.heard_controls.items() if not count}
    assert silent <= {"granted"}  # that one is connected to and never written to


@contextmanager
def echoing(*, tls: bool = False) -> Iterator[tuple[str, int]]:
    """A server on another thread that gives back what one client sends; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)

        def serve() -> None:
            connection = server.accept()[0]
            with anonymous_tls(connection) if tls else connection as peer:
                peer.settimeout(PATIENCE)
                while data := peer.recv(65536):
                    peer.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()
        finally:
            thread.join(PATIENCE)
        assert not thread.is_alive()


def anonymous_tls(connection: socket.socket) -> ssl.SSLSocket:
    """TLS without certificates: an anonymous key exchange, which needs no files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    return context.wrap_socket(connection, server_side=True)


def exchange(code: str, *, tls: bool = False, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Spec
    """The answers of a provider that is handed one TCP connection to an echo, as `stream`. With the hub's uid."""
    with open_house(None) as house, echoing(tls=tls) as address, socket.create_connection(address) as made:
        made.setblocking(False)
        code = "stream = handed()\n" + code
        rules = (*house.interpreter.rules, PathRule(LIBRARIES, "read"))
        process = run_with(house, code, [made], paths=rules, **changes)
        assert process.exit_code == 0, process.log
        return process.answers


@WITH_LANDLOCK
def test_a_handed_tcp_connection_works() -> None:
    code = """
stream.settimeout(20)
stream.sendall(b"hello ")
os.write(stream.fileno(), b"there")
answers["it"] = stream.recv(100).decode()
while len(answers["it"]) < 11:
    answers["it"] += stream.recv(100).decode()
for name in ("SO_REUSEADDR", "SO_SNDBUF", "SO_RCVBUF", "SO_KEEPALIVE", "SO_OOBINLINE"):
    stream.setsockopt(socket.SOL_SOCKET, getattr(socket, name), 1)
for number in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO, 66, 67):
    stream.setsockopt(socket.SOL_SOCKET, number, bytes(16))
for name in ("NODELAY", "CORK", "KEEPIDLE", "KEEPINTVL", "KEEPCNT", "QUICKACK", "USER_TIMEOUT", "NOTSENT_LOWAT"):
    stream.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_" + name), 1)
import fcntl
for request in (0x541B, 0x8905):  # FIONREAD, SIOCATMARK
    fcntl.ioctl(stream, request, bytes(4))
answers["peer"] = stream.getpeername()[0]
stream.shutdown(socket.SHUT_RDWR)
"""
    assert exchange(code) == {"it": "hello there", "peer": "127.0.0.1"}


@WITH_LANDLOCK
def test_tls_over_a_handed_connection_works() -> None:
    code = """
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.maximum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
stream.settimeout(20)
with context.wrap_socket(stream) as safe:
    safe.sendall(b"hello")
    answers["it"] = safe.recv(100).decode()
    answers["cipher"] = safe.cipher()[0]
"""
    assert exchange(code, tls=True) == {"it": "hello", "cipher": "AECDH-AES256-SHA"}


# asyncio writes with sendmsg from 3.12 on; the SDK's loop tells it not to, in this way.
ASYNCIO = """
import asyncio
asyncio.selector_events._HAS_SENDMSG = False
async def main():
    reader, writer = await asyncio.open_connection(sock=stream)
    received = asyncio.create_task(reader.readexactly(6_000_000))
    for _ in range(3):
        writer.write(bytes(1_000_000))
    writer.writelines([bytes(1_000_000)] * 3)
    await writer.drain()
    answers["bytes"] = len(await received)
    loop = asyncio.get_running_loop()
    answers["thread"] = await loop.run_in_executor(None, lambda: "done")
    writer.close()
    await writer.wait_closed()
asyncio.run(main())
"""


@WITH_LANDLOCK
def test_asyncio_writes_and_reads_megabytes_over_a_handed_connection() -> None:
    assert exchange(ASYNCIO) == {"bytes": 6_000_000, "thread": "done"}


TRIO = """
sys.path.append(LIBRARIES)
import trio
async def main():
    trio_stream = trio.SocketStream(trio.socket.from_stdlib_socket(stream))
    async def send():
        await trio_stream.send_all(bytes(6_000_000))
        await trio_stream.send_eof()
    received = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        async for data in trio_stream:
            received += len(data)
    answers["bytes"] = received
    answers["thread"] = await trio.to_thread.run_sync(lambda: "done")
    answers["process"] = (await trio.run_process([sys.executable, "-I", "-S", "-c", "print(7)"], capture_stdout=True)).stdout.decode()
    await trio_stream.aclose()
trio.run(main)
"""


@WITH_LANDLOCK
def test_trio_works_over_a_handed_connection() -> None:
    names = f"LIBRARIES = {LIBRARIES!r}\n"
    found = exchange(names + TRIO)
    assert found == {"bytes": 6_000_000, "thread": "done", "process": "7\n"}


@WITH_LANDLOCK
def test_a_handed_datagram_socket_works_where_it_leads() -> None:
    with open_house(None) as house, socket.socket(type=socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(PATIENCE)
        with socket.socket(type=socket.SOCK_DGRAM) as made:
            made.connect(peer.getsockname())
            peer.sendto(b"question", made.getsockname())
            code = """
datagrams = handed()
answers["it"] = datagrams.recv(100).decode()
datagrams.send(b"answer")
os.write(datagrams.fileno(), b"and more")
"""
            assert run_with(house, code, [made]).answers == {"it": "question"}
        assert [peer.recv(100), peer.recv(100)] == [b"answer", b"and more"]


@WITH_LANDLOCK
def test_names_are_not_resolved_and_that_is_said_at_once(house: House) -> None:
    """The resolver library finds no way out and says so; nothing hangs and nothing crashes."""
    code = """
import time
began = time.monotonic()
try:
    socket.getaddrinfo("igloo-hub.example", 443)
except socket.gaierror as fault:
    answers["it"] = fault.errno in (socket.EAI_AGAIN, socket.EAI_NONAME, socket.EAI_SYSTEM)
answers["at once"] = time.monotonic() - began < 1
answers["addresses"] = socket.getaddrinfo("127.0.0.1", 443, proto=socket.IPPROTO_TCP)[0][4]
"""
    assert house.run(code).answers == {"it": True, "at once": True, "addresses": ["127.0.0.1", 443]}
