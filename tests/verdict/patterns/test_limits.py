"""The number of requests after which a server ends a connection."""

import pytest

from kacap.verdict.patterns.limits import RequestLimit, request_limit
from tests.verdict.heard import heard

KEPT, CLOSED = "", " | Connection: close"


def connection(requests: int, *, last: str = CLOSED, target: str = "/", status: int = 200) -> str:
    """A connection that carries that many requests, the last to `target` and answered with the headers `last`."""
    lines = ["connection", "+5s handshake"]
    for number in range(1, requests + 1):
        is_last = number == requests
        where, extra, code = (target, last, status) if is_last else ("/", KEPT, 200)
        lines += [f"+1ms client GET {where} | Host: a", f"+1ms server {code} | Content-Length: 0{extra}"]
    return "\n".join([*lines, "+1ms server closes"])


@pytest.mark.parametrize(
    ("connections", "limit"),
    [
        ([], None),
        ([connection(3)], None),
        ([connection(3), connection(3)], None),
        ([connection(3)] * 3, 3),
        ([connection(1), connection(1)], None),
        ([connection(3), connection(4)], None),
        ([connection(3)] * 4 + [connection(2)], 3),
        ([connection(3)] * 3 + [connection(2)], None),
        ([connection(3)] * 3 + [connection(4, last=KEPT)], None),
        ([connection(3)] * 3 + [connection(3, last=KEPT)], 3),
        ([connection(3, target="/bye")] * 3, None),
        ([connection(3, target=f"/bye?{number}") for number in range(3)], None),
        ([connection(3, target="/a"), *[connection(3, target="/b")] * 2], 3),
        ([connection(20, target="/bye"), connection(20, target="/bye")], 20),
        ([connection(3, status=500)] * 3, None),
        ([connection(100)], 100),
        ([connection(99)], None),
    ],
    ids=[
        "nothing",
        "one connection",
        "two alike",
        "three alike",
        "one request each",
        "two numbers",
        "four of five",
        "three of four",
        "another went beyond",
        "another ended without a word",
        "the same last target",
        "the same but for the query",
        "different last targets",
        "too many for a visit",
        "errors",
        "a known default",
        "no known default",
    ],
)
def test_limit(connections: list[str], limit: int | None) -> None:
    assert request_limit(heard("\n".join(connections))) == (None if limit is None else RequestLimit(limit, False))


def test_a_countdown_names_the_limit_at_once() -> None:
    script = connection(2).replace("Content-Length: 0\n", "Content-Length: 0 | Keep-Alive: max=1\n", 1)
    assert request_limit(heard(script)) == RequestLimit(2, True)


def test_a_countdown_that_has_not_come_to_its_end_proves_nothing() -> None:
    script = connection(2).replace("Content-Length: 0\n", "Content-Length: 0 | Keep-Alive: max=50\n", 1)
    assert request_limit(heard(script)) is None
