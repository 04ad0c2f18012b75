"""A wasteful pair without a warning: what was seen is said."""

from dataclasses import replace

import pytest

from kacap.render.unrecognised import PAIRS_SHOWN, unrecognised
from kacap.report.model import Connection, End, Report
from kacap.verdict.words import ConnectionVerdict, Decider, Severity, Side, Verdict
from tests.render.build import MS, NO_END, START_NS, connection, exchange, pair
from tests.render.odd_samples import server_closes_idle
from tests.render.plain_samples import healthy, one_exchange, single_use
from tests.render.screen import printed

REPORT = server_closes_idle()


def told(report: Report, width: int = 120) -> str:
    return "\n".join(printed(part, width) for part in unrecognised(report))


def ending(stream: int, side: Side | None, kind: str | None, idle_ns: int | None) -> Connection:
    end: End = replace(NO_END, first_to_close=side, first_close=kind, idle_before_close_ns=idle_ns)
    return connection(stream, (exchange(1, 4, START_NS),), START_NS, START_NS + 9 * MS, end=end)


def test_who_closed_and_when_with_a_filter() -> None:
    assert told(REPORT).splitlines() == [
        "Why      not recognised: server FIN first on 4 of 4 ended connections, 1.00 s after the last response "
        "(0.99–1.01 s)",
        "Cost     3 avoidable handshakes, 600 µs (6 % of all exchange time)",
        "Filter   tcp.stream in {0..3}",
    ]


def test_the_most_frequent_way_is_told() -> None:
    ended = (
        ending(0, Side.CLIENT, "fin", 5 * MS),
        ending(1, Side.SERVER, "rst", None),
        ending(3, Side.SERVER, "rst", None),
        ending(4, None, None, None),
        replace(ending(5, Side.SERVER, "fin", None), exchanges=(), exchanges_count=0),
    )
    text = told(replace(REPORT, connections=ended))
    assert "not recognised: server RST first on 2 of 3 ended connections\n" in text
    assert "\nFilter   tcp.stream in {1,3}\n" in text


def test_one_idle_time_has_no_spread() -> None:
    text = told(replace(REPORT, connections=(ending(7, Side.CLIENT, "fin", 5 * MS),)))
    assert "client FIN first on 1 of 1 ended connection, 5.00 ms after the last response\n" in text
    assert "tcp.stream eq 7" in text


def test_nothing_ended() -> None:
    still_open = tuple(ending(stream, None, None, None) for stream in range(4))
    text = told(replace(REPORT, connections=still_open))
    assert "not recognised: none of 4 connections was seen to end after an exchange\n" in text
    assert "Filter" not in text


@pytest.mark.parametrize("report", [healthy(), single_use(), one_exchange()], ids=["healthy", "explained", "one"])
def test_silent_where_nothing_is_wasted_or_a_warning_explains_it(report: Report) -> None:
    assert told(report) == ""


def test_what_ended_for_a_known_reason_is_left_to_the_notes() -> None:
    known = ending(0, Side.SERVER, "fin", MS)
    known = replace(known, end=replace(known.end, reason="server-sends-connection-close"))
    assert told(replace(REPORT, connections=(known,))) == ""
    pairs = tuple(replace(REPORT.pairs[0], client=f"192.0.2.{number}") for number in range(1, 9))
    ended = tuple(replace(known, client=f"{pair.client}:51000") for pair in pairs)
    assert told(replace(REPORT, pairs=pairs, connections=ended)) == ""
    unknown = ending(1, Side.CLIENT, "fin", 2 * MS)
    text = told(replace(REPORT, connections=(known, unknown)))
    assert "client FIN first on 1 of 2 ended connections, 2.00 ms after the last response\n" in text
    assert "tcp.stream eq 1" in text


@pytest.mark.parametrize("severity", [Severity.NOTE, Severity.ERROR])
def test_a_note_or_a_failed_attempt_explains_no_waste(severity: Severity) -> None:
    finding = replace(single_use().findings[0], severity=severity, decided_by=Decider.SERVER)
    assert "not recognised" in told(replace(REPORT, findings=(finding,)))


def test_of_many_pairs_the_worst_are_told() -> None:
    pairs = tuple(
        pair(Verdict.PARTLY_REUSED, client=f"192.0.2.{number}", connections=5, avoidable_connections=number)
        for number in range(1, 8)
    )
    text = told(replace(REPORT, pairs=pairs))
    assert text.count("\nPair     ") == PAIRS_SHOWN
    assert "Pair     192.0.2.7 → 192.0.2.1:8880\n" in text
    assert text.endswith("… and not recognised at 4 other pairs (20 connections); --json has all\n")


def test_a_filter_that_is_too_long_is_a_number() -> None:
    many = tuple(ending(2 * number, Side.SERVER, "fin", MS) for number in range(200))
    assert "Filter   200 streams; --json has them\n" in told(replace(REPORT, connections=many))


def test_reused_connections_count_as_ended_too() -> None:
    reused = replace(ending(0, Side.SERVER, "fin", MS), verdict=ConnectionVerdict.REUSED)
    assert "1 of 1 ended connection" in told(replace(REPORT, connections=(reused,)))
