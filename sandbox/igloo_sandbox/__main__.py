"""The launcher's command line: what a hub calls, and what `python -m igloo_sandbox --help` explains.

Knows how this program finds its modules. Knows nothing of what they do.
"""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
The launcher of Igloo Hub's providers. It restricts itself, reports what holds, and becomes the provider.

It is started by a hub and speaks with it: over the status descriptor comes one spec (which program, and what
it may reach), and one status goes back before the program runs. Whatever cannot be held is a refusal: exit code
126, a reason on stderr, and nothing is executed. What is denied and granted: sandbox/README.md.

By hand: `python -m igloo_sandbox doctor` says what this machine enforces.
"""

DOCTOR_DESCRIPTION = """\
Say what this machine enforces on a provider, and what would gain the rest.

Starts a program that does nothing under the real launcher, in a folder of its own that is removed again, and
reports what the launcher saw to hold. As root it does so with a uid of its own, where that can reach Python.
Changes nothing. Exit code 0 when a strict start is possible here, 1 when it would be refused,
126 when that could not be found out.
"""


def main() -> int:
    """Launch, or examine, as argv says. A launch returns only when it failed: 126, or argparse's 2."""
    if not __package__:
        _find_own_package()
    if sys.argv[1:2] == ["doctor"]:
        return _examine(sys.argv[2:])
    return _launch(sys.argv[1:])


def _launch(words: list[str]) -> int:
    parser = _make_parser("python -m igloo_sandbox", DESCRIPTION)
    parser.add_argument(
        "--wire-fd", type=int, required=True, metavar="N", help="inherited socket for the provider"
    )
    parser.add_argument(
        "--status-fd", type=int, required=True, metavar="N", help="inherited socket to the hub"
    )
    parser.add_argument("--broker-fd", type=int, metavar="N", help="inherited socket to the hub's broker")
    arguments = parser.parse_args(words)
    # At the end: what is installed beside them must not stand in for the standard library.
    sys.path += arguments.import_path
    try:
        from igloo_sandbox.enforce import launch
    except Exception as fault:
        print(f"igloo_sandbox: the launcher cannot be loaded: {fault}", file=sys.stderr)
        return 126
    return launch(arguments.wire_fd, arguments.status_fd, arguments.broker_fd)


def _examine(words: list[str]) -> int:
    parser = _make_parser("python -m igloo_sandbox doctor", DOCTOR_DESCRIPTION)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a text")
    arguments = parser.parse_args(words)
    sys.path += arguments.import_path
    try:
        from igloo_sandbox import doctor
    except ImportError as fault:
        print(f"igloo_sandbox: the launcher cannot be loaded: {fault}", file=sys.stderr)
        return 126
    try:
        report = doctor.examine()
    except (OSError, doctor.NoAnswer) as fault:
        print(f"igloo_sandbox: this machine cannot be examined: {fault}", file=sys.stderr)
        return 126
    print(doctor.format_json(report) if arguments.json else doctor.format_text(report))
    return 0 if report.is_strict else 1


def _make_parser(program: str, description: str) -> "argparse.ArgumentParser":
    import argparse

    parser = argparse.ArgumentParser(
        prog=program, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--import-path",
        action="append",
        default=[],
        metavar="FOLDER",
        help="where the landlock package or cffi's backend is (Python runs without site)",
    )
    return parser


def _find_own_package() -> None:
    """Started as a folder, as hubs do: make `igloo_sandbox` importable, and its inside not by short names."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != folder]
    sys.path.append(os.path.dirname(folder))


if __name__ == "__main__":
    sys.exit(main())
