"""Custom commands: what a signature becomes, what callers are told, and how each request ends."""

import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest
import trio
import trio.testing

from igloo_provider import (
    EXIT_DO_NOT_RESTART,
    SENT,
    Device,
    DoNotRestart,
    Entity,
    Provider,
    ProviderMistake,
    Rejected,
)
from igloo_provider.conversation import (
    DEFAULT_DEADLINE,
    MAX_COMMANDS,
    PROVIDER_WORKERS,
    REASON_BYTES,
    REQUESTS_WAITING,
)
from igloo_provider.custom import Command
from igloo_provider.on_trio import run_provider
from igloo_wire import (
    HIGHEST_MESSAGE,
    PREAMBLE,
    Configure,
    Custom,
    CustomParameter,
    CustomResult,
    Direction,
    Light,
    Log,
    Ready,
    RegisterCustom,
    RemoveDevice,
    Stop,
    Switch,
    Unsupported,
    ValueKind,
    WriteOutcome,
    encode_all,
)
from tests.provider.hub_side import HubEnd, hub_hello, write_request
from tests.provider.running import Running, running

if TYPE_CHECKING:
    from fractions import Fraction

CONFIRMED, REFUSED = WriteOutcome.CONFIRMED, WriteOutcome.REFUSED


def custom(
    request: int,
    name: str,
    device: int | None = None,
    entity: int | None = None,
    /,
    deadline: float = 0.0,
    **parameters: object,
) -> Custom:
    return Custom(request, round(deadline * 1000), name, device, entity, parameters)


# ── signatures ──


async def test_a_signature_says_what_a_caller_may_give() -> None:
    async def everything(  # type: ignore[no-untyped-def]
        a: bool,
        b: int,
        c: float,
        d: str,
        e: bytes,
        f: list[int],
        g: dict[str, list[str]],
        h: Any,  # noqa: ANN401
        i: Annotated[float | None, "seconds until\n it ends"] = None,
        *,
        j: "Optional[str]" = "x",  # noqa: UP045 - both forms are written
        k: list = [],  # type: ignore[type-arg]  # noqa: B006
        l: object = None,  # noqa: E741
        m="anything",  # noqa: ANN001
    ) -> None:
        """What it does,
        in short.

        And more of it.
        """

    command = Command("everything", everything, "")
    assert command.registration(None, None) == RegisterCustom(
        "everything",
        None,
        None,
        "What it does, in short.",
        [
            CustomParameter("a", ValueKind.BOOLEAN, True),
            CustomParameter("b", ValueKind.INTEGER, True),
            CustomParameter("c", ValueKind.REAL, True),
            CustomParameter("d", ValueKind.TEXT, True),
            CustomParameter("e", ValueKind.BYTES, True),
            CustomParameter("f", ValueKind.LIST, True),
            CustomParameter("g", ValueKind.MAP, True),
            CustomParameter("h", ValueKind.ANY, True),
            CustomParameter("i", ValueKind.REAL, False, "seconds until it ends"),
            CustomParameter("j", ValueKind.TEXT, False),
            CustomParameter("k", ValueKind.LIST, False),
            CustomParameter("l", ValueKind.ANY, False),
            CustomParameter("m", ValueKind.ANY, False),
        ],
    )


async def test_the_device_comes_first_and_its_type_need_not_be_there_at_run_time() -> None:
    async def calibrate(device: "Fraction", offset: "float") -> None: ...

    command = Command("calibrate", functools.partial(calibrate), "with words", "device")
    assert command.description == "with words"
    assert command.parameters == (CustomParameter("offset", ValueKind.REAL, True),)


async def nothing() -> None: ...
async def open_ended(*values: int) -> None: ...
async def open_names(**values: int) -> None: ...
async def by_place(x: int, /) -> None: ...
async def a_complex(x: complex) -> None: ...
async def two_types(x: int | str) -> None: ...
async def whole_keys(x: dict[int, str]) -> None: ...
async def list_of_sets(x: list[set[int]]) -> None: ...
async def not_there(x: "Fraction") -> None: ...
async def keyword_device(*, device: Device) -> None: ...
def plain() -> None: ...


