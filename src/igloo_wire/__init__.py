"""The wire of Igloo Hub: components, messages, and the way between them and bytes.

Sans-io: knows nothing of sockets, trio or asyncio. The work is done in Rust (`wire-rs/`); this module is the only one
that imports it. `docs/wire-format.md` says what the bytes mean, `components.toml` lists the components.

    decoder = Decoder(Direction.PROVIDER_TO_HUB)
    for message in decoder.feed(data):
        match message:
            case Writes():
                for device, entity, component in message: ...
            case CreateDevice(device, key, name): ...
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from igloo_wire import _wire
from igloo_wire._wire import *  # noqa: F403 - 223 components; tests/wire/test_public_names.py pins what comes
from igloo_wire._wire import (
    HIGHEST_COMPONENT,
    MAX_FRAME,
    SCHEMA_HASH,
    SCHEMA_REVISION,
    Component,
    Direction,
    Hello,
    Role,
    component_classes,
)
from igloo_wire.errors import (
    FrameTooLarge,
    InvalidValue,
    LimitExceeded,
    MalformedFrame,
    PreambleError,
    WireError,
)

COMPONENTS: Final[Mapping[str, type[Component]]] = MappingProxyType(
    {component.__name__: component for component in component_classes()}
)
"""Every component class by its name, in the order of the ids."""

HIGHEST_MESSAGE: Final[Mapping[Direction, int]] = MappingProxyType(
    {
        direction: direction.highest_message
        for direction in (Direction.PROVIDER_TO_HUB, Direction.HUB_TO_PROVIDER)
    }
)
"""Highest message id that this program knows, by the direction in which the message goes."""


def own_hello(role: Role, program: str, program_version: str, sdk: str = "", sdk_version: str = "") -> Hello:
    """What a program that speaks through this library says first: its own names, and all that this build knows.

    Raises InvalidValue for a name that is no name, ValueError for a role that has no messages here.
    """
    receives = {Role.HUB: Direction.PROVIDER_TO_HUB, Role.PROVIDER: Direction.HUB_TO_PROVIDER}
    if role not in receives:
        raise ValueError(f"a {role.name.lower()} receives no messages that are known here")
    return Hello(
        role=role,
        schema_revision=SCHEMA_REVISION,
        highest_component=HIGHEST_COMPONENT,
        highest_message=HIGHEST_MESSAGE[receives[role]],
        schema_hash=SCHEMA_HASH,
        max_frame=MAX_FRAME,
        program=program,
        program_version=program_version,
        sdk=sdk,
        sdk_version=sdk_version,
    )


__all__ = [
    "COMPONENTS",
    "HIGHEST_MESSAGE",
    "FrameTooLarge",
    "InvalidValue",
    "LimitExceeded",
    "MalformedFrame",
    "PreambleError",
    "WireError",
    "own_hello",
]
__all__ += _wire.__all__
