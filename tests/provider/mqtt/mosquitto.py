"""A real Mosquitto for tests: on a port of its own, with what the test wants configured, killed at the end.

And a client of its own, which publishes and listens as a bridge would. Knows nothing of the provider.
"""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
"""Distributions install it where the PATH of a user doesn't lead."""


def find_mosquitto() -> str:
    found = shutil.which("mosquitto", path=PLACES)
    if found is None:
        pytest.fail(
            "these tests need the program mosquitto; on Debian or Ubuntu: sudo apt-get install mosquitto"
        )
    return found


class Mosquitto:
    """May be stopped and started again, on the same port."""

    def __init__(self, folder: Path, *lines: str, listener: Iterable[str] = ()) -> None:
        self.port = free_port()
        self._log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        own = (
            [] if os.geteuid() else ["user root"]
        )  # or it takes a user's rights, who can't read the test's folder
        text = [*own, "persistence false", *lines, f"listener {self.port} 127.0.0.1", *listener]
        if not any(line.startswith("allow_anonymous") for line in lines):
            text.append("allow_anonymous true")
        self._config.write_text("\n".join(text) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [find_mosquitto(), "-c", str(self._config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"mosquitto did not start:\n{self.log}")
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @contextmanager
    def client(
        self,
        on_message: Callable[[paho.Client, str, str], None] = lambda client, topic, payload: None,
        topics: Iterable[str] = (),
        **login: str,
    ) -> Iterator[paho.Client]:
        """A bridge: connected, subscribed, and on a thread of its own, as bridges are programs of their own."""
        client = paho.Client(CallbackAPIVersion.VERSION2)
        if login:
            client.username_pw_set(login["username"], login["password"])
        client.max_inflight_messages = 1000
        client.on_message = lambda client, _, message: on_message(
            client, message.topic, message.payload.decode()
        )
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            for topic in topics:
                client.subscribe(topic)
            client.publish("tests/ready", "", qos=1).wait_for_publish(10)  # behind the subscriptions
            yield client
        finally:
            client.disconnect()
            client.loop_stop()


@contextmanager
def running_mosquitto(folder: Path, *lines: str, listener: Iterable[str] = ()) -> Iterator[Mosquitto]:
    """`lines` stand before the listener, `listener` behind it, where they hold for it alone."""
    mosquitto = Mosquitto(folder, *lines, listener=listener)
    mosquitto.start()
    try:
        yield mosquitto
    finally:
        mosquitto.kill()


def publish_all(client: paho.Client, messages: Iterable[tuple[str, str]], *, retain: bool = False) -> None:
    """In order, and returns when the broker has them."""
    last = None
    for number, (topic, payload) in enumerate(messages):
        last = client.publish(topic, payload, qos=1, retain=retain)
        if number % 500 == 499:
            last.wait_for_publish(30)
    if last is not None:
        last.wait_for_publish(30)


def password_hash(password: str) -> str:
    """As `mosquitto_passwd` writes it: PBKDF2 with SHA-512."""
    salt = b"123456789012"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0
