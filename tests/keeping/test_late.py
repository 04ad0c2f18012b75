"""What is over may still say something, or stand in the way of another: it is counted once, and told once."""

from unittest.mock import patch

import pytest

from kacap.analyzer import Analyzer
from kacap.report.connection import Connection
from kacap.tcp import leaving
from kacap.verdict.words import Side
from kacap.wire.frame import Frame, SourceInfo
from tests.dialogue import Dialogue
from tests.keeping.small import analyzed, counts, folded, rounds_of
from tests.keeping.traffic import MS, START_NS, Planned, frames

STREAM = 3
OTHERS = [Planned(at * 20, (0,)) for at in range(300)]


def with_late_answers(*late_ms: int) -> list[Frame]:
    """A connection among others of which the last ACK comes again at these times, as after lost and repeated FINs."""
    seen = list(frames(OTHERS))
    port = (10_000 + STREAM).to_bytes(2, "big")
    last = next(each for each in reversed(seen) if each.data[34:36] == port)
    times = sorted([(each.time_ns, each.data) for each in seen] + [(START_NS + at * MS, last.data) for at in late_ms])
    return [Frame(at, ns, last.link_type, data, 0, len(data), len(data)) for at, (ns, data) in enumerate(times, 1)]


@pytest.mark.parametrize("keep", [0, 100, 10_000])
@pytest.mark.parametrize("late_ms", [(400,), (400, 900), (400, 900, 1_900, 3_900)])
def test_a_close_that_is_said_again_and_again(keep: int, late_ms: tuple[int, ...]) -> None:
    seen = with_late_answers(*late_ms)
    told: list[Connection] = []
    exact = counts(analyzed(seen)[0])
    with rounds_of(10, 2_000):
        report, analyzer = analyzed(seen, keep=keep, on_end=told.append)
    assert counts(report)["all"][1:5] == exact["all"][1:5]
    assert len(report.connections) + folded(analyzer) == len(OTHERS)
    assert sorted(row.stream for row in told) == list(range(len(OTHERS)))


@pytest.mark.parametrize("keep", [0, 30, 100, 10_000])
def test_ports_that_are_used_again_while_the_one_before_waits_to_leave(keep: int) -> None:
    first = Planned(0, (0,), end="never", port=20_000)
    second = Planned(1_500, (0, 900, 1_800, 2_700), port=20_000)
    plan = sorted([first, *OTHERS[1:], second], key=lambda each: each.opened_ms)
    exact = counts(analyzed(frames(plan))[0])
    with rounds_of(10, 2_000), patch.object(leaving, "OPEN_NS", 1_000 * MS):
        report, analyzer = analyzed(frames(plan), keep=keep)
    assert counts(report)["all"][1:5] == exact["all"][1:5]
    assert len(report.connections) + folded(analyzer) == len(plan)


def test_those_that_are_seen_to_be_over_at_once_leave_in_the_order_in_which_they_came() -> None:
    dialogue = Dialogue()
    for port in (50_003, 50_002, 50_001):
        dialogue.connection(client_port=port).send(Side.CLIENT, syn=True)
        dialogue.wait(1_000 * MS)
    dialogue.wait(200_000 * MS)
    dialogue.connection(client_port=40_000).handshake(MS)
    analyzer = Analyzer(keep=1)
    for frame in dialogue.frames:
        analyzer.feed(frame)
    analyzer.tick(dialogue.now_ns + 300_000 * MS)
    report = analyzer.finish(SourceInfo(sources=["late"], format="pcap"))
    assert [connection.stream for connection in report.connections] == [2, 3]
