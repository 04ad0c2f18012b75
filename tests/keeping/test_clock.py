"""A clock that is set back while the capture goes on."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from kacap.analyzer import Analyzer
from kacap.keeping import moment, rounds
from kacap.wire.frame import Frame, SourceInfo
from tests.keeping.small import analyzed
from tests.keeping.traffic import MS, START_NS, Planned, frames


def set_back(seen: Iterator[Frame], after_ms: int, seconds: int) -> Iterator[Frame]:
    """The frames from a moment on say that it was earlier."""
    for frame in seen:
        if frame.time_ns > START_NS + after_ms * MS:
            frame.time_ns -= seconds * 1_000 * MS
        yield frame


@pytest.mark.parametrize("seconds", [30, 10_000])
def test_what_is_over_leaves_all_the_same(seconds: int) -> None:
    plan = (Planned(at * 5, (0, 3)) for at in range(4_000))
    told: list[int] = []
    with patch.object(rounds, "MOST_OPEN", 1_400):
        report, analyzer = analyzed(
            set_back(frames(plan), 4_000, seconds), keep=100, on_end=lambda row: told.append(row.stream)
        )
    assert analyzer.tracker.untracked == 0
    assert report.summary.connections == report.summary.reused_exchanges == 4_000
    assert report.summary.exchanges == 8_000
    assert sorted(told) == list(range(4_000))


def test_an_open_connection_stays_one_and_its_old_exchanges_leave() -> None:
    analyzer = Analyzer(keep=10)
    plan = [Planned(0, tuple(range(0, 30_000, 5)), end="never")]
    with patch.object(moment, "LOOK_NS", 100 * MS), patch.object(rounds, "SETTLED_NS", 100 * MS):
        analyzer.feed_all(set_back(frames(plan), 5_000, 10_000))
        (only,) = analyzer.tracker.followed
        assert len(only.listener.recorded) < 1_000  # type: ignore[attr-defined]
        report = analyzer.finish(SourceInfo())
    assert report.summary.connections == 1
    assert report.summary.exchanges == 6_000


def test_what_is_needed_is_counted_after_it_too() -> None:
    """One after the other, and then five at a time."""
    plan = [Planned(at * 20, (0,)) for at in range(600)] + [Planned(20_000 + at * 4, (0, 15)) for at in range(2_000)]
    report, _ = analyzed(set_back(frames(plan), 15_000, 3_600), keep=0)
    whole, _ = analyzed(set_back(frames(plan), 15_000, 3_600))
    assert whole.summary.needed_connections > 4
    assert abs(report.summary.needed_connections - whole.summary.needed_connections) <= 1
