"""Brings the devices that announce themselves by MQTT discovery to the hub: the tasks, the writes, the owner's words.

How a connection is kept is `client.py`, what was discovered is `house.py`; here they meet the hub. The provider is
ready as soon as it begins to connect: an MQTT broker that is away is told as its health, and is no reason to be
started again.
"""

from __future__ import annotations

import os
import random
import ssl
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import trio

from igloo_provider import SENT, ConnectError, Entity, NotGranted, Provider, Rejected
from igloo_providers.mqtt.client import keep_connected
from igloo_providers.mqtt.connection import Connection, Message, NotTaken, Subscribed
from igloo_providers.mqtt.errors import shown
from igloo_providers.mqtt.house import House
from igloo_providers.mqtt.packets import Fault, Login
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_providers.mqtt.suspects import Suspects
from igloo_providers.mqtt.waits import End, Write
from igloo_wire import (
    Boolean,
    ChildLock,
    Code,
    ColdWhite,
    Color,
    ColorMode,
    ColorTemperature,
    Command,
    Component,
    Dimmer,
    DoorLock,
    Duration,
    Effect,
    FanDirection,
    FanMode,
    FanSpeed,
    FlashDuration,
    Oscillating,
    PowerOnBehavior,
    Preset,
    Real,
    SwingMode,
    Switch,
    TargetHumidity,
    TargetPosition,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLow,
    TargetTilt,
    Text,
    ThermostatMode,
    TransitionDuration,
    WarmWhite,
    White,
    WriteOutcome,
)

ACCEPTED: Final[tuple[type[Component], ...]] = (
    Boolean,
    ChildLock,
    Code,
    ColdWhite,
    Color,
    ColorMode,
    ColorTemperature,
    Command,
    Dimmer,
    DoorLock,
    Duration,
    Effect,
    FanDirection,
    FanMode,
    FanSpeed,
    FlashDuration,
    Oscillating,
    PowerOnBehavior,
    Preset,
    Real,
    SwingMode,
    Switch,
    TargetHumidity,
    TargetPosition,
    TargetTemperature,
    TargetTemperatureHigh,
    TargetTemperatureLow,
    TargetTilt,
    Text,
    ThermostatMode,
    TransitionDuration,
    WarmWhite,
    White,
)
"""What the platforms can be asked for; the manifest says the same."""

KEY_FILE: Final = "client-key-"
DEFAULT_PREFIX: Final = "homeassistant"
DISCOVERY: Final = ("{prefix}/{platform}/+/config", "{prefix}/{platform}/+/+/config")
MANY: Final = 500
"""Messages on one subscription up to which none was lost: Mosquitto keeps 1000 for a client that doesn't keep up
(`max_queued_messages`) and drops what is over, without telling."""
NODES: Final = 50
"""Devices whose configs of one platform are asked for at once, as long as that is not too much."""
GRACE: Final = 3.0
"""Seconds that a device may report something else than was written before it is taken at its word. A lamp on its way,
or a bridge that first repeats what it knew, is given this long again with every report."""


class Settings(NamedTuple):
    """What the owner configured."""

    host: str
    port: int
    is_tls: bool
    login: Login
    prefix: str


