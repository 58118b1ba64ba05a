"""The SDK's core, driven without a clock, a socket or an event loop."""

import functools
import logging
import tomllib
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from igloo_provider import SENT, Device, DoNotRestart, Entity, NoValue, Provider, ProviderMistake, Rejected
from igloo_provider.conversation import (
    DEFAULT_DEADLINE,
    MESSAGE_NAMES,
    REQUESTS_WAITING,
    SDK_VERSION,
    Action,
    Answer,
    Configured,
    Conversation,
    Pending,
    StartWorker,
    StopAsked,
)
from igloo_provider.errors import HubFault, HubRejected
from igloo_provider.outbox import EVENTS_KEPT, HARD_LIMIT, PIECE, SOFT_LIMIT, clean_text
from igloo_wire import (
    COMPONENTS,
    HIGHEST_MESSAGE,
    MAX_FRAME,
    PREAMBLE,
    ButtonEvent,
    ButtonEventKind,
    Color,
    Command,
    Component,
    Configure,
    CreateDevice,
    Decoder,
    DeviceCreated,
    DeviceStatus,
    Dimmer,
    Direction,
    DoorbellEvent,
    DoorLock,
    Health,
    HelloReject,
    Humidity,
    InvalidValue,
    Light,
    Log,
    LogLevel,
    Message,
    NamedEvent,
    Ping,
    Pong,
    Power,
    ProviderStatus,
    RefusalCode,
    Refused,
    RegisterEntity,
    RejectCode,
    RemoveDevice,
    RemoveEntity,
    Role,
    Sensor,
    Smoke,
    Stop,
    Switch,
    Temperature,
    Text,
    TransitionDuration,
    Unknown,
    Writable,
    WriteOutcome,
    WriteResult,
    Writes,
    encode,
    encode_all,
)
from tests.provider.hub_side import Ear, greeting, hub_hello, write_request

T = TypeVar("T")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs what must not wait."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    coroutine.close()
    raise AssertionError("waited")


class Talk:
    """A provider and its conversation, with this test as the hub and as the event loop."""

    def __init__(self, *, greet: bool = True) -> None:
        self.provider = Provider("demo")
        self.wakes = 0
        self.checkpoints = 0
        self.now = 5000.0
        self.ear = Ear()
        self.conversation = Conversation(self.provider, self)
        if greet:
            assert self.conversation.receive_data(greeting()) == [Configured()]
            self.sent()
            self.ear.forget()

    def attach(self) -> None:
        """From here on the provider runs: decorators come too late."""
        self.provider.attach(self.conversation)

    def wake_writer(self) -> None:
        self.wakes += 1

    async def wait_for_room(self) -> None:
        self.sent()

    async def checkpoint(self) -> None:
        self.checkpoints += 1

    def sent(self) -> Ear:
        while data := self.conversation.data_to_send():
            self.ear.hear(data)
        return self.ear

    def monotonic(self) -> float:
        return self.now

    def hub_says(self, *messages: Message) -> list[Action]:
        return self.conversation.receive_data(encode_all(messages))

    def lamp(self) -> Device:
        self.attach()
        return at_once(self.provider.device("lamp-1", name="Desk lamp"))

    def bulb(self, *components: Component) -> Entity:
        return at_once(self.lamp().entity("bulb", *(components or (Light(), Switch(False), Dimmer(1.0)))))

    def clean_bulb(self, *components: Component) -> Entity:
        """A bulb that the hub has heard of already."""
        bulb = self.bulb(*components)
        self.sent()
        self.ear.forget()
        return bulb

    def work(self, device: Device) -> list[Message]:
        """What a face does for StartWorker, without deadlines; returns the answers."""
        while (write := self.conversation.next_request(device)) is not None:
            self.conversation.answer(write, self.carry_out(write))
        results = self.sent().of(WriteResult)
        self.ear.forget()
        return results

    def waiting(self, device: Device) -> list[Pending]:
        """What a worker would take, all of it."""
        requests = []
        while (request := self.conversation.next_request(device)) is not None:
            requests.append(request)
        return requests

    def carry_out(self, write: Pending) -> Answer:
        try:
            return at_once(self.conversation.carry_out(write))
        except Exception as error:
            return self.conversation.judge(write, error)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def results(*expected: tuple[int, WriteOutcome, str]) -> list[WriteResult]:
    return [WriteResult(*one) for one in expected]


# ── hello ──


def test_a_provider_says_hello_without_waiting() -> None:
    talk = Talk(greet=False)
    first = talk.conversation.data_to_send()
    assert first.startswith(PREAMBLE)
    talk.ear.hear(first)
    (hello,) = talk.ear.messages
    assert (hello.role, hello.program, hello.sdk) == (Role.PROVIDER, "demo", "igloo_provider")  # type: ignore[attr-defined]
    assert hello.highest_message == HIGHEST_MESSAGE[Direction.HUB_TO_PROVIDER]  # type: ignore[attr-defined]


def test_the_hubs_greeting_may_come_byte_by_byte() -> None:
    talk = Talk(greet=False)
    actions = [action for byte in greeting() for action in talk.conversation.receive_data(bytes([byte]))]
    assert actions == [Configured()]


def test_something_other_than_a_hub_is_told_so_and_left() -> None:
    talk = Talk(greet=False)
    with pytest.raises(
        HubRejected, match="a provider speaks to a hub, and the other side says that it is CLIENT"
    ):
        talk.conversation.receive_data(PREAMBLE + encode_all([hub_hello(role=Role.CLIENT)]))
    (reject,) = talk.sent().of(HelloReject)
    assert isinstance(reject, HelloReject)
    assert reject.code == RejectCode.WRONG_ROLE


