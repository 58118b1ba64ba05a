"""What the provider asks and promises in its manifest, its settings, and its word on a connection and on a write."""

import ast
import ssl
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
import trio

from igloo_hub.plan.manifest import Manifest, load_manifest
from igloo_providers.mqtt import provider as module
from igloo_providers.mqtt.packets import Fault
from igloo_providers.mqtt.provider import ACCEPTED, load_certificate
from igloo_wire import COMPONENTS, Component, Switch, WriteOutcome
from tests.provider.mqtt.mosquitto import Mosquitto, free_port, publish_all, running_mosquitto
from tests.provider.mqtt.running import running
from tests.provider.mqtt.test_client import SUBACK, SUBSCRIBE, Broker, filters_of, packet
from tests.provider.mqtt.test_mosquitto import LAMP, TLS, lamp_config

FOLDER = Path(module.__file__).parent


@pytest.fixture
def manifest() -> Manifest:
    found, warnings = load_manifest(FOLDER / "manifest.toml")
    assert warnings == []
    return found


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with running_mosquitto(tmp_path) as mosquitto:
        yield mosquitto


def names_made(node: ast.AST) -> Iterator[str]:
    """Names in this code by which something is made: called, handed over, or what a table leads to.

    Not what is only asked for: in annotations, comparisons, `isinstance`, sets, and the keys of tables.
    """
    match node:
        case ast.Name(id=name):
            yield name
            return
        case ast.Dict(values=parts):
            left: Iterable[ast.AST | None] = parts
        case ast.Call(func=ast.Name(id="isinstance")) | ast.Compare() | ast.Set():
            return
        case ast.FunctionDef(body=body, decorator_list=_):
            left = body
        case ast.AnnAssign(value=value):
            left = [value]
        case _:
            left = ast.iter_child_nodes(node)
    for part in left:
        if part is not None:
            yield from names_made(part)


def components_of_the_code(*access: str) -> set[type[Component]]:
    """All component types of these kinds of access that the modules make: nothing else can come out of them."""
    names: set[str] = set()
    for path in FOLDER.rglob("*.py"):
        if path.name == "provider.py":  # it only passes on what is written
            continue
        tree = ast.parse(path.read_text())
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "igloo_wire"
            for alias in node.names
        }
        names |= imported.intersection(names_made(tree))
    return {kind for name, kind in COMPONENTS.items() if name in names and kind.schema.access in access}


def test_what_is_only_asked_for_is_not_made() -> None:
    code = ast.parse(
        "from x import A\ns = frozenset({B})\nt: Mapping[C, D] = {E: F}\n"
        "def f(g: G) -> H:\n    return I if g is J or isinstance(g, K) else partial(L, M.N)\n"
    )
    assert {name for name in names_made(code) if name.isupper()} == {"F", "I", "L", "M"}


# ── the manifest ──


def test_the_manifest_publishes_exactly_what_the_platforms_can_make(manifest: Manifest) -> None:
    assert set(manifest.components.publishes) == components_of_the_code(
        "state", "writable", "fact", "marker", "event"
    )


def test_the_manifest_accepts_exactly_what_is_handed_to_the_platforms(manifest: Manifest) -> None:
    assert set(manifest.components.accepts) == set(ACCEPTED)
    assert len(ACCEPTED) == len(set(ACCEPTED))


def test_what_is_accepted_is_what_the_platforms_can_be_asked(manifest: Manifest) -> None:
    writable = components_of_the_code("writable", "command", "modifier")
    # Sensors may hold these, and no platform lets anybody write them.
    only_reported = {COMPONENTS[name] for name in ("Date", "Timestamp") if COMPONENTS[name] in writable}
    assert set(ACCEPTED) == writable - only_reported


def test_nothing_is_asked_for_but_one_connection(manifest: Manifest) -> None:
    assert manifest.grants.files == ()
    assert manifest.grants.udp == ()
    (grant,) = manifest.grants.connect
    assert (grant.host, grant.port) == ("config:url", "config:url")


# ── settings ──


