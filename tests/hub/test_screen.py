"""Cells that fit whatever is in them, and pictures of which only what changed is drawn."""

import re

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from igloo_hub.cli.screen import (
    LONGEST,
    Cell,
    Line,
    Painter,
    cell,
    find_obstacle,
    fit,
    plain,
    wrap,
)

TEXTS = st.text(max_size=60) | st.text(
    alphabet="a b漢字e\u0301\u200d👨👩👍🏽❤\ufe0f\u202eשלום\u0645\t\x1b\x00", max_size=60
)


@given(TEXTS, st.integers(-1, 90))
@example("漢" * 10, 1)
@example("漢" * 10, 4)
@example("\u0301" * 50, 3)
@example("x" * (LONGEST * 100), 10)
def test_a_text_fits_and_holds_nothing_but_what_can_be_printed(text: str, width: int) -> None:
    fitted = fit(text, width)
    assert cell_len(fitted) <= max(width, 0)
    assert all(c.isprintable() or c == "\u200e" for c in fitted)


@given(TEXTS, st.integers(1, 90), st.integers(1, 5))
@example("漢" * 10, 1, 3)
def test_a_text_is_wrapped_into_lines_that_fit(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= width for line in lines)


def test_a_text_is_wrapped_between_words_and_cut_at_the_end() -> None:
    assert wrap("one two three four", 9, 2) == ["one two", "three fo…"]
    assert wrap("one two three four", 9, 3) == ["one two", "three", "four"]
    assert wrap("onetwothreefour", 6, 9) == ["onetwo", "threef", "our"]
    assert wrap("", 6, 9) == []


def test_what_is_too_long_is_marked_as_cut_and_what_fits_is_not() -> None:
    assert fit("Kitchen", 7) == "Kitchen"
    assert fit("Kitchen", 6) == "Kitch…"
    assert fit("客厅灯", 5) == "客厅…"
    assert fit("客厅灯", 6) == "客厅灯"


def test_right_to_left_text_takes_nothing_along() -> None:
    assert fit("שלום", 10) == "שלום\u200e"
    assert fit("Kitchen é", 10) == "Kitchen é"


def test_a_cell_at_the_right_ends_where_its_column_ends() -> None:
    assert plain((cell(0, 4, "ab"), cell(6, 6, "12 s", right=True))) == "ab      12 s"


class Terminal:
    """A real terminal emulator, and the painter's output in it."""

    def __init__(self, columns: int = 20, lines: int = 4, *, has_colour: bool = True) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.Stream(self.screen)
        self.painter = Painter(has_colour=has_colour)

    def show(self, *lines: Line) -> str:
        sent = self.painter.update(lines)
        self.stream.feed(sent)
        return sent

    @property
    def text(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


def line(*words: str) -> Line:
    return tuple(cell(8 * index, 7, word) for index, word in enumerate(words))


def test_a_picture_stands_where_it_belongs() -> None:
    terminal = Terminal()
    terminal.show(line("lamp", "on"), (), line("probe", "20 °C"))
    assert terminal.text == ["lamp    on", "", "probe   20 °C", ""]


def test_only_lines_that_changed_are_drawn() -> None:
    terminal = Terminal()
    terminal.show(line("lamp", "on"), line("probe", "20 °C"))
    assert terminal.show(line("lamp", "on"), line("probe", "20 °C")) == ""
    sent = terminal.show(line("lamp", "on"), line("probe", "21 °C"))
    assert "lamp" not in sent
    assert terminal.text[:2] == ["lamp    on", "probe   21 °C"]


def test_what_is_no_longer_there_is_cleared() -> None:
    terminal = Terminal()
    terminal.show(line("a long", "word"), line("second"))
    terminal.show(line("a"))
    assert terminal.text == ["a", "", "", ""]


def test_a_forgotten_picture_is_drawn_whole() -> None:
    terminal = Terminal()
    terminal.show(line("lamp", "on"))
    terminal.painter.forget()
    assert "lamp" in terminal.show(line("lamp", "on"))


def test_a_name_whose_width_is_disputed_shifts_nothing_else() -> None:
    terminal = Terminal()
    # A heart with a variation selector, a combined family, a modifier: each terminal has its own opinion.
    for name in ("❤\ufe0f", "👍🏽", "e\u0301\u0301\u0301", "漢"):
        terminal.show(line(name, "value"))
        assert terminal.screen.buffer[0][8].data == "v"


def test_styles_are_sent_and_without_colour_only_weight_is() -> None:
    styled = (Cell(0, "hot", "bold red"),)
    assert "\x1b[1;31mhot\x1b[0m" in Terminal().show(styled)
    assert "\x1b[1mhot\x1b[0m" in Terminal(has_colour=False).show(styled)


def test_a_stranger_s_text_sends_the_terminal_no_commands() -> None:
    sent = Terminal().show((cell(0, 20, "\x1b]0;owned\x07\x9b2J"),))
    assert re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", sent) == r"\x1b]0;owned\x07\x9…"


def test_what_is_no_terminal_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/null") as nothing:
        assert find_obstacle(nothing.fileno()) == "standard output is none"
