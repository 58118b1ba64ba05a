"""Figures `mqtt` and `discovery`: the provider `mqtt` with a real MQTT broker, beside a bare client of the same broker."""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.hub_run import hub_run
from benchmarks.memory import memory_of
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import BenchmarkFailed, Run, child

LATENCY = "from an MQTT message to the device tree, beside a bare client"
DISCOVERY = "10,000 discovery configs at the start, beside a bare client that takes them"

RATE = 200
STAMP = "bench/stamp"
STAMP_CONFIG = {
    "name": "Stamp",
    "unique_id": "stamp",
    "state_topic": STAMP,
    "state_class": "measurement",
    "device": {"identifiers": ["bench"], "name": "Bench"},
}
CONFIGS = Path(__file__).parents[1] / "tests" / "data" / "mqtt"
MIB = 1 << 20


def measure_latency(run: Run) -> Result:
    rounds, count = run.pick((5, 1000), (2, 300), (1, 20))
    quantiles = {0.5: "p50", 0.99: "p99"}
    found: dict[tuple[str, float], list[float]] = {}
    with running_mosquitto(run.new_folder()) as port, publisher(port) as client:
        publish_all(client, [("homeassistant/sensor/bench/stamp/config", json.dumps(STAMP_CONFIG))])
        for round_ in range(rounds):
            run.progress.say(f"mqtt: round {round_ + 1} of {rounds}, {count} messages")
            for arm, taken in stamps(run, client, port, count).items():
                for share in quantiles:
                    found.setdefault((arm, share), []).append(quantile(taken, share))
    return Result(
        "mqtt",
        LATENCY,
        tuple(
            Row(
                name,
                "ms",
                Samples(tuple(found["hub", share])),
                f"bare paho, {name}",
                Samples(tuple(found["paho", share])),
            )
            for share, name in quantiles.items()
        ),
        (
            f"{rounds * count:,} messages, {RATE} a second; both arms take the same messages of the same Mosquitto.",
            "The hub's arm: Mosquitto, the provider under the launcher (paho, template, mapping), the hub, a subscriber "
            "of the tree. The bare one: paho's own loop and its callback.",
        ),
    )


def stamps(run: Run, client: paho.Client, port: int, count: int) -> dict[str, list[float]]:
    """One round: how many ms each arm took for each message."""
    python = [sys.executable, "-m"]
    data_dir = str(run.new_folder() / "data")
    hub_command = [*python, "benchmarks.mqtt_hub", str(port), data_dir, str(count)]
    bare_command = [*python, "benchmarks.bare_paho", str(port), STAMP, str(count)]
    with (
        child(hub_command, stdout=subprocess.PIPE) as hub,
        child(bare_command, stdout=subprocess.PIPE) as bare,
    ):
        for process in (hub, bare):
            expect_line(process, "ready")
        time.sleep(0.5)  # what the provider subscribes to for the sensor's own topic
        # Some more than are counted, for whichever arm came a message later.
        for _ in range(count + RATE):
            client.publish(STAMP, str(time.monotonic_ns()))
            time.sleep(1 / RATE)
            if hub.poll() is not None:
                break
        return {"hub": expect_line(hub), "paho": expect_line(bare)}


def measure_discovery(run: Run) -> Result:
    rounds, count = run.pick((3, 10_000), (1, 10_000), (1, 100))
    hub_seconds: list[float] = []
    bare_seconds: list[float] = []
    memory: dict[str, list[float]] = {"mqtt": [], "hub": [], "paho": []}
    with running_mosquitto(run.new_folder()) as port, publisher(port) as client:
        run.progress.say(f"discovery: publishing {count:,} configs")
        publish_all(client, itertools.islice(corpus(), count))
        for round_ in range(rounds):
            run.progress.say(f"discovery: round {round_ + 1} of {rounds}")
            folder = run.new_folder()
            config = folder / "igloo.toml"
            config.write_text(
                f'[providers.mqtt]\nconfig = {{ url = "mqtt://127.0.0.1:{port}" }}\n'
                f'approve = ["connect:127.0.0.1:{port}"]\n'
            )
            with hub_run(folder / "data", "--quiet", "--config", str(config)) as hub:
                hub_seconds.append(hub.wait_for_line("mqtt: connected to the MQTT broker"))
                assert hub.provider is not None
                time.sleep(1)
                memory["mqtt"].append(memory_of(hub.provider)["PSS"] / MIB)
                memory["hub"].append(memory_of(hub.process.pid)["PSS"] / MIB)
            bare_command = [
                sys.executable,
                "-m",
                "benchmarks.bare_paho",
                str(port),
                "homeassistant/#",
                str(count),
            ]
            began = time.perf_counter()
            with child(bare_command, stdout=subprocess.PIPE) as bare:
                expect_line(bare, "ready")
                expect_line(bare)
                bare_seconds.append(time.perf_counter() - began)
                memory["paho"].append(memory_of(bare.pid)["PSS"] / MIB)
    samples = {name: Samples(tuple(values)) for name, values in memory.items()}
    return Result(
        "discovery",
        DISCOVERY,
        (
            Row(
                "start to the last entity in the tree",
                "s",
                Samples(tuple(hub_seconds)),
                "bare paho, start to the last message",
                Samples(tuple(bare_seconds)),
            ),
            Row("provider mqtt, PSS", "MiB", samples["mqtt"], "bare paho, PSS", samples["paho"]),
            Row("hub, PSS", "MiB", samples["hub"], "bare paho, PSS", samples["paho"]),
        ),
        (
            f"The first {count:,} configs of real Zigbee products in tests/data/mqtt, retained, as zigbee2mqtt would "
            "publish them; a Mosquitto that keeps as many messages for a slow client.",
        ),
    )


def corpus() -> Iterator[tuple[str, str]]:
    """Topic and payload of each config."""
    # Not on top: the tests need not be there for the other figures.
    from tests.provider.mqtt.corpus import entries

    for entry in entries():
        yield entry.topic, json.dumps(entry.payload)


def expect_line(process: "subprocess.Popen[bytes]", words: str = "") -> list[float]:
    """What the child's next line holds. Raises BenchmarkFailed at its end, and when it is not the word that was due."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line or (words and json.loads(line) != words):
        raise BenchmarkFailed(f"a process ended before it had said {words or 'its result'!r}")
    found = json.loads(line)
    if not words and found == "ready":  # a second device, or a device that changed
        return expect_line(process)
    result: list[float] = found
    return result


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


# ── the MQTT broker ──


@contextmanager
def running_mosquitto(folder: Path) -> Iterator[int]:
    """A Mosquitto on a free port of this machine. Raises BenchmarkFailed where it is not installed."""
    program = shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    if program is None:
        raise BenchmarkFailed("the program mosquitto is not there; on Debian: sudo apt-get install mosquitto")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(
        f"user root\nallow_anonymous true\nmax_queued_messages 20000\nlistener {port} 127.0.0.1\nlog_type none\n"
    )
    with child([program, "-c", str(config)]):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port


@contextmanager
def publisher(port: int) -> Iterator[paho.Client]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish_all(client: paho.Client, messages: Iterable[tuple[str, str]]) -> None:
    """Retained; returns when the broker has them."""
    last = None
    for number, (topic, payload) in enumerate(messages):
        last = client.publish(topic, payload, qos=1, retain=True)
        if number % 500 == 499:
            last.wait_for_publish(30)
    if last is not None:
        last.wait_for_publish(30)
