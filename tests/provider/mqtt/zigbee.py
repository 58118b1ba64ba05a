"""zigbee2mqtt as its bus sees it: the live capture replayed, and what is set becomes the state that it publishes.

Knows MQTT and nothing of the provider.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho

from tests.provider.mqtt.corpus import LIVE
from tests.provider.mqtt.mosquitto import Mosquitto, publish_all

BASE = "zigbee2mqtt"
LAMP, CLIMATE, VALVE, REMOTE = (f"0x00124b000000000{number}" for number in (1, 3, 5, 7))


def live_messages() -> list[tuple[str, str]]:
    """In the order in which they came."""
    words = (line.partition(" ") for line in LIVE.read_text().splitlines())
    return [(topic, payload) for topic, _, payload in words]


class Bridge:
    def __init__(self, client: paho.Client, states: dict[str, dict[str, object]]) -> None:
        self.client = client
        self._states = states

    def replay(self) -> None:
        """All of the capture: what a bridge retains as it does, and nothing of what others said to it."""
        for topic, payload in live_messages():
            if not topic.endswith("/set"):
                is_kept = topic.startswith("homeassistant/") or topic.endswith("/availability")
                self.publish([(topic, payload)], retain=is_kept)

    def publish(self, messages: Iterable[tuple[str, str]], *, retain: bool = False) -> None:
        messages = list(messages)
        for topic, payload in messages:
            name = topic.removeprefix(f"{BASE}/")
            if name != topic and "/" not in name:
                self._states.setdefault(name, {}).update(json.loads(payload))
        publish_all(self.client, messages, retain=retain)


@contextmanager
def running_bridge(mosquitto: Mosquitto) -> Iterator[Bridge]:
    states: dict[str, dict[str, object]] = {}

    def obey(client: paho.Client, topic: str, payload: str) -> None:
        """`NAME/set` takes an object, `NAME/set/KEY` a value; either is merged into the state, which is published."""
        match topic.split("/"):
            case [_, name, "set"]:
                wanted = json.loads(payload)
            case [_, name, "set", key]:
                wanted = {key: value_of(payload)}
            case _:
                return
        state = states.setdefault(name, {})
        state.update(wanted)
        client.publish(f"{BASE}/{name}", json.dumps(state))

    with mosquitto.client(obey, [f"{BASE}/+/set", f"{BASE}/+/set/+"]) as client:
        yield Bridge(client, states)


def value_of(payload: str) -> object:
    try:
        value: object = json.loads(payload)
    except ValueError:
        return payload
    return value
