"""Relative times, no finer than the capture needs."""

import pytest

from kacap.render.clock import Clock, clock_of
from tests.render.build import EMPTY, MS, SECOND, START_NS
from tests.render.plain_samples import one_exchange


@pytest.mark.parametrize(("span_ns", "shown"), [(SECOND, "0.001234"), (60 * SECOND, "0.001"), (20_000 * SECOND, "0.0")])
def test_precision_follows_the_span(span_ns: int, shown: str) -> None:
    assert Clock(100, span_ns).at(100 + 1_234_567) == shown


def test_before_the_origin_and_unknown() -> None:
    clock = Clock(2 * SECOND, SECOND)
    assert clock.at(SECOND // 2) == "-1.500000"
    assert clock.at(None) == "–"


def test_clock_of_a_report() -> None:
    assert clock_of(one_exchange()).at(START_NS + 2 * MS) == "0.002000"
    assert clock_of(EMPTY).at(0) == "0.000000"
