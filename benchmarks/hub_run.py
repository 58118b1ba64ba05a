"""`igloo-hub run` as a child process: its log with the time of each line, and its descendants. Knows the words of the
hub's log and how the launcher's command line looks; measures nothing.
"""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from benchmarks.runs import BenchmarkFailed, child

PATIENCE = 30.0
"""Seconds for anything that takes under one on an idle machine."""

POLL = 0.001
"""Seconds between two looks at the hub's children. A look takes 0.05 ms, and the times that it gives are this exact."""


@attrs.define
class HubRun:
    """A running hub. Times are seconds since it was spawned."""

    process: subprocess.Popen[bytes]
    spawned: float
    log: list[tuple[float, str]] = attrs.field(factory=list)
    """Every line so far, with the time at which it could be read."""
    launcher_seen: float | None = None
    """When the hub's first child that is not the hub's own question to the interpreter was there: the launcher."""
    provider_seen: float | None = None
    """When the launcher had become the provider."""
    provider: int | None = None
    _rest: bytes = b""

    def wait_for_line(self, words: str) -> float:
        """When a line with these words came. Looks at the hub's children meanwhile. Raises BenchmarkFailed."""
        assert self.process.stderr is not None
        descriptor = self.process.stderr.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while time.perf_counter() - self.spawned < PATIENCE:
                readable = selector.select(POLL)
                now = time.perf_counter() - self.spawned
                self._look_at_children(now)
                if readable:
                    data = os.read(descriptor, 65536)
                    *lines, self._rest = (self._rest + data).split(b"\n")
                    self.log += [(now, line.decode(errors="replace")) for line in lines]
                    if not data:
                        break
                for moment, line in self.log:
                    if words in line:
                        return moment
        shown = "\n".join(line for _, line in self.log[-5:])
        raise BenchmarkFailed(f"the hub did not say {words!r} within {PATIENCE:g} s; it said:\n{shown}")

    def _look_at_children(self, now: float) -> None:
        if self.provider_seen is not None:
            return
        for pid in children(self.process.pid):
            command = command_line(pid)
            if any("igloo_sandbox" in word for word in command):
                self.launcher_seen = self.launcher_seen or now
            elif any("igloo_providers" in word for word in command):
                self.launcher_seen = self.launcher_seen or now
                self.provider_seen, self.provider = now, pid


@contextmanager
def hub_run(data_dir: Path, *arguments: str) -> Iterator[HubRun]:
    """A hub with an empty data directory, and unless the arguments name a configuration with none: it runs `system`."""
    command = [sys.executable, "-m", "igloo_hub", "run", "--data-dir", str(data_dir), *arguments]
    spawned = time.perf_counter()
    with child(command, stderr=subprocess.PIPE) as process:
        yield HubRun(process, spawned)


def children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
