"""`igloo-hub doctor`: what this machine enforces on providers, and how to gain the rest. Needs no hub.

The finding out is the launcher's, in a process of its own: this one restricts nothing, itself least of all. Here it is
checked and put into words.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import attrs
import click
import trio

from igloo_hub import __version__
from igloo_hub.errors import HubError
from igloo_hub.interpreter import Interpreter, find_interpreter
from igloo_hub.logs import one_line
from igloo_hub.plan.structure import StructureFault, make_converter, structure
from igloo_sandbox.spec import RESTRICTIONS, doctor_command

if TYPE_CHECKING:
    from igloo_hub.cli.screen import Line

PATIENCE = 30.0
"""Seconds for the examination, which takes less than one and gives up by itself after twenty."""

LONGEST_REPORT = 1 << 20
"""Bytes. A report has some thousand."""

COSTS = {
    "files": "a provider can read and change whatever its user can",
    "truncate": "a provider can empty files that its user may write",
    "network": "a provider can reach any address, and listen",
    "signals": "a provider can stop and kill what runs under its user, the hub too",
    "abstract sockets": "a provider can talk to services of its user, such as a desktop's",
    "other processes": "a provider can slow down other processes of its user, or read their memory",
    "new privileges": "a provider can become another user, root too, through a setuid program",
    "inheritance": "a provider can use what the hub has open, and its terminal",
}
"""What it means when nobody holds a restriction."""

SHARED_UID_COST = (
    "providers run as the hub's own user, and only the sandbox stands between them and what that user may do"
)
LAYER_STYLES = {"enforced": "green", "partial": "yellow", "absent": "yellow"}

WIDEST = 100
"""Columns of the longest line: sentences that run on across a wide screen are hard to read."""
NARROWEST = 30
READABLE = 20
"""Columns without which a text goes to a line of its own."""
LABELS = 9
MOST_LINES = 99


@attrs.frozen
class LayerFound:
    name: str
    status: Literal["enforced", "partial", "absent"]
    detail: str


@attrs.frozen
class RestrictionFound:
    name: str
    held_by: tuple[str, ...]
    """Names of layers; none when nobody holds it."""
    lack: str
    """Why nobody does."""
    help: str
    """What would change that, "" when nobody knows."""


@attrs.frozen
class Report:
    """What the launcher's examination says, in its own words. Strict: an unknown key is a mix-up of versions."""

    version: Literal[1]
    kernel: str
    machine: str
    uid: int
    refused: str
    """Why every start is refused, whatever gaps are accepted; "" when they aren't."""
    layers: tuple[LayerFound, ...]
    restrictions: tuple[RestrictionFound, ...]

    def __attrs_post_init__(self) -> None:
        # One that is left out would otherwise pass as held.
        if missing := [
            name for name in RESTRICTIONS if name not in {found.name for found in self.restrictions}
        ]:
            raise ValueError(f"nothing is said of {', '.join(missing)}")
        if self.refused and not self.gaps:
            raise ValueError("it says that nothing starts, and that everything is held")

    @property
    def gaps(self) -> tuple[RestrictionFound, ...]:
        return tuple(found for found in self.restrictions if not found.held_by)


@attrs.frozen
class Findings:
    """The report, and what the hub knows beside it."""

    report: Report
    interpreter: str
    no_own_uid: str | None
    """Why providers can't have uids of their own, or None."""
    own_uid_help: str


