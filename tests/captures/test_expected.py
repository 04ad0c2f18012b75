"""An expectation notices every difference, and names it."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from captures.lab.expected import arrived, mismatches
from captures.lab.scenario import Blame, Expected, Range

PROVEN = Blame(("client",), "proven")
EXPECTED = Expected(
    verdict="not-reused",
    pair_verdicts={"8881": "reused"},
    connections=Range(2, 2),
    exchanges=Range(2, 3),
    needed_connections=Range(1, 1),
    avoidable_connections=Range(1, 1),
    lookups=Range(0, 0),
    server_idle_timeout_s=2.0,
    client_idle_timeout_s=None,
    connection_verdicts={"single-use": Range(1, 2)},
    causes={"client-http10": PROVEN},
    awaited={},
)
CONNECTION: dict[str, Any] = {
    "verdict": "single-use",
    "exchanges": [],
    "end": {"reason": "client-http10", "decided_by": "client"},
}
TIMERS = {"server_idle_timeout_ms": 2001.5, "client_idle_timeout_ms": None}
REPORT: dict[str, Any] = {
    "summary": {
        "verdict": "not-reused",
        "connections": 2,
        "exchanges": 2,
        "needed_connections": 1,
        "avoidable_connections": 1,
    },
    "pairs": [
        {"client": "192.0.2.9", "server": "192.0.2.1:8880", "verdict": "not-reused", **TIMERS},
        {"client": "192.0.2.9", "server": "192.0.2.1:8881", "verdict": "reused", **TIMERS},
    ],
    "connections": [dict(CONNECTION), dict(CONNECTION)],
    "findings": [
        {"id": "client-http10", "severity": "warning", "decided_by": "client", "certainty": "proven"},
        {"id": "something-true", "severity": "note", "decided_by": "nobody", "certainty": "proven"},
    ],
}


def test_a_report_as_expected_has_no_mismatch() -> None:
    assert mismatches(EXPECTED, REPORT) == []


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("summary", "verdict"), "reused", "summary.verdict: expected not-reused, got reused"),
        (("summary", "connections"), 3, "summary.connections: expected 2, got 3"),
        (("summary", "exchanges"), 4, "summary.exchanges: expected 2–3, got 4"),
        (("summary", "needed_connections"), 2, "summary.needed_connections: expected 1, got 2"),
        (("summary", "avoidable_connections"), 0, "summary.avoidable_connections: expected 1, got 0"),
        (("pairs", 0, "verdict"), "reused", "-> 192.0.2.1:8880: expected not-reused, got reused"),
        (("pairs", 1, "verdict"), "not-reused", "-> 192.0.2.1:8881: expected reused, got not-reused"),
        (("pairs",), [], "server idle timeout: expected 2.0 s, got [] ms"),
        (("connections", 0, "exchanges"), [{"timings": {"dns_ms": 1.5}}], "DNS look-up: expected 0, got 1"),
        (("connections", 0, "verdict"), "open", "connections: expected 0 open, got 1"),
        (("findings", 0, "id"), "other", "got no such finding"),
        (("findings", 0, "decided_by"), "server", "decided_by=('client',), certainty='proven'), got"),
        (("findings", 0, "certainty"), "likely", "decided_by=('client',), certainty='proven'), got"),
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


def test_an_awaited_cause_leaves_connections_unexplained_until_it_arrives() -> None:
    awaiting = replace(EXPECTED, causes={}, awaited={"client-http10": PROVEN})
    report = deepcopy(REPORT)
    report["findings"].pop(0)
    assert mismatches(awaiting, report) == []
    assert arrived(awaiting, report) == []
    assert arrived(awaiting, REPORT) == ["client-http10"]
