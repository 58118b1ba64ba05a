"""Figure `latency`: provider → hub → a subscriber on its own socket, at 300 messages a second.

Three processes: the provider `stamper` under the launcher, the hub (measured_hub.py) and a tape that notes what
arrives and when. Its floor is relay.c: three processes that hand on frames of the same size. The two arms take turns.
"""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs

from benchmarks.machine import find_compiler
from benchmarks.measured import measured_hub
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import HERE, BenchmarkFailed, Run, child, pinned
from igloo_wire import PREAMBLE, Decoder, Direction, Integer, Text, Writes, encode_writes

TITLE = "provider → hub → a subscriber on its own socket, 300 messages a second"
RATE = 300

QUANTILES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


@attrs.frozen
class Round:
    """What arrived of one round: µs from stamp to arrival, sorted, and how many stamps there had been."""

    latencies: tuple[float, ...]
    sent: int
    cpu: float = 0.0
    """µs of the process in the middle for one message."""

    def quantile(self, share: float) -> float:
        """By nearest rank."""
        return self.latencies[max(0, -(-len(self.latencies) * share // 1).__int__() - 1)]


def measure(run: Run) -> Result:
    rounds, count = run.pick((8, 1800), (2, 600), (1, 30))
    folder = run.new_folder()
    relay = build_relay(folder)
    costs: list[float] = []
    floors: list[Round] = []
    tape = folder / "tape"
    cpu = max(os.sched_getaffinity(0))
    with (
        pinned(cpu),
        measured_hub(run, "stamper", lambda descriptor: tape_command(relay, descriptor, tape)) as hub,
    ):
        for round_ in range(rounds):
            run.progress.say(f"latency: round {round_ + 1} of {rounds}, hub")
            costs.append(int(hub.order(count)["cpu_ns"]) / count / 1000)
            if relay is not None:
                run.progress.say(f"latency: round {round_ + 1} of {rounds}, relay")
                floors.append(relay_round(relay, folder / f"relay-{round_}", count))
    found = list(read_rounds(tape))
    if len(found) != rounds:
        raise BenchmarkFailed(f"{rounds} rounds were run, and {len(found)} arrived")
    superseded = sum(round_.sent - len(round_.latencies) for round_ in found)
    sent = sum(round_.sent for round_ in found)
    return Result(
        "latency",
        TITLE,
        (
            *(
                Row(
                    name,
                    "µs",
                    Samples(tuple(round_.quantile(share) for round_ in found)),
                    f"C relay, {name}",
                    Samples(tuple(round_.quantile(share) for round_ in floors)) if floors else None,
                )
                for name, share in QUANTILES
            ),
            Row(
                "CPU of the hub a message",
                "µs",
                Samples(tuple(costs)),
                "C relay, the one in the middle",
                Samples(tuple(round_.cpu for round_ in floors)) if floors else None,
            ),
        ),
        (
            f"{sent:,} stamps in {rounds} rounds: 0 lost; {superseded:,} superseded by a later one before they were "
            "sent; the last one of each round arrived.",
            "From the stamp (before the SDK is called) to the end of the read in the third process; frames of "
            f"{len(example_frame()):,} bytes. All processes of both arms are pinned to processor {cpu}.",
            *([] if relay is not None else ["No floor: there is no C compiler (cc) on this machine."]),
        ),
    )


# ── the relay ──


def build_relay(folder: Path) -> Path | None:
    """Compiles relay.c; None without a compiler. Raises BenchmarkFailed when it doesn't compile."""
    compiler = find_compiler()
    if compiler is None:
        return None
    relay = folder / "relay"
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(relay), str(HERE / "relay.c")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise BenchmarkFailed(f"relay.c does not compile:\n{answer.stderr}")
    return relay


def example_frame() -> bytes:
    """A frame as the subscriber's, with a time that takes the nine bytes which every time of a machine's life takes."""
    return encode_writes([(1, 0, Integer((1 << 62) - 1))])


def relay_round(relay: Path, tape: Path, count: int) -> Round:
    """One round of the floor."""
    first, second = socket.socketpair(), socket.socketpair()
    frame = example_frame()
    ends = [*first, *second]
    fds = [end.fileno() for end in ends]
    listen = [str(relay), "tape", str(fds[3]), str(tape)]
    hand_on = [str(relay), "pass", str(fds[1]), str(fds[2])]
    talk = [str(relay), "send", str(fds[0]), str(RATE), str(count), str(len(frame) - 8), frame.hex()]
    with (
        child(listen, pass_fds=[fds[3]]) as listening,
        child(hand_on, stdout=subprocess.PIPE, pass_fds=[fds[1], fds[2]]) as handing_on,
        child(talk, pass_fds=[fds[0]]) as talking,
    ):
        for end in ends:
            end.close()
        if talking.wait(count / RATE + 10) or listening.wait(10):
            raise BenchmarkFailed("the relay failed")
        assert handing_on.stdout is not None
        cpu = int(handing_on.stdout.read()) / count / 1000
    latencies = [
        (at - component.value) / 1000
        for at, writes in read_tape(tape)
        for _, _, component in writes
        if isinstance(component, Integer)
    ]
    if len(latencies) != count:
        raise BenchmarkFailed(f"the relay was given {count} frames, and {len(latencies)} arrived")
    return Round(tuple(sorted(latencies)), count, cpu)


# ── what arrived ──


def tape_command(relay: Path | None, descriptor: int, tape: Path) -> list[str]:
    """The process that notes what arrives; in C where it can be, so that both arms end in the same program."""
    if relay is not None:
        return [str(relay), "tape", str(descriptor), str(tape)]
    return [sys.executable, "-I", "-S", str(HERE / "tape.py"), str(descriptor), str(tape)]


def read_tape(path: Path) -> Iterator[tuple[int, Writes]]:
    """The writes of each read and the time of its end, in ns."""
    decoder = Decoder(Direction.PROVIDER_TO_HUB)
    decoder.feed(PREAMBLE)
    data = path.read_bytes()
    offset = 0
    while offset < len(data):
        at, length = struct.unpack_from("<QI", data, offset)
        offset += 12
        for message in decoder.feed(data[offset : offset + length]):
            assert isinstance(message, Writes)
            yield at, message
        offset += length


def read_rounds(path: Path) -> Iterator[Round]:
    """The rounds of the stamper. Raises BenchmarkFailed when the last stamp of one did not arrive."""
    latencies: list[float] = []
    last = 0
    for at, writes in read_tape(path):
        for _, _, component in writes:
            match component:
                case Integer(value) if value > last:
                    last = value
                    latencies.append((at - value) / 1000)
                case Text(said) if " " in said:
                    count, newest = map(int, said.split())
                    if last != newest:
                        raise BenchmarkFailed(
                            f"updates were lost: the last stamp was {newest}, the last that arrived {last}"
                        )
                    yield Round(tuple(sorted(latencies)), count)
                    latencies = []
                case _:
                    pass
