"""A hub started as root gives each instance a uid of its own, where the interpreter can be reached by others."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from igloo_hub.data_dir import FIRST_UID, make_instance_folder, open_data_dir
from igloo_hub.errors import DataDirError
from igloo_hub.ids import InstanceId
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
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if interpreter is None or version not in os.path.basename(interpreter.path):
        reason = f"own-uid: there is no Python {version} here that another uid can reach"
        if "own-uid" in os.environ.get("IGLOO_REQUIRE_KERNEL", ""):
            pytest.fail(f"{reason}, and IGLOO_REQUIRE_KERNEL says that it must be here")
        pytest.skip(reason)
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


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder whose way every uid can pass; pytest's own are closed."""
    path = Path(tempfile.mkdtemp(prefix="igloo-uids-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.mark.kernel("own-uid")
def test_each_instance_gets_the_next_free_uid(data_dir: Path) -> None:
    folders = [make_instance_folder(data_dir, InstanceId(name), None) for name in ("a", "b", "a", "c")]
    assert [folder.uid for folder in folders] == [FIRST_UID, FIRST_UID + 1, FIRST_UID, FIRST_UID + 2]
    assert os.stat(data_dir / "providers/b/tmp").st_uid == FIRST_UID + 1


@pytest.mark.kernel("own-uid")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_umask_decides_nothing(umask: int, data_dir: Path) -> None:
    before = os.umask(umask)
    try:
        with open_data_dir(data_dir / "data") as data:
            folder = make_instance_folder(data, InstanceId("a"), None)
    finally:
        os.umask(before)
    assert folder.uid == FIRST_UID
    modes = [
        place.stat().st_mode & 0o777 for place in (data, data / "providers", folder.path, folder.path / "tmp")
    ]
    assert modes == [0o711, 0o711, 0o700, 0o700]


@pytest.mark.kernel("own-uid")
def test_what_an_instance_wrote_stays_its_own_when_its_uid_comes_or_goes(data_dir: Path) -> None:
    outside = data_dir / "outside"
    outside.write_text("not the provider's")
    folder = make_instance_folder(data_dir, InstanceId("a"), "/root is 0700")
    assert (folder.uid, folder.why_no_uid) == (None, "/root is 0700")
    deep = folder.path / "deep"
    deep.mkdir()
    (deep / "file").write_text("mine")
    (deep / "link").symlink_to(outside)
    os.link(outside, deep / "second name")
    assert make_instance_folder(data_dir, InstanceId("a"), None).uid == FIRST_UID
    assert [(deep / name).lstat().st_uid for name in ("file", "link")] == [FIRST_UID, FIRST_UID]
    assert outside.stat().st_uid == 0, "neither a link nor a second name reaches a file outside"
    make_instance_folder(data_dir, InstanceId("a"), "/root is 0700")
    assert (deep / "file").stat().st_uid == 0


@pytest.mark.kernel("own-uid")
def test_folders_without_end_are_a_sentence_for_this_instance(data_dir: Path) -> None:
    folder = make_instance_folder(data_dir, InstanceId("a"), "/root is 0700").path
    place = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=place)
        inner = os.open("a", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    with pytest.raises(DataDirError, match=r"lie too deep|Too many open files"):
        make_instance_folder(data_dir, InstanceId("a"), None)
    subprocess.run(["rm", "-rf", str(folder)], check=True)
