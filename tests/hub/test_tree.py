"""The device tree: who may change what, what stays, and what subscribers are told."""

import pytest

from igloo_hub.ids import DeviceId, EntityAddress, InstanceId
from igloo_hub.tree import (
    REASON_LENGTH,
    REFUSALS_TOLD,
    Attachment,
    DeviceTree,
    EntitySnapshot,
    TreeLimits,
    why_not_writable,
)
from igloo_wire import (
    ButtonEvent,
    ButtonEventKind,
    Command,
    Component,
    CreateDevice,
    DeviceCreated,
    DeviceStatus,
    Dimmer,
    DoorLock,
    Humidity,
    Light,
    Message,
    RefusalCode,
    Refused,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Switch,
    Temperature,
    Text,
    TextOptions,
    TransitionDuration,
    Unknown,
    Writable,
)
from tests.hub.fakes import as_received, lamp, write

DEMO = InstanceId("demo")
OTHER = InstanceId("other")
PUBLISHES = frozenset(
    {Light, Switch, Dimmer, Temperature, Humidity, Text, TextOptions, Unknown, ButtonEvent, Command}
)


def apply(tree: DeviceTree, attachment: Attachment, *messages: Message, now: float = 1.0) -> list[Message]:
    return tree.apply(attachment, as_received(*messages), now)


def entity(tree: DeviceTree, device: int = 0, index: int = 0) -> EntitySnapshot:
    return tree.devices()[device].entities[index]


def refusals(answers: list[Message]) -> list[Refused]:
    return [answer for answer in answers if isinstance(answer, Refused)]


@pytest.fixture
def tree() -> DeviceTree:
    return DeviceTree(TreeLimits(devices=3, entities=2, components=3, entities_in_all=4, size=100))


@pytest.fixture
def demo(tree: DeviceTree) -> Attachment:
    return tree.attach(DEMO, PUBLISHES)


def test_a_device_gets_an_id_and_its_entity_holds_its_components(tree: DeviceTree, demo: Attachment) -> None:
    answers = apply(tree, demo, *lamp(0, "lamp", Light(), Switch(False)))
    assert answers == [DeviceCreated(0, 1, "")]
    assert entity(tree).components == (Light(), Switch(False))
    assert entity(tree).name == "bulb"


def test_the_last_value_of_a_component_wins(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "lamp", Dimmer(0.1)), write(0, 0, Dimmer(0.2)), write(0, 0, Dimmer(0.3)))
    assert entity(tree).get(Dimmer) == Dimmer(0.3)


def test_devices_of_a_dead_provider_stay_stale_and_live_again_with_the_same_id(
    tree: DeviceTree, demo: Attachment
) -> None:
    apply(tree, demo, *lamp(0, "lamp", Switch(True)))
    tree.detach(demo, now=50.0)
    (device,) = tree.devices()
    assert (device.stale_since, device.is_live, entity(tree).stale_since) == (50.0, False, 50.0)
    assert entity(tree).get(Switch) == Switch(True)

    again = tree.attach(DEMO, PUBLISHES)
    assert apply(tree, again, *lamp(0, "lamp", Switch(False))) == [DeviceCreated(0, device.id, "")]
    assert tree.devices()[0].is_live
    assert entity(tree).stale_since is None
    assert entity(tree).get(Switch) == Switch(False)


def test_an_entity_that_is_not_registered_again_stays_stale(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "lamp", Switch(True)))
    tree.detach(demo, now=50.0)
    apply(tree, tree.attach(DEMO, PUBLISHES), CreateDevice(0, "lamp", ""))
    assert tree.devices()[0].is_live
    assert entity(tree).stale_since == 50.0


def test_a_component_that_is_not_registered_again_is_gone(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "lamp", Switch(True), Dimmer(0.5)))
    tree.detach(demo, now=50.0)
    apply(tree, tree.attach(DEMO, PUBLISHES), *lamp(0, "lamp", Switch(True)))
    assert entity(tree).components == (Switch(True),)


def test_the_same_key_of_another_instance_is_another_device(tree: DeviceTree, demo: Attachment) -> None:
    other = tree.attach(OTHER, PUBLISHES)
    apply(tree, demo, *lamp(0, "lamp", Switch(True)))
    assert apply(tree, other, *lamp(0, "lamp", Switch(False))) == [DeviceCreated(0, 2, "")]
    assert [device.instance for device in tree.devices()] == [DEMO, OTHER]


def test_a_provider_cannot_reach_the_devices_of_another(tree: DeviceTree, demo: Attachment) -> None:
    other = tree.attach(OTHER, PUBLISHES)
    apply(tree, demo, *lamp(0, "lamp", Switch(True)))
    answers = apply(
        tree,
        other,
        write(0, 0, Switch(False)),
        RemoveEntity(0, 0),
        RemoveDevice(0),
        DeviceStatus(0, False, "gone"),
    )
    assert [refusal.code for refusal in refusals(answers)] == [
        RefusalCode.UNKNOWN_ENTITY,
        RefusalCode.UNKNOWN_ENTITY,
        RefusalCode.UNKNOWN_DEVICE,
        RefusalCode.UNKNOWN_DEVICE,
    ]
    assert entity(tree).get(Switch) == Switch(True)
    assert tree.devices()[0].is_live


