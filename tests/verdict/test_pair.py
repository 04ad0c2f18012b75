"""Counts, rate and verdict of a pair."""

from math import nextafter

import pytest

from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.rate import NOT_REUSED_BELOW, REUSED_FROM, judge, reuse_rate
from kacap.verdict.words import Side, Verdict
from tests.verdict.heard import pair
from tests.verdict.records import exchange, ns, record

CLIENT, SERVER = Side.CLIENT, Side.SERVER


def loop(count: int, begin: float = 0) -> list[Facts]:
    """A new connection for each exchange, one after the other."""
    return [
        record(exchange(at + 1, at + 5), opened=at, ready=at + 1, closed=(CLIENT, at + 6))
        for at in (begin + 20 * number for number in range(count))
    ]


def pool(size: int, rounds: int, begin: float = 0) -> list[Facts]:
    """`size` connections that are opened together and busy at the same times."""
    times = [begin + 100 * number for number in range(rounds)]
    return [
        record(*(exchange(at + 1, at + 50) for at in times), opened=begin, closed=(CLIENT, times[-1] + 60))
        for _ in range(size)
    ]


def found_open(count: int, begin: float = 0) -> list[Facts]:
    """Connections from before the capture, used one after the other."""
    return [record(exchange(begin + 50 * number, begin + 50 * number + 5), opened=None) for number in range(count)]


TABLE: dict[str, tuple[list[Facts], int, int, float | None, Verdict]] = {
    # name: connections, needed, avoidable, rate, verdict
    "nothing": ([], 0, 0, None, Verdict.NO_OPPORTUNITY),
    "one exchange": (loop(1), 1, 0, None, Verdict.NO_OPPORTUNITY),
    "a connection without exchange": ([record()], 0, 0, None, Verdict.NO_OPPORTUNITY),
    "one connection, reused": (pool(1, 10), 1, 0, 1.0, Verdict.REUSED),
    "a loop": (loop(7), 1, 6, 0.0, Verdict.NOT_REUSED),
    "a pool": (pool(10, 100), 10, 0, 1.0, Verdict.REUSED),
    "a burst that needs all it opens": (pool(5, 1), 5, 0, None, Verdict.NO_OPPORTUNITY),
    "two bursts, each with its own connections": (
        pool(5, 1) + pool(5, 1, begin=1000),
        5,
        5,
        0.0,
        Verdict.NOT_REUSED,
    ),
    "two bursts, the second smaller": (pool(5, 1) + pool(2, 1, begin=1000), 5, 2, 0.0, Verdict.NOT_REUSED),
    "a pool that is made anew for each burst": (
        pool(3, 4) + pool(3, 4, begin=1000),
        3,
        3,
        18 / 21,
        Verdict.PARTLY_REUSED,
    ),
    "a pool and a loop after it": (pool(2, 3) + loop(4, begin=1000), 2, 4, 0.5, Verdict.PARTLY_REUSED),
    "open before the capture": (found_open(3), 3, 0, None, Verdict.NO_OPPORTUNITY),
    "open before the capture, and a loop beside them": (
        found_open(3) + loop(2, begin=1000),
        3,
        2,
        0.0,
        Verdict.NOT_REUSED,
    ),
    "open before the capture, and more than that at once": (
        found_open(2, begin=1000) + pool(4, 1),
        4,
        2,
        0.0,
        Verdict.NOT_REUSED,
    ),
    "unused connections are not counted": ([*loop(3), record(), record()], 1, 2, 0.0, Verdict.NOT_REUSED),
    "exactly 0.95": ([*pool(1, 20), *loop(1, begin=5000)], 1, 1, 0.95, Verdict.REUSED),
    "just below 0.95": ([*pool(1, 19), *loop(1, begin=5000)], 1, 1, 18 / 19, Verdict.PARTLY_REUSED),
    "exactly 0.05": ([*pool(1, 2), *loop(19, begin=5000)], 1, 19, 0.05, Verdict.PARTLY_REUSED),
    "just below 0.05": ([*pool(1, 2), *loop(20, begin=5000)], 1, 20, 1 / 21, Verdict.NOT_REUSED),
}


