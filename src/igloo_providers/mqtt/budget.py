"""How much one rendering may do, counted and not timed: the same template always gets as far. Knows no jinja2.

A step is at most some 500 ns of Python, so that STEPS of them keep the event loop for no more than 25 ms. What a value
weighs is the steps that it takes to walk through it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from itertools import islice
from typing import Final

from igloo_providers.mqtt.errors import TemplateFault

STEPS: Final = 50_000
CALL_COST: Final = 10
"""Steps of a filter, a test, a function, a turn of a loop, on top of what they handle."""
MAX_TEXT: Final = 64 << 10
"""Characters of any text in between, and of what comes out."""
MAX_ITEMS: Final = 20_000
"""Of a list with all that is in it. Lists of lists are counted as they would be written out: ten lines of template
can hold 2 ** 60 items."""
MAX_BITS: Final = 4096
"""Of a whole number; a power of ten has a thousand digits then."""
CHARACTERS_A_STEP: Final = 64
MAX_PREPARED: Final = 32
"""Things that are made once in a rendering. Fewer than are kept (patterns.py), so that none is made twice."""

PLAIN: Final = (bool, float, type(None), date, time, timedelta)
"""datetime is a date."""
SIMPLE: Final = frozenset({bool, float, type(None)})
SMALL: Final = 1 << 64


class Budget:
    """What is left of one rendering; `reset` begins the next."""

    __slots__ = ("_paid", "left")

    def __init__(self) -> None:
        self.left = 0
        self._paid: set[object] = set()

    def reset(self) -> None:
        self.left = STEPS
        self._paid.clear()

    def spend(self, steps: int) -> None:
        """Raises TemplateFault when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TemplateFault("the template does too much")

    def spend_once(self, what: object, steps: int) -> None:
        """Spends it the first time in a rendering, also if it was made by an earlier one: the way is always as far."""
        if what in self._paid:
            return
        if len(self._paid) >= MAX_PREPARED:
            raise TemplateFault(f"the template uses more than {MAX_PREPARED} regular expressions")
        self._paid.add(what)
        self.spend(steps)

    def handle(self, value: object) -> None:
        """Spends what it takes to go through this value once."""
        self.spend(weight(value))

    def checked(self, value: object) -> object:
        """The value, if it is not too large; what is made lazily is made now. Raises TemplateFault."""
        if isinstance(value, Iterator) or (isinstance(value, Iterable) and is_view(value)):
            value = list(islice(value, MAX_ITEMS + 1))
        self.handle(value)
        return value

    def turns(self, values: Iterable[object], cost: int) -> Iterator[object]:
        """The values of a loop whose body costs so much."""
        for value in values:
            self.spend(cost)
            yield value


def is_view(value: object) -> bool:
    return isinstance(value, type({}.keys()) | type({}.values()) | type({}.items()))


def weight(value: object) -> int:
    """Steps to walk through it. Raises TemplateFault for a value that is too large."""
    if isinstance(value, PLAIN):
        return 1
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise TemplateFault(f"a text of {len(value):,} characters is too long")
        return 1 + len(value) // CHARACTERS_A_STEP
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise TemplateFault("a number is too large")
        return 1
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return weight_of_all(value)
    return 1


def weight_of_all(value: Iterable[object]) -> int:
    """Counts what is in it as often as it is in it, and gives up early."""
    total = 1
    items = 0
    waiting = [iter_of(value)]
    while waiting:
        for item in waiting[-1]:
            items += 1
            if items > MAX_ITEMS:
                raise TemplateFault(f"a list of more than {MAX_ITEMS:,} items is too long")
            if type(item) in SIMPLE or (type(item) is int and -SMALL < item < SMALL):
                total += 1
                continue
            if isinstance(item, list | tuple | set | frozenset | Mapping):
                total += 1
                waiting.append(iter_of(item))
                break
            total += weight(item)
        else:
            waiting.pop()
    return total


def iter_of(value: Iterable[object]) -> Iterator[object]:
    if isinstance(value, Mapping):
        return (part for pair in value.items() for part in pair)
    return iter(value)
