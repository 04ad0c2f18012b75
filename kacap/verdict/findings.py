"""Groups the connections of a pair that ended for the same reason into one finding, with proof and remedies.

A finding is a warning only where it cost something: in a pair whose connections were for the most part reused, or of
which none was avoidable, it is a note. A failed connection attempt is outside the question of reuse and keeps the
severity of its cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kacap.verdict.cause import OUTSIDE, Cause, Remedy
from kacap.verdict.ending import Ending
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.proof import Proof
from kacap.verdict.rules import Ruling
from kacap.verdict.stacks import names_given, recognised_first
from kacap.verdict.words import Certainty, Decider, Severity, Verdict

SHOWN_CONNECTIONS = 3
"""Connections of a finding whose frames are listed; the others are named by the filter."""

_SURE = {Certainty.PROVEN: 0, Certainty.LIKELY: 1, Certainty.POSSIBLE: 2}
_GRAVE = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class PairFinding:
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


def findings_of(pair: PairFacts, endings: Sequence[Ending]) -> list[PairFinding]:
    """The findings of one pair, the gravest first; `endings` stand in the order of its connections."""
    groups: dict[tuple[str, Decider], list[tuple[Facts, Ruling]]] = {}
    for facts, end in zip(pair.connections, endings, strict=True):
        if end.ruling is not None:
            key = (end.ruling.rule.cause_id, end.ruling.decided_by)
            groups.setdefault(key, []).append((facts, end.ruling))
    found = [_finding(pair, members) for members in groups.values()]
    return sorted(found, key=lambda finding: (_GRAVE[finding.severity], -len(finding.connections)))


def _finding(pair: PairFacts, members: list[tuple[Facts, Ruling]]) -> PairFinding:
    ruling = members[0][1]
    cause = ruling.rule.cause
    connections = tuple(facts for facts, _ in members)
    evidence = tuple(
        (facts.stream, proof) for facts in connections[:SHOWN_CONNECTIONS] for proof in ruling.rule.proof(facts)
    )
    certainties = [ruling.certainty for _, ruling in members]
    certainty = max(certainties, key=_SURE.__getitem__)
    names = names_given(connections[:SHOWN_CONNECTIONS], ruling.decided_by)
    explanation = cause.meaning
    if cause.look_alikes and certainty is not Certainty.PROVEN:
        explanation += " Looks the same: " + "; ".join(text.rstrip(".") for text in cause.look_alikes) + "."
    return PairFinding(
        cause=cause,
        severity=_severity(cause, pair, min(certainties, key=_SURE.__getitem__)),
        certainty=certainty,
        decided_by=ruling.decided_by,
        connections=connections,
        evidence=evidence,
        remedies=recognised_first(_fitting(cause, ruling), names),
        explanation=explanation,
    )


def _fitting(cause: Cause, ruling: Ruling) -> tuple[Remedy, ...]:
    """The remedies for what was seen: some belong to one decider only."""
    return tuple(remedy for remedy in cause.remedies if remedy.decided_by in (None, ruling.decided_by))


def _severity(cause: Cause, pair: PairFacts, surest: Certainty) -> Severity:
    if cause.group == OUTSIDE:
        # A SYN shortly before the end of the capture is no alarm: its answer may have come later.
        return Severity.NOTE if surest is Certainty.POSSIBLE else cause.severity
    if pair.avoidable == 0 or pair.verdict is Verdict.REUSED:
        return Severity.NOTE
    return cause.severity
