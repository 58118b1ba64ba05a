"""What only a real process shows, on each event loop: exit codes, and the line that blocks the loop."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from igloo_provider import EXIT_DO_NOT_RESTART, EXIT_HUB_FAULT, EXIT_OUT_OF_MEMORY
from igloo_wire import DoorLock, Log, LogLevel, Ready, WriteOutcome, WriteResult, encode
from tests.provider.hub_side import greeting, write_request
from tests.provider.test_system import child

# The programs below are written in names that both have. All heads have the same number of lines.
HEADS = {
    "trio": """\
import time
from igloo_provider import Provider
from trio import sleep, sleep_forever
from trio.lowlevel import checkpoint
from trio import open_nursery as open_group

start = "start_soon"
provider = Provider("demo")
""",
    "asyncio": """\
import time
from igloo_provider.on_asyncio import Provider
from asyncio import Event, TaskGroup as open_group, sleep
def sleep_forever(): return Event().wait()
def checkpoint(): return sleep(0)

start = "create_task"
provider = Provider("demo")
""",
}


@pytest.fixture(params=HEADS)
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Program = Callable[[str], tuple[str, str]]


@pytest.fixture
def program(tmp_path: Path, face: str) -> Program:
    """Writes a provider of which only the body is given; returns how to start it."""

    def write(body: str) -> tuple[str, str]:
        path = tmp_path / "provider.py"
        path.write_text(HEADS[face] + body + "\nprovider.run()\n")
        return sys.executable, str(path)

    return write


def test_a_task_that_blocks_the_loop_is_named_with_its_line(program: Program, tmp_path: Path) -> None:
    body = """
@provider.task
async def sleepy() -> None:
    await sleep(0.2)
    time.sleep(3)
    await sleep(0.2)
    raise SystemExit(0)
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        _, errors = demo.end()
    assert (
        f"the event loop has been blocked for 1 s at {tmp_path}/provider.py:13, in sleepy: time.sleep(3)"
        in errors
    )
    assert errors.count("blocked") == 1


def test_a_task_that_only_computes_is_named_too(program: Program) -> None:
    body = """
@provider.task
async def busy() -> None:
    until = time.monotonic() + 3
    number = 0
    while time.monotonic() < until:
        number += 1
        number -= 1
    raise SystemExit(0)
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        _, errors = demo.end()
    assert errors.count("the event loop has been blocked for 1 s") == 1
    assert "in busy: " in errors


def test_a_busy_but_polite_task_is_not_accused_even_if_the_machine_stands_still(program: Program) -> None:
    body = """
@provider.task
async def polite() -> None:
    provider.log.info("begun")
    until = time.monotonic() + 3
    while time.monotonic() < until:
        time.sleep(0.01)
        await checkpoint()
    raise SystemExit(0)
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Log))
        os.kill(demo.process.pid, signal.SIGSTOP)
        time.sleep(1.3)
        os.kill(demo.process.pid, signal.SIGCONT)
        code, errors = demo.end()
    assert code == 0
    assert "blocked" not in errors


def test_an_idle_provider_is_not_woken(program: Program) -> None:
    body = """
from igloo_provider import process
process.BLOCKED_AFTER = 0.2  # what is watched for, five times as often
wakes = 0
def after_io_wait(self, timeout, former=process.BlockedLoopWatch.after_io_wait):
    global wakes
    wakes += timeout > 0
    former(self, timeout)
process.BlockedLoopWatch.after_io_wait = after_io_wait
@provider.task
async def idle() -> None:
    await sleep(1)
    before = wakes
    await sleep(1.5)
    provider.log.info("%d", wakes - before)
    await sleep_forever()
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Log))
        assert demo.ear.of(Log) == [Log(LogLevel.INFO, "1")]


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ("os.close(2)", ""),
        (
            "reader, writer = os.pipe(); os.close(reader); sys.stdout = open(writer, 'w'); print('unheard')",
            "demo: the account was closed\n",
        ),
    ],
)
def test_a_closed_output_does_not_change_how_a_provider_ends(
    program: Program, closed: str, told: str
) -> None:
    body = f"""
import os, sys
from igloo_provider import DoNotRestart
@provider.task
async def house() -> None:
    {closed}
    raise DoNotRestart("the account was closed")
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert (code, errors) == (EXIT_DO_NOT_RESTART, told)


