"""The command line. Turns arguments into settings, and errors into one sentence on standard error.

Exit codes: 0 done, 1 error, 2 wrong usage; 130 when Ctrl-C ended what was not yet running or a second one cut the end
short, 143 when a second SIGTERM did.
"""

import sys
from typing import NoReturn

import click

from igloo_hub import __version__
from igloo_hub.cli.doctor import doctor
from igloo_hub.cli.run import run
from igloo_hub.errors import HubError, first_of


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: igloo-hub run",
)
@click.version_option(__version__, prog_name="igloo-hub")
def cli() -> None:
    """A smart-home hub whose drivers cannot take the house down.

    Every driver (a "provider") runs as a process of its own, in a sandbox that lets it reach what you granted and
    nothing else.
    """


cli.add_command(run)
cli.add_command(doctor)


INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


def main() -> None:
    """Runs the command line and exits."""
    try:
        # Not click's own way out, which prints "Aborted!" for a Ctrl-C.
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except HubError as error:
        fail(error)
    except BaseExceptionGroup as group:
        expected, defects = group.split(HubError)
        if expected is None or defects is not None:
            raise
        fail(first_of(expected))


def fail(error: BaseException) -> NoReturn:
    click.echo(f"igloo-hub: {error}", err=True)
    sys.exit(1)