@pytest.mark.parametrize(("members", "needed", "avoidable", "rate", "verdict"), TABLE.values(), ids=TABLE.keys())
def test_numbers_and_verdict(
    members: list[Facts], needed: int, avoidable: int, rate: float | None, verdict: Verdict
) -> None:
    found = PairFacts(members)
    assert (found.needed, found.avoidable, found.reuse_rate, found.verdict) == (needed, avoidable, rate, verdict)


def test_counts() -> None:
    found = PairFacts([*pool(2, 3), *found_open(1), record(opened=0), *loop(1, begin=1000)])
    assert (len(found.connections), len(found.used), found.opened) == (5, 4, 4)
    assert (found.exchanges, found.reused_exchanges) == (8, 4)


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [
        (1.0, Verdict.REUSED),
        (REUSED_FROM, Verdict.REUSED),
        (nextafter(REUSED_FROM, 0), Verdict.PARTLY_REUSED),
        (NOT_REUSED_BELOW, Verdict.PARTLY_REUSED),
        (nextafter(NOT_REUSED_BELOW, 0), Verdict.NOT_REUSED),
        (0.0, Verdict.NOT_REUSED),
        (None, Verdict.NO_OPPORTUNITY),
    ],
)
def test_what_the_capture_missed_matters_only_where_the_rate_is_low(rate: float | None, verdict: Verdict) -> None:
    assert judge(rate, incomplete=0, used=20) is verdict
    assert judge(rate, incomplete=1, used=20) is verdict
    assert judge(rate, incomplete=2, used=20) is (verdict if verdict is Verdict.REUSED else Verdict.INCONCLUSIVE)


def test_thresholds_are_those_of_the_contract() -> None:
    assert (REUSED_FROM, NOT_REUSED_BELOW) == (0.95, 0.05)


@pytest.mark.parametrize(
    ("reused", "exchanges", "needed", "rate"),
    [(0, 0, 0, None), (0, 3, 3, None), (0, 2, 3, None), (0, 4, 3, 0.0), (990, 1000, 10, 1.0), (3, 7, 1, 0.5)],
)
def test_reuse_rate(reused: int, exchanges: int, needed: int, rate: float | None) -> None:
    assert reuse_rate(reused, exchanges, needed) == rate


# ---- what the capture does not show


@pytest.mark.parametrize("speaks", [(CLIENT,), (SERVER,)], ids=lambda sides: f"only the {sides[0]}")
def test_one_direction_is_inconclusive(speaks: tuple[Side, ...]) -> None:
    members = [record(exchange(at, at + 5), opened=at, speaks=speaks, closed=(CLIENT, at + 6)) for at in (0, 50)]
    assert PairFacts(members).incomplete == 2
    assert PairFacts(members).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("count", "verdict"), [(18, Verdict.INCONCLUSIVE), (19, Verdict.NOT_REUSED)])
def test_a_gap_in_one_connection_of_few(count: int, verdict: Verdict) -> None:
    lossy = record(exchange(1, 5), closed=(CLIENT, 6), lost_in_gap=True)
    assert PairFacts([*loop(count, begin=100), lossy]).verdict is verdict


def test_a_gap_does_not_hide_that_connections_were_reused() -> None:
    lossy = record(exchange(1, 5), *(exchange(at, at + 5) for at in range(100, 4100, 100)), lost_in_gap=True)
    assert PairFacts([lossy]).incomplete == 1
    assert PairFacts([lossy]).verdict is Verdict.REUSED


def test_what_was_never_answered_hides_no_exchange_elsewhere() -> None:
    silent = record(speaks=(CLIENT,), ready=None)
    assert PairFacts([*loop(3), silent]).incomplete == 0


OPAQUE = {
    "TLS": ("handshake\nclient tls a.example", Verdict.INCONCLUSIVE),
    "HTTP/2": ("handshake\nclient raw PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", Verdict.INCONCLUSIVE),
    "something in clear that is not HTTP": ("handshake\nserver raw SSH-2.0-x\\r\\n", Verdict.NO_OPPORTUNITY),
    "something that a gap hides": ("handshake\nclient [unseen] 40 bytes\nserver ACK", Verdict.INCONCLUSIVE),
    "nothing said": ("handshake\n+1ms client closes", Verdict.NO_OPPORTUNITY),
    "never established": ("client SYN\nserver RST ACK", Verdict.NO_OPPORTUNITY),
}


