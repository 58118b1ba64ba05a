"""The examples that the documents show work as they say."""

import importlib.util
import re
import tomllib
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
import trio
import trio.testing
from aiohttp import web

from igloo_provider import Provider, on_asyncio
from igloo_provider.on_trio import run_provider
from igloo_wire import (
    COMPONENTS,
    Configure,
    CreateDevice,
    Custom,
    CustomResult,
    DeviceStatus,
    Dimmer,
    Power,
    RegisterCustom,
    RegisterEntity,
    Switch,
    Temperature,
    WriteOutcome,
    WriteResult,
)
from tests.provider import asyncio_side
from tests.provider.hub_side import BrokerEnd, HubEnd, write_request

FOLDER = Path(__file__).parents[2] / "examples/lamp"


@pytest.fixture
def lamp() -> ModuleType:
    """Imported afresh, as a provider's module keeps its state."""
    spec = importlib.util.spec_from_file_location("lamp_example", FOLDER / "provider.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_probe_is_polled_and_the_lamp_obeys(
    lamp: ModuleType, autojump_clock: trio.testing.MockClock
) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, lamp.provider, theirs)
        nursery.start_soon(hub.listen)
        await hub.greet(Configure("lamp", "/nowhere", {"interval": 30.0}, {}))
        await trio.sleep(61)
        assert hub.ear.of(CreateDevice) == [CreateDevice(0, "lamp-1", "Desk lamp")]
        assert [value.value for value in hub.ear.values() if isinstance(value, Temperature)] == pytest.approx(
            [20.1, 20.2]
        )

        await hub.say(write_request(1, Switch(True), Dimmer(0.5)), write_request(2, Dimmer(0.01)))
        await trio.sleep(1)
        assert hub.ear.rows[-2:] == [(0, 0, Switch(True)), (0, 0, Dimmer(0.5))]
        assert hub.ear.of(WriteResult) == [
            WriteResult(1, WriteOutcome.CONFIRMED, ""),
            WriteResult(2, WriteOutcome.REFUSED, "this lamp flickers below 5 %"),
        ]
        nursery.cancel_scope.cancel()


async def test_its_manifest_names_what_it_sends_and_takes(lamp: ModuleType) -> None:
    manifest = tomllib.loads((FOLDER / "manifest.toml").read_text())
    assert manifest["provider"]["id"] == lamp.provider.id
    assert manifest["provider"]["version"] == lamp.provider.version
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, lamp.provider, theirs)
        nursery.start_soon(hub.listen)
        await hub.greet(
            Configure("lamp", "/nowhere", {"interval": manifest["config"]["interval"]["default"]}, {})
        )
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    sent = {
        type(c) for m in hub.ear.of(RegisterEntity) if isinstance(m, RegisterEntity) for c in m.components
    }
    assert {COMPONENTS[name] for name in manifest["components"]["publishes"]} == sent
    assert manifest["components"]["accepts"] == ["Switch", "Dimmer"]
    assert len(lamp.provider.calls_for((Switch(True), Dimmer(1.0)))) == 1


def test_the_guide_shows_the_example_as_it_is() -> None:
    code = (FOLDER / "provider.py").read_text().partition('"""\n\n')[2]
    guide = (FOLDER.parents[1] / "docs/providers.md").read_text()
    assert f"```python\n{code}```" in guide


# ── the guide's other examples ──


def example_of(provider_id: str) -> Provider:
    """The provider that a block of the guide makes, as it stands there."""
    provider = any_example_of(provider_id)
    assert isinstance(provider, Provider)
    return provider


def any_example_of(provider_id: str) -> object:
    guide = (FOLDER.parents[1] / "docs/providers.md").read_text()
    (code,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
        if f'provider = Provider("{provider_id}"' in block
    ]
    space: dict[str, object] = {"__name__": "example"}
    exec(compile(code, "docs/providers.md", "exec"), space)
    return space["provider"]


