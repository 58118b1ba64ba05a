"""What all platforms share: the getters of a config, readings, and when a report is near enough to a wish."""

from __future__ import annotations

from typing import Any

import pytest

import igloo_wire as wire
from igloo_providers.mqtt.entity import (
    Base,
    Config,
    Mapped,
    Payload,
    Publish,
    Unmappable,
    Unreadable,
    assemble,
    close_enough,
    merge,
    read_value,
    reading,
    to_number,
    unknown_of,
    writable_of,
)
from igloo_providers.mqtt.errors import shorten
from igloo_providers.mqtt.templates import Template
from igloo_providers.mqtt.writing import needed_sender
from igloo_wire import Component, Unknown, Writable


def config(**data: Any) -> Config:  # noqa: ANN401
    return Config("sensor", "object", data)


# ── getters ──


def test_texts_may_come_as_numbers_and_booleans() -> None:
    given = config(a="x", b=True, c=5, d=2.5, e=None, f="")
    assert [given.text(key) for key in "abcdefg"] == ["x", "True", "5", "2.5", None, "", None]
    assert given.text("g", "default") == given.text("e", "default") == "default"
    assert given.has("f")
    assert not given.has("e")


def test_numbers_may_come_as_texts() -> None:
    given = config(a=5, b="7.5", c=None)
    assert [given.number(key) for key in "abcd"] == [5.0, 7.5, None, None]
    assert given.number("d", 3.0) == 3.0
    assert given.integer("a") == 5
    assert given.integer("d", 2) == 2


def test_flags_may_come_as_words() -> None:
    words = {True: [True, "true", "yes", "On", 1, "1"], False: [False, "false", "no", "OFF", 0, "0"]}
    for expected, given in words.items():
        assert [config(a=word).flag("a") for word in given] == [expected] * 6
    assert config().flag("a", True) is True
    assert config(a=None).flag("a") is False


def test_one_text_stands_for_a_list_of_one() -> None:
    assert config(a="x").texts("a") == ("x",)
    assert config(a=["x", 5]).texts("a") == ("x", "5")
    assert config().texts("a") == ()


def test_options_that_look_like_nothing_or_like_another_are_left_out() -> None:
    joined = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET}"
    hidden = ["\u202ea", "a\u200b", "\u2066", "b\ufeff", "\u061c", "\u2060", "\u200e", ""]
    assert config(a=["a", *hidden, "b", "a", 5, joined]).options("a") == ("a", "b", "5", joined)
    assert config().options("a") == ()


