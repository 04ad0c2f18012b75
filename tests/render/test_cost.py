"""What avoidable connections cost, in words."""

import pytest

from kacap.render.cost import cost_of
from kacap.report.cost import Cost
from tests.render.build import MS, NO_COST, pair
from tests.render.screen import printed

HANDSHAKES = "2 avoidable handshakes, 1.00 ms"


def said(cost: Cost, handshake_cost_ns: int = MS) -> str:
    told = cost_of(pair(avoidable_connections=2, handshake_cost_ns=handshake_cost_ns, cost=cost))
    assert told is not None
    return printed(told, 200).rstrip("\n")


def test_nothing_avoidable_costs_nothing() -> None:
    assert cost_of(pair(cost=Cost(0.0, None, None, None, 5 * MS, 0, 0))) is None


def test_time_and_its_share() -> None:
    assert said(Cost(0.31, None, None, None, 0, 0, 0)) == f"{HANDSHAKES} (31 % of all exchange time)"


def test_no_share_where_it_is_unknown() -> None:
    assert said(NO_COST) == HANDSHAKES


def test_no_time_where_no_handshake_was_seen() -> None:
    assert said(NO_COST, 0) == "2 avoidable handshakes"


@pytest.mark.parametrize(
    ("client", "server", "held"),
    [
        (60, 0, "60 ports at the client"),
        (0, 1, "1 port at the server"),
        (30, 1200, "30 ports at the client and 1,200 ports at the server"),
        (30_000, 0, "30,000 ports at the client (Linux has 28,232 to one server)"),
    ],
)
def test_ports_at_the_side_that_closes_first(client: int, server: int, held: str) -> None:
    assert said(Cost(None, 12.5, client, server, None, 0, 0)).splitlines() == [
        HANDSHAKES,
        f"at this rate (12.5 closes/s): {held} in TIME_WAIT",
    ]


def test_resets_hold_no_ports() -> None:
    assert said(Cost(None, 12.5, 0, 0, None, 0, 0)) == HANDSHAKES


@pytest.mark.parametrize(
    ("requests", "waited_ns", "lost"),
    [
        (1, None, "1 request got no answer"),
        (3, 900 * MS, "3 requests got no answer, 900 ms waited in vain"),
    ],
)
def test_requests_that_were_lost_also_where_nothing_was_avoidable(
    requests: int, waited_ns: int | None, lost: str
) -> None:
    cost = Cost(None, None, None, None, None, requests, waited_ns)
    assert said(cost).splitlines() == [HANDSHAKES, lost]
    alone = cost_of(pair(cost=cost))
    assert alone is not None
    assert printed(alone, 200).rstrip("\n") == lost
