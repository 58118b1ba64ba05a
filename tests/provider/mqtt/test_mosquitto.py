"""The provider against a real Mosquitto: what devices announce and report, and every way in which a broker fails."""

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import paho.mqtt.client as paho
import pytest
import trio
from paho.mqtt.enums import CallbackAPIVersion

from igloo_wire import Available, Switch, Temperature, Text, WriteOutcome
from tests.provider.mqtt.mosquitto import Mosquitto, password_hash, publish_all, running_mosquitto
from tests.provider.mqtt.running import running

TLS = Path(__file__).parents[2] / "data/tls"
AUTHORITY = (TLS / "authority.pem").read_text()
STATUS = "homeassistant/status"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are tested on the virtual clock; here they would only be waited for."""
    monkeypatch.setattr("igloo_providers.mqtt.client.FIRST_WAIT", 0.1)
    monkeypatch.setattr("igloo_providers.mqtt.provider.GRACE", 0.5)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with running_mosquitto(tmp_path) as mosquitto:
        yield mosquitto


def lamp_config(**more: object) -> str:
    config = {
        "unique_id": "lamp-power",
        "name": "Power",
        "state_topic": "lamp",
        "command_topic": "lamp/set",
        "device": {"identifiers": ["lamp"], "name": "Lamp"},
    }
    return json.dumps(config | more)


LAMP = ("homeassistant/switch/lamp/power/config", lamp_config())


def obey(client: paho.Client, topic: str, payload: str) -> None:
    """A lamp that does as it is told, and says so."""
    if topic == "lamp/set":
        client.publish("lamp", payload, retain=True)


# ── values and writes ──


async def test_a_device_appears_reports_obeys_and_goes(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with mosquitto.client(obey, ["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP, ("lamp", "ON")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(
                lambda view: view.has("power") and view.find("power").get(Switch, None) == Switch(True)
            )
            await hub.until_health("ok")
            await hub.confirm("power", Switch(False))
            assert hub.view.find("power").get(Switch) == Switch(False)
            publish_all(bridge, [(LAMP[0], "")], retain=True)
            await hub.until(lambda view: view.count == 0)


async def test_a_device_that_reports_something_else_refuses_the_write(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    def disobey(client: paho.Client, topic: str, payload: str) -> None:
        client.publish("lamp", "OFF")

    with mosquitto.client(disobey, ["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(lambda view: view.has("power"))
            result = await hub.write("power", Switch(True))
            assert (result.outcome, result.reason) == (
                WriteOutcome.REFUSED,
                "the device reports Switch False instead",
            )


async def test_a_device_without_a_state_topic_ends_as_sent_and_one_that_nobody_hears_as_refused(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    config = json.loads(lamp_config())
    del config["state_topic"]
    heard: Queue[str] = Queue()
    async with running(tmp_path, mosquitto.port) as hub:
        with mosquitto.client(lambda client, topic, payload: heard.put(payload), ["lamp/set"]) as bridge:
            publish_all(bridge, [(LAMP[0], json.dumps(config))], retain=True)
            await hub.until(lambda view: view.has("power"))
            result = await hub.write("power", Switch(True))
            assert result.outcome == WriteOutcome.SENT
            assert hub.view.find("power").get(Switch) == Switch(True)
            assert heard.get(timeout=10) == "ON"
        with trio.fail_after(10):  # the MQTT broker takes note of the bridge's goodbye in its own time
            while (result := await hub.write("power", Switch(False))).outcome == WriteOutcome.SENT:  # noqa: ASYNC110
                await trio.sleep(0.01)
        assert result.outcome == WriteOutcome.REFUSED
        assert "nobody listens on lamp/set" in result.reason


async def test_our_own_messages_are_no_word_of_a_device(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """One entity's commands go to the topic of another's state, as when somebody points two configs at one topic."""
    sensor = ("homeassistant/sensor/spy/config", json.dumps({"unique_id": "spy", "state_topic": "lamp/set"}))
    with mosquitto.client(topics=["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP, sensor], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("ok")
            await hub.write("power", Switch(True), seconds=0.3)
            publish_all(bridge, [("lamp/set", "from another")])
            await hub.until(lambda view: view.find("spy").get(Text, None) == Text("from another"))
            assert hub.view.find("spy").heard == [Text("from another")]


async def test_bridges_are_told_that_somebody_listens(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """A bridge that keeps nothing retained sends it all on this word."""

    def answer(client: paho.Client, topic: str, payload: str) -> None:
        if (topic, payload) == (STATUS, "online"):
            client.publish(*LAMP)
            client.publish("lamp", "ON")
            time.sleep(0.2)
            client.publish("lamp", "ON")

    with mosquitto.client(answer, [STATUS]):
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(
                lambda view: view.has("power") and view.find("power").get(Switch, None) == Switch(True)
            )


# ── the broker goes and comes ──


async def test_a_broker_that_is_killed_and_comes_back_empty_removes_nothing(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with mosquitto.client() as bridge:
        publish_all(bridge, [LAMP, ("lamp", "ON")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("ok")
            await hub.until(lambda view: view.find("power").get(Switch, None) == Switch(True))
            before = hub.view.registered
            mosquitto.kill()
            await hub.until_health("degraded")
            assert "connection: the MQTT broker at broker.lan port 1883 closed it" in hub.view.healths[-1]
            result = await hub.write("power", Switch(False))
            assert result.outcome == WriteOutcome.REFUSED
            await hub.until_health("nobody listens")
            mosquitto.start()
            await hub.until_health("ok")
            assert hub.view.registered == before
            assert hub.view.find("power").get(Switch) == Switch(True)
    with mosquitto.client(obey, ["lamp/set"]) as bridge:
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("ok")
            publish_all(bridge, [LAMP], retain=True)
            await hub.until(lambda view: view.has("power"))
            await hub.confirm("power", Switch(False))


async def test_a_broker_that_is_away_at_the_start_is_told_and_found_later(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    async with running(tmp_path, mosquitto.port) as hub:
        await hub.until_health("degraded connecting: ")
        assert "broker.lan" in hub.view.healths[-1]
        mosquitto.start()
        try:
            await hub.until_health("ok")
        finally:
            mosquitto.kill()


async def test_a_host_that_nobody_granted_is_named_with_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path, 1, granted=False) as hub:
        await hub.until_health("degraded not granted: ")
        assert "connect:broker.lan:1883" in hub.view.healths[-1]


async def test_another_client_with_the_same_id_is_named(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async with running(tmp_path, mosquitto.port, client_id="twin") as hub:
        await hub.until_health("ok")
        other = paho.Client(CallbackAPIVersion.VERSION2, client_id="twin")
        other.connect("127.0.0.1", mosquitto.port)
        other.loop_start()
        try:
            await hub.until_health("the client id 'twin'")
        finally:
            other.disconnect()
            other.loop_stop()


async def test_a_broker_that_stands_still_is_noticed_and_left(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("igloo_providers.mqtt.connection.SILENCE", 0.5)
    monkeypatch.setattr("igloo_providers.mqtt.connection.KEEPALIVE", 0.4)
    monkeypatch.setattr("igloo_providers.mqtt.packets.PacketMaker.say_hello", say_hello_of_a_minute)
    async with running(tmp_path, mosquitto.port) as hub:
        await hub.until_health("ok")
        await trio.sleep(1.5)
        assert hub.view.healths[-1] == "ok"  # its answers to pings are enough
        mosquitto.signal(signal.SIGSTOP)
        try:
            await hub.until_health("has been silent for")
        finally:
            mosquitto.signal(signal.SIGCONT)
        await hub.until_health("ok")


def say_hello_of_a_minute(maker: paho.Client, where: str, version: object) -> None:
    maker.connect(where, keepalive=60)


# ── who we are ──


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """Wants a password, and lets nobody publish on the lamp's command topic."""
    (tmp_path / "passwords").write_text(f"igloo:{password_hash('right')}\n")
    (tmp_path / "rights").write_text("user igloo\ntopic readwrite homeassistant/#\ntopic read lamp\n")
    for name in ("passwords", "rights"):
        (tmp_path / name).chmod(0o600)
    lines = (
        "allow_anonymous false",
        f"password_file {tmp_path / 'passwords'}",
        f"acl_file {tmp_path / 'rights'}",
    )
    with running_mosquitto(tmp_path, *lines) as mosquitto:
        yield mosquitto


