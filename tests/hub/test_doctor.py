"""What `igloo-hub doctor` makes of a report, and of whatever else a launcher may print. The real one: tests/real."""

import json
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from igloo_hub.cli.doctor import (
    COSTS,
    LONGEST_REPORT,
    Findings,
    Report,
    ask_launcher,
    parse_report,
    to_plain,
    why_no_own_uid,
    words_for_person,
)
from igloo_hub.cli.screen import plain
from igloo_hub.errors import HubError
from igloo_hub.interpreter import Interpreter
from igloo_sandbox.spec import RESTRICTIONS


def raw(*gaps: str, uid: object = 0, own_uid: object = "enforced", **more: object) -> dict[str, Any]:
    """A report as the launcher prints it."""
    return {
        "version": 1,
        "kernel": "6.12.0",
        "machine": "aarch64",
        "uid": uid,
        "refused": "",
        "layers": [
            {"name": "uid", "status": own_uid, "detail": "the launcher's own words"},
            {"name": "landlock", "status": "enforced", "detail": "Landlock ABI 6"},
        ],
        "restrictions": [
            {"name": name, "held_by": [], "lack": "no Landlock", "help": "another kernel"}
            if name in gaps
            else {"name": name, "held_by": ["landlock", "seccomp"], "lack": "", "help": ""}
            for name in RESTRICTIONS
        ],
        **more,
    }


def report(*gaps: str, **more: object) -> Report:
    return parse_report(json.dumps(raw(*gaps, **more)).encode(), "ended")


def printed(findings: Findings, width: int = 80) -> str:
    lines = [plain(line) for line in words_for_person(findings, width)]
    assert all(cell_len(line) <= width for line in lines), lines
    return "\n".join(lines)


def findings(*gaps: str, no_own_uid: str | None = None, help_: str = "", refused: str = "") -> Findings:
    return Findings(report(*gaps, refused=refused), "/opt/igloo/bin/python", no_own_uid, help_)


def test_a_machine_that_holds_everything() -> None:
    text = printed(findings())
    assert text.startswith("Igloo Hub ")
    assert "on Linux 6.12.0, aarch64, as root" in text
    assert "Providers run on /opt/igloo/bin/python" in text
    assert "landlock          enforced  Landlock ABI 6" in text
    assert "files             landlock, seccomp" in text
    assert "Nobody" not in text
    assert text.endswith("\nProviders can start strictly on this machine.")


def test_a_gap_tells_what_it_costs_why_it_is_there_and_what_to_do() -> None:
    text = printed(findings("files", "signals"))
    assert "files             NOBODY" in text
    gap = " ".join(text.partition("Nobody holds: ")[2].split())
    assert gap.startswith(
        "files, signals Cost a provider can read and change whatever its user can; a provider"
    )
    assert " Why no Landlock To do another kernel " in gap
    assert text.count("no Landlock") == 1
    assert " ".join(text.split()).endswith(
        "Providers can't start strictly on this machine: none starts before the gaps are closed, or accepted in "
        'igloo.toml under [providers.NAME] with accept_missing = ["files", "signals"]'
    )


def test_where_nothing_starts_whatever_is_accepted_nobody_is_told_to_accept_gaps() -> None:
    found = findings(*RESTRICTIONS, refused="this kernel has no openat2")
    text = printed(found)
    assert "No provider can start\n  Why    this kernel has no openat2\n  To do  another kernel" in text
    assert text.endswith("Providers can't start on this machine, whatever gaps are accepted in igloo.toml.")
    assert "accept_missing" not in text
    assert "Cost" not in text
    assert to_plain(found)["strict"] is False


def test_providers_without_a_uid_of_their_own_are_a_gap_too_but_not_one_that_keeps_them_from_starting() -> (
    None
):
    text = printed(findings(no_own_uid="/root is 0700", help_="move it to /opt"))
    assert "uid               enforced  /root is 0700" in text
    assert "Providers get no uid of their own\n  Cost   providers run as the hub's own user" in text
    assert "  To do  move it to /opt" in text
    assert text.endswith("Providers can start strictly on this machine.")


def test_each_restriction_has_its_cost() -> None:
    assert set(COSTS) == set(RESTRICTIONS)


@given(st.integers(30, 200))
def test_it_is_right_at_any_width(width: int) -> None:
    printed(findings("files", no_own_uid="漢字 " * 20, help_="x" * 300), width)


