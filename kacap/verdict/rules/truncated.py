"""The server ended the connection before its response was complete; a client that did so stands in `aborts`."""

from collections.abc import Iterator, Sequence

from kacap.http.message import Message
from kacap.tcp.half import UNKNOWN
from kacap.tcp.sequence import distance
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.departures import refused_soon
from kacap.verdict.patterns.losses import end_of
from kacap.verdict.patterns.retries import unanswered
from kacap.verdict.proof import Proof, failure_proof, milliseconds
from kacap.verdict.rules.rule import Rule, both, then
from kacap.verdict.traits import ABORTED, BY_SERVER
from kacap.verdict.words import Certainty, Severity, Side


def _cut_by_server(facts: Facts, pair: PairFacts) -> bool:
    """A response begun and not ended, or not a byte for a request that it had: behind others it may be a race."""
    final = facts.final
    if not facts.aborted or facts.first_close is not Side.SERVER or facts.dialogue.switched:
        return False
    if final is None or final.request is None or final.complete or not final.request.complete:
        return False
    if final.response is not None:
        return True
    if _left_out(facts):
        return True
    return facts.opened_here and len(facts.exchanges) == 1 and not facts.server.bytes and not _refused_midway(facts)


def _refused_midway(facts: Facts) -> bool:
    """Whether its RST acknowledges a part of what the client sent: the rest of the request had not come."""
    rst_ack = facts.server.rst_ack
    return rst_ack != UNKNOWN and distance(rst_ack, end_of(facts.client)) > 0


def _left_out(facts: Facts) -> bool:
    """Whether its FIN acknowledges a pipelined request: it came with one that was answered, so none crossed a close."""
    found = unanswered(facts)
    if found is None or found[0] == 0 or found[1].request is None or facts.connection.first_close_kind != "fin":
        return False
    before = facts.exchanges[found[0] - 1].response
    request = found[1].request
    return before is not None and request.end_frame < before.frame and facts.server.fin_heard_frame >= request.frame


def _refused_next(facts: Facts, pair: PairFacts) -> Facts | None:
    """The next connection of the client, when the server's host refused it, soon after."""
    after = pair.opened_after(facts.first_close_ns)
    return after if refused_soon(after, facts.first_close_ns) else None


def _gone(facts: Facts, pair: PairFacts) -> bool:
    return _refused_next(facts, pair) is not None


def _cut_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A FIN is the server's own; a RST may be written by something between."""
    return Certainty.PROVEN if facts.connection.first_close_kind == "fin" else Certainty.LIKELY


def _cut_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    final = facts.final
    if final is None or final.request is None:
        return
    message: Message = final.request
    what = "request complete; no byte of a response follows"
    if final.response is not None:
        message, what = final.response, f"last of {final.response.body_bytes:,} body bytes; more were announced"
    yield Proof(message.end_frame, message.end_time_ns, what)
    after = milliseconds(max(0, facts.first_close_ns - message.end_time_ns))
    kind = facts.connection.first_close_kind.upper()
    yield Proof(facts.connection.first_close_frame, facts.first_close_ns, f"server {kind} {after} later")


def _gone_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    refused = _refused_next(facts, pair)
    if refused is not None:
        for proof in failure_proof(refused, pair):
            yield proof._replace(stream=refused.stream)


def failed_request(pair: PairFacts, connections: Sequence[Facts]) -> Severity:
    """A request was lost, whatever its connection cost."""
    return Severity.ERROR


_CUT = (ABORTED | BY_SERVER,)

RULES: tuple[Rule, ...] = (
    Rule(
        "server-crash",
        both(_cut_by_server, _gone),
        then(_cut_proof, _gone_proof),
        severity=failed_request,
        needs=_CUT,
    ),
    Rule(
        "response-truncated",
        _cut_by_server,
        _cut_proof,
        certainty=_cut_certainty,
        severity=failed_request,
        needs=_CUT,
    ),
)
