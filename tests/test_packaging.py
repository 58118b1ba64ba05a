"""Every way in which Igloo Hub gets installed: from a folder by pip and uv, editable, and as a wheel made from the sdist.

Each goes into a fresh venv with its dependencies from the registry, and is then used from there. Knows nothing of what
the packages do. The Rust is compiled without optimisation, into a target folder that all share and that
is kept, because what is tested is the packaging: which files travel, and whether they work where they arrive.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.documents import repository_files

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VERSION = PROJECT["project"]["version"]
PACKAGES = [*PROJECT["tool"]["maturin"]["python-packages"], "igloo_sandbox"]
PROVIDERS = sorted(path.parent.name for path in (ROOT / "src/igloo_providers").glob("*/manifest.toml"))

ENVIRONMENT = {
    **os.environ,
    "CARGO_TARGET_DIR": str(ROOT / "wire-rs/target/packaging"),
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    # As in a user's shell: nothing of ours is on the path, and the build finds its interpreter itself.
    "PYTHONPATH": "",
    # The build backend looks for its maturin on the PATH.
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
}
ENVIRONMENT.pop("PYO3_PYTHON", None)


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command; a failure shows all that it said."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def expected_files() -> set[str]:
    """What a wheel holds besides its metadata: every file of our packages, and the extension."""
    files = {
        path.relative_to(place).as_posix()
        for place in (ROOT / "src", ROOT / "sandbox")
        for package in PACKAGES
        if (place / package).is_dir() and not (place / package).is_symlink()
        for path in repository_files(place / package)
    }
    return files | {"igloo_wire/_wire.abi3.so"}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with what a working copy leaves lying about, and which must not travel."""
    folder = tmp_path_factory.mktemp("source") / "igloo hub"
    for path in repository_files(ROOT):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)  # with a new time, so that cargo compiles these files and no earlier ones
    (folder / "src/igloo_sandbox").symlink_to(os.readlink(ROOT / "src/igloo_sandbox"))
    for left_over in [
        "src/igloo_hub/__pycache__/tree.cpython-311.pyc",
        "sandbox/igloo_sandbox/__pycache__/spec.cpython-311.pyc",
        "src/igloo_wire/_wire.cpython-311-x86_64-linux-gnu.so",
    ]:
        (folder / left_over).parent.mkdir(exist_ok=True)
        (folder / left_over).touch()
    return folder


class Venv(NamedTuple):
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    def pip(self, *arguments: str | Path, cwd: Path) -> None:
        run(sys.executable, "-m", "pip", "--python", self.python, "--quiet", *arguments, cwd=cwd)

    def check(self, tmp_path: Path, *, installed_in: Path) -> None:
        """Everything imports from where it was installed, the commands run, the providers' manifests are there."""
        modules = [*PACKAGES, "igloo_wire._wire", "igloo_hub.cli", "igloo_sandbox.layers"]
        modules += [f"igloo_providers.{name}" for name in PROVIDERS]
        program = (
            "import importlib, sys\n"
            "for name in sys.argv[1:]:\n"
            "    module = importlib.import_module(name)\n"
            "    print(module.__file__ or list(module.__path__)[0])\n"
        )
        places = run(self.python, "-I", "-c", program, *modules, cwd=tmp_path).splitlines()
        assert len(places) == len(modules)
        for place in places:
            assert Path(place).resolve().is_relative_to(installed_in.resolve()), place
        (providers,) = (Path(place).parent for place in places if "/igloo_providers/__init__.py" in place)
        assert PROVIDERS
        for name in PROVIDERS:
            assert (providers / name / "manifest.toml").is_file()
        assert VERSION in run(self.folder / "bin/igloo-hub", "--version", cwd=tmp_path)
        assert "usage" in run(self.python, "-m", "igloo_sandbox", "--help", cwd=tmp_path).lower()


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    folder = tmp_path / "venv"
    # uv makes it without pip, in no time; pip installs into it from outside.
    run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, folder, cwd=tmp_path)
    return Venv(folder)


@pytest.fixture(scope="session")
def sdist(source: Path) -> Path:
    out = source.parent / "sdist"
    run(
        sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", out, source, cwd=source.parent
    )
    (archive,) = out.iterdir()
    return archive