@pytest.mark.parametrize(("lines", "verdict"), OPAQUE.values(), ids=OPAQUE.keys())
def test_without_exchanges(lines: str, verdict: Verdict) -> None:
    found = pair(f"connection A\n{lines}")
    assert found.verdict is verdict
    assert found.is_opaque is (verdict is Verdict.INCONCLUSIVE)
    assert found.reuse_rate is None


def test_a_request_that_a_close_cut_was_not_served_by_reuse() -> None:
    found = pair("""
        connection A
        handshake
        client GET /
        +1ms server 204
        +5s client GET /
        +1ms server RST
        connection B
        handshake
        client GET /
        +1ms server 204
    """)
    assert (found.exchanges, found.reused_exchanges, found.unanswered) == (3, 0, 1)
    assert (found.needed, found.avoidable) == (1, 1)
    assert found.verdict is Verdict.NOT_REUSED


def test_a_response_that_nobody_asked_for_is_no_exchange_of_the_pair() -> None:
    late = "+60s server 408 | Connection: close | Content-Length: 0\nserver closes"
    used = pair(f"connection A\nhandshake\nclient GET /\nserver 204\n{late}")
    unused = pair(f"connection A\nhandshake\n{late}")
    assert (used.exchanges, used.reused_exchanges, len(used.used)) == (1, 0, 1)
    assert (unused.exchanges, unused.reused_exchanges, len(unused.used)) == (0, 0, 0)


def test_opaque_connections_beside_a_loop_do_not_change_its_verdict() -> None:
    found = pair("""
        connection A
        handshake
        client tls a.example
        repeat 2
          connection
          +50ms handshake
          client GET /
          +1ms server 204
          client closes
    """)
    assert found.is_opaque
    assert found.verdict is Verdict.NOT_REUSED


# ---- connections over time, and their cost


def test_a_switched_connection_was_needed_and_never_comes_back() -> None:
    found = pair("""
        repeat 3
          connection
          +50ms handshake
          client GET / | Upgrade: x
          +1ms server 101 | Upgrade: x
    """)
    assert (found.needed, found.avoidable, found.verdict) == (3, 0, Verdict.NO_OPPORTUNITY)
    assert [found.idle_available(each) for each in found.connections] == [0, 0, 0]


def test_idle_available_when_the_syn_was_sent() -> None:
    idle = record(exchange(1, 5), closed=(SERVER, 100))
    refused = record(exchange(1, 5, says="close"), closed=(SERVER, 100))
    later = [record(exchange(at + 1, at + 5), opened=at) for at in (14, 15, 99, 100)]
    before_capture = record(exchange(50, 51), opened=None)
    found = PairFacts([idle, refused, *later, before_capture])
    assert [found.idle_available(each) for each in later] == [0, 1, 1 + 2 + 1, 2 + 1]
    assert found.idle_available(before_capture) == 0


def test_peak_open_counts_established_connections() -> None:
    silent = [record(opened=3, ready=None, speaks=()) for _ in range(4)]
    assert PairFacts([*pool(3, 1), *loop(5, begin=500), *silent]).peak_open == 3
    assert PairFacts(silent).peak_open == 0


def test_handshake_cost_is_the_usual_time_for_each_avoidable_connection() -> None:
    times = (0.2, 9.0, 0.3, 0.4)
    members = [
        record(exchange(at + 10, at + 12), opened=at, ready=at + connect, closed=(CLIENT, at + 13))
        for at, connect in zip((0, 100, 200, 300), times, strict=True)
    ]
    found = PairFacts(members)
    assert (found.avoidable, found.connect_ns, found.handshake_cost_ns) == (3, ns(0.3), 3 * ns(0.3))


def test_handshakes_that_were_not_captured_have_no_known_cost() -> None:
    found = PairFacts(found_open(1) + [record(exchange(at, at + 1), opened=at, ready=None) for at in (100, 200)])
    assert (found.avoidable, found.connect_ns, found.handshake_cost_ns) == (2, None, 0)
