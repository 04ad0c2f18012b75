"""Live capture on interfaces of a network of the test's own: what passes is seen, once, as it was."""

import os
import socket
import sys
import time
from contextlib import closing
from typing import Any

import pytest

from kacap import Analyzer
from kacap.capture.live import LiveCapture
from kacap.capture.live_ring import LEAST_BYTES
from kacap.errors import CannotCaptureError
from kacap.report.model import Report
from kacap.wire import Decoder, Segment
from tests.capture.network import PORT, Tunnel, ask, cable, ip, network, noise, peer, seen, serving
from tests.wire.build import ethernet, ipv4, ipv6, tcp, udp

__all__ = ["network"]

pytestmark = pytest.mark.usefixtures("network")


def judged(tap: LiveCapture) -> Report:
    analyzer = Analyzer()
    for frame in seen(tap):
        analyzer.feed(frame)
    return analyzer.finish(tap.info)


def facts(report: Report) -> tuple[str, int, int, int, int | None]:
    summary = report.summary
    return (
        summary.verdict,
        summary.connections,
        summary.exchanges,
        report.capture.duplicate_frames,
        report.capture.dropped_frames,
    )


THREE_ON_ONE = ("reused", 1, 3, 0, 0)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(("interface", "link_type"), [("lo", "EN10MB"), ("any", "LINUX_SLL2")])
def test_loopback_is_seen_once(interface: str, link_type: str, address: str) -> None:
    with serving(), closing(LiveCapture(interface, ports=[PORT])) as tap:
        ask(address)
        report = judged(tap)
    assert facts(report) == THREE_ON_ONE
    assert report.capture.link_types == (link_type,)
    assert report.capture.format == "live"
    assert report.capture.sources == (interface,)
    assert report.warnings == ()


@pytest.mark.parametrize("address", ["192.0.2.2", "2001:db8::2"])
@pytest.mark.parametrize("interface", ["near", "any"])
def test_between_namespaces(interface: str, address: str) -> None:
    with peer(), closing(LiveCapture(interface, ports=[PORT])) as tap:
        ask(address)
        assert facts(judged(tap)) == THREE_ON_ONE


@pytest.mark.parametrize("tags", [(), (0x8100,), (0x88A8, 0x8100)], ids=["untagged", "tagged", "twice"])
@pytest.mark.parametrize("filtered", [{"ports": [PORT]}, {"kernel_filter": f"tcp port {PORT}"}], ids=["ports", "words"])
def test_vlan_tags_are_put_back(tags: tuple[int, ...], filtered: dict[str, Any]) -> None:
    """Of what it receives the kernel takes out the outer tag; what is sent here still has it: one is looked behind."""
    sent = ethernet(ipv4(tcp()), 0x0800, *tags)
    with cable() as send:
        for interface in ("near", "far")[: 1 if len(tags) == 2 else 2]:
            with closing(LiveCapture(interface, **filtered)) as tap:
                send(sent)
                (frame,) = seen(tap)
            assert frame.data[frame.start : frame.end] == sent
            assert (frame.wire_bytes, frame.link_type) == (len(sent), 1)
        with closing(LiveCapture("any", **filtered)) as tap:
            send(sent)
            frames = seen(tap)
    directions = [frame.data[frame.start + 10] for frame in frames]
    assert directions == ([3] if len(tags) == 2 else [4, 3]), "outgoing there, for another host here"
    for frame in frames:
        assert frame.data[frame.start : frame.start + 2] == sent[12:14]
        assert frame.data[frame.start + 20 : frame.end] == sent[14:]
        assert frame.wire_bytes == len(sent) + 6
        assert isinstance(Decoder().decode(frame), Segment)


@pytest.mark.parametrize("interface", ["tun0", "any"])
def test_raw_ip_of_a_tunnel(interface: str) -> None:
    four, six = ipv4(tcp()), ipv6(tcp())
    with Tunnel("tun0") as tunnel, closing(LiveCapture(interface, ports=[PORT])) as tap:
        for packet in (four, ipv4(udp(b"", PORT), 17), six):
            tunnel.bring(packet)
        frames = seen(tap)
    assert {frame.link_type for frame in frames} == {101 if interface == "tun0" else 276}
    contents = [frame.data[frame.start : frame.end] for frame in frames]
    header = 0 if interface == "tun0" else 20
    assert [content[header:] for content in contents] == [four, six]
    if interface == "any":
        assert [content[:2] for content in contents] == [b"\x08\x00", b"\x86\xdd"]


def test_time_is_the_kernels_in_nanoseconds() -> None:
    with serving(), closing(LiveCapture("lo", ports=[PORT])) as tap:
        before_ns = time.time_ns()
        ask("127.0.0.1")
        after_ns = time.time_ns()
        frames = seen(tap)
    times = [frame.time_ns for frame in frames]
    assert before_ns <= times[0] <= times[-1] <= after_ns + 1_000_000_000
    assert times == sorted(times)
    assert any(each % 1000 for each in times)
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))


def test_large_frames_come_whole() -> None:
    body = bytes(range(256)) * 200
    receiver = socket.create_server(("127.0.0.1", PORT))
    with receiver, closing(LiveCapture("lo", ports=[PORT])) as tap:
        sender = socket.create_connection(("127.0.0.1", PORT))
        accepted, _ = receiver.accept()
        with sender, accepted:
            sender.sendall(body)
            frames = seen(tap)
    largest = max(frames, key=lambda frame: frame.wire_bytes)
    assert largest.wire_bytes == largest.end - largest.start > 30_000


