"""The report as JSON: the contract that scripts lean on.

Keys, their order and their types are those of `report.schema.json`. Durations are milliseconds with nanosecond
precision, times are RFC 3339 in UTC with nine digits. Output is ASCII: no byte of a packet can reach a terminal as a
control character. One pair, connection or finding stands on one line, and connections are written one by one, so that a
report of any size needs no second copy of itself.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any, TextIO

from kacap.render.detail import Detail
from kacap.render.privacy import shown_host, shown_target
from kacap.report.cost import Cost
from kacap.report.model import (
    SCHEMA_VERSION,
    Capture,
    Connection,
    Exchange,
    Finding,
    Pair,
    Report,
    Request,
    Response,
    Summary,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTS = ("pairs", "connections", "findings")


def document(report: Report, *, detail: Detail = Detail.EXCHANGES, queries: bool = False) -> dict[str, Any]:
    """The report as plain dicts and lists.

    `detail` empties `exchanges` of each connection (`connections`) or `connections` itself (`summary`). `queries` shows
    the query strings of targets. Never raises on the content of a report.
    """
    return {key: list(part) if key in _LISTS else part for key, part in _parts(report, detail, queries)}


def write(report: Report, out: TextIO, *, detail: Detail = Detail.EXCHANGES, queries: bool = False) -> None:
    """Write `document(…)` as text, connection by connection. Raises what `out.write` raises."""
    before = "{\n"
    for key, part in _parts(report, detail, queries):
        out.write(f'{before}"{key}": ')
        before = ",\n"
        if key in _LISTS:
            _write_lines(part, out)
        else:
            out.write(json.dumps(part))
    out.write("\n}\n")


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `document`."""
    text = resources.files("kacap.render").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def rfc3339(time_ns: int | None) -> str | None:
    """Nanoseconds since the Unix epoch as RFC 3339; None when unknown or in a year that RFC 3339 cannot write."""
    if time_ns is None:
        return None
    seconds, fraction_ns = divmod(time_ns, 1_000_000_000)
    try:
        whole = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return f"{whole.isoformat()[:19]}.{fraction_ns:09}Z"


def _write_lines(items: Iterable[dict[str, Any]], out: TextIO) -> None:
    before = "[\n"
    for item in items:
        out.write(before)
        out.write(json.dumps(item))
        before = ",\n"
    out.write("[]" if before == "[\n" else "\n]")


def _parts(report: Report, detail: Detail, queries: bool) -> Iterator[tuple[str, Any]]:
    connections = report.connections if detail != Detail.SUMMARY else ()
    with_exchanges = detail == Detail.EXCHANGES
    yield "schema_version", SCHEMA_VERSION
    yield "kacap", {"version": report.kacap.version, "core": report.kacap.core}
    yield "capture", _capture(report.capture)
    yield "summary", _summary(report.summary)
    yield "pairs", map(_pair, report.pairs)
    yield "connections", (_connection(connection, with_exchanges, queries) for connection in connections)
    yield "findings", map(_finding, report.findings)
    yield "warnings", list(report.warnings)


