"""A provider's manifest: what it is, what it publishes, what it asks to be granted, what may be configured.

Turns the text of a `manifest.toml` into frozen classes, or into an error that names the file and the key. Decides
nothing: what is granted in the end is the business of `grants.py`.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import attrs
import cattrs

from igloo_hub.errors import ManifestError
from igloo_hub.ids import ProviderId
from igloo_hub.logs import escape
from igloo_hub.plan.endpoints import parse_host, parse_port
from igloo_hub.plan.fields import ConfigField, ConfigType, one_line, short
from igloo_hub.plan.structure import (
    StructureFault,
    did_you_mean,
    make_converter,
    parse_toml,
    read_text,
    structure,
    why,
)
from igloo_sandbox.spec import MIN_DESCRIPTORS, MIN_MEMORY
from igloo_wire import COMPONENTS, Component

ID_FORM = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
"""A provider's id: short enough for file names and log lines, and safe in both."""

MEMORY_FORM = re.compile(r"([1-9][0-9]{0,9})([KMG])", re.ASCII)
MEMORY_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

FROM_CONFIG = "config:"
"""Begins a host or port of a grant that is to be taken from the owner's configuration."""

HOLDS_HOST: tuple[ConfigType, ...] = ("host", "url")
HOLDS_PORT: tuple[ConfigType, ...] = ("port", "url")


