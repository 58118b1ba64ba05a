"""The system call filter of both architectures, run call by call in a machine of ours, and at hand by the kernel.

Here each rule is held from both sides: what it refuses, and the nearest thing that must go through. What comes of it
in a provider is shown by test_network.py and test_calls.py, on the architecture at hand.
"""

import errno
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from igloo_sandbox import bpf, syscalls
from igloo_sandbox.layers.seccomp import AUDIT_NUMBERS, build
from igloo_sandbox.layers.seccomp_rules import DENIED, Denied
from tests.sandbox.bpf_machine import run
from tests.sandbox.house import PATIENCE, SOURCES

POINTER = 0x7F00_1234_5678
HIGH_POINTER = 0x7F00_0000_0000  # its low half is null
ALLOWED = 0


class Call(NamedTuple):
    """A call and the errno it must end in; ALLOWED (0): it must reach the kernel."""

    name: str
    error: int
    arguments: tuple[int, ...] = ()

    def __str__(self) -> str:
        word = errno.errorcode[self.error] if self.error else "allowed"
        return f"{self.name}({', '.join(map(hex, self.arguments))}) {word}"


def refused(error: int, names: str) -> list[Call]:
    return [Call(name, error, (1, 2, 3, 4, 5, 6)) for name in names.split()]


