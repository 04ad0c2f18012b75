"""One client host and one server endpoint: counts, rate, verdict.

Only waste counts: of the connections that carried exchanges, those beyond the number that was needed were avoidable.
`reuse_rate` is the share of opportunities taken: an exchange is an opportunity unless its connection was needed.

What can be counted is counted over the kinds of connections, of which there are few; what only some rows ask for is
worked out when the first of them does.
"""

from itertools import pairwise

from kacap.http.message import Request
from kacap.tcp.half import FOREVER, NEVER
from kacap.verdict import traits
from kacap.verdict.capture import CaptureFacts
from kacap.verdict.counts import PairCounts, opened_ns
from kacap.verdict.facts import Facts
from kacap.verdict.median import median, median_low
from kacap.verdict.needed import needed_connections
from kacap.verdict.occupancy import Cover, idle_intervals, open_interval
from kacap.verdict.ordered import count_below
from kacap.verdict.past import Past
from kacap.verdict.patterns.answers import Answers
from kacap.verdict.patterns.bound import Bound, bound_by
from kacap.verdict.patterns.habits import Habits, habits_of
from kacap.verdict.patterns.hops import Before, Behind
from kacap.verdict.patterns.limits import RequestLimit, request_limit
from kacap.verdict.patterns.pools import Pool
from kacap.verdict.patterns.probes import probes_of
from kacap.verdict.patterns.retries import Lost, Requests, Retry, lost_requests
from kacap.verdict.rate import judge, reuse_rate
from kacap.verdict.round_trip import take_usual_times
from kacap.verdict.timings import spent_ns
from kacap.verdict.words import Verdict


