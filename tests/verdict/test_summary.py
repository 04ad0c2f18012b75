"""The sums over all pairs, and the one sentence."""

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.summary import summarise
from kacap.verdict.words import Side, Verdict
from tests.verdict.heard import heard
from tests.verdict.records import exchange, ns, record

CLIENT = Side.CLIENT


def loop(count: int) -> PairFacts:
    """A new connection for each of `count` exchanges."""
    return PairFacts(
        [
            record(exchange(at + 1, at + 5), opened=at, ready=at + 1, closed=(CLIENT, at + 6))
            for at in range(0, 20 * count, 20)
        ]
    )


def kept(exchanges: int, *others: Facts) -> PairFacts:
    """One connection for all exchanges, and others."""
    return PairFacts([record(*(exchange(at, at + 5) for at in range(0, 50 * exchanges, 50))), *others])


def lossy(count: int) -> PairFacts:
    return PairFacts([record(exchange(at, at + 5), opened=at, lost_in_gap=True) for at in range(0, 50 * count, 50)])


def spoken(*lines: str) -> PairFacts:
    """One connection for each text."""
    return PairFacts(heard("\n".join(f"connection\n{each}" for each in lines)))


SILENT, REFUSED, TLS = "client SYN\n+1s frame 00", "client SYN\nserver RST ACK", "handshake\nclient tls a.example"
HTTP2, UNUSED = "handshake\nclient raw PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", "handshake\nclient closes"

TABLE: dict[str, tuple[list[PairFacts], Verdict, str]] = {
    # name: pairs, verdict, headline
    "nothing": ([], Verdict.NO_OPPORTUNITY, "No TCP connection in this capture"),
    "one exchange": ([loop(1)], Verdict.NO_OPPORTUNITY, "1 connection for 1 exchange; none was avoidable"),
    "two servers, one exchange each": (
        [loop(1), loop(1)],
        Verdict.NO_OPPORTUNITY,
        "2 connections for 2 exchanges; none was avoidable",
    ),
    "one connection, reused": ([kept(5)], Verdict.REUSED, "1 connection for 5 exchanges; none was avoidable"),
    "a loop of two": ([loop(2)], Verdict.NOT_REUSED, "2 connections for 2 exchanges; 1 would have done"),
    "a long loop": ([loop(100)], Verdict.NOT_REUSED, "100 connections for 100 exchanges; 1 would have done"),
    "a loop at each of two servers": (
        [loop(3), loop(3)],
        Verdict.NOT_REUSED,
        "6 connections for 6 exchanges; 2 would have done",
    ),
    "one good pair and one bad": (
        [kept(11), loop(11)],
        Verdict.PARTLY_REUSED,
        "12 connections for 22 exchanges; 2 would have done",
    ),
    "much reuse outweighs a little waste": (
        [kept(100), loop(2)],
        Verdict.REUSED,
        "3 connections for 102 exchanges; 1 avoidable, which is little",
    ),
    "unused connections do not carry": (
        [kept(5, record(), record())],
        Verdict.REUSED,
        "1 connection for 5 exchanges; none was avoidable",
    ),
    "a request that its close left unanswered": (
        [spoken("handshake\nclient GET /\nserver 204\n+5s client GET /\nserver RST")],
        Verdict.NOT_REUSED,
        "1 connection for 2 exchanges; 1 request on a kept connection never answered",
    ),
    "two of them": (
        [spoken("handshake\nclient GET /\nserver 204\n+5s client GET /\nclient GET /\nserver RST")],
        Verdict.NOT_REUSED,
        "1 connection for 3 exchanges; 2 requests on a kept connection never answered",
    ),
    "gaps": (
        [lossy(2)],
        Verdict.INCONCLUSIVE,
        "2 connections for 2 exchanges seen; the capture misses some of what was said",
    ),
    "gaps in one pair, much reuse in another": (
        [lossy(1), kept(50)],
        Verdict.REUSED,
        "2 connections for 51 exchanges; none was avoidable",
    ),
    "encrypted beside clear": (
        [spoken(TLS), loop(3)],
        Verdict.NOT_REUSED,
        "3 connections for 3 exchanges; 1 would have done",
    ),
    "one unused": ([spoken(UNUSED)], Verdict.NO_OPPORTUNITY, "No HTTP/1 exchange in 1 connection"),
    "two unused": ([spoken(UNUSED, UNUSED)], Verdict.NO_OPPORTUNITY, "No HTTP/1 exchange in 2 connections"),
    "refused and silent": (
        [spoken(REFUSED), spoken(SILENT, UNUSED)],
        Verdict.NO_OPPORTUNITY,
        "No HTTP/1 exchange in 3 connections; 2 never established",
    ),
    "TLS": ([spoken(TLS)], Verdict.INCONCLUSIVE, "No HTTP/1 exchange in 1 connection; 1 encrypted with TLS"),
    "all kinds": (
        [spoken(TLS, TLS), spoken(SILENT), spoken(HTTP2), spoken(UNUSED)],
        Verdict.INCONCLUSIVE,
        "No HTTP/1 exchange in 5 connections; 1 never established; 2 encrypted with TLS; 1 in HTTP/2",
    ),
}


@pytest.mark.parametrize(("pairs", "verdict", "headline"), TABLE.values(), ids=TABLE.keys())
def test_verdict_and_headline(pairs: list[PairFacts], verdict: Verdict, headline: str) -> None:
    sums = summarise(pairs, left_out=0)
    assert (sums.verdict, sums.headline) == (verdict, headline)


@pytest.mark.parametrize(
    ("pairs", "left_out", "headline"),
    [
        ([], 3, "None of the 3 TCP connections in this capture was asked for"),
        ([], 1, "The TCP connection in this capture was not asked for"),
        ([spoken(UNUSED)], 3, "No HTTP/1 exchange in 1 connection"),
        ([loop(1)], 3, "1 connection for 1 exchange; none was avoidable"),
    ],
)
def test_connections_that_nobody_asked_for(pairs: list[PairFacts], left_out: int, headline: str) -> None:
    assert summarise(pairs, left_out).headline == headline


def test_every_verdict_is_in_the_table() -> None:
    assert {verdict for _, verdict, _ in TABLE.values()} == set(Verdict)


def test_numbers_are_sums_and_the_rate_is_of_the_sums() -> None:
    sums = summarise([kept(11, record(exchange(3, 5), opened=None)), loop(4), spoken(SILENT)], left_out=9)
    assert (sums.connections, sums.opened, sums.exchanges, sums.reused_exchanges) == (7, 6, 16, 10)
    assert (sums.needed, sums.avoidable) == (3, 3)
    assert sums.reuse_rate == 10 / 13
    assert sums.handshake_cost_ns == 3 * ns(1)
