"""Starts one provider under the launcher: makes its folder, completes its spec, spawns it, reads what is enforced.

Adds to the plan what only this machine knows: what the Python interpreter needs to run at all, where the wildcards
and links of /proc and /sys lead. Decides nothing about grants (`grants.py`) and restricts nothing itself (the
launcher does, in its own process).
"""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from glob import glob
from pathlib import Path

import attrs
import trio

from igloo_hub.errors import ConfigError, DataDirError, LaunchRefused, ProviderExited, ProviderSilent
from igloo_hub.grants import GrantedFile, StartPlan
from igloo_hub.ids import InstanceId
from igloo_sandbox.spec import (
    PathRule,
    Spec,
    SpecError,
    Status,
    dump_spec,
    find_obstacle,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)

FIRST_UID = 1_900_000_000
"""Own uids of instances begin here: far above those of people and of systemd's dynamic users."""

LAUNCH_TIMEOUT = 10.0
"""Seconds for the launcher to restrict itself. It takes 0.05 on a PC, 1 on a busy Raspberry Pi."""

TERM_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL. A provider that is still there after Stop has had its time already."""

KILL_GRACE = 1.0
"""Seconds for the kernel to take down killed processes."""

SYSTEM_FILES = ("/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
"""Shared libraries and time zones. Readable for anybody, and Python doesn't start without the first."""

EXIT_OUT_OF_MEMORY = 124
EXIT_DO_NOT_RESTART = 125
EXIT_LAUNCHER_REFUSED = 126
"""What the last words of a process mean; the first two are set by the SDK, the third by the launcher."""


@attrs.frozen
class Interpreter:
    """The Python that providers run on, which is the hub's own, and what it must be able to read."""

    executable: str
    """As given on the command line: in a virtual environment a link, which is how it finds its packages."""
    rules: tuple[PathRule, ...]
    obstacle_for_others: str | None
    """Why no other uid could run it ("/root is 0700"), or None."""


async def find_interpreter() -> Interpreter:
    """Asks the interpreter itself where it imports from when it runs isolated, as a provider does."""
    program = "import sys; print(*sys.path, sys.prefix, sys.base_prefix, sep='\\0', end='')"
    answer = await trio.run_process([sys.executable, "-I", "-c", program], capture_stdout=True)
    *import_paths, prefix, base_prefix = os.fsdecode(answer.stdout).split("\0")
    return describe_interpreter(import_paths, prefix, base_prefix)


def describe_interpreter(import_paths: list[str], prefix: str, base_prefix: str) -> Interpreter:
    """What this interpreter, with these paths, needs on this machine."""
    executable = os.path.realpath(sys.executable)
    # pyvenv.cfg is read before sys.path exists; libpython lies in the base's lib.
    wanted = [*import_paths, f"{prefix}/pyvenv.cfg", f"{base_prefix}/lib", *SYSTEM_FILES]
    rules = [PathRule(executable, "execute"), PathRule("/dev/null", "write")]
    if (loader := elf_interpreter(executable)) is not None:
        rules.append(PathRule(os.path.realpath(loader), "execute"))
    rules += [
        PathRule(path, "read")
        for path in dict.fromkeys(map(os.path.realpath, wanted))
        if os.path.exists(path)
    ]
    stranger = FIRST_UID
    obstacles = (
        find_obstacle(path, stranger) for path in [executable, *filter(os.path.exists, import_paths)]
    )
    return Interpreter(sys.executable, without_nested(rules), next(filter(None, obstacles), None))