ALWAYS = [
    *refused(errno.EACCES, "connect bind listen sendmsg sendmmsg mknod mknodat"),
    *refused(errno.EPERM, "io_uring_setup io_uring_enter io_uring_register"),
    *refused(errno.EPERM, "ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp process_madvise"),
    *refused(errno.EPERM, "process_mrelease migrate_pages move_pages shmget shmat shmctl shmdt"),
    *refused(errno.EPERM, "semget semop semtimedop semctl msgget msgsnd msgrcv msgctl"),
    *refused(errno.EPERM, "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr"),
    *refused(
        errno.EPERM, "unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount"
    ),
    *refused(errno.EPERM, "mount_setattr fsopen fsconfig fsmount fspick statmount listmount"),
    *refused(errno.EPERM, "keyctl add_key request_key bpf perf_event_open userfaultfd"),
    *refused(errno.EPERM, "kexec_load kexec_file_load init_module finit_module delete_module"),
    *refused(errno.EPERM, "swapon swapoff reboot acct quotactl quotactl_fd syslog vhangup settimeofday"),
    *refused(errno.EPERM, "clock_settime clock_adjtime adjtimex sethostname setdomainname"),
    *refused(errno.EPERM, "iopl ioperm modify_ldt uselib"),
    *refused(errno.EPERM, "memfd_create memfd_secret execveat open_by_handle_at fanotify_init"),
    *refused(errno.EOPNOTSUPP, "setxattr lsetxattr fsetxattr setxattrat file_setattr"),
    *refused(errno.EOPNOTSUPP, "removexattr lremovexattr fremovexattr removexattrat"),
    *refused(errno.ENOSYS, "clone3 openat2"),
]

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
STREAM, DGRAM, RAW, SEQPACKET = 1, 2, 3, 5
FLAGS = 0o2004000  # SOCK_CLOEXEC | SOCK_NONBLOCK
FAMILIES = {
    "UNSPEC": 0,
    "UNIX": 1,
    "NETLINK": 16,
    "PACKET": 17,
    "KEY": 15,
    "CAN": 29,
    "BLUETOOTH": 31,
    "ALG": 38,
}
FAMILIES |= {"VSOCK": 40, "SMC": 43, "XDP": 44}
PROTOCOLS = {"ICMP": 1, "UDP": 17, "DCCP": 33, "ICMPV6": 58, "SCTP": 132, "UDPLITE": 136}
PROTOCOLS |= {"SMC": 256, "MPTCP": 262}
OPTIONS = {  # what may be set, by level
    1: (2, 7, 8, 9, 10, 20, 21, 66, 67),
    6: (1, 3, 4, 5, 6, 12, 18, 25),
    41: (26,),
}
LEVELS = {"IP": 0, "SOCKET": 1, "TCP": 6, "UDP": 17, "IPV6": 41, "ICMPV6": 58, "SCTP": 132, "UDPLITE": 136}
LEVELS |= {"RAW": 255, "NETLINK": 270, "TIPC": 271, "TLS": 282, "MPTCP": 284, "XDP": 283, "VSOCK": 287}
NAMESPACES = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]
PARENT = 0x8000
THREAD = 0x3D0F00  # what glibc makes a thread with
OWN_PROCESS_ONLY = ("prlimit64", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr")

SOMETIMES = [
    *(Call("sendto", ALLOWED, (3, POINTER, 10, flags, 0, 0)) for flags in (0, 0x4000, 1, 0x40, 0x80, 0x8000)),
    Call("sendto", ALLOWED, (3, POINTER, 10, 2**32 + 0xC0C1, 0, 0)),
    *(
        Call("sendto", errno.EOPNOTSUPP, (3, POINTER, 10, 0x4000 | flag, 0, 0))
        for flag in (4, 0x10, 0x800, 0x2000, 0x4000000, 0x20000000, 0x80000000)
    ),
    Call("sendto", errno.EACCES, (3, POINTER, 10, 0, POINTER, 16)),
    Call("sendto", errno.EACCES, (3, POINTER, 10, 0, 1, 16)),
    Call("sendto", errno.EACCES, (3, POINTER, 10, 0, HIGH_POINTER, 16)),
    *(Call("socket", errno.EAFNOSUPPORT, (family, DGRAM, 0)) for family in FAMILIES.values()),
    *(Call("socket", errno.EPROTONOSUPPORT, (AF_INET, STREAM, number)) for number in PROTOCOLS.values()),
    *(Call("socket", errno.EPROTONOSUPPORT, (AF_INET6, STREAM, number)) for number in PROTOCOLS.values()),
    *(
        Call("socket", errno.EACCES, (family, kind, protocol))
        for family in (AF_INET, AF_INET6)
        for kind in (DGRAM, DGRAM | FLAGS, DGRAM + 2**32)
        for protocol in (0, 1, 17, 136)
    ),
    *(Call("socket", errno.EPERM, (family, RAW | FLAGS, 1)) for family in (AF_INET, AF_INET6)),
    Call("socket", errno.ESOCKTNOSUPPORT, (AF_INET, SEQPACKET, 0)),
    Call("socket", errno.ESOCKTNOSUPPORT, (AF_INET, 10, 0)),
    *(Call("socket", ALLOWED, (family, STREAM, 0)) for family in (AF_INET, AF_INET6)),
    *(Call("socket", ALLOWED, (family, STREAM | FLAGS, 6)) for family in (AF_INET, AF_INET6)),
    # The kernel takes these as int: what is in the upper half changes nothing, and hides nothing.
    Call("socket", ALLOWED, (AF_INET + 2**32, STREAM, 0)),
    Call("socket", errno.EAFNOSUPPORT, (AF_UNIX + 2**32, STREAM, 0)),
    Call("socketpair", ALLOWED, (AF_UNIX, STREAM | FLAGS, 0)),
    Call("socketpair", ALLOWED, (AF_UNIX, SEQPACKET, 0)),
    Call("socketpair", errno.ESOCKTNOSUPPORT, (AF_UNIX, DGRAM | FLAGS, 0)),
    Call("socketpair", errno.ESOCKTNOSUPPORT, (AF_UNIX, RAW, 0)),
    Call("socketpair", errno.EAFNOSUPPORT, (AF_INET, STREAM, 0)),
    # Every option of every level, those that nobody has defined too.
    *(
        Call(
            "setsockopt",
            ALLOWED if option in OPTIONS.get(level, ()) else errno.ENOPROTOOPT,
            (3, level, option),
        )
        for level in LEVELS.values()
        for option in (*range(130), 200, 1000, 2**31, 2**32 - 1)
    ),
    # Levels and options are int to the kernel.
    Call("setsockopt", ALLOWED, (3, 2**32 + 6, 2**32 + 1)),
    Call("setsockopt", errno.ENOPROTOOPT, (3, 2**32 + 6, 2**32 + 30)),
    Call("setsockopt", errno.ENOPROTOOPT, (3, 2**32, 2**32 + 35)),
    *(Call(name, ALLOWED, (0, 1, 2)) for name in OWN_PROCESS_ONLY),
    *(Call(name, errno.EPERM, (1, 1, 2)) for name in OWN_PROCESS_ONLY),
    *(Call(name, ALLOWED, (2**32, 1, 2)) for name in OWN_PROCESS_ONLY),  # 0 to the kernel, which takes an int
    *(Call(name, errno.EPERM, (-1, 1, 2)) for name in OWN_PROCESS_ONLY),
    *(Call("setpriority", ALLOWED, (which, 0, 5)) for which in (0, 1)),
    *(Call("setpriority", errno.EPERM, arguments) for arguments in ((2, 0, 5), (0, 77, 5), (1, 77, 5))),
    *(Call("ioprio_set", ALLOWED, (which, 0, 5)) for which in (1, 2)),
    *(Call("ioprio_set", errno.EPERM, arguments) for arguments in ((3, 0, 5), (1, 77, 5), (2, 77, 5))),
    *(Call("clone", errno.EPERM, (17 | flag,)) for flag in (*NAMESPACES, PARENT)),
    *(Call("clone", ALLOWED, (flags,)) for flags in (17, THREAD, 0x4111)),  # fork, a thread, vfork
    *(Call("personality", ALLOWED, (value,)) for value in (0, 0xFFFFFFFF)),
    *(Call("personality", errno.EPERM, (value,)) for value in (0x40000, 8)),
    *(Call(name, errno.EPERM, (POINTER, mode)) for name in ("chmod", "creat") for mode in (0o4755, 0o2755)),
    *(Call(name, ALLOWED, (POINTER, 0o1777)) for name in ("chmod", "creat")),
    *(Call("fchmod", error, (3, mode)) for error, mode in ((errno.EPERM, 0o4700), (ALLOWED, 0o700))),
    *(Call(name, errno.EPERM, (3, POINTER, 0o2755)) for name in ("fchmodat", "fchmodat2")),
    *(Call(name, ALLOWED, (3, POINTER, 0o755)) for name in ("fchmodat", "fchmodat2")),
    *(Call("renameat2", errno.EINVAL, (3, POINTER, 4, POINTER, flags)) for flags in (4, 5, 7, 2**32 + 4)),
    *(Call("renameat2", ALLOWED, (4, POINTER, 4, POINTER, flags)) for flags in (0, 1, 2)),
    Call("open", errno.EPERM, (POINTER, 0o101, 0o4755)),
    Call("open", ALLOWED, (POINTER, 0o101, 0o755)),
    Call("open", ALLOWED, (POINTER, 0, 0o4755)),  # without O_CREAT the register holds anything
    Call("openat", errno.EPERM, (3, POINTER, 0o101, 0o4755)),
    Call("openat", errno.EPERM, (3, POINTER, 0o20200001, 0o4755)),  # O_TMPFILE
    Call("openat", ALLOWED, (3, POINTER, 0o101, 0o644)),
    Call("openat", ALLOWED, (3, POINTER, 0o200000, 0o4755)),  # O_DIRECTORY, a part of O_TMPFILE
    *(Call("ioctl", errno.EPERM, (0, request)) for request in (0x5412, 0x541C, 0x5412 + 2**32)),
    *(
        Call("ioctl", errno.ENOTTY, (3, request))
        for first in (0x8900, 0x8B00)
        for request in (*range(first, first + 0x100), 2**32 + first + 0x27)
        if request != 0x8905
    ),
    # TCGETS, TIOCGWINSZ, FIONREAD, SIOCATMARK; neighbours of what is refused; a device's with a size.
    *(
        Call("ioctl", ALLOWED, (3, request))
        for request in (0x5401, 0x5413, 0x541B, 0x8905, 0x88FF, 0x8A00, 0x8AFF, 0x8C00, 0x18927, 0x80048905)
    ),
]

# A second entry of the numbers that matter most: (x86-64, aarch64).
PINNED = {
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "setsockopt": (54, 208),
    "ioctl": (16, 29),
    "renameat2": (316, 276),
    "prlimit64": (302, 261),
    "ptrace": (101, 117),
    "clone": (56, 220),
    "unshare": (272, 97),
    "io_uring_setup": (425, 425),
    "clone3": (435, 435),
    "openat2": (437, 437),
}
# What Python, trio and ssl live by; numbers from the headers too.
ORDINARY = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "mmap": (9, 222),
    "rt_sigaction": (13, 134),
    "getpid": (39, 172),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "shutdown": (48, 210),
    "execve": (59, 221),
    "futex": (202, 98),
    "epoll_ctl": (233, 21),
    "pipe2": (293, 59),
    "accept4": (288, 242),
    "getrandom": (318, 278),
    "pidfd_open": (434, 434),
    "rseq": (334, 293),
    "landlock_restrict_self": (446, 446),
}

