"""Columns of numbers in order: what is nearly in order is put right in place, which compiled takes no object a number.

Interpreted, each step of that costs more than what `sorted` does for a number: there, `sorted` does all.
"""

from librt.vecs import vec
from mypy_extensions import i64

from kacap.core import core

MOVES_EACH = 32 if core() == "compiled" else 0
"""By so many places numbers may be out of order, on average, before sorting them anew is quicker."""


def in_order(numbers: vec[i64]) -> vec[i64]:
    """The same numbers, ascending; those that were given may be changed."""
    count: i64 = len(numbers)
    left: i64 = MOVES_EACH * count
    if not left:
        return vec[i64](sorted(numbers))
    at: i64 = 1
    while at < count:
        number = numbers[at]
        to: i64 = at
        while to > 0 and numbers[to - 1] > number:
            numbers[to] = numbers[to - 1]
            to -= 1
        numbers[to] = number
        left -= at - to
        if left < 0:
            return vec[i64](sorted(numbers))
        at += 1
    return numbers


def count_below(ordered: vec[i64], bound: int) -> int:
    """How many of ascending numbers are less than `bound`."""
    low: i64 = 0
    high: i64 = len(ordered)
    end: i64 = bound
    while low < high:
        half = (low + high) // 2
        if ordered[half] < end:
            low = half + 1
        else:
            high = half
    return low
