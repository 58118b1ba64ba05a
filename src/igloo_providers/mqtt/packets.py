"""The packets of MQTT, made and read by paho without a socket, and what can be wrong with them.

Knows bytes only: no stream, no time, no discovery. paho writes its packets into a buffer and is handed what came one
whole packet at a time, so that it never waits, starts no thread, opens nothing, and never holds more than one packet
of a size that was checked before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

LARGEST_PACKET: Final = 256 << 10
"""Bytes. A device-based config of a hundred entities has some 60 KiB; what is larger is a picture or a mistake."""
UNANSWERED: Final = 10
"""Publications that wait for their acknowledgement; more wait here. What an MQTT broker takes at once is 10 or more."""
KEEPALIVE: Final = 60
"""Seconds that we promise to be silent at most; half of it passes between two pings."""

CONNACK: Final = 0x20
PUBLISH: Final = 0x30
PINGRESP: Final = 0xD0
PINGREQ_BYTES: Final = b"\xc0\x00"

V5: Final = MQTTProtocolVersion.MQTTv5
V311: Final = MQTTProtocolVersion.MQTTv311


class Login(NamedTuple):
    """Who we are to the MQTT broker, and how it is called in sentences."""

    where: str
    client_id: str
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Without the password: it must not get into a traceback."""
        return f"<Login {self.username!r} at {self.where}>"


class Fault(Exception):
    """Why there is no connection: the stage at which it failed, and the owner's sentence, which begins with it."""

    def __init__(
        self, stage: str, reason: str, *, is_lasting: bool = False, asked: Sequence[str] = ()
    ) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.is_lasting = is_lasting
        """Only the owner can mend it, so that a try a second does no good (and may lock an account)."""
        self.asked = tuple(asked)
        """The topics to which a subscription was not answered when it happened: one of them may be the reason."""


class OtherVersion(Fault):
    """The MQTT broker doesn't speak this version of MQTT."""


class Splitter:
    """Cuts what comes into whole packets, and leaves out those that are too large without keeping them."""

    def __init__(self, largest: int = LARGEST_PACKET) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._to_skip = 0
        self.skipped: list[tuple[int, str]] = []
        """What was left out since somebody emptied this: size, and topic if it is known."""

    @property
    def is_skipping(self) -> bool:
        """What comes now belongs to a packet that is too large, and may take long."""
        return self._to_skip > 0

    def feed(self, data: bytes | bytearray) -> Iterator[bytes]:
        """The packets that are complete with this. Raises Fault for what can't be a packet."""
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        buffer = self._buffer
        buffer += data
        start = 0
        while (header := read_header(buffer, start)) is not None:
            body, end = header
            if end - start > self._largest:
                self.skipped.append((end - start, topic_of(buffer, start, body)))
                self._to_skip = max(0, end - len(buffer))
            elif end > len(buffer):
                break
            else:
                yield bytes(buffer[start:end])
            start = min(end, len(buffer))
        del buffer[:start]


def read_header(buffer: bytearray, start: int) -> tuple[int, int] | None:
    """Where the packet's body begins and ends; None if that is not known yet."""
    try:
        length, body = read_length(buffer, start + 1)
    except IndexError:
        return None
    return body, body + length


def read_length(data: bytes | bytearray, start: int) -> tuple[int, int]:
    """A length of up to four bytes (MQTT 3.1.1, section 2.2.3), and where it ends. Raises IndexError if it is cut."""
    length = 0
    for place in range(4):
        byte = data[start + place]
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return length, start + place + 1
    raise Fault("protocol", "what came is not MQTT")


def body_of(packet: bytes) -> int:
    """Where the body of a whole packet begins."""
    return read_length(packet, 1)[1]


def topic_of(buffer: bytearray, start: int, body: int) -> str:
    """The topic of a publication of which the beginning is there; "" otherwise."""
    if buffer[start] & 0xF0 != PUBLISH or len(buffer) < body + 2:
        return ""
    length = int.from_bytes(buffer[body : body + 2], "big")
    return buffer[body + 2 : body + 2 + length].decode("utf-8", "replace")


class Pipe:
    """What paho takes for its socket: one packet to read, and a buffer to write to."""

    def __init__(self) -> None:
        self.written = bytearray()
        self._packet = b""
        self._position = 0

    def put(self, packet: bytes) -> None:
        self._packet = packet
        self._position = 0

    def recv(self, buffer_size: int) -> bytes:
        data = self._packet[self._position : self._position + buffer_size]
        if not data:
            raise BlockingIOError
        self._position += len(data)
        return data

    def send(self, buffer: bytes | bytearray) -> int:
        self.written += buffer
        return len(buffer)

    def close(self) -> None:
        pass

    def fileno(self) -> int:
        return -1

    def setblocking(self, flag: bool) -> None:
        pass


class PacketMaker(Client):
    """paho's client without a socket. One connection each, so that nothing unsent is sent on the next one."""

    def __init__(self, pipe: Pipe, login: Login, version: MQTTProtocolVersion) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=login.client_id,
            clean_session=None if version == V5 else True,
            protocol=version,
            reconnect_on_failure=False,
        )
        self._pipe = pipe
        if login.username or login.password:
            self.username_pw_set(login.username, login.password or None)
        self.max_inflight_messages = UNANSWERED

    def _create_socket(self) -> Pipe:
        return self._pipe

    def say_hello(self, where: str, version: MQTTProtocolVersion) -> None:
        """Sessions are always clean: what is retained comes again with each subscription, and a command that was
        not delivered in time must not be delivered later."""
        if version == V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = LARGEST_PACKET
            self.connect(where, keepalive=KEEPALIVE, clean_start=True, properties=properties)
        else:
            self.connect(where, keepalive=KEEPALIVE)

    def ask_for(self, filters: Sequence[str], version: MQTTProtocolVersion) -> int | None:
        """A SUBSCRIBE for these with quality 0. In MQTT 5, what we publish ourselves does not come back (No Local): it
        is no report of a device, though it may be on the topic of one's state.
        """
        if version == V5:
            options = SubscribeOptions(qos=0, noLocal=True)
            return self.subscribe([(topic, options) for topic in filters])[1]
        return self.subscribe([(topic, 0) for topic in filters])[1]


def name_of(version: MQTTProtocolVersion) -> str:
    return "5" if version == V5 else "3.1.1"
