"""Requests that were left without an answer, and the same request on another connection soon after: its retry.

A retry is told by method and target alone. A busy client that asks for the same target all the time may be taken for
one that retries, so it is looked for only after the failure was known, and for a short time.
"""

from bisect import bisect_left
from typing import Final, NamedTuple

from kacap.http.message import Exchange, Request
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts

RETRY_NS: Final = 10_000_000_000
"""Later than this after the failure, the same request is another one."""

_NEIGHBOURS: Final = 16
"""Requests looked at that stand on the failed connection itself."""


class Retry(NamedTuple):
    """The same request, asked again."""

    after_ns: int
    """Since the failure was known."""
    facts: Facts
    request: Request


class Lost(NamedTuple):
    """Requests that their connections took with them."""

    requests: int
    waited_ns: int
    """From the first of each connection to the moment when the client could know, in all."""


def lost_requests(connections: list[Facts]) -> Lost:
    """Those to which the capture would show an answer."""
    count = waited_ns = 0
    for facts in connections:
        if facts.first_close is None or facts.dialogue.lost_in_gap or facts.dialogue.switched or facts.one_sided:
            continue
        first: Request | None = None
        exchanges = facts.exchanges
        for at in range(len(exchanges) - 1, -1, -1):
            if exchanges.has_response(at):
                break  # responses answer in order: what has none stands last
            exchange = exchanges.at(at)
            if exchange.request is not None and not exchange.response_lost:
                count += 1
                first = exchange.request
        if first is not None:
            waited_ns += failure_ns(facts, first) - first.time_ns
    return Lost(count, waited_ns)


class Requests:
    """The requests of a pair that ask the same as one that was left without an answer, in order of time."""

    __slots__ = ("_by_target",)

    def __init__(self, connections: list[Facts]) -> None:
        self._by_target: dict[tuple[str, str], _Same] = {}
        for facts in connections:
            found = unanswered(facts)
            if found is not None and found[1].request is not None:
                self._by_target.setdefault((found[1].request.method, found[1].request.target), _Same())
        targets = {target for _, target in self._by_target}
        for facts in connections:
            exchanges = facts.exchanges
            for at in range(len(exchanges)):
                head = exchanges.heads(at)[0]
                if head is None or head.target not in targets:
                    continue
                same = self._by_target.get((head.method, head.target))
                request = None if same is None else exchanges.request(at)
                if same is not None and request is not None:
                    same.add(request.time_ns, facts, at)

    def again(self, facts: Facts, request: Request) -> Retry | None:
        """The retry of `request`, which failed on the connection of `facts` for want of an answer."""
        same = self._by_target.get((request.method, request.target))
        if same is None:
            return None
        known_ns = failure_ns(facts, request)
        # Who gets no answer at all often asks again elsewhere long before it closes.
        since_ns = min([known_ns, *facts.client.resent_ns[:1]])
        for time_ns, other, at in same.since(since_ns):
            if time_ns - known_ns > RETRY_NS:
                return None
            if other is not facts:
                asked = other.exchanges[at].request
                return None if asked is None else Retry(time_ns - since_ns, other, asked)
        return None


class _Same:
    """Requests that ask the same."""

    __slots__ = ("_ats", "_facts", "_order", "_sorted_ns", "_times_ns")

    def __init__(self) -> None:
        self._times_ns: list[int] = []
        self._facts: list[Facts] = []
        self._ats: list[int] = []
        """The place of each on its connection."""
        self._order: list[int] = []
        self._sorted_ns: list[int] = []

    def add(self, time_ns: int, facts: Facts, at: int) -> None:
        """One request more; all before the first is looked for."""
        self._times_ns.append(time_ns)
        self._facts.append(facts)
        self._ats.append(at)

    def since(self, moment_ns: int) -> list[tuple[int, Facts, int]]:
        """The first of them from that moment on: time, connection and place."""
        if not self._order:
            self._order = sorted(range(len(self._times_ns)), key=self._times_ns.__getitem__)
            self._sorted_ns = [self._times_ns[at] for at in self._order]
        first = bisect_left(self._sorted_ns, moment_ns)
        return [(self._times_ns[at], self._facts[at], self._ats[at]) for at in self._order[first : first + _NEIGHBOURS]]


def unanswered(facts: Facts) -> tuple[int, Exchange] | None:
    """The first of the last requests that nothing answers, with its place, on a connection that was free for it.

    None where a response may have been missed by the capture, or where somebody had said that the connection ends.
    """
    exchanges = facts.exchanges
    at = exchanges.answered_until()
    if at == len(exchanges):
        return None
    exchange = exchanges.at(at)
    hidden = facts.dialogue.lost_in_gap or facts.dialogue.switched or not facts.server.has_spoken or facts.unsolicited
    if exchange.request is None or exchange.response_lost or hidden:
        return None
    return None if at and not exchanges.persists(at - 1) else (at, exchange)


def idle_before_ns(facts: Facts, at: int) -> int | None:
    """How long the connection had been silent before the request at `at`; None when the capture does not show it."""
    request = facts.exchanges[at].request
    if request is None:
        return None
    if at:
        return max(0, request.time_ns - facts.exchanges[at - 1].end_ns)
    known = facts.opened_here and not facts.exchanges.dropped.count
    return max(0, request.time_ns - facts.opened_ns) if known else None


def failure_ns(facts: Facts, request: Request) -> int:
    """When the client could know that `request` failed: the RST that answered it, else its own close, else its time."""
    ends = (
        (facts.server.rst_frame, facts.server.rst_time_ns),
        (facts.client.rst_frame, facts.client.rst_time_ns),
        (facts.client.fin_frame, facts.client.fin_time_ns),
    )
    return min(
        (time_ns for frame, time_ns in ends if frame != UNKNOWN and time_ns >= request.time_ns), default=request.time_ns
    )
