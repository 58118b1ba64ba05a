"""The book of benchmarks works: every figure can be taken, and its report is whole. Says nothing of how fast anything is."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as book
from benchmarks import latency
from benchmarks.report import BEGIN, END, Report, ReportError, Result, Row, Samples, as_text, with_figures
from benchmarks.runs import BenchmarkFailed
from igloo_wire import Component, Integer, Text, encode_writes


@pytest.mark.kernel("landlock")
@pytest.mark.parametrize("name", book.FIGURES)
def test_a_tiny_run_of_each_figure_gives_rows_beside_their_floors(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    assert book.main(["--tiny", "--only", name, "--json", str(file)]) == 0
    report = json.loads(file.read_text())
    assert {"date", "command", "machine", "kernel", "versions", "load before", "load after"} <= set(
        report["facts"]
    )
    (figure,) = report["figures"].values()
    rows: list[dict[str, Any]] = figure["rows"]
    assert rows
    for row in rows:
        assert all(sample > 0 for sample in row["samples"]), row
        if row["floor"] is None:
            assert any("No floor" in note for note in figure["notes"])
        else:
            assert all(sample > 0 for sample in row["floor"]["samples"]), row
            assert row["ratio"] > 0
    printed = capsys.readouterr()
    assert f"{name}: {figure['title']}" in printed.out
    assert "least … most" in printed.out
    assert name in printed.err  # the progress


def test_the_list_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert book.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(book.FIGURES)


def test_a_figure_that_cannot_be_taken_is_an_error_and_leaves_the_document_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_run: object) -> Result:
        raise BenchmarkFailed("the last stamp did not arrive")

    monkeypatch.setitem(book.FIGURES, "start", ("never", fail))
    document = tmp_path / "a.md"
    document.write_text(f"{BEGIN}\nold\n{END}\n")
    assert book.main(["--tiny", "--only", "start", "--write-docs", str(document)]) == 1
    assert "benchmarks: start: the last stamp did not arrive" in capsys.readouterr().err
    assert "old" in document.read_text()


def test_a_source_that_changes_during_the_run_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprints = iter(["before", "after"])
    monkeypatch.setattr("benchmarks.machine.fingerprint", lambda: next(fingerprints))
    monkeypatch.setitem(
        book.FIGURES, "start", ("a figure", lambda _run: Result("start", "a figure", (row(1),)))
    )
    assert book.main(["--tiny", "--only", "start"]) == 1
    assert "changed during the run" in capsys.readouterr().err


# ── the report ──


def row(*samples: float, floor: tuple[float, ...] = (), **more: Any) -> Row:  # noqa: ANN401 - fields of Row
    return Row("a", "ms", Samples(samples), "b", Samples(floor) if floor else None, **more)


def test_a_ratio_is_how_many_times_the_floors_cost() -> None:
    assert row(3, 6, 40, floor=(2, 1, 3)).ratio == 3
    assert row(3, 6, 40, floor=(2, 1, 3), by="best").ratio == 3
    assert row(3, 6, 40, floor=(2, 1, 3), by="worst").ratio == pytest.approx(40 / 3)
    assert row(10, 20, floor=(100, 200), by="best", higher_is_better=True).ratio == 10
    assert row(1).ratio is None


def test_a_table_shows_number_spread_floor_and_ratio_and_lines_up() -> None:
    rows = (row(1.234, 2, 1000, floor=(0.5, 0.5)), row(7))
    report = Report({"machine": "a small one"}, (Result("x", "what it is", rows, ("a note",)),))
    lines = list(as_text(report))
    assert lines[0].split(maxsplit=1) == ["machine", "a small one"]
    assert "a (median of 3)" in lines[4]
    assert "2.00 ms" in lines[4]
    assert "1.23 … 1,000" in lines[4]
    assert lines[4].endswith("4.00×")
    assert lines[4].index("2.00 ms") + len("2.00 ms") == lines[5].index("7.00 ms") + len("7.00 ms")
    assert lines[6] == "  - a note"


def test_the_figures_go_between_the_markers_of_a_document() -> None:
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_figures(document, ["new"]) == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    with pytest.raises(ReportError, match="no lines"):
        with_figures("a document without markers", ["new"])


# ── what is on a tape ──


def tape(path: Path, *reads: tuple[int, Component]) -> Path:
    frames = [(at, encode_writes([(1, 0, component)])) for at, component in reads]
    path.write_bytes(b"".join(struct.pack("<QI", at, len(frame)) + frame for at, frame in frames))
    return path


def test_a_round_is_the_time_from_each_stamp_to_its_arrival(tmp_path: Path) -> None:
    path = tape(tmp_path / "tape", (3_000, Integer(1_000)), (9_000, Integer(8_000)), (9_500, Text("3 8000")))
    (round_,) = latency.read_rounds(path)
    assert round_ == latency.Round((1.0, 2.0), 3)
    assert round_.quantile(0.5) == 1.0
    assert round_.quantile(0.99) == 2.0


def test_a_last_stamp_that_does_not_arrive_is_a_failure(tmp_path: Path) -> None:
    path = tape(tmp_path / "tape", (3_000, Integer(1_000)), (9_500, Text("2 8000")))
    with pytest.raises(BenchmarkFailed, match="updates were lost"):
        list(latency.read_rounds(path))
