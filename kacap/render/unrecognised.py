"""Pairs that waste connections for a cause that nobody named: what was seen is told, and nothing is guessed."""

from collections.abc import Collection, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from kacap.render.cost import cost_of
from kacap.render.endpoint import host
from kacap.render.escape import safe
from kacap.render.finding import filter_or_count
from kacap.render.labelled import add_known, grid
from kacap.render.quantity import between, counted, duration
from kacap.render.style import DIM
from kacap.report.model import Connection, Pair, Report
from kacap.report.wireshark import display_filter

PAIRS_SHOWN = 3
PairKey = tuple[str, str]
"""Client host, server endpoint."""

_WASTEFUL = ("not-reused", "partly-reused")


def unrecognised(report: Report) -> Iterator[RenderableType]:
    """A short block for each such pair, those with the most avoidable connections first; then a line for the others."""
    # Only a warning speaks of reuse: an error is about connections that never carried a request.
    explained = {(finding.client, finding.server) for finding in report.findings if finding.severity == "warning"}
    pairs = {(pair.client, pair.server): pair for pair in report.pairs if pair.verdict in _WASTEFUL}
    ended = _ended(report, [key for key in pairs if key not in explained])
    # Where all ended for a known reason, the notes say it.
    unclear = [pairs[key] for key, some in ended.items() if not some or _alike(some)]
    unclear.sort(key=lambda pair: -pair.avoidable_connections)
    told, left = unclear[:PAIRS_SHOWN], unclear[PAIRS_SHOWN:]
    for pair in told:
        yield _block(pair, ended[pair.client, pair.server], names_pair=len(report.pairs) != 1)
    if left:
        connections = counted(sum(pair.connections for pair in left), "connection")
        others = counted(len(left), "other pair")
        yield Text(f"… and not recognised at {others} ({connections}); --json has all", style=DIM)


def _ended(report: Report, wanted: Collection[PairKey]) -> dict[PairKey, list[Connection]]:
    """The connections of each pair `wanted` that ended after an exchange, in one pass: connections can be many."""
    ended: dict[PairKey, list[Connection]] = {key: [] for key in wanted}
    if not wanted:
        return ended
    for connection in report.connections:
        if connection.exchanges_count and connection.end.first_close:
            some = ended.get((host(connection.client), connection.server))
            if some is not None:
                some.append(connection)
    return ended


def _block(pair: Pair, ended: Sequence[Connection], *, names_pair: bool) -> RenderableType:
    alike = _alike(ended)
    streams = [connection.stream for connection in alike]
    table = grid()
    rows: tuple[tuple[str, RenderableType | None], ...] = (
        ("Why", Text(f"not recognised: {_seen(pair, alike, len(ended))}")),
        ("Pair", Text(f"{safe(pair.client, 60)} → {safe(pair.server, 60)}") if names_pair else None),
        ("Cost", cost_of(pair)),
        ("Filter", filter_or_count(display_filter(streams), len(streams), "--json has them")),
    )
    add_known(table, rows)
    return table


def _alike(ended: Sequence[Connection]) -> list[Connection]:
    """Of those without a reason, the ones that the same side closed first, in the same way, as did most."""
    ways: dict[tuple[str | None, str | None], list[Connection]] = {}
    for one in ended:
        if one.end.reason is None:
            ways.setdefault((one.end.first_to_close, one.end.first_close), []).append(one)
    return max(ways.values(), key=len, default=[])


def _seen(pair: Pair, alike: Sequence[Connection], ended: int) -> str:
    if not alike:
        return f"none of {counted(pair.connections, 'connection')} was seen to end after an exchange"
    end = alike[0].end
    closed = safe((end.first_close or "").upper(), 8)
    seen = f"{end.first_to_close} {closed} first on {len(alike):,} of {counted(ended, 'ended connection')}"
    idle_ns = sorted(one.end.idle_before_close_ns for one in alike if one.end.idle_before_close_ns is not None)
    if not idle_ns:
        return seen
    median, spread = duration(idle_ns[(len(idle_ns) - 1) // 2]), between(idle_ns[0], idle_ns[-1])
    return f"{seen}, {median} after the last response" + (f" ({spread})" if spread != median else "")
