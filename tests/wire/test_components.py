"""Components as Python sees them: what can be built, what is refused, what is the same object."""

import copy
import datetime
import json
import math
import pickle

import pytest

from igloo_wire import (
    COMPONENTS,
    AirQuality,
    AlarmMode,
    ButtonEvent,
    ButtonEventKind,
    Code,
    Color,
    Command,
    Commands,
    Component,
    Date,
    Dimmer,
    DoorbellEvent,
    DoorLock,
    Humidity,
    Integer,
    InvalidValue,
    Light,
    Limits,
    Location,
    NamedEvent,
    Precision,
    Switch,
    Temperature,
    Text,
    TextOptions,
    Time,
    Timestamp,
    Unit,
    UnknownComponent,
    Writable,
)
from tools.record_golden import components, evaluate


class HasSchema:
    """No component, though it has what components have."""

    schema = Switch.schema


def test_there_are_223_with_ids_in_order_and_one_class_each() -> None:
    assert [component.schema.id for component in COMPONENTS.values()] == list(range(223))
    assert all(component.schema.name == component.__name__ == name for name, component in COMPONENTS.items())
    assert all(component.__doc__ == component.schema.description for component in COMPONENTS.values())


@pytest.mark.parametrize("component", COMPONENTS.values())
def test_every_component_can_be_built_compared_hashed_and_told_as_json(component: type[Component]) -> None:
    for expression in components(component):
        both = [evaluate(f"WriteComponents(0, 0, [{expression}])").components[0] for _ in range(2)]  # type: ignore[attr-defined]
        assert both[0] == both[1]
        assert hash(both[0]) == hash(both[1])
        assert both[0].id == component.schema.id
        assert both[0] != Light() or component is Light
        json.dumps(both[0].to_plain(), allow_nan=False)
        match_args: tuple[str, ...] = component.__match_args__  # type: ignore[attr-defined]
        if component.schema.kind != "enum" and component is not Code:
            assert repr(both[0]).startswith(component.__name__ + "(")
            rebuilt = component(**{name: getattr(both[0], name) for name in match_args})
            assert rebuilt == both[0]
        with pytest.raises(AttributeError):
            both[0].value = 1


def test_what_has_few_values_exists_once() -> None:
    assert Light() is Light()
    assert Switch(True) is Switch(True)
    assert Switch(True) is not Switch(False)
    assert DoorLock(1) is DoorLock.UNLOCKED
    assert ButtonEventKind(2) is ButtonEventKind.SINGLE


def test_an_enum_keeps_a_variant_that_it_does_not_know() -> None:
    assert (DoorLock.LOCKED.value, DoorLock.LOCKED.name, repr(DoorLock.LOCKED)) == (
        0,
        "LOCKED",
        "DoorLock.LOCKED",
    )
    newer = DoorLock(87)
    assert (newer.value, newer.name, repr(newer)) == (87, "unknown:87", "DoorLock(87)")
    assert newer == DoorLock(87)
    assert newer != DoorLock(88)
    assert newer != AirQuality(87)
    assert ButtonEventKind(87).name == "unknown:87"


