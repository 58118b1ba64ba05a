"""A house for the launcher's tests: a pretended hub's folders, and hostile providers under the real launcher.

Knows how to start and to listen. What must be denied is in the tests.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from igloo_sandbox.spec import (
    Limits,
    PathRule,
    Spec,
    Status,
    dump_spec,
    find_obstacle,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)
from igloo_sandbox.syscalls import ARCHITECTURES, numbers_of

SOURCES = Path(__file__).parent.parent.parent / "src"

OWN_UID = 1_900_000_001
"""Far above any real user of a test machine."""

PATIENCE = 20.0
"""Seconds until a start counts as stuck: a hundred times what one takes, for a busy machine."""

# The provider answers over the wire, so that each answer shows that the wire is open.
PRELUDE = """
import errno, json, os, socket, sys
def attempt(action):
    try:
        action()
    except OSError as fault:
        return errno.errorcode[fault.errno]
    return "done"
answers = {}
def answer():
    with socket.socket(fileno=3) as wire:
        wire.sendall(json.dumps(answers).encode())
"""


# For what Python has no function: call("setns", -1, 0) makes that system call or raises OSError.
RAW_CALLS = f"""
import ctypes
NUMBERS = {numbers_of(platform.machine()) if platform.machine() in ARCHITECTURES else {}}
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    words = [ctypes.c_char_p(word) if isinstance(word, bytes) else ctypes.c_long(word) for word in arguments]
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
"""


class Outcome(NamedTuple):
    """What one start came to: every status record, the provider's answers, the exit code (−N: signal N), the log."""

    statuses: list[Status]
    answers: dict[str, Any]
    exit_code: int
    log: str

    @property
    def status(self) -> Status:
        """The one record of a start that sent one."""
        assert len(self.statuses) == 1, (self.statuses, self.log)
        return self.statuses[0]

    def held_by(self, restriction: str) -> tuple[str, ...]:
        """The layers that hold a restriction, as reported."""
        return {found.name: found.held_by for found in self.status.restrictions}[restriction]

    def layer(self, name: str) -> tuple[str, str]:
        """Status and detail of a layer, as reported."""
        return {found.name: (found.status, found.detail) for found in self.status.layers}[name]


class Interpreter(NamedTuple):
    """A Python that providers can be started with, and the rules it needs."""

    path: str
    rules: tuple[PathRule, ...]


def find_interpreter(uid: int | None) -> Interpreter | None:
    """This Python, or the system's where a provider's own uid cannot reach this one; None when there is none."""
    own = os.path.realpath(sys.executable)
    library = os.path.dirname(os.path.realpath(os.__file__))
    if uid is None or (find_obstacle(own, uid) is None and find_obstacle(library, uid) is None):
        return Interpreter(own, _interpreter_rules(own, [library, os.path.join(sys.base_prefix, "lib")]))
    system = os.path.realpath("/usr/bin/python3")
    if os.path.exists(system) and find_obstacle(system, uid) is None:
        return Interpreter(system, _interpreter_rules(system, []))
    return None


def _interpreter_rules(program: str, libraries: list[str]) -> tuple[PathRule, ...]:
    wanted = [(program, "execute"), ("/usr/lib", "execute"), ("/lib", "execute"), ("/lib64", "execute")]
    wanted += [(library, "read") for library in libraries]
    wanted += [("/etc/ld.so.cache", "read"), ("/dev/null", "write")]
    found = {(os.path.realpath(path), access) for path, access in wanted if os.path.exists(path)}
    return tuple(PathRule(path, access) for path, access in sorted(found))


