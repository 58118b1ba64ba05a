"""Runs one instance of a provider: starts it, and when it dies, waits and starts it again. Touches no other.

A provider's whole life (process, connection, log) is one call of `_live`, in a nursery of its own: when that
returns, everything of this life has ended. It always ends in a ProviderError, whose sentence is the cause of death.
"""

import enum
import logging
import math
import os
import random
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import attrs
import trio

from igloo_hub.broker import Broker
from igloo_hub.connection import Connection, SocketByteStream
from igloo_hub.data_dir import FIRST_UID, make_instance_folder
from igloo_hub.errors import (
    ConfigError,
    OwnerFilesChanged,
    ProviderError,
    ProviderExited,
    ProviderSilent,
    first_of,
)
from igloo_hub.ids import DeviceId, DeviceIndex, EntityAddress, EntityIndex, InstanceId
from igloo_hub.interpreter import Interpreter
from igloo_hub.launch import (
    EXIT_DO_NOT_RESTART,
    ProviderProcess,
    complete_spec,
    death_of,
    open_provider_process,
)
from igloo_hub.logs import LineLimit, LogLines, escape, one_line
from igloo_hub.owner_files import read_owner_files, stamp_owner_files
from igloo_hub.plan.endpoints import Endpoint
from igloo_hub.plan.grants import StartPlan
from igloo_hub.plan.structure import did_you_mean
from igloo_hub.session import (
    BecameReady,
    Event,
    Greeted,
    HealthChanged,
    Logged,
    Outcome,
    ProviderConfig,
    RequestEnd,
    Session,
)
from igloo_hub.tree import Attachment, Customs, why_not_callable, why_not_writable
from igloo_hub.tree_actor import TreeHandle
from igloo_sandbox.spec import Layer, Status, find_obstacle
from igloo_wire import Component, Health, LogLevel

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
JITTER = 0.2
"""Up to a fifth longer, so that several providers that died together don't come back together."""

HEALTHY_AFTER = 300.0
"""Seconds of life after which earlier deaths no longer count for the back-off."""

QUARANTINE_DEATHS = 5
QUARANTINE_WINDOW = 600.0
QUARANTINE_DELAY = 3600.0
"""More than five deaths in ten minutes: from then on one quiet try an hour, until one of them lives healthily."""

STOP_GRACE = 2.0
"""Seconds between Stop and the end of the process."""

FLOODED_PAUSE = 0.1
"""Seconds between two reads of a pipe whose lines are suppressed anyway: 640 KiB a second at most."""

REQUEST_TIMEOUT = 10.0
"""Seconds that a caller waits for a write when it names no other limit."""

SHORTEST_MASKED = 6
"""Characters of a secret that is masked in the log. A shorter one is part of too many words that are none."""

LOOK_EVERY = 5.0
"""Seconds between two looks whether the owner has changed a file that the provider was given."""

EXIT_GRACE = 1.0
"""Seconds between a closed connection and the end of the process, and the other way round."""


class InstanceState(enum.Enum):
    STARTING = "starting"
    READY = "ready"
    DEGRADED = "degraded"
    BACKOFF = "backoff"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"
    DISABLED = "disabled"


@attrs.define
class RestartPolicy:
    """After which delay a provider that died is started again. Pure: `now` is seconds of a steady clock."""

    _random: Callable[[], float] = random.random
    """0 to 1, as random.random."""
    _delay: float = FIRST_DELAY
    _deaths: list[float] = attrs.field(factory=list)
    _quarantined: bool = False

    def died(self, now: float, lived: float) -> tuple[InstanceState, float]:
        """BACKOFF or QUARANTINED, and for how many seconds."""
        if lived >= HEALTHY_AFTER:
            self._delay, self._deaths, self._quarantined = FIRST_DELAY, [], False
        self._deaths = [death for death in self._deaths if now - death < QUARANTINE_WINDOW] + [now]
        if self._quarantined or len(self._deaths) > QUARANTINE_DEATHS:
            self._quarantined = True
            return InstanceState.QUARANTINED, QUARANTINE_DELAY
        delay = self._delay * (1 + JITTER * self._random())
        self._delay = min(self._delay * 2, LONGEST_DELAY)
        return InstanceState.BACKOFF, delay


