"""The rule table: each row fires, its near miss does not, and the first row that applies wins."""

from unittest.mock import PropertyMock, patch

import pytest

from kacap.verdict.causes import CAUSES
from kacap.verdict.facts import DISCARD_NS, Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rules import OBSERVATIONS, RULES, rule_on
from kacap.verdict.words import Certainty, Decider, Side
from tests.verdict.heard import heard
from tests.verdict.records import exchange, record

CLIENT, SERVER = Side.CLIENT, Side.SERVER
NANOSECOND = 1 / 1_000_000
CONNECT = 1
LONGEST_DISCARD = DISCARD_NS / 1_000_000 + CONNECT
"""Seen from the server's side, a client that closes at once does so one round trip after the response."""
SHORTEST_TIMER = 250
"""No timer closes sooner."""

GET = "client GET / | Host: a.example"
OLD = "client GET / HTTP/1.0 | Host: a.example"
OK = "+1ms server 200 | Content-Length: 2"
OLD_OK = "+1ms server HTTP/1.0 200 OK | Content-Length: 2"
KEEP, CLOSE, BODY = " | Connection: keep-alive", " | Connection: close", " || ok"
BYE = "+1s server closes"

TABLE = {
    # name: lines after `connection`, the reason (None: no row), who decided
    "no answer": ("client SYN\n+1s frame 00", "connect-failed", Decider.NETWORK),
    "no answer to three SYNs": ("client SYN\n+1s client SYN\n+2s client SYN", "connect-failed", Decider.NETWORK),
    "given up by the client": ("client SYN\n+1s client RST", "connect-failed", Decider.CLIENT),
    "refused": ("client SYN\nserver RST ACK", "connect-failed", Decider.SERVER),
    "answered, then reset": ("handshake\nserver RST", None, None),
    "request says close": (
        f"handshake\n{GET}{CLOSE}\n{OK}{BODY}\n{BYE}",
        "client-sends-connection-close",
        Decider.CLIENT,
    ),
    "request says keep-alive": (f"handshake\n{GET}{KEEP}\n{OK}{BODY}\n{BYE}", "server-idle-timeout", Decider.SERVER),
    "1.0 request": (f"handshake\n{OLD}\n{OK}{BODY}\n{BYE}", "client-http10", Decider.CLIENT),
    "1.0 request, granted": (
        f"handshake\n{OLD}{KEEP}\n{OLD_OK}{KEEP}{BODY}\n{BYE}",
        "server-idle-timeout",
        Decider.SERVER,
    ),
    "response says close": (
        f"handshake\n{GET}\n{OK}{CLOSE}{BODY}\n{BYE}",
        "server-sends-connection-close",
        Decider.SERVER,
    ),
    "an earlier response said close": (
        f"handshake\n{GET}\n{OK}{CLOSE}{BODY}\n{GET}\n{OK}{BODY}\n{BYE}",
        "server-idle-timeout",
        Decider.SERVER,
    ),
    "not granted by 1.0": (
        f"handshake\n{OLD}{KEEP}\n{OLD_OK}{BODY}\n{BYE}",
        "server-http10-keepalive-not-granted",
        Decider.SERVER,
    ),
    "not granted by 1.1": (
        f"handshake\n{OLD}{KEEP}\n{OK}{BODY}\n{BYE}",
        "server-http10-keepalive-not-granted",
        Decider.SERVER,
    ),
    "1.0 response": (f"handshake\n{GET}\n{OLD_OK}{BODY}\n{BYE}", "server-http10-response", Decider.SERVER),
    "1.0 response with keep-alive": (
        f"handshake\n{GET}\n{OLD_OK}{KEEP}{BODY}\n{BYE}",
        "server-idle-timeout",
        Decider.SERVER,
    ),
    "until close": (f"handshake\n{GET}\n+1ms server 200{BODY}\n{BYE}", "response-read-until-close", Decider.SERVER),
    "no body needs no length": (f"handshake\n{GET}\n+1ms server 304\n{BYE}", "server-idle-timeout", Decider.SERVER),
    "still open": (f"handshake\n{GET}\n{OK}{BODY}", "still-open-at-end", Decider.NOBODY),
    "still waiting": (f"handshake\n{GET}", "still-open-at-end", Decider.NOBODY),
    "one FIN": (f"handshake\n{GET}\n{OK}{BODY}\n+1s server FIN", "server-idle-timeout", Decider.SERVER),
    "open without an exchange": ("handshake", None, None),
    # ---- the order of the rows: what was said first names the reason
    "close in both": (
        f"handshake\n{GET}{CLOSE}\n{OK}{CLOSE}{BODY}\n{BYE}",
        "client-sends-connection-close",
        Decider.CLIENT,
    ),
    "close in a 1.0 request": (
        f"handshake\n{OLD}{CLOSE}\n{OK}{BODY}\n{BYE}",
        "client-sends-connection-close",
        Decider.CLIENT,
    ),
    "1.0 both, close in the response": (
        f"handshake\n{OLD}\n{OLD_OK}{CLOSE}{BODY}\n{BYE}",
        "client-http10",
        Decider.CLIENT,
    ),
    "asked for keep-alive, told close": (
        f"handshake\n{OLD}{KEEP}\n{OLD_OK}{CLOSE}{BODY}\n{BYE}",
        "server-sends-connection-close",
        Decider.SERVER,
    ),
    "1.0 response without a length": (
        f"handshake\n{GET}\n+1ms server HTTP/1.0 200 OK{BODY}\n{BYE}",
        "server-http10-response",
        Decider.SERVER,
    ),
    "signalled, and still open": (
        f"handshake\n{GET}\n{OK}{CLOSE}{BODY}",
        "server-sends-connection-close",
        Decider.SERVER,
    ),
    # ---- what signals do not explain
    "signalled, and cut in the middle": (
        f"handshake\n{GET}{CLOSE}\n+1s server RST",
        "response-truncated",
        Decider.SERVER,
    ),
    "signalled, and cut in the body": (
        f"handshake\n{GET}\n+1ms server 200 | Connection: close | Content-Length: 9 || ok\n+1s server FIN",
        "response-truncated",
        Decider.SERVER,
    ),
    "switched, and still open": (
        f"handshake\n{GET} | Upgrade: x\nserver 101 | Upgrade: x",
        "protocol-switch",
        Decider.NOBODY,
    ),
    "switched, though it said close": (
        f"handshake\n{GET}{CLOSE}\nserver 101 | Upgrade: x\n{BYE}",
        "protocol-switch",
        Decider.SERVER,
    ),
}


