"""Where the time of an exchange went."""

import pytest

from kacap.verdict.timings import timings
from tests.verdict.heard import one
from tests.verdict.records import ns

SPLIT_GET = "client [split 9, every 2ms] GET / | Host: a.example"
SPLIT_OK = "server [split 9, every 4ms] 200 | Content-Length: 2 || ok"

Parts = tuple[float | None, float | None, float | None, float | None, float | None, float | None]

TABLE: dict[str, tuple[str, list[Parts]]] = {
    # name: lines, for each exchange dns, connect, idle, send, wait, receive (ms)
    "one exchange": (
        f"handshake 1ms\n{SPLIT_GET}\n+3ms {SPLIT_OK}",
        [(None, 1, None, 2, 3, 4)],
    ),
    "a second on the same connection": (
        f"handshake 1ms\n{SPLIT_GET}\n+3ms {SPLIT_OK}\n+50ms {SPLIT_GET}\n+6ms {SPLIT_OK}",
        [(None, 1, None, 2, 3, 4), (None, None, 50, 2, 6, 4)],
    ),
    "open before the capture": (f"{SPLIT_GET}\n+3ms {SPLIT_OK}", [(None, None, None, 2, 3, 4)]),
    "not answered": (f"handshake 1ms\n{SPLIT_GET}", [(None, 1, None, 2, None, None)]),
    "pipelined: no idle time": (
        "handshake 1ms\nclient GET /\n+1ms client GET /\n+3ms server 204\n+5ms server 204",
        [(None, 1, None, 0, 4, 0), (None, None, 0, 0, 8, 0)],
    ),
    "the exchange before was never finished": (
        "handshake 1ms\nclient GET /\n+1ms client GET /",
        [(None, 1, None, 0, None, None), (None, None, None, 0, None, None)],
    ),
    "a response before the request was whole": (
        "handshake 1ms\nclient POST / | Content-Length: 4 || ab\n"
        "+2ms server 413 | Content-Length: 0\n+7ms client raw cd",
        [(None, 1, None, 9, 0, 0)],
    ),
    "a response alone": (f"client ACK\n+3ms {SPLIT_OK}", [(None, None, None, None, None, 4)]),
    "an orphan behind an exchange": (
        f"handshake 1ms\nclient GET /\nserver 204\n+9ms {SPLIT_OK}",
        [(None, 1, None, 0, 0, 0), (None, None, None, None, None, 4)],
    ),
    "the clock steps back": (
        "handshake 1ms\nclient GET /\n-1ms server 204\n-1ms client GET /\n+5ms server 204",
        [(None, 1, None, 0, 0, 0), (None, None, 0, 0, 5, 0)],
    ),
}


@pytest.mark.parametrize(("lines", "wanted"), TABLE.values(), ids=TABLE.keys())
def test_parts(lines: str, wanted: list[Parts]) -> None:
    facts = one(f"connection A\n{lines}")
    found = [tuple(timings(facts, index)) for index in range(len(facts.exchanges))]
    assert found == [tuple(None if part is None else ns(part) for part in parts) for parts in wanted]


def test_dns_belongs_to_the_first_exchange() -> None:
    facts = one("connection A\nhandshake\nclient GET /\nserver 204\nclient GET /\nserver 204")
    facts.dns_ns = 17
    assert [timings(facts, index).dns_ns for index in (0, 1)] == [17, None]
