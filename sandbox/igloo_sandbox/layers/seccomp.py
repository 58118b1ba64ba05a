"""The system call filter: the last layer, and the only one that every kernel of ours has.

Knows which machines there is a filter for, how to build and install it, and how to see from inside that it took
hold. What is refused is in seccomp_rules.py.
"""

import contextlib
import errno
import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import NamedTuple

from igloo_sandbox import bpf, kernel, syscalls
from igloo_sandbox.errors import Refusal
from igloo_sandbox.layers.seccomp_rules import DENIED, Denied
from igloo_sandbox.spec import Layer

NAME = "seccomp"

HOLDS = ("network", "abstract sockets", "other processes")
"""What the filter is for; each is claimed only when it was seen."""

AUDIT_NUMBERS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How the kernel names an architecture to a filter (linux/audit.h)."""

# Above every kernel's pid_max, so that nobody is ever met.
_NOBODY = 2**31 - 1


class Offer(NamedTuple):
    """What this machine can be given. architecture "": no filter, and `lack` and `help` say why."""

    architecture: str
    lack: str = ""
    help: str = ""


def probe() -> Offer:
    """Ask the kernel; and this process, because a 64-bit kernel runs programs of 32 bits too."""
    machine = os.uname().machine
    if machine not in syscalls.ARCHITECTURES or sys.maxsize < 2**32:
        bits = 64 if sys.maxsize > 2**32 else 32
        return Offer(
            "",
            f"there is no system call filter for a {bits}-bit program on {machine}",
            "use a 64-bit system on x86-64 or aarch64",
        )
    fault = kernel.probe_filter()
    if fault is None:
        return Offer(machine)
    if fault.errno in (errno.EINVAL, errno.ENOSYS):
        return Offer(
            "",
            f"this kernel has no system call filters ({errno.errorcode[fault.errno]})",
            "use a kernel built with CONFIG_SECCOMP_FILTER=y, as every distribution's is",
        )
    return Offer(
        "",
        f"the kernel refuses a system call filter ({fault.strerror})",
        "if this is a container, let its own seccomp profile allow prctl(PR_SET_SECCOMP)",
    )


def build(architecture: str, denied: tuple[Denied, ...] = DENIED) -> list[bpf.Instruction]:
    """The filter for one of `syscalls.ARCHITECTURES`."""
    numbers = syscalls.numbers_of(architecture)
    rules: dict[int, list[bpf.Rule]] = {}
    for calls, error, conditions in denied:
        for name in calls.split():
            if name in numbers:  # aarch64 never had open, only openat, and so with others
                rules.setdefault(numbers[name], []).append(bpf.Rule(bpf.fail(error), conditions))
    return bpf.assemble(AUDIT_NUMBERS[architecture], syscalls.LAST, rules, bpf.fail(errno.ENOSYS))


class Filter(NamedTuple):
    """A filter that is made but not in force yet, and where to read how many there are; -1 without /proc."""

    architecture: str
    program: bytes
    status_fd: int


def make_filter(offer: Offer) -> Filter:
    """Build it, and open what to read back, while every path can be reached."""
    try:
        status_fd = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        status_fd = -1
    return Filter(offer.architecture, bpf.encode(build(offer.architecture)), status_fd)


def apply(made: Filter) -> tuple[Layer, tuple[str, ...]]:
    """Install the filter and look back. Returns the layer and the restrictions that were seen to hold.

    Needs no_new_privs. Whatever the filter was asked for and is not seen to refuse is a Refusal. A restriction is
    claimed only where something of it worked, or failed in another way, until the filter came: where whatever
    restricts the hub itself already denies all that could be tried, nothing is claimed.
    """
    canaries = {
        name: [(what, attempt) for what, attempt in attempts if not attempt()]
        for name, attempts in _prepare().items()
    }
    before = _count_filters(made.status_fd)
    try:
        kernel.install_filter(made.program)
    except OSError as fault:
        raise Refusal(f"seccomp does not restrict this process: {fault.strerror}") from fault
    if kernel.prctl(kernel.PR_GET_SECCOMP) != kernel.SECCOMP_MODE_FILTER:
        raise Refusal("the system call filter was accepted, but the kernel says that there is none")
    if before is not None and _count_filters(made.status_fd) != before + 1:
        raise Refusal(
            "the system call filter was accepted, but the kernel counts no more filters than before"
        )
    for attempts in canaries.values():
        for what, attempt in attempts:
            if not attempt():
                raise Refusal(f"the system call filter is in force, and still {what}")
    if made.status_fd >= 0:
        os.close(made.status_fd)
    held = tuple(name for name in HOLDS if canaries[name])
    return Layer(NAME, "enforced", f"system call filter for {made.architecture}"), held


def _count_filters(status_fd: int) -> int | None:
    """How many filters this process is under; None when nobody says (no /proc, or Linux before 5.9)."""
    if status_fd < 0:
        return None
    # Read at one go: each read from the start asks the kernel anew.
    for line in os.pread(status_fd, 65536, 0).splitlines():
        if line.startswith(b"Seccomp_filters:"):
            return int(line.split()[1])
    return None


_Attempt = Callable[[], bool]
"""Try something forbidden; True when it is denied in the way the filter denies."""


def _prepare() -> dict[str, list[tuple[str, _Attempt]]]:
    """For each restriction, what to try with the filter in force. None of it reaches anybody, denied or not."""
    # A pair can be had where no Unix socket may be made, as under systemd's RestrictAddressFamilies.
    local, other = socket.socketpair()
    other.close()
    return {
        "network": [
            *_prepare_datagrams(),
            (
                "a Unix socket can be made",
                _denying(errno.EAFNOSUPPORT, lambda: socket.socket(socket.AF_UNIX).close()),
            ),
        ],
        "abstract sockets": [
            (
                "an abstract socket can be reached",
                _denying(errno.EACCES, lambda: local.connect("\0igloo: nobody listens here")),
            )
        ],
        "other processes": [
            (
                "limits of other processes can be changed",
                _denying(errno.EPERM, lambda: resource.prlimit(_NOBODY, resource.RLIMIT_CORE)),
            ),
            (
                "other processes can be given a priority",
                _denying(errno.EPERM, lambda: os.setpriority(os.PRIO_PROCESS, _NOBODY, 0)),
            ),
            (
                "other processes can be given to a processor",
                _denying(errno.EPERM, lambda: os.sched_setaffinity(_NOBODY, {0})),
            ),
        ],
    }


def _prepare_datagrams() -> list[tuple[str, _Attempt]]:
    """What to try of the network itself; nothing where no datagram socket can be had even now."""
    opened = _open_datagrams()
    if opened is None:
        return []
    datagrams, host = opened
    return [
        ("a port can be bound", _denying(errno.EACCES, lambda: datagrams.bind((host, 0)))),
        ("a datagram can be addressed", _denying(errno.EACCES, lambda: datagrams.sendto(b"", (host, 0)))),
        ("a connection can be made", _denying(errno.EACCES, lambda: datagrams.connect((host, 9)))),
        (
            "a datagram socket can be made",
            _denying(errno.EACCES, lambda: socket.socket(datagrams.family, socket.SOCK_DGRAM).close()),
        ),
    ]


def _open_datagrams() -> tuple[socket.socket, str] | None:
    """A socket of a family that this process may use, and that family's loopback."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError):
            return socket.socket(family, socket.SOCK_DGRAM), host
    return None


def _denying(error: int, action: Callable[[], object]) -> _Attempt:
    def attempt() -> bool:
        try:
            action()
        except OSError as fault:
            return fault.errno == error
        return False

    return attempt
