"""Opens network connections for providers, where their owner allowed it, and hands over the descriptor.

A provider can open none itself: it asks here, over a SOCK_SEQPACKET socket of its own, one datagram a request and
one an answer (docs/broker.md). The grant is checked by name, before the name is looked up; what the name then leads
to is checked too, and that very address is connected to. Knows nothing of what is said over a connection.

A provider can ask without end, ask for anything and read no answer; it holds up nobody but itself. Its requests are
taken only as long as few are under way, so what it asks beyond that waits in its own socket. What may block (looking
a name up, closing a socket that the provider holds too) is done in threads.
"""

import array
import errno
import logging
import os
import select
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import attrs
import trio

from igloo_hub.logs import escape
from igloo_hub.plan.endpoints import (
    Endpoint,
    IpAddress,
    address_of,
    means_this_machine,
    parse_host,
    parse_port,
    why_no_destination,
)

LONGEST_REQUEST = 512
"""Bytes. The longest host has 253."""

HIGHEST_REQUEST = 0xFFFF_FFFF

MOST_ADDRESSES = 6
"""Of one name that are tried. Who has more is not in a house."""

ATTEMPT_DELAY = 0.25
"""Seconds from one address to the next while the first has not answered (RFC 8305, section 8)."""

LOOK_UP_TIME = 5.0
"""Seconds that a name server has. The system's resolver asks a second one after five."""

COUNT_EVERY = 0.25
"""Seconds between two looks at the kernel's tables of sockets: a look takes some ms of everybody's time."""

Address = tuple[IpAddress, int]
Log = Callable[[int, str], None]
Resolve = Callable[[str], Awaitable[list[IpAddress]]]


@attrs.frozen
class BrokerLimits:
    """What one instance may ask of the broker."""

    pending: int = 16
    """Requests under way. A house full of devices is connected to in a few rounds of these."""
    connections: int = 128
    """Open at once; half of the descriptors that a provider has."""
    per_second: float = 20.0
    burst: int = 200
    """Requests: so many at once, so many a second after that. More than that is nobody's reconnecting."""
    time: float = 10.0
    """Seconds for looking up and connecting together, and for the provider to take an answer."""


