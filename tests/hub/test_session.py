"""One provider's conversation, message by message: no stream, no clock."""

import math

import pytest

from igloo_hub.errors import ConfigError, ProtocolViolation, RequestRefused
from igloo_hub.ids import DeviceIndex, EntityIndex, InstanceId, RequestId
from igloo_hub.session import (
    BYTES_PER_MESSAGE,
    DEVICES_INTRODUCED,
    MISSED_PINGS,
    REQUESTS_OPEN,
    THROTTLE_BURST,
    Answered,
    BecameReady,
    Greeted,
    HealthChanged,
    Logged,
    Outcome,
    ProviderConfig,
    Rejected,
    Reported,
    RequestEnd,
    Session,
    State,
)
from igloo_wire import (
    PREAMBLE,
    SCHEMA_HASH,
    Component,
    Configure,
    CreateDevice,
    Decoder,
    Dimmer,
    Direction,
    Health,
    Hello,
    HelloReject,
    Log,
    LogLevel,
    Message,
    Ping,
    Pong,
    ProviderStatus,
    Ready,
    RegisterEntity,
    RejectCode,
    RemoveDevice,
    Role,
    Stop,
    Switch,
    Text,
    WriteOutcome,
    WriteRequest,
    WriteResult,
)
from tests.hub.fakes import as_received, lamp, provider_hello, write

CONFIG = ProviderConfig(InstanceId("demo"), "/data/demo", {"interval": 5.0}, {"password": "hunter2"})


def new_session(*, messages_per_second: int = 100) -> Session:
    return Session(CONFIG, "1.2.3", messages_per_second=messages_per_second)


def sent(session: Session) -> list[Message]:
    """What the session wants sent, decoded. The decoder's preamble is given when the session doesn't send one."""
    data = session.data_to_send()
    return Decoder(Direction.HUB_TO_PROVIDER).feed(data if data.startswith(PREAMBLE) else PREAMBLE + data)


def greeted_session(**kwargs: int) -> Session:
    session = new_session(**kwargs)
    session.receive([provider_hello()])
    session.data_to_send()
    return session


def ready_session(**kwargs: int) -> Session:
    session = greeted_session(**kwargs)
    session.receive([Ready()])
    return session


def ask(session: Session, deadline: float = 1.0) -> RequestId:
    return session.write(DeviceIndex(3), EntityIndex(1), (Switch(True),), deadline)


def test_the_hub_says_hello_without_waiting_and_configures_after_the_other_hello() -> None:
    session = new_session()
    assert session.data_to_send().startswith(PREAMBLE)
    hello = provider_hello()
    assert session.receive([hello]) == [Greeted(hello)]
    assert sent(session) == [Configure("demo", "/data/demo", {"interval": 5.0}, {"password": "hunter2"})]
    assert session.data_to_send() == b""


def test_the_hub_s_hello_says_who_it_is() -> None:
    (hello,) = sent(new_session())
    assert isinstance(hello, Hello)
    assert (hello.role, hello.program, hello.program_version) == (Role.HUB, "igloo-hub", "1.2.3")


def test_secrets_are_not_in_the_repr() -> None:
    assert "hunter2" not in repr(CONFIG)


def test_reports_of_one_read_stay_together_and_in_order() -> None:
    session = greeted_session()
    registration = as_received(*lamp())
    writes = as_received(write(0, 0, Switch(True)), write(0, 0, Switch(False)))
    events = session.receive([*registration, Ready(), *writes])
    assert events == [Reported(registration), BecameReady(), Reported(writes)]
    assert session.state is State.READY


def test_what_is_not_for_the_tree_becomes_an_event_of_its_own() -> None:
    session = ready_session()
    assert session.receive([Log(LogLevel.WARNING, "hm"), ProviderStatus(Health.DEGRADED, "slow")]) == [
        Logged(LogLevel.WARNING, "hm"),
        HealthChanged(Health.DEGRADED, "slow"),
    ]


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([Ready()], "sent Ready before its hello"),
        (lamp(), "sent CreateDevice before its hello"),
        ([Log(LogLevel.INFO, "hi")], "sent Log before its hello"),
        ([Pong(1)], "sent Pong before its hello"),
        ([provider_hello(), provider_hello()], "said hello twice"),
        ([provider_hello(), Ready(), Ready()], "said Ready twice"),
        ([provider_hello(), CreateDevice(1, "lamp", "")], "introduced device 1 where 0 was next"),
        ([provider_hello(), *lamp(), CreateDevice(0, "b", "")], "introduced device 0 where 1 was next"),
        (
            [provider_hello(), CreateDevice(0, "lamp", ""), RegisterEntity(0, 1, "bulb", "", ())],
            "registered entity 1 of device 0 where 0 was next",
        ),
        (
            [provider_hello(), RegisterEntity(0, 0, "bulb", "", ())],
            "registered an entity of device 0, which it has not introduced",
        ),
        ([provider_hello(), Ping(1)], "sent Ping, which is the hub's to send"),
        ([provider_hello(role=Role.HUB)], "its hello was rejected: a provider was expected here, not a hub"),
    ],
)
def test_what_no_provider_may_say_is_a_violation_with_a_sentence(
    messages: list[Message], sentence: str
) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        new_session().receive(messages)
    assert str(caught.value) == sentence


