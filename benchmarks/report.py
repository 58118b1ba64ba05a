"""What a run of the book found: rows of samples beside their floors, and how a person or a program reads them.

Knows nothing of how anything was measured.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Literal

import attrs

BEGIN = "<!-- figures: begin (written by python -m benchmarks --write-docs) -->"
END = "<!-- figures: end -->"

Statistic = Literal["median", "best", "worst"]


class ReportError(Exception):
    """A report can't be written where it should be."""


@attrs.frozen
class Samples:
    """What was measured, once a run or a round. Never empty."""

    values: tuple[float, ...] = attrs.field(validator=attrs.validators.min_len(1))

    def get(self, statistic: Statistic, higher_is_better: bool) -> float:
        if statistic == "median":
            return median(self.values)
        return max(self.values) if (statistic == "best") is higher_is_better else min(self.values)


@attrs.frozen
class Row:
    """One figure beside its floor: the least that the same thing could cost on this machine."""

    what: str
    unit: str
    samples: Samples
    floor_what: str = ""
    floor: Samples | None = None
    """None: it has none, or it could not be measured; then a note says why."""
    by: Statistic = "median"
    higher_is_better: bool = False

    @property
    def value(self) -> float:
        return self.samples.get(self.by, self.higher_is_better)

    @property
    def floor_value(self) -> float | None:
        return None if self.floor is None else self.floor.get(self.by, self.higher_is_better)

    @property
    def ratio(self) -> float | None:
        """How many times the floor's cost."""
        floor = self.floor_value
        if not floor or not self.value:
            return None
        return floor / self.value if self.higher_is_better else self.value / floor


@attrs.frozen
class Result:
    """One figure's rows, and what else is to be known of this run."""

    name: str
    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@attrs.frozen
class Report:
    """A whole run."""

    facts: dict[str, str]
    """About the machine and the run, in the order in which they are shown."""
    results: tuple[Result, ...]


HEADINGS = ("", "", "least … most", "floor", "", "least … most", "ratio")
LEFT = frozenset([0, 3])
"""Columns of words; the others are numbers."""


def cells(row: Row) -> tuple[str, ...]:
    return (
        f"{row.what} ({row.by} of {len(row.samples.values)})" if len(row.samples.values) > 1 else row.what,
        f"{number(row.value)} {row.unit}",
        spread(row.samples),
        row.floor_what if row.floor is not None else "",
        "" if row.floor_value is None else f"{number(row.floor_value)} {row.unit}",
        "" if row.floor is None else spread(row.floor),
        "" if row.ratio is None else f"{number(row.ratio)}×",
    )


def spread(samples: Samples) -> str:
    return f"{number(min(samples.values))} … {number(max(samples.values))}" if len(samples.values) > 1 else ""


def number(value: float) -> str:
    """Three digits that count; more would be noise."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_text(report: Report) -> Iterator[str]:
    """Lines for a terminal."""
    for name, fact in report.facts.items():
        yield f"{name:14} {fact}"
    for result in report.results:
        yield ""
        yield f"{result.name}: {result.title}"
        table = [HEADINGS, *map(cells, result.rows)]
        widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
        for line in table:
            aligned = (
                cell.ljust(width) if column in LEFT else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            yield ("  " + "  ".join(aligned)).rstrip()
        for note in result.notes:
            yield f"  - {note}"


def as_markdown(report: Report) -> Iterator[str]:
    """Lines for docs/benchmarks.md."""
    yield "| | |"
    yield "|---|---|"
    for name, fact in report.facts.items():
        yield f"| {name} | {escape(fact)} |"
    for result in report.results:
        yield ""
        yield f"### {result.name}: {result.title}"
        yield ""
        yield markdown_line(HEADINGS)
        yield "|" + "|".join("---" if column in LEFT else "--:" for column in range(len(HEADINGS))) + "|"
        for row in result.rows:
            yield markdown_line(cells(row))
        if result.notes:
            yield ""
        for note in result.notes:
            yield f"- {note}"


def markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(escape, cells)) + " |"


def escape(text: str) -> str:
    return text.replace("|", "\\|")


def to_plain(report: Report) -> dict[str, Any]:
    """For JSON: all samples, and what was made of them."""
    return {
        "facts": report.facts,
        "figures": {
            result.name: {
                "title": result.title,
                "rows": [
                    {
                        "what": row.what,
                        "unit": row.unit,
                        "statistic": row.by,
                        "value": row.value,
                        "samples": list(row.samples.values),
                        "floor": None
                        if row.floor is None
                        else {
                            "what": row.floor_what,
                            "value": row.floor_value,
                            "samples": list(row.floor.values),
                        },
                        "ratio": row.ratio,
                    }
                    for row in result.rows
                ],
                "notes": list(result.notes),
            }
            for result in report.results
        },
    }


def write_json(report: Report, path: Path) -> None:
    path.write_text(json.dumps(to_plain(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_docs(report: Report, path: Path) -> None:
    """Puts the tables between the two markers of a document. Raises ReportError when they aren't there."""
    path.write_text(with_figures(path.read_text(encoding="utf-8"), as_markdown(report)), encoding="utf-8")


def with_figures(document: str, lines: Iterable[str]) -> str:
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ReportError(f"the document has no lines {BEGIN!r} and {END!r}, between which the figures go")
    return f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n\n{END}{after}"
