"""From what a provider asks, what its owner configured and what its owner approved to the spec of one start.

Pure: looks at no file, no clock, no machine. `launch.py` adds what only the machine knows (where wildcards lead,
what the interpreter needs) before the spec goes to the launcher.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import NamedTuple

import attrs

from igloo_hub.errors import ApprovalNeeded, ConfigError
from igloo_hub.ids import InstanceId
from igloo_hub.logs import escape
from igloo_hub.plan.config import InstanceConfig
from igloo_hub.plan.endpoints import (
    Endpoint,
    Protocol,
    address_of,
    parse_endpoint,
    parse_host,
    parse_port,
    parse_url,
    why_no_destination,
)
from igloo_hub.plan.fields import ConfigValue
from igloo_hub.plan.manifest import FROM_CONFIG, Manifest, NetworkGrant
from igloo_hub.plan.structure import did_you_mean, unknown_key
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
    secrets: frozenset[PurePosixPath] = frozenset()
    """The files of all instances' secrets."""


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
    """By field. That of a `file` is its path, and `secrets` holds paths too: `owner_files.py` reads them."""
    secrets: dict[str, PurePosixPath]
    files: tuple[GrantedFile, ...]
    endpoints: frozenset[Endpoint]
    """Where the broker may connect to for it."""
    limits: Limits
    enforcement: str
    accept_missing: tuple[str, ...]
    places: HubPlaces
    unasked: tuple[str, ...] = ()
    """Approvals that the provider has no use for: misspelt, or left over from an earlier configuration."""


class Wish(NamedTuple):
    """One thing that a provider asks for: as the owner names it in `approve`, and why."""

    approval: str
    why: str


def plan_start(
    instance: InstanceId, manifest: Manifest, config: InstanceConfig, places: HubPlaces
) -> StartPlan:
    """The plan of one start.

    Raises ConfigError when the configuration doesn't fit the manifest or a grant may never be given, and
    ApprovalNeeded when the owner has not approved all that is asked.
    """
    folder = places.config.parent
    values = configured_values(instance, manifest, config, folder)
    secrets = configured_secrets(instance, manifest, config, folder)
    for grant in manifest.grants.files:
        if reason := never_granted(PurePosixPath(grant.path), places):
            raise ConfigError(f"{instance}: the manifest asks for {grant.path}, {reason}")
    endpoints = dict(asked_endpoints(manifest, values))
    for endpoint in endpoints:
        address = address_of(endpoint.host)
        if address is not None and (reason := why_no_destination(address)):
            raise ConfigError(f"{instance}: {endpoint} can't be granted: {endpoint.host} {reason}")
    wishes = [Wish(grant.approval, grant.why) for grant in manifest.grants.files]
    wishes += [Wish(endpoint.approval, why) for endpoint, why in endpoints.items()]
    approved = dict.fromkeys(map(canonical_approval, config.approve))
    asked = [wish.approval for wish in wishes]
    unasked = tuple(
        f"{approval}{did_you_mean(approval, asked)}" for approval in approved if approval not in asked
    )
    if missing := [wish for wish in wishes if wish.approval not in approved]:
        useful = [approval for approval in approved if approval in asked]
        raise ApprovalNeeded(approval_sentence(instance, manifest, useful, missing, unasked))
    limits, wanted = Limits(), manifest.limits
    return StartPlan(
        instance=instance,
        manifest=manifest,
        values=values,
        secrets=secrets,
        files=tuple(
            GrantedFile(PathRule(grant.path, "read" if grant.access == "ro" else "write"), grant.optional)
            for grant in manifest.grants.files
        ),
        endpoints=frozenset(endpoints),
        limits=limits._replace(
            memory=wanted.memory or limits.memory,
            processes=wanted.processes or limits.processes,
            descriptors=wanted.descriptors or limits.descriptors,
        ),
        enforcement=config.sandbox,
        accept_missing=config.accept_missing,
        places=places,
        unasked=unasked,
    )


