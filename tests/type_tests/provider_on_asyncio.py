"""What mypy must find, and must let pass, in a provider on asyncio. Never run: a wrong ignore is an error."""

import asyncio
import socket
import ssl
from typing import assert_type

from igloo_provider import Entity
from igloo_provider.on_asyncio import DatagramSocket, Provider
from igloo_wire import Switch

provider = Provider("demo", version="1.0.0")


async def connections(context: ssl.SSLContext, is_secure: bool) -> None:
    streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
    reader, writer = await provider.connect("broker.lan", 1883)
    assert_type(reader, asyncio.StreamReader)
    assert_type(writer, asyncio.StreamWriter)
    secure: streams = await provider.connect("broker.lan", 8883, tls=context, server_hostname="broker")
    either: streams = await provider.connect("broker.lan", 8883, tls=is_secure)
    assert_type((secure, either), tuple[streams, streams])
    assert_type(await provider.connect_socket("broker.lan", 1883), socket.socket)
    assert_type(await provider.connect_udp("lamp.lan", 38899), DatagramSocket)
    await provider.connect("broker.lan", "1883")  # type: ignore[call-overload]
    await provider.connect("broker.lan", 1883, server_hostname="x")  # type: ignore[call-overload]


@provider.on_write(Switch)
async def switch(lamp: Entity, wanted: Switch) -> None:
    assert_type(lamp.get(Switch), Switch)


@provider.on_write(Switch)  # type: ignore[arg-type]
async def wrong(lamp: Entity, wanted: int) -> None: ...
