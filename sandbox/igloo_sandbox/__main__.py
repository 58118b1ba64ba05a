"""The launcher's command line: what a hub calls, and what `python -m igloo_sandbox --help` explains.

Knows how this program finds its modules. Knows nothing of what they do.
"""

import os
import sys

DESCRIPTION = """\
The launcher of Igloo Hub's providers. It restricts itself, reports what holds, and becomes the provider.

It is started by a hub and speaks with it: over the status descriptor comes one spec (which program, and what
it may reach), and one status goes back before the program runs. Whatever cannot be held is a refusal: exit code
126, a reason on stderr, and nothing is executed. What is denied and granted: sandbox/README.md.
"""


def main() -> int:
    """Launch as argv says. Returns only when that failed: 126, or argparse's 2."""
    if not __package__:
        _find_own_package()
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m igloo_sandbox",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--wire-fd", type=int, required=True, metavar="N", help="inherited socket for the provider"
    )
    parser.add_argument(
        "--status-fd", type=int, required=True, metavar="N", help="inherited socket to the hub"
    )
    parser.add_argument("--broker-fd", type=int, metavar="N", help="inherited socket to the hub's broker")
    parser.add_argument(
        "--import-path",
        action="append",
        default=[],
        metavar="FOLDER",
        help="where the landlock package or cffi's backend is (Python runs without site)",
    )
    arguments = parser.parse_args()
    # At the end: what is installed beside them must not stand in for the standard library.
    sys.path += arguments.import_path
    try:
        from igloo_sandbox.enforce import launch
    except Exception as fault:
        print(f"igloo_sandbox: the launcher cannot be loaded: {fault}", file=sys.stderr)
        return 126
    return launch(arguments.wire_fd, arguments.status_fd, arguments.broker_fd)


def _find_own_package() -> None:
    """Started as a folder, as hubs do: make `igloo_sandbox` importable, and its inside not by short names."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != folder]
    sys.path.append(os.path.dirname(folder))


if __name__ == "__main__":
    sys.exit(main())
