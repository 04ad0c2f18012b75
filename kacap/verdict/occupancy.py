"""When connections were busy, idle and open: the numbers behind "needed" and "avoidable".

A connection is busy while an exchange is open on it: from the first request byte (for its first exchange from the SYN,
when the request follows the handshake at once) to the last response byte, and for the grace (`Facts.hold_ns`) after it
when the connection can be used again, cut short by a close.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from librt.strings import read_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from kacap.http.records import BEGUN_AT, IN_ORDER, LASTS, OVER_AT
from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict.facts import HOLD_NS, Facts
from kacap.verdict.ordered import count_below, in_order
from kacap.verdict.words import Side

Interval = tuple[int, int]
"""From (inclusive) and to (exclusive), nanoseconds."""

_USUAL: Final = LASTS | IN_ORDER


def busy_intervals(facts: Facts, *, left: bool = False) -> list[Interval]:
    """When the connection was busy; intervals do not overlap.

    `left`: its client never came back to it, although it could have: nobody held it after its last exchange.
    """
    exchanges = facts.exchanges
    count = len(exchanges)
    if not count:
        return []
    merged: list[Interval] = []
    hold_ns = facts.hold_ns
    closed_ns = FOREVER if facts.first_close_ns == NEVER else facts.first_close_ns
    begin = _first_start(facts, exchanges.start_ns(0))
    until = begin
    records, size = exchanges.records, exchanges.record_bytes
    last = count - 1
    recorded = min(exchanges.over, last)
    for index in range(count):
        at = index * size
        if 0 < index < recorded and records[at] & _USUAL == _USUAL:  # as below, without a call
            start = read_i64_le(records, at + BEGUN_AT)
            over = read_i64_le(records, at + OVER_AT)
            end = over + hold_ns
            if end > closed_ns:
                end = max(over, closed_ns)
            if end <= start:
                end = start + 1
        else:
            start = begin if index == 0 else exchanges.start_ns(index)
            end = _busy_until(facts, index, start, 0 if left and index == last else hold_ns)
        if start > until:
            merged.append((begin, until))
            begin = start
            until = end
        elif end > until:
            until = end
    merged.append((begin, until))
    return merged


def idle_intervals(facts: Facts, *, grace_ns: int | None = None) -> list[Interval]:
    """When the connection stood ready for a further request, the grace taken off; None is that of the connection."""
    taken_off_ns = facts.hold_ns if grace_ns is None else grace_ns
    idle: list[Interval] = []
    exchanges = facts.exchanges
    count, closed_ns = len(exchanges), facts.first_close_ns
    for index in range(count):
        if not exchanges.persists(index):
            continue
        start = exchanges.end_ns(index) + taken_off_ns
        end = exchanges.start_ns(index + 1) if index + 1 < count else FOREVER
        if closed_ns != NEVER and end > closed_ns:
            end = closed_ns
        if end > start:
            idle.append((start, end))
    return idle


def open_interval(facts: Facts) -> Interval:
    """When the connection existed."""
    closed = facts.closed_at_ns
    return facts.opened_ns, max(closed, facts.opened_ns) if closed != NEVER else FOREVER


class Cover:
    """Counts how many intervals cover a moment.

    Where they begin and where they end stands apart: two columns are sorted faster than one of pairs. A number takes 8
    bytes, as there may be one for each exchange of the capture.
    """

    __slots__ = ("_ends", "_is_sorted", "_starts")

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self._starts = vec[i64]()
        self._ends = vec[i64]()
        self._is_sorted = True
        for start, end in intervals:
            self.add(start, end)

    def add(self, start_ns: int, end_ns: int) -> None:
        """One interval more."""
        self._starts = append(self._starts, start_ns)
        self._ends = append(self._ends, end_ns)
        self._is_sorted = False

    def add_all(self, intervals: Sequence[Interval]) -> None:
        """Several more."""
        for start, end in intervals:
            self.add(start, end)

    def add_busy(self, facts: Facts, *, left: bool = False) -> None:
        """As `busy_intervals`; the one of a single exchange makes no list."""
        if len(facts.exchanges) == 1:
            start = _first_start(facts, facts.exchanges.start_ns(0))
            self.add(start, _busy_until(facts, 0, start, 0 if left else facts.hold_ns))
        else:
            self.add_all(busy_intervals(facts, left=left))

    def add_busy_part(self, facts: Facts, from_ns: int, until_ns: int, *, left: bool) -> None:
        """What lies of them between two moments."""
        if len(facts.exchanges) == 1:
            start = _first_start(facts, facts.exchanges.start_ns(0))
            self.add_part(start, _busy_until(facts, 0, start, 0 if left else facts.hold_ns), from_ns, until_ns)
            return
        for start, end in busy_intervals(facts, left=left):
            self.add_part(start, end, from_ns, until_ns)

    def add_part(self, start_ns: int, end_ns: int, from_ns: int, until_ns: int) -> None:
        """What lies of an interval between two moments."""
        if start_ns < until_ns and end_ns > from_ns:
            self.add(max(start_ns, from_ns), min(end_ns, until_ns))

    def at(self, moment_ns: int) -> int:
        """Intervals with start <= moment < end."""
        self._sort()
        return count_below(self._starts, moment_ns + 1) - count_below(self._ends, moment_ns + 1)

    def peak(self) -> int:
        """How many cover one moment at most; one that ends as another begins does not meet it."""
        self._sort()
        starts, ends = self._starts, self._ends
        over: i64 = 0
        best: i64 = 0
        begun: i64 = 0
        count: i64 = len(starts)
        while begun < count:
            start = starts[begun]
            while over <= begun and ends[over] <= start:
                over += 1
            begun += 1
            if begun - over > best:
                best = begun - over
        return best

    def _sort(self) -> None:
        if not self._is_sorted:
            self._starts = in_order(self._starts)
            self._ends = in_order(self._ends)
            self._is_sorted = True


def peak(intervals: Iterable[Interval]) -> int:
    """As `Cover.peak`, of those intervals."""
    return Cover(intervals).peak()


def _first_start(facts: Facts, start: int) -> int:
    if not facts.opened_here or facts.exchanges.dropped.count:
        return start
    if facts.ready_ns == NEVER or start - facts.ready_ns <= HOLD_NS:
        return min(start, facts.opened_ns)
    return start


def _busy_until(facts: Facts, index: int, start: int, hold_ns: int) -> int:
    """When the exchange at `index`, which began at `start`, occupied the connection no longer, nor did who holds it."""
    exchanges = facts.exchanges
    if exchanges.persists(index):
        over = exchanges.end_ns(index)
        end = over + hold_ns
        closed_ns = facts.first_close_ns
        if closed_ns != NEVER and end > closed_ns:
            end = max(over, closed_ns)
    elif exchanges.complete(index):
        end = exchanges.end_ns(index)
    else:
        end = _unfinished_end(facts, index)
    return end if end > start else start + 1


def _unfinished_end(facts: Facts, index: int) -> int:
    """An exchange without end occupies its connection until the next, the close, or the last that was seen."""
    if index + 1 < len(facts.exchanges):
        return facts.exchanges.start_ns(index + 1)
    if facts.first_close_ns != NEVER:
        # Who gives an exchange up may open the next connection a moment before it closes this one.
        given_up_ns = HOLD_NS if facts.first_close is Side.CLIENT else 0
        return max(facts.first_close_ns - given_up_ns, facts.exchanges.end_ns(index))
    return facts.connection.last_time_ns if facts.dialogue.lost_in_gap else FOREVER
