"""A broker that the book measures, as a process of its own: `python -m benchmarks.measured_broker PORT FD`.

Serves the socket FD until its other end is closed, with grants for PORT here and no limit on the rate, and logs each
connection as a hub does. Then prints how many seconds of processor time each one took.
"""

import logging
import socket
import sys
import time
from io import StringIO

import trio

from igloo_hub.broker import Broker, BrokerLimits
from igloo_hub.plan.endpoints import Endpoint


async def main(port: int, descriptor: int) -> None:
    log = logging.getLogger("igloo_hub.provider")
    log.addHandler(logging.StreamHandler(StringIO()))
    log.setLevel(logging.INFO)
    connections = 0

    def tell(level: int, sentence: str) -> None:
        nonlocal connections
        connections += 1
        log.log(level, "%s: %s", "measured", sentence)

    limits = BrokerLimits(connections=1_000_000_000, burst=1_000_000_000)
    broker = Broker([Endpoint("tcp", "127.0.0.1", port)], tell, limits)
    began = time.process_time()
    with socket.socket(fileno=descriptor) as sock:
        sock.setblocking(False)
        await broker.serve(sock)
    print((time.process_time() - began) / connections, flush=True)


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]), int(sys.argv[2]))
