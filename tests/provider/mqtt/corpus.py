"""The 13,564 configs of tests/data/mqtt as zigbee2mqtt would publish them, and what the mapping makes of them.

`python -m tests.provider.mqtt.corpus --write` writes what was counted to counts.toml.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from igloo_providers.mqtt.discovery import Discovered, parse_config, parse_topic
from igloo_providers.mqtt.entity import Mapped, Unmappable
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_wire import COMPONENTS, Component, Unknown

DATA = Path(__file__).parents[2] / "data" / "mqtt"
CONFIGS = DATA / "zigbee-discovery-configs.jsonl.gz"
LIVE = DATA / "zigbee2mqtt-live-4-devices.txt"
COUNTS = DATA / "counts.toml"

ISSUE_TYPES = [
    "light",
    "switch",
    "sensor",
    "binary_sensor",
    "number",
    "select",
    "button",
    "cover",
    "lock",
    "climate",
    "fan",
    "text",
    "event",
    "update",
]
"""Those that the mapping must know."""

KIND_OF_ID = {kind.schema.id: kind for kind in COMPONENTS.values()}
VALUED_FACTS = frozenset(
    {
        "Accumulation",
        "Commands",
        "MachineKind",
        "OpeningKind",
        "PowerOnBehavior",
        "Precision",
        "Quantity",
        "Unit",
        "UnitLabel",
        "Writable",
    }
)
"""Facts that are counted by their values too."""

SET_PATHS = {
    "mode_command_topic": "system_mode",
    "fan_mode_command_topic": "fan_mode",
    "swing_mode_command_topic": "swing_mode",
    "tilt_command_topic": "tilt",
}
"""Command topics of which the config says `true`: what stands after `set/`."""


class Entry(NamedTuple):
    """One config: as it is in the file, as zigbee2mqtt would publish it, and the topic of that."""

    row: dict[str, Any]
    topic: str
    payload: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.row["type"])

    @property
    def where(self) -> str:
        return f"{self.row['vendor']} {self.row['model']} {self.type} {self.row['object_id']}"


class Outcome(NamedTuple):
    entry: Entry
    discovered: Discovered | None
    mapped: Mapped | None
    refused: str


def rows() -> Iterator[dict[str, Any]]:
    with gzip.open(CONFIGS, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def entries() -> Iterator[Entry]:
    devices: dict[tuple[str, str], str] = {}
    for row in rows():
        address = devices.setdefault((row["vendor"], row["model"]), f"0x{len(devices):016x}")
        yield entry_of(row, address)


def entry_of(row: dict[str, Any], address: str) -> Entry:
    payload = fill_in(row["discovery_payload"], f"zigbee2mqtt/{address}")
    payload["unique_id"] = f"{address}_{row['object_id']}_zigbee2mqtt"
    payload["availability"] = [
        {"topic": f"zigbee2mqtt/{address}/availability", "value_template": "{{ value_json.state }}"}
    ]
    payload["device"] = {
        "identifiers": [f"zigbee2mqtt_{address}"],
        "manufacturer": row["vendor"],
        "model_id": row["model"],
        "name": address,
    }
    # A topic takes no blank; zigbee2mqtt has some object ids with one, and they can't be discovered by anyone.
    object_id = str(row["object_id"]).replace(" ", "_")
    return Entry(row, f"homeassistant/{row['type']}/{address}/{object_id}/config", payload)


def fill_in(template: dict[str, Any], base: str) -> dict[str, Any]:
    """Writes the topics into a config, as zigbee2mqtt does before it publishes."""
    payload = dict(template)
    prefix = payload.pop("command_topic_prefix", None)
    postfix = payload.pop("command_topic_postfix", None)
    state_postfix = payload.pop("state_topic_postfix", None)
    payload.pop("preserve_name", None)
    state = f"{base}/{state_postfix}" if state_postfix else base
    command = f"{base}/{prefix}/set" if prefix else f"{base}/set"
    if payload.setdefault("state_topic", True):
        payload["state_topic"] = state
    else:
        del payload["state_topic"]
    if payload.get("command_topic") is True:
        payload["command_topic"] = f"{command}/{postfix}" if postfix else command
    for key, value in payload.items():
        if not key.endswith("_topic") or key in ("state_topic", "command_topic"):
            continue
        if key in SET_PATHS:
            payload[key] = f"{command}/{SET_PATHS[key]}"
        elif key == "set_position_topic":
            payload[key] = command
        elif value is True:
            payload[key] = state
        elif isinstance(value, str):
            payload[key] = f"{command}/{value}"
    return payload


def map_entry(entry: Entry) -> Outcome:
    topic = parse_topic("homeassistant", entry.topic)
    assert topic is not None, entry.topic
    try:
        announcement = parse_config(topic, json.dumps(entry.payload).encode())
        (discovered,) = announcement.entities
        platform = PLATFORMS.get(discovered.config.platform)
        if platform is None:
            return Outcome(entry, discovered, None, "the platform is not known")
        return Outcome(entry, discovered, platform(discovered.config), "")
    except Unmappable as fault:
        return Outcome(entry, None, None, fault.reason)


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(map_entry(entry) for entry in entries())


def live_messages() -> Iterator[tuple[str, str]]:
    for line in LIVE.read_text(encoding="utf-8").splitlines():
        topic, _, payload = line.partition(" ")
        yield topic, payload


def kinds_of(mapped: Mapped) -> frozenset[type[Component]]:
    """All component types that the entity has, those that are Unknown among them."""
    kinds: set[type[Component]] = set()
    for component in mapped.components:
        if isinstance(component, Unknown):
            kinds |= {KIND_OF_ID[number] for number in component.value}
        else:
            kinds.add(type(component))
    return frozenset(kinds)


def count() -> str:
    """counts.toml as it should be."""
    configs: Counter[str] = Counter()
    mapped: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    kinds: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    for outcome in outcomes():
        name = outcome.entry.type
        configs[name] += 1
        if outcome.mapped is None:
            reasons.setdefault(name, Counter())[outcome.refused] += 1
            continue
        mapped[name] += 1
        for one in (outcome.mapped, *(extra.mapped for extra in outcome.mapped.extras)):
            kinds.update(kind.__name__ for kind in kinds_of(one))
            facts.update(
                f"{type(fact).__name__} {shown(fact)}"
                for fact in one.components
                if type(fact).__name__ in VALUED_FACTS
            )
    lines = [
        "# Written by `python -m tests.provider.mqtt.corpus --write`; README.md says what is counted.",
        "",
    ]
    for name in sorted(configs):
        lines += [f"[types.{name}]", f"configs = {configs[name]}", f"mapped = {mapped[name]}"]
        lines += [
            f"refused.{json.dumps(why)} = {number}" for why, number in sorted(reasons.get(name, {}).items())
        ]
        lines.append("")
    lines += ["[components]", *(f"{name} = {number}" for name, number in sorted(kinds.items())), ""]
    lines += ["[facts]"]
    lines += [f"{json.dumps(name, ensure_ascii=False)} = {number}" for name, number in sorted(facts.items())]
    return "\n".join(lines) + "\n"


def shown(fact: Component) -> str:
    plain = fact.to_plain()
    if type(fact).__name__ == "Writable":
        return " ".join(sorted(KIND_OF_ID[number].__name__ for number in fact.value))  # type: ignore[attr-defined]
    return " ".join(map(str, plain)) if isinstance(plain, list) else str(plain)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        COUNTS.write_text(count(), encoding="utf-8")
    else:
        print(count(), end="")
