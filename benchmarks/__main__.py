"""The command line of the book: which figures, how long, where the results go."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import broker, flood, latency, launcher, machine, memory, mqtt, start, writes
from benchmarks.report import Report, ReportError, Result, as_text, write_docs, write_json
from benchmarks.runs import BenchmarkFailed, Effort, Run, compile_packages, open_run

FIGURES: dict[str, tuple[str, Callable[[Run], Result]]] = {
    "start": (start.TITLE, start.measure),
    "memory": (memory.TITLE, memory.measure),
    "latency": (latency.TITLE, latency.measure),
    "writes": (writes.TITLE, writes.measure),
    "flood": (flood.TITLE, flood.measure),
    "launcher": (launcher.TITLE, launcher.measure),
    "broker": (broker.TITLE, broker.measure),
    "mqtt": (mqtt.LATENCY, mqtt.measure_latency),
    "discovery": (mqtt.DISCOVERY, mqtt.measure_discovery),
}


def main(arguments: list[str] | None = None) -> int:
    """Takes the figures and prints them. Returns the exit code: 0 done, 1 when a figure could not be taken."""
    options = make_parser().parse_args(arguments)
    if options.list:
        for name, (title, _) in FIGURES.items():
            print(f"{name:10} {title}")
        return 0
    effort = Effort.QUICK if options.quick else Effort.TINY if options.tiny else Effort.FULL
    names = [name for name in FIGURES if not options.only or name in options.only]
    facts = machine.facts(sys.argv[1:] if arguments is None else arguments)
    results: list[Result] = []
    failures: list[str] = []
    fingerprint = machine.fingerprint()
    compile_packages()
    with open_run(effort) as run:
        for name in names:
            try:
                results.append(FIGURES[name][1](run))
            except BenchmarkFailed as failure:
                failures.append(f"{name}: {failure}")
    facts["load after"] = machine.load_average()
    if machine.fingerprint() != fingerprint:
        failures.append("the hub's source was changed during the run: its figures are of no one hub")
    report = Report(facts, tuple(results))
    for line in as_text(report):
        print(line)
    try:
        if options.json is not None:
            write_json(report, options.json)
        if options.write_docs is not None and not failures:
            write_docs(report, options.write_docs)
    except (OSError, ReportError) as error:
        failures.append(f"the results were not written: {error}")
    for sentence in failures:
        print(f"benchmarks: {sentence}", file=sys.stderr)
    return 1 if failures else 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the hub, each figure beside its floor in the same run. Takes about four minutes; the "
        "machine should have nothing else to do. docs/benchmarks.md says what the figures mean.",
    )
    parser.add_argument("--list", action="store_true", help="name the figures and end")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(FIGURES),
        metavar="NAME",
        help="this figure only; may be repeated",
    )
    efforts = parser.add_mutually_exclusive_group()
    efforts.add_argument("--quick", action="store_true", help="fewer rounds: a minute, rougher numbers")
    efforts.add_argument("--tiny", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples to FILE")
    parser.add_argument(
        "--write-docs",
        type=Path,
        metavar="FILE",
        help="put the tables between the markers of FILE (docs/benchmarks.md)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
