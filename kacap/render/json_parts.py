"""The parts of a report as dicts: names, order and values are those of `report.schema.json`.

Durations become milliseconds, times RFC 3339; queries and userinfo are hidden here.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kacap.render.privacy import shown_host, shown_target
from kacap.report.cost import Cost
from kacap.report.model import Capture, Finding, Pair, Summary

if TYPE_CHECKING:
    from kacap.report.connection import Connection, Exchange, Request, Response

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT_NS = 10**15
"""Below it, milliseconds have at most 15 digits: a float holds them as they are, and none needs rounding."""


def rfc3339(time_ns: int | None) -> str | None:
    """Nanoseconds since the Unix epoch as RFC 3339; None when unknown or in a year that RFC 3339 cannot write."""
    if time_ns is None:
        return None
    seconds, fraction_ns = divmod(time_ns, 1_000_000_000)
    whole = _second(seconds)
    return whole and f"{whole}.{fraction_ns:09}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str | None:
    """Asked for again and again: a busy capture has thousands of times in one second."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    except OverflowError:
        return None


def _ms(duration_ns: int | None) -> float | None:
    if duration_ns is None:
        return None
    duration_ms = duration_ns / 1_000_000
    return duration_ms if -_EXACT_NS < duration_ns < _EXACT_NS else round(duration_ms, 6)


def _rate(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6)


def capture_part(capture: Capture) -> dict[str, Any]:
    """What was read."""
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


def summary_part(summary: Summary) -> dict[str, Any]:
    """The judgement over all pairs."""
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


def pair_part(pair: Pair) -> dict[str, Any]:
    """One line of `pairs`."""
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


def connection_part(connection: "Connection", with_exchanges: bool, queries: bool) -> dict[str, Any]:
    """One line of `connections`; its `exchanges`, which come last, are yet to be gone through."""
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
        "exchanges": (exchange_part(exchange, queries) for exchange in exchanges),
    }


def exchange_part(exchange: "Exchange", queries: bool) -> dict[str, Any]:
    """One of `exchanges`."""
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


def _request(request: "Request", queries: bool) -> dict[str, Any]:
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


def _response(response: "Response") -> dict[str, Any]:
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


def finding_part(finding: Finding) -> dict[str, Any]:
    """One line of `findings`."""
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
