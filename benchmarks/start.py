"""Figure `start`: from spawning `igloo-hub run` to "system: ready", whole and in its parts."""

import sys

from benchmarks.hub_run import hub_run
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import Run, time_to_first_byte

TITLE = "from the start of the hub to live values"

SAY_SO = "import os; os.write(1, b'.')"
BARE = (sys.executable, "-I", "-S", "-c", SAY_SO)
LIBRARIES = (sys.executable, "-I", "-c", f"import trio, attrs, cattrs, click; {SAY_SO}")
TRIO = (sys.executable, "-I", "-c", f"import trio; {SAY_SO}")

WHOLE = "spawn → system: ready"
PHASES = ("spawn → the hub runs", "launcher → it is the provider", "provider begins → system: ready")


def measure(run: Run) -> Result:
    rounds = run.pick(15, 4, 1)
    taken: dict[str, list[float]] = {}
    for round_ in range(rounds + 1):
        run.progress.say(f"start: round {round_} of {rounds}")
        found = one_start(run)
        for name, command in (("bare", BARE), ("libraries", LIBRARIES), ("trio", TRIO)):
            found[name], _ = time_to_first_byte(command)
        if round_:  # the first brings files into the page cache
            for name, value in found.items():
                taken.setdefault(name, []).append(value * 1000)
    samples = {name: Samples(tuple(values)) for name, values in taken.items()}
    bare = "python -I -S, doing nothing"
    libraries = "python, importing trio, attrs, cattrs, click"
    hub, launcher, provider = PHASES
    return Result(
        "start",
        TITLE,
        (
            Row(WHOLE, "ms", samples[WHOLE], bare, samples["bare"]),
            Row(WHOLE, "ms", samples[WHOLE], libraries, samples["libraries"]),
            Row(hub, "ms", samples[hub], libraries, samples["libraries"]),
            Row(launcher, "ms", samples[launcher], bare, samples["bare"]),
            Row(provider, "ms", samples[provider], "python, importing trio", samples["trio"]),
        ),
        (
            "The data directory is new in each round; files are in the page cache and our bytecode is compiled.",
            "The hub's log gives the first and the last moment, a look at its children every millisecond the other two.",
            "A floor ends with the first byte that the program prints.",
        ),
    )


def one_start(run: Run) -> dict[str, float]:
    """Seconds of the whole and of each phase."""
    with hub_run(run.new_folder() / "data") as hub:
        runs = hub.wait_for_line("the hub runs")
        ready = hub.wait_for_line("system: ready")
        assert hub.launcher_seen is not None
        assert hub.provider_seen is not None
        return dict(
            zip(
                (WHOLE, *PHASES),
                (ready, runs, hub.provider_seen - hub.launcher_seen, ready - hub.provider_seen),
                strict=True,
            )
        )
