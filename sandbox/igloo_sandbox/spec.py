"""What the hub and the launcher say to each other: the spec of one start, and the status that comes back.

Plain data and its JSON, for both sides. Knows nothing of Landlock, processes or descriptors' contents, and
imports only the standard library: the launcher pays for every import.

On the status socket each record is a u32 little-endian length and that many bytes of JSON (`frame_record`,
`take_record`). The hub sends one spec. The launcher answers with one status just before exec; end of file
after it means that the exec happened, a second record that it failed, and end of file without any record
that the launcher died and nothing ran.
"""

import json
import os
from typing import Any, NamedTuple, TypeVar

_T = TypeVar("_T")

WIRE_FD = 3
BROKER_FD = 4
"""The broker, a SOCK_SEQPACKET socket; closed when the hub gives none."""
STATUS_FD = 5

MAX_RECORD = 1_048_576
"""Bytes of one record. A spec with a hundred rules takes some 10 KiB; a length is checked before it is believed."""

MIN_MEMORY = 16 * 1024 * 1024
"""A bare Python needs 4 MiB of what is counted; with less a program dies in its loader and cannot say why."""
MIN_DESCRIPTORS = 16
"""The launcher's own five, those it looks back with, and what an interpreter opens at its start."""

VERSION = 1
"""Of both records. Hub and launcher come from one installation, so any other number is a mix-up."""

ACCESSES = ("read", "execute", "write")
ENFORCEMENTS = ("strict", "off")
VERDICTS = ("enforced", "refused", "exec failed")
LAYER_STATUSES = ("enforced", "partial", "absent")

RESTRICTIONS = (
    "files",
    "truncate",
    "network",
    "signals",
    "abstract sockets",
    "other processes",
    "new privileges",
    "inheritance",
)
"""What a strict start asks for; each must be held by a layer or be in `Spec.accept_missing`.

files             opens, lists, creates, removes, renames and executes nothing but what the rules grant
truncate          cuts no file that the rules do not let it write (Landlock has this only from ABI 3 on)
network           opens no connection, listens on nothing and sends no datagram but over sockets it was handed
signals           signals nobody outside its own sandbox, the hub least of all
abstract sockets  connects to no abstract Unix socket made outside its own sandbox
other processes   changes no limit, priority or scheduling of other processes, reads no memory of one, shares no
                  System V IPC and no POSIX message queue with one (POSIX shared memory is files)
new privileges    gains none by executing a setuid or setgid program
inheritance       gets no descriptor, variable, terminal or signal setting but those it was given
"""


class SpecError(Exception):
    """A record that is not what it should be. The text names where and what: `$.limits.memory: …`."""


class PathRule(NamedTuple):
    """One path that the provider may reach; of a folder, everything below it.

    path    absolute, normal, and its own real path: one that leads through a symbolic link is refused.
    access  "read"; "execute" (read and execute); "write" (read, write, truncate, create and delete files and
            folders; no symbolic links, pipes, sockets or devices, no rename or link from one folder to another).
    """

    path: str
    access: str


class Limits(NamedTuple):
    """What one provider may use. Never raised above the hard limits that the hub itself runs under.

    memory       bytes of private writable memory of each process (RLIMIT_DATA), thread stacks of 8 MiB included
    descriptors  open files at once
    processes    processes and threads of the instance's own uid; None: no limit. Held only with an own uid,
                 because the kernel counts by uid.
    file_size    bytes of the largest file it can write
    """

    memory: int = 512 * 1024 * 1024  # 30 MiB for Python with trio; forty worker threads' stacks are 320
    descriptors: int = 256  # a connection each for a house full of devices, far from the hub's own need
    processes: int | None = 64  # trio's forty worker threads, and some room
    file_size: int = 256 * 1024 * 1024  # a database of years; too small to fill a card with one write


