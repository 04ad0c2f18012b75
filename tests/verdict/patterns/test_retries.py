"""Requests without an answer, and their retries."""

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.patterns.retries import failure_ns, idle_before_ns, unanswered
from tests.verdict.heard import heard, one, pair
from tests.verdict.records import ns

GET = "client GET /1 | Host: a.example\n+1ms server 200 | Content-Length: 2 || ok\nclient ACK"
AGAIN = "client GET /2 | Host: a.example"
FAILED = f"connection A\nhandshake\n{GET}\n+5s server FIN\nclient ACK\n+1s {AGAIN}\n+1ms server RST"


def retry_after_ns(script: str) -> int | None:
    """How long after the failure on the first connection its last request was sent again."""
    made = PairFacts(heard(script))
    failed = made.connections[0]
    request = failed.exchanges[-1].request
    assert request is not None
    retry = made.asked_again(failed, request)
    assert retry is None or retry.facts is made.connections[1]
    return None if retry is None else retry.after_ns


@pytest.mark.parametrize(
    ("after", "expected_ms"),
    [
        (f"connection B\n+2ms handshake\n{AGAIN}", 2),
        (f"connection B\n+10s handshake\n{AGAIN}", 10_000),
        (f"connection B\n+11s handshake\n{AGAIN}", None),
        ("connection B\n+2ms handshake\nclient GET /3", None),
        ("connection B\n+2ms handshake\nclient POST /2 | Content-Length: 0", None),
        ("frame 00", None),
    ],
    ids=["soon", "at the limit", "too late", "another target", "another method", "none"],
)
def test_the_same_request_soon_after_the_failure(after: str, expected_ms: float | None) -> None:
    assert retry_after_ns(f"{FAILED}\n{after}") == (None if expected_ms is None else ns(expected_ms))


def test_what_was_asked_before_the_failure_is_no_retry() -> None:
    before = f"connection A\nhandshake\n{GET}\nconnection B\nhandshake\n{AGAIN}\n+1ms server 204"
    assert retry_after_ns(f"{before}\n+5s A server FIN\nA client ACK\n+1s A {AGAIN}\n+1ms A server RST") is None


def test_on_the_same_connection_it_is_no_retry() -> None:
    made = pair(f"connection A\nhandshake\n{GET}\n+1s client GET /1\n+1s client GET /1")
    facts = made.connections[0]
    request = facts.exchanges[1].request
    assert request is not None
    assert made.asked_again(facts, request) is None


NOT_UNANSWERED = {
    "answered": f"handshake\n{GET}",
    "nothing was asked": "handshake\n+1s server FIN",
    "somebody said that it ends": "handshake\nclient GET /1\nserver 200 | Connection: close | Content-Length: 0\n"
    + AGAIN,
    "the earlier response is not over": f"handshake\nclient GET /1\nserver 200 | Content-Length: 9 || ok\n{AGAIN}",
    "one direction only": "client GET /1\n+1s client GET /2",
    "answered before it was asked": f"handshake\nserver 200 | Content-Length: 0\n+1s {AGAIN}",
    "switched": f"handshake\nclient GET /1 | Upgrade: x\nserver 101 | Upgrade: x\n{AGAIN}",
}


@pytest.mark.parametrize("lines", NOT_UNANSWERED.values(), ids=NOT_UNANSWERED.keys())
def test_it_is_not_said_of(lines: str) -> None:
    assert unanswered(one(f"connection A\n{lines}")) is None


def place(facts: Facts) -> int:
    found = unanswered(facts)
    assert found is not None
    return found[0]


def test_of_several_it_is_the_first() -> None:
    assert place(one(f"connection A\nhandshake\n{GET}\n{AGAIN}\nclient GET /3\n+1s server RST")) == 1


def test_the_silence_before_it() -> None:
    facts = one(f"connection A\nhandshake\n{GET}\n+42s {AGAIN}\n+1ms server RST")
    assert idle_before_ns(facts, place(facts)) == ns(42_000)


def test_the_silence_before_the_first_request_is_since_the_syn() -> None:
    facts = one(f"connection A\nhandshake\n+3s {AGAIN}\n+1ms server RST")
    assert idle_before_ns(facts, place(facts)) == ns(3_000)


def test_the_silence_before_the_capture_is_not_known() -> None:
    facts = one(f"connection A\n+3s {AGAIN}\n+1ms server RST")
    assert idle_before_ns(facts, place(facts)) is None


@pytest.mark.parametrize(
    ("lines", "expected_ms"),
    [("+4ms server RST", 4), ("+7ms client FIN\n+1s server RST", 7), ("+9ms client RST", 9), ("+1s server ACK", 0)],
)
def test_when_the_failure_was_known(lines: str, expected_ms: float) -> None:
    facts = one(f"connection A\nhandshake\n{AGAIN}\n{lines}")
    request = facts.exchanges[0].request
    assert request is not None
    assert failure_ns(facts, request) - request.time_ns == ns(expected_ms)
