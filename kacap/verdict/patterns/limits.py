"""How many requests a server takes on one connection, seen from where it says close.

A limit shows as one number: connections that the server ended by a header carried that many requests each, and none
carried more. Some servers count down in `Keep-Alive: max=N`, which proves it. A resource that always closes, asked for
last on each connection, looks the same: it is told by its target without the query, which is never
kept.
"""

from collections import Counter
from typing import Final, NamedTuple

from kacap.http.message import Exchange
from kacap.http.persistence import SERVER_CLOSE, persists
from kacap.verdict.facts import Facts
from kacap.verdict.patterns.answers import ERRORS_FROM

KNOWN_LIMITS = {
    100: "Apache httpd MaxKeepAliveRequests, Tomcat maxKeepAliveRequests, nginx < 1.19.10 keepalive_requests",
    999: "Puma max_keep_alive",
    1000: "nginx >= 1.19.10 keepalive_requests",
    10_000: "Oracle Cloud load balancer",
}
"""Defaults: one connection that ends at such a number is enough to name it."""

_SHARE: Final = 0.8
"""Of the connections that the server ended by a header, those that carried the same number."""

_MANY: Final = 20
"""So many requests are never one visit that ends with the same target each time."""

_FEW_TIMES: Final = 3
"""Connections that have to agree on a smaller number: two visits are soon alike."""


class RequestLimit(NamedTuple):
    """A number of requests after which the server ends a connection."""

    requests: int
    counted_down: bool
    """`Keep-Alive: max` said so on each of these connections."""


def request_limit(connections: list[Facts]) -> RequestLimit | None:
    """The limit that the connections of one pair show; None when they show none."""
    closed: list[tuple[int, Facts]] = []
    for facts in connections:
        carried = requests_before_close(facts)
        if carried is not None:
            closed.append((carried, facts))
    if not closed:
        return None
    requests, times = Counter(carried for carried, _ in closed).most_common(1)[0]
    if requests < 2 or times < _SHARE * len(closed):
        return None
    members = [facts for carried, facts in closed if carried == requests]
    counted_down = all(_counts_down(facts) for facts in members)
    if not counted_down and requests not in KNOWN_LIMITS and times < (_FEW_TIMES if requests < _MANY else 2):
        return None
    if any(_went_beyond(facts, requests) for facts in connections):
        return None
    if not counted_down and requests < _MANY and _same_end(members, connections):
        return None
    return RequestLimit(requests, counted_down)


def requests_before_close(facts: Facts) -> int | None:
    """How many requests a connection carried when the server said close to a good one; None where it did not."""
    signal = facts.signal
    if signal is None or signal.cause != SERVER_CLOSE or not facts.opened_here or facts.unsolicited:
        return None
    response = facts.exchanges.heads(signal.index)[1]
    if response is None or response.status >= ERRORS_FROM or facts.dialogue.lost_in_gap:
        return None
    return facts.exchanges.dropped.count + signal.index + 1


def _counts_down(facts: Facts) -> bool:
    """Whether the last response that kept the connection granted one more."""
    at = 0 if facts.signal is None else facts.signal.index
    before = facts.exchanges[at - 1].response if at else None
    return before is not None and before.keep_alive is not None and before.keep_alive[1] in (0, 1)


def _went_beyond(facts: Facts, requests: int) -> bool:
    exchanges = facts.exchanges
    at = requests - exchanges.dropped.count
    return at < 0 or (len(exchanges) > at and exchanges[at].response is not None)


def _same_end(members: list[Facts], connections: list[Facts]) -> bool:
    """Whether each connection ended with the same target, which is never answered without close."""
    ends = {_what(facts.exchanges.at(facts.signal.index)) for facts in members if facts.signal is not None}
    if len(ends) > 1:
        return False
    return not any(
        _what(exchange) in ends and persists(exchange) for facts in connections for exchange in facts.exchanges
    )


def _what(exchange: Exchange) -> tuple[str, str]:
    request = exchange.request
    return ("", "") if request is None else (request.method, request.target.partition("?")[0])
