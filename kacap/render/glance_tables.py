"""The tables of the dashboard: the pairs, and the connections that ended last."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from kacap.render.clock import Clock
from kacap.render.endpoint import short
from kacap.render.escape import safe
from kacap.render.quantity import UNKNOWN, share
from kacap.render.style import CONNECTION, VERDICT, spoken
from kacap.render.table import Column, fitted
from kacap.report.glance import EndedGlance, Glance, PairGlance

_NAME_LIMIT = 60
_FIGURES_COLUMNS = 60
"""About what the figures of a pair take that are always shown."""


def lines_of_a_pair(glance: Glance, width: int) -> int:
    """How many lines the table of pairs takes for each."""
    return 1 + any("\n" in name for name in _names(glance.pairs, width)[1])


def pairs_now(glance: Glance, width: int, lines: int) -> RenderableType:
    """In at most so many lines, as the glance orders them."""
    header, names = _names(glance.pairs, width)
    shown = glance.pairs[: (lines - 1) // lines_of_a_pair(glance, width)]
    standings = [row.standing for row in shown]
    left = glance.pairs_count - len(shown)
    return fitted(
        (
            Column(f"{header} ({left:,} more)" if left else header, names[: len(shown)], shrinks_to=21),
            Column("verdict", [Text(spoken(row.verdict), style=VERDICT[row.verdict]) for row in standings]),
            Column("open", [f"{row.open:,}" for row in standings], justify="right"),
            Column("idle", [f"{row.idle:,}" for row in standings], 1, "right"),
            Column("new/s", [rate(row.opened_per_second) for row in standings], 2, "right"),
            Column("conns", [f"{row.connections:,}" for row in standings], 6, "right"),
            Column("needed", [f"{row.needed_connections:,}" for row in standings], 7, "right"),
            Column("exchanges", [f"{row.exchanges:,}" for row in standings], 5, "right"),
            Column("exch./s", [rate(row.exchanges_per_second) for row in standings], 8, "right"),
            Column("reused", [_share(row.reuse_rate) for row in standings], 4, "right"),
            Column("avoidable", [f"{row.avoidable_connections:,}" for row in standings], 3, "right"),
        ),
        width,
        notes=False,
    )


def ended_now(glance: Glance, width: int, lines: int) -> RenderableType:
    """In at most so many lines, the newest first."""
    shown = glance.ended[: lines - 1]
    first_ns = glance.time_ns if glance.first_time_ns is None else glance.first_time_ns
    clock = Clock(first_ns, max(glance.time_ns - first_ns, 10**10))
    one_server = len({row.server for row in shown}) == 1
    return fitted(
        (
            Column("ended (s)", [clock.at(row.closed_at_ns) for row in shown], justify="right"),
            Column("client", short([row.client for row in shown]), shrinks_to=21),
            Column(
                "server",
                [UNKNOWN] * len(shown) if one_server else short([row.server for row in shown]),
                7,
                shrinks_to=21,
            ),
            Column("verdict", [_verdict(row) for row in shown], 5),
            Column("exch.", [f"{row.exchanges_count:,}" for row in shown], 1, "right"),
            Column("reason", _reasons(shown)),
            Column("certainty", [safe(row.certainty or UNKNOWN, 20) for row in shown], 4),
            Column("decided", [safe(row.decided_by or UNKNOWN, 20) for row in shown], 2),
        ),
        width,
        notes=False,
    )


def rate(per_second: float) -> str:
    """`0`, `0.3`, `12`, `1,200`."""
    return f"{per_second:,.{1 if 0 < per_second < 10 else 0}f}"


def _share(reuse_rate: float | None) -> str:
    return UNKNOWN if reuse_rate is None else share(reuse_rate)


def _names(rows: Sequence[PairGlance], width: int) -> tuple[str, list[str]]:
    """The header and the names: what all have in common stands in the header, and both do only where they must."""
    clients, servers = ([safe(name, _NAME_LIMIT) for name in names] for names in zip(*map(_ends, rows), strict=True))
    if len(set(clients)) == 1:
        return f"{clients[0]} →", servers
    if len(set(servers)) == 1:
        return f"→ {servers[0]}", clients
    widest = max(len(client) + len(server) for client, server in zip(clients, servers, strict=True))
    between = "\n→ " if widest > width - _FIGURES_COLUMNS else " → "
    return "pair", [f"{client}{between}{server}" for client, server in zip(clients, servers, strict=True)]


def _ends(row: PairGlance) -> tuple[str, str]:
    return row.client, row.server


def _verdict(row: EndedGlance) -> Text:
    return Text(spoken(row.verdict), style=CONNECTION.get(row.verdict, ""))


def _reasons(rows: Sequence[EndedGlance]) -> list[str]:
    return [safe(row.reason or UNKNOWN, 40) for row in rows]
