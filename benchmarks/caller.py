"""A caller that connects again and again: `python -m benchmarks.caller PORT FD ROUNDS COUNT`.

Through the broker at the other end of the socket FD, with the SDK, and, when FD is -1, itself. For each round: COUNT
connections one after the other, then COUNT with sixteen under way. One JSON object goes to standard output.
"""

import json
import logging
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import trio

from igloo_provider.on_trio import TrioNetwork

HOST = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: an end after which no port has to wait before it can be used again."""

WIDTH = 16
"""As many as the broker makes at once."""


class Calls(NamedTuple):
    """What one caller measured."""

    seconds: list[float]
    """Of each connection that was made one after the other."""
    rates: list[float]
    """Connections a second with sixteen under way, a number for each round."""


async def directly(port: int) -> None:
    sock = trio.socket.socket()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    with sock:
        await sock.connect((HOST, port))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


async def measure(connect: Callable[[], Awaitable[None]], rounds: int, count: int) -> Calls:
    seconds: list[float] = []
    rates: list[float] = []
    await connect()  # what is imported or made once
    for _ in range(rounds):
        for _ in range(count):
            began = time.perf_counter()
            await connect()
            seconds.append(time.perf_counter() - began)
        began = time.perf_counter()
        async with trio.open_nursery() as nursery:
            for share in range(WIDTH):
                nursery.start_soon(several, connect, len(range(share, count, WIDTH)))
        rates.append(count / (time.perf_counter() - began))
    return Calls(seconds, rates)


async def several(connect: Callable[[], Awaitable[None]], count: int) -> None:
    for _ in range(count):
        await connect()


async def main(port: int, descriptor: int, rounds: int, count: int) -> None:
    if descriptor < 0:
        calls = await measure(lambda: directly(port), rounds, count)
    else:
        network = TrioNetwork(socket.socket(fileno=descriptor), time.monotonic, logging.getLogger("caller"))

        async def connect() -> None:
            with await network.connect_socket("tcp", HOST, port) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(network.run)
            calls = await measure(connect, rounds, count)
            nursery.cancel_scope.cancel()
        network.close()
    print(json.dumps(calls._asdict()), flush=True)


if __name__ == "__main__":
    port, descriptor, rounds, count = map(int, sys.argv[1:])
    trio.run(main, port, descriptor, rounds, count)
