"""How a pool of connections is kept: how many stay idle, and which its owner closes when it is full or cleared.

Looks at closes by the client, without a signal, of connections that could have been used again. A pool that is full
closes one as another comes back, so the number that stays is the same each time. A pool that is cleared at intervals
closes some of its idle connections together, and leaves others, however long each was idle.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kacap.verdict.facts import DISCARD_NS, Facts
from kacap.verdict.occupancy import Cover, idle_intervals
from kacap.verdict.patterns.habits import ONE_MOMENT_NS
from kacap.verdict.words import Side

_SAME_SIZE: Final = 0.8
"""The share of closes after which the pool holds the same number, when it is a limit that speaks."""
_AT_LEAST: Final = 2
_CLEARED_AT_LEAST: Final = 3
_IDLE_NS: Final = 1_000_000_000
"""A close after less than this is none of a clearing."""
INTERVAL_NS: Final = 5_000_000_000
"""HAProxy's `pool-purge-delay`."""
_INTERVAL_SLACK_NS: Final = 400_000_000


class Kept:
    """The idle connections of a client, at its closes."""

    __slots__ = ("crowded_out", "limit", "purged")

    def __init__(self, connections: list[Facts]) -> None:
        closed = sorted([facts for facts in connections if _closed_idle(facts)], key=_closed_ns)
        self.limit = 0
        """How many a full pool keeps idle."""
        self.crowded_out: frozenset[int] = frozenset()
        """The connections (streams) that a full pool had no place for."""
        self.purged: frozenset[int] = frozenset()
        """The connections (streams) that were cleared away at intervals."""
        if len(closed) >= _AT_LEAST:
            idle = Cover()
            for facts in connections:
                idle.add_all(idle_intervals(facts, grace_ns=0))
            self.limit, self.crowded_out = _crowded_out(closed, idle, _response_ends(connections))
            self.purged = _purged([facts for facts in closed if facts.stream not in self.crowded_out], idle)


def _closed_ns(facts: Facts) -> int:
    return facts.first_close_ns


def _closed_idle(facts: Facts) -> bool:
    return (
        facts.first_close is Side.CLIENT
        and facts.signal is None
        and not facts.dialogue.switched
        and facts.idle_before_close_ns is not None
    )


def _response_ends(connections: list[Facts]) -> list[int]:
    ends: list[int] = []
    for facts in connections:
        exchanges = facts.exchanges
        ends += [exchanges.end_ns(at) for at in range(len(exchanges)) if exchanges.complete(at)]
    ends.sort()
    return ends


def _crowded_out(closed: list[Facts], idle: Cover, ends: Sequence[int]) -> tuple[int, frozenset[int]]:
    """Closes right after a response on any connection, which leave the same number idle each time."""
    left: list[tuple[Facts, int]] = []
    for facts in closed:
        at = bisect_right(ends, facts.first_close_ns)
        if at and facts.first_close_ns - ends[at - 1] <= DISCARD_NS:
            left.append((facts, idle.at(facts.first_close_ns)))
    sizes = Counter(count for _, count in left if count > 0)
    if not sizes:
        return 0, frozenset()
    limit, count = sizes.most_common(1)[0]
    if count < _AT_LEAST or count < _SAME_SIZE * len(left):
        return 0, frozenset()
    return limit, frozenset(facts.stream for facts, remaining in left if remaining == limit)


def _purged(closed: list[Facts], idle: Cover) -> frozenset[int]:
    """Closes at moments that lie a multiple of the interval apart, each of which but the last spares some.

    That the idle times differ tells it from a timer on each connection.
    """
    waited = [facts for facts in closed if (facts.idle_before_close_ns or 0) >= _IDLE_NS]
    idle_ns = [facts.idle_before_close_ns or 0 for facts in waited]
    if len(waited) < _CLEARED_AT_LEAST or max(idle_ns) - min(idle_ns) < _IDLE_NS:
        return frozenset()
    times = [facts.first_close_ns for facts in waited]
    ends = [at for at, (one, following) in enumerate(pairwise(times)) if following - one > ONE_MOMENT_NS]
    gaps = [times[at + 1] - times[at] for at in ends]
    if not gaps or not all(_is_interval(gap) for gap in gaps) or not all(idle.at(times[at]) for at in ends):
        return frozenset()
    return frozenset(facts.stream for facts in waited)


def _is_interval(gap_ns: int) -> bool:
    beside_ns = (gap_ns + INTERVAL_NS // 2) % INTERVAL_NS - INTERVAL_NS // 2
    return gap_ns > _INTERVAL_SLACK_NS and abs(beside_ns) <= _INTERVAL_SLACK_NS
