"""The provider `mqtt` end to end: a real hub, its sandbox, its broker of connections, and a real Mosquitto behind it."""

import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from igloo_hub.hub import HubSettings, run_hub
from igloo_hub.ids import EntityAddress
from igloo_hub.plan.config import parse_config
from igloo_hub.session import Outcome, RequestEnd
from igloo_hub.supervisor import InstanceState
from igloo_hub.tree import DeviceSnapshot, DeviceTree, EntitySnapshot
from igloo_wire import Component, Dimmer, Health, Light, Manufacturer, Switch, Temperature
from tests.provider.mqtt.mosquitto import Mosquitto, password_hash, running_mosquitto
from tests.provider.mqtt.zigbee import CLIMATE, LAMP, live_messages, running_bridge
from tests.real.rig import Rig, secret_file

pytestmark = pytest.mark.kernel("landlock", abi=6)

TLS = Path(__file__).parents[1] / "data/tls"


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with running_mosquitto(tmp_path) as mosquitto:
        yield mosquitto


@asynccontextmanager
async def hub_of(folder: Path, text: str) -> AsyncIterator[Rig]:
    """A hub whose igloo.toml has this table for the instance `mqtt`."""
    file = folder / "igloo.toml"
    file.write_text(f"[providers.mqtt]\n{text}\n")
    settings = HubSettings(folder / "data", parse_config(file.read_text(), str(file)), file)
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        yield Rig(hub, stop, folder / "data")
        stop.set()


def at(port: int, *, scheme: str = "mqtt", approve: bool = True, more: str = "") -> str:
    approval = f'approve = ["connect:127.0.0.1:{port}"]\n' if approve else ""
    return f'{approval}config = {{ url = "{scheme}://127.0.0.1:{port}"{more} }}\n'


async def devices(rig: Rig) -> dict[str, DeviceSnapshot]:
    """By the provider's own key."""
    return {device.key: device for device in await rig.hub.tree.ask(DeviceTree.devices)}


async def entity(rig: Rig, ending: str) -> tuple[EntityAddress, EntitySnapshot] | None:
    """The one whose key ends so."""
    for device in (await devices(rig)).values():
        for one in device.entities:
            if one.key.endswith(ending):
                return EntityAddress(device.id, one.key), one
    return None


async def until_devices(rig: Rig, condition: Callable[[dict[str, DeviceSnapshot]], bool]) -> None:
    with trio.fail_after(20):
        while not condition(await devices(rig)):  # noqa: ASYNC110
            await trio.sleep(0.01)


async def until_value(rig: Rig, ending: str, wanted: Component) -> None:
    def has_it(found: dict[str, DeviceSnapshot]) -> bool:
        entities = (one for device in found.values() for one in device.entities)
        return any(one.key.endswith(ending) and one.get(type(wanted)) == wanted for one in entities)

    await until_devices(rig, has_it)


async def write(rig: Rig, ending: str, *components: Component) -> RequestEnd:
    found = await entity(rig, ending)
    assert found is not None
    return await rig.supervisor("mqtt").write(found[0], components)


async def until_health(rig: Rig, words: str) -> str:
    await rig.until(lambda: words in rig.supervisor("mqtt").health_reason)
    return rig.supervisor("mqtt").health_reason


