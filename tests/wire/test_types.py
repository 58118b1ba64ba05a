"""The stub says what is true: to a type checker, and of the module that is installed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_type_checker_accepts_what_is_right_and_finds_every_mistake() -> None:
    found = run("-m", "mypy", "tests/type_tests/wire.py")
    assert found.returncode == 0, found.stdout


def test_the_stub_says_of_the_installed_module_what_it_is() -> None:
    found = run("-m", "mypy.stubtest", "igloo_wire._wire")
    assert found.returncode == 0, found.stdout


def test_the_stub_is_what_the_rust_gives() -> None:
    found = run("tools/generate_stub.py", "--check")
    assert (found.returncode, found.stderr) == (0, "")
