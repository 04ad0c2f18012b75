"""What can be counted of the connections of one pair: over their kinds, of which there are few."""

from collections.abc import Mapping
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict import traits
from kacap.verdict.facts import Facts
from kacap.verdict.ordered import count_below
from kacap.verdict.past import Past
from kacap.verdict.traits import kinds_of

SHARE_OF_DISCARDS: Final = 0.9
"""Nearly all that ended without a word."""


class PairCounts:
    """The connections of one pair, by kind and by time."""

    __slots__ = (
        "_counts",
        "_opened_ns",
        "_openings",
        "_span_ns",
        "connections",
        "cut_off",
        "discarded",
        "ended",
        "exchanges",
        "exchanges_here",
        "incomplete",
        "kinds",
        "never_kept",
        "opened",
        "past",
        "reused_exchanges",
        "traits_of_any",
        "unanswered",
        "used",
        "used_count",
    )

    def __init__(self, connections: list[Facts], past: Past | None = None) -> None:
        """`past`: others that are there no more: what is told of the pair as a whole counts them too.

        What a rule compares with single connections counts those that are here.
        """
        self.connections = connections
        self.past = past
        self.kinds = kinds_of(connections)
        """The kind of each connection."""
        self._counts = {kind.traits: kind.count for kind in set(self.kinds)}
        self.traits_of_any = 0
        """All that one connection or another has, of those that are there."""
        for bits in self._counts:
            self.traits_of_any |= bits
        self.used = self.having(traits.ASKED)
        """Those that carried exchanges, and are there."""
        self.exchanges = 0
        self.reused_exchanges = 0
        if past is not None:
            self.exchanges, self.reused_exchanges = past.exchanges, past.reused_exchanges
        self.used_count = self.count_all(traits.ASKED)
        """How many there are and were."""
        self.exchanges_here = 0
        self._opened_ns: vec[i64] | None = None
        self._openings: list[Facts] | None = None
        self._span_ns: tuple[int, int] | None = None
        self.opened = self.count_all(traits.OPENED)
        self._count_exchanges()
        self.unanswered = self.exchanges - self.used_count - self.reused_exchanges
        """Requests that a kept connection left without any answer."""
        self.incomplete = self.count_all(traits.ASKED | traits.LOST_IN_GAP)
        """Connections on which the capture may have missed exchanges: messages lost in gaps, or one direction only."""
        self.incomplete += self.count_all(traits.ASKED | traits.ONE_SIDED, without=traits.LOST_IN_GAP)
        self.ended = self.count(traits.ASKED | traits.CLOSED | traits.UNSAID)
        """How many that carried exchanges were closed, and nobody had said so."""
        self.discarded = self.count(traits.ASKED | traits.DISCARDED, without=traits.SWITCHED)
        """How many their client threw away after one exchange."""
        self.never_kept = self._keeps_none()
        """Of nearly all that ended without a word, the client closed after one exchange, at once."""
        cut = traits.ASKED | traits.BY_SERVER | traits.UNSAID | traits.AT_ONCE
        self.cut_off = self.count(cut, without=traits.BY_RESET)
        """How many the server closed right after a response, by a FIN and without a word."""

    @property
    def connection_count(self) -> int:
        """All of them."""
        return len(self.connections) + (0 if self.past is None else self.past.connections)

    def count(self, having: int, *, without: int = 0) -> int:
        """How many of the connections that are here have all the traits of `having`, and none of `without`."""
        return _counted(self._counts, having, without)

    def count_all(self, having: int, *, without: int = 0) -> int:
        """The same, of those in the past too."""
        found = _counted(self._counts, having, without)
        return found if self.past is None else found + _counted(self.past.counts, having, without)

    def _keeps_none(self) -> bool:
        if self.discarded < SHARE_OF_DISCARDS * self.ended:
            return False
        return self.discarded >= 2 or (self.discarded == 1 and self.reused_exchanges == 0)

    def having(self, having: int) -> list[Facts]:
        """The connections that have these traits."""
        if self.count(having) == len(self.connections):
            return self.connections
        return [facts for facts, kind in zip(self.connections, self.kinds, strict=True) if kind.has(having)]

    def _count_exchanges(self) -> None:
        asked, reused = 0, 0
        for at, facts in enumerate(self.connections):
            asked += facts.asked
            if self.kinds[at].has(traits.ASKED | traits.SEVERAL):
                reused += reused_of(facts, self.kinds[at].traits)
        self.exchanges_here += asked
        self.exchanges += asked
        self.reused_exchanges += reused

    @property
    def openings(self) -> list[Facts]:
        """Those that the client opened here, in order of SYN."""
        if self._openings is None:
            openings = self.having(traits.OPENED)
            before_ns = NEVER
            for facts in openings:  # they are numbered by their first segments: for the most part that is the order
                if facts.opened_ns < before_ns:
                    openings = sorted(openings, key=opened_ns)
                    break
                before_ns = facts.opened_ns
            self._openings = openings
        return self._openings

    @property
    def opening_times(self) -> vec[i64]:
        """When they were opened."""
        if self._opened_ns is None:
            times = vec[i64]()
            for facts in self.openings:
                times = append(times, facts.opened_ns)
            self._opened_ns = times
        return self._opened_ns

    def opened_after(self, moment_ns: int) -> Facts | None:
        """The next connection that the client opened to this server, at `moment_ns` or later."""
        at = count_below(self.opening_times, moment_ns)
        return self.openings[at] if at < len(self.openings) else None

    def opened_before(self, moment_ns: int) -> Facts | None:
        """The last connection that the client opened to this server before `moment_ns`."""
        at = count_below(self.opening_times, moment_ns)
        return self.openings[at - 1] if at else None

    @property
    def span_ns(self) -> tuple[int, int]:
        """From the first SYN of those that carried exchanges to their last close; NEVER where none was closed."""
        if self._span_ns is None:
            first_ns, last_ns = FOREVER, NEVER
            if self.past is not None:
                first_ns, last_ns = self.past.first_ns, self.past.last_ns
            for facts in self.used:
                first_ns = min(first_ns, facts.opened_ns)
                last_ns = max(last_ns, facts.first_close_ns)
            self._span_ns = first_ns, last_ns
        return self._span_ns


def _counted(counts: Mapping[int, int], having: int, without: int) -> int:
    found = 0
    for bits, count in counts.items():
        if bits & (having | without) == having:
            found += count
    return found


def opened_ns(facts: Facts) -> int:
    """When a connection began, to sort by."""
    return facts.opened_ns


def reused_of(facts: Facts, bits: int) -> int:
    """How many of its exchanges were served by a connection that had served one before."""
    count, dropped = len(facts.exchanges), facts.exchanges.dropped
    if bits & traits.UNSOLICITED:
        return sum(facts.reuses(at) for at in range(count)) + max(0, dropped.asked - 1)
    reused = count + dropped.count - 1
    if bits & traits.UNANSWERED and bits & traits.CLOSED:
        # Responses answer in order: what has none stands last.
        at = count - 1
        while at and not facts.exchanges.has_response(at):
            reused -= not facts.reuses(at)
            at -= 1
    return reused
