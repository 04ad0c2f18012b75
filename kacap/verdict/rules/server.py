"""Why a server ends a connection: what its answers have in common when it says close, and a close without a word."""

from collections.abc import Iterator, Sequence

from kacap.http.persistence import SERVER_CLOSE
from kacap.verdict import traits
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.answers import ERRORS_FROM
from kacap.verdict.patterns.habits import SHORTEST_IDLE_NS
from kacap.verdict.patterns.limits import KNOWN_LIMITS, requests_before_close
from kacap.verdict.proof import Proof, close_proof, last_response_proof, milliseconds, signal_proof
from kacap.verdict.rules.rule import Rule, both, then
from kacap.verdict.rules.signals import signalled
from kacap.verdict.words import Certainty, Side

_CUT_OFF_AT_LEAST = 2
"""One close right after a response may be chance."""

_WITHOUT_KEEP_ALIVE = ("gunicorn",)
"""Begin the `Server` of programs that have a worker model without persistent connections."""


def _at_limit(facts: Facts, pair: PairFacts) -> bool:
    limit = pair.request_limit
    return limit is not None and requests_before_close(facts) == limit.requests


def _limit_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """`Keep-Alive: max` announced it; an equal number alone is statistics."""
    limit = pair.request_limit
    return Certainty.PROVEN if limit is not None and limit.counted_down else Certainty.LIKELY


def _limit_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    requests = requests_before_close(facts) or 0
    response = facts.exchanges[facts.final_index].response if requests else None
    if response is not None:
        yield Proof(response.frame, response.time_ns, f'response {requests} on it says "Connection: close"')
    yield from close_proof(facts, pair)


def _limit_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    limit = pair.request_limit
    if limit is None:
        return ""
    count = len(connections)
    ended = "1 connection ended" if count == 1 else f"{count:,} connections ended"
    known = KNOWN_LIMITS.get(limit.requests)
    default = "" if known is None else f", the default of {known}"
    return f"{ended} after {limit.requests:,} requests{' each' if count > 1 else ''}{default}."


def _never_keeps(facts: Facts, pair: PairFacts) -> bool:
    head = None if facts.signal is None else facts.exchanges.heads(facts.signal.index)[1]
    if head is None or head.server is None:
        return False
    return head.server.lower().startswith(_WITHOUT_KEEP_ALIVE) and pair.answers.always_close


def _never_keeps_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    answers = pair.answers
    return f"Each of its {answers.good.closed + answers.errors.closed:,} responses says close."


def _singled_out(facts: Facts, pair: PairFacts) -> bool:
    if facts.signal is None:
        return False
    exchange = facts.exchanges.at(facts.signal.index)
    if exchange.response is None or exchange.response.status >= ERRORS_FROM:
        return False
    return pair.answers.closes_on_agent(exchange) or pair.answers.closes_on_method(exchange)


def _singled_out_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    exchange = connections[0].final
    by_agent = exchange is not None and pair.answers.closes_on_agent(exchange)
    by_what = "one User-Agent" if by_agent else "one method"
    good = pair.answers.good
    return f"{good.closed:,} responses to {by_what} say close; {good.kept:,} to others do not."


def _sheds(facts: Facts, pair: PairFacts) -> bool:
    response = None if facts.signal is None or facts.final is None else facts.final.response
    return response is not None and response.status < ERRORS_FROM and pair.answers.busy_from is not None


def _sheds_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    answers = pair.answers
    return (
        f"With {answers.busy_from} or more connections open to the server each of {answers.good.closed:,} responses "
        f"says close, with fewer none of {answers.good.kept:,}."
    )


def _error(facts: Facts, pair: PairFacts) -> bool:
    """Good answers keep the connection, so the error is what differs."""
    response = None if facts.signal is None or facts.final is None else facts.final.response
    return response is not None and response.status >= ERRORS_FROM and pair.answers.good.kept > 0


