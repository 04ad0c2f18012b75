"""Ratios are taken within a round, and what counts is their median."""

import pytest

from tests.bench.ratios import Spread, per_round, spread


def test_the_median_of_the_ratios_is_not_the_ratio_of_the_medians() -> None:
    # The machine slowed down twofold from round to round: the ratio stayed.
    assert per_round([2.0, 4.0, 8.0], [1.0, 2.0, 4.0]) == Spread(2.0, 2.0, 2.0)
    # The medians are 3 and 2, the ratios 3, 1 and 0.5.
    assert per_round([3.0, 2.0, 4.0], [1.0, 2.0, 8.0]) == Spread(1.0, 0.5, 3.0)


def test_one_outlier_moves_a_bound_and_not_the_median() -> None:
    assert per_round([6.0, 6.0, 60.0], [1.0, 1.0, 1.0]) == Spread(6.0, 6.0, 60.0)


def test_rounds_that_a_slow_tool_sat_out_do_not_count() -> None:
    assert per_round([100.0], [2.0, 4.0]) == Spread(50.0, 50.0, 50.0)


def test_an_even_count_has_its_median_between() -> None:
    assert spread([1.0, 4.0, 2.0, 3.0]) == Spread(2.5, 1.0, 4.0)


def test_nothing_has_no_median() -> None:
    with pytest.raises(ValueError, match="median"):
        spread([])
