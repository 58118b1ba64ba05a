"""The system calls that Python has no function for, as typed functions that raise OSError.

The only file that knows cffi. Says how to call; what to ask for, and in which order, is not known here.
Numbers are from the kernel's headers and are the same on every architecture that we run on: calls above 423
have one number everywhere.
"""

import errno
import os
from typing import Any

from igloo_sandbox._ffi_generated import ffi

_SYS_CLOSE_RANGE = 436
_SYS_OPENAT2 = 437
_SYS_LANDLOCK_CREATE_RULESET = 444
_SYS_LANDLOCK_RESTRICT_SELF = 446

PR_SET_PDEATHSIG = 1
PR_GET_PDEATHSIG = 2
PR_GET_SECCOMP = 21
_PR_SET_SECCOMP = 22
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522

SECCOMP_MODE_FILTER = 2
_FILTER_INSTRUCTION = 8  # bytes of struct sock_filter

_AT_FDCWD = -100
_RESOLVE_NO_SYMLINKS = 0x04

_CREATE_RULESET_VERSION = 1 << 0
NET_BIND_TCP = 1 << 0
NET_CONNECT_TCP = 1 << 1
SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0
SCOPE_SIGNAL = 1 << 1
LOG_SAME_EXEC_OFF = 1 << 0
LOG_NEW_EXEC_ON = 1 << 1

_libc: Any = ffi.dlopen(None)  # its functions are made at run time


def _fault(what: str) -> OSError:
    number: int = ffi.errno
    return OSError(number, f"{what}: {os.strerror(number)}")


def _call(name: str, number: int, *arguments: object) -> int:
    result: int = _libc.syscall(number, *arguments)
    if result < 0:
        raise _fault(name)
    return result


def _number(value: int) -> object:
    # A variadic call has no declared types: each argument must be as wide as a register.
    return ffi.cast("long", value)


def _unsigned(value: int) -> object:
    return ffi.cast("unsigned int", value)


def prctl(option: int, second: int = 0, third: int = 0) -> int:
    """prctl(2); its result."""
    result: int = _libc.prctl(option, _number(second), _number(third), _number(0), _number(0))
    if result < 0:
        raise _fault(f"prctl({option})")
    return result


def close_from(first: int) -> None:
    """Close every descriptor from `first` on."""
    _call("close_range", _SYS_CLOSE_RANGE, _unsigned(first), _unsigned(0xFFFFFFFF), _unsigned(0))


def open_path_without_links(path: str) -> int:
    """An O_PATH descriptor, close-on-exec, of what `path` names. OSError ELOOP when any part of it is a link."""
    how = ffi.new("struct open_how *", {"flags": os.O_PATH | os.O_CLOEXEC, "resolve": _RESOLVE_NO_SYMLINKS})
    size = ffi.cast("size_t", ffi.sizeof("struct open_how"))
    name = ffi.new("char[]", os.fsencode(path))
    return _call("openat2", _SYS_OPENAT2, _number(_AT_FDCWD), name, how, size)


def read_landlock_abi() -> int:
    """The kernel's Landlock ABI. OSError ENOSYS: not built in; EOPNOTSUPP: not enabled at boot."""
    flags = _unsigned(_CREATE_RULESET_VERSION)
    return _call(
        "landlock_create_ruleset", _SYS_LANDLOCK_CREATE_RULESET, ffi.NULL, ffi.cast("size_t", 0), flags
    )


def create_landlock_ruleset(net: int, scoped: int) -> int:
    """A ruleset for network access and scopes; its descriptor is close-on-exec. Zeros are fine for any ABI."""
    attributes = ffi.new("struct landlock_ruleset_attr *", {"handled_access_net": net, "scoped": scoped})
    size = ffi.cast("size_t", ffi.sizeof("struct landlock_ruleset_attr"))
    return _call("landlock_create_ruleset", _SYS_LANDLOCK_CREATE_RULESET, attributes, size, _unsigned(0))


def restrict_landlock_self(ruleset: int, flags: int) -> None:
    """Put the calling thread, and what it will execute, under a ruleset for good."""
    _call("landlock_restrict_self", _SYS_LANDLOCK_RESTRICT_SELF, _number(ruleset), _unsigned(flags))


def probe_filter() -> OSError | None:
    """Why this process cannot be given a system call filter; None when it can. Gives it none.

    The kernel is shown no program at all: where filters are to be had it complains of that (EFAULT).
    """
    try:
        _set_filter(ffi.NULL)
    except OSError as fault:
        return None if fault.errno == errno.EFAULT else fault
    return None


def install_filter(program: bytes) -> None:
    """Put this thread, and what it will execute, under a filter for good: an array of struct sock_filter.

    Needs no_new_privs.
    """
    instructions = ffi.from_buffer(program)
    length = len(program) // _FILTER_INSTRUCTION
    _set_filter(ffi.new("struct sock_fprog *", {"len": length, "filter": instructions}))


def _set_filter(program: object) -> None:
    mode = _number(SECCOMP_MODE_FILTER)
    if _libc.prctl(_PR_SET_SECCOMP, mode, program, _number(0), _number(0)) < 0:
        raise _fault("prctl(PR_SET_SECCOMP)")


def read_capabilities() -> tuple[int, int, int]:
    """This thread's effective, permitted and inheritable capabilities, a bit each."""
    header = ffi.new("struct cap_header *", {"version": _CAPABILITY_VERSION_3, "pid": 0})
    halves = ffi.new("struct cap_data[2]")
    if _libc.capget(header, halves) < 0:
        raise _fault("capget")
    low, high = halves[0], halves[1]
    return (
        low.effective | high.effective << 32,
        low.permitted | high.permitted << 32,
        low.inheritable | high.inheritable << 32,
    )


def clear_capabilities() -> None:
    """Give up every capability of this thread, the ambient ones included. Never needs a privilege."""
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = ffi.new("struct cap_header *", {"version": _CAPABILITY_VERSION_3, "pid": 0})
    if _libc.capset(header, ffi.new("struct cap_data[2]")) < 0:
        raise _fault("capset")