async def test_the_devices_of_a_real_bridge_appear_follow_and_obey(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with running_bridge(mosquitto) as bridge:
        async with hub_of(tmp_path, at(mosquitto.port)) as rig:
            await rig.until_ready("mqtt")
            bridge.replay()
            await until_devices(rig, lambda found: len(found) == 4)
            # What was reported before anybody listened is lost where it isn't retained: so it is said again.
            bridge.replay()
            await until_value(rig, f"{CLIMATE}_temperature_zigbee2mqtt", Temperature(23.19))
            light = f"{LAMP}_light_zigbee2mqtt"
            await until_value(rig, light, Switch(True))
            found = await devices(rig)
            assert len(found) == 4
            lamp = found[f"zigbee2mqtt_{LAMP}"]
            assert lamp.is_live
            assert {e.key: e for e in lamp.entities}["device"].get(Manufacturer) == Manufacturer("IKEA")
            announced = {topic for topic, _ in live_messages() if topic.endswith("/config")}
            shown = [one.key for device in found.values() for one in device.entities if one.key != "device"]
            assert len(shown) == len(announced) == 41
            one = await entity(rig, light)
            assert one is not None
            assert one[1].get(Light) == Light()
            assert await write(rig, light, Switch(False)) == RequestEnd(Outcome.CONFIRMED)
            await until_value(rig, light, Switch(False))
            assert await write(rig, light, Switch(True), Dimmer(0.5)) == RequestEnd(Outcome.CONFIRMED)
            one = await entity(rig, light)
            assert one is not None
            dimmer = one[1].get(Dimmer)
            assert dimmer is not None
            assert abs(dimmer.value - 0.5) < 0.01
            bridge.publish([(f"zigbee2mqtt/{LAMP}/availability", '{"state":"offline"}')], retain=True)
            await until_devices(rig, lambda found: not found[lamp.key].online)


async def test_devices_keep_their_ids_through_deaths_of_provider_and_broker(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with running_bridge(mosquitto) as bridge:
        bridge.replay()
        async with hub_of(tmp_path, at(mosquitto.port)) as rig:
            await rig.until_ready("mqtt")
            await rig.until(lambda: rig.supervisor("mqtt").health is Health.OK)
            await until_devices(rig, lambda found: len(found) == 4)
            before = {key: device.id for key, device in (await devices(rig)).items()}
            mosquitto.kill()
            await until_health(rig, "nobody listens")
            assert rig.supervisor("mqtt").state is InstanceState.DEGRADED
            assert {key: device.id for key, device in (await devices(rig)).items()} == before
            mosquitto.start()  # empty: nothing was kept
            await rig.until(lambda: rig.supervisor("mqtt").state is InstanceState.READY)
            assert {key: device.id for key, device in (await devices(rig)).items()} == before
            assert rig.supervisor("mqtt").deaths == 0
            pid = rig.supervisor("mqtt").pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await rig.until(lambda: rig.supervisor("mqtt").deaths == 1)
            bridge.client.reconnect()
            bridge.replay()
            await until_devices(rig, lambda found: all(device.is_live for device in found.values()))
            assert {key: device.id for key, device in (await devices(rig)).items()} == before


async def test_what_was_not_approved_is_not_connected_to(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with hub_of(tmp_path, at(mosquitto.port, approve=False)) as rig:
        await rig.until(lambda: f"connect:127.0.0.1:{mosquitto.port}" in caplog.text)
        assert "the MQTT broker that you named" in caplog.text
        assert "New connection" not in mosquitto.log.partition("running")[2].replace(
            "New connection from", "", 1
        )
    # The same with the approval: the log is where it would have been.
    async with hub_of(tmp_path, at(mosquitto.port)) as rig:
        await rig.until(lambda: "New client connected" in mosquitto.log)


async def test_a_broker_that_is_away_is_one_sentence_and_no_death(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path)
    async with hub_of(tmp_path, at(mosquitto.port)) as rig:
        reason = await until_health(rig, "connecting: ")
        assert f"127.0.0.1:{mosquitto.port}" in reason or f"port {mosquitto.port}" in reason
        assert "\n" not in reason
        assert rig.supervisor("mqtt").deaths == 0
        mosquitto.start()
        try:
            await rig.until(lambda: rig.supervisor("mqtt").state is InstanceState.READY)
        finally:
            mosquitto.kill()


async def test_a_wrong_password_is_one_sentence_and_stands_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "passwords").write_text(f"igloo:{password_hash('right')}\n")
    lines = ("allow_anonymous false", f"password_file {tmp_path / 'passwords'}")
    secret = 'secrets = { password = { file = "mqtt.password" } }'
    with running_mosquitto(tmp_path, *lines) as mosquitto:
        for password, words in (("wrong-horse", "refuses the user name or the password"), ("right", "")):
            with secret_file(tmp_path / "mqtt.password", f"{password}\n"):
                text = at(mosquitto.port, more=', username = "igloo"') + secret
                async with hub_of(tmp_path, text) as rig:
                    if words:
                        reason = await until_health(rig, words)
                        assert reason.startswith("login: the MQTT broker at 127.0.0.1")
                        await rig.until(lambda: rig.supervisor("mqtt").state is InstanceState.DEGRADED)
                    else:
                        await rig.until(lambda: "New client connected" in mosquitto.log)
                        await rig.until(lambda: rig.supervisor("mqtt").state is InstanceState.READY)
            assert password not in caplog.text


async def test_a_certificate_for_another_host_is_one_sentence(tmp_path: Path) -> None:
    file = TLS / "good.pem"
    with running_mosquitto(tmp_path, listener=[f"certfile {file}", f"keyfile {file}"]) as mosquitto:
        text = at(mosquitto.port, scheme="mqtts", more=f', ca = "{TLS / "authority.pem"}"')
        async with hub_of(tmp_path, text) as rig:
            reason = await until_health(rig, "TLS: ")
            assert "for another host than 127.0.0.1" in reason