def many_parameters() -> Callable[..., Awaitable[object]]:
    names = ", ".join(f"x{number}" for number in range(65))
    space: dict[str, Any] = {}
    exec(f"async def many({names}): ...", space)
    many: Callable[..., Awaitable[object]] = space["many"]
    return many


@pytest.mark.parametrize(
    ("function", "target", "sentence"),
    [
        (plain, "", "needs `async def plain`, not a plain function"),
        (5, "", "needs `async def 5`, not a plain function"),
        (open_ended, "", "takes any number of arguments"),
        (open_names, "", "takes any number of arguments"),
        (by_place, "", "by_place takes x only by its place"),
        (a_complex, "", "x of a_complex is <class 'complex'>; a custom command takes bool, int"),
        (two_types, "", "x of two_types is int | str"),
        (whole_keys, "", "x of whole_keys is dict"),
        (list_of_sets, "", "x of list_of_sets is list"),
        (not_there, "", "the type of x, Fraction, is not known while the provider runs: NameError"),
        (nothing, "device", "nothing would be called with the device first"),
        (keyword_device, "entity", "keyword_device would be called with the entity first"),
        (many_parameters(), "", "'it' can't be told to the hub: RegisterCustom.parameters has 65"),
    ],
)
def test_what_no_caller_could_use_is_found_at_once(function: Any, target: str, sentence: str) -> None:  # noqa: ANN401
    with pytest.raises(ProviderMistake) as mistake:
        Command("it", function, "", target)
    assert sentence in str(mistake.value)


@pytest.mark.parametrize("name", ["", "x" * 300, "a\nb", 5])
def test_a_name_must_be_one_for_the_wire(name: Any) -> None:  # noqa: ANN401
    with pytest.raises(ProviderMistake, match="can't be told to the hub"):
        Command(name, nothing, "")


# ── what callers give ──


async def play(
    title: str,
    volume: float = 0.5,
    times: int = 1,
    tags: list[str] | None = None,
    extra: Any = None,  # noqa: ANN401
) -> None: ...


PLAY = Command("play", play, "")


def test_what_a_caller_gives_is_converted_to_what_the_function_takes() -> None:
    arguments = PLAY.arguments(
        {"title": "x", "volume": 1, "times": 2.0, "tags": ["a"], "extra": {"k": [None]}}
    )
    assert arguments == {"title": "x", "volume": 1.0, "times": 2, "tags": ["a"], "extra": {"k": [None]}}
    assert isinstance(arguments, dict)
    assert (type(arguments["volume"]), type(arguments["times"])) == (float, int)
    assert PLAY.arguments({"title": "x", "tags": None}) == {"title": "x", "tags": None}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "play: it needs title, text"),
        ({"title": None}, "play: title must be text, not nothing"),
        ({"title": b"x"}, "play: title must be text, not bytes"),
        ({"title": "x", "volume": True}, "play: volume must be a number, not true or false"),
        ({"title": "x", "volume": "secret"}, "play: volume must be a number, not text"),
        ({"title": "x", "volume": float("nan")}, "play: volume must be a number, not infinity or no number"),
        ({"title": "x", "times": 1.5}, "play: times must be a whole number, not a fraction"),
        (
            {"title": "x", "times": float("inf")},
            "play: times must be a whole number, not infinity or no number",
        ),
        ({"title": "x", "times": False}, "play: times must be a whole number, not true or false"),
        ({"title": "x", "tags": ["a", 1]}, "play: tags[1] must be text, not a whole number"),
        ({"title": "x", "tags": {"a": 1}}, "play: tags must be a list or nothing, not a map"),
        (
            {"title": "x", "volum": 1},
            "play: it has no parameter 'volum'; it takes title, volume, times, tags, extra",
        ),
        (
            {"times": "a", "x\x1b": 1},
            "play: it has no parameter 'x\\\\x1b'; it takes title, volume, times, tags, extra; it needs title, text; "
            "times must be a whole number, not text",
        ),
    ],
)
def test_a_caller_who_gives_something_else_is_told_what_is_taken(
    values: dict[str, object], sentence: str
) -> None:
    assert PLAY.arguments(values) == sentence