def _ms(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else round(duration_ns / 1_000_000, 6)


def _rate(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6)


def _capture(capture: Capture) -> dict[str, Any]:
    first_ns, last_ns = capture.first_time_ns, capture.last_time_ns
    return {
        "sources": list(capture.sources),
        "format": capture.format,
        "link_types": list(capture.link_types),
        "frames": capture.frames,
        "bytes": capture.bytes,
        "tcp_segments": capture.tcp_segments,
        "first_time": rfc3339(first_ns),
        "last_time": rfc3339(last_ns),
        "duration_ms": None if first_ns is None or last_ns is None else _ms(last_ns - first_ns),
        "dropped_frames": capture.dropped_frames,
        "truncated_file": capture.truncated_file,
        "snaplen_cut_frames": capture.snaplen_cut_frames,
        "duplicate_frames": capture.duplicate_frames,
        "skipped": dict(capture.skipped),
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "verdict": summary.verdict,
        "headline": summary.headline,
        "connections": summary.connections,
        "opened": summary.opened,
        "exchanges": summary.exchanges,
        "reused_exchanges": summary.reused_exchanges,
        "needed_connections": summary.needed_connections,
        "avoidable_connections": summary.avoidable_connections,
        "reuse_rate": _rate(summary.reuse_rate),
        "handshake_cost_ms": _ms(summary.handshake_cost_ns),
        "cost": _cost(summary.cost),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "handshake_share": _rate(cost.handshake_share),
        "closes_per_second": _rate(cost.closes_per_second),
        "client_time_wait_ports": cost.client_time_wait_ports,
        "server_time_wait_ports": cost.server_time_wait_ports,
        "saved_ms": _ms(cost.saved_ns),
        "unanswered_requests": cost.unanswered_requests,
        "waited_in_vain_ms": _ms(cost.waited_in_vain_ns),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "client": pair.client,
        "server": pair.server,
        "verdict": pair.verdict,
        "connections": pair.connections,
        "opened": pair.opened,
        "exchanges": pair.exchanges,
        "reused_exchanges": pair.reused_exchanges,
        "needed_connections": pair.needed_connections,
        "avoidable_connections": pair.avoidable_connections,
        "reuse_rate": _rate(pair.reuse_rate),
        "peak_open": pair.peak_open,
        "handshake_cost_ms": _ms(pair.handshake_cost_ns),
        "cost": _cost(pair.cost),
        "server_idle_timeout_ms": _ms(pair.server_idle_timeout_ns),
        "client_idle_timeout_ms": _ms(pair.client_idle_timeout_ns),
        "max_requests": pair.max_requests,
        "reasons": dict(pair.reasons),
        "behind": pair.behind,
    }


def _connection(connection: Connection, with_exchanges: bool, queries: bool) -> dict[str, Any]:
    handshake, end = connection.handshake, connection.end
    states, counters, protocol = connection.states, connection.counters, connection.protocol
    exchanges = connection.exchanges if with_exchanges else ()
    return {
        "stream": connection.stream,
        "client": connection.client,
        "server": connection.server,
        "verdict": connection.verdict,
        "protocol": protocol and {"name": protocol.name, "sni": protocol.sni, "alpn": list(protocol.alpn)},
        "handshake": handshake
        and {
            "syn_frame": handshake.syn_frame,
            "syn_ack_frame": handshake.syn_ack_frame,
            "ack_frame": handshake.ack_frame,
            "connect_ms": _ms(handshake.connect_ns),
        },
        "opened_at": rfc3339(connection.opened_at_ns),
        "closed_at": rfc3339(connection.closed_at_ns),
        "idle_available_at_open": connection.idle_available_at_open,
        "end": {
            "first_to_signal": end.first_to_signal,
            "first_to_close": end.first_to_close,
            "first_close": end.first_close,
            "first_close_frame": end.first_close_frame,
            "decided_by": end.decided_by,
            "reason": end.reason,
            "certainty": end.certainty,
            "idle_before_close_ms": _ms(end.idle_before_close_ns),
        },
        "states": {"client": states.client, "server": states.server},
        "counters": {
            "client_bytes": counters.client_bytes,
            "server_bytes": counters.server_bytes,
            "retransmitted_segments": counters.retransmitted_segments,
            "out_of_order_segments": counters.out_of_order_segments,
            "gap_bytes": counters.gap_bytes,
            "keepalive_probes": counters.keepalive_probes,
        },
        "exchanges_count": connection.exchanges_count,
        "exchanges": [_exchange(exchange, queries) for exchange in exchanges],
    }


def _exchange(exchange: Exchange, queries: bool) -> dict[str, Any]:
    timings = exchange.timings
    return {
        "index": exchange.index,
        "reused": exchange.reused,
        "request": exchange.request and _request(exchange.request, queries),
        "response": exchange.response and _response(exchange.response),
        "informational": list(exchange.informational),
        "persistence": {
            "allowed": exchange.persistence.allowed,
            "refused_by": exchange.persistence.refused_by,
        },
        "timings": {
            "dns_ms": _ms(timings.dns_ns),
            "connect_ms": _ms(timings.connect_ns),
            "idle_ms": _ms(timings.idle_ns),
            "send_ms": _ms(timings.send_ns),
            "wait_ms": _ms(timings.wait_ns),
            "receive_ms": _ms(timings.receive_ns),
        },
    }


def _request(request: Request, queries: bool) -> dict[str, Any]:
    return {
        "frame": request.frame,
        "time": rfc3339(request.time_ns),
        "method": request.method,
        "target": shown_target(request.target, queries=queries),
        "version": request.version,
        "host": None if request.host is None else shown_host(request.host),
        "connection": list(request.connection),
        "body_bytes": request.body_bytes,
        "complete": request.complete,
    }


def _response(response: Response) -> dict[str, Any]:
    keep_alive = response.keep_alive
    return {
        "frame": response.frame,
        "time": rfc3339(response.time_ns),
        "status": response.status,
        "version": response.version,
        "connection": list(response.connection),
        "server": response.server,
        "keep_alive": keep_alive and {"timeout": keep_alive.timeout, "max": keep_alive.max},
        "framing": response.framing,
        "body_bytes": response.body_bytes,
        "complete": response.complete,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "decided_by": finding.decided_by,
        "client": finding.client,
        "server": finding.server,
        "count": finding.count,
        "streams": list(finding.streams),
        "title": finding.title,
        "explanation": finding.explanation,
        "evidence": [{"frame": one.frame, "stream": one.stream, "text": one.text} for one in finding.evidence],
        "remedies": [{"stack": remedy.stack, "text": remedy.text} for remedy in finding.remedies],
        "confirm": finding.confirm,
        "filter": finding.filter,
    }
