"""The report as JSON: the contract that scripts lean on.

Keys, their order and their types are those of `report.schema.json`. Durations are milliseconds with nanosecond
precision, times are RFC 3339 in UTC with nine digits. Output is ASCII: no byte of a packet can reach a terminal as a
control character. One pair, connection or finding stands on one line. Connections and exchanges are written one by one,
as they are built, so that a report of any size takes no more memory than its longest other line.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from kacap.render.detail import Detail
from kacap.render.json_parts import (
    capture_part,
    connection_part,
    finding_part,
    pair_part,
    rfc3339,
    summary_part,
)
from kacap.report.model import SCHEMA_VERSION, Report

__all__ = ["document", "rfc3339", "schema", "write"]

LISTS = ("pairs", "connections", "findings")
encoded = json.JSONEncoder(check_circular=False).encode


def document(report: Report, *, detail: Detail = Detail.EXCHANGES, queries: bool = False) -> dict[str, Any]:
    """The report as plain dicts and lists.

    `detail` empties `exchanges` of each connection (`connections`) or `connections` itself (`summary`). `queries` shows
    the query strings of targets. Never raises on the content of a report.
    """
    whole = {key: list(part) if key in LISTS else part for key, part in parts(report, detail, queries)}
    for connection in whole["connections"]:
        connection["exchanges"] = list(connection["exchanges"])
    return whole


def write(report: Report, out: TextIO, *, detail: Detail = Detail.EXCHANGES, queries: bool = False) -> None:
    """Write `document(…)` as text, exchange by exchange. Raises what `out.write` raises."""
    before = "{\n"
    for key, part in parts(report, detail, queries):
        out.write(f'{before}"{key}": ')
        before = ",\n"
        if key == "connections":
            _write_lines(map(pieces, part), out)
        elif key in LISTS:
            _write_lines(((encoded(item),) for item in part), out)
        else:
            out.write(encoded(part))
    out.write("\n}\n")


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `document`."""
    from importlib import resources  # noqa: PLC0415 - no report needs it

    text = resources.files("kacap.render").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _write_lines(items: Iterable[Iterable[str]], out: TextIO) -> None:
    """A list with one item on each line, as its pieces come."""
    before = "[\n"
    for pieces in items:
        for piece in pieces:
            out.write(before + piece)
            before = ""
        before = ",\n"
    out.write("[]" if before == "[\n" else "\n]")


def pieces(connection: dict[str, Any]) -> Iterator[str]:
    """The text of a connection, whose last key is `exchanges`: they are as many as a client likes."""
    exchanges = connection.pop("exchanges")
    yield f'{encoded(connection)[:-1]}, "exchanges": ['
    before = ""
    for exchange in exchanges:
        yield before + encoded(exchange)
        before = ", "
    yield "]}"


def parts(report: Report, detail: Detail, queries: bool) -> Iterator[tuple[str, Any]]:
    """Keys and what belongs to them; lists, and the exchanges of connections, are yet to be gone through."""
    connections = report.connections if detail != Detail.SUMMARY else ()
    with_exchanges = detail == Detail.EXCHANGES
    yield "schema_version", SCHEMA_VERSION
    yield "kacap", {"version": report.kacap.version, "core": report.kacap.core}
    yield "capture", capture_part(report.capture)
    yield "summary", summary_part(report.summary)
    yield "pairs", map(pair_part, report.pairs)
    yield "connections", (connection_part(connection, with_exchanges, queries) for connection in connections)
    yield "findings", map(finding_part, report.findings)
    yield "warnings", list(report.warnings)
