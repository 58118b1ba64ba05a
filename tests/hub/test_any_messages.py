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

index = st.integers(0, 3)
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
message: st.SearchStrategy[Message] = st.one_of(
    st.builds(CreateDevice, index, key, st.just("")),
    st.builds(RegisterEntity, index, index, key, st.just(""), components),
    st.builds(lambda d, e, c: write(d, e, *c), index, index, components),
    st.builds(RemoveDevice, index),
    st.builds(RemoveEntity, index, index),
    st.builds(DeviceStatus, index, st.booleans(), st.just("why")),
    st.builds(WriteResult, st.integers(0, 5), st.just(WriteOutcome.CONFIRMED), st.just("")),
    st.builds(Pong, index),
    st.builds(Log, st.just(LogLevel.INFO), st.text(max_size=5)),
    st.just(Ready()),
    st.just(provider_hello()),
)
lives = st.lists(st.lists(message, max_size=12), min_size=1, max_size=3)


def follow(view: dict[int, dict[tuple[str, type[Component]], Component]], subscription: Subscription) -> None:
    """What a subscriber makes of the changes, by the contract of `Changes`."""
    changes = subscription.take()
    for removed in changes.removed:
        view.pop(removed, None)
    for device in changes.devices:
        view[device.id] = {(e.key, type(c)): c for e in device.entities for c in e.components}
    for (device_id, entity), value in changes.values:
        view[device_id][entity, type(value)] = value


@settings(max_examples=300, deadline=None)
@given(lives)
def test_nothing_but_a_violation_is_raised_and_a_subscriber_holds_what_the_tree_holds(
    lives: list[list[Message]],
) -> None:
    tree = DeviceTree(LIMITS)
    eager, lazy = Subscription(tree.nodes()), Subscription(tree.nodes())
    eager_view: dict[int, dict[tuple[str, type[Component]], Component]] = {}
    lazy_view: dict[int, dict[tuple[str, type[Component]], Component]] = {}
    for life in lives:
        attachment = tree.attach(InstanceId("demo"), PUBLISHES)
        session = Session(ProviderConfig(InstanceId("demo"), "/"), "1", messages_per_second=1)
        session.receive([provider_hello()])
        try:
            for said in life:
                for event in session.receive(as_received(said)):
                    if isinstance(event, Reported):
                        session.tell(tree.apply(attachment, event.messages, 1.0))
                    session.data_to_send()
                    changes = tree.take_changes()
                    eager.merge(changes)
                    lazy.merge(changes)
                    follow(eager_view, eager)
        except ProtocolViolation:
            pass
        tree.detach(attachment, 2.0)
        eager.merge(changes := tree.take_changes())
        lazy.merge(changes)
    follow(eager_view, eager)
    follow(lazy_view, lazy)
    held = {
        device.id: {(e.key, type(c)): c for e in device.entities for c in e.components}
        for device in tree.devices()
    }
    assert eager_view == held
    assert lazy_view == held
    assert len(held) <= LIMITS.devices
    assert all(device.stale_since == 2.0 for device in tree.devices())