ARCHITECTURE = pytest.mark.parametrize("architecture", syscalls.ARCHITECTURES)


def answer(program: list[bpf.Instruction], architecture: str, call: Call, numbers: Mapping[str, int]) -> int:
    """The errno that the filter gives to a call, or ALLOWED."""
    action = run(program, AUDIT_NUMBERS[architecture], numbers[call.name], call.arguments)
    return ALLOWED if action == bpf.ALLOW else action - bpf.fail(0)


@ARCHITECTURE
def test_every_call_is_answered_as_listed(architecture: str) -> None:
    numbers = syscalls.numbers_of(architecture)
    program = build(architecture)
    wrong = [
        str(call)
        for call in [*ALWAYS, *SOMETIMES]
        if call.name in numbers and answer(program, architecture, call, numbers) != call.error
    ]
    assert wrong == []


def damaged(rule: Denied, name: str) -> Iterator[Denied]:
    """The rule with something of it missing for one call: all of it, a condition, or a value of a condition."""
    yield rule._replace(calls=" ".join(other for other in rule.calls.split() if other != name))
    for place, condition in enumerate(rule.conditions):
        others = (*rule.conditions[:place], *rule.conditions[place + 1 :])
        yield Denied(name, rule.error, others)
        if len(condition.values) > 1:
            for value in condition.values:
                fewer = condition._replace(values=tuple(set(condition.values) - {value}))
                yield Denied(name, rule.error, (*others, fewer))


