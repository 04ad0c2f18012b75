"""Why a connection ended: the rule table. One rule is one row; the first row that applies names the reason.

A row ties the id of a cause to what must be seen (`applies`) and to the frames that prove it (`proof`). Rows stand in
order of evidence: what is no end of reuse at all, then explicit signals in the order they were said, then timing, then
nothing. A connection that a FIN or RST cut in the middle of an exchange is nobody's policy: signals do not explain it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kacap.http import persistence
from kacap.tcp.half import UNKNOWN
from kacap.verdict.causes import CAUSES, Cause
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof, close_proof, failure_proof, last_response_proof, signal_proof, still_open_proof
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Side

_SHARE_OF_DISCARDS = 0.9
_AT_ONCE_NS = 50_000_000
"""The next connection follows the discard within this time when it is the same process that goes on."""

_BY_ID = {cause.id: cause for cause in CAUSES}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row."""

    cause_id: str
    applies: Callable[[Facts, PairFacts], bool]
    proof: Callable[[Facts], Iterator[Proof]]
    certainty: Callable[[Facts, PairFacts], Certainty] | None = None
    """Where it is not the cause's own."""
    decided_by: Callable[[Facts], Decider] | None = None
    """Where it is not the cause's own."""

    @property
    def cause(self) -> Cause:
        """The cause that this row recognises."""
        return _BY_ID[self.cause_id]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Why one connection ended."""

    rule: Rule
    decided_by: Decider
    certainty: Certainty


def rule_on(facts: Facts, pair: PairFacts) -> Ruling | None:
    """The first row of the table that applies; None when no row explains the end."""
    for rule in RULES:
        if rule.applies(facts, pair):
            cause = rule.cause
            return Ruling(
                rule,
                cause.decided_by if rule.decided_by is None else rule.decided_by(facts),
                cause.certainty if rule.certainty is None else rule.certainty(facts, pair),
            )
    return None


def _failed(facts: Facts, pair: PairFacts) -> bool:
    return facts.verdict is ConnectionVerdict.FAILED


def _who_failed(facts: Facts) -> Decider:
    """A RST is an answer of the host; silence can be anybody's between; and a client may give up by itself."""
    if facts.server.rst_frame != UNKNOWN:
        return Decider.SERVER
    return Decider.CLIENT if facts.first_close is Side.CLIENT else Decider.NETWORK


def _failure_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """Silence proves only that nothing was seen, and little when the capture ended before the SYN came again."""
    if facts.first_close is not None:
        return Certainty.PROVEN
    return Certainty.POSSIBLE if facts.undecided else Certainty.LIKELY


def _signalled(cause_id: str) -> Callable[[Facts, PairFacts], bool]:
    def applies(facts: Facts, pair: PairFacts) -> bool:
        return (
            facts.signal is not None
            and facts.signal.cause == cause_id
            and not facts.dialogue.switched
            and not facts.aborted
        )

    return applies


def _no_session(facts: Facts, pair: PairFacts) -> bool:
    """A pool that keeps some connections and throws the others away is a pool."""
    if not facts.discarded or pair.avoidable <= 0 or pair.reused_exchanges:
        return False
    return len(pair.discarded) >= _SHARE_OF_DISCARDS * pair.ended


def _no_session_certainty(facts: Facts, pair: PairFacts) -> Certainty:
    """A new process for each request leaves the same packets, but it takes time to start one."""
    pause_ns = pair.pause_after_discard_ns
    return Certainty.LIKELY if pause_ns is not None and pause_ns <= _AT_ONCE_NS else Certainty.POSSIBLE


def _still_open(facts: Facts, pair: PairFacts) -> bool:
    return (
        facts.first_close is None
        and bool(facts.exchanges)
        and not facts.dialogue.switched
        and facts.verdict is not ConnectionVerdict.FAILED
    )


RULES: tuple[Rule, ...] = (
    Rule("connect-failed", _failed, failure_proof, _failure_certainty, _who_failed),
    *(
        Rule(cause_id, _signalled(cause_id), signal_proof)
        for cause_id in (
            persistence.CLIENT_CLOSE,
            persistence.CLIENT_HTTP10,
            persistence.SERVER_CLOSE,
            persistence.SERVER_NOT_GRANTED,
            persistence.SERVER_HTTP10,
            persistence.SERVER_UNTIL_CLOSE,
        )
    ),
    Rule(
        "client-no-session",
        _no_session,
        lambda facts: (proof for part in (last_response_proof, close_proof) for proof in part(facts)),
        certainty=_no_session_certainty,
    ),
    Rule("still-open-at-end", _still_open, still_open_proof),
)
