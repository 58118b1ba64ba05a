"""Asking the hub for network connections: requests in, datagrams out; datagrams and descriptors in, sockets out.

Knows the broker's protocol and belongs to no event loop: a face sends what `data_to_send` gives, one datagram each,
hands every answer to `receive_answer`, and waits as long as a request's `deadline` says. A descriptor that came with
an answer belongs either to the one who asked or to nobody, and then it is closed here at once.
"""

from __future__ import annotations

import array
import math
import os
import socket
import stat
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from logging import Logger
from typing import Any, Final, Literal, NamedTuple
from typing import Protocol as Shape

from igloo_provider.errors import ConnectError, NoBroker, ProviderMistake, describe
from igloo_provider.outbox import clean_text

BROKER_FD: Final = 4
UNDER_WAY: Final = 16
"""Requests that the hub works on at once. More wait here, where one can still be withdrawn."""
WAITING: Final = 1024
"""Requests that wait here. Each is a task of the provider; more are refused."""
ANSWER_TIMEOUT: Final = 15.0
"""Seconds. The hub answers within 10, so that after these no answer will come."""
HOST_CHARACTERS: Final = 254
"""Of a name in the DNS with its final dot (RFC 1035 allows 255 bytes, of which the first is not shown)."""
ANSWER_BYTES: Final = 4096
"""More than any answer has; what is longer is cut."""
DESCRIPTORS: Final = 8
"""That one answer may bring before the kernel closes the rest. One is right."""
SENTENCE_BYTES: Final = 1 << 10
HIGHEST_NUMBER: Final = (1 << 32) - 1

Protocol = Literal["tcp", "udp"]

NO_BROKER: Final = (
    "the hub that started this provider opens no network connections (there is no broker at file descriptor "
    f"{BROKER_FD}): it is older than this SDK, or the provider was not started by a hub"
)
BROKER_GONE: Final = "the hub no longer opens network connections for this provider"


class Network(Shape):
    """What a face gives a provider: connections through the broker, in its event loop's own kind.

    Each raises ConnectError, and leaves no descriptor open when it is cancelled.
    """

    async def connect_socket(self, protocol: Protocol, host: str, port: int) -> socket.socket:
        """The bare connected socket, non-blocking."""

    async def connect(self, host: str, port: int, *, tls: object, server_hostname: str | None) -> Any:  # noqa: ANN401 - each loop has its own
        """A stream over TCP; after the handshake if `tls` is True or an ssl.SSLContext."""

    async def connect_udp(self, host: str, port: int) -> Any:  # noqa: ANN401
        """A connected datagram socket."""


class Answer(NamedTuple):
    """One datagram of the hub's with the descriptors that came with it, which the receiver must close."""

    data: bytes
    descriptors: tuple[int, ...]
    lost_descriptors: bool
    """The kernel closed some, because this process may open no more."""