@ARCHITECTURE
def test_a_damaged_rule_is_noticed_by_a_listed_call(architecture: str) -> None:
    numbers = syscalls.numbers_of(architecture)
    unnoticed = []
    for index, rule in enumerate(DENIED):
        for name in [name for name in rule.calls.split() if name in numbers]:
            calls = [call for call in [*ALWAYS, *SOMETIMES] if call.name == name]
            for damage in damaged(rule, name):
                program = build(architecture, (*DENIED[:index], damage, *DENIED[index + 1 :]))
                if all(answer(program, architecture, call, numbers) == call.error for call in calls):
                    unnoticed.append((name, damage))
    assert unnoticed == []


# What the filter lets through meets another one below it, which answers with an errno that no kernel has: of two
# that refuse, the newer one names the reason. So nothing is really asked of the kernel.
UNDER_THE_FILTER = f"""
import ctypes, json, os, sys
sys.path.insert(0, {str(SOURCES)!r})
from igloo_sandbox import bpf, kernel
from igloo_sandbox.layers.seccomp import AUDIT_NUMBERS, build
machine, let_through, calls = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
below = {{number: [bpf.Rule(bpf.fail(let_through))] for number, _ in calls}}
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
kernel.install_filter(bpf.encode(bpf.assemble(AUDIT_NUMBERS[machine], 2**31 - 1, below, bpf.ALLOW)))
kernel.install_filter(bpf.encode(build(machine)))
answers = []
for number, arguments in calls:
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_ulong, arguments))
    answers.append(ctypes.get_errno() if result == -1 else 0)
os.write(1, json.dumps(answers).encode())
os._exit(0)
"""


