"""Discovery messages: what they announce, and that a bad one is one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_providers.mqtt.abbreviations import ABBREVIATIONS, DEVICE_ABBREVIATIONS
from igloo_providers.mqtt.discovery import (
    MAX_CONFIG,
    Announcement,
    Availability,
    AvailabilityTopic,
    Discovered,
    DiscoveryTopic,
    key_of,
    parse_config,
    parse_topic,
)
from igloo_providers.mqtt.entity import Unmappable
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_providers.mqtt.templates import Template
from igloo_wire import (
    MAX_NAME,
    CreateDevice,
    HardwareVersion,
    InstalledVersion,
    Manufacturer,
    Model,
    PageUrl,
    SerialNumber,
)

SENSOR = DiscoveryTopic("sensor", "node", "object", "homeassistant/sensor/node/object/config")
DEVICE = DiscoveryTopic("device", "", "kitchen", "homeassistant/device/kitchen/config")


def announce(topic: DiscoveryTopic = SENSOR, /, **config: Any) -> Announcement:  # noqa: ANN401
    return parse_config(topic, json.dumps(config).encode())


def only(announcement: Announcement) -> Discovered:
    (discovered,) = announcement.entities
    assert announcement.refused == ()
    return discovered


def discover(topic: DiscoveryTopic = SENSOR, /, **config: Any) -> Discovered:  # noqa: ANN401
    return only(announce(topic, **config))


# ── topics ──


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("homeassistant/sensor/a/config", ("sensor", "", "a")),
        ("homeassistant/binary_sensor/0x01/a-b_C/config", ("binary_sensor", "0x01", "a-b_C")),
        ("homeassistant/device/a/config", ("device", "", "a")),
        ("homeassistant/sensor/config", None),
        ("homeassistant/sensor/a/state", None),
        ("homeassistant/sensor/a/b/c/config", None),
        ("homeassistant/sensor/a b/config", None),
        ("homeassistant/sensor//config", None),
        ("homeassistant/sensor/a/config/", None),
        ("homeassistant/sensor/a/config\n", None),
        ("homeassistantx/sensor/a/config", None),
        ("other/sensor/a/config", None),
        ("", None),
    ],
)
def test_topics_of_discovery(topic: str, expected: tuple[str, ...] | None) -> None:
    found = parse_topic("homeassistant", topic)
    assert (found and found[:3]) == expected


def test_the_prefix_may_have_several_words() -> None:
    assert parse_topic("my/home", "my/home/light/a/config") == ("light", "", "a", "my/home/light/a/config")


# ── keys and topics in full ──


def test_short_names_are_read_in_every_place_where_they_may_stand() -> None:
    found = discover(
        **{
            "~": "home/lamp",
            "stat_t": "~/state",
            "val_tpl": "{{ value }}",
            "uniq_id": "lamp1",
            "dev_cla": "power",
            "avty": [
                {"t": "~/alive", "pl_avail": "yes", "pl_not_avail": "no", "val_tpl": "{{ value_json.a }}"}
            ],
            "avty_mode": "all",
            "dev": {
                "ids": "abc",
                "mf": "Maker",
                "mdl": "M",
                "mdl_id": "M-1",
                "hw": 2,
                "sw": 1.5,
                "sn": "7",
                "sa": "Hall",
            },
            "o": {"name": "bridge", "sw": "2.1", "url": "https://example.com"},
        }
    )
    assert found.config.topic("state_topic") == "home/lamp/state"
    assert found.config.text("value_template") == "{{ value }}"
    assert found.config.text("device_class") == "power"
    assert found.unique_id == "lamp1"
    assert found.availability == Availability(
        (AvailabilityTopic("home/lamp/alive", "yes", "no", Template("{{ value_json.a }}")),), "all"
    )
    assert found.origin == "bridge 2.1"
    assert found.place("here") == "here, sensor.lamp1 (bridge 2.1)"
    assert found.device.facts == (
        Manufacturer("Maker"),
        Model("M (M-1)"),
        SerialNumber("7"),
        HardwareVersion("2"),
        InstalledVersion("1.5"),
    )


def test_the_table_of_short_names_is_sound() -> None:
    assert len(ABBREVIATIONS) == 300
    for table in (ABBREVIATIONS, DEVICE_ABBREVIATIONS):
        assert not set(table) & set(table.values()), "a short name must not be a key in full"
    assert {
        ABBREVIATIONS[short] for short in ("avty_t", "cmd_t", "ent_cat", "unit_of_meas", "p", "cmps")
    } == {
        *(
            "availability_topic",
            "command_topic",
            "entity_category",
            "unit_of_measurement",
            "platform",
            "components",
        )
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("~/state", "base/state"),
        ("tele/~", "tele/base"),
        ("~", "base"),
        ("~/~", "base/base"),
        ("a~b", "a~b"),
        ("plain", "plain"),
    ],
)
def test_a_tilde_at_either_end_of_a_topic_is_the_base(given: str, expected: str) -> None:
    found = discover(
        **{"~": "base", "state_topic": given, "topic": given, "name": given, "payload_on": given}
    )
    assert found.config.topic("state_topic") == found.config.topic("topic") == expected
    assert found.config.text("payload_on") == given
    assert found.name == given


def test_topics_that_nobody_asks_for_are_not_filled_in() -> None:
    found = discover(**{"~": "b" * 1000, **{f"{number}_topic": "~" for number in range(8000)}})
    assert set(found.config.data.values()) == {"b" * 1000, "~"}


def test_without_a_base_a_tilde_is_itself() -> None:
    assert discover(state_topic="~/state").config.topic("state_topic") == "~/state"


# ── devices ──


def test_a_device_has_one_key_whatever_the_order_of_its_identities() -> None:
    connections = [["mac", "02:5B:26:A8:DC:12"], ["zigbee", "0x1"]]
    one = discover(device={"identifiers": ["b", "a"], "connections": connections}).device
    other = discover(device={"identifiers": ["a", "b"], "connections": connections[::-1]}).device
    assert one.key == other.key == "a"
    assert one.identities == other.identities == ("a", "b", "mac:02:5b:26:a8:dc:12", "zigbee:0x1")


def test_a_device_may_be_known_by_connections_alone() -> None:
    assert discover(device={"connections": [["mac", "AA:BB"]]}).device.key == "mac:aa:bb"


def test_an_entity_without_a_device_is_one_of_its_own() -> None:
    found = discover(unique_id="u1", name="Garden", state_topic="a")
    assert (found.device.key, found.device.name) == ("entity:sensor.u1", "Garden")
    assert found.key == "sensor.u1"
    unnamed = discover(state_topic="a")
    assert (unnamed.device.key, unnamed.key) == ("entity:sensor.node.object", "sensor.node.object")


def test_the_same_unique_id_on_another_topic_is_the_same_entity() -> None:
    """Moving from single entities to a device-based config, ids and names stay."""
    device = {"identifiers": ["0AFFD2"]}
    single = discover(device=device, unique_id="u1", state_topic="a")
    based = only(
        announce(DEVICE, device=device, components={"x": {"p": "sensor", "unique_id": "u1", "stat_t": "a"}})
    )
    assert (single.device.key, single.key) == (based.device.key, based.key)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"name": "Outside"}, "Outside"),
        ({"name": None}, ""),
        ({"name": 5}, "5"),
        ({"name": "a\nb\u202e"}, "ab"),
        ({"device_class": "carbon_dioxide"}, "Carbon dioxide"),
        ({}, "Sensor"),
    ],
)
def test_an_entity_is_called_by_its_name_or_its_class(config: dict[str, Any], name: str) -> None:
    assert discover(**config).name == name


def test_what_the_wire_cannot_carry_is_left_out_of_a_device() -> None:
    device = discover(
        device={
            "ids": ["x"],
            "name": "n" * 300,
            "model": "\x00",
            "manufacturer": "é" * 200,
            "cu": "not a url at all",
        }
    ).device
    assert len(device.name) == MAX_NAME
    assert [fact for fact in device.facts if isinstance(fact, Model)] == []
    assert device.facts[0] == Manufacturer("é" * 128)
    assert all(not isinstance(fact, PageUrl) or fact.value == "not a url at all" for fact in device.facts)


@given(st.text())
def test_any_identifier_makes_a_key(text: str) -> None:
    key = key_of(text)
    CreateDevice(device=0, key=key, name="")
    assert key_of(text) == key
    assert key == text or "~" in key


def test_long_keys_that_begin_alike_are_not_the_same() -> None:
    assert key_of("x" * 300 + "a") != key_of("x" * 300 + "b")
    assert key_of("a\nb") != key_of("a\tb") != key_of("ab")


# ── availability ──


def availability(**config: Any) -> Availability:  # noqa: ANN401
    return discover(**config).availability


def test_a_device_answers_where_nobody_says_otherwise() -> None:
    assert availability().is_available({}, None)


def test_one_topic_says_whether_a_device_answers() -> None:
    found = availability(
        availability_topic="lwt", payload_available="Online", availability_template="{{ value|title }}"
    )
    (topic,) = found.topics
    assert topic.read("online") is True
    assert topic.read("offline") is None  # the template makes it Offline, which is neither
    assert topic.read("") is None
    assert found.is_available({"lwt": True}, True)
    assert not found.is_available({"lwt": False}, False)
    assert not found.is_available({}, None)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("all", [False, False, True]), ("any", [False, True, True]), ("latest", [False, True, False])],
)
def test_several_topics_and_their_modes(mode: str, expected: list[bool]) -> None:
    found = availability(availability=[{"topic": "a"}, {"topic": "b"}], availability_mode=mode)
    cases: list[tuple[dict[str, bool], bool | None]] = [
        ({}, None),
        ({"a": True}, True),
        ({"a": True, "b": True}, False),
    ]
    assert [found.is_available(known, latest) for known, latest in cases] == expected


def test_one_object_stands_for_a_list_of_one() -> None:
    assert availability(availability={"topic": "a"}).topics == (AvailabilityTopic("a"),)


# ── device-based ──

KITCHEN: dict[str, Any] = {
    "dev": {"ids": "ea33", "name": "Kitchen"},
    "o": {"name": "bla2mqtt"},
    "~": "kitchen",
    "stat_t": "~/state",
    "avty_t": "~/lwt",
    "encoding": "latin-1",
    "cmps": {
        "t": {"p": "sensor", "uniq_id": "t", "dev_cla": "temperature", "val_tpl": "{{ value_json.t }}"},
        "s": {
            "platform": "switch",
            "unique_id": "s",
            "cmd_t": "~/set",
            "stat_t": "~/other",
            "~": "k2",
        },
        "gone": {"p": "sensor"},
    },
}


def test_a_device_announces_all_its_parts_at_once() -> None:
    announcement = announce(DEVICE, **KITCHEN)
    thermometer, switch = announcement.entities
    assert (thermometer.config.platform, thermometer.config.topic("state_topic")) == (
        "sensor",
        "kitchen/state",
    )
    assert (switch.config.platform, switch.config.topic("state_topic")) == ("switch", "k2/other")
    assert switch.config.topic("command_topic") == "k2/set"
    assert {one.device.key for one in announcement.entities} == {"ea33"}
    assert {one.device.name for one in announcement.entities} == {"Kitchen"}
    assert {one.encoding for one in announcement.entities} == {"latin-1"}
    assert thermometer.availability.topics[0].topic == "kitchen/lwt"
    for found in announcement.entities:
        PLATFORMS[found.config.platform](found.config)


def test_a_bad_part_does_not_take_the_others_with_it() -> None:
    parts = {
        **KITCHEN["cmps"],
        "bad": {"p": 7},
        "worse": "sensor",
        "twin": {"p": "sensor", "uniq_id": "t", "stat_t": "x"},
        "topics": {"p": "sensor", "uniq_id": "u", "avty": ["x"]},
    }
    announcement = announce(DEVICE, **{**KITCHEN, "cmps": parts})
    assert len(announcement.entities) == 2
    assert [str(fault) for fault in announcement.refused] == [
        "homeassistant/device/kitchen/config, components 'bad' (bla2mqtt): platform must be a text, not 7",
        "homeassistant/device/kitchen/config, components 'worse' (bla2mqtt): must be an object, not 'sensor'",
        "homeassistant/device/kitchen/config, components 'twin' (bla2mqtt): unique_id 't' is taken by another part",
        "homeassistant/device/kitchen/config, components 'topics' (bla2mqtt): availability must be a list of objects, not ['x']",
    ]


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, ""),
        (5, ""),
        ({"name": 5, "sw": ["x"]}, ""),
        ({"name": "a"}, "a"),
        ({"name": "a\n", "sw_version": "1"}, "a 1"),
        ({"name": "x" * 999}, "x" * 64),
    ],
)
def test_an_origin_is_said_and_refuses_nothing(origin: object, expected: str) -> None:
    found = discover(origin=origin, state_topic="a")
    assert found.origin == expected
    with pytest.raises(Unmappable) as caught:
        announce(origin=origin, availability=5)
    where = f"{SENSOR.text} ({expected})" if expected else SENSOR.text
    assert str(caught.value) == f"{where}: availability must be a list of objects, not 5"


def test_a_bad_part_names_its_origin() -> None:
    (fault,) = announce(DEVICE, dev={"ids": "a"}, o={"name": "bridge"}, cmps={"x": 5}).refused
    assert str(fault) == f"{DEVICE.text}, components 'x' (bridge): must be an object, not 5"


# ── what is not an entity ──


def test_an_empty_payload_takes_everything_back() -> None:
    assert parse_config(SENSOR, b"") == Announcement()
    assert parse_config(DEVICE, b" \n") == Announcement()


def test_a_migration_is_told_apart() -> None:
    assert announce(migrate_discovery=True) == Announcement(is_migration=True)
    assert announce(migr_discvry=True) == Announcement(is_migration=True)


# ── bad input ──

BAD = {
    "not JSON": (b"{", "is not JSON"),
    "text": (b'"text"', "must be an object, not 'text'"),
    "list": (b"[]", r"must be an object, not \[\]"),
    "number": (b"5", "must be an object, not 5"),
    "null": (b"null", "must be an object, not None"),
    "UTF-16": ("{}".encode("utf-16"), "not UTF-8"),
    "bytes": (b"\xff\xfe\xfa", "not UTF-8: invalid start byte at byte 0"),
    "huge": (b'{"a": "' + b"x" * (1 << 20) + b'"}', "1,048,585 bytes"),
    "NaN": (b'{"min": NaN}', "NaN, which is no JSON"),
    "Infinity": (b'{"min": -Infinity}', "-Infinity, which is no JSON"),
    "twice": (b'{"name": "a", "name": "b"}', "'name' is said twice, the second time as 'b'"),
    "twice inside": (b'{"device": {"ids": "a", "ids": "b"}}', "'ids' is said twice"),
    "both names": (b'{"stat_t": "a", "state_topic": "b"}', "stat_t and state_topic are the same key: 'b'"),
    "both names inside": (
        b'{"dev": {"ids": "a", "identifiers": "b"}}',
        "ids and identifiers are the same key",
    ),
    "deep": (b"[" * 200_000, "nested too deeply|not JSON"),
    "digits": (b'{"min": ' + b"9" * 5000 + b"}", "not JSON"),
    "base": (b'{"~": 5}', "~ must be a text, not 5"),
    "long base": (b'{"~": "' + b"b" * 110_000 + b'"}', "~ has 110,000 characters, more than a topic"),
    "availability in availability": (
        b'{"availability": ' + b'[{"availability": ' * 150 + b"5" + b"}]" * 150 + b"}",
        "topic is missing",
    ),
    "long availability": (
        json.dumps({"~": "b" * 500, "availability": [{"topic": f"~/{n}"} for n in range(5)]}).encode(),
        "~ would add more than 2,048 characters",
    ),
    "device": (b'{"device": "x"}', "device must be an object, not 'x'"),
    "no identity": (b'{"device": {"name": "x"}}', "neither identifiers nor connections"),
    "identifiers": (
        b'{"device": {"identifiers": [{}]}}',
        r"identifiers must be a list of texts, not \[\{\}\]",
    ),
    "connections": (
        b'{"device": {"connections": [["mac"]]}}',
        r"connections must be a list of pairs of texts, not \[\[",
    ),
    "maker": (b'{"device": {"ids": "x", "mf": ["y"]}}', r"manufacturer must be a text, not \['y'\]"),
    "availability": (b'{"availability": 5}', r"availability must be a list of objects, not 5"),
    "availability topic": (b'{"availability": [{}]}', "topic is missing"),
    "availability wild": (
        b'{"availability_topic": "a/#"}',
        "availability_topic must be one topic, without the wildcards",
    ),
    "availability mode": (
        b'{"availability_mode": "some"}',
        "availability_mode must be one of all, any, latest, not 'some'",
    ),
    "availability many": (json.dumps({"availability": [{"topic": "a"}] * 99}).encode(), "99 topics"),
    "availability template": (
        b'{"availability_topic": "a", "avty_tpl": "{{"}',
        "availability_template '{{': not a",
    ),
    "name": (b'{"name": ["x"]}', r"name must be a text, not \['x'\]"),
    "unique_id": (b'{"unique_id": {}}', "unique_id must be a text, not {}"),
    "encoding": (b'{"encoding": "punycode"}', "encoding must be a usual encoding of text, not 'punycode'"),
    "no encoding": (b'{"encoding": ""}', "encoding must be"),
}


@pytest.mark.parametrize(("payload", "reason"), BAD.values(), ids=BAD)
def test_a_bad_config_is_one_sentence_with_topic_key_and_value(payload: bytes, reason: str) -> None:
    with pytest.raises(Unmappable, match=reason) as caught:
        parse_config(SENSOR, payload)
    assert str(caught.value).startswith("homeassistant/sensor/node/object/config: ")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "components must be an object, not None"),
        ({"components": []}, r"components must be an object, not \[\]"),
        ({"components": {}}, "device must be an object, not None"),
        ({"dev": {"ids": "a"}, "components": {str(n): {"p": "x"} for n in range(999)}}, "999 entries"),
    ],
)
def test_a_bad_device_based_config(config: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unmappable, match=reason):
        announce(DEVICE, **config)


def test_the_largest_config_is_read() -> None:
    payload = b'{"name": "n", "x": "' + b"x" * (MAX_CONFIG - 22) + b'"}'
    assert len(payload) == MAX_CONFIG
    assert only(parse_config(SENSOR, payload)).name == "n"
    with pytest.raises(Unmappable):
        parse_config(SENSOR, payload + b" ")


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(
            ["~", "~/a", "a/~", "{{ value }}", "{{", "%", "°C", "temperature", "ON", "a/+", "a\x00", "\ud800"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    sorted(
        {*ABBREVIATIONS, *ABBREVIATIONS.values(), *DEVICE_ABBREVIATIONS, *DEVICE_ABBREVIATIONS.values()}
        | {
            "min",
            "max",
            "step",
            "mode",
            "name",
            "qos",
            "schema",
            "type",
            "~",
            "via_device",
            "migrate_discovery",
        }
    )
)
GOOD: dict[str, Any] = {
    "state_topic": "a",
    "command_topic": "b",
    "options": ["x"],
    "event_types": ["press"],
    "topic": "c",
    "automation_type": "trigger",
    "type": "button_short_press",
    "subtype": "button_1",
    "device": {"ids": ["d"]},
}


@given(
    st.sampled_from([*PLATFORMS, "device", "nothing"]), st.dictionaries(KEYS, JSON, max_size=5), st.booleans()
)
def test_no_config_raises_anything_but_unmappable(
    platform: str, config: dict[str, Any], is_complete: bool
) -> None:
    topic = DiscoveryTopic(platform, "n", "o", f"homeassistant/{platform}/n/o/config")
    whole = {**GOOD, **config} if is_complete else config
    try:
        announcement = parse_config(topic, json.dumps(whole).encode())
        for discovered in announcement.entities:
            if discovered.config.platform in PLATFORMS:
                PLATFORMS[discovered.config.platform](discovered.config)
    except Unmappable as fault:
        sentence = str(fault)
        assert sentence


@given(st.binary(max_size=200))
def test_no_payload_raises_anything_but_unmappable(payload: bytes) -> None:
    for topic in (SENSOR, DEVICE):
        try:
            parse_config(topic, payload)
        except Unmappable as fault:
            sentence = str(fault)
            assert sentence.startswith(topic.text)