def test_a_rejection_by_the_hub_carries_its_sentence() -> None:
    talk = Talk(greet=False)
    rejection = HelloReject(RejectCode.SCHEMA_FORK, "your components are not mine")
    with pytest.raises(HubRejected, match="your components are not mine"):
        talk.conversation.receive_data(PREAMBLE + encode_all([rejection]))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "not the protocol"),
        (PREAMBLE + b"\xff\xff\xff\xff", "not the protocol"),
        (PREAMBLE + encode_all([Ping(1)]), "sent Ping before its Hello"),
        (greeting() + encode_all([Configure("demo", "/", {}, {})]), "configured the provider twice"),
        (greeting() + encode_all([hub_hello()]), "sent Hello where it has no place"),
    ],
)
def test_a_hub_that_breaks_the_protocol_is_given_up_with_a_sentence(data: bytes, sentence: str) -> None:
    talk = Talk(greet=False)
    with pytest.raises(HubFault, match=sentence):
        talk.conversation.receive_data(data)


def test_an_older_hub_is_not_sent_components_that_it_cannot_know() -> None:
    talk = Talk(greet=False)
    hello = hub_hello(highest_component=Switch(True).schema.id)
    talk.conversation.receive_data(PREAMBLE + encode_all([hello, Configure("demo", "/", {}, {})]))
    bulb = talk.bulb()
    at_once(bulb.set(Switch(True), Dimmer(0.5)))
    (entity,) = talk.sent().of(RegisterEntity)
    assert isinstance(entity, RegisterEntity)
    assert entity.components == (Light(), Switch(False))
    assert talk.ear.values() == [Switch(True)]
    assert bulb.get(Dimmer) == Dimmer(0.5)


def test_an_older_hub_is_not_told_of_newer_components_by_their_numbers() -> None:
    talk = Talk(greet=False)
    hello = hub_hello(highest_component=Smoke(True).schema.id - 1)
    talk.conversation.receive_data(PREAMBLE + encode_all([hello, Configure("demo", "/", {}, {})]))
    alarm = talk.bulb(Switch(False), Smoke(False), Writable([Switch, Smoke]))
    (entity,) = talk.sent().of(RegisterEntity)
    assert isinstance(entity, RegisterEntity)
    assert entity.components == (Switch(False), Writable([Switch]))
    at_once(alarm.set(Unknown([Switch, Smoke])))
    assert talk.sent().values() == [Unknown([Switch])]
    at_once(alarm.set(Unknown([Switch, Smoke])))
    at_once(alarm.set(Switch(True)))
    assert talk.sent().values()[1:] == [Unknown([]), Switch(True)]
    assert alarm.get(Unknown) == Unknown([Smoke])


def test_an_older_hub_is_not_sent_messages_that_it_cannot_know() -> None:
    talk = Talk(greet=False)
    hello = hub_hello(highest_message=MESSAGE_NAMES.index("RemoveEntity"))
    talk.conversation.receive_data(PREAMBLE + encode_all([hello, Configure("demo", "/", {}, {}), Ping(1)]))
    bulb = talk.bulb()
    bulb.device.offline("gone")
    talk.provider.health("degraded", "odd")
    talk.conversation.log(LogLevel.INFO, "hello")
    for number in range(EVENTS_KEPT + 1):  # one too many, which would be logged
        at_once(bulb.set(NamedEvent(f"event {number}")))
    assert talk.sent().names() == ["Hello", "CreateDevice", "RegisterEntity"]


def test_a_hub_that_reads_only_shorter_frames_is_left_with_a_sentence() -> None:
    talk = Talk(greet=False)
    with pytest.raises(
        HubRejected, match=r"the hub reads frames of at most 1,048,575 bytes, and a provider's"
    ):
        talk.conversation.receive_data(PREAMBLE + encode_all([hub_hello(max_frame=MAX_FRAME - 1)]))
    (reject,) = talk.sent().of(HelloReject)
    assert isinstance(reject, HelloReject)
    assert reject.code == RejectCode.OTHER


def test_config_and_secrets_are_there_in_a_task_and_explained_before() -> None:
    talk = Talk(greet=False)
    talk.attach()
    with pytest.raises(ProviderMistake, match="known once the hub has said hello"):
        _ = talk.provider.config
    configure = Configure("demo-2", "/data", {"interval": 5}, {"key": "s3cret"})
    talk.conversation.receive_data(greeting(configure))
    provider = talk.provider
    assert (provider.instance, str(provider.data_dir), provider.config["interval"]) == ("demo-2", "/data", 5)
    assert provider.secret("key") == "s3cret"
    with pytest.raises(LookupError, match="the owner has set no secret 'kye'"):
        provider.secret("kye")
    with pytest.raises(ProviderMistake, match="only while the provider runs"):
        _ = Provider("other").config


# ── devices and entities ──


def test_devices_and_entities_get_the_next_index_in_order(talk: Talk) -> None:
    talk.attach()
    for key in ("a", "b"):
        device = at_once(talk.provider.device(key))
        at_once(device.entity("one", Light()))
        at_once(device.entity("two", Sensor(), name="Two"))
    assert talk.sent().messages == [
        CreateDevice(0, "a", ""),
        RegisterEntity(0, 0, "one", "", (Light(),)),
        RegisterEntity(0, 1, "two", "Two", (Sensor(),)),
        CreateDevice(1, "b", ""),
        RegisterEntity(1, 0, "one", "", (Light(),)),
        RegisterEntity(1, 1, "two", "Two", (Sensor(),)),
    ]


