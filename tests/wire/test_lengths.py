"""Where the payload begins and ends, by whose word."""

from pathlib import Path

import pytest

from kacap.wire import Decoder, Quoted, Segment, Skipped
from kacap.wire.decoder import MAX_OFFLOADED_BYTES
from tests.wire.build import OUTER6, PAYLOAD, SERVER6, ethernet, extension, frame, icmp, ipv4, ipv6, tcp, udp
from tests.wire.tshark import need_tshark, tcp_rows, write_pcap

BIG = b"x" * 4000
# Fields: name, frame, bytes on the wire (None: all captured), captured payload, payload length on the wire.
LENGTHS = [
    ("padding is no payload", ethernet(ipv4(tcp(b"ab"))) + bytes(4), None, b"ab", 2),
    ("padding of a pure ACK", ethernet(ipv4(tcp(b""))) + bytes(6), None, b"", 0),
    ("no length: offload", ethernet(ipv4(tcp(BIG), total=0)), None, BIG, 4000),
    ("no length, cut", ethernet(ipv4(tcp(BIG[:10]), total=0)), 54 + 4000, BIG[:10], 4000),
    ("no ipv6 length: offload", ethernet(ipv6(tcp(BIG), size=0), 0x86DD), None, BIG, 4000),
    ("larger than any MTU", ethernet(ipv4(tcp(b"x" * 60000))), None, b"x" * 60000, 60000),
    ("length beyond the frame", ethernet(ipv4(tcp(PAYLOAD), total=4000)), None, PAYLOAD, len(PAYLOAD)),
    ("ipv6 length beyond the frame", ethernet(ipv6(tcp(PAYLOAD), size=4000), 0x86DD), None, PAYLOAD, len(PAYLOAD)),
    ("cut in the payload", ethernet(ipv4(tcp(BIG)))[:100], 54 + 4000, BIG[:46], 4000),
    ("cut after the header", ethernet(ipv4(tcp(BIG)))[:54], 54 + 4000, b"", 4000),
    ("cut in the options", ethernet(ipv4(tcp(BIG, options=bytes(12))))[:58], 66 + 4000, b"", 4000),
    ("wire length below the captured", ethernet(ipv4(tcp(PAYLOAD))), 3, PAYLOAD, len(PAYLOAD)),
    ("absurd wire length", ethernet(ipv4(tcp(b""), total=0)), 2**32 - 1, b"", MAX_OFFLOADED_BYTES),
    ("udp says less", ethernet(ipv4(udp(bytes(8) + ethernet(ipv4(tcp(b"ab"))), 4789), 17)) + b"!!", None, b"ab", 2),
]


@pytest.mark.parametrize(
    ("data", "wire_bytes", "payload", "length"), [row[1:] for row in LENGTHS], ids=[row[0] for row in LENGTHS]
)
def test_payload(data: bytes, wire_bytes: int | None, payload: bytes, length: int) -> None:
    given = frame(data, wire_bytes=wire_bytes)
    segment = Decoder().decode(given)
    assert isinstance(segment, Segment)
    assert segment.data[segment.start : segment.end] == payload
    assert segment.length == length


ESP = ethernet(ipv4(bytes(20), 50))
SKIPPED = [
    ("arp", ethernet(bytes(28), 0x0806), 1),
    ("lldp", ethernet(bytes(28), 0x88CC), 1),
    ("other-ethertype", ethernet(bytes(28), 0x1234), 1),
    ("udp", ethernet(ipv4(udp(b"x", 4000), 17)), 1),
    ("icmp", ethernet(ipv4(icmp(8, 0, b"ping"), 1)), 1),
    ("icmpv6", ethernet(ipv6(icmp(135, 0, bytes(16)), 58), 0x86DD), 1),
    ("igmp", ethernet(ipv4(bytes(8), 2)), 1),
    ("sctp", ethernet(ipv4(bytes(12), 132)), 1),
    ("esp", ESP, 1),
    ("other-ip-protocol", ethernet(ipv4(bytes(12), 200)), 1),
    ("ipv6-no-next-header", ethernet(ipv6(extension(59, b""), 60), 0x86DD), 1),
    ("llc", ethernet(bytes.fromhex("424203") + bytes(35), 38), 1),
    ("link-header-cut", ethernet(b"")[:13], 1),
    ("link-header-cut", ethernet(b"\x00", 0x8100), 1),
    ("link-header-cut", b"\x02\x00", 0),
    ("ip-header-cut", ethernet(ipv4(b""))[:-1], 1),
    ("ip-header-cut", ethernet(ipv6(b""), 0x86DD)[:-1], 1),
    ("ip-header-cut", b"", 101),
    ("bad-ip-header", b"\x55" * 60, 101),
    ("bad-ip-header", ethernet(b"\x44" + ipv4(tcp())[1:]), 1),
    ("bad-ip-header", ethernet(b"\x65" + ipv4(tcp())[1:]), 1),
    ("bad-ip-header", ethernet(ipv4(tcp(), total=19)), 1),
    ("bad-ip-header", ethernet(ipv6(b"\x06\xff" + bytes(30), 60), 0x86DD), 1),
    ("bad-tcp-header", ethernet(ipv4(tcp(), total=30)), 1),
    ("udp-header-cut", ethernet(ipv4(bytes(7), 17)), 1),
    ("other-loopback-family", b"\x07\x00\x00\x00" + ipv4(tcp()), 0),
    ("link-type-147-not-supported", ipv4(tcp()), 147),
    ("pppoe-discovery", ethernet(bytes(20), 0x8863), 1),
    ("ppp-control", ethernet(bytes.fromhex("110000ff0006c021") + bytes(4), 0x8864), 1),
    ("undecodable-pppoe", ethernet(b"\x11\x00", 0x8864), 1),
    ("undecodable-gre", ethernet(ipv4(b"\xb0\x00", 47)), 1),
    ("undecodable-mpls", ethernet(bytes.fromhex("000100ff"), 0x8847), 1),
    ("undecodable-vxlan", ethernet(ipv4(udp(b"1234567", 4789), 17)), 1),
    ("802.11-protected", bytes.fromhex("0842") + bytes(40), 105),
    ("802.11-without-data", bytes.fromhex("8000") + bytes(40), 105),
    ("802.11-fragment", bytes.fromhex("0806") + bytes(40), 105),
    ("nested-too-deep", ethernet(ipv4(tcp()), 0x0800, *[0x8100] * 40), 1),
]


