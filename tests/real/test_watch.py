"""`igloo-hub run --watch` in a real terminal, with real providers: what a person sees, and what is left afterwards."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import pytest
from rich.cells import cell_len

from igloo_hub.cli.run import SAME_SIGNAL
from tests.real.rig import alive, descendants, install
from tests.real.terminal import CURSOR, WRAPPING, Terminal, terminal

HUB = [sys.executable, "-m", "igloo_hub"]

pytestmark = pytest.mark.kernel("landlock", abi=6)


def write_config(folder: Path, **instances: str) -> Path:
    """igloo.toml with the instances NAME="MODULE NOTE"."""
    tables = []
    for name, words in instances.items():
        module, _, note = words.partition(" ")
        tables.append(f'[providers.{name}]\nmanifest = "{install(folder / "code", module)}"\n')
        tables.append(f'config = {{ note = "{note}" }}\n')
    config = folder / "igloo.toml"
    config.write_text("".join(tables))
    return config


def command(folder: Path, **instances: str) -> list[str]:
    return [
        *HUB,
        "run",
        "--watch",
        f"--data-dir={folder / 'data'}",
        f"--config={write_config(folder, **instances)}",
    ]


@contextmanager
def watching(
    folder: Path,
    columns: int = 80,
    lines: int = 24,
    *,
    environment: Mapping[str, str] | None = None,
    stderr: IO[bytes] | None = None,
    **instances: str,
) -> Iterator[Terminal]:
    """The table of these instances, NAME="MODULE NOTE", when all of them are ready."""
    with terminal(
        command(folder, **instances), columns, lines, environment=environment, stderr=stderr
    ) as screen:
        screen.until(lambda: re.search(r" (\d+)( of |/)\1 (provider|ready)", screen.text[0]))
        yield screen


def is_whole(screen: Terminal) -> None:
    """The parts stand where they belong, nothing scrolled or ran over an edge."""
    text = screen.text
    lines, columns = screen.screen.lines, screen.screen.columns
    assert len(text) == lines
    assert text[0].startswith("Igloo Hub  ")
    assert screen.screen.scrolled == 0
    (providers,) = (n for n, line in enumerate(text) if line.startswith("PROVIDER"))
    (devices,) = (n for n, line in enumerate(text) if line.startswith("DEVICE"))
    (log,) = (n for n, line in enumerate(text) if line.startswith("── log ─"))
    assert providers < devices < log < lines
    assert cell_len(text[log]) == columns
    # Every age ends where the heading does, whatever the names before it are made of.
    right = text[devices].rindex("AGE") + 3
    ages = [
        "".join(screen.screen.buffer[row][column].data for column in range(right - 6, right)).strip()
        for row in range(devices + 1, log)
    ]
    assert all(re.fullmatch(r"(now|\d+ (s|min))?", age) for age in ages), ages
    assert any(ages)


def whole_picture_came(screen: Terminal, before: int) -> bool:
    _, cleared, drawn = screen.sent[before:].partition(b"\x1b[2J")
    return bool(cleared) and b"\x1b[?2026l" in drawn


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (40, 15)])
def test_the_table_is_right_and_so_it_is_after_a_change_of_size(
    columns: int, lines: int, tmp_path: Path
) -> None:
    with watching(tmp_path, columns, lines, demo="puppet", road="street 40") as screen:
        screen.until_shown("more devices")
        is_whole(screen)
        assert any(re.match(r"demo +ready +strict", line) for line in screen.text)
        for size in ((60, 30), (33, 20), (120, 50), (columns, lines)):
            before = len(screen.sent)
            screen.resize(*size)
            screen.until(partial(whole_picture_came, screen, before))
            is_whole(screen)


def test_names_of_every_script_shift_nothing(tmp_path: Path) -> None:
    with watching(tmp_path, 80, 50, road="street 6") as screen:
        screen.until_shown("客", "Zalg", "number ")
        is_whole(screen)
        (row,) = (n for n, line in enumerate(screen.text) if line.startswith("客"))
        assert screen.row("Igloo Hub").startswith("Igloo Hub 1 of 1 provider ready, 6 devices")
        values = [n for n, line in enumerate(screen.text) if "Light" in line]
        assert len(values) == 6
        assert {screen.screen.buffer[n][35].data for n in values} == {"o"}
        assert screen.screen.buffer[row][0].data == "客"


def test_values_follow_and_ages_move_on(tmp_path: Path) -> None:
    # What came less than ten seconds ago is "now": here even that has an age, so that nobody must wait.
    hub = (
        "import sys, igloo_hub.cli.words as words\n"
        "words.STILL_NOW = 0.0\n"
        "from igloo_hub.cli import main\n"
        "sys.argv[0] = 'igloo-hub'\n"
        "main()\n"
    )
    arguments = command(tmp_path, demo="puppet", road="street 1")[3:]
    with terminal([sys.executable, "-c", hub, *arguments], 80, 24) as screen:
        screen.until_shown("thing", "number")
        ages, numbers = set(), set()

        def look() -> bool:
            thing = next((line for line in screen.text if line.startswith("thing")), "")
            if found := re.search(r"(\d+) s$", thing):
                ages.add(int(found[1]))
            if found := re.search(r"number (\d+)", "\n".join(screen.text)):
                numbers.add(int(found[1]))
            return len(ages) >= 3 and len(numbers) >= 3

        screen.until(look)
        assert max(ages) < 20


def test_a_picture_is_drawn_four_times_a_second_at_most_and_not_without_a_reason(tmp_path: Path) -> None:
    with watching(tmp_path, road="street 3") as screen:
        screen.read(1)
        before = screen.sent.count(b"\x1b[?2026h")
        screen.read(2)
        assert 2 <= screen.sent.count(b"\x1b[?2026h") - before <= 9
    with watching(tmp_path / "quiet", demo="puppet") as screen:
        screen.read(1)
        before = len(screen.sent)
        screen.read(2)
        assert len(screen.sent) == before, "nothing changed, and all that is there came just now"


def test_a_provider_that_dies_is_shown_with_the_reason_and_its_devices_as_stale(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet", other="puppet") as screen:
        screen.until_shown("2 devices ")
        victim = min(descendants(screen.process.pid))
        os.kill(victim, signal.SIGKILL)
        screen.until_shown("backoff, 1 death", "killed by signal 9 (SIGKILL)", "stale since now", "1 away")
        assert "1 of 2 providers ready, 2 devices, 1 away" in screen.row("Igloo Hub")
        is_whole(screen)
        screen.until_shown("ready, 1 restart", "2 of 2 providers ready")
        screen.until(lambda: "stale" not in "\n".join(screen.text))


def test_a_provider_that_waits_for_an_approval_is_shown_and_the_line_that_grants_it_is_not_lost(
    tmp_path: Path,
) -> None:
    arguments = command(tmp_path, demo="puppet")
    with (tmp_path / "igloo.toml").open("a") as config:
        config.write("[providers.system]\n[providers.idle]\nprovider = 'system'\nenabled = false\n")
    with terminal(arguments, 80, 30) as screen:
        screen.until_shown("1 of 2 providers ready", "thing")
        assert any(line.startswith("system    needs approval  not started yet") for line in screen.text)
        assert "it asks for more than igloo.toml approves" in "\n".join(screen.text)
        assert not any(line.startswith("idle") for line in screen.text)
        is_whole(screen)
        screen.type("\x03")
        assert screen.wait() == 0
        assert b"approve = [" in screen.sent


def test_ctrl_c_leaves_the_terminal_as_it_was_and_says_what_a_person_should_have_seen(tmp_path: Path) -> None:
    shell = f"echo before; {shlex.join(command(tmp_path, demo='puppet exit 3'))}; echo code $?; sleep 60"
    with terminal(["sh", "-c", shell], 80, 24) as screen:
        settings = screen.settings
        screen.until_shown("backoff", "exit code 3")
        assert screen.is_aside
        assert "before" not in screen.text
        assert CURSOR not in screen.screen.mode
        assert WRAPPING not in screen.screen.mode
        screen.type("typed blindly")
        screen.read(0.5)
        assert "typed" not in "\n".join(screen.text)
        is_whole(screen)
        screen.type("\x03")
        # The shell has the same Ctrl-C and ends after its child.
        screen.until(lambda: not screen.is_aside)
        screen.until_shown("SIGINT: stopping", "before")
        text = "\n".join(screen.text)
        assert screen.text[0] == "before"
        assert "ERROR   demo: ended with exit code 3" in text
        assert "INFO    SIGINT: stopping; once more ends everything at once" in text
        assert screen.settings == settings
        assert {CURSOR, WRAPPING} <= screen.screen.mode
        assert "typed" not in text


def test_nothing_is_left_of_a_hub_that_ended(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet") as screen:
        children = list(descendants(screen.process.pid))
        assert children
        screen.type("\x03")
        assert screen.wait() == 0
        assert not any(map(alive, children))


def test_a_second_ctrl_c_does_not_wait_for_a_stubborn_provider(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet stubborn") as screen:
        (provider,) = descendants(screen.process.pid)
        screen.type("\x03")
        screen.until_shown("once more ends everything at once")
        assert not screen.is_aside
        time.sleep(SAME_SIGNAL + 0.1)
        screen.type("\x03")
        assert screen.wait() == 128 + signal.SIGINT
        screen.until(lambda: not alive(provider))


@pytest.fixture
def shell() -> list[str]:
    found = shutil.which("bash")
    if found is None:
        pytest.skip("no bash: it is the one that stops and continues jobs here")
    return [found, "--norc", "--noprofile", "-i"]


def test_ctrl_z_gives_the_terminal_back_and_fg_the_table(shell: list[str], tmp_path: Path) -> None:
    with terminal(shell, 80, 24, environment={"PS1": "prompt> "}) as screen:
        screen.until_shown("prompt>")
        screen.type(shlex.join(command(tmp_path, demo="puppet")) + "\n")
        screen.until(lambda: screen.is_aside)
        screen.until_shown("1 of 1 provider ready", "thing")
        screen.type("\x1a")
        screen.until(lambda: not screen.is_aside)
        screen.until_shown("Stopped")
        screen.type("echo back$((40 + 2))\n")
        screen.until_shown("back42")
        screen.type("fg\n")
        screen.until(lambda: screen.is_aside)
        screen.until_shown("1 of 1 provider ready", "thing")
        is_whole(screen)
        screen.type("\x1a")
        screen.until(lambda: not screen.is_aside)
        # In the background it runs on and leaves the terminal alone.
        screen.type("bg; sleep 1.5; echo alone$((40 + 3))\n")
        screen.until_shown("alone43")
        assert not screen.is_aside
        screen.type("fg\n")
        screen.until(lambda: screen.is_aside)
        screen.until_shown("1 of 1 provider ready")
        screen.type("\x03")
        screen.until(lambda: not screen.is_aside)
        screen.until_shown("demo: stopped")


def test_it_does_not_start_in_the_background(shell: list[str], tmp_path: Path) -> None:
    with terminal(shell, 100, 24, environment={"PS1": "prompt> "}) as screen:
        screen.until_shown("prompt>")
        screen.type(shlex.join(command(tmp_path, demo="puppet")) + " & sleep 3\n")
        screen.until(lambda: b"started in the background" in screen.sent)
        assert not screen.is_aside


def test_a_terminal_stopped_with_ctrl_s_holds_nothing_up_and_is_given_back_all_the_same(
    tmp_path: Path,
) -> None:
    with watching(tmp_path, demo="puppet", road="street 40") as screen:
        screen.type("\x13")
        screen.read(0.5)
        before = len(screen.sent)
        screen.read(1.5)
        assert len(screen.sent) == before
        assert len(list(descendants(screen.process.pid))) == 2
        screen.process.send_signal(signal.SIGTERM)
        assert screen.wait() == 0
        assert not screen.is_aside
        assert "SIGTERM: stopping" in "\n".join(screen.text)


def test_a_terminal_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    with watching(tmp_path, 200, 60, road="street 40") as screen:
        time.sleep(2)
        screen.process.send_signal(signal.SIGTERM)
        assert screen.process.wait(timeout=8) == 0


def test_ctrl_backslash_does_not_leave_the_table_behind(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet") as screen:
        screen.type("\x1c")
        screen.read(0.5)
        assert screen.process.poll() is None
        is_whole(screen)
        screen.type("\x03")
        assert screen.wait() == 0
        assert not screen.is_aside


def test_a_closed_window_ends_the_hub_and_one_that_was_told_to_stay_stays(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet") as screen:
        screen.hang_up()
        assert screen.process.wait(timeout=8) == 0
    log = tmp_path / "hub.log"
    stay = f"trap '' HUP; exec {shlex.join(command(tmp_path, demo='puppet'))}"
    with log.open("wb") as errors, terminal(["sh", "-c", stay], 80, 24, stderr=errors) as screen:
        screen.until_shown("1 of 1 provider ready")
        screen.hang_up()
        end = time.monotonic() + 10
        while "the terminal is gone" not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        assert screen.process.poll() is None
        screen.process.send_signal(signal.SIGTERM)
        assert screen.process.wait(timeout=8) == 0
    assert "Traceback" not in log.read_text()


def test_the_whole_log_goes_to_a_file_and_none_of_it_into_the_table(tmp_path: Path) -> None:
    with (tmp_path / "hub.log").open("wb") as log, watching(tmp_path, stderr=log, demo="puppet") as screen:
        screen.until_shown("demo: ready")
        is_whole(screen)
        assert "INFO    demo: ready, 1 device, 1 entity; enforced: " in (tmp_path / "hub.log").read_text()
        screen.type("\x03")
        assert screen.wait() == 0
    assert (tmp_path / "hub.log").read_text().splitlines()[-1].endswith("INFO    demo: stopped")
    assert "stopped" not in "\n".join(screen.text)


def test_colours_are_only_sent_where_they_are_wanted(tmp_path: Path) -> None:
    with watching(tmp_path, demo="puppet") as screen:
        assert "32" in screen.colours()
    with watching(tmp_path / "plain", environment={"NO_COLOR": "1"}, demo="puppet") as screen:
        assert screen.colours() == set()
        is_whole(screen)


def test_a_terminal_without_a_cursor_to_move_is_refused(tmp_path: Path) -> None:
    with terminal(command(tmp_path, demo="puppet"), 100, 24, environment={"TERM": "dumb"}) as screen:
        assert screen.wait() == 2
        assert "--watch needs a terminal, and this one can't move its cursor (TERM=dumb)." in screen.row(
            "needs"
        )


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ([], "--watch needs a terminal, and standard output is none. Without --watch values are printed"),
        (["--json"], "it can't be had together with --json or --quiet"),
        (["--quiet"], "it can't be had together with --json or --quiet"),
    ],
)
def test_what_cannot_be_a_table_is_refused_with_what_to_do(
    option: list[str], sentence: str, tmp_path: Path
) -> None:
    refused = subprocess.run(
        [*command(tmp_path, demo="puppet"), *option], capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert sentence in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_mistake_in_igloo_toml_is_one_sentence_here_too(tmp_path: Path) -> None:
    arguments = command(tmp_path, demo="puppet")
    (tmp_path / "igloo.toml").write_text("[providers.sistem]\n")
    with terminal(arguments, 100, 24) as screen:
        assert screen.wait() == 1
        assert screen.text[0].startswith("igloo-hub: igloo.toml: [providers.sistem]: there is no provider")
        assert b"1049" not in screen.sent


def test_the_table_alone_costs_its_library(tmp_path: Path) -> None:
    arguments = [sys.executable, "-X", "importtime", "-m", "igloo_hub", "run"]
    arguments += [f"--data-dir={tmp_path / 'data'}", f"--config={write_config(tmp_path, demo='puppet')}"]

    def imported(*more: str) -> str:
        with (
            (tmp_path / "imported").open("wb") as errors,
            terminal([*arguments, *more], 80, 24, stderr=errors) as screen,
        ):
            screen.until_shown("thing")
            screen.type("\x03")
            assert screen.wait() == 0
        return (tmp_path / "imported").read_text()

    assert re.search(r"\| +rich\.", imported("--watch"))
    lines = imported()
    assert re.search(r"\| +igloo_hub\.cli\.run", lines)
    assert not re.search(r"\| +rich\b", lines)
