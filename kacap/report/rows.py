"""Facts and endings become rows. Loaded with the first row that somebody asks for: a summary needs none."""

from functools import lru_cache

from kacap.http.message import Exchange as HttpExchange
from kacap.http.persistence import signal
from kacap.http.recognise import UNKNOWN_PROTOCOL
from kacap.report.connection import (
    Connection,
    Counters,
    End,
    Exchange,
    Handshake,
    KeepAlive,
    Persistence,
    Protocol,
    Request,
    Response,
    States,
    Timings,
)
from kacap.report.lazy import Rows
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.states import final_states
from kacap.verdict.ending import Ending
from kacap.verdict.facts import Facts
from kacap.verdict.timings import timings
from kacap.verdict.words import ConnectionVerdict, Framing, Side
from kacap.wire.names import address_text

_host = lru_cache(maxsize=1024)(address_text)
"""Connections are many, hosts are few."""


class Exchanges(Rows[Exchange]):
    """The exchanges of one connection."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __len__(self) -> int:
        return len(self._facts.exchanges)

    def row(self, at: int) -> Exchange:
        return exchange_row(self._facts, at)


def connection_row(facts: Facts, end: Ending, idle_available: int) -> Connection:
    """The row of one connection; `idle_available` counts those that stood ready when it was opened."""
    connection = facts.connection
    client, server = facts.client, facts.server
    verdict = facts.verdict
    client_state, server_state = final_states(connection)
    closed_ns = connection.closed_at_ns
    ruling = end.ruling
    return Connection(
        stream=facts.stream,
        client=_endpoint(client),
        server=_endpoint(server),
        verdict=verdict,
        protocol=_protocol(facts, verdict),
        handshake=_handshake(facts),
        opened_at_ns=facts.opened_ns if client.syn_frame != UNKNOWN else None,
        closed_at_ns=None if closed_ns == NEVER else closed_ns,
        first_time_ns=connection.first_time_ns,
        last_time_ns=connection.last_time_ns,
        idle_available_at_open=idle_available,
        end=End(
            first_to_signal=end.first_to_signal,
            first_to_close=end.first_to_close,
            first_close=end.first_close_kind,
            first_close_frame=end.first_close_frame,
            decided_by=end.decided_by,
            reason=None if ruling is None else ruling.rule.cause_id,
            certainty=None if ruling is None else ruling.certainty,
            idle_before_close_ns=end.idle_before_close_ns,
        ),
        states=States(client_state, server_state),
        counters=_counters(client, server),
        exchanges_count=len(facts.exchanges) + facts.exchanges.dropped.count,
        exchanges=Exchanges(facts),
    )


def exchange_row(facts: Facts, at: int) -> Exchange:
    """The row of the exchange at `at` (0-based) of a connection."""
    exchange = facts.exchanges[at]
    said = signal(exchange)
    parts = timings(facts, at)
    return Exchange(
        index=at + 1 + facts.exchanges.dropped.count,
        reused=facts.reuses(at),
        request=_request(exchange),
        response=_response(exchange),
        informational=exchange.informational,
        persistence=Persistence(said is None, None if said is None else Side(said[0])),
        timings=Timings(parts.dns_ns, parts.connect_ns, parts.idle_ns, parts.send_ns, parts.wait_ns, parts.receive_ns),
    )


def _endpoint(half: Half) -> str:
    """As `kacap.wire.names.endpoint_text`."""
    host = _host(half.address)
    return f"[{host}]:{half.port}" if len(half.address) == 16 else f"{host}:{half.port}"


def _counters(client: Half, server: Half) -> Counters:
    return Counters(
        client_bytes=client.bytes,
        server_bytes=server.bytes,
        retransmitted_segments=client.retransmitted + server.retransmitted,
        out_of_order_segments=client.out_of_order + server.out_of_order,
        gap_bytes=client.gap_bytes + server.gap_bytes,
        keepalive_probes=client.keepalive_probes + server.keepalive_probes,
    )


def _handshake(facts: Facts) -> Handshake | None:
    connection = facts.connection
    frames = (facts.client.syn_frame, connection.syn_ack_frame, connection.ack_frame)
    syn, syn_ack, ack = (None if frame == UNKNOWN else frame for frame in frames)
    if syn is None and syn_ack is None:
        return None
    return Handshake(syn, syn_ack, ack, facts.connect_ns)


def _protocol(facts: Facts, verdict: ConnectionVerdict) -> Protocol | None:
    if verdict is not ConnectionVerdict.OPAQUE:
        return None
    protocol = facts.protocol or UNKNOWN_PROTOCOL
    return Protocol(protocol.name, protocol.sni, protocol.alpn)


def _request(exchange: HttpExchange) -> Request | None:
    request = exchange.request
    if request is None:
        return None
    return Request(
        frame=request.frame,
        time_ns=request.time_ns,
        method=request.method,
        target=request.target,
        version=request.version,
        host=request.host,
        connection=request.connection,
        body_bytes=request.body_bytes,
        complete=request.complete,
    )


def _response(exchange: HttpExchange) -> Response | None:
    response = exchange.response
    if response is None:
        return None
    hint = response.keep_alive
    return Response(
        frame=response.frame,
        time_ns=response.time_ns,
        status=response.status,
        version=response.version,
        connection=response.connection,
        server=response.server,
        keep_alive=None if hint is None else KeepAlive(hint[0], hint[1]),
        framing=Framing(response.framing),
        body_bytes=response.body_bytes,
        complete=response.complete,
    )
