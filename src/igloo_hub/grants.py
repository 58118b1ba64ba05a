"""From what a provider asks, what its owner configured and what its owner approved to the spec of one start.

Pure: looks at no file, no clock, no machine. `launch.py` adds what only the machine knows (where wildcards lead,
what the interpreter needs) before the spec goes to the launcher.
"""

from pathlib import PurePosixPath

import attrs

from igloo_hub.config import InstanceConfig
from igloo_hub.errors import ApprovalNeeded, ConfigError
from igloo_hub.ids import InstanceId
from igloo_hub.manifest import ConfigValue, FileGrant, Manifest
from igloo_hub.structure import unknown_key
from igloo_sandbox.spec import Limits, PathRule

NEVER_GRANTED = frozenset(
    [
        "/",
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/home",
        "/lib",
        "/media",
        "/mnt",
        "/opt",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/sys",
        "/tmp",
        "/usr",
        "/var",
        "/var/lib",
        "/var/tmp",
    ]
)
"""Folders that hold more than any one provider can have a reason for. A path below them is for the owner to judge."""


@attrs.frozen
class HubPlaces:
    """What belongs to the hub itself, as real paths."""

    data_dir: PurePosixPath
    config: PurePosixPath
    """The configuration file, whether it is there or not."""


@attrs.frozen
class GrantedFile:
    """A file grant that its owner approved. The path may still hold a wildcard."""

    rule: PathRule
    optional: bool


@attrs.frozen
class StartPlan:
    """What one instance is granted and told, before the machine has its say."""

    instance: InstanceId
    manifest: Manifest
    values: dict[str, ConfigValue]
    files: tuple[GrantedFile, ...]
    limits: Limits
    enforcement: str
    accept_missing: tuple[str, ...]
    places: HubPlaces


def plan_start(
    instance: InstanceId, manifest: Manifest, config: InstanceConfig, places: HubPlaces
) -> StartPlan:
    """The plan of one start.

    Raises ConfigError when the configuration doesn't fit the manifest or a grant may never be given, and
    ApprovalNeeded when the owner has not approved all that is asked.
    """
    values = configured_values(instance, manifest, config)
    for grant in manifest.grants.files:
        if reason := never_granted(PurePosixPath(grant.path), places):
            raise ConfigError(f"{instance}: the manifest asks for {grant.path}, {reason}")
    if missing := unapproved(manifest, config.approve):
        raise ApprovalNeeded(approval_sentence(instance, manifest, config.approve, missing))
    limits, asked = Limits(), manifest.limits
    return StartPlan(
        instance=instance,
        manifest=manifest,
        values=values,
        files=tuple(
            GrantedFile(PathRule(grant.path, "read" if grant.access == "ro" else "write"), grant.optional)
            for grant in manifest.grants.files
        ),
        limits=limits._replace(
            memory=asked.memory or limits.memory,
            processes=asked.processes or limits.processes,
            descriptors=asked.descriptors or limits.descriptors,
        ),
        enforcement=config.sandbox,
        accept_missing=config.accept_missing,
        places=places,
    )


def configured_values(
    instance: InstanceId, manifest: Manifest, config: InstanceConfig
) -> dict[str, ConfigValue]:
    """Every field of the manifest with the owner's value or the default. Raises ConfigError."""
    where = f"igloo.toml: [providers.{instance}] config"
    for key in config.config:
        if key not in manifest.config:
            raise ConfigError(f"{where}: {unknown_key(key, manifest.config)}")
    values: dict[str, ConfigValue] = {}
    for key, field in manifest.config.items():
        if key in config.config:
            try:
                values[key] = field.check(config.config[key])
            except ValueError as error:
                raise ConfigError(f"{where}.{key}: {error}") from None
        elif field.required:
            raise ConfigError(f"{where}: {key} ({field.label}) must be set")
        elif field.default is not None:
            values[key] = field.check(field.default)
    return values


def never_granted(path: PurePosixPath, places: HubPlaces) -> str | None:
    """Why no owner can grant this path, as the end of a sentence, or None. A path may still hold wildcards."""
    fixed = fixed_part(path)
    if path.is_relative_to(places.data_dir):
        return f"which is never granted: {places.data_dir} belongs to the hub"
    return holds_too_much(fixed, places)


def holds_too_much(path: PurePosixPath, places: HubPlaces) -> str | None:
    """Why a provider may not even read all that lies below this path, or None.

    Held against every path of a start, also against those that nobody asks for by name: the folder of the
    manifest, and what the interpreter imports from.
    """
    if str(path) in NEVER_GRANTED or str(path.parent) == "/home":
        return "which is never granted: it holds more than one provider can have a reason for"
    if places.data_dir.is_relative_to(path) or path.is_relative_to(places.data_dir / "providers"):
        return f"which is never granted: the hub keeps its data in {places.data_dir}"
    if places.config.is_relative_to(path):
        return f"which is never granted: the hub's configuration {places.config} lies there"
    return None


def fixed_part(path: PurePosixPath) -> PurePosixPath:
    """The path up to its first wildcard: all that lies below that may be meant."""
    for parent in (path, *path.parents):
        if not any(c in str(parent) for c in "*?["):
            return parent
    return path


def unapproved(manifest: Manifest, approved: tuple[str, ...]) -> list[FileGrant]:
    return [grant for grant in manifest.grants.files if grant.approval not in approved]


def approval_sentence(
    instance: InstanceId, manifest: Manifest, approved: tuple[str, ...], missing: list[FileGrant]
) -> str:
    """What is asked and why, and the line for igloo.toml that grants it."""
    wishes = "".join(f"\n    {grant.approval:40}  {grant.why}" for grant in missing)
    line = ", ".join(f'"{item}"' for item in [*approved, *(grant.approval for grant in missing)])
    return (
        f"{instance}: {manifest.provider.name} asks for more than is approved:{wishes}\n"
        f"  If you agree, say so in igloo.toml under [providers.{instance}]:\n"
        f"    approve = [{line}]"
    )