def test_a_removed_device_s_index_is_not_used_twice() -> None:
    session = greeted_session()
    session.receive([*lamp(), RemoveDevice(0), CreateDevice(1, "lamp", "")])
    with pytest.raises(ProtocolViolation, match="introduced device 0 where 2 was next"):
        session.receive([CreateDevice(0, "lamp", "")])


def test_the_number_of_devices_ever_introduced_is_bounded() -> None:
    session = greeted_session()
    session.receive(CreateDevice(index, "k", "") for index in range(DEVICES_INTRODUCED))
    with pytest.raises(ProtocolViolation, match="more than 100000 devices"):
        session.receive([CreateDevice(DEVICES_INTRODUCED, "k", "")])


def test_a_wrong_role_is_rejected_politely() -> None:
    session = new_session()
    session.data_to_send()
    with pytest.raises(ProtocolViolation):
        session.receive([provider_hello(role=Role.CLIENT)])
    (reject,) = sent(session)
    assert isinstance(reject, HelloReject)
    assert reject.code == RejectCode.WRONG_ROLE


def test_a_fork_of_the_schema_is_rejected_and_another_revision_is_not() -> None:
    with pytest.raises(ProtocolViolation, match="one of the two is a fork"):
        new_session().receive([provider_hello(schema_hash=SCHEMA_HASH ^ 1)])
    without = provider_hello(schema_hash=0)
    assert new_session().receive([without]) == [Greeted(without)], "who can't compute it says 0"
    newer = provider_hello(schema_hash=SCHEMA_HASH ^ 1, schema_revision=2)
    assert new_session().receive([newer]) == [Greeted(newer)]


def test_a_provider_may_reject_the_hub() -> None:
    reject = HelloReject(RejectCode.OTHER, "too old")
    assert new_session().receive([reject]) == [Rejected("too old")]


def test_a_pong_answers_all_pings_before_it() -> None:
    session = ready_session()
    for _ in range(MISSED_PINGS):
        assert session.ping()
    pings = [message for message in sent(session) if isinstance(message, Ping)]
    assert len({ping.nonce for ping in pings}) == MISSED_PINGS
    assert not session.ping(), "too many went unanswered"
    session.receive([Pong(pings[-1].nonce)])
    assert session.ping()


def test_a_forged_pong_answers_nothing_and_is_counted() -> None:
    session = ready_session()
    session.ping()
    session.receive([Pong(4711)])
    assert session.counted["pongs to no ping"] == 1
    assert [session.ping() for _ in range(MISSED_PINGS)] == [True, True, False]


def test_a_write_is_asked_once_and_answered_once() -> None:
    session = ready_session()
    request = ask(session, deadline=2.5)
    assert sent(session) == [WriteRequest(request, 2500, 3, 1, (Switch(True),))]
    confirmed = WriteResult(request, WriteOutcome.CONFIRMED, "")
    assert session.receive([confirmed]) == [Answered(request, RequestEnd(Outcome.CONFIRMED))]
    assert session.receive([confirmed]) == []
    assert session.counted["answers to no request"] == 1


def test_an_answer_to_a_request_that_was_never_made_is_ignored() -> None:
    assert ready_session().receive([WriteResult(99, WriteOutcome.CONFIRMED, "")]) == []


def test_a_provider_that_is_not_ready_or_owes_too_much_is_asked_nothing() -> None:
    with pytest.raises(RequestRefused, match="is not ready"):
        ask(greeted_session())
    session = ready_session()
    requests = [ask(session) for _ in range(REQUESTS_OPEN)]
    with pytest.raises(RequestRefused, match="owes 1,000 answers already"):
        ask(session)
    session.forget(requests[0])
    ask(session)


