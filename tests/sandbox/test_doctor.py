"""The doctor's answers: what real starts on this machine come to, on it as it is and made poorer or sick."""

import errno
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from igloo_sandbox.layers.landlock import FIRST_ABI
from igloo_sandbox.spec import RESTRICTIONS, doctor_command, find_obstacle
from igloo_sandbox.syscalls import numbers_of
from tests.sandbox.house import OWN_UID, PATIENCE, SOURCES, House, find_interpreter, start
from tests.sandbox.old_kernel import (
    CREATE_RULESET,
    OPENAT2,
    RESTRICT_SELF,
    killing,
    landlock_of_abi,
    refusing,
    refusing_filters,
)

pytestmark = [pytest.mark.kernel("landlock", abi=6), pytest.mark.kernel("seccomp")]

BY_HAND = (sys.executable, "-m", "igloo_sandbox", "doctor")
WITHOUT_LANDLOCK = refusing(CREATE_RULESET, errno.ENOSYS)


def run(
    command: tuple[str, ...],
    *,
    prepare: Callable[[], None] | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=SOURCES,
        env=env,
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def examine(
    prepare: Callable[[], None] | None = None, python: str = sys.executable
) -> tuple[int, dict[str, Any]]:
    """Exit code and report, got as a hub's command line gets them."""
    found = run(doctor_command(python), prepare=prepare, env={})
    assert found.stderr == ""
    report: dict[str, Any] = json.loads(found.stdout)
    assert list(report) == ["version", "kernel", "machine", "uid", "refused", "layers", "restrictions"]
    assert [each["name"] for each in report["restrictions"]] == list(RESTRICTIONS)
    for each in report["restrictions"]:
        assert bool(each["held_by"]) != bool(each["lack"]), each
    return found.returncode, report


def unheld(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Lack and help of each restriction that nobody holds."""
    return {
        each["name"]: (each["lack"], each["help"]) for each in report["restrictions"] if not each["held_by"]
    }


def test_it_reports_what_a_start_reports(house: House) -> None:
    code, report = examine()
    start = house.run("").status
    assert code == 0
    assert (report["version"], report["machine"], report["uid"]) == (1, platform.machine(), os.getuid())
    assert report["kernel"] == os.uname().release
    assert [each["name"] for each in report["layers"]] == [layer.name for layer in start.layers]
    for layer, each in zip(start.layers, report["layers"], strict=True):
        if layer.name not in ("uid", "rlimits", "parent death"):
            assert each == layer._asdict()
    if os.geteuid() != 0 or find_obstacle(sys.executable, OWN_UID):
        assert [tuple(each["held_by"]) for each in report["restrictions"]] == [
            found.held_by for found in start.restrictions
        ]


@pytest.mark.kernel("own-uid")
def test_as_root_it_tries_a_uid_of_its_own_or_names_the_folder_in_the_way() -> None:
    obstacle = find_obstacle(sys.executable, OWN_UID)
    uid = examine()[1]["layers"][2]
    if obstacle:
        assert uid == {
            "name": "uid",
            "status": "absent",
            "detail": f"this Python is out of its reach: {obstacle}",
        }
    else:
        assert (uid["name"], uid["status"]) == ("uid", "enforced")


@pytest.mark.kernel("own-uid")
def test_with_a_uid_of_its_own_signals_are_held_by_that() -> None:
    interpreter = find_interpreter(OWN_UID)
    if interpreter is None:
        pytest.skip("own-uid: there is no Python here that another uid can reach")
    version = run((interpreter.path, "-c", "import sys; print(sys.version_info[:2])")).stdout.strip()
    if version != str(sys.version_info[:2]):
        pytest.skip(f"cffi's backend is installed for another Python than {interpreter.path}")
    code, report = examine(python=interpreter.path)
    assert code == 0
    assert report["layers"][2]["status"] == "enforced"
    assert report["restrictions"][RESTRICTIONS.index("signals")]["held_by"] == ["uid"]


def test_without_landlock_it_says_what_is_lost_and_what_would_help() -> None:
    code, report = examine(WITHOUT_LANDLOCK)
    assert code == 1
    lacks = unheld(report)
    assert {"files", "truncate"} <= lacks.keys() <= {"files", "truncate", "signals", "other processes"}
    assert lacks["files"][0] == "this kernel has no Landlock (ENOSYS)"
    assert "Raspberry Pi OS" in lacks["files"][1]
    if "signals" in lacks:
        assert "a uid of its own" in lacks["signals"][1]
        assert "can be opened through /proc" in lacks["other processes"][0]


@pytest.mark.parametrize("abi", [1, 3, 5])
def test_an_old_landlock_is_named_with_the_linux_that_has_more(abi: int) -> None:
    with landlock_of_abi(abi) as prepare:
        lacks = unheld(examine(prepare)[1])
    for name in ("truncate", "signals"):
        if abi < FIRST_ABI[name] and name in lacks:
            lack, help = lacks[name]
            assert lack == f"{name} needs Landlock ABI {FIRST_ABI[name]} and this kernel has {abi}"
            assert help.startswith("use Linux 6.")


def test_without_filters_the_network_is_not_held() -> None:
    code, report = examine(refusing_filters(errno.EINVAL))
    assert code == 1
    assert unheld(report) == dict.fromkeys(
        ("network", "other processes"),
        (
            "this kernel has no system call filters (EINVAL)",
            "use a kernel built with CONFIG_SECCOMP_FILTER=y, as every distribution's is",
        ),
    )


def test_on_a_sick_kernel_nothing_is_claimed() -> None:
    code, report = examine(refusing(RESTRICT_SELF, 0))
    assert code == 1
    assert list(unheld(report)) == list(RESTRICTIONS)
    assert "is in force, and still / opens" in unheld(report)["files"][0]
    assert report["refused"] == unheld(report)["files"][0]


def test_where_every_start_is_refused_nobody_is_told_to_accept_gaps(house: House) -> None:
    prepare = refusing(OPENAT2, errno.ENOSYS)
    report = examine(prepare)[1]
    refused = start(house.spec(accept_missing=RESTRICTIONS), prepare=prepare)
    assert report["refused"] == refused.status.reason == "this kernel has no openat2 (ENOSYS)"
    text = run(BY_HAND, prepare=prepare)
    assert text.returncode == 1
    assert (
        "Every start is refused here, whatever gaps are accepted\n  this kernel has no openat2" in text.stdout
    )
    assert "let its seccomp profile allow openat2" in " ".join(text.stdout.split())
    assert "accept_missing" not in text.stdout
    # The control: where a gap can be accepted, that is said.
    assert examine(WITHOUT_LANDLOCK)[1]["refused"] == ""


def test_a_launcher_that_dies_without_a_word_leaves_it_unknown() -> None:
    prepare = killing(numbers_of(platform.machine())["sched_setaffinity"])
    for command in (BY_HAND, doctor_command(sys.executable)):
        found = run(command, prepare=prepare)
        assert (found.returncode, found.stdout) == (126, "")
        assert found.stderr == (
            f"igloo_sandbox: this machine cannot be examined: the launcher ended with exit code {-signal.SIGSYS} "
            "and said nothing\n"
        )


def test_the_text_is_for_people_and_fits(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    well, poor = run(BY_HAND, env=env), run(BY_HAND, env=env, prepare=WITHOUT_LANDLOCK)
    assert (well.returncode, poor.returncode) == (0, 1)
    assert "Strict starts are possible here.\n" in well.stdout
    assert "NOT HELD" not in well.stdout
    assert "  files              NOT HELD\n" in poor.stdout
    assert 'accept_missing = ["files", "truncate"' in poor.stdout
    assert poor.stdout.count("Why nobody holds: files, truncate") == 1
    for found in (well, poor):
        assert found.stderr == ""
        assert max(map(len, found.stdout.splitlines())) <= 80
    assert list(tmp_path.iterdir()) == []


def test_it_says_that_it_cannot_be_loaded_without_its_packages() -> None:
    command = doctor_command(sys.executable)
    found = run(command[: command.index("--import-path")])
    assert (found.returncode, found.stdout) == (126, "")
    assert found.stderr == ("igloo_sandbox: the launcher cannot be loaded: No module named '_cffi_backend'\n")


def test_its_help_says_what_it_does() -> None:
    found = run((*BY_HAND, "--help"))
    assert found.returncode == 0
    assert "Say what this machine enforces on a provider" in found.stdout
    assert run((*BY_HAND, "--nonsense")).returncode == 2
    assert "doctor" in run((sys.executable, "-m", "igloo_sandbox", "--help")).stdout
