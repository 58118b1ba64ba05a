"""Write the Rust of the wire's components from components.toml.

Knows the rules of the schema and how each kind looks in Rust. Knows nothing of bytes: those are in codec.rs.
"""

import argparse
import hashlib
import json
import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import attrs
import cattrs
from cattrs import transform_error
from cattrs.v import format_exception

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "components.toml"
RUST = ROOT / "wire-rs" / "src" / "generated.rs"
PYTHON = ROOT / "wire-rs" / "src" / "generated_python.rs"
EXPORTS = ROOT / "wire-rs" / "src" / "lib.rs"

Kind = Literal[
    "marker",
    "boolean",
    "integer",
    "real",
    "text",
    "colour",
    "date",
    "time",
    "enum",
    "list",
    "limits",
    "event",
]
Access = Literal["marker", "state", "writable", "fact", "command", "modifier", "event"]

# Names that a component or enum would hide, or that would hide it. tests/wire/test_generator.py compares them with what
# igloo_wire offers and with what the written Rust uses.
# fmt: off
OFFERED = frozenset((  # beside the components, by igloo_wire
    "COMPONENTS", "Component", "Configure", "CreateDevice", "Custom", "CustomParameter", "CustomResult",
    "Decoder", "DeviceCreated", "DeviceStatus", "Direction", "FrameTooLarge", "Health", "Hello", "HelloReject",
    "InvalidValue", "LimitExceeded", "Log", "LogLevel", "MalformedFrame", "Message", "OpenEnum", "PREAMBLE",
    "Ping", "Pong", "PreambleError", "ProviderStatus", "Ready", "RefusalCode", "Refused", "RefusedValue",
    "RegisterCustom", "RegisterEntity", "RejectCode", "RemoveDevice", "RemoveEntity", "Role", "Schema", "Stop",
    "UnknownComponent", "Unsupported", "ValueKind", "WireError", "WriteComponents", "WriteOutcome",
    "WriteRequest", "WriteResult", "Writes", "WritesIterator",
))
USED_BY_RUST = frozenset((  # where the classes and enums are declared
    "Bound", "Box", "Err", "IntoPyObject", "Newer", "Ok", "Option", "Payload", "Py", "PyAny", "PyClassInitializer",
    "PyComponent", "PyErr", "PyRef", "PyResult", "PyType", "Python", "Reader", "Result", "SCHEMAS", "Self", "Some",
    "String", "Vec", "Wire", "Writer",
))
KEYWORDS = frozenset(("False", "None", "True"))
# fmt: on
RESERVED = OFFERED | USED_BY_RUST | KEYWORDS
# In generated.rs a component is a variant and hides nothing, but an enum is a type beside these.
RUST_TYPES = frozenset(("Color", "Date", "Fault", "Limits", "Time"))
TOMBSTONE_ID = 65_535  # Component.schema of the base class; never given
ONE_BYTE_IDS = 250  # a higher id takes three bytes on the wire


class SchemaError(Exception):
    """components.toml breaks a rule; the sentence names the component and the key."""


@attrs.frozen
class Variant:
    """One name of an enum."""

    id: int
    name: str
    since: int | None = None


@attrs.frozen
class Component:
    """One `[[component]]` table, as written."""

    id: int
    name: str
    kind: Kind
    access: Access
    description: str
    since: int
    element: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    writes: tuple[str, ...] | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def enum_defined(self) -> str | None:
        """Name of the enum whose variants this table lists."""
        return None if not self.variants else self.name if self.kind == "enum" else self.element


@attrs.frozen
class Schema:
    """The whole file, checked."""

    revision: int
    components: tuple[Component, ...]
    enums: Mapping[str, tuple[Variant, ...]]

    def variants_of(self, component: Component) -> tuple[Variant, ...]:
        """Variants of its enum or of the enum that is its element; empty if there is none."""
        name = component.name if component.kind == "enum" else component.element
        return self.enums.get(name or "", ())

    @property
    def hash(self) -> int:
        """64 bits of SHA-256 over what must not change: not the descriptions."""
        digest = hashlib.sha256(f"revision {self.revision}\n".encode())
        for component in self.components:
            values = attrs.asdict(component, filter=lambda field, _: field.name != "description")
            digest.update(json.dumps(values, sort_keys=True).encode() + b"\n")
        return int.from_bytes(digest.digest()[:8], "big")


