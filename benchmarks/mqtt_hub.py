"""A hub with the provider `mqtt`, which the book measures: `python -m benchmarks.mqtt_hub PORT DATA_DIR COUNT`.

Follows the sensor `stamp` of an MQTT broker on this machine: its values are times of CLOCK_MONOTONIC in ns. When COUNT
of them have reached a subscriber of the tree, the milliseconds from each to its arrival go to standard output.
"""

import json
import sys
import time
from pathlib import Path

import trio

from igloo_hub.hub import HubSettings, run_hub
from igloo_hub.ids import InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_wire import Real

READY = "ready"


async def main(port: int, data_dir: str, count: int) -> None:
    instance = InstanceConfig(
        config={"url": f"mqtt://127.0.0.1:{port}"}, approve=(f"connect:127.0.0.1:{port}",)
    )
    settings = HubSettings(Path(data_dir), HubConfig(providers={InstanceId("mqtt"): instance}), Path("/"))
    stop = trio.Event()
    taken: list[float] = []
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        async with hub.tree.open_subscription() as subscription:
            while len(taken) < count:
                changes = await subscription.wait()
                now = time.monotonic_ns()
                if any(device.entities for device in changes.devices):
                    print(json.dumps(READY), flush=True)
                for _, component in changes.values:
                    if isinstance(component, Real):
                        taken.append((now - component.value) / 1e6)
        print(json.dumps(taken), flush=True)
        stop.set()


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
