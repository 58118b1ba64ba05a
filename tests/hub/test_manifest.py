"""A manifest either becomes frozen classes or a sentence that names file and key."""

import os
from pathlib import Path

import pytest

from igloo_hub.errors import ManifestError
from igloo_hub.hub import shipped_providers
from igloo_hub.plan.fields import ConfigField
from igloo_hub.plan.manifest import load_manifest, parse_manifest
from igloo_hub.plan.structure import LARGEST_FILE
from igloo_wire import Dimmer, Switch

SMALLEST = """
manifest = 1
[provider]
id = "demo"
name = "Demo house"
version = "1.4.0"
run = "demo.provider"
"""

FULL = (
    SMALLEST
    + """
[components]
publishes = ["Switch", "Dimmer"]
accepts = ["Switch"]
[[grants.files]]
path = "/sys/class/net/*/statistics"
why = "shows the traffic"
optional = true
[[grants.files]]
path = "/srv/photos"
access = "rw"
why = "keeps your photos"
[limits]
memory = "48M"
descriptors = 64
messages_per_second = 200
[config.interval]
type = "real"
label = "Seconds between readings"
default = 5
minimum = 1
"""
)


def test_the_smallest_manifest_asks_for_nothing() -> None:
    manifest, warnings = parse_manifest(SMALLEST, "manifest.toml")
    assert warnings == []
    assert manifest.provider.id == "demo"
    assert manifest.grants.files == ()
    assert manifest.limits.memory is None


