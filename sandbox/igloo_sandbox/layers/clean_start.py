"""The clean start: descriptors, environment, folder, umask, session, signals. Needs no kernel feature.

Knows what a provider must not inherit. Knows nothing of rules or rights.
"""

import errno
import fcntl
import os
import signal
import socket
import stat

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import BROKER_FD, STATUS_FD, WIRE_FD, Layer

NAME = "clean start"

# Above every number that means something here, so that moving one cannot overwrite the other.
_OUT_OF_THE_WAY = 10

_PLACES = {"status": STATUS_FD, "wire": WIRE_FD, "broker": BROKER_FD}


def is_socket(number: int) -> bool:
    """Whether that descriptor is open and a socket."""
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except (OSError, OverflowError):
        return False


def place_descriptors(wire_fd: int, status_fd: int, broker_fd: int | None) -> frozenset[int]:
    """Move the wire to 3 and the broker to 4, for the provider, and the status to 5, where the exec closes it.

    The numbers may be anything from 3 on, each other's places included. Returns the numbers that the provider
    keeps. Raises Refusal when one is not what it should be, or two are the same.
    """
    named = {"status": status_fd, "wire": wire_fd}
    if broker_fd is not None:
        named["broker"] = broker_fd
    seen: dict[int, str] = {}
    for name, number in named.items():
        if number < 3:
            raise Refusal(f"the {name} descriptor {number} is one of the standard ones")
        if number in seen:
            raise Refusal(f"the {seen[number]} and the {name} have the same descriptor, {number}")
        if not is_socket(number):
            raise Refusal(f"the {name} descriptor {number} is not an open socket")
        seen[number] = name
    if broker_fd is not None:
        _check_broker(broker_fd)
    moved = {
        name: fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY) for name, number in named.items()
    }
    for name, number in moved.items():
        os.dup2(number, _PLACES[name], inheritable=name != "status")
    return frozenset({0, 1, 2} | {_PLACES[name] for name in moved if name != "status"})


def close_others(given: frozenset[int]) -> None:
    """Close everything but the status and what is given to the provider."""
    if BROKER_FD not in given:
        os.closerange(BROKER_FD, BROKER_FD + 1)
    kernel.close_from(STATUS_FD + 1)


def _check_broker(number: int) -> None:
    # A stream would run requests together, and a datagram socket could be aimed at others than the hub.
    channel = socket.socket(fileno=number)
    try:
        fits = channel.family == socket.AF_UNIX and channel.type == socket.SOCK_SEQPACKET
    finally:
        channel.detach()  # the descriptor is not this object's to close
    if not fits:
        raise Refusal(f"the broker descriptor {number} is not a Unix socket of type SOCK_SEQPACKET")


def apply(data_dir: str, data_fd: int, given: frozenset[int]) -> Layer:
    """Own folder, umask, session, stdin and signal settings; `data_fd` is an O_PATH descriptor of `data_dir`.

    `given` are the descriptors that the provider keeps. The environment is replaced by the exec itself. Raises
    Refusal when something of it cannot be had.
    """
    os.umask(0o077)
    try:
        os.fchdir(data_fd)
    except OSError as fault:
        raise Refusal(f"cannot enter the data folder {data_dir}: {fault.strerror}") from fault
    _leave_session()
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    if null != 0:  # it is 0 already when stdin came closed
        os.close(null)
    _reset_signals()
    _look_back(data_fd, given)
    return Layer(NAME, "enforced", "own descriptors, environment, folder, umask 077, session, signals")


def _leave_session() -> None:
    if os.getsid(0) == os.getpid():
        return
    try:
        os.setsid()
    except PermissionError as fault:
        raise Refusal(
            "leads a process group in a session of somebody else, so it cannot leave that"
        ) from fault


def _reset_signals() -> None:
    # What is ignored or blocked stays so through an exec. Python itself ignores SIGPIPE and SIGXFSZ.
    for number in signal.valid_signals():
        if number in (signal.SIGKILL, signal.SIGSTOP):
            continue
        if number == signal.SIGPIPE:
            continue  # ours to ignore until the exec: the hub may be gone when the status is written
        if signal.getsignal(number) != signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def restore_sigpipe() -> None:
    """The last signal setting, to be given back directly before the exec."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _look_back(data_fd: int, given: frozenset[int]) -> None:
    if os.umask(0o077) != 0o077:
        raise Refusal("the umask did not stay 077")
    if not os.path.samestat(os.stat("."), os.fstat(data_fd)):
        raise Refusal("the data folder is not the working directory")
    if os.getsid(0) != os.getpid():
        raise Refusal("does not lead its own session")
    if os.fstat(0).st_rdev != os.makedev(1, 3):
        raise Refusal("stdin is not /dev/null")
    for number in (1, 2):
        try:
            os.fstat(number)
        except OSError as fault:
            raise Refusal(f"descriptor {number}, for the log, is not open") from fault
        if os.isatty(number):
            raise Refusal(
                f"descriptor {number}, for the log, is a terminal",
                "a program can type into a terminal that it has open: give it a pipe or a file",
            )
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC))
    except OSError as fault:
        if fault.errno not in (errno.ENXIO, errno.ENOENT, errno.EACCES):
            raise
    else:
        raise Refusal("still has a controlling terminal")
    expected = {*given, STATUS_FD, data_fd}
    stray = sorted(number for number in _open_descriptors() if number not in expected)
    if stray:
        raise Refusal(f"descriptors {stray} are open and nobody gave them")


def _open_descriptors() -> list[int]:
    try:
        listed = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        listed = list(range(os.sysconf("SC_OPEN_MAX")))  # no /proc: ask one by one
    return [number for number in listed if _is_open(number)]  # the listing's own descriptor is gone again


def _is_open(number: int) -> bool:
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
    except OSError:
        return False
    return True
