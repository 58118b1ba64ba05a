"""An asyncio event loop whose connections the hub's broker makes, so that asyncio libraries work in a provider unchanged.

A library resolves a name and then connects a socket of its own to an address. Inside the sandbox neither works, so
the loop does both in its own way: `getaddrinfo` makes up an address for each name, and `sock_connect` asks for the
name that the address stands for and puts the connected socket in the place of the library's. Datagram sockets can't
even be made there: `create_datagram_endpoint` takes the broker's as it is. Knows neither the broker's protocol
(`broker.py`) nor a provider.
"""

from __future__ import annotations

import asyncio
import errno
import os
import selectors
import socket
import ssl
from asyncio import selector_events
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, TypeVar

from igloo_provider.broker import NO_BROKER
from igloo_provider.errors import ConnectError

if TYPE_CHECKING:
    from igloo_provider import broker
    from igloo_provider.process import BlockedLoopWatch

DatagramProtocolT = TypeVar("DatagramProtocolT", bound=asyncio.BaseProtocol)

NAMES_KEPT: Final = 1024
"""Names that have an address at a time: far more than any house has hosts, and 300 KB at the very most."""
IPV4_PLACEHOLDERS: Final = 0xF000_0001
"""240.0.0.1 and following: reserved (RFC 1112, section 4), so that no host has one of them."""
IPV4_COUNT: Final = 0x0FFF_FFFD
"""Up to 255.255.255.253."""
IPV6_PLACEHOLDERS: Final = 0x0100 << 112
"""100::/64, for packets that are to be thrown away (RFC 6666)."""
IPV4_MAPPED: Final = bytes(10) + b"\xff\xff"
HOST_CHARACTERS: Final = 253
SERVICES: Final = {"http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
"""The sandbox has no /etc/services."""

KEPT_OPTIONS: Final = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
)
"""What a library sets before it connects, to notice a dead connection."""


class ConnectSocket(Protocol):
    """Asks the broker; as `broker.Network.connect_socket`."""

    def __call__(self, protocol: broker.Protocol, host: str, port: int, /) -> Awaitable[socket.socket]: ...


class Placeholders:
    """Made-up addresses for names: the first name has the first address, and so on. None is used for a second name.

    Of NAMES_KEPT names; then the one that was looked up longest ago is forgotten.
    """

    def __init__(self) -> None:
        self._number_of: dict[str, int] = {}
        self._name_of: dict[int, str] = {}
        self._next = 0

    def address_of(self, name: str, family: int) -> str:
        """The address of this family that stands for the name."""
        number = self._number_of.pop(name, None)
        if number is None:
            if self._next >= IPV4_COUNT:
                raise socket.gaierror(socket.EAI_AGAIN, "no address is left to stand for another name")
            number = self._next
            self._next += 1
            if len(self._number_of) >= NAMES_KEPT:
                oldest = next(iter(self._number_of))
                del self._name_of[self._number_of.pop(oldest)]
        self._number_of[name] = number
        self._name_of[number] = name
        if family == socket.AF_INET6:
            return socket.inet_ntop(family, (IPV6_PLACEHOLDERS + number).to_bytes(16, "big"))
        return socket.inet_ntop(socket.AF_INET, (IPV4_PLACEHOLDERS + number).to_bytes(4, "big"))

    def host_of(self, packed: bytes) -> str:
        """The name that an address in network order stands for; else the address. Raises gaierror if it is forgotten."""
        if packed[:12] == IPV4_MAPPED:
            packed = packed[12:]
        number = int.from_bytes(packed, "big")
        if len(packed) == 4:
            number -= IPV4_PLACEHOLDERS
            is_placeholder = 0 <= number < IPV4_COUNT
        else:
            number -= IPV6_PLACEHOLDERS
            is_placeholder = 0 <= number < 1 << 64
        text = socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)
        if not is_placeholder:
            return text
        if number not in self._name_of:
            raise socket.gaierror(
                socket.EAI_NONAME, f"{text} stands for no name any more: look the name up again"
            )
        return self._name_of[number]


