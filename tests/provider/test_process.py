"""What only a real process shows: its exit codes, and the line that blocks its event loop."""

import os
import signal
import sys
import time
from pathlib import Path

from igloo_provider import EXIT_HUB_FAULT, EXIT_OUT_OF_MEMORY
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
    time.sleep(1.4)
    await trio.sleep(0.2)
    raise SystemExit(0)
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        _, errors = demo.end()
    assert (
        f"the event loop has been blocked for 1 s at {tmp_path}/provider.py:8, in sleepy: time.sleep(1.4)"
        in errors
    )
    assert errors.count("blocked") == 1


def test_a_busy_but_polite_task_is_not_accused(tmp_path: Path) -> None:
    body = """
@provider.task
async def polite() -> None:
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        time.sleep(0.01)
        await trio.lowlevel.checkpoint()
    raise SystemExit(0)
"""
    with child(*program(tmp_path, body)) as demo:
        demo.say(greeting())
        code, errors = demo.end()
    assert code == 0
    assert "blocked" not in errors


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
