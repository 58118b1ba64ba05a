"""A provider that does over the network what its custom commands ask for, with the SDK and past it."""

import ctypes
import errno
import os
import socket
import ssl
import sys

import trio

from igloo_provider import ConnectError, Provider

provider = Provider("caller")


@provider.custom("secret")
async def secret(name: str) -> str:
    return provider.secret(name)


@provider.custom("config")
async def config() -> dict[str, object]:
    return dict(provider.config)


@provider.custom("say")
async def say(text: str) -> None:
    provider.log.info("%s", text)
    print(text, flush=True)


@provider.custom("die")
async def die(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
    await trio.sleep(0.2)
    os._exit(3)


@provider.custom("surroundings")
async def surroundings() -> str:
    """All that a process can find of what it was started with."""
    return repr((dict(os.environ), sys.argv, sys.orig_argv))


@provider.custom("tcp")
async def tcp(host: str, port: int, text: str = "", tls_authority: str = "") -> str:
    """Connects, says the text, and gives what it hears; or the code and sentence of why not."""
    context = ssl.create_default_context(cadata=tls_authority) if tls_authority else False
    try:
        stream = await provider.connect(host, port, tls=context)
    except ConnectError as error:
        return f"{error.code}: {error}"
    async with stream:
        await stream.send_all(text.encode())
        return bytes(await stream.receive_some(1000)).decode()


@provider.custom("udp")
async def udp(host: str, port: int, text: str) -> str:
    try:
        sock = await provider.connect_udp(host, port)
    except ConnectError as error:
        return f"{error.code}: {error}"
    with sock:
        await sock.send(text.encode())
        return bytes(await sock.recv(1000)).decode()


@provider.custom("hold")
async def hold(host: str, port: int, count: int) -> list[str]:
    """Opens so many connections and keeps them. Gives how each attempt ended."""
    ends: list[str] = []

    async def one() -> None:
        try:
            held.append(await provider.connect_socket(host, port))
            ends.append("connected")
        except ConnectError as error:
            ends.append(error.code)

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(one)
    return ends


held: list[socket.socket] = []


@provider.custom("past_the_broker")
async def past_the_broker(attack: str, host: str, port: int, udp_port: int) -> str:
    """Tries one way to the network that doesn't ask the broker. Gives the name of the error, or "got out"."""
    try:
        await attempt(attack, host, port, udp_port)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    return "got out"


async def connected_udp(host: str, port: int) -> trio.socket.SocketType:
    """As the broker gives it; the control has one of its own."""
    return await provider.connect_udp(host, port)


async def own_udp(host: str, port: int) -> trio.socket.SocketType:
    sock = trio.socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    await sock.connect((host, port))
    return sock


async def attempt(attack: str, host: str, port: int, udp_port: int) -> None:
    match attack:
        case "tcp":
            socket.create_connection((host, port), timeout=5).close()
        case "udp":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(b"leak", (host, udp_port))
        case "udp connect":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.connect((host, udp_port))
                sock.send(b"leak")
        case "dns":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0\4leak\0\0\1\0\1", (host, udp_port))
        case "mptcp":
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as sock:
                sock.settimeout(5)
                sock.connect((host, port))
        case "fast open":
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
                sock.sendto(b"leak", 0x20000000, (host, port))
        case "fast open option":
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, 30, 1)
                sock.connect((host, port))
        case "listen":
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
                sock.listen()
        case "bind":
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
                sock.bind((host, 0))
        case "re-aim by connect" | "re-aim by sendto" | "re-aim by sendmsg":
            with (
                await connected_udp(host, port) as brokered,
                socket.socket(fileno=os.dup(brokered.fileno())) as sock,
            ):
                if attack == "re-aim by connect":
                    sock.connect((host, udp_port))
                    sock.send(b"leak")
                elif attack == "re-aim by sendto":
                    sock.sendto(b"leak", (host, udp_port))
                else:
                    sock.sendmsg([b"leak"], [], 0, (host, udp_port))
        case "io_uring":
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.syscall(425, 8, ctypes.create_string_buffer(120)) < 0:
                raise OSError(ctypes.get_errno(), "io_uring_setup")
        case "abstract socket":
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
                sock.connect("\0igloo-test")
        case "netlink":
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


@provider.task
async def house() -> None:
    await trio.sleep_forever()


if __name__ == "__main__":
    provider.run()
