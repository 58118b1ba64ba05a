"""A hub started as root gives each instance a uid of its own, where the interpreter can be reached by others."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from igloo_hub.ids import InstanceId
from igloo_hub.launch import FIRST_UID, Interpreter, make_instance_folder
from tests.real.rig import descendants
from tests.real.test_cli import line_with, running
from tests.sandbox.house import find_interpreter

NEEDED = [
    "igloo_hub",
    "igloo_provider",
    "igloo_providers",
    "igloo_sandbox",
    "igloo_wire",
    "_cffi_backend",
    "attr",
    "attrs",
    "cattrs",
    "click",
    "idna",
    "landlock",
    "outcome",
    "sniffio",
    "sortedcontainers",
    "trio",
    "typing_extensions",
]


@pytest.fixture
def installation() -> Iterator[Path]:
    """A copy of the hub that every uid can read, run by a Python that every uid can run. Yields that Python."""
    interpreter = find_interpreter(FIRST_UID)
    if interpreter is None:
        pytest.fail("own-uid: there is no Python here that another uid can reach")
    root = Path(tempfile.mkdtemp(prefix="igloo-own-uid-"))
    root.chmod(0o755)
    try:
        subprocess.run([interpreter.path, "-m", "venv", "--without-pip", str(root / "venv")], check=True)
        (packages,) = (root / "venv/lib").glob("python3.*/site-packages")
        for name in NEEDED:
            found = importlib.util.find_spec(name)
            assert found is not None
            assert found.origin is not None
            origin = Path(found.origin)
            if origin.name == "__init__.py":
                shutil.copytree(origin.parent, packages / name)
            else:
                shutil.copy(origin, packages)
        yield root / "venv/bin/python"
    finally:
        shutil.rmtree(root)


@pytest.mark.kernel("landlock", abi=6)
@pytest.mark.kernel("own-uid")
def test_the_provider_runs_as_its_folder_s_owner_and_keeps_that_uid(installation: Path) -> None:
    data = installation.parents[2] / "data"
    uids = []
    for _ in range(2):
        with running("--data-dir", data, python=installation) as hub:
            assert ", uid, " in line_with(hub.stderr, "system: ready")
            (provider,) = descendants(hub.pid)
            status = Path(f"/proc/{provider}/status").read_text()
            (line,) = (line for line in status.splitlines() if line.startswith("Uid:"))
            uids.append({int(word) for word in line.split()[1:]})
            assert "CapEff:\t0000000000000000" in status
    owner = (data / "providers/system").stat().st_uid
    assert uids == [{owner}, {owner}]
    assert owner >= FIRST_UID
    assert data.stat().st_mode & 0o777 == 0o711
    assert (data / "providers/system").stat().st_mode & 0o777 == 0o700


@pytest.mark.kernel("own-uid")
def test_each_instance_gets_the_next_free_uid() -> None:
    data = Path(tempfile.mkdtemp(prefix="igloo-uids-"))
    try:
        data.chmod(0o711)
        reachable = Interpreter("/usr/bin/python3", (), obstacle_for_others=None)
        folders = [make_instance_folder(data, InstanceId(name), reachable) for name in ("a", "b", "a", "c")]
        assert [folder.uid for folder in folders] == [FIRST_UID, FIRST_UID + 1, FIRST_UID, FIRST_UID + 2]
        assert os.stat(data / "providers/b/tmp").st_uid == FIRST_UID + 1
    finally:
        shutil.rmtree(data)
