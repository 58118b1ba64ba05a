"""Numbers between two ends as devices say them: scales, rounding, and how far off a number may be. Arithmetic only."""

from typing import Final

SLACK: Final = 0.01
"""How far outside of its range a number may be, as a share of the range, and still mean the end of it: devices and
templates convert between scales of 254, 255 and 100 steps, and what was 100 % comes back as 100.4 %. Anything farther
out is no rounding: nobody knows what was meant."""


def within(value: float, low: float, high: float) -> float:
    """The value, taken to the nearer end if it is outside by rounding. Raises ValueError if it is farther out."""
    if low <= value <= high:
        return value
    slack = SLACK * (high - low)
    if not low - slack <= value <= high + slack:  # NaN fails too
        raise ValueError(f"{plain(value)} is not between {plain(low)} and {plain(high)}")
    return min(max(value, low), high)


def share(value: float, low: float, high: float) -> float:
    """How far a value is from `low` (0) to `high` (1), where low may be the larger. Raises ValueError for outside."""
    return (within(value, min(low, high), max(low, high)) - low) / (high - low)


def step_of(fraction: float, steps: int) -> int:
    """The nearest of 1..steps to a level 0..1. A level of 0 is the lowest step: it is not off."""
    return min(max(round(fraction * steps), 1), steps)


def plain(value: float, decimals: int = 2) -> int | float:
    """Rounded, and an int if nothing is left behind the point: 21 and 21.5, as devices write them."""
    rounded = round(value, decimals)
    return int(rounded) if rounded == rounded // 1 else rounded