def test_components_match_by_class_and_value() -> None:
    found: list[object] = []
    for component in (
        Dimmer(0.5),
        DoorLock.JAMMED,
        ButtonEvent(ButtonEventKind.DOUBLE),
        Color(1, 0.5, 0),
        Light(),
    ):
        match component:
            case Dimmer(value):
                found.append(value)
            case DoorLock.JAMMED:
                found.append("jammed")
            case ButtonEvent(ButtonEventKind.DOUBLE, count):
                found.append(count)
            case Color(red, green, blue):
                found.append((red, green, blue))
            case Light():
                found.append("lamp")
    assert found == [0.5, "jammed", 1, (1.0, 0.5, 0.0), "lamp"]


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Dimmer(1.5), "Dimmer 1.5 is above 1"),
        (lambda: Humidity(130), "Humidity 130.0 is above 100"),
        (lambda: Temperature(-300), "Temperature -300.0 is below -273.15"),
        (lambda: Temperature(math.nan), "Temperature NaN is not a finite number"),
        (lambda: Temperature(math.inf), "Temperature inf is not a finite number"),
        (lambda: Precision(16), "Precision 16 is above 15"),
        (lambda: Color(0, 0, 1.1), "Color blue 1.1 is above 1"),
        (lambda: Text("a\x1b[31m"), "Text holds U+001B, which is not allowed there"),
        (lambda: Text("x" * 65_537), "Text has 65537 bytes of text, at most 65536 are allowed"),
        (lambda: TextOptions([""]), "TextOptions holds an empty text"),
        (
            lambda: TextOptions(["a"] * 1_025),
            "TextOptions has 1025 items, at most 1024 are allowed",
        ),
        (
            lambda: TextOptions(["x" * 65_536] * 5),
            "TextOptions has 327706 bytes in all, at most 262144 are allowed",
        ),
        (lambda: Location([1.0]), "Location has 1 items, at least 2 are needed"),
        (lambda: Location([1.0] * 4), "Location has 4 items, at most 3 are allowed"),
        (lambda: Limits(2, 1), "Limits minimum 2 is above maximum 1"),
        (lambda: Limits(0, 1, -1), "Limits step -1.0 is below 0"),
        (lambda: DoorbellEvent(0), "DoorbellEvent happened 0 times"),
        (lambda: NamedEvent("\x07"), "NamedEvent holds U+0007, which is not allowed there"),
    ],
)
def test_a_bad_value_cannot_be_built(build: object, sentence: str) -> None:
    assert callable(build)
    with pytest.raises(InvalidValue) as caught:
        build()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "build",
    [
        lambda: Dimmer("1"),  # type: ignore[arg-type]
        lambda: Switch(1),  # type: ignore[arg-type]
        lambda: Text(1),  # type: ignore[arg-type]
        lambda: TextOptions("ab"),
        lambda: Writable(b"\x01\x02"),
        lambda: Writable(bytearray(b"\x01")),
        lambda: Writable([HasSchema]),  # type: ignore[list-item]
        lambda: Commands([DoorLock.LOCKED]),  # type: ignore[list-item]
        lambda: Writable([Component]),
        lambda: Writable([UnknownComponent]),
        lambda: Writable([int]),  # type: ignore[list-item]
        lambda: Date(datetime.datetime(2026, 1, 1)),
        lambda: Light(1),  # type: ignore[call-arg]
        lambda: Component(),
    ],
)
def test_a_wrong_type_is_a_type_error(build: object) -> None:
    assert callable(build)
    with pytest.raises(TypeError):
        build()


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Integer(2**63), f"Integer is not between {-(2**63)} and {2**63 - 1}"),
        (lambda: DoorLock(2**32), "DoorLock is not between 0 and 4294967295"),
        (lambda: DoorLock(-1), "DoorLock is not between 0 and 4294967295"),
        (lambda: ButtonEventKind(-1), "ButtonEventKind is not between 0 and 4294967295"),
        (lambda: Writable([65_536]), "Writable is not between 0 and 65535"),
        (lambda: DoorbellEvent(2**32), "DoorbellEvent count is not between 0 and 4294967295"),
        (lambda: ButtonEvent(ButtonEventKind.SINGLE, -1), "ButtonEvent count is not between"),
        (lambda: NamedEvent("ring", -1), "NamedEvent count is not between 0 and 4294967295"),
        (lambda: UnknownComponent(65_536, b""), "UnknownComponent id is not between 0 and 65535"),
        (lambda: Temperature(10**400), "Temperature is not between -1.7976931348623157e308 and"),
        (lambda: Location([10**400, 1]), "Location is not between"),
        (lambda: Color(0, 10**400, 0), "Color green is not between"),
        (lambda: Limits(0, 1, 10**400), "Limits step is not between"),
        (lambda: Text("\ud800"), "Text holds half of a surrogate pair, which is not allowed there"),
        (lambda: TextOptions(["a", "\ud800"]), "TextOptions holds half of a surrogate pair"),
        (lambda: NamedEvent("\ud800"), "NamedEvent holds half of a surrogate pair"),
    ],
)
def test_what_the_wire_has_no_form_for_is_refused_by_name(build: object, sentence: str) -> None:
    assert callable(build)
    with pytest.raises(InvalidValue) as caught:
        build()
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("component", COMPONENTS.values())
def test_a_component_is_its_own_copy_and_can_be_pickled(component: type[Component]) -> None:
    for expression in components(component):
        (value,) = evaluate(f"WriteComponents(0, 0, [{expression}])").components  # type: ignore[attr-defined]
        assert copy.copy(value) is value
        assert copy.deepcopy([value])[0] is value
        assert pickle.loads(pickle.dumps(value)) == value


