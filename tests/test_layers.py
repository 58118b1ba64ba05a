"""Who imports whom, in this repository; and that a small tree in which a rule is broken is caught.

The rules and the search are in layers.py.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import layers

ROOT = Path(__file__).parents[1]

CHECKS = [
    layers.check_expected_modules,
    layers.check_imports,
    layers.check_purity,
    layers.check_launcher,
    layers.check_docstrings,
    layers.check_hub_size,
    layers.check_packages,
    layers.check_rust,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_this_repository(check: Callable[[Path], Iterator[str]]) -> None:
    assert list(check(ROOT)) == []


# ------------------------------------------------------------------------------------ the rules, each one broken


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The smallest repository that breaks no rule."""
    names = {*layers.PURE, *(f"{name}.__init__" for name in layers.PACKAGES)}
    for name in names:
        if not any(layers.is_within(name, later) for later in layers.NOT_YET):
            place = "sandbox" if name.startswith("igloo_sandbox") else "src"
            write(tmp_path, f"{place}/{name.replace('.', '/')}.py", '"""A module."""\n\nANSWER = 42\n')
    (tmp_path / "src/igloo_sandbox").symlink_to("../sandbox/igloo_sandbox")
    packages = sorted(entry.name for entry in (tmp_path / "src").iterdir() if not entry.is_symlink())
    write(tmp_path, "pyproject.toml", f"[tool.maturin]\npython-packages = {packages}\n")
    for name in frozenset[str]().union(*layers.RUST_LAYERS):
        write(tmp_path, f"wire-rs/src/{name}.rs", "//! A file.\n")
    write(tmp_path, "wire-rs/Cargo.toml", "[dependencies]\npyo3 = { version = '1', optional = true }\n")
    return tmp_path


def write(root: Path, name: str, source: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def faults_of(root: Path) -> list[str]:
    return [fault for check in CHECKS for fault in check(root)]


def test_a_tree_that_breaks_nothing_has_no_faults(tree: Path) -> None:
    assert faults_of(tree) == []


FORBIDDEN = {
    # The wire and the launcher import nothing of ours.
    "src/igloo_wire/x.py": ["import igloo_hub", "import trio", "import igloo_sandbox.spec"],
    "sandbox/igloo_sandbox/x.py": [
        "import trio",
        "import igloo_wire",
        "from igloo_hub import ids",
        "import attrs",
    ],
    "sandbox/igloo_sandbox/layers/x.py": ["import igloo_hub.ids", "import click"],
    "sandbox/igloo_sandbox/spec.py": ["import landlock", "import attrs"],
    # The SDK knows the wire only, and each event loop in the files of its face.
    "src/igloo_provider/x.py": [
        "import igloo_hub",
        "import trio",
        "import asyncio",
        "import igloo_providers.system",
    ],
    "src/igloo_provider/on_trio.py": ["from igloo_hub import session", "import asyncio"],
    "src/igloo_provider/on_asyncio.py": ["import trio", "from igloo_hub import session"],
    "src/igloo_provider/broker_loop.py": ["import trio"],
    # A provider knows the SDK and the wire, not its neighbours.
    "src/igloo_providers/system/x.py": [
        "import igloo_hub",
        "from igloo_providers.demo import y",
        "from ..demo import y",
        "import igloo_sandbox",
    ],
    # The hub.
    "src/igloo_hub/x.py": [
        "import igloo_sandbox",
        "import igloo_sandbox.enforce",
        "from igloo_sandbox import enforce",
        "from igloo_sandbox import spec, enforce",
        "import igloo_provider",
        "import igloo_providers.system",
        "import igloo_client",
        "import igloo_wire._wire",
        "from igloo_wire import _wire",
        "from igloo_wire._wire import Hello",
    ],
    "src/igloo_hub/hub.py": [
        "import click",
        "import asyncio",
        "import rich.console",
        "def f():\n    import igloo_client",
    ],
    "src/igloo_hub/__main__.py": ["from click import command"],
    "src/igloo_wire/errors.py": ["from . import _wire", "from ._wire import Hello"],
    # Pure modules.
    **{
        f"{'sandbox' if name.startswith('igloo_sandbox') else 'src'}/{name.replace('.', '/')}.py": [
            "import trio",
            "import trio.abc as abc",
            "from trio import sleep",
            "def f():\n    import trio",
            "import typing\nif typing.TYPE_CHECKING:\n    import trio",
            "import importlib\nimportlib.import_module('trio')",
        ]
        for name in layers.PURE - layers.NOT_YET - {"igloo_sandbox.spec"}
    },
}

ALLOWED = {
    "src/igloo_hub/x.py": [
        "import trio",
        "import igloo_sandbox.spec",
        "from igloo_sandbox.spec import Spec",
        "from igloo_sandbox import spec",
        "from igloo_wire import Hello",
        "from . import ids",
    ],
    "src/igloo_hub/cli/run.py": ["import click, rich", "import igloo_client", "from igloo_hub import ids"],
    "src/igloo_hub/tree.py": ["import attrs", "import igloo_wire", "from igloo_hub.ids import ANSWER"],
    "src/igloo_provider/on_trio.py": ["import trio", "import igloo_wire"],
    "src/igloo_provider/on_asyncio.py": ["import asyncio", "import igloo_wire"],
    "src/igloo_provider/broker_loop.py": ["from asyncio import selector_events"],
    "src/igloo_providers/system/x.py": [
        "import trio",
        "import igloo_provider",
        "from . import y",
        "import igloo_wire",
    ],
    "src/igloo_wire/__init__.py": ["from igloo_wire._wire import Hello", "from . import _wire"],
    "sandbox/igloo_sandbox/x.py": [
        "import landlock",
        "import _cffi_backend",
        "from igloo_sandbox import spec",
    ],
}


def cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, statement) for name, statements in table.items() for statement in statements]