def _error_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Where some good answers say close as well, the error may not be the reason."""
    return Certainty.LIKELY if pair.answers.good.closed else Certainty.PROVEN


def _error_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    response = None if facts.signal is None or facts.final is None else facts.final.response
    if response is not None:
        yield Proof(response.frame, response.time_ns, f'response {response.status} says "Connection: close"')
    yield from close_proof(facts, pair)


def _error_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    statuses = {
        facts.final.response.status
        for facts in connections
        if facts.signal is not None and facts.final is not None and facts.final.response is not None
    }
    said = ", ".join(str(status) for status in sorted(statuses)[:5])
    return f"Seen with status {said}; {pair.answers.good.kept:,} good responses kept their connection."


def _broken_promise(facts: Facts, pair: PairFacts) -> bool:
    idle_ns = facts.idle_before_close_ns
    return (
        facts.signal is None
        and facts.first_close is Side.SERVER
        and idle_ns is not None
        and idle_ns < SHORTEST_IDLE_NS
        and not facts.aborted
        and not facts.dialogue.switched
        and not facts.dialogue.lost_in_gap
        and not facts.unsolicited
    )


def _promise_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A FIN is the server's own; a RST may be written by something between.

    A FIN on the last segment of the response was decided with it. One that follows it at once tells by repetition.
    """
    if facts.connection.first_close_kind != "fin":
        return Certainty.LIKELY
    final = facts.final
    response = None if final is None else final.response
    rides = response is not None and response.end_frame == facts.connection.first_close_frame
    repeated = facts.closed_at_once and pair.cut_off >= _CUT_OFF_AT_LEAST
    return Certainty.PROVEN if rides or repeated else Certainty.LIKELY


def _promise_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    idles = [facts.idle_before_close_ns or 0 for facts in connections]
    resets = sum(facts.connection.first_close_kind == "rst" for facts in connections)
    how = "a RST" if resets == len(idles) else "a FIN" if not resets else "a FIN or RST"
    return f"{how[0].upper()}{how[1:]} came at most {milliseconds(max(idles))} after the response."


_SAYS_CLOSE = signalled(SERVER_CLOSE)

_BOTH_WAYS = (traits.SERVER_CLOSE | traits.GOOD | traits.KEPT_WELL | traits.CLOSED_WELL,)

SAID: tuple[Rule, ...] = (
    Rule(
        "server-max-requests",
        both(_SAYS_CLOSE, _at_limit),
        _limit_proof,
        certainty=_limit_certainty,
        numbers=_limit_numbers,
        needs=(traits.SERVER_CLOSE | traits.LIMIT,),
    ),
    Rule(
        "server-worker-model-no-keepalive",
        both(_SAYS_CLOSE, _never_keeps),
        signal_proof,
        numbers=_never_keeps_numbers,
        needs=(traits.SERVER_CLOSE | traits.ALWAYS_CLOSE,),
        by_heads=True,
    ),
    Rule(
        "server-ua-quirk",
        both(_SAYS_CLOSE, _singled_out),
        signal_proof,
        numbers=_singled_out_numbers,
        needs=_BOTH_WAYS,
    ),
    Rule(
        "server-overload-shedding",
        both(_SAYS_CLOSE, _sheds),
        signal_proof,
        numbers=_sheds_numbers,
        needs=_BOTH_WAYS,
    ),
    Rule(
        "server-error-status-close",
        both(_SAYS_CLOSE, _error),
        _error_proof,
        certainty=_error_certainty,
        numbers=_error_numbers,
        needs=(traits.SERVER_CLOSE | traits.ERROR | traits.KEPT_WELL,),
    ),
)
"""It said close, and why."""

UNSAID: tuple[Rule, ...] = (
    Rule(
        "server-broken-promise",
        _broken_promise,
        then(last_response_proof, close_proof),
        certainty=_promise_certainty,
        numbers=_promise_numbers,
        needs=(traits.UNSAID | traits.BY_SERVER | traits.IDLE,),
    ),
)
"""It closed at once, and nobody said so."""
