"""Messages as Python sees them: built, compared, encoded, refused."""

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_wire import (
    MAX_COMPONENTS,
    MAX_FRAME,
    MAX_PARAMETERS,
    PREAMBLE,
    SCHEMA_HASH,
    Configure,
    CreateDevice,
    Custom,
    CustomParameter,
    CustomResult,
    Decoder,
    Dimmer,
    Direction,
    Health,
    Hello,
    InvalidValue,
    Light,
    Log,
    LogLevel,
    Message,
    Ping,
    ProviderStatus,
    Ready,
    RefusalCode,
    Refused,
    RegisterCustom,
    RegisterEntity,
    Role,
    Secret,
    Stop,
    Switch,
    Temperature,
    Text,
    TextOptions,
    ValueKind,
    WriteComponents,
    WriteOutcome,
    WriteRequest,
    Writes,
    encode,
    encode_all,
    encode_writes,
    own_hello,
)


def received(data: bytes, direction: Direction = Direction.PROVIDER_TO_HUB) -> list[Message]:
    return Decoder(direction).feed(PREAMBLE + data)


def test_a_message_is_equal_by_class_and_fields_and_cannot_be_changed() -> None:
    message = CreateDevice(device=0, key="lamp", name="Lamp")
    assert message == CreateDevice(0, "lamp", "Lamp")
    assert hash(message) == hash(CreateDevice(0, "lamp", "Lamp"))
    assert message != CreateDevice(1, "lamp", "Lamp")
    assert Ready() != Stop()
    assert repr(message) == "CreateDevice(device=0, key='lamp', name='Lamp')"
    with pytest.raises(AttributeError):
        message.device = 1  # type: ignore[misc]


def test_messages_match_by_class_and_fields() -> None:
    match received(encode(RegisterEntity(0, 1, "bulb", "", [Light(), Dimmer(0.5)])))[0]:
        case RegisterEntity(0, entity, "bulb", _, (Light(), Dimmer(level))):
            assert (entity, level) == (1, 0.5)
        case other:
            pytest.fail(f"{other!r}")


@pytest.mark.parametrize("name", ["a\x1b", "a\n", "\u202eabc", "zero\u200bwidth", "x" * 257])
def test_names_hold_nothing_invisible(name: str) -> None:
    with pytest.raises(InvalidValue, match=r"^CreateDevice\.name (holds|has)"):
        CreateDevice(0, "key", name)
    with pytest.raises(InvalidValue, match=r"^CreateDevice\.key (holds|has)"):
        CreateDevice(0, name, "")


def test_what_the_wire_has_no_form_for_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue, match=r"^CreateDevice\.device is not between 0 and 4294967295$"):
        CreateDevice(2**32, "k", "")
    with pytest.raises(InvalidValue, match=r"^Refused\.entity is not between 0 and 65535$"):
        Refused(3, None, -1, None, RefusalCode.LIMIT)
    with pytest.raises(InvalidValue, match=r"^Ping\.nonce is not between 0 and 18446744073709551615$"):
        Ping(2**64)
    with pytest.raises(InvalidValue, match=r"^CreateDevice\.key holds half of a surrogate pair"):
        CreateDevice(0, "\udcff", "")
    with pytest.raises(InvalidValue, match=r"^Configure\.data_dir holds half of a surrogate pair"):
        Configure("demo", "/\udcff", {}, {})
    with pytest.raises(InvalidValue, match=r"^the entity of a row is not between 0 and 65535$"):
        encode_writes([(0, 65_536, Light())])


def test_a_message_is_its_own_copy() -> None:
    message = RegisterEntity(0, 0, "k", "", [Light()])
    assert copy.copy(message) is message
    assert copy.deepcopy([message])[0] is message
    assert copy.deepcopy(Direction.HUB_TO_PROVIDER) is Direction.HUB_TO_PROVIDER


def test_a_configuration_that_was_read_cannot_be_changed() -> None:
    message = Configure("demo", "", {"x": 1, "deep": {"y": [1]}}, {"pin": "1"})
    message.config["x"] = 2
    message.config["deep"]["y"].append(2)
    message.secrets["pin"] = "2"
    assert message.config == {"x": 1, "deep": {"y": [1]}}
    assert message.secrets == {"pin": "1"}


def test_a_password_is_not_shown_by_the_message_that_says_it_is_one() -> None:
    components = [Secret(), Text("hunter2"), Dimmer(0.5)]
    for message in (
        RegisterEntity(0, 0, "k", "hunter2?", components),
        WriteComponents(0, 0, components),
        WriteRequest(1, 0, 0, 0, components),
    ):
        assert repr(message).endswith("components=(Secret(), Text(<hidden>), Dimmer(0.5)))")
    assert repr(WriteComponents(0, 0, [Text("a")])).endswith("components=(Text('a'),))")