class Bridge:
    """One run of the provider: its house, and the connection while there is one."""

    def __init__(self, provider: Provider, random: Callable[[], float] = random.random) -> None:
        self._provider = provider
        self._random = random
        self._house: House | None = None
        self._connection: Connection | None = None
        self._trouble = "the MQTT broker has not been reached yet"
        self._logged = ""
        self._changed = trio.lowlevel.ParkingLot()
        self._suspects = Suspects()
        provider.task(self.run)
        provider.on_write(*ACCEPTED)(self.obey)

    # ── connecting ──

    async def run(self) -> None:
        provider = self._provider
        remove_left_keys(provider.data_dir)
        settings = read_settings(provider)
        self._house = house = House(
            provider,
            provider.log,
            trio.current_time,
            prefix=settings.prefix,
            wake=self._changed.unpark_all,
            pause=trio.lowlevel.checkpoint,
        )

        async def open_stream() -> trio.abc.Stream:
            return await open_connection(provider, settings)

        async def deliver(message: Message) -> None:
            await house.receive(message.topic, message.payload, message.is_retained)

        async def work(connection: Connection) -> None:
            await self._work(connection, house, settings)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_time, house)
            await keep_connected(
                open_stream, settings.login, deliver, work, self._on_fault, self._random, self._on_skipped
            )

    async def _keep_time(self, house: House) -> None:
        while True:
            with trio.move_on_at(house.next_due):
                await self._changed.park()
            await house.run_due()

    def _on_fault(self, fault: Fault) -> None:
        self._connection = None
        self._trouble = str(fault)
        self._provider.health("degraded", self._trouble)
        # An MQTT broker that is away for a night is one line, not a thousand.
        if self._trouble != self._logged:
            self._logged = self._trouble
            self._provider.log.warning("%s", fault)
        if self._house is not None:
            self._house.disconnected()
            # Discovery is asked for with wildcards, and is nobody's fault.
            aside = None if any("+" in topic for topic in fault.asked) else self._suspects.blame(fault.asked)
            if aside is not None:
                self._house.notes.say(
                    "topics that are not followed",
                    "",
                    f"not followed: the MQTT broker ends the connection when asked for {shown(aside)}",
                )

    def _on_skipped(self, size: int, topic: str) -> None:
        where = shown(topic) if topic else "an unknown topic"
        if self._house is not None:
            self._house.notes.say(
                "messages that are too large",
                "",
                f"a message of {size:,} bytes on {where} was passed over",
                once=where,
            )

    # ── while there is a connection ──

    async def _work(self, connection: Connection, house: House, settings: Settings) -> None:
        self._connection = connection
        try:
            async with trio.open_nursery() as nursery:
                refused = await self._discover(connection, house, settings.prefix)
                await self._follow(connection, house, house.topics())
                await house.connected()
                self._greet(refused, house, settings)
                nursery.start_soon(self._announce, connection, settings.prefix)
                while True:
                    wanted, given_up = house.take_changes()
                    if given_up:
                        await connection.unsubscribe(self._suspects.without_aside(given_up))
                    if wanted:
                        await self._follow(connection, house, wanted)
                    elif not given_up:
                        await self._changed.park()
        finally:
            self._connection = None

    def _greet(self, refused: list[str], house: House, settings: Settings) -> None:
        devices, entities = house.counts
        where = settings.login.where
        if refused:
            who = settings.login.username or "a client without a user name"
            self._trouble = f"subscribing: {where} does not let {who} read {' and '.join(refused)}"
            self._provider.health("degraded", self._trouble)
            self._provider.log.warning("%s", self._trouble)
            return
        self._logged = ""
        self._provider.health("ok")
        self._provider.log.info(
            "connected to %s: %s %s, %s %s",
            where,
            f"{devices:,}",
            "device" if devices == 1 else "devices",
            f"{entities:,}",
            "entity" if entities == 1 else "entities",
        )

    async def _discover(self, connection: Connection, house: House, prefix: str) -> list[str]:
        """Subscribes to discovery, and returns when the retained configs have come; the filters that were refused.

        In a large house some have not come then, because the MQTT broker's queue for us was full. So the platforms are
        asked for one by one, again if that brought news, and at last by device. The subscription to everything stays;
        the others are taken back.
        """
        everything = [form.format(prefix=prefix, platform="+") for form in DISCOVERY]
        before = house.known_configs().total()
        first, received = await self._ask(connection, house, everything)
        if first.is_whole and (received < MANY or received == before == house.known_configs().total()):
            return first.refused
        crowded = []
        for platform in sorted(house.known_configs().keys() | PLATFORMS.keys() | {"device"}):
            filters = [form.format(prefix=prefix, platform=platform) for form in DISCOVERY]
            is_complete = False
            for _ in range(2):
                known = house.known_configs()[platform]
                answer, received = await self._ask(connection, house, filters)
                # Exactly what is known already, or so few that nothing can have been lost.
                is_complete = answer.is_whole and (
                    received < MANY or received == known == house.known_configs()[platform]
                )
                if is_complete:
                    break
            await connection.unsubscribe(filters)
            if not is_complete:
                crowded.append(platform)
        # Behind all of them: what one platform lost of a device, another may have told of.
        for platform in crowded:
            self._provider.log.info(
                "%s queues fewer messages than it has configs of %s (max_queued_messages), so they were asked for "
                "device by device; a device that is missing all the same needs a longer queue",
                connection.where,
                platform,
            )
            await self._ask_by_node(connection, house, f"{prefix}/{platform}/{{}}/+/config")
        return first.refused

    async def _ask_by_node(self, connection: Connection, house: House, form: str) -> None:
        """Of so many devices at once that nothing is lost: of fewer, if it was too many."""
        nodes = house.nodes()
        start, size = 0, NODES
        while start < len(nodes):
            filters = [form.format(node) for node in nodes[start : start + size]]
            answer, received = await self._ask(connection, house, filters)
            await connection.unsubscribe(filters)
            if (answer.is_whole and received < MANY) or size == 1:
                start += size
            else:
                size //= 2

    async def _ask(self, connection: Connection, house: House, filters: list[str]) -> tuple[Subscribed, int]:
        """Also how many configs this brought."""
        before = house.configs
        answer = await connection.subscribe(filters)
        return answer, house.configs - before

    async def _follow(self, connection: Connection, house: House, topics: list[str]) -> None:
        for part in self._suspects.parts(topics):
            answer = await connection.subscribe(part)
            self._suspects.clear(part)
            for topic in answer.refused:
                house.notes.say(
                    "topics that may not be read",
                    "",
                    f"the MQTT broker does not let us read {shown(topic)}",
                )

    async def _announce(self, connection: Connection, prefix: str) -> None:
        """The word on which bridges send what they know once more, for whoever keeps no retained state."""
        try:
            await connection.publish(f"{prefix}/status", "online")
        except NotTaken as fault:
            # Nobody listens, or we may not: then there is only what is retained.
            self._provider.log.debug("%s", fault)

    # ── writes ──

    async def obey(self, entity: Entity, *values: Component | None) -> WriteOutcome | None:
        """Sends what the platform makes of a write, and waits for the report of each component that is reported."""
        house, connection = self._house, self._connection
        if house is None or connection is None:
            raise Rejected(self._trouble)
        heard = trio.lowlevel.ParkingLot()
        wanted = {type(value): value for value in values if value is not None}
        write = house.prepare(entity, wanted, heard.unpark_all)
        try:
            for message in write.messages:
                await connection.publish(message.topic, message.payload, retain=message.retain)
            write.wait.told()
            is_confirmed = write.reports and await is_reported(write, heard)
            await house.assume(write)
            return None if is_confirmed else SENT
        except (Fault, NotTaken) as fault:
            raise Rejected(str(fault)) from None
        finally:
            house.finish(write)


