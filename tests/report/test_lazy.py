"""Rows are built when they are asked for, and not kept; to those who ask they are a tuple."""

import copy
import pickle

import pytest

from kacap.report.lazy import Rows
from kacap.report.model import Report
from tests.report.test_build import SEVERAL, WHOLE, report


class Squares(Rows[int]):
    """Of the numbers from 0 on; it knows which were asked for."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.built: list[int] = []

    def __len__(self) -> int:
        return self.length

    def row(self, at: int) -> int:
        self.built.append(at)
        return at * at


def test_only_what_is_asked_for_is_built() -> None:
    rows = Squares(1_000_000)
    assert (len(rows), rows.built) == (1_000_000, [])
    assert (rows[3], rows[-1], rows.built) == (9, 999_999**2, [3, 999_999])
    assert next(iter(rows)) == 0
    assert rows.built == [3, 999_999, 0]


def test_nothing_is_kept() -> None:
    rows = Squares(2)
    assert list(rows) == list(rows) == [0, 1]
    assert rows.built == [0, 1, 0, 1]


def test_a_slice_is_a_tuple() -> None:
    rows = Squares(5)
    assert rows[1:3] == (1, 4)
    assert rows[::-2] == (16, 4, 0)
    assert rows[3:100] == (9, 16)
    assert rows[9:] == ()
    assert set(rows.built) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("at", [2, -3])
def test_beyond_its_ends_is_an_index_error(at: int) -> None:
    with pytest.raises(IndexError):
        Squares(2)[at]


def test_equal_to_a_tuple_of_the_same() -> None:
    assert Squares(3) == (0, 1, 4)
    assert Squares(3) == (0, 1, 4)
    assert Squares(3) == Squares(3)
    assert hash(Squares(3)) == hash((0, 1, 4))
    for other in ((0, 1), (0, 1, 5), (), [0, 1, 4], Squares(2), None):
        assert Squares(3) != other


def test_other_lengths_are_told_apart_without_a_row() -> None:
    rows = Squares(3)
    assert rows != (0, 1, 4, 9)
    assert rows.built == []


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda rows: pickle.loads(pickle.dumps(rows))])
def test_a_copy_is_a_tuple(again: object) -> None:
    assert callable(again)
    copied = again(Squares(3))
    assert (type(copied), copied) == (tuple, (0, 1, 4))


def test_it_searches_like_any_sequence() -> None:
    assert 4 in Squares(3)
    assert Squares(9).index(49) == 7
    assert list(reversed(Squares(3))) == [4, 1, 0]


def test_a_report_shows_how_many_and_not_all() -> None:
    assert "<Connections: 5>" in repr(report(SEVERAL))


@pytest.mark.parametrize("script", [WHOLE, SEVERAL])
def test_a_report_is_the_same_when_read_back(script: str) -> None:
    made = report(script)
    back: Report = pickle.loads(pickle.dumps(made))
    assert isinstance(back.connections, tuple)
    assert back == made


def test_the_rows_of_a_report_are_built_anew_each_time() -> None:
    connections = report(WHOLE).connections
    assert connections[0] == connections[0]
    assert connections[0] is not connections[0]
    exchanges = connections[0].exchanges
    assert exchanges[1] == exchanges[1]
    assert exchanges[1] is not exchanges[1]
