"""Nothing speaks against reuse: the capture ended first, or nothing more was asked.

These rows come last, for what no other row explains. Those that say that all is well make no finding.
"""

from collections.abc import Iterator

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, close_proof, last_response_proof, still_open_proof
from kacap.verdict.rules.outside import closer
from kacap.verdict.rules.rule import Rule, then
from kacap.verdict.traits import AGAIN, ASKED, BY_CLIENT, CLOSED, FOUND_OPEN, IDLE, OPEN, OPENED
from kacap.verdict.words import Side


def _still_open(facts: Facts, pair: PairFacts) -> bool:
    return facts.first_close is None and bool(facts.exchanges)


def _ended_well(facts: Facts, pair: PairFacts) -> bool:
    """Closed while it could have been used again, and the client got no other afterwards."""
    exchanges = facts.exchanges
    return (
        bool(exchanges)
        and facts.idle_before_close_ns is not None
        and (facts.first_close is Side.CLIENT or facts.connection.first_close_kind == "fin")
        and pair.last_accepted_ns < facts.first_close_ns
        and facts.exchanges.persists(len(facts.exchanges) - 1)
    )


def _reused(facts: Facts, pair: PairFacts) -> bool:
    return facts.asked >= 2 and facts.first_close is Side.CLIENT and _ended_well(facts, pair)


def _sufficient(facts: Facts, pair: PairFacts) -> bool:
    return facts.asked == 1 and facts.opened_here and _ended_well(facts, pair)


def _found_open(facts: Facts, pair: PairFacts) -> bool:
    """How often it was used before the capture began, nobody knows."""
    return facts.asked <= 1 and not facts.opened_here and facts.first_close is not None


def _found_open_proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
    exchange = facts.exchanges[0] if facts.exchanges else None
    message = None if exchange is None else exchange.request or exchange.response
    if message is not None:
        yield Proof(message.frame, message.time_ns, "the first message that was seen; no SYN came before it")
    yield from close_proof(facts, pair)


_WELL = then(last_response_proof, close_proof)

RULES: tuple[Rule, ...] = (
    Rule("reused-ok", _reused, _WELL, tells=False, needs=(AGAIN | BY_CLIENT | IDLE,)),
    Rule(
        "single-use-sufficient",
        _sufficient,
        _WELL,
        decided_by=closer,
        tells=False,
        needs=(OPENED | ASKED | IDLE,),
    ),
    Rule("capture-edge", _found_open, _found_open_proof, decided_by=closer, needs=(FOUND_OPEN | CLOSED,)),
    Rule("still-open-at-end", _still_open, still_open_proof, needs=(OPEN,)),
)
