"""A hub that is restricted itself, by systemd, a container or a sandbox: what can't be tried then is claimed by nobody.

Each restriction of the hub's is put on the launcher before its start. What is held all the same is tried from inside.
"""

import errno
import os
import platform
import socket
from collections.abc import Callable

import pytest

from igloo_sandbox import kernel
from igloo_sandbox.bpf import Condition, Rule, fail
from igloo_sandbox.enforce import EXIT_REFUSED
from igloo_sandbox.layers import landlock, landlock_files
from igloo_sandbox.spec import RESTRICTIONS
from igloo_sandbox.syscalls import ARCHITECTURES, numbers_of
from tests.sandbox.house import House, program, start
from tests.sandbox.old_kernel import refusing_calls

pytestmark = [pytest.mark.kernel("landlock", abi=6), pytest.mark.kernel("seccomp")]

ATTEMPTS = """
answers["file"] = attempt(lambda: open("/etc/passwd"))
answers["bind"] = attempt(lambda: socket.socket().bind(("127.0.0.1", 0)))
answers["connect"] = attempt(lambda: socket.socketpair()[0].connect("\\0nobody"))
answers["datagrams"] = attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
answers["signal"] = attempt(lambda: os.kill(os.getppid(), 0))
answers["priority"] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 0))
"""
DENIED = {
    "file": "EACCES",
    "bind": "EACCES",
    "connect": "EACCES",
    "datagrams": "EACCES",
    "signal": "EPERM",
    "priority": "EPERM",
}


UNIX = Condition(0, (socket.AF_UNIX,))
NOT_UNIX = UNIX._replace(among=False)
OTHERS = Condition(0, (0,), among=False)


def in_a_domain(net: int = 0, scoped: int = 0) -> Callable[[], None]:
    """To be run in a child before its exec: it is then in a Landlock domain that handles these and grants nothing."""

    def prepare() -> None:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.restrict_landlock_self(kernel.create_landlock_ruleset(net, scoped), 0)

    return prepare


def with_files_closed() -> None:
    """To be run in a child before its exec: of all that the launcher would try of files, nothing is open to it."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    abi = landlock.probe().abi
    ruleset = landlock_files.open_ruleset(abi)
    open_ones = [f"/{name}" for name in os.listdir("/") if name not in ("etc", "dev")]
    for place in [*open_ones, "/dev/null"]:
        path_fd = os.open(place, os.O_PATH | os.O_CLOEXEC)
        for access in ("execute", "write"):
            landlock_files.allow(ruleset, path_fd, access, abi)
        os.close(path_fd)
    landlock_files.restrict(ruleset, 0)


def denying(error: int, *names: str, conditions: tuple[Condition, ...] = ()) -> Callable[[], None]:
    """To be run in a child before its exec: these calls end in the errno `error`, when the conditions hold."""
    if platform.machine() not in ARCHITECTURES:
        pytest.skip("the numbers of the calls are known for two architectures")
    known = {**numbers_of(platform.machine()), "kill": 129 if platform.machine() == "aarch64" else 62}
    return refusing_calls({known[name]: [Rule(fail(error), conditions)] for name in names})


def one_after_the_other(*prepares: Callable[[], None]) -> Callable[[], None]:
    def prepare() -> None:
        for each in prepares:
            each()

    return prepare


# What keeps the launcher from trying something, while something else is left to try; and what differs then.
# The errors of address families are those of systemd's RestrictAddressFamilies.
SEEN_OTHERWISE: dict[str, tuple[Callable[[], Callable[[], None]], dict[str, str]]] = {
    "no TCP": (lambda: in_a_domain(net=kernel.NET_BIND_TCP | kernel.NET_CONNECT_TCP), {}),
    "no binding": (lambda: denying(errno.EACCES, "bind"), {}),
    "no binding, in another word": (lambda: denying(errno.EPERM, "bind"), {}),
    "no abstract sockets": (lambda: in_a_domain(scoped=kernel.SCOPE_ABSTRACT_UNIX_SOCKET), {}),
    "no Internet": (
        lambda: denying(errno.EAFNOSUPPORT, "socket", conditions=(NOT_UNIX,)),
        {"bind": "EAFNOSUPPORT", "datagrams": "EACCES"},
    ),
    "no Unix sockets": (lambda: denying(errno.EAFNOSUPPORT, "socket", conditions=(UNIX,)), {}),
    "no priorities": (lambda: denying(errno.EPERM, "setpriority", "sched_setaffinity"), {}),
}


@pytest.mark.parametrize("what", SEEN_OTHERWISE)
def test_what_can_be_seen_in_another_way_is_held(house: House, what: str) -> None:
    prepare, differing = SEEN_OTHERWISE[what]
    outcome = start(house.spec(program(ATTEMPTS, {})), prepare=prepare())
    assert [name for name in RESTRICTIONS if not outcome.held_by(name)] == []
    assert outcome.answers == {**DENIED, **differing}


# What leaves nothing to try, for the restrictions named.
UNSEEN: dict[tuple[str, ...], Callable[[], Callable[[], None]]] = {
    ("files", "truncate"): lambda: with_files_closed,
    ("signals",): lambda: denying(errno.EPERM, "kill"),
    ("abstract sockets",): lambda: denying(errno.EACCES, "bind", "connect"),
    ("other processes",): lambda: one_after_the_other(
        denying(errno.EPERM, "prlimit64", conditions=(OTHERS,)),
        denying(errno.EPERM, "setpriority", "sched_setaffinity"),
    ),
    ("network",): lambda: denying(errno.EAFNOSUPPORT, "socket"),
}


@pytest.mark.parametrize("names", UNSEEN)
def test_what_cannot_be_seen_is_claimed_by_nobody_and_can_be_accepted(
    house: House, names: tuple[str, ...]
) -> None:
    spec = house.spec(program(ATTEMPTS, {}))
    refused = start(spec, prepare=UNSEEN[names]())
    assert refused.exit_code == EXIT_REFUSED
    assert refused.status.reason.startswith(
        f"nothing on this machine holds: {', '.join(names)}; {names[0]} could not be seen to hold, as nothing of "
        "what would be tried is open to the hub itself"
    )
    assert "start the hub with fewer restrictions of its own" in refused.status.help
    accepted = start(spec._replace(accept_missing=names), prepare=UNSEEN[names]())
    assert accepted.status.reason == f"started without: {', '.join(names)} (accepted by the owner)"
    assert set(accepted.answers.values()) <= {"EACCES", "EPERM", "EAFNOSUPPORT"}, accepted