def test_what_is_open_is_pickled_too() -> None:
    for value in (UnknownComponent(300, b"\xff"), ButtonEventKind(87)):
        assert pickle.loads(pickle.dumps(value)) == value
    assert pickle.loads(pickle.dumps(ButtonEventKind.SINGLE)) is ButtonEventKind.SINGLE
    assert copy.deepcopy(ButtonEventKind(87)) == ButtonEventKind(87)
    assert copy.deepcopy(Switch.schema).id == 1


def test_a_time_of_day_has_no_zone() -> None:
    with pytest.raises(ValueError, match="tzinfo is set"):
        Time(datetime.time(1, tzinfo=datetime.UTC))


def test_plain_values_are_for_json() -> None:
    assert Light().to_plain() is True
    assert Switch(False).to_plain() is False
    assert DoorLock(87).to_plain() == "unknown:87"
    assert Color(1, 0.5, 0).to_plain() == [1.0, 0.5, 0.0]
    assert Date(datetime.date(9, 1, 2)).to_plain() == "0009-01-02"
    assert Time(datetime.time(7, 30)).to_plain() == "07:30:00"
    assert Limits(-math.inf, 10, 0.5).to_plain() == {"minimum": None, "maximum": 10.0, "step": 0.5}
    assert ButtonEvent(ButtonEventKind.LONG, 2).to_plain() == {"count": 2, "kind": "LONG"}
    assert NamedEvent("ring").to_plain() == {"count": 1, "text": "ring"}
    assert DoorbellEvent().to_plain() == {"count": 1}
    assert Commands([Command.PRESS, Command(250)]).to_plain() == ["PRESS", "unknown:250"]
    assert UnknownComponent(300, b"\x01\xff").to_plain() == {"id": 300, "payload": "01ff"}


def test_writable_takes_classes_and_ids() -> None:
    assert Writable([Switch, Dimmer, 300]).value == (1, 2, 300)
    assert Writable(component for component in (Switch,)).value == (1,)


def test_an_unknown_component_must_be_unknown() -> None:
    with pytest.raises(ValueError, match="id 2 is Dimmer, which is known"):
        UnknownComponent(2, b"")


def test_the_schema_says_unit_range_access_and_what_may_be_written() -> None:
    schema = Temperature.schema
    assert (schema.unit, schema.minimum, schema.maximum, schema.access) == ("°C", -273.15, None, "state")
    assert (schema.kind, schema.element, schema.since, schema.writes) == ("real", None, 1, None)
    assert DoorLock.schema.writes == (0, 1)
    assert AlarmMode.schema.writes == (0, 1, 2, 3, 4, 5)
    assert Commands.schema.element == "Command"
    assert Writable.schema.element == "component"
    assert ButtonEvent.schema.element == "ButtonEventKind"
    assert len(Unit.schema.variants) == 182
    assert ButtonEvent.schema.variants[2] == "SINGLE"


def test_a_code_is_hidden_in_logs() -> None:
    assert "1234" not in repr(Code("1234"))
    assert Code("1234").value == "1234"


def test_minus_zero_equals_zero_and_hashes_like_it() -> None:
    assert Temperature(-0.0) == Temperature(0.0)
    assert hash(Temperature(-0.0)) == hash(Temperature(0.0))
    assert Timestamp(1) != Integer(1)
