"""The example that the documents show works as they say."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import trio
import trio.testing

from igloo_provider.on_trio import run_provider
from igloo_wire import (
    COMPONENTS,
    Configure,
    CreateDevice,
    Dimmer,
    RegisterEntity,
    Switch,
    Temperature,
    WriteOutcome,
    WriteResult,
)
from tests.provider.hub_side import HubEnd, write_request

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
