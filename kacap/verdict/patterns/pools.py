"""What the closes of a client right after a response show of its pool.

A connection is *thrown away* when its client closes it, without a signal, right after a response that left it usable.
Why it did so shows in what it kept: a pool that is full holds the same number of idle connections each time, and none
of them stood idle when the surplus one was opened; a limit of requests or of age shows by repetition. A connection
that is closed a moment later counts as not kept: a process that exits closes all it has.
"""

from collections import Counter
from typing import Final

from kacap.tcp.half import FOREVER
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, open_interval
from kacap.verdict.patterns.habits import shortest_idle_ns
from kacap.verdict.words import Side

CLOSED_TOGETHER_NS: Final = 50_000_000
"""What the client closes within this time after a connection, it closed with it."""

_TAKEN_NS: Final = 5_000_000
"""A client that took the idle connection for one request has sent that within this time after it opened another."""

_DIALLED_AHEAD_NS: Final = 1_000_000
"""A client that waits longer than this with its first request did not open the connection for it."""

_SAME: Final = 0.8
"""The share that has to agree on a number for it to be a limit."""
_OVERFLOWS: Final = 2
_LIMITED: Final = 3
"""Closes that a limit needs at least."""

_SHORTEST_LIFE_NS: Final = 1_000_000_000


class Pool:
    """The connections of a pair that its client threw away, and the limits that explain some of them."""

    __slots__ = (
        "crowded",
        "dropped",
        "kept",
        "lifetime_ns",
        "looked_up",
        "moments",
        "outlived",
        "requests",
        "thrown",
        "unkept",
        "used_up",
    )

    def __init__(self, connections: list[Facts]) -> None:
        thrown = sorted([facts for facts in connections if thrown_away(facts)], key=_closed_ns)
        self.thrown = len(thrown)
        """How many they are: those of which `thrown_away` is true."""
        self.looked_up = sum(facts.dns_ns is not None for facts in thrown)
        """How many of them followed a DNS look-up of their own."""
        self.dropped = sum(dropped_soon(facts) for facts in connections)
        """How many served one exchange and were closed by the client before any timer could have done it."""
        self.kept: int | None = None
        """How many idle connections the client keeps when it throws one away; None when that is not always the same."""
        self.moments = 0
        """At how many moments apart it kept that number."""
        self.crowded: frozenset[int] = frozenset()
        """Those (streams) for which a full pool had no place."""
        self.unkept: frozenset[int] = frozenset()
        """Those (streams) that had more busy connections than idle ones beside them."""
        self.requests: int | None = None
        """After how many requests the client throws a connection away."""
        self.used_up: frozenset[int] = frozenset()
        """Those (streams) that had served that many."""
        self.lifetime_ns: int | None = None
        """The age that no connection outlives its next response."""
        self.outlived: frozenset[int] = frozenset()
        """Those (streams) that had reached it."""
        if len(thrown) >= _OVERFLOWS:
            self._look_at_idle(connections, thrown)
        worn = [facts for facts in thrown if facts.opened_here and facts.asked >= 2]
        if len(worn) >= _LIMITED:
            self._look_at_requests(connections, worn)
            self._look_at_age(connections, worn)

    def _look_at_idle(self, connections: list[Facts], thrown: list[Facts]) -> None:
        idle, is_open = Cover(), Cover()
        for facts in connections:
            _add_held(idle, facts, CLOSED_TOGETHER_NS)
            if facts.connection.established:
                start, end = open_interval(facts)
                is_open.add(start, end)
        crowded: list[tuple[Facts, int]] = []
        at_the_end: list[Facts] = []
        unkept: list[int] = []
        for facts in thrown:
            kept = idle.at(facts.first_close_ns)
            opened_ns = facts.opened_ns
            spare = min(idle.at(opened_ns), idle.at(opened_ns + _TAKEN_NS)) if facts.opened_here else 0
            if kept and not spare:
                crowded.append((facts, kept))
            elif not spare and facts.asked == 1:
                at_the_end.append(facts)
            if is_open.at(facts.first_close_ns - 1) - 1 > 2 * kept + 1:
                unkept.append(facts.stream)
        self.unkept = frozenset(unkept)
        if not crowded:
            return
        kept, count = Counter(number for _, number in crowded).most_common(1)[0]
        if count < _OVERFLOWS or count < _SAME * len(crowded):
            return
        self.kept = kept
        to_the_end = Cover()
        for facts in connections:
            _add_held(to_the_end, facts, 0)
        streams = [facts.stream for facts, _ in crowded]
        streams += [facts.stream for facts in at_the_end if to_the_end.at(facts.first_close_ns) >= kept]
        self.crowded = frozenset(streams)
        moment_ns = -FOREVER
        for facts, _ in crowded:
            if facts.first_close_ns - moment_ns > CLOSED_TOGETHER_NS:
                self.moments += 1
                moment_ns = facts.first_close_ns

    def _look_at_requests(self, connections: list[Facts], worn: list[Facts]) -> None:
        number, count = Counter(facts.asked for facts in worn).most_common(1)[0]
        if count >= max(_LIMITED, _SAME * len(worn)) and all(facts.asked <= number for facts in connections):
            self.requests = number
            self.used_up = frozenset(facts.stream for facts in worn if facts.asked == number)

    def _look_at_age(self, connections: list[Facts], worn: list[Facts]) -> None:
        """A limit of age: every connection was kept after each response before it, and none after one behind it."""
        youngest_ns = min(facts.first_close_ns - facts.opened_ns for facts in worn)
        if youngest_ns < _SHORTEST_LIFE_NS or len({facts.asked for facts in worn}) == 1:
            return
        kept_ns = (_oldest_kept_ns(facts) for facts in connections if facts.opened_here)
        if max(kept_ns, default=0) <= youngest_ns:
            self.lifetime_ns = youngest_ns
            self.outlived = frozenset(facts.stream for facts in worn)


