"""docs/wire-format.md says what the code does: its examples byte by byte, its messages field by field, its limits."""

import re
from pathlib import Path

import pytest

import igloo_wire
from igloo_hub.ids import InstanceId
from igloo_hub.session import Greeted, ProviderConfig, Session
from igloo_wire import (
    COMPONENTS,
    HIGHEST_MESSAGE,
    PREAMBLE,
    SCHEMA_HASH,
    SCHEMA_REVISION,
    CustomParameter,
    CustomResult,
    Decoder,
    Direction,
    Hello,
    OpenEnum,
    ValueKind,
    WriteOutcome,
    encode,
)
from tools.record_golden import evaluate

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "wire-format.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```wire-(up|down)\n(.+)\n((?:.+\n)+)```$", DOCUMENT, re.MULTILINE)
MESSAGES = re.findall(r"^#### (\d+) `(\w+)`\n((?:(?!#).*\n)*)", DOCUMENT, re.MULTILINE)


def written(lines: str) -> bytes:
    return bytes.fromhex("".join(re.split(r" {3,}", line)[0] for line in lines.splitlines()))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == DOCUMENT.count("```wire-") == 9


@pytest.mark.parametrize(("way", "expression", "lines"), EXAMPLES)
def test_an_example_is_what_the_code_writes_and_reads(way: str, expression: str, lines: str) -> None:
    message = evaluate(expression)
    assert written(lines).hex(" ") == encode(message).hex(" ")
    direction = Direction.PROVIDER_TO_HUB if way == "up" else Direction.HUB_TO_PROVIDER
    (received,) = Decoder(direction).feed(PREAMBLE + written(lines))
    assert encode(received) == written(lines)


def test_the_hash_is_printed() -> None:
    printed = dict(re.findall(r"^\| (\d+) \| `0x([0-9a-f]{16})` \|$", DOCUMENT, re.MULTILINE))
    assert int(printed[str(SCHEMA_REVISION)], 16) == SCHEMA_HASH


@pytest.mark.parametrize("schema_hash", [0, SCHEMA_HASH])
def test_the_hub_takes_the_hello_of_the_example_with_either_hash(schema_hash: int) -> None:
    # The same bytes as the example's, but for its hash, which must not be frozen to 0.
    (payload,) = [written(lines) for _, expression, lines in EXAMPLES if expression.startswith("Hello(")]
    before, after = payload[:9], payload[10:]
    assert payload[9] == 0
    number = b"\0" if schema_hash == 0 else b"\xfd" + schema_hash.to_bytes(8, "little")
    length = (len(before) - 4 + len(number) + len(after)).to_bytes(4, "little")
    (hello,) = Decoder(Direction.PROVIDER_TO_HUB).feed(PREAMBLE + length + before[4:] + number + after)
    assert isinstance(hello, Hello)
    session = Session(ProviderConfig(InstanceId("demo"), "/data"), "1", messages_per_second=1)
    assert session.receive([hello]) == [Greeted(hello)]


@pytest.mark.parametrize(("number", "name", "text"), MESSAGES)
def test_a_message_has_the_fields_that_the_code_writes(number: str, name: str, text: str) -> None:
    fields = [row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| ")][1:]
    assert tuple(fields) == getattr(igloo_wire, name).__match_args__
    payloads = (Path(__file__).parent.parent / "golden" / "revision-1.tsv").read_text("utf-8").splitlines()
    payload = next(line.split("\t")[3] for line in payloads if line.split("\t")[2].startswith(f"{name}("))
    assert bytes.fromhex(payload)[0] == int(number)


def test_every_message_is_described() -> None:
    assert len(MESSAGES) == 2 + sum(highest - 1 for highest in HIGHEST_MESSAGE.values())


def test_the_variants_of_messages_are_those_of_the_code() -> None:
    enums = {
        "role": "Role",
        "outcome": "WriteOutcome",
        "health": "Health",
        "level": "LogLevel",
        "kind": "ValueKind",
    }
    rows = re.findall(
        r"^\| (role|outcome|health|level|code|kind) \| `enum` \| (.+) \|$", DOCUMENT, re.MULTILINE
    )
    codes = iter(["RejectCode", "RefusalCode"])
    for field, text in rows:
        enum: type[OpenEnum] = getattr(igloo_wire, enums.get(field) or next(codes))
        variants = re.findall(r"(\d+) ([A-Z][A-Z_]+)", text)
        assert [getattr(enum, name).value for _, name in variants] == [int(number) for number, _ in variants]
        assert variants
        beyond = enum(len(variants))  # type: ignore[call-arg]
        assert beyond.name == f"unknown:{len(variants)}"
    assert len(rows) == 8


def test_a_parameter_has_the_fields_that_the_code_writes() -> None:
    (text,) = re.findall(r"^##### A parameter\n((?:(?!#).*\n)*)", DOCUMENT, re.MULTILINE)
    fields = [row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| ")][1:]
    assert tuple(fields) == CustomParameter.__match_args__


def test_the_number_of_a_kind_is_the_tag_of_the_values_that_fit() -> None:
    values = {"BOOLEAN": True, "INTEGER": 1, "REAL": 0.5, "TEXT": "", "BYTES": b"", "LIST": [], "MAP": {}}
    for name, value in values.items():
        tag = encode(CustomResult(1, WriteOutcome.SENT, "", value))[8]
        assert ValueKind(tag) == getattr(ValueKind, name)


def test_the_last_messages_are_named() -> None:
    up, down = HIGHEST_MESSAGE[Direction.PROVIDER_TO_HUB], HIGHEST_MESSAGE[Direction.HUB_TO_PROVIDER]
    assert (
        f"end with {up} `CustomResult` from providers and {down} `Unsupported` from the hub"
        in DOCUMENT.replace("\n", " ")
    )


def test_the_limits_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| .+ \| (\d+) \| `(MAX_\w+)` \|$", DOCUMENT, re.MULTILINE)
    assert {name: int(most) for most, name in rows} == {
        name: getattr(igloo_wire, name) for name in igloo_wire.__all__ if name.startswith("MAX_")
    }


def test_every_kind_has_its_payload_described() -> None:
    described = set(re.findall(r"^\| ((?:list of|event with)?[a-z ]+) \| ", DOCUMENT, re.MULTILINE))
    for component in COMPONENTS.values():
        kind, element = component.schema.kind, component.schema.element
        if kind == "list":
            kind = f"list of {element}" if element in ("text", "real", "component") else "list of an enum"
        elif kind == "event" and element is not None:
            kind = "event with text" if element == "text" else "event with an enum"
        assert kind in described


def test_the_table_of_numbers_is_what_the_code_writes() -> None:
    rows = re.findall(
        r"\| ([\d,]+|2³²) \| `([0-9a-f ]+)` \|", DOCUMENT.split("| number | bytes |")[-1].split("**")[0]
    )
    assert len(rows) == 6
    for number, payload in rows:
        value = 2**32 if number == "2³²" else int(number.replace(",", ""))
        assert encode(evaluate(f"Pong({value})"))[5:].hex(" ") == payload