@pytest.mark.parametrize(
    ("getter", "value", "sentence"),
    [
        ("text", ["x"], "key must be a text, not ['x']"),
        ("text", {}, "key must be a text, not {}"),
        ("number", "x", "key must be a number, not 'x'"),
        ("number", True, "key must be a number, not True"),
        ("number", float("inf"), "key must be a number, not inf"),
        ("number", "1e999", "key must be a number, not '1e999'"),
        ("number", 10**400, "key must be a number, not 1000"),
        ("integer", 2.5, "key must be a whole number, not 2.5"),
        ("flag", "perhaps", "key must be true or false, not 'perhaps'"),
        ("flag", 2.0, "key must be true or false, not 2.0"),
        ("texts", 5.5j, "key must be a list of texts, not 5.5j"),
        ("texts", [["x"]], "key must be a list of texts, not [['x']]"),
        ("topic", "", "key must be a topic of 1 to 1,024 bytes, not ''"),
        ("topic", "a" * 1025, "key must be a topic of 1 to 1,024 bytes, not 'aaa"),
        ("topic", "é" * 513, "key must be a topic of 1 to 1,024 bytes, not 'ééé"),
        ("topic", "a\x00", "key must be a topic without control characters, not 'a\\x00'"),
        ("topic", "a\x01b", "key must be a topic without control characters, not 'a\\x01b'"),
        ("topic", "a\x1f", "key must be a topic without control characters, not 'a\\x1f'"),
        ("topic", "a\x7f", "key must be a topic without control characters, not 'a\\x7f'"),
        ("topic", "a\x85b", "key must be a topic without control characters, not 'a\\x85b'"),
        ("topic", "a\x9f", "key must be a topic without control characters, not 'a\\x9f'"),
        ("topic", "a\uffff", "key must be a topic without control characters, not 'a\\uffff'"),
        ("topic", "\ufdd0", "key must be a topic without control characters, not '\\ufdd0'"),
        ("topic", "\U0010fffe", "key must be a topic without control characters, not '\\U0010fffe'"),
        ("topic", "\ud800", "key must be a topic without control characters, not '\\ud800'"),
        ("topic", "/" * 200, "key must be a topic of at most 200 levels, not '///"),
        ("topic", "a/#", "key must be one topic, without the wildcards + and #, not 'a/#'"),
        ("topic", "a/+/b", "key must be one topic, without the wildcards + and #, not 'a/+/b'"),
        ("topic", "$share/a/b", "key must be one topic, not the shared subscription '$share/a/b'"),
        ("needed_topic", None, "key is missing"),
        ("template", "{{", "key '{{': not a template"),
        ("template", 5.5j, "key must be a text, not 5.5j"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_its_key(getter: str, value: object, sentence: str) -> None:
    with pytest.raises(Unmappable) as caught:
        getattr(config(key=value), getter)("key")
    assert caught.value.reason.startswith(sentence)
    assert len(caught.value.reason) < 250


def test_a_choice_names_what_it_could_be() -> None:
    with pytest.raises(Unmappable, match="key must be one of a, b, not 'c'"):
        config(key="c").choice("key", ("a", "b"))
    assert config().choice("key", ("a",)) is None
    assert config().choice("key", ("a",), "a") == "a"


@pytest.mark.parametrize(
    "topic",
    [
        "/",
        "a b",
        "~",
        "$SYS/broker/uptime",
        "Küche/\U0001f4a1",
        "a\xa0\ufffd",
        "/".join("x" * 200),
        "x" * 1024,
    ],
)
def test_a_topic_may_be_whatever_a_broker_takes(topic: str) -> None:
    assert config(key=topic).topic("key") == topic


@pytest.mark.parametrize(
    ("topic", "filled"),
    [
        ("~/state", "home/lamp/state"),
        ("set/~", "set/home/lamp"),
        ("~", "home/lamp"),
        ("~/as/~", "home/lamp/as/home/lamp"),
        ("a/~/b", "a/~/b"),
    ],
)
def test_the_base_stands_for_a_tilde_at_either_end(topic: str, filled: str) -> None:
    given = Config("sensor", "object", {"key": topic, "payload_on": "~"}, Base("home/lamp"))
    assert given.topic("key") == filled
    assert given.text("payload_on") == "~"


def test_a_base_cannot_fill_the_memory() -> None:
    given = Config("sensor", "object", {"a": "~/x", "b": "~/y", "c": "~/z"}, Base("b" * 1000))
    # Asked again it is the same text.
    assert [len(str(given.topic(key))) for key in "aabb"] == [1002] * 4
    with pytest.raises(Unmappable, match="~ would add more than 2,048 characters"):
        given.topic("c")


def test_a_topic_with_its_base_is_checked_as_a_whole() -> None:
    with pytest.raises(Unmappable, match="without control characters"):
        Config("sensor", "object", {"key": "~/x"}, Base("a\x01")).topic("key")


def test_topics_are_shared() -> None:
    one, other = "".join(["zigbee2mqtt", "/x"]), "".join(["zigbee2mqtt", "/x"])
    assert one is not other
    assert config(a=one).topic("a") is config(a=other).topic("a")


def test_a_message_is_retained_if_the_config_says_so() -> None:
    send = needed_sender(config(command_topic="t", qos=7, retain=True), "command_topic")
    assert send("p") == Publish("t", "p", retain=True)
    assert needed_sender(config(command_topic="t"), "command_topic")("p") == Publish("t", "p")


def test_optimistic_is_what_is_said_or_what_has_no_state() -> None:
    assert config().is_optimistic
    assert not config(state_topic="a").is_optimistic
    assert config(state_topic="a", optimistic=True).is_optimistic
    assert not config(optimistic=False).is_optimistic


def test_long_values_are_cut_in_sentences() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert len(shorten("x" * 10_000)) < 100
    assert len(shorten(list(range(10_000)))) < 100
    assert shorten(deep) == "a list too large to show"
    assert shorten(10**5000) == "a int too large to show"


# ── readings ──


def test_a_reading_tells_what_is_missing_from_what_is_nothing() -> None:
    read = reading(wire.Text, Template("{{ value_json.a }}"), wire.Text, ("none", ""))
    assert tuple(read('{"b": 1}')) == ()
    assert tuple(read('{"a": null}')) == (Unknown([wire.Text]),)
    assert tuple(read('{"a": "none"}')) == (wire.Text("none"),)
    assert tuple(read('{"a": ""}')) == (wire.Text(""),)
    assert tuple(read('{"a": " x "}')) == (wire.Text("x"),)
    with pytest.raises(Unreadable, match="not JSON"):
        read("online")


def test_a_reading_may_find_that_a_text_says_nothing_of_it() -> None:
    assert read_value(wire.Text, None, lambda text: None, (), "x") == ()


def test_numbers() -> None:
    assert to_number(" 5.5 ") == 5.5
    for bad in ("", "x", "inf", "nan", "1e999", "５_", "0x10"):
        with pytest.raises(ValueError, match="number"):
            to_number(bad)


def test_the_same_kinds_are_one_object() -> None:
    assert (
        unknown_of(wire.Text, wire.Real)
        is unknown_of(wire.Text, wire.Real)
        == Unknown([wire.Text, wire.Real])
    )
    assert writable_of(wire.Text) is writable_of(wire.Text) == Writable([wire.Text])
    assert Mapped((), reported=[wire.Text]).reported is Mapped((), reported=[wire.Text]).reported


def test_what_an_entity_is_made_of() -> None:
    made = assemble(
        config(entity_category="config", enabled_by_default=False),
        wire.Light(),
        unknown=[wire.Switch],
        writable=[wire.Switch],
        optimistic=True,
    )
    assert set(made) == {
        *(wire.Light(), wire.Configuration(), wire.HiddenByDefault(), wire.AssumedState()),
        *(Writable([wire.Switch]), Unknown([wire.Switch])),
    }
    assert assemble(config(), wire.Light()) == (wire.Light(),)


def test_merging_joins_what_buttons_send() -> None:
    def one(kind: wire.ButtonEventKind, name: str) -> Mapped:
        facts = (wire.Diagnostic(), wire.ButtonEvents([kind]), wire.NamedEventOptions([name, "both"]))
        return Mapped(facts, [(name, lambda text: ())], shared="s")

    whole = merge([one(wire.ButtonEventKind.SINGLE, "a"), one(wire.ButtonEventKind.DOUBLE, "b")])
    assert whole.components == (
        wire.Diagnostic(),
        wire.ButtonEvents([wire.ButtonEventKind.SINGLE, wire.ButtonEventKind.DOUBLE]),
        wire.NamedEventOptions(["a", "both", "b"]),
    )
    assert [topic for topic, _ in whole.readings] == ["a", "b"]
    assert whole.shared == "s"


# ── near enough ──


@pytest.mark.parametrize(
    ("reported", "wanted", "expected"),
    [
        (wire.Switch(True), wire.Switch(True), True),
        (wire.Switch(True), wire.Switch(False), False),
        (wire.Switch(True), wire.ChildLock(True), False),
        (wire.Dimmer(119 / 254), wire.Dimmer(0.47), True),  # counted to 254
        (wire.Dimmer(0.5), wire.Dimmer(0.47), False),
        (wire.ColorTemperature(1e6 / 300), wire.ColorTemperature(3330), True),  # rounded to a mired
        (wire.ColorTemperature(2700), wire.ColorTemperature(3000), False),
        (wire.TargetTemperature(21.5), wire.TargetTemperature(21.3), True),  # rounded to half a degree
        (wire.TargetTemperature(21), wire.TargetTemperature(22), False),
        (wire.Real(100.05), wire.Real(100), True),
        (wire.Real(101), wire.Real(100), False),
        (wire.Real(0), wire.Real(0.5), False),
        (wire.Color(1, 0.5, 0.1), wire.Color(1, 0.51, 0.11), True),
        (wire.Color(1, 0.5, 0.1), wire.Color(1, 0.6, 0.1), False),
        (wire.Text("a"), wire.Text("a "), False),
    ],
)
def test_a_report_may_be_rounded(reported: Component, wanted: Component, expected: bool) -> None:
    assert close_enough(reported, wanted) is expected


def test_one_parsed_payload_serves_many_readings() -> None:
    payload = Payload('{"a": 1}')
    assert payload.json is payload.json
    assert payload == '{"a": 1}'