@pytest.mark.parametrize(("name", "statement"), cases(FORBIDDEN))
def test_a_forbidden_import_is_caught(tree: Path, name: str, statement: str) -> None:
    write(tree, name, f'"""A module."""\n\n{statement}\n')
    faults = faults_of(tree)
    assert faults
    module = name.partition("/")[2].removesuffix(".py").replace("/", ".")
    assert all(name in fault or module in fault for fault in faults)


@pytest.mark.parametrize(("name", "statement"), cases(ALLOWED))
def test_an_allowed_import_is_not(tree: Path, name: str, statement: str) -> None:
    write(tree, name, f'"""A module."""\n\n{statement}\n')
    assert faults_of(tree) == []


def test_a_pure_module_reaches_trio_through_nothing_that_it_imports(tree: Path) -> None:
    write(tree, "src/igloo_hub/tree.py", '"""A."""\n\nfrom igloo_hub import middle\n')
    write(tree, "src/igloo_hub/middle.py", '"""B."""\n\nfrom .end import x\n')
    write(tree, "src/igloo_hub/end.py", '"""C."""\n\nimport trio\n')
    assert faults_of(tree) == [
        "igloo_hub.tree must not reach trio: igloo_hub.tree > igloo_hub.middle > igloo_hub.end > trio"
    ]


def test_a_package_that_imports_trio_makes_every_module_in_it_impure(tree: Path) -> None:
    write(tree, "src/igloo_hub/__init__.py", '"""A."""\n\nimport trio\n')
    write(tree, "src/igloo_hub/tree.py", '"""B."""\n\nimport igloo_hub.ids\n')
    assert any(fault.endswith("igloo_hub.tree > igloo_hub.__init__ > trio") for fault in faults_of(tree))


