"""The owner's configuration, `igloo.toml`: which providers run, how, and what they are granted.

The hub only reads this file. Turns its text into frozen classes, or into an error that names the file and the key.
"""

import os
from pathlib import Path
from typing import Any, Literal

import attrs

from igloo_hub.errors import ConfigError
from igloo_hub.ids import InstanceId, ProviderId
from igloo_hub.plan.manifest import ID_FORM
from igloo_hub.plan.structure import StructureFault, make_converter, parse_toml, read_text, structure, why
from igloo_sandbox.spec import RESTRICTIONS

CONFIG_NAME = "igloo.toml"
INSTANCE_FORM_WORDS = "1 to 32 of a-z, 0-9, _ and -, beginning with a letter"


def identifier(_instance: object, attribute: "attrs.Attribute[Any]", value: str | None) -> None:
    if value is not None and not ID_FORM.fullmatch(value):
        raise ValueError(f"{attribute.name} must be the id of a provider, not {value!r}")


def restrictions(_instance: object, attribute: "attrs.Attribute[Any]", value: tuple[str, ...]) -> None:
    for name in value:
        if name not in RESTRICTIONS:
            raise ValueError(
                f"{attribute.name}: {name!r} is no restriction; there are: {', '.join(RESTRICTIONS)}"
            )


@attrs.frozen
class SecretFile:
    """Where a secret is kept: a file that only the hub's user may read, from the folder of igloo.toml."""

    file: str


@attrs.frozen
class InstanceConfig:
    """One table `[providers.INSTANCE]`."""

    provider: ProviderId | None = attrs.field(default=None, validator=identifier)
    """Which provider it is; the instance's own name when not given."""
    manifest: str | None = None
    """Path of a provider's manifest, from the folder of igloo.toml; for a provider that doesn't ship with the hub."""
    enabled: bool = True
    config: dict[str, object] = attrs.field(factory=dict)
    """For the fields that the provider's manifest names, as they were written: `plan_start` holds them against it."""
    secrets: dict[str, SecretFile] = attrs.field(factory=dict)
    approve: tuple[str, ...] = ()
    """The grants that the owner approves, as the hub names them: `read:/proc/loadavg`, `connect:broker.lan:1883`."""
    sandbox: Literal["strict", "off"] = "strict"
    """`off` is for development, and is logged at every start."""
    accept_missing: tuple[str, ...] = attrs.field(default=(), validator=restrictions)
    """Restrictions whose lack on this machine the owner accepts for this instance."""


@attrs.frozen
class HubSection:
    data_dir: str | None = None


@attrs.frozen
class HubConfig:
    hub: HubSection = attrs.field(factory=HubSection)
    providers: dict[InstanceId, InstanceConfig] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for instance in self.providers:
            # An instance names a folder and log lines, so it is as plain as a provider's id, but may hold a hyphen.
            if not ID_FORM.fullmatch(instance.replace("-", "_")):
                raise ValueError(
                    f"[providers.{instance!r}]: an instance's name must be {INSTANCE_FORM_WORDS}"
                )


def parse_secret(value: object, _type: object = None) -> SecretFile:
    match value:
        case {"file": str(name), **others} if name and not others:
            return SecretFile(name)
    # What stands there may be the secret itself, so it is not shown.
    raise ValueError('a secret is named as { file = "NAME" }, and stands in that file alone')


_converter = make_converter(strict=(InstanceConfig, HubSection, HubConfig))
_converter.register_structure_hook(SecretFile, parse_secret)
# Not looked at here: a secret that was put into the wrong table would be quoted in the sentence.
_converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _type: value)


def parse_config(text: str, source: str) -> HubConfig:
    """`source` is how errors name the file. Raises ConfigError."""
    try:
        config, _warnings = structure(_converter, parse_toml(text), HubConfig)
    except StructureFault as fault:
        raise ConfigError(f"{source}: {fault}") from None
    return config


def load_config(path: Path) -> HubConfig:
    """As `parse_config`, from a file. Raises ConfigError, also when it can't be read."""
    try:
        text = read_text(path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such configuration file") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: can't be read: {why(error)}") from None
    return parse_config(text, str(path))


def default_data_dir() -> Path:
    """Where the hub keeps its data when nobody says: as root the system's place, else the user's own."""
    if os.geteuid() == 0:
        return Path("/var/lib/igloo-hub")
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local/state") / "igloo-hub"
