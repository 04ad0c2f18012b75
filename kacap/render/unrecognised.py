"""Pairs that waste connections for a cause that nobody named: what was seen is told, and nothing is guessed."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from kacap.render.cost import cost_of
from kacap.render.endpoint import host
from kacap.render.escape import safe
from kacap.render.finding import filter_or_count
from kacap.render.labelled import add_known, grid
from kacap.render.quantity import between, counted, duration
from kacap.render.style import DIM
from kacap.report.model import Pair, Report
from kacap.report.wireshark import display_filter

if TYPE_CHECKING:
    from kacap.report.connection import Connection, End

PAIRS_SHOWN = 3
PairKey = tuple[str, str]
"""Client host, server endpoint."""

_WASTEFUL = ("not-reused", "partly-reused")


class _Way:
    """Connections without a reason that the same side closed first, in the same way."""

    __slots__ = ("closed", "idle_ns", "streams")

    def __init__(self, end: "End") -> None:
        self.closed = f"{end.first_to_close} {safe((end.first_close or '').upper(), 8)}"
        self.streams: list[int] = []
        self.idle_ns: list[int] = []
        """From the last response to the close, where that is known."""


class _Ended:
    """The connections of a pair that ended after an exchange: figures only, for they can be many."""

    __slots__ = ("count", "ways")

    def __init__(self) -> None:
        self.count = 0
        self.ways: dict[tuple[str | None, str | None], _Way] = {}

    def add(self, connection: "Connection") -> None:
        self.count += 1
        end = connection.end
        if end.reason is None:
            key = (end.first_to_close, end.first_close)
            way = self.ways.get(key)
            if way is None:
                way = self.ways[key] = _Way(end)
            way.streams.append(connection.stream)
            if end.idle_before_close_ns is not None:
                way.idle_ns.append(end.idle_before_close_ns)

    @property
    def usual(self) -> _Way | None:
        """As most of those ended; None where each has a reason."""
        return max(self.ways.values(), key=lambda way: len(way.streams), default=None)


def unrecognised(report: Report) -> Iterator[RenderableType]:
    """A short block for each such pair, those with the most avoidable connections first; then a line for the others."""
    # Only a warning speaks of reuse: an error is about connections that never carried a request.
    explained = {(finding.client, finding.server) for finding in report.findings if finding.severity == "warning"}
    pairs = {(pair.client, pair.server): pair for pair in report.pairs if pair.verdict in _WASTEFUL}
    ended = _ended(report, [key for key in pairs if key not in explained])
    # Where all ended for a known reason, the notes say it.
    unclear = [pairs[key] for key, some in ended.items() if not some.count or some.usual]
    unclear.sort(key=lambda pair: -pair.avoidable_connections)
    told, left = unclear[:PAIRS_SHOWN], unclear[PAIRS_SHOWN:]
    for pair in told:
        yield _block(pair, ended[pair.client, pair.server], names_pair=len(report.pairs) != 1)
    if left:
        connections = counted(sum(pair.connections for pair in left), "connection")
        others = counted(len(left), "other pair")
        yield Text(f"… and not recognised at {others} ({connections}); --json has all", style=DIM)


def _ended(report: Report, wanted: Collection[PairKey]) -> dict[PairKey, _Ended]:
    """What ended after an exchange at each pair `wanted`, in one pass."""
    ended = {key: _Ended() for key in wanted}
    if not wanted:
        return ended
    for connection in report.connections:
        if connection.exchanges_count and connection.end.first_close:
            some = ended.get((host(connection.client), connection.server))
            if some is not None:
                some.add(connection)
    return ended


def _block(pair: Pair, ended: _Ended, *, names_pair: bool) -> RenderableType:
    usual = ended.usual
    streams = [] if usual is None else usual.streams
    table = grid()
    rows: tuple[tuple[str, RenderableType | None], ...] = (
        ("Why", Text(f"not recognised: {_seen(pair, usual, ended.count)}")),
        ("Pair", Text(f"{safe(pair.client, 60)} → {safe(pair.server, 60)}") if names_pair else None),
        ("Cost", cost_of(pair)),
        ("Filter", filter_or_count(display_filter(streams), len(streams), "--json has them")),
    )
    add_known(table, rows)
    return table


def _seen(pair: Pair, usual: _Way | None, ended: int) -> str:
    if usual is None:
        return f"none of {counted(pair.connections, 'connection')} was seen to end after an exchange"
    seen = f"{usual.closed} first on {len(usual.streams):,} of {counted(ended, 'ended connection')}"
    idle_ns = sorted(usual.idle_ns)
    if not idle_ns:
        return seen
    median, spread = duration(idle_ns[(len(idle_ns) - 1) // 2]), between(idle_ns[0], idle_ns[-1])
    return f"{seen}, {median} after the last response" + (f" ({spread})" if spread != median else "")
