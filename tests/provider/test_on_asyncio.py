"""The SDK on asyncio, over real sockets, against a fake hub that speaks the real wire.

What is decided in conversation.py is tested there, on no event loop. Here is that the face does its part as the trio
face does, and what is asyncio's own: cancellation that can be swallowed, tasks that nobody awaits.
"""

import asyncio
import functools
import socket
import ssl
import threading
import time

import pytest

from igloo_provider import (
    EXIT_DO_NOT_RESTART,
    EXIT_FAILED,
    EXIT_HUB_FAULT,
    EXIT_OUT_OF_MEMORY,
    EXIT_REJECTED,
    ConnectError,
    DoNotRestart,
    Entity,
    NoBroker,
    NotGranted,
    ProviderMistake,
    Rejected,
)
from igloo_provider.on_asyncio import CLEAN_UP_TIMEOUT, Provider, run_provider
from igloo_provider.outbox import HARD_LIMIT, PIECE, SOFT_LIMIT
from igloo_provider.process import FLUSH_TIMEOUT, RECORDS_OF_THREADS
from igloo_wire import (
    PREAMBLE,
    CreateDevice,
    Custom,
    CustomResult,
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
from tests.provider.asyncio_side import (
    FakeBroker,
    client_tls,
    forever,
    on_broker_loop,
    running,
    server_tls,
    serving,
    start_echo,
)
from tests.provider.hub_side import Ear, write_request


def lamp_provider() -> Provider:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        lamp = await provider.device("lamp-1")
        await lamp.entity("bulb", Light(), Switch(False), Dimmer(1.0))
        probe = await lamp.entity("probe", Sensor(), Temperature(20.0))
        while True:
            await asyncio.sleep(0.05)
            await probe.set(Temperature(probe.get(Temperature).value + 0.5))

    return provider


def logs_of(ear: Ear) -> list[str]:
    return [m.text for m in ear.messages if isinstance(m, Log)]


def is_ready(ear: Ear) -> bool:
    return bool(ear.of(Ready))


# ── how it begins ──


@on_broker_loop
async def test_what_is_registered_before_the_first_wait_goes_before_ready() -> None:
    provider = lamp_provider()

    @provider.task
    async def another() -> None:
        await provider.device("lamp-2")
        await asyncio.sleep(0.02)
        await provider.device("lamp-3")
        await forever()

    async with running(provider) as hub:
        await hub.until(lambda ear: len(ear.of(CreateDevice)) == 3)
        names = hub.ear.names()
        before = hub.ear.messages[: names.index("Ready")]
        assert sorted(m.key for m in before if isinstance(m, CreateDevice)) == ["lamp-1", "lamp-2"]
        assert len([m for m in before if isinstance(m, RegisterEntity)]) == 2
        assert names[names.index("Ready") + 1 :] == ["CreateDevice"]


@on_broker_loop
async def test_what_tasks_of_a_task_register_before_their_first_wait_goes_before_ready() -> None:
    provider = Provider("demo")

    async def branch(key: str, depth: int) -> None:
        device = await provider.device(key)
        async with asyncio.TaskGroup() as group:
            if depth == 7:
                await device.entity("bulb", Light())
                await forever()
            for side in "ab" if depth % 3 == 0 else "a":
                # Some turns of the event loop without any registration lie between.
                for _ in range(depth):
                    await asyncio.sleep(0)
                group.create_task(branch(f"{key}{side}", depth + 1))

    provider.task(functools.partial(branch, "house", 1))
    async with running(provider) as hub:
        await hub.until(is_ready)
        names = hub.ear.names()
        assert (names[-1], names.count("Ready")) == ("Ready", 1)
        assert names.count("RegisterEntity") == 4


@on_broker_loop
async def test_a_task_that_never_waits_does_not_keep_the_provider_from_being_ready() -> None:
    provider = Provider("demo")

    @provider.task
    async def restless() -> None:
        while True:  # noqa: ASYNC110 - that it waits for nothing is the point
            await asyncio.sleep(0)

    async with running(provider) as hub:
        await hub.until(is_ready)


@on_broker_loop
async def test_a_provider_with_nothing_to_start_is_ready_too() -> None:
    async with running(Provider("demo")) as hub:
        await hub.until(is_ready)
        assert hub.ear.names() == ["Hello", "Ready"]


@on_broker_loop
async def test_a_large_house_is_all_there_before_ready() -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        for number in range(3000):
            device = await provider.device(
                f"device {number}", name="a device with a name of some length " * 3
            )
            await device.entity("bulb", Light(), Switch(False))
        await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        names = hub.ear.names()
        assert (names.count("CreateDevice"), names.count("RegisterEntity"), names[-1]) == (
            3000,
            3000,
            "Ready",
        )


@on_broker_loop
async def test_registration_waits_for_a_hub_that_reads_nothing_and_ready_waits_for_it() -> None:
    provider = Provider("demo")
    made: list[int] = []

    @provider.task
    async def house() -> None:
        for number in range(10_000):
            await provider.device(f"device {number}", name="n" * 200)
            made.append(number)
        await forever()

    async with running(provider, listen=False) as hub:
        before = -1
        while len(made) != before:
            before = len(made)
            await asyncio.sleep(0.1)
        in_the_socket = hub.socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        assert SOFT_LIMIT // 220 < len(made) < (SOFT_LIMIT + 2 * PIECE + 2 * in_the_socket) // 200 + 2
        listening = asyncio.create_task(hub.listen())
        await hub.until(is_ready)
        assert len(made) == 10_000
        assert hub.ear.names() == ["Hello", *["CreateDevice"] * 10_000, "Ready"]
        listening.cancel()


@on_broker_loop
async def test_an_authors_own_burst_waits_for_room_and_is_not_blamed_on_the_hub() -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        device = await provider.device("texts")
        async with asyncio.TaskGroup() as group:
            for number in range(HARD_LIMIT // 60_000 + 50):
                group.create_task(device.entity(f"text {number}", Text("x" * 60_000)))
        await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        names = hub.ear.names()
        assert names.count("RegisterEntity") == HARD_LIMIT // 60_000 + 50
        assert names[-1] == "Ready"


@on_broker_loop
async def test_a_provider_can_run_again_after_its_end() -> None:
    provider = lamp_provider()
    for _ in range(2):
        async with running(provider) as hub:
            await hub.until(is_ready)
            await hub.say(Stop(""))
            assert await hub.ended() == 0
    assert provider.log.handlers == []


def test_it_runs_on_the_loop_that_knows_the_broker_only() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ProviderMistake, match="runs on a BrokerEventLoop, not on a _Unix"):
        asyncio.run(run_provider(Provider("demo"), theirs))


# ── writes and custom commands ──


@on_broker_loop
async def test_a_poll_reaches_the_hub() -> None:
    async with running(lamp_provider()) as hub:
        await hub.until(lambda ear: len(ear.rows) == 2)
        assert hub.ear.rows == [(0, 1, Temperature(20.5)), (0, 1, Temperature(21.0))]


@on_broker_loop
async def test_a_write_is_carried_out_and_confirmed() -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await asyncio.sleep(0.01)
        if not wanted.value:
            raise Rejected("no such lamp")
        await bulb.set(wanted)

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(write_request(1, Switch(True)), write_request(2, Switch(False)))
        assert (await hub.result_of(1)).outcome == WriteOutcome.CONFIRMED
        assert (0, 0, Switch(True)) in hub.ear.rows
        assert await hub.result_of(2) == WriteResult(2, WriteOutcome.REFUSED, "no such lamp")


@on_broker_loop
async def test_writes_to_one_device_wait_for_each_other_and_other_devices_do_not() -> None:
    provider = Provider("demo")
    log: list[str] = []
    quick_ended = asyncio.Event()

    @provider.task
    async def house() -> None:
        for key in ("slow", "quick"):
            await (await provider.device(key)).entity("bulb", Light(), Dimmer(0.0))
        await forever()

    @provider.on_write(Dimmer)
    async def dim(bulb: Entity, wanted: Dimmer) -> None:
        log.append(f"{bulb.device.key} {wanted.value} begins")
        if bulb.device.key == "slow":
            await quick_ended.wait()
        else:
            quick_ended.set()
        await asyncio.sleep(0.01)
        log.append(f"{bulb.device.key} {wanted.value} ends")

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(
            write_request(1, Dimmer(0.1)),
            write_request(2, Dimmer(0.2)),
            write_request(3, Dimmer(0.3), device=1),
        )
        await hub.result_of(2)
    slow = [line for line in log if line.startswith("slow")]
    assert slow == ["slow 0.1 begins", "slow 0.1 ends", "slow 0.2 begins", "slow 0.2 ends"]


@on_broker_loop
async def test_a_handler_is_cancelled_at_the_writes_deadline_and_the_provider_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = lamp_provider()
    now = asyncio.get_running_loop().time
    cancelled: list[float] = []

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            cancelled.append(now())
            raise

    @provider.on_write(Dimmer)
    async def dim(bulb: Entity, wanted: Dimmer) -> None: ...

    async with running(provider) as hub:
        await hub.until(is_ready)
        began = now()
        await hub.say(
            write_request(1, Switch(True), deadline=began + 0.2),
            write_request(2, Dimmer(0.5), deadline=began + 0.1),
            write_request(3, Dimmer(0.5)),
        )
        assert (await hub.result_of(1)).reason == "the provider did not finish the write in time"
        assert 0.19 < cancelled[0] - began < 5
        assert (await hub.result_of(2)).outcome == WriteOutcome.REFUSED
        assert (await hub.result_of(3)).outcome == WriteOutcome.CONFIRMED
    assert "not finished in time: write of Switch" in caplog.text


@on_broker_loop
async def test_a_timeout_of_the_handlers_own_is_its_failure_and_not_the_deadline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        async with asyncio.timeout(0.01):
            await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(write_request(1, Switch(True)))
        assert (await hub.result_of(1)).reason == "the provider failed: TimeoutError: "


@on_broker_loop
async def test_a_handler_that_awaited_what_was_cancelled_has_failed_and_the_provider_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        answer = asyncio.get_running_loop().create_future()
        answer.cancel()
        await answer

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(write_request(1, Switch(True)), Ping(7))
        assert (
            await hub.result_of(1)
        ).reason == "the provider failed: RuntimeError: what it waited for was cancelled"
        assert hub.ear.of(Pong) == [Pong(7)]


@on_broker_loop
async def test_a_handler_that_fails_while_it_is_cancelled_does_not_take_the_provider_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = lamp_provider()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(forever())
            try:
                await forever()
            finally:
                raise KeyError("while cleaning up")

    async with running(provider) as hub:
        await hub.until(is_ready)
        deadline = asyncio.get_running_loop().time() + 0.05
        await hub.say(write_request(1, Switch(True), deadline=deadline))
        assert (await hub.result_of(1)).outcome == WriteOutcome.REFUSED
        await hub.say(Ping(2))
        await hub.until(lambda ear: ear.of(Pong))
    assert "while cleaning up" in caplog.text


@on_broker_loop
async def test_custom_commands_are_carried_out_and_answered() -> None:
    provider = lamp_provider()

    @provider.custom("add")
    async def add(first: int, second: int = 2) -> int:
        """Adds two numbers."""
        await asyncio.sleep(0.01)
        return first + second

    def results(ear: Ear) -> list[CustomResult]:
        return [m for m in ear.messages if isinstance(m, CustomResult)]

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(
            Custom(1, 0, "add", None, None, {"first": 40}),
            Custom(2, 0, "add", None, None, {"first": "forty"}),
        )
        await hub.until(lambda ear: len(results(ear)) == 2)
        by_number = {result.request: result for result in results(hub.ear)}
        assert (by_number[1].outcome, by_number[1].result) == (WriteOutcome.CONFIRMED, 42)
        assert by_number[2].outcome == WriteOutcome.REFUSED


# ── how it ends ──


@on_broker_loop
async def test_stop_cancels_the_tasks_sends_what_they_say_at_the_end_and_exits_with_0() -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        lamp = await provider.device("lamp-1")
        bulb = await lamp.entity("bulb", Light(), Switch(True))
        try:
            await forever()
        finally:
            await asyncio.sleep(0.01)  # a library says good-bye
            await bulb.set(Switch(False))

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(write_request(1, Switch(True)), write_request(2, Switch(True)), Ping(1))
        await hub.until(lambda ear: ear.of(Pong))
        await hub.say(Stop("the hub ends"), write_request(3, Switch(True)))
        assert await hub.ended() == 0
        assert hub.ear.values() == [Switch(False)]
        results = {m.request: m.reason for m in hub.ear.messages if isinstance(m, WriteResult)}
        assert results == {
            1: "the provider stopped",
            2: "the provider stopped",
            3: "the provider is stopping",
        }


@on_broker_loop
async def test_a_task_that_swallows_its_cancellation_is_cancelled_again() -> None:
    provider = Provider("demo")
    swallowed: list[float] = []

    @provider.task
    async def stubborn() -> None:
        while len(swallowed) < 1:
            try:
                await forever()
            except asyncio.CancelledError:
                swallowed.append(time.monotonic())
        await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        began = time.monotonic()
        await hub.say(Stop(""))
        assert await hub.ended() == 0
        assert CLEAN_UP_TIMEOUT <= time.monotonic() - began < CLEAN_UP_TIMEOUT + 1
    assert len(swallowed) == 1


@on_broker_loop
async def test_a_task_that_never_ends_is_left_behind_with_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    provider = Provider("demo")
    let_go = asyncio.Event()

    @provider.task
    async def house() -> None:
        await (await provider.device("lamp-1")).entity("bulb", Light(), Switch(True))
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await forever()

    async with running(provider) as hub:
        await hub.until(is_ready)
        await hub.say(write_request(1, Switch(True)))
        await hub.say(Stop(""))
        assert await hub.ended() == 0
        assert hub.ear.of(WriteResult) == [WriteResult(1, WriteOutcome.REFUSED, "the provider stopped")]
        let_go.set()
        await asyncio.sleep(0)
    assert (
        capfd.readouterr().err
        == "demo: the task house goes on although it was cancelled, and is left behind\n"
    )


@on_broker_loop
async def test_the_end_of_the_stream_ends_the_provider_with_0() -> None:
    async with running(lamp_provider()) as hub:
        await hub.until(is_ready)
        hub.socket.shutdown(socket.SHUT_WR)
        assert await hub.ended() == 0


@on_broker_loop
async def test_a_hub_that_stops_reading_does_not_keep_the_provider_from_ending() -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        for number in range(10_000):
            await provider.device(f"device {number}", name="n" * 200)

    async with running(provider, listen=False) as hub:
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await hub.say(Stop("the hub ends"))
        await asyncio.wait([hub.run])
        assert FLUSH_TIMEOUT <= time.monotonic() - began < FLUSH_TIMEOUT + 1
        assert hub.exit_code == 0


@on_broker_loop
async def test_cancelling_the_run_cancels_the_tasks_and_passes_through() -> None:
    provider = lamp_provider()
    ended: list[str] = []

    @provider.task
    async def another() -> None:
        try:
            await forever()
        finally:
            ended.append("another")

    async with running(provider) as hub:
        await hub.until(is_ready)
        hub.run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hub.run
    assert ended == ["another"]


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
        (KeyError(Mute()), EXIT_FAILED, "the task house failed: KeyError: "),
        (SystemExit(7), 7, "the task house left"),
        (SystemExit(), 0, "the task house left"),
        (SystemExit("cannot open the database"), EXIT_FAILED, "cannot open the database"),
        (
            asyncio.CancelledError(),
            EXIT_FAILED,
            "the task house failed: RuntimeError: what it waited for was cancelled",
        ),
    ],
)
@on_broker_loop
async def test_a_failing_task_ends_the_provider_with_a_code_that_says_why(
    failure: BaseException, code: int, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        await asyncio.sleep(0.01)
        raise failure

    async with running(provider) as hub:
        assert await hub.ended() == code
        logged = [m.text for m in hub.ear.messages if isinstance(m, Log) and m.level == LogLevel.ERROR]
    assert capfd.readouterr().err.startswith(f"demo: {sentence}")
    if code == EXIT_FAILED:
        assert "in house" in logged[0]


@pytest.mark.parametrize("awaited", [True, False])
@on_broker_loop
async def test_any_task_may_leave(awaited: bool, capfd: pytest.CaptureFixture[str]) -> None:
    provider = lamp_provider()
    children = []

    @provider.task
    async def house() -> None:
        async def leave() -> None:
            raise SystemExit(3)

        if awaited:
            async with asyncio.TaskGroup() as group:
                group.create_task(leave())
        else:
            children.append(asyncio.create_task(leave()))
            await forever()

    async with running(provider) as hub:
        assert await hub.ended() == 3
    assert capfd.readouterr().err == "demo: a task left\n"
    for child in children:
        assert isinstance(child.exception(), SystemExit)


@pytest.mark.parametrize(
    ("failure", "code"), [(MemoryError(), EXIT_OUT_OF_MEMORY), (DoNotRestart("closed"), EXIT_DO_NOT_RESTART)]
)
@on_broker_loop
async def test_a_callback_may_end_the_provider_as_a_task_may(failure: Exception, code: int) -> None:
    provider = lamp_provider()

    @provider.task
    async def house() -> None:
        def fail() -> None:
            raise failure

        asyncio.get_running_loop().call_soon(fail)
        await forever()

    async with running(provider) as hub:
        assert await hub.ended() == code


@on_broker_loop
async def test_what_fails_and_is_awaited_by_nobody_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    provider = lamp_provider()

    @provider.task
    async def house() -> None:
        def fail() -> None:
            raise KeyError("in a callback")

        asyncio.get_running_loop().call_soon(fail)
        await forever()

    async with running(provider) as hub:
        await hub.until(lambda ear: len(ear.rows) == 2)
    assert "KeyError: 'in a callback'" in caplog.text


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
@on_broker_loop
async def test_a_hub_that_cannot_be_worked_with_ends_the_provider(
    data: bytes, code: int, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(lamp_provider(), greet=False) as hub:
        await hub.send(data)
        assert await hub.ended() == code
    assert capfd.readouterr().err.startswith(sentence)


# ── the log ──


@on_broker_loop
async def test_log_records_reach_the_hub_from_any_thread() -> None:
    provider = Provider("demo")

    @provider.task
    async def house() -> None:
        provider.log.debug("not shown")
        provider.log.info("found %d lamps", 3)
        await asyncio.to_thread(provider.log.warning, "from a thread")
        await forever()

    async with running(provider) as hub:
        await hub.until(lambda ear: len(ear.of(Log)) == 2)
        assert hub.ear.of(Log) == [
            Log(LogLevel.INFO, "found 3 lamps"),
            Log(LogLevel.WARNING, "from a thread"),
        ]


@on_broker_loop
async def test_records_of_threads_are_dropped_and_counted_while_the_loop_is_busy() -> None:
    provider = Provider("demo")

    def flood() -> None:
        for number in range(5000):
            provider.log.info("record %d", number)

    @provider.task
    async def house() -> None:
        thread = threading.Thread(target=flood)
        thread.start()
        thread.join()  # blocks the loop, as a library might
        await forever()

    async with running(provider) as hub:
        await hub.until(lambda ear: len(ear.of(Log)) == RECORDS_OF_THREADS + 1)
        *texts, last = logs_of(hub.ear)
        assert texts == [f"record {number}" for number in range(RECORDS_OF_THREADS)]
        assert last == f"{5000 - RECORDS_OF_THREADS} log records were dropped: more came than could be sent"


@pytest.mark.parametrize("ends", [False, True])
@on_broker_loop
async def test_a_task_that_returns_while_others_run_is_named_unless_it_is_meant(ends: bool) -> None:
    provider = lamp_provider()

    @provider.task(ends=ends)
    async def poll_once() -> None:
        await asyncio.sleep(0.01)

    async with running(provider) as hub:
        await hub.until(lambda ear: len(ear.rows) == 2)
        texts = logs_of(hub.ear)
    assert texts == (
        []
        if ends
        else [
            "the task poll_once returned while others run; if that is meant, mark it @provider.task(ends=True)"
        ]
    )


# ── connections in the provider's own hand ──


def places(port: int) -> dict[str, tuple[str, int] | str]:
    return {
        "tcp broker.lan 8883": ("127.0.0.1", port),
        "tcp other.lan 8883": ("127.0.0.1", port),
        "udp broker.lan 8883": ("127.0.0.1", port),
    }


@on_broker_loop
async def test_connect_gives_a_reader_and_a_writer() -> None:
    provider = Provider("demo")
    heard: list[bytes] = []

    @provider.task
    async def talk() -> None:
        reader, writer = await provider.connect("broker.lan", 8883)
        writer.write(b"hello")
        heard.append(await reader.readexactly(5))
        writer.close()
        with pytest.raises(NotGranted, match=r"elsewhere\.lan:1"):
            await provider.connect("elsewhere.lan", 1)
        raise SystemExit(0)

    with serving(start_echo) as port, FakeBroker(places(port)) as broker:
        async with running(provider, broker=broker.theirs) as hub:
            assert await hub.ended() == 0
    assert heard == [b"hello"]


@on_broker_loop
async def test_connect_speaks_tls_and_says_in_a_sentence_what_is_wrong_with_a_certificate() -> None:
    provider = Provider("demo")
    failures: list[str] = []

    @provider.task
    async def talk() -> None:
        for host, name in [("broker.lan", None), ("other.lan", "broker.lan")]:
            reader, writer = await provider.connect(host, 8883, tls=client_tls(), server_hostname=name)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            writer.close()
            await writer.wait_closed()
        trusting: list[tuple[str, bool | ssl.SSLContext]] = [
            ("other.lan", client_tls()),
            ("broker.lan", True),
        ]
        for host, tls in trusting:
            with pytest.raises(ConnectError) as caught:
                await provider.connect(host, 8883, tls=tls)
            assert caught.value.code == "tls"
            failures.append(str(caught.value))
        raise SystemExit(0)

    with serving(functools.partial(start_echo, tls=server_tls())) as port, FakeBroker(places(port)) as broker:
        async with running(provider, broker=broker.theirs) as hub:
            assert await hub.ended() == 0
    assert "the certificate of the other side is for another host than other.lan" in failures[0]
    assert "signed by an authority that is not known here" in failures[1]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak TLS"), (b"", "closed the connection")],
)
@on_broker_loop
async def test_what_speaks_no_tls_is_said_so_and_leaves_nothing_open(answer: bytes, sentence: str) -> None:
    provider = Provider("demo")

    @provider.task
    async def talk() -> None:
        with pytest.raises(ConnectError, match=sentence):
            await provider.connect("plain.lan", 80, tls=True)
        raise SystemExit(0)

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(1 << 16)
            peer.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        with FakeBroker({"tcp plain.lan 80": server.getsockname()}) as broker:
            async with running(provider, broker=broker.theirs) as hub:
                assert await hub.ended() == 0
        thread.join()


@on_broker_loop
async def test_a_handshake_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("igloo_provider.on_asyncio.TLS_TIMEOUT", 0.05)
    provider = Provider("demo")

    @provider.task
    async def talk() -> None:
        with pytest.raises(ConnectError, match="TLS failed: no answer for"):
            await provider.connect("deaf.lan", 80, tls=True)
        raise SystemExit(0)

    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        FakeBroker({"tcp deaf.lan 80": server.getsockname()}) as broker,
    ):
        async with running(provider, broker=broker.theirs) as hub:
            assert await hub.ended() == 0