def _closed_ns(facts: Facts) -> int:
    return facts.first_close_ns


def thrown_away(facts: Facts) -> bool:
    """Whether the client closed it right after a response, as seen from this capture point, and nobody had said so."""
    return (
        facts.first_close is Side.CLIENT
        and facts.signal is None
        and facts.asked > 0
        and not facts.dialogue.switched
        and not facts.aborted
        and facts.closed_at_once
    )


def dropped_soon(facts: Facts) -> bool:
    """Whether the client ended it after one exchange, without a word, and sooner than a timer does."""
    idle_ns = facts.idle_before_close_ns
    return (
        facts.opened_here
        and len(facts.exchanges) == 1
        and facts.signal is None
        and facts.first_close is Side.CLIENT
        and not facts.dialogue.switched
        and not facts.aborted
        and idle_ns is not None
        and idle_ns < shortest_idle_ns(facts)
    )


def _add_held(held: Cover, facts: Facts, longer_ns: int) -> None:
    """When the client held the connection idle, and went on holding it for `longer_ns` at least."""
    exchanges = facts.exchanges
    count = len(exchanges)
    if facts.opened_here:
        # Some clients dial ahead: what they need no more when it is ready waits in the pool with the others.
        ready_ns = facts.opened_ns + (facts.connect_ns or 0)
        first_ns = exchanges.start_ns(0)
        if first_ns - ready_ns > _DIALLED_AHEAD_NS:
            held.add(ready_ns, first_ns)
    beyond_ns = facts.beyond_ns or 0
    for at in range(count):
        if not exchanges.persists(at):
            continue
        if at + 1 < count:
            end_ns = exchanges.start_ns(at + 1)
        elif facts.first_close is Side.CLIENT:
            end_ns = facts.first_close_ns - longer_ns
        else:
            end_ns = FOREVER if facts.first_close is None else facts.first_close_ns
        begin_ns = exchanges.end_ns(at) + beyond_ns
        if end_ns > begin_ns:
            held.add(begin_ns, end_ns)


def _oldest_kept_ns(facts: Facts) -> int:
    """The age at the last response after which the connection was used again."""
    exchanges = facts.exchanges
    return exchanges.end_ns(len(exchanges) - 2) - facts.opened_ns if len(exchanges) >= 2 else 0
