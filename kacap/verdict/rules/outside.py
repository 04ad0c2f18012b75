"""It is no matter of reuse: nothing was asked, or it is no HTTP/1 in clear, or it is a probe; or nobody can tell.

`RULES` are asked early: what they recognise is never a question of reuse. `HIDDEN` is asked where no signal explains
the end: what the capture lost may have held one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from kacap.http.persistence import persists
from kacap.http.recognise import UNKNOWN_PROTOCOL
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, close_proof, milliseconds, opening_proof
from kacap.verdict.rules.rule import SHOWN, Observation, Rule, Sighting
from kacap.verdict.traits import (
    ASKED,
    CLOSED,
    FOUND_OPEN,
    LOST_IN_GAP,
    ONE_SIDED,
    OPAQUE,
    PROBES,
    SWITCHED,
    UNREAD,
    UNSEEN,
    UNUSED,
)
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Side

_SAID = {"tls": "TLS", "http2": "HTTP/2", "unknown": "of another kind"}
_AT_ONCE_NS = 1_000_000_000
"""A server that ends a fresh connection sooner refuses it: nobody waits for a request that briefly."""


def closer(facts: Facts, pair: PairFacts) -> Decider:
    """Who closed first: it is no question of blame."""
    return facts.closer


def _is_opaque(facts: Facts, pair: PairFacts) -> bool:
    return facts.verdict is ConnectionVerdict.OPAQUE


def _opaque_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    said = _SAID[(facts.protocol or UNKNOWN_PROTOCOL).name]
    connection = facts.connection
    if connection.ack_frame != UNKNOWN:
        yield Proof(connection.ack_frame, connection.ack_time_ns, f"handshake over; what follows: {said}")
    elif connection.first_frame != UNKNOWN:
        text = f"first that the capture shows of it; what follows: {said}"
        yield Proof(connection.first_frame, connection.first_time_ns, text)


def _opaque_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    counts = Counter(facts.protocol_name for facts in connections)
    return f"Seen: {', '.join(f'{counts[name]:,} {said}' for name, said in _SAID.items() if counts[name])}."


def _switched(facts: Facts, pair: PairFacts) -> bool:
    return facts.dialogue.switched


def _switch_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    for exchange in reversed(facts.exchanges):
        response = exchange.response
        if response is not None:
            method = "" if exchange.request is None else f" to {exchange.request.method}"
            yield Proof(response.frame, response.time_ns, f"response {response.status}{method}: HTTP/1 ends here")
            return


def _is_probe(facts: Facts, pair: PairFacts) -> bool:
    return facts.stream in pair.probes


def _probe_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A target that sounds like a probe is a weaker sign than a name, or than a connection without any request."""
    probe = pair.probes[facts.stream]
    sure = probe.period_ns is not None and (probe.named or not facts.exchanges)
    return Certainty.LIKELY if sure else Certainty.POSSIBLE


def _probe_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    yield from opening_proof(facts, "client SYN")
    request = facts.first_request
    if request is not None:
        yield Proof(request.frame, request.time_ns, "its only request")


def _probe_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    periods = sorted({probe.period_ns for facts in connections if (probe := pair.probes[facts.stream]).period_ns})
    return f"One each {' and '.join(milliseconds(period) for period in periods[:3] if period)}." if periods else ""


def _unused(facts: Facts, pair: PairFacts) -> bool:
    """Closed by its client, or after a wait: a server that ends it at once refuses, which is another matter."""
    if facts.verdict is not ConnectionVerdict.UNUSED or facts.exchanges or facts.dialogue.lost_in_gap:
        return False
    if facts.first_close is Side.SERVER:
        return facts.connection.first_close_kind == "fin" and facts.first_close_ns - facts.opened_ns >= _AT_ONCE_NS
    return facts.first_close is Side.CLIENT and not facts.one_sided


def _unused_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    connection = facts.connection
    if connection.ack_frame != UNKNOWN:
        yield Proof(connection.ack_frame, connection.ack_time_ns, "connection established; no request follows")
    yield from close_proof(facts, pair)


def _found_unread(facts: Facts, pair: PairFacts) -> bool:
    """Open before the capture began, and over before anything was said that can be read."""
    return facts.verdict is ConnectionVerdict.UNKNOWN and not facts.opened_here and facts.first_close is not None


def _lost(facts: Facts, pair: PairFacts) -> bool:
    if facts.first_close is None or facts.dialogue.switched:
        return False
    final = facts.final
    if facts.dialogue.lost_in_gap or facts.one_sided or (final is not None and final.response_lost):
        return True
    return facts.client.unseen_before_rst > 0 or facts.server.unseen_before_rst > 0


def _lost_unread(facts: Facts, pair: PairFacts) -> bool:
    return facts.verdict is ConnectionVerdict.UNKNOWN and facts.first_close is not None


def _lost_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    one_sided = sum(facts.one_sided for facts in connections)
    missing = sum(facts.gap_bytes for facts in connections)
    parts = (
        (missing, f"{missing:,} bytes were sent and not captured"),
        (one_sided, f"of {one_sided:,} connections only one direction was captured"),
    )
    said = "; ".join(text for count, text in parts if count)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _concurrent(pair: PairFacts) -> Sighting | None:
    """Said only where there was nothing to reuse, and all were answered and could stay: else others say enough."""
    used = pair.used
    if len(used) < 2 or pair.reuse_rate is not None or pair.overlap(used) != len(used):
        return None
    if not all(persists(facts.exchanges[-1]) for facts in used):
        return None
    evidence = tuple(
        (facts.stream, Proof(request.frame, request.time_ns, "its request begins before the others are answered"))
        for facts in used[:SHOWN]
        if (request := facts.exchanges[0].request) is not None
    )
    return Sighting(tuple(used), evidence, f"{len(used):,} connections were used, and all were busy at once.")


RULES: tuple[Rule, ...] = (
    Rule("not-http", _is_opaque, _opaque_proof, decided_by=closer, numbers=_opaque_numbers, needs=(OPAQUE,)),
    Rule("protocol-switch", _switched, _switch_proof, decided_by=closer, needs=(SWITCHED,)),
    Rule(
        "health-probe",
        _is_probe,
        _probe_proof,
        certainty=_probe_certainty,
        numbers=_probe_numbers,
        needs=(PROBES | CLOSED,),
    ),
    Rule("client-preconnect-unused", _unused, _unused_proof, decided_by=closer, needs=(UNUSED | CLOSED,)),
    Rule("capture-edge", _found_unread, close_proof, decided_by=closer, needs=(UNREAD | FOUND_OPEN | CLOSED,)),
    Rule(
        "capture-gap",
        _lost_unread,
        close_proof,
        decided_by=closer,
        numbers=_lost_numbers,
        needs=(UNREAD | CLOSED,),
    ),
)

HIDDEN: tuple[Rule, ...] = (
    Rule(
        "capture-gap",
        _lost,
        close_proof,
        decided_by=closer,
        numbers=_lost_numbers,
        needs=(CLOSED | LOST_IN_GAP, CLOSED | ONE_SIDED, CLOSED | UNSEEN),
    ),
)

OBSERVATIONS: tuple[Observation, ...] = (Observation("concurrency-required", _concurrent, needs=(ASKED,)),)

__all__ = ["HIDDEN", "OBSERVATIONS", "RULES", "closer"]
