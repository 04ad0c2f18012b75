"""The table of connections: when each began, how long it lived, who ended it and why."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.clock import clock_of
from kacap.render.endpoint import clients, servers
from kacap.render.escape import safe
from kacap.render.quantity import UNKNOWN, duration
from kacap.render.style import CONNECTION, DIM, spoken
from kacap.render.table import INDENT, Column, fitted
from kacap.report.model import Report

if TYPE_CHECKING:
    from kacap.report.connection import Connection, End

ROWS_SHOWN = 10


def connections(report: Report, width: int) -> RenderableType | None:
    """The first connections in order of `tcp.stream`; None without any."""
    rows = report.connections[:ROWS_SHOWN]
    if not rows:
        return None
    clock = clock_of(report)
    one_server = len({row.server for row in rows}) == 1
    table = fitted(
        (
            Column("stream", [str(row.stream) for row in rows], 0, "right"),
            Column("client", clients(rows), 2, shrinks_to=22),
            Column("server", [UNKNOWN] * len(rows) if one_server else servers(rows), 6, shrinks_to=22),
            Column("verdict", [_verdict(row) for row in rows]),
            Column("exch.", [str(row.exchanges_count) for row in rows], 1, "right"),
            Column("opened (s)", [clock.at(row.opened_at_ns) for row in rows], 7, "right"),
            Column("lifetime", [_lifetime(row) for row in rows], 8, "right"),
            Column("connect", [_connect(row) for row in rows], 10, "right"),
            Column("idle", [duration(row.end.idle_before_close_ns) for row in rows], 9, "right"),
            Column("first close", [_first_close(row.end) for row in rows], 5),
            Column("decided", [_decided(row) for row in rows], 4),
            Column("reason", [safe(row.end.reason or UNKNOWN, 40) for row in rows], 3),
            Column("states", [_states(row) for row in rows], 11),
        ),
        width,
    )
    left = len(report.connections) - len(rows)
    if not left:
        return table
    shown = f"{' ' * INDENT}the first {len(rows)} by stream; … and {left:,} more; --json has all"
    return Group(table, Text(shown, style=DIM))


def _verdict(connection: "Connection") -> Text:
    protocol = connection.protocol
    seems = f" ({safe(protocol.name, 12)})" if protocol and connection.verdict == "opaque" else ""
    return Text(spoken(connection.verdict) + seems, style=CONNECTION.get(connection.verdict, ""))


def _lifetime(connection: "Connection") -> str:
    if connection.opened_at_ns is None or connection.closed_at_ns is None:
        return UNKNOWN
    return duration(connection.closed_at_ns - connection.opened_at_ns)


def _connect(connection: "Connection") -> str:
    return duration(connection.handshake.connect_ns) if connection.handshake else UNKNOWN


def _first_close(end: "End") -> str:
    if end.first_to_close is None or end.first_close is None:
        return UNKNOWN
    frame = "" if end.first_close_frame is None else f" #{end.first_close_frame}"
    return f"{end.first_to_close} {safe(end.first_close.upper(), 8)}{frame}"


def _decided(connection: "Connection") -> str:
    """Of what cannot be read nobody can tell who decided, only who closed first."""
    if connection.verdict == "opaque":
        return UNKNOWN
    return safe(connection.end.decided_by or UNKNOWN, 20)


def _states(connection: "Connection") -> str:
    states = connection.states
    if states.client is None and states.server is None:
        return UNKNOWN
    return f"{safe(states.client or UNKNOWN, 16)} / {safe(states.server or UNKNOWN, 16)}"
