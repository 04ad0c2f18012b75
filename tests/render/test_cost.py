"""What avoidable connections cost, told for many pairs in one pass."""

from dataclasses import replace
from typing import Any

import pytest

from kacap.render.cost import costs, key_of
from kacap.report.model import Connection, Report
from tests.render.build import EMPTY, MS, START_NS, connection, exchange, pair

PAIR = pair(avoidable_connections=2, handshake_cost_ns=MS)
PARTS_NS = 40_000 + 2 * MS + 100_000
"""Sending, waiting and receiving of an exchange of `build`."""


def report(*connections: Connection) -> Report:
    return replace(EMPTY, connections=connections)


def one(stream: int, **named: Any) -> Connection:
    return connection(stream, (exchange(1, 4, START_NS, connect_ns=MS),), START_NS, START_NS + 9 * MS, **named)


def said(told: Report) -> str:
    return str(costs(told, [PAIR])[key_of(PAIR)])


def test_share_of_the_waiting_of_this_pair_alone() -> None:
    percent = round(100 * MS / (2 * (PARTS_NS + MS)))
    others = (one(2, client="192.0.2.10"), one(3, server="192.0.2.1:80"))
    expected = f"2 avoidable handshakes, 1.00 ms ({percent} % of the time that the client spent waiting)"
    assert said(report(one(0), one(1), *others)) == expected


def test_ipv6_clients_are_found() -> None:
    told = replace(PAIR, client="2001:db8::1")
    assert "waiting" in str(costs(report(one(0, client="2001:db8::1")), [told])[key_of(told)])


def test_no_share_where_no_waiting_was_seen() -> None:
    assert said(report()) == "2 avoidable handshakes, 1.00 ms"


def test_nothing_avoidable_has_no_cost_and_needs_no_look_at_connections() -> None:
    class Untouchable(tuple[Connection, ...]):
        __slots__ = ()

        def __iter__(self) -> Any:
            pytest.fail("nobody asked for a cost")

    assert costs(replace(EMPTY, connections=Untouchable()), [pair()]) == {}