def test_the_same_key_is_the_same_device_and_entity(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    assert talk.lamp() is bulb.device
    assert talk.bulb() is bulb
    assert talk.sent().order == []


def test_a_second_registration_sets_the_values_that_differ(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    assert talk.bulb(Light(), Switch(True), Dimmer(1.0)) is bulb
    assert talk.sent().values() == [Switch(True)]


def test_two_entities_with_one_key_but_other_components_are_a_mistake(talk: Talk) -> None:
    talk.bulb()
    with pytest.raises(
        ProviderMistake,
        match=r"two entities with one key: lamp-1/bulb has Light, Switch, Dimmer, and .* with Sensor",
    ):
        talk.bulb(Sensor())


@pytest.mark.parametrize(
    ("components", "sentence"),
    [
        ((Switch(True), Switch(False)), "has two of Switch"),
        ((DoorbellEvent(),), "an event is set when it happens"),
        ((Command.TOGGLE,), "which only the hub writes"),
        ((Light,), "which is no component"),
    ],
)
def test_what_cannot_be_registered_is_said_in_a_sentence(
    talk: Talk, components: tuple[Component, ...], sentence: str
) -> None:
    with pytest.raises(ProviderMistake, match=sentence):
        talk.bulb(*components)
    assert talk.sent().of(RegisterEntity) == []


def test_a_devices_entities_are_not_copied_for_a_look(talk: Talk) -> None:
    lamp = talk.bulb().device
    entities = lamp.entities
    assert lamp.entities is entities
    at_once(lamp.entity("probe", Sensor()))
    assert list(entities) == ["bulb", "probe"]
    with pytest.raises(TypeError):
        entities["odd"] = entities["bulb"]  # type: ignore[index]


def test_a_key_that_the_wire_does_not_take_leaves_no_device_behind(talk: Talk) -> None:
    talk.attach()
    with pytest.raises(InvalidValue):
        at_once(talk.provider.device("line\nfeed"))
    talk.lamp()
    assert talk.sent().messages == [CreateDevice(0, "lamp-1", "Desk lamp")]


def test_the_name_that_the_owner_gave_is_the_devices_name(talk: Talk) -> None:
    lamp = talk.lamp()
    assert lamp.name == "Desk lamp"
    talk.hub_says(DeviceCreated(0, 17, ""))
    assert lamp.name == "Desk lamp"
    talk.hub_says(DeviceCreated(0, 17, "Grandmother's lamp"))
    assert lamp.name == "Grandmother's lamp"


def test_a_removed_device_is_gone_and_its_key_makes_a_new_one(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    lamp = bulb.device
    at_once(bulb.set(Switch(True)))
    lamp.remove()
    with pytest.raises(ProviderMistake, match="lamp-1/bulb is used after its device was removed"):
        at_once(bulb.set(Switch(True)))
    with pytest.raises(
        ProviderMistake, match=r"the device lamp-1 was removed; provider.device\('lamp-1'\) makes it anew"
    ):
        lamp.offline("gone")
    with pytest.raises(ProviderMistake, match="was removed"):
        at_once(lamp.entity("bulb", Light()))
    assert talk.lamp() is not lamp
    ear = talk.sent()
    assert ear.messages == [RemoveDevice(0), CreateDevice(1, "lamp-1", "Desk lamp")]
    assert ear.rows == []


def test_a_removed_entitys_key_may_come_back_with_other_components(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    bulb.remove()
    with pytest.raises(ProviderMistake, match="used after its entity was removed"):
        bulb.remove()
    again = talk.bulb(Sensor())
    assert again is not bulb
    assert list(again.device.entities) == ["bulb"]
    assert talk.sent().messages == [RemoveEntity(0, 0), RegisterEntity(0, 1, "bulb", "", (Sensor(),))]


# ── values ──


def test_the_last_value_of_each_component_wins_while_the_hub_is_slow(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    for step in range(500):
        at_once(bulb.set(Dimmer(step / 500), Switch(step % 2 == 0)))
    assert talk.sent().rows == [(0, 0, Dimmer(499 / 500)), (0, 0, Switch(False))]
    at_once(bulb.set(Dimmer(0.25)))
    assert talk.sent().rows[-1] == (0, 0, Dimmer(0.25))


def test_the_writer_is_woken_once_for_what_it_takes_at_once(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    before = talk.wakes
    for _ in range(50):
        at_once(bulb.set(Dimmer(0.5)))
    bulb.device.offline("no answer")
    assert talk.wakes == before + 1


def test_a_loop_of_sets_lets_others_run_now_and_then(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    for _ in range(3000):
        at_once(bulb.set(Dimmer(0.5)))
    assert talk.checkpoints == 3


def test_a_component_that_was_not_registered_is_a_mistake_and_nothing_of_the_call_is_sent(talk: Talk) -> None:
    bulb = talk.clean_bulb()
    with pytest.raises(
        ProviderMistake, match="lamp-1/bulb was registered without Humidity; it has Light, Switch, Dimmer"
    ):
        at_once(bulb.set(Switch(True), Humidity(40.0)))
    assert bulb.get(Switch) == Switch(False)
    assert talk.sent().order == []


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        (Command.TOGGLE, "Command is written by the hub and never reported"),
        (True, "True, which is no component"),
        (Unknown([Humidity]), "registered without Humidity, so it can't be Unknown"),
    ],
)
def test_what_cannot_be_set_is_said_in_a_sentence(talk: Talk, component: Component, sentence: str) -> None:
    bulb = talk.clean_bulb()
    with pytest.raises(ProviderMistake, match=sentence):
        at_once(bulb.set(component))
    assert talk.sent().order == []


def test_get_gives_what_was_last_set_in_its_own_type(talk: Talk) -> None:
    bulb = talk.bulb()
    assert bulb.get(Dimmer).value == 1.0
    at_once(bulb.set(Dimmer(0.5)))
    assert bulb.get(Dimmer).value == 0.5
    assert bulb.get(Humidity, None) is None
    assert bulb.has(Dimmer)
    assert not bulb.has(Humidity)
    with pytest.raises(NoValue, match="lamp-1/bulb has no value of Humidity now"):
        bulb.get(Humidity)


def test_unknown_takes_the_value_away_and_a_value_ends_it(talk: Talk) -> None:
    probe = talk.clean_bulb(Sensor(), Unknown([Temperature]), Humidity(40.0))
    with pytest.raises(NoValue):
        probe.get(Temperature)
    at_once(probe.set(Temperature(20.0)))
    assert probe.get(Temperature) == Temperature(20.0)
    assert talk.sent().values() == [Temperature(20.0)]
    talk.ear.forget()
    at_once(probe.set(Temperature(21.0)))
    at_once(probe.set(Unknown([Temperature, Humidity])))
    assert probe.get(Humidity, None) is None
    assert talk.sent().values() == [Unknown([Temperature, Humidity])]
    talk.ear.forget()
    at_once(probe.set(Unknown([Temperature, Humidity])))
    at_once(probe.set(Humidity(50.0)))
    assert talk.sent().values() == [Unknown([Temperature]), Humidity(50.0)]


def frames(data: bytes) -> list[Message]:
    """Each frame by itself, as the decoder would join the values of several."""
    found: list[Message] = []
    while data:
        end = 4 + int.from_bytes(data[:4], "little")
        decoder = Decoder(Direction.PROVIDER_TO_HUB)
        decoder.feed(PREAMBLE + encode(hub_hello(role=Role.PROVIDER)))
        found += decoder.feed(data[:end])
        data = data[end:]
    return found


@pytest.mark.parametrize("events", [0, 1, 61, 62, 63, 64, 65, 200])
def test_what_is_set_together_is_in_one_frame(talk: Talk, events: int) -> None:
    bulb = talk.clean_bulb(Switch(False), Dimmer(0.0), Color(0.0, 0.0, 0.0))
    change = {Switch(True), Dimmer(1.0), Color(0.0, 0.0, 1.0)}
    for number in range(events):
        at_once(bulb.set(NamedEvent(f"event {number}")))
    at_once(bulb.set(*change))
    holding = [
        values
        for frame in frames(talk.conversation.data_to_send())
        if isinstance(frame, Writes) and (values := {component for _, _, component in frame}) & change
    ]
    assert len(holding) == 1
    assert holding[0] >= change


def test_an_entity_has_no_more_components_than_can_be_set_together(talk: Talk) -> None:
    kinds = [kind for kind in COMPONENTS.values() if kind.schema.access in ("writable", "fact")]
    with pytest.raises(ProviderMistake, match=r"lamp-1/bulb has 64 components; 63 are the most"):
        talk.bulb(Unknown(kinds[:64]))
    talk.bulb(Unknown(kinds[:63]))


def test_what_waits_is_taken_in_pieces(talk: Talk) -> None:
    lamp = talk.lamp()
    entities = [at_once(lamp.entity(f"entity {number}", Text(""))) for number in range(100)]
    talk.sent()
    texts = [Text(f"{number} " + "x" * 60_000) for number in range(100)]
    for entity, text in zip(entities, texts, strict=True):
        at_once(entity.set(text))
    lamp.offline("tired")
    pieces = []
    while piece := talk.conversation.data_to_send():
        pieces.append(piece)
        talk.ear.hear(piece)
        if len(pieces) == 3:
            # The first was sent already, so it waits again; the last is replaced where it waits.
            at_once(entities[0].set(Text("again")))
            at_once(entities[-1].set(Text("replaced")))
            lamp.offline("asleep")
    assert len(pieces) > 40
    assert max(map(len, pieces)) < PIECE + 61_000
    assert talk.ear.values() == [*texts[:-1], Text("replaced"), Text("again")]
    assert talk.ear.of(DeviceStatus) == [DeviceStatus(0, False, "asleep")]
    assert not talk.conversation.has_data_to_send


def test_a_value_that_the_schema_refuses_is_refused_where_it_is_made() -> None:
    with pytest.raises(InvalidValue):
        Humidity(130.0)


# ── events ──


def test_events_are_kept_apart_in_their_order(talk: Talk) -> None:
    button = talk.clean_bulb(Light(), Switch(False))
    press, release = ButtonEvent(ButtonEventKind.PRESS), ButtonEvent(ButtonEventKind.RELEASE)
    for _ in range(3):
        at_once(button.set(press))
        at_once(button.set(Switch(True)))
        at_once(button.set(release))
    assert talk.sent().values() == [press, release, press, release, press, Switch(True), release]


def test_from_64_waiting_events_on_equal_ones_are_counted_together(talk: Talk) -> None:
    bell = talk.clean_bulb(Light())
    for _ in range(1000):
        at_once(bell.set(DoorbellEvent()))
    rung = talk.sent().values()
    assert len(rung) == EVENTS_KEPT
    assert sum(event.count for event in rung if isinstance(event, DoorbellEvent)) == 1000


def test_events_that_are_all_different_lose_the_oldest_and_the_loss_is_told(talk: Talk) -> None:
    tag = talk.clean_bulb(Light())
    for number in range(EVENTS_KEPT + 2):
        at_once(tag.set(NamedEvent(f"tag {number}")))
    ear = talk.sent()
    assert ear.values() == [NamedEvent(f"tag {number}") for number in range(2, EVENTS_KEPT + 2)]
    assert ear.messages == [Log(LogLevel.WARNING, "2 events were dropped: more came than could be sent")]


# ── status, health, log, ping ──


def test_only_the_last_status_of_a_device_waits_for_a_slow_hub(talk: Talk) -> None:
    lamp = talk.clean_bulb().device
    for number in range(100):
        lamp.offline(f"no answer for {number} s")
    assert talk.sent().messages == [DeviceStatus(0, False, "no answer for 99 s")]
    talk.ear.forget()
    lamp.online()
    assert talk.sent().messages == [DeviceStatus(0, True, "")]


def test_health_is_told_in_words(talk: Talk) -> None:
    talk.attach()
    talk.provider.health("degraded", "the bridge answers slowly")
    assert talk.sent().messages == [ProviderStatus(Health.DEGRADED, "the bridge answers slowly")]
    talk.ear.forget()
    talk.provider.health("degraded", "still")
    talk.provider.health("ok")
    assert talk.sent().messages == [ProviderStatus(Health.OK, "")]
    with pytest.raises(ProviderMistake, match='health is "ok" or "degraded", not \'fine\''):
        talk.provider.health("fine")  # type: ignore[arg-type]


def test_a_ping_is_answered(talk: Talk) -> None:
    talk.hub_says(Ping(7), Ping(8))
    assert talk.sent().messages == [Pong(7), Pong(8)]


def test_log_text_is_made_fit_for_the_wire(talk: Talk) -> None:
    talk.conversation.log(LogLevel.INFO, "a\x1b[31mred\r\n\tline \udcff é" + "x" * 100_000)
    (log,) = talk.sent().messages
    assert isinstance(log, Log)
    assert log.text.startswith("a\\x1b[31mred\\r\n\tline \\udcff éxxx")
    assert log.text.endswith("x…")


def test_clean_text_never_cuts_a_character_in_two() -> None:
    for limit in range(8, 30):
        assert len(clean_text("öäü€" * 20, limit).encode()) <= limit


def test_log_records_are_dropped_and_counted_while_the_hub_reads_nothing(talk: Talk) -> None:
    kept = sum(talk.conversation.log(LogLevel.INFO, "x" * 1000) for _ in range(1000))
    assert SOFT_LIMIT // 1024 <= kept < 300
    assert talk.sent().messages[-1] == Log(
        LogLevel.WARNING, f"{1000 - kept} log records were dropped: more came than could be sent"
    )


def test_registration_waits_when_much_is_waiting(talk: Talk) -> None:
    lamp = talk.lamp()
    number = 0
    while not talk.conversation.is_crowded:
        talk.conversation.register_entity(lamp, f"entity {number}", (Light(),), "n" * 200)
        number += 1
    with pytest.raises(AssertionError, match="waited"):
        at_once(_crowded(talk).device("next"))
    talk.sent()
    at_once(_crowded(talk).device("another"))


def _crowded(talk: Talk) -> Provider:
    """The provider, on a face that does wait for room."""

    class Waits:
        def wake_writer(self) -> None: ...

        async def checkpoint(self) -> None: ...

        async def wait_for_room(self) -> None:
            await Suspend()

        def monotonic(self) -> float:
            return talk.now

    class Suspend:
        def __await__(self) -> Generator[None]:
            yield

    talk.conversation.face = Waits()
    return talk.provider


def test_what_has_to_wait_for_room_is_not_sent_before(talk: Talk) -> None:
    lamp = talk.lamp()
    while not talk.conversation.is_crowded:
        talk.conversation.register_entity(lamp, str(len(lamp.entities)), (Light(),), "n" * 200)
    registered = len(lamp.entities)
    waits = _crowded(talk)
    for ask in (waits.device("next"), lamp.entity("next", Light())):
        with pytest.raises(AssertionError, match="waited"):
            at_once(ask)
    assert list(talk.conversation.devices) == ["lamp-1"]
    assert len(lamp.entities) == registered


def test_a_hub_that_asks_and_never_reads_is_given_up(talk: Talk) -> None:
    pings = encode_all([Ping(n) for n in range(10_000)])

    def ask_on() -> None:
        for _ in range(HARD_LIMIT // 10_000):
            talk.conversation.receive_data(pings)

    with pytest.raises(HubFault, match="has not read for so long that 4 MiB are waiting"):
        ask_on()


# ── writes ──


def test_a_write_reaches_its_handler_and_the_value_goes_before_the_answer(talk: Talk) -> None:
    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await bulb.set(wanted)

    bulb = talk.clean_bulb()
    assert talk.hub_says(write_request(5, Switch(True))) == [StartWorker(bulb.device)]
    write = talk.conversation.next_request(bulb.device)
    assert write is not None
    talk.conversation.answer(write, talk.carry_out(write))
    ear = talk.sent()
    assert ear.order == ["Writes", "WriteResult"]
    assert (ear.values(), ear.messages) == ([Switch(True)], results((5, WriteOutcome.CONFIRMED, "")))


def test_a_handler_of_several_components_is_called_once_with_what_the_write_holds(talk: Talk) -> None:
    seen: list[tuple[Switch | None, Dimmer | None, TransitionDuration | None]] = []

    @talk.provider.on_write(Switch, Dimmer, TransitionDuration)
    async def lamp(
        bulb: Entity, switch: Switch | None, dimmer: Dimmer | None, fade: TransitionDuration | None
    ) -> None:
        seen.append((switch, dimmer, fade))

    bulb = talk.clean_bulb()
    talk.hub_says(
        write_request(1, Dimmer(0.5), TransitionDuration(2.0)), write_request(2, Switch(True), Dimmer(1.0))
    )
    assert len(talk.work(bulb.device)) == 2
    assert seen == [(None, Dimmer(0.5), TransitionDuration(2.0)), (Switch(True), Dimmer(1.0), None)]


def test_a_write_for_two_handlers_calls_both_in_the_writes_order(talk: Talk) -> None:
    seen: list[Component] = []

    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        seen.append(wanted)

    @talk.provider.on_write(Dimmer, TransitionDuration)
    async def dimmer(bulb: Entity, wanted: Dimmer | None, fade: TransitionDuration | None) -> WriteOutcome:
        assert wanted is not None
        seen.append(wanted)
        return SENT

    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Dimmer(0.5), Switch(True)))
    assert talk.work(bulb.device) == results((1, WriteOutcome.SENT, ""))
    assert seen == [Dimmer(0.5), Switch(True)]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ((Color(1.0, 0.0, 0.0),), "demo takes no writes of Color"),
        ((Switch(True), Color(1.0, 0.0, 0.0)), "demo takes no writes of Color"),
        ((TransitionDuration(1.0),), "nothing to write"),
    ],
)
def test_a_write_that_no_handler_takes_is_refused_before_anything_is_done(
    talk: Talk, wanted: tuple[Component, ...], reason: str
) -> None:
    called = []

    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        called.append(wanted)

    talk.clean_bulb()
    assert talk.hub_says(write_request(1, *wanted)) == []
    assert talk.sent().messages == results((1, WriteOutcome.REFUSED, reason))
    assert called == []


def handler_that(
    talk: Talk, raises: BaseException | None = None, returns: WriteOutcome | None = None
) -> None:
    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> WriteOutcome | None:
        if raises is not None:
            raise raises
        return returns


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (Rejected("no such lamp"), "no such lamp"),
        (ExceptionGroup("nursery", [ExceptionGroup("inner", [Rejected("no such lamp")])]), "no such lamp"),
        (KeyError("x"), "the provider failed: KeyError: 'x'"),
        (
            ExceptionGroup("n", [Rejected("a"), KeyError("b")]),
            "the provider failed: ExceptionGroup: n (2 sub-exceptions)",
        ),
    ],
)
def test_a_raising_handler_refuses_the_write(talk: Talk, raised: Exception, reason: str) -> None:
    handler_that(talk, raises=raised)
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)))
    assert talk.work(bulb.device) == results((1, WriteOutcome.REFUSED, reason))


