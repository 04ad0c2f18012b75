"""The lanes of the dashboard: the busiest connections, over the last seconds."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.endpoint import short
from kacap.render.lanes import LEAST_COLUMNS, Scale, axis_of, bar, legend
from kacap.render.quantity import duration
from kacap.render.style import DIM
from kacap.render.table import INDENT
from kacap.report.glance import Glance, Lane

_LABEL_COLUMNS_MOST = 47


def lanes_now(glance: Glance, width: int, lines: int) -> RenderableType:
    """At most so many lines: an axis, a line for each connection, and what the symbols mean."""
    return Group(*_lines(glance, width, lines))


def _lines(glance: Glance, width: int, lines: int) -> Iterator[Text]:
    rows = glance.lanes[: max(1, lines - 2)]
    names = short([row.client for row in rows])
    label_columns = min(INDENT + max(map(cell_len, names), default=0), _LABEL_COLUMNS_MOST, max(0, width // 2))
    columns = width - label_columns - 1
    if columns < LEAST_COLUMNS:
        yield Text("lanes need a wider screen", style=DIM, no_wrap=True, overflow="ellipsis")
        return
    since_ns = glance.time_ns - glance.lanes_ns
    scale = Scale(since_ns, glance.time_ns, columns)
    drawn = [_drawn(row, scale, since_ns, glance.time_ns) for row in rows]
    yield Text(" " * (label_columns + 1) + axis_of(columns, f"-{duration(glance.lanes_ns)}", "now"), style=DIM)
    for name, line in zip(names, drawn, strict=True):
        label = Text(name, no_wrap=True)
        label.truncate(label_columns, overflow="ellipsis")
        yield Text(f"{' ' * (label_columns - label.cell_len)}{label} {line}", no_wrap=True, overflow="crop")
    yield Text(legend(drawn), style=DIM, no_wrap=True, overflow="ellipsis")


def _drawn(row: Lane, scale: Scale, since_ns: int, now_ns: int) -> str:
    closed_ns = row.closed_at_ns
    return bar(
        scale,
        row.first_time_ns,
        now_ns if closed_ns is None else closed_ns,
        row.busy,
        left="├" if row.opened and row.first_time_ns >= since_ns else "",
        right="" if closed_ns is None else "✗" if row.reset else "┤",
        line="─" if row.http else "┈",
    )
