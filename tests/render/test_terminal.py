"""The report on a screen: goldens to read, and what must hold whatever a capture says."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from kacap.render.detail import Detail
from kacap.render.terminal import is_healthy, print_report
from kacap.report.model import Report
from kacap.verdict.words import Severity, Verdict
from tests.render.build import pair
from tests.render.golden import assert_golden
from tests.render.odd_samples import hostile
from tests.render.plain_samples import healthy, one_exchange, single_use
from tests.render.samples import SAMPLES
from tests.render.screen import Screen

GOLDENS = Path(__file__).parent / "goldens"


def shown(report: Report, width: int = 80, *, encoding: str = "utf-8", detail: Detail | None = None) -> str:
    screen = Screen(width, encoding=encoding)
    print_report(report, screen.console, detail=detail)
    return screen.text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str, width: int) -> None:
    assert_golden(GOLDENS / f"{name}-{width}.txt", shown(SAMPLES[name], width))


def test_golden_ascii() -> None:
    assert_golden(GOLDENS / "refused-80-ascii.txt", shown(SAMPLES["refused"], encoding="ascii"))


@pytest.mark.parametrize("width", [20, 40, 79, 80, 120, 300])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_the_console(name: str, width: int) -> None:
    lines = shown(SAMPLES[name], width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


@given(st.text(st.characters(exclude_categories=())), st.sampled_from([40, 80, 120]))
@settings(max_examples=40, deadline=None)
def test_no_text_of_a_capture_reaches_the_terminal_as_control(text: str, width: int) -> None:
    assert all(character == "\n" or character.isprintable() for character in shown(hostile(text), width))


def test_markup_and_emoji_in_a_capture_stay_text() -> None:
    text = shown(hostile("[red]x[/red] :boom:"), 120)
    assert "[red]x[/red] :boom:" in text


def test_without_a_terminal_there_is_no_escape_sequence() -> None:
    assert "\x1b" not in shown(single_use())


def test_colour_adds_escape_sequences_and_changes_no_letter() -> None:
    screen = Screen(80, colour=True)
    print_report(single_use(), screen.console)
    assert "\x1b[1;31mNOT REUSED" in screen.text
    assert re.sub(r"\x1b\[[0-9;]*m", "", screen.text) == shown(single_use())


def test_verdict_first_then_why_proof_fix_confirm_cost_then_tables_then_facts() -> None:
    text = shown(single_use())
    order = [
        "NOT REUSED",
        "warning",
        "Why",
        "Proof",
        "Fix",
        "Confirm",
        "Cost",
        "Filter",
        "More",
        "note",
        "  pair",
        "  stream",
    ]
    places = [text.index(f"\n{word}") if word != "NOT REUSED" else text.index(word) for word in order]
    assert places == sorted(places)
    assert text.splitlines()[-1].startswith("trace.pcap")


def test_a_healthy_capture_is_three_lines_and_a_table() -> None:
    first, rest = shown(healthy()).split("\n\n", 1)
    assert len(first.splitlines()) == 3
    assert rest.startswith("  pair")
    assert "stream" not in rest


def test_a_healthy_capture_keeps_its_notes_for_who_asks_for_detail() -> None:
    note = replace(single_use().findings[0], severity=Severity.NOTE)
    noted = replace(healthy(), findings=(note,))
    assert shown(noted) == shown(healthy())
    assert note.title in shown(noted, detail=Detail.CONNECTIONS)


def test_the_first_ten_lines_tell_the_verdict_the_cause_and_the_proof() -> None:
    lines = "\n".join(shown(single_use()).splitlines()[:10])
    assert all(word in lines for word in ("NOT REUSED", "95 avoidable connections", "client decided", "Why", "Proof"))


def test_several_causes_are_named_at_once() -> None:
    here = single_use().findings[0]
    others = tuple(replace(here, id=f"other-{number}", count=number) for number in range(1, 6))
    text = shown(replace(single_use(), findings=(here, replace(here, count=7), *others)), 200)
    assert text.splitlines()[2].strip() == (
        "why: client-sends-connection-close (107) · other-1 (1) · other-2 (2) · other-3 (3) · other-4 (4) · and 1 more"
    )
    assert "why:" not in shown(single_use())


def test_what_is_known_of_a_pair_has_a_column() -> None:
    known: dict[str, Any] = {"server_idle_timeout_ns": 2 * 10**9, "client_idle_timeout_ns": 10**9, "max_requests": 77}
    rows = (pair(**known, behind="192.0.2.1:80"), pair(server="192.0.2.3:80"))
    text = shown(replace(single_use(), pairs=rows), 200)
    assert re.search(r"idle timeout +max requests +behind\n", text)
    assert re.search(r"server 2.00 s, client 1.00 s +77 +192.0.2.1:80\n", text)
    assert "behind" not in shown(single_use(), 200)


def test_detail_that_was_asked_for_is_given() -> None:
    assert "  stream" in shown(healthy(), detail=Detail.CONNECTIONS)
    assert "  stream" not in shown(single_use(), detail=Detail.SUMMARY)
    assert "request" not in shown(one_exchange(), detail=Detail.CONNECTIONS).replace("requests", "").split("pair")[1]
    assert "GET /search?…" in shown(one_exchange(), detail=Detail.EXCHANGES)


def test_where_nothing_was_asked_for_the_sentence_speaks_and_there_is_no_table() -> None:
    assert shown(SAMPLES["nothing-asked-for"]).splitlines() == [
        "None of the 5 TCP connections matches",
        "verdict: no opportunity",
        "",
        "trace.pcap · pcap EN10MB · 60 frames, 5.00 kB",
    ]


def test_a_single_exchange_keeps_its_verdict_first() -> None:
    assert shown(one_exchange()).startswith("NO OPPORTUNITY  1 request on 1 connection")


def test_queries_only_when_asked_for() -> None:
    screen = Screen(120)
    print_report(one_exchange(), screen.console, queries=True)
    assert "q=private" in screen.text
    assert "private" not in shown(one_exchange(), 120)


def test_not_healthy_when_something_needs_mending() -> None:
    note = replace(single_use().findings[0], severity=Severity.NOTE)
    assert is_healthy(healthy())
    assert is_healthy(replace(healthy(), findings=(note,)))
    assert not is_healthy(replace(healthy(), findings=single_use().findings))
    assert not is_healthy(one_exchange())


def test_cost_is_told_once_a_pair_and_the_pair_is_named_where_there_are_several() -> None:
    base = single_use()
    other = replace(base.pairs[0], server="192.0.2.2:80", verdict=Verdict.REUSED)
    here = base.findings[0]
    twice = replace(base, findings=(here, replace(here, id="client-http10")), pairs=(*base.pairs, other))
    text = shown(twice, 120)
    assert text.count("\nCost") == 1
    assert text.count("100 connections · 192.0.2.9 → 192.0.2.1:8880") == 2


def test_what_is_too_long_says_where_the_rest_is() -> None:
    base = single_use()
    finding = replace(base.findings[0], evidence=base.findings[0].evidence * 3, filter="tcp.stream in {" + "1," * 400)
    text = shown(replace(base, findings=(finding,), pairs=tuple(pair() for _ in range(25))), 120)
    assert "… and 2 more: kacap explain has all" in text
    assert "100 streams; --json has the display filter" in text
    assert "the worst 20; … and 5 more pairs; --json has all" in text
    assert text.count("the first 10 by stream; … and 90 more; --json has all") == 2  # connections, exchanges
