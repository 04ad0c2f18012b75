"""Somebody said that the connection ends: a header, a version, or a body without length (RFC 9112 sections 9.3, 9.6).

A connection that a FIN or RST cut in the middle of an exchange is nobody's policy: signals do not explain it. Between
the two tables stand the rows that know why a server said close (`server`).
"""

from kacap.http import persistence
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import signal_proof
from kacap.verdict.rules.rule import Rule, Test
from kacap.verdict.traits import OF_SIGNAL


def signalled(cause_id: str) -> Test:
    """Whether the connection ended with this signal, one of `http.persistence`."""

    def applies(facts: Facts, pair: PairFacts) -> bool:
        return (
            facts.signal is not None
            and facts.signal.cause == cause_id
            and not facts.dialogue.switched
            and not facts.aborted
        )

    return applies


def _row(cause_id: str) -> Rule:
    return Rule(cause_id, signalled(cause_id), signal_proof, needs=(OF_SIGNAL[cause_id],), by_heads=True)


def _rows(*cause_ids: str) -> tuple[Rule, ...]:
    return tuple(_row(cause_id) for cause_id in cause_ids)


BY_CLIENT: tuple[Rule, ...] = _rows(persistence.CLIENT_CLOSE, persistence.CLIENT_HTTP10)

BY_SERVER: tuple[Rule, ...] = _rows(
    persistence.SERVER_CLOSE,
    persistence.SERVER_NOT_GRANTED,
    persistence.SERVER_HTTP10,
    persistence.SERVER_UNTIL_CLOSE,
)