@attrs.define(eq=False)
class Supervisor:
    """One instance and how it stands. `run` is its task; the rest may be read at any time."""

    plan: StartPlan
    manifest_path: Path
    data_dir: Path
    interpreter: Interpreter
    tree: TreeHandle
    hub_version: str
    stage: InstanceState = InstanceState.STOPPED
    """The state without the provider's own word on its health."""
    health: Health = attrs.field(factory=lambda: Health.OK)
    health_reason: str = ""
    """Why it is degraded, in the provider's words."""
    pid: int | None = None
    status: Status = attrs.field(factory=lambda: Status("refused"))
    """What is enforced for the present life, or was for the last one."""
    deaths: int = 0
    last_death: str = ""
    _policy: RestartPolicy = attrs.field(factory=RestartPolicy)
    _connection: Connection | None = None
    _attachment: Attachment | None = None
    _broker: Broker | None = None
    _last_words: str = ""
    """What the provider last said in this life as an error, or printed."""
    _secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    """Line by line, as a log is."""
    _ready: trio.Event = attrs.field(factory=trio.Event)
    _lines: LineLimit = attrs.field(factory=LineLimit)
    _connection_lines: LineLimit = attrs.field(factory=LineLimit)
    _refusal_lines: LineLimit = attrs.field(factory=LineLimit)
    _stop: trio.Event = attrs.field(factory=trio.Event)
    _stopped: trio.Event = attrs.field(factory=trio.Event)

    @property
    def state(self) -> InstanceState:
        """How the instance stands."""
        if self.stage is InstanceState.READY and self.health != Health.OK:
            return InstanceState.DEGRADED
        return self.stage

    @property
    def connections(self) -> Collection[Endpoint]:
        """Where the provider is connected to now, through the broker."""
        return self._broker.connections if self._broker is not None else ()

    @property
    def instance(self) -> InstanceId:
        return self.plan.instance

    def stop(self) -> None:
        """Asks for the end of this instance. `wait_stopped` says when."""
        self._stop.set()

    def kill(self) -> None:
        """Kills the provider's process group at once, if there is one. Asks nobody and waits for nobody."""
        if self.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    async def write(
        self, address: EntityAddress, components: tuple[Component, ...], timeout: float = REQUEST_TIMEOUT
    ) -> RequestEnd:
        """Asks the provider to write components to one of its entities. Always ends, after `timeout` seconds at most."""
        accepts = self.plan.manifest.components.accepts
        for component in components:
            if type(component) not in accepts:
                reason = f"{self.plan.manifest.provider.name} does not accept {component.schema.name}"
                return RequestEnd(Outcome.REFUSED, reason)
        if self._connection is None or self._attachment is None:
            return RequestEnd(Outcome.NOT_RUNNING)
        found = self._attachment.find(address)
        if found is None:
            return RequestEnd(Outcome.REFUSED, "the provider has no such entity at present")
        device, entity, node = found
        for component in components:
            if (why_not := why_not_writable(node, component)) is not None:
                return RequestEnd(Outcome.REFUSED, why_not)
        return await self._connection.write(device, entity, components, timeout)

    async def custom(
        self,
        name: str,
        parameters: Mapping[str, Any],
        *,
        device: DeviceId | None = None,
        entity: str | None = None,
        timeout: float = REQUEST_TIMEOUT,
    ) -> RequestEnd:
        """Asks for a custom command of the provider, of one of its devices, or of an entity there; ends as `write` does."""
        if self._connection is None or self._attachment is None:
            return RequestEnd(Outcome.NOT_RUNNING)
        found = self._find_custom_owner(device, entity)
        if found is None:
            return RequestEnd(Outcome.REFUSED, "the provider has no such device or entity at present")
        device_index, entity_index, customs = found
        if (command := customs.get(name)) is None:
            near = did_you_mean(name, customs)
            return RequestEnd(Outcome.REFUSED, f"there is no custom command {name!r} here{near}")
        if (why_not := why_not_callable(command, parameters)) is not None:
            return RequestEnd(Outcome.REFUSED, why_not)
        return await self._connection.custom(name, device_index, entity_index, parameters, timeout)

    def _find_custom_owner(
        self, device: DeviceId | None, entity: str | None
    ) -> tuple[DeviceIndex | None, EntityIndex | None, Customs] | None:
        if self._attachment is None:
            return None
        if device is None:
            return None, None, self._attachment.customs
        if entity is not None:
            place = self._attachment.find(EntityAddress(device, entity))
            return place and (place[0], place[1], place[2].customs)
        found = self._attachment.find_device(device)
        return found and (found[0], None, found[1].customs)

    async def wait_stopped(self) -> None:
        await self._stopped.wait()

    async def run(self) -> None:
        """Keeps the provider running until `stop`, or until it asks not to be restarted."""
        try:
            while not self._stop.is_set():
                delay = await self._live_once()
                with trio.move_on_after(delay):
                    await self._stop.wait()
        finally:
            if self.stage is not InstanceState.DISABLED:
                self.stage = InstanceState.STOPPED
            self._stopped.set()

    async def _live_once(self) -> float:
        """One life. Returns after how many seconds the next one is due."""
        self.stage = InstanceState.STARTING
        born = trio.current_time()
        try:
            await self._live()
        except* ProviderError as group:
            death = first_of(group)
        except* ConfigError as group:
            # The machine or a file is not as it was when the hub started; it may be again.
            death = ProviderError(str(first_of(group)).removeprefix(f"{self.instance}: "))
        self.pid = self._connection = self._attachment = self._broker = None
        for limit in (self._lines, self._connection_lines, self._refusal_lines):
            for suppressed in limit.suppressed(math.inf):
                self._log(logging.WARNING, suppressed)
        if self._stop.is_set():
            asked = isinstance(death, ProviderExited) and death.code == 0
            self._log(logging.INFO, "stopped" if asked else f"stopped: {death}")
            return 0.0
        if isinstance(death, OwnerFilesChanged):
            self._log(logging.INFO, f"started again: {death}")
            return 0.0
        if isinstance(death, ProviderExited) and death.code > 0 and self._last_words:
            # An exit code says little; what the provider said last is mostly why.
            death = ProviderExited(f"{death}: {self._last_words}", death.code)
        self.deaths += 1
        self.last_death = one_line(str(death))
        if isinstance(death, ProviderExited) and death.code == EXIT_DO_NOT_RESTART:
            self.stage = InstanceState.DISABLED
            self._log(logging.ERROR, f"{death}; it stays off")
            self._stop.set()
            return 0.0
        self.stage, delay = self._policy.died(trio.current_time(), trio.current_time() - born)
        again = f"started again in {delay:.1f} s"
        if self.stage is InstanceState.QUARANTINED:
            again = "it failed too often: one try an hour from now on"
        self._log(logging.ERROR, f"{death}; {again}")
        return delay

    async def _live(self) -> NoReturn:
        try:
            obstacle = find_obstacle(str(self.manifest_path.parent), FIRST_UID)
        except OSError as error:
            raise ConfigError(f"{self.manifest_path.parent}: {error.strerror}") from None
        folder = make_instance_folder(
            self.data_dir, self.instance, self.interpreter.obstacle_for_others or obstacle
        )
        spec = complete_spec(self.plan, self.interpreter, folder, self.manifest_path)
        manifest = self.plan.manifest
        stamps = stamp_owner_files(self.plan)
        values, secrets = read_owner_files(self.plan)
        lines = "\n".join(secrets.values()).splitlines()
        # Longest first: one may be the beginning of another.
        self._secrets = tuple(
            sorted((line for line in lines if len(line) >= SHORTEST_MASKED), key=len, reverse=True)
        )
        config = ProviderConfig(self.instance, str(folder.path), values, secrets)
        config.check()
        self._ready, self._lines = trio.Event(), LineLimit()
        self.health, self.health_reason, self._last_words = Health.OK, "", ""
        async with open_provider_process(spec, folder) as process:
            self.pid, self.status = process.pid, process.status
            if spec.enforcement == "off":
                self._log(logging.WARNING, "runs without a sandbox, as igloo.toml says")
            rate = manifest.limits.messages_per_second
            self._broker = Broker(self.plan.endpoints, self._log_connection)
            session = Session(config, self.hub_version, messages_per_second=rate)
            publishes = frozenset(manifest.components.publishes)
            async with self.tree.open_attachment(self.instance, publishes) as attachment:
                stream = SocketByteStream(process.wire)
                connection = Connection(stream, session, attachment, self.tree, self._on_event)
                self._connection, self._attachment = connection, attachment
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._pump_log, process)
                    nursery.start_soon(self._end_when_files_change, stamps)
                    nursery.start_soon(self._broker.serve, process.broker)
                    nursery.start_soon(self._announce, attachment)
                    nursery.start_soon(self._end_when_asked, connection)
                    nursery.start_soon(self._end_when_exited, process)
                    await connection.run()
                    with trio.move_on_after(EXIT_GRACE):
                        raise death_of(await process.wait())
                    raise ProviderSilent("closed its connection and went on running")

    async def _end_when_exited(self, process: ProviderProcess) -> NoReturn:
        """The connection normally notices first; but a descendant may hold the other end of the socket open."""
        code = await process.wait()
        await trio.sleep(EXIT_GRACE)
        raise death_of(code)

    async def _end_when_files_change(self, stamps: tuple[object, ...]) -> None:
        while stamps and stamp_owner_files(self.plan) == stamps:  # noqa: ASYNC110 - a file has no event
            await trio.sleep(LOOK_EVERY)
        if stamps:
            raise OwnerFilesChanged("a secret or another file of its configuration has changed")

    async def _end_when_asked(self, connection: Connection) -> NoReturn:
        await self._stop.wait()
        connection.stop("the hub is stopping")
        await trio.sleep(STOP_GRACE)
        raise ProviderSilent(f"did not end within {STOP_GRACE:g} s of being asked")

    async def _announce(self, attachment: Attachment) -> None:
        await self._ready.wait()
        # Asked of the tree, because what came before Ready may still be in the actor's mailbox.
        devices, entities = await self.tree.ask(lambda _tree: attachment.count())
        self.stage = InstanceState.READY
        counts = f"{plural(devices, 'device')}, {plural(entities, 'entity', 'entities')}"
        self._log(logging.INFO, f"ready, {counts}; {enforced_words(self.status)}")

    async def _pump_log(self, process: ProviderProcess) -> None:
        """Drains what the provider prints, so that it never blocks on a full pipe."""
        limit = LineLimit()
        lines = LogLines(limit, self._mask)
        try:
            with suppress(trio.BrokenResourceError):
                while data := await process.log.receive_some(65536):
                    for line in lines.feed(data, trio.current_time()):
                        self._last_words = line
                        self._log(logging.INFO, f"printed: {line}")
                    # Who prints too much waits for its own pipe.
                    await trio.sleep(FLOODED_PAUSE if limit.is_used_up else 0)
        finally:
            for line in lines.finish(trio.current_time()):
                self._log(logging.INFO, f"printed: {line}")

    def _on_event(self, event: Event) -> None:
        match event:
            case BecameReady():
                self._ready.set()
            case HealthChanged(health, reason):
                told = (self.health, self.health_reason)
                self.health, self.health_reason = health, one_line(self._mask(reason))
                if told == (self.health, self.health_reason):
                    return
                level = logging.INFO if health == Health.OK else logging.WARNING
                self._relay(level, f"{health.name.lower()}: {reason}" if reason else health.name.lower())
            case Logged(level, text):
                if level == LogLevel.ERROR:
                    self._last_words = one_line(self._mask(text.partition("\n")[0]))
                self._relay(LEVELS.get(level, logging.INFO), text)
            case Greeted(hello):
                speaks = f"{hello.program} {hello.program_version} speaks {hello.sdk} {hello.sdk_version}"
                self._relay(logging.DEBUG, f"{speaks}, schema revision {hello.schema_revision}")
            case _:
                pass

    def _relay(self, level: int, text: str) -> None:
        """Logs what the provider says, as much of it as it may say, line by line: it may be a traceback."""
        for line in text.splitlines():
            if line.strip():
                self._log_limited(self._lines, level, one_line(self._mask(line)))

    def _log_connection(self, level: int, sentence: str) -> None:
        # Apart: refusals, of which a provider can make as many as it likes, must not hide what it is connected to.
        limit = self._connection_lines if level == logging.INFO else self._refusal_lines
        self._log_limited(limit, level, sentence)

    def _log_limited(self, limit: LineLimit, level: int, sentence: str) -> None:
        now = trio.current_time()
        if limit.admits(now):
            for suppressed in limit.suppressed(now):
                self._log(logging.WARNING, suppressed)
            self._log(level, sentence)

    def _log(self, level: int, sentence: str) -> None:
        # What stands in the sentence may be a stranger's words.
        words = escape(self._mask(sentence))
        logging.getLogger("igloo_hub.provider").log(level, "%s: %s", self.instance, words)

    def _mask(self, sentence: str) -> str:
        """The sentence without the secrets that this provider was given, should it say one of them."""
        for secret in self._secrets:
            sentence = sentence.replace(secret, "(secret)")
        return sentence


LANDLOCK_LAYER = "landlock"
"""Its detail says which ABI; that of the others is for a longer report."""

LEVELS = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}


def enforced_words(status: Status) -> str:
    """What holds this provider, in a line: the layers, those that are missing, and every restriction left open."""

    def named(standing: str) -> list[Layer]:
        return [layer for layer in status.layers if layer.status == standing]

    layers = [layer.detail if layer.name == LANDLOCK_LAYER else layer.name for layer in named("enforced")]
    layers += [f"{layer.name} (partly)" for layer in named("partial")]
    absent = [f"{layer.name} ({layer.detail})" if layer.detail else layer.name for layer in named("absent")]
    open_ = [restriction.name for restriction in status.restrictions if not restriction.held_by]
    words = f"enforced: {', '.join(layers) or 'nothing'}"
    words += f"; absent: {', '.join(absent)}" if absent else ""
    return words + (f"; NOT enforced: {', '.join(open_)}" if open_ else "")


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