class Request:
    """One connection that somebody waits for. `wake` is called when `deadline` or `is_done` has changed."""

    __slots__ = ("_error", "_socket", "_wake", "deadline", "host", "number", "port", "protocol")

    def __init__(self, protocol: Protocol, host: str, port: int, wake: Callable[[], object]) -> None:
        self.protocol: Final = protocol
        self.host: Final = host
        self.port: Final = port
        self.number = 0
        """0 until its turn comes."""
        self.deadline = math.inf
        """In seconds of the client's clock; none as long as it waits for its turn."""
        self._wake = wake
        self._socket: socket.socket | None = None
        self._error: ConnectError | None = None

    @property
    def is_done(self) -> bool:
        return self._socket is not None or self._error is not None

    def take(self) -> socket.socket:
        """The connected socket, non-blocking, once; it is the caller's to close. Raises ConnectError."""
        if self._error is not None:
            raise self._error
        assert self._socket is not None, "the request is not done"
        sock, self._socket = self._socket, None
        self._error = ConnectError("error", self.host, self.port, "this connection was taken already")
        return sock

    def _finish(self, outcome: socket.socket | ConnectError) -> None:
        if isinstance(outcome, socket.socket):
            self._socket = outcome
        else:
            self._error = outcome
        self._wake()

    def _discard(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class BrokerClient:
    """One provider's requests to the broker. `wake` is called when there is something to send."""

    def __init__(self, monotonic: Callable[[], float], wake: Callable[[], object], log: Logger) -> None:
        self._monotonic = monotonic
        self._wake = wake
        self._log = log
        self._last_number = 0
        self._queue: deque[Request] = deque()
        self._unsent: deque[Request] = deque()
        """Whose turn has come, and whose datagram was not taken yet."""
        self._under_way: dict[int, Request | None] = {}
        """None: nobody waits any more, and the hub works on it still."""
        self._until: dict[int, float] = {}
        """The deadlines of those under way, in this order."""
        self._closed = ""
        self._told_fault = False

    # ── whoever wants a connection ──

    def ask(self, protocol: Protocol, host: str, port: int, wake: Callable[[], object]) -> Request:
        """Puts a request in line. Raises ConnectError at once for what no hub could do."""
        check_address(host, port)
        if self._closed:
            raise NoBroker("no-broker", host, port, self._closed)
        if len(self._queue) >= WAITING:
            raise ConnectError(
                "limit", host, port, f"{WAITING:,} connections of this provider wait to be made already"
            )
        request = Request(protocol, host, port, wake)
        self._queue.append(request)
        self._begin()
        return request

    def withdraw(self, request: Request) -> None:
        """Nobody waits for it any more. Whatever comes of it is closed. Harmless when it is done."""
        request._discard()
        if self._under_way.get(request.number) is request:
            if request in self._unsent:
                self._unsent.remove(request)
                self._forget(request.number)
            else:
                self._under_way[request.number] = None
        elif not request.number:
            with suppress(ValueError):
                self._queue.remove(request)
        self._begin()

    def expire(self, request: Request) -> None:
        """Fails it if its deadline has passed, so that `take` raises."""
        if not request.is_done and self._monotonic() >= request.deadline:
            if request in self._unsent:
                self._unsent.remove(request)
            self._forget(request.number)
            request._finish(
                ConnectError(
                    "timed-out",
                    request.host,
                    request.port,
                    f"the hub has not answered for {ANSWER_TIMEOUT:g} s",
                )
            )
            self._begin()

    # ── the face ──

    @property
    def has_data_to_send(self) -> bool:
        return bool(self._unsent)

    def data_to_send(self) -> bytes:
        """One datagram: the oldest request that was not sent."""
        request = self._unsent.popleft()
        return f"{request.number} {request.protocol} {request.host} {request.port}".encode()

    def receive_answer(self, answer: Answer) -> None:
        """Takes one datagram, whatever it holds. Its descriptors are no longer the caller's."""
        number, words = parse_answer(answer.data)
        request = self._under_way.get(number)
        if number not in self._under_way:
            close_all(answer.descriptors)
            # A late answer to a request that was given up is no fault.
            if not 0 < number <= self._last_number:
                self._note(f"an answer that belongs to no request: {shown(answer.data)}")
            return
        self._forget(number)
        if request is None:
            close_all(answer.descriptors)
        else:
            request._finish(self._outcome(request, words, answer))
        self._begin()

    def close(self, reason: str = BROKER_GONE) -> None:
        """The broker is gone: ends every request, now and later, with NoBroker."""
        if self._closed:
            return
        self._closed = reason
        waiting = [request for request in self._under_way.values() if request is not None]
        waiting += self._queue
        self._under_way.clear()
        self._until.clear()
        self._unsent.clear()
        self._queue.clear()
        for request in waiting:
            request._finish(NoBroker("no-broker", request.host, request.port, reason))

    # ── inside ──

    def _begin(self) -> None:
        """Gives what waits its turn, as far as there are places."""
        now = self._monotonic()
        # A withdrawn request whose answer never came must not hold its place for ever.
        for number, until in list(self._until.items()):
            if until > now:
                break
            if self._under_way[number] is None:
                self._forget(number)
        while self._queue and len(self._under_way) < UNDER_WAY:
            request = self._queue.popleft()
            request.number = self._next_number()
            request.deadline = now + ANSWER_TIMEOUT
            self._under_way[request.number] = request
            self._until[request.number] = request.deadline
            self._unsent.append(request)
            request._wake()
            self._wake()

    def _next_number(self) -> int:
        while True:
            self._last_number = self._last_number % HIGHEST_NUMBER + 1
            if self._last_number not in self._under_way:
                return self._last_number

    def _forget(self, number: int) -> None:
        self._under_way.pop(number, None)
        self._until.pop(number, None)

    def _outcome(
        self, request: Request, words: tuple[str, ...], answer: Answer
    ) -> socket.socket | ConnectError:
        """What an answer means for its request. Closes the descriptors that it does not give away."""

        def failed(code: str, sentence: str) -> ConnectError:
            return ConnectError(code, request.host, request.port, sentence)

        match words:
            case ("connected", _, _, *_) if len(answer.descriptors) == 1 and not answer.lost_descriptors:
                try:
                    return adopt(answer.descriptors[0], request.protocol)
                except OSError as error:
                    return failed("error", f"the hub handed over what can't be used: {describe(error)}")
            case ("connected", *_) if answer.lost_descriptors and not answer.descriptors:
                return failed(
                    "limit",
                    "this provider may open no more files and sockets; `descriptors` under [limits] in its manifest "
                    "says how many",
                )
            case ("failed", code, *rest):
                close_all(answer.descriptors)
                sentence = clean_text(rest[0] if rest else "", SENTENCE_BYTES)
                return failed(clean_text(code, 64), sentence or f"the hub says only {code}")
        close_all(answer.descriptors)
        self._note(f"an answer that this SDK does not understand: {shown(answer.data)}")
        return failed("error", "the hub's answer makes no sense to this SDK; one of them is too old")

    def _note(self, what: str) -> None:
        """Once, as a hub that says one such thing may say it a thousand times."""
        if not self._told_fault:
            self._told_fault = True
            self._log.warning("the hub's broker sent %s", what)


def check_address(host: object, port: object) -> None:
    """Raises ProviderMistake for another type, ConnectError for what can't be put into a request."""
    if not isinstance(host, str) or not isinstance(port, int) or isinstance(port, bool):
        raise ProviderMistake(
            f"connect takes a host as text and a port as a number, not {host!r} and {port!r}"
        )
    if not 0 < len(host) <= HOST_CHARACTERS or not host.isascii() or not host.isprintable() or " " in host:
        raise ConnectError(
            "bad-request",
            clean_text(host, 64),
            port,
            f"a host is a name or an address: 1 to {HOST_CHARACTERS} characters of ASCII (a name with others has a form "
            "that begins with xn--), without spaces",
        )
    if not 0 < port < 1 << 16:
        raise ConnectError("bad-request", host, port, "a port is a number from 1 to 65535")


def parse_answer(data: bytes) -> tuple[int, tuple[str, ...]]:
    """The number that an answer names, or -1, and the words after it: the verb, a word, and all the rest as one."""
    number, _, rest = data.decode("utf-8", "replace").partition(" ")
    if not (number.isascii() and number.isdecimal() and len(number) <= 10):
        return -1, ()
    return int(number), tuple(rest.split(" ", 2))


def adopt(descriptor: int, protocol: Protocol) -> socket.socket:
    """The descriptor as a non-blocking socket. Closes it and raises OSError if it is no socket of this protocol."""
    try:
        sock = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        raise
    try:
        if sock.type != (socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM):
            raise OSError(f"a socket of type {sock.type} for {protocol}")
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def close_all(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)


def shown(data: bytes) -> str:
    return repr(clean_text(data[:80].decode("utf-8", "replace"), 256))


def read_answer(sock: socket.socket) -> Answer | None:
    """The next answer from the broker's socket; None at the end of file. Raises OSError, as `recvmsg` does."""
    size = array.array("i").itemsize
    data, ancillary, flags, _ = sock.recvmsg(
        ANSWER_BYTES, socket.CMSG_SPACE(DESCRIPTORS * size), socket.MSG_CMSG_CLOEXEC
    )
    descriptors = array.array("i")
    for level, kind, payload in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(payload[: len(payload) - len(payload) % size])
    if not data and not descriptors:
        return None
    return Answer(data, tuple(descriptors), bool(flags & socket.MSG_CTRUNC))


def open_broker(fd: int = BROKER_FD) -> socket.socket | None:
    """The socket that the hub left for us, non-blocking; None if there is none. It is not passed on to children."""
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return None
        sock = socket.socket(fileno=fd)
    except OSError:
        return None
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_SEQPACKET:
        sock.detach()
        return None
    sock.set_inheritable(False)
    sock.setblocking(False)
    return sock