async def is_reported(write: Write, heard: trio.lowlevel.ParkingLot) -> bool:
    """True when the device reports what was written, False when it may be so. Raises Rejected if it goes on reporting
    something else.
    """
    wait = write.wait
    while not wait.is_done:
        with trio.move_on_after(GRACE) as scope:
            await heard.park()
        if wait.part.entity.is_removed:
            raise Rejected("the device was taken away")
        if scope.cancelled_caught and (end := wait.end()) is not End.OPEN:
            if end is End.REFUSED:
                raise Rejected(wait.refusal)
            return end is End.CONFIRMED
    return True


# ── configuration ──


def read_settings(provider: Provider) -> Settings:
    config = provider.config
    url = urlsplit(config["url"])
    host, port = url.hostname or "", url.port or 0
    client_id = config.get("client_id") or f"igloo-{provider.instance}-{os.urandom(4).hex()}"
    return Settings(
        host=host,
        port=port,
        is_tls=url.scheme == "mqtts",
        login=Login(
            where=f"the MQTT broker at {host} port {port}",
            client_id=client_id,
            username=config.get("username") or "",
            password=secret(provider, "password"),
        ),
        prefix=(config.get("discovery_prefix") or DEFAULT_PREFIX).strip("/"),
    )


def secret(provider: Provider, name: str) -> str:
    """ "" if the owner has set none. A file's last line break is no part of it."""
    try:
        return provider.secret(name).rstrip("\r\n")
    except LookupError:
        return ""


async def open_connection(provider: Provider, settings: Settings) -> trio.abc.Stream:
    """Through the hub. Raises Fault."""
    context = make_context(provider) if settings.is_tls else False
    try:
        return await provider.connect(settings.host, settings.port, tls=context)
    except NotGranted as error:
        raise Fault("not granted", str(error), is_lasting=True) from None
    except ConnectError as error:
        raise Fault("TLS" if error.code == "tls" else "connecting", str(error)) from None


def make_context(provider: Provider) -> ssl.SSLContext:
    """Whom we trust, and who we are. Raises Fault for files that are not what they should be."""
    config = provider.config
    try:
        context = ssl.create_default_context(cadata=config.get("ca") or None)
    except (ssl.SSLError, ValueError):
        raise Fault("TLS", "the file of `ca` holds no certificates in PEM form", is_lasting=True) from None
    certificate, key = config.get("client_certificate") or "", secret(provider, "client_key")
    if bool(certificate) != bool(key):
        missing = "the secret `client_key`" if certificate else "`client_certificate`"
        raise Fault(
            "TLS",
            f"a client's certificate and its key belong together: {missing} is missing",
            is_lasting=True,
        )
    if certificate:
        load_certificate(context, certificate, key, provider.data_dir)
    return context


def load_certificate(context: ssl.SSLContext, certificate: str, key: str, folder: Path) -> None:
    """OpenSSL's binding takes files only, so the text is one for a moment, in the folder that is ours alone."""
    descriptor, name = tempfile.mkstemp(prefix=KEY_FILE, dir=folder)
    try:
        with open(descriptor, "w") as file:
            file.write(f"{certificate.strip()}\n{key.strip()}\n")
        context.load_cert_chain(name, password=refuse_password)
    except (ssl.SSLError, ValueError) as error:
        words = str(getattr(error, "reason", None) or error)
        raise Fault(
            "TLS",
            f"`client_certificate` and `client_key` are not a certificate and its key: {words}",
            is_lasting=True,
        ) from None
    finally:
        os.unlink(name)


def remove_left_keys(folder: Path) -> None:
    """Of a run that was killed in the moment in which its key was a file."""
    for path in folder.glob(f"{KEY_FILE}*"):
        with suppress(OSError):
            path.unlink()


def refuse_password() -> str:
    raise ValueError("the key is encrypted, and a key with a password can't be used here")


def make_provider(random: Callable[[], float] = random.random) -> Provider:
    provider = Provider("mqtt", version="0.0.1")
    Bridge(provider, random)
    return provider


provider = make_provider()
