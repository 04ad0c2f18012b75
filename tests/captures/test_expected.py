"""An expectation notices every difference, and names it."""

from copy import deepcopy
from typing import Any

import pytest

from captures.lab.expected import mismatches
from captures.lab.scenario import Expected

EXPECTED = Expected(
    verdict="not-reused",
    connections=2,
    exchanges=2,
    needed_connections=1,
    avoidable_connections=1,
    reuse_rate=0.0,
    connection_verdicts={"single-use": 2},
    causes={"client-http10": "client"},
)
CONNECTION = {"verdict": "single-use", "end": {"reason": "client-http10", "decided_by": "client"}}
REPORT: dict[str, Any] = {
    "summary": {
        "verdict": "not-reused",
        "connections": 2,
        "exchanges": 2,
        "needed_connections": 1,
        "avoidable_connections": 1,
        "reuse_rate": 0.0,
    },
    "pairs": [{"client": "192.0.2.9", "server": "192.0.2.1:8880", "verdict": "not-reused"}],
    "connections": [CONNECTION, CONNECTION],
    "findings": [
        {"id": "client-http10", "severity": "warning", "decided_by": "client"},
        {"id": "something-true", "severity": "note", "decided_by": "nobody"},
    ],
}


def test_a_report_as_expected_has_no_mismatch() -> None:
    assert mismatches(EXPECTED, REPORT) == []


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("summary", "verdict"), "reused", "summary.verdict: expected not-reused, got reused"),
        (("summary", "connections"), 3, "summary.connections: expected 2, got 3"),
        (("summary", "exchanges"), 3, "summary.exchanges: expected 2, got 3"),
        (("summary", "needed_connections"), 2, "summary.needed_connections: expected 1, got 2"),
        (("summary", "avoidable_connections"), 0, "summary.avoidable_connections: expected 1, got 0"),
        (("summary", "reuse_rate"), None, "summary.reuse_rate: expected 0.0, got None"),
        (("pairs", 0, "verdict"), "reused", "expected verdict not-reused, got reused"),
        (("connections", 0, "verdict"), "open", "expected verdicts {'single-use': 2}"),
        (("findings", 0, "id"), "other", "got no such finding"),
        (("findings", 0, "decided_by"), "server", "expected to be decided by client, got server"),
        (("findings", 1, "severity"), "warning", "finding something-true: an unexpected warning"),
    ],
)
def test_every_difference_is_named(path: tuple[str | int, ...], value: object, complaint: str) -> None:
    report: Any = deepcopy(REPORT)
    place = report
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert complaint in "\n".join(mismatches(EXPECTED, report))


def test_avoidable_connections_need_an_expected_cause() -> None:
    report = deepcopy(REPORT)
    for connection in report["connections"]:
        connection["end"] = {"reason": "client-no-session", "decided_by": "client"}
    assert any(line.startswith("ends: expected 1 or more") for line in mismatches(EXPECTED, report))
