"""The committed cffi module is what its generator writes, and the generator's --check can tell."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
GENERATOR = Path("tools", "generate_sandbox_ffi.py")
MODULE = Path("sandbox", "igloo_sandbox", "_ffi_generated.py")


def check(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / GENERATOR), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_module_is_fresh() -> None:
    found = check(ROOT)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_a_stale_module_is_found_out(tmp_path: Path) -> None:
    for path in (GENERATOR, MODULE):
        (tmp_path / path).parent.mkdir(parents=True)
        shutil.copy(ROOT / path, tmp_path / path)
    assert check(tmp_path).returncode == 0
    (tmp_path / MODULE).write_text((ROOT / MODULE).read_text().replace("capget", "capgot"))
    found = check(tmp_path)
    assert found.returncode == 1
    assert "is stale: run `python" in found.stderr
    (tmp_path / MODULE).unlink()
    assert check(tmp_path).returncode == 1
