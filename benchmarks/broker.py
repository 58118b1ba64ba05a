"""Figure `broker`: what a connection costs that the hub makes, beside one that the caller makes itself."""

import json
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.caller import Calls
from benchmarks.report import Result, Row, Samples
from benchmarks.runs import REPOSITORY, BenchmarkFailed, Run, child

TITLE = "a connection that the hub makes for a provider, beside one that it makes itself"

DIRECT = "direct"
BROKERED = "through the broker"
HELD = 100
"""Connections that the listener leaves open: more than a caller has under way."""


def measure(run: Run) -> Result:
    rounds, calls, count = run.pick((5, 4, 500), (2, 2, 200), (1, 1, 20))
    milliseconds: dict[str, list[list[float]]] = {DIRECT: [], BROKERED: []}
    rates: dict[str, list[float]] = {DIRECT: [], BROKERED: []}
    processor: list[float] = []
    with listener() as port:
        for round_ in range(rounds):
            run.progress.say(f"broker: round {round_ + 1} of {rounds}")
            for arm in (DIRECT, BROKERED):
                found, cost = call(arm, port, calls, count)
                milliseconds[arm].append([1000 * taken for taken in found.seconds])
                rates[arm] += found.rates
                processor += cost
    quantiles = {
        (arm, share): Samples(tuple(quantile(taken, share) for taken in rows))
        for arm, rows in milliseconds.items()
        for share in (0.5, 0.99)
    }
    rows = [
        Row(
            f"one after the other, p{share:.0%}".rstrip("%"),
            "ms",
            quantiles[BROKERED, share],
            DIRECT,
            quantiles[DIRECT, share],
        )
        for share in (0.5, 0.99)
    ]
    rows += [
        Row(
            "sixteen under way",
            "connections/s",
            Samples(tuple(rates[BROKERED])),
            DIRECT,
            Samples(tuple(rates[DIRECT])),
            higher_is_better=True,
        ),
        Row("processor time of the hub for one", "ms", Samples(tuple(1000 * cost for cost in processor))),
    ]
    return Result(
        "broker",
        TITLE,
        tuple(rows),
        (
            f"{rounds * calls * count:,} connections of each kind to a listener on 127.0.0.1.",
            "Broker and caller are processes of their own; the caller is igloo_provider's on trio, the broker the "
            "hub's, with its checks and a log line for each connection. No floor for the hub's processor time.",
        ),
    )


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def call(arm: str, port: int, rounds: int, count: int) -> tuple[Calls, list[float]]:
    """One caller, and for a brokered one the seconds of processor time that the broker took for a connection."""
    if arm == DIRECT:
        return call_with(port, -1, rounds, count), []
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "benchmarks.measured_broker", str(port), str(ours.fileno())]
    with child(command, stdout=subprocess.PIPE, pass_fds=(ours.fileno(),)) as broker:
        with ours, theirs:
            found = call_with(port, theirs.fileno(), rounds, count)
        assert broker.stdout is not None
        cost = broker.stdout.readline()
    if not cost:
        raise BenchmarkFailed("the broker ended without a result")
    return found, [float(cost)]


def call_with(port: int, descriptor: int, rounds: int, count: int) -> Calls:
    inherited = () if descriptor < 0 else (descriptor,)
    command = [sys.executable, "-m", "benchmarks.caller", *map(str, (port, descriptor, rounds, count))]
    ended = subprocess.run(command, stdout=subprocess.PIPE, cwd=REPOSITORY, pass_fds=inherited, check=False)
    if ended.returncode:
        raise BenchmarkFailed(f"the caller ended with exit code {ended.returncode}")
    return Calls(**json.loads(ended.stdout))


@contextmanager
def listener() -> Iterator[int]:
    """Accepts every connection, and ends it later. Gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        held: deque[socket.socket] = deque()

        def accept() -> None:
            while True:
                try:
                    sock, _ = server.accept()
                except OSError:
                    return
                held.append(sock)
                if len(held) > HELD:
                    held.popleft().close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for sock in held:
                sock.close()
