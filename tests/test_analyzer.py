"""Frames in, a report out: what is counted, what is left out, and what waits for whom."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kacap.analyzer import Analyzer
from kacap.core import core
from kacap.http import dialogue
from kacap.report import shortfalls
from kacap.report.model import Report
from kacap.tcp import tracker
from kacap.tcp.patience import PATIENCE_NS
from kacap.version import __version__
from kacap.wire.frame import Frame, SourceInfo
from tests.dialogue import packets
from tests.dialogue.conversation import START_NS
from tests.verdict.heard import frames
from tests.verdict.records import ns


def finished(analyzer: Analyzer, script: str, source: SourceInfo | None = None) -> Report:
    """The report on a dialogue."""
    for frame in frames(script):
        analyzer.feed(frame)
    return analyzer.finish(source or SourceInfo())


def report(script: str) -> Report:
    return finished(Analyzer(), script)


# ---- narrowing

THREE = """
    connection A to 192.0.2.1:80
    connection B from 192.0.2.7 to 192.0.2.2:8880
    connection C from [2001:db8::9] to [2001:db8::1]:80
    all handshake
    all client GET / | Connection: close
    all server 204
    all server closes
"""

NARROWED: dict[str, tuple[dict[str, Any], list[int]]] = {
    "nothing asked": ({}, [0, 1, 2]),
    "a port": ({"ports": [80]}, [0, 2]),
    "two ports": ({"ports": (80, 8880)}, [0, 1, 2]),
    "a port of nobody": ({"ports": {81}}, []),
    "a client's port is no server port": ({"ports": [51000]}, []),
    "a client": ({"hosts": ["192.0.2.7"]}, [1]),
    "a server": ({"hosts": ["192.0.2.1"]}, [0]),
    "either of two hosts": ({"hosts": ["192.0.2.9", "192.0.2.2"]}, [0, 1]),
    "a host in another spelling": ({"hosts": ["2001:DB8:0::0:9"]}, [2]),
    "a stream": ({"streams": [1]}, [1]),
    "stream 0": ({"streams": [0]}, [0]),
    "a stream that is not there": ({"streams": [7]}, []),
    "all must hold": ({"ports": [80], "hosts": ["192.0.2.9"], "streams": [0, 1, 2]}, [0]),
}


@pytest.mark.parametrize(("asked", "streams"), NARROWED.values(), ids=NARROWED.keys())
def test_narrowing_keeps_the_numbers_of_the_streams(asked: dict[str, Any], streams: list[int]) -> None:
    found = finished(Analyzer(**asked), THREE)
    assert [connection.stream for connection in found.connections] == streams
    assert found.summary.connections == sum(pair.connections for pair in found.pairs) == len(streams)
    assert sorted(stream for finding in found.findings for stream in finding.streams) == streams
    assert found.capture.frames == len(frames(THREE))


def test_a_host_that_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"localhost"):
        Analyzer(hosts=["localhost"])


def test_ports_settle_who_is_the_server_where_nothing_else_does() -> None:
    script = "connection A from 192.0.2.9:80 to 192.0.2.1:9000\nclient 30 bytes"
    (without,) = report(script).connections
    (told,) = finished(Analyzer(ports=[9000]), script).connections
    assert (without.server, told.server) == ("192.0.2.9:80", "192.0.2.1:9000")


# ---- counters


def test_frames_bytes_segments_and_times() -> None:
    script = "connection A\n+1ms handshake 2ms\nclient GET /\n-2s server ACK"
    found = report(script)
    assert (found.capture.frames, found.capture.tcp_segments) == (5, 5)
    assert found.capture.bytes == sum(frame.wire_bytes for frame in frames(script))
    assert (found.capture.first_time_ns, found.capture.last_time_ns) == (START_NS + ns(-1997), START_NS + ns(3))


def test_frames_that_the_snapshot_length_cut() -> None:
    found = report("snaplen: 80\nconnection A\nhandshake\nclient GET /\nserver 200 | Content-Length: 500 || 500 bytes")
    (connection,) = found.connections
    assert found.capture.snaplen_cut_frames == 1
    assert found.capture.bytes > 5 * 80
    assert connection.counters.server_bytes == 540


def test_the_same_frame_twice_is_a_segment_and_a_duplicate() -> None:
    found = report("connection A\nhandshake\nclient [twice] GET /")
    (connection,) = found.connections
    assert (found.capture.frames, found.capture.tcp_segments, found.capture.duplicate_frames) == (5, 5, 1)
    assert (connection.exchanges_count, connection.counters.retransmitted_segments) == (1, 0)


ARP = "02000000000502000000000c0806" + "00" * 28


def test_what_holds_no_segment_is_skipped_with_a_reason() -> None:
    found = report(f"""
        frame {ARP}
        frame {ARP}
        frame 00
        dns asks a.example
        connection A
        client SYN
    """)
    assert dict(found.capture.skipped) == {"arp": 2, "link-header-cut": 1, "udp": 1}
    assert list(found.capture.skipped) == sorted(found.capture.skipped)
    assert found.capture.tcp_segments == 1
    assert sum(found.capture.skipped.values()) + found.capture.tcp_segments == found.capture.frames == 5


def test_a_header_in_an_icmp_error_is_skipped_and_takes_its_number() -> None:
    (syn,) = frames("connection A\nclient SYN")
    quoted = syn.data[14 : 14 + 20 + 20]
    icmp = bytes((3, 1, 0, 0, 0, 0, 0, 0)) + quoted
    error = packets.ethernet(packets.ip("192.0.2.1", "192.0.2.9", 1, icmp, ident=1), outbound=False)
    analyzer = Analyzer()
    analyzer.feed(Frame(1, START_NS, 1, error, 0, len(error), len(error)))
    for number, frame in enumerate(frames("connection B from 192.0.2.9:52000\nclient SYN"), start=2):
        frame.number = number
        analyzer.feed(frame)
    found = analyzer.finish(SourceInfo())
    assert [connection.stream for connection in found.connections] == [1]
    assert sum(found.capture.skipped.values()) == 1


def test_link_types_in_order_of_appearance() -> None:
    analyzer = Analyzer()
    (syn,) = frames("connection A\nclient SYN")
    for number, (link_type, skip) in enumerate(((101, 14), (1, 0), (101, 14)), start=1):
        analyzer.feed(Frame(number, START_NS, link_type, syn.data, skip, syn.end, syn.end - skip))
    found = analyzer.finish(SourceInfo())
    assert found.capture.link_types == ("RAW", "EN10MB")
    assert found.capture.tcp_segments == 3


# ---- what the source says


def test_what_only_the_source_knows_is_passed_on() -> None:
    source = SourceInfo(["a.pcap", "-"], "mixed", dropped_frames=3, truncated_file=True, warnings=["a.pcap: cut"])
    found = finished(Analyzer(), "connection A\nclient SYN", source)
    assert (found.capture.sources, found.capture.format) == (("a.pcap", "-"), "mixed")
    assert (found.capture.dropped_frames, found.capture.truncated_file) == (3, True)
    assert found.warnings == ("a.pcap: cut",)
    assert (found.kacap.version, found.kacap.core) == (__version__, core())


def test_no_frame() -> None:
    found = Analyzer().finish(SourceInfo())
    assert (found.capture.frames, found.capture.first_time_ns, found.capture.last_time_ns) == (0, None, None)
    assert found.connections == ()


def test_connections_beyond_the_limit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "MAX_CONNECTIONS", 2)
    monkeypatch.setattr(shortfalls, "MAX_CONNECTIONS", 2)
    found = report("repeat 4\n  connection\n  handshake")
    assert len(found.connections) == 2
    assert found.warnings == ("more than 2 connections; not followed: 6 segments of others",)


LOSSY = """
    connection
    handshake
    client GET /
    server [unseen] 200 | Content-Length: 10 || 10 bytes
    client ACK