def test_a_wrong_row_is_refused_and_the_rest_of_the_batch_is_applied(
    tree: DeviceTree, demo: Attachment
) -> None:
    apply(tree, demo, *lamp(0, "lamp", Dimmer(0.1)))
    answers = apply(tree, demo, write(0, 0, Dimmer(0.2)), write(0, 7, Dimmer(0.9)), write(0, 0, Dimmer(0.3)))
    (refusal,) = refusals(answers)
    assert (refusal.code, refusal.device, refusal.entity) == (RefusalCode.UNKNOWN_ENTITY, 0, 7)
    assert entity(tree).get(Dimmer) == Dimmer(0.3)


def test_a_component_that_the_manifest_does_not_publish_is_refused(tree: DeviceTree) -> None:
    narrow = tree.attach(DEMO, {Switch})
    answers = apply(tree, narrow, *lamp(0, "lamp", Switch(True), Dimmer(0.5)))
    (refusal,) = refusals(answers)
    assert refusal.code == RefusalCode.NOT_DECLARED
    assert refusal.component == Dimmer.schema.id
    assert "Dimmer" in refusal.reason
    assert entity(tree).components == (Switch(True),)


def test_commands_are_for_the_hub_to_write(tree: DeviceTree, demo: Attachment) -> None:
    answers = apply(tree, demo, *lamp(0, "lamp", Switch(True)), write(0, 0, Command.PRESS))
    assert [refusal.code for refusal in refusals(answers)] == [RefusalCode.WRONG_VALUE]


def test_unknown_takes_a_value_away_and_a_value_ends_unknown(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "probe", Temperature(20.0)), write(0, 0, Unknown([Temperature])))
    assert entity(tree).get(Temperature) is None
    assert entity(tree).get(Unknown) == Unknown([Temperature])
    apply(tree, demo, write(0, 0, Temperature(21.0)))
    assert entity(tree).get(Temperature) == Temperature(21.0)
    assert entity(tree).get(Unknown) == Unknown([])


def test_unknown_written_twice_takes_away_what_the_second_names(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "probe", Temperature(20.0), Humidity(50.0)))
    apply(tree, demo, write(0, 0, Unknown([Temperature])), write(0, 0, Unknown([Temperature, Humidity])))
    assert entity(tree).components == (Unknown([Temperature, Humidity]),)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([CreateDevice(i, f"lamp-{i}", "") for i in range(4)], "a provider may have 3 devices"),
        (
            [CreateDevice(0, "lamp", ""), *(RegisterEntity(0, i, f"e{i}", "", ()) for i in range(3))],
            "a device may have 2 entities",
        ),
        (
            lamp(0, "lamp", Light(), Switch(True), Dimmer(0.5), Temperature(1.0)),
            "an entity may have 3 components",
        ),
        (
            [*lamp(0, "lamp"), CreateDevice(1, "lamp", "")],
            "the device 'lamp' is there already",
        ),
        ([*lamp(0, "lamp"), RegisterEntity(0, 1, "bulb", "", ())], "the entity 'bulb' is there already"),
    ],
)
def test_limits_and_duplicates_are_refused_with_a_sentence(
    tree: DeviceTree, demo: Attachment, messages: list[Message], expected: str
) -> None:
    (refusal,) = refusals(apply(tree, demo, *messages))
    assert refusal.reason == expected


def test_unknown_is_taken_at_the_component_limit(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "probe", Temperature(20.0), Switch(True), Unknown([])))
    assert refusals(apply(tree, demo, write(0, 0, Unknown([Temperature])))) == []
    assert entity(tree).components == (Switch(True), Unknown([Temperature]))


def test_all_entities_of_a_provider_together_are_limited(tree: DeviceTree, demo: Attachment) -> None:
    def house(device: int) -> list[Message]:
        return [
            CreateDevice(device, f"d{device}", ""),
            *(RegisterEntity(device, index, f"e{index}", "", ()) for index in range(2)),
        ]

    assert refusals(apply(tree, demo, *house(0), *house(1))) == []
    assert [r.reason for r in refusals(apply(tree, demo, *house(2)))] == [
        "a provider may have 4 entities"
    ] * 2
    apply(tree, demo, RemoveEntity(0, 0), RemoveDevice(1))
    assert refusals(apply(tree, demo, RegisterEntity(2, 2, "e2", "", ()))) == []