def test_no_value_of_the_callers_is_in_a_sentence_and_none_is_endless() -> None:
    secret = "hunter2"
    values: dict[str, object] = {"title": [secret], "tags": [1] * 5000, "times": secret}
    values |= {f"{number} {'x' * 1000}": secret for number in range(1000)}
    sentence = PLAY.arguments(values)
    assert isinstance(sentence, str)
    assert secret not in sentence
    assert len(sentence) < REASON_BYTES


# ── while it runs ──


def talking_provider() -> Provider:
    provider = Provider("demo")

    @provider.custom("greet", description="says hello")
    async def greet(name: str, times: int = 1) -> dict[str, object]:
        if name == "nobody":
            raise Rejected("there is nobody here")
        if name == "fault":
            raise KeyError("x")
        return {"text": f"hello {name}" * times, "parts": [name, b"\x00", None]}

    return provider


async def test_the_providers_own_commands_are_told_between_configure_and_ready() -> None:
    provider = talking_provider()

    @provider.task
    async def house() -> None:
        await (await provider.device("lamp-1")).custom("blink", blink)
        await trio.sleep_forever()

    async with running(provider) as hub:
        names = hub.ear.names()
        assert names == ["Hello", "RegisterCustom", "CreateDevice", "RegisterCustom", "Ready"]
        assert hub.ear.of(RegisterCustom)[0] == RegisterCustom(
            "greet",
            None,
            None,
            "says hello",
            [
                CustomParameter("name", ValueKind.TEXT, True),
                CustomParameter("times", ValueKind.INTEGER, False),
            ],
        )


async def test_a_command_is_done_and_its_result_given(autojump_clock: trio.testing.MockClock) -> None:
    async with running(talking_provider()) as hub:
        await hub.say(custom(1, "greet", name="you", times=2))
        result = await hub.custom_result_of(1)
        assert (result.outcome, result.reason) == (CONFIRMED, "")
        assert result.result == {"text": "hello youhello you", "parts": ["you", b"\x00", None]}