def test_a_key_is_not_empty() -> None:
    with pytest.raises(InvalidValue, match=r"^CreateDevice\.key must not be empty$"):
        CreateDevice(0, "", "")


def test_sentences_for_people_are_made_fit() -> None:
    assert Log(LogLevel.ERROR, "red: \x1b[31m\n\tnext").text == "red: \ufffd[31m\n\tnext"
    assert Stop("é" * 40_000).reason == "é" * 32_768
    assert Stop("\udcff.txt").reason.endswith("\ufffd.txt")  # a file name that is not UTF-8
    assert Stop().reason == ""


def test_more_components_than_allowed_cannot_be_sent() -> None:
    WriteComponents(0, 0, [Light()] * MAX_COMPONENTS)
    with pytest.raises(InvalidValue, match="has 65 components, at most 64"):
        WriteComponents(0, 0, [Light()] * (MAX_COMPONENTS + 1))


def test_a_message_larger_than_a_frame_cannot_be_encoded() -> None:
    options = TextOptions(["x" * 65_000] * 4)
    with pytest.raises(InvalidValue, match=f"at most {MAX_FRAME} are allowed"):
        encode(RegisterEntity(0, 0, "key", "", [options] * 5))


def test_open_enums_in_messages_keep_unknown_numbers() -> None:
    (status,) = received(encode(ProviderStatus(Health(9), "")))
    assert isinstance(status, ProviderStatus)
    assert (status.health, status.health.value, status.health.name) == (Health(9), 9, "unknown:9")
    assert repr(Refused(3, None, 0, None, RefusalCode.LIMIT)).endswith("code=RefusalCode.LIMIT, reason='')")


def test_hello_is_one_class_for_both_directions() -> None:
    hello = Hello(Role.HUB, 1, 222, 12, 0, MAX_FRAME, "igloo-hub", "0", "", "")
    for direction in (Direction.PROVIDER_TO_HUB, Direction.HUB_TO_PROVIDER):
        assert received(encode(hello), direction) == [hello]


def test_a_program_says_hello_with_what_this_build_knows() -> None:
    hub = Hello(Role.HUB, 1, 222, 14, SCHEMA_HASH, MAX_FRAME, "igloo-hub", "1.2.3", "", "")
    assert own_hello(Role.HUB, "igloo-hub", "1.2.3") == hub
    provider = Hello(Role.PROVIDER, 1, 222, 9, SCHEMA_HASH, MAX_FRAME, "demo", "1", "igloo_provider", "2")
    assert own_hello(Role.PROVIDER, "demo", "1", "igloo_provider", "2") == provider
    with pytest.raises(ValueError, match=r"^a client receives no messages that are known here$"):
        own_hello(Role.CLIENT, "app", "1")
    with pytest.raises(InvalidValue, match=r"^Hello\.program must not be empty$"):
        own_hello(Role.HUB, "", "1")


def test_a_configuration_comes_back_as_it_was() -> None:
    config = {"list": [1, None, -2.5, {"deep": b"\x00"}], "flag": True, "text": "ü"}
    message = Configure("demo", "/data", config, {"password": "geheim"})
    (copy,) = received(encode(message), Direction.HUB_TO_PROVIDER)
    assert isinstance(copy, Configure)
    assert copy.config == config
    assert type(copy.config["flag"]) is bool
    assert copy.secrets == {"password": "geheim"}
    assert "geheim" not in repr(copy)


def test_a_tuple_in_a_configuration_becomes_a_list() -> None:
    assert Configure("demo", "", {"a": (1, 2)}, {}).config == {"a": [1, 2]}


def result_of(values: dict[str, object]) -> CustomResult:
    return CustomResult(1, WriteOutcome.CONFIRMED, "", values)


def configured(values: dict[str, object]) -> Configure:
    return Configure("demo", "", values, {})


def asked(values: dict[str, object]) -> Custom:
    return Custom(1, 0, "play", None, None, values)


@pytest.mark.parametrize(
    ("build", "field"),
    [(configured, "Configure.config"), (asked, "Custom.parameters"), (result_of, "CustomResult.result")],
)
@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        ({"a": object()}, TypeError, "cannot hold a value of type object"),
        ({"a": {1, 2}}, TypeError, "cannot hold a value of type set"),
        ({"a": 2**63}, InvalidValue, "is not between"),
        ({"a": "\ud800"}, InvalidValue, "holds half of a surrogate pair"),
        ({"\ud800": 1}, InvalidValue, "holds half of a surrogate pair"),
        ({1: 2}, TypeError, ""),
        ({"a": [None] * 4_096}, InvalidValue, "has 4097 values in all, at most 4096"),
        ({"a": "x" * 65_537}, InvalidValue, "has 65537 bytes of text"),
        ({"a": bytes(65_537)}, InvalidValue, "has 65537 bytes of text"),
    ],
)
def test_values_that_cannot_be_sent_are_refused(
    build: Callable[[dict[str, object]], Message],
    field: str,
    values: dict[str, object],
    error: type[Exception],
    sentence: str,
) -> None:
    with pytest.raises(error, match=f"{field} {sentence}" if sentence else "int"):
        build(values)