@pytest.mark.kernel("seccomp")
def test_the_kernel_answers_every_call_as_listed_too() -> None:
    """On the architecture at hand, whose machine code the kernel makes of the filter."""
    let_through = 4000
    numbers = syscalls.numbers_of(platform.machine())
    calls = [call for call in [*ALWAYS, *SOMETIMES] if call.name in numbers]
    words = [(numbers[call.name], [word % 2**64 for word in call.arguments]) for call in calls]
    found = subprocess.run(
        [sys.executable, "-c", UNDER_THE_FILTER],
        input=json.dumps([platform.machine(), let_through, words]),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    answers = json.loads(found.stdout)
    assert len(answers) == len(calls)
    wrong = [
        (str(call), error)
        for call, error in zip(calls, answers, strict=True)
        if error != (call.error or let_through)
    ]
    assert wrong == []


@ARCHITECTURE
def test_a_call_of_another_architecture_kills_and_an_unknown_number_is_none(architecture: str) -> None:
    program = build(architecture)
    own = AUDIT_NUMBERS[architecture]
    getpid = ORDINARY["getpid"][syscalls.ARCHITECTURES.index(architecture)]
    no_such_call = bpf.fail(errno.ENOSYS)
    for foreign in (0x40000003, 0x40000028, 0, *AUDIT_NUMBERS.values()):  # i386, arm
        expected = bpf.ALLOW if foreign == own else bpf.KILL_PROCESS
        assert run(program, foreign, getpid) == expected
    for number in (syscalls.LAST + 1, 512, 547, 0x40000000, 0x40000000 + getpid, 0x7FFFFFFF, 0xFFFFFFFF):
        assert run(program, own, number) == no_such_call
    assert run(program, own, syscalls.LAST - 1) == bpf.ALLOW  # file_getattr


@ARCHITECTURE
def test_what_programs_live_by_is_allowed(architecture: str) -> None:
    place = syscalls.ARCHITECTURES.index(architecture)
    program = build(architecture)
    for name, numbers in ORDINARY.items():
        for arguments in ((), (POINTER,) * 6, (2**64 - 1,) * 6):
            found = run(program, AUDIT_NUMBERS[architecture], numbers[place], arguments)
            assert found == bpf.ALLOW, name


@ARCHITECTURE
def test_the_table_has_the_pinned_numbers(architecture: str) -> None:
    place = syscalls.ARCHITECTURES.index(architecture)
    numbers = syscalls.numbers_of(architecture)
    assert {name: numbers[name] for name in PINNED} == {name: pair[place] for name, pair in PINNED.items()}
    assert len(set(numbers.values())) == len(numbers)
    assert max(numbers.values()) == syscalls.LAST


HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": (
        "/usr/aarch64-linux-gnu/include/asm/unistd_64.h",
        "/usr/include/aarch64-linux-gnu/asm/unistd_64.h",
        "/usr/include/asm-generic/unistd.h",
    ),
}


@ARCHITECTURE
def test_the_table_has_the_numbers_of_the_kernels_headers(architecture: str) -> None:
    found = next((path for path in map(Path, HEADERS[architecture]) if path.exists()), None)
    if found is None:
        pytest.skip(f"no kernel headers for {architecture} here (linux-libc-dev)")
    defined = dict(re.findall(r"#define __NR(?:3264)?_(\w+)[ \t]+(\d+)\b", found.read_text()))
    numbers = {name: int(number) for name, number in defined.items()}
    newest = max(numbers.values())
    table = syscalls.numbers_of(architecture)
    known = {name: number for name, number in table.items() if number <= newest}
    assert len(known) > 100, "most of the table is older than any headers in use"
    assert {name: numbers.get(name) for name in known} == known
    ordinary = {name: pair[syscalls.ARCHITECTURES.index(architecture)] for name, pair in ORDINARY.items()}
    assert {name: numbers.get(name) for name in ordinary} == ordinary


def test_every_name_in_a_rule_is_in_the_table() -> None:
    """One that is misspelt would be left out of the filter without a word."""
    named = {name for rule in DENIED for name in rule.calls.split()}
    known = {name for architecture in syscalls.ARCHITECTURES for name in syscalls.numbers_of(architecture)}
    assert named == known


def test_a_filter_that_cannot_be_written_is_none() -> None:
    too_far = [bpf.Rule(bpf.fail(1), (bpf.Condition(0, (7,)),))] * 100
    with pytest.raises(ValueError, match="a jump over"):
        bpf.assemble(1, 400, {1: too_far}, bpf.ALLOW)
    too_long = {number: [bpf.Rule(bpf.fail(1))] for number in range(2100)}
    with pytest.raises(ValueError, match="the kernel takes 4096"):
        bpf.assemble(1, 3000, too_long, bpf.ALLOW)
    assert bpf.encode([bpf.Instruction(0x15, 1, 2, 0xC000003E)]) == b"\x15\0\x01\x02\x3e\0\0\xc0"
