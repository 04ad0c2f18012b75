"""A FIN or RST cut an exchange before it was complete.

A client that closes while a response is due has given up, unless it only said that it will not send more: a half-close
is followed by the rest of the response, and not by a RST.
"""

from collections.abc import Iterator, Sequence

from kacap.http.message import Exchange
from kacap.tcp.half import NEVER, UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.habits import SECOND_NS
from kacap.verdict.proof import Proof, close_proof, milliseconds
from kacap.verdict.rules.rule import Rule, then
from kacap.verdict.traits import ABORTED, BY_CLIENT, RESET_BY_CLIENT
from kacap.verdict.words import Certainty, Side

ROUND_NS = tuple(seconds * SECOND_NS for seconds in (1, 2, 3, 5, 10, 15, 30, 60))
"""Timeouts that people and libraries choose."""

_EARLY, _LATE = 0.98, 1.03
"""A timer may start a little before the packet that is seen, and fires late under load."""
_CLOSE_TO = 0.01
_KEPT_BACK = (
    "None of these requests was seen on the hop behind the proxy: it is the proxy that did not pass them on, and what "
    "is found there comes first."
)


def _given_up(facts: Facts) -> Exchange | None:
    """The exchange that the client closed on before its response was complete."""
    exchange = facts.final
    if exchange is None or exchange.request is None or facts.first_close is not Side.CLIENT:
        return None
    client = facts.client
    if exchange.complete:
        refused = client.rst_frame != UNKNOWN and client.rst_time_ns >= facts.first_close_ns
        came_later = exchange.response is not None and exchange.response.end_time_ns > facts.first_close_ns
        return exchange if refused and came_later else None
    if exchange.request.frame > facts.connection.first_close_frame or _answered_otherwise(facts, exchange):
        return None
    is_over = client.rst_frame != UNKNOWN or facts.connection.closed_at_ns != NEVER
    return exchange if facts.aborted and is_over else None


def _answered_otherwise(facts: Facts, exchange: Exchange) -> bool:
    """Whether the client had received bytes for its request that are no HTTP: it waited for no answer any more."""
    dialogue = facts.dialogue
    if exchange.request is None or exchange.response is not None or not (dialogue.protocols or dialogue.extra_bytes):
        return False
    is_reset = facts.connection.first_close_kind == "rst"
    heard_frame = facts.client.rst_heard_frame if is_reset else facts.client.fin_heard_frame
    return heard_frame > exchange.request.end_frame


def _begun(facts: Facts, exchange: Exchange) -> bool:
    """Whether the response had begun when the client closed."""
    return exchange.response is not None and exchange.response.time_ns <= facts.first_close_ns


def _waits_ns(facts: Facts, exchange: Exchange) -> Iterator[int]:
    """How long the client may have measured: since its request, since its SYN, since the last byte it received."""
    request = exchange.request
    if request is None or not request.complete:
        return
    close_ns = facts.first_close_ns
    yield close_ns - request.time_ns
    if exchange is facts.exchanges[0] and facts.opened_here:
        yield close_ns - facts.opened_ns
    if exchange.response is not None and _begun(facts, exchange):
        if exchange.response.end_time_ns <= close_ns:
            yield close_ns - exchange.response.end_time_ns
    else:
        yield close_ns - request.end_time_ns


def _timeout_ns(facts: Facts) -> tuple[int, int] | None:
    """The round wait after which the client gave up, and how long it was on the wire."""
    exchange = _given_up(facts)
    if exchange is None:
        return None
    for wait_ns in _waits_ns(facts, exchange):
        for round_ns in ROUND_NS:
            if _EARLY * round_ns <= wait_ns <= _LATE * round_ns:
                return round_ns, wait_ns
    return None


def _timed_out(facts: Facts, pair: PairFacts) -> bool:
    """After a round wait, or before any byte of the response: who cancels does so at any moment."""
    if _timeout_ns(facts) is not None:
        return True
    exchange = _given_up(facts)
    if exchange is None or exchange.request is None:
        return False
    return exchange.request.complete and not _begun(facts, exchange)


def _timeout_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A user who cancels hits a round number by chance; a timer hits it closely."""
    found = _timeout_ns(facts)
    is_close = found is not None and abs(found[1] - found[0]) <= _CLOSE_TO * found[0]
    return Certainty.LIKELY if is_close else Certainty.POSSIBLE


def _abandoned(facts: Facts, pair: PairFacts) -> bool:
    exchange = _given_up(facts)
    return exchange is not None and _begun(facts, exchange)


def _request_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    exchange = _given_up(facts)
    if exchange is not None and exchange.request is not None:
        request = exchange.request
        waited = milliseconds(max(0, facts.first_close_ns - request.end_time_ns))
        said = "no response" if not _begun(facts, exchange) else "no complete response"
        yield Proof(request.end_frame, request.end_time_ns, f"request complete; {said} in the next {waited}")


def _partial_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    exchange = _given_up(facts)
    if exchange is not None and exchange.response is not None:
        response = exchange.response
        text = f"response begins; {response.body_bytes} bytes of its body are in the capture"
        yield Proof(response.frame, response.time_ns, text)


def _timeouts(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """After which waits the client gave up, the usual first, and how often after another."""
    counts: dict[int, list[int]] = {}
    for facts in connections:
        found = _timeout_ns(facts)
        if found is not None:
            counts.setdefault(found[0], []).append(found[1])
    usual = sorted(counts.items(), key=lambda entry: -len(entry[1]))
    parts = [f"{len(waits)} after {_range(waits)} ({round_ns // SECOND_NS} s)" for round_ns, waits in usual]
    other = sum(_timeout_ns(facts) is None for facts in connections)
    if other:
        parts.append(f"{other} after a wait that is no round number")
    said = f"The client gave up: {', '.join(parts)}."
    return f"{said} {_KEPT_BACK}" if all(_is_kept_back(pair, facts) for facts in connections) else said


def _is_kept_back(pair: PairFacts, facts: Facts) -> bool:
    exchange = _given_up(facts)
    return exchange is not None and pair.before is not None and pair.before.has_kept_back(facts, exchange)


def _range(waits: Sequence[int]) -> str:
    least, most = f"{min(waits) / SECOND_NS:.2f}", f"{max(waits) / SECOND_NS:.2f}"
    return f"{least} s" if least == most else f"{least}-{most} s"


def _received(pair: PairFacts, connections: Sequence[Facts]) -> str:
    """How much of the bodies had come."""
    sizes = [
        exchange.response.body_bytes
        for facts in connections
        if (exchange := _given_up(facts)) is not None and exchange.response is not None
    ]
    if not sizes:
        return ""
    least, most = min(sizes), max(sizes)
    seen = f"{least}" if least == most else f"{least} to {most}"
    return f"Bytes of the body that the capture holds: {seen}."


_CUT = (BY_CLIENT | ABORTED, BY_CLIENT | RESET_BY_CLIENT)

RULES: tuple[Rule, ...] = (
    Rule(
        "client-timeout-abort",
        _timed_out,
        then(_request_proof, close_proof),
        certainty=_timeout_certainty,
        numbers=_timeouts,
        needs=_CUT,
    ),
    Rule("client-body-abandoned", _abandoned, then(_partial_proof, close_proof), numbers=_received, needs=_CUT),
)