class Mute:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (ValueError(Mute()), "the provider failed: ValueError: <a ValueError without text>"),
        (Rejected(Mute()), "<a Mute without text>"),  # type: ignore[arg-type]
        (Rejected(404), "404"),  # type: ignore[arg-type]
    ],
)
def test_an_exception_whose_text_fails_refuses_the_write_all_the_same(
    talk: Talk, raised: Exception, reason: str
) -> None:
    handler_that(talk, raises=raised)
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)))
    assert talk.work(bulb.device) == results((1, WriteOutcome.REFUSED, reason))


def test_an_exception_in_a_handler_is_logged_with_its_traceback_and_counted(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    handler_that(talk, raises=KeyError("x"))
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)), write_request(2, Switch(True)))
    talk.work(bulb.device)
    assert talk.conversation.failed_requests == 2
    assert "the handler failed (failure 2 of this run): write of Switch of lamp-1/bulb" in caplog.text
    assert "in switch" in caplog.text
    assert "KeyError: 'x'" in caplog.text


def test_rejected_is_no_failure_and_not_logged(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    handler_that(talk, raises=Rejected("no"))
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)))
    talk.work(bulb.device)
    assert (talk.conversation.failed_requests, caplog.text) == (0, "")


@pytest.mark.parametrize(
    "raised", [MemoryError(), DoNotRestart("closed"), ExceptionGroup("n", [MemoryError()])]
)
def test_what_ends_the_provider_is_not_taken_for_a_failed_write(talk: Talk, raised: Exception) -> None:
    handler_that(talk, raises=raised)
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)))
    with pytest.raises(type(raised)):
        talk.work(bulb.device)


