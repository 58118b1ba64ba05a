"""What can go wrong in a provider, named by whose fault it is. Exit codes too: they are how a dead process says why.

Knows neither the wire nor an event loop.
"""

import errno
import socket
from typing import ClassVar, Final, Self, TypeVar

E = TypeVar("E", bound=BaseException)

EXIT_FAILED: Final = 1
"""A task of the provider raised; the traceback is in the log."""
EXIT_NO_HUB: Final = 2
"""Started by hand: there is no hub on file descriptor 3."""
EXIT_HUB_FAULT: Final = 3
"""The hub sent something that is not the protocol, or reads nothing any more."""
EXIT_REJECTED: Final = 4
"""Hub and provider said hello and can't work together."""
EXIT_OUT_OF_MEMORY: Final = 124
"""MemoryError: most likely the provider's memory limit."""
EXIT_DO_NOT_RESTART: Final = 125
"""The provider asks the hub not to start it again; raise DoNotRestart."""


class Rejected(Exception):
    """Raised by a write handler: this write can't be done. The sentence is shown to whoever asked for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DoNotRestart(Exception):
    """Raised by a task: the provider ends, and starting it again would not help (an account was closed, say)."""


class ProviderMistake(RuntimeError):
    """The provider's own code asks for what cannot be. The sentence says what, and what to do instead."""


class NoValue(LookupError):
    """`Entity.get`: this component has no value now, because the entity never had it or it is Unknown."""


class ConnectError(OSError):
    """A connection was not made; the sentence names host, port, stage and reason.

    `code` is the reason in one word: `not-granted`, `bad-request`, `not-found`, `own-address`, `refused`,
    `unreachable`, `timed-out`, `limit`, `unsupported` and `error` are the hub's (later ones may have more), `tls` and
    `no-broker` this SDK's. `errno` is what the same failure has as a system call. As with OSError, the class follows
    the reason, so that code that knows nothing of hubs catches what it knows: ConnectionRefusedError, TimeoutError,
    PermissionError, socket.gaierror.
    """

    ERRNO: Final = {
        "bad-request": errno.EINVAL,
        "limit": errno.EMFILE,
        "no-broker": errno.ENETDOWN,
        "not-found": socket.EAI_NONAME,
        "not-granted": errno.EACCES,
        "own-address": errno.EACCES,
        "refused": errno.ECONNREFUSED,
        "timed-out": errno.ETIMEDOUT,
        "tls": errno.EPROTO,
        "unreachable": errno.EHOSTUNREACH,
        "unsupported": errno.EOPNOTSUPP,
    }
    CODES: ClassVar[frozenset[str]] = frozenset()
    """For which a subclass is raised."""

    def __new__(cls, code: str, host: str, port: int, sentence: str) -> Self:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if place not in sentence:
            sentence = f"{place}: {sentence}"
        kind = cls
        if cls is ConnectError:
            kind = next((kind for kind in cls.__subclasses__() if code in kind.CODES), cls)
        return super().__new__(kind, cls.ERRNO.get(code, errno.EIO), sentence)

    def __init__(self, code: str, host: str, port: int, sentence: str) -> None:
        self.code = code
        self.host = host
        self.port = port

    def __str__(self) -> str:
        return str(self.strerror)


class NotGranted(ConnectError, PermissionError):
    """Nobody granted this host and port to the provider. Trying again helps only after the owner did."""

    CODES = frozenset(["not-granted"])


class NoBroker(ConnectError):
    """There is no hub that opens connections: it is too old, or has stopped doing so."""

    CODES = frozenset(["no-broker"])


class OwnAddress(ConnectError, PermissionError):
    """A name from outside leads to this machine."""

    CODES = frozenset(["own-address"])


class Refused(ConnectError, ConnectionRefusedError):
    """Nobody listens there."""

    CODES = frozenset(["refused"])


class TimedOut(ConnectError, TimeoutError):
    """No answer came in time."""

    CODES = frozenset(["timed-out"])


class NotFound(ConnectError, socket.gaierror):
    """The name has no address."""

    CODES = frozenset(["not-found"])


class HubFault(Exception):
    """The hub broke the protocol, so that nothing it says later can be trusted."""


class HubRejected(Exception):
    """The hub, or this side, said at hello that the two can't work together."""


def exit_of(error: BaseException, whose: str) -> tuple[int, str]:
    """The exit code for what `whose` code raised, be it inside groups, and the sentence that says why."""
    if holds(error, MemoryError) is not None:
        return EXIT_OUT_OF_MEMORY, "out of memory"
    if (wish := holds(error, DoNotRestart)) is not None:
        return EXIT_DO_NOT_RESTART, text_of(wish)
    if (fault := holds(error, HubFault)) is not None:
        return EXIT_HUB_FAULT, text_of(fault)
    # With something else beside it, it was no orderly way out.
    if (leave := find_only(error, SystemExit)) is not None:
        if leave.code is None or isinstance(leave.code, int):
            return leave.code or 0, f"{whose} left"
        return EXIT_FAILED, text_of(leave.code)
    return EXIT_FAILED, f"{whose} failed: {describe(error)}"


def holds(error: BaseException, kind: type[E]) -> E | None:
    """The first exception of this kind in it, also inside groups."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := holds(inner, kind)) is not None), None)
    return error if isinstance(error, kind) else None


def find_only(error: BaseException, kind: type[E]) -> E | None:
    """The exception of this kind that was raised, also through a nursery, if nothing else was raised with it."""
    if isinstance(error, BaseExceptionGroup) and error.split(kind)[1] is not None:
        return None
    return holds(error, kind)


def describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {text_of(error)}"


def text_of(value: object) -> str:
    """`str`, for what others made: their `__str__` may fail, and no sentence about a failure may."""
    try:
        return str(value)
    except Exception:
        return f"<a {type(value).__name__} without text>"
