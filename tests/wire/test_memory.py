"""Where memory ends: what grows with its input raises MemoryError, and does not end the process."""

import subprocess
import sys

import pytest

LIMITED = """
import resource
from igloo_wire import *
text = Text("x" * 60_000)
data = PREAMBLE + encode(WriteComponents(0, 0, [text] * 16))
values = [bytes(60_000)] * 16
results = PREAMBLE + encode(CustomResult(1, WriteOutcome.SENT, "", values))
def use_all():
    {use}
with open("/proc/self/status") as status:
    held = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (held + {room}, held + {room}))
try:
    use_all()
except MemoryError:
    print("MemoryError")
"""
ROOM = 20 << 20


def run(use: str, room: int = ROOM) -> tuple[int, str]:
    code = LIMITED.format(use=use, room=room)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "use",
    [
        "encode_writes((0, 0, text) for _ in iter(int, 1))",
        "encode_all(WriteComponents(0, 0, [text] * 16) for _ in iter(int, 1))",
        "decoder, kept = Decoder(Direction.PROVIDER_TO_HUB), [PREAMBLE]\n    while True: kept.append(decoder.feed(data[8 * (len(kept) > 1):]))",
        "Decoder(Direction.PROVIDER_TO_HUB).feed(bytearray(10 << 20))",
        "kept, decoder = [PREAMBLE], Decoder(Direction.PROVIDER_TO_HUB)\n    while True: kept.append(decoder.feed(results[8 * (len(kept) > 1):]))",
        "kept = []\n    while True: kept.append(CustomResult(1, WriteOutcome.SENT, '', values))",
        "kept, result = [], CustomResult(1, WriteOutcome.SENT, '', values)\n    while True: kept.append(result.result)",
    ],
)
def test_memory_that_runs_out_is_a_memory_error(use: str) -> None:
    assert run(use) == (0, "MemoryError\n")


def test_the_same_use_passes_where_there_is_memory() -> None:
    assert run("encode_writes((0, 0, text) for _ in range(300))", ROOM * 10) == (0, "")
