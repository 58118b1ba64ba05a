"""A bare MQTT client, the floor of the provider `mqtt`: `python -m benchmarks.bare_paho PORT TOPIC COUNT`.

Subscribes to TOPIC, says so, takes COUNT messages, and prints how old each was: its payload is a time of
CLOCK_MONOTONIC in ns, or anything else and then counts as 0. Then it sleeps, so that its memory can be seen.
"""

import json
import sys
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

READY = "ready"


def main(port: int, topic: str, count: int) -> None:
    taken: list[float] = []

    def on_message(_client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:  # noqa: ANN401 - paho's
        now = time.monotonic_ns()
        taken.append((now - int(message.payload)) / 1e6 if message.payload.isdigit() else 0.0)
        if len(taken) == count:
            print(json.dumps(taken), flush=True)

    def on_subscribe(*_: Any) -> None:  # noqa: ANN401 - paho's
        print(json.dumps(READY), flush=True)

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message, client.on_subscribe = on_message, on_subscribe
    client.connect("127.0.0.1", port)
    client.subscribe(topic)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
