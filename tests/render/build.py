"""The parts of reports made by hand. Addresses are those reserved for documentation."""

from dataclasses import replace
from typing import Any

from kacap.report.cost import Cost
from kacap.report.model import (
    Capture,
    Connection,
    Counters,
    End,
    Exchange,
    Handshake,
    Kacap,
    Pair,
    Persistence,
    Protocol,
    Report,
    Request,
    Response,
    States,
    Summary,
    Timings,
)
from kacap.verdict.words import ConnectionVerdict, Framing, Side, Verdict

START_NS = 1_760_000_000_000_000_000
MS = 1_000_000
SECOND = 1_000 * MS
CLIENT = "192.0.2.9"
SERVER = "192.0.2.1:8880"

NO_END = End(None, None, None, None, None, None, None, None)
CLIENT_WAITS = States("TIME_WAIT", "CLOSED")
NOTHING_COUNTED = Counters(0, 0, 0, 0, 0, 0)
EMPTY_CAPTURE = Capture(("trace.pcap",), "pcap", ("EN10MB",), 0, 0, 0, None, None, None, False, 0, 0, {})
NO_COST = Cost(None, None, None, None, None, 0, 0)
EMPTY_SUMMARY = Summary(
    Verdict.INCONCLUSIVE,
    "no TCP connection in this capture",
    0,
    0,
    0,
    0,
    0,
    0,
    reuse_rate=None,
    handshake_cost_ns=0,
    cost=NO_COST,
)
EMPTY = Report(Kacap("0.1.0", "pure"), EMPTY_CAPTURE, EMPTY_SUMMARY, (), (), (), ())


def exchange(
    index: int,
    frame: int,
    at_ns: int,
    *,
    target: str = "/",
    options: tuple[str, ...] = (),
    wait_ns: int = 2 * MS,
    connect_ns: int | None = None,
    refused_by: Side | None = None,
) -> Exchange:
    """A GET and its 200, answered after `wait_ns`."""
    return Exchange(
        index=index,
        reused=index > 1,
        request=Request(frame, at_ns, "GET", target, "1.1", "api.example", options, 0, complete=True),
        response=Response(
            frame + 2, at_ns + wait_ns, 200, "1.1", options, "nginx", None, Framing.LENGTH, 330, complete=True
        ),
        informational=(),
        persistence=Persistence(allowed=refused_by is None, refused_by=refused_by),
        timings=Timings(None, connect_ns, None if index == 1 else 3 * MS, 40_000, wait_ns, 100_000),
    )


def connection(
    stream: int,
    exchanges: tuple[Exchange, ...],
    opened_at_ns: int,
    closed_at_ns: int | None,
    *,
    client: str = CLIENT,
    server: str = SERVER,
    verdict: ConnectionVerdict = ConnectionVerdict.SINGLE_USE,
    end: End = NO_END,
    states: States = CLIENT_WAITS,
    protocol: Protocol | None = None,
) -> Connection:
    """A connection of which the whole handshake was seen."""
    host = f"[{client}]" if ":" in client else client
    return Connection(
        stream=stream,
        client=f"{host}:{51000 + stream}",
        server=server,
        verdict=verdict,
        protocol=protocol,
        handshake=Handshake(stream * 9 + 1, stream * 9 + 2, stream * 9 + 3, 200_000),
        opened_at_ns=opened_at_ns,
        closed_at_ns=closed_at_ns,
        first_time_ns=opened_at_ns,
        last_time_ns=closed_at_ns or opened_at_ns + SECOND,
        idle_available_at_open=0,
        end=end,
        states=states,
        counters=replace(NOTHING_COUNTED, client_bytes=78, server_bytes=390),
        exchanges_count=len(exchanges),
        exchanges=exchanges,
    )


def pair(verdict: Verdict = Verdict.REUSED, **figures: Any) -> Pair:
    """A pair with nothing in it but what is given."""
    nothing = Pair(CLIENT, SERVER, verdict, 0, 0, 0, 0, 0, 0, None, 0, 0, NO_COST, None, None, None, {}, None)
    return replace(nothing, **figures)
