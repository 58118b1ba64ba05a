"""Figure `launcher`: what it costs that a program is started under the launcher and not directly."""

import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from benchmarks.report import Result, Row, Samples
from benchmarks.runs import BenchmarkFailed, Run, time_to_first_byte
from igloo_hub.data_dir import FIRST_UID, InstanceFolder
from igloo_hub.errors import ProviderError
from igloo_hub.launch import open_provider_process
from igloo_sandbox.spec import PathRule, Spec, find_obstacle

TITLE = "from the spawn to the first byte that the program prints"

PROGRAM = os.path.realpath("/bin/echo")
INTERPRETER = f"import os; os.execv({PROGRAM!r}, ['echo'])"
FOLDERS = ("/usr/lib", "/lib", "/lib64")

PLAIN = "the program itself, by subprocess"
BY_PYTHON = "python -I -S, which executes it"
OFF = "launcher, sandbox off"
STRICT = "launcher, strict"
OWN_UID = "launcher, strict, own uid"


def measure(run: Run) -> Result:
    rounds = run.pick(40, 10, 2)
    taken: dict[str, list[float]] = {}
    variants = make_variants(run.new_folder())

    async def all_rounds() -> None:
        for round_ in range(rounds + 1):
            run.progress.say(f"launcher: round {round_} of {rounds}")
            for name, variant in variants.items():
                seconds = await variant()
                if round_:  # the first brings files into the page cache
                    taken.setdefault(name, []).append(seconds * 1000)

    trio.run(all_rounds)
    samples = {name: Samples(tuple(values)) for name, values in taken.items()}
    rows = [
        Row(name, "ms", found, floor, samples[floor], by="best")
        for name, found in samples.items()
        if name != PLAIN
        for floor in (PLAIN, BY_PYTHON)
        if floor != name
    ]
    return Result(
        "launcher",
        TITLE,
        tuple(rows),
        (
            f"The program is {PROGRAM}; launched as the hub launches a provider (igloo_hub.launch.open_provider_process): "
            "spec and status over their socket, then exec.",
            *([] if OWN_UID in samples else ["No row for an own uid: only root can give one."]),
        ),
    )


def make_variants(root: Path) -> dict[str, Callable[[], Awaitable[float]]]:
    """What is compared, by name. Each call is one start and returns its seconds."""
    found = {os.path.realpath(path) for path in FOLDERS if os.path.exists(path)}
    folder = root / "instance"
    folder.mkdir(mode=0o700)
    strict = Spec(
        instance="echo",
        command=(PROGRAM,),
        environment=(),
        data_dir=str(folder),
        paths=tuple(PathRule(path, "execute") for path in sorted({*found, PROGRAM})),
    )
    variants: dict[str, Callable[[], Awaitable[float]]] = {
        PLAIN: lambda: plain([PROGRAM]),
        BY_PYTHON: lambda: plain([sys.executable, "-I", "-S", "-c", INTERPRETER]),
        OFF: lambda: launched(strict._replace(enforcement="off")),
        STRICT: lambda: launched(strict),
    }
    if os.geteuid() == 0:
        owned = root / "owned"
        owned.mkdir(mode=0o700)
        os.chown(owned, FIRST_UID, FIRST_UID)
        if find_obstacle(str(owned), FIRST_UID) is None:
            variants[OWN_UID] = lambda: launched(strict._replace(uid=FIRST_UID, data_dir=str(owned)))
    return variants


async def plain(command: list[str]) -> float:
    """Not through trio: a floor is the least that it can cost."""
    seconds, first = time_to_first_byte(command)
    expect(first)
    return seconds


async def launched(spec: Spec) -> float:
    began = time.perf_counter()
    try:
        async with open_provider_process(spec, InstanceFolder(Path(spec.data_dir), spec.uid, "")) as process:
            first = bytes(await process.log.receive_some(1))
            seconds = time.perf_counter() - began
    except ProviderError as error:
        raise BenchmarkFailed(f"the launcher did not start {PROGRAM}: {error}") from None
    expect(first)
    return seconds


def expect(first: bytes) -> None:
    if first != b"\n":
        raise BenchmarkFailed(f"{PROGRAM} was to print an empty line, and printed {first!r}")
