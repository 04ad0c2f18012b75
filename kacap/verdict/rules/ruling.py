"""The rows that may apply to a connection with given traits, asked in the order of the table: the first one rules.

Of all rows these are a few, the same for all connections of one kind.
"""

from collections.abc import Set
from functools import lru_cache

from kacap.http.heads import Head
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules.rule import Observation, Rule, Ruling, Sighting, may_apply
from kacap.verdict.rules.table import OBSERVATIONS, RULES
from kacap.verdict.traits import Kind, traits_of


def rule_on(facts: Facts, pair: PairFacts) -> Ruling | None:
    """The first row of the table that applies; None when no row explains the end."""
    rule = _first(candidates(traits_of(facts) | pair.traits), facts, pair)
    return None if rule is None else _ruling(rule, facts, pair, [])


def rulings_of(pair: PairFacts, only: Set[int] | None = None) -> list[Ruling | None]:
    """As `rule_on`, of each connection of a pair, in their order. What is the same of many is one object.

    `only`: rule on the connections of these streams; the others stand there as None.
    """
    common = pair.traits
    rows: dict[Kind, _Rows] = {}
    known: dict[Rule, list[Ruling]] = {}
    rulings: list[Ruling | None] = []
    for facts, kind in zip(pair.connections, pair.kinds, strict=True):
        if only is not None and facts.stream not in only:
            rulings.append(None)
            continue
        of_kind = rows.get(kind)
        if of_kind is None:
            of_kind = rows[kind] = _Rows(candidates(kind.traits | common))
        ruling = of_kind.said_before(facts)
        if ruling is None:
            rule = _first(of_kind.rows, facts, pair)
            if rule is not None:
                ruling = _ruling(rule, facts, pair, known.setdefault(rule, []))
                of_kind.remember(facts, ruling)
        rulings.append(ruling)
    return rulings


class _Rows:
    """The rows that may apply to connections of one kind, and what they said of the last, where it follows from heads.

    Most connections of a kind end with the same heads.
    """

    __slots__ = ("_request", "_response", "_ruling", "rows")

    def __init__(self, rows: tuple[Rule, ...]) -> None:
        self.rows = rows
        self._ruling: Ruling | None = None
        self._request: Head | None = None
        self._response: Head | None = None

    def said_before(self, facts: Facts) -> Ruling | None:
        """The ruling on another that ended with the same heads, if that is all that the rows ask for."""
        if self._ruling is None:
            return None
        request, response = facts.exchanges.heads(facts.final_index)
        return self._ruling if request is self._request and response is self._response else None

    def remember(self, facts: Facts, ruling: Ruling) -> None:
        """What was ruled on a connection."""
        self._ruling = None
        if ruling.rule.decided_by is not None or ruling.rule.certainty is not None:
            return
        for row in self.rows:
            if not row.by_heads:
                return
            if row is ruling.rule:
                break
        self._ruling = ruling
        self._request, self._response = facts.exchanges.heads(facts.final_index)


def observe(pair: PairFacts) -> list[tuple[Observation, Sighting]]:
    """What the rows see of a pair as a whole."""
    traits = pair.traits | pair.traits_of_any
    seen: list[tuple[Observation, Sighting]] = []
    for row in OBSERVATIONS:
        if may_apply(row.needs, traits):
            sight = row.see(pair)
            if sight is not None:
                seen.append((row, sight))
    return seen


@lru_cache(maxsize=4096)
def candidates(traits: int) -> tuple[Rule, ...]:
    """The rows that may apply to a connection with these traits, in order."""
    return tuple([rule for rule in RULES if may_apply(rule.needs, traits)])


def _first(rows: tuple[Rule, ...], facts: Facts, pair: PairFacts) -> Rule | None:
    for rule in rows:
        if rule.applies(facts, pair):
            return rule
    return None


def _ruling(rule: Rule, facts: Facts, pair: PairFacts, known: list[Ruling]) -> Ruling:
    """What the row says, as one of those that it said before if it is the same."""
    cause = rule.cause
    decided_by = cause.decided_by if rule.decided_by is None else rule.decided_by(facts, pair)
    certainty = cause.certainty if rule.certainty is None else rule.certainty(facts, pair)
    for ruling in known:
        if ruling.decided_by is decided_by and ruling.certainty is certainty:
            return ruling
    ruling = Ruling(rule, decided_by, certainty)
    known.append(ruling)
    return ruling