async def test_the_right_password_opens_and_what_may_not_be_done_is_said(
    guarded: Mosquitto, tmp_path: Path
) -> None:
    with guarded.client(username="igloo", password="right") as bridge:
        publish_all(bridge, [LAMP], retain=True)
        async with running(tmp_path, guarded.port, username="igloo", secrets={"password": "right\n"}) as hub:
            await hub.until_health("ok")
            result = await hub.write("power", Switch(True))
            assert result.outcome == WriteOutcome.REFUSED
            assert "lets 'igloo' publish nothing on lamp/set" in result.reason


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        (
            "igloo",
            "wrong",
            "login: the MQTT broker at broker.lan port 1883 refuses the user name or the password of 'igloo'",
        ),
        (
            "nobody",
            "right",
            "login: the MQTT broker at broker.lan port 1883 refuses the user name or the password of 'nobody'",
        ),
        ("", "", "login: the MQTT broker at broker.lan port 1883 wants a user name and a password"),
    ],
)
async def test_a_login_that_is_refused_is_named_and_seldom_repeated(
    guarded: Mosquitto, tmp_path: Path, username: str, password: str, sentence: str
) -> None:
    secrets = {"password": password} if password else {}
    async with running(tmp_path, guarded.port, username=username, secrets=secrets) as hub:
        await hub.until_health("degraded")
        assert hub.view.healths[-1] == f"degraded {sentence}"
        await trio.sleep(0.5)  # five short waits
        assert guarded.log.count("New connection from") == 2  # one was the fixture's own
        assert all(password not in line for line in hub.view.log if password)