class Failure(Exception):
    """A request that ends without a connection. `code` is for programs, the text for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Connection(NamedTuple):
    socket: socket.socket
    address: Address


class Request(NamedTuple):
    number: int
    endpoint: Endpoint


def parse_request(data: bytes) -> Request:
    """What a datagram asks for. Raises Failure; `number_of` says which request that answers."""
    if len(data) > LONGEST_REQUEST:
        raise Failure("bad-request", f"a request has at most {LONGEST_REQUEST} bytes")
    words = data.decode(errors="replace").split(" ")
    if not number_of(data):
        raise Failure("bad-request", f"a request begins with its number, from 1 to {HIGHEST_REQUEST}")
    verb = words[1] if len(words) > 1 else ""
    if verb not in ("tcp", "udp"):
        raise Failure("unsupported", f"this hub's broker does not know {escape(verb[:40])!r}")
    if len(words) < 4:
        raise Failure("bad-request", f"{verb} needs a host and a port")
    is_number = words[3].isascii() and words[3].isdecimal()
    try:
        host, port = parse_host(words[2]), parse_port(int(words[3]) if is_number else words[3])
    except ValueError as error:
        raise Failure("bad-request", escape(str(error))) from None
    return Request(number_of(data), Endpoint("tcp" if verb == "tcp" else "udp", host, port))


def number_of(data: bytes) -> int:
    """The number of a request, or 0 when it has none."""
    word = data.partition(b" ")[0]
    number = int(word) if word.isdigit() and len(word) <= len(str(HIGHEST_REQUEST)) else 0
    return number if number <= HIGHEST_REQUEST else 0


class Broker:
    """The connections of one instance. `log` is told of each one, and of each that was refused."""

    def __init__(
        self,
        endpoints: Collection[Endpoint],
        log: Log,
        limits: BrokerLimits | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._endpoints = frozenset(endpoints)
        self._log = log
        self._limits = limits or BrokerLimits()
        self._resolve = resolve or LookUps().find
        self._open: dict[int, Endpoint] = {}
        """By the inode of the socket, which is how the kernel's tables name it."""
        self._connecting = 0
        self._allowance = float(self._limits.burst)
        self._allowed_at = self._counted_at = trio.current_time()

    @property
    def connections(self) -> Collection[Endpoint]:
        """Where the instance is connected to now."""
        self._forget_closed()
        return self._open.values()

    async def serve(self, sock: socket.socket) -> None:
        """Answers the provider on the other end of `sock`, non-blocking, until that end is closed.

        Returns, too, when the provider doesn't take its answers. Afterwards the provider finds the end of the stream.
        """
        slots = trio.Semaphore(self._limits.pending)
        answering = trio.Lock()

        async def answer(data: bytes) -> None:
            try:
                await self._answer(sock, data, answering)
            except TimeoutError:
                self._log(logging.WARNING, "does not take the broker's answers, and gets no more of them")
                nursery.cancel_scope.cancel()
            finally:
                slots.release()

        try:
            async with trio.open_nursery() as nursery:
                while True:
                    await slots.acquire()
                    await self._wait_for_allowance()
                    data = await receive(sock)
                    if data is None:
                        break
                    nursery.start_soon(answer, data)
        finally:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    async def _answer(self, sock: socket.socket, data: bytes, answering: trio.Lock) -> None:
        """Carries out one request. Raises TimeoutError when the answer isn't taken."""
        number = number_of(data)

        async def say(words: str, connection: Connection | None = None) -> None:
            with trio.move_on_after(self._limits.time):
                async with answering:
                    await send(sock, f"{number} {words}".encode(), connection and connection.socket)
                return
            raise TimeoutError

        request: Request | None = None
        try:
            request = parse_request(data)
            connection = await self._connect(request.endpoint)
            endpoint, (ip, port) = request.endpoint, connection.address
            via = "" if str(ip) == endpoint.host else f" at {ip}"
            try:
                await say(f"connected {ip} {port}", connection)
                self._log(logging.INFO, f"connected to {endpoint} ({endpoint.protocol}){via}")
            finally:
                await close_aside(connection.socket)
        except Failure as failure:
            if request is None:
                self._log(logging.WARNING, f"asked the broker for nothing it knows: {failure}")
            else:
                endpoint = request.endpoint
                self._log(logging.WARNING, f"not connected to {endpoint} ({endpoint.protocol}): {failure}")
            await say(f"failed {failure.code} {failure}")

    async def _connect(self, endpoint: Endpoint) -> Connection:
        """A connected socket and where it leads to. Raises Failure."""
        if endpoint not in self._endpoints:
            raise Failure(
                "not-granted",
                f"{endpoint.approval} is not granted: the manifest doesn't ask for it with this configuration",
            )
        if self._is_full():
            self._forget_closed()
        if self._is_full():
            most = self._limits.connections
            raise Failure("limit", f"{most} connections are open, the most that it may have")
        self._connecting += 1
        try:
            with trio.move_on_after(self._limits.time):
                addresses = self._acceptable(endpoint, await self._addresses(endpoint))
                if endpoint.protocol == "udp":
                    connection = connect_udp(addresses)
                else:
                    connection = await connect_tcp(addresses)
                self._open[os.fstat(connection.socket.fileno()).st_ino] = endpoint
                return connection
        except OSError as error:
            raise failure_of(endpoint, error) from None
        finally:
            self._connecting -= 1
        raise Failure("timed-out", f"{endpoint} did not answer within {self._limits.time:g} s")

    def _is_full(self) -> bool:
        return len(self._open) + self._connecting >= self._limits.connections

    async def _addresses(self, endpoint: Endpoint) -> list[Address]:
        if (literal := address_of(endpoint.host)) is not None:
            return [(literal, endpoint.port)]
        with trio.move_on_after(LOOK_UP_TIME):
            found = await self._resolve(endpoint.host)
            return [(address, endpoint.port) for address in dict.fromkeys(found)]
        raise Failure("not-found", f"no name server answered for {endpoint.host} within {LOOK_UP_TIME:g} s")

    def _acceptable(self, endpoint: Endpoint, addresses: Iterable[Address]) -> list[Address]:
        """The first of those that a grant for this host may lead to. Raises Failure when there are none.

        A grant for a name of the outside world is none for this machine, whatever the name server says: what
        listens here trusts its neighbours.
        """
        is_open = means_this_machine(endpoint.host, socket.gethostname()) or address_of(endpoint.host)
        code, reason = "not-found", f"no address was found for {endpoint.host}"
        accepted: list[Address] = []
        for address in addresses:
            if why_not := why_no_destination(address[0]):
                code, reason = "not-found", f"{endpoint.host} leads to {address[0]}, which {why_not}"
            elif not is_open and is_own(address[0]):
                code = "own-address"
                reason = (
                    f"{endpoint.host} leads to {address[0]}, which is this machine; if that is meant, "
                    f"configure that address, or localhost, and approve it"
                )
            else:
                accepted.append(address)
            if len(accepted) == MOST_ADDRESSES:
                break
        if not accepted:
            raise Failure(code, reason)
        return accepted

    def _forget_closed(self) -> None:
        now = trio.current_time()
        if now - self._counted_at >= COUNT_EVERY:
            self._counted_at = now
            with suppress(OSError):  # then all of them count as open
                still_open = open_inodes()
                self._open = {inode: place for inode, place in self._open.items() if inode in still_open}

    async def _wait_for_allowance(self) -> None:
        now = trio.current_time()
        refill = (now - self._allowed_at) * self._limits.per_second
        self._allowance = min(self._allowance + refill, self._limits.burst) - 1
        self._allowed_at = now
        if self._allowance < 0:
            await trio.sleep(-self._allowance / self._limits.per_second)


