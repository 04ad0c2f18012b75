"""What was judged is written down: complete, in order, and with nothing added."""

from functools import cache

import pytest

from kacap.analyzer import Analyzer
from kacap.report.model import Connection, Handshake, KeepAlive, Persistence, Protocol, Report, States, Timings
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Framing, Severity, Side, Verdict
from kacap.wire.frame import SourceInfo
from tests.dialogue.conversation import START_NS
from tests.verdict.heard import frames
from tests.verdict.records import ns


@cache
def report(script: str) -> Report:
    """The report on a dialogue."""
    analyzer = Analyzer()
    for frame in frames(script):
        analyzer.feed(frame)
    return analyzer.finish(SourceInfo(sources=["talk.pcap"], format="pcap", warnings=["something was odd"]))


def only(script: str) -> Connection:
    (connection,) = report(script).connections
    return connection


WHOLE = """
    connection A
    handshake 2ms
    client POST /in?q=1 | Host: a.example | Content-Length: 3 | Connection: Keep-Alive, X || abc
    +1ms server 100
    +4ms server 200 | Server: toy/1 | Keep-Alive: timeout=5, max=99 | Transfer-Encoding: chunked || chunks 4 6
    +30ms client GET /out HTTP/1.0
    +2ms server HTTP/1.0 404 No | Content-Length: 2 || no
    +1ms server FIN
    +1ms client FIN
    server ACK
"""


def test_connection() -> None:
    found = only(WHOLE)
    assert (found.stream, found.client, found.server) == (0, "192.0.2.9:51000", "192.0.2.1:8880")
    assert (found.verdict, found.protocol) == (ConnectionVerdict.REUSED, None)
    assert found.handshake == Handshake(1, 2, 3, ns(2))
    assert (found.opened_at_ns, found.closed_at_ns) == (START_NS, START_NS + ns(41))
    assert (found.first_time_ns, found.last_time_ns) == (START_NS, START_NS + ns(41))
    assert found.states == States("CLOSED", "TIME_WAIT")
    assert (found.exchanges_count, len(found.exchanges)) == (2, 2)


def test_end() -> None:
    end = only(WHOLE).end
    assert (end.first_to_signal, end.first_to_close, end.first_close) == (Side.CLIENT, Side.SERVER, "fin")
    assert (end.first_close_frame, end.idle_before_close_ns) == (9, ns(1))
    assert (end.decided_by, end.reason, end.certainty) == (Decider.CLIENT, "client-http10", Certainty.PROVEN)


def test_exchanges() -> None:
    first, second = only(WHOLE).exchanges
    request, response = first.request, first.response
    assert request is not None
    assert response is not None
    assert (first.index, first.reused, first.informational) == (1, False, (100,))
    assert (request.frame, request.time_ns, request.complete) == (4, START_NS + ns(2), True)
    assert (request.method, request.target, request.version) == ("POST", "/in?q=1", "1.1")
    assert (request.host, request.connection, request.body_bytes) == ("a.example", ("keep-alive", "x"), 3)
    assert (response.frame, response.time_ns, response.complete) == (6, START_NS + ns(7), True)
    assert (response.status, response.version, response.server) == (200, "1.1", "toy/1")
    assert (response.framing, response.body_bytes, response.connection) == (Framing.CHUNKED, 10, ())
    assert response.keep_alive == KeepAlive(5, 99)
    assert first.persistence == Persistence(allowed=True, refused_by=None)
    assert first.timings == Timings(None, ns(2), None, 0, ns(5), 0)
    assert (second.index, second.reused, second.informational) == (2, True, ())
    assert second.persistence == Persistence(allowed=False, refused_by=Side.CLIENT)
    assert second.timings == Timings(None, None, ns(30), 0, ns(2), 0)
    assert second.request is not None
    assert (second.request.host, second.request.version) == (None, "1.0")
    assert second.response is not None
    assert second.response.keep_alive is None


def test_a_response_alone_and_a_request_alone() -> None:
    (orphan,) = only("connection A\nclient ACK\nserver 204").exchanges
    (asked,) = only("connection A\nhandshake\nclient GET /").exchanges
    assert orphan.request is None
    assert orphan.response is not None
    assert asked.request is not None
    assert asked.response is None