@click.command(short_help="Say what this machine enforces on providers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Say what this machine enforces on providers, and how to gain the rest.

    Starts a program that does nothing under the sandbox, and looks at what held. Changes nothing. The exit code is 0
    when providers can start strictly here, else 1.
    """
    findings = examine()
    if as_json:
        click.echo(json.dumps(to_plain(findings), indent=2))
    else:
        print_findings(findings)
    sys.exit(1 if findings.report.gaps else 0)


# ── finding out ──


def examine() -> Findings:
    """Raises HubError, with a sentence."""
    try:
        interpreter = trio.run(find_interpreter)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise HubError(f"the Python that runs this ({sys.executable}) can't be examined: {error}") from None
    report = parse_report(*ask_launcher(doctor_command(interpreter.executable)))
    return Findings(report, interpreter.executable, *why_no_own_uid(report, interpreter))


def why_no_own_uid(report: Report, interpreter: Interpreter) -> tuple[str | None, str]:
    """Why providers can't have uids of their own, or None, and what would help."""
    reach = "install Igloo Hub and its Python where every user can read them, such as /opt"
    if report.uid != 0:
        obstacle = interpreter.obstacle_for_others
        help_ = "run the hub (and this command) as root"
        return "this is not root", f"{help_}, and {reach}: {obstacle}" if obstacle else help_
    if interpreter.obstacle_for_others is not None:
        return interpreter.obstacle_for_others, reach
    layer = next((layer for layer in report.layers if layer.name == "uid"), None)
    if layer is None or layer.status != "enforced":
        return layer.detail if layer else "the launcher knows of none", ""
    return None, ""


def ask_launcher(command: Sequence[str], patience: float = PATIENCE) -> tuple[bytes, str]:
    """What the examination printed, and how it ended, for a sentence. Raises HubError when it takes too long."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # so that it can be ended with all that it started
            )
        except OSError as error:
            raise HubError(f"the launcher can't be started: {error}") from None
        late = threading.Event()

        def end() -> None:
            late.set()
            kill(process.pid)

        timer = threading.Timer(patience, end)
        timer.start()
        assert process.stdout is not None
        try:
            printed = process.stdout.read(LONGEST_REPORT + 1)
            if len(printed) > LONGEST_REPORT:
                kill(process.pid)
            code = process.wait()
        except BaseException:  # Ctrl-C
            kill(process.pid)
            raise
        finally:
            timer.cancel()
            process.stdout.close()
        if late.is_set():
            raise HubError(f"the launcher did not answer within {patience:g} s")
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4096))
        lines = errors.read().decode(errors="backslashreplace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    ended = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return printed, f"{ended}: {one_line(last.strip())}" if last else ended


def kill(process_group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process_group, signal.SIGKILL)


def parse_report(printed: bytes, ended: str) -> Report:
    """The report in what was printed. `ended` is how the launcher ended, for the sentence. Raises HubError."""
    if len(printed) > LONGEST_REPORT:
        raise HubError(f"the launcher printed more than {LONGEST_REPORT:,} bytes instead of its report")
    if not printed.strip():
        raise HubError(f"the launcher gave no report: it {ended}")
    converter = make_converter(strict=(Report, LayerFound, RestrictionFound))
    try:
        top = json.loads(printed)
        if not isinstance(top, dict):
            raise ValueError(f"it is a {type(top).__name__}")
        report, _warnings = structure(converter, top, Report)
    except (StructureFault, ValueError, RecursionError) as fault:
        raise HubError(f"the launcher's report can't be read: {one_line(str(fault))}; it {ended}") from None
    return report


# ── putting into words ──


def to_plain(findings: Findings) -> dict[str, Any]:
    return {
        **attrs.asdict(findings.report),
        "strict": not findings.report.gaps,
        "interpreter": findings.interpreter,
        "own_uid": {
            "available": findings.no_own_uid is None,
            "lack": findings.no_own_uid or "",
            "help": findings.own_uid_help,
        },
    }


def print_findings(findings: Findings) -> None:
    # rich is only for this, and not for --json.
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for line in words_for_person(findings, min(console.width, WIDEST)):
        text = Text(no_wrap=True, overflow="ignore")
        for column, words, style in line:
            text.append(" " * (column - text.cell_len))
            text.append(words, style)
        console.print(text, highlight=False, soft_wrap=True)


def words_for_person(findings: Findings, width: int) -> Iterator["Line"]:
    """The whole answer, in lines of at most `width` columns, or `NARROWEST`."""
    from igloo_hub.cli.screen import Cell, Line, cell, wrap

    width = max(width, NARROWEST)

    def paragraph(text: str, start: int = 0, style: str = "", head: Line = ()) -> Iterator[Line]:
        """The text from this column on, in as many lines as it needs; what stands before the first one is `head`."""
        first, *others = wrap(text, max(width - start, 1), MOST_LINES) or [""]
        yield (*head, Cell(start, first, style))
        yield from ((Cell(start, other, style),) for other in others)

    def remarks(*rows: tuple[str, str]) -> Iterator[Line]:
        for label, text in rows:
            yield from paragraph(text, LABELS, "", (cell(2, LABELS - 3, label, "dim"),))

    report = findings.report
    user = "root" if report.uid == 0 else f"user {report.uid}"
    title = f"Igloo Hub {__version__} on Linux {report.kernel}, {report.machine}, as {user}"
    yield from paragraph(title, 0, "bold")
    yield from paragraph(f"Providers run on {findings.interpreter}")

    named = [layer.name for layer in report.layers] + [found.name for found in report.restrictions]
    names = min(max(map(len, named)), width // 2 - 2) + 2
    details = names + len("enforced") + 2
    yield ()
    yield (cell(0, names, "LAYER", "dim"), cell(names, width - names, "STATUS", "dim"))
    for layer in report.layers:
        # The launcher knows only that no uid was asked for; why not is known here.
        detail = findings.no_own_uid if layer.name == "uid" and findings.no_own_uid else layer.detail
        status = cell(names, width - names, layer.status, LAYER_STYLES[layer.status])
        head = (cell(0, names - 2, layer.name), status)
        if width - details >= READABLE:
            yield from paragraph(detail, details, "", head)
        else:
            yield head
            yield from paragraph(detail, 2)

    if report.refused:
        yield ()
        yield from paragraph("No provider can start", 0, "bold red")
        yield from remarks(("Why", report.refused), ("To do", report.gaps[0].help or "nobody knows"))
        yield ()
        yield from paragraph(verdict(report), 0, "bold red")
        return

    yield ()
    yield (cell(0, names, "RESTRICTION", "dim"), cell(names, width - names, "HELD BY", "dim"))
    for found in report.restrictions:
        style = "" if found.held_by else "bold red"
        holders = ", ".join(found.held_by) or "NOBODY"
        yield from paragraph(holders, names, style, (cell(0, names - 2, found.name, style),))

    for (lack, help_), gaps in group_gaps(report).items():
        yield ()
        yield from paragraph(f"Nobody holds: {', '.join(gaps)}", 0, "bold red")
        costs = "; ".join(COSTS[name] for name in gaps if name in COSTS)
        yield from remarks(
            ("Cost", costs), ("Why", lack or "nobody knows"), ("To do", help_ or "nobody knows")
        )

    if findings.no_own_uid is not None:
        yield ()
        yield from paragraph("Providers get no uid of their own", 0, "bold yellow")
        yield from remarks(("Cost", SHARED_UID_COST), ("Why", findings.no_own_uid))
        if findings.own_uid_help:
            yield from remarks(("To do", findings.own_uid_help))

    yield ()
    yield from paragraph(verdict(report), 0, "bold red" if report.gaps else "bold green")


def group_gaps(report: Report) -> dict[tuple[str, str], list[str]]:
    """Why and what would help, each once, with the restrictions that nobody holds for that reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for gap in report.gaps:
        groups.setdefault((gap.lack, gap.help), []).append(gap.name)
    return groups


def verdict(report: Report) -> str:
    if report.refused:
        return "Providers can't start on this machine, whatever gaps are accepted in igloo.toml."
    if not report.gaps:
        return "Providers can start strictly on this machine."
    gaps = ", ".join(json.dumps(gap.name) for gap in report.gaps)
    return (
        "Providers can't start strictly on this machine: none starts before the gaps are closed, or accepted in "
        f"igloo.toml under [providers.NAME] with accept_missing = [{gaps}]"
    )
