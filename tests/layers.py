"""Who may import whom, as data, and the search for what breaks it. Knows file names and import statements, runs nothing.

Every check takes the repository's folder and gives sentences; none means that all is well. test_layers.py asks them
about this repository, and about small trees in which each rule is broken, so that no rule passes by seeing nothing.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

# Each package and what it may import of ours besides itself. The longest matching name holds for a module.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "igloo_wire": (),
    "igloo_sandbox": (),
    "igloo_provider": ("igloo_wire",),
    "igloo_providers": ("igloo_provider", "igloo_wire"),
    # Only plain data of the sandbox: the hub runs the launcher and never restricts itself.
    "igloo_hub": ("igloo_wire", "igloo_sandbox.spec"),
    "igloo_hub.plan": (
        "igloo_hub.errors",
        "igloo_hub.ids",
        "igloo_hub.logs",
        "igloo_wire",
        "igloo_sandbox.spec",
    ),
    "igloo_hub.cli": ("igloo_wire", "igloo_sandbox.spec", "igloo_client"),
    "igloo_client": ("igloo_wire",),
    "igloo_web": ("igloo_client", "igloo_wire"),
}
PACKAGES = frozenset(name.split(".")[0] for name in MAY_IMPORT)

# Libraries that belong to some modules only, here and below.
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "trio": ("igloo_hub", "igloo_provider.on_trio", "igloo_client.on_trio", "igloo_providers"),
    "asyncio": (
        "igloo_provider.on_asyncio",
        "igloo_provider.broker_loop",
        "igloo_client.on_asyncio",
        "igloo_web",
        "igloo_providers",
    ),
    "click": ("igloo_hub.cli",),
    "jinja2": ("igloo_providers.mqtt.rendering",),
    "paho": ("igloo_providers.mqtt.packets", "igloo_providers.mqtt.connection"),
    "rich": ("igloo_hub.cli",),
    "igloo_wire._wire": ("igloo_wire.__init__",),
}

# Modules that reach trio through nothing that they import.
PURE = frozenset(
    [
        "igloo_hub.plan.config",
        "igloo_hub.plan.endpoints",
        "igloo_hub.plan.fields",
        "igloo_hub.data_dir",
        "igloo_hub.errors",
        "igloo_hub.plan.grants",
        "igloo_hub.ids",
        "igloo_hub.logs",
        "igloo_hub.owner_files",
        "igloo_hub.plan.manifest",
        "igloo_hub.session",
        "igloo_hub.plan.structure",
        "igloo_hub.tree",
        "igloo_hub.client_session",
        "igloo_providers.mqtt.packets",
        "igloo_sandbox.spec",
    ]
)

# Named above and not built yet. A name must leave this list when its file appears.
NOT_YET = frozenset(["igloo_hub.client_session", "igloo_client", "igloo_web"])

# The launcher pays for every import at each start of a provider.
LIBRARIES_OF_THE_LAUNCHER = frozenset(["landlock", "_cffi_backend"])
STANDARD_LIBRARY_ONLY = frozenset(["igloo_sandbox.spec"])

MAX_HUB_LINES = 3_000  # so that one can read the hub in an afternoon
# What comes before a start, manifest to plan, is read on its own: nothing there knows the running hub.
MAX_PLAN_LINES = 1_000

# wire-rs/src from the top down; a file may use its own layer and those below.
RUST_LAYERS = (
    frozenset(["lib"]),
    frozenset(["python", "python_components", "generated_python"]),
    frozenset(["python_types"]),
    frozenset(["codec", "frame", "message", "component", "generated"]),
    frozenset(["error"]),
)
KNOW_PYO3 = RUST_LAYERS[0] | RUST_LAYERS[1] | RUST_LAYERS[2]


class Import(NamedTuple):
    """One import statement: the module named (for `from a import b` also a.b, in case that b is a module)."""

    line: int
    names: tuple[str, ...]


class Module(NamedTuple):
    name: str  # "igloo_hub.cli.__init__" for a package's own file
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package against which relative imports are resolved."""
        return self.name.rpartition(".")[0]


def is_within(name: str, outer: str) -> bool:
    return name == outer or name.startswith(outer + ".")


def read_modules(root: Path) -> dict[str, Module]:
    """Every module under src/ and sandbox/ by name. src/igloo_sandbox, a link, is read where it is."""
    folders = sorted(
        entry
        for place in ("src", "sandbox")
        for entry in (root / place).iterdir()
        if entry.is_dir()
        and not entry.is_symlink()
        and entry.name.isidentifier()
        and entry.name != "__pycache__"
    )
    modules = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            modules[name] = Module(name, path, ast.parse(path.read_text(), str(path)))
    return modules


