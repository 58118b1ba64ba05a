"""Figure `flood`: a real provider that writes as fast as the hub reads, with one subscriber on its own socket.

Its floor is a bare trio loop in the hub's place, which reads the same bytes from the same kind of socket and throws
them away. The two arms take turns.
"""

import json
import socket
import subprocess
import sys

from benchmarks.measured import measured_hub
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import PROVIDERS, BenchmarkFailed, Run, child

TITLE = "a provider that floods the hub, one component a frame, and one subscriber"


def measure(run: Run) -> Result:
    rounds, milliseconds = run.pick((6, 3000), (2, 1000), (1, 50))
    figures: dict[str, list[float]] = {"rate": [], "cpu": [], "wall": []}
    floors: dict[str, list[float]] = {"rate": [], "cpu": [], "wall": []}
    values = total = wakes = 0
    with measured_hub(run, "flooder", sink_command) as hub:
        hub.order(milliseconds // 4)  # warm-up
        for round_ in range(rounds):
            run.progress.say(f"flood: round {round_ + 1} of {rounds}, hub")
            cost = hub.order(milliseconds)
            writes = int(str(cost["said"]).split()[0])
            values, total, wakes = values + int(cost["values"]), total + writes, wakes + int(cost["wakes"])
            note(figures, writes, int(cost["wall_ns"]), int(cost["cpu_ns"]))
            run.progress.say(f"flood: round {round_ + 1} of {rounds}, bare loop")
            note(floors, *bare_round(milliseconds))
    floor = "bare trio loop, same bytes"

    def row(what: str, unit: str, key: str, *, higher_is_better: bool = False) -> Row:
        samples, floor_samples = Samples(tuple(figures[key])), Samples(tuple(floors[key]))
        return Row(what, unit, samples, floor, floor_samples, higher_is_better=higher_is_better)

    return Result(
        "flood",
        TITLE,
        (
            row("writes a second", "/s", "rate", higher_is_better=True),
            row("CPU of the hub a write", "ns", "cpu"),
            row("time a write", "ns", "wall"),
        ),
        (
            f"{total:,} writes; the subscriber was woken {wakes:,} times and given {values:,} values "
            f"({values / total:.0%}): for one that is slower than the flood the latest value of each component waits.",
            "CPU is that of the whole hub process, encoding for the subscriber and sending to it included.",
        ),
    )


def note(samples: dict[str, list[float]], writes: int, wall_ns: int, cpu_ns: int) -> None:
    samples["rate"].append(writes / wall_ns * 1e9)
    samples["cpu"].append(cpu_ns / writes)
    samples["wall"].append(wall_ns / writes)


def bare_round(milliseconds: int) -> tuple[int, int, int]:
    """Writes, wall ns and CPU ns of one round of the floor."""
    near, far = socket.socketpair()
    read = [sys.executable, "-m", "benchmarks.bare_reader", str(near.fileno())]
    talk = [sys.executable, str(PROVIDERS / "flooder" / "flooder.py"), str(far.fileno()), str(milliseconds)]
    with (
        child(read, stdout=subprocess.PIPE, pass_fds=[near.fileno()]) as reading,
        child(talk, stdout=subprocess.PIPE, pass_fds=[far.fileno()]) as talking,
    ):
        near.close()
        far.close()
        assert talking.stdout is not None
        assert reading.stdout is not None
        writes, cost = talking.stdout.read(), reading.stdout.read()
        if talking.wait() or reading.wait():
            raise BenchmarkFailed("the bare loop failed")
    found = json.loads(cost)
    return int(writes), found["wall_ns"], found["cpu_ns"]


def sink_command(descriptor: int) -> list[str]:
    """Reads and forgets."""
    return [sys.executable, "-I", "-S", "-c", f"import os\nwhile os.read({descriptor}, 65536): pass"]