async def test_the_guides_custom_commands_do_what_it_says(autojump_clock: trio.testing.MockClock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, example_of("garland"), theirs)
        nursery.start_soon(hub.listen)
        await hub.greet()
        await trio.testing.wait_all_tasks_blocked()
        await hub.say(
            Custom(1, 0, "scan", None, None, {"seconds": 2}),
            Custom(2, 0, "play", 0, None, {"effect": "rainbow"}),
            Custom(3, 0, "play", 0, None, {"effect": "rain"}),
            Custom(4, 0, "play", 0, None, {"times": "x"}),
        )
        await trio.sleep(3)
        answers = {m.request: m for m in hub.ear.messages if isinstance(m, CustomResult)}
        assert answers[1].result == ["garland-2", "garland-3"]
        assert answers[2].outcome == WriteOutcome.CONFIRMED
        assert answers[3].reason == "there is no effect 'rain'"
        assert answers[4].reason == "play: it needs effect, text; times must be a whole number, not text"
        assert [m.description for m in hub.ear.messages if isinstance(m, RegisterCustom)] == [
            "Looks for new garlands",
            "Plays one of the effects that are built in.",
        ]
        nursery.cancel_scope.cancel()


async def test_the_guides_meter_is_followed_and_its_errors_are_shown(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)

    async def tell(stream: trio.SocketStream) -> None:
        async with stream:
            for piece in (b"1", b"00.5\n20", b"0\n"):
                await stream.send_all(piece)
                await trio.sleep(0.1)

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    with BrokerEnd() as broker:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, tell, listeners)
            nursery.start_soon(broker.serve, {"tcp meter.lan 7000": listeners[0].socket.getsockname()})
            nursery.start_soon(partial(run_provider, example_of("meter"), theirs, broker=broker.provider_end))
            nursery.start_soon(hub.listen)
            await hub.greet(Configure("meter", "/nowhere", {"host": "meter.lan"}, {}))
            await trio.sleep(5)
            assert hub.ear.values() == [Power(100.5), Power(200.0)]
            assert hub.ear.of(DeviceStatus)[-1] == DeviceStatus(0, False, "the meter closed the connection")
            nursery.cancel_scope.cancel()


async def test_the_guides_meter_without_its_grant_names_it(autojump_clock: trio.testing.MockClock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    with BrokerEnd() as broker:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(broker.serve, {})
            nursery.start_soon(partial(run_provider, example_of("meter"), theirs, broker=broker.provider_end))
            nursery.start_soon(hub.listen)
            await hub.greet(Configure("meter", "/nowhere", {"host": "meter.lan"}, {}))
            await trio.sleep(25)
            sentence = "the owner has not granted connect:meter.lan:7000"
            assert set(hub.ear.of(DeviceStatus)) == {DeviceStatus(0, False, sentence)}
            assert len(hub.ear.of(DeviceStatus)) == 3
            nursery.cancel_scope.cancel()


async def start_station() -> tuple[int, Callable[[], Awaitable[object]]]:
    async def now(request: web.Request) -> web.Response:
        return web.json_response({"temperature": 7.5})

    app = web.Application()
    app.router.add_get("/now", now)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1], runner.cleanup


@pytest.mark.parametrize("is_granted", [True, False])
@asyncio_side.on_broker_loop
async def test_the_guides_station_on_asyncio_is_followed_and_its_errors_are_shown(is_granted: bool) -> None:
    station = any_example_of("station")
    assert isinstance(station, on_asyncio.Provider)
    configure = Configure("station", "/nowhere", {"host": "station.lan"}, {})
    with asyncio_side.serving(start_station) as port:
        refusal = "not-granted the owner has not granted connect:station.lan:80"
        places = {"tcp station.lan 80": ("127.0.0.1", port) if is_granted else refusal}
        with asyncio_side.FakeBroker(places) as broker:
            async with asyncio_side.running(station, broker=broker.theirs, configure=configure) as hub:
                if is_granted:
                    await hub.until(lambda ear: ear.rows)
                    assert hub.ear.rows == [(0, 0, Temperature(7.5))]
                else:
                    await hub.until(lambda ear: ear.of(DeviceStatus))
                    (status,) = hub.ear.of(DeviceStatus)
                    assert isinstance(status, DeviceStatus)
                    assert "the owner has not granted connect:station.lan:80" in status.reason