@pytest.mark.parametrize(
    "lines",
    [
        "client GET /\nserver 204\nclient GET /\nserver 204",
        "client GET /\nserver 204\n+60s server 408 | Connection: close | Content-Length: 0\nserver closes",
        "client GET /\nserver 204\n+5s client GET /\nserver RST",
        "server 408 | Content-Length: 0\nclient GET /\nserver 204\nclient GET /\nserver 204",
    ],
    ids=["reused", "a response that nobody asked for", "a request that a close cut", "nobody asked for the first"],
)
def test_reused_exchanges_are_those_that_are_marked_so(lines: str) -> None:
    found = report(f"connection A\nhandshake\n{lines}")
    (connection,), (pair,) = found.connections, found.pairs
    marked = sum(exchange.reused for exchange in connection.exchanges)
    assert marked == pair.reused_exchanges == found.summary.reused_exchanges
    assert pair.reused_exchanges < pair.exchanges <= len(connection.exchanges)


def test_counters() -> None:
    counters = only("""
        connection A
        handshake
        client GET /
        +300ms client again
        +1ms server [unseen 2, split 60 20] 200 | Content-Length: 100 || 100 bytes
        client ACK
        +9s server probe
        client ACK
    """).counters
    assert (counters.client_bytes, counters.retransmitted_segments) == (18, 1)
    assert (counters.server_bytes + counters.gap_bytes, counters.gap_bytes) == (140, 20)
    assert (counters.keepalive_probes, counters.out_of_order_segments) == (1, 0)


@pytest.mark.parametrize(
    ("lines", "handshake", "opened"),
    [
        ("client SYN", Handshake(1, None, None, None), True),
        ("client SYN\n+3ms server SYN ACK", Handshake(1, 2, None, None), True),
        ("client [unseen] SYN\nserver SYN ACK\nclient ACK", Handshake(None, 1, 2, None), False),
        ("client GET /", None, False),
    ],
    ids=["SYN", "no ACK", "no SYN", "none"],
)
def test_handshake_as_far_as_it_was_seen(lines: str, handshake: Handshake | None, opened: bool) -> None:
    found = only(f"connection A\n{lines}")
    assert (found.handshake, found.opened_at_ns is not None) == (handshake, opened)
    assert found.closed_at_ns is None


@pytest.mark.parametrize(
    ("lines", "protocol"),
    [
        ("client tls a.example alpn h2,http/1.1", Protocol("tls", "a.example", ("h2", "http/1.1"))),
        ("client tls a.example\nserver hex 16 03 03 00 02 02 00", Protocol("tls", "a.example", ())),
        ("client raw PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", Protocol("http2", None, ())),
        ("server raw SSH-2.0-x\\r\\n", Protocol("unknown", None, ())),
        ("client GET /", None),
        ("client closes", None),
    ],
)
def test_protocol(lines: str, protocol: Protocol | None) -> None:
    assert only(f"connection A\nhandshake\n{lines}").protocol == protocol


# ---- pairs, findings, order

SEVERAL = """
    connection A to 192.0.2.1:80
    connection B to [2001:db8::1]:81 from 2001:db8::9
    connection C from 192.0.2.7 to 192.0.2.1:80
    connection D to 192.0.2.1:80
    A,B,C handshake 1ms
    A,C client GET / | Connection: close
    +1ms A,C server 204
    +1ms A,C server closes
    +50ms D handshake 3ms
    D client GET / | Connection: close
    D server 204
    D server closes
    connection E to 192.0.2.1:80
    client SYN
    server RST ACK
""".replace("from 2001:db8::9", "from [2001:db8::9]")


def test_a_pair_is_one_client_host_and_one_server_endpoint() -> None:
    first, second, third = report(SEVERAL).pairs
    assert [(pair.client, pair.server, pair.connections) for pair in (first, second, third)] == [
        ("192.0.2.9", "192.0.2.1:80", 3),
        ("2001:db8::9", "[2001:db8::1]:81", 1),
        ("192.0.2.7", "192.0.2.1:80", 1),
    ]
    assert (first.opened, first.exchanges, first.reused_exchanges, first.peak_open) == (3, 2, 0, 1)
    assert (first.verdict, first.needed_connections, first.avoidable_connections) == (Verdict.NOT_REUSED, 1, 1)
    assert (first.reuse_rate, first.handshake_cost_ns) == (0.0, ns(1))
    assert dict(first.reasons) == {"client-sends-connection-close": 2, "connect-failed": 1}
    assert (second.reuse_rate, dict(second.reasons)) == (None, {})


