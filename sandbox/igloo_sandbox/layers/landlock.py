"""Landlock: files, TCP, signals and abstract sockets, as far as this kernel's ABI goes.

Knows which ABI brought which restriction, and how to see from inside that each one took hold. File rules are
in landlock_files.py.
"""

import errno
import os
import socket
from collections.abc import Callable
from typing import NamedTuple

from igloo_sandbox import kernel
from igloo_sandbox.errors import Refusal
from igloo_sandbox.spec import Layer, PathRule

NAME = "landlock"

TESTED_ABI = 7
"""The newest ABI that our tests ran on. A newer kernel is asked for no more than this."""

FIRST_ABI = {"files": 1, "truncate": 3, "signals": 6, "abstract sockets": 6}
"""The ABI from which on Landlock holds a restriction."""

TCP_ABI = 4
"""The ABI from which on Landlock denies TCP. That holds no restriction alone: `network` is more than TCP."""

_TCP = "TCP"

_FIRST_LINUX = {1: "5.13", 2: "5.19", 3: "6.2", 4: "6.7", 5: "6.10", 6: "6.12", 7: "6.15"}
_LOG_FLAGS_ABI = 7

# What anybody may open, and no grant covers: "/" is refused as a rule, the others are hardly ever one. The first
# shows that folders are closed to listing, the second files to reading, the third to writing.
_CANARIES = (
    ("/", os.O_RDONLY | os.O_DIRECTORY),
    ("/etc/passwd", os.O_RDONLY),
    ("/dev/zero", os.O_RDWR),
)


class Offer(NamedTuple):
    """What this machine's kernel says of Landlock. abi 0: nothing, and `lack` and `help` say why."""

    abi: int
    lack: str = ""
    help: str = ""


class Rules(NamedTuple):
    """Rulesets that are made but not in force yet: their descriptors, 0 where the ABI has nothing to put in."""

    abi: int
    files: int
    others: int
    granted: tuple[str, ...]


def probe() -> Offer:
    """Ask the kernel by the system call itself; nothing else tells the truth in a container."""
    try:
        return Offer(min(kernel.read_landlock_abi(), TESTED_ABI))
    except OSError as fault:
        if fault.errno == errno.ENOSYS:
            return Offer(
                0,
                "this kernel has no Landlock (ENOSYS)",
                "use a kernel built with CONFIG_SECURITY_LANDLOCK=y and started with landlock in its lsm= list; "
                "the stock kernel of Raspberry Pi OS is built without it, Debian's own kernel has it",
            )
        if fault.errno == errno.EOPNOTSUPP:
            return Offer(
                0,
                "Landlock is built into this kernel but was not switched on at boot (EOPNOTSUPP)",
                "put lsm=landlock, followed by the modules that /sys/kernel/security/lsm lists, on the kernel "
                "command line (on a Raspberry Pi: /boot/firmware/cmdline.txt) and boot again",
            )
        return Offer(
            0,
            f"the kernel refuses to say what Landlock it has ({fault.strerror})",
            "if this is a container, let its seccomp profile allow the landlock_ system calls",
        )


def explain_lack(offer: Offer, restriction: str) -> tuple[str, str] | None:
    """Why Landlock cannot hold `restriction` on this machine, and what would change it; None when it can."""
    if offer.abi == 0:
        return offer.lack, offer.help
    needed = FIRST_ABI.get(restriction, 0)
    if offer.abi >= needed:
        return None
    return (
        f"{restriction} needs Landlock ABI {needed} and this kernel has {offer.abi}",
        f"use Linux {_FIRST_LINUX[needed]} or newer",
    )


def make_rules(offer: Offer, rules: list[tuple[int, PathRule]]) -> Rules:
    """Build the rulesets, while every path can still be reached. `rules` come with their O_PATH descriptors."""
    # Here, and not on top: without Landlock in the kernel nobody should pay 20 ms for the package.
    try:
        from igloo_sandbox.layers import landlock_files
    except ImportError as fault:
        raise Refusal(
            f"the landlock package cannot be imported: {fault}",
            "install it: pip install landlock==1.0.0.dev5",
        ) from fault

    try:
        files = landlock_files.open_ruleset(offer.abi)
        for path_fd, rule in rules:
            landlock_files.allow(files, path_fd, rule.access, offer.abi)
        others = _make_other_rules(offer.abi)
    except OSError as fault:
        raise Refusal(f"Landlock refuses a rule: {_name_fault(fault)}") from fault
    return Rules(offer.abi, files, others, tuple(rule.path for _, rule in rules))


def _make_other_rules(abi: int) -> int:
    if abi < TCP_ABI:
        return 0
    scopes = kernel.SCOPE_ABSTRACT_UNIX_SOCKET | kernel.SCOPE_SIGNAL if abi >= FIRST_ABI["signals"] else 0
    return kernel.create_landlock_ruleset(kernel.NET_BIND_TCP | kernel.NET_CONNECT_TCP, scopes)


