"""Make the kernel look older, or closed, to one child and its descendants: by seccomp, so the launcher sees the real thing.

Knows the ABIs of Landlock and seccomp's notification interface (linux/seccomp.h). Knows nothing of the launcher.
"""

import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from igloo_sandbox.bpf import KILL_PROCESS, Condition, Rule, assemble, encode, fail
from igloo_sandbox.layers.seccomp import AUDIT_NUMBERS

CREATE_RULESET = 444
RESTRICT_SELF = 446
OPENAT2 = 437
CLOSE_RANGE = 436

_SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SYS_PRCTL = {"x86_64": 157, "aarch64": 167}
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_FILTER_FLAG_NEW_LISTENER = 1 << 3
_RET_ALLOW = 0x7FFF0000
_RET_ERRNO = 0x00050000
_RET_USER_NOTIF = 0x7FC00000
_IOCTL_NOTIF_RECV = 0xC0502100
_IOCTL_NOTIF_SEND = 0xC0182101
_USER_NOTIF_FLAG_CONTINUE = 1

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16}
_NET_RIGHTS = {4: 2, 5: 2, 6: 2}
_SCOPES = {6: 2}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def _install(numbers: tuple[int, ...], action: int, flags: int) -> int:
    """Put a filter on this process that answers these system calls with `action`; seccomp(2)'s result."""
    load, jump_if_equal, give = 0x20, 0x15, 0x06
    instructions = [struct.pack("=HBBI", load, 0, 0, 0)]  # the number of the call
    for index, number in enumerate(numbers):
        instructions.append(struct.pack("=HBBI", jump_if_equal, len(numbers) - index, 0, number))
    instructions.append(struct.pack("=HBBI", give, 0, 0, _RET_ALLOW))
    instructions.append(struct.pack("=HBBI", give, 0, 0, action))
    return _install_program(b"".join(instructions), flags)


def _install_program(instructions: bytes, flags: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0:
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    program = _Program(len(instructions) // 8, instructions)
    result: int = libc.syscall(
        ctypes.c_long(_SYS_SECCOMP[platform.machine()]),
        ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(flags),
        ctypes.byref(program),
    )
    if result < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return result


def refusing(number: int, fault: int) -> Callable[[], None]:
    """To be run in a child before its exec: from then on system call `number` ends in the errno `fault`."""

    def prepare() -> None:
        _install((number,), _RET_ERRNO | fault, 0)

    return prepare


def killing(number: int) -> Callable[[], None]:
    """To be run in a child before its exec: from then on system call `number` ends it."""

    def prepare() -> None:
        _install((number,), KILL_PROCESS, 0)

    return prepare


def refusing_calls(rules: Mapping[int, Sequence[Rule]]) -> Callable[[], None]:
    """To be run in a child before its exec: from then on these answer system calls, by number."""

    def prepare() -> None:
        program = assemble(AUDIT_NUMBERS[platform.machine()], 0x7FFFFFFF, rules, _RET_ALLOW)
        _install_program(encode(program), 0)

    return prepare


def refusing_filters(fault: int) -> Callable[[], None]:
    """To be run in a child before its exec: from then on prctl(PR_SET_SECCOMP) ends in the errno `fault`."""
    refused = Rule(fail(fault), (Condition(0, (_PR_SET_SECCOMP,)),))
    # Another machine than the two has no filters to refuse.
    return refusing_calls({_SYS_PRCTL.get(platform.machine(), -1): [refused]})


@contextmanager
def landlock_of_abi(abi: int) -> Iterator[Callable[[], None]]:
    """Yields what to run in a child before its exec: the child then finds a kernel with this Landlock ABI.

    Answers the version question with `abi`, and refuses what that ABI does not know as such a kernel does:
    EINVAL for unknown rights and flags, E2BIG for fields that its structure does not have. Whatever it knows goes
    to the real kernel.
    """
    ours, theirs = socket.socketpair()
    stop_reading, stop_writing = os.pipe()

    def prepare() -> None:
        listener = _install((CREATE_RULESET, RESTRICT_SELF), _RET_USER_NOTIF, _FILTER_FLAG_NEW_LISTENER)
        socket.send_fds(theirs, [b"!"], [listener])

    thread = threading.Thread(target=_supervise, args=(ours, stop_reading, abi))
    thread.start()
    try:
        yield prepare
    finally:
        os.write(stop_writing, b"!")
        thread.join()
        for end in (ours, theirs):
            end.close()
        os.close(stop_reading)
        os.close(stop_writing)


def _supervise(channel: socket.socket, stop: int, abi: int) -> None:
    listener = -1
    while True:
        sources: list[Any] = [stop, channel if listener < 0 else listener]
        ready = select.select(sources, [], [])[0]
        if stop in ready:
            break
        if listener < 0:
            listener = socket.recv_fds(channel, 1, 1)[1][0]
        elif not _answer(listener, abi):
            break
    if listener >= 0:
        os.close(listener)


def _answer(listener: int, abi: int) -> bool:
    """Answer one question; False when nobody is left to ask."""
    notification = bytearray(80)
    try:
        fcntl.ioctl(listener, _IOCTL_NOTIF_RECV, notification)
    except OSError:
        return False
    identity, process, _, number = struct.unpack_from("=QIIi", notification)
    arguments = struct.unpack_from("=6Q", notification, 32)
    value, fault, flags = 0, 0, 0
    if number == CREATE_RULESET and arguments[2] == 1:
        value = abi
    elif number == CREATE_RULESET:
        fault = _judge_ruleset(process, arguments[0], arguments[1], abi)
    elif arguments[1] and abi < 7:
        fault = errno.EINVAL
    if not value and not fault:
        flags = _USER_NOTIF_FLAG_CONTINUE
    fcntl.ioctl(listener, _IOCTL_NOTIF_SEND, struct.pack("=QqiI", identity, value, -fault, flags))
    return True


def _judge_ruleset(process: int, address: int, size: int, abi: int) -> int:
    with open(f"/proc/{process}/mem", "rb", 0) as memory:
        memory.seek(address)
        fields = struct.unpack("=3Q", memory.read(size).ljust(24, b"\0"))
    for field, rights in zip(fields, (_FILE_RIGHTS, _NET_RIGHTS, _SCOPES), strict=True):
        bits = rights.get(min(abi, 6), 0)  # 7 brought flags, and no right
        if field >> bits:
            return errno.EINVAL if bits else errno.E2BIG
    return 0
