"""The files that the owner names in igloo.toml: texts for a provider, and secrets. Read anew at each start.

What a file holds goes to the provider over the wire and nowhere else; no sentence here quotes it.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from igloo_hub.errors import ConfigError
from igloo_hub.logs import escape
from igloo_hub.plan.grants import StartPlan
from igloo_hub.plan.structure import read_text, why
from igloo_wire import MAX_TEXT


def read_owner_files(plan: StartPlan) -> tuple[dict[str, Any], dict[str, str]]:
    """The values and the secrets of one start, with the files' texts in place of their paths. Raises ConfigError."""
    values: dict[str, Any] = dict(plan.values)
    for name, path in named_files(plan).items():
        values[name] = read_owner_file(name, path, plan, check_nothing)
    secrets = {
        name: read_owner_file(name, str(path), plan, check_is_secret) for name, path in plan.secrets.items()
    }
    return values, {name: text.removesuffix("\n").removesuffix("\r") for name, text in secrets.items()}


def stamp_owner_files(plan: StartPlan) -> tuple[object, ...]:
    """What changes when one of the files does; a file that is not there has a stamp, too."""
    return tuple(map(stamp, [*map(str, plan.secrets.values()), *named_files(plan).values()]))


def named_files(plan: StartPlan) -> dict[str, str]:
    """The path of each `file` that the owner named, by its field."""
    fields = plan.manifest.config.items()
    return {
        name: str(plan.values[name]) for name, field in fields if field.type == "file" and name in plan.values
    }


def stamp(path: str) -> object:
    try:
        found = os.stat(path)
    except OSError as error:
        return error.errno
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode


def read_owner_file(name: str, path: str, plan: StartPlan, check: Callable[[os.stat_result], None]) -> str:
    where = f"{name}: {escape(path)}"
    # What is a provider's to write is no owner's file: a link there could lead anywhere.
    if PurePosixPath(os.path.realpath(os.path.dirname(path))).is_relative_to(
        plan.places.data_dir / "providers"
    ):
        raise ConfigError(f"{where}: lies where a provider may write")
    try:
        text = read_text(Path(path), check)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where}: can't be read: {why(error)}") from None
    if len(text.encode()) > MAX_TEXT:
        raise ConfigError(f"{where}: has more than {MAX_TEXT:,} bytes")
    return text


def check_nothing(_found: os.stat_result) -> None:
    pass


def check_is_secret(found: os.stat_result) -> None:
    """Raises ValueError when others than the hub's user may read or change the file."""
    if found.st_uid not in {os.geteuid(), 0}:
        raise ValueError("it belongs to another user")
    if mode := stat.S_IMODE(found.st_mode) & 0o077:
        raise ValueError(
            f"others may use it (its mode is {stat.S_IMODE(found.st_mode):04o}, which gives them {mode:03o}); "
            "chmod 600 makes it a secret"
        )
