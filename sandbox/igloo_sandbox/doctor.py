"""What this machine enforces, found out by doing it: one real start under the launcher, of a program that does nothing.

Plays the hub for that one start, with a throw-away folder, and accepts every gap so as to hear of all of them.
Knows how to tell a person or a program what came of it. Restricts nothing itself.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from typing import NamedTuple

from igloo_sandbox.lacks import explain_lack, probe_offers
from igloo_sandbox.layers import identity
from igloo_sandbox.spec import (
    RESTRICTIONS,
    Layer,
    Spec,
    SpecError,
    Status,
    dump_spec,
    find_obstacle,
    frame_record,
    launcher_command,
    parse_status,
    take_record,
)

VERSION = 1
"""Of the JSON."""

PATIENCE = 20.0
"""Seconds until the start counts as stuck. It takes a fraction of one."""

_UID = 1_899_999_999
"""Just below those that a hub gives to instances, so that nobody has it."""


_WIDTH = 80


class NoAnswer(Exception):
    """The launcher ended without a word, or with one that is none: it was not found out what holds here."""


class Finding(NamedTuple):
    """One of RESTRICTIONS: the layers that hold it here, or () and the reason, and what would help ("": unknown)."""

    name: str
    held_by: tuple[str, ...]
    lack: str = ""
    help: str = ""


class Report(NamedTuple):
    """kernel and machine as uname has them; uid of whoever asked, which a hub of the same user would start from.

    refused  why every start ends in a refusal here, whatever gaps are accepted; "" when they don't
    """

    kernel: str
    machine: str
    uid: int
    refused: str
    layers: tuple[Layer, ...]
    restrictions: tuple[Finding, ...]

    @property
    def is_strict(self) -> bool:
        """Whether a strict start would be accepted here."""
        return all(found.held_by for found in self.restrictions)


def examine() -> Report:
    """Start a program that does nothing, as restricted as this machine allows, and report what held.

    Raises NoAnswer, and OSError when it cannot be started.
    """
    uid, obstacle = _find_uid()
    folder = os.path.realpath(tempfile.mkdtemp(prefix="igloo-doctor-"))
    try:
        if uid is not None:
            os.chown(folder, uid, uid)
        status = _start(folder, uid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    layers = status.layers
    if obstacle:
        layers = tuple(
            layer._replace(detail=f"this Python is out of its reach: {obstacle}")
            if layer.name == identity.UID
            else layer
            for layer in layers
        )
    system = os.uname()
    refused = status.reason if status.verdict == "refused" else ""
    findings = tuple(_find_holders(status))
    return Report(system.release, system.machine, os.getuid(), refused, layers, findings)


def _find_uid() -> tuple[int | None, str]:
    """A uid to try, or None and what keeps one from being given."""
    if os.geteuid() != 0:
        return None, ""
    for path in (sys.executable, os.path.dirname(os.__file__), tempfile.gettempdir()):
        if obstacle := find_obstacle(path, _UID):
            return None, obstacle
    return _UID, ""


def _start(folder: str, uid: int | None) -> Status:
    spec = Spec(
        instance="doctor",
        command=(os.path.realpath(sys.executable), "-I", "-S", "-c", ""),
        environment=(),
        data_dir=folder,
        uid=uid,
        accept_missing=RESTRICTIONS,
    )
    wire, provider_wire = socket.socketpair()
    channel, launcher_channel = socket.socketpair()
    with wire, channel:
        with provider_wire, launcher_channel:
            numbers = provider_wire.fileno(), launcher_channel.fileno()
            process = subprocess.Popen(
                launcher_command(sys.executable, *numbers),
                pass_fds=numbers,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        channel.settimeout(PATIENCE)
        try:
            channel.sendall(frame_record(dump_spec(spec)))
            taken = take_record(_read_all(channel))
            status = None if taken is None else parse_status(taken[0])
        except (OSError, SpecError) as fault:
            raise NoAnswer(f"the launcher cannot be understood: {fault}") from fault
        finally:
            # It ends by itself; and a doctor that may send no signals is one more thing to find out about.
            with contextlib.suppress(PermissionError):
                process.kill()
            log = process.communicate()[0].decode(errors="backslashreplace").strip()
    if status is None:
        last_words = f": {log.splitlines()[-1]}" if log else " and said nothing"
        raise NoAnswer(f"the launcher ended with exit code {process.returncode}{last_words}")
    return status


def _read_all(channel: socket.socket) -> bytes:
    received = bytearray()
    while part := channel.recv(65536):
        received += part
    return bytes(received)


def _find_holders(status: Status) -> list[Finding]:
    if status.verdict == "refused":
        return [Finding(name, (), status.reason, status.help) for name in RESTRICTIONS]
    offers = probe_offers()
    return [
        Finding(name, held_by) if held_by else Finding(name, (), *explain_lack(offers, name))
        for name, held_by in status.restrictions
    ]


def format_json(report: Report) -> str:
    """For programs: one object, {"version": 1, …} and the fields of Report."""
    layers = [layer._asdict() for layer in report.layers]
    restrictions = [found._asdict() for found in report.restrictions]
    record = {"version": VERSION, **report._asdict(), "layers": layers, "restrictions": restrictions}
    return json.dumps(record, indent=2)


def format_text(report: Report) -> str:
    """For people, at 80 columns."""
    who = "root" if report.uid == 0 else f"uid {report.uid}"
    lines = [f"Linux {report.kernel} on {report.machine}, as {who}"]
    lines += ["", "Layers"] if report.layers else []
    lines += [_paragraph(f"  {layer.name:19}{layer.status:10}", layer.detail) for layer in report.layers]
    if report.refused:
        lines += [
            "",
            "Every start is refused here, whatever gaps are accepted",
            _paragraph("  ", report.refused),
        ]
        if help := report.restrictions[0].help:
            lines += [_paragraph("  What would help: ", help)]
        return "\n".join(lines)
    lines += ["", "What a provider is kept from, and by which layer"]
    lines += [f"  {found.name:19}{', '.join(found.held_by) or 'NOT HELD'}" for found in report.restrictions]
    for (lack, help), names in _group_lacks(report).items():
        lines += ["", f"Why nobody holds: {', '.join(names)}", _paragraph("  ", lack)]
        if help:
            lines += [_paragraph("  To gain it: ", help)]
    lines += ["", _paragraph("", _judge(report))]
    return "\n".join(lines)


def _group_lacks(report: Report) -> dict[tuple[str, str], list[str]]:
    """Lack and help, each said once, with the restrictions that are not held for that reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for found in report.restrictions:
        if not found.held_by:
            groups.setdefault((found.lack, found.help), []).append(found.name)
    return groups


def _paragraph(head: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _judge(report: Report) -> str:
    if report.is_strict:
        return "Strict starts are possible here."
    gaps = ", ".join(f'"{found.name}"' for found in report.restrictions if not found.held_by)
    return f"Strict starts are refused here, unless the owner accepts each gap: accept_missing = [{gaps}]"
