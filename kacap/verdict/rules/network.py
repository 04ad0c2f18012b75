"""Something between the two sides ended the connection, or lost what was sent on it.

What a device between does is seen only by what it leaves out, or by packets that cannot come from where they say: no
row here is proven.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kacap.tcp.half import REMEMBERED_RESENDS, UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.losses import loser, unacknowledged
from kacap.verdict.patterns.retries import idle_before_ns, unanswered
from kacap.verdict.proof import Proof, close_proof, milliseconds
from kacap.verdict.rules.foreign import is_foreign
from kacap.verdict.rules.races import failed_requests, retries_in_numbers, retry_proof
from kacap.verdict.rules.rule import Observation, Rule, then
from kacap.verdict.traits import BY_RESET, CLOSED, RESENT, RESET_BY_SERVER, UNANSWERED
from kacap.verdict.words import Certainty, Side

FORGOTTEN_NS = 30_000_000_000
"""No device that keeps state forgets an established connection sooner."""

PROMPT_NS = 1_000_000_000
"""An answer within this time and one round trip answers the request, not the wait."""

_GROWTH = 1.5


def _after_idle(facts: Facts) -> int | None:
    """The place of a request that was sent after a long silence and never answered, on a connection nobody closed."""
    found = unanswered(facts)
    if found is None or facts.server.fin_frame != UNKNOWN:
        return None
    idle_ns = idle_before_ns(facts, found[0])
    return found[0] if idle_ns is not None and idle_ns >= FORGOTTEN_NS else None


def _dropped(facts: Facts, pair: PairFacts) -> bool:
    client, server = facts.client, facts.server
    if len(client.resent_ns) < 2 or server.rst_frame != UNKNOWN or not unacknowledged(client):
        return False
    at = _after_idle(facts)
    request = None if at is None else facts.exchanges[at].request
    return request is not None and _grows([request.time_ns, *client.resent_ns])


def _grows(times_ns: Sequence[int]) -> bool:
    """Whether the waits between the copies of a segment grow, as a retransmission timer makes them (RFC 6298)."""
    waits = [after - before for before, after in pairwise(times_ns)]
    return waits[-1] >= _GROWTH * waits[0]


def _drop_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A new connection that works while the old one gets no answer shows that the server is alive."""
    after = pair.opened_after(facts.client.resent_ns[0]) if facts.client.resent_ns else None
    return Certainty.LIKELY if after is not None and after.connection.established else Certainty.POSSIBLE


def _refused(facts: Facts, pair: PairFacts) -> bool:
    server = facts.server
    if server.rst_frame == UNKNOWN:
        return False
    at = _after_idle(facts)
    request = None if at is None else facts.exchanges[at].request
    if request is None or server.rst_frame < request.frame:
        return False
    is_prompt = server.rst_time_ns - request.time_ns <= PROMPT_NS + (facts.round_trip_ns or facts.beyond_ns or 0)
    return is_prompt and (server.rst_ack == UNKNOWN or is_foreign(server))


def _refusal_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.LIKELY if is_foreign(facts.server) else Certainty.POSSIBLE


def _injected(facts: Facts, pair: PairFacts) -> bool:
    if facts.first_close is None or facts.connection.first_close_kind != "rst":
        return False
    return is_foreign(facts.client if facts.first_close is Side.CLIENT else facts.server)


def _lost(facts: Facts, pair: PairFacts) -> bool:
    """A response that the capture shows whole is lost all the same where its client never acknowledged it."""
    if facts.final is None or facts.first_close is None or facts.dialogue.lost_in_gap:
        return False
    return loser(facts) is not None


def _idle_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The last response before the silence, and the request after it."""
    found = unanswered(facts)
    if found is None or found[1].request is None:
        return
    at, request = found[0], found[1].request
    before = facts.exchanges[at - 1].response if at else None
    if before is not None:
        yield Proof(before.end_frame, before.end_time_ns, "the last response")
    idle = milliseconds(idle_before_ns(facts, at) or 0)
    yield Proof(request.frame, request.time_ns, f"the next request, after {idle} of silence")


def _resent_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """How often it was sent again; the frame is that of the last message of who sent it."""
    half = facts.client if facts.first_close is None else loser(facts) or facts.client
    exchange = facts.exchanges[-1]
    message = exchange.request if half is facts.client else exchange.response or exchange.request
    if message is not None and half.resent_ns:
        side = "request" if half is facts.client else "response"
        took = milliseconds(max(0, half.resent_ns[-1] - message.time_ns))
        times = len(half.resent_ns)
        least = "at least " if times >= REMEMBERED_RESENDS else ""  # no more are remembered
        text = f"the {side} is sent again {least}{times} times in {took}, and never acknowledged"
        yield Proof(message.end_frame, message.end_time_ns, text)


def _reset_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    server = facts.server
    if server.rst_frame != UNKNOWN:
        yield Proof(server.rst_frame, server.rst_time_ns, "answered by a RST; the server sent no FIN before")


def _distance_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """Both times to live."""
    half = facts.client if facts.first_close is Side.CLIENT else facts.server
    text = f"{facts.first_close} RST with time to live {half.rst_ttl}; its other packets have {half.ttl}"
    yield Proof(half.rst_frame, half.rst_time_ns, text)


def _silences(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How long the connections had been silent, and what the same pair survived."""
    idle = [idle_before_ns(facts, found[0]) for facts in connections if (found := unanswered(facts)) is not None]
    known = [idle_ns for idle_ns in idle if idle_ns is not None]
    if not known:
        return ""
    least = f"The shortest silence before it was {milliseconds(min(known))}."
    return f"{least} {retries_in_numbers(pair, connections)}"


RULES: tuple[Rule, ...] = (
    Rule(
        "nat-idle-silent-drop",
        _dropped,
        then(_idle_proof, _resent_proof, retry_proof),
        certainty=_drop_certainty,
        numbers=_silences,
        severity=failed_requests,
        needs=(UNANSWERED | RESENT,),
    ),
    Rule(
        "nat-idle-reset",
        _refused,
        then(_idle_proof, _reset_proof, retry_proof),
        certainty=_refusal_certainty,
        numbers=_silences,
        severity=failed_requests,
        needs=(UNANSWERED | RESET_BY_SERVER,),
    ),
    Rule("middlebox-injected-rst", _injected, _distance_proof, needs=(BY_RESET,)),
    Rule("loss-abort", _lost, then(_resent_proof, close_proof), severity=failed_requests, needs=(RESENT | CLOSED,)),
)

OBSERVATIONS: tuple[Observation, ...] = ()