@pytest.mark.parametrize(
    ("components", "deadline"),
    [
        ((Text("x" * 65536),) * 30, 1.0),
        ((Switch(True),), math.inf),
        ((Switch(True),), 1e300),
        ((Switch(True),), -1.0),
    ],
)
def test_a_write_that_cannot_be_sent_is_refused_and_leaves_nothing_behind(
    components: tuple[Component, ...], deadline: float
) -> None:
    session = ready_session()
    with pytest.raises(RequestRefused, match="can't be sent"):
        session.write(DeviceIndex(0), EntityIndex(0), components, deadline)
    assert session.ping()
    assert [type(message) for message in sent(session)] == [Ping]


@pytest.mark.parametrize("values", [{"a": "x" * 70_000}, {"a": 2**70}])
def test_a_configuration_that_cannot_be_sent_is_an_error_before_the_start(
    values: dict[str, str | int],
) -> None:
    with pytest.raises(ConfigError, match="demo: its configuration can't be sent to it"):
        ProviderConfig(InstanceId("demo"), "/data/demo", values).check()


def test_nothing_larger_than_the_provider_takes_is_sent_to_it() -> None:
    with pytest.raises(ProtocolViolation, match="does not fit into 20 bytes, the most it takes"):
        new_session().receive([provider_hello(max_frame=20)])
    session = new_session()
    session.receive([provider_hello(max_frame=100), Ready()])
    ask(session)
    with pytest.raises(RequestRefused, match="and the provider takes 100 at most"):
        session.write(DeviceIndex(0), EntityIndex(0), (Text("x" * 100),), 1.0)


def test_what_came_before_a_violation_is_not_lost() -> None:
    session = ready_session()
    request = ask(session)
    reports = as_received(*lamp())
    with pytest.raises(ProtocolViolation) as caught:
        session.receive([*reports, WriteResult(request, WriteOutcome.CONFIRMED, ""), Ready()])
    assert caught.value.events == [Reported(reports), Answered(request, RequestEnd(Outcome.CONFIRMED))]


def test_stop_is_said_once_and_reports_are_still_taken() -> None:
    session = ready_session()
    session.stop("the hub is stopping")
    session.stop("again")
    assert sent(session) == [Stop("the hub is stopping")]
    assert session.receive(as_received(*lamp()))


def test_a_hello_after_stop_is_no_violation() -> None:
    session = new_session()
    session.stop("the hub is stopping")
    assert isinstance(session.receive([provider_hello()])[0], Greeted)
    assert session.state is State.STOPPING


def test_ready_after_stop_is_no_event() -> None:
    session = greeted_session()
    session.stop("bye")
    assert session.receive([Ready()]) == []


def test_a_provider_may_burst_and_is_then_held_to_its_rate() -> None:
    session = ready_session(messages_per_second=10)
    burst = as_received(*(write(0, 0, Switch(True)) for _ in range(10 * THROTTLE_BURST)))
    assert session.throttle(burst, 0, 0, now=100.0) == 0.0
    assert (
        session.throttle(as_received(*(write(0, 0, Switch(True)) for _ in range(5))), 0, 0, now=100.0) == 0.5
    )
    assert session.throttle([], 0, 0, now=100.5) == 0.0
    assert session.throttle(burst, 0, 0, now=1_000_000.0) == 0.0, "what was saved up is one burst at most"
    assert session.throttle([Ready()], 0, 0, now=1_000_000.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("messages", "size", "skipped", "counts"),
    [
        (as_received(write(0, 0, Switch(True), Dimmer(0.5))), 0, 0, 2),
        (as_received(*lamp(0, "lamp", Switch(True), Dimmer(0.5)))[1:], 0, 0, 3),
        ([Ready()], 0, 0, 1),
        ([], 0, 7, 7),
        ([], 3 * BYTES_PER_MESSAGE, 0, 3),
    ],
)
def test_what_costs_much_counts_much(messages: list[Message], size: int, skipped: int, counts: int) -> None:
    session = ready_session(messages_per_second=1)
    assert session.throttle([], THROTTLE_BURST * BYTES_PER_MESSAGE, 0, now=0.0) == 0.0
    assert session.throttle(messages, size, skipped, now=0.0) == counts


def test_a_house_of_any_size_may_register_itself_before_it_is_ready() -> None:
    session = greeted_session(messages_per_second=1)
    assert session.throttle([], 100 * BYTES_PER_MESSAGE, 0, now=0.0) == 0.0