def load(text: str) -> Schema:
    """Parse and check the text of components.toml. Raises SchemaError with the first broken rule."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"not TOML: {error}") from None
    if unknown := raw.keys() - {"revision", "component"}:
        raise SchemaError(f"unknown key {min(unknown)!r} beside revision and component")
    revision = raw.get("revision")
    if type(revision) is not int or revision < 1:
        raise SchemaError("revision must be a whole number from 1")
    tables = raw.get("component")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SchemaError("there is no [[component]] table")
    converter = _converter()
    components = tuple(_structure(converter, place, table) for place, table in enumerate(tables))
    for place, component in enumerate(components):
        for message in _faults(place, component, revision):
            raise SchemaError(f"component {component.id} ({component.name}): {message}")
    return Schema(revision, components, _enums(components))


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for plain in (int, str):
        converter.register_structure_hook(plain, _exactly(plain))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook_func(lambda wanted: wanted in (Kind, Access), _one_of)
    return converter


def _structure(converter: cattrs.Converter, place: int, table: dict[str, Any]) -> Component:
    try:
        return converter.structure(table, Component)
    except cattrs.ClassValidationError as error:
        where = f"component {table.get('id', f'number {place + 1}')} ({table.get('name', 'without a name')})"
        raise SchemaError(
            f"{where}: {'; '.join(transform_error(error, path='', format_exception=_sentence))}"
        ) from None


def _exactly(wanted: type) -> Callable[[object, type], object]:
    def hook(value: object, _: type) -> object:
        if type(value) is not wanted:
            raise TypeError(f"expected {wanted.__name__}, not {value!r}")
        return value

    return hook


def _number(value: object, _: type) -> float:
    if type(value) not in (int, float):
        raise TypeError(f"expected a number, not {value!r}")
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError(f"{number} is no bound; without the key there is none")
    return number


def _one_of(value: object, wanted: object) -> object:
    if value not in get_args(wanted):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(wanted))}")
    return value


def _sentence(error: BaseException, wanted: type | None) -> str:
    """Ours as they are, cattrs' own in its words."""
    return str(error) if type(error) in (TypeError, ValueError) else format_exception(error, wanted)


def _faults(place: int, component: Component, revision: int) -> Iterator[str]:
    """What is wrong with one component by itself and its place."""
    c = component
    if c.id != place:
        yield f"id is {c.id}, but the next id is {place}: ids have no gaps and stand in order"
    if c.id >= ONE_BYTE_IDS:
        yield f"ids from {ONE_BYTE_IDS} on take three bytes; use a variant or a typed generic instead"
    if not re.fullmatch(r"[A-Z][a-zA-Z0-9]*", c.name):
        yield "name is not UpperCamelCase"
    if c.name in RESERVED:
        yield "name is taken by another class of igloo_wire, or by the language"
    if not 1 <= c.since <= revision:
        yield f"since is {c.since}, but the schema's revision is {revision}"
    if not c.description or c.description != c.description.strip():
        yield "description is empty or has blanks round it"
    for key, kinds in {
        "unit": ("integer", "real", "limits", "list"),
        "minimum": ("integer", "real", "list"),
        "maximum": ("integer", "real", "list"),
        "min_items": ("list",),
        "max_items": ("list",),
        "element": ("list", "event"),
        "writes": ("enum",),
        "variants": ("enum", "list", "event"),
    }.items():
        if getattr(c, key) not in (None, ()) and c.kind not in kinds:
            yield f"key {key!r} has no meaning for kind {c.kind!r}"
    if c.kind == "list" and c.element is None:
        yield "a list needs an element"
    if c.kind == "enum" and not c.variants:
        yield "an enum needs variants"
    if c.kind != "enum" and c.variants and c.element in (None, "text", "real", "component"):
        yield "variants need an element that names their enum"
    if c.kind == "event" and c.element in ("real", "component"):
        yield f"an event cannot carry {c.element!r}"
    if (c.kind == "marker") != (c.access == "marker"):
        yield "kind marker and access marker belong together"
    if (c.kind == "event") != (c.access == "event"):
        yield "kind event and access event belong together"
    if c.minimum is not None and c.maximum is not None and c.minimum > c.maximum:
        yield f"minimum {c.minimum} is above maximum {c.maximum}"
    if c.kind == "integer":
        for key in ("minimum", "maximum"):
            bound = getattr(c, key)
            if bound is not None and (not bound.is_integer() or abs(bound) > 2**53):
                yield f"{key} of an integer must be whole and at most 2^53"
    if c.min_items is not None and c.max_items is not None and c.min_items > c.max_items:
        yield f"min_items {c.min_items} is above max_items {c.max_items}"
    yield from _variant_faults(c, revision)


