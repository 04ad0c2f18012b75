"""Looking while the capture goes on: what is seen is what the report of that much says, and looking changes nothing."""

import io
import pickle
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.render.json import write
from kacap.report import glance as model
from kacap.report import onlooker
from kacap.report.glance import Glance, Standing
from kacap.report.model import Report
from kacap.wire.frame import Frame, SourceInfo
from tests.dialogue.conversation import START_NS
from tests.verdict.heard import frames
from tests.verdict.records import ns

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap"), key=lambda path: path.name)
SECOND_NS = 10**9
STEP = 37
"""Frames between two looks."""
COUNTS = ("connections", "exchanges", "reused_exchanges", "needed_connections", "avoidable_connections", "reuse_rate")


def part(path: Path, until: int | None = None) -> Iterator[Frame]:
    return islice(open_capture([str(path)]), until)


def length(path: Path) -> int:
    return sum(1 for _ in part(path))


def as_json(report: Report) -> str:
    out = io.StringIO()
    write(report, out)
    return out.getvalue()


def looked_at(path: Path, until: int | None = None, keep: int | None = None) -> tuple[Analyzer, Glance]:
    """An analyzer that was looked at on the way, and the last look."""
    analyzer = Analyzer(keep=keep)
    for frame in part(path, until):
        if frame.number % STEP == 1:
            analyzer.glance(max(frame.time_ns, analyzer.last_ns))
        analyzer.feed(frame)
    return analyzer, analyzer.glance(analyzer.last_ns)


def counts(standing: object) -> list[object]:
    return [getattr(standing, name) for name in COUNTS]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_at_the_end_it_counts_as_the_report_and_has_changed_nothing(path: Path) -> None:
    analyzer, glance = looked_at(path)
    report, unseen = analyzer.finish(SourceInfo()), Analyzer()
    unseen.feed_all(part(path))
    assert as_json(report) == as_json(unseen.finish(SourceInfo()))
    assert counts(glance.summary) == counts(report.summary)
    assert glance.summary.verdict == report.summary.verdict
    of_pairs = {(pair.client, pair.server): counts(pair) for pair in report.pairs}
    assert {(pair.client, pair.server): counts(pair.standing) for pair in glance.pairs} == of_pairs


@pytest.mark.parametrize("keep", [0, 5])
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_what_leaves_is_counted_all_the_same(path: Path, keep: int) -> None:
    analyzer, glance = looked_at(path, keep=keep)
    analyzer.tick(analyzer.last_ns + SECOND_NS)
    for after_s in (2, 5, 60, 700):
        glance = analyzer.glance(analyzer.last_ns + after_s * SECOND_NS)
        analyzer.tick(analyzer.last_ns + after_s * SECOND_NS)
    report = analyzer.finish(SourceInfo())
    names = ("connections", "exchanges", "reused_exchanges")
    assert [getattr(glance.summary, name) for name in names] == [getattr(report.summary, name) for name in names]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_half_way_it_counts_as_the_report_of_the_first_half(path: Path) -> None:
    half = length(path) // 2
    _, glance = looked_at(path, half)
    cut = Analyzer()
    cut.feed_all(part(path, half))
    report = cut.finish(SourceInfo())
    seen, told = glance.summary, report.summary
    assert (seen.connections, seen.exchanges) == (told.connections, told.exchanges)
    # What is not over yet may still be kept, left or answered.
    assert abs(seen.reused_exchanges - told.reused_exchanges) <= seen.busy
    assert abs(seen.needed_connections - told.needed_connections) <= max(1, seen.open)
    assert glance.frames == report.capture.frames
    assert glance.bytes == report.capture.bytes


def glances(script: str, *times_ms: float, source: SourceInfo | None = None) -> list[Glance]:
    """Looks at a dialogue, each when its time has come."""
    analyzer = Analyzer()
    waiting = [START_NS + ns(each) for each in times_ms]
    seen = []
    for frame in frames(script):
        while waiting and frame.time_ns > waiting[0]:
            seen.append(analyzer.glance(waiting.pop(0), source))
        analyzer.feed(frame)
    return [*seen, *(analyzer.glance(time_ns, source) for time_ns in waiting)]


