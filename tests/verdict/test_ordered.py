"""Columns of numbers: whatever their order, and however many moves are granted, the result is that of `sorted`."""

from bisect import bisect_left
from random import Random

import pytest
from librt.vecs import vec
from mypy_extensions import i64

from kacap.verdict import ordered
from kacap.verdict.ordered import count_below, in_order

_FAR = (1 << 62) - 1


def _columns() -> list[list[int]]:
    random = Random(7)
    nearly = [at * 10 + random.randrange(40) for at in range(500)]
    return [
        [],
        [5],
        [2, 1],
        [1, 1, 1, 1],
        list(range(300)),
        list(range(300, 0, -1)),
        nearly,
        [random.randrange(-_FAR, _FAR) for _ in range(500)],
        [random.randrange(3) for _ in range(500)],
        [_FAR, -_FAR, 0, _FAR, -_FAR],
        [*range(250), *range(250)],
    ]


@pytest.fixture(params=[0, 1, 32, 10_000])
def moves_each(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(ordered, "MOVES_EACH", request.param)
    moves: int = request.param
    return moves


@pytest.mark.parametrize("numbers", _columns())
def test_the_order_is_that_of_sorted(numbers: list[int], moves_each: int) -> None:
    assert list(in_order(vec[i64](numbers))) == sorted(numbers), moves_each


@pytest.mark.parametrize("numbers", _columns())
def test_as_many_are_below_as_bisect_says(numbers: list[int]) -> None:
    ascending = sorted(numbers)
    column = vec[i64](ascending)
    for bound in {*ascending, *(number + 1 for number in ascending), -_FAR, _FAR, 0}:
        assert count_below(column, bound) == bisect_left(ascending, bound)