class House:
    """The folders of a pretended hub, and the launching of providers in them.

    hub     the hub's data folder, with a secret of mode 0600 in it
    own     the data folder of the provider under test
    other   another instance's, with a secret of its own
    """

    def __init__(self, root: Path, uid: int | None, interpreter: Interpreter) -> None:
        self.uid = uid
        self.interpreter = interpreter
        self.hub = root / "hub"
        self.own = self.hub / "providers" / "own"
        self.other = self.hub / "providers" / "other"
        for folder in (self.own, self.other):
            folder.mkdir(parents=True)
            folder.chmod(0o700)
        for folder in (root, self.hub, self.hub / "providers"):
            folder.chmod(0o711)
        self.secret = self.hub / "hub.db"
        self.other_secret = self.other / "secret"
        for secret in (self.secret, self.other_secret):
            secret.write_text("a secret")
            secret.chmod(0o600)
        if uid is not None:
            os.chown(self.own, uid, uid)
            os.chown(self.other, uid + 1, uid + 1)
            os.chown(self.other_secret, uid + 1, uid + 1)

    def spec(self, code: str = "", **changes: Any) -> Spec:  # noqa: ANN401 - fields of Spec
        """A spec that runs `code` in a bare Python, with the least that Python needs."""
        return Spec(
            instance="hostile",
            command=(self.interpreter.path, "-I", "-S", "-c", code),
            environment=(("LANG", "C.UTF-8"),),
            data_dir=str(self.own),
            paths=self.interpreter.rules,
            limits=Limits(),
            uid=self.uid,
        )._replace(**changes)

    def run(self, code: str, *, names: Mapping[str, object] | None = None, **changes: Any) -> Outcome:  # noqa: ANN401 - fields of Spec
        """Start a provider that runs `code` (which fills `answers`), strictly unless `changes` say otherwise."""
        return start(self.spec(program(code, self._names(names)), **changes))

    def attempt(self, action: str, *, names: Mapping[str, object] | None = None, **changes: Any) -> str:  # noqa: ANN401 - fields of Spec
        """What comes of one Python expression in a provider: "done", or the name of the errno."""
        outcome = self.run(f"answers['it'] = attempt(lambda: {action})", names=names, **changes)
        assert "it" in outcome.answers, outcome
        return str(outcome.answers["it"])

    def run_plainly(
        self, code: str, *, pass_fds: Sequence[int] = (), env: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The same child without any launcher, for what the launcher never lets through."""
        ours, theirs = socket.socketpair()
        wire = theirs.fileno()
        child = program(code, self._names(None)).replace("fileno=3", f"fileno={wire}")
        with ours:
            with theirs:
                process = subprocess.Popen(
                    [self.interpreter.path, "-S", "-c", child],
                    pass_fds=[wire, *pass_fds],
                    env=dict(env or {}),
                    stdin=subprocess.DEVNULL,
                )
            answers = read_all(ours)
            process.wait(PATIENCE)
        found: dict[str, Any] = json.loads(answers)
        return found

    def _names(self, names: Mapping[str, object] | None) -> dict[str, object]:
        places = {
            "HUB": str(self.hub),
            "OWN": str(self.own),
            "SECRET": str(self.secret),
            "OTHER_SECRET": str(self.other_secret),
        }
        return {**places, **(names or {})}


def program(code: str, names: Mapping[str, object]) -> str:
    """A whole Python program that runs `code`, in which `names` are known, and sends `answers` over the wire."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    return f"{PRELUDE}{given}{code}\nanswer()\n"


def start(
    spec: Spec,
    *,
    broker: socket.socket | None = None,
    pass_fds: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    prepare: Callable[[], None] | None = None,
    new_session: bool = True,
) -> Outcome:
    """Start the real launcher as a hub would, and wait for its end and its provider's.

    `broker` is the provider's end of a broker socket; it is not closed here. `prepare` runs in the child before the
    launcher: it makes the kernel look older, or leaks a terminal.
    """
    return start_with(
        frame_record(dump_spec(spec)),
        broker=broker,
        pass_fds=pass_fds,
        env=env,
        prepare=prepare,
        new_session=new_session,
    )


def start_with(
    sent: bytes,
    *,
    close_after: bool = False,
    broker: socket.socket | None = None,
    pass_fds: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    prepare: Callable[[], None] | None = None,
    new_session: bool = True,
    arguments: Callable[[int, int], Sequence[str]] | None = None,
    import_paths: Sequence[str] | None = None,
) -> Outcome:
    """As `start`, with any bytes in place of a spec, any arguments made from the two descriptors' numbers, and any
    folders to import from."""
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    wire.settimeout(PATIENCE)
    channel.settimeout(PATIENCE)
    numbers = provider_wire.fileno(), launcher_channel.fileno()
    brokers = () if broker is None else (broker.fileno(),)
    command = list(launcher_command(sys.executable, *numbers, *brokers))
    if import_paths is not None:
        command[8:] = [part for folder in import_paths for part in ("--import-path", folder)]
    if arguments is not None:
        command[4:8] = arguments(*numbers)
    with wire, channel:
        with provider_wire, launcher_channel:
            process = subprocess.Popen(
                command,
                pass_fds=[*numbers, *brokers, *pass_fds],
                env=dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=new_session,
                preexec_fn=prepare,
            )
        assert process.stdout is not None
        with process.stdout:
            try:
                channel.sendall(sent)
                if close_after:
                    channel.shutdown(socket.SHUT_WR)
                records = read_all(channel)
                answers = read_all(wire)
                exit_code = process.wait(PATIENCE)
                log = process.stdout.read().decode()
            finally:
                process.kill()
                process.wait()
    statuses = []
    while (taken := take_record(records)) is not None:
        statuses.append(parse_status(taken[0]))
        records = taken[1]
    assert not records, records
    return Outcome(statuses, json.loads(answers) if answers else {}, exit_code, log)


def read_all(source: socket.socket) -> bytes:
    """Everything until the other side's end."""
    received = bytearray()
    try:
        while part := source.recv(65536):
            received += part
    except ConnectionResetError:
        pass  # closed with something of ours unread, as by a launcher that refused before it read all
    return bytes(received)


@contextmanager
def open_house(uid: int | None) -> Iterator[House]:
    """A house whose provider has this uid, or the test's own.

    A root whose only Python is below a closed folder cannot try an own uid: skipped by naming that, or, where
    IGLOO_REQUIRE_KERNEL names own-uid, a failure.
    """
    interpreter = find_interpreter(uid)
    if interpreter is None:
        reason = (
            f"own-uid: there is no Python here that uid {uid} can reach, this one is below a closed folder"
        )
        if "own-uid" in os.environ.get("IGLOO_REQUIRE_KERNEL", ""):
            pytest.fail(f"{reason}, and IGLOO_REQUIRE_KERNEL says that it must be here")
        pytest.skip(reason)
    root = make_root()
    try:
        yield House(root, uid, interpreter)
    finally:
        remove_root(root)


def make_root() -> Path:
    """A folder that any uid can pass: pytest's own are 0700."""
    return Path(os.path.realpath(tempfile.mkdtemp(prefix="igloo-house-")))


def remove_root(root: Path) -> None:
    """Take a house down, whoever owns what is in it."""
    shutil.rmtree(root)
