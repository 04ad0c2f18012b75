"""A report held against an expectation. Knows the JSON report, and nothing of the program that wrote it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from captures.lab.scenario import Expected

_SUMMARY = ("verdict", "connections", "exchanges", "needed_connections", "avoidable_connections", "reuse_rate")


def mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    """All differences between an expectation and a JSON report, one line each; empty when it holds."""
    found = [
        f"summary.{name}: expected {getattr(expected, name)}, got {report['summary'][name]}"
        for name in _SUMMARY
        if report["summary"][name] != getattr(expected, name)
    ]
    found += [
        f"pair {pair['client']} -> {pair['server']}: expected verdict {expected.verdict}, got {pair['verdict']}"
        for pair in report["pairs"]
        if pair["verdict"] != expected.verdict
    ]
    verdicts = Counter(connection["verdict"] for connection in report["connections"])
    if verdicts != Counter(expected.connection_verdicts):
        found.append(f"connections: expected verdicts {dict(expected.connection_verdicts)}, got {dict(verdicts)}")
    return found + _finding_mismatches(expected, report) + _end_mismatches(expected, report)


def _finding_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    deciders = {finding["id"]: finding["decided_by"] for finding in report["findings"]}
    found = [
        f"finding {cause}: expected to be decided by {decider}, got {deciders.get(cause, 'no such finding')}"
        for cause, decider in expected.causes.items()
        if deciders.get(cause) != decider
    ]
    # A note may say anything that is true; blame must be expected.
    found += [
        f"finding {finding['id']}: an unexpected {finding['severity']}"
        for finding in report["findings"]
        if finding["severity"] != "note" and finding["id"] not in expected.causes
    ]
    return found


def _end_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    """Each avoidable connection must have an end that an expected cause explains."""
    ends = Counter(
        (connection["end"]["reason"], connection["end"]["decided_by"]) for connection in report["connections"]
    )
    explained = sum(ends[cause] for cause in expected.causes.items())
    if explained < expected.avoidable_connections:
        return [
            f"ends: expected {expected.avoidable_connections} or more of {dict(expected.causes)}, "
            f"got {explained} among {dict(ends)}"
        ]
    return []
