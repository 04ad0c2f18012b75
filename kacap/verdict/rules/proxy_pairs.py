"""What is seen of a pair behind a proxy, whatever its connections ended of."""

from collections.abc import Iterable, Sequence

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.hops import SHARE
from kacap.verdict.proof import Proof
from kacap.verdict.rules.rule import SHOWN, Observation, Sighting
from kacap.verdict.rules.two_hops import compared, ends, request_proof
from kacap.verdict.traits import BEHIND, REUSE, WASTE
from kacap.verdict.words import Severity, Verdict

_OFTEN = 3
"""From here on it is no chance."""


def _relay(pair: PairFacts) -> Sighting | None:
    """A relay whose connections serve as well as those before it; where they do not, the rule of this id speaks."""
    behind = pair.behind
    if behind is None or not behind.one_to_one or pair.avoidable > 0:
        return None
    numbers = f"{len(pair.used)} connections of hop 1 ({ends(behind.outer)}), and as many of hop 2."
    return Sighting(tuple(pair.used), _both_hops(pair, pair.used), numbers)


def _repeated_header(pair: PairFacts) -> Sighting | None:
    """Keep-Alive and Proxy-Connection: wrong behind a proxy, and harmless with HTTP/1.1."""
    behind = pair.behind
    if behind is None or not behind.repeated:
        return None
    streams = {within.facts.stream: within.facts for _, within in behind.repeated}
    connections = tuple(facts for facts in pair.used if facts.stream in streams)
    numbers = f"{len(behind.repeated)} requests carry Keep-Alive or Proxy-Connection of hop 1 ({ends(behind.outer)})."
    evidence = tuple(
        (each.facts.stream, Proof(each.exchange.request.frame, each.exchange.request.time_ns, text))
        for match in behind.repeated[:SHOWN]
        for each, text in zip(
            match, ("hop 1: the request as the client sent it", "hop 2: the same header"), strict=True
        )
        if each.exchange.request is not None
    )
    return Sighting(connections, evidence, numbers, severity=Severity.NOTE)


def _reuse_policy(pair: PairFacts) -> Sighting | None:
    """New connections with the first requests of client connections, and nearly only with these."""
    behind = pair.behind
    if behind is None or behind.one_to_one or not pair.reused_exchanges:
        return None
    if pair.avoidable < _OFTEN or pair.verdict is Verdict.REUSED:
        return None
    opened = [facts for facts in pair.used if pair.idle_available(facts)]
    first = [facts for facts in opened if behind.begins_connection(facts.exchanges[0])]
    shared = sum(behind.begins_connection(exchange) for facts in pair.used for exchange in facts.exchanges[1:])
    if len(first) < max(_OFTEN, SHARE * len(opened), SHARE * (len(first) + shared)):
        return None
    numbers = compared(
        pair, f"{len(first)} first requests of client connections got a new connection while another was idle"
    )
    return Sighting(tuple(first), _both_hops(pair, first), numbers)


def _both_hops(pair: PairFacts, connections: Sequence[Facts]) -> tuple[tuple[int, Proof], ...]:
    return tuple(_requests_on_both(pair, connections[:SHOWN]))


def _requests_on_both(pair: PairFacts, connections: Iterable[Facts]) -> Iterable[tuple[int, Proof]]:
    for facts in connections:
        exchange = facts.exchanges[0]
        around = None if pair.behind is None else pair.behind.origin(exchange)
        for proof in request_proof(around):
            yield facts.stream if proof.stream is None else proof.stream, proof
        if exchange.request is not None:
            yield facts.stream, Proof(exchange.request.frame, exchange.request.time_ns, "hop 2: the request behind it")


OBSERVATIONS: tuple[Observation, ...] = (
    Observation("l4-one-to-one", _relay, needs=(BEHIND,)),
    Observation("hop-header-forwarded", _repeated_header, needs=(BEHIND,)),
    Observation("proxy-reuse-policy", _reuse_policy, needs=(BEHIND | WASTE | REUSE,)),
)
