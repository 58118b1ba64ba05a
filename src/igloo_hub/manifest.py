"""A provider's manifest: what it is, what it publishes, what it asks to be granted, what may be configured.

Turns the text of a `manifest.toml` into frozen classes, or into an error that names the file and the key. Decides
nothing: what is granted in the end is the business of `grants.py`.
"""

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import attrs
import cattrs

from igloo_hub.errors import ManifestError
from igloo_hub.ids import ProviderId
from igloo_hub.logs import escape
from igloo_hub.structure import (
    StructureFault,
    did_you_mean,
    make_converter,
    parse_toml,
    read_text,
    structure,
    why,
)
from igloo_sandbox.spec import MIN_DESCRIPTORS, MIN_MEMORY
from igloo_wire import COMPONENTS, MAX_TEXT, Component

ID_FORM = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
"""A provider's id: short enough for file names and log lines, and safe in both."""

MEMORY_FORM = re.compile(r"([1-9][0-9]{0,9})([KMG])", re.ASCII)
MEMORY_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

ConfigType = Literal["boolean", "integer", "real", "text"]
ConfigValue = bool | int | float | str


def one_line(_instance: object, attribute: "attrs.Attribute[Any]", value: str) -> None:
    if not value.strip() or len(value) > 500 or any(not c.isprintable() for c in value):
        raise ValueError(f"{attribute.name} must be one line of printable text, at most 500 characters")


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


@attrs.frozen
class GrantsSection:
    files: tuple[FileGrant, ...] = ()


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
class ConfigField:
    """One value that the owner may or must set for an instance."""

    type: ConfigType
    label: str = attrs.field(validator=one_line)
    required: bool = False
    default: ConfigValue | None = None
    minimum: float | None = None
    maximum: float | None = None

    def __attrs_post_init__(self) -> None:
        if self.required and self.default is not None:
            raise ValueError("default makes no sense where the value is required")
        if self.default is not None:
            self.check(self.default)

    def check(self, value: object) -> ConfigValue:
        """Returns the value in the field's type, or raises ValueError with what is wrong with it."""
        match self.type, value:
            case "boolean", bool(flag):
                return flag
            case "text", str(text) if len(text.encode(errors="replace")) <= MAX_TEXT:
                return text
            case "text", str():
                raise ValueError(f"the text is longer than {MAX_TEXT:,} bytes")
            case ("integer", int()) if not isinstance(value, bool) and abs(value) < 1 << 63:
                amount: int | float = value
            case ("real", int() | float()) if not isinstance(value, bool) and abs(value) < math.inf:
                amount = float(value) if abs(value) <= sys.float_info.max else math.nan
            case _:
                raise ValueError(f"expected {self.type}, not {short(value)}")
        if not math.isfinite(amount):
            raise ValueError("the number is larger than can be sent")
        if self.minimum is not None and amount < self.minimum:
            raise ValueError(f"{amount} is below {self.minimum:g}")
        if self.maximum is not None and amount > self.maximum:
            raise ValueError(f"{amount} is above {self.maximum:g}")
        return amount


def short(value: object) -> str:
    """The value as it is written, when that is short enough for a sentence."""
    words = repr(value) if not isinstance(value, int) or abs(value) < 1 << 63 else "so large a number"
    return words if len(words) <= 60 else words[:60] + "…"


@attrs.frozen
class Manifest:
    manifest: Literal[1]
    provider: ProviderSection
    components: ComponentsSection = attrs.field(factory=ComponentsSection)
    grants: GrantsSection = attrs.field(factory=GrantsSection)
    limits: LimitsSection = attrs.field(factory=LimitsSection)
    config: dict[str, ConfigField] = attrs.field(factory=dict, validator=config_names)


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
_converter = make_converter(strict=(GrantsSection, FileGrant))
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