def test_a_handler_that_returns_something_odd_is_a_failure(talk: Talk) -> None:
    handler_that(talk, returns="yes")  # type: ignore[arg-type]
    bulb = talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True)))
    (result,) = talk.work(bulb.device)
    assert isinstance(result, WriteResult)
    assert result.reason == "the provider failed: TypeError: a write handler returns None or SENT, not 'yes'"


def test_writes_to_one_device_keep_their_order_and_other_devices_have_their_own_worker(talk: Talk) -> None:
    handler_that(talk)
    first = talk.bulb().device
    second = at_once(talk.provider.device("lamp-2"))
    at_once(second.entity("bulb", Light(), Switch(False)))
    actions = talk.hub_says(
        write_request(1, Switch(True)),
        write_request(2, Switch(False)),
        write_request(3, Switch(True), device=1),
    )
    assert actions == [StartWorker(first), StartWorker(second)]
    assert [write.request for write in talk.waiting(first)] == [1, 2]
    assert talk.hub_says(write_request(4, Switch(True))) == [StartWorker(first)]


def test_a_device_with_too_many_waiting_writes_refuses_the_next(talk: Talk) -> None:
    handler_that(talk)
    talk.clean_bulb()
    talk.hub_says(*(write_request(number, Switch(True)) for number in range(REQUESTS_WAITING + 1)))
    reason = f"lamp-1 has {REQUESTS_WAITING} requests waiting already"
    assert talk.sent().messages == results((REQUESTS_WAITING, WriteOutcome.REFUSED, reason))