@on_broker_loop
async def test_connect_udp_sends_and_receives() -> None:
    provider = Provider("demo")
    heard: list[bytes] = []

    @provider.task
    async def talk() -> None:
        with await provider.connect_udp("broker.lan", 8883) as lamp:
            await lamp.send(b"on")
            heard.append(await lamp.recv(100))
        raise SystemExit(0)

    def answer() -> None:
        data, sender = other.recvfrom(100)
        other.sendto(data + b" done", sender)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=answer)
        thread.start()
        with FakeBroker(places(other.getsockname()[1])) as broker:
            async with running(provider, broker=broker.theirs) as hub:
                assert await hub.ended() == 0
        thread.join()
    assert heard == [b"on done"]


@on_broker_loop
async def test_connect_socket_gives_the_bare_socket() -> None:
    provider = Provider("demo")
    heard: list[bytes] = []

    @provider.task
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        with await provider.connect_socket("broker.lan", 8883) as sock:
            assert sock.gettimeout() == 0
            await loop.sock_sendall(sock, b"hello")
            heard.append(await loop.sock_recv(sock, 5))
        raise SystemExit(0)

    with serving(start_echo) as port, FakeBroker(places(port)) as broker:
        async with running(provider, broker=broker.theirs) as hub:
            assert await hub.ended() == 0
    assert heard == [b"hello"]


@on_broker_loop
async def test_without_a_broker_a_connection_says_so() -> None:
    provider = Provider("demo")

    @provider.task
    async def talk() -> None:
        with pytest.raises(NoBroker):
            await provider.connect("broker.lan", 8883)
        with pytest.raises(NoBroker):
            await asyncio.open_connection("broker.lan", 8883)
        raise SystemExit(0)

    async with running(provider) as hub:
        assert await hub.ended() == 0
    with pytest.raises(ProviderMistake, match="works only while the provider runs"):
        await provider.connect("broker.lan", 8883)
