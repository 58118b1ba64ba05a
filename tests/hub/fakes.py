"""A provider for tests that speaks the real wire over any trio stream, and shortcuts for what it says."""

from collections.abc import Iterable

import trio

from igloo_wire import (
    HIGHEST_COMPONENT,
    HIGHEST_MESSAGE,
    MAX_FRAME,
    PREAMBLE,
    SCHEMA_HASH,
    SCHEMA_REVISION,
    Component,
    CreateDevice,
    Decoder,
    Direction,
    Hello,
    Message,
    RegisterEntity,
    Role,
    WriteComponents,
    encode_all,
)


def provider_hello(
    *,
    role: Role = Role.PROVIDER,
    schema_hash: int = SCHEMA_HASH,
    schema_revision: int = SCHEMA_REVISION,
    max_frame: int = MAX_FRAME,
    highest_message: int = HIGHEST_MESSAGE[Direction.HUB_TO_PROVIDER],
) -> Hello:
    return Hello(
        role=role,
        schema_revision=schema_revision,
        highest_component=HIGHEST_COMPONENT,
        highest_message=highest_message,
        schema_hash=schema_hash,
        max_frame=max_frame,
        program="fake",
        program_version="1",
        sdk="fakes",
        sdk_version="1",
    )


def as_received(*messages: Message) -> list[Message]:
    """The messages as the hub's decoder gives them: writes merged, values checked."""
    return Decoder(Direction.PROVIDER_TO_HUB).feed(PREAMBLE + encode_all(messages))


def lamp(device: int = 0, key: str = "lamp", *components: Component) -> list[Message]:
    """One device with one entity `bulb`."""
    return [CreateDevice(device, key, ""), RegisterEntity(device, 0, "bulb", "", components)]


def write(device: int, entity: int, *components: Component) -> WriteComponents:
    return WriteComponents(device, entity, components)


class FakeProvider:
    """One end of a stream. Says nothing by itself."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self.decoder = Decoder(Direction.HUB_TO_PROVIDER)
        self.waiting: list[Message] = []

    async def say_hello(self) -> None:
        await self.stream.send_all(PREAMBLE + encode_all([provider_hello()]))

    async def say(self, *messages: Message) -> None:
        await self.stream.send_all(encode_all(messages))

    async def hear(self) -> Message:
        """The next message of the hub. Raises EOFError at the end of the stream."""
        while not self.waiting:
            data = await self.stream.receive_some(65536)
            if not data:
                raise EOFError
            self.waiting += self.decoder.feed(data)
        return self.waiting.pop(0)

    async def hear_all(self, kinds: Iterable[type[Message]]) -> list[Message]:
        """The next messages, which must be of these kinds, in this order."""
        heard = []
        for kind in kinds:
            message = await self.hear()
            assert isinstance(message, kind), f"{kind.__name__} was expected, not {message!r}"
            heard.append(message)
        return heard