"""
ONE_SIDED = """
    connection
    client GET /
    +1s client GET /
"""


@pytest.mark.parametrize(
    ("script", "warning"),
    [
        (LOSSY + LOSSY, "the capture misses 98 bytes that were sent on 2 connections"),
        (LOSSY, "the capture misses 49 bytes that were sent on 1 connection"),
        (ONE_SIDED + ONE_SIDED, "only one direction was captured of 2 connections"),
        (ONE_SIDED, "only one direction was captured of 1 connection"),
    ],
    ids=["gaps on two", "a gap on one", "two one-sided", "one one-sided"],
)
def test_what_the_capture_misses_is_told(script: str, warning: str) -> None:
    assert report(script).warnings == (warning,)


def test_what_it_misses_elsewhere_is_not_told() -> None:
    found = finished(Analyzer(streams=[1]), LOSSY + "connection\nhandshake\nclient GET /\nserver 204")
    assert found.warnings == ()


def test_limits_that_were_hit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "MAX_WAITING", 2)
    found = report("connection A\nhandshake\nrepeat 4\n  client GET /")
    assert found.warnings == ("a limit on what is held of one connection was hit 2 times",)


def test_fragments_that_were_dropped_are_told() -> None:
    analyzer = Analyzer()
    more_to_come = bytes.fromhex("2000")
    for number in range(1, 5000):
        packet = bytearray(packets.ip("192.0.2.9", "192.0.2.1", packets.PROTOCOL_TCP, bytes(1400), ident=number))
        packet[6:8] = more_to_come
        data = packets.ethernet(bytes(packet), outbound=True)
        analyzer.feed(Frame(number, START_NS + number, packets.LINKTYPE_ETHERNET, data, 0, len(data), len(data)))
    (warning,) = analyzer.finish(SourceInfo()).warnings
    assert warning.endswith(" IP fragments dropped: the rest of the datagram never came")
    assert 0 < int(warning.split()[0].replace(",", "")) < 5000


# ---- time passes without frames


def fed(analyzer: Analyzer, captured: Sequence[Frame]) -> None:
    for frame in captured:
        analyzer.feed(frame)


HOLE = """
    connection A
    handshake
    client GET /
    +1ms server [split 50, held 1] 200 | Content-Length: 100 || 100 bytes
    client [ack 139] ACK
    +1ms release