class LookUps:
    """The look-ups of one instance, each name once at a time, and each in a thread of its own.

    A name server that doesn't answer for one name holds up nobody who asks for another, and nobody who asks again
    for the same one starts a second thread. Only granted names are looked up, so there are few.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, tuple[trio.Event, list[IpAddress | Failure]]] = {}

    async def find(self, host: str) -> list[IpAddress]:
        """Raises Failure when there is no address. As long as the system's resolver takes."""
        ended, found = self._under_way.get(host) or self._begin(host)
        await ended.wait()
        for item in found:
            if isinstance(item, Failure):
                raise item
        return [item for item in found if not isinstance(item, Failure)]

    def _begin(self, host: str) -> tuple[trio.Event, list[IpAddress | Failure]]:
        ended, found = self._under_way[host] = trio.Event(), list[IpAddress | Failure]()

        def end() -> None:
            del self._under_way[host]
            ended.set()

        try:
            start_aside(lambda: found.extend(look_up(host)), end)
        except RuntimeError as error:
            found.append(Failure("error", f"{host} can't be looked up: {error}"))
            end()
        return ended, found


def look_up(host: str) -> list[IpAddress | Failure]:
    """Asks the system's resolver, in a thread."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return [Failure("not-found", f"no address was found for {host}: {reason or error}")]
    return [address for *_, place in found if (address := address_of(str(place[0]))) is not None]


# ── what may block ──


def start_aside(work: Callable[[], object], then: Callable[[], object]) -> None:
    """Does the work in a thread that nobody has to wait for, and then calls `then` in the event loop.

    Raises RuntimeError when no thread can be started.
    """
    token = trio.lowlevel.current_trio_token()

    def deliver(_result: object) -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(then)

    trio.lowlevel.start_thread_soon(work, deliver)


async def close_aside(sock: socket.socket) -> None:
    """Closes a socket that the provider has, too, and whose last close(2) it may have made one that waits (SO_LINGER).

    Whoever is cancelled here leaves the closing to its thread.
    """
    closed = trio.Event()
    try:
        start_aside(sock.close, closed.set)
    except RuntimeError:
        sock.close()
    else:
        await closed.wait()


# ── sockets ──


async def receive(sock: socket.socket) -> bytes | None:
    """One datagram, cut if it is too long; None at the end. What descriptors came with it, the kernel has closed."""
    while True:
        try:
            data = sock.recv(LONGEST_REQUEST + 1)
        except BlockingIOError:
            await trio.lowlevel.wait_readable(sock)
        except OSError:
            return None
        else:
            return data if data or not has_hung_up(sock) else None


def has_hung_up(sock: socket.socket) -> bool:
    """Whether the other end is closed. An empty datagram and the end of the stream are read alike."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP)
    return bool(poll.poll(0))