async def test_the_owner_names_client_and_prefix(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with mosquitto.client() as bridge:
        publish_all(bridge, [LAMP, ("my/own/switch/lamp/config", lamp_config(unique_id="mine"))], retain=True)
        settings = {"client_id": "hub-7", "discovery_prefix": "my/own/"}
        async with running(tmp_path, mosquitto.port, **settings) as hub:  # type: ignore[arg-type]
            await hub.until(lambda view: view.has("mine"))
            assert hub.view.count == 1
            assert " as hub-7 " in mosquitto.log


async def test_a_client_without_a_name_gets_one_that_no_other_has(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with running(tmp_path, mosquitto.port) as one, running(tmp_path, mosquitto.port) as other:
        await one.until_health("ok")
        await other.until_health("ok")
    assert "already connected" not in mosquitto.log


def test_what_is_no_certificate_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    both = (TLS / "good.pem").read_text()
    cut = both.index("-----BEGIN EC PRIVATE KEY")
    foreign = (TLS / "other.pem").read_text()
    foreign_key = foreign[foreign.index("-----BEGIN EC PRIVATE KEY") :]
    encrypted = both[cut:].replace(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n",
        1,
    )
    load_certificate(ssl.create_default_context(), both[:cut], both[cut:], tmp_path)
    for certificate, key, words in (
        ("no certificate", both[cut:], "are not a certificate and its key"),
        (both[:cut], "no key", "are not a certificate and its key"),
        (both[:cut], foreign_key, "are not a certificate and its key"),
        (both[:cut], encrypted, "a key with a password can't be used"),
    ):
        with pytest.raises(Fault, match=words) as failure:
            load_certificate(ssl.create_default_context(), certificate, key, tmp_path)
        assert failure.value.is_lasting
        assert key not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


async def test_a_key_that_a_killed_run_has_left_is_removed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is left between its making and its removal."""
    both = (TLS / "good.pem").read_text()
    cut = both.index("-----BEGIN EC PRIVATE KEY")
    monkeypatch.setattr("os.unlink", lambda name: None)
    load_certificate(ssl.create_default_context(), both[:cut], both[cut:], tmp_path)
    monkeypatch.undo()
    assert "PRIVATE KEY" in next(tmp_path.iterdir()).read_text()
    (tmp_path / "other").touch()
    async with running(tmp_path, free_port()) as hub:
        await hub.until_health("degraded")
        assert [path.name for path in tmp_path.iterdir()] == ["other"]


# ── while it runs ──


async def test_who_may_not_read_discovery_is_told_so(tmp_path: Path) -> None:
    """Mosquitto itself only says so with a plugin for rights."""

    def refuse(body: bytes) -> bytes:
        return packet(SUBACK, body[:2] + b"\0" + b"\x87" * len(filters_of(body)))

    port = free_port()
    async with trio.open_nursery() as nursery:

        async def behave(stream: trio.SocketStream) -> None:
            await Broker(stream, {SUBSCRIBE: refuse}).serve()

        serve = partial(trio.serve_tcp, behave, port, host="127.0.0.1")
        await nursery.start(serve)
        async with running(tmp_path, port) as hub:
            await hub.until_health("degraded subscribing: ")
            assert hub.view.healths[-1] == (
                "degraded subscribing: the MQTT broker at broker.lan port 1883 does not let a client without a user "
                "name read homeassistant/+/+/config and homeassistant/+/+/+/config"
            )
        nursery.cancel_scope.cancel()


async def test_a_device_that_reports_nothing_lets_a_write_time_out(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with mosquitto.client(topics=["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(lambda view: view.has("power"))
            result = await hub.write("power", Switch(True), seconds=0.3)
            assert result.outcome == WriteOutcome.REFUSED
            assert "in time" in result.reason


async def test_a_device_that_reports_only_changes_confirms_what_it_is_already_if_it_has_said_so_itself(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.2)
    with mosquitto.client(topics=["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP, ("lamp", "ON")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(
                lambda view: view.has("power") and view.find("power").get(Switch, None) == Switch(True)
            )
            # It may have burnt out since: this is what the MQTT broker kept.
            assert (await hub.write("power", Switch(True))).outcome == WriteOutcome.SENT
            publish_all(bridge, [("lamp", "OFF")])
            await hub.until(lambda view: view.find("power").get(Switch) == Switch(False))
            await hub.confirm("power", Switch(False))


async def test_a_device_that_is_offline_is_not_asked(mosquitto: Mosquitto, tmp_path: Path) -> None:
    asked: list[str] = []
    config = (LAMP[0], lamp_config(availability_topic="lamp/there"))
    with mosquitto.client(lambda client, topic, payload: asked.append(payload), ["lamp/set"]) as bridge:
        publish_all(bridge, [config, ("lamp", "ON"), ("lamp/there", "offline")], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(lambda view: view.devices and not view["lamp"].is_online)
            result = await hub.write("power", Switch(True))
            assert (result.outcome, result.reason) == (
                WriteOutcome.REFUSED,
                "the device is offline: its availability topic says so",
            )
            assert asked == []


async def test_a_command_sent_to_the_topic_of_the_state_is_not_confirmed_by_itself(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    config = (LAMP[0], lamp_config(state_topic="lamp/set"))
    with mosquitto.client(topics=["lamp/set"]) as bridge:
        publish_all(bridge, [config], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until_health("ok")
            assert (await hub.write("power", Switch(True))).outcome == WriteOutcome.SENT
            assert hub.view.find("power").get(Switch) == Switch(True)


async def test_a_device_taken_away_refuses_the_write_that_waits(mosquitto: Mosquitto, tmp_path: Path) -> None:
    def leave(client: object, topic: str, payload: str) -> None:
        bridge.publish(LAMP[0], "", retain=True)

    with mosquitto.client(leave, topics=["lamp/set"]) as bridge:
        publish_all(bridge, [LAMP], retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(lambda view: view.has("power"))
            result = await hub.write("power", Switch(True))
            assert (result.outcome, result.reason) == (WriteOutcome.REFUSED, "the device was taken away")


async def test_many_writes_at_once_are_all_answered(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """To different devices: those to one wait for each other."""

    def obey(client: object, topic: str, payload: str) -> None:
        bridge.publish(topic.removesuffix("/set"), payload)

    configs = [
        (
            f"homeassistant/switch/l{number}/config",
            lamp_config(
                unique_id=f"power-{number:03}",
                state_topic=f"lamp{number}",
                command_topic=f"lamp{number}/set",
                device={"identifiers": [f"lamp{number}"]},
            ),
        )
        for number in range(100)
    ]
    with mosquitto.client(obey, topics=["+/set"]) as bridge:
        publish_all(bridge, configs, retain=True)
        async with running(tmp_path, mosquitto.port) as hub:
            await hub.until(lambda view: view.count == 100)
            await hub.until_health("ok")
            async with trio.open_nursery() as nursery:
                for number in range(100):
                    nursery.start_soon(hub.confirm, f"power-{number:03}", Switch(True))
