"""The table of pairs: which client host, which server, how well."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.quantity import UNKNOWN, counted, duration, share
from kacap.render.style import DIM, VERDICT, spoken
from kacap.render.table import INDENT, Column, fitted
from kacap.report.model import Pair, Report

_ROWS_SHOWN = 20


def pairs(report: Report, width: int) -> RenderableType | None:
    """The pairs with the most avoidable connections first, then with the most of any; None without any pair."""
    if not report.pairs:
        return None
    ordered = sorted(report.pairs, key=lambda pair: (-pair.avoidable_connections, -pair.connections))
    rows = ordered[:_ROWS_SHOWN]
    table = fitted(
        (
            Column("pair", _names(rows, width)),
            Column("verdict", [Text(spoken(row.verdict), style=VERDICT[row.verdict]) for row in rows]),
            Column("conns", [str(row.connections) for row in rows], 1, "right"),
            Column("needed", [str(row.needed_connections) for row in rows], 4, "right"),
            Column("avoidable", [str(row.avoidable_connections) for row in rows], 2, "right"),
            Column("exchanges", [str(row.exchanges) for row in rows], 2, "right"),
            Column(
                "reuse rate", [UNKNOWN if row.reuse_rate is None else share(row.reuse_rate) for row in rows], 7, "right"
            ),
            Column("cost", [_cost(row) for row in rows], 8, "right"),
            Column("idle timeout", [_idle_timeout(row) for row in rows], 5),
            Column(
                "max requests",
                [UNKNOWN if row.max_requests is None else str(row.max_requests) for row in rows],
                6,
                "right",
            ),
            Column("behind", [UNKNOWN if row.behind is None else safe(row.behind, 60) for row in rows], 3),
        ),
        width,
    )
    left = len(ordered) - len(rows)
    if not left:
        return table
    shown = f"{' ' * INDENT}the worst {len(rows)}; … and {counted(left, 'more pair')}; --json has all"
    return Group(table, Text(shown, style=DIM))


def _names(rows: Sequence[Pair], width: int) -> list[str]:
    """`client → server`, on two lines where one would take more than half of the screen."""
    names = [(safe(row.client, 60), safe(row.server, 60)) for row in rows]
    between = "\n→ " if any(len(client) + len(server) > width // 2 for client, server in names) else " → "
    return [f"{client}{between}{server}" for client, server in names]


def _cost(pair: Pair) -> str:
    return duration(pair.handshake_cost_ns) if pair.avoidable_connections else UNKNOWN


def _idle_timeout(pair: Pair) -> str:
    sides = (("server", pair.server_idle_timeout_ns), ("client", pair.client_idle_timeout_ns))
    return ", ".join(f"{side} {duration(idle_ns)}" for side, idle_ns in sides if idle_ns is not None) or UNKNOWN
