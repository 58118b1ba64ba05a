"""A connection over memory streams and a virtual clock, against a fake provider that speaks the real wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest
import trio
from trio.testing import MockClock, memory_stream_pair

from igloo_hub.connection import READY_TIMEOUT, SEND_TIMEOUT, Connection
from igloo_hub.errors import ProtocolViolation, ProviderError, ProviderSilent, first_of
from igloo_hub.ids import DeviceIndex, EntityIndex, InstanceId
from igloo_hub.session import (
    MISSED_PINGS,
    PING_INTERVAL,
    BecameReady,
    Event,
    Outcome,
    ProviderConfig,
    RequestEnd,
    Session,
)
from igloo_hub.tree import DeviceTree
from igloo_hub.tree_actor import TreeHandle, run_tree_actor
from igloo_wire import (
    PREAMBLE,
    Configure,
    DeviceCreated,
    Dimmer,
    Hello,
    HelloReject,
    Ping,
    Pong,
    Ready,
    Refused,
    Role,
    Stop,
    Switch,
    WriteOutcome,
    WriteRequest,
    WriteResult,
    encode_all,
)
from tests.hub.fakes import FakeProvider, lamp, provider_hello, write

DEMO = InstanceId("demo")


@attrs.define
class House:
    """A hub with one connection, and the fake at its other end."""

    tree: TreeHandle
    provider: FakeProvider
    connection: Connection
    events: list[Event] = attrs.field(factory=list)
    ended: trio.Event = attrs.field(factory=trio.Event)
    cause: ProviderError | None = None

    async def be_ready(self) -> None:
        await self.provider.say_hello()
        await self.provider.hear_all([Hello, Configure])
        await self.provider.say(*lamp(0, "lamp", Switch(False), Dimmer(0.0)), Ready())
        await self.provider.hear_all([DeviceCreated])

    async def answer_pings(self) -> None:
        while True:
            (ping,) = await self.provider.hear_all([Ping])
            assert isinstance(ping, Ping)
            await self.provider.say(Pong(ping.nonce))

    def write_soon(self, nursery: trio.Nursery, timeout: float = 10.0) -> list[RequestEnd]:
        """Asks for a write in the background; its end will be in the list."""
        ends: list[RequestEnd] = []

        async def ask() -> None:
            ends.append(await self.connection.write(DeviceIndex(0), EntityIndex(0), (Switch(True),), timeout))

        nursery.start_soon(ask)
        return ends

    async def expect_end(self) -> str:
        """The cause with which the connection ends by itself; "" when it simply returned."""
        await self.ended.wait()
        return str(self.cause or "")


@asynccontextmanager
async def connected(*, messages_per_second: int = 1_000_000) -> AsyncIterator[House]:
    ours, theirs = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        tree = await nursery.start(run_tree_actor, DeviceTree())
        async with tree.open_attachment(DEMO, frozenset({Switch, Dimmer})) as attachment:
            session = Session(
                ProviderConfig(DEMO, "/data/demo"), "1", messages_per_second=messages_per_second
            )
            events: list[Event] = []
            connection = Connection(
                ours, session, attachment, tree, events.append, clock=lambda: 1.0, monotonic=lambda: 500.0
            )
            house = House(tree, FakeProvider(theirs), connection, events)

            async def run() -> None:
                try:
                    await connection.run()
                except* ProviderError as group:
                    cause = first_of(group)
                    assert isinstance(cause, ProviderError)
                    house.cause = cause
                await ours.aclose()
                house.ended.set()

            nursery.start_soon(run)
            yield house
            nursery.cancel_scope.cancel()


async def test_a_provider_says_hello_registers_and_is_ready(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        assert house.events[-1] == BecameReady()
        (device,) = await house.tree.ask(DeviceTree.devices)
        assert device.entities[0].components == (Switch(False), Dimmer(0.0))


async def test_every_value_reaches_the_tree_however_the_bytes_are_cut(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        for byte in encode_all([write(0, 0, Dimmer(0.25)), write(0, 0, Switch(True))]):
            await house.provider.stream.send_all(bytes([byte]))
        await trio.testing.wait_all_tasks_blocked()
        (device,) = await house.tree.ask(DeviceTree.devices)
        assert device.entities[0].components == (Switch(True), Dimmer(0.25))


async def test_the_end_of_the_stream_ends_the_connection_quietly(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        await house.provider.stream.aclose()
        assert await house.expect_end() == ""


async def test_a_provider_that_hangs_in_its_hello_is_given_up(autojump_clock: MockClock) -> None:
    async with connected() as house:
        assert await house.expect_end() == f"did not say hello within {READY_TIMEOUT:g} s"
        assert trio.current_time() == READY_TIMEOUT


async def test_a_provider_that_is_never_ready_is_given_up(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.provider.say_hello()
        assert await house.expect_end() == f"was not ready within {READY_TIMEOUT:g} s"


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\n\r\n", PREAMBLE + b"\xff\xff\xff\xff", PREAMBLE + b"\x01\0\0\0\x02"]
)
async def test_garbage_ends_the_connection_with_what_is_wrong(
    garbage: bytes, autojump_clock: MockClock
) -> None:
    async with connected() as house:
        await house.provider.stream.send_all(garbage)
        await house.expect_end()
        assert isinstance(house.cause, ProtocolViolation)
        assert trio.current_time() < 1


async def test_what_came_before_garbage_is_kept(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        await house.provider.stream.send_all(encode_all([write(0, 0, Switch(True))]) + b"\xff" * 16)
        assert "can't be decoded" in await house.expect_end()
        (device,) = await house.tree.ask(DeviceTree.devices)
        assert device.entities[0].get(Switch) == Switch(True)


async def test_a_rejected_hello_is_told_before_the_connection_is_closed(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.provider.stream.send_all(PREAMBLE + encode_all([provider_hello(role=Role.CLIENT)]))
        await house.provider.hear_all([Hello, HelloReject])
        assert "a provider was expected here" in await house.expect_end()


async def test_wrong_values_are_refused_and_told(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        await house.provider.say(write(0, 5, Switch(True)))
        (refused,) = await house.provider.hear_all([Refused])
        assert "there is no entity 5 of device 0" in repr(refused)


async def test_a_provider_that_answers_no_ping_is_given_up(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        assert "hangs" in await house.expect_end()
        assert trio.current_time() == pytest.approx(PING_INTERVAL * (MISSED_PINGS + 1))


async def test_a_provider_that_answers_its_pings_lives(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        for _ in range(100):
            (ping,) = await house.provider.hear_all([Ping])
            assert isinstance(ping, Ping)
            await house.provider.say(Pong(ping.nonce))
        assert not house.ended.is_set()
        assert trio.current_time() == pytest.approx(100 * PING_INTERVAL)


async def test_a_write_goes_out_and_its_answer_comes_back(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        async with trio.open_nursery() as nursery:
            ends = house.write_soon(nursery)
            (asked,) = await house.provider.hear_all([WriteRequest])
            assert asked == WriteRequest(1, 510_000, 0, 0, (Switch(True),))
            await house.provider.say(WriteResult(1, WriteOutcome.REFUSED, "no such lamp"))
        assert ends == [RequestEnd(Outcome.REFUSED, "no such lamp")]


async def test_a_write_that_nobody_answers_times_out_and_a_late_answer_is_nothing(
    autojump_clock: MockClock,
) -> None:
    async with connected() as house:
        await house.be_ready()
        async with trio.open_nursery() as nursery:
            ends = house.write_soon(nursery, timeout=3.0)
        assert ends == [RequestEnd(Outcome.TIMED_OUT)]
        assert trio.current_time() == pytest.approx(3.0)
        await house.provider.say(WriteResult(1, WriteOutcome.CONFIRMED, ""))
        await trio.testing.wait_all_tasks_blocked()
        assert not house.ended.is_set()


async def test_a_write_to_a_provider_that_dies_is_answered_at_once(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        async with trio.open_nursery() as nursery:
            ends = house.write_soon(nursery)
            await house.provider.hear_all([WriteRequest])
            await house.provider.stream.aclose()
        assert ends == [RequestEnd(Outcome.NOT_RUNNING)]
        assert trio.current_time() < 1
        async with trio.open_nursery() as nursery:
            ends = house.write_soon(nursery)
        assert ends == [RequestEnd(Outcome.NOT_RUNNING)], "and so is one that is asked later"
        assert trio.current_time() < 1


async def test_what_came_before_a_violation_reaches_the_tree(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        await house.provider.say(write(0, 0, Switch(True)), Ready())
        assert await house.expect_end() == "said Ready twice"
        (device,) = await house.tree.ask(DeviceTree.devices)
        assert device.entities[0].get(Switch) == Switch(True)


async def test_a_provider_that_talks_too_much_is_slow_and_does_not_hang(autojump_clock: MockClock) -> None:
    async with connected(messages_per_second=10) as house:
        await house.be_ready()
        await house.provider.say(*(write(0, 0, Dimmer(step / 2000)) for step in range(2000)))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(house.answer_pings)
            await trio.sleep(400)
            assert not house.ended.is_set()
            (device,) = await house.tree.ask(DeviceTree.devices)
            assert device.entities[0].get(Dimmer) == Dimmer(1999 / 2000)
            nursery.cancel_scope.cancel()


async def test_stop_is_told(autojump_clock: MockClock) -> None:
    async with connected() as house:
        await house.be_ready()
        house.connection.stop("the hub is stopping")
        assert await house.provider.hear_all([Stop]) == [Stop("the hub is stopping")]


async def test_a_flooding_provider_is_slowed_to_its_rate_and_loses_nothing(autojump_clock: MockClock) -> None:
    async with connected(messages_per_second=100) as house:
        await house.be_ready()
        for step in range(1, 2001):
            await house.provider.say(write(0, 0, Dimmer(step / 2000)))
        await trio.sleep(10.5)
        (device,) = await house.tree.ask(DeviceTree.devices)
        assert device.entities[0].get(Dimmer) == Dimmer(1.0)
        assert trio.current_time() >= 10


async def test_a_provider_that_never_reads_is_given_up(autojump_clock: MockClock) -> None:
    class Deaf:
        """Takes what is sent for ever, and has said hello."""

        said = False

        async def receive_some(self, max_bytes: int) -> bytes:
            if not self.said:
                self.said = True
                return PREAMBLE + encode_all([provider_hello(), *lamp(), Ready()])
            await trio.sleep_forever()
            raise AssertionError

        async def send_all(self, data: bytes) -> None:
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        tree = await nursery.start(run_tree_actor, DeviceTree())
        async with tree.open_attachment(DEMO, frozenset({Switch})) as attachment:
            session = Session(ProviderConfig(DEMO, "/data/demo"), "1", messages_per_second=100)
            connection = Connection(Deaf(), session, attachment, tree, lambda _: None)
            with pytest.raises(ExceptionGroup) as caught:
                await connection.run()
            cause = first_of(caught.value)
            assert isinstance(cause, ProviderSilent)
            assert str(cause) == f"has not read what it was told for {SEND_TIMEOUT:g} s"
        nursery.cancel_scope.cancel()