async def test_what_can_not_be_done_is_refused_in_words(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(talking_provider()) as hub:
        await hub.say(
            custom(1, "greet"),
            custom(2, "greet", name="nobody"),
            custom(3, "greet", name="fault"),
            custom(4, "great", name="x"),
            custom(5, "greet", 0, name="x"),
            custom(6, "greet", 3, 3, name="x"),
        )
        reasons = {number: (await hub.custom_result_of(number)).reason for number in range(1, 7)}
        assert reasons == {
            1: "greet: it needs name, text",
            2: "there is nobody here",
            3: "the provider failed: KeyError: 'x'",
            4: "the provider has no custom command 'great'; it has greet",
            5: "the provider has no device 0",
            6: "the provider has no device 3",
        }
        assert {message.outcome for message in results(hub)} == {REFUSED}
    assert "the handler failed (failure 1 of this run): custom command greet of the provider" in caplog.text


def results(hub: HubEnd) -> list[CustomResult]:
    return [message for message in hub.ear.messages if isinstance(message, CustomResult)]


async def blink(device: Device, times: int = 1) -> str:
    return f"{device.key} blinks {times}"


async def learn(entity: Entity, code: str) -> str:
    return f"{entity.key} of {entity.device.key} learns"


@asynccontextmanager
async def house_with_commands() -> AsyncIterator[tuple[Running, Device, Entity]]:
    provider = Provider("demo")
    made: list[tuple[Device, Entity]] = []

    @provider.task
    async def house() -> None:
        lamp = await provider.device("lamp-1")
        bulb = await lamp.entity("bulb", Light(), Switch(False))
        await lamp.custom("blink", blink, description="blinks")
        await bulb.custom("learn", learn)
        made.append((lamp, bulb))
        await trio.sleep_forever()

    @provider.on_write(Switch)
    async def switch(bulb: Entity, wanted: Switch) -> None:
        await trio.sleep(1)

    async with running(provider) as hub:
        yield hub, *made[0]


async def test_devices_and_entities_have_commands_of_their_own(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with house_with_commands() as (hub, _, _):
        assert hub.ear.of(RegisterCustom) == [
            RegisterCustom("blink", 0, None, "blinks", [CustomParameter("times", ValueKind.INTEGER, False)]),
            RegisterCustom("learn", 0, 0, "", [CustomParameter("code", ValueKind.TEXT, True)]),
        ]
        await hub.say(
            custom(1, "blink", 0, times=3),
            custom(2, "learn", 0, 0, code="x"),
            custom(3, "learn", 0, code="x"),
            custom(4, "blink", 0, 0),
            custom(5, "learn", 0, 7, code="x"),
        )
        found = {n: (await hub.custom_result_of(n)) for n in range(1, 6)}
        assert (found[1].result, found[2].result) == ("lamp-1 blinks 3", "bulb of lamp-1 learns")
        assert found[3].reason == "lamp-1 has no custom command 'learn'; it has blink"
        assert found[4].reason == "lamp-1/bulb has no custom command 'blink'; it has learn"
        assert found[5].reason == "lamp-1 has no entity 7"


async def test_a_devices_commands_take_their_turn_among_its_writes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with house_with_commands() as (hub, _, _):
        await hub.say(
            custom(1, "blink", 0),
            write_request(2, Switch(True)),
            custom(3, "blink", 0),
            write_request(4, Switch(False)),
            custom(5, "learn", 0, 0, code="x"),
        )
        await hub.custom_result_of(5)
        ends = [
            getattr(message, "request", None)
            for message in hub.ear.messages
            if type(message).__name__ in ("WriteResult", "CustomResult")
        ]
        assert ends == [1, 2, 3, 4, 5]


async def test_the_same_command_again_takes_the_place_of_the_first(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def blink_anew(device: Device, times: int = 1) -> str:
        return "anew"

    async def blink_otherwise(device: Device) -> str:
        return "otherwise"

    async with house_with_commands() as (hub, lamp, _):
        hub.ear.forget()
        await lamp.custom("blink", blink_anew, description="blinks")
        await hub.settled()
        assert hub.ear.messages == []  # the hub knows it already
        await hub.say(custom(1, "blink", 0))
        assert (await hub.custom_result_of(1)).result == "anew"
        await lamp.custom("blink", blink_otherwise)
        await hub.say(custom(2, "blink", 0, times=1))
        assert (await hub.custom_result_of(2)).reason == "blink: it has no parameter 'times'; it takes none"
        assert hub.ear.of(RegisterCustom) == [RegisterCustom("blink", 0, None, "")]


async def test_what_is_removed_has_no_commands_any_more(autojump_clock: trio.testing.MockClock) -> None:
    async with house_with_commands() as (hub, lamp, bulb):
        await hub.say(
            write_request(1, Switch(True)), custom(2, "learn", 0, 0, code="x"), custom(3, "blink", 0)
        )
        await hub.settled()
        bulb.remove()
        await hub.say(custom(4, "learn", 0, 0, code="x"))
        assert (await hub.custom_result_of(4)).reason == "the entity was removed"
        assert (await hub.custom_result_of(2)).reason == "the entity was removed"
        assert (await hub.custom_result_of(3)).outcome == CONFIRMED
        with pytest.raises(ProviderMistake, match="after its entity was removed"):
            await bulb.custom("learn", learn)

        again = await lamp.entity("bulb", Light(), Switch(False))
        await hub.say(custom(5, "learn", 0, 1, code="x"))
        assert (
            await hub.custom_result_of(5)
        ).reason == "lamp-1/bulb has no custom command 'learn'; it has none"

        await again.custom("learn", learn)
        await hub.say(
            write_request(6, Switch(True), entity=1),
            custom(7, "blink", 0),
            custom(8, "learn", 0, 1, code="x"),
        )
        await hub.settled()
        lamp.remove()
        await hub.say(custom(9, "blink", 0))
        for number in (7, 8, 9):
            assert (await hub.custom_result_of(number)).reason == "the device was removed"
        with pytest.raises(ProviderMistake, match="lamp-1 was removed"):
            await lamp.custom("blink", blink)
        assert hub.ear.of(RemoveDevice) == [RemoveDevice(0)]


async def test_no_scope_has_endless_commands() -> None:
    provider = Provider("demo")
    for number in range(MAX_COMMANDS):
        provider.custom(f"command {number}")(nothing)
    with pytest.raises(ProviderMistake, match="the provider demo has 64 custom commands"):
        provider.custom("one more")(nothing)
    with pytest.raises(ProviderMistake, match="'command 0' is done by nothing and by play"):
        provider.custom("command 0")(play)
    async with house_with_commands() as (_, lamp, _):
        for number in range(1, MAX_COMMANDS):
            await lamp.custom(f"command {number}", blink)
        with pytest.raises(ProviderMistake, match="lamp-1 has 64 custom commands"):
            await lamp.custom("one more", blink)
        await lamp.custom("blink", blink)


def test_a_decorator_without_a_name_is_a_mistake() -> None:
    with pytest.raises(ProviderMistake, match=r'needs a name: @provider\.custom\("nothing"\)'):
        Provider("demo").custom(nothing)  # type: ignore[arg-type]


async def test_a_decorator_that_comes_while_the_provider_runs_is_a_mistake() -> None:
    provider = talking_provider()
    async with running(provider):
        with pytest.raises(ProviderMistake, match=r"@provider\.custom comes too late"):
            provider.custom("late")(nothing)


# ── results ──


class Odd:
    pass


@pytest.mark.parametrize(
    ("result", "outcome", "reason"),
    [
        (None, CONFIRMED, ""),
        (SENT, WriteOutcome.SENT, ""),
        (CONFIRMED, CONFIRMED, ""),
        ((1, [True]), CONFIRMED, ""),
        (
            REFUSED,
            REFUSED,
            "TypeError: a custom command returns its result or SENT, not WriteOutcome.REFUSED",
        ),
        (Odd(), REFUSED, "TypeError"),
        ({1: 2}, REFUSED, "TypeError"),
        (1 << 70, REFUSED, "InvalidValue"),
        ("x" * 70_000, REFUSED, "InvalidValue: CustomResult.result has 70000 bytes of text"),
        ([0] * 5000, REFUSED, "InvalidValue: CustomResult.result has 5000 values"),
        (["x" * 60_000] * 20, REFUSED, "InvalidValue: the message takes"),
    ],
)
async def test_a_result_is_checked_before_it_is_sent(
    result: object,
    outcome: WriteOutcome,
    reason: str,
    autojump_clock: trio.testing.MockClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = Provider("demo")

    @provider.custom("give")
    async def give() -> object:
        return result

    async with running(provider) as hub:
        await hub.say(custom(1, "give"), custom(2, "give"))
        await hub.custom_result_of(2)
        assert len(results(hub)) == 2
        answer = await hub.custom_result_of(1)
        assert answer.outcome == outcome
        assert (reason in answer.reason) if reason else answer.reason == ""
    assert ("failure 2 of this run" in caplog.text) is bool(reason)


# ── time, order, the end ──


def slow_provider(log: list[str]) -> Provider:
    provider = Provider("demo")

    @provider.custom("wait")
    async def wait(seconds: float, name: str = "") -> None:
        log.append(f"{name} begins")
        try:
            await trio.sleep(seconds)
        finally:
            log.append(f"{name} ends")

    return provider


async def test_the_providers_commands_are_done_side_by_side_and_a_bounded_number_waits(
    autojump_clock: trio.testing.MockClock,
) -> None:
    log: list[str] = []
    async with running(slow_provider(log)) as hub:
        count = PROVIDER_WORKERS + REQUESTS_WAITING
        for number in range(PROVIDER_WORKERS):
            await hub.say(custom(number, "wait", seconds=5, name=str(number)))
        await hub.settled()
        assert sorted(log) == [f"{number} begins" for number in range(PROVIDER_WORKERS)]
        began = trio.current_time()
        await hub.say(
            *(custom(number, "wait", deadline=began + 60, seconds=1) for number in range(8, count + 1))
        )
        assert (await hub.custom_result_of(count)).reason == "the provider has 16 requests waiting already"
        await hub.custom_result_of(count - 1)
        assert trio.current_time() - began == pytest.approx(5 + REQUESTS_WAITING / PROVIDER_WORKERS, abs=0.1)
        # Every worker went home, so that the next ones find a place.
        log.clear()
        await hub.say(*(custom(100 + number, "wait", seconds=1) for number in range(PROVIDER_WORKERS)))
        await hub.settled()
        assert len(log) == PROVIDER_WORKERS


async def test_a_command_is_cancelled_at_its_deadline_and_one_too_late_not_begun(
    autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    log: list[str] = []
    async with running(slow_provider(log)) as hub:
        await trio.sleep(1)
        began = trio.current_time()
        await hub.say(
            custom(1, "wait", deadline=began + 3, seconds=60, name="long"),
            custom(2, "wait", seconds=60, name="usual"),
            custom(3, "wait", deadline=began - 0.5, seconds=60, name="late"),
        )
        assert (
            await hub.custom_result_of(1)
        ).reason == "the provider did not finish the custom command in time"
        assert trio.current_time() - began == pytest.approx(3, abs=0.1)
        await hub.custom_result_of(2)
        assert trio.current_time() - began == pytest.approx(DEFAULT_DEADLINE, abs=0.1)
        assert (await hub.custom_result_of(3)).outcome == REFUSED
        assert sorted(log) == ["long begins", "long ends", "usual begins", "usual ends"]
    assert "not finished in time: custom command wait of the provider" in caplog.text


async def test_every_command_is_answered_once_when_the_provider_stops(
    autojump_clock: trio.testing.MockClock,
) -> None:
    log: list[str] = []
    async with running(slow_provider(log)) as hub:
        numbers = range(PROVIDER_WORKERS + 4)
        await hub.say(*(custom(number, "wait", seconds=5) for number in numbers))
        await hub.settled()
        await hub.say(Stop("the hub ends"), custom(99, "wait", seconds=5))
        assert await hub.ended() == 0
        assert sorted((message.request, message.reason) for message in results(hub)) == [
            *((number, "the provider stopped") for number in numbers),
            (99, "the provider is stopping"),
        ]
        assert len(log) == 2 * PROVIDER_WORKERS


async def test_a_command_may_end_the_provider_for_good(autojump_clock: trio.testing.MockClock) -> None:
    provider = Provider("demo")

    @provider.custom("leave")
    async def leave() -> None:
        raise DoNotRestart("the account is closed")

    async with running(provider) as hub:
        await hub.say(custom(1, "leave"))
        assert await hub.ended() == EXIT_DO_NOT_RESTART
        assert [message.reason for message in results(hub)] == ["the provider stopped"]


# ── other versions ──


async def test_an_older_hub_is_told_of_no_command(autojump_clock: trio.testing.MockClock) -> None:
    ours, theirs = trio.testing.memory_stream_pair()
    hub = HubEnd(ours)
    provider = talking_provider()

    @provider.task
    async def house() -> None:
        await (await provider.device("lamp-1")).custom("blink", blink)
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_provider, provider, theirs)
        nursery.start_soon(hub.listen)
        old = HIGHEST_MESSAGE[Direction.PROVIDER_TO_HUB] - 2
        await hub.stream.send_all(
            PREAMBLE + encode_all([hub_hello(highest_message=old), Configure("demo", "/nowhere", {}, {})])
        )
        await trio.testing.wait_all_tasks_blocked()
        assert hub.ear.names() == ["Hello", "CreateDevice", "Ready"]
        nursery.cancel_scope.cancel()


async def test_what_the_hub_says_it_does_not_know_is_logged_once_and_not_sent_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house_with_commands() as (hub, lamp, _):
        hub.ear.forget()
        await hub.say(Unsupported(13), Unsupported(13), Unsupported(4711), Unsupported(4712))
        await hub.settled()
        await lamp.custom("another", blink)
        await hub.settled()
        assert hub.ear.of(RegisterCustom) == []
        assert hub.ear.of(Ready) == []
        assert len(hub.ear.of(Log)) == 2
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == [
        "the hub does not know RegisterCustom: it is older than this SDK",
        "the hub does not know a message that this SDK has no name for: it is older than this SDK",
    ]
