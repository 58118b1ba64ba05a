"""measured_hub.py as a child process, with whoever reads its subscriber's socket. Measures nothing itself."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs

from benchmarks.measured_hub import READY
from benchmarks.runs import PROVIDERS, BenchmarkFailed, Run, child


@attrs.frozen
class MeasuredHub:
    """A hub with one provider, ready. Exists only inside `measured_hub`."""

    process: subprocess.Popen[bytes]

    def order(self, number: int) -> dict[str, int | str]:
        """Has the provider do its work, and returns what it cost (measured_hub.Cost). Raises BenchmarkFailed."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"%d\n" % number)
        self.process.stdin.flush()
        answer = self.hear()
        assert isinstance(answer, dict)
        return answer

    def hear(self) -> object:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise BenchmarkFailed(f"the measured hub ended with exit code {self.process.wait()}")
        return json.loads(line)


@contextmanager
def measured_hub(run: Run, provider: str, reader: Callable[[int], list[str]]) -> Iterator[MeasuredHub]:
    """A hub with this provider of ours. `reader` gives the command that reads the subscriber's descriptor.

    When the block has ended, the reader has read everything and ended too.
    """
    near, far = socket.socketpair()
    with near, far, child(reader(far.fileno()), pass_fds=[far.fileno()]) as reading:
        far.close()
        manifest, data_dir = PROVIDERS / provider / "manifest.toml", run.new_folder() / "data"
        command = [
            *(sys.executable, "-m", "benchmarks.measured_hub"),
            *(str(manifest), str(data_dir), str(near.fileno())),
        ]
        with child(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[near.fileno()]
        ) as process:
            near.close()
            hub = MeasuredHub(process)
            if (said := hub.hear()) != READY:
                raise BenchmarkFailed(str(said))
            yield hub
            assert process.stdin is not None
            process.stdin.close()
            if process.wait(10):
                raise BenchmarkFailed(f"the measured hub ended with exit code {process.returncode}")
        reading.wait(10)