def nested(levels: int) -> object:
    return [nested(levels - 1)] if levels else 1


def test_values_are_not_nested_without_end() -> None:
    down = Direction.HUB_TO_PROVIDER
    (configure,) = received(encode(configured({"a": nested(15)})), down)
    assert isinstance(configure, Configure)
    assert configure.config == {"a": nested(15)}
    (custom,) = received(encode(asked({"a": nested(15)})), down)
    assert isinstance(custom, Custom)
    assert custom.parameters == {"a": nested(15)}
    (result,) = received(encode(CustomResult(1, WriteOutcome.SENT, "", nested(15))))
    assert isinstance(result, CustomResult)
    assert result.result == nested(15)
    endless: list[object] = []
    endless.append(endless)
    for build in (
        lambda: configured({"a": nested(16)}),
        lambda: asked({"a": nested(16)}),
        lambda: CustomResult(1, WriteOutcome.SENT, "", nested(16)),
        lambda: CustomResult(1, WriteOutcome.SENT, "", endless),
    ):
        with pytest.raises(InvalidValue, match="17 levels of values, at most 16"):
            build()


TUNE = CustomParameter("tune", ValueKind.TEXT, True, "as the bell names it")
PLAY = RegisterCustom("play", 3, 1, "Plays a tune.", [TUNE, CustomParameter("times", ValueKind(87), False)])


def test_a_custom_command_is_registered_with_its_parameters_in_order() -> None:
    (command,) = received(encode(PLAY))
    assert command == PLAY
    match command:
        case RegisterCustom("play", 3, 1, description, (first, CustomParameter(name, kind, False))):
            assert (description, first) == ("Plays a tune.", TUNE)
            assert (name, kind, kind.name) == ("times", ValueKind(87), "unknown:87")
        case other:
            pytest.fail(f"{other!r}")
    assert hash(command) == hash(PLAY)
    assert RegisterCustom("restart", None, None) == RegisterCustom("restart", None, None, "", ())
    assert RegisterCustom("restart", 0, None) != RegisterCustom("restart", None, None)


def test_a_parameter_is_equal_by_its_fields_and_cannot_be_changed() -> None:
    assert (
        CustomParameter(name="tune", kind=ValueKind.TEXT, required=True, description="as the bell names it")
        == TUNE
    )
    assert hash(TUNE) == hash(CustomParameter("tune", ValueKind.TEXT, True, "as the bell names it"))
    for other in (
        CustomParameter("tune", ValueKind.TEXT, True),
        CustomParameter("tune", ValueKind.ANY, True, "as the bell names it"),
        CustomParameter("tune", ValueKind.TEXT, False, "as the bell names it"),
        "tune",
    ):
        assert other != TUNE
    assert repr(CustomParameter("a", ValueKind.MAP, False)) == (
        "CustomParameter(name='a', kind=ValueKind.MAP, required=False, description='')"
    )
    assert copy.copy(TUNE) is TUNE
    assert copy.deepcopy([TUNE])[0] is TUNE
    with pytest.raises(AttributeError):
        TUNE.required = False  # type: ignore[misc]


@pytest.mark.parametrize("name", ["", "a\x1b", "a\n", "\u202eabc", "zero\u200bwidth", "x" * 257, "\udcff"])
def test_names_of_commands_and_parameters_are_as_strict_as_keys(name: str) -> None:
    for build, field in (
        (lambda: RegisterCustom(name, None, None), "RegisterCustom.name"),
        (lambda: CustomParameter(name, ValueKind.ANY, False), "CustomParameter.name"),
        (lambda: Custom(1, 0, name, None, None, {}), "Custom.name"),
        (lambda: asked({name: 1}), "Custom.parameters"),
    ):
        with pytest.raises(InvalidValue, match=f"^{field} (must not be empty|holds|has)"):
            build()


def test_an_entity_is_never_named_without_its_device() -> None:
    with pytest.raises(InvalidValue, match=r"^RegisterCustom\.entity is given without the device$"):
        RegisterCustom("play", None, 0)
    with pytest.raises(InvalidValue, match=r"^Custom\.entity is given without the device$"):
        Custom(1, 0, "play", None, 0, {})


