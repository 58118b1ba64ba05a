"""Figure `memory`: what the hub and the provider `system` hold after some seconds, and what Python alone does."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.hub_run import hub_run
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import BenchmarkFailed, Run, child

TITLE = "memory after some seconds of running"

BARE = "import sys, time; print(flush=True); time.sleep(600)"
TRIO = "import trio; print(flush=True); trio.run(trio.sleep, 600)"

KINDS = ("RSS", "PSS", "private")
MIB = 1 << 20


def measure(run: Run) -> Result:
    rounds, seconds = run.pick((3, 6.0), (1, 2.0), (1, 0.2))
    taken: dict[tuple[str, str], list[float]] = {}
    for round_ in range(rounds):
        run.progress.say(f"memory: round {round_ + 1} of {rounds}, {seconds:g} s")
        with hub_run(run.new_folder() / "data") as hub:
            hub.wait_for_line("system: ready")
            assert hub.provider is not None
            time.sleep(seconds)
            note(taken, "hub", hub.process.pid)
            note(taken, "system", hub.provider)
        for name, options, program in (("bare", ["-I", "-S"], BARE), ("trio", ["-I"], TRIO)):
            with child([sys.executable, *options, "-c", program], stdout=subprocess.PIPE) as process:
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(0.2)
                note(taken, name, process.pid)
    samples = {key: Samples(tuple(values)) for key, values in taken.items()}
    rows = [
        Row(f"{title}, {kind}", "MiB", samples[name, kind], f"{floor}, {kind}", samples[floor_name, kind])
        for name, title in (("hub", "hub"), ("system", "provider system"))
        for kind in KINDS
        for floor_name, floor in (("bare", "bare interpreter"), ("trio", "interpreter with trio"))
    ]
    return Result(
        "memory",
        TITLE,
        tuple(rows),
        (
            f"Taken {seconds:g} s after ready, from /proc/PID/smaps_rollup; the hub prints its values to /dev/null.",
            "PSS divides shared pages by those who share them, and this process is a Python too: it favours whoever "
            "runs beside others. Private pages would be freed if the process ended.",
        ),
    )


def note(taken: dict[tuple[str, str], list[float]], name: str, pid: int) -> None:
    for kind, size in memory_of(pid).items():
        taken.setdefault((name, kind), []).append(size / MIB)


def memory_of(pid: int) -> dict[str, int]:
    """Bytes by kind. Raises BenchmarkFailed when the process is gone, or is somebody else's."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError as error:
        raise BenchmarkFailed(f"the memory of process {pid} can't be read: {error.strerror}") from None
    sizes = {
        name: int(value.split()[0]) * 1024
        for name, _, value in (line.partition(":") for line in text.splitlines()[1:])
    }
    private = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return dict(zip(KINDS, (sizes["Rss"], sizes["Pss"], private), strict=True))
