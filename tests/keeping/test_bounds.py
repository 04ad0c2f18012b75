"""What is there does not grow with what has gone by: counted in objects, after rounds of the size they have."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from unittest.mock import patch

import pytest

from kacap.analyzer import Analyzer
from kacap.http.exchanges import Exchanges
from kacap.keeping import moment, rounds
from kacap.report import fold
from kacap.tcp import leaving
from kacap.tcp.half import Half
from kacap.tcp.plain import Plain
from kacap.verdict.facts import Facts
from kacap.verdict.past import Past
from kacap.wire.frame import Frame, SourceInfo
from tests.dialogue import packets
from tests.keeping.small import rounds_of
from tests.keeping.traffic import ACK, MS, PSH, RST, START_NS, SYN, Planned, frames

COUNTED = (Facts, Exchanges, Plain, Half, Past)


def there() -> Counter[str]:
    """Objects of each kind."""
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, COUNTED))


def grown(analyzer: Analyzer, fed: Iterator[Frame], parts: int, part: int) -> list[int]:
    """How many objects there are after each part of so many frames, beyond those that were there before."""
    before = there().total()
    found = []
    for _ in range(parts):
        for _, frame in zip(range(part), fed, strict=False):
            analyzer.feed(frame)
        found.append(there().total() - before)
    return found


@pytest.mark.parametrize("end", ["client", "says-close", "reset", "never"])
def test_connections_that_are_over_leave(end: str) -> None:
    plan = (Planned(at * 10, (0,), end=end, port=20_000 + at % 700) for at in range(2_400))
    frames_each = 9 if end in ("client", "says-close") else 7 if end == "reset" else 6
    with rounds_of(50, 500, look_ns=100 * MS), patch.object(leaving, "OPEN_NS", 2_000 * MS):
        sizes = grown(Analyzer(keep=100), frames(plan), 6, 400 * frames_each)
    assert sizes[-1] <= 1.2 * sizes[0]
    assert sizes[0] < 7_000


def test_old_exchanges_leave_connections_that_stay_open() -> None:
    often = tuple(range(0, 16_000, 2))
    plan = [Planned(at, often, end="never") for at in range(3)]
    analyzer = Analyzer(keep=10)
    with patch.object(moment, "LOOK_NS", 100 * MS), patch.object(rounds, "SETTLED_NS", 100 * MS):
        for frame in frames(plan):
            analyzer.feed(frame)
    open_ones = [each.listener for each in analyzer.tracker.followed]
    assert [len(each.recorded) < 1_000 for each in open_ones] == [True] * 3  # type: ignore[attr-defined]
    report = analyzer.finish(SourceInfo())
    assert report.summary.exchanges == 3 * len(often)
    assert report.summary.reused_exchanges == 3 * len(often) - 3
    assert report.summary.needed_connections == 3
    assert [row.exchanges_count for row in report.connections] == [len(often)] * 3
    first = report.connections[0].exchanges[0]
    assert first.index > 1
    assert first.reused
    assert first.timings.connect_ns is None


def test_pairs_are_bounded_and_the_rest_is_told() -> None:
    plan = [Planned(at * 30, (0,), client=at % 200) for at in range(200)]
    analyzer = Analyzer(keep=0)
    with rounds_of(4, 100), patch.object(fold, "MAX_PAIRS", 8):
        for frame in frames(plan):
            analyzer.feed(frame)
        report = analyzer.finish(SourceInfo())
    assert report.summary.connections == report.summary.exchanges == report.summary.needed_connections == 200
    assert len(report.pairs) < 20
    assert any("are counted in the summary only" in line for line in report.warnings)


def test_a_late_segment_of_one_that_left_is_no_connection() -> None:
    plan = [Planned(at * 30, (0,), end="reset") for at in range(20)]
    seen = list(frames(plan))
    late = seen[4].copy()
    late.number, late.time_ns = len(seen) + 1, seen[-1].time_ns + MS
    analyzer = Analyzer(keep=0)
    with rounds_of(1), patch.object(leaving, "ENDED_NS", 50 * MS):
        for frame in [*seen, late]:
            analyzer.feed(frame)
        report = analyzer.finish(SourceInfo())
    assert analyzer.tracker.left.late_segments == 1
    assert report.summary.connections == 20


def test_one_that_is_packed_after_it_was_over_is_one() -> None:
    """Behind another that goes on to speak after both FINs it waits to be packed, and is over by then."""
    seen = list(frames([Planned(0, (0,)), Planned(150, (0,)), Planned(9_000, (0,))]))
    storm = []
    for at in range(1, 80):
        frame = seen[8].copy()  # the last of the first
        data = bytearray(frame.data)
        data[18:20] = (1_000 + at).to_bytes(2, "big")  # the identification
        frame.data, frame.time_ns = bytes(data), START_NS + (20 + at * 50) * MS
        storm.append(frame)
    told: list[int] = []
    analyzer = Analyzer(keep=0, on_end=lambda row: told.append(row.stream))
    with rounds_of(1):
        for frame in sorted([*seen[:18], *storm], key=lambda each: each.time_ns):
            analyzer.feed(frame)
        analyzer.tick(START_NS + 4_500 * MS)
        analyzer.feed_all(seen[18:])
        analyzer.tick(START_NS + 30_000 * MS)
        report = analyzer.finish(SourceInfo())
    assert report.summary.connections == 3
    assert sorted(told) == [0, 1, 2]


@pytest.mark.parametrize("flags", [SYN, ACK, RST])
def test_a_flood_from_everywhere_leaves_room(flags: int) -> None:
    flood: list[Frame] = []
    for at in range(3_000):
        source = f"10.9.{at >> 8}.{at & 255}"
        segment = packets.tcp(
            source, 9_999, "10.0.1.1", 8880, seq=at * 7_919, ack=0, flags=flags, window=500, payload=b""
        )
        data = packets.ethernet(packets.ip(source, "10.0.1.1", packets.PROTOCOL_TCP, segment, at), outbound=True)
        flood.append(Frame(at + 1, START_NS + at * MS // 10, packets.LINKTYPE_ETHERNET, data, 0, len(data), len(data)))
    with patch.object(rounds, "MOST_OPEN", 2_000):
        analyzer = Analyzer(keep=10)
        analyzer.feed_all(flood)
        assert 0 < analyzer.tracker.untracked < 1_000
        for frame in frames([Planned(at * 1_000, (0,)) for at in range(5, 20)]):
            frame.number += 3_000
            analyzer.feed(frame)
        report = analyzer.finish(SourceInfo())
    assert report.summary.exchanges == 15


def messages(said: Iterable[tuple[int, bytes]]) -> Iterator[Frame]:
    """A connection that stays open; the client (0) and the server (1) say this, or (2, 3) it is not captured."""
    clock_ns, sent = START_NS, [100, 200]
    sides = ("10.0.0.9", 10_000), ("10.0.1.1", 8880)
    hello = [(0, SYN, b""), (1, SYN | ACK, b""), (0, ACK, b"")]
    number = 0
    for step, (side, flags, payload) in enumerate([*hello, *[(side, PSH | ACK, payload) for side, payload in said]]):
        clock_ns += MS
        (source, port), (target, target_port) = sides[side % 2], sides[1 - side % 2]
        ack = 0 if flags == SYN else sent[1 - side % 2]
        segment = packets.tcp(
            source, port, target, target_port, seq=sent[side % 2], ack=ack, flags=flags, window=500, payload=payload
        )
        sent[side % 2] += len(payload) + bool(flags & SYN)
        data = packets.ethernet(packets.ip(source, target, packets.PROTOCOL_TCP, segment, step), outbound=not side % 2)
        if side < 2:
            number += 1
            yield Frame(number, clock_ns, packets.LINKTYPE_ETHERNET, data, 0, len(data), len(data))


ASK = (0, b"GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n")
ANSWER = (1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
BEGIN = (1, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
CHUNK = b"2\r\nok\r\n"
UPLOAD = (0, b"POST /a HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n")


@pytest.mark.parametrize(
    ("said", "exchanges"),
    [
        ([ASK, BEGIN, (3, CHUNK + b"0\r\n\r\n"), *[ASK, ANSWER] * 6_000], 6_001),
        ([UPLOAD, (2, CHUNK + b"0\r\n\r\n"), ANSWER, *[ASK, ANSWER] * 6_000], 6_001),
        ([ASK, BEGIN, *[ASK, (1, CHUNK)] * 6_000], 6_001),
        ([UPLOAD, *[ANSWER, (0, CHUNK)] * 6_000], 1),
    ],
    ids=["response not captured whole", "request not captured whole", "endless response", "endless request"],
)
def test_an_exchange_that_never_ends_keeps_no_others(said: list[tuple[int, bytes]], exchanges: int) -> None:
    analyzer = Analyzer(keep=10)
    analyzer.feed_all(messages(said))
    (only,) = analyzer.tracker.followed
    assert len(only.listener.recorded) < 2_000  # type: ignore[attr-defined]
    summary = analyzer.finish(SourceInfo()).summary
    assert summary.exchanges == exchanges
    assert summary.reused_exchanges == exchanges - 1
    assert summary.needed_connections == 1
    assert summary.avoidable_connections == 0


class TestOnEnd:
    """`on_end` hears of each connection once."""

    def test_as_they_end_and_the_open_ones_at_the_end(self) -> None:
        plan = [Planned(at * 30, (0,)) for at in range(20)] + [Planned(700, (0,), end="never")]
        told: list[int] = []
        analyzer = Analyzer(keep=3, on_end=lambda row: told.append(row.stream))
        with rounds_of(2, 100):
            for frame in frames(plan):
                analyzer.feed(frame)
            while_read = len(told)
            analyzer.tick(START_NS + 5_000 * MS)
            assert sorted(told) == list(range(20))
            analyzer.finish(SourceInfo())
        assert 10 < while_read < 21
        assert sorted(told) == list(range(21))

    def test_a_silent_one_that_speaks_again_is_told_once(self) -> None:
        plan = [Planned(0, (0, 4_000), end="never"), Planned(3_000, (0,)), Planned(9_000, (0,))]
        told: list[int] = []
        analyzer = Analyzer(keep=9, on_end=lambda row: told.append(row.stream))
        with rounds_of(1), patch.object(leaving, "OPEN_NS", 1_000 * MS):
            for frame in frames(plan):
                analyzer.feed(frame)
            report = analyzer.finish(SourceInfo())
        assert sorted(told) == [0, 1, 2]
        assert report.summary.exchanges == 4

    def test_those_that_spoke_again_hide_nobody(self) -> None:
        """The new one stands before more than a round of others that were told, spoke again, and are over again."""
        plan = [Planned(at * 5, (0,)) for at in range(40)] + [Planned(5_000, (0,))]
        seen = list(frames(plan))
        last_acks = [frame.copy() for at, frame in enumerate(seen[:-9]) if at % 9 == 8]
        for frame in last_acks:
            frame.time_ns = START_NS + 6_000 * MS
        told: list[int] = []
        analyzer = Analyzer(keep=100, on_end=lambda row: told.append(row.stream))
        with rounds_of(4):
            analyzer.feed_all(seen[:-9])
            with patch.object(rounds, "LOOK_FRAMES", 1 << 60), patch.object(moment, "LOOK_NS", 20_000 * MS):
                analyzer.tick(START_NS + 2_000 * MS)  # the next look is the last
            assert sorted(told) == list(range(40))
            analyzer.feed_all(seen[-9:])
            analyzer.tracker.pack_quiet(START_NS + 5_500 * MS)
            analyzer.feed_all(last_acks)
            analyzer.tracker.pack_quiet(START_NS + 7_000 * MS)
            analyzer.tick(START_NS + 30_000 * MS)
            analyzer.finish(SourceInfo())
        assert sorted(told) == list(range(41))