def apply(rules: Rules) -> tuple[Layer, tuple[str, ...]]:
    """Put the rules in force and look back. Returns the layer and the restrictions that were seen to hold.

    Whatever Landlock was asked for and is not seen to hold is a Refusal, accepted by the owner or not: a kernel
    that says yes and does no is not one to rely on. `truncate` alone goes by the kernel's word, where `files` was seen:
    nothing can be tried that would not destroy a file if it failed. The others are claimed only where something of them was possible
    until now: with a uid of its own no signal reached the hub before, and a hub that is restricted itself
    may reach nothing of what could be tried.
    """
    canaries = _prepare(rules)
    flags = 0
    if rules.abi >= _LOG_FLAGS_ABI:
        # The audit log shows what the provider tries, and not our own looking back.
        flags = kernel.LOG_SAME_EXEC_OFF | kernel.LOG_NEW_EXEC_ON
    # Imported here a second time, for the name only; Python has it since make_rules.
    from igloo_sandbox.layers import landlock_files

    try:
        landlock_files.restrict(rules.files, flags)
        if rules.others:
            kernel.restrict_landlock_self(rules.others, flags)
    except OSError as fault:
        reason = f"Landlock does not restrict this process: {_name_fault(fault)}"
        if fault.errno == errno.E2BIG:
            reason += " (a process can stand under 16 rulesets, and this one already does)"
        raise Refusal(reason) from fault
    os.close(rules.files)
    if rules.others:
        os.close(rules.others)
    held = []
    for attempts in canaries.values():
        for what, attempt in attempts:
            if not attempt():
                raise Refusal(f"Landlock ABI {rules.abi} is in force, and still {what}")
    for restriction, first in FIRST_ABI.items():
        if rules.abi >= first and canaries["files" if restriction == "truncate" else restriction]:
            held.append(restriction)
    missing = [name for name, first in {**FIRST_ABI, _TCP: TCP_ABI}.items() if rules.abi < first]
    detail = f"Landlock ABI {rules.abi}"
    if missing:
        return Layer(NAME, "partial", f"{detail}: does not have {', '.join(missing)}"), tuple(held)
    return Layer(NAME, "enforced", detail), tuple(held)


_Attempt = Callable[[], bool]
"""Try something forbidden; True when it is denied in the way Landlock denies."""


def _prepare(rules: Rules) -> dict[str, list[tuple[str, _Attempt]]]:
    """For each restriction, what to try when the rules are in force: only what worked just now."""
    granted = rules.granted
    attempts = {
        "files": [
            (f"{path} opens", _opening(path, flags))
            for path, flags in _CANARIES
            if not any(path == place or path.startswith(place + "/") for place in granted)
        ]
    }
    if rules.abi >= TCP_ABI:
        attempts[_TCP] = _prepare_tcp()
    if rules.abi >= FIRST_ABI["signals"]:
        hub = os.getppid()
        attempts["signals"] = [("the hub can be signalled", _denying(lambda: os.kill(hub, 0)))]
        attempts["abstract sockets"] = _prepare_abstract_socket()
    return {
        name: [(what, attempt) for what, attempt in tries if not attempt()]
        for name, tries in attempts.items()
    }


def _opening(path: str, flags: int) -> _Attempt:
    def attempt() -> bool:
        try:
            os.close(os.open(path, flags | os.O_CLOEXEC))
        except OSError:
            return True
        return False

    return attempt


def _denying(action: Callable[[], object]) -> _Attempt:
    """Not permitted, by whomever; and the hub is taken to be denied what it has no socket for either."""

    def attempt() -> bool:
        try:
            action()
        except OSError as fault:
            return fault.errno in (errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT)
        return False

    return attempt


def _prepare_tcp() -> list[tuple[str, _Attempt]]:
    """Port 0 is never granted, and nobody listens on it: refused by the network or by Landlock, but never open."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        family, host = socket.AF_INET, "127.0.0.1"
    except OSError:
        family, host = socket.AF_INET6, "::1"

    def use(how: str) -> None:
        with socket.socket(family, socket.SOCK_STREAM) as made:
            made.setblocking(False)
            made.bind((host, 0)) if how == "bind" else made.connect((host, 0))

    return [
        ("a TCP port can be bound", _denying(lambda: use("bind"))),
        ("a TCP connection is tried", _denying(lambda: use("connect"))),
    ]


def _prepare_abstract_socket() -> list[tuple[str, _Attempt]]:
    """A socket made before the rules are in force belongs to the outside, so it must be out of reach after."""
    try:
        outside = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        outside.bind("")  # the kernel picks a free abstract name
    except OSError:
        return []

    def reach() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
            made.connect(outside.getsockname())

    return [("an abstract socket of the outside can be reached", _denying(reach))]


def _name_fault(fault: OSError) -> str:
    # The package's fault has no usable repr and a long str.
    return os.strerror(fault.errno) if fault.errno else str(fault)
