"""Where the time of an exchange went: DNS, connect, idle, send, wait, receive.

Times are those of the capture point. DNS and connect belong to the first exchange of a connection, idle to the others.
"""

from typing import NamedTuple

from kacap.tcp.half import NEVER
from kacap.verdict.facts import Facts


class Parts(NamedTuple):
    """Durations in nanoseconds; None where they do not apply or are not known."""

    dns_ns: int | None
    connect_ns: int | None
    idle_ns: int | None
    send_ns: int | None
    wait_ns: int | None
    receive_ns: int | None


def timings(facts: Facts, index: int) -> Parts:
    """The parts of the exchange at `index` (0-based)."""
    exchange = facts.exchanges.at(index)
    asked, answered = exchange.request is not None, exchange.response is not None
    first = index == 0 and not facts.exchanges.dropped.count
    return Parts(
        dns_ns=facts.dns_ns if first else None,
        connect_ns=facts.connect_ns if first else None,
        idle_ns=None if first or exchange.request is None else _idle_ns(facts, index, exchange.request.time_ns),
        send_ns=exchange.send_ns if asked else None,
        wait_ns=exchange.wait_ns if asked and answered else None,
        receive_ns=exchange.receive_ns if answered else None,
    )


def spent_ns(facts: Facts) -> int:
    """Connecting, sending, waiting and receiving of all exchanges of a connection."""
    if not facts.exchanges:
        return 0
    connected_ns = facts.connected_ns
    return facts.exchanges.spent_ns() + (0 if connected_ns == NEVER else connected_ns)


def _idle_ns(facts: Facts, index: int, begin_ns: int) -> int | None:
    """Since the exchange before was over."""
    if not index or not facts.exchanges.complete(index - 1):
        return None
    return max(0, begin_ns - facts.exchanges.end_ns(index - 1))
