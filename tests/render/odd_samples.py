"""Reports of what is odd: a damaged file, encrypted traffic, and text that wants to do harm."""

from dataclasses import replace
from typing import Any

from kacap.report.cost import Cost
from kacap.report.model import (
    End,
    Evidence,
    KeepAlive,
    Protocol,
    Remedy,
    Report,
    Timings,
)
from kacap.verdict.words import ConnectionVerdict, Decider, Side, Verdict
from tests.render.build import (
    EMPTY,
    EMPTY_CAPTURE,
    EMPTY_SUMMARY,
    MS,
    SECOND,
    START_NS,
    connection,
    exchange,
    pair,
)
from tests.render.plain_samples import one_exchange, single_use


def truncated() -> Report:
    """A file cut in the middle, with losses of every kind."""
    report = one_exchange()
    late = connection(
        1,
        (
            replace(exchange(1, 12, START_NS + 2 * MS), response=None),
            replace(exchange(2, 14, START_NS + 2 * MS + 500_000), request=None, informational=(100, 103)),
        ),
        START_NS,
        None,
        verdict=ConnectionVerdict.UNKNOWN,
    )
    return replace(
        report,
        capture=replace(
            report.capture,
            sources=("a.pcap", "b.pcap", "c.pcapng", "d.pcapng", "e.pcapng"),
            format="mixed",
            link_types=("EN10MB", "LINUX_SLL2"),
            dropped_frames=1,
            truncated_file=True,
            snaplen_cut_frames=2,
            duplicate_frames=1,
            skipped={"not-ip": 12, "udp": 1},
        ),
        connections=(*report.connections, replace(late, handshake=None, opened_at_ns=None)),
        warnings=("a.pcap ends in the middle of frame 9: all before it was read",),
    )


def opaque() -> Report:
    """TLS and HTTP/2, between hosts with the longest IPv6 addresses."""
    client = "2001:db8:ffff:ffff:ffff:ffff:ffff:fff9"
    server = "[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:443"
    protocols = (Protocol("tls", "api.example", ("h2", "http/1.1")), Protocol("http2", None, ()))
    connections = tuple(
        connection(
            stream,
            (),
            START_NS + stream * 40 * SECOND,
            START_NS + stream * 40 * SECOND + 3_700 * SECOND,
            client=client,
            server=server,
            verdict=ConnectionVerdict.OPAQUE,
            protocol=protocol,
        )
        for stream, protocol in enumerate(protocols)
    )
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE,
            frames=90_210,
            bytes=71_250_000,
            tcp_segments=90_200,
            first_time_ns=START_NS,
            last_time_ns=START_NS + 3_740 * SECOND,
        ),
        summary=replace(EMPTY_SUMMARY, headline="2 connections, none of them HTTP/1 in clear", connections=2, opened=2),
        pairs=(pair(Verdict.INCONCLUSIVE, client=client, server=server, connections=2, opened=2, peak_open=2),),
        connections=connections,
    )


def server_closes_idle() -> Report:
    """Four connections that the server closed after about a second of idle time, for a reason that nobody named."""
    idle_times_ns = (1_000 * MS, 990 * MS, 1_010 * MS, 1_000 * MS)
    connections = tuple(
        connection(
            stream,
            (exchange(1, stream * 9 + 4, START_NS + stream * 2 * SECOND + MS, connect_ns=200_000),),
            START_NS + stream * 2 * SECOND,
            START_NS + stream * 2 * SECOND + 3 * MS + idle_ns,
            end=End(Side.SERVER, Side.SERVER, "fin", stream * 9 + 7, Decider.SERVER, None, None, idle_ns),
        )
        for stream, idle_ns in enumerate(idle_times_ns)
    )
    figures: dict[str, Any] = {
        "connections": 4,
        "opened": 4,
        "exchanges": 4,
        "needed_connections": 1,
        "avoidable_connections": 3,
        "reuse_rate": 0.0,
        "handshake_cost_ns": 600_000,
        "cost": Cost(0.0641, None, None, None, 0, 0, 0),
    }
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE,
            frames=36,
            bytes=3_900,
            tcp_segments=36,
            first_time_ns=START_NS,
            last_time_ns=START_NS + 7 * SECOND + 3 * MS,
        ),
        summary=replace(
            EMPTY_SUMMARY,
            verdict=Verdict.NOT_REUSED,
            headline="4 connections for 4 exchanges; 1 would have done",
            **figures,
        ),
        pairs=(pair(Verdict.NOT_REUSED, peak_open=1, **figures),),
        connections=connections,
    )


def nothing_asked_for() -> Report:
    """A filter of the user's that no connection of the capture matches."""
    return replace(
        EMPTY,
        capture=replace(EMPTY_CAPTURE, frames=60, bytes=5_000, tcp_segments=60, first_time_ns=START_NS),
        summary=replace(
            EMPTY_SUMMARY, verdict=Verdict.NO_OPPORTUNITY, headline="None of the 5 TCP connections matches"
        ),
    )


HOSTILE = "\x1b[31m\x07\x9b2J\x7f\u202egnp\u2066\u200b\u2028\ue000\ud800[bold red]x[/] [link=file:///] :boom: \r\n\t"


def hostile(text: str = HOSTILE) -> Report:
    """`text` in every place that can hold text from packets, file names or files, and times out of range."""
    base = single_use()
    first = base.connections[0].exchanges[0]
    assert first.request is not None
    assert first.response is not None
    odd = replace(
        first,
        request=replace(
            first.request, method=text, target=text, version=text, host=text, connection=(text,), time_ns=1 << 90
        ),
        response=replace(
            first.response,
            version=text,
            connection=(text, text),
            server=text,
            time_ns=-(1 << 90),
            keep_alive=KeepAlive(1 << 80, None),
        ),
        informational=(100, 199),
        timings=Timings(1 << 80, -1, -(1 << 70), 0, None, 10**25),
    )
    connections = (
        replace(
            base.connections[0],
            protocol=Protocol(text, text, (text,)),
            verdict=ConnectionVerdict.OPAQUE,
            exchanges=(odd,),
            opened_at_ns=-1,
            closed_at_ns=(1 << 64) * SECOND,
        ),
        replace(base.connections[1], exchanges=(odd,) * 2, first_time_ns=0, last_time_ns=-5, opened_at_ns=None),
    )
    findings = tuple(
        replace(
            finding,
            title=text,
            explanation=text,
            evidence=(Evidence(1, 0, -1, text),) * 9,
            remedies=(Remedy(text, text),) * 9,
            confirm=text,
            filter=text,
        )
        for finding in base.findings
    )
    return replace(
        base,
        capture=replace(
            base.capture,
            sources=(text,) * 9,
            link_types=(text,),
            first_time_ns=0,
            last_time_ns=(1 << 32) * SECOND,
            skipped={text: 1},
        ),
        connections=connections,
        findings=findings,
        warnings=(text,),
    )
