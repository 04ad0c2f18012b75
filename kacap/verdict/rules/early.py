"""The answer came before the request was complete, and the connection ended with it (RFC 9112 section 9.3).

What the client did not send yet has no place to go: the server reads it and drops it, or resets the connection. A
server that reads it all and keeps the connection did nothing of the kind: a close after a pause has its own reason.
"""

from collections.abc import Iterator

from kacap.http.framing import NONE
from kacap.http.message import Exchange
from kacap.http.persistence import SERVER_CLOSE
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import DISCARD_NS, Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, close_proof, milliseconds
from kacap.verdict.rules.rule import Rule, both, then
from kacap.verdict.rules.truncated import failed_request
from kacap.verdict.traits import BY_SERVER, ERROR, OVERTAKEN, RESET_BY_SERVER
from kacap.verdict.words import Certainty, Decider, Side


def _answered_early(exchange: Exchange | None) -> bool:
    """Whether the final response began while the body of the request was still to come."""
    if exchange is None or exchange.request is None or exchange.response is None:
        return False
    request, response = exchange.request, exchange.response
    if not request.head_complete or request.framing == NONE or response.status == 101:
        return False
    return not request.complete or response.time_ns < request.end_time_ns


def _early(facts: Facts, pair: PairFacts) -> bool:
    if facts.dialogue.switched or facts.dialogue.lost_in_gap or not _answered_early(facts.final):
        return False
    return _is_told(facts) or _at_once(facts)


def _is_told(facts: Facts) -> bool:
    """Whether the server said close, or the connection was closed while the request was still to come."""
    if facts.signal is not None and facts.signal.cause == SERVER_CLOSE:
        return True
    request = None if facts.final is None else facts.final.request
    if request is None or facts.first_close is None:
        return False
    return not request.complete or request.end_time_ns > facts.first_close_ns


def _at_once(facts: Facts) -> bool:
    """Whether the close followed the last byte of both, which may have a round trip before it, and no timer."""
    idle_ns = facts.idle_before_close_ns
    return idle_ns is not None and idle_ns <= DISCARD_NS + (facts.round_trip_ns or 0)


def _certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.PROVEN if _is_told(facts) else Certainty.LIKELY


def _no_word_of_client(facts: Facts, pair: PairFacts) -> bool:
    return facts.signal is None or facts.signal.side is Side.SERVER


def _server_ends(facts: Facts, pair: PairFacts) -> bool:
    said_close = facts.signal is not None and facts.signal.cause == SERVER_CLOSE
    return said_close or facts.first_close is Side.SERVER


def _waited_for_100(facts: Facts, pair: PairFacts) -> bool:
    final = facts.final
    return (
        final is not None
        and final.request is not None
        and final.request.expects_continue
        and 100 not in final.informational
    )


def _body_begun(facts: Facts, pair: PairFacts) -> bool:
    final = facts.final
    return final is not None and final.request is not None and final.request.body_bytes > 0


def _reset(facts: Facts, pair: PairFacts) -> bool:
    response = None if facts.final is None else facts.final.response
    return (
        facts.first_close is Side.SERVER
        and facts.server.rst_frame != UNKNOWN
        and response is not None
        and facts.server.rst_time_ns >= response.time_ns
    )


def _who_ends(facts: Facts, pair: PairFacts) -> Decider:
    """Who said close, else who closed."""
    return Decider(facts.signal.side.value) if facts.signal is not None else facts.closer


def _timeout_408(facts: Facts, pair: PairFacts) -> bool:
    """408 to a request that is not complete, or to none at all."""
    final = facts.exchanges[-1] if facts.exchanges else None
    if final is None or final.response is None or final.response.status != 408 or facts.dialogue.lost_in_gap:
        return False
    if final.request is None:
        return facts.unsolicited > 0
    return not final.request.complete


def _timeout_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    final = facts.exchanges[-1]
    if final.request is not None:
        yield Proof(final.request.frame, final.request.time_ns, "request begins, and does not become complete")
    if final.response is not None:
        begun_ns = facts.opened_ns if final.request is None else final.request.time_ns
        if len(facts.exchanges) > 1 and final.request is None:
            begun_ns = facts.exchanges[-2].end_ns
        after = milliseconds(max(0, final.response.time_ns - begun_ns))
        since = "the request began" if final.request is not None else "anything was asked"
        yield Proof(final.response.frame, final.response.time_ns, f"response 408, {after} after {since}")
    yield from close_proof(facts, pair)


def _early_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    final = facts.final
    if final is None or final.request is None or final.response is None:
        return
    request, response = final.request, final.response
    expects = ', says "Expect: 100-continue"' if request.expects_continue else ""
    yield Proof(request.frame, request.time_ns, f"request with a body begins{expects}")
    state = "before the request is complete" if request.complete else "and the request is never complete"
    yield Proof(response.frame, response.time_ns, f"response {response.status}, {state}")


def _reset_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    response = None if facts.final is None else facts.final.response
    if response is not None:
        after = milliseconds(max(0, facts.server.rst_time_ns - response.time_ns))
        yield Proof(facts.server.rst_frame, facts.server.rst_time_ns, f"server RST {after} after its response began")


TIMEOUTS: tuple[Rule, ...] = (
    Rule("server-header-timeout-408", _timeout_408, _timeout_proof, needs=(OVERTAKEN | ERROR,)),
)
"""They explain a connection on which nothing was asked, too."""

RULES: tuple[Rule, ...] = (
    Rule(
        "early-response-reset",
        both(_early, _body_begun, _reset),
        then(_early_proof, _reset_proof),
        certainty=_certainty,
        severity=failed_request,
        needs=(OVERTAKEN | BY_SERVER | RESET_BY_SERVER,),
    ),
    Rule(
        "expect-100-final-status",
        both(_early, _waited_for_100, _no_word_of_client),
        then(_early_proof, close_proof),
        certainty=_certainty,
        decided_by=_who_ends,
        needs=(OVERTAKEN,),
    ),
    Rule(
        "early-response-close",
        both(_early, _no_word_of_client, _server_ends),
        then(_early_proof, close_proof),
        certainty=_certainty,
        needs=(OVERTAKEN,),
    ),
)