def read_imports(module: Module) -> Iterator[Import]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=aliases):
                yield Import(node.lineno, tuple(alias.name for alias in aliases))
            case ast.ImportFrom(module=source, names=aliases, level=level):
                if level:
                    parts = module.name.split(".")[:-level]
                    source = ".".join([*parts, source] if source else parts)
                assert source is not None
                yield Import(node.lineno, (source, *(f"{source}.{alias.name}" for alias in aliases)))
            case ast.Call(
                func=ast.Name(id="__import__")
                | ast.Attribute(attr="import_module")
                | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(source)), *_],
            ):
                yield Import(node.lineno, (source,))


def check_expected_modules(root: Path) -> Iterator[str]:
    """What the rules name must be there and be seen, or they hold nothing."""
    modules = read_modules(root)
    for name in sorted(PURE | PACKAGES):
        place = root / ("sandbox" if is_within(name, "igloo_sandbox") else "src") / name.replace(".", "/")
        exists = place.with_suffix(".py").exists() or any(place.glob("**/*.py"))
        seen = name in modules or any(is_within(other, name) for other in modules)
        if name in NOT_YET:
            if exists:
                yield f"{name} is there now: take it out of NOT_YET in tests/layers.py"
        elif not exists:
            yield f"{name} is named by the rules and is not there"
        elif not seen:
            yield f"{name} is there and was not read"
    for name in sorted({name.split(".")[0] for name in modules} - PACKAGES):
        yield f"{name} is a package that no rule in tests/layers.py names"


def _allowed(module: str) -> tuple[str, ...]:
    own = module.split(".")[0]
    rule = max((name for name in MAY_IMPORT if is_within(module, name)), key=len, default=None)
    if rule is None:
        return (own,)
    # A provider is a folder of igloo_providers and imports nothing of its neighbours; the plan nothing of the hub.
    is_apart = own == "igloo_providers" or rule == "igloo_hub.plan"
    inside = ".".join(module.split(".")[:2]) if is_apart else own
    return (inside, *MAY_IMPORT[rule])


def check_imports(root: Path) -> Iterator[str]:
    """Each import of one of ours, and of a library that belongs to some modules only, against the rules."""
    modules = read_modules(root)
    for module in modules.values():
        allowed = _allowed(module.name)
        for line, names in read_imports(module):
            where = f"{module.path.relative_to(root)}:{line}"
            # `from igloo_sandbox import spec` is allowed when igloo_sandbox.spec is: one of its names must be.
            ours = [name for name in names if name.split(".")[0] in PACKAGES]
            for name in _most_precise(ours, modules):
                if not any(is_within(name, package) for package in allowed):
                    yield f"{where} imports {name}; {module.name} may import of ours {', '.join(allowed)}"
            for library, owners in ONLY_IN.items():
                if any(is_within(name, library) for name in names) and not any(
                    is_within(module.name, owner) for owner in owners
                ):
                    yield f"{where} imports {library}, which only {', '.join(owners)} may"


def _most_precise(names: list[str], modules: Mapping[str, Module]) -> list[str]:
    """Of (package, package.a, package.b) those that are modules; the package itself only when it gives something else."""
    if len(names) < 2:
        return names
    submodules = [
        name for name in names[1:] if name in modules or f"{name}.__init__" in modules or name in ONLY_IN
    ]
    return submodules if len(submodules) == len(names) - 1 else [names[0], *submodules]


def check_purity(root: Path) -> Iterator[str]:
    """Nothing that a pure module imports, however indirectly, imports trio."""
    modules = read_modules(root)
    for start in sorted(PURE & modules.keys()):
        reached: dict[str, str] = {start: start}
        queue = [start]
        while queue:
            module = modules[queue.pop()]
            for _, names in read_imports(module):
                if any(is_within(name, "trio") for name in names):
                    yield f"{start} must not reach trio: {reached[module.name]} > trio"
                # Importing a.b.c runs a/__init__ and a/b/__init__ too.
                parents = (
                    name.rsplit(".", cut)[0] + ".__init__"
                    for name in names
                    for cut in range(name.count(".") + 1)
                )
                for name in (*names, *parents):
                    if name in modules and name not in reached:
                        reached[name] = f"{reached[module.name]} > {name}"
                        queue.append(name)


def check_launcher(root: Path) -> Iterator[str]:
    """The launcher imports the standard library and two others; its spec, which the hub shares, only the former."""
    for module in read_modules(root).values():
        if not is_within(module.name, "igloo_sandbox"):
            continue
        extra = frozenset() if module.name in STANDARD_LIBRARY_ONLY else LIBRARIES_OF_THE_LAUNCHER
        for line, names in read_imports(module):
            for name in sorted({name.split(".")[0] for name in names} - extra - PACKAGES):
                if name not in sys.stdlib_module_names:
                    yield f"{module.path.relative_to(root)}:{line} imports {name}, too much for {module.name}"


def check_docstrings(root: Path) -> Iterator[str]:
    """A file opens by saying what it knows: a docstring in Python, //! in Rust."""
    for module in read_modules(root).values():
        if not ast.get_docstring(module.tree):
            yield f"{module.path.relative_to(root)} does not open with a docstring"
    for path in sorted((root / "wire-rs/src").glob("*.rs")):
        lines = (line for line in path.read_text().splitlines() if line.strip())
        first = next((line for line in lines if line.startswith("//!") or not line.startswith("//")), "")
        if not first.startswith("//!"):
            yield f"{path.relative_to(root)} does not open with //!"