# ── TLS ──


@pytest.mark.parametrize(
    ("certificate", "url", "authority", "sentence"),
    [
        ("good", "mqtts://broker.lan:8883", AUTHORITY, ""),
        ("good", "mqtts://broker.lan:8883", "", "signed by an authority that is not known here"),
        ("good", "mqtts://elsewhere.lan:8883", AUTHORITY, "for another host than elsewhere.lan"),
        ("other", "mqtts://broker.lan:8883", AUTHORITY, "for another host than broker.lan"),
        ("expired", "mqtts://broker.lan:8883", AUTHORITY, "expired"),
        ("good", "mqtts://broker.lan:8883", "no certificate", "the file of `ca` holds no certificates"),
        ("good", "mqtt://broker.lan:8883", "", "the url begins with mqtts://"),
        ("", "mqtts://broker.lan:8883", AUTHORITY, "TLS"),
    ],
)
async def test_a_certificate_holds_or_the_stage_is_named(
    tmp_path: Path, certificate: str, url: str, authority: str, sentence: str
) -> None:
    file = TLS / f"{certificate}.pem"
    listener = [f"certfile {file}", f"keyfile {file}"] if certificate else []
    with running_mosquitto(tmp_path, listener=listener) as mosquitto:
        async with running(tmp_path, mosquitto.port, url, ca=authority) as hub:
            if not sentence:
                await hub.until_health("ok")
                return
            await hub.until_health("degraded")
            assert sentence in hub.view.healths[-1]
            assert hub.view.healths[-1].startswith("degraded TLS: " if url[4] == "s" else "degraded login: ")


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        (True, True, ""),
        (False, False, "TLS: the MQTT broker at broker.lan port 8883 refuses the connection"),
        (True, False, "the secret `client_key` is missing"),
        (False, True, "`client_certificate` is missing"),
    ],
)
async def test_a_broker_may_want_a_certificate_of_ours(
    tmp_path: Path, certificate: bool, key: bool, sentence: str
) -> None:
    both = (TLS / "good.pem").read_text()
    cut = both.index("-----BEGIN EC PRIVATE KEY")
    ours = both[:cut] if certificate else ""
    secrets = {"client_key": both[cut:]} if key else {}
    file = TLS / "good.pem"
    listener = [
        f"certfile {file}",
        f"keyfile {file}",
        f"cafile {TLS / 'authority.pem'}",
        "require_certificate true",
    ]
    with running_mosquitto(tmp_path, listener=listener) as mosquitto:
        data = tmp_path / "data"
        data.mkdir()
        async with running(
            data,
            mosquitto.port,
            "mqtts://broker.lan:8883",
            ca=AUTHORITY,
            secrets=secrets,
            client_certificate=ours,
        ) as hub:
            await hub.until_health("degraded" if sentence else "ok")
            assert sentence in hub.view.healths[-1]
        assert list(data.iterdir()) == []  # the key was a file for a moment only


# ── large ──


