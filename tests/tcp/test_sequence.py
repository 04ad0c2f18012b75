"""Sequence numbers wrap, and nobody sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.tcp.sequence import MASK, advance, distance

NEAR_WRAP = st.integers(MASK - 70_000, MASK) | st.integers(0, 70_000)
NUMBERS = st.integers(0, MASK) | NEAR_WRAP
HALF = 1 << 31


@given(NUMBERS, st.integers(-HALF, HALF - 1))
def test_distance_undoes_advance(seq: int, count: int) -> None:
    assert distance(seq, advance(seq, count)) == count


@given(NUMBERS, NUMBERS)
def test_advance_undoes_distance(origin: int, target: int) -> None:
    assert advance(origin, distance(origin, target)) == target


@given(NUMBERS, NUMBERS)
def test_distance_is_antisymmetric(one: int, other: int) -> None:
    forth, back = distance(one, other), distance(other, one)
    assert forth == -back or forth == back == -HALF


@given(NUMBERS, NUMBERS)
def test_distance_stays_within_half_the_circle(one: int, other: int) -> None:
    assert -HALF <= distance(one, other) < HALF


@given(NUMBERS, st.integers(0, 1 << 40))
def test_advance_stays_a_sequence_number(seq: int, count: int) -> None:
    assert 0 <= advance(seq, count) <= MASK


@given(NEAR_WRAP, st.integers(0, HALF // 2 - 1), st.integers(0, HALF // 2 - 1))
def test_distances_add_up(seq: int, one: int, other: int) -> None:
    between = advance(seq, one)
    end = advance(between, other)
    assert distance(seq, between) + distance(between, end) == distance(seq, end)


@pytest.mark.parametrize(
    ("origin", "target", "expected"),
    [
        (0, 0, 0),
        (MASK, 0, 1),
        (0, MASK, -1),
        (MASK - 9, 10, 20),
        (10, MASK - 9, -20),
        (0, HALF - 1, HALF - 1),
        (0, HALF, -HALF),
    ],
)
def test_distance_at_the_wrap(origin: int, target: int, expected: int) -> None:
    assert distance(origin, target) == expected
