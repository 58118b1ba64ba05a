"""`igloo-hub doctor` with the real launcher, on this kernel and on ones that lack something."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from igloo_sandbox.spec import RESTRICTIONS
from tests.real.rig import alive, descendants
from tests.real.terminal import terminal
from tests.sandbox.old_kernel import CREATE_RULESET, refusing

DOCTOR = [sys.executable, "-m", "igloo_hub", "doctor"]


def doctor(
    *arguments: str, prepare: Callable[[], None] | None = None, command: Sequence[str] = DOCTOR
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=prepare,
        env={**os.environ, "COLUMNS": "80"},
    )


@pytest.mark.kernel("landlock", abi=6)
def test_a_machine_that_holds_everything_says_so_and_exits_0() -> None:
    answer = doctor()
    assert answer.returncode == 0
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Igloo Hub ")
    assert lines[1] == f"Providers run on {sys.executable}"
    assert any(line.split()[:3] == ["landlock", "enforced", "Landlock"] for line in lines)
    for name in RESTRICTIONS:
        assert any(line.startswith(f"{name}  ") for line in lines)
    assert lines[-1] == "Providers can start strictly on this machine."
    assert "\x1b" not in answer.stdout


@pytest.mark.kernel("landlock", abi=6)
def test_json_is_one_object() -> None:
    found = json.loads(doctor("--json").stdout)
    assert found["strict"] is True
    assert found["kernel"] == os.uname().release
    assert found["uid"] == os.getuid()
    assert {held["name"] for held in found["restrictions"]} >= set(RESTRICTIONS)
    assert found["own_uid"]["available"] == (found["own_uid"]["lack"] == "")


def test_a_kernel_without_landlock_is_told_with_what_it_costs_and_exits_1() -> None:
    without_landlock = refusing(CREATE_RULESET, errno.ENOSYS)
    answer = doctor(prepare=without_landlock)
    assert answer.returncode == 1
    text = " ".join(answer.stdout.split())
    assert "Nobody holds: files, truncate" in text
    assert "Cost a provider can read and change whatever its user can" in text
    assert "CONFIG_SECURITY_LANDLOCK" in text
    assert "Providers can't start strictly on this machine" in text
    found = json.loads(doctor("--json", prepare=without_landlock).stdout)
    assert found["strict"] is False
    (files,) = (held for held in found["restrictions"] if held["name"] == "files")
    assert files["held_by"] == []
    assert files["help"]


@pytest.mark.kernel("landlock", abi=6)
def test_colours_are_for_terminals_only() -> None:
    with terminal(DOCTOR, 80, 60) as screen:
        assert screen.wait() == 0
        assert screen.text[0].startswith("Igloo Hub ")
        assert "32" in screen.colours()
    with terminal(DOCTOR, 80, 60, environment={"NO_COLOR": "1"}) as screen:
        assert screen.wait() == 0
        assert screen.colours() == set()


def with_launcher(program: str) -> list[str]:
    """The real command line, with this program in the launcher's place."""
    hub = (
        "import sys\n"
        "from igloo_hub.cli import main\n"
        "doctor = sys.modules['igloo_hub.cli.doctor']\n"
        f"doctor.doctor_command = lambda python: [python, '-I', '-S', '-c', {program!r}]\n"
        "sys.argv = ['igloo-hub', 'doctor']\n"
        "main()\n"
    )
    return [sys.executable, "-c", hub]


def test_a_launcher_that_dies_is_one_sentence() -> None:
    answer = doctor(command=with_launcher("raise RuntimeError('no library')"))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr == (
        "igloo-hub: the launcher gave no report: it ended with exit code 1: RuntimeError: no library\n"
    )


def test_ctrl_c_ends_the_launcher_too() -> None:
    with terminal(with_launcher("import time; time.sleep(600)"), 80, 24) as screen:
        launchers: list[int] = []

        def find() -> bool:
            # Before it comes the interpreter, which is asked where it imports from.
            launchers[:] = descendants(screen.process.pid)
            return any("sleep(600)" in Path(f"/proc/{pid}/cmdline").read_text() for pid in launchers)

        screen.until(find)
        screen.type("\x03")
        assert screen.wait() == 130
        screen.until(lambda: not any(map(alive, launchers)))


@pytest.mark.kernel("landlock", abi=6)
def test_the_examination_restricts_nobody_but_its_child() -> None:
    program = (
        "from igloo_hub.cli.doctor import examine\n"
        "def restricted():\n"
        "    lines = open('/proc/self/status').read().splitlines()\n"
        "    return [line for line in lines if line.startswith(('NoNewPrivs', 'Seccomp', 'Cap', 'Uid'))]\n"
        "before = restricted()\n"
        "assert examine().report.layers\n"
        "assert before and restricted() == before, restricted()\n"
        "open('/etc/passwd').close()\n"
    )
    answer = doctor(command=[sys.executable, "-c", program])
    assert answer.returncode == 0, answer.stderr
