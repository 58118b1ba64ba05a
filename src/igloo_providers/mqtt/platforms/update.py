"""The platform `update`: which version runs, which is the newest, and the command to install it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from igloo_providers.mqtt.entity import (
    Config,
    Mapped,
    Publish,
    Reading,
    Rejected,
    Unreadable,
    assemble,
    is_nothing,
    unknown_of,
)
from igloo_providers.mqtt.templates import Payload, Template, text_in
from igloo_providers.mqtt.writing import Sender, Wanted, demand_only, sender, wanted_of
from igloo_wire import (
    Command,
    Commands,
    Component,
    ImageUrl,
    InstalledVersion,
    InvalidValue,
    LatestVersion,
    PageUrl,
    Progress,
    Running,
    Summary,
    Title,
    Update,
    UpdateAvailable,
)

NO_VERSION: Final = "-1"
"""What zigbee2mqtt says of a version that it doesn't know."""

TEXTS: Final[Mapping[str, Callable[[str], Component]]] = {
    "installed_version": InstalledVersion,
    "latest_version": LatestVersion,
    "title": Title,
    "release_summary": Summary,
    "release_url": PageUrl,
    "entity_picture": ImageUrl,
}
"""Keys of a state that is JSON; the last four may stand in the config too."""
KINDS: Final[Mapping[str, type[Component]]] = {
    "installed_version": InstalledVersion,
    "latest_version": LatestVersion,
    "in_progress": Running,
    "update_percentage": Progress,
    "title": Title,
    "release_summary": Summary,
    "release_url": PageUrl,
    "entity_picture": ImageUrl,
}
KEYS: Final = {kind: key for key, kind in KINDS.items()}
ALWAYS: Final = (InstalledVersion, LatestVersion, UpdateAvailable)


class Versions:
    """The two versions of one entity, which may come on different topics: together they say if there is an update."""

    __slots__ = ("installed", "latest")

    def __init__(self) -> None:
        self.installed: str | None = None
        self.latest: str | None = None

    def take(self, kind: type[Component], text: str) -> Component | None:
        """The component of this version; None if the device doesn't know it."""
        text = text.strip()
        version = None if is_nothing(text) or text == NO_VERSION else text
        if kind is InstalledVersion:
            self.installed = version
        else:
            self.latest = version
        return None if version is None else TEXTS[KEYS[kind]](version)

    def compared(self) -> Component | None:
        if self.installed is None or self.latest is None:
            return None
        return UpdateAvailable(self.installed != self.latest)


def map_update(config: Config) -> Mapped:
    template = config.template("value_template")
    versions = Versions()
    readings: list[tuple[str, Reading]] = []
    unknown: list[type[Component]] = [*ALWAYS]
    topic = config.topic("state_topic")
    if topic is not None:
        unknown += [kind for key, kind in KINDS.items() if kind not in ALWAYS and may_say(template, key)]
        readings.append((topic, partial(read_state, template, frozenset(unknown), versions)))
    latest_topic = config.topic("latest_version_topic")
    if latest_topic is not None:
        latest_template = config.template("latest_version_template")
        readings.append((latest_topic, partial(read_latest, latest_template, versions)))
    facts = [Update(), *stated(config)]
    known = {type(fact) for fact in facts}
    unknown = [kind for kind in unknown if kind not in known]
    send = sender(config, "command_topic")
    install = config.text("payload_install")
    if send is None or install is None:
        return Mapped(assemble(config, *facts, unknown=unknown, writable=[]), readings)
    facts.append(Commands([Command.INSTALL]))
    components = assemble(config, *facts, unknown=unknown, writable=[Command])
    return Mapped(components, readings, partial(write_update, install, send))


def may_say(template: Template | None, key: str) -> bool:
    """Whether a state can hold this key: a template that makes JSON names the keys."""
    return template is None or f'"{key}"' in template.text


def stated(config: Config) -> Iterator[Component]:
    for key in ("title", "release_summary", "release_url", "entity_picture"):
        text = config.text(key)
        if text:
            try:
                yield TEXTS[key](text)
            except InvalidValue as fault:
                raise config.fault(key, f"can't be shown ({fault})") from None


def read_state(
    template: Template | None, known: frozenset[type[Component]], versions: Versions, payload: str
) -> list[Component]:
    """A state is JSON with some of the keys, or the installed version alone."""
    text = text_in(template, payload)
    if text is None or not text.strip():
        return []
    data = Payload(text).json
    if not isinstance(data, dict):
        return told(read_version(InstalledVersion, text, versions))
    found: dict[type[Component], Component | None] = {}
    for key, kind in KINDS.items():
        if key in data and kind in known:
            found.update(read_key(key, kind, data[key], versions))
    return told(found)


def read_latest(template: Template | None, versions: Versions, payload: str) -> list[Component]:
    text = text_in(template, payload)
    return [] if text is None or not text.strip() else told(read_version(LatestVersion, text, versions))


def read_version(
    kind: type[Component], text: str, versions: Versions
) -> dict[type[Component], Component | None]:
    """The version, and what it means for UpdateAvailable; None for what is not known."""
    try:
        return {kind: versions.take(kind, text), UpdateAvailable: versions.compared()}
    except InvalidValue as fault:
        raise Unreadable(str(fault), kind, UpdateAvailable) from None


def read_key(
    key: str,
    kind: type[Component],
    value: Any,  # noqa: ANN401 - JSON
    versions: Versions,
) -> dict[type[Component], Component | None]:
    if kind in (InstalledVersion, LatestVersion):
        return read_version(kind, str(value), versions)
    if value is None:
        return {kind: None}
    try:
        if kind is Running:
            return {kind: Running(value is True)}
        if kind is Progress:
            return {kind: Progress(float(value) / 100)}
        return {kind: TEXTS[key](str(value))}
    except (InvalidValue, TypeError, ValueError, OverflowError) as fault:
        raise Unreadable(f"{key} can't be read: {fault}", kind) from None


def told(found: Mapping[type[Component], Component | None]) -> list[Component]:
    """The values, and one Unknown for the rest."""
    components = [component for component in found.values() if component is not None]
    unknown = [kind for kind, component in found.items() if component is None]
    return [*components, unknown_of(*unknown)] if unknown else components


def write_update(payload: str, send: Sender, wanted: Wanted) -> list[Publish]:
    demand_only(wanted, frozenset({Command}))
    if wanted_of(wanted, Command) != Command.INSTALL:
        raise Rejected("this entity takes the command INSTALL")
    return [send(payload)]
