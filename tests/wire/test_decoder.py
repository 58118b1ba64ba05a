"""The decoder: a stream in any pieces gives the same messages, and a fault ends it with what was good before."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_wire import (
    PREAMBLE,
    CreateDevice,
    Decoder,
    Dimmer,
    Direction,
    FrameTooLarge,
    Hello,
    Humidity,
    LimitExceeded,
    MalformedFrame,
    Message,
    Pong,
    PreambleError,
    Ready,
    RegisterEntity,
    Role,
    Switch,
    Temperature,
    UnknownComponent,
    Unsupported,
    WireError,
    WriteComponents,
    WriteRequest,
    Writes,
    encode,
    encode_all,
    encode_writes,
)

UP = Direction.PROVIDER_TO_HUB
HELLO = Hello(Role.PROVIDER, 1, 222, 7, 0, 1 << 20, "demo", "1", "sdk", "1")
ROWS = [(0, 0, Switch(True)), (0, 0, Dimmer(0.5)), (1, 0, Temperature(20.5))]


def frame(payload: str) -> bytes:
    data = bytes.fromhex(payload)
    return len(data).to_bytes(4, "little") + data


def started() -> Decoder:
    decoder = Decoder(UP)
    assert decoder.feed(PREAMBLE) == []
    return decoder


def test_a_run_of_writes_is_one_message() -> None:
    data = PREAMBLE + encode(HELLO) + encode_writes(ROWS) + encode(Ready()) + encode_writes(ROWS[:1])
    hello, first, ready, second = Decoder(UP).feed(data)
    assert (hello, ready) == (HELLO, Ready())
    assert isinstance(first, Writes)
    assert isinstance(second, Writes)
    assert len(first) == 3
    assert list(first) == ROWS
    assert list(first) == ROWS  # as often as one likes
    assert list(second) == ROWS[:1]
    assert first.encode() == encode(first) == encode_writes(ROWS)
    assert repr(first) == "<Writes of 3 rows>"


def test_a_long_run_is_still_one_message_in_order_up_to_where_the_stream_breaks() -> None:
    rows = [(number // 7, number % 3, Temperature(float(number % 50))) for number in range(3000)]
    frames = b"".join(encode(WriteComponents(device, entity, [row])) for device, entity, row in rows)
    decoder = started()
    with pytest.raises(MalformedFrame, match="WriteComponents: a boolean is 2") as caught:
        decoder.feed(frames + frame("05 00 00 02 00 00 01 01 02"))  # a marker that is there, and a fault
    (writes,) = caught.value.messages
    assert isinstance(writes, Writes)
    assert len(writes) == 3000
    assert list(writes) == rows
    assert writes.encode() == frames


@given(st.lists(st.integers(0, 200), max_size=12))
def test_any_chunking_gives_the_same_messages(places: list[int]) -> None:
    data = PREAMBLE + encode_all(
        [HELLO, CreateDevice(0, "k", "n"), Pong(7), RegisterEntity(0, 0, "e", "", [Dimmer(1)])]
    )
    cuts = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    decoder = Decoder(UP)
    messages: list[Message] = []
    for begin, end in pairwise(cuts):
        messages += decoder.feed(data[begin:end])
    assert messages == Decoder(UP).feed(data)
    assert decoder.pending == 0


def test_any_bytes_like_object_is_taken() -> None:
    data = PREAMBLE + encode(Ready())
    for chunk in (data, bytearray(data), memoryview(data), memoryview(b"x" + data)[1:]):
        assert Decoder(UP).feed(chunk) == [Ready()]
    with pytest.raises(TypeError):
        Decoder(UP).feed("text")  # type: ignore[arg-type]


def test_what_is_unfinished_is_pending() -> None:
    decoder = Decoder(UP)
    decoder.feed(PREAMBLE[:3])
    assert decoder.pending == 3
    data = encode(CreateDevice(0, "k", "n"))
    decoder.feed(PREAMBLE[3:] + data[:-1])
    assert decoder.pending == len(data) - 1
    assert decoder.feed(data[-1:]) == [CreateDevice(0, "k", "n")]
    assert decoder.pending == 0


def test_a_newer_message_is_stepped_over_and_counted() -> None:
    decoder = started()
    assert decoder.feed(frame("0f ff ff") + encode(Ready()) + frame("fb ff 00")) == [Ready()]
    assert decoder.skipped == 2
    assert decoder.skipped_ids == (15, 255)


def test_each_newer_message_is_named_once_and_noise_is_not_kept() -> None:
    assert started().skipped_ids == ()
    decoder = started()
    decoder.feed(frame("0f") + frame("fc 00 00 01 00") + frame("0f aa"))
    assert (decoder.skipped, decoder.skipped_ids) == (3, (15, 65_536))
    decoder.feed(b"".join(frame(f"{number:02x}") for number in range(20, 200)))
    assert decoder.skipped == 183
    assert decoder.skipped_ids == (15, 65_536, *range(20, 82))


def test_a_message_is_new_by_the_direction_in_which_it_goes() -> None:
    # 9 is Unsupported from the hub, and ProviderStatus from a provider; 10 to 14 come only from providers.
    decoder = Decoder(Direction.HUB_TO_PROVIDER)
    assert decoder.feed(PREAMBLE + frame("09 0f") + frame("0a 00 00 00")) == [Unsupported(15)]
    assert decoder.skipped_ids == (10,)


def test_a_newer_component_is_kept_and_passed_on() -> None:
    data = frame("05 00 00 02 fb 2c 01 02 aa bb 01 01 01")
    (writes,) = started().feed(data)
    assert isinstance(writes, Writes)
    assert [component for _, _, component in writes] == [UnknownComponent(300, b"\xaa\xbb"), Switch(True)]
    assert writes.encode() == data


def test_what_a_newer_revision_appends_to_a_component_or_to_hello_is_ignored() -> None:
    (writes,) = started().feed(frame("05 00 00 01 01 03 01 ff ff"))
    assert isinstance(writes, Writes)
    assert list(writes) == [(0, 0, Switch(True))]
    hello = encode(HELLO)[4:].hex()
    assert started().feed(frame(hello + "ffff")) == [HELLO]
    with pytest.raises(MalformedFrame, match="Ready: 1 bytes are left over"):
        started().feed(frame("02 00"))


def test_a_value_that_breaks_the_schema_does_not_break_the_stream() -> None:
    humid = "07 08 0000000000406040"
    (writes,) = started().feed(frame(f"05 01 02 03 01 01 01 {humid} 01 01 00"))
    assert isinstance(writes, Writes)
    assert list(writes) == [(1, 2, Switch(True)), (1, 2, Switch(False))]
    (refused,) = writes.refused
    assert (refused.device, refused.entity, refused.component) == (1, 2, Humidity.schema.id)
    assert refused.reason == "Humidity 130.0 is above 100"
    assert writes.encode() == encode(WriteComponents(1, 2, [Switch(True), Switch(False)]))

    (entity,) = started().feed(frame(f"04 01 02 01 6b 00 02 {humid} 01 01 01"))
    assert isinstance(entity, RegisterEntity)
    assert (entity.components, entity.refused) == ((Switch(True),), (refused,))

    decoder = Decoder(Direction.HUB_TO_PROVIDER)
    (request,) = decoder.feed(PREAMBLE + frame(f"04 00 00 01 02 01 {humid}"))
    assert isinstance(request, WriteRequest)
    assert (request.components, request.refused) == ((), (refused,))


@pytest.mark.parametrize(
    ("stream", "error", "sentence"),
    [
        (b"GET ", PreambleError, "the stream begins with [47, 45, 54, 20], not with IGLO"),
        (
            b"IGLO\x02\x00\x00\x00",
            PreambleError,
            "the other side speaks version 2 of the protocol, we speak 1",
        ),
        (PREAMBLE + bytes(4), MalformedFrame, "a frame is empty"),
        (PREAMBLE + b"\xff" * 4, FrameTooLarge, "a frame of 4294967295 bytes, at most 1048576 are allowed"),
        (PREAMBLE + frame("05 00 00 01 01 01 02"), MalformedFrame, "a boolean is 2"),
        (
            PREAMBLE + frame("05 00 00 41"),
            LimitExceeded,
            "65 components in one message, at most 64 are allowed",
        ),
    ],
)
def test_a_fault_says_what_is_wrong(stream: bytes, error: type[WireError], sentence: str) -> None:
    with pytest.raises(error) as caught:
        Decoder(UP).feed(stream)
    assert sentence in str(caught.value)


def test_flags_and_reserved_bytes_of_the_preamble_are_not_looked_at() -> None:
    assert Decoder(UP).feed(b"IGLO\x01\xff\xff\xff" + encode(Ready())) == [Ready()]


def test_a_fault_brings_what_was_good_before_it_and_the_decoder_stays_dead() -> None:
    decoder = started()
    with pytest.raises(MalformedFrame) as caught:
        decoder.feed(encode(HELLO) + encode_writes(ROWS) + frame("02 00") + encode(Ready()))
    hello, writes = caught.value.messages
    assert hello == HELLO
    assert isinstance(writes, Writes)
    assert list(writes) == ROWS
    with pytest.raises(MalformedFrame) as again:
        decoder.feed(encode(Ready()))
    assert str(again.value) == str(caught.value)
    assert again.value.messages == ()


def test_a_smaller_limit_of_frames_is_kept() -> None:
    decoder = Decoder(UP, max_frame=16)
    assert decoder.feed(PREAMBLE + encode(Pong(1))) == [Pong(1)]
    with pytest.raises(FrameTooLarge, match="a frame of 17 bytes, at most 16"):
        decoder.feed((17).to_bytes(4, "little"))


@given(st.binary(max_size=300), st.integers(0, 16))
def test_random_bytes_are_a_message_or_a_fault(payload: bytes, message: int) -> None:
    data = bytes([message]) + payload
    for direction in (UP, Direction.HUB_TO_PROVIDER):
        decoder = Decoder(direction)
        with suppress(WireError):
            messages = decoder.feed(PREAMBLE + len(data).to_bytes(4, "little") + data)
            assert len(messages) + decoder.skipped == 1
            for received in messages:
                repr(received)
                assert len(encode(received)) <= len(data) + 4