@pytest.mark.parametrize(("lines", "reason", "decided_by"), TABLE.values(), ids=TABLE.keys())
def test_reason(lines: str, reason: str | None, decided_by: Decider | None) -> None:
    records = heard(f"connection A\n{lines}")
    ruling = rule_on(records[0], PairFacts(records))
    assert (None if ruling is None else ruling.rule.cause_id) == reason
    if ruling is not None:
        assert ruling.decided_by is decided_by
        assert ruling.certainty in ruling.rule.cause.certainties


ORDER = (
    "connect-failed",
    "not-http",
    "client-timeout-abort",
    "client-sends-connection-close",
    "client-http10",
    "server-sends-connection-close",
    "server-http10-keepalive-not-granted",
    "server-http10-response",
    "client-no-session",
    "server-idle-timeout",
    "single-use-sufficient",
    "still-open-at-end",
)


def test_rows_stand_in_order_of_evidence() -> None:
    order = [rule.cause_id for rule in RULES]
    assert [cause_id for cause_id in dict.fromkeys(order) if cause_id in ORDER] == list(ORDER)


def test_each_cause_has_a_row_and_each_row_its_cause() -> None:
    rows = {rule.cause_id for rule in RULES} | {row.cause_id for row in OBSERVATIONS}
    assert rows == {cause.id for cause in CAUSES}


@pytest.mark.parametrize(
    ("lines", "certainty"),
    [
        ("client SYN", Certainty.POSSIBLE),
        ("client SYN\n+999ms frame 00", Certainty.POSSIBLE),
        ("client SYN\n+1s frame 00", Certainty.LIKELY),
        ("client SYN\n+1s client SYN", Certainty.LIKELY),
        ("client SYN\n+1s client SYN\n+2s client SYN", Certainty.LIKELY),
        ("client SYN\nserver RST ACK", Certainty.PROVEN),
        ("client SYN\n+1s client RST", Certainty.PROVEN),
    ],
)
def test_silence_is_no_proof_and_little_where_the_capture_ends_before_a_second_syn(
    lines: str, certainty: Certainty
) -> None:
    records = heard(f"connection A\n{lines}")
    ruling = rule_on(records[0], PairFacts(records))
    assert ruling is not None
    assert (ruling.rule.cause_id, ruling.certainty) == ("connect-failed", certainty)


# ---- client-no-session


def discarded(at: float, idle: float = 1) -> Facts:
    """A connection whose client closed it `idle` ms after its only response."""
    return record(
        exchange(at + 1, at + 5), opened=at, ready=at + CONNECT, beyond=CONNECT, closed=(CLIENT, at + 5 + idle)
    )


