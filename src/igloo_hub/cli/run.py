"""`igloo-hub run`: the hub in this process, its log on standard error, its values on standard output.

Knows nothing of what a table looks like; `watch.py` does, and is imported only for `--watch`.
"""

import logging
import math
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import trio

from igloo_hub.cli.output import STDOUT, ValueLines, open_log, write_out
from igloo_hub.errors import ConfigError
from igloo_hub.hub import Hub, HubSettings, default_config, run_hub
from igloo_hub.logs import escape
from igloo_hub.plan.config import CONFIG_NAME, HubConfig, default_data_dir, load_config

CORE_LIMIT = 1
"""Bytes of a core file: too few for any, and unlike 0 it also keeps the kernel from piping one to a program."""

SAME_SIGNAL = 0.3
"""Seconds within which a signal is the same one: timeout(1) and some shells signal a process and then its group."""

log = logging.getLogger("igloo_hub")


@click.command(short_help="Run the hub in the foreground.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="IGLOO_DATA_DIR",
    help="Where the hub keeps its data.  [default: /var/lib/igloo-hub as root, else ~/.local/state/igloo-hub]",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The configuration file.  [default: {CONFIG_NAME} in the data directory]",
)
@click.option("--watch", is_flag=True, help="Show a live table of providers and devices instead of lines.")
@click.option("--json", "as_json", is_flag=True, help="Print values and log as JSON, one object a line.")
@click.option("-q", "--quiet", is_flag=True, help="Print the log only, no values.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="The least important log lines to print.",
)
def run(
    data_dir: Path | None,
    config_path: Path | None,
    watch: bool,
    as_json: bool,
    quiet: bool,
    log_level: str,
) -> None:
    """Run the hub in the foreground until Ctrl-C or SIGTERM.

    Prints the log on standard error and every value that changes on standard output. Without a configuration file
    the provider `system` runs, which shows the values of this machine. When nobody reads standard output any more,
    the hub goes on without it.

    With --watch the terminal shows a table of how everything stands. The log is in it, and on standard error too
    where that is not the same terminal: `igloo-hub run --watch 2>hub.log`.

    A second Ctrl-C, a moment after the first, ends everything at once.
    """
    if watch and (as_json or quiet):
        raise click.UsageError("--watch shows a table: it can't be had together with --json or --quiet.")
    if watch:
        # rich is imported here and nowhere before: without the table nobody waits for it.
        from igloo_hub.cli.screen import find_obstacle
        from igloo_hub.cli.watch import open_watch

        if (obstacle := find_obstacle(STDOUT)) is not None:
            raise click.UsageError(
                f"--watch needs a terminal, and {obstacle}. Without --watch values are printed as lines."
            )
        settings = find_settings(data_dir, config_path)
        configured = [name for name, instance in settings.config.providers.items() if instance.enabled]
        with open_watch(log_level) as table:
            trio.run(run_in_foreground, settings, partial(table.show, configured), table.leave)
        return
    settings = find_settings(data_dir, config_path)
    lines = ValueLines(as_json)
    with open_log(as_json, log_level):
        trio.run(run_in_foreground, settings, None if quiet else partial(print_values, lines))


def set_limits() -> None:
    """No core file, because the hub holds its providers' secrets; and as many descriptors as it may have.

    The usual 1,024 are soft, and a house of fifty providers that all connect at once needs more.
    """
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limit = CORE_LIMIT if hard == resource.RLIM_INFINITY else min(CORE_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def find_settings(data_dir: Path | None, config_path: Path | None) -> HubSettings:
    """What the arguments, the configuration file and the defaults say together. Raises ConfigError."""
    if config_path is None:
        data_dir = data_dir or default_data_dir()
        config_path = data_dir / CONFIG_NAME
        try:
            config_path.lstat()
        except FileNotFoundError:
            return HubSettings(data_dir, default_config(), config_path)
        except OSError as error:
            raise ConfigError(f"{config_path}: can't be read: {error.strerror}") from None
    config = load_config(config_path)
    return HubSettings(data_dir or configured_data_dir(config, config_path), config, config_path)


def configured_data_dir(config: HubConfig, config_path: Path) -> Path:
    named = config.hub.data_dir
    return config_path.parent / named if named else default_data_dir()


async def run_in_foreground(
    settings: HubSettings,
    show: Callable[[Hub], Awaitable[None]] | None,
    before_end: Callable[[], None] = lambda: None,
) -> None:
    """Runs the hub, and beside it what shows it, until a signal asks for its end: then `before_end` comes first."""
    set_limits()
    stop = trio.Event()
    running: list[Hub] = []
    # Whoever started us may ignore SIGCHLD, and then nobody learns how a provider ended.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ending = {signal.SIGINT, signal.SIGTERM}
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup(1) sets it
        ending.add(signal.SIGHUP)  # the terminal was closed
    with trio.open_signal_receiver(*ending) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(obey_signals, signals, running, stop, nursery.cancel_scope, before_end)
            hub = await nursery.start(run_hub, settings, stop)
            running.append(hub)
            log.info("the hub runs, data in %s", escape(str(settings.data_dir)))
            if not settings.config.providers:
                log.warning("no provider is to run: name one under [providers] in %s", settings.config_path)
            if show is not None:
                nursery.start_soon(show, hub)
            await hub.ended.wait()
            nursery.cancel_scope.cancel()


async def obey_signals(
    signals: AsyncIterator[int],
    running: list[Hub],
    stop: trio.Event,
    everything: trio.CancelScope,
    before_end: Callable[[], None],
) -> None:
    """The first signal stops the hub, the second kills what is left and ends this process."""
    first = -math.inf
    async for number in signals:
        if trio.current_time() - first < SAME_SIGNAL:
            continue
        if stop.is_set():
            for hub in running:
                hub.kill_at_once()
            os._exit(128 + number)
        first = trio.current_time()
        before_end()
        log.info("%s: stopping; once more ends everything at once", signal.Signals(number).name)
        stop.set()
        if not running:
            everything.cancel()  # it is still starting, and no provider runs yet


async def print_values(lines: ValueLines, hub: Hub) -> None:
    async with hub.tree.open_subscription() as subscription:
        while True:
            changes = await subscription.wait()
            text = "".join(line + "\n" for line in lines.lines(changes, datetime.now().astimezone()))
            if not text:
                continue
            try:
                # In a thread, so that a terminal that doesn't take it holds up nothing but this loop.
                await trio.to_thread.run_sync(write_out, STDOUT, text, abandon_on_cancel=True)
            except OSError as error:
                log.warning("standard output is closed (%s): values are no longer printed", error.strerror)
                return
