"""Which connections were left, and by whom."""

import pytest

from kacap.verdict.patterns.left import left_idle, look_like_one_program
from tests.verdict.heard import heard

ONE = "connection A\nhandshake\nclient GET / | Host: a | User-Agent: x\n+1ms server 200 | Content-Length: 2 || ok\n"


def next_one(headers: str, after: str = "+50ms") -> str:
    asked = f"client GET / | {headers}\n+1ms server 200 | Content-Length: 2 || ok\n"
    return f"{after} connection B\nhandshake\n{asked}"


@pytest.mark.parametrize(
    ("script", "left"),
    [
        (ONE, []),
        (ONE + next_one("Host: a | User-Agent: x"), [0]),
        (ONE + next_one("Host: A | User-Agent: x"), [0]),
        (ONE + next_one("Host: b | User-Agent: x"), []),
        (ONE + next_one("Host: a | User-Agent: y"), []),
        (ONE + next_one("Host: a | User-Agent: x", after="+9ms"), []),
        (ONE + "+40ms A client closes\n" + next_one("Host: a | User-Agent: x", after="+10ms"), []),
        (ONE + "+1ms connection B\nhandshake\n+50ms A client closes\n", []),
    ],
    ids=[
        "alone",
        "another to the same host",
        "upper case",
        "another host",
        "another program",
        "within the grace",
        "closed before",
        "another that asks nothing",
    ],
)
def test_left_idle(script: str, left: list[int]) -> None:
    records = heard(script)
    assert [facts.stream for facts in left_idle(records, records)] == left


def test_one_program_has_one_name() -> None:
    assert look_like_one_program([])
    assert look_like_one_program(heard(ONE + next_one("Host: b | User-Agent: x")))
    assert not look_like_one_program(heard(ONE + next_one("Host: a | User-Agent: y")))
