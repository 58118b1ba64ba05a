"""Short ways to look at what a platform makes of a config: what it has, what it hears in a message, what it sends."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from igloo_providers.mqtt.entity import Config, Mapped, Publish, Rejected, Unmappable, Unreadable
from igloo_providers.mqtt.platforms import PLATFORMS
from igloo_providers.mqtt.templates import Payload
from igloo_wire import COMPONENTS, Component, Unknown, Writable

C = TypeVar("C", bound=Component)
KIND_OF_ID = {kind.schema.id: kind for kind in COMPONENTS.values()}


def mapped(platform: str, **data: object) -> Mapped:
    return PLATFORMS[platform](Config(platform, platform, data))


def why_unmappable(platform: str, **data: object) -> str:
    try:
        mapped(platform, **data)
    except Unmappable as fault:
        return fault.reason
    raise AssertionError("it can be mapped")


def fact(mapped: Mapped, kind: type[C]) -> C | None:
    return next((component for component in mapped.components if isinstance(component, kind)), None)


def unknown(mapped: Mapped) -> set[type[Component]]:
    """What belongs to the entity and has no value yet."""
    found = fact(mapped, Unknown)
    return set() if found is None else {KIND_OF_ID[number] for number in found.value}


def writable(mapped: Mapped) -> set[type[Component]]:
    found = fact(mapped, Writable)
    assert found is not None
    return {KIND_OF_ID[number] for number in found.value}


def said(mapped: Mapped, topic: str, payload: str) -> set[Component]:
    """What all readings of a topic make of one message."""
    text = Payload(payload)
    return {component for name, reading in mapped.readings if name == topic for component in reading(text)}


def faults(mapped: Mapped, topic: str, payload: str) -> list[Unreadable]:
    """The sentences that readings raise, and whose value is lost with it."""
    text, found = Payload(payload), []
    for name, reading in mapped.readings:
        if name == topic:
            try:
                tuple(reading(text))
            except Unreadable as fault:
                found.append(fault)
    return found


def lost(mapped: Mapped, topic: str, payload: str) -> set[type[Component]]:
    return {kind for fault in faults(mapped, topic, payload) for kind in fault.unknown}


def sent(mapped: Mapped, *components: Component) -> list[tuple[str, str]]:
    """Topic and payload of what one write becomes."""
    assert mapped.command is not None
    return [(each.topic, each.payload) for each in mapped.command({type(one): one for one in components})]


def why_rejected(mapped: Mapped, *components: Component) -> str:
    try:
        publishes = sent(mapped, *components)
    except Rejected as refusal:
        return refusal.reason
    raise AssertionError(f"it is sent: {publishes}")


# ── anything at all ──

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-400, 400)
    | st.integers()
    | st.floats(allow_nan=True)
    | st.sampled_from(
        ["ON", "OFF", "none", "None", "", "open", "heat", "xy", "color_temp", "255,0,1", "1e999"]
    )
    | st.text(max_size=6)
)


def json_values(keys: list[str]) -> st.SearchStrategy[Any]:
    """JSON values whose objects often have these keys."""
    names = st.sampled_from(keys) | st.text(max_size=4)
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
        max_leaves=12,
    )


SHARES = st.floats(0, 1)
NAMES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=8)
SEEDS = st.tuples(SHARES, SHARES, SHARES, st.integers(0, 9), NAMES)


def any_writes(kinds: set[type[Component]]) -> st.SearchStrategy[list[Component]]:
    """Any of these components with any value that the wire takes."""
    return st.lists(st.one_of([st.builds(made, st.just(kind), SEEDS) for kind in by_id(kinds)]), max_size=5)


def by_id(kinds: set[type[Component]]) -> list[type[Component]]:
    return sorted(kinds, key=lambda kind: kind.schema.id)


def made(kind: type[Component], seed: tuple[float, float, float, int, str]) -> Component:
    first, second, third, number, text = seed
    make: Callable[..., Component] = kind
    match kind.schema.kind:
        case "boolean":
            return make(first < 0.5)
        case "real":
            low = kind.schema.minimum if kind.schema.minimum is not None else -100.0
            high = kind.schema.maximum if kind.schema.maximum is not None else 40000.0
            return make(low + (high - low) * first)
        case "enum":
            return make(number)
        case "text":
            return make(text)
        case "colour":
            return make(first, second, third)
    raise AssertionError(f"{kind.schema.kind} is not thought of here")


def check_anything(mapped: Mapped, payloads: list[str], write: list[Component]) -> None:
    """Whatever is said on any topic is read, or Unreadable; whatever is written is sent, or Rejected with a sentence."""
    own = unknown(mapped) | {type(component) for component in mapped.components}
    for payload in payloads:
        for _, reading in mapped.readings:
            foreign: set[type[Component]] = set()
            components: tuple[Component, ...] = ()
            try:
                components = tuple(reading(Payload(payload)))
            except Unreadable as fault:
                foreign = set(fault.unknown) - own
            assert not foreign, "what the entity does not have can't become unknown"
            for component in components:
                named = component.value if isinstance(component, Unknown) else [component.schema.id]
                assert {KIND_OF_ID[number] for number in named} <= own, component
    if mapped.command is None:
        return
    publishes: list[Publish] = []
    refusal = ""
    try:
        publishes = mapped.command({type(component): component for component in write})
    except Rejected as fault:
        refusal = fault.reason
    assert bool(publishes) != bool(refusal), "it is sent, or it is refused with a sentence"
    for each in publishes:
        assert "nan" not in each.payload
        assert "inf" not in each.payload
    for component in write:
        assert isinstance(mapped.reports_as(component), Component)
