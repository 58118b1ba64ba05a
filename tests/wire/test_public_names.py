"""What igloo_wire offers, name by name: a name that comes or goes is a decision."""

import subprocess
import sys

import pytest

import igloo_wire
from igloo_wire import COMPONENTS, _wire

CONSTANTS = {
    "COMPONENTS", "HIGHEST_COMPONENT", "HIGHEST_MESSAGE", "MAX_COMPONENTS", "MAX_FRAME", "MAX_ITEMS", "MAX_NAME",
    "MAX_PARAMETERS", "MAX_PAYLOAD", "MAX_TEXT", "MAX_VALUES", "MAX_VALUE_DEPTH", "PREAMBLE", "PROTOCOL_MAJOR",
    "SCHEMA_HASH", "SCHEMA_REVISION",
}  # fmt: skip
FUNCTIONS = {"component_classes", "encode", "encode_all", "encode_writes", "own_hello"}
ERRORS = {
    "FrameTooLarge", "InvalidValue", "LimitExceeded", "MalformedFrame", "PreambleError", "WireError",
}  # fmt: skip
MESSAGES = {
    "Configure", "CreateDevice", "Custom", "CustomResult", "DeviceCreated", "DeviceStatus", "Hello", "HelloReject",
    "Log", "Ping", "Pong", "ProviderStatus", "Ready", "Refused", "RegisterCustom", "RegisterEntity", "RemoveDevice",
    "RemoveEntity", "Stop", "Unsupported", "WriteComponents", "WriteRequest", "WriteResult", "Writes",
}  # fmt: skip
ENUMS = {
    "AccessEventKind", "ButtonEventKind", "CodeUse", "Direction", "Health", "LogLevel", "RefusalCode", "RejectCode",
    "Role", "ValueKind", "WriteOutcome",
}  # fmt: skip
OTHERS = {
    "Component",
    "CustomParameter",
    "Decoder",
    "Message",
    "OpenEnum",
    "RefusedValue",
    "Schema",
    "UnknownComponent",
    "WritesIterator",
}


def test_the_public_names_are_these() -> None:
    expected = CONSTANTS | FUNCTIONS | ERRORS | MESSAGES | ENUMS | OTHERS | set(COMPONENTS)
    assert set(igloo_wire.__all__) == expected
    assert len(igloo_wire.__all__) == len(expected)
    assert all(hasattr(igloo_wire, name) for name in igloo_wire.__all__)


def test_everything_of_the_rust_module_is_offered() -> None:
    assert set(_wire.__all__) <= set(igloo_wire.__all__)


def test_classes_say_that_they_belong_to_igloo_wire() -> None:
    for name in MESSAGES | OTHERS | set(COMPONENTS):
        assert getattr(igloo_wire, name).__module__ == "igloo_wire"


def test_the_constants_of_the_protocol() -> None:
    assert igloo_wire.PREAMBLE == b"IGLO\x01\x00\x00\x00"
    assert (igloo_wire.PROTOCOL_MAJOR, igloo_wire.SCHEMA_REVISION, igloo_wire.HIGHEST_COMPONENT) == (
        1,
        1,
        222,
    )
    assert (igloo_wire.MAX_FRAME, igloo_wire.MAX_COMPONENTS, igloo_wire.MAX_TEXT) == (1_048_576, 64, 65_536)
    assert (igloo_wire.MAX_PARAMETERS, igloo_wire.MAX_VALUES, igloo_wire.MAX_VALUE_DEPTH) == (64, 4_096, 16)
    assert {way.highest_message for way in igloo_wire.HIGHEST_MESSAGE} == {14, 9}
    assert 0 < igloo_wire.SCHEMA_HASH < 2**64


IN_A_SECOND_INTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
{before}
second = interpreters.create()
interpreters.run_string(second, '''
try:
    import igloo_wire
except ImportError as error:
    print(error, flush=True)
''')
from igloo_wire import Dimmer, InvalidValue
try:
    Dimmer(2)
except InvalidValue:
    print("caught", flush=True)
"""


@pytest.mark.parametrize("before", ["", "import igloo_wire"])
def test_another_interpreter_of_the_process_is_refused(before: str) -> None:
    code = IN_A_SECOND_INTERPRETER.format(before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "igloo_wire works in a process's main interpreter only\ncaught\n"
