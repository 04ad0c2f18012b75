"""What avoidable connections cost, and what reuse saved."""

import pytest

from kacap.verdict.cost import LEAST_CLOSES, TIME_WAIT_S, Costs
from kacap.verdict.facts import Facts
from kacap.verdict.pair import PairFacts
from kacap.verdict.words import Side
from tests.verdict.records import exchange, ns, record

BETWEEN = 1000
"""Milliseconds from one SYN to the next."""


def single_use(at: int, side: Side = Side.CLIENT, kind: str = "fin") -> Facts:
    """Connecting 1 ms, waiting 3 ms, closed 996 ms later."""
    opened = at * BETWEEN
    closed = opened + BETWEEN
    facts = record(
        exchange(opened + 1, opened + 4), opened=opened, ready=opened + 1, closed=(side, closed), last=closed
    )
    facts.connection.first_close_kind = kind
    return facts


def kept(*begins: float, opened: float | None = 0, ready: float | None = 1) -> Facts:
    """One connection for all these exchanges of 3 ms, still open."""
    return record(*(exchange(begin, begin + 3) for begin in begins), opened=opened, ready=ready, last=begins[-1] + 3)


def cost(*connections: Facts) -> Costs:
    return Costs([PairFacts(list(connections))])


def test_the_share_counts_connecting_in_both_parts() -> None:
    assert cost(single_use(0), single_use(1)).handshake_share == pytest.approx(1 / 8)


def test_nothing_avoidable_has_no_share_and_no_rate() -> None:
    found = cost(kept(1, 20, 40))
    assert found.handshake_share == 0.0
    assert (found.closes_per_second, found.client_time_wait_ports) == (None, None)


def test_no_exchange_took_no_time() -> None:
    assert cost(record(closed=(Side.CLIENT, 5))).handshake_share is None


def test_the_share_is_unknown_where_no_handshake_was_seen() -> None:
    unseen = [record(exchange(at, at + 3), opened=at, ready=None, closed=(Side.CLIENT, at + 5)) for at in (0, 100)]
    found = cost(*unseen)
    assert (found.handshake_share, found.saved_ns) == (None, None)


def test_rate_and_ports_of_the_side_that_closes_first() -> None:
    found = cost(*map(single_use, range(11)))
    assert found.closes_per_second == pytest.approx(10 / 11)
    assert (found.client_time_wait_ports, found.server_time_wait_ports) == (round(10 / 11 * TIME_WAIT_S), 0)


def test_ports_are_shared_out_as_the_closes_were() -> None:
    sides = [Side.SERVER if at % 4 == 3 else Side.CLIENT for at in range(13)]
    found = cost(*(single_use(at, side) for at, side in enumerate(sides)))
    assert found.client_time_wait_ports == round(12 / 13 * TIME_WAIT_S * 10 / 13)
    assert found.server_time_wait_ports == round(12 / 13 * TIME_WAIT_S * 3 / 13)


def test_a_reset_holds_no_port() -> None:
    found = cost(*(single_use(at, kind="rst") for at in range(11)))
    assert found.closes_per_second is not None
    assert (found.client_time_wait_ports, found.server_time_wait_ports) == (0, 0)


@pytest.mark.parametrize(("connections", "is_a_rate"), [(LEAST_CLOSES, False), (LEAST_CLOSES + 1, True)])
def test_few_closes_are_no_rate(connections: int, is_a_rate: bool) -> None:
    found = cost(*map(single_use, range(connections)))
    assert (found.closes_per_second is not None) == is_a_rate
    assert (found.server_time_wait_ports is not None) == is_a_rate


def test_connections_that_stay_open_hold_no_port() -> None:
    found = cost(*(kept(at * BETWEEN + 1, opened=at * BETWEEN, ready=at * BETWEEN + 1) for at in range(9)))
    assert found.closes_per_second is None


def test_no_time_no_rate() -> None:
    at_once = [record(exchange(0, 0), closed=(Side.CLIENT, 0)) for _ in range(20)]
    pair = PairFacts(at_once)
    pair.avoidable = 19
    assert Costs([pair]).closes_per_second is None


def test_what_reuse_saved() -> None:
    assert cost(kept(1, 20, 40)).saved_ns == 2 * ns(1)
    assert cost(single_use(0)).saved_ns == 0
    assert cost(kept(1, 20, opened=None, ready=None)).saved_ns is None


def test_sums_over_pairs() -> None:
    wasteful = PairFacts([single_use(at) for at in range(11)])
    good = PairFacts([kept(1, 20, 40)])
    found_open = PairFacts([kept(1, 20, opened=None, ready=None)])
    found = Costs([wasteful, good, found_open])
    assert found.handshake_share == pytest.approx(10 / (11 * 4 + 10 + 6))
    assert found.closes_per_second == pytest.approx(10 / 11)
    assert found.saved_ns == 2 * ns(1)


def test_nothing_at_all() -> None:
    found = Costs([])
    assert (found.handshake_share, found.closes_per_second, found.saved_ns) == (None, None, None)


def test_closes_within_a_moment_are_no_rate() -> None:
    def burst(spacing: float) -> list[Facts]:
        return [
            record(
                exchange(at * spacing, at * spacing + 1), opened=at * spacing, closed=(Side.CLIENT, at * spacing + 2)
            )
            for at in range(11)
        ]

    too_short, long_enough = cost(*burst(499)), cost(*burst(500))
    assert (too_short.closes_per_second, too_short.client_time_wait_ports) == (None, None)
    assert long_enough.closes_per_second == pytest.approx(10 / 5.002)


def test_a_request_that_its_connection_took_with_it_is_lost() -> None:
    kept_until_reset = record(exchange(1, 4), exchange(100), closed=(Side.SERVER, 700), last=700)
    kept_until_reset.server.rst_frame, kept_until_reset.server.rst_time_ns = 9, ns(700)
    found = cost(kept_until_reset, single_use(1))
    assert (found.unanswered_requests, found.waited_in_vain_ns) == (1, ns(600))


def test_of_requests_behind_each_other_the_wait_counts_once() -> None:
    lost = record(exchange(1, 4), exchange(100), exchange(150), closed=(Side.CLIENT, 700), last=700)
    lost.client.fin_frame, lost.client.fin_time_ns = 9, ns(700)
    assert (cost(lost).unanswered_requests, cost(lost).waited_in_vain_ns) == (2, ns(600))


def test_where_nobody_can_tell_when_the_client_knew_the_wait_is_unknown() -> None:
    lost = record(exchange(1, 4), exchange(100), closed=(Side.SERVER, 99), last=100)
    assert (cost(lost).unanswered_requests, cost(lost).waited_in_vain_ns) == (1, None)


@pytest.mark.parametrize(
    "facts",
    [
        record(exchange(1, 4), exchange(100), last=700),
        record(exchange(1, 4), exchange(100), closed=(Side.CLIENT, 700), last=700, lost_in_gap=True),
        record(exchange(1, 4), exchange(100), closed=(Side.CLIENT, 700), last=700, switched=True),
        record(exchange(1), closed=(Side.CLIENT, 700), last=700, speaks=(Side.CLIENT,)),
        record(exchange(1, 4), exchange(100, cut=200), closed=(Side.CLIENT, 700), last=700),
    ],
    ids=["still waiting", "gap", "switched", "one direction", "answered in part"],
)
def test_what_may_have_been_answered_is_not_lost(facts: Facts) -> None:
    assert (cost(facts).unanswered_requests, cost(facts).waited_in_vain_ns) == (0, 0)
