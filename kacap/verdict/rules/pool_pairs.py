"""What a pair shows of the client's pool that ended no connection: it did not use what it had, or could not.

Only waste is told: where most exchanges found a connection to use, these rows see nothing.
"""

from collections.abc import Iterator

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.spare import spare_at_open
from kacap.verdict.patterns.spread import Spread
from kacap.verdict.proof import Proof, opening_proof
from kacap.verdict.rules.rule import SHOWN, Observation, Sighting
from kacap.verdict.traits import ASKED, SEVERAL, WASTE

_SPARED_AT_LEAST = 2
"""One connection beside an idle one may be another program on the same host."""


def _fragmented(pair: PairFacts) -> Sighting | None:
    """Connections that were opened and used while others, which were used again later, stood idle."""
    if not pair.is_wasteful or pair.bound:
        return None
    beside = spare_at_open(pair.used)
    if len(beside) < _SPARED_AT_LEAST:
        return None
    most = max(ready for _, ready in beside)
    return Sighting(
        connections=tuple(facts for facts, _ in beside),
        evidence=tuple((facts.stream, proof) for facts, ready in beside[:SHOWN] for proof in _beside(facts, ready)),
        numbers=f"{len(beside):,} of {len(pair.used):,} connections were opened so, beside up to {most:,} idle ones.",
    )


def _beside(facts: Facts, ready: int) -> Iterator[Proof]:
    what = "1 other stood idle" if ready == 1 else f"{ready} others stood idle"
    return opening_proof(facts, f"opened while {what} and could be used")


def _authenticated(pair: PairFacts) -> Sighting | None:
    """Requests that authenticate their connection, where connections were opened that could have been shared."""
    if not pair.is_wasteful:
        return None
    bound = pair.bound
    if not bound:
        return None
    connections = tuple(each.facts for each in bound)
    schemes = " and ".join(sorted({scheme.upper() if scheme == "ntlm" else "Negotiate" for _, _, scheme in bound}))
    evidence = tuple(
        (facts.stream, Proof(message.frame, message.time_ns, f"authenticates this connection with {scheme}"))
        for facts, message, scheme in bound[:SHOWN]
    )
    numbers = f"{len(connections):,} of {len(pair.used):,} connections were authenticated with {schemes}."
    return Sighting(connections, evidence, numbers)


def _spread(pair: PairFacts) -> Sighting | None:
    """One name, asked at many addresses; told once, at the first of its pairs."""
    spread: Spread | None = pair.capture.spread(pair)
    if spread is None:
        return None
    connections = tuple(facts for member in spread.pairs for facts in member.used)
    evidence = tuple(
        (facts.stream, Proof(request.frame, request.time_ns, "request for this Host, at an address of its own"))
        for member in spread.pairs[:SHOWN]
        for facts in member.used[:1]
        for request in (facts.exchanges[0].request,)
        if request is not None
    )
    numbers = (
        f"{len(spread.pairs):,} addresses for {spread.exchanges:,} requests to one Host; "
        f"at most {spread.busy:,} at a time."
    )
    return Sighting(connections, evidence, numbers)


OBSERVATIONS: tuple[Observation, ...] = (
    Observation("connection-bound-auth", _authenticated, needs=(ASKED | WASTE,)),
    Observation("client-pool-fragmentation", _fragmented, needs=(SEVERAL | WASTE,)),
    Observation("client-dns-spread", _spread, needs=(ASKED,)),
)
