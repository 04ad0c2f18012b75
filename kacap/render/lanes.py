"""A picture of connections over time, one lane each:

    ├──██──█─┤     opened, two exchanges in flight, closed
       ├█✗         opened, one exchange, reset
    ──██───        open before the capture began and still open at its end
    ├┈┈┈┈┈┤        no HTTP was seen in it: encrypted, refused, or cut off

A lane is at least three columns, so that the shortest connection can be seen; beyond that the scale is true.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.endpoint import clients
from kacap.render.quantity import duration
from kacap.render.style import DIM
from kacap.render.table import INDENT
from kacap.report.model import Report

if TYPE_CHECKING:
    from kacap.report.connection import Connection

ROWS_SHOWN = 10
LEAST_COLUMNS = 24
_TICKS = 4
_LEGEND = {
    "├": "opened",
    "█": "exchange in flight",
    "─": "idle",
    "┈": "no HTTP seen",
    "┤": "closed",
    "✗": "reset",
}
_WITHOUT_HTTP = ("failed", "opaque", "switched", "unknown")


class Scale:
    """Capture time to column."""

    def __init__(self, first_ns: int, last_ns: int, columns: int) -> None:
        self.columns = columns
        self.first_ns = first_ns
        self.span_ns = max(1, last_ns - first_ns)

    def column(self, time_ns: int) -> int:
        column = (time_ns - self.first_ns) * self.columns // self.span_ns
        return min(max(column, 0), self.columns - 1)


def lanes(report: Report, width: int) -> RenderableType | None:
    """The first connections in order of `tcp.stream`; None with fewer than two, or on too narrow a console."""
    rows = report.connections[:ROWS_SHOWN]
    if len(rows) < 2:
        return None
    names = clients(rows)
    label_columns = INDENT + max(map(len, names))
    columns = width - label_columns - 1
    if columns < LEAST_COLUMNS:
        return None
    scale = Scale(min(row.first_time_ns for row in rows), max(row.last_time_ns for row in rows), columns)
    origin_ns = report.capture.first_time_ns or scale.first_ns
    start, end = duration(scale.first_ns - origin_ns), duration(scale.first_ns + scale.span_ns - origin_ns)
    axis = axis_of(scale.columns, start, end)
    drawn = [lane(row, scale) for row in rows]
    lines = [Text(" " * (label_columns + 1) + axis, style=DIM)]
    lines += [Text(f"{name:>{label_columns}} {line}") for name, line in zip(names, drawn, strict=True)]
    lines += [Text(line, style=DIM) for line in _below(drawn, len(report.connections))]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Group(*lines)


def lane(connection: "Connection", scale: Scale) -> str:
    """One connection as a line of at most `scale.columns` characters."""
    return bar(
        scale,
        connection.first_time_ns,
        _end_ns(connection),
        _in_flight(connection),
        left="" if connection.opened_at_ns is None else "├",
        right="" if connection.closed_at_ns is None else "✗" if connection.end.first_close == "rst" else "┤",
        line="┈" if connection.verdict in _WITHOUT_HTTP else "─",
    )


def bar(
    scale: Scale, first_ns: int, last_ns: int, in_flight: Iterable[tuple[int, int]], *, left: str, right: str, line: str
) -> str:
    """From `first_ns` to `last_ns`: a `line`, what stands at its ends (empty: nothing), and what is in flight on it."""
    began, ended = scale.column(first_ns), scale.column(last_ns)
    ended = min(max(ended, began + 2), scale.columns - 1)
    began = max(0, min(began, ended - 2))
    cells = [line] * (ended - began + 1)
    inner = (began + bool(left), ended - bool(right))
    for start_ns, stop_ns in in_flight:
        start = min(max(scale.column(start_ns), inner[0]), inner[1])
        stop = min(max(scale.column(stop_ns), start), inner[1])
        cells[start - began : stop - began + 1] = "█" * (stop - start + 1)
    if left:
        cells[0] = left
    if right:
        cells[-1] = right
    return " " * began + "".join(cells)


def _end_ns(connection: "Connection") -> int:
    return connection.last_time_ns if connection.closed_at_ns is None else connection.closed_at_ns


def _in_flight(connection: "Connection") -> Iterator[tuple[int, int]]:
    """From the first byte of the request to the last of both, as far as they are known."""
    for exchange in connection.exchanges:
        request, response = exchange.request, exchange.response
        if response is not None:
            stop_ns = response.time_ns + (exchange.timings.receive_ns or 0)
            if request is not None:
                stop_ns = max(stop_ns, request.time_ns + (exchange.timings.send_ns or 0))
            yield (response if request is None else request).time_ns, stop_ns
        elif request is not None:
            yield request.time_ns, _end_ns(connection)


def axis_of(columns: int, start: str, end: str) -> str:
    """The line over the lanes, with what is at its ends."""
    cells = [" "] * columns
    for tick in range(1, _TICKS):
        cells[tick * columns // _TICKS] = "·"
    cells[: len(start)] = start
    cells[columns - len(end) :] = end
    return "".join(cells)


def legend(drawn: Iterable[str]) -> str:
    """What the symbols mean that were drawn."""
    used = set().union(*drawn)
    return " " * INDENT + "  ".join(f"{symbol} {meaning}" for symbol, meaning in _LEGEND.items() if symbol in used)


def _below(drawn: Sequence[str], connections: int) -> Iterator[str]:
    left = connections - len(drawn)
    if left:
        yield f"{' ' * INDENT}… and {left:,} more"
    yield legend(drawn)