class LoopSelector(selectors.EpollSelector):
    """The loop's selector, which also says when the loop waits: to the watch, and to `on_turn`."""

    def __init__(self, watch: BlockedLoopWatch | None) -> None:
        super().__init__()
        self._watch = watch
        self.on_turn: Callable[[bool], bool] | None = None
        """Called in each turn of the loop with whether all tasks wait. True: somebody has something to do now."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._watch is None:
            return self._select(timeout)
        seconds = float("inf") if timeout is None else timeout
        self._watch.before_io_wait(seconds)
        try:
            return self._select(timeout)
        finally:
            self._watch.after_io_wait(seconds)

    def _select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.on_turn is not None:
            would_wait = timeout is None or timeout > 0
            events = super().select(0)
            if self.on_turn(would_wait and not events) or events or not would_wait:
                return events
        return super().select(timeout)


class BrokerEventLoop(asyncio.SelectorEventLoop):
    """The loop. Until `connect_socket` is set, and after it is None again, every connection fails with NoBroker."""

    _transports: MutableMapping[int, asyncio.Transport]
    """asyncio's own: by the number of their descriptor."""

    def __init__(self, watch: BlockedLoopWatch | None = None) -> None:
        # From 3.12 on asyncio writes with sendmsg, which the sandbox refuses: it can re-aim a socket.
        if hasattr(selector_events, "_HAS_SENDMSG"):
            selector_events._HAS_SENDMSG = False
        self.selector: Final = LoopSelector(watch)
        super().__init__(self.selector)
        self.connect_socket: ConnectSocket | None = None
        self.on_exit: Callable[[SystemExit], bool] | None = None
        """Called with a SystemExit that left a task. False: it ends the loop, as in any other."""
        self._is_stopped = False
        self._placeholders = Placeholders()

    def run_forever(self) -> None:
        while True:
            self._is_stopped = False
            try:
                super().run_forever()
            except SystemExit as leave:
                if self.on_exit is None or not self.on_exit(leave):
                    raise
                # What was to end the loop may have come in the very turn that the exit broke off.
                if not self._is_stopped:
                    continue
            return

    def stop(self) -> None:
        self._is_stopped = True
        super().stop()

    # ── names ──

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """As of the standard library, without asking anybody: a literal gives itself, a name what stands for it.

        Whether the name exists only shows when it is connected to.
        """
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        kinds = kinds_of(type, proto)
        number = port_of(port)
        places = [self._resolve(each, family, flags) for each in hosts_of(host, family)]
        canonical = (host or "") if flags & socket.AI_CANONNAME else ""
        return [
            (place[0], kind, protocol, canonical, (place[1], number, *place[2]))
            for place in places
            for kind, protocol in kinds
        ]

    def _resolve(
        self, host: str, family: int, flags: int
    ) -> tuple[socket.AddressFamily, str, tuple[()] | tuple[int, int]]:
        """The family, the address, and for IPv6 flow and scope."""
        if family not in (0, socket.AF_INET, socket.AF_INET6):
            raise socket.gaierror(socket.EAI_FAMILY, "a provider connects with IPv4 and IPv6 only")
        if (packed := pack_address(host)) is None:
            if flags & socket.AI_NUMERICHOST or not is_name(host):
                raise socket.gaierror(socket.EAI_NONAME, f"{host[:80]!r} is no {describe_wanted(flags)}")
            name = plain_name(host)
            if family == socket.AF_INET6:
                return socket.AF_INET6, self._placeholders.address_of(name, family), (0, 0)
            return socket.AF_INET, self._placeholders.address_of(name, socket.AF_INET), ()
        if len(packed) == 4 and family != socket.AF_INET6:
            return socket.AF_INET, socket.inet_ntop(socket.AF_INET, packed), ()
        if len(packed) == 4 and flags & socket.AI_V4MAPPED:
            return socket.AF_INET6, socket.inet_ntop(socket.AF_INET6, IPV4_MAPPED + packed), (0, 0)
        if len(packed) == 16 and family != socket.AF_INET:
            return socket.AF_INET6, socket.inet_ntop(socket.AF_INET6, packed), (0, scope_of(host))
        raise socket.gaierror(socket.EAI_ADDRFAMILY, f"{host} is an address of another family")

    async def getnameinfo(self, sockaddr: tuple[Any, ...], flags: int = 0) -> tuple[str, str]:
        """The name that an address stands for, or the address itself: nobody is asked here either."""
        host, port = sockaddr[:2]
        packed = pack_address(host)
        if packed is None:
            raise socket.gaierror(socket.EAI_NONAME, f"{host!r} is no address")
        if flags & socket.NI_NUMERICHOST:
            return str(host), str(port)
        return self._placeholders.host_of(packed), str(port)

    # ── connections ──

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:  # noqa: ANN401 - each family has its own
        """Connects the socket through the broker. Raises ConnectError, which is the OSError that libraries expect."""
        if isinstance(sock, ssl.SSLSocket):
            raise TypeError("Socket cannot be of type SSLSocket")
        if self.get_debug() and sock.gettimeout() != 0:
            raise ValueError("the socket must be non-blocking")
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            raise refused(f"connects to no socket of the family {sock.family!r}")
        if sock.type != socket.SOCK_STREAM:
            raise refused(f"connects no socket of the type {sock.type!r}")
        transport = self._transports.get(sock.fileno())
        if transport is not None and is_open(transport) and not transport.is_closing():
            raise RuntimeError(f"File descriptor {sock.fileno()} is used by transport {transport!r}")
        with await self._ask("tcp", address) as connected:
            if sock.fileno() < 0:
                raise OSError(errno.EBADF, "the socket was closed while it was being connected")
            self.forget_closed(sock.fileno())
            put_over(connected, sock)

    async def create_datagram_endpoint(  # type: ignore[override] # mypy knows a reuse_address, which Python 3.11 took away
        self,
        protocol_factory: Callable[[], DatagramProtocolT],
        local_addr: tuple[str, int] | str | None = None,
        remote_addr: tuple[str, int] | str | None = None,
        *,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        reuse_port: bool | None = None,
        allow_broadcast: bool | None = None,
        sock: socket.socket | None = None,
    ) -> tuple[asyncio.DatagramTransport, DatagramProtocolT]:
        """To and from `remote_addr` only, through the broker; or over a datagram socket that the broker has given.

        A local address that asks for nothing (`("0.0.0.0", 0)`), `reuse_port` and `allow_broadcast` change nothing.
        Raises ConnectError, and PermissionError for what would listen.
        """
        if sock is not None:
            return await super().create_datagram_endpoint(
                protocol_factory, local_addr, remote_addr, family=family, proto=proto, flags=flags, sock=sock
            )
        if remote_addr is None or isinstance(remote_addr, str) or not asks_for_nothing(local_addr):
            raise refused(
                "receives datagrams only from the one host that it sends to, and at no port of its choice: "
                "give the endpoint a remote_addr, and no local_addr"
            )
        host, port = remote_addr
        infos = await self.getaddrinfo(
            host, port, family=family, type=socket.SOCK_DGRAM, proto=proto, flags=flags
        )
        connected = await self._ask("udp", infos[0][4])
        try:
            transport, protocol = await super().create_datagram_endpoint(protocol_factory, sock=connected)
        except BaseException:
            connected.close()
            raise
        # As asyncio has it after a remote_addr: a datagram for anybody else is a ValueError, and not one for this host.
        transport._address = connected.getpeername()  # type: ignore[attr-defined]
        return transport, protocol

    async def _ask(self, protocol: broker.Protocol, address: tuple[Any, ...]) -> socket.socket:
        """A connected, non-blocking socket of the broker's, for one of this loop's addresses. Raises ConnectError."""
        host, port = self._endpoint_of(address)
        if self.connect_socket is None:
            raise ConnectError("no-broker", host, port, NO_BROKER)
        return await self.connect_socket(protocol, host, port)

    def _endpoint_of(self, address: tuple[Any, ...]) -> tuple[str, int]:
        """Host and port as the broker is asked for them."""
        host, port = address[:2]
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        packed = pack_address(host)
        if packed is None:
            return plain_name(host), port
        found = self._placeholders.host_of(packed)
        zone = host.partition("%")[2]
        if not zone and len(address) > 3 and address[3]:
            with suppress(OSError):
                zone = socket.if_indextoname(address[3])
        return (f"{found}%{zone}" if zone else found), port

    def forget_closed(self, descriptor: int) -> None:
        """Drops what the loop holds for an earlier descriptor of this number, closed behind the loop's back.

        A library does that when it closes its raw socket while something waits to be written. The kernel drops the
        registration, the selector does not, and the next socket of this number could never be waited for. The
        transport that is left is ended too, or one day it would take the new one's registration with it.
        """
        key = self.selector.get_map().get(descriptor)
        if key is not None:
            self.selector.unregister(descriptor)
            for handle in key.data:
                if handle is not None:
                    handle.cancel()
        transport = self._transports.get(descriptor)
        if transport is not None and not is_open(transport):
            transport.abort()

    # ── what a provider does not do ──

    async def create_server(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        raise refused("listens on nothing")

    async def create_unix_server(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        raise refused("listens on nothing")

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        raise refused("starts no other program")

    async def subprocess_shell(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        raise refused("starts no other program")


def is_open(transport: asyncio.Transport) -> bool:
    """Whether its socket is, be it that the transport still believes so."""
    sock = transport.get_extra_info("socket")
    return sock is not None and sock.fileno() >= 0


def refused(what: str) -> PermissionError:
    return PermissionError(errno.EACCES, f"a provider {what}: its sandbox does not allow it")


def asks_for_nothing(local_addr: object) -> bool:
    """Whether any address and any port will do."""
    return local_addr is None or local_addr in [(host, 0) for host in (None, "", "0.0.0.0", "::")]


def hosts_of(host: str | None, family: int) -> tuple[str, ...]:
    """`None` means this machine."""
    if host is not None:
        return (host,)
    return ("::1",) if family == socket.AF_INET6 else ("127.0.0.1",)


def kinds_of(type: int, proto: int) -> list[tuple[socket.SocketKind, int]]:
    """The kinds of socket that were asked for; 0 is any. Raises gaierror if there is none."""
    both = ((socket.SOCK_STREAM, socket.IPPROTO_TCP), (socket.SOCK_DGRAM, socket.IPPROTO_UDP))
    kinds = [(kind, int(protocol)) for kind, protocol in both if type in (0, kind) and proto in (0, protocol)]
    if not kinds:
        raise socket.gaierror(socket.EAI_SOCKTYPE, "a provider connects with TCP and UDP only")
    return kinds


def port_of(port: bytes | str | int | None) -> int:
    if isinstance(port, bytes):
        port = port.decode("ascii", "replace")
    if port is None or port == "":
        return 0
    if isinstance(port, int):
        return port
    if port.isascii() and port.isdecimal() and len(port) <= 5:
        return int(port)
    if port in SERVICES:
        return SERVICES[port]
    try:
        return socket.getservbyname(port)
    except (OSError, ValueError):
        raise socket.gaierror(socket.EAI_SERVICE, f"{port[:80]!r} is no port and no known service") from None


def pack_address(host: object) -> bytes | None:
    """An address in network order; None if it is a name. A zone is left out."""
    if isinstance(host, str) and "\0" not in host:
        for family, text in ((socket.AF_INET, host), (socket.AF_INET6, host.partition("%")[0])):
            with suppress(OSError, UnicodeEncodeError):
                return socket.inet_pton(family, text)
    return None


def scope_of(host: str) -> int:
    zone = host.partition("%")[2]
    if not zone or (zone.isascii() and zone.isdecimal() and len(zone) < 10):
        return int(zone or 0)
    try:
        return socket.if_nametoindex(zone)
    except (OSError, ValueError):
        raise socket.gaierror(
            socket.EAI_NONAME, f"a provider is told of no network interface, {zone[:80]!r} or another"
        ) from None


def is_name(host: str) -> bool:
    """Whether it could be one. The hub says whether it is."""
    return (
        0 < len(host.removesuffix(".")) <= HOST_CHARACTERS
        and host.isprintable()
        and not any(c.isspace() for c in host)
    )


def plain_name(host: str) -> str:
    """As hosts are granted: lower case, no final dot, and as the DNS has it if it holds other letters than ASCII's."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, f"{host[:80]!r} is no name of a host") from None
    return host.lower().removesuffix(".")


def describe_wanted(flags: int) -> str:
    return "address" if flags & socket.AI_NUMERICHOST else "name of a host"


def put_over(connected: socket.socket, sock: socket.socket) -> None:
    """Makes `sock` the same connection as `connected`, with its own ideas of blocking and keeping alive."""
    descriptor = sock.fileno()
    for level, option in KEPT_OPTIONS:
        wanted = sock.getsockopt(level, option)
        if wanted != connected.getsockopt(level, option):
            connected.setsockopt(level, option, wanted)
    os.dup2(connected.fileno(), descriptor, inheritable=sock.get_inheritable())
    os.set_blocking(descriptor, sock.gettimeout() is None)
