"""When a connection was busy lately. What is read is bounded, however many exchanges there are: who looks several times
a second must not read them all each time.
"""

from typing import Final

from kacap.http.exchanges import Exchanges
from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict.facts import HOLD_NS
from kacap.verdict.occupancy import Cover, Interval
from kacap.verdict.present import Present

_EXCHANGES_MOST: Final = 8
"""Of each connection, for the count of those that are busy at once: one that has more is busy nearly always."""

_LOOKS_MOST: Final = 1024
"""At the exchanges of one connection, for a picture of it."""


def add_busy_lately(cover: Cover, present: Present, since_ns: int) -> None:
    """As `occupancy.busy_intervals`, of the last exchanges, until one was over before `since_ns`."""
    exchanges, close_ns = present.exchanges, present.close_ns
    until = FOREVER
    count = len(exchanges)
    if present.asked_head is not None:
        until = present.asked_ns if count else _first_start(present, present.asked_ns)
        cover.add(until, FOREVER if close_ns == NEVER else max(close_ns, until + 1))
    for index in range(count - 1, max(-1, count - 1 - _EXCHANGES_MOST), -1):
        start = exchanges.start_ns(index) if index else _first_start(present, exchanges.start_ns(0))
        end = min(until, _busy_until(present, index))
        if end > start:
            cover.add(start, end)
        if end < since_ns:
            return
        until = min(until, start)


def _first_start(present: Present, start: int) -> int:
    """As in `occupancy`: from the SYN, when the request follows the handshake at once."""
    if present.exchanges.dropped.count:
        return start
    if present.opened_here and (present.ready_ns == NEVER or start - present.ready_ns <= HOLD_NS):
        return min(start, present.opened_ns)
    return start


def _busy_until(present: Present, index: int) -> int:
    exchanges, close_ns = present.exchanges, present.close_ns
    if not exchanges.complete(index):
        return FOREVER if close_ns == NEVER else close_ns
    over = exchanges.end_ns(index)
    end = over + present.hold_ns if exchanges.persists(index) else over
    return max(over, close_ns) if close_ns != NEVER and end > close_ns else end


def busy_since(present: Present, since_ns: int, now_ns: int, grain_ns: int) -> list[Interval]:
    """When exchanges were open on it from `since_ns` to `now_ns`; what lies closer than `grain_ns` is one.

    A run of exchanges that takes longer is looked at by halves, so that a thousand within a grain cost one look.
    """
    exchanges = present.exchanges
    ended_ns = now_ns if present.closed_at_ns == NEVER else present.closed_at_ns
    found: list[Interval] = []
    runs = [(_first_since(exchanges, since_ns), len(exchanges))]
    looks = 0
    while runs:
        low, high = runs.pop()
        if low >= high:
            continue
        looks += 1
        start, end = exchanges.start_ns(low), exchanges.end_ns(high - 1)
        if not exchanges.complete(high - 1):
            end = ended_ns
        if high - low > 1 and end - start > grain_ns and looks < _LOOKS_MOST:
            middle = (low + high) // 2
            runs += [(middle, high), (low, middle)]
        else:
            _add(found, max(start, since_ns), min(max(start, end), now_ns), grain_ns)
    if present.asked_head is not None:
        _add(found, max(present.asked_ns, since_ns), min(ended_ns, now_ns), grain_ns)
    return found


def _first_since(exchanges: Exchanges, since_ns: int) -> int:
    """The place of the first that was not over by then; where clocks step back, of one near it."""
    low, high = 0, len(exchanges)
    while low < high:
        middle = (low + high) // 2
        if exchanges.complete(middle) and exchanges.end_ns(middle) < since_ns:
            low = middle + 1
        else:
            high = middle
    return low


def _add(found: list[Interval], start: int, end: int, grain_ns: int) -> None:
    if end < start:
        return
    if found and start - found[-1][1] < grain_ns:
        found[-1] = (min(start, found[-1][0]), max(end, found[-1][1]))
    else:
        found.append((start, end))