def test_parameters_are_few_and_each_has_its_own_name() -> None:
    def parameters(count: int) -> list[CustomParameter]:
        return [CustomParameter(f"p{number}", ValueKind.ANY, False) for number in range(count)]

    assert len(RegisterCustom("x", None, None, "", parameters(MAX_PARAMETERS)).parameters) == MAX_PARAMETERS
    with pytest.raises(InvalidValue, match=r"^RegisterCustom\.parameters has 65 parameters, at most 64"):
        RegisterCustom("x", None, None, "", parameters(MAX_PARAMETERS + 1))
    with pytest.raises(InvalidValue, match=r"^RegisterCustom\.parameters holds the same name twice$"):
        RegisterCustom("x", None, None, "", [TUNE, CustomParameter("tune", ValueKind.ANY, False)])
    with pytest.raises(TypeError):
        RegisterCustom("x", None, None, "", "tune")  # type: ignore[arg-type]
    asked({f"p{number}": number for number in range(MAX_PARAMETERS)})
    with pytest.raises(InvalidValue, match=r"^Custom\.parameters has 65 parameters, at most 64"):
        asked({f"p{number}": number for number in range(MAX_PARAMETERS + 1)})


def test_what_a_command_is_given_and_gives_is_not_shown() -> None:
    custom = Custom(7, 0, "unlock", 0, None, {"code": "4711", "door": [4711]})
    assert repr(custom) == (
        "Custom(request=7, deadline=0, name='unlock', device=0, entity=None, "
        "parameters={'code': <hidden>, 'door': <hidden>})"
    )
    result = CustomResult(7, WriteOutcome.CONFIRMED, "", {"code": "4711"})
    assert repr(result) == (
        "CustomResult(request=7, outcome=WriteOutcome.CONFIRMED, reason='', result=<hidden>)"
    )
    assert repr(CustomResult(7, WriteOutcome.SENT)).endswith("result=None)")


def test_values_that_were_read_cannot_be_changed() -> None:
    custom, result = asked({"x": [1]}), result_of({"x": [1]})
    custom.parameters["x"].append(2)
    custom.parameters["y"] = 1
    result.result["x"].append(2)
    assert custom.parameters == result.result == {"x": [1]}


@pytest.mark.parametrize(
    "value", [None, False, 0, -(2**63), 0.0, "", "\x07ü", b"\x00", [], {}, [None, {"": [1.5]}]]
)
def test_a_result_comes_back_as_it_was(value: object) -> None:
    (result,) = received(encode(CustomResult(2**64 - 1, WriteOutcome(9), "why", value)))
    assert isinstance(result, CustomResult)
    assert (result.request, result.outcome.name, result.reason) == (2**64 - 1, "unknown:9", "why")
    assert (result.result, type(result.result)) == (value, type(value))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_comes_back_as_it_was(value: object) -> None:
    result = CustomResult(1, WriteOutcome.CONFIRMED, "", value)
    custom = Custom(1, 0, "play", 0, None, {"value": value})
    assert (result.result, custom.parameters) == (value, {"value": value})
    assert received(encode(result)) == [result]
    assert received(encode(custom), Direction.HUB_TO_PROVIDER) == [custom]


def test_a_result_that_is_no_number_is_equal_to_itself() -> None:
    sent = CustomResult(1, WriteOutcome.CONFIRMED, "", float("nan"))
    assert received(encode(sent)) == [sent]


def test_values_larger_than_a_frame_cannot_be_encoded() -> None:
    texts = ["x" * 65_000] * 17
    for message in (result_of({"a": texts}), asked({"a": texts})):
        with pytest.raises(InvalidValue, match=f"at most {MAX_FRAME} are allowed"):
            encode(message)


def test_neighbouring_rows_of_an_entity_share_a_frame() -> None:
    rows = [(0, 0, Switch(True)), (0, 0, Dimmer(0.5)), (0, 1, Switch(False)), (0, 0, Light())]
    assert encode_writes(rows) == encode_all(
        [
            WriteComponents(0, 0, [Switch(True), Dimmer(0.5)]),
            WriteComponents(0, 1, [Switch(False)]),
            WriteComponents(0, 0, [Light()]),
        ]
    )
    assert encode_writes(iter([])) == b""


def test_rows_are_spread_over_frames_within_the_limits() -> None:
    many = [(1, 2, Temperature(n)) for n in range(1_000)]
    large = [(1, 2, Text("x" * 65_536)) for _ in range(40)]
    for rows in (many, large):
        (writes,) = received(encode_writes(rows))
        assert isinstance(writes, Writes)
        assert list(writes) == rows


@pytest.mark.parametrize(
    "row", [(0, 0), (0, 0, 1), [0, 0, Light()], (2**32, 0, Light()), (0, 65_536, Light()), 1]
)
def test_a_row_of_another_shape_is_refused(row: object) -> None:
    with pytest.raises((TypeError, InvalidValue)):
        encode_writes([row])  # type: ignore[list-item]


def test_encoding_takes_messages_only() -> None:
    with pytest.raises(TypeError):
        encode(Light())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        encode_all([Ping(1), 1])  # type: ignore[list-item]
