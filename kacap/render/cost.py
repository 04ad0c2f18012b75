"""What the avoidable connections of a pair cost. Connections can be many, so all pairs asked for share one pass."""

from collections.abc import Collection, Iterator, Mapping

from rich.text import Text

from kacap.render.endpoint import host
from kacap.render.quantity import counted, duration, share
from kacap.report.model import Connection, Pair, Report

PairKey = tuple[str, str]
"""Client host, server endpoint."""


def key_of(pair: Pair) -> PairKey:
    """The pair's name."""
    return pair.client, pair.server


def members(report: Report, wanted: Collection[PairKey]) -> Iterator[tuple[PairKey, Connection]]:
    """The connections of the pairs `wanted`, in one pass; none at all where no pair is wanted."""
    if not wanted:
        return
    for connection in report.connections:
        key = (host(connection.client), connection.server)
        if key in wanted:
            yield key, connection


def costs(report: Report, pairs: Collection[Pair]) -> Mapping[PairKey, Text]:
    """What to say of each of `pairs` that has avoidable connections."""
    costly = {key_of(pair): pair for pair in pairs if pair.avoidable_connections}
    waited_ns = dict.fromkeys(costly, 0)
    for key, connection in members(report, costly.keys()):
        waited_ns[key] += _waited_ns(connection)
    return {key: _cost(pair, waited_ns[key]) for key, pair in costly.items()}


def _waited_ns(connection: Connection) -> int:
    """All connecting, sending, waiting and receiving of its exchanges."""
    return sum(
        part_ns or 0
        for timings in (exchange.timings for exchange in connection.exchanges)
        for part_ns in (timings.connect_ns, timings.send_ns, timings.wait_ns, timings.receive_ns)
    )


def _cost(pair: Pair, waited_ns: int) -> Text:
    cost = f"{counted(pair.avoidable_connections, 'avoidable handshake')}, {duration(pair.handshake_cost_ns)}"
    if 0 < pair.handshake_cost_ns <= waited_ns:
        cost += f" ({share(pair.handshake_cost_ns / waited_ns)} of the time that the client spent waiting)"
    return Text(cost)