def elf_interpreter(program: str) -> str | None:
    """The dynamic loader that a program names (ELF's PT_INTERP), or None for a static one or a script.

    The kernel opens it on exec, so it must be executable inside the sandbox; nothing else in its folder must.
    """
    with open(program, "rb") as file:
        head = file.read(64)
        if head[:4] != b"\x7fELF":
            return None
        order = "<" if head[5] == 1 else ">"
        is_64_bit = head[4] == 2
        (table,) = struct.unpack_from(order + ("Q" if is_64_bit else "I"), head, 32 if is_64_bit else 28)
        size, count = struct.unpack_from(order + "HH", head, 54 if is_64_bit else 42)
        for index in range(count):
            file.seek(table + index * size)
            entry = file.read(size)
            if struct.unpack_from(order + "I", entry)[0] == 3:  # PT_INTERP
                offset, length = (
                    (struct.unpack_from(order + "Q", entry, at)[0] for at in (8, 32))
                    if is_64_bit
                    else (struct.unpack_from(order + "I", entry, at)[0] for at in (4, 16))
                )
                file.seek(offset)
                return os.fsdecode(file.read(length).rstrip(b"\0"))
    return None


def without_nested(rules: Iterable[PathRule]) -> tuple[PathRule, ...]:
    """The rules without those that another of the same access covers already."""
    kept: list[PathRule] = []
    for rule in sorted(rules, key=lambda rule: len(rule.path)):
        if not any(rule.access == k.access and Path(rule.path).is_relative_to(k.path) for k in kept):
            kept.append(rule)
    return tuple(kept)


@attrs.frozen
class InstanceFolder:
    """DATA/providers/INSTANCE: the only place that an instance may write to."""

    path: Path
    uid: int | None
    """The instance's own uid, or None when it runs as the hub does."""
    why_no_uid: str


def make_instance_folder(data_dir: Path, instance: InstanceId, interpreter: Interpreter) -> InstanceFolder:
    """Makes the folder when it isn't there, and settles the instance's uid: the folder's owner says it.

    Raises DataDirError.
    """
    path = data_dir / "providers" / instance
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path / "tmp").mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() != 0:
            return InstanceFolder(path, None, "the hub was not started as root")
        if interpreter.obstacle_for_others is not None:
            return InstanceFolder(path, None, interpreter.obstacle_for_others)
        uid = own_uid(path)
        for folder in (path, path / "tmp"):
            # A hostile instance of yesterday may have put a link in tmp's place.
            os.chown(folder, uid, uid, follow_symlinks=False)
        obstacle = find_obstacle(str(path), uid)
        return InstanceFolder(path, uid if obstacle is None else None, obstacle or "")
    except OSError as error:
        raise DataDirError(f"{path}: {error.strerror}") from None


def own_uid(folder: Path) -> int:
    """The uid that owns an instance's folder, or the next free one when it is still the hub's."""
    owner = folder.stat().st_uid
    if owner >= FIRST_UID:
        return owner
    return 1 + max(FIRST_UID - 1, *(sibling.stat().st_uid for sibling in folder.parent.iterdir()))


def resolve_files(
    instance: InstanceId, files: Iterable[GrantedFile], hub_dirs: Iterable[Path]
) -> Iterator[PathRule]:
    """Where the granted paths lead on this machine.

    Wildcards are opened, and links followed, below /proc and /sys only, where the kernel makes them. Raises
    ConfigError for any other link, and for a path that is neither there nor optional.
    """
    for file in files:
        pattern, access = file.rule
        kernels = pattern.startswith(("/proc/", "/sys/"))
        found = sorted(glob(pattern)) if kernels else [pattern] * os.path.lexists(pattern)
        if not found and not file.optional:
            raise ConfigError(f"{instance}: {pattern} is granted, but this machine has no such path")
        for path in found:
            real = os.path.realpath(path)
            if not kernels and real != path:
                raise ConfigError(f"{instance}: {path} is granted, but leads through a link to {real}")
            if kernels and not real.startswith(("/proc/", "/sys/")):
                raise ConfigError(f"{instance}: {path} is granted, but leads out of /proc and /sys to {real}")
            yield PathRule(real, access)