def test_a_write_has_the_hubs_deadline_or_one_that_counts_from_its_arrival(talk: Talk) -> None:
    handler_that(talk)
    lamp = talk.clean_bulb().device
    talk.hub_says(write_request(1, Switch(True), deadline=5002.5), write_request(2, Switch(True)))
    deadlines = [write.deadline for write in talk.waiting(lamp)]
    assert deadlines == [5002.5, 5000.0 + DEFAULT_DEADLINE]


def test_a_write_whose_deadline_has_passed_is_refused_before_anything_of_it_is_done(talk: Talk) -> None:
    asked: list[Component] = []

    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        asked.append(wanted)
        talk.now += 1.0

    device = talk.clean_bulb().device
    talk.hub_says(
        write_request(
            1, Switch(True), deadline=4999.999
        ),  # as a provider finds it that was stopped meanwhile
        write_request(2, Switch(True), deadline=5000.0),
        write_request(3, Switch(True), deadline=5001.0),  # in time, and so long that the next one is not
        write_request(4, Switch(False), deadline=5001.0),
    )
    late = (WriteOutcome.REFUSED, "the provider did not finish the write in time")
    assert talk.work(device) == results((1, *late), (2, *late), (3, WriteOutcome.CONFIRMED, ""), (4, *late))
    assert asked == [Switch(True)]