def test_only_what_the_filter_wants() -> None:
    other = PORT + 1
    with serving(), serving(port=other):
        with closing(LiveCapture("lo", ports=[other])) as tap:
            ask("127.0.0.1")
            ask("127.0.0.1", port=other)
            assert {pair.server for pair in judged(tap).pairs} == {f"127.0.0.1:{other}"}
        with closing(LiveCapture("lo", ports=[PORT, other], kernel_filter="tcp[tcpflags] & tcp-syn != 0")) as tap:
            ask("127.0.0.1")
            assert len(seen(tap)) == 2
        with closing(LiveCapture("any", kernel_filter=f"host 127.0.0.1 and port {other}")) as tap:
            ask("127.0.0.1")
            assert seen(tap) == []
            ask("127.0.0.1", port=other)
            assert facts(judged(tap)) == THREE_ON_ONE


def test_nothing_from_before_the_filter_leaks_in() -> None:
    """A socket sees all from the moment it is made; the filter comes later."""
    with serving(), noise():
        for _ in range(5):
            with closing(LiveCapture("lo", ports=[PORT])) as tap:
                ask("127.0.0.1")
                report = judged(tap)
            assert facts(report) == THREE_ON_ONE
            assert report.capture.frames == report.capture.tcp_segments


def test_without_libpcap_ports_work_and_expressions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scapy.libs.winpcapy", None)
    with serving(), noise(), closing(LiveCapture("lo", ports=[PORT])) as tap:
        ask("127.0.0.1")
        report = judged(tap)
    assert facts(report) == THREE_ON_ONE
    assert report.warnings == ("lo: libpcap is not here: the kernel filters by port alone, with kacap's own program",)
    with pytest.raises(CannotCaptureError, match="a filter expression needs libpcap"):
        LiveCapture("lo", kernel_filter="tcp")


@pytest.mark.parametrize("interface", ["lo", "any"])
@pytest.mark.parametrize("expression", ["tcp prt 80", "tcp\0port", "(", "host no.such.name.invalid"])
def test_an_expression_that_is_none_is_refused(interface: str, expression: str) -> None:
    with pytest.raises(CannotCaptureError, match="the filter expression"):
        LiveCapture(interface, kernel_filter=expression)


def test_drops_are_counted() -> None:
    frames = 40_000
    with closing(LiveCapture("lo", kernel_filter="udp", ring_bytes=LEAST_BYTES)) as tap:
        assert tap.info.dropped_frames == 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(frames):
                sender.sendto(b"x" * 100, ("127.0.0.1", PORT))
        first = tap.count_drops()
        assert first > 0
        assert tap.count_drops() == first, "the kernel starts anew each time it is asked"
        got = len(seen(tap))
        assert tap.info.dropped_frames == first
        assert got + first == frames


def test_an_interface_that_vanishes_ends_the_capture() -> None:
    with peer(), closing(LiveCapture("near", ports=[PORT])) as tap:
        ask("192.0.2.2")
        ip("link del near")
        frames = seen(tap, until=lambda: tap.ended)
        while not tap.ended:
            frames += seen(tap, 0.05)
        assert list(tap.frames(0)) == []
        analyzer = Analyzer()
        for frame in frames:
            analyzer.feed(frame)
        report = analyzer.finish(tap.info)
    assert facts(report) == THREE_ON_ONE
    assert report.warnings == ("near: is gone (Network is down); the capture ended there, all before it was read",)


def test_an_interface_that_goes_down_may_come_back() -> None:
    with peer(), closing(LiveCapture("near", ports=[PORT])) as tap:
        for _ in range(2):
            ip("link set near down")
            assert seen(tap, 0.05) == []
        assert not tap.ended
        assert len(tap.info.warnings) == 1
        assert "near: went down" in tap.info.warnings[0]
        ip("link set near up")
        ask("192.0.2.2")
        assert facts(judged(tap)) == THREE_ON_ONE


def test_an_unknown_interface_names_those_that_exist() -> None:
    ip("link add near type veth peer name far")
    with pytest.raises(CannotCaptureError) as refused:
        LiveCapture("eth9")
    assert str(refused.value) == "eth9: there is no such interface; there are: lo, far, near, any"


def test_an_interface_that_is_down_says_how_to_bring_it_up() -> None:
    ip("link set lo down")
    with pytest.raises(CannotCaptureError, match="lo: cannot be captured: it is down; bring it up with: sudo ip link"):
        LiveCapture("lo")


def test_without_the_right_the_line_says_what_fits() -> None:
    with closing(LiveCapture("lo")):
        """All is loaded: the user whom this process becomes may not be able to read kacap."""
    os.seteuid(65534)
    try:
        with pytest.raises(CannotCaptureError, match=r"^lo: capturing needs CAP_NET_RAW: start it with: sudo "):
            LiveCapture("lo")
    finally:
        os.seteuid(0)


def test_waiting_takes_no_longer_than_asked() -> None:
    with closing(LiveCapture("lo")) as tap:
        begin_s = time.monotonic()
        assert list(tap.frames(0.05)) == []
        assert 0.04 < time.monotonic() - begin_s < 5
