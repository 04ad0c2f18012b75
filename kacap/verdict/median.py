"""Medians of times. Python's `statistics` loads fractions and decimals: that takes longer than all medians here."""

from collections.abc import Iterable


def median_low(values: Iterable[int]) -> int:
    """The middle value, of two the lower one. Raises IndexError without any."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


def median(values: Iterable[int]) -> float:
    """The middle value, or the mean of two. Raises IndexError without any."""
    ordered = sorted(values)
    count = len(ordered)
    if count % 2:
        return ordered[count // 2]
    return (ordered[count // 2 - 1] + ordered[count // 2]) / 2