def loop(count: int, pause: float = 10) -> list[Facts]:
    """Connections that the client discards at once, each opened `pause` after the last was closed."""
    return [discarded(number * (6 + pause)) for number in range(count)]


def reason_of(facts: Facts, *others: Facts) -> str | None:
    ruling = rule_on(facts, PairFacts([facts, *others]))
    return None if ruling is None else ruling.rule.cause_id


NEAR_MISSES = {
    "kept until a timer may have closed it": discarded(1000, idle=SHORTEST_TIMER),
    "two exchanges": record(exchange(1001, 1005), exchange(1020, 1025), opened=1000, closed=(CLIENT, 1026)),
    "the server closed": record(exchange(1001, 1005), opened=1000, closed=(SERVER, 1006)),
    "open before the capture": record(exchange(1001, 1005), opened=None, closed=(CLIENT, 1006)),
    "cut before the response was complete": record(exchange(1001, cut=1005), opened=1000, closed=(CLIENT, 1006)),
    "the response said close": record(exchange(1001, 1005, says="close"), opened=1000, closed=(CLIENT, 1006)),
    "switched": record(exchange(1001, 1005), opened=1000, closed=(CLIENT, 1006), switched=True),
    "still open": record(exchange(1001, 1005), opened=1000),
}


@pytest.mark.parametrize("idle", [0, 1, LONGEST_DISCARD], ids=["at the last byte", "1 ms", "at the edge"])
def test_a_discard_in_a_loop_of_discards(idle: float) -> None:
    assert reason_of(discarded(1000, idle), *loop(10)) == "client-no-session"


@pytest.mark.parametrize("facts", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_near_misses_of_a_discard_in_a_loop_of_discards(facts: Facts) -> None:
    assert not facts.discarded
    assert reason_of(facts, *loop(50)) != "client-no-session"


@pytest.mark.parametrize(
    ("discards", "kept", "fires"), [(9, 1, True), (18, 2, True), (8, 1, False), (17, 2, False), (63, 7, True)]
)
def test_nine_of_ten_connections_that_ended_were_discarded(discards: int, kept: int, fires: bool) -> None:
    members = loop(discards) + [discarded(5000 + 300 * number, idle=SHORTEST_TIMER) for number in range(kept)]
    assert (reason_of(*members) == "client-no-session") is fires


def test_connections_that_are_still_open_or_unused_do_not_count() -> None:
    still_open = [record(exchange(at, at + 1), opened=at) for at in (2000, 2001, 2002)]
    unused = [record(opened=at, closed=(CLIENT, at + 100)) for at in (3000, 3001, 3002)]
    assert reason_of(*loop(3), *still_open, *unused) == "client-no-session"


def test_where_nothing_was_avoidable_discards_are_no_fault() -> None:
    together = [discarded(0) for _ in range(5)]
    assert PairFacts(together).avoidable == 0
    assert reason_of(*together) == "single-use-sufficient"


@pytest.mark.parametrize(
    ("pause", "certainty"),
    [
        (0, Certainty.LIKELY),
        (50, Certainty.LIKELY),
        (50 + NANOSECOND, Certainty.POSSIBLE),
        (2000, Certainty.POSSIBLE),
    ],
)
def test_a_pause_before_the_next_connection_may_be_a_new_process(pause: float, certainty: Certainty) -> None:
    members = loop(4, pause)
    ruling = rule_on(members[0], PairFacts(members))
    assert ruling is not None
    assert (ruling.rule.cause_id, ruling.certainty, ruling.decided_by) == (
        "client-no-session",
        certainty,
        Decider.CLIENT,
    )


def test_the_usual_pause_counts_and_not_the_longest_nor_the_order_of_the_records() -> None:
    members = [*loop(5, pause=1), discarded(60_000)]
    for order in (members, members[::-1]):
        ruling = rule_on(order[0], PairFacts(order))
        assert ruling is not None
        assert ruling.certainty is Certainty.LIKELY


def test_a_single_discard_leaves_the_pause_unknown() -> None:
    members = [discarded(0), record(exchange(1001, 1005), opened=1000)]
    ruling = rule_on(members[0], PairFacts(members))
    assert ruling is not None
    assert (ruling.rule.cause_id, ruling.certainty) == ("client-no-session", Certainty.POSSIBLE)


def test_the_work_for_a_connection_does_not_grow_with_its_pair() -> None:
    def looks(count: int) -> int:
        members = loop(count)
        with patch.object(Facts, "idle_before_close_ns", new_callable=PropertyMock, return_value=0) as idle_ns:
            pair = PairFacts(members)
            for facts in members:
                rule_on(facts, pair)
        return idle_ns.call_count

    assert looks(100) <= 20 * looks(10)
