"""Groups the connections of a pair that ended for the same reason into one finding, with proof and remedies.

Beside them stands what was observed of the pair as a whole.

A finding is a warning only where it cost something: in a pair whose connections were for the most part reused, or of
which none was avoidable, it is a note. A failed connection attempt is outside the question of reuse and keeps the
severity of its cause, unless the client went on with another address at once.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from kacap.verdict.causes.cause import OUTSIDE, Cause, Remedy
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof
from kacap.verdict.rules import Observation, Ruling, Sighting, observe
from kacap.verdict.stacks import names_given, recognised_first
from kacap.verdict.words import Certainty, Decider, Severity

SHOWN_CONNECTIONS: Final = 3
"""Connections of a finding whose frames are listed; the others are named by the filter."""

_SURE = {Certainty.PROVEN: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}
_GRAVE = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class PairFinding(NamedTuple):
    """One cause at one pair."""

    cause: Cause
    severity: Severity
    certainty: Certainty
    decided_by: Decider
    connections: tuple[Facts, ...]
    evidence: tuple[tuple[int, Proof], ...]
    """Stream, and what one of its frames shows."""
    remedies: tuple[Remedy, ...]
    explanation: str


class _Members:
    """The connections of one pair that ended for one reason, by one decider."""

    __slots__ = ("certainties", "connections", "ruling")

    def __init__(self, ruling: Ruling) -> None:
        self.ruling = ruling
        """That of the first."""
        self.connections: list[Facts] = []
        self.certainties: set[Certainty] = set()


def findings_of(pair: PairFacts, rulings: Sequence[Ruling | None]) -> list[PairFinding]:
    """The findings of one pair, the gravest first; `rulings` stand in the order of its connections."""
    groups: dict[tuple[str, Decider], _Members] = {}
    known: dict[Ruling, _Members] = {}
    for facts, ruling in zip(pair.connections, rulings, strict=True):
        if ruling is None or not ruling.rule.tells:
            continue
        members = known.get(ruling)
        if members is None:
            members = known[ruling] = groups.setdefault((ruling.rule.cause_id, ruling.decided_by), _Members(ruling))
            members.certainties.add(ruling.certainty)
        members.connections.append(facts)
    found = [_finding(pair, members) for members in groups.values()]
    found += [_observed(pair, row, sight) for row, sight in observe(pair)]
    return sorted(found, key=lambda finding: (_GRAVE[finding.severity], -len(finding.connections)))


def _finding(pair: PairFacts, members: _Members) -> PairFinding:
    ruling = members.ruling
    cause = ruling.rule.cause
    connections = tuple(members.connections)
    evidence = tuple(
        (facts.stream if proof.stream is None else proof.stream, proof)
        for facts in connections[:SHOWN_CONNECTIONS]
        for proof in ruling.rule.proof(facts, pair)
    )
    certainty = max(members.certainties, key=_SURE.__getitem__)
    rule = ruling.rule
    numbers = "" if rule.numbers is None else rule.numbers(pair, connections)
    surest = min(members.certainties, key=_SURE.__getitem__)
    return PairFinding(
        cause=cause,
        severity=_severity(cause, pair, connections, surest)
        if rule.severity is None
        else rule.severity(pair, connections),
        certainty=certainty,
        decided_by=ruling.decided_by,
        connections=connections,
        evidence=evidence,
        remedies=_remedies(cause, ruling.decided_by, connections, pair),
        explanation=_explanation(cause, numbers, certainty),
    )


def _observed(pair: PairFacts, row: Observation, sight: Sighting) -> PairFinding:
    cause = row.cause
    certainty = cause.certainty if sight.certainty is None else sight.certainty
    decided_by = cause.decided_by if sight.decided_by is None else sight.decided_by
    return PairFinding(
        cause=cause,
        severity=cause.severity if sight.severity is None else sight.severity,
        certainty=certainty,
        decided_by=decided_by,
        connections=sight.connections,
        evidence=sight.evidence,
        remedies=_remedies(cause, decided_by, sight.connections, pair),
        explanation=_explanation(cause, sight.numbers, certainty),
    )


def _explanation(cause: Cause, numbers: str, certainty: Certainty) -> str:
    parts = [cause.meaning, numbers]
    if cause.look_alikes and certainty is not Certainty.PROVEN:
        parts.append("Looks the same: " + "; ".join(text.rstrip(".") for text in cause.look_alikes) + ".")
    return " ".join(part for part in parts if part)


def _remedies(cause: Cause, decided_by: Decider, connections: tuple[Facts, ...], pair: PairFacts) -> tuple[Remedy, ...]:
    """The remedies for what was seen, recognised stacks first: some belong to one decider or to a proxy only."""
    behind = pair.behind is not None and any(remedy.behind for remedy in cause.remedies)
    fitting = tuple(
        remedy for remedy in cause.remedies if remedy.decided_by in (None, decided_by) and remedy.behind is behind
    )
    return recognised_first(fitting, names_given(connections[:SHOWN_CONNECTIONS], decided_by))


def _severity(cause: Cause, pair: PairFacts, connections: Sequence[Facts], surest: Certainty) -> Severity:
    if cause.group == OUTSIDE:
        # A SYN shortly before the end of the capture is no alarm: its answer may have come later.
        fallbacks = pair.capture.fallbacks
        harmless = surest is Certainty.POSSIBLE or all(fallbacks.has(facts) for facts in connections)
        return Severity.NOTE if harmless else cause.severity
    return cause.severity if pair.is_wasteful else Severity.NOTE
