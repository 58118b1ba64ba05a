"""The launcher on kernels without Landlock, and with each older one: a refusal, or a gap that the owner accepted."""

import errno
import os
import platform
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest

from igloo_sandbox.enforce import EXIT_REFUSED
from igloo_sandbox.layers.landlock import FIRST_ABI, TCP_ABI, TESTED_ABI, probe
from tests.sandbox.house import House, program, start
from tests.sandbox.old_kernel import (
    CLOSE_RANGE,
    CREATE_RULESET,
    OPENAT2,
    RESTRICT_SELF,
    landlock_of_abi,
    refusing,
)

pytestmark = pytest.mark.kernel("seccomp")

ATTEMPTS = """
answers["files"] = attempt(lambda: open("/etc/passwd"))
answers["truncate"] = attempt(lambda: os.truncate(OUTSIDE, 3))
answers["signals"] = attempt(lambda: os.kill(os.getppid(), 0))
answers["network"] = attempt(lambda: socket.socket().bind(("127.0.0.1", 0)))
answers["abstract sockets"] = attempt(lambda: socket.socket(socket.AF_UNIX).connect(ABSTRACT))
answers["other processes"] = attempt(lambda: os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0)))
"""
WITHOUT_LANDLOCK = ("files", "truncate", "signals", "other processes")
"""What nobody holds then, where the provider is of the hub's own user."""

WITHOUT = [
    (errno.ENOSYS, "this kernel has no Landlock (ENOSYS)", "CONFIG_SECURITY_LANDLOCK=y", "Raspberry Pi OS"),
    (
        errno.EOPNOTSUPP,
        "was not switched on at boot (EOPNOTSUPP)",
        "lsm=landlock",
        "/boot/firmware/cmdline.txt",
    ),
    (
        errno.EPERM,
        "refuses to say what Landlock it has (landlock_create_ruleset: Operation not permitted)",
        "seccomp",
        "container",
    ),
]


@pytest.mark.parametrize(("fault", "reason", "first_help", "second_help"), WITHOUT)
def test_without_landlock_a_strict_start_is_refused_and_says_what_would_help(
    house: House, fault: int, reason: str, first_help: str, second_help: str
) -> None:
    outcome = start(house.spec("open('ran', 'w')"), prepare=refusing(CREATE_RULESET, fault))
    assert outcome.exit_code == EXIT_REFUSED
    assert outcome.status.verdict == "refused"
    assert outcome.status.reason.startswith(
        "nothing on this machine holds: files, truncate, signals, other processes; "
    )
    assert reason in outcome.status.reason
    for words in (
        first_help,
        second_help,
        'accept_missing = ["files", "truncate", "signals", "other processes"]',
    ):
        assert words in outcome.status.help
    assert outcome.layer("landlock")[0] == "absent"
    assert outcome.status.reason in outcome.log
    assert outcome.status.help in outcome.log
    assert not (house.own / "ran").exists()


@pytest.mark.parametrize("fault", [errno.ENOSYS, errno.EOPNOTSUPP])
def test_without_landlock_an_owner_may_accept_each_gap_by_name(any_house: House, fault: int) -> None:
    spec = any_house.spec(program("answers['it'] = attempt(lambda: open('/etc/passwd'))", {}))
    prepare = refusing(CREATE_RULESET, fault)
    outcome = start(spec._replace(accept_missing=WITHOUT_LANDLOCK), prepare=prepare)
    assert outcome.answers == {"it": "done"}
    assert outcome.status.verdict == "enforced"
    own_uid = any_house.uid is not None
    # Processes of other uids can neither be signalled nor opened.
    gaps = ["files", "truncate"] if own_uid else list(WITHOUT_LANDLOCK)
    assert outcome.status.reason == f"started without: {', '.join(gaps)} (accepted by the owner)"
    assert [found.name for found in outcome.status.restrictions if not found.held_by] == gaps
    assert outcome.layer("landlock")[0] == "absent"

    refused = start(
        spec._replace(accept_missing=tuple(set(WITHOUT_LANDLOCK) - {"truncate"})), prepare=prepare
    )
    assert refused.exit_code == EXIT_REFUSED
    assert refused.status.reason.startswith("nothing on this machine holds: truncate; ")


def test_off_is_reported_on_any_kernel(house: House) -> None:
    for prepare in (None, refusing(CREATE_RULESET, errno.ENOSYS)):
        outcome = start(house.spec(enforcement="off"), prepare=prepare)
        assert outcome.exit_code == 0
        assert outcome.status.verdict == "enforced"
        assert outcome.status.reason.startswith("enforcement is off")
        for layer in ("landlock", "seccomp", "uid", "capabilities", "no new privileges"):
            assert outcome.layer(layer) == ("absent", "enforcement is off")
        assert outcome.layer("clean start")[0] == "enforced"
        assert [found.name for found in outcome.status.restrictions if found.held_by] == ["inheritance"]


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.parametrize("abi", range(1, TESTED_ABI))
def test_an_older_abi_holds_what_it_has_and_strict_refuses_the_rest(house: House, abi: int) -> None:
    check_abi(house, abi, lambda: landlock_of_abi(abi))


@pytest.mark.kernel("landlock")
def test_the_abi_at_hand_holds_what_it_has_and_strict_refuses_the_rest(any_house: House) -> None:
    """The only one of these that needs no pretence: on an old kernel it shows what that one really does."""
    check_abi(any_house, probe().abi, nullcontext)


