"""The hub: one long-lived nursery with the tree actor and one task per provider. Read this first.

Knows nothing of command lines or terminals; `cli/` calls `run_hub`, and so do tests and benchmarks.
"""

import importlib.util
import logging
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import attrs
import trio

from igloo_hub import __version__
from igloo_hub.data_dir import open_data_dir
from igloo_hub.errors import ApprovalNeeded, ConfigError, ManifestError
from igloo_hub.ids import InstanceId, ProviderId
from igloo_hub.interpreter import find_interpreter
from igloo_hub.logs import escape
from igloo_hub.plan.config import HubConfig, InstanceConfig
from igloo_hub.plan.grants import HubPlaces, StartPlan, plan_start
from igloo_hub.plan.manifest import Manifest, load_manifest
from igloo_hub.supervisor import Supervisor
from igloo_hub.tree import DeviceTree
from igloo_hub.tree_actor import TreeHandle, run_tree_actor

MANIFEST_NAME = "manifest.toml"

STOP_LIMIT = 3.0
"""Seconds for all providers together to end as asked; then they are terminated, whatever they are doing."""

log = logging.getLogger("igloo_hub")


@attrs.frozen
class HubSettings:
    """What one run of the hub is told."""

    data_dir: Path
    config: HubConfig
    config_path: Path
    """Where the configuration is, or would be. Its paths that don't begin with / begin in its folder."""


@attrs.frozen
class Hub:
    """A running hub, for those who run beside it. Valid as long as `run_hub` runs."""

    tree: TreeHandle
    supervisors: Mapping[InstanceId, Supervisor]
    ended: trio.Event = attrs.field(factory=trio.Event)
    """Set when every provider has ended after `stop`, or had its time to."""

    def kill_at_once(self) -> None:
        """Kills every provider without asking. For the moment in which nobody wants to wait any more."""
        for supervisor in self.supervisors.values():
            supervisor.kill()


async def run_hub(
    settings: HubSettings,
    stop: trio.Event,
    *,
    task_status: trio.TaskStatus[Hub] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs the hub until `stop` is set, or until cancelled; then no process of it is left.

    After `stop` each provider is asked to end, and killed when it doesn't; after a cancellation it is only
    terminated. Starts with the Hub when the providers are about to be started: none of them is waited for.
    Raises ConfigError when the configuration, a manifest or the data directory doesn't allow a start.
    """
    with open_data_dir(settings.data_dir) as data_dir:
        starts = plan_starts(settings, data_dir)
        interpreter = await find_interpreter()
        async with trio.open_nursery() as nursery:
            tree = await nursery.start(run_tree_actor, DeviceTree())
            supervisors = {
                plan.instance: Supervisor(plan, manifest_path, data_dir, interpreter, tree, __version__)
                for plan, manifest_path in starts
            }
            for supervisor in supervisors.values():
                nursery.start_soon(supervisor.run)
            hub = Hub(tree, supervisors)
            task_status.started(hub)
            await stop.wait()
            for supervisor in supervisors.values():
                supervisor.stop()
            with trio.move_on_after(STOP_LIMIT):
                for supervisor in supervisors.values():
                    await supervisor.wait_stopped()
            hub.ended.set()
            nursery.cancel_scope.cancel()


def plan_starts(settings: HubSettings, data_dir: Path) -> list[tuple[StartPlan, Path]]:
    """The plan of each enabled instance, with the path of its manifest.

    One that waits for an approval, or whose configuration has a mistake, is left out and logged: it is no reason to
    leave the rest of the house without a hub. Raises ConfigError when mistakes leave nothing to run.
    """
    config_dir = settings.config_path.parent
    secrets = [
        config_dir / file.file for one in settings.config.providers.values() for file in one.secrets.values()
    ]
    places = HubPlaces(
        PurePosixPath(data_dir),
        PurePosixPath(settings.config_path.resolve()),
        frozenset(PurePosixPath(secret.resolve()) for secret in secrets),
    )
    starts: list[tuple[StartPlan, Path]] = []
    mistakes: list[ConfigError] = []
    is_any_left = False
    for instance, config in settings.config.providers.items():
        if not config.enabled:
            continue
        try:
            manifest, path = find_manifest(instance, config, config_dir)
            plan = plan_start(instance, manifest, config, places)
        except ApprovalNeeded as needed:
            log.warning("%s", needed)
            is_any_left = True
            continue
        except ConfigError as error:
            mistakes.append(error)
            continue
        for approval in plan.unasked:
            log.warning("%s: approves what it does not ask for: %s", instance, escape(approval))
        starts.append((plan, path))
    if mistakes and not starts and not is_any_left:
        raise mistakes[0]
    for mistake in mistakes:
        log.error("%s; it is not started", mistake)
    return starts


def find_manifest(instance: InstanceId, config: InstanceConfig, config_dir: Path) -> tuple[Manifest, Path]:
    """Loads the manifest of an instance; logs what is passed over in it. Raises ConfigError."""
    provider = config.provider or ProviderId(instance)
    if config.manifest is not None:
        path = config_dir / config.manifest
    else:
        path = shipped_providers() / provider / MANIFEST_NAME
        if not path.is_file():
            known = ", ".join(sorted(p.parent.name for p in shipped_providers().glob(f"*/{MANIFEST_NAME}")))
            raise ConfigError(
                f"igloo.toml: [providers.{instance}]: there is no provider {provider!r}; there are: {known}"
            )
    manifest, warnings = load_manifest(path)
    for warning in warnings:
        log.warning("%s: %s", path, warning)
    if (config.provider or config.manifest is None) and manifest.provider.id != provider:
        raise ManifestError(f"{path}: is the manifest of {manifest.provider.id!r}, not of {provider!r}")
    if not manifest.provider.ships and not has_module(path.parent, manifest.provider.run):
        raise ManifestError(
            f"{path}: provider.run names the module {manifest.provider.run!r}, which is not beside it"
        )
    return manifest, path.resolve()


def has_module(folder: Path, name: str) -> bool:
    """Whether Python would find this module in this folder. Imports nothing."""
    place = folder.joinpath(*name.split("."))
    candidates = (place.with_name(place.name + ".py"), place / "__main__.py")
    return any(candidate.is_file() for candidate in candidates)


def shipped_providers() -> Path:
    """The folder of the providers that ship. Found without importing them: their code never runs in the hub."""
    found = importlib.util.find_spec("igloo_providers")
    if found is None or not found.submodule_search_locations:
        raise ConfigError("the package igloo_providers is missing from this installation")
    return Path(next(iter(found.submodule_search_locations)))


def default_config() -> HubConfig:
    """What runs when the owner has written no igloo.toml: `system`, with the grants that its manifest asks for."""
    manifest, _ = load_manifest(shipped_providers() / "system" / MANIFEST_NAME)
    approve = tuple(grant.approval for grant in manifest.grants.files)
    return HubConfig(providers={InstanceId("system"): InstanceConfig(approve=approve)})
