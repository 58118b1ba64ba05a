"""What a document of the repository says that can be checked: links, paths, commands, versions. Runs no command itself.

Every check takes the repository's folder and gives sentences; none means that all is well. test_docs.py asks them about
this repository and about small ones with one fault each.
"""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# What builds, tests and editors leave in a working copy; .gitignore has the same.
NOT_OURS = frozenset(
    [
        ".git",
        ".hypothesis",
        ".igloo",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
        "__pycache__",
        "dist",
        "target",
    ]
)
# Files that a document may name and that live in a user's folder or are made by a build.
NOT_IN_THE_REPOSITORY = frozenset(["igloo.toml", "_wire.abi3.so", "hub.db", "hub.sock"])
# Python names that look like a file's.
SUFFIXES = frozenset([".py", ".pyi", ".rs", ".toml", ".md", ".sh", ".lock", ".json", ".c", ".yaml", ".yml"])


class Block(NamedTuple):
    """A fenced block of a document."""

    line: int
    language: str
    text: str


class Document(NamedTuple):
    path: Path
    prose: str  # the text with the fenced blocks blanked out, line numbers kept
    blocks: tuple[Block, ...]

    @property
    def inline_code(self) -> list[tuple[int, str]]:
        return [
            (self.prose.count("\n", 0, found.start()) + 1, found[2].strip())
            for found in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", self.prose, re.DOTALL)
        ]


def repository_files(root: Path) -> list[Path]:
    """Every file, not what is built; a link to a folder is not followed."""
    found = []
    for entry in sorted(root.iterdir()):
        if entry.name in NOT_OURS or entry.suffix in {".so", ".pyc"}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            found += repository_files(entry)
        elif entry.is_file():
            found.append(entry)
    return found


def read_document(path: Path) -> Document:
    blocks: list[Block] = []
    prose: list[str] = []
    fence = language = ""
    inside: list[str] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        opening = re.match(r"\s*(`{3,}|~{3,})\s*(\w*)", line)
        in_prose = not fence and not opening
        if fence and line.strip() == fence:
            blocks.append(Block(number - len(inside), language, "\n".join(inside) + "\n"))
            fence = ""
        elif fence:
            inside.append(line)
        elif opening:
            fence, language = opening.groups()
            inside = []
        prose.append(line if in_prose else "")
    return Document(path, "\n".join(prose), tuple(blocks))


def documents(root: Path) -> list[Document]:
    return [read_document(path) for path in repository_files(root) if path.suffix == ".md"]


def anchors(document: Document) -> set[str]:
    """The names under which a document's headings can be linked to, made as code hosts make them."""
    seen: dict[str, int] = {}
    names = set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", document.prose, re.MULTILINE):
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        names.add(f"{slug}-{count}" if count else slug)
    return names


def check_links(root: Path) -> Iterator[str]:
    """Each relative link leads to a file of the repository, and its anchor to a heading."""
    for document in documents(root):
        prose = re.sub(r"`[^`\n]*`", "", document.prose)
        links = re.findall(r"\]\(\s*<?([^)\s>]+)", prose) + re.findall(
            r"^\s*\[[^\]]+\]:\s*(\S+)", prose, re.MULTILINE
        )
        for link in links:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (document.path.parent / name).resolve() if name else document.path
            where = f"{document.path.relative_to(root)} links to {link}"
            if not target.is_relative_to(root.resolve()):
                yield f"{where}, which is outside of the repository"
            elif not target.exists():
                yield f"{where}, which is not there"
            elif anchor and target.suffix == ".md" and anchor not in anchors(read_document(target)):
                yield f"{where}, and there is no such heading"


def named_paths(document: Document) -> Iterator[tuple[int, str]]:
    """What looks like a path of the repository: in code spans, and in trees drawn with ├──."""
    for line, code in document.inline_code:
        if re.fullmatch(r"[\w.\-]+(?:/[\w.\-]+)*/?", code) and ("/" in code or Path(code).suffix in SUFFIXES):
            yield line, code
    for block in document.blocks:
        parents: list[str] = []
        for number, row in enumerate(block.text.splitlines(), block.line):
            if drawn := re.match(r"([│ ]*)[├└]── (.+?)(?:\s{2,}.*)?$", row):
                depth = len(drawn[1]) // 4
                names = [name.rstrip("/") for name in re.split(r",?\s+", drawn[2])]
                parents[depth:] = [names[0]]
                for name in names:
                    yield number, "/".join([*parents[:depth], name])


def check_paths(root: Path) -> Iterator[str]:
    """A path named in a document is one from the root or from the document's folder, or the end of exactly one file's."""
    files = [path.relative_to(root).as_posix() for path in repository_files(root)]
    known_folders = {entry.name for entry in root.iterdir()}
    for document in documents(root):
        for line, name in named_paths(document):
            bare = name.rstrip("/")
            is_path = "/" not in bare or bare.split("/")[0] in known_folders or Path(bare).suffix in SUFFIXES
            if not is_path or bare in NOT_IN_THE_REPOSITORY or name.startswith("/"):
                continue
            if (root / bare).exists() or (document.path.parent / bare).exists():
                continue
            if not any(file == bare or file.endswith("/" + bare) or f"/{bare}/" in file for file in files):
                yield f"{document.path.relative_to(root)}:{line} names {name}, which is not there"


def targets(root: Path) -> dict[str, str]:
    """The Makefile's targets with the sentence that `make help` shows."""
    return dict(re.findall(r"^([a-z]+):[^\n]*## ([^\n]+)$", (root / "Makefile").read_text(), re.MULTILINE))


