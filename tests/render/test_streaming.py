"""A report of any size is shown without a second copy of it: rows are asked for once, and written as they come."""

import io
import json
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kacap.render.detail import Detail
from kacap.render.json import write
from kacap.render.terminal import print_report
from kacap.report.lazy import Row_co, Rows
from kacap.report.model import Connection, Report
from tests.render.plain_samples import one_exchange, single_use
from tests.render.screen import Screen

MANY = 10_000
MOST_BYTES = 100_000
"""What writing may take at its peak, however many rows there are."""


class Counted(Rows[Row_co]):
    """Some rows over and over, up to a length; it knows how many were asked for."""

    def __init__(self, some: Sequence[Row_co], length: int | None = None) -> None:
        self._some = some
        self._length = len(some) if length is None else length
        self.built = 0

    def __len__(self) -> int:
        return self._length

    def row(self, at: int) -> Row_co:
        self.built += 1
        return self._some[at % len(self._some)]


class Sink(io.StringIO):
    """Forgets what is written to it, but for its size."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = self.longest = self.length = 0

    def write(self, text: str) -> int:
        self.calls += 1
        self.longest = max(self.longest, len(text))
        self.length += len(text)
        return len(text)


def counted() -> tuple[Report, Counted[Connection], Counted[object]]:
    """A report of 100 connections with one exchange each; all connections share these exchanges."""
    base = single_use()
    exchanges = Counted(base.connections[0].exchanges)
    connections = Counted([replace(row, exchanges=exchanges) for row in base.connections])
    return replace(base, connections=connections), connections, exchanges


@pytest.mark.parametrize(
    ("detail", "built"), [(Detail.SUMMARY, (0, 0)), (Detail.CONNECTIONS, (100, 0)), (Detail.EXCHANGES, (100, 100))]
)
def test_json_asks_for_each_row_once_and_for_none_that_it_leaves_out(detail: Detail, built: tuple[int, int]) -> None:
    report, connections, exchanges = counted()
    write(report, Sink(), detail=detail)
    assert (connections.built, exchanges.built) == built


def test_a_screen_asks_for_what_it_shows() -> None:
    report, connections, exchanges = counted()
    print_report(report, Screen(100).console, detail=Detail.SUMMARY)
    assert (connections.built, exchanges.built) == (0, 0)
    print_report(report, Screen(100).console, detail=Detail.CONNECTIONS)
    assert (connections.built, exchanges.built) == (20, 10), (
        "table and lanes show ten each, lanes with what was in flight"
    )


def peak_bytes(report: Report, out: io.StringIO) -> int:
    write(replace(report, connections=report.connections[:1]), Sink())
    tracemalloc.start()
    try:
        write(report, out)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_many_connections_are_written_in_small_pieces() -> None:
    report = replace(single_use(), connections=Counted(single_use().connections, MANY))
    out = Sink()
    assert peak_bytes(report, out) < MOST_BYTES
    assert out.calls > MANY
    assert out.length > 1000 * MANY
    assert out.longest < 5000


def test_the_exchanges_of_one_connection_are_written_in_small_pieces() -> None:
    base = one_exchange()
    connection = replace(base.connections[0], exchanges=Counted(base.connections[0].exchanges, MANY))
    out = Sink()
    assert peak_bytes(replace(base, connections=(connection,)), out) < MOST_BYTES
    assert out.calls > MANY
    assert out.longest < 5000


@pytest.mark.parametrize("exchanges", [0, 1, 3])
def test_pieces_are_the_text_that_one_piece_would_be(exchanges: int) -> None:
    base = single_use()
    rows = Counted(base.connections[0].exchanges, exchanges)
    out = io.StringIO()
    write(replace(base, connections=[replace(base.connections[0], exchanges=rows)] * 2), out)
    line, following = out.getvalue().split('"connections": [\n')[1].splitlines()[:2]
    told = json.loads(following)
    assert line == following + ","
    assert len(told["exchanges"]) == exchanges
    assert following == json.dumps(told)