def build_wheel(source: Path, out: Path) -> Path:
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=source.parent
    )
    (wheel,) = out.iterdir()
    return wheel


@pytest.fixture(scope="session")
def wheel_from_sdist(sdist: Path) -> Path:
    folder = sdist.parents[1] / "unpacked"
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    # The files of an archive are old: cargo would take them for those that it has compiled already.
    for path in unpacked.rglob("*"):
        path.touch()
    return build_wheel(unpacked, folder.parent / "wheel-from-sdist")


def files_by_kind(wheel: Path) -> Mapping[bool, set[str]]:
    """The wheel's files: True those of its metadata, False the others."""
    metadata = f"igloo_hub-{VERSION}.dist-info/"
    names = zipfile.ZipFile(wheel).namelist()
    assert len(names) == len(set(names))
    return {kind: {name for name in names if name.startswith(metadata) is kind} for kind in (True, False)}


def test_the_sdist_holds_what_a_build_and_a_reader_need_and_no_more(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if not member.isdir()}
    python = {f"src/{name}" for name in expected_files() if not name.endswith(".so")}
    rust = {path.relative_to(ROOT).as_posix() for path in repository_files(ROOT / "wire-rs")}
    top = {"PKG-INFO", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "pyproject.toml", "components.toml"}
    assert python <= names
    assert names - python - rust == top
    assert {"wire-rs/Cargo.toml", "wire-rs/Cargo.lock", "wire-rs/src/lib.rs"} <= names


def test_the_wheel_from_the_sdist_holds_our_packages_and_nothing_else(wheel_from_sdist: Path) -> None:
    assert wheel_from_sdist.name.startswith(f"igloo_hub-{VERSION}-cp311-abi3-")
    files = files_by_kind(wheel_from_sdist)
    assert files[False] == expected_files()
    licences = {name.rpartition("/")[2] for name in files[True] if "/licenses/" in name}
    assert licences == {"LICENSE-MIT", "LICENSE-APACHE"}


def test_the_lists_of_files_would_miss_nothing() -> None:
    """What the comparisons above rest on."""
    expected = expected_files()
    assert {f"{package}/__init__.py" for package in PACKAGES} <= expected
    assert {f"{package}/py.typed" for package in PACKAGES} <= expected
    assert {f"igloo_providers/{name}/manifest.toml" for name in PROVIDERS} <= expected
    assert {"igloo_wire/_wire.pyi", "igloo_sandbox/layers/__init__.py", "igloo_sandbox/spec.py"} <= expected


def test_the_wheel_from_the_sdist_works(venv: Venv, wheel_from_sdist: Path, tmp_path: Path) -> None:
    venv.pip("install", wheel_from_sdist, cwd=tmp_path)
    venv.check(tmp_path, installed_in=venv.folder)


def installed_files(venv: Venv) -> set[str]:
    """What the installer wrote down besides metadata, commands and compiled bytecode."""
    (record,) = venv.folder.glob("lib/*/site-packages/igloo_hub-*.dist-info/RECORD")
    names = {line.partition(",")[0] for line in record.read_text().splitlines()}
    return {
        name
        for name in names
        if not name.startswith(("..", record.parent.name)) and not name.endswith(".pyc")
    }


def test_pip_install_from_the_folder(venv: Venv, source: Path, tmp_path: Path) -> None:
    venv.pip("install", ".", cwd=source)
    assert installed_files(venv) == expected_files()
    venv.check(tmp_path, installed_in=venv.folder)


def test_uv_pip_install_from_the_folder(venv: Venv, source: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", venv.python, ".", cwd=source)
    assert installed_files(venv) == expected_files()
    venv.check(tmp_path, installed_in=venv.folder)


def test_pip_install_editable(venv: Venv, source: Path, tmp_path: Path) -> None:
    # Left over from another build, it would be found before the one that this install makes.
    for left_over in (source / "src/igloo_wire").glob("*.so"):
        left_over.unlink()
    venv.pip("install", "--editable", ".", cwd=source)
    venv.check(tmp_path, installed_in=source)
    # A change of the Python source is there at once.
    marker = source / "src/igloo_hub/marker.py"
    marker.write_text('"""Was not there when this was installed."""\n')
    run(venv.python, "-I", "-c", "import igloo_hub.marker", cwd=tmp_path)
    marker.unlink()
