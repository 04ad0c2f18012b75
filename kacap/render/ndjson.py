"""The report as lines of JSON: one for each connection as soon as it is over, and a last one for all the rest.

A connection's line is an item of the JSON report's `connections`, and begins with `stream`. The last line is that
report without `connections`, and begins with `schema_version`. `detail` and `queries` are as in `kacap.render.json`:
with `summary` there is no line but the last.
"""

from typing import TextIO

from kacap.render.detail import Detail
from kacap.render.json import LISTS, encoded, parts, pieces
from kacap.render.json_parts import connection_part
from kacap.report.connection import Connection
from kacap.report.model import Report


def write_connection(connection: Connection, out: TextIO, *, detail: Detail, queries: bool) -> None:
    """Write the line of one connection. Raises what `out.write` raises."""
    if detail == Detail.SUMMARY:
        return
    for piece in pieces(connection_part(connection, detail == Detail.EXCHANGES, queries)):
        out.write(piece)
    out.write("\n")


def write_rest(report: Report, out: TextIO) -> None:
    """Write the last line. Raises what `out.write` raises."""
    before = "{"
    for key, part in parts(report, Detail.SUMMARY, False):
        if key != "connections":
            out.write(f'{before}"{key}": {encoded(list(part) if key in LISTS else part)}')
            before = ", "
    out.write("}\n")


def write_all(report: Report, out: TextIO, *, detail: Detail, queries: bool) -> None:
    """Write the lines of a capture that is over. Raises what `out.write` raises."""
    for connection in report.connections:
        write_connection(connection, out, detail=detail, queries=queries)
    write_rest(report, out)