"""


@pytest.mark.parametrize(
    ("tick", "gap_bytes"),
    [
        (lambda analyzer, now_ns: None, 0),
        (lambda analyzer, now_ns: analyzer.tick(now_ns + PATIENCE_NS // 2), 0),
        (lambda analyzer, now_ns: analyzer.tick(now_ns + 2 * PATIENCE_NS), 50),
    ],
    ids=["no tick", "a tick that is soon enough to wait", "a tick after long"],
)
def test_a_tick_ends_the_waiting_for_missing_bytes(tick: Callable[[Analyzer, int], None], gap_bytes: int) -> None:
    analyzer = Analyzer()
    *before, late = frames(HOLE)
    fed(analyzer, before)
    tick(analyzer, before[-1].time_ns)
    analyzer.feed(late)
    (connection,) = analyzer.finish(SourceInfo()).connections
    assert connection.counters.gap_bytes == gap_bytes


def test_a_tick_without_a_connection_or_a_wait_does_nothing() -> None:
    analyzer = Analyzer()
    analyzer.tick(START_NS)
    fed(analyzer, frames("connection A\nhandshake\nclient GET /"))
    analyzer.tick(START_NS + 100 * PATIENCE_NS)
    (connection,) = analyzer.finish(SourceInfo()).connections
    assert (connection.counters.gap_bytes, connection.exchanges_count) == (0, 1)


# ---- DNS

LOOKED_UP = "dns asks a.example\n+7ms dns tells a.example 192.0.2.1"
REQUEST = "handshake\nclient GET /\nserver 204"


def dns_times(script: str) -> list[int | None]:
    """For each connection that of its first exchange."""
    return [connection.exchanges[0].timings.dns_ns for connection in report(script).connections]


def test_a_look_up_belongs_to_the_first_connection_after_it() -> None:
    assert dns_times(f"{LOOKED_UP}\nconnection A\n{REQUEST}\nconnection B\n{REQUEST}") == [ns(7), None]


def test_a_connection_before_its_look_up_has_none() -> None:
    assert dns_times(f"connection A\n{REQUEST}\n{LOOKED_UP}") == [None]


def test_another_address_was_not_looked_up() -> None:
    assert dns_times(f"{LOOKED_UP}\nconnection A to 192.0.2.2:8880\n{REQUEST}") == [None]


def test_a_server_that_looked_its_client_up_took_no_time_of_the_client() -> None:
    begins_late = "client [unseen] SYN\nserver SYN ACK\nclient GET /\nserver 204"
    assert dns_times(f"{LOOKED_UP}\nconnection A from 192.0.2.1 to 192.0.2.9:80\n{begins_late}") == [None]


def test_a_connection_that_was_open_before_did_not_need_the_look_up() -> None:
    open_before = "connection A\nclient GET /\nserver 204"
    assert dns_times(f"{LOOKED_UP}\n{open_before}\nconnection B\n{REQUEST}") == [None, ns(7)]


def test_an_answer_that_is_no_dns_is_counted_and_left_alone() -> None:
    good = frames("dns asks a.example")[0]
    data = good.data[:42] + b"\xff" * (good.end - 42)
    analyzer = Analyzer()
    analyzer.feed(Frame(1, START_NS, 1, data, 0, len(data), len(data)))
    assert dict(analyzer.finish(SourceInfo()).capture.skipped) == {"udp": 1}
