"""The two records: what goes in comes out, and a wrong one is refused by naming the place."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from igloo_sandbox.spec import (
    MAX_RECORD,
    MIN_MEMORY,
    RESTRICTIONS,
    Layer,
    Limits,
    PathRule,
    Restriction,
    Spec,
    SpecError,
    Status,
    dump_spec,
    dump_status,
    find_obstacle,
    frame_record,
    launcher_command,
    parse_spec,
    parse_status,
    take_record,
)
from tests.sandbox.house import SOURCES

SPEC = Spec(
    instance="mqtt-2",
    command=("/usr/bin/python3", "-m", "provider"),
    environment=(("LANG", "C.UTF-8"), ("EMPTY", "")),
    data_dir="/data/providers/mqtt-2",
    paths=(PathRule("/usr/lib", "execute"), PathRule("/data/ö", "write"), PathRule("/odd/\udcff", "read")),
    limits=Limits(memory=MIN_MEMORY, descriptors=16, processes=None, file_size=0),
    uid=1_900_000_001,
    accept_missing=("network", "abstract sockets"),
)
STATUS = Status(
    verdict="refused",
    layers=(Layer("landlock", "partial", "Landlock ABI 2"),),
    restrictions=(Restriction("network", ()), Restriction("files", ("landlock", "uid"))),
    reason="a sentence",
    help="another",
)


def test_a_spec_survives_the_journey() -> None:
    assert parse_spec(dump_spec(SPEC)) == SPEC


def test_defaults_survive_too() -> None:
    spec = Spec("demo", ("/bin/true",), (), "/data")
    assert parse_spec(dump_spec(spec)) == spec


def test_a_status_survives_the_journey() -> None:
    assert parse_status(dump_status(STATUS)) == STATUS


def changed(path: str, value: object) -> bytes:
    """SPEC as JSON with one place changed; `...` removes it."""
    record = json.loads(dump_spec(SPEC))
    place = record
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("version", 2, "$.version: 2 is unknown; this is version 1"),
        ("version", ..., "$.version: is missing"),
        ("instance", 7, "$.instance: is a int; a text is needed"),
        ("instance", ..., "$.instance: is missing"),
        ("colour", "red", "$.colour: is unknown"),
        ("command", [], "$.command: is empty; it needs a program"),
        ("command", "/bin/true", "$.command: is a str; a list is needed"),
        ("command.0", "python3", "$.command[0]: 'python3' is not an absolute path"),
        ("command.2", "a\0b", "$.command[2]: holds a NUL character"),
        ("environment.0", ["LANG"], "$.environment[0]: has 1 parts; a variable is a name and a value"),
        ("environment.1.0", "A=B", "$.environment[1][0]: 'A=B' is no name of a variable"),
        ("environment.1.0", "", "$.environment[1][0]: '' is no name of a variable"),
        ("data_dir", "data", "$.data_dir: 'data' is not an absolute path"),
        ("data_dir", "/data/../etc", "$.data_dir: '/data/../etc' is not in its normal form"),
        ("paths.0.path", "//usr", "$.paths[0].path: '//usr' is not in its normal form"),
        ("paths.1.access", "rwx", "$.paths[1].access: 'rwx' is not one of: read, execute, write"),
        ("paths.1.why", "because", "$.paths[1].why: is unknown"),
        ("paths.2", "/x", "$.paths[2]: is a str; a table is needed"),
        ("limits.processes", True, "$.limits.processes: is a bool; a whole number is needed"),
        ("limits.memory", 1.5, "$.limits.memory: is a float; a whole number is needed"),
        ("limits.memory", 0, "$.limits.memory: 0 is not between 16777216 and"),
        ("limits.descriptors", 15, "$.limits.descriptors: 15 is not between 16 and"),
        ("limits.swap", 1, "$.limits.swap: is unknown"),
        ("limits", None, "$.limits: is a NoneType; a table is needed"),
        ("uid", 0, "$.uid: 0 is not between 1 and 4294967294"),
        ("uid", 2**32 - 1, "$.uid: 4294967295 is not between 1 and 4294967294"),
        ("enforcement", "lax", "$.enforcement: 'lax' is not one of: strict, off"),
        ("accept_missing.0", "everything", "$.accept_missing[0]: 'everything' is not one of: files, "),
    ],
)
def test_a_wrong_spec_is_refused_by_its_place(path: str, value: object, complaint: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(complaint)}"):
        parse_spec(changed(path, value))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "the spec is not JSON"),
        (b"\xff\xfe", "the spec is not JSON"),
        (b"[" * 100_000, "the spec is not JSON"),
        (b"[]", "$: is a list; a table is needed"),
        (b'{"version": 1, "version": 1}', "a key appears twice"),
    ],
)
def test_what_is_no_spec_at_all_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(SpecError, match=re.escape(complaint)):
        parse_spec(data)


def test_a_status_with_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^\$\.verdict: 'fine' is not one of"):
        parse_status(dump_status(STATUS).replace(b'"refused"', b'"fine"'))


def test_every_restriction_has_its_line_of_explanation() -> None:
    text = (SOURCES / "igloo_sandbox" / "spec.py").read_text()
    for name in RESTRICTIONS:
        assert re.search(rf"^{name}\s\s+\w", text, re.MULTILINE), name


def test_records_come_out_whole_and_one_by_one() -> None:
    data = frame_record(b"one") + frame_record(b"") + b"\x05\0\0\0hal"
    assert take_record(data[:3]) is None
    assert take_record(data[:6]) is None
    taken = take_record(data)
    assert taken is not None
    assert taken[0] == b"one"
    assert take_record(taken[1]) == (b"", b"\x05\0\0\0hal")
    assert take_record(b"\x05\0\0\0hal") is None


def test_a_length_is_checked_before_the_record_is_there() -> None:
    assert take_record(MAX_RECORD.to_bytes(4, "little")) is None
    with pytest.raises(SpecError, match="1,048,577 bytes is announced"):
        take_record((MAX_RECORD + 1).to_bytes(4, "little"))


def test_the_launcher_is_isolated_and_finds_its_two_packages() -> None:
    command = launcher_command("/usr/bin/python3", 7, 9)
    assert command[:3] == ("/usr/bin/python3", "-I", "-S")
    assert command[4:8] == ("--wire-fd", "7", "--status-fd", "9")
    assert Path(command[3], "__main__.py").is_file()
    folders = [Path(folder) for folder in command[9::2]]
    assert set(command[8::2]) == {"--import-path"}
    assert any((folder / "landlock").is_dir() for folder in folders)
    assert any(list(folder.glob("_cffi_backend*")) for folder in folders)
    assert launcher_command("/usr/bin/python3", 7, 9, 11)[4:10] == (*command[4:8], "--broker-fd", "11")


def test_an_obstacle_is_named_and_an_open_path_has_none(tmp_path: Path) -> None:
    uid = 1_900_000_007
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "inside").touch()
    closed.chmod(0o700)
    for folder in (closed, *closed.parents):
        if not folder.stat().st_mode & 0o001:
            first_closed = folder  # the uppermost one is the one that stops
    assert (
        find_obstacle(str(closed / "inside"), uid)
        == f"{first_closed} is {first_closed.stat().st_mode & 0o7777:04o}"
    )
    assert find_obstacle("/usr/lib", uid) is None
    assert find_obstacle("/usr/lib", closed.stat().st_uid) is None
    with pytest.raises(FileNotFoundError):
        find_obstacle(str(tmp_path / "nothing"), uid)


def test_importing_the_spec_imports_nothing_else_of_the_launcher() -> None:
    code = "import sys, igloo_sandbox.spec; print(*sorted(n for n in sys.modules if 'igloo' in n or 'cffi' in n))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="src"
    )
    assert found.stdout.split() == ["igloo_sandbox", "igloo_sandbox.spec"]
