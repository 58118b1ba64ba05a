"""Opens network connections for providers, where their owner allowed it, and hands over the descriptor.

A provider can open none itself: it asks here, over a SOCK_SEQPACKET socket of its own, one datagram a request and
one an answer (docs/broker.md). The grant is checked by name, before the name is looked up; what the name then leads
to is checked too, and that very address is connected to. Knows nothing of what is said over a connection.

A provider can ask without end, ask for anything and read no answer; it holds up nobody but itself. Its requests are
taken only as long as few are under way, so what it asks beyond that waits in its own socket.
"""

import array
import errno
import logging
import os
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
    Protocol,
    address_of,
    means_this_machine,
    parse_host,
    parse_port,
    why_no_destination,
)

LONGEST_REQUEST = 512
"""Bytes. The longest host has 253."""

HIGHEST_REQUEST = 0xFFFF_FFFF

ATTEMPT_DELAY = 0.25
"""Seconds from one address to the next while the first has not answered (RFC 8305, section 8)."""

Address = tuple[IpAddress, int]
Log = Callable[[int, str], None]
Resolve = Callable[[str, int, Protocol], Awaitable[list[Address]]]


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
    try:
        host, port = parse_host(words[2]), parse_port(int(words[3]) if words[3].isdecimal() else words[3])
    except ValueError as error:
        raise Failure("bad-request", escape(str(error))) from None
    return Request(number_of(data), Endpoint("tcp" if verb == "tcp" else "udp", host, port))