def test_what_was_avoidable_has_a_cost() -> None:
    first, second, _ = report(SEVERAL).pairs
    spent_ns = ns(1) + ns(1) + ns(3)
    assert first.cost.handshake_share == pytest.approx(ns(1) / spent_ns)
    assert (first.cost.closes_per_second, first.cost.client_time_wait_ports) == (None, None)
    assert (second.avoidable_connections, second.cost.handshake_share) == (0, None)
    assert report(SEVERAL).summary.cost.saved_ns == 0


def test_what_is_not_inferred_is_unknown() -> None:
    for pair in report(SEVERAL).pairs:
        assert (pair.server_idle_timeout_ns, pair.client_idle_timeout_ns, pair.max_requests) == (None, None, None)


def test_the_summary_is_over_all_pairs() -> None:
    summary = report(SEVERAL).summary
    assert (summary.verdict, summary.connections, summary.opened) == (Verdict.NOT_REUSED, 5, 5)
    assert (summary.exchanges, summary.reused_exchanges) == (3, 0)
    assert (summary.needed_connections, summary.avoidable_connections, summary.reuse_rate) == (2, 1, 0.0)
    assert (summary.headline, summary.handshake_cost_ns) == (
        "3 connections for 3 exchanges; 2 would have done",
        ns(1),
    )


def test_connections_stand_in_order_of_stream_whatever_their_pair() -> None:
    assert [connection.stream for connection in report(SEVERAL).connections] == [0, 1, 2, 3, 4]


def test_the_gravest_finding_comes_first_then_the_most_frequent() -> None:
    findings = report(SEVERAL).findings
    assert [(each.id, each.severity, each.client, each.streams) for each in findings] == [
        ("connect-failed", Severity.ERROR, "192.0.2.9", (4,)),
        ("client-sends-connection-close", Severity.WARNING, "192.0.2.9", (0, 3)),
        ("client-sends-connection-close", Severity.NOTE, "192.0.2.7", (2,)),
    ]


def test_findings_of_all_pairs_stand_in_one_order() -> None:
    found = report("""
        connection A to 192.0.2.1:80
        handshake
        client GET /
        server 204
        repeat 2
          connection to 192.0.2.1:81
          client SYN
          server RST ACK
        repeat 3
          connection to 192.0.2.1:82
          client SYN
          server RST ACK
    """)
    assert [(each.server, each.severity, each.count) for each in found.findings] == [
        ("192.0.2.1:82", Severity.ERROR, 3),
        ("192.0.2.1:81", Severity.ERROR, 2),
        ("192.0.2.1:80", Severity.NOTE, 1),
    ]


def test_finding() -> None:
    finding = report(SEVERAL).findings[1]
    assert (finding.count, finding.server, finding.filter) == (2, "192.0.2.1:80", "tcp.stream in {0,3}")
    assert (finding.certainty, finding.decided_by) == (Certainty.PROVEN, Decider.CLIENT)
    assert finding.title == 'The request says "Connection: close"'
    assert finding.explanation.startswith("The client announces")
    assert finding.confirm.startswith("Wireshark: http.request")
    assert {proof.stream for proof in finding.evidence} == {0, 3}
    assert all(proof.frame and proof.text and proof.time_ns >= START_NS for proof in finding.evidence)
    assert all(remedy.stack and remedy.text for remedy in finding.remedies)


def test_idle_connections_at_open() -> None:
    found = report("""
        connection A
        handshake
        client GET /
        server 204
        connection B
        +50ms handshake
    """)
    assert [connection.idle_available_at_open for connection in found.connections] == [0, 1]


def test_nothing_gives_an_empty_report() -> None:
    found = report("frame 00")
    assert (found.pairs, found.connections, found.findings) == ((), (), ())
    assert found.summary.headline == "No TCP connection in this capture"
    assert found.warnings == ("something was odd",)
