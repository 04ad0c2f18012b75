"""What is added up of the connections of one pair that are there no more, so that a pair can be judged for days.

Rules of this room:
- A connection is added once, when it was ruled on; what is counted of it is counted for good, and exactly.
- What takes all values at once is known from the newest: the usual time of a handshake from `SAMPLES`, the timers and
  limits that were inferred from those found last.
- The kinds of connections are few; where hostile traffic makes more than `MAX_KINDS`, the others count as the kind that
  is seen most.
"""

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict import traits
from kacap.verdict.facts import Facts
from kacap.verdict.needed import Needs
from kacap.verdict.pair_key import PairKey
from kacap.verdict.patterns.limits import RequestLimit
from kacap.verdict.patterns.retries import lost_requests
from kacap.verdict.timings import spent_ns

if TYPE_CHECKING:
    from kacap.verdict.rules import Ruling

SAMPLES: Final = 128

MAX_KINDS: Final = 512


class Past:
    """The sums of one pair."""

    __slots__ = (
        "behind",
        "client_idle_ns",
        "connect_ns",
        "connections",
        "counts",
        "exchanges",
        "first_ns",
        "gap_bytes",
        "gapped",
        "is_opaque",
        "key",
        "last_ns",
        "lost_requests",
        "needs",
        "one_sided",
        "peak_open",
        "probes",
        "protocols",
        "reasons",
        "request_limit",
        "reused_exchanges",
        "server_idle_ns",
        "spent_ns",
        "waited_ns",
    )

    def __init__(self, key: PairKey) -> None:
        self.key = key
        self.connections = 0
        self.counts: dict[int, int] = {}
        """How many connections there were of each kind, by its traits."""
        self.exchanges = 0
        self.reused_exchanges = 0
        self.needs = Needs()
        self.peak_open = 0
        """Up to `needs.swept_ns`."""
        self.probes = 0
        """Connections with exchanges that were health probes."""
        self.protocols: Counter[str] = Counter()
        self.is_opaque = False
        self.reasons: Counter[str] = Counter()
        self.connect_ns: deque[int] = deque(maxlen=SAMPLES)
        self.spent_ns = 0
        self.lost_requests = 0
        self.waited_ns = 0
        self.first_ns, self.last_ns = FOREVER, NEVER
        """As `PairCounts.span_ns`."""
        self.gapped = 0
        """Connections of which bytes are missing."""
        self.gap_bytes = 0
        self.one_sided = 0
        """Connections with exchanges of which the capture holds one direction only."""
        # What was inferred last.
        self.server_idle_ns: int | None = None
        self.client_idle_ns: int | None = None
        self.request_limit: RequestLimit | None = None
        self.behind: tuple[bytes, int] | None = None

    def add_connection(self, facts: Facts, bits: int, reused: int, ruling: "Ruling | None", *, is_probe: bool) -> None:
        """One that is there no more: its traits, how many of its exchanges were reused, and why it ended.

        Its needs were swept to its end.
        """
        self.connections += 1
        if bits not in self.counts and len(self.counts) >= MAX_KINDS:
            bits = max(self.counts, key=self.counts.__getitem__)
        self.counts[bits] = self.counts.get(bits, 0) + 1
        self.exchanges += facts.asked
        self.reused_exchanges += reused
        if ruling is not None:
            self.reasons[ruling.rule.cause_id] += 1
        connect_ns = facts.connect_ns
        if connect_ns is not None:
            self.connect_ns.append(connect_ns)
        if facts.asked:
            self._add_used(facts, is_probe=is_probe)
        name = facts.protocol_name
        if name is not None:
            self.protocols[name] += 1
        if not facts.packed and facts.gap_bytes:
            self.gapped += 1
            self.gap_bytes += facts.gap_bytes
        if facts.one_sided and facts.exchanges:
            self.one_sided += 1
        self.is_opaque |= bits & traits.UNREAD != 0 or (bits & traits.OPAQUE != 0 and name != "unknown")
        if not facts.asked and facts.opened_here:
            self.needs.last_opened_ns = max(self.needs.last_opened_ns, facts.opened_ns)

    def _add_used(self, facts: Facts, *, is_probe: bool) -> None:
        self.spent_ns += spent_ns(facts)
        lost = lost_requests([facts])
        self.lost_requests += lost.requests
        self.waited_ns += lost.waited_ns
        self.first_ns = min(self.first_ns, facts.opened_ns)
        self.last_ns = max(self.last_ns, facts.first_close_ns)
        self.probes += is_probe
        if is_probe or facts.dialogue.switched:
            self.needs.apart += 1
        else:
            self.needs.forget(facts)

    def add_pair(self, other: "Past") -> None:
        """All of another pair, which is told no more by itself."""
        self.connections += other.connections
        for bits, count in other.counts.items():
            if bits in self.counts or len(self.counts) < MAX_KINDS:
                self.counts[bits] = self.counts.get(bits, 0) + count
            else:
                self.counts[max(self.counts, key=self.counts.__getitem__)] += count
        self.exchanges += other.exchanges
        self.reused_exchanges += other.reused_exchanges
        self.needs.add(other.needs)
        self.peak_open = max(self.peak_open, other.peak_open)
        self.probes += other.probes
        self.protocols.update(other.protocols)
        self.is_opaque |= other.is_opaque
        self.reasons.update(other.reasons)
        self.connect_ns.extend(other.connect_ns)
        self.spent_ns += other.spent_ns
        self.lost_requests += other.lost_requests
        self.waited_ns += other.waited_ns
        self.first_ns, self.last_ns = min(self.first_ns, other.first_ns), max(self.last_ns, other.last_ns)
        self.gapped += other.gapped
        self.gap_bytes += other.gap_bytes
        self.one_sided += other.one_sided