def complete_spec(
    plan: StartPlan, interpreter: Interpreter, folder: InstanceFolder, manifest_path: Path
) -> Spec:
    """The spec of this start on this machine. Raises ConfigError."""
    granted = resolve_files(plan.instance, plan.files, [])
    own_code = PathRule(os.path.realpath(manifest_path.parent), "read")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder.path),
        "TMPDIR": str(folder.path / "tmp"),
        "LANG": "C.UTF-8",
    }
    if "TZ" in os.environ:
        environment["TZ"] = os.environ["TZ"]
    return Spec(
        instance=plan.instance,
        command=provider_command(interpreter.executable, plan.manifest.provider.run, manifest_path),
        environment=tuple(environment.items()),
        data_dir=str(folder.path),
        paths=without_nested([*interpreter.rules, own_code, *granted]),
        limits=plan.limits,
        uid=folder.uid,
        enforcement=plan.enforcement,
        accept_missing=plan.accept_missing,
    )


def provider_command(python: str, module: str, manifest_path: Path) -> tuple[str, ...]:
    """A provider that ships is imported like any module; another one from the folder of its manifest."""
    if module.startswith("igloo_providers."):
        return (python, "-I", "-m", module)
    program = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), None, '__main__', True)"
    return (python, "-I", "-c", program, str(manifest_path.parent), module)