async def send(sock: socket.socket, data: bytes, passed: socket.socket | None) -> None:
    """One datagram, with a descriptor or without. To a peer that is gone: nothing. Raises Failure."""
    rights = array.array("i", [passed.fileno()] if passed else [])
    while True:
        try:
            sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if passed else [])
            return
        except BlockingIOError:
            await trio.lowlevel.wait_writable(sock)
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.ECONNRESET) or not passed:
                return
            # Too many descriptors are on their way in all of this user's sockets (ETOOMANYREFS).
            raise Failure("error", f"the connection can't be handed over: {error.strerror}") from None


async def connect_tcp(addresses: list[Address]) -> Connection:
    """Tries the addresses side by side, each a little after the one before; the first that answers wins (RFC 8305).

    Raises OSError, what the last one said, when none does.
    """
    winners: list[Connection] = []
    faults: list[OSError] = []

    async def attempt(address: Address, over: trio.Event) -> None:
        try:
            with trio.socket.socket(family_of(address[0]), socket.SOCK_STREAM) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                await sock.connect((str(address[0]), address[1]))
                winners.append(Connection(socket.socket(fileno=sock.detach()), address))
                nursery.cancel_scope.cancel()
        except OSError as error:
            faults.append(error)
        finally:
            over.set()

    try:
        async with trio.open_nursery() as nursery:
            for address in addresses:
                over = trio.Event()
                nursery.start_soon(attempt, address, over)
                with trio.move_on_after(ATTEMPT_DELAY):
                    await over.wait()
        if not winners:
            raise faults[-1]
        return winners.pop(0)
    finally:
        for late in winners:
            late.socket.close()


def connect_udp(addresses: list[Address]) -> Connection:
    """A socket that only ever talks to the first of the addresses to which there is a way. Raises OSError."""
    fault = OSError(errno.EHOSTUNREACH, "there is no address to try")
    for address in addresses:
        with ExitStack() as stack:
            try:
                sock = socket.socket(family_of(address[0]), socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                stack.enter_context(sock)
                sock.setblocking(False)
                sock.connect((str(address[0]), address[1]))
            except OSError as error:
                fault = error
            else:
                stack.pop_all()
                return Connection(sock, address)
    raise fault


def family_of(address: IpAddress) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def failure_of(endpoint: Endpoint, fault: OSError) -> Failure:
    match fault.errno:
        case errno.ECONNREFUSED:
            return Failure("refused", f"nobody listens at {endpoint}, or it turns callers away")
        case errno.ETIMEDOUT:
            return Failure("timed-out", f"{endpoint} does not answer")
        case (
            errno.ENETUNREACH
            | errno.EHOSTUNREACH
            | errno.EADDRNOTAVAIL
            | errno.EHOSTDOWN
            | errno.EAFNOSUPPORT
        ):
            return Failure("unreachable", f"there is no way to {endpoint}: {os.strerror(fault.errno)}")
        case int(number):
            return Failure("error", f"{endpoint} can't be connected to: {os.strerror(number)}")
        case _:
            return Failure("error", f"{endpoint} can't be connected to: {fault}")


def is_own(address: IpAddress) -> bool:
    """Whether the address is one of this machine's own: only those does the kernel reach from themselves.

    Raises OSError when that can't be found out.
    """
    if address.is_loopback:
        return True
    try:
        sock = socket.socket(family_of(address), socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return False
        raise
    with sock:
        try:
            sock.connect((str(address), 9))
        except OSError:
            return False  # no way leads there, so not to us either
        return address_of(str(sock.getsockname()[0])) == address


def open_inodes() -> set[int]:
    """The inodes of all IP sockets that some process of this machine still holds (proc_net(5): the tenth column).

    Raises OSError.
    """
    found: set[int] = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with suppress(FileNotFoundError):  # a kernel without IPv6
            rows = Path("/proc/net", table).read_text().splitlines()[1:]
            found.update(int(row.split()[9]) for row in rows)
    return found
