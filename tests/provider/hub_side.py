"""The hub's side for tests: speaks the real wire and the broker's protocol, judges nothing. Knows neither the SDK nor a
real hub.
"""

import socket
from collections.abc import Mapping
from typing import Self

import trio

from igloo_wire import (
    HIGHEST_COMPONENT,
    HIGHEST_MESSAGE,
    MAX_FRAME,
    PREAMBLE,
    SCHEMA_HASH,
    SCHEMA_REVISION,
    Component,
    Configure,
    Decoder,
    Direction,
    Hello,
    Message,
    Role,
    WriteRequest,
    Writes,
    encode,
    encode_all,
)

Row = tuple[int, int, Component]


def hub_hello(
    *,
    role: Role = Role.HUB,
    highest_component: int = HIGHEST_COMPONENT,
    highest_message: int = HIGHEST_MESSAGE[Direction.PROVIDER_TO_HUB],
    max_frame: int = MAX_FRAME,
) -> Hello:
    return Hello(
        role=role,
        schema_revision=SCHEMA_REVISION,
        highest_component=highest_component,
        highest_message=highest_message,
        schema_hash=SCHEMA_HASH,
        max_frame=max_frame,
        program="igloo-hub",
        program_version="0.0.1",
        sdk="",
        sdk_version="",
    )


def greeting(configure: Configure | None = None) -> bytes:
    """What a hub sends first: preamble, Hello, Configure."""
    return PREAMBLE + encode_all([hub_hello(), configure or Configure("demo", "/nowhere", {}, {})])


def write_request(
    request: int, *components: Component, device: int = 0, entity: int = 0, deadline: float = 0.0
) -> WriteRequest:
    """`deadline` in seconds of the provider's monotonic clock; 0: none."""
    return WriteRequest(request, round(deadline * 1000), device, entity, components)


class Ear:
    """Decodes what a provider says. `rows` are the values in order, `messages` all the rest."""

    def __init__(self) -> None:
        self._decoder = Decoder(Direction.PROVIDER_TO_HUB)
        self.messages: list[Message] = []
        self.rows: list[Row] = []
        self.order: list[str] = []

    def hear(self, data: bytes | bytearray) -> None:
        for message in self._decoder.feed(data):
            self.order.append(type(message).__name__)
            if isinstance(message, Writes):
                assert not message.refused
                self.rows += list(message)
            else:
                self.messages.append(message)

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.messages if isinstance(message, kind)]

    def names(self) -> list[str]:
        return [type(message).__name__ for message in self.messages]

    def values(self) -> list[Component]:
        return [component for _, _, component in self.rows]

    def forget(self) -> None:
        self.messages.clear()
        self.rows.clear()
        self.order.clear()


class HubEnd:
    """The hub's end of a stream: says hello, and keeps reading while `listen` runs."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self.ear = Ear()
        self.closed = trio.Event()

    async def greet(self, configure: Configure | None = None) -> None:
        await self.stream.send_all(greeting(configure))

    async def say(self, *messages: Message) -> None:
        await self.stream.send_all(b"".join(encode(message) for message in messages))

    async def listen(self) -> None:
        try:
            while data := await self.stream.receive_some(65536):
                self.ear.hear(data)
        except trio.BrokenResourceError:
            pass
        self.closed.set()


class BrokerEnd:
    """The hub's end of the broker's socket. `provider_end` is for the provider, who closes it."""

    def __init__(self) -> None:
        ours, self.provider_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self.socket = ours
        self.unanswered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.socket.close()
        self.provider_end.close()

    async def request(self) -> tuple[int, str]:
        """The next request: its number, and the rest. Raises EOFError once the provider has ended."""
        while True:
            try:
                data = self.socket.recv(513)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self.socket)
            else:
                break
        if not data:
            raise EOFError
        assert len(data) <= 512
        number, _, rest = data.decode().partition(" ")
        self.unanswered += 1
        return int(number), rest

    def answer(self, number: int, words: str, *sockets: socket.socket) -> None:
        """Hands over these sockets, and keeps none of them."""
        self.unanswered -= 1
        socket.send_fds(self.socket, [f"{number} {words}".encode()], [sock.fileno() for sock in sockets])
        for sock in sockets:
            sock.close()

    async def serve(self, places: Mapping[str, tuple[str, int]]) -> None:
        """Connects, to where `places` says of "tcp HOST PORT" and "udp HOST PORT"; the rest was not granted."""
        while True:
            try:
                number, wanted = await self.request()
            except EOFError:
                return
            if (place := places.get(wanted)) is None:
                protocol, host, port = wanted.split(" ")
                kind = {"tcp": "connect", "udp": "udp"}[protocol]
                self.answer(number, f"failed not-granted the owner has not granted {kind}:{host}:{port}")
                continue
            sock = socket.socket(type=socket.SOCK_STREAM if wanted[:3] == "tcp" else socket.SOCK_DGRAM)
            try:
                sock.connect(place)
            except ConnectionRefusedError:
                sock.close()
                self.answer(number, "failed refused nobody listens there")
            else:
                self.answer(number, f"connected {place[0]} {place[1]}", sock)
