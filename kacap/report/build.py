"""Finished records and judgements become the report. Nothing is decided here: only named, counted, and written down."""

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from kacap.http.message import Exchange as HttpExchange
from kacap.http.persistence import signal
from kacap.http.recognise import UNKNOWN_PROTOCOL
from kacap.report import model
from kacap.report.cost import Cost
from kacap.report.wireshark import display_filter
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.states import final_states
from kacap.verdict.cost import Costs
from kacap.verdict.ending import Ending, ended
from kacap.verdict.facts import Facts
from kacap.verdict.findings import PairFinding, findings_of
from kacap.verdict.pair import PairFacts
from kacap.verdict.pairs import PairKey, pairs_of
from kacap.verdict.rules import rulings_of
from kacap.verdict.summary import summarise
from kacap.verdict.timings import timings
from kacap.verdict.words import ConnectionVerdict, Framing, Severity, Side
from kacap.wire.names import address_text, endpoint_text

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def build_report(
    facts: Sequence[Facts], left_out: int, capture: model.Capture, kacap: model.Kacap, warnings: Sequence[str]
) -> model.Report:
    """The report on connections that are finished and whose roles are settled, in order of `stream`.

    `left_out` counts the connections of the capture that the user did not ask for.
    """
    with _nothing_to_collect():
        return _build(facts, left_out, capture, kacap, warnings)


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """All that is made here is kept: to look for garbage among it, over and over, takes as long as to make it."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _build(
    facts: Sequence[Facts], left_out: int, capture: model.Capture, kacap: model.Kacap, warnings: Sequence[str]
) -> model.Report:
    pairs = pairs_of(facts, capture.first_time_ns or 0, capture.last_time_ns or 0)
    together = list(pairs.values())
    connections: list[model.Connection] = []
    pair_rows: list[model.Pair] = []
    findings: list[model.Finding] = []
    for key, pair in pairs.items():
        rulings = rulings_of(pair)
        reasons: Counter[str] = Counter()
        for ruling, count in Counter(rulings).items():
            if ruling is not None:
                reasons[ruling.rule.cause_id] += count
        server = endpoint_text(key[1], key[2])
        pair_rows.append(_pair(key, pair, reasons))
        findings.extend(_finding(key, found) for found in findings_of(pair, rulings))
        connections.extend(
            _connection(each, server, ended(each, ruling), pair.idle_available(each))
            for each, ruling in zip(pair.connections, rulings, strict=True)
        )
    connections.sort(key=lambda row: row.stream)
    findings.sort(key=lambda row: (_ORDER[row.severity], -row.count))
    sums = summarise(together, left_out)
    summary = model.Summary(
        verdict=sums.verdict,
        headline=sums.headline,
        connections=sums.connections,
        opened=sums.opened,
        exchanges=sums.exchanges,
        reused_exchanges=sums.reused_exchanges,
        needed_connections=sums.needed,
        avoidable_connections=sums.avoidable,
        reuse_rate=sums.reuse_rate,
        handshake_cost_ns=sums.handshake_cost_ns,
        cost=_cost(Costs(together)),
    )
    return model.Report(kacap, capture, summary, tuple(pair_rows), tuple(connections), tuple(findings), tuple(warnings))


def _pair(key: PairKey, pair: PairFacts, reasons: Mapping[str, int]) -> model.Pair:
    return model.Pair(
        client=address_text(key[0]),
        server=endpoint_text(key[1], key[2]),
        verdict=pair.verdict,
        connections=len(pair.connections),
        opened=pair.opened,
        exchanges=pair.exchanges,
        reused_exchanges=pair.reused_exchanges,
        needed_connections=pair.needed,
        avoidable_connections=pair.avoidable,
        reuse_rate=pair.reuse_rate,
        peak_open=pair.peak_open,
        handshake_cost_ns=pair.handshake_cost_ns,
        cost=_cost(Costs([pair])),
        server_idle_timeout_ns=pair.habits.server_setting_ns,
        client_idle_timeout_ns=None if pair.habits.client is None else pair.habits.client.value_ns,
        max_requests=None if pair.request_limit is None else pair.request_limit.requests,
        reasons=dict(sorted(reasons.items())),
        behind=None if pair.behind is None else endpoint_text(*pair.behind.server),
    )


def _cost(costs: Costs) -> Cost:
    return Cost(
        handshake_share=costs.handshake_share,
        closes_per_second=costs.closes_per_second,
        client_time_wait_ports=costs.client_time_wait_ports,
        server_time_wait_ports=costs.server_time_wait_ports,
        saved_ns=costs.saved_ns,
        unanswered_requests=costs.unanswered_requests,
        waited_in_vain_ns=costs.waited_in_vain_ns,
    )


def _finding(key: PairKey, found: PairFinding) -> model.Finding:
    streams = tuple(facts.stream for facts in found.connections)
    return model.Finding(
        id=found.cause.id,
        severity=found.severity,
        certainty=found.certainty,
        decided_by=found.decided_by,
        client=address_text(key[0]),
        server=endpoint_text(key[1], key[2]),
        count=len(streams),
        streams=streams,
        title=found.cause.title,
        explanation=found.explanation,
        evidence=tuple(
            model.Evidence(proof.frame, stream, proof.time_ns, proof.text) for stream, proof in found.evidence
        ),
        remedies=tuple(model.Remedy(remedy.stack, remedy.text) for remedy in found.remedies),
        confirm=found.cause.confirm,
        filter=display_filter(streams),
    )


def _connection(facts: Facts, server_text: str, end: Ending, idle_available: int) -> model.Connection:
    connection = facts.connection
    client, server = facts.client, facts.server
    verdict = facts.verdict
    client_state, server_state = final_states(connection)
    closed_ns = connection.closed_at_ns
    ruling = end.ruling
    return model.Connection(
        stream=facts.stream,
        client=endpoint_text(client.address, client.port),
        server=server_text,
        verdict=verdict,
        protocol=_protocol(facts, verdict),
        handshake=_handshake(facts),
        opened_at_ns=facts.opened_ns if client.syn_frame != UNKNOWN else None,
        closed_at_ns=None if closed_ns == NEVER else closed_ns,
        first_time_ns=connection.first_time_ns,
        last_time_ns=connection.last_time_ns,
        idle_available_at_open=idle_available,
        end=model.End(
            first_to_signal=end.first_to_signal,
            first_to_close=end.first_to_close,
            first_close=end.first_close_kind,
            first_close_frame=end.first_close_frame,
            decided_by=end.decided_by,
            reason=None if ruling is None else ruling.rule.cause_id,
            certainty=None if ruling is None else ruling.certainty,
            idle_before_close_ns=end.idle_before_close_ns,
        ),
        states=model.States(client_state, server_state),
        counters=_counters(client, server),
        exchanges_count=len(facts.exchanges),
        exchanges=tuple(_exchange(facts, index) for index in range(len(facts.exchanges))),
    )


def _counters(client: Half, server: Half) -> model.Counters:
    return model.Counters(
        client_bytes=client.bytes,
        server_bytes=server.bytes,
        retransmitted_segments=client.retransmitted + server.retransmitted,
        out_of_order_segments=client.out_of_order + server.out_of_order,
        gap_bytes=client.gap_bytes + server.gap_bytes,
        keepalive_probes=client.keepalive_probes + server.keepalive_probes,
    )


def _handshake(facts: Facts) -> model.Handshake | None:
    connection = facts.connection
    frames = (facts.client.syn_frame, connection.syn_ack_frame, connection.ack_frame)
    syn, syn_ack, ack = (None if frame == UNKNOWN else frame for frame in frames)
    if syn is None and syn_ack is None:
        return None
    return model.Handshake(syn, syn_ack, ack, facts.connect_ns)


def _protocol(facts: Facts, verdict: ConnectionVerdict) -> model.Protocol | None:
    if verdict is not ConnectionVerdict.OPAQUE:
        return None
    protocol = facts.protocol or UNKNOWN_PROTOCOL
    return model.Protocol(protocol.name, protocol.sni, protocol.alpn)


def _exchange(facts: Facts, index: int) -> model.Exchange:
    exchange = facts.exchanges[index]
    said = signal(exchange)
    parts = timings(facts, index)
    return model.Exchange(
        index=index + 1,
        reused=facts.reuses(index),
        request=_request(exchange),
        response=_response(exchange),
        informational=exchange.informational,
        persistence=model.Persistence(said is None, None if said is None else Side(said[0])),
        timings=model.Timings(
            parts.dns_ns, parts.connect_ns, parts.idle_ns, parts.send_ns, parts.wait_ns, parts.receive_ns
        ),
    )


def _request(exchange: HttpExchange) -> model.Request | None:
    request = exchange.request
    if request is None:
        return None
    return model.Request(
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


def _response(exchange: HttpExchange) -> model.Response | None:
    response = exchange.response
    if response is None:
        return None
    hint = response.keep_alive
    return model.Response(
        frame=response.frame,
        time_ns=response.time_ns,
        status=response.status,
        version=response.version,
        connection=response.connection,
        server=response.server,
        keep_alive=None if hint is None else model.KeepAlive(hint[0], hint[1]),
        framing=Framing(response.framing),
        body_bytes=response.body_bytes,
        complete=response.complete,
    )
