"""The floor of figure `flood`: `python -m benchmarks.bare_reader FD`, a trio loop that reads and throws away.

Reads as the hub's connection does (SocketByteStream, a checkpoint every few reads) and does nothing with it. At the
end of the stream it prints bytes, wall and CPU time in ns as JSON; both begin with the first byte.
"""

import json
import socket
import sys
import time

import trio

from igloo_hub.connection import READ_SIZE, READS_BEFORE_YIELD, SocketByteStream


async def main(descriptor: int) -> None:
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(False)
    stream = SocketByteStream(sock)
    await trio.lowlevel.wait_readable(sock)
    wall, cpu = time.monotonic_ns(), time.process_time_ns()
    size = reads = 0
    while data := await stream.receive_some(READ_SIZE):
        size += len(data)
        reads += 1
        if reads % READS_BEFORE_YIELD == 0:
            await trio.lowlevel.checkpoint()
    cost = {"wall_ns": time.monotonic_ns() - wall, "cpu_ns": time.process_time_ns() - cpu, "bytes": size}
    print(json.dumps(cost))


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]))