def configured_values(
    instance: InstanceId, manifest: Manifest, config: InstanceConfig, folder: PurePosixPath
) -> dict[str, ConfigValue]:
    """Every field of the manifest with the owner's value or the default; secrets apart. Raises ConfigError.

    Paths begin in `folder`.
    """
    where = f"igloo.toml: [providers.{instance}] config"
    for key in config.config:
        if key not in manifest.config:
            raise ConfigError(f"{where}: {unknown_key(key, manifest.config)}")
    values: dict[str, ConfigValue] = {}
    for key, field in manifest.config.items():
        if field.type == "secret" and key not in config.config:
            continue
        if key in config.config:
            try:
                values[key] = field.check(config.config[key])
            except ValueError as error:
                raise ConfigError(f"{where}.{key}: {error}") from None
            if field.type == "file":
                values[key] = str(folder / str(values[key]))
        elif field.required:
            raise ConfigError(f"{where}: {key} ({field.label}) must be set")
        elif field.default is not None:
            values[key] = field.check(field.default)
    return values


def configured_secrets(
    instance: InstanceId, manifest: Manifest, config: InstanceConfig, folder: PurePosixPath
) -> dict[str, PurePosixPath]:
    """The file of each secret that the owner set. Raises ConfigError."""
    where = f"igloo.toml: [providers.{instance}] secrets"
    fields = {key: field for key, field in manifest.config.items() if field.type == "secret"}
    for key in config.secrets:
        if key not in fields:
            raise ConfigError(f"{where}: {unknown_key(key, fields)}")
    for key, field in fields.items():
        if field.required and key not in config.secrets:
            example = f'secrets = {{ {key} = {{ file = "{instance}.{key}" }} }}'
            raise ConfigError(f"{where}: {key} ({field.label}) must be set, such as {example}")
    return {key: folder / secret.file for key, secret in config.secrets.items()}


def asked_endpoints(manifest: Manifest, values: dict[str, ConfigValue]) -> Iterator[tuple[Endpoint, str]]:
    """Where the provider wants to connect to with this configuration, and why.

    What hangs on an optional value that is not set is not asked for.
    """
    asked: tuple[tuple[Protocol, tuple[NetworkGrant, ...]], ...] = (
        ("tcp", manifest.grants.connect),
        ("udp", manifest.grants.udp),
    )
    for protocol, grants in asked:
        for grant in grants:
            host, port = configured(grant.host, values), configured(grant.port, values)
            if host is not None and port is not None:
                yield Endpoint(protocol, host_in(host), port_in(port)), grant.why


def configured(value: int | str, values: dict[str, ConfigValue]) -> ConfigValue | None:
    """The value itself, or the configured one that it names."""
    if isinstance(value, str) and value.startswith(FROM_CONFIG):
        return values.get(value.removeprefix(FROM_CONFIG))
    return value


def host_in(value: ConfigValue) -> str:
    text = str(value)
    return parse_url(text).host if "://" in text else parse_host(text)


def port_in(value: ConfigValue) -> int:
    return parse_url(value).port if isinstance(value, str) else parse_port(value)


def canonical_approval(text: str) -> str:
    """As the hub itself would write it; what names no host and port is left as it is."""
    kind, _, place = text.partition(":")
    protocol: Protocol = "udp" if kind == "udp" else "tcp"
    if kind in {"connect", "udp"}:
        with suppress(ValueError):
            return parse_endpoint(place, protocol).approval
    return text


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
    if any(secret.is_relative_to(path) for secret in places.secrets):
        return "which is never granted: a secret lies there"
    return None


def fixed_part(path: PurePosixPath) -> PurePosixPath:
    """The path up to its first wildcard: all that lies below that may be meant."""
    for parent in (path, *path.parents):
        if not any(c in str(parent) for c in "*?["):
            return parent
    return path


def approval_sentence(
    instance: InstanceId,
    manifest: Manifest,
    approved: list[str],
    missing: list[Wish],
    unasked: tuple[str, ...],
) -> str:
    """What is asked and why, and the line for igloo.toml that grants it."""
    wishes = "".join(f"\n    {wish.approval:40}  {wish.why}" for wish in missing)
    wishes += "".join(
        f"\n  It does not ask for {escape(approval)}, which is approved." for approval in unasked
    )
    line = ", ".join(f'"{item}"' for item in [*approved, *(wish.approval for wish in missing)])
    return (
        f"{instance}: {manifest.provider.name} asks for more than is approved:{wishes}\n"
        f"  If you agree, say so in igloo.toml under [providers.{instance}]:\n"
        f"    approve = [{line}]"
    )
