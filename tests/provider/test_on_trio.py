"""The SDK on trio, against a fake hub that speaks the real wire over memory streams, under the virtual clock."""

import functools
import logging
import signal
import sys
import threading
import time

import pytest
import trio
import trio.testing

from igloo_provider import (
    EXIT_DO_NOT_RESTART,
    EXIT_FAILED,
    EXIT_HUB_FAULT,
    EXIT_OUT_OF_MEMORY,
    EXIT_REJECTED,
    DoNotRestart,
    Entity,
    Provider,
    Rejected,
)
from igloo_provider.on_trio import run_provider
from igloo_provider.outbox import HARD_LIMIT, PIECE, SOFT_LIMIT
from igloo_provider.process import BLOCKED_AFTER, FLUSH_TIMEOUT, RECORDS_OF_THREADS, BlockedLoopWatch
from igloo_wire import (
    PREAMBLE,
    CreateDevice,
    Dimmer,
    HelloReject,
    Light,
    Log,
    LogLevel,
    Ping,
    Pong,
    Ready,
    RegisterEntity,
    RejectCode,
    Sensor,
    Stop,
    Switch,
    Temperature,
    Text,
    WriteOutcome,
    WriteResult,
    encode,
)
from tests.provider.hub_side import HubEnd, write_request
from tests.provider.running import running


def lamp_provider() -> Provider:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        lamp = await provider.device("lamp-1")
        await lamp.entity("bulb", Light(), Switch(False), Dimmer(1.0))
        probe = await lamp.entity("probe", Sensor(), Temperature(20.0))
        while True:
            await trio.sleep(30)
            await probe.set(Temperature(probe.get(Temperature).value + 0.5))

    return provider