def test_no_second_handler_begins_after_the_deadline(talk: Talk) -> None:
    asked: list[Component] = []

    @talk.provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        asked.append(wanted)
        talk.now += 60.0

    @talk.provider.on_write(Dimmer)
    async def dim(bulb: Entity, wanted: Dimmer) -> None:
        asked.append(wanted)

    device = talk.clean_bulb().device
    talk.hub_says(write_request(1, Switch(True), Dimmer(0.5), deadline=5010.0))
    (answer,) = talk.work(device)
    assert isinstance(answer, WriteResult)
    assert answer.outcome == WriteOutcome.REFUSED
    assert asked == [Switch(True)]


def test_a_write_to_what_was_removed_is_refused(talk: Talk) -> None:
    handler_that(talk)
    bulb = talk.clean_bulb()
    device = bulb.device
    talk.hub_says(write_request(1, Switch(True)))
    bulb.remove()
    talk.hub_says(write_request(2, Switch(True)))
    refused = WriteOutcome.REFUSED
    assert sorted(talk.work(device), key=lambda m: m.request) == results(  # type: ignore[attr-defined]
        (1, refused, "the entity was removed"), (2, refused, "the entity was removed")
    )
    device.remove()
    talk.hub_says(write_request(3, Switch(True)))
    assert talk.sent().of(WriteResult) == results((3, refused, "the device was removed"))


def test_a_write_to_what_never_was_is_not_called_removed(talk: Talk) -> None:
    handler_that(talk)
    talk.clean_bulb()
    talk.hub_says(write_request(1, Switch(True), device=9), write_request(2, Switch(True), entity=7))
    assert talk.sent().messages == results(
        (1, WriteOutcome.REFUSED, "the provider has no device 9"),
        (2, WriteOutcome.REFUSED, "lamp-1 has no entity 7"),
    )


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ((Switch(True),), "lamp-1/bulb has no Switch"),
        ((DoorLock.LOCKED, Switch(True)), "lamp-1/bulb has no Switch"),
        ((DoorLock.JAMMED,), "DoorLock can't be set to JAMMED"),
        ((DoorLock(87),), "DoorLock can't be set to unknown:87"),
    ],
)
def test_what_an_entity_cannot_be_set_to_does_not_reach_a_handler(
    talk: Talk, wanted: tuple[Component, ...], reason: str
) -> None:
    called = []

    @talk.provider.on_write(Switch, DoorLock)
    async def turn(entity: Entity, switch: Switch | None, lock: DoorLock | None) -> None:
        called.append((switch, lock))

    talk.clean_bulb(DoorLock.LOCKED)
    assert talk.hub_says(write_request(1, *wanted)) == []
    assert talk.sent().messages == results((1, WriteOutcome.REFUSED, reason))
    assert called == []


def test_a_command_reaches_its_handler_though_no_entity_holds_commands(talk: Talk) -> None:
    called = []

    @talk.provider.on_write(Command, DoorLock)
    async def obey(entity: Entity, command: Command | None, lock: DoorLock | None) -> None:
        called.append((command, lock))

    device = talk.clean_bulb(DoorLock.LOCKED).device
    talk.hub_says(write_request(1, Command.TOGGLE), write_request(2, DoorLock.UNLOCKED))
    assert talk.work(device) == results((1, WriteOutcome.CONFIRMED, ""), (2, WriteOutcome.CONFIRMED, ""))
    assert called == [(Command.TOGGLE, None), (None, DoorLock.UNLOCKED)]


