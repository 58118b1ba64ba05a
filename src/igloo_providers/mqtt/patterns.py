"""Regular expressions of strangers, tried for a bounded time. Knows no template and no config.

Python's `re` backtracks, and a short expression can keep it busy for years. Before one is run, what it could take is
counted from above: the ways in which it could match, and the work along each of them. Compiling is counted too. An
expression that takes too much is refused.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

# `re` has no public way to its syntax tree; this module is the same in 3.11 to 3.14.
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

from igloo_providers.mqtt.errors import TemplateFault, shorten

__all__ = ["Expression", "full_match"]

MAX_PATTERN: Final = 256
"""Characters."""
MAX_WORK: Final = 250_000
"""Units of some 20 ns: what `re` takes to try again elsewhere. Of one search through one text."""
CHARACTER: Final = 0.125
"""Units for one character: what `re` takes in its own loops."""
SLOW_CHARACTER: Final = 1.5
"""The same without regard to case, which those loops don't know."""
TURN: Final = 2.0
"""Units of a repetition of more than one character, beside what is repeated."""
SINGLE: Final = frozenset({"ANY", "IN", "LITERAL", "NOT_LITERAL"})

MAX_COMPILING: Final = 10_000
"""Steps of a Budget."""
STEPS_A_CHARACTER: Final = 10
"""Of the expression."""
STEPS_OF_WIDE: Final = 500
"""For a class with characters beyond Latin-1, since a table of 65,536 is made."""
WIDTH_A_STEP: Final = 20
"""Characters of a range in a class."""
SLOW_WIDTH_A_STEP: Final = 2
"""The same without regard to case: each is looked up."""
PLANE: Final = 0xFFFF
"""The last character for which there is such a table."""

NO_CASE: Final = re.compile(r"\(\?[a-zA-Z]*i")


class Work(NamedTuple):
    """What a part of an expression takes from one place: ways to match, and units to try them all. Both from above."""

    ways: float
    units: float


TOO_MUCH: Final = Work(math.inf, math.inf)


class Expression:
    """A compiled expression. `compiling`: steps of a Budget that this took."""

    __slots__ = ("_is_slow", "_tree", "compiled", "compiling", "pattern")

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        """Raises TemplateFault for what is no expression, or one that takes too long to compile."""
        if len(pattern) > MAX_PATTERN:
            raise TemplateFault(f"a regular expression of {len(pattern):,} characters is too long")
        self.pattern = pattern
        self._is_slow = ignore_case or NO_CASE.search(pattern) is not None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._tree = _parser.parse(pattern)
                self.compiling = STEPS_A_CHARACTER * len(pattern) + steps_of_classes(
                    self._tree, self._is_slow
                )
                if self.compiling > MAX_COMPILING:
                    raise TemplateFault(f"the regular expression {shorten(pattern)} has too wide classes")
                self.compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
        except (re.error, OverflowError, RecursionError) as error:
            raise TemplateFault(f"the regular expression {shorten(pattern)} can't be used: {error}") from None

    def work_on(self, text: str) -> int:
        """Units that going through this text can take. Raises TemplateFault if they are too many."""
        units = (1.0 + work_of(self._tree, len(text), self._is_slow).units) * (len(text) + 1)
        if units > MAX_WORK:
            raise TemplateFault(
                f"the regular expression {shorten(self.pattern)} could take too long on this text"
            )
        return int(units)


@lru_cache(maxsize=64)
def expression(pattern: str, ignore_case: bool = False) -> Expression:
    return Expression(pattern, ignore_case)


def full_match(pattern: str, text: str) -> bool:
    """Whether the whole text is of this form. Raises TemplateFault for a pattern that is bad or too slow."""
    found = expression(pattern)
    found.work_on(text)
    return found.compiled.fullmatch(text) is not None


# The trees of `re` are sequences of (operation, argument); they have no public types.


def trees_in(argument: Any) -> Iterator[Any]:  # noqa: ANN401
    """The expressions in the argument of an operation."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from trees_in(part)


def steps_of_classes(tree: Any, is_slow: bool) -> int:  # noqa: ANN401
    """What compiling all classes of characters takes."""
    steps = 0
    for operation, argument in tree:
        if str(operation) == "IN":
            steps += steps_of_class(argument, is_slow)
        else:
            steps += sum(steps_of_classes(part, is_slow) for part in trees_in(argument))
    return steps


def steps_of_class(items: list[tuple[Any, Any]], is_slow: bool) -> int:
    ranges = [(each, each) for kind, each in items if str(kind) == "LITERAL"]
    ranges += [ends for kind, ends in items if str(kind) == "RANGE"]
    width: int = sum(min(high, PLANE) - min(low, PLANE) for low, high in ranges)
    steps = width // (SLOW_WIDTH_A_STEP if is_slow else WIDTH_A_STEP)
    return steps + (STEPS_OF_WIDE if any(high > 0xFF for _, high in ranges) else 0)


def work_of(tree: Any, length: int, is_slow: bool) -> Work:  # noqa: ANN401
    """What the parts of an expression take, one after the other, within so many characters."""
    ways, units = 1.0, 0.0
    for operation, argument in tree:
        part = work_of_one(str(operation), argument, length, is_slow)
        units += ways * part.units
        ways *= part.ways
        if max(ways, units) > MAX_WORK:
            return TOO_MUCH
    return Work(ways, units)


def work_of_one(operation: str, argument: Any, length: int, is_slow: bool) -> Work:  # noqa: ANN401
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        fewest, most, body = argument
        turn = work_of(body, length, is_slow)
        if len(body) == 1 and str(body[0][0]) in SINGLE:
            fewest, most = min(int(fewest), length), min(int(most), length)
        else:
            # What can match nothing may be tried once more than there are characters.
            most = min(int(most), max(length, int(fewest)) + 1)
            turn = Work(turn.ways, turn.units + TURN)
        return repeated(turn, int(fewest), most, operation == "POSSESSIVE_REPEAT")
    parts = [work_of(part, length, is_slow) for part in trees_in(argument)]
    units = sum(part.units for part in parts)
    if operation in ("ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
        return Work(1.0, units + 1.0)
    if operation in ("BRANCH", "GROUPREF_EXISTS"):
        # A condition may lack its second part, and matches nothing then.
        return Work(max(2.0, sum(part.ways for part in parts)), units + len(parts))
    if operation == "SUBPATTERN":
        return Work(parts[0].ways, units + CHARACTER)
    character = SLOW_CHARACTER if is_slow else CHARACTER
    if operation == "GROUPREF":
        return Work(1.0, length * character)
    if operation == "IN":
        return Work(1.0, sum(character for kind, _ in argument if str(kind) == "CATEGORY") + character)
    return Work(1.0, character)


def repeated(turn: Work, fewest: int, most: int, is_atomic: bool) -> Work:
    """`turn` is what one of the repetitions takes."""
    if is_atomic:
        return Work(1.0, most * turn.units)
    if turn.ways <= 1.0:
        return Work(most - fewest + 1.0, most * turn.units + most - fewest)
    states, ways, units = 1.0, 0.0, 0.0
    for count in range(most + 1):
        if count >= fewest:
            ways += states
        if count < most:
            units += states * turn.units
            states *= turn.ways
        if max(states, ways, units) > MAX_WORK:
            return TOO_MUCH
    return Work(ways, units)
