"""Regular expressions of strangers, tried for a bounded time. Knows no template and no config.

Python's `re` backtracks, and a short expression can keep it busy for years. Before one is run, the number of ways in
which it could match so many characters is counted from above; an expression with too many is refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from igloo_providers.mqtt.errors import TemplateFault, shorten

__all__ = ["bounded_pattern", "full_match"]

MAX_PATTERN: Final = 256
"""Characters."""
MAX_WAYS: Final = 200_000
"""Ways to match, times places to begin at. Each takes `re` some 20 ns."""


def full_match(pattern: str, text: str) -> bool:
    """Whether the whole text is of this form. Raises TemplateFault for a pattern that is bad or too slow."""
    compiled, _ = bounded_pattern(pattern, text)
    return compiled.fullmatch(text) is not None


def bounded_pattern(pattern: str, text: str, ignore_case: bool = False) -> tuple[re.Pattern[str], int]:
    """The compiled pattern, if it can be tried on the text in a bounded time, and in how many ways it might match.

    Raises TemplateFault.
    """
    compiled, ways_in = compile_pattern(pattern, ignore_case)
    ways = ways_in(len(text)) * (len(text) + 1)
    if ways > MAX_WAYS:
        raise TemplateFault(f"the regular expression {shorten(pattern)} could take too long on this text")
    return compiled, int(ways)


@lru_cache(maxsize=64)
def compile_pattern(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str], Callable[[int], float]]:
    if len(pattern) > MAX_PATTERN:
        raise TemplateFault(f"a regular expression of {len(pattern)} characters is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parse(pattern)
            compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise TemplateFault(f"the regular expression {shorten(pattern)} can't be used: {error}") from None
    return compiled, lambda length: ways_of(tree, length)


def parse(pattern: str) -> Any:  # noqa: ANN401 - a tree of `re` that has no public type
    # `re` has no public way to its syntax tree; this module is the same in 3.11 to 3.14.
    from re import _parser  # type: ignore[attr-defined]

    return _parser.parse(pattern)


def ways_of(tree: Any, length: int) -> float:  # noqa: ANN401
    """An upper bound for the ways in which the parts of an expression can match within so many characters."""
    product = 1.0
    for operation, argument in tree:
        product *= ways_of_one(str(operation), argument, length)
        if product > MAX_WAYS:
            return product
    return product


def ways_of_one(operation: str, argument: Any, length: int) -> float:  # noqa: ANN401
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        fewest, most, body = argument
        inner = ways_of(body, length)
        # What can match nothing may be tried once more than there are characters.
        counts = range(int(fewest), min(int(most), max(length, int(fewest)) + 1) + 1)
        if inner <= 1.0:
            return float(max(1, len(counts)))
        total = 0.0
        for count in counts:
            # 2 ** 64 is already too many; a larger power could overflow.
            total += inner ** min(count, 64)
            if total > MAX_WAYS:
                return total
        return max(total, 1.0)
    if operation == "SUBPATTERN":
        return ways_of(argument[-1], length)
    if operation == "BRANCH":
        return sum(ways_of(branch, length) for branch in argument[1])
    if operation in ("ASSERT", "ASSERT_NOT"):
        return ways_of(argument[1], length)
    if operation == "ATOMIC_GROUP":
        return ways_of(argument, length)
    if operation == "GROUPREF_EXISTS":
        _, yes, no = argument
        return ways_of(yes, length) + (ways_of(no, length) if no else 1.0)
    return 1.0