def test_every_write_that_waits_when_the_tasks_have_ended_is_answered_once(talk: Talk) -> None:
    handler_that(talk)
    talk.bulb()
    gone = at_once(talk.provider.device("lamp-2"))
    at_once(gone.entity("bulb", Light(), Switch(False)))
    talk.hub_says(*(write_request(n, Switch(True), device=n % 2) for n in range(4)))
    write = talk.conversation.next_request(gone)
    assert write is not None
    talk.conversation.answer(write, Answer(WriteOutcome.CONFIRMED, ""))
    gone.remove()
    talk.conversation.finish()
    talk.conversation.finish()
    stopped = (WriteOutcome.REFUSED, "the provider stopped")
    assert talk.sent().of(WriteResult) == results(
        (1, WriteOutcome.CONFIRMED, ""), (0, *stopped), (2, *stopped), (3, *stopped)
    )


def test_stop_is_an_action_and_later_writes_are_refused(talk: Talk) -> None:
    handler_that(talk)
    talk.clean_bulb()
    assert talk.hub_says(Stop("the hub ends"), write_request(1, Switch(True))) == [StopAsked("the hub ends")]
    assert talk.sent().messages == results((1, WriteOutcome.REFUSED, "the provider is stopping"))


# ── what the hub refuses ──


def test_a_refusal_is_logged_once_per_kind_and_names_what_it_is_about(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.clean_bulb()
    writes = MESSAGE_NAMES.index("WriteComponents")
    wrong = Refused(writes, 0, 0, Dimmer(1.0).schema.id, RefusalCode.WRONG_VALUE, "Dimmer 7.0 is above 1")
    talk.hub_says(wrong, wrong, wrong)
    talk.hub_says(
        Refused(MESSAGE_NAMES.index("CreateDevice"), 5, None, None, RefusalCode.LIMIT, "no more devices")
    )
    assert [record.getMessage() for record in caplog.records] == [
        "the hub refused WriteComponents for lamp-1/bulb, component Dimmer: Dimmer 7.0 is above 1 (WRONG_VALUE; said once)",
        "the hub refused CreateDevice for device 5: no more devices (LIMIT; said once)",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


# ── mistakes found when the module is imported ──


def test_decorators_find_mistakes_at_once() -> None:
    provider = Provider("demo")

    def plain() -> None: ...

    with pytest.raises(
        ProviderMistake, match=r"@provider.task needs `async def plain`, not a plain function"
    ):
        provider.task(plain)  # type: ignore[type-var]
    with pytest.raises(
        ProviderMistake, match=r"on_write takes component classes, such as Switch, not Switch\("
    ):
        provider.on_write(Switch(True))  # type: ignore[call-overload]
    with pytest.raises(ProviderMistake, match="one or more different component classes"):
        provider.on_write(Switch, Switch)

    async def any_handler(entity: Entity, *wanted: Component | None) -> None: ...

    with pytest.raises(ProviderMistake, match=r"TransitionDuration only comes with another component"):
        provider.on_write(TransitionDuration)(any_handler)
    provider.on_write(Switch, TransitionDuration)(any_handler)
    provider.on_write(Dimmer, TransitionDuration)(any_handler)
    with pytest.raises(ProviderMistake, match="Switch is handled by any_handler and by any_handler"):
        provider.on_write(Power, Switch)(any_handler)


def test_a_handler_that_cannot_be_called_is_a_mistake_at_once() -> None:
    provider = Provider("demo")

    async def short(entity: Entity) -> None: ...

    async def any_async(number: int) -> None: ...

    with pytest.raises(ProviderMistake, match="short would be called with 2 arguments: too many"):
        provider.on_write(Switch)(short)  # type: ignore[arg-type]

    class Bridge:
        with pytest.raises(
            ProviderMistake, match=r"switch would .* argument: 'wanted'.* \(A method is no function"
        ):

            @provider.on_write(Switch)  # type: ignore[arg-type]
            async def switch(self, entity: Entity, wanted: Switch) -> None: ...  # type: ignore[misc]

        with pytest.raises(ProviderMistake, match="poll would be called with 0 arguments"):

            @provider.task  # type: ignore[type-var]
            async def poll(self) -> None: ...

        async def obey(self, entity: Entity, wanted: Switch) -> None: ...

        async def run(self) -> None: ...

    bridge = Bridge()
    provider.on_write(Switch)(bridge.obey)
    provider.task(bridge.run)
    provider.task(functools.partial(any_async, 1))
    assert len(provider.tasks) == 2
    assert len(provider.calls_for((Switch(True),))) == 1


@pytest.mark.parametrize("version", ["1.0\n", "1\u202e0", "9" * 300, 1.0])
def test_a_version_that_the_hub_would_not_read_is_a_mistake_at_once(version: str) -> None:
    with pytest.raises(ProviderMistake, match=r"the version .* can't be told to the hub"):
        Provider("demo", version=version)


@pytest.mark.parametrize("name", ["", "Demo", "9lives", "a-b", "x" * 33, "demo\n"])
def test_a_provider_id_is_checked(name: str) -> None:
    with pytest.raises(ProviderMistake, match="the provider id"):
        Provider(name)


def test_a_decorator_while_the_provider_runs_comes_too_late(talk: Talk) -> None:
    talk.attach()
    with pytest.raises(ProviderMistake, match="comes too late"):
        handler_that(talk)


def test_the_version_that_is_told_at_hello_is_the_packages() -> None:
    pyproject = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert pyproject["project"]["version"] == SDK_VERSION
