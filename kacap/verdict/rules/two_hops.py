"""What the rows on proxies share: the frames of both hops, and the sentence that compares them."""

from collections.abc import Iterator

from kacap.http.message import Request
from kacap.http.persistence import speaks_10
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.nesting import Asked
from kacap.verdict.proof import Proof
from kacap.verdict.words import Verdict
from kacap.wire.names import address_text, endpoint_text

_REUSE = {
    Verdict.REUSED: "reuses its connections, hop 2 does not",
    Verdict.PARTLY_REUSED: "reuses some of its connections, hop 2 does not",
    Verdict.NOT_REUSED: "does not reuse its connections, nor does hop 2",
}


def compared(pair: PairFacts, what: str) -> str:
    """How the hop before an inner pair does, and `what` is behind it, as one sentence."""
    outer = pair.outer
    if outer is None:
        return f"{what[0].upper()}{what[1:]}."
    if pair.verdict is Verdict.NOT_REUSED and outer.verdict in _REUSE:
        return f"Hop 1 ({ends(outer)}) {_REUSE[outer.verdict]}: {what}."
    return f"Behind hop 1 ({ends(outer)}) {what}."


def ends(pair: PairFacts) -> str:
    """`192.0.2.9 → 192.0.2.1:8880`."""
    facts = pair.connections[0]
    return f"{address_text(facts.client.address)} → {endpoint_text(facts.server.address, facts.server.port)}"


def origin_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The request of the client, which the one that ended an inner connection serves."""
    exchange = facts.final
    if exchange is not None and pair.behind is not None:
        yield from request_proof(pair.behind.origin(exchange))


def answer_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The response from behind, which the one that ended an outer connection passes on."""
    exchange = facts.final
    within = None if exchange is None or pair.before is None else pair.before.passed_on(exchange)
    if within is None or within.exchange.response is None:
        return
    response = within.exchange.response
    yield Proof(response.frame, response.time_ns, "hop 2: the same response from behind the proxy", within.facts.stream)


def request_proof(around: Asked | None) -> Iterator[Proof]:
    """What an outer request says of its connection."""
    if around is not None and around.exchange.request is not None:
        request = around.exchange.request
        yield Proof(request.frame, request.time_ns, f"hop 1: {_said(request)}", around.facts.stream)


def _said(request: Request) -> str:
    """In fixed words: what else a request says may be of any length."""
    version = "HTTP/1.0" if speaks_10(request) else "HTTP/1.1"
    options = [option for option in ("close", "keep-alive") if option in request.connection]
    said = f'with "Connection: {", ".join(options)}"' if options else 'without "close" or "keep-alive"'
    return f"the same request, {version} {said}"
