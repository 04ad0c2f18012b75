"""Findings: each cause once, however many pairs share it."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kacap.render.clock import Clock
from kacap.render.finding import in_full
from kacap.render.findings import FULL_SHOWN, LINES_SHOWN, findings
from kacap.render.terminal import print_report
from kacap.report.model import Connection, Evidence, Finding, Remedy, Report
from kacap.verdict.words import Decider, Severity
from tests.render.build import START_NS
from tests.render.plain_samples import single_use
from tests.render.screen import Screen, printed

BASE = single_use()
FINDING = BASE.findings[0]


class Counted(tuple[Connection, ...]):
    """Connections that know how often someone went through them."""

    passes = 0

    def __iter__(self) -> Iterator[Connection]:
        self.passes += 1
        return super().__iter__()


def same_fault_at(pairs: int) -> Report:
    """The same finding at many pairs, with one connection more at the last; two connections each."""
    clients = [f"10.0.{number >> 8}.{number & 255}" for number in range(pairs)]
    found = [replace(FINDING, client=client, count=2) for client in clients]
    found[-1] = replace(found[-1], count=3)
    connections = (
        replace(BASE.connections[at], stream=2 * number + at, client=f"{client}:{51000 + at}")
        for number, client in enumerate(clients)
        for at in range(2)
    )
    return replace(
        BASE,
        findings=tuple(found),
        pairs=tuple(replace(BASE.pairs[0], client=client) for client in clients),
        connections=Counted(connections),
    )


def told(report: Report, width: int = 120) -> str:
    return "\n".join(printed(part, width) for part in findings(report))


def test_the_same_fault_is_told_in_full_once_at_its_worst_pair() -> None:
    text = told(same_fault_at(400))
    assert text.count(FINDING.title) == 1
    assert "3 connections · 10.0.1.143 → 192.0.2.1:8880" in text
    assert "… and the same at 399 other pairs (798 connections); --json has all\n" in text
    assert text.count("\nCost") == 1


def test_the_cost_is_told_with_what_speaks_of_reuse() -> None:
    refused = replace(FINDING, id="connect-failed", title="Refused", severity=Severity.ERROR)
    error, warning = findings(replace(BASE, findings=(refused, FINDING)))
    assert "\nCost" not in printed(error, 120)
    assert "\nCost" in printed(warning, 120)


@pytest.mark.parametrize("cause", ["early-response-reset", "keepalive-race"])
def test_an_error_costs_as_well(cause: str) -> None:
    error = replace(FINDING, id=cause, severity=Severity.ERROR)
    assert "\nCost" in told(replace(BASE, findings=(error,)))


def test_a_remedy_is_said_once_at_a_pair() -> None:
    first = replace(FINDING, remedies=(Remedy("nginx", "keepalive_timeout 75s;"), Remedy("Tomcat", "first")))
    again = replace(first, id="another", remedies=(Remedy("nginx", "keepalive_timeout 75s;"), Remedy("Tomcat", "new")))
    text = told(replace(BASE, findings=(first, again)))
    assert text.count("keepalive_timeout 75s;") == 1
    assert re.search(r"Fix +nginx +as above\n +Tomcat +new\n", text)
    elsewhere = told(replace(BASE, findings=(first, replace(again, server="192.0.2.2:80"))))
    assert elsewhere.count("keepalive_timeout 75s;") == 2


def test_two_pairs() -> None:
    assert "… and the same at 1 other pair (2 connections); --json has all\n" in told(same_fault_at(2))


def test_output_and_work_do_not_grow_with_the_pairs() -> None:
    lines, passes = [], []
    for pairs in (30, 300):
        report = same_fault_at(pairs)
        screen = Screen(80)
        print_report(report, screen.console)
        assert isinstance(report.connections, Counted)
        lines.append(screen.text.count("\n"))
        passes.append(report.connections.passes)
    assert lines[0] == lines[1] < 140
    assert passes[0] == passes[1] < 5


def test_another_decider_or_severity_is_another_finding() -> None:
    others = (
        FINDING,
        replace(FINDING, decided_by=Decider.SERVER),
        replace(FINDING, severity=Severity.ERROR),
        replace(FINDING, client="192.0.2.10", count=1),
    )
    text = told(replace(BASE, findings=others))
    assert text.count(FINDING.title) == 3
    assert text.count("and the same at 1 other pair (1 connection)") == 1


def test_only_so_many_causes_are_told_in_full_and_the_others_have_a_line() -> None:
    many = tuple(replace(FINDING, id=f"client-{number}", count=7) for number in range(FULL_SHOWN + 2))
    text = told(replace(BASE, findings=many))
    assert text.count("\nWhy ") == FULL_SHOWN
    assert text.splitlines()[-2:] == [
        f"warning  {FINDING.title}  7 connections · client-{number}" for number in range(FULL_SHOWN, FULL_SHOWN + 2)
    ]


def test_lines_end_somewhere() -> None:
    many = tuple(replace(FINDING, id=f"client-{n}", count=7, severity=Severity.NOTE) for n in range(LINES_SHOWN + 3))
    text = told(replace(BASE, findings=many))
    assert text.count(FINDING.title) == LINES_SHOWN
    assert text.endswith("\n         … and 3 more findings (21 connections); --json has all\n")


def test_the_gravest_first_then_what_most_connections_show() -> None:
    spread = [replace(FINDING, id="client-spread", client=f"192.0.2.{number}", count=60) for number in (1, 2)]
    error = replace(FINDING, id="connect-failed", severity=Severity.ERROR, count=1)
    text = told(replace(BASE, findings=(FINDING, *spread, error)))
    places = [text.index(f"kacap explain {cause}") for cause in ("connect-failed", "client-spread", FINDING.id)]
    assert places == sorted(places)


def test_notes_only_where_wanted() -> None:
    note = replace(BASE, findings=(replace(FINDING, severity=Severity.NOTE),))
    assert list(findings(note, notes=False)) == []
    assert len(list(findings(note))) == 1


def test_a_note_at_many_pairs_is_one_line() -> None:
    note = replace(FINDING, severity=Severity.NOTE, count=4)
    notes = (note, replace(note, server="192.0.2.2:80"), replace(note, id="client-http10"))
    assert told(replace(BASE, findings=notes, pairs=BASE.pairs * 2)).splitlines() == [
        f"note     {note.title}  2 pairs · 8 connections · {note.id}",
        f"note     {note.title}  192.0.2.1:8880 · 4 connections · client-http10",
    ]


def shown(finding: Finding) -> str:
    clock = Clock(START_NS, 1)
    told_in_full = in_full(finding, clock, cost=None, decider=finding.decided_by, names_pair=False, elsewhere="")
    return printed(told_in_full, 80)


def test_what_looks_the_same_has_a_row_of_its_own() -> None:
    doubtful = replace(FINDING, explanation="It closed. Looks the same: a new process; a small pool.")
    assert "\nWhy      It closed.\nProof" in shown(doubtful)
    assert "\nOr       a new process; a small pool.\nConfirm" in shown(doubtful)
    assert "\nOr " not in shown(FINDING)


def evidence(*texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(4 + at, at, START_NS, text) for at, text in enumerate(texts))


def test_proof_ends_where_the_next_connection_begins_to_show_the_same() -> None:
    text = shown(replace(FINDING, evidence=evidence("says close", "FIN after 1.2 ms", "says close", "FIN after 90 µs")))
    assert text.count("says close") == 1
    assert "90 µs" not in text
    assert "--json has all" not in text


def test_proof_by_repetition_shows_it() -> None:
    text = shown(replace(FINDING, evidence=evidence("FIN after 5.00 s", "FIN after 5.01 s", "FIN after 5.02 s")))
    assert "5.01 s" in text
    assert "5.02 s" not in text


def test_proof_that_differs_is_shown_and_its_rest_is_counted() -> None:
    text = shown(replace(FINDING, evidence=evidence("a", "b", "c", "d", "e", "f")))
    assert re.findall(r"s  ([a-f])$", text, re.MULTILINE) == ["a", "b", "c"]
    assert "… and 3 more: --json has all" in text


def test_how_to_make_sure() -> None:
    assert "\nConfirm  Wireshark: http.request and" in shown(FINDING)
    assert "Confirm" not in shown(replace(FINDING, confirm=""))


def test_who_decided_is_named_as_the_proxy_where_it_is_one() -> None:
    outer = replace(FINDING, decided_by=Decider.SERVER)
    inner = replace(FINDING, decided_by=Decider.CLIENT, client="192.0.2.1", server="192.0.2.2:8881", id="another")
    pairs = (BASE.pairs[0], replace(BASE.pairs[0], client=inner.client, server=inner.server, behind=outer.server))
    text = told(replace(BASE, findings=(outer, inner), pairs=pairs))
    assert "server (the proxy) decided" in text
    assert "client (the proxy) decided" in text
    assert "(the proxy)" not in told(replace(BASE, findings=(outer,)))