def command_lines(document: Document) -> Iterator[tuple[int, str]]:
    """Commands in a document: code spans, and the lines of blocks without their prompt and the words beside them."""
    for block in document.blocks:
        if block.language in {"", "console", "sh", "shell", "bash"}:
            for number, line in enumerate(block.text.splitlines(), block.line):
                yield number, re.split(r"\s{2,}|\s#", line.strip().removeprefix("$ "))[0]
    yield from document.inline_code


def check_make_targets(root: Path) -> Iterator[str]:
    known = targets(root)
    for document in documents(root):
        for line, command in command_lines(document):
            words = command.split()
            if words[:1] == ["make"]:
                for word in words[1:]:
                    if re.fullmatch(r"[a-z][a-z-]*", word) and word not in known:
                        yield f"{document.path.relative_to(root)}:{line} says make {word}, which the Makefile does not have"


def check_hub_commands(root: Path, options_of: dict[str, frozenset[str]]) -> Iterator[str]:
    """`igloo-hub …` in a document: `options_of` gives the options of each subcommand, and of "" for igloo-hub itself."""
    for document in documents(root):
        for number, command in command_lines(document):
            if not re.match(r"(?:\S*/)?igloo-hub(?:\s|$)", command):
                continue
            where = f"{document.path.relative_to(root)}:{number} says {command!r}"
            # What follows a pipe or a comment is another command's.
            words = re.split(r"\s[|&;#>]|&$", command)[0].split()[1:]
            subcommand = ""
            for word in words:
                option = word.partition("=")[0]
                if option.startswith("-"):
                    if option not in options_of[subcommand]:
                        yield f"{where}, which has no option {option}"
                elif not subcommand and re.fullmatch(r"[a-z][a-z-]*", word):
                    if word not in options_of:
                        yield f"{where}, and there is no subcommand {word}"
                        break
                    subcommand = word


def check_code_blocks(root: Path) -> Iterator[str]:
    """Python blocks compile, TOML blocks parse, shell lines have their quotes closed."""
    for document in documents(root):
        for block in document.blocks:
            where = f"{document.path.relative_to(root)}:{block.line}"
            try:
                if block.language == "python":
                    compile(block.text, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                elif block.language == "toml":
                    tomllib.loads(block.text)
                elif block.language in {"sh", "shell", "bash"}:
                    shlex.split(block.text, comments=True)
            except (SyntaxError, ValueError) as fault:
                yield f"{where} is no {block.language}: {fault}"


def check_outside_paths(root: Path, *, home: Path) -> Iterator[str]:
    """A clone stands alone: no file names the folder it was made in, or a home folder of that machine."""
    forbidden = [
        re.compile(re.escape("../" + "shared")),
        re.compile(r"(?<![\w.])" + re.escape(str(root.resolve())) + r"\b"),
        re.compile(r"(?<![\w.])" + re.escape(str(home)) + r"/\.?\w"),
    ]
    for path in repository_files(root):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern in forbidden:
                if found := pattern.search(line):
                    yield f"{path.relative_to(root)}:{number} names {found[0]}, which is outside of the repository"


def check_versions(root: Path) -> Iterator[str]:
    """One version everywhere; the changelog opens with what is not released, then the newest release, which is this version."""
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    crate = tomllib.loads((root / "wire-rs/Cargo.toml").read_text())["package"]
    if crate["version"] != version:
        yield f"pyproject.toml says {version}, wire-rs/Cargo.toml {crate['version']}"
    locked = tomllib.loads((root / "wire-rs/Cargo.lock").read_text())["package"]
    for package in locked:
        if package["name"] == crate["name"] and package["version"] != version:
            yield f"pyproject.toml says {version}, wire-rs/Cargo.lock {package['version']}: cargo update -w"
        source = package.get("source", "")
        if source and source != "registry+https://github.com/rust-lang/crates.io-index":
            yield f"wire-rs/Cargo.lock takes {package['name']} from {source}"
    headings = re.findall(r"^## \[([^\]]+)\]", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    if headings[:1] != ["Unreleased"]:
        yield "CHANGELOG.md does not open with ## [Unreleased]"
    if len(headings) > 1 and headings[1] != version:
        yield f"CHANGELOG.md's newest release is {headings[1]}, pyproject.toml says {version}"


def check_generated(root: Path) -> Iterator[str]:
    """A generated file says so and by which command, in its first lines; .gitattributes and its own name or banner agree."""
    marked = {
        line.split()[0]
        for line in (root / ".gitattributes").read_text().splitlines()
        if "linguist-generated" in line.split()
    }
    for name in sorted(marked):
        if not (root / name).exists():
            yield f".gitattributes names {name}, which is not there"
    for path in repository_files(root):
        name = path.relative_to(root).as_posix()
        try:
            head = "\n".join(path.read_text().splitlines()[:5])
        except UnicodeDecodeError:
            continue
        command = re.search(r"\btools/(\w+\.py)\b", head)
        has_banner = re.search(r"\bgenerated (?:by|from)\b", head, re.IGNORECASE) and command
        if path.suffix == ".md" or name.startswith(("tools/", "tests/")):
            continue
        if name in marked or re.search(r"(^|_)generated$", path.stem):
            if not (has_banner and command):
                yield f"{name} does not say in its first lines that it is generated, and by which command"
            elif not (root / "tools" / command[1]).exists():
                yield f"{name} is generated by tools/{command[1]}, which is not there"
        if has_banner and name not in marked:
            yield f"{name} is generated and not marked in .gitattributes"
