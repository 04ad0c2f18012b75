"""One client host and one server endpoint: counts, rate, verdict.

Only waste counts: of the connections that carried exchanges, those beyond the number that was needed were avoidable.
`reuse_rate` is the share of opportunities taken: an exchange is an opportunity unless its connection was needed.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median, median_low

from kacap.http.message import Request
from kacap.tcp.half import NEVER
from kacap.verdict.facts import Facts
from kacap.verdict.needed import needed_connections
from kacap.verdict.occupancy import FOREVER, Cover, busy_intervals, idle_intervals, open_interval, peak
from kacap.verdict.patterns.answers import Answers
from kacap.verdict.patterns.departures import Departures
from kacap.verdict.patterns.fallbacks import Fallbacks
from kacap.verdict.patterns.habits import Habits, habits_of
from kacap.verdict.patterns.hops import Before, Behind
from kacap.verdict.patterns.limits import RequestLimit, request_limit
from kacap.verdict.patterns.pools import Pool
from kacap.verdict.patterns.probes import probes_of
from kacap.verdict.patterns.retries import Requests, Retry
from kacap.verdict.patterns.spread import Spread, spreads
from kacap.verdict.round_trip import take_usual_times
from kacap.verdict.timings import spent_ns
from kacap.verdict.words import ConnectionVerdict, Side, Verdict

REUSED_FROM = 0.95
NOT_REUSED_BELOW = 0.05


class CaptureFacts:
    """What a pair may know of the rest of the capture."""

    __slots__ = ("_answers", "_departures", "_fallbacks", "_spreads", "first_ns", "last_ns", "pairs")

    def __init__(self, pairs: Sequence["PairFacts"], first_ns: int = 0, last_ns: int = 1 << 63) -> None:
        self.pairs = pairs
        self.first_ns = first_ns
        """When the capture began."""
        self.last_ns = last_ns
        """When it ended."""
        self._departures: Departures | None = None
        self._answers: dict[tuple[bytes, int], Answers] = {}
        self._spreads: dict[int, Spread] | None = None
        self._fallbacks: Fallbacks | None = None

    def answers_of(self, server: tuple[bytes, int]) -> Answers:
        """What a server says of its connections to all its clients, worked out for all servers when first asked for."""
        if not self._answers:
            by_server: dict[tuple[bytes, int], list[Facts]] = {}
            for pair in self.pairs:
                by_server.setdefault(pair.server, []).extend(pair.connections)
            self._answers = {each: Answers(connections) for each, connections in by_server.items()}
        return self._answers[server]

    @property
    def departures(self) -> Departures:
        """What ended together, worked out when first asked for."""
        if self._departures is None:
            self._departures = Departures([facts for pair in self.pairs for facts in pair.connections])
        return self._departures

    @property
    def fallbacks(self) -> Fallbacks:
        """Which failed attempts a client made up for at another address, worked out when first asked for."""
        if self._fallbacks is None:
            self._fallbacks = Fallbacks(facts for pair in self.pairs for facts in pair.connections)
        return self._fallbacks

    def spread(self, pair: "PairFacts") -> Spread | None:
        """The requests to one Host that the client spreads over many addresses, at the first of these pairs only."""
        if self._spreads is None:
            self._spreads = spreads(self.pairs)
        return self._spreads.get(pair.connections[0].stream)


class PairFacts:
    """The connections of one pair, and what follows from them together."""

    __slots__ = (
        "_habits",
        "_idle",
        "_opened_ns",
        "_openings",
        "_pool",
        "_requests",
        "_spent_ns",
        "avoidable",
        "before",
        "behind",
        "capture",
        "connect_ns",
        "connections",
        "cut_off",
        "discarded",
        "ended",
        "exchanges",
        "last_accepted_ns",
        "needed",
        "opened",
        "pause_after_discard_ns",
        "peak_open",
        "probes",
        "request_limit",
        "reused_exchanges",
        "unanswered",
        "used",
    )

    def __init__(self, connections: Sequence[Facts]) -> None:
        self.connections = connections
        take_usual_times(connections)
        self.capture = CaptureFacts([self])
        """All pairs of the capture, this one among them."""
        self.behind: Behind | None = None
        """The hop before this one, where its client is a proxy that the capture shows."""
        self.before: Before | None = None
        """The hop behind this one, where its server is a proxy that the capture shows."""
        self.request_limit: RequestLimit | None = request_limit(connections)
        """After how many requests the server ends a connection."""
        self.used = [facts for facts in connections if facts.asked]
        """Those that carried exchanges."""
        self.opened = sum(facts.opened_here for facts in connections)
        self.exchanges = sum(facts.asked for facts in self.used)
        self.reused_exchanges = sum(facts.reuses(at) for facts in self.used for at in range(len(facts.exchanges)))
        self.unanswered = self.exchanges - len(self.used) - self.reused_exchanges
        """Requests that a kept connection left without any answer."""
        self.ended = sum(facts.first_close is not None and facts.signal is None for facts in self.used)
        """How many were closed, and nobody had said so."""
        self.discarded = sorted((facts for facts in self.used if facts.discarded), key=lambda each: each.opened_ns)
        """Those that their client threw away after one exchange, in order of SYN."""
        self.cut_off = sum(map(_is_cut_off, self.used))
        """How many the server closed right after a response, by a FIN and without a word."""
        pauses = [after.opened_ns - before.first_close_ns for before, after in pairwise(self.discarded)]
        self.pause_after_discard_ns = median(pauses) if pauses else None
        self.probes = probes_of(connections)
        """Stream → why its connection is a health probe. Such a connection is needed by definition."""
        shared = [facts for facts in self.used if not facts.dialogue.switched and facts.stream not in self.probes]
        self._openings = sorted((facts for facts in connections if facts.opened_here), key=lambda each: each.opened_ns)
        self._opened_ns = [facts.opened_ns for facts in self._openings]
        self.last_accepted_ns = max(
            (facts.opened_ns for facts in self._openings if _may_be_accepted(facts)), default=NEVER
        )
        """When the last connection was opened that was accepted, or may be yet."""
        self.needed = needed_connections(shared, self._was_left) + len(self.used) - len(shared)
        self.avoidable = len(self.used) - self.needed
        self.peak_open = peak(open_interval(facts) for facts in connections if facts.connection.established)
        connect = [facts.connect_ns for facts in connections if facts.connect_ns is not None]
        self.connect_ns = median_low(connect) if connect else None
        """The usual time of a handshake."""
        self._habits: Habits | None = None
        self._pool: Pool | None = None
        self._requests: Requests | None = None
        self._spent_ns: int | None = None
        self._idle = Cover(interval for facts in shared for interval in idle_intervals(facts))

    def _was_left(self, facts: Facts) -> bool:
        """Whether the client opened another connection after the grace, while this one stood idle for good."""
        until_ns = facts.first_close_ns if facts.first_close_ns != NEVER else FOREVER
        at = bisect_left(self._opened_ns, until_ns)
        return at > 0 and self._opened_ns[at - 1] > facts.exchanges[-1].end_ns + facts.hold_ns

    def overlap(self, connections: Sequence[Facts]) -> int:
        """How many of the connections had an exchange open at one moment, without any grace."""
        return peak(part for facts in connections for part in busy_intervals(facts, left=True))

    def idle_available(self, facts: Facts) -> int:
        """How many connections stood ready when this one's SYN was sent."""
        return self._idle.at(facts.opened_ns) if facts.opened_here else 0

    @property
    def pool(self) -> Pool:
        """What the client threw away and what it kept, worked out when first asked for."""
        if self._pool is None:
            self._pool = Pool(self.used)
        return self._pool

    @property
    def habits(self) -> Habits:
        """Its timers, worked out when first asked for."""
        if self._habits is None:
            self._habits = habits_of(self.used, self._openings)
        return self._habits

    @property
    def server(self) -> tuple[bytes, int]:
        """Address and port."""
        half = self.connections[0].server
        return half.address, half.port

    @property
    def answers(self) -> Answers:
        """What the server says of its connections, to this client and to others."""
        return self.capture.answers_of(self.server)

    def opened_after(self, moment_ns: int) -> Facts | None:
        """The next connection that the client opened to this server, at `moment_ns` or later."""
        at = bisect_left(self._opened_ns, moment_ns)
        return self._openings[at] if at < len(self._openings) else None

    def opened_before(self, moment_ns: int) -> Facts | None:
        """The last connection that the client opened to this server before `moment_ns`."""
        at = bisect_left(self._opened_ns, moment_ns)
        return self._openings[at - 1] if at else None

    @property
    def outer(self) -> "PairFacts | None":
        """The pair that this one stands behind."""
        return None if self.behind is None else self.behind.outer

    @property
    def inner(self) -> tuple["PairFacts", ...]:
        """The pairs behind this one."""
        return () if self.before is None else self.before.inner

    def asked_again(self, facts: Facts, request: Request) -> Retry | None:
        """The same request on another connection, soon after it failed on this one."""
        if self._requests is None:
            self._requests = Requests(self.connections)
        return self._requests.again(facts, request)

    @property
    def reuse_rate(self) -> float | None:
        """Reused exchanges among those that could have been; None without opportunity."""
        return reuse_rate(self.reused_exchanges, self.exchanges, self.needed)

    @property
    def spent_ns(self) -> int:
        """Connecting, sending, waiting and receiving of all exchanges, worked out when first asked for."""
        if self._spent_ns is None:
            self._spent_ns = sum(map(spent_ns, self.used))
        return self._spent_ns

    @property
    def handshake_cost_ns(self) -> int:
        """What the avoidable handshakes took, at the usual time of one."""
        return self.avoidable * (self.connect_ns or 0)

    @property
    def is_wasteful(self) -> bool:
        """Whether connections were opened that could have been spared, beyond a little."""
        return self.avoidable > 0 and self.verdict is not Verdict.REUSED

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


def _may_be_accepted(facts: Facts) -> bool:
    return facts.connection.established or (facts.undecided and not facts.server.has_spoken)


def _is_cut_off(facts: Facts) -> bool:
    by_fin = facts.first_close is Side.SERVER and facts.connection.first_close_kind == "fin"
    return by_fin and facts.signal is None and facts.closed_at_once


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
