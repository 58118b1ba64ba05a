"""Golden vectors: recorded bytes give the recorded value, and the value gives the bytes. Rust reads the same files."""

from collections import Counter
from pathlib import Path

import pytest

from igloo_wire import (
    COMPONENTS,
    PREAMBLE,
    Decoder,
    Direction,
    Message,
    UnknownComponent,
    WireError,
    Writes,
    encode,
)
from tools.record_golden import evaluate, record

GOLDEN = Path(__file__).parent.parent / "golden"
VECTORS = [
    tuple(line.split("\t")) for path in GOLDEN.glob("*.tsv") for line in path.read_text("utf-8").splitlines()
]
DIRECTIONS = {"up": Direction.PROVIDER_TO_HUB, "down": Direction.HUB_TO_PROVIDER}


def decode(way: str, payload: str) -> Message:
    data = bytes.fromhex(payload)
    (message,) = Decoder(DIRECTIONS[way]).feed(PREAMBLE + len(data).to_bytes(4, "little") + data)
    return message


@pytest.mark.parametrize(("way", "text", "payload"), [rest for what, *rest in VECTORS if what == "message"])
def test_a_value_is_written_as_recorded_and_read_back(way: str, text: str, payload: str) -> None:
    message = evaluate(text)
    assert encode(message)[4:].hex() == payload
    received = decode(way, payload)
    assert encode(received)[4:].hex() == payload
    match received:
        case Writes():
            (built,) = Decoder(DIRECTIONS[way]).feed(PREAMBLE + encode(message))
            assert received == built
            assert [component for _, _, component in received] == list(message.components)  # type: ignore[attr-defined]
        case _:
            assert received == message


@pytest.mark.parametrize(("way", "text", "payload"), [rest for what, *rest in VECTORS if what == "refused"])
def test_a_value_that_breaks_the_schema_is_refused_in_these_words(way: str, text: str, payload: str) -> None:
    message = decode(way, payload)
    assert isinstance(message, Writes)
    assert [row.reason for row in message.refused] == [text]
    assert len(message) == 0


@pytest.mark.parametrize(("way", "text", "payload"), [rest for what, *rest in VECTORS if what == "fault"])
def test_bytes_that_are_no_message_are_a_fault_in_these_words(way: str, text: str, payload: str) -> None:
    with pytest.raises(WireError) as caught:
        decode(way, payload)
    assert str(caught.value) == text


def test_every_component_and_every_message_has_a_vector() -> None:
    decoded = [decode(way, payload) for what, way, _, payload in VECTORS if what == "message"]
    kinds = Counter(
        type(component) for message in decoded if isinstance(message, Writes) for _, _, component in message
    )
    assert set(kinds) - {UnknownComponent} == set(COMPONENTS.values())
    ids = {(way, bytes.fromhex(payload)[0]) for what, way, _, payload in VECTORS if what == "message"}
    highest = {"up": 14, "down": 9}
    assert ids == {(way, number) for way, most in highest.items() for number in range(most + 1)}


def test_the_vectors_of_this_revision_are_complete() -> None:
    assert (GOLDEN / "revision-1.tsv").read_text("utf-8") == record()