def test_what_the_launcher_says_reaches_no_terminal_raw() -> None:
    text = printed(findings(no_own_uid="\x1b[2J\u202e"))
    assert r"\x1b[2J\u202e" in text
    assert "\x1b" not in text


def test_json_is_the_report_and_what_the_hub_adds() -> None:
    found = json.loads(json.dumps(to_plain(findings("files", no_own_uid="why", help_="what"))))
    assert {key: found[key] for key in raw()} == raw("files")
    assert found["strict"] is False
    assert found["interpreter"] == "/opt/igloo/bin/python"
    assert found["own_uid"] == {"available": False, "lack": "why", "help": "what"}
    assert to_plain(findings())["own_uid"] == {"available": True, "lack": "", "help": ""}


# ── a uid for each provider ──


@pytest.mark.parametrize(
    ("found", "obstacle", "lack", "help_"),
    [
        (report(), None, None, ""),
        (report(uid=1000), None, "this is not root", "run the hub (and this command) as root"),
        (
            report(uid=1000),
            "/home/x is 0700",
            "this is not root",
            "run the hub (and this command) as root, and ",
        ),
        (
            report(own_uid="absent"),
            "/root is 0700",
            "/root is 0700",
            "install Igloo Hub and its Python where ",
        ),
        (report(own_uid="absent"), None, "the launcher's own words", ""),
        (report(layers=[]), None, "the launcher knows of none", ""),
    ],
)
def test_why_providers_have_no_uid_of_their_own(
    found: Report, obstacle: str | None, lack: str | None, help_: str
) -> None:
    told = why_no_own_uid(found, Interpreter("/usr/bin/python3", (), obstacle))
    assert told[0] == lack
    assert told[1].startswith(help_)
    assert bool(told[1]) == bool(help_)


# ── what is no report ──


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "the launcher gave no report: it ended with exit code 1: no landlock here"),
        (b" \n", "the launcher gave no report: it ended with exit code 1: no landlock here"),
        (b"hello", "the launcher's report can't be read: "),
        (b"\xff\xfe{", "the launcher's report can't be read: "),
        (b"[" * 100_000, "the launcher's report can't be read: "),
        (b"[]", "the launcher's report can't be read: it is a list"),
        (b"9" * 5_000, "the launcher's report can't be read: "),
        (b"{}", "the launcher's report can't be read: "),
        (json.dumps(raw(version=2)).encode(), "expected 1, not 2"),
        (json.dumps(raw(uid="0")).encode(), "uid"),
        (json.dumps(raw(colour="red")).encode(), "unknown key colour"),
        (json.dumps(raw(layers=[{"name": "x", "status": "maybe", "detail": ""}])).encode(), "'maybe'"),
        (json.dumps(raw(refused="no openat2")).encode(), "nothing starts, and that everything is held"),
        (json.dumps(raw(restrictions=[])).encode(), "nothing is said of files, truncate, "),
        (b" " * (LONGEST_REPORT + 1), "printed more than 1,048,576 bytes"),
    ],
)
def test_what_is_no_report_is_one_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(HubError) as caught:
        parse_report(text, "ended with exit code 1: no landlock here")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 3_000


def child(program: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", program]


def test_what_a_child_printed_and_how_it_ended() -> None:
    text, ended = ask_launcher(
        child("import sys; print('{}'); print('a\\nlast\\x1b[2J', file=sys.stderr); sys.exit(3)")
    )
    assert text == b"{}\n"
    assert ended == r"ended with exit code 3: last\x1b[2J"
    text, ended = ask_launcher(child("import os; os.kill(os.getpid(), 9)"))
    assert (text, ended) == (b"", "ended by signal 9")
    assert ask_launcher(child("")) == (b"", "ended with exit code 0")


def test_a_child_that_never_ends_is_ended_with_all_that_it_started() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    started = time.monotonic()
    with pytest.raises(HubError, match=r"the launcher did not answer within 0\.5 s"):
        ask_launcher(child(program), 0.5)
    assert time.monotonic() - started < 10


def test_a_child_that_prints_without_end_is_ended() -> None:
    text, _ = ask_launcher(child("while True: print('x' * 10000)"))
    assert len(text) == LONGEST_REPORT + 1


def test_a_child_that_cannot_be_started_is_one_sentence() -> None:
    with pytest.raises(HubError, match="the launcher can't be started: "):
        ask_launcher(["/nothing/here"])