def check_abi(
    house: House, abi: int, kernel: Callable[[], AbstractContextManager[Callable[[], None] | None]]
) -> None:
    """Start a provider strictly, and with the gaps of this ABI accepted; `kernel()` gives what prepares the child."""
    outside = house.hub / "outside"
    outside.write_text("something")
    outside.chmod(0o666)
    own_uid = house.uid is not None
    # A process of another uid cannot be signalled, whatever Landlock has.
    gaps = [
        name
        for name in ("truncate", "signals")
        if abi < FIRST_ABI[name] and not (name == "signals" and own_uid)
    ]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")
        listener.listen()
        names = {"OUTSIDE": str(outside), "ABSTRACT": listener.getsockname()}
        spec = house.spec(program(ATTEMPTS, names))
        with kernel() as prepare:
            strict = start(spec, prepare=prepare)
        with kernel() as prepare:
            accepted = start(spec._replace(accept_missing=tuple(gaps)), prepare=prepare)
    assert accepted.status.verdict == "enforced"
    assert [found.name for found in accepted.status.restrictions if not found.held_by] == gaps
    denied = {"files": "EACCES", "truncate": "EACCES", "signals": "EPERM"}
    assert accepted.answers == {
        **{name: "done" if name in gaps else denied[name] for name in denied},
        "network": "EACCES",
        "abstract sockets": "EAFNOSUPPORT",
        "other processes": "EPERM",
    }
    assert accepted.held_by("network") == ("seccomp",)
    assert accepted.held_by("abstract sockets") == (("seccomp",) if abi < 6 else ("landlock", "seccomp"))
    if gaps:
        assert strict.exit_code == EXIT_REFUSED
        assert strict.status.reason.startswith(f"nothing on this machine holds: {', '.join(gaps)}; ")
        assert f"needs Landlock ABI {FIRST_ABI[gaps[0]]} and this kernel has {abi}" in strict.status.reason
        assert "use Linux 6." in strict.status.help
        assert not strict.answers
        lacking = [name for name, first in {**FIRST_ABI, "TCP": TCP_ABI}.items() if abi < first]
        detail = f"Landlock ABI {abi}: does not have {', '.join(lacking)}"
        assert accepted.layer("landlock") == ("partial", detail)
    else:
        assert strict.status == accepted.status
        assert strict.layer("landlock") == ("enforced", f"Landlock ABI {abi}")


@pytest.mark.kernel("landlock", abi=7)
def test_a_newer_abi_is_asked_for_no_more_than_was_tested(house: House) -> None:
    with landlock_of_abi(99) as prepare:
        outcome = start(house.spec(), prepare=prepare)
    assert outcome.layer("landlock") == ("enforced", f"Landlock ABI {TESTED_ABI}")


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.parametrize(
    ("number", "fault", "reason"),
    [
        (RESTRICT_SELF, errno.EPERM, "Landlock does not restrict this process: Operation not permitted"),
        (RESTRICT_SELF, errno.E2BIG, "a process can stand under 16 rulesets"),
        (RESTRICT_SELF, errno.ENOMEM, "Landlock does not restrict this process: Cannot allocate memory"),
        (445, errno.EINVAL, "Landlock refuses a rule: Invalid argument"),
        (OPENAT2, errno.ENOSYS, "this kernel has no openat2 (ENOSYS)"),
        (CLOSE_RANGE, errno.EPERM, "close_range: Operation not permitted"),
    ],
)
def test_a_kernel_that_refuses_on_the_way_ends_the_start(
    house: House, number: int, fault: int, reason: str
) -> None:
    everything = house.spec("open('ran', 'w')")._replace(accept_missing=WITHOUT_LANDLOCK)
    outcome = start(everything, prepare=refusing(number, fault))
    assert outcome.exit_code == EXIT_REFUSED
    assert outcome.status.verdict == "refused"
    assert reason in outcome.status.reason
    assert not (house.own / "ran").exists()


@pytest.mark.kernel("landlock", abi=6)
def test_a_kernel_that_says_yes_and_does_nothing_is_found_out(house: House) -> None:
    # errno 0: the call "succeeds" without being made, so nothing is in force.
    everything = house.spec("open('ran', 'w')")._replace(accept_missing=WITHOUT_LANDLOCK)
    outcome = start(everything, prepare=refusing(RESTRICT_SELF, 0))
    assert outcome.exit_code == EXIT_REFUSED
    assert "is in force, and still / opens" in outcome.status.reason
    assert not (house.own / "ran").exists()


@pytest.mark.kernel("landlock")
@pytest.mark.parametrize("name", ["6.12.117+deb13-arm64", "6.12.34+rpt-rpi-v8", "6.1.0-56-arm64"])
def test_a_fault_is_the_kernels_own_whatever_that_kernel_is_called(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The landlock package cannot read the first two, and complained of them instead."""
    from igloo_sandbox.layers import landlock_files

    monkeypatch.setattr(platform, "release", lambda: name)
    folder = os.open("/", os.O_PATH)
    try:
        with pytest.raises(OSError, match="Bad file descriptor") as found:
            landlock_files.allow(-1, folder, "read", 1)
    finally:
        os.close(folder)
    assert found.value.errno == errno.EBADF