KEPT = """
    connection A
    handshake 2ms
    client GET /
    +40ms server 204
    +100ms client GET /
    +40ms server 204
"""


def figures(standing: Standing) -> tuple[int, int, int, int]:
    return standing.open, standing.busy, standing.idle, standing.exchanges


def test_a_connection_is_busy_while_an_exchange_is_open_and_idle_after_the_grace() -> None:
    looks = glances(KEPT, 20, 45, 100, 160, 300)
    assert [figures(each.summary) for each in looks] == [
        (1, 1, 0, 1),
        (1, 0, 0, 1),
        (1, 0, 1, 1),
        (1, 1, 0, 2),
        (1, 0, 1, 2),
    ]


def test_who_said_that_it_ends_is_not_idle() -> None:
    (seen,) = glances("connection A\nhandshake\nclient GET /\nserver 204 | Connection: close", 500)
    assert figures(seen.summary) == (1, 0, 0, 1)


def test_what_was_not_accepted_is_not_open() -> None:
    (seen,) = glances("connection A\nclient SYN", 500)
    assert (seen.summary.connections, seen.summary.open) == (1, 0)


def test_rates_are_those_between_the_looks() -> None:
    before, after, later = glances(KEPT, -1000, 1000, 3000)
    assert (before.summary.opened_per_second, before.summary.exchanges_per_second, before.frames_per_second) == (
        0,
        0,
        0,
    )
    assert (after.summary.opened_per_second, after.summary.exchanges_per_second) == (0.5, 1)
    assert (after.frames_per_second, after.bytes_per_second) == (after.frames / 2, after.bytes / 2)
    assert (later.summary.opened_per_second, later.summary.exchanges_per_second) == (0.25, 0.5)


def test_while_frames_wait_to_be_read_the_moment_is_that_of_the_last() -> None:
    analyzer = Analyzer()
    *most, last = frames(KEPT)
    ahead_ns = most[-1].time_ns + 3 * SECOND_NS
    analyzer.glance(ahead_ns - SECOND_NS)
    analyzer.feed_all(most)
    late = analyzer.glance(ahead_ns)
    assert (late.time_ns, late.behind_ns) == (most[-1].time_ns, 3 * SECOND_NS)
    quiet = analyzer.glance(ahead_ns + SECOND_NS)
    assert (quiet.time_ns, quiet.behind_ns) == (ahead_ns + SECOND_NS, 0)
    analyzer.feed(last)
    assert analyzer.glance(ahead_ns + 2 * SECOND_NS).behind_ns > 0


def test_who_falls_behind_still_tells_how_much_comes() -> None:
    analyzer = Analyzer()
    *most, last = frames(KEPT)
    soon, rest = most[:-4], most[-4:]
    analyzer.feed_all(soon)
    before = analyzer.glance(soon[-1].time_ns)
    analyzer.glance(last.time_ns + SECOND_NS)
    analyzer.feed_all(rest)
    late = analyzer.glance(last.time_ns + 2 * SECOND_NS)
    assert late.behind_ns > 0
    seconds = (late.time_ns - before.time_ns) / SECOND_NS
    assert late.frames_per_second == pytest.approx(len(rest) / seconds)
    more = late.summary.exchanges - before.summary.exchanges
    assert more
    assert late.summary.exchanges_per_second == pytest.approx(more / seconds)


def test_who_looks_seldom_is_not_behind() -> None:
    looks = glances(KEPT, -1000, 3_600_000)
    assert [each.behind_ns for each in looks] == [0, 0]


def test_a_look_at_the_same_time_again_divides_by_nothing() -> None:
    looks = glances(KEPT, 0, 0, 1000, 1000)
    assert looks[2].summary == looks[3].summary


ENDED = """
    connection A
    handshake
    client GET / | Connection: close
    server 204
    server closes
    connection B
    +200ms handshake
    client GET /
    server 204
    client closes
    connection C
    +200ms handshake
"""


