"""A report held against an expectation. Knows the JSON report, and nothing of the program that wrote it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from captures.lab.scenario import Blame, Expected, Range

_COUNTS = ("connections", "exchanges", "needed_connections", "avoidable_connections")
_NONE = Range(0, 0)


def mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    """All differences between an expectation and a JSON report, one line each; empty when it holds."""
    summary = report["summary"]
    found = []
    if summary["verdict"] != expected.verdict:
        found.append(f"summary.verdict: expected {expected.verdict}, got {summary['verdict']}")
    found += [
        f"summary.{name}: expected {getattr(expected, name)}, got {summary[name]}"
        for name in _COUNTS
        if summary[name] not in getattr(expected, name)
    ]
    lookups = sum(
        exchange["timings"]["dns_ms"] is not None
        for connection in report["connections"]
        for exchange in connection["exchanges"]
    )
    if lookups not in expected.lookups:
        found.append(f"exchanges after a DNS look-up: expected {expected.lookups}, got {lookups}")
    return (
        found
        + _pair_mismatches(expected, report)
        + _timer_mismatches(expected, report)
        + _connection_mismatches(expected, report)
        + _finding_mismatches(expected, report)
        + _end_mismatches(expected, report)
    )


def arrived(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    """The awaited causes that the report does name by now; they belong among the expected ones."""
    found = _blames(report)
    return [cause for cause in expected.awaited if cause in found]


def _pair_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    found = []
    for pair in report["pairs"]:
        verdict = expected.pair_verdicts.get(pair["server"].rpartition(":")[2], expected.verdict)
        if pair["verdict"] != verdict:
            found.append(f"pair {pair['client']} -> {pair['server']}: expected {verdict}, got {pair['verdict']}")
    return found


def _timer_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    found = []
    for side in ("server", "client"):
        setting_s = getattr(expected, f"{side}_idle_timeout_s")
        inferred_ms = [pair[f"{side}_idle_timeout_ms"] for pair in report["pairs"]]
        if setting_s is not None and not any(
            ms and abs(ms / 1000 - setting_s) <= 0.05 * setting_s for ms in inferred_ms
        ):
            found.append(f"{side} idle timeout: expected {setting_s} s, got {inferred_ms} ms")
    return found


def _connection_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    verdicts = Counter(connection["verdict"] for connection in report["connections"])
    return [
        f"connections: expected {expected.connection_verdicts.get(verdict, 0)} {verdict}, got {verdicts[verdict]}"
        for verdict in sorted({*verdicts, *expected.connection_verdicts})
        if verdicts[verdict] not in expected.connection_verdicts.get(verdict, _NONE)
    ]


def _finding_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    blames = _blames(report)
    found = [
        f"finding {cause}: expected {blame}, got {blames.get(cause, 'no such finding')}"
        for cause, blame in expected.causes.items()
        if blames.get(cause) != blame
    ]
    # A note may say anything that is true; blame must be expected.
    found += [
        f"finding {finding['id']}: an unexpected {finding['severity']}"
        for finding in report["findings"]
        if finding["severity"] != "note" and finding["id"] not in {*expected.causes, *expected.awaited}
    ]
    return found


def _blames(report: Mapping[str, Any]) -> dict[str, Blame]:
    """Finding → who decided, at all pairs together, and the certainty that it has at the first of them."""
    blames: dict[str, Blame] = {}
    for finding in report["findings"]:
        known = blames.get(finding["id"], Blame((), finding["certainty"]))
        deciders = {*known.decided_by, finding["decided_by"]}
        blames[finding["id"]] = Blame(tuple(sorted(deciders)), known.certainty)
    return blames


def _end_mismatches(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    """Each avoidable connection must have an end that an expected cause explains."""
    if expected.awaited:
        return []
    ends = Counter(
        (connection["end"]["reason"], connection["end"]["decided_by"]) for connection in report["connections"]
    )
    explained = sum(ends[cause, decider] for cause, blame in expected.causes.items() for decider in blame.decided_by)
    if explained < expected.avoidable_connections.low:
        return [
            f"ends: expected {expected.avoidable_connections} or more of {', '.join(expected.causes)}, "
            f"got {explained} among {dict(ends)}"
        ]
    return []