@pytest.mark.parametrize(("reason", "data", "link_type"), SKIPPED)
def test_skipped(reason: str, data: bytes, link_type: int) -> None:
    assert Decoder().decode(frame(data, link_type)) == Skipped(reason)


def test_depth_is_bounded() -> None:
    data = ipv4(tcp())
    for _ in range(500):
        data = ipv4(data, 4)
    assert Decoder().decode(frame(data, 101)) == Skipped("nested-too-deep")
    data = ipv4(tcp())
    for _ in range(300):
        data = ethernet(ipv4(udp(bytes(8) + data, 4789), 17))
    assert Decoder().decode(frame(data)) == Skipped("nested-too-deep")


# Wireshark numbers these, though they carry no segment: all but the last two.
QUOTED = [
    ("bad-tcp-header", ethernet(ipv4(tcp(offset=4)))),
    ("bad-tcp-header", ethernet(ipv4(tcp(b"", offset=15)))),
    ("bad-tcp-header", ethernet(ipv4(tcp(b"")[:16]))),
    ("icmp", ethernet(ipv4(icmp(3, 1, ipv4(tcp())), 1))),
    ("icmp", ethernet(ipv4(icmp(11, 0, ipv4(tcp()[:16], options=bytes(4), total=900)), 1))),
    ("icmpv6", ethernet(ipv6(icmp(1, 4, ipv6(tcp())), 58), 0x86DD)),
    ("icmpv6", ethernet(ipv6(icmp(3, 0, ipv6(extension(6, tcp()), 60)), 58), 0x86DD)),
]


@pytest.mark.parametrize(("reason", "data"), QUOTED)
def test_headers_that_only_take_a_number(reason: str, data: bytes) -> None:
    quoted = Decoder().decode(frame(data))
    whole = Decoder().decode(frame(ethernet(ipv6(tcp()), 0x86DD) if reason == "icmpv6" else ethernet(ipv4(tcp()))))
    assert isinstance(quoted, Quoted)
    assert isinstance(whole, Segment)
    assert (quoted.key, quoted.seq, quoted.flags) == (whole.key, whole.seq, whole.flags)
    assert quoted.reason == reason


def test_tshark_numbers_them(tmp_path: Path) -> None:
    need_tshark()
    path = tmp_path / "quoted.pcap"
    too_short = [ethernet(ipv4(tcp()[:15])), ethernet(ipv4(icmp(3, 1, ipv4(tcp()[:15])), 1))]
    frames = [frame(data) for data in [*(data for _, data in QUOTED), *too_short]]
    write_pcap(path, frames, 1)
    numbered = {int(row[0]) for row in tcp_rows(path) if row[5]}
    assert numbered == set(range(1, len(QUOTED) + 1))
    assert all(isinstance(Decoder().decode(given), Quoted) == (n in numbered) for n, given in enumerate(frames, 1))


@pytest.mark.parametrize(
    ("kind", "segments"),
    [(0, OUTER6 + SERVER6), (2, SERVER6), (4, SERVER6 + OUTER6)],
    ids=["source route", "mobile", "segment routing"],
)
def test_a_source_route_ends_at_its_final_address(kind: int, segments: bytes, tmp_path: Path) -> None:
    routing = bytes([6, len(segments) // 8, kind, 1, len(segments) // 16 - 1 if kind == 4 else 0, 0, 0, 0])
    routed = frame(ethernet(ipv6(routing + segments + tcp(), 43, destination=OUTER6), 0x86DD))
    plain = frame(ethernet(ipv6(tcp()), 0x86DD))
    arrived = frame(ethernet(ipv6(routing[:3] + b"\0" + routing[4:] + segments + tcp(), 43), 0x86DD))
    keys = set()
    for given in (routed, plain, arrived):
        segment = Decoder().decode(given)
        assert isinstance(segment, Segment)
        keys.add(segment.key)
    assert len(keys) == 1
    need_tshark()
    path = tmp_path / "routed.pcap"
    write_pcap(path, [plain, routed, arrived], 1)
    assert [row[5] for row in tcp_rows(path)] == ["0", "0", "0"]


def test_a_header_cut_by_the_snapshot_length_takes_a_number() -> None:
    data = ethernet(ipv4(tcp()))
    for captured, expected in ((54, Segment), (53, Quoted), (50, Quoted), (49, str)):
        assert isinstance(Decoder().decode(frame(data[:captured], wire_bytes=len(data))), expected)


@pytest.mark.parametrize("body", [ipv4(tcp()[:8]), ipv4(tcp(), fragment=5), ipv4(udp(b"", 80), 17), b"", ipv6(tcp())])
def test_icmp_without_a_whole_tcp_header(body: bytes) -> None:
    assert Decoder().decode(frame(ethernet(ipv4(icmp(3, 1, body), 1)))) == Skipped("icmp")
