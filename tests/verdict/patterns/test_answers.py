"""What one server says of its connections: who is told close, and when."""

import pytest

from kacap.verdict.patterns.answers import Answers
from tests.verdict.heard import heard

KEPT = "server 200 | Content-Length: 0"
CLOSED = "server 200 | Connection: close | Content-Length: 0"


def answers(*turns: tuple[str, str]) -> Answers:
    """One connection for each request line (with headers) and its answer."""
    lines = [f"connection\n+1s handshake\n+1ms client {asked}\n+1ms {told}" for asked, told in turns]
    return Answers(heard("\n".join(lines)))


@pytest.mark.parametrize(
    ("turns", "good", "errors"),
    [
        ([], (0, 0), (0, 0)),
        ([("GET / | Host: a", KEPT)], (1, 0), (0, 0)),
        ([("GET / | Host: a", CLOSED)], (0, 1), (0, 0)),
        ([("GET / | Host: a", CLOSED.replace("200", "301"))], (0, 1), (0, 0)),
        ([("GET / | Host: a", CLOSED.replace("200", "400"))], (0, 0), (0, 1)),
        ([("GET / | Host: a", KEPT.replace("200", "503"))], (0, 0), (1, 0)),
        ([("GET / | Host: a | Connection: close", CLOSED)], (0, 0), (0, 0)),
        ([("GET / | Host: a", "server HTTP/1.0 200 OK | Content-Length: 0")], (0, 0), (0, 0)),
        ([("GET / | Host: a", "server 200 | Content-Length: 9 || half")], (0, 0), (0, 0)),
    ],
    ids=["none", "kept", "closed", "a redirect", "an error", "error kept", "asked for", "HTTP/1.0", "cut"],
)
def test_counts(turns: list[tuple[str, str]], good: tuple[int, int], errors: tuple[int, int]) -> None:
    found = answers(*turns)
    assert (found.good.kept, found.good.closed) == good
    assert (found.errors.kept, found.errors.closed) == errors


def test_always_close_needs_two_good_answers() -> None:
    asked = "GET / | Host: a"
    assert not answers((asked, CLOSED)).always_close
    assert answers((asked, CLOSED), (asked, CLOSED)).always_close
    assert not answers((asked, CLOSED), (asked, CLOSED), (asked, KEPT)).always_close
    assert not answers(*[(asked, CLOSED.replace("200", "500"))] * 3).always_close


@pytest.mark.parametrize(
    ("old", "new", "singled_out"),
    [(3, 3, True), (2, 3, False), (3, 2, False)],
    ids=["enough", "few closed", "few kept"],
)
def test_a_name_is_singled_out_by_enough_answers(old: int, new: int, singled_out: bool) -> None:
    found = answers(
        *[("GET / | Host: a | User-Agent: old", CLOSED)] * old, *[("GET / | Host: a | User-Agent: new", KEPT)] * new
    )
    first = found._connections[0].exchanges[0]
    assert found.closes_on_agent(first) is singled_out
    assert not found.closes_on_method(first)


def test_many_names_are_not_all_told_apart() -> None:
    found = answers(*[(f"GET / | Host: a | User-Agent: {number}", KEPT) for number in range(300)])
    assert found.good.kept == 300
    assert len(found._agents) == 256


def test_answered_well() -> None:
    found = answers(("GET /a | Host: a", KEPT), ("GET /b | Host: a", KEPT.replace("200", "404")))
    assert found.answered_well("GET", "/a")
    assert not found.answered_well("GET", "/b")
    assert not found.answered_well("POST", "/a")
