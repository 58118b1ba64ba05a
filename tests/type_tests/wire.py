"""What a type checker sees of igloo_wire. Never run: mypy strict must accept it as it is.

An ignore with a code is a mistake that must be found: where mypy no longer finds it, it reports the unused ignore.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, assert_type

import igloo_wire
from igloo_wire import (
    COMPONENTS,
    HIGHEST_MESSAGE,
    PREAMBLE,
    ButtonEvent,
    ButtonEventKind,
    Color,
    Command,
    Commands,
    Component,
    CreateDevice,
    Custom,
    CustomParameter,
    CustomResult,
    Date,
    Decoder,
    Dimmer,
    Direction,
    DoorLock,
    Light,
    Limits,
    Location,
    Message,
    NamedEvent,
    Refused,
    RefusedValue,
    RegisterCustom,
    RegisterEntity,
    Schema,
    Switch,
    Temperature,
    Text,
    TextOptions,
    Timestamp,
    Unsupported,
    ValueKind,
    WireError,
    Writable,
    WriteOutcome,
    Writes,
    encode,
    encode_all,
    encode_writes,
)

C = TypeVar("C", bound=Component)


def first(kind: type[C], components: Iterable[Component]) -> C | None:
    return next((component for component in components if isinstance(component, kind)), None)


def values() -> None:
    assert_type(Dimmer(1).value, float)
    assert_type(Switch(True).value, bool)
    assert_type(Timestamp(1).value, int)
    assert_type(Text("a").value, str)
    assert_type(Date(datetime.date(2026, 1, 1)).value, datetime.date)
    assert_type(Color(1, 0, 0).red, float)
    assert_type(DoorLock.LOCKED, DoorLock)
    assert_type(DoorLock.LOCKED.value, int)
    assert_type(DoorLock(87).name, str)
    assert_type(TextOptions(["a"]).value, tuple[str, ...])
    assert_type(Location((1.0, 2.0)).value, tuple[float, ...])
    assert_type(Commands([Command.PRESS]).value, tuple[Command, ...])
    assert_type(Writable([Switch, 3]).value, tuple[int, ...])
    assert_type(Limits(0, 1).step, float)
    assert_type(ButtonEvent(ButtonEventKind.SINGLE).kind, ButtonEventKind)
    assert_type(NamedEvent("ring", count=2).text, str)
    assert_type(Light().to_plain(), Any)
    assert_type(Temperature.schema, Schema)
    assert_type(Temperature.schema.minimum, float | None)
    assert_type(DoorLock.schema.writes, tuple[int, ...] | None)
    assert_type(COMPONENTS, Mapping[str, type[Component]])
    assert_type(COMPONENTS["Dimmer"].schema.id, int)
    assert_type(HIGHEST_MESSAGE[Direction.PROVIDER_TO_HUB], int)
    assert_type(PREAMBLE, bytes)
    assert_type(first(Dimmer, [Light()]), Dimmer | None)


def matching(component: Component) -> None:
    match component:
        case Dimmer(value):
            assert_type(value, float)
        case ButtonEvent(kind, count):
            assert_type(kind, ButtonEventKind)
            assert_type(count, int)
        case Color(red, _, _):
            assert_type(red, float)
        case DoorLock.LOCKED:
            pass
        case Commands(commands):
            assert_type(commands, tuple[Command, ...])


def conversation(data: bytes) -> None:
    decoder = Decoder(Direction.PROVIDER_TO_HUB, max_frame=1024)
    assert_type(decoder.feed(data), list[Message])
    assert_type(decoder.feed(memoryview(data)), list[Message])
    for message in decoder.feed(data):
        match message:
            case Writes():
                assert_type(len(message), int)
                assert_type(message.refused, tuple[RefusedValue, ...])
                for device, entity, component in message:
                    assert_type(device, int)
                    assert_type(entity, int)
                    assert_type(component, Component)
            case CreateDevice(number, key, _):
                assert_type(number, int)
                assert_type(key, str)
            case RegisterEntity(components=registered):
                assert_type(registered, tuple[Component, ...])
            case Refused():
                assert_type(message.device, int | None)
            case RegisterCustom(name, scope, parameters=parameters):
                assert_type(name, str)
                assert_type(scope, int | None)
                assert_type(parameters, tuple[CustomParameter, ...])
                for parameter in parameters:
                    assert_type(parameter.kind, ValueKind)
                    assert_type(parameter.required, bool)
            case CustomResult(number, outcome, reason, result):
                assert_type(number, int)
                assert_type(outcome, WriteOutcome)
                assert_type(reason, str)
                assert_type(result, Any)
            case Custom(parameters=values):
                assert_type(values, dict[str, Any])
                assert_type(message.entity, int | None)
            case Unsupported(number):
                assert_type(number, int)
    assert_type(decoder.skipped_ids, tuple[int, ...])
    assert_type(ValueKind.TEXT.name, str)
    RegisterCustom("restart", None, None)
    RegisterCustom("play", 0, None, "", [CustomParameter("tune", ValueKind.TEXT, required=True)])
    CustomResult(1, WriteOutcome.CONFIRMED, result={"seconds": [12, None]})
    assert_type(encode(CreateDevice(0, key="k", name="n")), bytes)
    assert_type(encode_all([CreateDevice(0, "k", "n")]), bytes)
    assert_type(encode_writes([(0, 0, Light())]), bytes)


def faults(error: WireError) -> None:
    assert_type(error.messages, tuple[Message, ...])


def mistakes(dimmer: Dimmer) -> None:
    igloo_wire.Dimer(1)  # type: ignore[attr-defined]
    Dimmer("1")  # type: ignore[arg-type]
    Dimmer()  # type: ignore[call-arg]
    Switch("on")  # type: ignore[arg-type]
    Light(True)  # type: ignore[call-arg]
    Commands([DoorLock.LOCKED])  # type: ignore[list-item]
    Writable([int])  # type: ignore[list-item]
    ButtonEvent("SINGLE")  # type: ignore[arg-type]
    dimmer.value = 2  # type: ignore[misc]
    dimmer.level  # type: ignore[attr-defined]  # noqa: B018
    DoorLock.CLOSED  # type: ignore[attr-defined]  # noqa: B018
    CreateDevice(0, 1, "")  # type: ignore[arg-type]
    RegisterCustom("play")  # type: ignore[call-arg]
    RegisterCustom("play", None, None, "", ["tune"])  # type: ignore[list-item]
    CustomParameter("tune", "TEXT", True)  # type: ignore[arg-type]
    CustomParameter("tune", ValueKind.TEXT)  # type: ignore[call-arg]
    Custom(1, 0, "play", None, None, [("tune", "x")])  # type: ignore[arg-type]
    encode(dimmer)  # type: ignore[arg-type]
    encode_writes([(0, dimmer)])  # type: ignore[list-item]
    Decoder(Direction.PROVIDER_TO_HUB).feed("text")  # type: ignore[arg-type]