class PairFacts(PairCounts):
    """The connections of one pair, and what follows from them together."""

    __slots__ = (
        "_answers",
        "_bound",
        "_habits",
        "_idle",
        "_lost",
        "_pause_ns",
        "_pool",
        "_requests",
        "_spent_ns",
        "_verdict",
        "avoidable",
        "before",
        "behind",
        "capture",
        "connect_ns",
        "last_accepted_ns",
        "needed",
        "peak_open",
        "probes",
        "request_limit",
        "shared",
    )

    def __init__(self, connections: list[Facts], past: Past | None = None) -> None:
        """`past`: as for `PairCounts`."""
        take_usual_times(connections)
        super().__init__(connections, past)
        self._answers: Answers | None = None
        self._bound: list[Bound] | None = None
        self._habits: Habits | None = None
        self._idle: Cover | None = None
        self._lost: Lost | None = None
        self._pause_ns: float | None = None
        self._pool: Pool | None = None
        self._requests: Requests | None = None
        self._spent_ns: int | None = None
        self._verdict: Verdict | None = None
        self.capture = CaptureFacts([self])
        """All pairs of the capture, this one among them."""
        self.behind: Behind | None = None
        """The hop before this one, where its client is a proxy that the capture shows."""
        self.before: Before | None = None
        """The hop behind this one, where its server is a proxy that the capture shows."""
        self.request_limit: RequestLimit | None = None
        """After how many requests the server ends a connection."""
        if self.count(traits.OPENED | traits.SEVERAL | traits.SERVER_CLOSE):
            self.request_limit = request_limit(connections)
            if self.request_limit is None and past is not None:
                self.request_limit = past.request_limit
        self.probes = probes_of(connections)
        """Stream → why its connection is a health probe. Such a connection is needed by definition."""
        self.shared = self._shared()
        """Those of which a client may need fewer."""
        self.last_accepted_ns = NEVER
        """When the last connection was opened that was accepted, or may be yet."""
        self.peak_open = 0
        self.connect_ns: int | None = None
        """The usual time of a handshake."""
        self._look_at_openings()
        self.needed = len(self.used) - len(self.shared)
        if past is None:
            self.needed += needed_connections(self.shared, self.was_left)
        else:
            self.needed += past.needs.needed(self.shared, self.was_left)
            self.needed = min(self.needed, self.used_count)  # where names became one too late, or none was asked for
        self.avoidable = self.used_count - self.needed

    @property
    def traits(self) -> int:
        """What its connections have of it, in bits; complete when it is linked to the other pairs."""
        bits = traits.WASTE if self.avoidable > 0 else 0
        if self.behind is not None:
            bits |= traits.BEHIND
        if self.before is not None:
            bits |= traits.BEFORE
        if self.request_limit is not None:
            bits |= traits.LIMIT
        if self.probes:
            bits |= traits.PROBES
        if self.reused_exchanges:
            bits |= traits.REUSE
        if self.traits_of_any & traits.SERVER_CLOSE:
            bits |= self.answers.traits
        return bits | traits.NEVER_KEPT if self.never_kept else bits

    def _shared(self) -> list[Facts]:
        if not self.probes and not self.traits_of_any & traits.SWITCHED:
            return self.used
        return [facts for facts in self.used if not facts.dialogue.switched and facts.stream not in self.probes]

    def _look_at_openings(self) -> None:
        held = Cover()
        last_ns = NEVER
        swept_ns = NEVER if self.past is None else self.past.needs.swept_ns
        connect: list[int] = [] if self.past is None else list(self.past.connect_ns)
        for facts in self.connections:
            opened_ns = facts.opened_ns
            established = facts.established
            if established:
                start_ns, end_ns = open_interval(facts)
                if end_ns > swept_ns:
                    held.add(max(start_ns, swept_ns), end_ns)
            if (
                opened_ns > last_ns
                and facts.opened_here
                and (established or (facts.undecided and not facts.server.has_spoken))
            ):
                last_ns = opened_ns
            connected_ns = facts.connected_ns
            if connected_ns != NEVER:
                connect.append(connected_ns)
        self.last_accepted_ns = last_ns
        if connect:
            self.connect_ns = median_low(connect)
        self.peak_open = held.peak()
        if self.past is not None:
            self.peak_open = max(self.peak_open, self.past.peak_open)

    def was_left(self, facts: Facts) -> bool:
        """Whether the client opened another connection after the grace, while this one stood idle for good."""
        until_ns = facts.first_close_ns if facts.first_close_ns != NEVER else FOREVER
        times = self.opening_times
        at = count_below(times, until_ns)
        last_ns = times[at - 1] if at else NEVER
        if self.past is not None and self.past.needs.last_opened_ns < until_ns:
            last_ns = max(last_ns, self.past.needs.last_opened_ns)
        return last_ns > facts.exchanges.end_ns(len(facts.exchanges) - 1) + facts.hold_ns

    def overlap(self, connections: list[Facts]) -> int:
        """How many of the connections had an exchange open at one moment, without any grace."""
        busy = Cover()
        for facts in connections:
            busy.add_busy(facts, left=True)
        return busy.peak()

    def idle_available(self, facts: Facts) -> int:
        """How many connections stood ready when this one's SYN was sent."""
        if not facts.opened_here:
            return 0
        if self._idle is None:
            self._idle = Cover()
            for each in self.shared:
                self._idle.add_all(idle_intervals(each))
        return self._idle.at(facts.opened_ns)

    @property
    def pause_after_discard_ns(self) -> float | None:
        """From the close of a connection that was thrown away to the SYN of the next such, usually; None without."""
        if self._pause_ns is None and self.discarded > 1:
            thrown = [facts for facts in self.used if facts.discarded]
            thrown.sort(key=opened_ns)
            self._pause_ns = median([after.opened_ns - before.first_close_ns for before, after in pairwise(thrown)])
        return self._pause_ns

    @property
    def pool(self) -> Pool:
        """What the client threw away and what it kept."""
        if self._pool is None:
            self._pool = Pool(self.used)
        return self._pool

    @property
    def habits(self) -> Habits:
        """Its timers."""
        if self._habits is None:
            self._habits = habits_of(self.used, self.openings)
        return self._habits

    @property
    def bound(self) -> list[Bound]:
        """The connections that a request authenticates."""
        if self._bound is None:
            self._bound = bound_by(self.used)
        return self._bound

    @property
    def server(self) -> tuple[bytes, int]:
        """Address and port."""
        return self.connections[0].pair_key[1:]

    @property
    def answers(self) -> Answers:
        """What the server says of its connections, to this client and to others."""
        if self._answers is None:
            self._answers = self.capture.answers_of(self.server)
        return self._answers

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
    def lost(self) -> Lost:
        """Requests whose connection ended without any answer to them."""
        if self._lost is None:
            lossy = self.traits_of_any & traits.UNANSWERED and self.traits_of_any & traits.CLOSED
            self._lost = lost_requests(self.used if lossy else [])
            if self.past is not None:
                lost = self._lost
                self._lost = Lost(lost.requests + self.past.lost_requests, lost.waited_ns + self.past.waited_ns)
        return self._lost

    @property
    def reuse_rate(self) -> float | None:
        """Reused exchanges among those that could have been; None without opportunity."""
        return reuse_rate(self.reused_exchanges, self.exchanges, self.needed)

    @property
    def spent_ns(self) -> int:
        """Connecting, sending, waiting and receiving of all exchanges."""
        if self._spent_ns is None:
            total_ns = 0 if self.past is None else self.past.spent_ns
            for facts in self.used:
                total_ns += spent_ns(facts)
            self._spent_ns = total_ns
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
    def is_opaque(self) -> bool:
        """Whether exchanges may be there that cannot be read."""
        if self.traits_of_any & traits.UNREAD or (self.past is not None and self.past.is_opaque):
            return True
        return any(facts.protocol_name != "unknown" for facts in self.having(traits.OPAQUE))

    @property
    def verdict(self) -> Verdict:
        """The word for this pair."""
        if self._verdict is None:
            if self.exchanges:
                self._verdict = judge(self.reuse_rate, self.incomplete, self.used_count)
            else:
                self._verdict = Verdict.INCONCLUSIVE if self.is_opaque else Verdict.NO_OPPORTUNITY
        return self._verdict
