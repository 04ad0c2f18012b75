"""Requests that were left without an answer, and the same request on another connection soon after: its retry.

A retry is told by method and target alone. A busy client that asks for the same target all the time may be taken for
one that retries, so it is looked for only after the failure was known, and for a short time.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from kacap.http.message import Exchange, Request
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts, persists

RETRY_NS = 10_000_000_000
"""Later than this after the failure, the same request is another one."""

_NEIGHBOURS = 16
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


def lost_requests(connections: Sequence[Facts]) -> Lost:
    """Those to which the capture would show an answer."""
    count = waited_ns = 0
    for facts in connections:
        if facts.first_close is None or facts.dialogue.lost_in_gap or facts.dialogue.switched or facts.one_sided:
            continue
        first: Request | None = None
        for exchange in reversed(facts.exchanges):
            if exchange.response is not None:
                break  # responses answer in order: what has none stands last
            if exchange.request is not None and not exchange.response_lost:
                count += 1
                first = exchange.request
        if first is not None:
            waited_ns += failure_ns(facts, first) - first.time_ns
    return Lost(count, waited_ns)


class Requests:
    """All requests of a pair, by method and target, in order of time."""

    __slots__ = ("_by_target",)

    def __init__(self, connections: Sequence[Facts]) -> None:
        self._by_target: dict[tuple[str, str], list[tuple[int, Facts, Request]]] = {}
        for facts in connections:
            for exchange in facts.exchanges:
                request = exchange.request
                if request is not None:
                    key = (request.method, request.target)
                    self._by_target.setdefault(key, []).append((request.time_ns, facts, request))
        for asked in self._by_target.values():
            asked.sort(key=_time)

    def again(self, facts: Facts, request: Request) -> Retry | None:
        """The retry of `request`, which failed on the connection of `facts`."""
        asked = self._by_target.get((request.method, request.target), [])
        known_ns = failure_ns(facts, request)
        # Who gets no answer at all often asks again elsewhere long before it closes.
        since_ns = min([known_ns, *facts.client.resent_ns[:1]])
        at = bisect_left(asked, since_ns, key=_time)
        for time_ns, other, same in asked[at : at + _NEIGHBOURS]:
            if time_ns - known_ns > RETRY_NS:
                return None
            if other is not facts:
                return Retry(time_ns - since_ns, other, same)
        return None


def unanswered(facts: Facts) -> tuple[int, Exchange] | None:
    """The first of the last requests that nothing answers, with its place, on a connection that was free for it.

    None where a response may have been missed by the capture, or where somebody had said that the connection ends.
    """
    exchanges = facts.exchanges
    at = len(exchanges)
    while at > 0 and exchanges[at - 1].response is None:
        at -= 1
    if at == len(exchanges):
        return None
    exchange = exchanges[at]
    hidden = facts.dialogue.lost_in_gap or facts.dialogue.switched or not facts.server.has_spoken or facts.unsolicited
    if exchange.request is None or exchange.response_lost or hidden:
        return None
    return None if at and not persists(exchanges[at - 1]) else (at, exchange)


def idle_before_ns(facts: Facts, at: int) -> int | None:
    """How long the connection had been silent before the request at `at`; None when the capture does not show it."""
    request = facts.exchanges[at].request
    if request is None:
        return None
    if at:
        return max(0, request.time_ns - facts.exchanges[at - 1].end_ns)
    return max(0, request.time_ns - facts.opened_ns) if facts.opened_here else None


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


def _time(asked: tuple[int, Facts, Request]) -> int:
    return asked[0]
