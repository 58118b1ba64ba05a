"""The marker of tests/conftest.py, in a pytest of its own: what is missing is skipped by name, or fails where it must not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

# No kernel has ABI 999, so that this test is the same on every machine.
TESTS = """
import pytest

@pytest.mark.kernel("landlock", abi=999)
def test_of_a_kernel_to_come(): ...
"""


def run_pytest(folder: Path, *, required: str, tests: str = TESTS) -> subprocess.CompletedProcess[str]:
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_marked.py").write_text(tests)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-ra",
        "-p",
        "no:cacheprovider",
        "--strict-markers",
        "--rootdir=.",
    ]
    environment = {**os.environ, "IGLOO_REQUIRE_KERNEL": required}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_missing_feature_is_skipped_by_name(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, required="")
    assert result.returncode == 0, result.stdout
    assert "SKIPPED [1]" in result.stdout
    assert "this kernel has" in result.stdout
    assert "landlock" in result.stdout


def test_where_the_feature_must_be_there_the_skip_is_a_failure(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, required="landlock")
    assert result.returncode == 1, result.stdout
    assert "IGLOO_REQUIRE_KERNEL says that it must be here" in result.stdout


def test_a_misspelt_requirement_is_an_error_and_not_an_empty_demand(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, required="landlok")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout
    assert "IGLOO_REQUIRE_KERNEL names landlok" in result.stderr


def test_a_marker_with_an_unknown_feature_fails(tmp_path: Path) -> None:
    tests = "import pytest\n@pytest.mark.kernel('warp drive')\ndef test_it(): ...\n"
    result = run_pytest(tmp_path, required="", tests=tests)
    assert result.returncode == 1, result.stdout
    assert "no probe for the kernel feature 'warp drive'" in result.stdout


@pytest.mark.kernel("landlock")
def test_the_summary_counts_what_was_used(tmp_path: Path) -> None:
    tests = "import pytest\n@pytest.mark.kernel('landlock')\ndef test_it(): ...\n"
    result = run_pytest(tmp_path, required="landlock", tests=tests)
    assert result.returncode == 0, result.stdout
    assert "passed tests that used it: 1" in result.stdout