def provider_id(_instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    if not ID_FORM.fullmatch(value):
        raise ValueError(
            f"{attribute.name} must be 1 to 32 of a-z, 0-9 and _, beginning with a letter, not {value!r}"
        )


def module_name(_instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    if not value.isascii() or not all(part.isidentifier() for part in value.split(".")):
        raise ValueError(f"{attribute.name} must be the dotted name of a Python module, not {value!r}")


def absolute_path(_instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    path = PurePosixPath(value)
    if not value.isprintable() or '"' in value or "\\" in value:
        raise ValueError(
            f"{attribute.name} must be printable and without quotes, so that it can be approved: {value!r}"
        )
    if not path.is_absolute() or ".." in path.parts or "\0" in value or str(path) != value:
        raise ValueError(f"{attribute.name} must be an absolute path without `..`, not {value!r}")
    if any(c in value for c in "*?[") and path.parts[1:2] not in [("proc",), ("sys",)]:
        raise ValueError(f"{attribute.name} may hold a wildcard only below /proc and /sys, not {value!r}")


def between(least: int, most: int) -> Callable[[object, "attrs.Attribute[Any]", int | None], None]:
    def validate(_instance: object, attribute: "attrs.Attribute[Any]", value: int | None) -> None:
        if value is not None and not least <= value <= most:
            raise ValueError(
                f"{attribute.name} must be at least {least:,} and at most {most:,}, not {short(value)}"
            )

    return validate


def config_names(_instance: object, attribute: "attrs.Attribute[Any]", value: dict[str, Any]) -> None:
    for name in value:
        if not ID_FORM.fullmatch(name):
            raise ValueError(
                f"{attribute.name}: {name!r} must be 1 to 32 of a-z, 0-9 and _, beginning with a letter"
            )


@attrs.frozen
class ProviderSection:
    id: ProviderId = attrs.field(validator=provider_id)
    name: str = attrs.field(validator=one_line)
    version: str = attrs.field(validator=one_line)
    run: str = attrs.field(validator=module_name)
    """The Python module that is run as the provider."""

    @property
    def ships(self) -> bool:
        """Whether the module is one of those that are installed with the hub."""
        return self.run.startswith("igloo_providers.")


@attrs.frozen
class ComponentsSection:
    publishes: tuple[type[Component], ...] = ()
    """Components that its entities may hold."""
    accepts: tuple[type[Component], ...] = ()
    """Components that the hub may write to it."""


@attrs.frozen
class FileGrant:
    """A path below which the provider may read (ro), or also write (rw)."""

    path: str = attrs.field(validator=absolute_path)
    why: str = attrs.field(validator=one_line)
    access: Literal["ro", "rw"] = "ro"
    optional: bool = False
    """True: a machine that lacks the path runs the provider without it."""

    @property
    def approval(self) -> str:
        """How the owner names this grant in `approve`."""
        return f"{'read' if self.access == 'ro' else 'write'}:{self.path}"


def granted_host(_instance: object, _attribute: "attrs.Attribute[Any]", value: str) -> None:
    if not value.startswith(FROM_CONFIG) and parse_host(value) != value:
        raise ValueError(f"host must be written as {parse_host(value)!r}, not {short(value)}")


def granted_port(_instance: object, _attribute: "attrs.Attribute[Any]", value: int | str) -> None:
    if not isinstance(value, str) or not value.startswith(FROM_CONFIG):
        parse_port(value)


@attrs.frozen
class NetworkGrant:
    """A host and port to which the hub opens connections for the provider; `config:NAME` takes it from there."""

    host: str = attrs.field(validator=granted_host)
    port: int | str = attrs.field(validator=granted_port)
    why: str = attrs.field(validator=one_line)


@attrs.frozen
class GrantsSection:
    files: tuple[FileGrant, ...] = ()
    connect: tuple[NetworkGrant, ...] = ()
    """Over TCP."""
    udp: tuple[NetworkGrant, ...] = ()


@attrs.frozen
class LimitsSection:
    """Upper bounds; what is not given is the launcher's default (`igloo_sandbox.spec.Limits`, with reasons)."""

    memory: int | None = attrs.field(default=None, validator=between(MIN_MEMORY, 1 << 40))
    """Bytes of private data of each of its processes."""
    processes: int | None = attrs.field(default=None, validator=between(1, 1 << 22))
    descriptors: int | None = attrs.field(default=None, validator=between(MIN_DESCRIPTORS, 1 << 20))
    messages_per_second: int = attrs.field(default=1000, validator=between(1, 1_000_000_000))
    """Component rows and other messages, sustained. A house of 100 busy sensors sends about 20."""


@attrs.frozen
class Manifest:
    manifest: Literal[1]
    provider: ProviderSection
    components: ComponentsSection = attrs.field(factory=ComponentsSection)
    grants: GrantsSection = attrs.field(factory=GrantsSection)
    limits: LimitsSection = attrs.field(factory=LimitsSection)
    config: dict[str, ConfigField] = attrs.field(factory=dict, validator=config_names)

    def __attrs_post_init__(self) -> None:
        for table, grants in ("connect", self.grants.connect), ("udp", self.grants.udp):
            for grant in grants:
                self._check_source(f"grants.{table}: host", grant.host, HOLDS_HOST)
                self._check_source(f"grants.{table}: port", grant.port, HOLDS_PORT)

    def _check_source(self, where: str, value: int | str, types: tuple[ConfigType, ...]) -> None:
        if not isinstance(value, str) or not value.startswith(FROM_CONFIG):
            return
        field = self.config.get(value.removeprefix(FROM_CONFIG))
        if field is None or field.type not in types:
            raise ValueError(
                f"{where}: {short(value)} must name a field of type {' or '.join(types)} under [config]"
            )


def parse_memory(value: object, _type: object = None) -> int:
    if isinstance(value, str) and (match := MEMORY_FORM.fullmatch(value)):
        return int(match[1]) * MEMORY_UNITS[match[2]]
    raise ValueError(f'expected a size such as "48M", not {value!r}')


def parse_component(value: object, _type: object = None) -> type[Component]:
    if isinstance(value, str) and value in COMPONENTS:
        return COMPONENTS[value]
    near = did_you_mean(value, COMPONENTS)
    raise ValueError(f"{value!r} is not a component of this hub's schema{near}")


# A grant that this hub doesn't know can't be enforced or refused one by one, so it refuses the manifest. Elsewhere
# an unknown key is what a newer author's manifest looks like to an older hub: said, and passed over.
_converter = make_converter(strict=(GrantsSection, FileGrant, NetworkGrant))
_converter.register_structure_hook_func(lambda kind: kind == type[Component], parse_component)
_converter.register_structure_hook(
    LimitsSection,
    cattrs.gen.make_dict_structure_fn(
        LimitsSection, _converter, memory=cattrs.override(struct_hook=parse_memory)
    ),
)


def parse_manifest(text: str, source: str) -> tuple[Manifest, list[str]]:
    """The manifest, and a warning for each key that is passed over.

    `source` is how errors name the file. Raises ManifestError.
    """
    try:
        return structure(_converter, parse_toml(text), Manifest)
    except StructureFault as fault:
        raise ManifestError(f"{source}: {fault}") from None


def load_manifest(path: Path) -> tuple[Manifest, list[str]]:
    """As `parse_manifest`, from a file. Raises ManifestError, also when it can't be read."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        raise ManifestError(f"{escape(str(path))}: can't be read: {why(error)}") from None
    return parse_manifest(text, str(path))