class Spec(NamedTuple):
    """All that the launcher needs for one start. It trusts this and nothing else.

    instance        name, for messages only
    command         program (an absolute path; PATH is not searched) and arguments
    environment     the provider's whole environment, (name, value) each
    data_dir        its own folder: working directory, and writable without a rule of its own
    paths           what else it may reach
    limits          see Limits
    uid             uid, and gid of the same number, to drop to; only root can. None: no drop.
    enforcement     "strict", or "off": a clean start and the limits, nothing else
    accept_missing  restrictions (RESTRICTIONS) whose lack the owner accepts
    """

    instance: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    data_dir: str
    paths: tuple[PathRule, ...] = ()
    limits: Limits = Limits()
    uid: int | None = None
    enforcement: str = "strict"
    accept_missing: tuple[str, ...] = ()


class Layer(NamedTuple):
    """One mechanism and how far it holds on this machine: "enforced", "partial" or "absent", and why."""

    name: str
    status: str
    detail: str


class Restriction(NamedTuple):
    """One of RESTRICTIONS and the names of the layers that hold it; () when nobody does."""

    name: str
    held_by: tuple[str, ...]


class Status(NamedTuple):
    """What the launcher found when it looked back, not what it asked for.

    verdict  "enforced": as the spec asks (with `enforcement = "off"` or gaps accepted, `reason` says so), and
             the exec comes next. "refused": nothing was executed, exit code 126. "exec failed": everything
             held, but the program could not be executed, exit code 126.
    reason   one sentence for a person, "" when there is nothing to say
    help     what would change it, "" when nobody knows
    """

    verdict: str
    layers: tuple[Layer, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    reason: str = ""
    help: str = ""


def dump_spec(spec: Spec) -> bytes:
    """The JSON of one spec, without its length. What it holds is checked by `parse_spec`, not here."""
    return _dump(
        {
            **spec._asdict(),
            "version": VERSION,
            "paths": [rule._asdict() for rule in spec.paths],
            "limits": spec.limits._asdict(),
        }
    )


def parse_spec(data: bytes) -> Spec:
    """The spec in a record. Raises SpecError for anything missing, unknown, of a wrong type or out of range."""
    top = _parse(data, "spec")
    limits = top.table("limits")
    spec = Spec(
        instance=top.text("instance"),
        command=top.texts("command"),
        environment=tuple(_variable(item) for item in top.items("environment")),
        data_dir=top.path("data_dir"),
        paths=tuple(
            table.closing(PathRule(table.path("path"), table.choice("access", ACCESSES)))
            for table in top.tables("paths")
        ),
        limits=limits.closing(
            Limits(
                memory=limits.integer("memory", MIN_MEMORY, _MAX_LIMIT),
                descriptors=limits.integer("descriptors", MIN_DESCRIPTORS, _MAX_LIMIT),
                processes=limits.optional_integer("processes", 1, _MAX_LIMIT),
                file_size=limits.integer("file_size", 0, _MAX_LIMIT),
            )
        ),
        # 0 is root, and 2^32-1 means "leave as it is" to setresuid.
        uid=top.optional_integer("uid", 1, 2**32 - 2),
        enforcement=top.choice("enforcement", ENFORCEMENTS),
        accept_missing=tuple(item.choice(RESTRICTIONS) for item in top.items("accept_missing")),
    )
    if not spec.command:
        raise SpecError("$.command: is empty; it needs a program")
    if not spec.command[0].startswith("/"):
        raise SpecError(f"$.command[0]: {spec.command[0]!r} is not an absolute path")
    return top.closing(spec)


def dump_status(status: Status) -> bytes:
    """The JSON of one status, without its length."""
    return _dump(
        {
            **status._asdict(),
            "version": VERSION,
            "layers": [layer._asdict() for layer in status.layers],
            "restrictions": [restriction._asdict() for restriction in status.restrictions],
        }
    )


def parse_status(data: bytes) -> Status:
    """The status in a record. Raises SpecError for anything missing, unknown or of a wrong type."""
    top = _parse(data, "status")
    return top.closing(
        Status(
            verdict=top.choice("verdict", VERDICTS),
            layers=tuple(
                table.closing(
                    Layer(table.text("name"), table.choice("status", LAYER_STATUSES), table.text("detail"))
                )
                for table in top.tables("layers")
            ),
            restrictions=tuple(
                table.closing(Restriction(table.choice("name", RESTRICTIONS), table.texts("held_by")))
                for table in top.tables("restrictions")
            ),
            reason=top.text("reason"),
            help=top.text("help"),
        )
    )


def frame_record(payload: bytes) -> bytes:
    """A record as it goes over the status socket: its length, then itself."""
    return len(payload).to_bytes(4, "little") + payload


def take_record(data: bytes) -> tuple[bytes, bytes] | None:
    """The first whole record in what was received, and the bytes after it; None when more must come.

    Raises SpecError for a length above MAX_RECORD, as soon as the four bytes of it are there.
    """
    if len(data) < 4:
        return None
    length = int.from_bytes(data[:4], "little")
    if length > MAX_RECORD:
        raise SpecError(f"a record of {length:,} bytes is announced; the most is {MAX_RECORD:,}")
    if len(data) < 4 + length:
        return None
    return data[4 : 4 + length], data[4 + length :]


def launcher_command(
    python: str, wire_fd: int, status_fd: int, broker_fd: int | None = None
) -> tuple[str, ...]:
    """The launcher's argv: start it with these descriptors inherited under these very numbers.

    `broker_fd` is the provider's end of a SOCK_SEQPACKET pair, which it finds at BROKER_FD; None: no broker.

    Isolated (-I) and without site (-S), so that no .pth file and no PYTHON… variable has a say before the
    restrictions are there. What site would have found is named instead: the folders of the `landlock`
    package and of cffi's backend, as this process sees them.
    """
    argv = [*_isolated(python), "--wire-fd", str(wire_fd), "--status-fd", str(status_fd)]
    if broker_fd is not None:
        argv += ["--broker-fd", str(broker_fd)]
    return (*argv, *_import_paths())


def doctor_command(python: str) -> tuple[str, ...]:
    """What prints, as JSON, what this machine enforces: `python -m igloo_sandbox doctor --json`, isolated as above."""
    return (*_isolated(python), "doctor", "--json", *_import_paths())


def _isolated(python: str) -> tuple[str, ...]:
    return (python, "-I", "-S", os.path.dirname(os.path.abspath(__file__)))


def _import_paths() -> list[str]:
    # Only the hub comes here, so only the hub pays for this import.
    from importlib.util import find_spec

    folders: list[str] = []
    for name in ("landlock", "_cffi_backend"):
        found = find_spec(name)
        if found is None or found.origin is None:
            continue  # the launcher refuses by itself, and says what is missing
        folder = os.path.dirname(found.origin)
        if found.submodule_search_locations is not None:
            folder = os.path.dirname(folder)
        if folder not in folders:
            folders.append(folder)
    return [part for folder in folders for part in ("--import-path", folder)]


def find_obstacle(path: str, uid: int) -> str | None:
    """The folder or file that keeps `uid` (and the gid of that number, no other group) from using `path`.

    Returns a phrase such as "/root is 0700", or None when nothing is in the way. Goes by owner and mode bits
    of the real path, so the hub can ask before it gives an instance that uid. Raises OSError when `path` is
    not there.
    """
    real = os.path.realpath(path, strict=True)
    parts = real.split("/")
    for depth in range(1, len(parts) + 1):
        place = "/".join(parts[:depth]) or "/"
        found = os.stat(place)
        shift = 6 if found.st_uid == uid else 3 if found.st_gid == uid else 0
        # The last one has to be readable as well: an interpreter opens itself, a folder is listed.
        needed = 0o5 if place == real else 0o1
        if (found.st_mode >> shift) & needed != needed:
            return f"{place} is {found.st_mode & 0o7777:04o}"
    return None


_MAX_LIMIT = 2**62  # setrlimit takes a signed 64-bit number from Python; nobody needs more


def _dump(record: dict[str, Any]) -> bytes:
    # ASCII, so that a path that is not UTF-8 (surrogates in Python) comes through unchanged.
    return json.dumps(record, separators=(",", ":")).encode("ascii")


def _parse(data: bytes, what: str) -> "_Table":
    try:
        value = json.loads(data, object_pairs_hook=_pairs)
    except (ValueError, RecursionError) as fault:
        raise SpecError(f"the {what} is not JSON: {fault}") from fault
    top = _Item("$", value).table()
    if top.integer("version", 0, _MAX_LIMIT) != VERSION:
        raise SpecError(f"$.version: {top.values['version']} is unknown; this is version {VERSION}")
    return top


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key appears twice")
    return table


def _variable(item: "_Item") -> tuple[str, str]:
    pair = item.items()
    if len(pair) != 2:
        raise SpecError(f"{item.place}: has {len(pair)} parts; a variable is a name and a value")
    name, value = pair[0].text(), pair[1].text()
    if not name or "=" in name:
        raise SpecError(f"{pair[0].place}: {name!r} is no name of a variable")
    return name, value


class _Item:
    """A value somewhere in a record, and where: every complaint starts with the place."""

    def __init__(self, place: str, value: Any) -> None:  # noqa: ANN401 - JSON before it is checked
        self.place = place
        self.value = value

    def table(self) -> "_Table":
        if not isinstance(self.value, dict):
            raise self.wrong("a table")
        return _Table(self.place, self.value)

    def items(self) -> "list[_Item]":
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [_Item(f"{self.place}[{index}]", value) for index, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        if "\0" in self.value:
            raise SpecError(f"{self.place}: holds a NUL character")
        return self.value

    def path(self) -> str:
        path = self.text()
        if not path.startswith("/"):
            raise SpecError(f"{self.place}: {path!r} is not an absolute path")
        if path.startswith("//") or os.path.normpath(path) != path:
            raise SpecError(f"{self.place}: {path!r} is not in its normal form")
        return path

    def choice(self, choices: tuple[str, ...]) -> str:
        text = self.text()
        if text not in choices:
            raise SpecError(f"{self.place}: {text!r} is not one of: {', '.join(choices)}")
        return text

    def integer(self, least: int, most: int) -> int:
        # bool is an int to Python and not to us
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("a whole number")
        if not least <= self.value <= most:
            raise SpecError(f"{self.place}: {self.value} is not between {least} and {most}")
        return self.value

    def wrong(self, wanted: str) -> SpecError:
        return SpecError(f"{self.place}: is a {type(self.value).__name__}; {wanted} is needed")


class _Table:
    """A JSON object whose every key must be asked for before `closing`."""

    def __init__(self, place: str, values: dict[str, Any]) -> None:
        self.place = place
        self.values = values
        self.seen: set[str] = set()

    def item(self, key: str) -> _Item:
        if key not in self.values:
            raise SpecError(f"{self.place}.{key}: is missing")
        self.seen.add(key)
        return _Item(f"{self.place}.{key}", self.values[key])

    def items(self, key: str) -> list[_Item]:
        return self.item(key).items()

    def tables(self, key: str) -> "list[_Table]":
        return [item.table() for item in self.items(key)]

    def table(self, key: str) -> "_Table":
        return self.item(key).table()

    def text(self, key: str) -> str:
        return self.item(key).text()

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items(key))

    def path(self, key: str) -> str:
        return self.item(key).path()

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        return self.item(key).choice(choices)

    def integer(self, key: str, least: int, most: int) -> int:
        return self.item(key).integer(least, most)

    def optional_integer(self, key: str, least: int, most: int) -> int | None:
        item = self.item(key)
        return None if item.value is None else item.integer(least, most)

    def closing(self, made: _T) -> _T:
        """`made`, when nothing is left in the table that nobody asked for."""
        for key in self.values:
            if key not in self.seen:
                raise SpecError(f"{self.place}.{key}: is unknown")
        return made
