"""A write that waits for its report. Knows components and an entity's values; no topic, no clock, no connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from igloo_providers.mqtt.entity import Publish, close_enough
from igloo_providers.mqtt.errors import shorten
from igloo_wire import Component

if TYPE_CHECKING:
    from igloo_providers.mqtt.parts import Part


class Wait:
    """A write that waits for its report: what is still missing, and what came instead."""

    __slots__ = ("missing", "others", "part", "wake")

    def __init__(
        self, part: Part, missing: dict[type[Component], Component], wake: Callable[[], object]
    ) -> None:
        self.part = part
        self.missing = missing
        self.others: dict[type[Component], Component] = {}
        self.wake = wake

    @property
    def is_done(self) -> bool:
        return not self.missing

    def hear(self, component: Component) -> None:
        kind = type(component)
        wanted = self.missing.get(kind)
        if wanted is None:
            return
        if close_enough(component, wanted):
            del self.missing[kind]
            self.others.pop(kind, None)
        else:
            self.others[kind] = component
        self.wake()

    @property
    def is_so_already(self) -> bool:
        """Whether what is missing was reported before the write: some devices report only what changes."""
        entity = self.part.entity
        return not entity.is_removed and all(
            (value := entity.get(kind, None)) is not None and close_enough(value, wanted)
            for kind, wanted in self.missing.items()
        )

    @property
    def refusal(self) -> str:
        """In words, when something else was reported; "" as long as it was not."""
        return ", ".join(
            f"the device reports {kind.__name__} {shorten(value.to_plain())} instead"
            for kind, value in self.others.items()
        )


class Write(NamedTuple):
    """What a write asks for: messages to send, the reports to wait for, and what to take for granted after it."""

    messages: list[Publish]
    reports: bool
    """Whether the device reports any of it."""
    wait: Wait
    assumed: tuple[Component, ...]