def test_leaving_from_a_child_task_is_an_exit_code_and_no_traceback(program: Program, face: str) -> None:
    body = """
import sys
@provider.task
async def house() -> None:
    async def leave() -> None:
        sys.exit(5)
    async with open_group() as group:
        getattr(group, start)(*[leave] if start == "start_soon" else [leave()])
"""
    who = {"trio": "the task house", "asyncio": "a task"}
    with child(*program(body)) as demo:
        demo.say(greeting())
        assert demo.end() == (5, f"demo: {who[face]} left\n")


def test_running_out_of_memory_has_an_exit_code_of_its_own(program: Program) -> None:
    body = """
import resource
@provider.task
async def greedy() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (100 << 20, 100 << 20))
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert code == EXIT_OUT_OF_MEMORY
    assert "out of memory" in errors


def test_garbage_from_the_hub_is_one_sentence_and_an_exit_code(program: Program) -> None:
    with child(*program("")) as demo:
        demo.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        code, errors = demo.end()
    assert code == EXIT_HUB_FAULT
    assert len(errors.splitlines()) == 1


def test_the_root_loggers_records_reach_the_hub(program: Program) -> None:
    body = """
import logging
@provider.task
async def house() -> None:
    logging.getLogger("aiolib").warning("odd")
    provider.log.info("fine")
    await sleep_forever()
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Ready))
        assert demo.ear.of(Log) == [Log(LogLevel.WARNING, "aiolib: odd"), Log(LogLevel.INFO, "fine")]


def test_a_provider_that_was_stopped_does_not_open_the_door_when_it_goes_on(program: Program) -> None:
    body = """
from igloo_wire import DoorLock
@provider.task
async def house() -> None:
    await (await provider.device("door")).entity("lock", DoorLock.LOCKED)
    await sleep_forever()
@provider.on_write(DoorLock)
async def turn(lock, wanted) -> None:
    await lock.set(wanted)
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Ready))
        os.kill(demo.process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, demo.process.pid, os.WSTOPPED | os.WNOWAIT)
        now = time.monotonic()
        demo.say(encode(write_request(1, DoorLock.UNLOCKED, deadline=now + 0.2)))
        time.sleep(0.3)
        os.kill(demo.process.pid, signal.SIGCONT)
        demo.say(encode(write_request(2, DoorLock.LOCKED, deadline=time.monotonic() + 10)))
        demo.hear_until(lambda ear: len(ear.of(WriteResult)) == 2)
        outcomes = [(m.request, m.outcome) for m in demo.ear.messages if isinstance(m, WriteResult)]
        assert outcomes == [(1, WriteOutcome.REFUSED), (2, WriteOutcome.CONFIRMED)]
        assert demo.ear.values() == [DoorLock.LOCKED]


def test_sigterm_ends_a_provider_with_0_once_its_tasks_have_said_good_bye(program: Program) -> None:
    body = """
@provider.task
async def house() -> None:
    try:
        await sleep_forever()
    finally:
        provider.log.info("good-bye")
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Ready))
        demo.process.send_signal(signal.SIGTERM)
        demo.hear_until(lambda ear: ear.of(Log))
        assert demo.end() == (0, "")
        assert demo.ear.of(Log) == [Log(LogLevel.INFO, "good-bye")]


def test_a_provider_pays_for_one_event_loop_only(program: Program, face: str) -> None:
    body = """
import sys
@provider.task
async def house() -> None:
    provider.log.info(" ".join(name for name in ("asyncio", "trio") if name in sys.modules))
    await sleep_forever()
"""
    with child(*program(body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Log))
        assert demo.ear.of(Log) == [Log(LogLevel.INFO, face)]


def test_a_thread_that_never_ends_does_not_keep_an_asyncio_provider_from_ending(tmp_path: Path) -> None:
    path = tmp_path / "provider.py"
    path.write_text("""
import asyncio, time
from igloo_provider.on_asyncio import Provider
provider = Provider("demo")
@provider.task
async def house() -> None:
    waiting = asyncio.create_task(asyncio.to_thread(time.sleep, 1000))
    await asyncio.sleep(0.1)
    raise SystemExit(3)
provider.run()
""")
    with child(sys.executable, str(path)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert code == 3
    assert errors == "demo: the task house left\ndemo: a thread goes on, and is left behind\n"