@pytest.mark.parametrize("name", sorted(layers.PURE - layers.NOT_YET))
def test_a_pure_module_that_was_renamed_is_missed(tree: Path, name: str) -> None:
    place = "sandbox" if name.startswith("igloo_sandbox") else "src"
    path = tree / place / f"{name.replace('.', '/')}.py"
    path.rename(path.with_name("renamed.py"))
    assert faults_of(tree) == [f"{name} is named by the rules and is not there"]


def test_a_pure_module_that_the_search_does_not_see_is_missed(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = layers.read_modules(tree)
    del seen["igloo_hub.tree"]
    monkeypatch.setattr(layers, "read_modules", lambda root: seen)
    assert list(layers.check_expected_modules(tree)) == ["igloo_hub.tree is there and was not read"]


def test_an_empty_repository_is_no_clean_one(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "sandbox").mkdir()
    assert len(list(layers.check_expected_modules(tmp_path))) == len(
        (layers.PURE | layers.PACKAGES) - layers.NOT_YET
    )
    assert list(layers.check_hub_size(tmp_path)) == ["no code of igloo_hub was found"]


@pytest.mark.parametrize("name", sorted(layers.NOT_YET))
def test_what_is_built_leaves_the_list_of_what_is_not(tree: Path, name: str) -> None:
    path = f"{name.replace('.', '/')}.py" if "." in name else f"{name}/core.py"
    write(tree, f"src/{path}", '"""A module."""\n')
    assert f"{name} is there now: take it out of NOT_YET in tests/layers.py" in faults_of(tree)


def test_a_package_without_a_rule_and_outside_of_the_wheel_is_caught(tree: Path) -> None:
    write(tree, "src/igloo_extra/__init__.py", '"""A package."""\n')
    assert faults_of(tree) == [
        "igloo_extra is a package that no rule in tests/layers.py names",
        "src/igloo_extra is not in python-packages of pyproject.toml",
    ]


def test_a_package_that_is_only_in_pyproject_is_caught(tree: Path) -> None:
    write(tree, "pyproject.toml", '[tool.maturin]\npython-packages = ["igloo_sandbox"]\n')
    assert "python-packages names igloo_sandbox, which src/ does not have" in faults_of(tree)


def test_a_file_without_a_head_is_caught(tree: Path) -> None:
    write(tree, "src/igloo_hub/x.py", "# A comment is none.\n\nX = 1\n")
    write(tree, "wire-rs/src/frame.rs", "// Nor is this.\n\nfn f() {}\n//! Too late.\n")
    assert faults_of(tree) == [
        "src/igloo_hub/x.py does not open with a docstring",
        "wire-rs/src/frame.rs does not open with //!",
    ]


# ------------------------------------------------------------------------------------------------- counting lines


def test_only_lines_of_code_count() -> None:
    source = '''"""A head
over two lines."""

import os  # 1

# A comment.
class A:  # 2
    """One line."""

    x = """3
    4

    6"""

    def f(
        self,
    ) -> None:  # 7, 8, 9
        """A contract."""
        """An expression, and no docstring: 10"""
'''
    assert layers.count_code_lines(source) == 10


def test_a_hub_that_grew_too_large_is_caught_and_its_command_line_does_not_count(tree: Path) -> None:
    few = layers.count_hub_lines(tree)
    write(tree, "src/igloo_hub/cli/run.py", '"""A."""\n' + "x = 1\n" * 5_000)
    write(tree, "src/igloo_hub/__main__.py", '"""A."""\n' + "x = 1\n" * 5_000)
    assert layers.count_hub_lines(tree) == few
    write(tree, "src/igloo_hub/large.py", '"""A."""\n' + "x = 1\n" * (layers.MAX_HUB_LINES - few - 1))
    assert faults_of(tree) == []
    write(tree, "src/igloo_hub/larger.py", '"""A."""\n\nx = 1\n')
    (fault,) = faults_of(tree)
    assert fault.startswith("igloo_hub without cli/ and plan/ has 3000 lines of code")


# ----------------------------------------------------------------------------------------------------------- Rust

RUST_FORBIDDEN = [
    ("frame", "use pyo3::prelude::*;", "names PyO3"),
    ("message", '#[cfg_attr(feature = "python", pyo3::pyclass)] struct A;', "names PyO3"),
    ("error", "impl From<E> for PyErr {}", "names PyO3"),
    ("error", "use crate::frame::Frame;", "uses frame, which is above it"),
    ("error", "use crate::{codec::{Reader, Writer}, message::Message};", "uses message, which is above it"),
    ("error", "fn f() { crate::codec::g() }", "uses codec, which is above it"),
    ("error", "use super::message::Message;", "uses message, which is above it"),
    ("codec", "use crate::python::Decoder;", "uses python, which is above it"),
    ("generated", "use crate::generated_python::A;", "uses generated_python, which is above it"),
    ("frame", "use crate::Message;", "uses lib, which is above it"),
]

RUST_ALLOWED = [
    ("lib", "mod python; use crate::python::Decoder; use pyo3::prelude::*;"),
    ("generated_python", "use crate::{python::A, generated::B}; use pyo3::Bound;"),
    ("frame", "use crate::{codec::{Reader, Writer}, error::WireError};"),
    ("message", '// pyo3 is not known here: crate::python\nconst A: &str = "use crate::python and pyo3";'),
    ("codec", "const QUOTE: char = '\"'; /* crate::python */ mod tests { use super::*; use super::Reader; }"),
]


@pytest.mark.parametrize(("name", "source", "sentence"), RUST_FORBIDDEN)
def test_a_forbidden_use_in_rust_is_caught(tree: Path, name: str, source: str, sentence: str) -> None:
    write(tree, f"wire-rs/src/{name}.rs", f"//! A file.\n{source}\n")
    faults = faults_of(tree)
    assert f"wire-rs/src/{name}.rs {sentence}" in " ".join(faults)


@pytest.mark.parametrize(("name", "source"), RUST_ALLOWED)
def test_an_allowed_use_in_rust_is_not(tree: Path, name: str, source: str) -> None:
    write(tree, f"wire-rs/src/{name}.rs", f"//! A file.\n{source}\n")
    assert faults_of(tree) == []


def test_a_rust_file_without_a_layer_and_one_that_is_gone_are_caught(tree: Path) -> None:
    path = tree / "wire-rs/src/codec.rs"
    path.rename(path.with_name("codecs.rs"))
    assert faults_of(tree) == [
        "wire-rs/src/codec.rs is named by the rules and is not there",
        "wire-rs/src/codecs.rs has no layer in tests/layers.py",
    ]


def test_a_crate_that_needs_python_for_its_tests_is_caught(tree: Path) -> None:
    write(
        tree, "wire-rs/Cargo.toml", '[features]\ndefault = ["python"]\n[dependencies.pyo3]\nversion = "1"\n'
    )
    assert [fault.split(":")[0] for fault in faults_of(tree)] == [
        "wire-rs/Cargo.toml has default features",
        "wire-rs/Cargo.toml",
    ]


def test_a_plan_that_grew_too_large_is_caught(tree: Path) -> None:
    write(tree, "src/igloo_hub/plan/large.py", '"""A."""\n' + "x = 1\n" * layers.MAX_PLAN_LINES)
    (fault,) = faults_of(tree)
    assert re.match(r"igloo_hub/plan has 1,?\d{3} lines of code", fault)


def test_a_plan_that_knows_the_running_hub_is_caught(tree: Path) -> None:
    write(tree, "src/igloo_hub/plan/grants.py", "from igloo_hub.supervisor import Supervisor\n")
    write(tree, "src/igloo_hub/supervisor.py", "class Supervisor: ...\n")
    faults = faults_of(tree)
    assert any("plan/grants.py:1 imports igloo_hub.supervisor" in fault for fault in faults)
