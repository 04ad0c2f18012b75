"""A connection that was never established, or only after a collision with an earlier one on the same ports."""

from collections.abc import Iterator, Sequence

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN
from kacap.tcp.packed import replaced_by
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, failure_proof, milliseconds
from kacap.verdict.rules.rule import SHOWN, Observation, Rule, Sighting, then
from kacap.verdict.traits import CHALLENGED, FAILED
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Severity, Side

TIME_WAIT_NS = 60_000_000_000
"""For this long Linux remembers a closed connection; RFC 9293 section 3.4.2 asks for four minutes."""


def _failed(facts: Facts, pair: PairFacts) -> bool:
    return facts.verdict is ConnectionVerdict.FAILED


def _who_failed(facts: Facts, pair: PairFacts) -> Decider:
    """A RST is an answer of the host, and an ICMP error one of the way to it.

    Silence can be anybody's between; and a client may give up by itself.
    """
    if facts.server.rst_frame != UNKNOWN:
        return Decider.SERVER
    if facts.client.unreachable_frame != UNKNOWN:
        return Decider.NETWORK
    return Decider.CLIENT if facts.first_close is Side.CLIENT else Decider.NETWORK


def _failure_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Silence proves only that nothing was seen, and little when the capture ended before the SYN came again."""
    if facts.first_close is not None or facts.client.unreachable_frame != UNKNOWN:
        return Certainty.PROVEN
    return Certainty.POSSIBLE if facts.undecided else Certainty.LIKELY


def _collided(facts: Facts, pair: PairFacts) -> bool:
    if not _failed(facts, pair) or _earlier(facts) is None:
        return False
    return facts.connection.challenge_frame != UNKNOWN or not facts.undecided


def _earlier(facts: Facts) -> Connection | None:
    """The connection on the same addresses and ports that the server, or a device between, still remembers."""
    before = replaced_by(facts.connection)
    if before is None or not before.established or not facts.opened_here:
        return None
    if facts.connection.challenge_frame != UNKNOWN or before.closed_at_ns == NEVER:
        return before
    return before if facts.opened_ns - before.closed_at_ns < TIME_WAIT_NS else None


def _collision_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.PROVEN if facts.connection.challenge_frame != UNKNOWN else Certainty.POSSIBLE


def _collision_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The SYN, the connection that it meets, and the ACK that shows it is remembered."""
    connection, client = facts.connection, facts.client
    before = replaced_by(connection)
    if before is None or client.syn_frame == UNKNOWN:
        return
    ago = facts.opened_ns - before.closed_at_ns
    when = "was not closed" if before.closed_at_ns == NEVER else f"was closed {milliseconds(max(0, ago))} before"
    text = f"client SYN on the ports of tcp.stream {before.stream}, which {when}"
    yield Proof(client.syn_frame, client.syn_time_ns, text)
    if connection.challenge_frame != UNKNOWN:
        text = "server answers with an ACK of the earlier connection"
        yield Proof(connection.challenge_frame, connection.challenge_time_ns, text)


def _failed_connections(pair: PairFacts, connections: Sequence[Facts]) -> Severity:
    """A SYN shortly before the end of the capture may have been sent again, and accepted."""
    return Severity.NOTE if all(facts.undecided for facts in connections) else Severity.ERROR


def _delayed(pair: PairFacts) -> Sighting | None:
    """Connections that were established in spite of a collision, on a later try."""
    found = tuple(
        facts
        for facts in pair.connections
        if facts.connection.challenge_frame != UNKNOWN and facts.connection.established and _earlier(facts) is not None
    )
    if not found:
        return None
    evidence = tuple((facts.stream, proof) for facts in found[:SHOWN] for proof in _collision_proof(facts, pair))
    delays = [facts.connect_ns for facts in found if facts.connect_ns is not None]
    numbers = f"The longest of these handshakes took {milliseconds(max(delays))}." if delays else ""
    return Sighting(found, evidence, numbers, Certainty.PROVEN)


RULES: tuple[Rule, ...] = (
    Rule(
        "port-reuse-collision",
        _collided,
        then(_collision_proof, failure_proof),
        certainty=_collision_certainty,
        severity=_failed_connections,
        needs=(FAILED,),
    ),
    Rule("connect-failed", _failed, failure_proof, _failure_certainty, _who_failed, needs=(FAILED,)),
)

OBSERVATIONS: tuple[Observation, ...] = (Observation("port-reuse-collision", _delayed, needs=(CHALLENGED,)),)
