"""Whatever a provider says, the hub either takes it, refuses it row by row, or ends that one conversation."""

from hypothesis import given, settings
from hypothesis import strategies as st

from igloo_hub.errors import ProtocolViolation
from igloo_hub.ids import InstanceId
from igloo_hub.session import ProviderConfig, Reported, Session
from igloo_hub.tree import DeviceTree, TreeLimits
from igloo_hub.tree_actor import Subscription
from igloo_wire import (
    ButtonEvent,
    ButtonEventKind,
    Command,
    Component,
    CreateDevice,
    DeviceStatus,
    Dimmer,
    Light,
    Log,
    LogLevel,
    Message,
    Pong,
    Ready,
    RegisterEntity,
    RemoveDevice,
    RemoveEntity,
    Switch,
    Temperature,
    Unknown,
    WriteOutcome,
    WriteResult,
)
from tests.hub.fakes import as_received, provider_hello, write

LIMITS = TreeLimits(devices=2, entities=2, components=3)
PUBLISHES = frozenset({Light, Switch, Dimmer, Temperature, Unknown, ButtonEvent})

index = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3])
key = st.sampled_from(["a", "b", "c"])
component: st.SearchStrategy[Component] = st.one_of(
    st.just(Light()),
    st.booleans().map(Switch),
    st.floats(0, 1).map(Dimmer),
    st.floats(-100, 100).map(Temperature),
    st.just(Command.PRESS),
    st.just(ButtonEvent(ButtonEventKind.SINGLE)),
    st.lists(st.sampled_from([Switch, Dimmer, Temperature]), max_size=3).map(Unknown),
)
components = st.lists(component, max_size=4, unique_by=type).map(tuple)
proper: st.SearchStrategy[Message] = st.one_of(
    st.builds(CreateDevice, st.just(0), key, st.just("")),
    st.builds(RegisterEntity, index, st.just(0), key, st.just(""), components),
    st.builds(lambda d, e, c: write(d, e, *c), index, index, components),
    st.builds(lambda d, e, c: write(d, e, *c), index, index, components),
    st.builds(RemoveDevice, index),
    st.builds(RemoveEntity, index, index),
    st.builds(DeviceStatus, index, st.booleans(), st.just("why")),
    st.builds(WriteResult, st.integers(0, 5), st.just(WriteOutcome.CONFIRMED), st.just("")),
    st.builds(Pong, index),
    st.builds(Log, st.just(LogLevel.INFO), st.text(max_size=5)),
)
rude: st.SearchStrategy[Message] = st.one_of(
    st.builds(CreateDevice, index, key, st.just("")),
    st.builds(RegisterEntity, index, index, key, st.just(""), components),
    st.just(Ready()),
    st.just(provider_hello()),
)
life = st.tuples(
    # Most lives begin as a real one does, or hardly a message would meet a device.
    st.tuples(
        st.lists(st.builds(CreateDevice, st.just(0), key, st.just("")), min_size=1, max_size=2),
        st.lists(
            st.builds(RegisterEntity, index, st.just(0), key, st.just(""), components), min_size=1, max_size=4
        ),
        st.lists(proper, max_size=15),
    ).map(lambda parts: [*parts[0], *parts[1], *parts[2]]),
    st.lists(rude, max_size=2),
)
lives = st.lists(life, min_size=1, max_size=3)


def in_order(messages: list[Message]) -> list[Message]:
    """The messages with the indexes that a provider must give: each device and entity the next number."""
    next_entity: list[int] = []
    ordered: list[Message] = []
    for message in messages:
        match message:
            case CreateDevice(key=key):
                ordered.append(CreateDevice(len(next_entity), key, ""))
                next_entity.append(0)
            case RegisterEntity(device=device, key=key, components=components):
                if device < len(next_entity):
                    ordered.append(RegisterEntity(device, next_entity[device], key, "", components))
                    next_entity[device] += 1
            case _:
                ordered.append(message)
    return ordered


def follow(view: dict[int, dict[tuple[str, type[Component]], Component]], subscription: Subscription) -> None:
    """What a subscriber makes of the changes, by the contract of `Changes`."""
    changes = subscription.take()
    for removed in changes.removed:
        view.pop(removed, None)
    for device in changes.devices:
        view[device.id] = {(e.key, type(c)): c for e in device.entities for c in e.components}
    for (device_id, entity), value in changes.values:
        view[device_id][entity, type(value)] = value


def held_by(tree: DeviceTree) -> dict[int, dict[tuple[str, type[Component]], Component]]:
    return {
        device.id: {(e.key, type(c)): c for e in device.entities for c in e.components}
        for device in tree.devices()
    }


@settings(max_examples=300, deadline=None)
@given(lives)
def test_nothing_but_a_violation_is_raised_and_a_subscriber_holds_what_the_tree_holds(
    lives: list[tuple[list[Message], list[Message]]],
) -> None:
    tree = DeviceTree(LIMITS)
    eager, lazy = Subscription(), Subscription()
    eager_view: dict[int, dict[tuple[str, type[Component]], Component]] = {}
    lazy_view: dict[int, dict[tuple[str, type[Component]], Component]] = {}
    for polite, rude in lives:
        attachment = tree.attach(InstanceId("demo"), PUBLISHES)
        session = Session(ProviderConfig(InstanceId("demo"), "/"), "1", messages_per_second=1)
        session.receive([provider_hello()])
        try:
            for said in [*in_order(polite), *rude]:
                for event in session.receive(as_received(said)):
                    if isinstance(event, Reported):
                        session.tell(tree.apply(attachment, event.messages, 1.0))
                    session.data_to_send()
                    changes = tree.take_changes()
                    eager.merge(changes)
                    lazy.merge(changes)
                    follow(eager_view, eager)
                    assert eager_view == held_by(tree)
            if len(polite) % 2:  # every other life is seen by the lazy one only after its end
                follow(lazy_view, lazy)
                assert lazy_view == held_by(tree)
        except ProtocolViolation:
            pass
        tree.detach(attachment, 2.0)
        eager.merge(changes := tree.take_changes())
        lazy.merge(changes)
    follow(eager_view, eager)
    follow(lazy_view, lazy)
    assert eager_view == lazy_view == held_by(tree)
    assert len(eager_view) <= LIMITS.devices
    assert all(device.stale_since == 2.0 for device in tree.devices())
