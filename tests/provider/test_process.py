"""What only a real process shows: its exit codes, and the line that blocks its event loop."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from igloo_provider import EXIT_DO_NOT_RESTART, EXIT_HUB_FAULT, EXIT_OUT_OF_MEMORY
from igloo_wire import DoorLock, Log, LogLevel, Ready, WriteOutcome, WriteResult, encode
from tests.provider.hub_side import greeting, write_request
from tests.provider.test_system import child

HEAD = """\
import time, trio
from igloo_provider import Provider
provider = Provider("demo")
"""


def program(tmp_path: Path, body: str) -> tuple[str, str]:
    path = tmp_path / "provider.py"
    path.write_text(HEAD + body + "\nprovider.run()\n")
    return sys.executable, str(path)


def test_a_task_that_blocks_the_loop_is_named_with_its_line(tmp_path: Path) -> None:
    body = """
@provider.task
async def sleepy() -> None:
    await trio.sleep(0.2)
    time.sleep(3)
    await trio.sleep(0.2)
    raise SystemExit(0)
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        _, errors = demo.end()
    assert (
        f"the event loop has been blocked for 1 s at {tmp_path}/provider.py:8, in sleepy: time.sleep(3)"
        in errors
    )
    assert errors.count("blocked") == 1


def test_a_task_that_only_computes_is_named_too(tmp_path: Path) -> None:
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
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        _, errors = demo.end()
    assert errors.count("the event loop has been blocked for 1 s") == 1
    assert "in busy: " in errors


def test_a_busy_but_polite_task_is_not_accused_even_if_the_machine_stands_still(tmp_path: Path) -> None:
    body = """
@provider.task
async def polite() -> None:
    provider.log.info("begun")
    until = time.monotonic() + 3
    while time.monotonic() < until:
        time.sleep(0.01)
        await trio.lowlevel.checkpoint()
    raise SystemExit(0)
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Log))
        os.kill(demo.process.pid, signal.SIGSTOP)
        time.sleep(1.3)
        os.kill(demo.process.pid, signal.SIGCONT)
        code, errors = demo.end()
    assert code == 0
    assert "blocked" not in errors


def test_an_idle_provider_is_not_woken(tmp_path: Path) -> None:
    body = """
from igloo_provider import process
process.BLOCKED_AFTER = 0.2  # what is watched for, five times as often
class Wakes(trio.abc.Instrument):
    count = 0
    def after_io_wait(self, timeout):
        self.count += 1
@provider.task
async def idle() -> None:
    await trio.sleep(1)
    wakes = Wakes()
    trio.lowlevel.add_instrument(wakes)
    await trio.sleep(1.5)
    provider.log.info("%d", wakes.count)
    await trio.sleep_forever()
"""
    with child(*program(tmp_path, body)) as demo:
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
def test_a_closed_output_does_not_change_how_a_provider_ends(tmp_path: Path, closed: str, told: str) -> None:
    body = f"""
import os, sys
from igloo_provider import DoNotRestart
@provider.task
async def house() -> None:
    {closed}
    raise DoNotRestart("the account was closed")
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert (code, errors) == (EXIT_DO_NOT_RESTART, told)


def test_leaving_from_a_child_task_is_an_exit_code_and_no_traceback(tmp_path: Path) -> None:
    body = """
import sys
@provider.task
async def house() -> None:
    async def leave() -> None:
        sys.exit(5)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave)
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        assert demo.end() == (5, "demo: the task house left\n")


def test_running_out_of_memory_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    body = """
import resource
@provider.task
async def greedy() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (100 << 20, 100 << 20))
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert code == EXIT_OUT_OF_MEMORY
    assert "out of memory" in errors


def test_garbage_from_the_hub_is_one_sentence_and_an_exit_code(tmp_path: Path) -> None:
    with child(*program(tmp_path, "")) as demo:
        demo.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        code, errors = demo.end()
    assert code == EXIT_HUB_FAULT
    assert len(errors.splitlines()) == 1


def test_the_root_loggers_records_reach_the_hub(tmp_path: Path) -> None:
    body = """
import logging
@provider.task
async def house() -> None:
    logging.getLogger("aiolib").warning("odd")
    provider.log.info("fine")
    await trio.sleep_forever()
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        demo.hear_until(lambda ear: ear.of(Ready))
        assert demo.ear.of(Log) == [Log(LogLevel.WARNING, "aiolib: odd"), Log(LogLevel.INFO, "fine")]


def test_a_provider_that_was_stopped_does_not_open_the_door_when_it_goes_on(tmp_path: Path) -> None:
    body = """
from igloo_wire import DoorLock
@provider.task
async def house() -> None:
    await (await provider.device("door")).entity("lock", DoorLock.LOCKED)
    await trio.sleep_forever()
@provider.on_write(DoorLock)
async def turn(lock, wanted) -> None:
    await lock.set(wanted)
"""
    with child(*program(tmp_path, body)) as demo:
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
