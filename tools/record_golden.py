"""Record golden vectors of the wire: what a value's bytes are, kept for ever.

One line per vector in tests/golden/revision-N.tsv, read by tests in Rust and in Python:

    message   direction   value, as a Python expression over igloo_wire   payload of its frame in hex
    refused   direction   why, as RefusedValue says it                    payload of a WriteComponents that holds it
    fault     direction   the sentence of the WireError                   payload that is no message

Once a revision is released its file is never written again: a difference is then a broken promise, not a stale file.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import igloo_wire
from igloo_wire import (
    COMPONENTS,
    PREAMBLE,
    SCHEMA_REVISION,
    Component,
    Decoder,
    Direction,
    Message,
    Schema,
    WireError,
)

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden"
UP, DOWN = Direction.PROVIDER_TO_HUB, Direction.HUB_TO_PROVIDER
NAMES = {UP: "up", DOWN: "down"}
EDGES = (0, 1, 125, 126, 250, 251, 65_535, 65_536, 2**32 - 1, 2**32, 2**63 - 1, -1, -126, -(2**63))
LONG = '"x" * 251'


def evaluate(expression: str) -> Message:
    """The message that an expression of a golden vector stands for."""
    import datetime

    names = {name: getattr(igloo_wire, name) for name in igloo_wire.__all__}
    message = eval(expression, {**names, "datetime": datetime})
    assert isinstance(message, Message)
    return message


def components(component: type[Component]) -> Iterator[str]:
    """Expressions of values of one component: the edges of its kind."""
    name, schema = component.__name__, component.schema
    for arguments in _arguments(schema):
        yield f"{name}({arguments})"


def _arguments(schema: Schema) -> Iterator[str]:
    low, high = schema.minimum, schema.maximum
    match schema.kind, schema.element:
        case "marker", _:
            yield ""
        case "boolean", _:
            yield from ("False", "True")
        case "integer", _:
            yield from (
                str(edge) for edge in EDGES if (low is None or low <= edge) and (high is None or edge <= high)
            )
        case "real", _:
            numbers = [low, high, 0.0, -0.0, 0.1, 1e300, 5e-324]
            inside = [n for n in numbers if n is not None and (low or n) <= n and (high is None or n <= high)]
            yield from dict.fromkeys(repr(n) for n in inside if low is None or low <= n)
        case "text", _:
            yield from ('""', '"Küche €😀\\n"', LONG)
        case "colour", _:
            yield from ("0.0, 0.5, 1.0", "-0.0, 1, 1")
        case "date", _:
            yield from ("datetime.date(1, 1, 1)", "datetime.date(2024, 2, 29)", "datetime.date(9999, 12, 31)")
        case "time", _:
            yield from (
                "datetime.time(0)",
                "datetime.time(23, 59, 59, 999999)",
                "datetime.time(1, 2, 3, 250)",
            )
        case "enum", _:
            yield from ("0", str(len(schema.variants) - 1), "251", str(2**32 - 1))
        case "limits", _:
            yield from ("0, 1, 0.5", 'float("-inf"), float("inf")')
        case "list", "text":
            yield from ("[]", '["eco", "Küche"]', '["a"] * 251')
        case "list", "real":
            yield from ("[52.5, -0.0]", "[52.5, 13.4, 10]")
        case "list", "component":
            yield from ("[]", "[Light, Switch, 250, 251, 65535]")
        case "list", str(element):
            yield from ("[]", f"[{element}(0), {element}(251)]")
        case "event", None:
            yield from ("", "251", str(2**32 - 1))
        case "event", "text":
            yield from ('"ring"', '"", 65536')
        case "event", str(element):
            yield from (f"{element}(0)", f"{element}(251), 250")


def messages() -> Iterator[tuple[Direction, str]]:
    """Expressions of messages: every message, every component, every edge."""
    hello = 'Hello(Role.{role}, 1, 222, 7, 2**64 - 1, 1048576, "demo", "1.4.0", "igloo-provider", "0.1.0", features=2**63)'
    yield UP, hello.format(role="PROVIDER")
    yield DOWN, hello.format(role="HUB")
    yield DOWN, 'Hello(Role(7), 0, 0, 0, 0, 0, "x", "", "", "")'
    for code in ("UNSUPPORTED_PROTOCOL", "WRONG_ROLE", "SCHEMA_FORK", "NOT_EXPECTED", "OTHER"):
        yield from ((way, f'HelloReject(RejectCode.{code}, "because")') for way in (UP, DOWN))
    yield UP, "Ready()"
    for device in (0, 250, 251, 65_535, 65_536, 2**32 - 1):
        yield UP, f'CreateDevice({device}, "lamp-{device}", "Lampe Küche 😀")'
    yield UP, 'CreateDevice(0, "x" * 256, "")'
    yield UP, 'RegisterEntity(0, 0, "bulb", "", [])'
    yield (
        UP,
        'RegisterEntity(1, 65535, "bulb", "Bulb", [Light(), Switch(True), Dimmer(0.5), UnknownComponent(300, b"")])',
    )
    for component in COMPONENTS.values():
        for expression in components(component):
            yield UP, f"WriteComponents(0, 0, [{expression}])"
    yield UP, 'WriteComponents(250, 251, [UnknownComponent(65534, bytes(300)), Light(), Text("x" * 250)])'
    yield UP, "WriteComponents(0, 0, [Light()] * 64)"
    yield UP, "RemoveDevice(65536)"
    yield UP, "RemoveEntity(1, 2)"
    yield UP, 'DeviceStatus(3, False, "no answer for 60 s")'
    yield UP, "DeviceStatus(3, True)"
    for health in ("OK", "DEGRADED"):
        yield UP, f'ProviderStatus(Health.{health}, "the bridge answers slowly")'
    for outcome in ("CONFIRMED", "SENT", "REFUSED"):
        yield UP, f'WriteResult(4294967296, WriteOutcome.{outcome}, "no such lamp")'
    for level in ("DEBUG", "INFO", "WARNING", "ERROR"):
        yield UP, f'Log(LogLevel.{level}, "one\\n\\ttwo")'
    yield UP, f"Log(LogLevel(87), {LONG})"
    yield UP, 'RegisterCustom("restart", None, None)'
    yield UP, 'RegisterCustom("identify", 251, None, "Blinks.\\n\\tFor a minute.")'
    kinds = "ANY", "BOOLEAN", "INTEGER", "REAL", "TEXT", "BYTES", "LIST", "MAP"
    parameters = [f'CustomParameter("{kind.lower()}", ValueKind.{kind}, True, "Küche 😀")' for kind in kinds]
    parameters.append('CustomParameter("newer", ValueKind(87), False)')
    yield UP, f'RegisterCustom("x" * 256, 2**32 - 1, 65535, {LONG}, [{", ".join(parameters)}])'
    sixty_four = '[CustomParameter(f"p{n}", ValueKind(n), n % 2 == 0) for n in range(64)]'
    yield UP, f'RegisterCustom("many", 0, 0, "", {sixty_four})'
    for outcome in ("CONFIRMED", "SENT", "REFUSED"):
        yield UP, f'CustomResult(4294967296, WriteOutcome.{outcome}, "no such tune")'
    for value in VALUES:
        yield UP, f'CustomResult(0, WriteOutcome.CONFIRMED, "", {value})'
    yield UP, 'CustomResult(2**64 - 1, WriteOutcome(87), "newer", {"z": [{}], "a": {"": 250}})'
    for nonce in (0, 250, 251, 65_535, 65_536, 2**32, 2**64 - 1):
        yield UP, f"Pong({nonce})"
        yield DOWN, f"Ping({nonce})"
    yield DOWN, 'Configure("demo", "/var/lib/igloo/demo", {}, {})'
    yield (
        DOWN,
        'Configure("demo-2", "", {"b": [None, True, False, -1, 2**63 - 1, 0.5, float("nan"), float("-inf"), "ü", b"\\x00", '
        '[], {}], "a": {"z": 1, "y": {"": 250}}}, {"password": "s\\x07ecret", "": ""})',
    )
    yield DOWN, 'DeviceCreated(0, 2**64 - 1, "Stehlampe")'
    yield DOWN, "WriteRequest(2**64 - 1, 2**40 + 5, 0, 0, [Switch(False), TransitionDuration(1.5)])"
    yield DOWN, 'Refused(3, None, None, None, RefusalCode.DUPLICATE_KEY, "that key is taken")'
    yield DOWN, 'Refused(5, 0, 1, 65535, RefusalCode.WRONG_VALUE, "Humidity 130.0 is above 100")'
    for number in range(9):
        yield DOWN, f"Refused(5, 0, 0, 2, RefusalCode({number}))"
    yield DOWN, 'Stop("the hub ends")'
    yield DOWN, 'Custom(0, 0, "restart", None, None, {})'
    yield (
        DOWN,
        'Custom(2**64 - 1, 2**40 + 5, "x" * 256, 2**32 - 1, None, {"z": None, "ü": {"": [1]}, "a": True})',
    )
    for value in VALUES:
        yield DOWN, f'Custom(251, 86_410_000, "play", 0, 65535, {{"value": {value}}})'
    yield DOWN, 'Custom(1, 0, "many", 0, 0, {f"p{n}": n for n in range(64)})'
    for message in (0, 15, 250, 251, 2**32 - 1):
        yield DOWN, f"Unsupported({message})"


VALUES = (
    "None",
    "False",
    "True",
    *map(str, EDGES),
    "-0.0",
    "5e-324",
    'float("nan")',
    'float("-inf")',
    '""',
    '"Küche\\x07"',
    LONG,
    'b""',
    "bytes(300)",
    "[]",
    "[None] * 251",
    "[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]",
    "{}",
    '{"b": 1, "a": {"": None}, "ü": [-1.5, {}]}',
)

NAN, INF = "000000000000f87f", "000000000000f07f"
REFUSED = (  # components, as id, length, payload
    f"06 08 {NAN}",
    f"02 08 {INF}",
    "07 08 0000000000406040",
    "06 08 00000000000079c0",
    f"03 18 0000000000000000 0000000000000000 {INF}",
    "33 01 20",
    "33 01 01",
    "25 02 01 07",
    "25 03 02 c2 85",
    "25 04 03 61 1b 62",
    "26 05 fb e7 07 02 1d",
    "26 03 00 01 01",
    "26 05 fb 10 27 01 01",
    "27 04 18 00 00 00",
    "27 04 00 3c 00 00",
    "27 08 00 00 00 fc 40 42 0f 00",
    f"2d 18 {NAN} 0000000000000000 0000000000000000",
    "2d 18 000000000000f03f 0000000000000000 0000000000000000",
    "2d 18 0000000000000000 0000000000000000 000000000000f0bf",
    "2a 02 01 00",
    "d4 09 01 0000000000000000",
    "ae 01 00",
)
FAULTS = (
    (UP, "fb 02 00"),  # not canonical
    (UP, "fe"),
    (UP, "03"),
    (UP, "02 00"),  # a byte after Ready
    (UP, "03 00 00 00"),  # an empty key
    (UP, "03 00 01 07 00"),
    (UP, "03 00 03 e2 80 ae 00"),  # a right-to-left override
    (UP, "03 00 01 ff 00"),  # not UTF-8
    (UP, "03 00 fb 01 01"),  # a key of 257 bytes
    (UP, "03 fd 00 00 00 00 01 00 00 00 01 61 00"),  # a device of 2^32
    (UP, "05 00 00 41"),  # 65 components
    (UP, "05 00 00 02 00 00"),  # two components, one is there
    (UP, "05 00 00 01 01 01 02"),  # a boolean of 2
    (UP, "05 00 00 01 01 00"),  # a boolean that is not there
    (UP, "05 00 00 01 25 fc 01 00 04 00"),  # a component of 262,145 bytes
    (UP, "05 00 00 01 25 05 fc 01 00 01 00"),  # a text of 65,537 bytes
    (UP, "05 00 00 01 2a 03 fb 01 04"),  # a list of 1,025 items
    (UP, "08 00 02 00"),
    (UP, "0b 01 01 1b"),  # an escape character in a log line
    (UP, "0d 00 00 00 00 00"),  # a custom command without a name
    (UP, "0d 01 1b 00 00 00 00"),
    (UP, "0d 03 e2 80 ae 00 00 00 00"),
    (UP, "0d 01 61 00 01 00 00 00"),  # an entity without a device
    (UP, "0d 01 61 00 00 01 1b 00"),  # an escape character in the description
    (UP, "0d 01 61 00 00 00 41"),  # 65 parameters
    (UP, "0d 01 61 00 00 00 02 01 62 00 00 00"),  # two parameters, one is there
    (UP, "0d 01 61 00 00 00 02 01 62 00 00 00 01 62 03 01 00"),  # two parameters of one name
    (UP, "0d 01 61 00 00 00 01 00 00 00 00 00"),  # a parameter without a name
    (UP, "0d 01 61 00 00 00 01 01 62 00 02 00"),  # neither required nor not
    (UP, "0d 01 61 00 00 00 01 01 62 00 00 01 07"),
    (UP, "0d 01 61 00 00 00 00 00"),  # a byte after RegisterCustom
    (UP, "0e 01 00 00"),  # a result that is not there
    (UP, "0e 01 00 00 08"),  # a value of kind 8
    (UP, "0e 01 00 00" + " 06 01" * 16 + " 00"),  # seventeen levels
    (UP, "0e 01 00 00 06 fb 01 10"),  # 4,097 values
    (UP, "0e 01 00 00 05 fc 01 00 01 00"),  # 65,537 bytes
    (UP, "0e 01 00 00 07 02 01 62 00 01 61 00"),  # keys out of order
    (UP, "0e 01 00 00 00 00"),  # a byte after CustomResult
    (DOWN, "05 03 02"),  # the tag of an option is 2
    (DOWN, "02 01 61 00 01 01 61 08 00"),  # a value of kind 8
    (DOWN, "02 01 61 00 02 01 62 00 01 61 00 00"),  # keys out of order
    (DOWN, "02 01 61 00 02 01 61 00 01 61 00 00"),  # a key twice
    (DOWN, "02 01 61 00 01 01 61" + " 06 01" * 16 + " 00 00"),  # seventeen levels
    (DOWN, "02 01 61 00 fb 01 10"),  # 4,097 values
    (DOWN, "08 01 00 00 00 00 00"),  # a custom command without a name
    (DOWN, "08 01 00 01 61 00 01 00 00"),  # an entity without a device
    (DOWN, "08 01 00 01 61 00 00 41"),  # 65 parameters
    (DOWN, "08 01 00 01 61 00 00 01 00 00"),  # a parameter without a name
    (DOWN, "08 01 00 01 61 00 00 01 01 1b 00"),
    (DOWN, "08 01 00 01 61 00 00 02 01 62 00 01 61 00"),  # parameters out of order
    # 4,098 values in all parameters together
    (DOWN, "08 01 00 01 61 00 00 02 01 62 06 fb 00 08" + " 00" * 2048 + "01 63 06 fb 00 08" + " 00" * 2048),
    (DOWN, "08 01 00 01 61 00 00 01 01 62" + " 06 01" * 16 + " 00"),  # seventeen levels
    (DOWN, "09"),
    (DOWN, "09 0f 00"),
)


def decode(direction: Direction, payload: bytes) -> Message:
    """The one message of a frame with that payload."""
    decoder = Decoder(direction)
    (message,) = decoder.feed(PREAMBLE + len(payload).to_bytes(4, "little") + payload)
    return message


def record() -> str:
    """The text of the file."""
    lines = []
    for direction, expression in messages():
        payload = igloo_wire.encode(evaluate(expression))[4:]
        lines.append(("message", NAMES[direction], expression, payload.hex()))
    for component in REFUSED:
        payload = bytes.fromhex("05 00 00 01" + component)
        message = decode(UP, payload)
        assert isinstance(message, igloo_wire.Writes)
        (refused,) = message.refused
        lines.append(("refused", NAMES[UP], refused.reason, payload.hex()))
    for direction, text in FAULTS:
        payload = bytes.fromhex(text)
        try:
            decode(direction, payload)
        except WireError as error:
            lines.append(("fault", NAMES[direction], str(error), payload.hex()))
        else:
            raise AssertionError(f"no fault: {text}")
    return "".join("\t".join(line) + "\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the vectors of this revision, or with --check say whether they are stale."""
    parser = argparse.ArgumentParser(
        description="Record the golden vectors of this revision in tests/golden."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is stale")
    options = parser.parse_args(arguments)
    path = FOLDER / f"revision-{SCHEMA_REVISION}.tsv"
    text = record()
    if path.exists() and path.read_text("utf-8") == text:
        return 0
    if options.check:
        print(f"tests/golden/{path.name} differs from what the code writes", file=sys.stderr)
        return 1
    path.write_text(text, "utf-8")
    print(f"wrote tests/golden/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
