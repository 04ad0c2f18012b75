"""Reports of what is common: all is well, nothing is reused, nothing answers, nothing was to be reused."""

from dataclasses import replace
from typing import Any

from kacap.report.cost import Cost
from kacap.report.model import (
    End,
    Evidence,
    Finding,
    Handshake,
    Remedy,
    Report,
    States,
)
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Severity, Side, Verdict
from tests.render.build import (
    CLIENT,
    EMPTY,
    EMPTY_CAPTURE,
    EMPTY_SUMMARY,
    MS,
    NO_END,
    SECOND,
    SERVER,
    START_NS,
    connection,
    exchange,
    pair,
)


def healthy() -> Report:
    """A pool of 10 connections that carries 1000 requests."""
    connections = tuple(
        connection(
            stream,
            tuple(
                exchange(n, stream * 200 + 4 + 2 * n, START_NS + stream * MS + n * 9 * MS, connect_ns=None)
                for n in range(1, 101)
            ),
            START_NS + stream * MS,
            None,
            verdict=ConnectionVerdict.REUSED,
            end=replace(NO_END, decided_by=Decider.NOBODY),
            states=States("ESTABLISHED", "ESTABLISHED"),
        )
        for stream in range(10)
    )
    figures: dict[str, Any] = {
        "connections": 10,
        "opened": 10,
        "exchanges": 1000,
        "reused_exchanges": 990,
        "needed_connections": 10,
        "reuse_rate": 1.0,
        "cost": Cost(0.0, None, None, None, 990 * 200_000, 0, 0),
    }
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE,
            frames=4030,
            bytes=640_215,
            tcp_segments=4030,
            first_time_ns=START_NS,
            last_time_ns=START_NS + 934 * MS,
        ),
        summary=replace(
            EMPTY_SUMMARY,
            verdict=Verdict.REUSED,
            headline="1000 requests over 10 connections, and 10 were needed",
            **figures,
        ),
        pairs=(pair(peak_open=10, server_idle_timeout_ns=65 * SECOND, **figures),),
        connections=connections,
    )


def single_use() -> Report:
    """100 connections for 100 requests, because every request asks for the close."""
    end = End(
        Side.CLIENT, Side.SERVER, "fin", 7, Decider.CLIENT, "client-sends-connection-close", Certainty.PROVEN, 100_000
    )
    connections = tuple(
        connection(
            stream,
            (
                exchange(
                    1,
                    stream * 9 + 4,
                    START_NS + stream * 10 * MS + 250_000,
                    target=f"/item/{stream}?key=secret",
                    options=("close",),
                    connect_ns=200_000,
                    refused_by=Side.CLIENT,
                ),
            ),
            START_NS + stream * 10 * MS,
            START_NS + stream * 10 * MS + 3 * MS,
            end=replace(end, first_close_frame=stream * 9 + 7),
            states=States("CLOSED", "TIME_WAIT"),
        )
        for stream in range(100)
    )
    figures: dict[str, Any] = {
        "connections": 100,
        "opened": 100,
        "exchanges": 100,
        "needed_connections": 5,
        "avoidable_connections": 95,
        "reuse_rate": 0.0,
        "handshake_cost_ns": 19 * MS,
        "cost": Cost(0.078, 95.7, 0, 5_742, 0, 0, 0),
    }
    finding = Finding(
        id="client-sends-connection-close",
        severity=Severity.WARNING,
        certainty=Certainty.PROVEN,
        decided_by=Decider.CLIENT,
        client=CLIENT,
        server=SERVER,
        count=100,
        streams=tuple(range(100)),
        title='The request says "Connection: close"',
        explanation="The client announces that this request is its last on the connection. The server has to close "
        "after the response, whatever its own settings are.",
        evidence=(
            Evidence(4, 0, START_NS + MS, 'the request says "Connection: close"'),
            Evidence(6, 0, START_NS + 2 * MS, "the response is complete"),
            Evidence(7, 0, START_NS + 2 * MS, "server FIN 0.1 ms after the last response byte"),
        ),
        remedies=(
            Remedy("Node.js < 19", "pass agent: new http.Agent({keepAlive: true}); the global agent closes"),
            Remedy("Node.js >= 19", "drop agent: false, and give each new http.Agent() keepAlive: true"),
            Remedy("node-fetch without an agent", "pass agent: new http.Agent({keepAlive: true}), or use fetch"),
            Remedy("Go net/http", "remove request.Close = true and Transport.DisableKeepAlives = true"),
            Remedy("any other", "look for a Connection header set by hand, and remove it"),
        ),
        confirm='Wireshark: http.request and lower(http.connection) contains "close"',
        filter="tcp.stream in {0..99}",
    )
    note = replace(
        finding,
        id="retransmitted-segments",
        severity=Severity.NOTE,
        count=1,
        streams=(3,),
        title="Segments were sent again on the way",
        evidence=(),
        remedies=(),
        confirm="",
        filter="tcp.stream eq 3",
    )
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE,
            frames=900,
            bytes=92_400,
            tcp_segments=900,
            first_time_ns=START_NS,
            last_time_ns=START_NS + 993 * MS,
            dropped_frames=0,
        ),
        summary=replace(
            EMPTY_SUMMARY,
            verdict=Verdict.NOT_REUSED,
            headline=f"{CLIENT} → {SERVER}: 100 connections for 100 requests; 5 would have done",
            **figures,
        ),
        pairs=(pair(Verdict.NOT_REUSED, peak_open=5, reasons={"client-sends-connection-close": 100}, **figures),),
        connections=connections,
        findings=(finding, note),
    )


