"""What a type checker tells a provider's author. Never run: mypy checks it, and an ignore that is not needed fails."""

import socket
import ssl
from typing import assert_type

import trio

from igloo_provider import SENT, Device, Entity, Provider, Rejected
from igloo_wire import Dimmer, Switch, Temperature, TransitionDuration, WriteOutcome

provider = Provider("demo")


@provider.on_write(Switch)
async def knows_its_argument(lamp: Entity, wanted: Switch) -> None:
    assert_type(wanted.value, bool)


@provider.on_write(Switch, Dimmer, TransitionDuration)
async def knows_all_its_arguments(
    lamp: Entity, switch: Switch | None, dimmer: Dimmer | None, fade: TransitionDuration | None
) -> WriteOutcome:
    if dimmer is None:
        raise Rejected("nothing to dim")
    assert_type(dimmer.value, float)
    return SENT


@provider.on_write(Switch)  # type: ignore[arg-type]
async def takes_another_component(lamp: Entity, wanted: Dimmer) -> None: ...


@provider.on_write(Switch, Dimmer)  # type: ignore[arg-type]
async def forgets_that_one_may_be_missing(lamp: Entity, switch: Switch, dimmer: Dimmer) -> None: ...


@provider.on_write(Switch)  # type: ignore[arg-type]
async def returns_a_truth_value(lamp: Entity, wanted: Switch) -> bool:
    return True


@provider.on_write(Switch)  # type: ignore[arg-type]
def is_not_async(lamp: Entity, wanted: Switch) -> None: ...


@provider.task
async def house() -> None:
    device = await provider.device("house")
    probe = await device.entity("probe", Temperature(20.0))
    assert_type(probe.get(Temperature), Temperature)
    assert_type(probe.get(Temperature, None), Temperature | None)
    await probe.set(20.0)  # type: ignore[arg-type]
    await probe.set(Temperature)  # type: ignore[arg-type]
    await device.entity("probe", Dimmer("1"))  # type: ignore[arg-type]
    provider.health("fine")  # type: ignore[arg-type]


@provider.task(ends=True)
async def once() -> None: ...


@provider.task  # type: ignore[type-var]
def also_not_async() -> None: ...


@provider.custom("identify", description="blinks")
async def identify(seconds: float = 5.0) -> list[str]:
    return ["lamp"]


@provider.custom("identify")  # type: ignore[type-var]
def identify_at_once(seconds: float = 5.0) -> None: ...


async def keeps_its_type() -> None:
    assert_type(await identify(seconds=1.0), list[str])


async def learn(entity: Entity, code: bytes) -> None: ...


async def commands(device: Device, entity: Entity) -> None:
    await entity.custom("learn", learn)
    await device.custom("learn", learn)  # type: ignore[arg-type]


async def connections(context: ssl.SSLContext, is_secure: bool) -> None:
    assert_type(await provider.connect("broker.lan", 1883), trio.SocketStream)
    assert_type(await provider.connect("broker.lan", 8883, tls=True), trio.SSLStream[trio.SocketStream])
    assert_type(await provider.connect("broker.lan", 8883, tls=context), trio.SSLStream[trio.SocketStream])
    assert_type(
        await provider.connect("broker.lan", 8883, tls=is_secure),
        trio.SocketStream | trio.SSLStream[trio.SocketStream],
    )
    assert_type(await provider.connect_socket("broker.lan", 1883), socket.socket)
    assert_type(await provider.connect_udp("lamp.lan", 38899), trio.socket.SocketType)
    await provider.connect("broker.lan", "1883")  # type: ignore[call-overload]
    await provider.connect("broker.lan", 1883, server_hostname="x")  # type: ignore[call-overload]
