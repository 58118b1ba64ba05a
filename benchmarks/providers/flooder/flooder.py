"""A provider for the figure `flood`: for as many milliseconds as it is ordered to, writes as fast as the hub reads.

Speaks the wire by hand, with frames that were encoded before, so that the hub is what takes the time. `python
flooder.py FD MILLISECONDS` sends the same bytes to anybody, and prints how many writes they were: the floor.
"""

import random
import socket
import sys
import time

from igloo_wire import (
    PREAMBLE,
    CreateDevice,
    Decoder,
    Direction,
    Integer,
    Message,
    Ping,
    Pong,
    Ready,
    RegisterEntity,
    Role,
    Stop,
    Text,
    WriteComponents,
    WriteOutcome,
    WriteRequest,
    WriteResult,
    encode_all,
    own_hello,
)

DEVICES = 60
ENTITIES = 100
"""Of each device. More entities than fit into one read of the hub's, so that hardly a value replaces another."""

CONTROL = DEVICES
"""The device that takes orders and says how many writes there were."""

PASSES = 4
"""Passes over all entities, each with other values, so that each write changes something."""


def flood_bytes() -> bytes:
    """Frames of one component each, over all entities in turn."""
    chance = random.Random(1)
    return encode_all(
        WriteComponents(device, entity, (Integer(chance.randrange(1 << 20)),))
        for _ in range(PASSES)
        for device in range(DEVICES)
        for entity in range(ENTITIES)
    )


def flood(sock: socket.socket, data: bytes, milliseconds: int) -> int:
    """Sends the bytes again and again for so long. Returns the number of writes."""
    until = time.monotonic() + milliseconds / 1000
    rounds = 0
    while time.monotonic() < until:
        sock.sendall(data)
        rounds += 1
    return rounds * PASSES * DEVICES * ENTITIES


def introduction() -> list[Message]:
    house: list[Message] = []
    for device in range(DEVICES):
        house.append(CreateDevice(device, f"device-{device}", ""))
        house += [
            RegisterEntity(device, entity, f"entity-{entity}", "", (Integer(-1),))
            for entity in range(ENTITIES)
        ]
    house += [
        CreateDevice(CONTROL, "control", ""),
        RegisterEntity(CONTROL, 0, "order", "", (Integer(0),)),
        RegisterEntity(CONTROL, 1, "done", "", (Text(""),)),
    ]
    return house


def provide() -> None:
    sock = socket.socket(fileno=3)
    hello = own_hello(Role.PROVIDER, "flooder", "1", "by hand", "1")
    sock.sendall(PREAMBLE + encode_all([hello]))
    decoder = Decoder(Direction.HUB_TO_PROVIDER)
    sock.sendall(encode_all([*introduction(), Ready()]))
    data_of_flood = flood_bytes()
    while data := sock.recv(65536):
        for message in decoder.feed(data):
            match message:
                case Ping(nonce):
                    sock.sendall(encode_all([Pong(nonce)]))
                case Stop():
                    return
                case WriteRequest(request=request, components=(Integer(milliseconds),)):
                    sock.sendall(encode_all([WriteResult(request, WriteOutcome.SENT, "")]))
                    # With the request's number, because a Text that says the same again is no change.
                    writes = flood(sock, data_of_flood, milliseconds)
                    sock.sendall(encode_all([WriteComponents(CONTROL, 1, (Text(f"{writes} {request}"),))]))
                case _:
                    pass


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(flood(socket.socket(fileno=int(sys.argv[1])), flood_bytes(), int(sys.argv[2])))
    else:
        provide()
