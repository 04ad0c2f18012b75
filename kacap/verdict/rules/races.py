"""A request met a close: it was sent on a connection that the server had ended, or was about to end.

Whether the client could know is told by the acknowledgement of the FIN: a request that was sent a moment after it went
to a connection that was known to be over; any other crossed the close on the way.
"""

from collections.abc import Iterator, Sequence

from kacap.http.message import Request
from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.retries import RETRY_NS, failure_ns, unanswered
from kacap.verdict.proof import Proof, milliseconds
from kacap.verdict.rules.foreign import is_foreign
from kacap.verdict.rules.rule import Observation, Rule, Test
from kacap.verdict.traits import UNANSWERED
from kacap.verdict.words import Certainty, Severity

NOTICE_NS = 10_000_000
"""What a program needs to learn that its idle connection was closed, beside what travels."""

CROSSING_NS = 250_000_000
"""What crosses on the way passes within this time and one round trip; later, something else held it up."""


def _request(facts: Facts) -> Request | None:
    found = unanswered(facts)
    return None if found is None else found[1].request


def _meets(known: bool) -> Test:
    """Whether the last request met the server's close, and the client had been told of it or not."""

    def applies(facts: Facts, pair: PairFacts) -> bool:
        request = _request(facts)
        if request is None:
            return False
        if facts.server.fin_frame != UNKNOWN:
            if _was_told(facts, request):
                return known
            wave = pair.capture.departures.wave(facts)
            if wave is not None and wave.is_shutdown:
                return False  # no idle time mends a server that stops
            return not known and _crosses(facts, request, facts.server.fin_heard_frame, facts.server.fin_time_ns)
        return not known and _crosses_reset(facts, request)

    return applies


def _was_told(facts: Facts, request: Request) -> bool:
    """Whether the client had acknowledged the FIN, and had a moment to notice, before it sent the request."""
    server = facts.server
    if server.fin_acked_frame == UNKNOWN or server.fin_acked_frame > request.frame:
        return False
    if server.fin_acked_frame < request.frame:
        # Both come from the client: they lie as far apart there as here.
        return request.time_ns - server.fin_acked_time_ns >= NOTICE_NS
    travels_ns = CROSSING_NS if facts.beyond_ns is None else facts.beyond_ns
    return request.time_ns - server.fin_time_ns >= NOTICE_NS + travels_ns


def _is_proven(facts: Facts) -> bool:
    """A request that acknowledges the FIN itself tells when it left only where it is known how long packets travel."""
    request = _request(facts)
    acknowledges = request is not None and facts.server.fin_acked_frame == request.frame
    return facts.beyond_ns is not None or not acknowledges


def _stale_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    return Certainty.PROVEN if _is_proven(facts) else Certainty.LIKELY


def _crosses_reset(facts: Facts, request: Request) -> bool:
    """A RST that acknowledges something was sent by who knew the connection; without ACK flag it answers a segment."""
    server = facts.server
    if server.rst_frame == UNKNOWN or is_foreign(server):
        return False
    if server.rst_frame > request.frame and server.rst_ack == UNKNOWN:
        return False
    return _crosses(facts, request, server.rst_heard_frame, server.rst_time_ns)


def _crosses(facts: Facts, request: Request, heard_frame: int, time_ns: int) -> bool:
    """Whether a close and the request were on the way at once: who closed had received nothing of the request."""
    if abs(time_ns - request.time_ns) > CROSSING_NS + (facts.round_trip_ns or facts.beyond_ns or 0):
        return False
    return heard_frame < request.frame


def _race_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A FIN is the server's own; a RST may be written by something between."""
    return Certainty.PROVEN if facts.server.fin_frame != UNKNOWN and _is_proven(facts) else Certainty.LIKELY


def _proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """The close, its acknowledgement, the request, the RST that answered it, and the retry."""
    request = _request(facts)
    if request is None:
        return
    server = facts.server
    told = server.fin_acked_frame
    if server.fin_frame != UNKNOWN:
        yield Proof(server.fin_frame, server.fin_time_ns, "server FIN")
    if UNKNOWN < told < request.frame:
        yield Proof(told, server.fin_acked_time_ns, "client acknowledges the FIN")
    closed_ns = server.fin_time_ns if server.fin_frame != UNKNOWN else server.rst_time_ns
    after = request.time_ns - closed_ns
    when = f"{milliseconds(abs(after))} {'after' if after >= 0 else 'before'} the close"
    acked = " and acknowledges the FIN" if told == request.frame else ""
    yield Proof(request.frame, request.time_ns, f"the next request leaves {when}{acked}")
    if server.rst_frame != UNKNOWN:
        yield Proof(server.rst_frame, server.rst_time_ns, "server RST, no response")
    yield from retry_proof(facts, pair)


def retry_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    """Where the request that failed was sent again."""
    request = _request(facts)
    retry = None if request is None else pair.asked_again(facts, request)
    if retry is not None:
        after = milliseconds(retry.after_ns)
        text = f"the same request again on another connection, {after} after the failure"
        yield Proof(retry.request.frame, retry.request.time_ns, text, retry.facts.stream)


def failed_requests(pair: PairFacts, connections: Sequence[Facts]) -> Severity:
    """A request that was not sent again failed for its user, where the capture is long enough to tell."""
    return Severity.ERROR if any(_is_lost(pair, facts) for facts in connections) else Severity.WARNING


def _is_lost(pair: PairFacts, facts: Facts) -> bool:
    request = _request(facts)
    if request is None or pair.asked_again(facts, request) is not None:
        return False
    return pair.capture.last_ns - failure_ns(facts, request) > RETRY_NS


def retries_in_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How many of the requests that failed were sent again."""
    requests = [(facts, request) for facts in connections if (request := _request(facts)) is not None]
    found = (pair.asked_again(facts, request) for facts, request in requests)
    after = [retry.after_ns for retry in found if retry is not None]
    failed = f"{len(requests)} requests got" if len(requests) != 1 else "One request got"
    if not after:
        return f"{failed} no response, and no retry was seen."
    again = (
        "all of them were"
        if len(after) == len(requests) > 1
        else "it was"
        if len(requests) == 1
        else (f"{len(after)} of them were" if len(after) > 1 else "one of them was")
    )
    return f"{failed} no response; {again} sent again on another connection, at most {milliseconds(max(after))} later."


RULES: tuple[Rule, ...] = (
    Rule(
        "stale-reuse-after-fin",
        _meets(known=True),
        _proof,
        certainty=_stale_certainty,
        numbers=retries_in_numbers,
        severity=failed_requests,
        needs=(UNANSWERED,),
    ),
    Rule(
        "keepalive-race",
        _meets(known=False),
        _proof,
        certainty=_race_certainty,
        numbers=retries_in_numbers,
        severity=failed_requests,
        needs=(UNANSWERED,),
    ),
)

OBSERVATIONS: tuple[Observation, ...] = ()