@attrs.define(eq=False)
class ProviderProcess:
    """A launched provider. Exists only inside `open_provider_process`."""

    pid: int
    wire: socket.socket
    """Non-blocking; the hub's end."""
    log: trio.lowlevel.FdStream
    _process: subprocess.Popen[bytes]
    _pidfd: int
    _one_waits: trio.Lock = attrs.field(factory=trio.Lock)
    """trio lets only one task wait for a descriptor; whoever else waits for the end waits for that one."""
    status: Status = attrs.field(factory=lambda: Status("refused"))
    """What is enforced, as the launcher read it back."""

    async def wait(self) -> int:
        """Waits for the end; negative for a signal, as subprocess has it."""
        async with self._one_waits:
            while (code := self._process.poll()) is None:
                await trio.lowlevel.wait_readable(self._pidfd)
            return code

    def death(self, code: int) -> ProviderExited:
        """The named cause for an exit code."""
        if code == 0:
            return ProviderExited("ended by itself, with exit code 0")
        if code == EXIT_OUT_OF_MEMORY:
            return ProviderExited("ran out of the memory that it may use (exit code 124)")
        if code == EXIT_DO_NOT_RESTART:
            return ProviderExited("asked not to be restarted (exit code 125)", restart=False)
        if code > 0:
            return ProviderExited(f"ended with exit code {code}")
        words = {
            signal.SIGKILL: ": by somebody, or by the kernel for want of memory",
            signal.SIGSYS: ": a forbidden system call",
        }
        name = signal.Signals(-code).name if -code in set(signal.Signals) else "unnamed"
        return ProviderExited(f"was killed by signal {-code} ({name}){words.get(signal.Signals(-code), '')}")

    async def end(self) -> None:
        """Ends the process and its process group: SIGTERM, a grace, SIGKILL. Returns when all of it is gone."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with trio.move_on_after(TERM_GRACE):
                await self.wait()
        self._signal(signal.SIGKILL)
        with trio.move_on_after(KILL_GRACE):
            await self.wait()
            while self._signal(0):  # noqa: ASYNC110 - nothing tells when a process group is empty
                await trio.sleep(0.005)

    def _signal(self, number: int) -> bool:
        """Whether there was anybody left in the group to be signalled."""
        # The leader's pid can't have been given to a stranger while the leader is unreaped or its group is in use.
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # zombies of another uid
        return True


@asynccontextmanager
async def open_provider_process(spec: Spec, folder: InstanceFolder) -> AsyncIterator[ProviderProcess]:
    """Launches a provider and ends it with the block. Inside the block it is running, as restricted as it asked.

    Raises LaunchRefused when the launcher would not start it, ProviderExited or ProviderSilent when the launcher
    itself failed. Whatever the launcher printed is then in the sentence.
    """
    async with AsyncExitStack() as stack:
        # A descriptor of each granted /proc file stays open while the provider runs: Landlock's rule hangs on the
        # kernel's inode, and under memory pressure the kernel forgets those of /proc.
        for rule in spec.paths:
            if rule.path.startswith("/proc/"):
                stack.callback(os.close, os.open(rule.path, os.O_PATH | os.O_CLOEXEC))
        wire, wire_child = socket.socketpair()
        status, status_child = socket.socketpair()
        for end in (wire, wire_child, status, status_child):
            stack.callback(end.close)
        log, log_child = os.pipe()
        log_stream = await stack.enter_async_context(trio.lowlevel.FdStream(log))
        try:
            # In the main thread: PDEATHSIG fires when the thread that spawned ends. It takes 1 to 4 ms.
            process = subprocess.Popen(  # noqa: ASYNC220 - so the reason above
                launcher_command(sys.executable, wire_child.fileno(), status_child.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=log_child,
                stderr=log_child,
                env={},
                pass_fds=(wire_child.fileno(), status_child.fileno()),
                start_new_session=True,
            )
        finally:
            os.close(log_child)
        wire_child.close()
        status_child.close()
        wire.setblocking(False)
        pidfd = os.pidfd_open(process.pid)
        stack.callback(os.close, pidfd)
        running = ProviderProcess(process.pid, wire, log_stream, process, pidfd)
        try:
            running.status = await _launch(running, status, spec, folder)
            yield running
        finally:
            with trio.CancelScope(shield=True):
                await running.end()


async def _launch(
    running: ProviderProcess, status: socket.socket, spec: Spec, folder: InstanceFolder
) -> Status:
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(status))
    received = b""
    try:
        with trio.fail_after(LAUNCH_TIMEOUT):
            with suppress(
                trio.BrokenResourceError
            ):  # it refused without reading to the end; the status says why
                await stream.send_all(frame_record(dump_spec(spec)))
            while data := await _receive(stream):
                received += data
    except trio.TooSlowError:
        raise ProviderSilent(f"the launcher did not finish within {LAUNCH_TIMEOUT:g} s") from None
    try:
        records = list(_records(received))
    except SpecError as error:
        raise LaunchRefused(f"the launcher's report can't be read: {error}") from None
    if not records:
        code = await running.wait()
        last_words = await _printed(running.log)
        raise ProviderExited(f"the launcher ended with exit code {code} and no report{last_words}")
    last = records[-1]
    if last.verdict != "enforced":
        raise LaunchRefused(
            f"not started: {last.reason}" + (f". To mend it: {last.help}" if last.help else "")
        )
    return _with_uid_reason(last, folder)


async def _receive(stream: trio.SocketStream) -> bytes:
    try:
        return await stream.receive_some(65536)
    except trio.BrokenResourceError:
        return b""


def _records(data: bytes) -> Iterator[Status]:
    while (taken := take_record(data)) is not None:
        record, data = taken
        yield parse_status(record)


async def _printed(log: trio.lowlevel.FdStream) -> str:
    """The last line of what a dead launcher printed, as the end of a sentence."""
    with trio.move_on_after(1):
        text = (await log.receive_some(65536)).decode(errors="backslashreplace").strip()
        if text:
            return f": {text.splitlines()[-1]}"
    return ""


def _with_uid_reason(status: Status, folder: InstanceFolder) -> Status:
    """The launcher knows only that no own uid was asked for; why not is the hub's knowledge."""
    if folder.uid is not None:
        return status
    layers = (
        layer._replace(detail=folder.why_no_uid) if layer.name == UID_LAYER else layer
        for layer in status.layers
    )
    return status._replace(layers=tuple(layers))


UID_LAYER = "uid"
