"""The client closed a connection right after a response because of a limit of its pool: of idle ones, requests, or age.

Only what was missed later counts: a pair of which no connection was avoidable has no surplus.
"""

from collections.abc import Sequence

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import close_proof, last_response_proof, milliseconds
from kacap.verdict.rules.rule import Rule, then
from kacap.verdict.stacks import user_agent
from kacap.verdict.traits import AGAIN, OPENED, REUSE, THROWN, WASTE
from kacap.verdict.words import Certainty

_DISCARDING_POOLS = ("python-requests", "python-urllib3", "urllib3", "boto")
"""Clients whose pool closes what finds no place in it; others limit what stays idle. The packets are the same."""
_MISCOUNTING = ("python-httpx",)
_DEFAULT_POOL_SIZE = 10
"""Of urllib3 and Requests."""
_COUNTED = {1: "One close", 2: "Two closes", 3: "Three closes", 4: "Four closes", 5: "Five closes"}


def _crowded(facts: Facts, pair: PairFacts) -> bool:
    return facts.stream in pair.pool.crowded and pair.avoidable > 0 and pair.reused_exchanges > 0


def _discarding_pool(facts: Facts, pair: PairFacts) -> bool:
    if not _crowded(facts, pair):
        return False
    name = user_agent(facts)
    return name.startswith(_DISCARDING_POOLS) or (not _known(name) and pair.pool.kept == _DEFAULT_POOL_SIZE)


def _idle_limit(facts: Facts, pair: PairFacts) -> bool:
    return _crowded(facts, pair)


def _miscounted(facts: Facts, pair: PairFacts) -> bool:
    return (
        facts.stream in pair.pool.unkept
        and user_agent(facts).startswith(_MISCOUNTING)
        and pair.avoidable > 0
        and pair.reused_exchanges > 0
    )


def _used_up(facts: Facts, pair: PairFacts) -> bool:
    return facts.stream in pair.pool.used_up and pair.avoidable > 0


def _outlived(facts: Facts, pair: PairFacts) -> bool:
    return facts.stream in pair.pool.outlived and pair.avoidable > 0


def _limit_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A number that is kept at several moments is a limit; whose, only the name of the client tells."""
    return Certainty.LIKELY if pair.pool.moments >= 2 and _known(user_agent(facts)) else Certainty.POSSIBLE


def _known(name: str) -> bool:
    return name.startswith((*_DISCARDING_POOLS, "go-http-client/", "okhttp/", "java/", "apache-httpclient/", "node"))


def _idle_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    pool = pair.pool
    closes, kept = len(connections), pool.kept or 0
    times = "at one moment" if pool.moments == 1 else f"at {pool.moments} moments"
    beside = "1 idle connection" if kept == 1 else f"{kept} idle connections"
    return f"{_closes(closes)} right after a response, {times}; each time the client kept {beside}."


def _miscount_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    return f"{_closes(len(connections))} while most of the other connections were busy."


def _request_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    return f"{_closes(len(connections))} after {pair.pool.requests:,} requests each; no connection had more."


def _age_numbers(pair: PairFacts, connections: Sequence[Facts]) -> str:
    ages = [facts.first_close_ns - facts.opened_ns for facts in connections]
    return f"{_closes(len(connections))} at an age of {milliseconds(min(ages))} to {milliseconds(max(ages))}."


def _closes(count: int) -> str:
    return _COUNTED.get(count, f"{count:,} closes")


_PROOF = then(last_response_proof, close_proof)
_SURPLUS = (THROWN | WASTE | REUSE,)
_WORN = (THROWN | OPENED | AGAIN | WASTE,)

OF_IDLE: tuple[Rule, ...] = (
    Rule("client-surplus-idle-miscount", _miscounted, _PROOF, numbers=_miscount_numbers, needs=_SURPLUS),
    Rule(
        "client-pool-overflow",
        _discarding_pool,
        _PROOF,
        certainty=_limit_certainty,
        numbers=_idle_numbers,
        needs=_SURPLUS,
    ),
    Rule(
        "client-max-idle-per-host",
        _idle_limit,
        _PROOF,
        certainty=_limit_certainty,
        numbers=_idle_numbers,
        needs=_SURPLUS,
    ),
)

OF_USE: tuple[Rule, ...] = (
    Rule("client-max-requests", _used_up, _PROOF, numbers=_request_numbers, needs=_WORN),
    Rule("client-max-lifetime", _outlived, _PROOF, numbers=_age_numbers, needs=_WORN),
)