def number_of(data: bytes) -> int:
    """The number of a request, or 0 when it has none."""
    word = data[:11].partition(b" ")[0]
    number = int(word) if word.isdigit() else 0
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
        # Threads of its own: a name server that doesn't answer one instance must not hold up the others' look-ups.
        self._threads = trio.CapacityLimiter(4)
        self._resolve = resolve or self._look_up
        self._open: dict[int, Endpoint] = {}
        """By the inode of the socket, which is how the kernel's tables name it."""
        self._connecting = 0
        self._allowance = float(self._limits.burst)
        self._counted_at = trio.current_time()

    @property
    def connections(self) -> Collection[Endpoint]:
        """Where the instance is connected to now."""
        self._forget_closed()
        return self._open.values()

    async def serve(self, sock: socket.socket) -> None:
        """Answers the provider on the other end of `sock`, non-blocking, until that end is closed.

        Returns, too, when the provider doesn't take its answers. Does not close the socket.
        """
        slots = trio.Semaphore(self._limits.pending)
        answering = trio.Lock()
        async with trio.open_nursery() as nursery:
            while True:
                await slots.acquire()
                await self._wait_for_allowance()
                data = await receive(sock)
                if not data:
                    break

                async def answer(data: bytes = data) -> None:
                    try:
                        await self._answer(sock, data, answering)
                    except TimeoutError:
                        self._log(
                            logging.WARNING, "does not take the broker's answers, and gets no more of them"
                        )
                        nursery.cancel_scope.cancel()
                    finally:
                        slots.release()

                nursery.start_soon(answer)

    async def _answer(self, sock: socket.socket, data: bytes, answering: trio.Lock) -> None:
        """Carries out one request. Raises TimeoutError when the answer isn't taken."""
        number = number_of(data)
        with ExitStack() as stack:
            passed: list[int] = []
            try:
                connection, address = await self._connect(data)
            except Failure as failure:
                words = f"{number} failed {failure.code} {failure}"
            else:
                passed = [stack.enter_context(connection).fileno()]
                words = f"{number} connected {address[0]} {address[1]}"
            with trio.move_on_after(self._limits.time):
                async with answering:
                    await send(sock, words.encode(), passed)
                return
        raise TimeoutError

    async def _connect(self, data: bytes) -> tuple[socket.socket, Address]:
        """A connected socket and where it leads to. Raises Failure; either is logged."""
        try:
            request = parse_request(data)
        except Failure as failure:
            self._log(logging.WARNING, f"asked the broker for nothing it knows: {failure}")
            raise
        endpoint = request.endpoint
        try:
            connection, address = await self._connect_as_granted(endpoint)
        except Failure as failure:
            self._log(logging.WARNING, f"not connected to {endpoint} ({endpoint.protocol}): {failure}")
            raise
        via = "" if str(address[0]) == endpoint.host else f" at {address[0]}"
        self._log(logging.INFO, f"connected to {endpoint} ({endpoint.protocol}){via}")
        return connection, address

    async def _connect_as_granted(self, endpoint: Endpoint) -> tuple[socket.socket, Address]:
        if endpoint not in self._endpoints:
            raise Failure("not-granted", f"the owner has not granted {endpoint.approval}")
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
                    connection, address = connect_udp(endpoint, addresses)
                else:
                    connection, address = await connect_tcp(endpoint, addresses)
                self._open[os.fstat(connection.fileno()).st_ino] = endpoint
                return connection, address
        finally:
            self._connecting -= 1
        raise Failure("timed-out", f"{endpoint} did not answer within {self._limits.time:g} s")

    def _is_full(self) -> bool:
        return len(self._open) + self._connecting >= self._limits.connections

    async def _addresses(self, endpoint: Endpoint) -> list[Address]:
        if (literal := address_of(endpoint.host)) is not None:
            return [(literal, endpoint.port)]
        return await self._resolve(endpoint.host, endpoint.port, endpoint.protocol)

    async def _look_up(self, host: str, port: int, protocol: Protocol) -> list[Address]:
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        try:
            found = await trio.to_thread.run_sync(
                lambda: socket.getaddrinfo(host, port, type=kind),
                abandon_on_cancel=True,
                limiter=self._threads,
            )
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise Failure("not-found", f"no address was found for {host}: {reason or error}") from None
        addresses = [address_of(str(place[0])) for *_, place in found]
        return [(address, port) for address in dict.fromkeys(addresses) if address is not None]

    def _acceptable(self, endpoint: Endpoint, addresses: Iterable[Address]) -> list[Address]:
        """Those that a grant for this host may lead to. Raises Failure when none is left.

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
        if not accepted:
            raise Failure(code, reason)
        return accepted

    def _forget_closed(self) -> None:
        still_open = open_inodes()
        self._open = {inode: endpoint for inode, endpoint in self._open.items() if inode in still_open}

    async def _wait_for_allowance(self) -> None:
        now = trio.current_time()
        refill = (now - self._counted_at) * self._limits.per_second
        self._allowance = min(self._allowance + refill, self._limits.burst) - 1
        self._counted_at = now
        if self._allowance < 0:
            await trio.sleep(-self._allowance / self._limits.per_second)


# ── sockets ──


async def receive(sock: socket.socket) -> bytes:
    """One datagram, cut if it is too long; b"" at the end. What descriptors came with it, the kernel has closed."""
    while True:
        try:
            return sock.recv(LONGEST_REQUEST + 1)
        except BlockingIOError:
            await trio.lowlevel.wait_readable(sock)
        except OSError:
            return b""


async def send(sock: socket.socket, data: bytes, descriptors: list[int]) -> None:
    """One datagram and the descriptors with it. To a peer that is gone: nothing."""
    rights = array.array("i", descriptors)
    while True:
        try:
            sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if descriptors else [])
            return
        except BlockingIOError:
            await trio.lowlevel.wait_writable(sock)
        except OSError:
            return


async def connect_tcp(endpoint: Endpoint, addresses: list[Address]) -> tuple[socket.socket, Address]:
    """Tries the addresses side by side, each a little after the one before; the first that answers wins (RFC 8305).

    Raises Failure, with what the last one said, when none does.
    """
    winners: list[tuple[socket.socket, Address]] = []
    faults: list[OSError] = []

    async def attempt(address: Address, over: trio.Event) -> None:
        with trio.socket.socket(family_of(address[0]), socket.SOCK_STREAM) as sock:
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                await sock.connect((str(address[0]), address[1]))
            except OSError as error:
                faults.append(error)
            else:
                winners.append((socket.socket(fileno=sock.detach()), address))
                nursery.cancel_scope.cancel()
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
            raise failure_of(endpoint, faults[-1])
        return winners.pop(0)
    finally:
        for late, _ in winners:
            late.close()


def connect_udp(endpoint: Endpoint, addresses: list[Address]) -> tuple[socket.socket, Address]:
    """A socket that only ever talks to the first of the addresses to which there is a way. Raises Failure."""
    fault = OSError(errno.EHOSTUNREACH, "no address to try")
    for address in addresses:
        sock = socket.socket(
            family_of(address[0]), socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        )
        try:
            sock.connect((str(address[0]), address[1]))
        except OSError as error:
            sock.close()
            fault = error
        else:
            return sock, address
    raise failure_of(endpoint, fault)


def family_of(address: IpAddress) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def failure_of(endpoint: Endpoint, fault: OSError) -> Failure:
    match fault.errno:
        case errno.ECONNREFUSED:
            return Failure("refused", f"nobody listens at {endpoint}, or it turns callers away")
        case errno.ETIMEDOUT:
            return Failure("timed-out", f"{endpoint} does not answer")
        case errno.ENETUNREACH | errno.EHOSTUNREACH | errno.EADDRNOTAVAIL | errno.EHOSTDOWN:
            return Failure("unreachable", f"there is no way to {endpoint}: {fault.strerror}")
        case _:
            return Failure("error", f"{endpoint} can't be connected to: {fault.strerror}")


def is_own(address: IpAddress) -> bool:
    """Whether the address is one of this machine's own: the kernel lets nobody bind to a foreign one."""
    if address.is_loopback:
        return True
    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.bind((str(address), 0))
    except OSError:
        return False
    return True


def open_inodes() -> set[int]:
    """The inodes of all IP sockets that some process of this machine still holds (proc_net(5): the tenth column)."""
    found: set[int] = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with suppress(FileNotFoundError):  # a kernel without IPv6
            rows = Path("/proc/net", table).read_text().splitlines()[1:]
            found.update(int(row.split()[9]) for row in rows)
    return found
