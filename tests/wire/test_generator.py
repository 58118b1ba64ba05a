"""The generator: what it wrote is fresh, and a schema that breaks a rule is refused in one sentence."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import igloo_wire
from tools.generate_wire import (
    OFFERED,
    RESERVED,
    RUST_TYPES,
    SCHEMA,
    SchemaError,
    load,
    write_python,
    write_rust,
)

ROOT = Path(__file__).parent.parent.parent
SWITCH = """
[[component]]
id = 1
name = "Switch"
kind = "boolean"
access = "writable"
description = "on or off"
since = 1
"""


def mutated(old: str, new: str) -> str:
    text = SCHEMA.read_text("utf-8")
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def without(table: str) -> str:
    return mutated(table, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            without(SWITCH),
            "component 2 (Dimmer): id is 2, but the next id is 1: ids have no gaps and stand in order",
        ),
        (mutated("id = 2\n", "id = 1\n"), "component 1 (Dimmer): id is 1, but the next id is 2"),
        (
            mutated("id = 0\n", "id = 1\n").replace("id = 1\n", "id = 0\n", 2),
            "component 0 (Switch): id is 0, but",
        ),
        (
            mutated('name = "Dimmer"', 'name = "Switch"'),
            "component 2 (Switch): the name is already component 1's",
        ),
        (mutated('name = "Dimmer"', 'name = "dimmer"'), "component 2 (dimmer): name is not UpperCamelCase"),
        (
            mutated('name = "Dimmer"', 'name = "Decoder"'),
            "component 2 (Decoder): name is taken by another class",
        ),
        (
            mutated('kind = "boolean"', 'kind = "bool"'),
            "component 1 (Switch): 'bool' is none of marker, boolean, integer",
        ),
        (
            mutated('unit = "fraction"', 'units = "fraction"'),
            "component 2 (Dimmer): extra fields found (units)",
        ),
        (
            mutated('description = "on or off"\n', ""),
            "component 1 (Switch): required field missing @ .description",
        ),
        (
            mutated("id = 2\n", 'id = "2"\n'),
            "component 2 (Dimmer): expected int, not '2' @ .id",
        ),
        (
            mutated("since = 1\n", "since = 2\n"),
            "component 0 (Light): since is 2, but the schema's revision is 1",
        ),
        (
            mutated("revision = 1", "revision = 2").replace("since = 1\n", "since = 2\n", 2),
            "component 2 (Dimmer): since is 1, lower than that of the one before",
        ),
        (
            mutated("maximum = 1.0", "maximum = -1.0"),
            "component 2 (Dimmer): minimum 0.0 is above maximum -1.0",
        ),
        (
            mutated('access = "writable"', 'access = "marker"'),
            "component 1 (Switch): kind marker and access marker",
        ),
        (
            mutated('kind = "boolean"', 'kind = "boolean"\nunit = "%"'),
            "component 1 (Switch): key 'unit' has no meaning for kind 'boolean'",
        ),
        (
            mutated('{ id = 1, name = "RELEASE" }', '{ id = 2, name = "RELEASE" }'),
            "component 17 (ButtonEvent): variant RELEASE has id 2, but the next id is 1",
        ),
        (
            mutated('{ id = 1, name = "RELEASE" }', '{ id = 1, name = "PRESS" }'),
            "component 17 (ButtonEvent): variant PRESS is there twice",
        ),
        (
            mutated('{ id = 1, name = "RELEASE" }', '{ id = 1, name = "Release" }'),
            "component 17 (ButtonEvent): variant Release is not UPPER_SNAKE",
        ),
        (
            mutated('{ id = 1, name = "RELEASE" }', '{ id = 1, name = "RELEASE", since = 3 }'),
            "component 17 (ButtonEvent): variant RELEASE has since 3, between 1 and 1 is possible",
        ),
        (
            mutated('writes = ["LOCKED", "UNLOCKED"]', 'writes = ["CLOSED"]'),
            "component 23 (DoorLock): writes names the unknown variant CLOSED",
        ),
        (
            mutated('element = "Command"', 'element = "Comand"'),
            "component 33 (Commands): element 'Comand' is no enum",
        ),
        (
            mutated('element = "CodeUse"', 'element = "Command"'),
            "component 165 (CodeRequired): the enum Command is defined twice",
        ),
        (mutated('element = "Command"\n', ""), "component 33 (Commands): a list needs an element"),
        (mutated("revision = 1", "revison = 1"), "unknown key 'revison' beside revision and component"),
        (mutated("revision = 1", "revision = true"), "revision must be a whole number from 1"),
        (mutated("revision = 1", "revision = "), "not TOML: "),
        ("revision = 1\n", "there is no [[component]] table"),
        ("revision = 1\ncomponent = [1]\n", "there is no [[component]] table"),
        (
            mutated("maximum = 1.0", "maximum = inf"),
            "component 2 (Dimmer): inf is no bound; without the key there is none @ .maximum",
        ),
        (mutated("maximum = 1.0", "maximum = nan"), "component 2 (Dimmer): nan is no bound"),
        (
            mutated('writes = ["LOCKED", "UNLOCKED"]', "writes = []"),
            "component 23 (DoorLock): writes names no variant; that is access state",
        ),
        (
            mutated('element = "CodeUse"', 'element = "Fault"'),
            "component 165 (CodeRequired): Fault cannot be the name of an enum",
        ),
    ],
)
def test_a_schema_that_breaks_a_rule_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_name_that_hides_another_is_refused(name: str) -> None:
    with pytest.raises(SchemaError, match=rf"^component 2 \({name}\): name is taken by another class"):
        load(mutated('name = "Dimmer"', f'name = "{name}"'))


def test_all_names_that_could_be_hidden_are_known() -> None:
    schema = load(SCHEMA.read_text("utf-8"))
    given = {component.name for component in schema.components} | set(schema.enums)
    offered = {name for name in igloo_wire.__all__ if re.fullmatch(r"[A-Z][a-zA-Z0-9]*", name)}
    assert offered - given == OFFERED
    for text in (write_rust(schema), write_python(schema)):
        used = re.findall(r"^use crate::\w+::(.+);$", text, re.MULTILINE)
        types = set(re.findall(r"\b[A-Z][a-zA-Z0-9]*\b", " ".join(used)))
        assert types
        assert types <= RESERVED | RUST_TYPES


def test_a_schema_need_not_have_every_kind() -> None:
    rust = write_rust(load("revision = 1\n" + SWITCH.replace("id = 1", "id = 0")))
    assert (
        "    pub const fn id(&self) -> u16 {\n        match self {\n            Self::Switch(_) => 0," in rust
    )
    assert "Marker" not in rust.split("pub enum Component")[1]


def test_the_hash_changes_with_the_meaning_and_not_with_the_words() -> None:
    now = load(SCHEMA.read_text("utf-8")).hash
    assert load(mutated("on or off", "lit or dark")).hash == now
    assert load(mutated('unit = "fraction"', 'unit = "%"')).hash != now
    assert load(mutated('name = "Dimmer"', 'name = "Brightness"')).hash != now
    assert load(mutated('{ id = 1, name = "RELEASE" }', '{ id = 1, name = "LOOSE" }')).hash != now


def test_only_ids_decide_what_is_on_the_wire() -> None:
    rust = write_rust(load(mutated('name = "Dimmer"', 'name = "Brightness"')))
    assert "            2 => *self = Self::Brightness(Wire::read(reader)?)," in rust


def test_the_written_files_are_fresh_and_a_stale_one_is_found(tmp_path: Path) -> None:
    files = [Path("components.toml"), Path("tools/generate_wire.py")]
    files += [Path("wire-rs/src", name) for name in ("generated.rs", "generated_python.rs", "lib.rs")]
    for path in files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)

    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / "tools/generate_wire.py"), "--check"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert (check().returncode, check().stderr) == (0, "")
    for path in files[2:]:
        text = (tmp_path / path).read_text("utf-8")
        (tmp_path / path).write_text(text.replace("Dimmer", "Dimer"), "utf-8")
        assert check().returncode == 1
        assert f"{path} is stale: run `python tools/generate_wire.py`" in check().stderr
        (tmp_path / path).write_text(text, "utf-8")
    (tmp_path / "components.toml").write_text("revision = 0\n", "utf-8")
    assert check().stderr == "components.toml: revision must be a whole number from 1\n"
