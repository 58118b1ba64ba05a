"""The entry point of `igloo-hub` and of `python -m igloo_hub`."""

import sys


def main() -> None:
    """Runs the command line and exits. Ctrl-C is no fault, not even while the modules are still being read."""
    try:
        from igloo_hub.cli import main as run_command_line
    except KeyboardInterrupt:
        sys.exit(130)
    run_command_line()


if __name__ == "__main__":
    main()
