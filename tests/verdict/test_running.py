"""Counts that go on: what is over is counted once, and can be taken back."""

import pytest

from kacap.verdict import running
from kacap.verdict.running import RunningPair, verdict_so_far
from kacap.verdict.words import Side, Verdict
from tests.verdict.records import exchange, ns, record


def counted(pair: RunningPair) -> tuple[int, int, int, int]:
    pair.look()
    pair.looked(0)
    return pair.now.connections, pair.now.exchanges, pair.now.reused_exchanges, pair.needed


def test_ended_and_woken_again() -> None:
    pair = RunningPair()
    kept = record(exchange(1, 3), exchange(50, 60), closed=(Side.SERVER, 100))
    of_it = pair.ended(kept, 0)
    pair.ended(record(), 0)
    assert counted(pair) == (2, 2, 1, 1)
    pair.woken(of_it)
    assert counted(pair) == (1, 0, 0, 0)


def test_a_request_that_a_close_left_without_answer_reused_nothing() -> None:
    pair = RunningPair()
    pair.ended(record(exchange(1, 3), exchange(50), closed=(Side.SERVER, 51)), 0)
    assert counted(pair)[1:3] == (2, 0)


def test_names_are_counted_apart_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def needed(names: int) -> int:
        pair = RunningPair()
        for at in range(names):
            pair.ended(record(exchange(1 + 100 * at, 3 + 100 * at, host=f"h{at}"), opened=100 * at, ready=100 * at), 0)
        return counted(pair)[3]

    assert (needed(1), needed(5)) == (1, 5)
    monkeypatch.setattr(running, "_NAMES_MOST", 3)
    assert needed(5) == 4


def test_what_nobody_looks_at_is_not_heaped_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_ENDED_MOST", 4)
    pair = RunningPair()
    for at in range(10):
        pair.ended(record(exchange(100 * at, 100 * at + 3), opened=100 * at, ready=100 * at), ns(0))
        assert not pair._lately or pair._ended < 4
    assert counted(pair) == (10, 10, 0, 1)


def test_verdicts_are_those_of_the_judge() -> None:
    tally = running.Tally()
    assert verdict_so_far(tally, 0) == (Verdict.NO_OPPORTUNITY, None)
    tally.opaque = 1
    assert verdict_so_far(tally, 0) == (Verdict.INCONCLUSIVE, None)
    tally.used = tally.exchanges = 10
    assert verdict_so_far(tally, 1) == (Verdict.NOT_REUSED, 0.0)
    tally.incomplete = 10
    assert verdict_so_far(tally, 1) == (Verdict.INCONCLUSIVE, 0.0)
