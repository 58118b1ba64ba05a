"""The clean start: descriptors, environment, folder, umask, session, signals. Needs no kernel feature.

Knows what a provider must not inherit. Knows nothing of rules or rights.
"""

import errno
import fcntl
import os
import signal
import stat

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import BROKER_FD, STATUS_FD, WIRE_FD, Layer

NAME = "clean start"

# Above every number that means something here, so that moving one cannot overwrite the other.
_OUT_OF_THE_WAY = 10


def is_socket(number: int) -> bool:
    """Whether that descriptor is open and a socket."""
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except (OSError, OverflowError):
        return False


def place_descriptors(wire_fd: int, status_fd: int) -> None:
    """Move the wire to 3, for the provider, and the status to 5, where the exec closes it.

    The two numbers may be anything from 3 on, each other's places included. Raises Refusal when one is not an
    open socket, or they are the same.
    """
    for number, name in ((status_fd, "status"), (wire_fd, "wire")):
        if number < 3:
            raise Refusal(f"the {name} descriptor {number} is one of the standard ones")
        if not is_socket(number):
            raise Refusal(f"the {name} descriptor {number} is not an open socket")
    if wire_fd == status_fd:
        raise Refusal(f"the wire and the status have the same descriptor, {wire_fd}")
    wire = fcntl.fcntl(wire_fd, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    status = fcntl.fcntl(status_fd, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    os.dup2(wire, WIRE_FD, inheritable=True)
    os.dup2(status, STATUS_FD, inheritable=False)


def close_others() -> None:
    """Close everything but the standard three, the wire and the status."""
    os.closerange(BROKER_FD, STATUS_FD)
    kernel.close_from(STATUS_FD + 1)


def apply(data_dir: str, data_fd: int) -> Layer:
    """Own folder, umask, session, stdin and signal settings; `data_fd` is an O_PATH descriptor of `data_dir`.

    The environment is replaced by the exec itself. Raises Refusal when something of it cannot be had.
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
    _look_back(data_fd)
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


def _look_back(data_fd: int) -> None:
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
    expected = {0, 1, 2, WIRE_FD, STATUS_FD, data_fd}
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