def test_all_texts_and_lists_of_a_provider_together_are_limited_and_what_goes_is_free_again(
    tree: DeviceTree, demo: Attachment
) -> None:
    def fits(*messages: Message) -> bool:
        return not refusals(apply(tree, demo, *messages))

    assert fits(*lamp(0, "a", Text("x" * 90)))
    assert not fits(*lamp(1, "b", TextOptions(["12345678"])))
    assert not fits(write(0, 0, Text("x" * 101)))
    assert not fits(write(0, 0, Text("é" * 26))), "wide characters take four bytes"
    assert entity(tree).get(Text) == Text("x" * 90), "what is refused changes nothing"
    assert fits(write(0, 0, Text("x" * 50)), write(1, 0, TextOptions(["12345678"])))
    assert not fits(write(0, 0, Text("x" * 90)))
    assert not fits(write(1, 0, Unknown([Switch, Dimmer])))
    assert fits(RemoveDevice(1), write(0, 0, Text("x" * 100)))
    assert fits(write(0, 0, Unknown([Text])), *lamp(2, "c", Text("x" * 60)))
    tree.detach(demo, 1.0)
    again = tree.attach(DEMO, PUBLISHES)
    assert not refusals(apply(tree, again, *lamp(0, "c", Text("y" * 60)))), (
        "a registration replaces the former one"
    )


def test_stale_devices_count_towards_the_limit(tree: DeviceTree, demo: Attachment) -> None:
    for generation in range(3):
        attachment = tree.attach(DEMO, PUBLISHES)
        apply(tree, attachment, *lamp(0, f"generation-{generation}"))
        tree.detach(attachment, 1.0)
    assert refusals(apply(tree, tree.attach(DEMO, PUBLISHES), *lamp(0, "one-too-many")))
    assert len(tree.devices()) == 3


def test_a_removed_device_is_gone_and_its_place_is_free(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "lamp", Switch(True)))
    assert refusals(apply(tree, demo, RemoveDevice(0))) == []
    assert tree.devices() == []
    assert apply(tree, demo, *lamp(1, "lamp")) == [DeviceCreated(1, 2, "")], "an id is never used again"
    assert refusals(apply(tree, demo, write(0, 0, Switch(True))))


def test_a_removed_entity_is_gone(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(0, "lamp", Switch(True)), RemoveEntity(0, 0))
    assert tree.devices()[0].entities == ()
    assert refusals(apply(tree, demo, write(0, 0, Switch(True))))


def test_a_device_says_why_it_is_offline(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(), DeviceStatus(0, False, "no answer for 60 s"))
    (device,) = tree.devices()
    assert (device.online, device.reason, device.is_live) == (False, "no answer for 60 s", False)
    apply(tree, demo, DeviceStatus(0, True, ""))
    assert tree.devices()[0].is_live


def test_a_reason_is_cut(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp(), DeviceStatus(0, False, "x" * 10_000))
    assert tree.devices()[0].reason == "x" * REASON_LENGTH


def test_only_the_latest_value_is_among_the_changes_and_an_equal_one_is_none(
    tree: DeviceTree, demo: Attachment
) -> None:
    apply(tree, demo, *lamp(0, "lamp", Dimmer(0.1)))
    tree.take_changes()
    apply(tree, demo, write(0, 0, Dimmer(0.2)), write(0, 0, Dimmer(0.3)))
    assert list(tree.take_changes().values.values()) == [Dimmer(0.3)]
    apply(tree, demo, write(0, 0, Dimmer(0.3)))
    assert not tree.take_changes()


def test_events_are_all_told_and_not_stored(tree: DeviceTree, demo: Attachment) -> None:
    press: Component = ButtonEvent(ButtonEventKind.SINGLE)
    apply(tree, demo, *lamp(0, "remote"), write(0, 0, press), write(0, 0, press))
    assert [event for _, event in tree.take_changes().events] == [press, press]
    assert entity(tree).components == ()


def test_refusals_are_bounded(tree: DeviceTree, demo: Attachment) -> None:
    answers = apply(tree, demo, *(write(9, 9, Switch(True)) for _ in range(1000)))
    assert len(answers) == REFUSALS_TOLD + 1
    assert refusals(answers)[-1].reason == f"{1000 - REFUSALS_TOLD} more refusals are not told one by one"


def test_detaching_twice_changes_nothing(tree: DeviceTree, demo: Attachment) -> None:
    apply(tree, demo, *lamp())
    tree.detach(demo, now=50.0)
    tree.detach(demo, now=60.0)
    assert tree.devices()[0].stale_since == 50.0


@pytest.mark.parametrize(
    ("held", "wanted", "reason"),
    [
        ((), Switch(True), None),
        ((), Temperature(20.0), "Temperature can't be written"),
        ((), DoorLock.LOCKED, None),
        ((), DoorLock.JAMMED, "DoorLock can't be set to JAMMED"),
        ((), DoorLock(87), "DoorLock can't be set to unknown:87"),
        ((Writable([Dimmer]),), Switch(True), "bulb does not let Switch be written"),
        ((Writable([Dimmer]),), Dimmer(0.5), None),
        ((Writable([Dimmer]),), TransitionDuration(2.0), None),
    ],
)
def test_what_may_be_written_is_said_by_the_schema_and_by_the_entity(
    held: tuple[Component, ...], wanted: Component, reason: str | None, tree: DeviceTree
) -> None:
    demo = tree.attach(DEMO, {Writable})
    apply(tree, demo, *lamp(0, "lamp", *held))
    found = demo.find(EntityAddress(DeviceId(1), "bulb"))
    assert found is not None
    assert why_not_writable(found[2], wanted) == reason