async def test_more_configs_than_the_broker_queues_all_come(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Mosquitto drops what is over 1000 messages and what the kernel holds, without telling: see `_discover`."""
    count = 6000
    padding = "x" * 2000

    def config(number: int) -> tuple[str, str]:
        device = number // 20
        text = {
            "unique_id": f"s{number}",
            "state_topic": f"d{device}",
            "value_template": f"{{{{ value_json.v{number % 20} }}}}",
            "device_class": "temperature",
            "unit_of_measurement": "°C",
            "device": {"identifiers": [f"d{device}"], "name": f"Device {device}"},
            "icon": padding,
        }
        return f"homeassistant/sensor/n{device}/s{number}/config", json.dumps(text)

    lights = [
        (
            f"homeassistant/switch/n{device}/power/config",
            json.dumps(
                {"unique_id": f"p{device}", "command_topic": "x", "device": {"identifiers": [f"d{device}"]}}
            ),
        )
        for device in range(count // 20)
    ]
    with mosquitto.client() as bridge:
        publish_all(bridge, [*map(config, range(count)), *lights], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("ok")
            assert "Outgoing messages are being dropped" in mosquitto.log  # or this test shows nothing
            assert any("fewer messages than it has configs of sensor" in line for line in hub.view.log)
            assert hub.view.count == count + len(lights)
            values = {f"v{number}": number for number in range(20)}
            publish_all(bridge, [("d7", json.dumps(values))])
            await hub.until(lambda view: view["d7"]["sensor.s145"].get(Temperature, None) == Temperature(5.0))


@pytest.mark.parametrize("topic", ["a\x01b", "a\uffffb", "/".join("a" * 250)])
async def test_a_topic_that_the_broker_ends_the_connection_for_is_found_and_set_aside(
    mosquitto: Mosquitto, tmp_path: Path, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one would that nobody has thought of yet: these are refused before."""
    monkeypatch.setattr("igloo_providers.mqtt.entity.NOT_IN_TOPICS", re.compile("(?!)"))
    monkeypatch.setattr("igloo_providers.mqtt.entity.MAX_LEVELS", 1000)
    config = {"state_topic": topic, "device": {"identifiers": ["bad"]}}
    with mosquitto.client(obey, ["lamp/set"]) as bridge:
        publish_all(bridge, [("homeassistant/sensor/bad/config", json.dumps(config))], retain=True)
        publish_all(bridge, [LAMP, ("lamp", "ON")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("degraded connection: ")
            assert "when asked for" in hub.view.healths[-1]
            await hub.until_health("ok")
            assert hub.view.find("power").get(Switch) == Switch(True)
            await hub.confirm("power", Switch(False))
            assert any("not followed: the MQTT broker ends the conn" in line for line in hub.view.log)
            # And when its device is taken back, the connection stands that too.
            before = len(hub.view.healths)
            publish_all(bridge, [("homeassistant/sensor/bad/config", "")], retain=True)
            await hub.until(lambda view: view.count == 1)
            await hub.confirm("power", Switch(True))
            assert len(hub.view.healths) == before


async def test_a_message_too_large_to_be_meant_is_passed_over(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with mosquitto.client() as bridge:
        publish_all(bridge, [LAMP, ("lamp", "ON")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(
                lambda view: view.has("power") and view.find("power").get(Switch, None) == Switch(True)
            )
            publish_all(bridge, [("lamp", "x" * 5_000_000), ("lamp", "OFF")])
            await hub.until(lambda view: view.find("power").get(Switch, None) == Switch(False))


async def test_availability_follows_the_broker_s_last_will(mosquitto: Mosquitto, tmp_path: Path) -> None:
    config = lamp_config(availability_topic="lamp/available")
    device = paho.Client(CallbackAPIVersion.VERSION2)
    device.will_set("lamp/available", "offline", retain=True)
    device.connect("127.0.0.1", mosquitto.port)
    device.loop_start()
    publish_all(device, [(LAMP[0], config), ("lamp/available", "online")], retain=True)
    async with running(tmp_path, mosquitto.port) as hub:
        await hub.until_health("ok")
        assert hub.view["lamp"].is_online
        sock = device.socket()
        assert sock is not None
        device.loop_stop()
        sock.close()
        await hub.until(lambda view: not view["lamp"].is_online)
        assert hub.view.find("power").get(Available) == Available(True)  # said once, of the device