def test_who_ended_last_stands_first_with_the_reason() -> None:
    seen = glances(ENDED, 1000)[0]
    first = seen.ended[-1]
    assert (first.stream, first.reason, first.certainty) == (0, "client-sends-connection-close", "proven")
    assert (first.client, first.server, first.exchanges_count) == ("192.0.2.9:51000", "192.0.2.1:8880", 1)
    assert (first.decided_by, first.verdict) == ("client", "single-use")
    assert [each.closed_at_ns for each in seen.ended] == sorted(
        (each.closed_at_ns for each in seen.ended), reverse=True
    )


def test_a_lane_holds_what_was_in_flight() -> None:
    (lane,) = glances(KEPT, 300)[0].lanes
    assert (lane.opened, lane.closed_at_ns, lane.http) == (True, None, True)
    begun = [(start - START_NS) // 10**6 for start, _ in lane.busy]
    assert begun == [2, 142]
    assert all(39 * 10**6 <= stop - start <= 41 * 10**6 for start, stop in lane.busy)


def test_what_is_in_flight_lasts_until_now() -> None:
    seen = glances(KEPT, 20)[0]
    assert seen.lanes[0].busy[-1][1] == seen.time_ns


def test_lanes_go_back_as_far_as_they_must() -> None:
    looks = glances(KEPT, 0.5, 60, 300, 3000, 9000, 20_000)
    assert [each.lanes_ns for each in looks] == [10**6, 10**8, 10**9, 10**10, 10**10, 10**10]
    assert [len(each.lanes) for each in looks] == [1, 1, 1, 1, 1, 0]


def test_the_source_tells_its_name_and_its_drops() -> None:
    (seen,) = glances(KEPT, 1, source=SourceInfo(sources=["x" * 1000] * 9, dropped_frames=7))
    assert seen.dropped_frames == 7
    assert seen.sources == ("x" * model.TEXT_MOST,) * model.SOURCES_MOST


def test_it_is_narrowed_as_the_report_is() -> None:
    script = (
        "connection A to 192.0.2.1:80\nconnection B to 192.0.2.2:8880\nall handshake\nall client GET /\nall server 204"
    )
    analyzer = Analyzer(ports=[80])
    analyzer.feed_all(frames(script))
    seen = analyzer.glance(analyzer.last_ns)
    assert ([pair.server for pair in seen.pairs], seen.summary.connections) == (["192.0.2.1:80"], 1)


@pytest.mark.parametrize("keep", [None, 9])
def test_who_looks_late_sees_what_was_before(keep: int | None) -> None:
    analyzer = Analyzer(keep=keep)
    analyzer.feed_all(frames(ENDED))
    seen = analyzer.glance(analyzer.last_ns)
    assert (seen.summary.connections, seen.summary.exchanges) == (3, 2)


def test_a_late_segment_brings_a_connection_back() -> None:
    script = ENDED + "\n+10ms A client ACK"
    analyzer = Analyzer()
    analyzer.glance(START_NS)
    analyzer.feed_all(frames(script))
    seen = analyzer.glance(analyzer.last_ns)
    assert (seen.summary.connections, seen.summary.exchanges) == (3, 2)


def many(connections: int) -> str:
    lines = []
    for at in range(connections):
        lines += [f"connection C{at} from 192.0.{at // 200}.{at % 200 + 1} to 198.51.100.1:{1000 + at}", "handshake"]
        lines += ["client GET /", "server 204 | Connection: close", "server closes"]
    return "\n".join([*lines, "connection LAST", "+300ms handshake"])


def test_what_is_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onlooker, "_PAIRS_APART", 40)
    analyzer = Analyzer()
    for frame in frames(many(60)):
        analyzer.feed(frame)
        if frame.number % 100 == 0:
            analyzer.glance(frame.time_ns)
    seen = analyzer.glance(analyzer.last_ns)
    assert (len(seen.pairs), len(seen.ended), len(seen.lanes)) == (
        model.PAIRS_MOST,
        model.ENDED_MOST,
        model.LANES_MOST,
    )
    assert (seen.summary.connections, seen.summary.exchanges) == (61, 60)
    assert seen.pairs_count == 40
    assert len(pickle.dumps(seen)) < 1 << 16


def test_it_goes_through_a_pipe() -> None:
    seen = glances(ENDED, 1000)[0]
    assert pickle.loads(pickle.dumps(seen)) == seen