def _variant_faults(c: Component, revision: int) -> Iterator[str]:
    names: set[str] = set()
    since = c.since
    for number, variant in enumerate(c.variants):
        if variant.id != number:
            yield f"variant {variant.name} has id {variant.id}, but the next id is {number}"
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", variant.name):
            yield f"variant {variant.name} is not UPPER_SNAKE"
        if variant.name in names:
            yield f"variant {variant.name} is there twice"
        names.add(variant.name)
        born = variant.since or c.since
        if born < since or born > revision:
            yield f"variant {variant.name} has since {born}, between {since} and {revision} is possible"
        since = born
    if c.writes is not None:
        if c.access != "writable":
            yield "writes needs access writable"
        if not c.writes:
            yield "writes names no variant; that is access state"
        if unknown := [name for name in c.writes if name not in names]:
            yield f"writes names the unknown variant {unknown[0]}"


def _enums(components: Sequence[Component]) -> Mapping[str, tuple[Variant, ...]]:
    """All enums by name; checks what concerns more than one component."""
    enums: dict[str, tuple[Variant, ...]] = {}
    names: dict[str, Component] = {}
    for c in components:
        where = f"component {c.id} ({c.name})"
        if c.name in names:
            raise SchemaError(f"{where}: the name is already component {names[c.name].id}'s")
        names[c.name] = c
        if (name := c.enum_defined) is not None:
            if name in enums:
                raise SchemaError(f"{where}: the enum {name} is defined twice")
            if name in RESERVED | RUST_TYPES or not re.fullmatch(r"[A-Z][a-zA-Z0-9]*", name):
                raise SchemaError(f"{where}: {name} cannot be the name of an enum")
            enums[name] = c.variants
    for c in components:
        where = f"component {c.id} ({c.name})"
        if c.element not in (None, "text", "real", "component") and c.element not in enums:
            raise SchemaError(f"{where}: element {c.element!r} is no enum")
        if c.kind != "enum" and c.enum_defined in names:
            raise SchemaError(f"{where}: the enum {c.enum_defined} has the name of a component")
    since = [c.since for c in components]
    if since != sorted(since):
        late = next(
            c for c, before in zip(components[1:], components, strict=False) if c.since < before.since
        )
        raise SchemaError(
            f"component {late.id} ({late.name}): since is {late.since}, lower than that of the one before"
        )
    return enums


# --- Rust ------------------------------------------------------------------------------------------------------------

BANNER = """\
// Generated from components.toml by tools/generate_wire.py; `python tools/generate_wire.py` writes it anew.
"""
PLAIN_TYPES = {
    "boolean": "bool",
    "integer": "i64",
    "real": "f64",
    "text": "Box<str>",
    "colour": "Box<Color>",
    "date": "Date",
    "time": "Time",
    "limits": "Box<Limits>",
}
LIST_TYPES = {"text": "Box<[Box<str>]>", "real": "Box<[f64]>", "component": "Box<[u16]>"}
PAYLOADS = {
    "boolean": "Boolean(*value)",
    "integer": "Integer(*value)",
    "real": "Real(*value)",
    "text": "Text(value)",
    "colour": "Color(value)",
    "date": "Date(value)",
    "time": "Time(value)",
    "limits": "Limits(value)",
    "enum": "Enum(value.0)",
}
LIST_PAYLOADS = {"text": "Texts(value)", "real": "Reals(value)", "component": "Ids(value)"}


def rust_type(c: Component) -> str:
    """The type inside the variant of `enum Component`; events have named fields instead."""
    if c.kind == "enum":
        return c.name
    if c.kind == "list":
        assert c.element is not None
        return LIST_TYPES.get(c.element, f"Box<[{c.element}]>")
    return PLAIN_TYPES[c.kind]


def event_field(c: Component) -> tuple[str, str] | None:
    """Name and type of what comes with an event's count."""
    if c.element is None:
        return None
    return ("text", "Box<str>") if c.element == "text" else ("kind", c.element)


def event_payload(c: Component) -> str:
    """The variant of `enum Payload` that views an event."""
    match event_field(c):
        case None:
            return "Event { count: *count }"
        case ("text", _):
            return "TextEvent { count: *count, text }"
        case _:
            return "EnumEvent { count: *count, kind: kind.0 }"


