"""Custom commands: registered with a provider, a device or an entity, asked for, and answered exactly once."""

import pytest

from igloo_hub.errors import RequestRefused
from igloo_hub.ids import InstanceId, RequestId
from igloo_hub.session import (
    KNOWS_CUSTOM,
    Answered,
    Outcome,
    ProviderConfig,
    Reported,
    RequestEnd,
    Session,
)
from igloo_hub.tree import Attachment, CustomCommand, DeviceTree, TreeLimits, why_not_callable
from igloo_wire import (
    MAX_TEXT,
    PREAMBLE,
    Custom,
    CustomParameter,
    CustomResult,
    Decoder,
    DeviceCreated,
    Direction,
    Message,
    Ready,
    RefusalCode,
    Refused,
    RegisterCustom,
    RemoveDevice,
    RemoveEntity,
    Switch,
    Unsupported,
    ValueKind,
    WriteOutcome,
)
from tests.hub.fakes import as_received, lamp, provider_hello

DEMO = InstanceId("demo")
SPEED = CustomParameter("speed", ValueKind.INTEGER, True, "steps a second")
WHERE = CustomParameter("where", ValueKind.TEXT, False, "")


def ready_session(highest_message: int | None = None) -> Session:
    session = Session(ProviderConfig(DEMO, "/data/demo"), "1", messages_per_second=100)
    hello = provider_hello()
    if highest_message is not None:
        hello = provider_hello(highest_message=highest_message)
    session.receive([hello, Ready()])
    session.data_to_send()
    return session


def outgoing(session: Session) -> list[Message]:
    """What it wants sent, with the preamble that it has sent before."""
    return Decoder(Direction.HUB_TO_PROVIDER).feed(PREAMBLE + session.data_to_send())


# ── the session ──


def test_a_command_is_asked_for_and_answered_once() -> None:
    session = ready_session()
    request = session.custom("dance", None, None, {"speed": 3}, deadline=12.5)
    assert outgoing(session) == [Custom(request, 12_500, "dance", None, None, {"speed": 3})]
    result = CustomResult(request, WriteOutcome.CONFIRMED, "", {"steps": [1, 2]})
    assert session.receive([result]) == [
        Answered(request, RequestEnd(Outcome.CONFIRMED, "", {"steps": [1, 2]}))
    ]
    assert session.receive([result]) == []
    assert session.counted["answers to no request"] == 1


def test_writes_and_commands_are_numbered_together() -> None:
    session = ready_session()
    first = session.custom("dance", None, None, {}, deadline=1)
    second = session.custom("dance", None, None, {}, deadline=1)
    assert (first, second) == (RequestId(1), RequestId(2))


def test_an_old_sdk_is_not_sent_what_it_does_not_know() -> None:
    session = ready_session(KNOWS_CUSTOM - 1)
    with pytest.raises(RequestRefused, match="too old for custom commands"):
        session.custom("dance", None, None, {}, deadline=1)
    session.skip([77])
    assert outgoing(session) == []


@pytest.mark.parametrize("parameters", [{"x": object()}, {"x": 1 << 70}, {"x": "y" * 2_000_000}, {1: 2}])
def test_what_can_t_be_sent_is_refused(parameters: dict[str, object]) -> None:
    session = ready_session()
    with pytest.raises(RequestRefused, match="the request"):
        session.custom("dance", None, None, parameters, deadline=1)
    assert outgoing(session) == []


def test_a_newer_provider_is_told_once_what_is_unknown_here() -> None:
    session = ready_session()
    session.skip((70, 71))
    session.skip((70, 71, 72))
    assert outgoing(session) == [Unsupported(70), Unsupported(71), Unsupported(72)]


def test_a_registration_is_for_the_tree() -> None:
    session = ready_session()
    message = RegisterCustom("dance", None, None, "", [SPEED])
    assert session.receive([message]) == [Reported([message])]


# ── the tree ──


def house(limits: TreeLimits | None = None) -> tuple[DeviceTree, Attachment]:
    tree = DeviceTree(limits)
    attachment = tree.attach(DEMO, [Switch])
    tree.apply(attachment, as_received(*lamp(0, "lamp", Switch(False))), 1.0)
    return tree, attachment


