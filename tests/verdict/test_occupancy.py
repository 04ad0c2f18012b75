"""When connections are busy, idle and open; how many at once."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.http.exchanges import Exchanges
from kacap.http.message import Exchange
from kacap.tcp.half import FOREVER
from kacap.verdict.facts import HOLD_NS, Facts
from kacap.verdict.occupancy import Cover, Interval, busy_intervals, idle_intervals, open_interval, peak
from kacap.verdict.words import Side
from tests.dialogue.conversation import START_NS
from tests.http.made import response
from tests.verdict.heard import one
from tests.verdict.records import exchange, ns, record

GRACE = HOLD_NS / 1_000_000
ALWAYS = FOREVER / 1_000_000
CLIENT, SERVER = Side.CLIENT, Side.SERVER
NANOSECOND = 1 / 1_000_000


def orphan(begin: float, end: float) -> Exchange:
    """A response whose request the capture does not show."""
    made = Exchange(None)
    made.response = answer = response(1, ns(begin), content_length=("0",))
    answer.end_time_ns, answer.framing = ns(end), "length"
    answer.head_complete = answer.complete = True
    return made


TABLE: dict[str, tuple[Facts, list[tuple[float, float]], list[tuple[float, float]]]] = {
    # name: connection, busy, idle (milliseconds)
    "one exchange, from the SYN, and the grace": (
        record(exchange(1, 5), ready=0.2),
        [(0, 15)],
        [(15, ALWAYS)],
    ),
    "a close cuts the grace": (record(exchange(1, 5), closed=(CLIENT, 7)), [(0, 7)], []),
    "a close at the last byte leaves no grace": (record(exchange(1, 5), closed=(CLIENT, 5)), [(0, 5)], []),
    "a close after the grace ends the idle time": (
        record(exchange(1, 5), closed=(SERVER, 40)),
        [(0, 15)],
        [(15, 40)],
    ),
    "a half-close before the response does not shorten it": (
        record(exchange(1, 5), closed=(CLIENT, 2)),
        [(0, 5)],
        [],
    ),
    "a request within the grace of the handshake": (
        record(exchange(1 + GRACE, 15), ready=1),
        [(0, 25)],
        [(25, ALWAYS)],
    ),
    "a request later than that: opened in advance": (
        record(exchange(1 + GRACE + NANOSECOND, 15), ready=1),
        [(11 + NANOSECOND, 25)],
        [(25, ALWAYS)],
    ),
    "a handshake whose end was not captured": (record(exchange(90, 95), ready=None), [(0, 105)], [(105, ALWAYS)]),
    "open before the capture: from the first byte": (
        record(exchange(3, 5), opened=None),
        [(3, 15)],
        [(15, ALWAYS)],
    ),
    "an orphan response, from its first byte": (
        record(orphan(3, 5), opened=None),
        [(3, 15)],
        [(15, ALWAYS)],
    ),
    "a refused connection is not held": (record(exchange(1, 5, says="close"), closed=(SERVER, 9)), [(0, 5)], []),
    "two exchanges apart": (
        record(exchange(0, 5), exchange(30, 35)),
        [(0, 15), (30, 45)],
        [(15, 30), (45, ALWAYS)],
    ),
    "the second within the grace of the first": (
        record(exchange(0, 5), exchange(9, 12)),
        [(0, 22)],
        [(22, ALWAYS)],
    ),
    "the second as the grace ends": (record(exchange(0, 5), exchange(15, 16)), [(0, 26)], [(26, ALWAYS)]),
    "the second one nanosecond later": (
        record(exchange(0, 5), exchange(15 + NANOSECOND, 16)),
        [(0, 15), (15 + NANOSECOND, 26)],
        [(15, 15 + NANOSECOND), (26, ALWAYS)],
    ),
    "pipelined": (
        record(exchange(0, 20), exchange(1, 21), exchange(2, 22)),
        [(0, 32)],
        [(32, ALWAYS)],
    ),
    "close is said and another exchange follows all the same": (
        record(exchange(0, 5, says="close"), exchange(30, 35)),
        [(0, 5), (30, 45)],
        [(45, ALWAYS)],
    ),
    "unfinished, until the next begins": (record(exchange(0), exchange(30, 35)), [(0, 45)], [(45, ALWAYS)]),
    "unfinished, until the close": (record(exchange(1), closed=(SERVER, 30)), [(0, 30)], []),
    "unfinished, and bytes after a half-close": (record(exchange(1, cut=8), closed=(CLIENT, 2)), [(0, 8)], []),
    "unfinished, and nobody closed": (record(exchange(1, cut=8), last=50), [(0, ALWAYS)], []),
    "its end may be lost in a gap: until the last that was seen": (
        record(exchange(1, cut=8), last=50, lost_in_gap=True),
        [(0, 50)],
        [],
    ),
    "its end may be lost, and all is one moment": (
        record(exchange(1), opened=None, last=1, lost_in_gap=True),
        [(1, 1 + NANOSECOND)],
        [],
    ),
    "no exchange": (record(closed=(CLIENT, 4)), [], []),
}


def in_ns(intervals: Iterable[tuple[float, float]]) -> list[Interval]:
    return [(ns(start), FOREVER if end == ALWAYS else ns(end)) for start, end in intervals]


@pytest.mark.parametrize(("facts", "busy", "idle"), TABLE.values(), ids=TABLE.keys())
def test_busy_and_idle(facts: Facts, busy: list[tuple[float, float]], idle: list[tuple[float, float]]) -> None:
    assert busy_intervals(facts) == in_ns(busy)
    assert idle_intervals(facts) == in_ns(idle)


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        ("handshake", 0, None),
        ("handshake\n+4ms client FIN", 0, None),
        ("handshake\n+4ms client FIN\n+3ms server FIN\n+2ms client ACK", 0, 7),
        ("handshake\n+4ms client FIN\n+3ms server RST", 0, 7),
        ("handshake\n+4ms server RST", 0, 4),
        ("+2ms client GET /\n+1ms server RST", 2, 3),
        ("+9ms handshake\n-4ms server RST", 9, 9),
    ],
    ids=["open", "half-closed", "both FINs", "FIN and RST", "RST", "open before", "the clock steps back"],
)
def test_open(lines: str, start: float, end: float | None) -> None:
    facts = one(f"connection A\n{lines}")
    assert open_interval(facts) == (START_NS + ns(start), FOREVER if end is None else START_NS + ns(end))


def test_the_grace_of_the_handshake_counts_from_its_last_segment() -> None:
    facts = one("connection A\nclient SYN\n+1ms server SYN ACK\n+8ms client ACK\n+9ms client GET /\nserver FIN")
    assert busy_intervals(facts) == [(START_NS, START_NS + ns(18))]


# ---- against naive models

SMALL = st.integers(0, 30)
INTERVALS = st.lists(st.tuples(SMALL, SMALL).map(lambda two: (min(two), max(two))), max_size=12)


def covering(intervals: Iterable[Interval], moment: int) -> int:
    return sum(start <= moment < end for start, end in intervals)


@given(INTERVALS)
def test_peak_is_the_most_that_cover_one_moment(intervals: list[Interval]) -> None:
    assert peak(intervals) == max(covering(intervals, moment) for moment in range(31))


@given(INTERVALS, st.integers(-1, 31))
def test_cover_counts_the_intervals_around_a_moment(intervals: list[Interval], moment: int) -> None:
    assert Cover(intervals).at(moment) == covering(intervals, moment)


def test_peak_and_cover_take_any_iterable() -> None:
    assert peak(iter([(0, 2), (1, 3)])) == 2
    assert Cover(iter([(0, 2), (1, 3)])).at(1) == 2
    assert peak([]) == Cover([]).at(0) == 0


@st.composite
def connections(draw: st.DrawFn) -> Facts:
    """Exchanges in order, some pipelined, some unfinished, some refused; closed, or not."""
    starts = sorted(draw(st.lists(st.integers(0, 80), min_size=1, max_size=6)))
    exchanges = []
    end = 0
    for start in starts:
        end = max(start, end) + draw(st.integers(0, 25))
        ends = draw(st.booleans())
        exchanges.append(exchange(start, end if ends else None, says=draw(st.sampled_from(("", "close")))))
    is_opened = draw(st.booleans())
    closed = (draw(st.sampled_from(Side)), draw(st.integers(end, end + 30))) if draw(st.booleans()) else None
    return record(
        *exchanges,
        opened=0 if is_opened else None,
        ready=draw(st.sampled_from((None, 0, 1))),
        closed=closed,
        last=end + 30,
    )


@given(connections())
def test_busy_intervals_are_in_order_apart_and_hold_each_exchange(facts: Facts) -> None:
    busy = busy_intervals(facts)
    edges = [moment for interval in busy for moment in interval]
    assert edges == sorted(set(edges))
    for each in facts.exchanges:
        if each.end_ns > each.start_ns:
            assert covering(busy, each.start_ns) == covering(busy, each.end_ns - 1) == 1


@given(connections())
def test_no_moment_is_both_busy_and_idle(facts: Facts) -> None:
    busy, idle = busy_intervals(facts), idle_intervals(facts)
    assert peak([*busy, *idle]) <= 1


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=3, max_size=6), st.booleans(), st.booleans())
def test_what_was_recorded_was_as_busy_as_what_is_open(steps: list[tuple[int, int]], closes: bool, left: bool) -> None:
    made, now = [], 0
    for pause, takes in steps:
        made.append(exchange(now + pause, now + pause + takes))
        now += pause + takes
    facts = record(*made, closed=(SERVER, now - 5) if closes else None, last=now)
    recorded = busy_intervals(facts, left=left)
    opened = Exchanges()
    for each in list(facts.exchanges):
        opened.begin(each.request).response = each.response
    facts.exchanges = opened
    assert busy_intervals(facts, left=left) == recorded
