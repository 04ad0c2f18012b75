"""When connections were busy lately: the same as the judge finds, from a bounded number of looks."""

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.tcp.half import FOREVER
from kacap.verdict.lately import add_busy_lately, busy_since
from kacap.verdict.occupancy import Cover, busy_intervals, peak
from kacap.verdict.present import Present, present_over
from kacap.verdict.words import Side
from tests.verdict.records import exchange, ns, record

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8)
"""Of each exchange: milliseconds since the one before was over, and how long it took."""


def exchanges_of(steps: list[tuple[int, int]], begin: int = 5) -> list[Any]:
    made, now = [], begin
    for pause, took in steps:
        now += pause
        made.append(exchange(now, now + took))
        now += took
    return made


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), spans), min_size=1, max_size=6))
def test_as_many_are_busy_at_once_as_the_judge_finds(connections: list[tuple[int, list[tuple[int, int]]]]) -> None:
    cover, known = Cover(), []
    for opened, steps in connections:
        facts = record(*exchanges_of(steps, opened), opened=opened, ready=opened)
        add_busy_lately(cover, present_over(facts), 0)
        known += busy_intervals(facts)
    assert cover.peak() == peak(known)


def test_a_close_cuts_the_grace_short() -> None:
    cover = Cover()
    for opened, closed in ((0, 4), (5, 9), (10, 14)):
        facts = record(exchange(opened + 1, opened + 3), opened=opened, ready=opened, closed=(Side.CLIENT, closed))
        add_busy_lately(cover, present_over(facts), 0)
    assert cover.peak() == 1


def test_what_is_not_answered_is_busy_for_good() -> None:
    cover = Cover()
    add_busy_lately(cover, present_over(record(exchange(1))), 0)
    assert (cover.at(ns(0)), cover.at(FOREVER - 1)) == (1, 1)


def naive(present: Present, since_ns: int, now_ns: int) -> set[int]:
    """The milliseconds in which an exchange was open."""
    busy = set()
    for index in range(len(present.exchanges)):
        start, end = present.exchanges.start_ns(index), present.exchanges.end_ns(index)
        busy |= {ms for ms in range(since_ns // ns(1), now_ns // ns(1) + 1) if start <= ns(ms) <= end}
    return busy


@settings(deadline=None)
@given(spans, st.integers(0, 200), st.integers(0, 400))
def test_a_picture_shows_what_was_in_flight_and_joins_only_what_is_close(
    steps: list[tuple[int, int]], since: int, lasts: int
) -> None:
    present = present_over(record(*exchanges_of(steps)))
    grain_ns = ns(1)
    found = busy_since(present, ns(since), ns(since + lasts), grain_ns)
    drawn = {ms for start, end in found for ms in range(-(-start // ns(1)), end // ns(1) + 1)}
    assert drawn == naive(present, ns(since), ns(since + lasts))
    assert all(after[0] - before[1] >= grain_ns for before, after in pairwise(found))


def crowded(count: int, *, stepping: bool = False) -> Present:
    """Exchanges of 1 ms, each at once after the one before; or all at two times in turn."""
    times = [at % 2 * 5_000 if stepping else at for at in range(count)]
    return present_over(record(*[exchange(at, at + 0.9) for at in times]))


def seconds(present: Present, lasts_ms: int) -> float:
    """The quickest of some looks."""
    took = []
    for _ in range(5):
        began = time.process_time()
        busy_since(present, 0, ns(lasts_ms), ns(lasts_ms) // 128)
        add_busy_lately(Cover(), present, 0)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("stepping", [False, True])
def test_many_exchanges_cost_hardly_more_than_some(stepping: bool) -> None:
    few, many = 1_000, 40_000
    some_s, many_s = (seconds(crowded(count, stepping=stepping), count) for count in (few, many))
    assert many_s < 8 * some_s + 0.0005


def test_a_crowd_is_one_run() -> None:
    assert busy_since(crowded(3_000), 0, ns(3_000), ns(20)) == [(0, ns(2_999.9))]
