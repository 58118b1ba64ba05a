"""A provider's output: one safe line each, and never more than a log can bear."""

import pytest

from igloo_hub.logs import (
    LINE_LENGTH,
    LINES_BURST,
    LINES_PER_SECOND,
    SUPPRESSED_EVERY,
    LineLimit,
    LogLines,
    escape,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain — text, 21 °C", "plain — text, 21 °C"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("forged\r\nline", r"forged\r\nline"),
        ("right\u202eto left", r"right\u202eto left"),
        ("\x9b31m", r"\x9b31m"),
        ("\udcff", r"\udcff"),
        ("", ""),
    ],
)
def test_nothing_but_printable_characters_reaches_a_terminal(text: str, expected: str) -> None:
    assert escape(text) == expected


def test_lines_are_put_together_from_any_chunks() -> None:
    lines = LogLines(LineLimit())
    assert lines.feed(b"fir", 0.0) == []
    assert lines.feed(b"st\nsecond\r\nthi", 0.0) == ["first", "second"]
    assert lines.finish(0.0) == ["thi"]
    assert lines.finish(0.0) == []


def test_bytes_that_are_no_utf_8_are_shown_as_bytes() -> None:
    assert LogLines(LineLimit()).feed(b"\xff\xfe caf\xc3\xa9\n", 0.0) == [r"\xff\xfe café"]


def test_an_endless_line_is_cut_and_never_collected() -> None:
    lines = LogLines(LineLimit())
    told = [line for _ in range(20) for line in lines.feed(b"x" * 1000, 0.0)]
    assert told
    assert max(map(len, told)) <= LINE_LENGTH


def test_a_flood_is_suppressed_and_counted_now_and_then() -> None:
    limit = LineLimit()
    lines = LogLines(limit)
    told = lines.feed(b"again\n" * (LINES_BURST + 4312), 0.0)
    assert told == ["again"] * LINES_BURST
    assert limit.is_used_up
    assert lines.feed(b"late\n", 1.0) == ["… suppressed 4,312 lines", "late"]
    assert lines.feed(b"more\n" * 1000, 2.0) == ["more"] * LINES_PER_SECOND
    assert lines.feed(b"more\n" * 1000, 3.0) == ["more"] * LINES_PER_SECOND, "it was told a moment ago"
    assert lines.feed(b"end\n", 1.0 + SUPPRESSED_EVERY) == [
        f"… suppressed {2 * (1000 - LINES_PER_SECOND):,} lines",
        "end",
    ]
    lines.feed(b"x\n" * 1000, 1.0 + SUPPRESSED_EVERY)
    assert lines.finish(1.0 + SUPPRESSED_EVERY)[-1].startswith("… suppressed ")


def test_what_grows_by_escaping_is_cut_as_well_and_empty_lines_are_none() -> None:
    (line,) = LogLines(LineLimit()).feed(b"\xff" * LINE_LENGTH + b"\n\n  \n\r\n", 0.0)
    assert len(line) == LINE_LENGTH
