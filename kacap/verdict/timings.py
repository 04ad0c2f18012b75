"""Where the time of an exchange went: DNS, connect, idle, send, wait, receive.

Times are those of the capture point. DNS and connect belong to the first exchange of a connection, idle to the others.
"""

from dataclasses import dataclass

from kacap.http.message import Exchange, Request, Response
from kacap.verdict.facts import Facts


@dataclass(frozen=True, slots=True)
class Parts:
    """Durations in nanoseconds; None where they do not apply or are not known."""

    dns_ns: int | None
    connect_ns: int | None
    idle_ns: int | None
    send_ns: int | None
    wait_ns: int | None
    receive_ns: int | None


def timings(facts: Facts, index: int) -> Parts:
    """The parts of the exchange at `index` (0-based)."""
    exchange = facts.exchanges[index]
    request, response = exchange.request, exchange.response
    first = index == 0
    return Parts(
        dns_ns=facts.dns_ns if first else None,
        connect_ns=facts.connect_ns if first else None,
        idle_ns=None if first else _idle_ns(facts.exchanges[index - 1], exchange),
        send_ns=None if request is None else _send_ns(request),
        wait_ns=None if request is None or response is None else _wait_ns(request, response),
        receive_ns=None if response is None else _receive_ns(response),
    )


def spent_ns(facts: Facts) -> int:
    """Connecting, sending, waiting and receiving of all exchanges of a connection."""
    spent = facts.connect_ns or 0 if facts.exchanges else 0
    for exchange in facts.exchanges:
        request, response = exchange.request, exchange.response
        if request is not None:
            spent += _send_ns(request)
            if response is not None:
                spent += _wait_ns(request, response)
        if response is not None:
            spent += _receive_ns(response)
    return spent


def _send_ns(request: Request) -> int:
    return max(0, request.end_time_ns - request.time_ns)


def _wait_ns(request: Request, response: Response) -> int:
    return max(0, response.time_ns - request.end_time_ns)


def _receive_ns(response: Response) -> int:
    return max(0, response.end_time_ns - response.time_ns)


def _idle_ns(before: Exchange, exchange: Exchange) -> int | None:
    if not before.complete or exchange.request is None:
        return None
    return max(0, exchange.request.time_ns - before.end_ns)
