"""A provider on asyncio whose libraries are unmodified: what they come to is told by its custom commands."""

import asyncio
import errno
import io
import os
import platform
import socket
import ssl

import aiohttp

from igloo_provider import ConnectError
from igloo_provider.on_asyncio import Provider

provider = Provider("aio")


@provider.custom("python")
async def python() -> str:
    return platform.python_version()


@provider.custom("streams")
async def streams(host: str, port: int, size: int) -> str:
    """asyncio's own streams: sends so many bytes and hears them again."""
    data = os.urandom(size)
    reader, writer = await asyncio.open_connection(host, port)
    writing = asyncio.create_task(write(writer, data))
    same = await reader.readexactly(size) == data
    await writing
    writer.close()
    await writer.wait_closed()
    return "the same" if same else "something else"


async def write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


@provider.custom("web")
async def web(url: str, size: int, authority: str = "", server_hostname: str | None = None) -> str:
    """aiohttp."""
    data = os.urandom(size)
    context = ssl.create_default_context(cadata=authority) if authority else True
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
            session.post(url, data=io.BytesIO(data), server_hostname=server_hostname) as response,
        ):
            return "the same" if await response.read() == b"You sent " + data else "something else"
    except aiohttp.ClientConnectorError as error:
        cause = error.os_error
        return f"{cause.code if isinstance(cause, ConnectError) else type(cause).__name__}: {cause}"


@provider.custom("udp")
async def udp(host: str, port: int, text: str) -> str:
    heard = asyncio.get_running_loop().create_future()

    class Talk(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            heard.set_result(data.decode())

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Talk, remote_addr=(host, port))
    transport.sendto(text.encode())
    try:
        return str(await heard)
    finally:
        transport.close()


@provider.custom("again")
async def again(host: str, port: int, times: int) -> int:
    """As some libraries do: closes its raw socket while much waits to be written, and connects again.

    Gives how often it was answered.
    """
    loop = asyncio.get_running_loop()
    answers = 0

    class Talk(asyncio.Protocol):
        def __init__(self) -> None:
            self.heard = asyncio.Event()

        def data_received(self, data: bytes) -> None:
            self.heard.set()

    for _ in range(times):
        sock = socket.socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, (host, port))
        transport, talk = await loop.create_connection(Talk, sock=sock)
        transport.write(bytes(8 << 20))
        if transport.get_write_buffer_size():
            await talk.heard.wait()
            answers += 1
        sock.close()
    return answers


@provider.custom("past_the_loop")
async def past_the_loop(attack: str, host: str, port: int) -> str:
    """What the loop avoids, done directly. Gives the name of the error, or "got out"."""
    try:
        with socket.socket() as sock:
            if attack == "connect":
                sock.connect((host, port))
            elif attack == "listen":
                sock.listen()
            elif attack == "datagrams":
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
            elif attack == "sendmsg":
                with await provider.connect_socket(host, port) as connected:
                    connected.sendmsg([b"leak"])
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    return "got out"


if __name__ == "__main__":
    provider.run()
