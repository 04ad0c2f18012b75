"""Which connections were opened although another could have carried their request?"""

import pytest

from kacap.verdict.patterns.spare import spare_at_open
from tests.verdict.heard import heard

GET = "client GET / | Host: a.example"
OTHER = "client GET / | Host: b.example"
OK = "+5ms {} server 200 | Content-Length: 2 || ok"


def talk(*lines: str) -> list[tuple[int, int]]:
    """Connection A is idle from the beginning and used again after 1 s; `lines` come between."""
    names = "connection A\nconnection B\nconnection C"
    begin = f"{names}\nA handshake\nA {GET}\n{OK.format('A')}\n+100ms A client ACK"
    end = f"@1s A {GET}\n{OK.format('A')}"
    records = heard("\n".join([begin, *lines, end]))
    return [(facts.stream, ready) for facts, ready in spare_at_open(records)]


CASES = {
    "one": ((f"B handshake\nB {GET}", OK.format("B")), [(1, 1)]),
    "two in turn": (
        (f"B handshake\nB {GET}", OK.format("B"), f"+50ms C handshake\nC {GET}", OK.format("C")),
        [(1, 1), (2, 1)],
    ),
    "two at once: one was needed": (
        (f"B handshake\nC handshake\nB {GET}\nC {GET}", OK.format("B"), OK.format("C")),
        [(1, 1)],
    ),
    "for another Host": ((f"B handshake\nB {OTHER}", OK.format("B")), []),
    "opened in advance": ((f"B handshake\n@1100ms B {GET}", OK.format("B")), []),
    "thrown away": ((f"B handshake\nB {GET}", OK.format("B"), "B client closes"), []),
    "it said close": ((f"B handshake\nB {GET} | Connection: close", OK.format("B"), "B server closes"), []),
}


@pytest.mark.parametrize(("lines", "expected"), CASES.values(), ids=CASES.keys())
def test_opened_beside_an_idle_one(lines: tuple[str, ...], expected: list[tuple[int, int]]) -> None:
    assert talk(*lines) == expected


def test_an_idle_connection_that_is_never_used_again_stands_in_for_none() -> None:
    lines = f"connection A\nhandshake\n{GET}\n{OK.format('A')}\nconnection B\n+1s handshake\nB {GET}\n{OK.format('B')}"
    assert spare_at_open(heard(lines)) == []
