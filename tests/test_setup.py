"""tools/setup.sh on machines that lack something: the interpreters, cargo and apt-get are scripts that answer as asked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDINARY_TOOLS = [
    *("sh", "sed", "sort", "head", "tr", "grep", "paste", "dirname", "mkdir", "rm", "cat", "ln", "chmod"),
]

FAKE_PYTHON = """#!/bin/sh
case "$2" in
    *implementation*) echo {version} ;;
    *'print("python'*) echo python3.12 ;;
    *ensurepip*) {has_venv} ;;
    venv) [ -d "$3" ] && echo "$0" >"$3/made-by" && {making} ;;
esac
"""


class Machine:
    """A repository's copy and a PATH with nothing but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "igloo hub"
        self.bin = folder / "bin"
        (self.repository / "tools").mkdir(parents=True)
        (self.repository / "wire-rs").mkdir()
        self.bin.mkdir()
        for name in ["tools/setup.sh", "pyproject.toml", "wire-rs/Cargo.toml"]:
            shutil.copy(ROOT / name, self.repository / name)
        for name in ORDINARY_TOOLS:
            found = shutil.which(name)
            assert found is not None
            (self.bin / name).symlink_to(found)
        self.command("id", "#!/bin/sh\necho 1000\n")

    def command(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)

    def python(self, name: str, version: str, *, has_venv: str = "true", making: str = "true") -> None:
        self.command(name, FAKE_PYTHON.format(version=version, has_venv=has_venv, making=making))

    def setup(self, step: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["tools/setup.sh", step],
            cwd=self.repository,
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def refusal(self, step: str, **environment: str) -> str:
        """The one sentence with which a step gives up."""
        result = self.setup(step, **environment)
        assert result.returncode == 1
        assert result.stdout == ""
        (sentence,) = result.stderr.splitlines()
        return sentence

    def venv_made_by(self) -> str:
        return Path((self.repository / ".venv/made-by").read_text().strip()).name


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_newest_suitable_python_is_taken(machine: Machine) -> None:
    machine.python("python3", "3.11.2")
    machine.python("python3.9", "3.9.20")
    machine.python("python3.12", "3.12.1")
    machine.python("python3.13", "")  # a pyenv shim without a version behind it, or a pre-release
    assert machine.setup("venv").returncode == 0
    assert machine.venv_made_by() == "python3.12"


def test_one_that_can_make_a_venv_goes_before_a_newer_one_that_can_not(machine: Machine) -> None:
    machine.python("python3.13", "3.13.1", has_venv="false")
    machine.python("python3.11", "3.11.2")
    assert machine.setup("venv").returncode == 0
    assert machine.venv_made_by() == "python3.11"


def test_the_interpreter_that_is_named_is_taken(machine: Machine) -> None:
    machine.python("python3.13", "3.13.1")
    machine.python("my python", "3.11.2")
    assert machine.setup("venv", PYTHON=str(machine.bin / "my python")).returncode == 0
    assert machine.venv_made_by() == "my python"


def test_no_python(machine: Machine) -> None:
    assert "needs Python 3.11 or newer, and none is on the PATH" in machine.refusal("venv")


def test_python_too_old(machine: Machine) -> None:
    machine.python("python3.9", "3.9.20")
    assert "needs Python 3.11 or newer, and python3.9 is Python 3.9.20" in machine.refusal("venv")


def test_a_named_python_that_does_not_run(machine: Machine) -> None:
    machine.python("python3.12", "3.12.1")
    assert "PYTHON=/no/such is not a released CPython that runs" in machine.refusal("venv", PYTHON="/no/such")


def test_no_venv_module_and_no_right_to_install_it(machine: Machine) -> None:
    machine.python("python3", "3.12.1", has_venv="false")
    machine.command("apt-get", "#!/bin/sh\nexit 1\n")
    sentence = machine.refusal("venv")
    assert sentence.endswith("on Debian or Ubuntu: sudo apt-get install python3.12-venv")


def test_root_installs_the_venv_module(machine: Machine) -> None:
    machine.command("id", "#!/bin/sh\necho 0\n")
    machine.python("python3", "3.12.1", has_venv='test -e "$0.installed"')
    machine.command("apt-get", f"#!/bin/sh\n[ $1 = update ] || : >'{machine.bin}/python3.installed'\n")
    result = machine.setup("venv")
    assert result.returncode == 0, result.stderr
    assert "installing python3.12-venv" in result.stderr
    assert machine.venv_made_by() == "python3"


def test_no_cargo(machine: Machine) -> None:
    assert "and there is none; see https://rustup.rs" in machine.refusal("rust")


def test_cargo_too_old(machine: Machine) -> None:
    machine.command("cargo", "#!/bin/sh\necho 'cargo 1.63.0 (fd9c4297c 2022-07-01)'\n")
    assert "and this is cargo 1.63.0; with rustup: rustup update stable" in machine.refusal("rust")


def test_no_linker(machine: Machine) -> None:
    machine.command("cargo", "#!/bin/sh\necho 'cargo 1.999.0 (0 2030-01-01)'\n")
    assert machine.refusal("rust").endswith("on Debian or Ubuntu: sudo apt-get install gcc libc6-dev")
    machine.command("cc", "#!/bin/sh\n")
    assert machine.setup("rust").returncode == 0


def test_no_clippy(machine: Machine) -> None:
    machine.command("cargo", "#!/bin/sh\n[ $1 = fmt ]\n")
    assert "make lint needs cargo clippy" in machine.refusal("lint")


def test_no_mosquitto_and_no_right_to_install_it(machine: Machine, tmp_path: Path) -> None:
    assert "apt-get install mosquitto" in machine.refusal("test", SYSTEM=str(tmp_path / "system"))


def test_mosquitto_may_be_where_the_path_of_a_user_does_not_lead(machine: Machine, tmp_path: Path) -> None:
    sbin = tmp_path / "system/usr/sbin"
    sbin.mkdir(parents=True)
    (sbin / "mosquitto").symlink_to("/bin/true")
    assert machine.setup("test", SYSTEM=str(tmp_path / "system")).returncode == 0


@pytest.mark.parametrize("has_systemd", [True, False])
def test_root_installs_mosquitto_and_starts_no_service(
    machine: Machine, tmp_path: Path, has_systemd: bool
) -> None:
    system = tmp_path / "system"
    (system / "usr/sbin").mkdir(parents=True)
    unit = system / "etc/systemd/system/mosquitto.service"
    if has_systemd:
        unit.parent.mkdir(parents=True)
    machine.command("id", "#!/bin/sh\necho 0\n")
    # What the package's own script would ask before it starts the service: 101 is no.
    machine.command(
        "apt-get",
        f"""#!/bin/sh
[ "$1" = install ] || exit 0
[ "$5" = mosquitto ] || exit 1
{system}/usr/sbin/policy-rc.d; [ $? = 101 ] || exit 1
echo '#!/bin/sh' >{machine.bin}/mosquitto && chmod 755 {machine.bin}/mosquitto
""",
    )
    result = machine.setup("test", SYSTEM=str(system))
    assert result.returncode == 0, result.stderr
    assert "installing mosquitto" in result.stderr
    assert not (system / "usr/sbin/policy-rc.d").exists()
    assert unit.is_symlink() == has_systemd


def test_a_failed_set_up_is_seen_by_the_next(machine: Machine) -> None:
    machine.python("python3", "3.12.1", making="false")
    assert machine.setup("venv").returncode == 1
    assert (machine.repository / ".venv/.unfinished").exists()


def test_an_interrupted_set_up_starts_from_nothing_and_a_finished_one_is_kept(machine: Machine) -> None:
    def setup() -> None:
        environment = {**os.environ, "PYTHON": sys.executable}
        subprocess.run(["tools/setup.sh", "venv"], cwd=machine.repository, env=environment, check=True)

    venv = machine.repository / ".venv"
    venv.mkdir()
    (venv / ".unfinished").touch()
    (venv / "half").touch()
    setup()
    assert not (venv / "half").exists()
    assert not (venv / ".unfinished").exists()
    (venv / "mine").touch()
    setup()
    assert (venv / "mine").exists()
    # A copy of the whole folder would use the original's files.
    (venv / ".place").write_text("/somewhere/else\n")
    setup()
    assert not (venv / "mine").exists()