def refused() -> Report:
    """Three connections that the server's host reset at once."""
    end = replace(
        NO_END,
        first_to_close=Side.SERVER,
        first_close="rst",
        decided_by=Decider.SERVER,
        reason="connection-refused",
        certainty=Certainty.PROVEN,
    )
    connections = tuple(
        replace(
            connection(
                stream,
                (),
                START_NS + stream * SECOND,
                START_NS + stream * SECOND + 90_000,
                verdict=ConnectionVerdict.FAILED,
                end=replace(end, first_close_frame=stream * 2 + 2),
                states=States("CLOSED", "CLOSED"),
            ),
            handshake=Handshake(stream * 2 + 1, None, None, None),
        )
        for stream in range(3)
    )
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE,
            frames=6,
            bytes=380,
            tcp_segments=6,
            first_time_ns=START_NS,
            last_time_ns=START_NS + 2 * SECOND,
        ),
        summary=replace(
            EMPTY_SUMMARY, headline="3 connections were refused; no HTTP was seen", connections=3, opened=3
        ),
        pairs=(pair(Verdict.INCONCLUSIVE, connections=3, opened=3, peak_open=1, reasons={"connection-refused": 3}),),
        connections=connections,
        findings=(
            Finding(
                "connection-refused",
                Severity.ERROR,
                Certainty.PROVEN,
                Decider.SERVER,
                CLIENT,
                SERVER,
                3,
                (0, 1, 2),
                "Nothing listens on this port",
                "The server's host answers each SYN with a RST.",
                (Evidence(1, 0, START_NS, "client SYN"), Evidence(2, 0, START_NS + 90_000, "server RST 0.09 ms later")),
                (Remedy("any", "start the server, or correct the port"),),
                "On the server: ss -ltn",
                "tcp.stream in {0..2}",
            ),
        ),
    )


def one_exchange() -> Report:
    """A single request: nothing could have been reused."""
    end = End(Side.SERVER, Side.SERVER, "fin", 7, Decider.SERVER, "server-sends-connection-close", Certainty.PROVEN, 0)
    return replace(
        EMPTY,
        capture=replace(
            EMPTY_CAPTURE, frames=9, bytes=1_024, tcp_segments=9, first_time_ns=START_NS, last_time_ns=START_NS + 3 * MS
        ),
        summary=replace(
            EMPTY_SUMMARY,
            verdict=Verdict.NO_OPPORTUNITY,
            headline="1 request on 1 connection: nothing to reuse",
            connections=1,
            opened=1,
            exchanges=1,
            needed_connections=1,
        ),
        pairs=(pair(Verdict.NO_OPPORTUNITY, connections=1, opened=1, exchanges=1, needed_connections=1, peak_open=1),),
        connections=(
            connection(
                0,
                (exchange(1, 4, START_NS + MS, target="/search?q=private", connect_ns=200_000),),
                START_NS,
                START_NS + 3 * MS,
                end=end,
            ),
        ),
    )
