"""A real hub in this process, with real provider processes under the real launcher.

The providers are small modules of `tests/real/providers`, each with a manifest that the rig writes.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import attrs
import trio

from igloo_hub.hub import Hub, HubSettings, run_hub
from igloo_hub.ids import InstanceId
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_hub.supervisor import InstanceState, Supervisor
from igloo_hub.tree import DeviceSnapshot, DeviceTree

PROVIDERS = Path(__file__).with_name("providers")

MANIFEST = """
manifest = 1
[provider]
id = "{module}"
name = "A provider for tests"
version = "1"
run = "{module}"
[components]
publishes = ["Integer", "NamedEvent", "Switch", "Text"]
accepts = ["Switch"]
[config.note]
type = "text"
label = "Anything that the test wants the provider to know"
"""


@attrs.define
class Rig:
    """The running hub and the shortcuts that tests need."""

    hub: Hub
    stop: trio.Event
    data_dir: Path

    def supervisor(self, instance: str) -> Supervisor:
        return self.hub.supervisors[InstanceId(instance)]

    async def devices(self) -> dict[str, DeviceSnapshot]:
        """By instance; the providers of these tests have one device each."""
        return {device.instance: device for device in await self.hub.tree.ask(DeviceTree.devices)}

    async def until(self, condition: Callable[[], bool], *, seconds: float = 20) -> None:
        """Waits for something in the real world, which has no event to wait for."""
        with trio.fail_after(seconds):
            while not condition():  # noqa: ASYNC110
                await trio.sleep(0.01)

    async def until_ready(self, *instances: str) -> None:
        await self.until(lambda: all(self.supervisor(i).state is InstanceState.READY for i in instances))


def install(folder: Path, module: str) -> str:
    """Copies a provider of these tests to a folder with its manifest. Returns the manifest's path."""
    place = folder / module
    place.mkdir(parents=True, exist_ok=True)
    for name in (module, "peer"):
        (place / f"{name}.py").write_text((PROVIDERS / f"{name}.py").read_text())
    (place / "manifest.toml").write_text(MANIFEST.format(module=module))
    return str(place / "manifest.toml")


@asynccontextmanager
async def running_hub(folder: Path, **instances: str) -> AsyncIterator[Rig]:
    """A hub with the instances NAME=MODULE, or NAME="MODULE NOTE"; stopped at the end of the block as a user would."""
    folder = folder.resolve()
    providers = {}
    for name, words in instances.items():
        module, _, note = words.partition(" ")
        providers[InstanceId(name)] = InstanceConfig(
            manifest=install(folder / "code", module), config={"note": note} if note else {}
        )
    settings = HubSettings(folder / "data", HubConfig(providers=providers), folder / "igloo.toml")
    stop = trio.Event()
    async with trio.open_nursery() as nursery:
        hub = await nursery.start(run_hub, settings, stop)
        yield Rig(hub, stop, folder / "data")
        stop.set()


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> Iterator[int]:
    """All processes below one, zombies left out."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from descendants(int(child))
        if alive(int(child)):
            yield int(child)


@contextmanager
def secret_file(path: Path, text: str = "the hub's secret") -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.chmod(path, 0o600)
    yield path