def register(
    tree: DeviceTree,
    attachment: Attachment,
    name: str = "dance",
    device: int | None = None,
    entity: int | None = None,
    description: str = "",
) -> list[Message]:
    message = RegisterCustom(name, device, entity, description, [SPEED, WHERE])
    return tree.apply(attachment, as_received(message), 1.0)


def test_a_command_belongs_to_a_provider_a_device_or_an_entity() -> None:
    tree, attachment = house()
    assert register(tree, attachment, "restart") == []
    assert register(tree, attachment, "rename", 0) == []
    assert register(tree, attachment, "dance", 0, 0) == []
    assert list(attachment.customs) == ["restart"]
    (device,) = tree.devices()
    assert device.customs == (CustomCommand("rename", "", (SPEED, WHERE)),)
    assert device.entities[0].customs == (CustomCommand("dance", "", (SPEED, WHERE)),)


def test_the_same_name_again_takes_the_place_of_the_first() -> None:
    tree, attachment = house(TreeLimits(customs=1))
    register(tree, attachment, description="badly")
    assert register(tree, attachment, description="well") == []
    assert attachment.customs["dance"].description == "well"


@pytest.mark.parametrize(
    ("device", "entity", "code"),
    [
        (1, None, RefusalCode.UNKNOWN_DEVICE),
        (1, 0, RefusalCode.UNKNOWN_DEVICE),
        (0, 1, RefusalCode.UNKNOWN_ENTITY),
    ],
)
def test_a_command_of_what_is_not_there_is_refused(
    device: int, entity: int | None, code: RefusalCode
) -> None:
    tree, attachment = house()
    (answer,) = register(tree, attachment, "dance", device, entity)
    assert isinstance(answer, Refused)
    assert (answer.message, answer.code) == (13, code)


def test_commands_are_bounded_in_number_and_size() -> None:
    tree, attachment = house(TreeLimits(customs=2, size=MAX_TEXT + 3000))
    assert register(tree, attachment, "a", description="x" * MAX_TEXT) == []
    (answer,) = register(tree, attachment, "b", description="x" * 3000)
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.LIMIT
    assert register(tree, attachment, "b") == []
    (answer,) = register(tree, attachment, "c")
    assert isinstance(answer, Refused)
    assert answer.reason == "a provider may have 2 custom commands"


@pytest.mark.parametrize("removal", [RemoveEntity(0, 0), RemoveDevice(0)])
def test_a_removal_takes_the_commands_with_it_and_makes_room(removal: Message) -> None:
    tree, attachment = house(TreeLimits(customs=1))
    assert register(tree, attachment, "dance", 0, 0) == []
    tree.apply(attachment, [removal], 2.0)
    assert register(tree, attachment, "restart") == []


def test_a_new_connection_begins_without_commands() -> None:
    tree, attachment = house(TreeLimits(customs=3))
    for name, device, entity in (("a", None, None), ("b", 0, None), ("c", 0, 0)):
        assert register(tree, attachment, name, device, entity) == []
    tree.detach(attachment, 2.0)
    again = tree.attach(DEMO, [Switch])
    (created,) = tree.apply(again, as_received(*lamp(0, "lamp", Switch(False))), 3.0)
    assert isinstance(created, DeviceCreated)
    (lamp_,) = tree.devices()
    assert lamp_.customs == lamp_.entities[0].customs == ()
    for name, device, entity in (("a", None, None), ("b", 0, None), ("c", 0, 0)):
        assert register(tree, again, name, device, entity) == []


# ── what may be asked ──


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"speed": 1}, None),
        ({"speed": 1, "where": "here"}, None),
        ({}, "dance needs speed"),
        ({"speed": 1, "wher": "here"}, "dance has no parameter wher"),
        ({"speed": "fast"}, "dance: speed must be of kind integer"),
        ({"speed": True}, "dance: speed must be of kind integer"),
        ({"speed": 1, "where": 2}, "dance: where must be of kind text"),
    ],
)
def test_parameters_are_held_against_what_was_registered(
    parameters: dict[str, object], sentence: str | None
) -> None:
    assert why_not_callable(CustomCommand("dance", "", (SPEED, WHERE)), parameters) == sentence


def test_a_kind_of_the_future_takes_anything() -> None:
    command = CustomCommand("dance", "", (CustomParameter("x", ValueKind(99), True, ""),))
    assert why_not_callable(command, {"x": [1]}) is None
