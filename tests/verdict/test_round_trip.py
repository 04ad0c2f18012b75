"""How long packets travel, as the handshake tells it from where the capture was taken."""

import pytest

from kacap.verdict.pair import PairFacts
from tests.verdict.heard import heard, one
from tests.verdict.records import exchange, ns, record

TIMES: dict[str, tuple[str, float | None, float | None]] = {
    # name: lines, beyond ms, round trip ms
    "at the client": ("client SYN\n+20ms server SYN ACK\nclient ACK", 0, 20),
    "at the server": ("client SYN\nserver SYN ACK\n+20ms client ACK", 20, 20),
    "on the way": ("client SYN\n+5ms server SYN ACK\n+15ms client ACK", 15, 20),
    "a SYN sent again": ("client SYN\n+1s client SYN\n+5ms server SYN ACK\n+1ms client ACK", 1, 6),
    "a SYN-ACK sent again": ("client SYN\n+5ms server SYN ACK\n+1s server SYN ACK\n+15ms client ACK", 15, 20),
    "a SYN-ACK sent again behind the ACK": ("client SYN\nserver SYN ACK\n+9ms client ACK\n+1s server SYN ACK", 9, 9),
    "held up": ("client SYN\nserver SYN ACK\n+7s client ACK", 1000, 1000),
    "begins with the SYN-ACK": ("client [unseen] SYN\nserver SYN ACK\n+20ms client ACK", 20, None),
    "no ACK": ("client SYN\n+5ms server SYN ACK", None, None),
    "found open": ("client GET / | Host: a.example", None, None),
    "the clock steps back": ("+9ms client SYN\n-5ms server SYN ACK\n+1ms client ACK", 1, 1),
}


@pytest.mark.parametrize(("lines", "beyond_ms", "round_trip_ms"), TIMES.values(), ids=TIMES.keys())
def test_times(lines: str, beyond_ms: float | None, round_trip_ms: float | None) -> None:
    facts = one(f"connection A\n{lines}")
    assert facts.beyond_ns == (None if beyond_ms is None else ns(beyond_ms))
    assert facts.round_trip_ns == (None if round_trip_ms is None else ns(round_trip_ms))


def test_the_usual_times_of_a_pair_stand_in_for_those_that_were_not_seen() -> None:
    found_open = record(exchange(0, 5), opened=None)
    others = [record(exchange(at, at + 5), opened=at, ready=at + 30, beyond=beyond) for at, beyond in ((0, 2), (9, 4))]
    PairFacts([found_open, *others])
    assert (found_open.beyond_ns, found_open.round_trip_ns) == (ns(2), ns(30))
    assert [facts.beyond_ns for facts in others] == [ns(2), ns(4)]


def test_without_any_handshake_nothing_is_known() -> None:
    found_open = record(exchange(0, 5), opened=None)
    PairFacts([found_open])
    assert (found_open.beyond_ns, found_open.round_trip_ns) == (None, None)


def test_the_same_threads_need_the_same_connections_wherever_they_are_captured() -> None:
    at_server = heard("""
        connection A
        client SYN
        server SYN ACK
        +50ms client ACK
        client GET /1 | Host: a.example
        +1ms server 200 | Content-Length: 2 || ok
        +10ms connection B
        client SYN
        server SYN ACK
        +30ms A client GET /2 | Host: a.example
        +1ms A server 200 | Content-Length: 2 || ok
        +19ms B client ACK
        B client GET /3 | Host: a.example
        +1ms B server 200 | Content-Length: 2 || ok
    """)
    found = PairFacts(at_server)
    assert (found.needed, found.avoidable) == (2, 0)
    assert found.idle_available(at_server[1]) == 0