def count_code_lines(source: str) -> int:
    """Lines that hold a token of code. Blank lines, comments and docstrings hold none; a text over four lines counts four."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body[:1]:
                case [ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=int(last))]:
                    docstrings.update(range(first, last + 1))
    empty = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


NOT_THE_HUB_PROPER = ("igloo_hub.cli", "igloo_hub.__main__", "igloo_hub.plan")


def count_lines(root: Path, package: str, without: tuple[str, ...] = ()) -> int:
    """Code lines of the modules of a package, but for those below `without`."""
    return sum(
        count_code_lines(module.path.read_text())
        for module in read_modules(root).values()
        if is_within(module.name, package) and not any(is_within(module.name, name) for name in without)
    )


def count_hub_lines(root: Path) -> int:
    return count_lines(root, "igloo_hub", NOT_THE_HUB_PROPER)


def check_hub_size(root: Path) -> Iterator[str]:
    count = count_hub_lines(root)
    if count == 0:
        yield "no code of igloo_hub was found"
    sizes = [
        ("igloo_hub without cli/ and plan/", count, MAX_HUB_LINES),
        ("igloo_hub/plan", count_lines(root, "igloo_hub.plan"), MAX_PLAN_LINES),
    ]
    for what, count, most in sizes:
        if count >= most:
            yield f"{what} has {count} lines of code, {most} are too many: {count_code_lines.__doc__}"


def check_packages(root: Path) -> Iterator[str]:
    """A package that is missing from python-packages would be missing from the wheel, without a word."""
    named = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["maturin"]["python-packages"]
    # A link in the list gives a wheel without it: igloo_sandbox is named by `include`.
    there = [
        entry.name for entry in (root / "src").iterdir() if any(entry.glob("*.py")) and not entry.is_symlink()
    ]
    for name in sorted(set(there) - set(named)):
        yield f"src/{name} is not in python-packages of pyproject.toml"
    for name in sorted(set(named) - set(there)):
        yield f"python-packages names {name}, which src/ does not have"


# -------------------------------------------------------------------------------------------------------- Rust

_RUST_NOISE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | b?r(\#*)".*?"\1 | b?"(?:\\.|[^"\\])*" | b?'(?:\\.|[^'\\])' """,
    re.VERBOSE | re.DOTALL,
)
_RUST_PATH = re.compile(r"\b(crate|super)\s*::\s*(?:(\w+)|\{([^;]*)\})")


def strip_rust(source: str) -> str:
    """The source without comments and texts."""
    return _RUST_NOISE.sub('""', source)


def _first_names(group: str) -> Iterator[str]:
    """a, c of `a::{x, y}, c::z`: the first name of each path in a use group."""
    depth = 0
    start = True
    for part in re.findall(r"\w+|[{},]", group):
        if part in "{}":
            depth += 1 if part == "{" else -1
        elif part == "," and depth == 0:
            start = True
        elif start and depth == 0:
            yield part
            start = False


def rust_uses(source: str, files: frozenset[str]) -> set[str]:
    """The files whose items a file names. A path from the root of the crate to anything else goes through lib."""
    used: set[str] = set()
    for root, single, group in _RUST_PATH.findall(strip_rust(source)):
        names = {single} if single else set(_first_names(group))
        used |= names & files
        if root == "crate" and names - files:
            used.add("lib")
    return used


def check_rust(root: Path) -> Iterator[str]:
    """wire-rs/src: who uses whom, and who knows PyO3."""
    files = {path.stem: path for path in sorted((root / "wire-rs/src").glob("**/*.rs"))}
    layer_of = {name: depth for depth, names in enumerate(RUST_LAYERS) for name in names}
    for name in sorted(layer_of.keys() - files):
        yield f"wire-rs/src/{name}.rs is named by the rules and is not there"
    for name, path in files.items():
        where = path.relative_to(root)
        if name not in layer_of:
            yield f"{where} has no layer in tests/layers.py"
            continue
        source = path.read_text()
        if name not in KNOW_PYO3 and re.search(
            r"\b(?:pyo3|PyO3|Py[A-Z]\w+|pyclass|pymethods)\b", strip_rust(source)
        ):
            yield f"{where} names PyO3, which only {', '.join(sorted(KNOW_PYO3))} may"
        for used in sorted(rust_uses(source, frozenset(layer_of))):
            if layer_of[used] < layer_of[name]:
                yield f"{where} uses {used}, which is above it"
    features = tomllib.loads((root / "wire-rs/Cargo.toml").read_text())
    if features.get("features", {}).get("default"):
        yield "wire-rs/Cargo.toml has default features: cargo test must need no Python"
    if not features.get("dependencies", {}).get("pyo3", {}).get("optional"):
        yield "wire-rs/Cargo.toml: pyo3 must be optional, so that cargo test needs no Python"