def test_everything_that_a_manifest_may_say() -> None:
    manifest, warnings = parse_manifest(FULL, "manifest.toml")
    assert warnings == []
    assert manifest.components.publishes == (Switch, Dimmer)
    assert manifest.components.accepts == (Switch,)
    assert [grant.approval for grant in manifest.grants.files] == [
        "read:/sys/class/net/*/statistics",
        "write:/srv/photos",
    ]
    assert manifest.limits.memory == 48 * 1024 * 1024
    assert manifest.config["interval"].default == 5


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("manifest = 1", "manifest = 2", "m.toml: expected 1, not 2 @ manifest"),
        ('id = "demo"\n', "", "m.toml: the key id is missing @ provider"),
        ('id = "demo"', 'id = "../../etc"', "id must be 1 to 32 of a-z"),
        ('id = "demo"', 'id = "de\\u0430mo"', "id must be 1 to 32 of a-z"),
        ('id = "demo"', f'id = "{"a" * 300}"', "id must be 1 to 32 of a-z"),
        ('id = "demo"', "id = 7", "m.toml: expected a text, not 7 @ provider.id"),
        ('name = "Demo house"', 'name = "two\\nlines"', "name must be one line of printable text"),
        (
            'run = "demo.provider"',
            'run = "demo; import os"',
            "run must be the dotted name of a Python module",
        ),
        (
            '"Switch", "Dimmer"',
            '"Switch", "Dimer"',
            "'Dimer' is not a component of this hub's schema (did you mean Dimmer?)",
        ),
        ('path = "/srv/photos"', 'path = "srv/photos"', "path must be an absolute path"),
        ('path = "/srv/photos"', 'path = "/srv/../etc"', "path must be an absolute path without `..`"),
        ('path = "/srv/photos"', 'path = "/srv//photos"', "path must be an absolute path"),
        ('path = "/srv/photos"', 'path = "/srv/*"', "path may hold a wildcard only below /proc and /sys"),
        ('access = "rw"', 'access = "rwx"', "expected 'ro' or 'rw', not 'rwx' @ grants.files[1].access"),
        ('why = "keeps your photos"', "", "the key why is missing @ grants.files[1]"),
        ('why = "keeps your photos"', 'why = " "', "why must be one line"),
        ('[[grants.files]]\npath = "/sys', '[[grants.cameras]]\npath = "/sys', "unknown key cameras"),
        (
            "optional = true",
            "optinal = true",
            "unknown key optinal (did you mean optional?) @ grants.files[0]",
        ),
        ('memory = "48M"', 'memory = "48"', "expected a size such as \"48M\", not '48' @ limits.memory"),
        ('memory = "48M"', "memory = 48", "expected a size such as"),
        (
            "descriptors = 64",
            "descriptors = 0",
            "descriptors must be at least 16 and at most 1,048,576, not 0",
        ),
        ("descriptors = 64", "descriptors = true", "expected a whole number, not True @ limits.descriptors"),
        ("default = 5", "default = 0.5", "0.5 is below 1"),
        ("default = 5", "default = nan", "expected real, not nan"),
        ("default = 5", "default = 1e400", "expected real, not inf"),
        ("minimum = 1", f"minimum = {2**1100}", "expected a number, not "),
        ("descriptors = 64", f"processes = {2**1100}", "not so large a number"),
        ("default = 5", f"default = {2**1100}", "the number is larger than can be sent"),
        ("default = 5", "default = " + "9" * 5000, "not valid TOML"),
        ("manifest = 1", "manifest = " + "[" * 5000, "not valid TOML"),
        (
            'memory = "48M"',
            'memory = "8M"',
            "memory must be at least 16,777,216 and at most 1,099,511,627,776, not 8388608",
        ),
        ('path = "/srv/photos"', 'path = "/srv/pho\\ntos"', "path must be printable"),
        ('path = "/srv/photos"', 'path = "/srv/pho\\u202etos"', "path must be printable"),
        ('path = "/srv/photos"', "path = '/srv/\"photos'", "path must be printable and without quotes"),
        ("[config.interval]", '[config."inter val"]', "config: 'inter val' must be 1 to 32 of a-z"),
        ("default = 5", 'default = "5"', "expected real, not '5'"),
        ('type = "real"', 'type = "colour"', "not 'colour' @ config['interval'].type"),
        ("[limits]", "[limits", "m.toml: not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, sentence: str) -> None:
    assert old in FULL
    with pytest.raises(ManifestError) as caught:
        parse_manifest(FULL.replace(old, new), "m.toml")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("m.toml: ")
    assert "\n" not in str(caught.value)


def test_an_unknown_key_outside_of_grants_is_a_warning() -> None:
    text = FULL.replace("[limits]", '[limits]\nmemroy = 3\n"two\\nlines" = 1').replace(
        'label = "S', 'lable = "x"\nlabel = "S'
    )
    _, warnings = parse_manifest("colour = 1\n" + text, "m.toml")
    assert warnings == [
        "unknown key colour @ colour",
        "unknown key memroy (did you mean memory?) @ limits.memroy",
        r"unknown key two\nlines @ limits.two\nlines",
        "unknown key lable (did you mean label?) @ config.interval.lable",
    ]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="can't be read"):
        load_manifest(tmp_path / "manifest.toml")
    (tmp_path / "manifest.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestError, match="can't be read"):
        load_manifest(tmp_path / "manifest.toml")


def test_what_is_no_file_or_endless_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.toml")
    with pytest.raises(ManifestError, match="can't be read: it is no file"):
        load_manifest(tmp_path / "manifest.toml")
    with pytest.raises(ManifestError, match="can't be read: it is no file"):
        load_manifest(Path("/dev/zero"))
    (tmp_path / "large.toml").write_text("#" * LARGEST_FILE + "#")
    with pytest.raises(ManifestError, match="can't be read: it has more than 1,048,576 bytes"):
        load_manifest(tmp_path / "large.toml")
    with pytest.raises(ManifestError, match="can't be read: embedded null byte"):
        load_manifest(Path("a\0b"))


def test_a_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(SMALLEST, encoding="utf-8-sig")
    assert load_manifest(tmp_path / "manifest.toml")[0].provider.id == "demo"


def test_every_shipped_manifest_is_without_a_fault() -> None:
    manifests = sorted(shipped_providers().glob("*/manifest.toml"))
    assert manifests
    for path in manifests:
        manifest, warnings = load_manifest(path)
        assert warnings == []
        assert manifest.provider.id == path.parent.name


@pytest.mark.parametrize(
    ("kind", "value"), [("boolean", 1), ("integer", True), ("integer", 1.0), ("real", True), ("text", 5)]
)
def test_a_value_of_another_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"expected {kind}"):
        ConfigField(kind, "label").check(value)  # type: ignore[arg-type]


def test_a_whole_number_is_a_real_one_too() -> None:
    assert ConfigField("real", "label").check(5) == 5.0


@pytest.mark.parametrize(
    ("grant", "sentence"),
    [
        (
            'host = "config:url"\nport = 1',
            "host: 'config:url' must name a field of type host or url under [config]",
        ),
        ('host = "a"\nport = "config:note"', "port: 'config:note' must name a field of type port or url"),
        ('host = "A.lan"\nport = 1', "host must be written as 'a.lan', not 'A.lan'"),
        ('host = "127.1"\nport = 1', "'127.1' ends in a number"),
        ('host = "a"\nport = 0', "a port is a whole number from 1 to 65535, not 0"),
        ('host = "a"\nport = "80"', "a port is a whole number from 1 to 65535, not 80"),
        ('host = "a"', "the key port is missing"),
        ('host = "a"\nport = 1\ntls = true', "unknown key tls"),
    ],
)
def test_a_network_grant_that_means_nothing(grant: str, sentence: str) -> None:
    text = (
        SMALLEST
        + f'[[grants.connect]]\nwhy = "because"\n{grant}\n[config.note]\ntype = "text"\nlabel = "Note"\n'
    )
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text, "manifest.toml")
    assert sentence in str(caught.value)