def rust_hash(number: int) -> str:
    """The Rust literal of 64 bits."""
    digits = f"{number:016x}"
    return "0x" + "_".join(digits[place : place + 4] for place in range(0, 16, 4))


def rust_string(text: str | None) -> str:
    """The Rust expression of an optional text."""
    return "None" if text is None else f"Some({json.dumps(text, ensure_ascii=False)})"


def rust_bound(bound: float | None, default: str) -> str:
    """The Rust expression of a bound."""
    return default if bound is None else repr(bound)


def wrapped(items: Sequence[str], indent: str) -> str:
    """Items with commas, in lines of at most 116 characters."""
    lines, line = [], indent
    for item in items:
        if len(line) + len(item) + 2 > 116:
            lines.append(line.rstrip())
            line = indent
        line += item + ", "
    return "\n".join([*lines, line.rstrip()])


def write_rust(schema: Schema) -> str:
    """The text of generated.rs."""
    components = schema.components
    out = [
        "//! Every component of the vocabulary as a Rust type. Knows nothing of Python.",
        BANNER,
        "#![forbid(unsafe_code)]",
        '#![allow(missing_docs, reason = "SCHEMAS describes every component")]',
        '#![allow(clippy::too_many_lines, clippy::match_same_arms, reason = "one line for each component")]',
        "",
        "use crate::codec::{Reader, Wire, Writer};",
        "use crate::component::{Color, Date, Limits, Payload, Schema, Time, open_enum};",
        "use crate::error::Fault;",
        "",
        "/// Revision of the schema: raised by every release that adds to it.",
        f"pub const SCHEMA_REVISION: u32 = {schema.revision};",
        "/// Hash of everything in the schema that must not change.",
        f"pub const SCHEMA_HASH: u64 = {rust_hash(schema.hash)};",
        "/// Highest component id.",
        f"pub const HIGHEST_COMPONENT: u16 = {len(components) - 1};",
        "",
    ]
    for name, variants in schema.enums.items():
        members = wrapped([f"{variant.name} = {variant.id}" for variant in variants], "    ")
        out += [f"open_enum! {{\n    {name} {{\n{members}\n    }}\n}}", ""]

    out += [
        "/// A typed fact about one part of a device.",
        "#[derive(Debug, Clone, PartialEq)]",
        "pub enum Component {",
    ]
    for c in components:
        if c.kind == "marker":
            out.append(f"    {c.name},")
        elif c.kind == "event":
            field = event_field(c)
            out.append(f"    {c.name} {{ count: u32{f', {field[0]}: {field[1]}' if field else ''} }},")
        else:
            out.append(f"    {c.name}({rust_type(c)}),")
    out += [
        "    /// A component that is newer than this program, as it came.",
        "    Newer { id: u16, payload: Box<[u8]> },",
        "}",
        "",
    ]

    out += [
        "impl Component {",
        "    /// Permanent id.",
        "    #[must_use]",
        "    pub const fn id(&self) -> u16 {",
        "        match self {",
    ]
    for c in components:
        rest = "" if c.kind == "marker" else " { .. }" if c.kind == "event" else "(_)"
        out.append(f"            Self::{c.name}{rest} => {c.id},")
    out += ["            Self::Newer { id, .. } => *id,", "        }", "    }", ""]

    out += [
        "    /// Reads the payload of the component with that id in place of this one.",
        "    pub(crate) fn read_payload(&mut self, id: u16, reader: &mut Reader<'_>) -> Result<(), Fault> {",
        "        match id {",
    ]
    for c in components:
        if c.kind == "marker":
            out.append(f"            {c.id} => *self = Self::{c.name},")
        elif c.kind == "event":
            field = event_field(c)
            more = f", {field[0]}: Wire::read(reader)?" if field else ""
            out.append(
                f"            {c.id} => *self = Self::{c.name} {{ count: Wire::read(reader)?{more} }},"
            )
        else:
            out.append(f"            {c.id} => *self = Self::{c.name}(Wire::read(reader)?),")
    out += [
        "            _ => *self = Self::Newer { id, payload: reader.rest()? },",
        "        }",
        "        Ok(())",
        "    }",
        "",
    ]

    out += [
        "    /// Writes the payload alone.",
        "    pub(crate) fn write_payload(&self, writer: &mut Writer) {",
        "        match self {",
        *_or([f"Self::{c.name}" for c in components if c.kind == "marker"], "{}"),
    ]
    by_type: dict[str, list[str]] = {}
    for c in components:
        if c.kind not in ("marker", "event"):
            by_type.setdefault(rust_type(c), []).append(f"Self::{c.name}(value)")
    for patterns in by_type.values():
        out += _or(patterns, "value.write(writer),")
    for c in components:
        if c.kind == "event":
            field = event_field(c)
            fields = ["count", *([field[0]] if field else [])]
            writing = " ".join(f"{name}.write(writer);" for name in fields)
            out.append(f"            Self::{c.name} {{ {', '.join(fields)} }} => {{ {writing} }}")
    out += ["            Self::Newer { payload, .. } => writer.raw(payload),", "        }", "    }", ""]

    out += [
        "    /// What it holds, by kind.",
        "    #[must_use]",
        "    pub fn payload(&self) -> Payload<'_> {",
        "        match self {",
        *_or([f"Self::{c.name}" for c in components if c.kind == "marker"], "Payload::Marker,"),
    ]
    by_payload: dict[tuple[str, str], list[str]] = {}
    for c in components:
        if c.kind == "list":
            assert c.element is not None
            expression = LIST_PAYLOADS.get(c.element, "Enums(value)")
            # Patterns can only share an arm where the value has one type.
            by_payload.setdefault((expression, rust_type(c)), []).append(f"Self::{c.name}(value)")
        elif c.kind not in ("marker", "event"):
            by_payload.setdefault((PAYLOADS[c.kind], rust_type(c)), []).append(f"Self::{c.name}(value)")
    for (expression, _), patterns in by_payload.items():
        out += _or(patterns, f"Payload::{expression},")
    for c in components:
        if c.kind == "event":
            field = event_field(c)
            payload = event_payload(c)
            names = ", ".join(["count", *([field[0]] if field else [])])
            out.append(f"            Self::{c.name} {{ {names} }} => Payload::{payload},")
    out += [
        "            Self::Newer { payload, .. } => Payload::Unknown(payload),",
        "        }",
        "    }",
        "}",
        "",
    ]

    for name in schema.enums:
        out.append(f"const {_constant(name)}: &[&str] = <{name} as crate::component::OpenEnum>::NAMES;")
    out += [
        "",
        "/// What components.toml says, by id.",
        f"pub static SCHEMAS: [Schema; {len(components)}] = [",
    ]
    for c in components:
        variants = schema.variants_of(c)
        enum = c.name if c.kind == "enum" else c.element or ""
        numbers = {variant.name: variant.id for variant in variants}
        writes = None if c.writes is None else ", ".join(str(numbers[name]) for name in c.writes)
        out.append(
            f"    Schema {{\n"
            f"        id: {c.id}, name: {json.dumps(c.name)}, kind: {json.dumps(c.kind)}, element: {rust_string(c.element)},\n"
            f"        access: {json.dumps(c.access)}, writes: {'None' if writes is None else f'Some(&[{writes}])'},"
            f" unit: {rust_string(c.unit)},\n"
            f"        minimum: {rust_bound(c.minimum, 'f64::NEG_INFINITY')},"
            f" maximum: {rust_bound(c.maximum, 'f64::INFINITY')},\n"
            f"        min_items: {c.min_items or 0}, max_items: {'u32::MAX' if c.max_items is None else c.max_items},\n"
            f"        variants: {_constant(enum) if variants else '&[]'}, since: {c.since},\n"
            f"        description: {json.dumps(c.description, ensure_ascii=False)},\n"
            f"    }},"
        )
    out += ["];", ""]
    return "\n".join(out)


