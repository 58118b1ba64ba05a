"""The provider's side of the wire by hand, for providers that misbehave in ways that the SDK would prevent."""

import socket

from igloo_wire import (
    PREAMBLE,
    Component,
    Configure,
    CreateDevice,
    Decoder,
    Direction,
    Message,
    Ping,
    Pong,
    Ready,
    RegisterEntity,
    Role,
    Stop,
    WriteComponents,
    encode_all,
    own_hello,
)


class Peer:
    """A blocking conversation over the wire's descriptor."""

    def __init__(self) -> None:
        self.socket = socket.socket(fileno=3)
        self.decoder = Decoder(Direction.HUB_TO_PROVIDER)
        hello = own_hello(Role.PROVIDER, "puppet", "1", "by hand", "1")
        self.socket.sendall(PREAMBLE + encode_all([hello]))
        self.config = self._await_config()

    def _await_config(self) -> Configure:
        while True:
            for message in self.hear():
                if isinstance(message, Configure):
                    return message

    @property
    def note(self) -> str:
        return str(self.config.config.get("note", ""))

    def hear(self, seconds: float | None = None) -> list[Message]:
        """What the hub says next, or nothing within that time. Answers pings; ends the process at Stop."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
        except (TimeoutError, BlockingIOError):
            return []
        if not data:
            raise SystemExit(0)
        messages = self.decoder.feed(data)
        for message in messages:
            if isinstance(message, Ping):
                self.say(Pong(message.nonce))
            elif isinstance(message, Stop):
                raise SystemExit(0)
        return messages

    def say(self, *messages: Message) -> None:
        self.socket.settimeout(None)
        self.socket.sendall(encode_all(messages))

    def introduce(self, *components: Component) -> None:
        """One device with one entity that holds these components, and Ready."""
        self.say(CreateDevice(0, "thing", ""), RegisterEntity(0, 0, "it", "", components), Ready())

    def write(self, *components: Component) -> None:
        self.say(WriteComponents(0, 0, components))

    def listen_for_ever(self) -> None:
        while True:
            self.hear()
