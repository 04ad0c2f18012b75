"""The messages leave no way to tell where the next one begins (RFC 9112 sections 6.3, 7.1, 9.3)."""

from collections.abc import Iterator

from kacap.http.framing import NONE
from kacap.http.message import Exchange, Message
from kacap.http.persistence import SERVER_CLOSE, client_signal
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, close_proof
from kacap.verdict.rules.rule import Rule, both
from kacap.verdict.rules.truncated import failed_request
from kacap.verdict.traits import CLOSED, ERROR, ODD, SEVERAL, SURPLUS, UNSAID
from kacap.verdict.words import Certainty, Decider, Side

_BECAUSE_NS = 1_000_000_000
"""A close later than this after surplus bytes, or after a refusal, has another reason."""

_MISREAD = frozenset((400, 405, 501))
"""Status codes of servers that read the rest of a body as a request line."""


def _odd(exchange: Exchange | None, oddity: str) -> tuple[Side, Message] | None:
    """Who sent a message of this exchange that has the oddity; the request first."""
    if exchange is not None:
        for side, message in ((Side.CLIENT, exchange.request), (Side.SERVER, exchange.response)):
            if message is not None and oddity in message.oddities:
                return side, message
    return None


# ---- broken chunks


def _bad_chunks(facts: Facts, pair: PairFacts) -> bool:
    return facts.first_close is not None and _odd(facts.final, "bad-chunked") is not None


def _sender_of_bad_chunks(facts: Facts, pair: PairFacts) -> Decider:
    odd = _odd(facts.final, "bad-chunked")
    return facts.closer if odd is None else Decider(odd[0].value)


def _bad_chunks_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    odd = _odd(facts.final, "bad-chunked")
    if odd is not None:
        side, message = odd
        what = "response" if side is Side.SERVER else "request"
        yield Proof(message.end_frame, message.end_time_ns, f"no usable chunk size where one is due in the {what}")
    yield from close_proof(facts, pair)


# ---- two lengths


def _two_lengths(facts: Facts, pair: PairFacts) -> bool:
    """A server has to close after such a request; a client may discard the connection of such a response."""
    odd = _odd(facts.final, "te-and-cl")
    if odd is None or facts.dialogue.switched or facts.aborted:
        return False
    final = facts.final
    if final is not None and final.request is not None and client_signal(final.request) is not None:
        return False
    if odd[0] is Side.CLIENT:
        said_close = facts.signal is not None and facts.signal.cause == SERVER_CLOSE
        return said_close or (facts.signal is None and facts.first_close is Side.SERVER and facts.closed_at_once)
    return facts.signal is None and facts.first_close is Side.CLIENT and facts.closed_at_once


def _sender_of_two_lengths(facts: Facts, pair: PairFacts) -> Decider:
    odd = _odd(facts.final, "te-and-cl")
    return facts.closer if odd is None else Decider(odd[0].value)


def _two_lengths_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """RFC 9112 section 6.1 demands the close of the server, and leaves it to the client."""
    odd = _odd(facts.final, "te-and-cl")
    return Certainty.PROVEN if odd is not None and odd[0] is Side.CLIENT else Certainty.LIKELY


def _two_lengths_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    odd = _odd(facts.final, "te-and-cl")
    if odd is not None:
        side, message = odd
        what = "response" if side is Side.SERVER else "request"
        yield Proof(message.frame, message.time_ns, f"{what} has Transfer-Encoding and Content-Length")
    yield from close_proof(facts, pair)


# ---- bytes behind a response


def _surplus(facts: Facts, pair: PairFacts) -> bool:
    dialogue, final = facts.dialogue, facts.final
    return (
        facts.signal is None
        and facts.first_close is not None
        and dialogue.extra_after is not None
        and final is not None
        and final.response is dialogue.extra_after
        and 0 <= facts.first_close_ns - dialogue.extra_time_ns <= _BECAUSE_NS
    )


def _after_bodiless(facts: Facts, pair: PairFacts) -> bool:
    response = facts.dialogue.extra_after
    return response is not None and response.framing == NONE


def _surplus_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    dialogue = facts.dialogue
    count = dialogue.extra_bytes
    what = f"{count:,} {'byte' if count == 1 else 'bytes'} behind the end of the response"
    yield Proof(dialogue.extra_frame, dialogue.extra_time_ns, what)
    yield from close_proof(facts, pair)


# ---- a body that the server did not read


def _unread_body(facts: Facts, pair: PairFacts) -> bool:
    """After a request with a body, one without is refused that the same server otherwise answers well, and it ends."""
    exchanges = facts.exchanges
    if len(exchanges) < 2 or facts.dialogue.lost_in_gap or not _server_ends(facts):
        return False
    before, last = exchanges[-2], exchanges[-1]
    if before.request is None or not before.request.body_bytes or not before.complete:
        return False
    if last.response is None or last.response.status not in _MISREAD:
        return False
    if last.request is None:
        return facts.unsolicited > 0 and last.response.status != 405
    if last.request.method not in ("GET", "HEAD") or last.request.framing != NONE:
        return False
    return pair.answers.answered_well(last.request.method, last.request.target)


def _server_ends(facts: Facts) -> bool:
    """Whether it said close, or closed because of its last answer."""
    if facts.signal is not None:
        return facts.signal.cause == SERVER_CLOSE
    idle_ns = facts.idle_before_close_ns
    return facts.first_close is Side.SERVER and idle_ns is not None and idle_ns <= _BECAUSE_NS


def _unread_body_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    before, last = facts.exchanges[-2], facts.exchanges[-1]
    if before.request is not None:
        size = before.request.body_bytes
        yield Proof(before.request.frame, before.request.time_ns, f"request with a body of {size:,} bytes")
    if last.response is not None:
        what = "to the next request" if last.request is not None else "that nobody asked for"
        yield Proof(last.response.frame, last.response.time_ns, f"response {last.response.status} {what}")
    yield from close_proof(facts, pair)


_SURPLUS = (SURPLUS | UNSAID | CLOSED,)

RULES: tuple[Rule, ...] = (
    Rule(
        "bad-chunked-framing",
        _bad_chunks,
        _bad_chunks_proof,
        decided_by=_sender_of_bad_chunks,
        severity=failed_request,
        needs=(ODD | CLOSED,),
    ),
    Rule(
        "te-and-cl-conflict",
        _two_lengths,
        _two_lengths_proof,
        certainty=_two_lengths_certainty,
        decided_by=_sender_of_two_lengths,
        needs=(ODD,),
    ),
    Rule("response-body-where-forbidden", both(_surplus, _after_bodiless), _surplus_proof, needs=_SURPLUS),
    Rule("response-extra-bytes", _surplus, _surplus_proof, needs=_SURPLUS),
    Rule(
        "request-body-unread-desync",
        _unread_body,
        _unread_body_proof,
        severity=failed_request,
        needs=(SEVERAL | ERROR,),
    ),
)
