"""The table of exchanges: what was asked and answered, and where the time went."""

from itertools import islice
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.privacy import shown_target
from kacap.render.quantity import UNKNOWN, duration
from kacap.render.style import DIM
from kacap.render.table import INDENT, Column, fitted
from kacap.report.model import Report

if TYPE_CHECKING:
    from kacap.report.connection import Exchange

ROWS_SHOWN = 10
_TARGET_LIMIT = 80


def exchanges(report: Report, width: int, *, queries: bool) -> RenderableType | None:
    """The first exchanges in order of `tcp.stream`; None without any."""
    every = ((connection.stream, one) for connection in report.connections for one in connection.exchanges)
    rows = list(islice(every, ROWS_SHOWN))
    if not rows:
        return None
    only = [one for _, one in rows]
    timings = [one.timings for one in only]
    table = fitted(
        (
            Column("stream", [str(stream) for stream, _ in rows], 0, "right"),
            Column("frames", [_frames(one) for one in only], 6, "right"),
            Column("request", [_request(one, queries) for one in only], 0, shrinks_to=16),
            Column("version", [_version(one) for one in only], 10),
            Column("status", [_status(one) for one in only]),
            Column("Connection", [_connection_options(one) for one in only], 2, shrinks_to=14),
            Column("dns", [duration(one.dns_ns) for one in timings], 9, "right"),
            Column("connect", [duration(one.connect_ns) for one in timings], 4, "right"),
            Column("idle", [duration(one.idle_ns) for one in timings], 5, "right"),
            Column("send", [duration(one.send_ns) for one in timings], 8, "right"),
            Column("wait", [duration(one.wait_ns) for one in timings], 3, "right"),
            Column("receive", [duration(one.receive_ns) for one in timings], 7, "right"),
        ),
        width,
    )
    left = sum(connection.exchanges_count for connection in report.connections) - len(rows)
    if left <= 0:
        return table
    shown = f"{' ' * INDENT}the first {len(rows)} by stream; … and {left:,} more; --json has all"
    return Group(table, Text(shown, style=DIM))


def _frames(exchange: "Exchange") -> str:
    messages = (exchange.request, exchange.response)
    return " → ".join(f"#{message.frame}" for message in messages if message is not None) or UNKNOWN


def _request(exchange: "Exchange", queries: bool) -> str:
    request = exchange.request
    if request is None:
        return "(not in the capture)"
    target = safe(shown_target(request.target, queries=queries), _TARGET_LIMIT)
    cut = "" if request.complete else " (incomplete)"
    return f"{safe(request.method, 16)} {target}{cut}"


def _version(exchange: "Exchange") -> str:
    """One where both sides agree, else `request / response`."""
    messages = (exchange.request, exchange.response)
    versions = [safe(message.version, 8) for message in messages if message is not None]
    return " / ".join(dict.fromkeys(versions)) or UNKNOWN


def _status(exchange: "Exchange") -> str:
    response = exchange.response
    if response is None:
        return "none"
    return f"{response.status}" if response.complete else f"{response.status} incomplete"


def _connection_options(exchange: "Exchange") -> str:
    """`request / response`, as the two wrote it; told once where they agree."""
    asked = ", ".join(exchange.request.connection) if exchange.request else ""
    answered = ", ".join(exchange.response.connection) if exchange.response else ""
    if not asked and not answered:
        return UNKNOWN
    if asked == answered:
        return f"both {safe(asked, 40)}"
    return f"{safe(asked, 40) or UNKNOWN} / {safe(answered, 40) or UNKNOWN}"
