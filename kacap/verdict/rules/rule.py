"""The shape of a rule: a row that ties the id of a cause to what must be seen and to the frames that prove it.

Two kinds of rows:

- a `Rule` explains why one connection ended. The rows are asked in the order of `table.RULES`, and the first that
  applies names the reason: one connection, one reason.
- an `Observation` says something of a pair that ended no connection, or that will end some: all rows are asked.

A row looks only: it changes nothing. What several rows need is worked out once, in `facts` and `pair`. A row is asked
only where its `needs` are met: they never decide anything that `applies` does not.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kacap.verdict.causes import BY_ID, Cause
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof
from kacap.verdict.words import Certainty, Decider, Severity

Test = Callable[[Facts, PairFacts], bool]
ProofOf = Callable[[Facts, PairFacts], Iterator[Proof]]

SHOWN = 3
"""Connections of an observation whose frames are listed, and waves that are told."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One row on the end of a connection."""

    cause_id: str
    applies: Test
    proof: ProofOf
    certainty: Callable[[Facts, PairFacts], Certainty] | None = None
    """Where it is not the cause's own."""
    decided_by: Callable[[Facts, PairFacts], Decider] | None = None
    """Where it is not the cause's own."""
    numbers: Callable[[PairFacts, Sequence[Facts]], str] | None = None
    """One sentence of figures on the connections of a finding: it follows the meaning of the cause."""
    severity: Callable[[PairFacts, Sequence[Facts]], Severity] | None = None
    """Where it depends on what became of the requests, and not on the connections that it cost."""
    tells: bool = True
    """Whether it makes a finding; else all is well, and the reason of the connection says it."""
    needs: tuple[int, ...] = (0,)
    """The traits that a connection must have for `applies` to hold, or one of several such sets."""
    by_heads: bool = False
    """Whether `applies` asks for nothing but traits, the pair, and the heads of the exchange that ended the connection:
    then what it says of one connection it says of all that are alike."""

    @property
    def cause(self) -> Cause:
        """The cause that this row recognises."""
        return BY_ID[self.cause_id]


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """Why one connection ended."""

    rule: Rule
    decided_by: Decider
    certainty: Certainty


class Sighting(NamedTuple):
    """What an observation saw at a pair."""

    connections: tuple[Facts, ...]
    evidence: tuple[tuple[int, Proof], ...]
    """Stream, and what one of its frames shows."""
    numbers: str = ""
    """One sentence of figures; it follows the meaning of the cause."""
    certainty: Certainty | None = None
    """Where it is not the cause's own."""
    decided_by: Decider | None = None
    """Where it is not the cause's own."""
    severity: Severity | None = None
    """Where it is not the cause's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One row on a pair."""

    cause_id: str
    see: Callable[[PairFacts], Sighting | None]
    needs: tuple[int, ...] = (0,)
    """As of a `Rule`; each of the traits may be that of another connection of the pair."""

    @property
    def cause(self) -> Cause:
        """The cause that this row recognises."""
        return BY_ID[self.cause_id]


def may_apply(needs: tuple[int, ...], traits: int) -> bool:
    """Whether the traits of a connection, or of a pair, meet the needs of a row."""
    # No `any(…)` here: a generator takes longer than the comparisons.
    for need in needs:  # noqa: SIM110
        if traits & need == need:
            return True
    return False


def both(*tests: Test) -> Test:
    """A test that holds where all of `tests` do."""

    def applies(facts: Facts, pair: PairFacts) -> bool:
        # No `all(…)` here: a generator for each row and connection takes longer than the tests.
        for test in tests:  # noqa: SIM110
            if not test(facts, pair):
                return False
        return True

    return applies


def then(*proofs: ProofOf) -> ProofOf:
    """One proof after the other."""

    def proof(facts: Facts, pair: PairFacts) -> Iterator[Proof]:
        for each in proofs:
            yield from each(facts, pair)

    return proof
