"""Where nothing leaves the report is that without `keep`; where something does, it counts the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captures.lab.committed import CAPTURES
from captures.lab.scenario import names
from kacap.capture import open_capture
from kacap.render.json import document
from kacap.report.model import Report
from kacap.wire.frame import Frame
from tests.dialogue import read_scenario
from tests.keeping.small import analyzed, counts, folded, rounds_of
from tests.keeping.traffic import Planned, frames
from tests.scenarios import FILES, name

EVERYTHING = 1 << 40

SEEN_BY_REPETITION = {"health-probe"}
"""Reasons that make a connection needed by definition, and that a round of few does not see."""

ROUNDS = [(1, 0), (2, 1_000), (3, 0), (100, 2_000)]


def text(report: Report) -> str:
    return json.dumps(document(report))


def of_scenario(path: Path) -> Callable[[], list[Frame]]:
    return lambda: read_scenario(path).dialogue.frames


def of_capture(capture: str) -> Callable[[], list[Frame]]:
    return lambda: [frame.copy() for frame in open_capture([str(CAPTURES / f"{capture}.pcap")])]


SOURCES = {name(path): of_scenario(path) for path in FILES} | {each: of_capture(each) for each in names()}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_where_nothing_leaves_the_report_is_the_same(source: Callable[[], list[Frame]]) -> None:
    seen = source()
    with rounds_of(1, exchanges=1_000):
        kept, _ = analyzed(seen, keep=EVERYTHING)
    assert text(kept) == text(analyzed(seen)[0])


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_where_connections_leave_the_counts_are_the_same(source: Callable[[], list[Frame]]) -> None:
    """A connection that is never closed is open until it leaves, and not for ever: `peak_open` may be less."""
    seen = source()
    whole = analyzed(seen)[0]
    exact = counts(whole)
    repeated = bool(SEEN_BY_REPETITION & {reason for pair in whole.pairs for reason in pair.reasons})
    for connections, settled_ms in ROUNDS:
        with rounds_of(connections, settled_ms):
            report = analyzed(seen, keep=0)[0]
        found = counts(report)
        for key in exact.keys() - {"all"}:
            most = exact[key].pop(), found[key].pop()
            assert most[1] <= most[0]  # type: ignore[operator]
            exact[key].append(most[0])
            found[key].append(most[0])
        if repeated:
            assert {key: each[1:5] for key, each in found.items()} == {key: each[1:5] for key, each in exact.items()}
        else:
            assert found == exact
        assert sum(sum(pair.reasons.values()) for pair in report.pairs) <= whole.summary.connections


plans = st.lists(
    st.builds(
        Planned,
        opened_ms=st.integers(0, 3_000),
        asked_ms=st.lists(st.integers(0, 2_000), max_size=9).map(sorted),
        open_ms=st.sampled_from((0, 3, 40, 900)),
        end=st.sampled_from(("client", "server", "reset", "says-close")),
        client=st.integers(1, 3),
        host=st.sampled_from(("a.example", "b.example")),
    ),
    min_size=1,
    max_size=25,
).map(lambda found: sorted(found, key=lambda planned: planned.opened_ms))


@settings(max_examples=150, deadline=None)
@given(plan=plans, rounds=st.integers(1, 30), settled_ms=st.sampled_from((200, 2_000)), keep=st.integers(0, 10))
def test_generated_traffic_counts_the_same(plan: list[Planned], rounds: int, settled_ms: int, keep: int) -> None:
    seen = list(frames(plan))
    exact = counts(analyzed(seen)[0])
    with rounds_of(rounds, settled_ms):
        report, analyzer = analyzed(seen, keep=keep)
    assert len(report.connections) + folded(analyzer) == len(plan)
    found = counts(report)
    assert {key: _but_for_grace(each) for key, each in found.items()} == {
        key: _but_for_grace(each) for key, each in exact.items()
    }
    for key, each in found.items():
        assert abs(each[5] - exact[key][5]) <= 1  # type: ignore[operator]


def _but_for_grace(found: list[object]) -> list[object]:
    """Without what depends on whether a connection that stood idle for a whole round was used again after it."""
    return found[1:5] + found[8:]


def test_the_newest_stay_and_the_reader_is_told() -> None:
    plan = [Planned(at * 200, (0,), end="says-close") for at in range(60)]
    with rounds_of(5, 100):
        report, _ = analyzed(frames(plan), keep=7)
    assert [row.stream for row in report.connections] == list(range(52, 60))  # and the last one, which may still speak
    assert report.summary.connections == report.pairs[0].reasons["server-sends-connection-close"] == 60
    assert [finding.count for finding in report.findings] == [60]
    assert report.warnings[0].startswith("52 connections that ended earlier are counted, but not listed")


def test_pairs_of_one_round_stand_in_order_of_their_first_connection() -> None:
    clients = [7, 3, 8, 1, 6, 2, 5, 4]
    plan = [Planned(10 * at, (1,), client=client) for at, client in enumerate(clients)]
    with rounds_of(len(plan), 500):
        report, analyzer = analyzed(frames([*plan, Planned(2_000, (1,), client=9)]), keep=0)
    assert folded(analyzer) == len(plan)
    assert [int(pair.client.rpartition(".")[2]) for pair in report.pairs] == [9, *clients]
