"""The actor and its subscribers, under the virtual clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from igloo_hub.ids import DeviceId, EntityAddress, InstanceId
from igloo_hub.tree import Attachment, DeviceTree
from igloo_hub.tree_actor import EVENTS_KEPT, Batch, Changes, TreeHandle, ValueChange, run_tree_actor
from igloo_wire import ButtonEvent, ButtonEventKind, Dimmer, Message, RemoveDevice, Switch
from tests.hub.fakes import as_received, lamp, write

DEMO = InstanceId("demo")
PUBLISHES = frozenset({Switch, Dimmer, ButtonEvent})
BULB = EntityAddress(DeviceId(1), "bulb")


@asynccontextmanager
async def running_tree() -> AsyncIterator[TreeHandle]:
    async with trio.open_nursery() as nursery:
        yield await nursery.start(run_tree_actor, DeviceTree())
        nursery.cancel_scope.cancel()


async def post(tree: TreeHandle, attachment: Attachment, *messages: Message) -> list[Message]:
    answers: list[Message] = []
    await tree.post(Batch(attachment, as_received(*messages), 1.0, answers.extend))
    await trio.testing.wait_all_tasks_blocked()
    return answers


async def test_a_subscription_begins_with_the_whole_tree() -> None:
    async with running_tree() as tree, tree.open_attachment(DEMO, PUBLISHES) as demo:
        await post(tree, demo, *lamp(0, "lamp", Switch(True)))
        async with tree.open_subscription() as subscription:
            (device,) = (await subscription.wait()).devices
            assert device.key == "lamp"
            assert device.entities[0].components == (Switch(True),)


async def test_answers_come_back_to_whom_they_concern() -> None:
    async with running_tree() as tree, tree.open_attachment(DEMO, PUBLISHES) as demo:
        (created,) = await post(tree, demo, *lamp())
        assert repr(created).startswith("DeviceCreated")


async def test_a_slow_subscriber_finds_the_latest_values_and_each_once() -> None:
    async with running_tree() as tree, tree.open_attachment(DEMO, PUBLISHES) as demo:
        await post(tree, demo, *lamp(0, "lamp", Switch(True), Dimmer(0.0)))
        async with tree.open_subscription() as subscription:
            await subscription.wait()
            for step in range(1, 1001):
                await tree.post(
                    Batch(demo, as_received(write(0, 0, Dimmer(step / 1000))), 1.0, lambda _: None)
                )
            await post(tree, demo, write(0, 0, Switch(False)))
            changes = await subscription.wait()
            assert sorted(changes.values, key=repr) == [
                ValueChange(BULB, Dimmer(1.0)),
                ValueChange(BULB, Switch(False)),
            ]
            assert not subscription.take().values


async def test_events_are_kept_apart_until_too_many_wait() -> None:
    single = ButtonEvent(ButtonEventKind.SINGLE)
    async with running_tree() as tree, tree.open_attachment(DEMO, PUBLISHES) as demo:
        await post(tree, demo, *lamp())
        async with tree.open_subscription() as subscription:
            await subscription.wait()
            await post(tree, demo, write(0, 0, single), write(0, 0, single))
            assert (await subscription.wait()).events == [ValueChange(BULB, single)] * 2
            await post(tree, demo, *(write(0, 0, single) for _ in range(EVENTS_KEPT + 5)))
            changes = await subscription.wait()
            assert (len(changes.events), changes.events_lost) == (EVENTS_KEPT, 5)


async def test_a_device_that_went_is_reported_to_those_who_knew_it_and_keeps_nothing() -> None:
    async with (
        running_tree() as tree,
        tree.open_attachment(DEMO, PUBLISHES) as demo,
        tree.open_subscription() as subscription,
    ):
        await subscription.wait()
        await post(tree, demo, *lamp(0, "lamp", Switch(True)), RemoveDevice(0))
        changes = await subscription.wait()
        assert changes == Changes((), (), [], [], 0), "it came and went unseen"
        await post(tree, demo, *lamp(1, "lamp", Switch(True)))
        await subscription.wait()
        await post(tree, demo, write(1, 0, Switch(False)), RemoveDevice(1))
        changes = await subscription.wait()
        assert changes == Changes((DeviceId(2),), (), [], [], 0)


async def test_a_subscription_whose_opening_was_cancelled_is_not_kept() -> None:
    async with running_tree() as tree:
        with trio.CancelScope() as scope:
            scope.cancel()
            async with tree.open_subscription():
                raise AssertionError
        await trio.testing.wait_all_tasks_blocked()
        assert not tree._subscriptions


async def test_the_end_of_an_attachment_makes_its_devices_stale_even_when_cancelled() -> None:
    async with running_tree() as tree, tree.open_subscription() as subscription:
        with trio.CancelScope() as scope:
            async with tree.open_attachment(DEMO, PUBLISHES, clock=lambda: 77.0) as demo:
                await post(tree, demo, *lamp())
                scope.cancel()
                await trio.sleep_forever()
        await trio.testing.wait_all_tasks_blocked()
        (device,) = subscription.take().devices
        assert device.stale_since == 77.0


async def test_subscribers_don_t_see_each_other_s_reading() -> None:
    async with running_tree() as tree, tree.open_attachment(DEMO, PUBLISHES) as demo:
        await post(tree, demo, *lamp(0, "lamp", Switch(True)))
        async with tree.open_subscription() as first, tree.open_subscription() as second:
            await first.wait()
            await post(tree, demo, write(0, 0, Switch(False)))
            assert (await first.wait()).values == [ValueChange(BULB, Switch(False))]
            (device,) = (await second.wait()).devices
            assert device.entities[0].components == (Switch(False),)


async def test_a_question_that_raises_ends_the_hub_and_is_not_swallowed() -> None:
    def broken(_tree: DeviceTree) -> None:
        raise KeyError("a defect")

    with pytest.raises(ExceptionGroup) as caught:
        async with running_tree() as tree:
            await tree.ask(broken)
    assert caught.group_contains(KeyError, match="a defect")