def _or(patterns: Sequence[str], body: str) -> list[str]:
    """The lines of one arm of a match for all patterns; no lines for none."""
    if not patterns:
        return []
    first, *others = patterns
    lines = [f"            {first}", *(f"            | {pattern}" for pattern in others)]
    return [*lines[:-1], f"{lines[-1]} => {body}"]


def _constant(enum: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", enum).upper() + "_NAMES"


def write_python(schema: Schema) -> str:
    """The text of generated_python.rs: one line per class, and the way from a Rust value to its class."""
    out = [
        "//! Every component of the vocabulary as a Python class: one line each, the kinds are in python_components.rs.",
        BANNER,
        '#![allow(non_upper_case_globals, reason = "__match_args__ is Python\'s name")]',
        '#![allow(clippy::too_many_lines, reason = "one line for each component")]',
        "",
        "use crate::generated::Component;",
        "use crate::python_components::{PyComponent, UnknownComponent, class};",
        "use pyo3::prelude::*;",
        "use pyo3::types::PyType;",
        "",
    ]
    component_enums = {c.name for c in schema.components if c.kind == "enum"}
    for name, variants in schema.enums.items():
        if name not in component_enums:
            owner = next(c.name for c in schema.components if c.enum_defined == name)
            members = wrapped([f"{variant.name} = {variant.id}" for variant in variants], "    ")
            out += [
                f'class! {{ open_enum {name}, crate::generated::{name}, "variants of {owner}",\n{members}\n}}'
            ]
    for c in schema.components:
        doc = json.dumps(c.description, ensure_ascii=False)
        if c.kind == "enum":
            members = wrapped([f"{variant.name} = {variant.id}" for variant in c.variants], "    ")
            out.append(f"class! {{ enum {c.name}, {doc},\n{members}\n}}")
        elif c.kind == "list":
            kind = {"text": "texts", "real": "reals", "component": "ids"}.get(c.element or "")
            out.append(
                f"class! {{ {kind} {c.name}, {doc} }}"
                if kind
                else f"class! {{ enums {c.name}, {c.element}, {doc} }}"
            )
        elif c.kind == "event":
            kind = {None: "event", "text": "text_event"}.get(c.element)
            out.append(
                f"class! {{ {kind} {c.name}, {doc} }}"
                if kind
                else f"class! {{ enum_event {c.name}, {c.element}, {doc} }}"
            )
        else:
            out.append(f"class! {{ {c.kind} {c.name}, {doc} }}")
    out += [
        "",
        "/// The Python object of a component; the same one each time for markers, booleans and known enum variants.",
        "pub(crate) fn to_python<'py>(py: Python<'py>, component: &Component) -> PyResult<Bound<'py, PyComponent>> {",
        "    match component {",
    ]
    for c in schema.components:
        if c.kind == "marker":
            out.append(f"        Component::{c.name} => {c.name}::wrap(py),")
        elif c.kind == "event":
            out.append(f"        Component::{c.name} {{ .. }} => {c.name}::wrap(py, component),")
        elif c.kind in ("boolean", "real", "enum"):
            out.append(f"        Component::{c.name}(value) => {c.name}::wrap(py, *value),")
        else:
            out.append(f"        Component::{c.name}(_) => {c.name}::wrap(py, component),")
    out += [
        "        Component::Newer { .. } => UnknownComponent::wrap(py, component),",
        "    }",
        "}",
        "",
        "/// The classes, by id.",
        "pub(crate) fn classes(py: Python<'_>) -> Vec<Bound<'_, PyType>> {",
        "    vec![",
        *(f"        py.get_type::<{c.name}>()," for c in schema.components),
        "    ]",
        "}",
        "",
    ]
    return "\n".join(out)


BEGIN_EXPORTS, END_EXPORTS = "    // components.toml: begin\n", "    // components.toml: end\n"


def write_exports(schema: Schema, text: str) -> str:
    """lib.rs with the classes of the components listed between its two marks."""
    before, _, rest = text.partition(BEGIN_EXPORTS)
    _, mark, after = rest.partition(END_EXPORTS)
    if not mark:
        raise SchemaError(f"lib.rs has lost the lines {BEGIN_EXPORTS.strip()!r} and {END_EXPORTS.strip()!r}")
    names = sorted({*schema.enums, *(c.name for c in schema.components)})
    block = f"    #[rustfmt::skip]\n    #[pymodule_export]\n    use crate::generated_python::{{\n{wrapped(names, '        ')}\n    }};\n"
    return before + BEGIN_EXPORTS + block + END_EXPORTS + after


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with --check say which are stale."""
    parser = argparse.ArgumentParser(
        description="Write wire-rs/src/generated.rs, generated_python.rs and the list in lib.rs from components.toml."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    options = parser.parse_args(arguments)
    try:
        schema = load(SCHEMA.read_text("utf-8"))
        texts = {
            RUST: write_rust(schema),
            PYTHON: write_python(schema),
            EXPORTS: write_exports(schema, EXPORTS.read_text("utf-8")),
        }
    except SchemaError as error:
        print(f"components.toml: {error}", file=sys.stderr)
        return 1
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if options.check:
            print(f"{path.relative_to(ROOT)} is stale: run `python tools/generate_wire.py`", file=sys.stderr)
        else:
            path.write_text(texts[path], "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if options.check and stale else 0


assert set(get_args(Kind)) == {*PLAIN_TYPES, "marker", "enum", "list", "event"}

if __name__ == "__main__":
    sys.exit(main())
