"""One client host and one server endpoint: counts, rate, verdict.

Only waste counts: of the connections that carried exchanges, those beyond the peak number busy at once were avoidable.
Connections that were open before the capture began are needed by definition: nobody opened them here.
`reuse_rate` is the share of opportunities taken: an exchange is an opportunity unless its connection was needed.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median, median_low

from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, busy_intervals, idle_intervals, open_interval, peak
from kacap.verdict.words import ConnectionVerdict, Verdict

REUSED_FROM = 0.95
NOT_REUSED_BELOW = 0.05


class PairFacts:
    """The connections of one pair, and what follows from them together."""

    __slots__ = (
        "_idle",
        "avoidable",
        "connect_ns",
        "connections",
        "discarded",
        "ended",
        "exchanges",
        "needed",
        "opened",
        "pause_after_discard_ns",
        "peak_open",
        "reused_exchanges",
        "unanswered",
        "used",
    )

    def __init__(self, connections: Sequence[Facts]) -> None:
        self.connections = connections
        self.used = [facts for facts in connections if facts.asked]
        """Those that carried exchanges."""
        self.opened = sum(facts.opened_here for facts in connections)
        self.exchanges = sum(facts.asked for facts in self.used)
        self.reused_exchanges = sum(facts.reuses(at) for facts in self.used for at in range(len(facts.exchanges)))
        self.unanswered = self.exchanges - len(self.used) - self.reused_exchanges
        """Requests that a kept connection left without any answer."""
        self.ended = sum(facts.first_close is not None for facts in self.used)
        self.discarded = sorted((facts for facts in self.used if facts.discarded), key=lambda each: each.opened_ns)
        """Those that their client threw away after one exchange, in order of SYN."""
        pauses = [after.opened_ns - before.first_close_ns for before, after in pairwise(self.discarded)]
        self.pause_after_discard_ns = median(pauses) if pauses else None
        switched = [facts for facts in self.used if facts.dialogue.switched]
        shared = [facts for facts in self.used if not facts.dialogue.switched]
        busy = peak(interval for facts in shared for interval in busy_intervals(facts))
        found_open = sum(not facts.opened_here for facts in shared)
        self.needed = max(busy, found_open) + len(switched)
        self.avoidable = len(self.used) - self.needed
        self.peak_open = peak(open_interval(facts) for facts in connections if facts.connection.established)
        connect = [facts.connect_ns for facts in connections if facts.connect_ns is not None]
        self.connect_ns = median_low(connect) if connect else None
        """The usual time of a handshake."""
        self._idle = Cover(interval for facts in shared for interval in idle_intervals(facts))

    def idle_available(self, facts: Facts) -> int:
        """How many connections stood ready when this one's SYN was sent."""
        return self._idle.at(facts.opened_ns) if facts.opened_here else 0

    @property
    def reuse_rate(self) -> float | None:
        """Reused exchanges among those that could have been; None without opportunity."""
        return reuse_rate(self.reused_exchanges, self.exchanges, self.needed)

    @property
    def handshake_cost_ns(self) -> int:
        """What the avoidable handshakes took, at the usual time of one."""
        return self.avoidable * (self.connect_ns or 0)

    @property
    def incomplete(self) -> int:
        """Connections on which the capture may have missed exchanges: messages lost in gaps, or one direction only."""
        return sum(facts.dialogue.lost_in_gap or facts.one_sided for facts in self.used)

    @property
    def is_opaque(self) -> bool:
        """Whether exchanges may be there that cannot be read."""
        return any(
            facts.verdict is ConnectionVerdict.UNKNOWN
            or (facts.verdict is ConnectionVerdict.OPAQUE and facts.protocol_name != "unknown")
            for facts in self.connections
        )

    @property
    def verdict(self) -> Verdict:
        """The word for this pair."""
        if not self.exchanges:
            return Verdict.INCONCLUSIVE if self.is_opaque else Verdict.NO_OPPORTUNITY
        return judge(self.reuse_rate, self.incomplete, len(self.used))


def reuse_rate(reused: int, exchanges: int, needed: int) -> float | None:
    """Reused exchanges ÷ (exchanges - needed connections); None when there was no opportunity."""
    opportunities = exchanges - needed
    if opportunities <= 0:
        return None
    return min(1.0, reused / opportunities)


def judge(rate: float | None, incomplete: int, used: int) -> Verdict:
    """The word for a rate. What the capture missed on `incomplete` of the `used` connections could only raise it."""
    if rate is not None and rate >= REUSED_FROM:
        return Verdict.REUSED
    if incomplete > (1 - REUSED_FROM) * used:
        return Verdict.INCONCLUSIVE
    if rate is None:
        return Verdict.NO_OPPORTUNITY
    return Verdict.NOT_REUSED if rate < NOT_REUSED_BELOW else Verdict.PARTLY_REUSED
