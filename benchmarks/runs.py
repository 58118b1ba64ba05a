"""What every figure needs of a run: how much of it is wanted, where its files go, progress, children that end.

Knows no figure.
"""

import compileall
import enum
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import attrs

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
PROVIDERS = HERE / "providers"

ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"}
"""Of every child: what a developer's shell says to Python (PYTHONUNBUFFERED, PYTHONPATH …) would be measured too."""

OUR_PACKAGES = ("igloo_wire", "igloo_hub", "igloo_provider", "igloo_providers", "igloo_sandbox")

T = TypeVar("T")


class BenchmarkFailed(Exception):
    """What was to be measured did not happen, or gave a wrong result: there is no honest number."""


class Effort(enum.Enum):
    FULL = "full"
    QUICK = "quick"
    TINY = "tiny"
    """Only shows that every figure can be taken; its numbers are worth nothing."""


class Progress:
    """What is being done, on standard error: one line that changes on a terminal, else a line every few seconds."""

    EVERY = 5.0
    """Seconds between two lines in a log."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._said_at = float("-inf")
        self._began = time.monotonic()

    def say(self, what: str) -> None:
        now = time.monotonic()
        if self._is_terminal:
            sys.stderr.write(f"\r\x1b[K{now - self._began:4.0f} s  {what}")
        elif now - self._said_at >= self.EVERY:
            self._said_at = now
            sys.stderr.write(f"{now - self._began:4.0f} s  {what}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._is_terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@attrs.frozen
class Run:
    """One run of the book. Exists only inside `open_run`."""

    effort: Effort
    folder: Path
    """For files; everybody may look into it, because a provider may have a uid of its own."""
    progress: Progress = attrs.field(factory=Progress)

    def pick(self, full: T, quick: T, tiny: T) -> T:
        """How much of something at this effort."""
        return {Effort.FULL: full, Effort.QUICK: quick, Effort.TINY: tiny}[self.effort]

    def new_folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        folder.chmod(0o755)
        return folder


@contextmanager
def open_run(effort: Effort) -> Iterator[Run]:
    """Makes the folder of a run and removes it with the block."""
    folder = Path(tempfile.mkdtemp(prefix="igloo-benchmarks-"))
    folder.chmod(0o755)
    run = Run(effort, folder)
    try:
        yield run
    finally:
        run.progress.clear()
        shutil.rmtree(folder, ignore_errors=True)


def compile_packages() -> None:
    """Compiles our packages to bytecode, as pip does for an installed wheel; a clone has it only from the second start."""
    for package in OUR_PACKAGES:
        found = find_spec(package)
        if found is not None and found.submodule_search_locations:
            compileall.compile_dir(next(iter(found.submodule_search_locations)), quiet=2)


@contextmanager
def child(
    command: Sequence[str],
    *,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | None = subprocess.DEVNULL,
    stderr: int | None = None,
    pass_fds: Sequence[int] = (),
    patience: float = 10.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child process that has ended when the block has: asked by SIGTERM, killed after `patience` seconds."""
    process = subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, pass_fds=pass_fds, env=ENVIRONMENT, cwd=REPOSITORY
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def time_to_first_byte(command: Sequence[str]) -> tuple[float, bytes]:
    """Seconds from the spawn of a command to the first byte on its standard output, and that byte."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 1)
        return time.perf_counter() - began, first


@contextmanager
def pinned(cpu: int | None) -> Iterator[None]:
    """Keeps this process, and children that begin in the block, on one processor; on all of them with None."""
    before = os.sched_getaffinity(0)
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
