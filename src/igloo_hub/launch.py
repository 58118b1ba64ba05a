"""Starts one provider under the launcher: completes its spec, spawns it, reads what is enforced, ends it.

Adds to the plan what only this machine knows: what the interpreter needs to run at all, where the wildcards and
links of /proc and /sys lead. Decides nothing about grants (`grants.py`) and restricts nothing itself (the
launcher does, in its own process).
"""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from glob import glob
from pathlib import Path, PurePosixPath

import attrs
import trio

from igloo_hub.data_dir import InstanceFolder
from igloo_hub.errors import ConfigError, LaunchRefused, ProviderExited, ProviderSilent
from igloo_hub.ids import InstanceId
from igloo_hub.interpreter import Interpreter, without_nested
from igloo_hub.plan.grants import GrantedFile, StartPlan, holds_too_much
from igloo_hub.plan.manifest import ProviderSection
from igloo_sandbox.spec import (
    PathRule,
    Spec,
    SpecError,
    Status,
    dump_spec,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)

LAUNCH_TIMEOUT = 10.0
"""Seconds for the launcher to restrict itself. It takes 0.05 on a PC, 1 on a busy Raspberry Pi."""

TERM_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL. A provider that is still there after Stop has had its time already."""

KILL_GRACE = 1.0
"""Seconds for the kernel to take down killed processes."""

EXIT_OUT_OF_MEMORY = 124
EXIT_DO_NOT_RESTART = 125
"""Exit codes by which a provider names its own end; docs/providers.md tells authors."""

EXIT_WORDS = {
    0: "ended by itself, with exit code 0",
    EXIT_OUT_OF_MEMORY: "ran out of the memory that it may use (exit code 124)",
    EXIT_DO_NOT_RESTART: "asked not to be restarted (exit code 125)",
}

UID_LAYER = "uid"
"""As the launcher names it."""

SIGNAL_WORDS: dict[int, str] = {
    signal.SIGKILL: ": by somebody, or by the kernel for want of memory",
    signal.SIGABRT: ": it gave up, as native code does when its memory limit is reached",
    signal.SIGSYS: ": a forbidden system call",
}

log = logging.getLogger("igloo_hub")


def resolve_files(instance: InstanceId, files: Iterable[GrantedFile]) -> Iterator[PathRule]:
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
    """The spec of this start on this machine. Raises ConfigError when a path of it would open up too much."""
    granted = list(resolve_files(plan.instance, plan.files))
    own_code = PathRule(os.path.realpath(manifest_path.parent), "read")
    for rule in (*interpreter.rules, own_code, *granted):
        if reason := holds_too_much(PurePosixPath(rule.path), plan.places):
            raise ConfigError(f"{plan.instance}: it would have to read {rule.path}, {reason}")
    for rule in granted:
        if rule.access == "write" and (code := overlapping(rule, (*interpreter.rules, own_code))):
            raise ConfigError(
                f"{plan.instance}: {rule.path} can't be granted for writing: code lies in {code}"
            )
    environment = {
        # Empty: a provider can execute nothing, and with a compiler on the PATH ctypes makes temporary files for it,
        # so that a full disk would keep every provider from starting.
        "PATH": "",
        "HOME": str(folder.path),
        "TMPDIR": str(folder.path / "tmp"),
        "LANG": "C.UTF-8",
    }
    if zone := time_zone():
        environment["TZ"] = zone
    return Spec(
        instance=plan.instance,
        command=provider_command(interpreter.executable, plan.manifest.provider, manifest_path),
        environment=tuple(environment.items()),
        data_dir=str(folder.path),
        paths=without_nested([*interpreter.rules, own_code, *granted]),
        limits=plan.limits,
        uid=folder.uid,
        enforcement=plan.enforcement,
        accept_missing=plan.accept_missing,
    )


def time_zone(localtime: str = "/etc/localtime") -> str | None:
    """This machine's time zone, such as Europe/Berlin; None where nobody says. `localtime` is a link into the zones.

    A provider can't follow that link, and without a name its local time would silently be UTC.
    """
    _, zones, name = os.path.realpath(localtime).rpartition("/zoneinfo/")
    return os.environ.get("TZ") or (name if zones else None)


def overlapping(rule: PathRule, others: Iterable[PathRule]) -> str | None:
    """The path of another rule that lies below this one's or above it, or None."""
    path = Path(rule.path)
    for other in others:
        if path.is_relative_to(other.path) or Path(other.path).is_relative_to(path):
            return other.path
    return None


def provider_command(python: str, provider: ProviderSection, manifest_path: Path) -> tuple[str, ...]:
    """A provider that ships is imported like any module; another one from the folder of its manifest.

    Unbuffered, so that what it prints is in the log when it prints it, and not lost when it is killed.
    """
    if provider.ships:
        return (python, "-I", "-u", "-m", provider.run)
    program = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), None, '__main__', True)"
    return (python, "-I", "-u", "-c", program, str(manifest_path.parent), provider.run)