async def test_what_is_registered_before_the_first_wait_goes_before_ready(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = lamp_provider()

    @provider.task
    async def another() -> None:
        await provider.device("lamp-2")
        await trio.sleep(1)
        await provider.device("lamp-3")
        await trio.sleep_forever()

    async with running(provider) as hub:
        await trio.sleep(2)
        names = hub.ear.names()
        before = hub.ear.messages[: names.index("Ready")]
        assert sorted(m.key for m in before if isinstance(m, CreateDevice)) == ["lamp-1", "lamp-2"]
        assert len([m for m in before if isinstance(m, RegisterEntity)]) == 2
        assert names[names.index("Ready") + 1 :] == ["CreateDevice"]


async def test_what_tasks_of_a_task_register_before_their_first_wait_goes_before_ready() -> None:
    async def branch(provider: Provider, key: str, depth: int) -> None:
        device = await provider.device(key)
        async with trio.open_nursery() as nursery:
            if depth == 7:
                await device.entity("bulb", Light())
                await trio.sleep_forever()
            for side in "ab" if depth % 3 == 0 else "a":
                # Some turns of the event loop without any registration lie between.
                await trio.lowlevel.checkpoint()
                nursery.start_soon(branch, provider, f"{key}{side}", depth + 1)

    for _ in range(100):  # trio shuffles its tasks
        provider = Provider("demo")
        provider.task(functools.partial(branch, provider, "house", 1))
        async with running(provider) as hub:
            names = hub.ear.names()
            assert (names[-1], names.count("Ready")) == ("Ready", 1)
            assert names.count("RegisterEntity") == 4


async def test_a_task_that_never_waits_does_not_keep_the_provider_from_being_ready() -> None:
    provider = Provider("demo")

    @provider.task
    async def restless() -> None:
        while True:
            await trio.lowlevel.checkpoint()

    async with running(provider, settle=False) as hub:
        with trio.fail_after(20):
            while not hub.ear.of(Ready):
                await trio.lowlevel.checkpoint()


async def test_a_provider_with_nothing_to_start_is_ready_too() -> None:
    async with running(Provider("demo")) as hub:
        assert hub.ear.names() == ["Hello", "Ready"]


async def test_a_large_house_is_all_there_before_ready(autojump_clock: trio.testing.MockClock) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        for number in range(3000):
            device = await provider.device(
                f"device {number}", name="a device with a name of some length " * 3
            )
            await device.entity("bulb", Light(), Switch(False))
        await trio.sleep_forever()

    async with running(provider) as hub:
        await trio.sleep(1)
        names = hub.ear.names()
        assert (names.count("CreateDevice"), names.count("RegisterEntity"), names[-1]) == (
            3000,
            3000,
            "Ready",
        )


async def test_a_poll_reaches_the_hub(autojump_clock: trio.testing.MockClock) -> None:
    async with running(lamp_provider()) as hub:
        await trio.sleep(61)
        assert hub.ear.rows == [(0, 1, Temperature(20.5)), (0, 1, Temperature(21.0))]


async def test_a_write_is_carried_out_and_confirmed(autojump_clock: trio.testing.MockClock) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await trio.sleep(0.5)
        if not wanted.value:
            raise Rejected("no such lamp")
        await bulb.set(wanted)

    async with running(provider) as hub:
        await hub.say(write_request(1, Switch(True)), write_request(2, Switch(False)))
        assert (await hub.result_of(1)).outcome == WriteOutcome.CONFIRMED
        assert hub.ear.rows == [(0, 0, Switch(True))]
        assert await hub.result_of(2) == WriteResult(2, WriteOutcome.REFUSED, "no such lamp")


async def test_writes_to_one_device_wait_for_each_other_and_other_devices_do_not(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")
    log: list[str] = []

    @provider.task
    async def house() -> None:
        for key in ("slow", "quick"):
            await (await provider.device(key)).entity("bulb", Light(), Dimmer(0.0))
        await trio.sleep_forever()

    @provider.on_write(Dimmer)
    async def dim(bulb: Entity, wanted: Dimmer) -> None:
        log.append(f"{bulb.device.key} {wanted.value} begins")
        await trio.sleep(5 if bulb.device.key == "slow" else 1)
        log.append(f"{bulb.device.key} {wanted.value} ends")

    async with running(provider) as hub:
        await hub.say(
            write_request(1, Dimmer(0.1)),
            write_request(2, Dimmer(0.2), deadline=trio.current_time() + 30),
            write_request(3, Dimmer(0.3), device=1),
        )
        await hub.result_of(2)
    slow = [line for line in log if line.startswith("slow")]
    assert slow == ["slow 0.1 begins", "slow 0.1 ends", "slow 0.2 begins", "slow 0.2 ends"]
    assert log.index("quick 0.3 ends") < log.index("slow 0.1 ends")


async def test_a_handler_is_cancelled_at_the_writes_deadline_and_the_provider_lives(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = lamp_provider()
    cancelled: list[float] = []

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        try:
            await trio.sleep_forever()
        except trio.Cancelled:
            cancelled.append(trio.current_time())
            raise

    @provider.on_write(Dimmer)
    async def dim(bulb: Entity, wanted: Dimmer) -> None: ...

    async with running(provider) as hub:
        began = trio.current_time()
        await hub.say(
            write_request(1, Switch(True), deadline=began + 3),
            write_request(2, Dimmer(0.5), deadline=began + 1),
            write_request(3, Dimmer(0.5)),
        )
        assert (await hub.result_of(1)).reason == "the provider did not finish the write in time"
        assert cancelled == [began + 3]
        assert (await hub.result_of(2)).outcome == WriteOutcome.REFUSED
        assert (await hub.result_of(3)).outcome == WriteOutcome.CONFIRMED
    assert "not finished in time: write of Switch of lamp-1/bulb" in caplog.text


async def test_a_handler_whose_nursery_fails_while_it_is_cancelled_does_not_take_the_provider_down(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise KeyError("while cleaning up")

    async with running(provider) as hub:
        await hub.say(write_request(1, Switch(True), deadline=trio.current_time() + 1), Ping(1))
        assert (await hub.result_of(1)).outcome == WriteOutcome.REFUSED
        await hub.say(Ping(2))
        await hub.settled()
        assert hub.ear.of(Pong) == [Pong(1), Pong(2)]
    assert "while cleaning up" in caplog.text


async def test_stop_cancels_the_tasks_sends_what_they_say_at_the_end_and_exits_with_0(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        lamp = await provider.device("lamp-1")
        bulb = await lamp.entity("bulb", Light(), Switch(True))
        try:
            await trio.sleep_forever()
        finally:
            await bulb.set(Switch(False))

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await trio.sleep_forever()

    async with running(provider) as hub:
        await hub.say(write_request(1, Switch(True)))
        await hub.settled()
        await hub.say(Stop("the hub ends"))
        assert await hub.ended() == 0
        assert hub.ear.values() == [Switch(False)]
        assert hub.ear.of(WriteResult) == [WriteResult(1, WriteOutcome.REFUSED, "the provider stopped")]


async def provider_with_a_queue(end: str) -> tuple[int, list[tuple[int, str]], list[str]]:
    """A provider that is ended in one of several ways while one write is carried out and two wait."""
    provider = lamp_provider()
    begun: list[str] = []
    fault = trio.Event()

    @provider.task
    async def fails() -> None:
        await fault.wait()
        if end == "task":
            raise KeyError("x")
        await trio.sleep_forever()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        begun.append("switch")
        await fault.wait()
        if end == "handler":
            raise SystemExit(7)
        await trio.sleep_forever()

    async with running(provider) as hub:
        await hub.say(*(write_request(number, Switch(True)) for number in (1, 2, 3)))
        await hub.settled()
        if end == "stop":
            # A request behind the Stop is read while the provider ends.
            await hub.say(Stop("the hub ends"), write_request(4, Switch(True)))
        else:
            fault.set()
        code = await hub.ended()
        answers = [(m.request, m.reason) for m in hub.ear.of(WriteResult) if isinstance(m, WriteResult)]
        return code, answers, begun


@pytest.mark.parametrize(("end", "expected"), [("stop", 0), ("task", EXIT_FAILED), ("handler", 7)])
async def test_every_write_is_answered_once_however_the_provider_ends(
    end: str, expected: int, autojump_clock: trio.testing.MockClock
) -> None:
    code, answers, begun = await provider_with_a_queue(end)
    waiting = [(number, "the provider stopped") for number in (1, 2, 3)]
    assert code == expected
    assert sorted(answers) == [*waiting, *([(4, "the provider is stopping")] if end == "stop" else [])]
    assert begun == ["switch"]


async def test_a_request_that_comes_while_the_tasks_end_is_answered(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = lamp_provider()

    @provider.task
    async def tidy() -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(1)

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None: ...

    async with running(provider) as hub:
        await hub.say(Stop("the hub ends"))
        await trio.sleep(0.5)
        await hub.say(write_request(1, Switch(True)))
        assert await hub.ended() == 0
        assert hub.ear.of(WriteResult) == [WriteResult(1, WriteOutcome.REFUSED, "the provider is stopping")]


async def test_a_failure_while_a_stop_is_obeyed_is_logged_and_changes_no_exit_code(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise KeyError("while cleaning up")

    async with running(provider) as hub:
        await hub.say(Stop("the hub ends"))
        assert await hub.ended() == 0
        (log,) = hub.ear.of(Log)
        assert isinstance(log, Log)
        assert "KeyError: 'while cleaning up'" in log.text


async def test_the_end_of_the_stream_ends_the_provider_with_0() -> None:
    async with running(lamp_provider()) as hub:
        assert isinstance(hub.stream, trio.StapledStream)
        await hub.stream.send_eof()
        assert await hub.ended() == 0


async def test_a_hub_that_stops_reading_does_not_keep_the_provider_from_ending(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ours, theirs = trio.testing.lockstep_stream_pair()
    hub = HubEnd(ours)
    codes: list[int] = []

    async def run() -> None:
        codes.append(await run_provider(lamp_provider(), theirs))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await hub.greet()
        began = trio.current_time()
        await hub.say(Stop("the hub ends"))
    assert trio.current_time() - began < FLUSH_TIMEOUT + 0.5
    assert codes == [0]


async def test_a_slow_hub_gets_the_last_value_and_set_never_waits_for_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    @provider.task
    async def meter() -> None:
        probe = await (await provider.device("meter")).entity("probe", Sensor(), Temperature(0.0))
        for number in range(1, 1001):
            await trio.sleep(0.01)
            await probe.set(Temperature(float(number)))
        assert trio.current_time() - began < 10.5

    ours, theirs = trio.testing.lockstep_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, provider, theirs)
        await hub.greet()
        began = trio.current_time()
        await trio.sleep(20)
        nursery.start_soon(hub.listen)
        await trio.sleep(1)
        assert hub.ear.values()[-1] == Temperature(1000.0)
        assert len(hub.ear.rows) <= 2
        nursery.cancel_scope.cancel()


class Mute:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


@pytest.mark.parametrize(
    ("failure", "code", "sentence"),
    [
        (KeyError("x"), EXIT_FAILED, "the task house failed: KeyError: 'x'"),
        (MemoryError(), EXIT_OUT_OF_MEMORY, "out of memory"),
        (ExceptionGroup("n", [MemoryError()]), EXIT_OUT_OF_MEMORY, "out of memory"),
        (DoNotRestart("the account was closed"), EXIT_DO_NOT_RESTART, "the account was closed"),
        (ExceptionGroup("n", [DoNotRestart("closed")]), EXIT_DO_NOT_RESTART, "closed"),
        (DoNotRestart(Mute()), EXIT_DO_NOT_RESTART, "<a DoNotRestart without text>"),
        (KeyError(Mute()), EXIT_FAILED, "the task house failed: KeyError: "),
        (ValueError(Mute()), EXIT_FAILED, "the task house failed: ValueError: <a ValueError without text>"),
        (SystemExit(7), 7, "the task house left"),
        (SystemExit(), 0, "the task house left"),
        (SystemExit("cannot open the database"), EXIT_FAILED, "cannot open the database"),
        (BaseExceptionGroup("n", [BaseExceptionGroup("m", [SystemExit(0)])]), 0, "the task house left"),
        (
            BaseExceptionGroup("n", [SystemExit(0), KeyError("x")]),
            EXIT_FAILED,
            "the task house failed: BaseExceptionGroup: n (2 sub-exceptions)",
        ),
    ],
)
async def test_a_failing_task_ends_the_provider_with_a_code_that_says_why(
    failure: BaseException,
    code: int,
    sentence: str,
    autojump_clock: trio.testing.MockClock,
    capfd: pytest.CaptureFixture[str],
) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        await trio.sleep(1)
        raise failure

    async with running(provider) as hub:
        assert await hub.ended() == code
        logged = [m.text for m in hub.ear.of(Log) if isinstance(m, Log) and m.level == LogLevel.ERROR]
    assert capfd.readouterr().err.startswith(f"demo: {sentence}")
    if code == EXIT_FAILED:
        assert "in house" in logged[0]


async def test_a_handler_may_leave_as_a_task_may(
    autojump_clock: trio.testing.MockClock, capfd: pytest.CaptureFixture[str]
) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        async with trio.open_nursery() as nursery:

            async def leave() -> None:
                raise SystemExit(3)

            nursery.start_soon(leave)

    async with running(provider) as hub:
        await hub.say(write_request(1, Switch(True)))
        assert await hub.ended() == 3
        assert hub.ear.of(WriteResult) == [WriteResult(1, WriteOutcome.REFUSED, "the provider stopped")]
    assert capfd.readouterr().err == "demo: the handler of the write of Switch of lamp-1/bulb left\n"


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            EXIT_HUB_FAULT,
            "demo: the hub sent bytes that are not the protocol",
        ),
        (PREAMBLE + encode(Ping(1)), EXIT_HUB_FAULT, "demo: the hub sent Ping before its Hello"),
        (
            PREAMBLE + encode(HelloReject(RejectCode.NOT_EXPECTED, "nobody asked for you")),
            EXIT_REJECTED,
            "demo: the hub does not take this provider: nobody asked for you",
        ),
    ],
)
async def test_a_hub_that_cannot_be_worked_with_ends_the_provider(
    data: bytes, code: int, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(lamp_provider(), greet=False) as hub:
        await hub.stream.send_all(data)
        assert await hub.ended() == code
    assert capfd.readouterr().err.startswith(sentence)


async def test_log_records_reach_the_hub_from_any_thread(autojump_clock: trio.testing.MockClock) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        provider.log.debug("not shown")
        provider.log.info("found %d lamps", 3)
        thread = threading.Thread(target=provider.log.warning, args=("from a thread",))
        thread.start()
        while thread.is_alive():
            await trio.lowlevel.checkpoint()
        await trio.sleep_forever()

    async with running(provider) as hub:
        await trio.sleep(1)
        assert hub.ear.of(Log) == [
            Log(LogLevel.INFO, "found 3 lamps"),
            Log(LogLevel.WARNING, "from a thread"),
        ]
    assert provider.log.handlers == []


async def test_a_slip_in_a_log_call_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider("demo")
    monkeypatch.setattr(provider.log, "propagate", False)  # pytest's own handler does raise

    @provider.task
    async def house() -> None:
        provider.log.info("found %d lamps", "three")
        provider.log.info(Mute())
        provider.log.info("%s", Mute())
        await trio.sleep_forever()

    async with running(provider) as hub:
        texts = [m.text for m in hub.ear.of(Log) if isinstance(m, Log)]
        assert texts[0].startswith("found %d lamps ('three',) (can't be formatted: TypeError: %d format")
        assert texts[1].startswith("<a Mute without text> () (can't be formatted: RuntimeError: no text)")
        assert texts[2].startswith("%s <a tuple without text> (can't be formatted: RuntimeError: no text)")
        assert hub.ear.of(Ready) == [Ready()]


async def test_records_of_threads_are_dropped_and_counted_while_the_loop_is_busy(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    def flood() -> None:
        for number in range(5000):
            provider.log.info("record %d", number)

    @provider.task
    async def house() -> None:
        thread = threading.Thread(target=flood)
        thread.start()
        thread.join()  # blocks the loop, as a library might
        await trio.sleep_forever()

    async with running(provider) as hub:
        await trio.sleep(1)
        *texts, last = [m.text for m in hub.ear.of(Log) if isinstance(m, Log)]
        assert texts == [f"record {number}" for number in range(RECORDS_OF_THREADS)]
        assert last == f"{5000 - RECORDS_OF_THREADS} log records were dropped: more came than could be sent"


async def test_records_of_other_loggers_carry_their_name() -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    library = logging.getLogger("other.package")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: run_provider(Provider("demo"), theirs, logger=library))
        nursery.start_soon(hub.listen)
        await hub.greet()
        await trio.testing.wait_all_tasks_blocked()
        library.error("broken")
        await trio.testing.wait_all_tasks_blocked()
        assert hub.ear.of(Log) == [Log(LogLevel.ERROR, "other.package: broken")]
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("ends", [False, True])
async def test_a_task_that_returns_while_others_run_is_named_unless_it_is_meant(
    ends: bool, autojump_clock: trio.testing.MockClock
) -> None:
    provider = lamp_provider()

    @provider.task(ends=ends)
    async def poll_once() -> None:
        await trio.sleep(1)

    async with running(provider) as hub:
        await trio.sleep(2)
        texts = [m.text for m in hub.ear.of(Log) if isinstance(m, Log)]
    assert texts == (
        []
        if ends
        else [
            "the task poll_once returned while others run; if that is meant, mark it @provider.task(ends=True)"
        ]
    )


async def test_a_provider_whose_only_task_returned_goes_on_serving(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    @provider.task
    async def register() -> None:
        await (await provider.device("lamp")).entity("bulb", Light(), Switch(False))

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await bulb.set(wanted)

    async with running(provider) as hub:
        await trio.sleep(100)
        await hub.say(write_request(1, Switch(True)))
        assert (await hub.result_of(1)).outcome == WriteOutcome.CONFIRMED
        assert hub.ear.of(Log) == []


async def test_a_provider_can_run_again_after_its_end(autojump_clock: trio.testing.MockClock) -> None:
    provider = lamp_provider()
    for _ in range(2):
        async with running(provider) as hub:
            await hub.say(Stop(""))
            assert await hub.ended() == 0
            assert hub.ear.of(Ready) == [Ready()]


async def test_registration_waits_for_a_hub_that_reads_nothing_and_ready_waits_for_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")
    made: list[int] = []

    @provider.task
    async def house() -> None:
        for number in range(10_000):
            await provider.device(f"device {number}", name="n" * 200)
            made.append(number)
        await trio.sleep_forever()

    ours, theirs = trio.testing.lockstep_stream_pair()
    hub = HubEnd(ours)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, provider, theirs)
        await hub.greet()
        await trio.sleep(60)
        # What is being written, and what waits behind it.
        assert SOFT_LIMIT // 220 < len(made) < (SOFT_LIMIT + PIECE) // 200 + 2
        nursery.start_soon(hub.listen)
        await trio.sleep(60)
        assert len(made) == 10_000
        assert hub.ear.names() == ["Hello", *["CreateDevice"] * 10_000, "Ready"]
        nursery.cancel_scope.cancel()


async def test_an_authors_own_burst_waits_for_room_and_is_not_blamed_on_the_hub(
    autojump_clock: trio.testing.MockClock,
) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        device = await provider.device("texts")
        async with trio.open_nursery() as nursery:
            for number in range(HARD_LIMIT // 60_000 + 50):
                nursery.start_soon(device.entity, f"text {number}", Text("x" * 60_000))
        await trio.sleep_forever()

    async with running(provider) as hub:
        await trio.sleep(1)
        names = hub.ear.names()
        assert names.count("RegisterEntity") == HARD_LIMIT // 60_000 + 50
        assert names[-1] == "Ready"


class WatchedLoop:
    """The watch, and this test in place of the clock, the timer and the line that blocks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.now = 1000.0
        self.cpu = 5.0
        self.timer: list[float] = []
        self._capfd = capfd
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "process_time", lambda: self.cpu)
        monkeypatch.setattr(signal, "setitimer", lambda _, *seconds: self.timer.append(seconds[0]))
        self.watch = BlockedLoopWatch("demo")
        self.watch.before_io_wait(10.0)
        self.watch.after_io_wait(10.0)

    def look(self, *, after: float, cpu: float, at_another_line: bool = False) -> str:
        """The timer's signal; returns what was said."""
        self.now += after
        self.cpu += cpu
        if at_another_line:
            self.watch.on_alarm(14, sys._getframe())
        else:
            self.watch.on_alarm(14, sys._getframe())
        return self._capfd.readouterr().err


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> WatchedLoop:
    return WatchedLoop(monkeypatch, capfd)


@pytest.mark.parametrize(
    ("at_another_line", "cpu", "is_accused"),
    [(False, 0.0, True), (True, 0.2, True), (True, 0.01, False)],
)
def test_a_line_is_accused_at_the_second_look_if_it_is_the_same_or_computes(
    loop: WatchedLoop, at_another_line: bool, cpu: float, is_accused: bool
) -> None:
    assert loop.look(after=1.0, cpu=0.0) == ""
    said = loop.look(after=0.25, cpu=cpu, at_another_line=at_another_line)
    assert ("blocked for 1 s at" in said) == is_accused
    if not is_accused:
        assert "blocked for 1 s at" in loop.look(after=0.25, cpu=0.01, at_another_line=True)


def test_a_loop_that_went_on_between_two_looks_is_not_accused(loop: WatchedLoop) -> None:
    for _ in range(3):
        assert loop.look(after=1.0, cpu=0.0) == ""
        loop.watch.before_io_wait(0.0)
        assert loop.look(after=0.0, cpu=0.0) == ""  # a signal on the way
        loop.watch.after_io_wait(0.0)
    assert loop.look(after=0.25, cpu=0.25) == ""


def test_the_watchs_timer_stands_still_while_the_loop_waits(loop: WatchedLoop) -> None:
    loop.watch.before_io_wait(10.0)
    assert loop.timer[-1] == 0
    assert loop.look(after=30.0, cpu=0.0) == ""
    loop.watch.after_io_wait(10.0)
    assert loop.timer[-1] == BLOCKED_AFTER
