"""The rows that may apply to a connection with given traits, asked in the order of the table: the first one rules.

Of all rows these are a few, the same for all connections of one kind.
"""

from functools import lru_cache

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules.rule import Observation, Rule, Ruling, Sighting, may_apply
from kacap.verdict.rules.table import OBSERVATIONS, RULES
from kacap.verdict.traits import Kind, traits_of


def rule_on(facts: Facts, pair: PairFacts) -> Ruling | None:
    """The first row of the table that applies; None when no row explains the end."""
    rule = _first(candidates(traits_of(facts) | pair.traits), facts, pair)
    return None if rule is None else _ruling(rule, facts, pair, [])


def rulings_of(pair: PairFacts) -> list[Ruling | None]:
    """As `rule_on`, of each connection of a pair, in their order. What is the same of many is one object."""
    common = pair.traits
    rows: dict[Kind, tuple[Rule, ...]] = {}
    known: dict[Rule, list[Ruling]] = {}
    rulings: list[Ruling | None] = []
    for facts, kind in zip(pair.connections, pair.kinds, strict=True):
        possible = rows.get(kind)
        if possible is None:
            possible = rows[kind] = candidates(kind.traits | common)
        rule = _first(possible, facts, pair)
        if rule is None:
            rulings.append(None)
            continue
        said = known.get(rule)
        if said is None:
            said = known[rule] = []
        if said and rule.decided_by is None and rule.certainty is None:
            rulings.append(said[0])
        else:
            rulings.append(_ruling(rule, facts, pair, said))
    return rulings


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