@attrs.define(eq=False)
class ProviderProcess:
    """A launched provider. Exists only inside `open_provider_process`."""

    pid: int
    wire: socket.socket
    """Non-blocking; the hub's end."""
    broker: socket.socket
    """Likewise, of the socket over which the provider asks for connections."""
    log: trio.lowlevel.FdStream
    _process: subprocess.Popen[bytes]
    _pidfd: int
    _one_waits: trio.Lock = attrs.field(factory=trio.Lock)
    """trio lets only one task wait for a descriptor; whoever else waits for the end waits for that one."""
    status: Status = attrs.field(factory=lambda: Status("refused"))
    """What is enforced, as the launcher read it back."""

    async def wait(self) -> int:
        """Waits for the end; negative for a signal, as subprocess has it.

        Leaves the process unreaped: until `end` has signalled its group, its number must not be given to another.
        """
        async with self._one_waits:
            while (found := os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:  # noqa: ASYNC222 - WNOHANG
                await trio.lowlevel.wait_readable(self._pidfd)
            return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    async def end(self) -> None:
        """Ends the process and its process group: SIGTERM, a grace, SIGKILL. Returns when all of the group is gone.

        What has left the group (a child that called setsid) is not reached.
        """
        self._signal(signal.SIGTERM)
        with trio.move_on_after(TERM_GRACE):
            await self.wait()
        self._signal(signal.SIGKILL)
        with trio.move_on_after(KILL_GRACE) as scope:
            await self.wait()
            self._process.wait()
            while self._signal(0):  # noqa: ASYNC110 - nothing tells when a process group is empty
                await trio.sleep(0.005)
        if scope.cancelled_caught:
            log.error("process group %d is still there %g s after SIGKILL", self.pid, KILL_GRACE)

    def _signal(self, number: int) -> bool:
        """Whether there was anybody in the group to be signalled."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # zombies of another uid
        return True


def death_of(code: int) -> ProviderExited:
    """The named cause for an exit code, negative for a signal."""
    if code >= 0:
        return ProviderExited(EXIT_WORDS.get(code, f"ended with exit code {code}"), code)
    number = -code
    name = signal.Signals(number).name if number in set(signal.Signals) else "unnamed"
    return ProviderExited(f"was killed by signal {number} ({name}){SIGNAL_WORDS.get(number, '')}", code)


@asynccontextmanager
async def open_provider_process(spec: Spec, folder: InstanceFolder) -> AsyncIterator[ProviderProcess]:
    """Launches a provider and ends it with the block. Inside the block it is running, as restricted as it asked.

    Raises LaunchRefused when the launcher would not start it or this machine is short of something, ProviderExited
    or ProviderSilent when the launcher itself failed. Whatever the launcher printed is then in the sentence.
    """
    async with AsyncExitStack() as stack:
        try:
            running, status = await _spawn(spec, stack)
        except OSError as error:
            # Too many processes or descriptors, a file that has just gone: bad for this one, no reason for others.
            raise LaunchRefused(f"can't be started: {error.strerror}") from error
        try:
            running.status = await _launch(running, status, spec, folder)
            yield running
        finally:
            with trio.CancelScope(shield=True):
                await running.end()


async def _spawn(spec: Spec, stack: AsyncExitStack) -> tuple[ProviderProcess, socket.socket]:
    """Starts the launcher; also gives the hub's end of the status socket. `stack` closes what stays open.

    Raises OSError, and nothing runs then.
    """
    # A descriptor of each granted /proc file stays open while the provider runs: Landlock's rule hangs on the
    # kernel's inode, and under memory pressure the kernel forgets those of /proc.
    for rule in spec.paths:
        if rule.path.startswith("/proc/"):
            stack.callback(os.close, os.open(rule.path, os.O_PATH | os.O_CLOEXEC))
    wire, wire_child = map(stack.enter_context, socket.socketpair())
    broker, broker_child = map(stack.enter_context, socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    status, status_child = map(stack.enter_context, socket.socketpair())
    wire.setblocking(False)
    broker.setblocking(False)
    inherited = (wire_child.fileno(), status_child.fileno(), broker_child.fileno())
    with wire_child, status_child, broker_child:
        read_end, write_end = os.pipe()
        log_stream = await stack.enter_async_context(trio.lowlevel.FdStream(read_end))
        try:
            # In the main thread: PDEATHSIG fires when the thread that spawned ends. It takes 1 to 4 ms.
            process = subprocess.Popen(  # noqa: ASYNC220 - so the reason above
                launcher_command(sys.executable, *inherited),
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env={},
                pass_fds=inherited,
                start_new_session=True,
            )
        finally:
            os.close(write_end)
    try:
        pidfd = os.pidfd_open(process.pid)
    except OSError:
        process.kill()
        process.wait()
        raise
    stack.callback(os.close, pidfd)
    return ProviderProcess(process.pid, wire, broker, log_stream, process, pidfd), status


async def _launch(
    running: ProviderProcess, status: socket.socket, spec: Spec, folder: InstanceFolder
) -> Status:
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(status))
    received = b""
    try:
        with trio.fail_after(LAUNCH_TIMEOUT):
            # It may refuse without reading to the end; then the status says why.
            with suppress(trio.BrokenResourceError):
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
        last_words = await _last_line(running.log)
        raise ProviderExited(f"the launcher ended with exit code {code} and no report{last_words}", code)
    last = records[-1]
    if last.verdict != "enforced":
        help_ = f". To mend it: {last.help}" if last.help else ""
        raise LaunchRefused(f"not started: {last.reason}{help_}")
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


async def _last_line(log: trio.lowlevel.FdStream) -> str:
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
