"""The server ended the connection before its response was complete; a client that did so stands in `aborts`."""

from collections.abc import Iterator, Sequence

from kacap.http.message import Message
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, failure_proof, milliseconds
from kacap.verdict.rules.rule import Rule, both, then
from kacap.verdict.words import Certainty, ConnectionVerdict, Severity, Side


def _cut_by_server(facts: Facts, pair: PairFacts) -> bool:
    """A response begun and not ended, or not a byte for the only request: behind others it may be a race."""
    final = facts.final
    if not facts.aborted or facts.first_close is not Side.SERVER or facts.dialogue.switched:
        return False
    if final is None or final.request is None or final.complete or not final.request.complete:
        return False
    if final.response is not None:
        return True
    return facts.opened_here and len(facts.exchanges) == 1 and not facts.server.bytes


def _refused_next(facts: Facts, pair: PairFacts) -> Facts | None:
    """The next connection of the client, when the server's host refused it."""
    after = pair.opened_after(facts.first_close_ns)
    if after is None or after.verdict is not ConnectionVerdict.FAILED or after.server.rst_frame == UNKNOWN:
        return None
    return after


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


RULES: tuple[Rule, ...] = (
    Rule("server-crash", both(_cut_by_server, _gone), then(_cut_proof, _gone_proof), severity=failed_request),
    Rule("response-truncated", _cut_by_server, _cut_proof, certainty=_cut_certainty, severity=failed_request),
)
