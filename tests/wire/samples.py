"""One frame for each link layer and tunnel; all hold the same TCP segment over IPv4 or IPv6."""

from struct import pack
from typing import NamedTuple

from tests.wire.build import (
    OUTER,
    OUTER6,
    ethernet,
    extension,
    fragment6,
    ipv4,
    ipv6,
    tcp,
    udp,
)


class Sample(NamedTuple):
    name: str
    link_type: int
    data: bytes
    version: int = 4


V4 = ipv4(tcp())
V6 = ipv6(tcp())
INNER = ethernet(V4)
MPLS_LABELS = bytes.fromhex("000100ff" + "000201ff")
SNAP = bytes.fromhex("aaaa03000000")
NSH = bytes.fromhex("0fc2") + bytes([2])
L2TP = bytes.fromhex("4a02") + pack(">HHHHHH", len(V4) + 20, 1, 2, 0, 0, 2)
RADIOTAP_FCS = bytes.fromhex("00000900" + "02000000" + "10")
WIFI_QOS = bytes.fromhex("8801" + "0000") + bytes(18) + b"\x10\x00" + b"\x00\x00"
WIFI_DATA = bytes.fromhex("0802" + "0000") + bytes(18) + b"\x10\x00"


def over_udp(port: int, payload: bytes) -> bytes:
    return ethernet(ipv4(udp(payload, port), 17, source=OUTER))


def over_ip(protocol: int, payload: bytes) -> bytes:
    return ethernet(ipv4(payload, protocol, source=OUTER))


PLAIN = (
    Sample("ethernet", 1, ethernet(V4)),
    Sample("ethernet ipv6", 1, ethernet(V6, 0x86DD), 6),
    Sample("ethernet padded", 1, ethernet(ipv4(tcp(b""))) + bytes(6)),
    Sample("802.1q", 1, ethernet(V4, 0x0800, 0x8100)),
    Sample("802.1q ipv6", 1, ethernet(V6, 0x86DD, 0x8100), 6),
    Sample("802.1ad", 1, ethernet(V4, 0x0800, 0x88A8, 0x8100)),
    Sample("qinq", 1, ethernet(V4, 0x0800, 0x9100, 0x8100)),
    Sample("three tags", 1, ethernet(V4, 0x0800, 0x8100, 0x8100, 0x8100)),
    Sample("linux cooked", 113, pack(">HHH8sH", 4, 1, 6, b"", 0x0800) + V4),
    Sample("linux cooked ipv6", 113, pack(">HHH8sH", 4, 1, 6, b"", 0x86DD) + V6, 6),
    Sample("linux cooked vlan", 113, pack(">HHH8sHHH", 4, 1, 6, b"", 0x8100, 5, 0x0800) + V4),
    Sample("linux cooked v2", 276, pack(">HHIHBB8s", 0x0800, 0, 3, 1, 4, 6, b"") + V4),
    Sample("linux cooked v2 ipv6", 276, pack(">HHIHBB8s", 0x86DD, 0, 3, 1, 4, 6, b"") + V6, 6),
    Sample("null little-endian", 0, pack("<I", 2) + V4),
    Sample("null big-endian", 0, pack(">I", 2) + V4),
    *(Sample(f"null ipv6 family {family}", 0, pack("<I", family) + V6, 6) for family in (24, 28, 30)),
    Sample("loop", 108, pack(">I", 2) + V4),
    Sample("loop ipv6", 108, pack(">I", 24) + V6, 6),
    *(Sample(f"raw {link_type}", link_type, V4) for link_type in (101, 228)),
    Sample("raw ipv6", 101, V6, 6),
    Sample("raw 229", 229, V6, 6),
    Sample("ipv4 options", 1, ethernet(ipv4(tcp(), options=b"\x01" * 7 + b"\x00"))),
    Sample("tcp options", 1, ethernet(ipv4(tcp(options=b"\x01" * 12)))),
    Sample("ipv6 hop-by-hop", 1, ethernet(ipv6(extension(6, tcp()), 0), 0x86DD), 6),
    Sample("ipv6 options twice", 1, ethernet(ipv6(extension(60, extension(6, tcp(), 1)), 0), 0x86DD), 6),
    Sample("ipv6 atomic fragment", 1, ethernet(ipv6(fragment6(6, 0, False, tcp()), 44), 0x86DD), 6),
    Sample("ipv6 authentication", 1, ethernet(ipv6(bytes.fromhex("06040000") + bytes(20) + tcp(), 51), 0x86DD), 6),
    Sample("ipv4 authentication", 1, ethernet(ipv4(bytes.fromhex("06040000") + bytes(20) + tcp(), 51))),
)

TUNNELS = (
    Sample("llc snap", 1, ethernet(SNAP + b"\x08\x00" + V4, len(SNAP) + 2 + len(V4))),
    Sample("ip in ip", 1, over_ip(4, V4)),
    Sample("ipv6 in ip", 1, over_ip(41, V6), 6),
    Sample("ip in ipv6", 1, ethernet(ipv6(V4, 4, source=OUTER6), 0x86DD)),
    Sample("pppoe", 1, ethernet(bytes.fromhex("110000ff") + pack(">HH", len(V4) + 2, 0x21) + V4, 0x8864)),
    Sample("pppoe ipv6", 1, ethernet(bytes.fromhex("110000ff") + pack(">HH", len(V6) + 2, 0x57) + V6, 0x8864), 6),
    Sample("pppoe compressed", 1, ethernet(bytes.fromhex("110000ff") + pack(">HB", len(V4) + 1, 0x21) + V4, 0x8864)),
    Sample("mpls", 1, ethernet(MPLS_LABELS + V4, 0x8847)),
    Sample("mpls ipv6", 1, ethernet(MPLS_LABELS + V6, 0x8847), 6),
    Sample("mpls pseudowire", 1, ethernet(MPLS_LABELS + bytes(4) + INNER, 0x8847)),
    Sample("gre", 1, over_ip(47, bytes.fromhex("00000800") + V4)),
    Sample("gre all fields", 1, over_ip(47, bytes.fromhex("b0000800") + bytes(12) + V4)),
    Sample("gre ipv6", 1, over_ip(47, bytes.fromhex("000086dd") + V6), 6),
    Sample("gre bridging", 1, over_ip(47, bytes.fromhex("20006558") + bytes(4) + INNER)),
    Sample("gre mpls", 1, over_ip(47, bytes.fromhex("00008847") + MPLS_LABELS + V4)),
    Sample("gre pptp", 1, over_ip(47, bytes.fromhex("3001880b") + bytes(8) + b"\xff\x03\x00\x21" + V4)),
    Sample("gre pptp ack", 1, over_ip(47, bytes.fromhex("3081880b") + bytes(12) + b"\x21" + V4)),
    Sample("erspan ii", 1, over_ip(47, bytes.fromhex("100088be") + bytes(4) + b"\x10" + bytes(7) + INNER)),
    Sample("erspan iii", 1, over_ip(47, bytes.fromhex("100022eb") + bytes(4) + b"\x20" + bytes(11) + INNER)),
    Sample("etherip", 1, over_ip(97, b"\x30\x00" + INNER)),
    Sample("mpls in ip", 1, over_ip(137, MPLS_LABELS + V4)),
    Sample("vxlan", 1, over_udp(4789, bytes.fromhex("0800000000002a00") + INNER)),
    Sample("vxlan in ipv6", 1, ethernet(ipv6(udp(bytes.fromhex("08" + "00" * 7) + INNER, 4789), 17), 0x86DD)),
    Sample("vxlan-gpe", 1, over_udp(4790, bytes.fromhex("0c00000100002a00") + V4)),
    Sample("geneve", 1, over_udp(6081, bytes.fromhex("0200655800002a00") + bytes.fromhex("0102000100000000") + INNER)),
    Sample("geneve ip", 1, over_udp(6081, bytes.fromhex("0000080000002a00") + V4)),
    Sample("gtp", 1, over_udp(2152, b"\x30\xff" + pack(">HI", len(V4), 9) + V4)),
    Sample("gtp sequence", 1, over_udp(2152, b"\x32\xff" + pack(">HIHBB", len(V4) + 4, 9, 1, 0, 0) + V4)),
    Sample(
        "gtp extension",
        1,
        over_udp(2152, b"\x34\xff" + pack(">HIHBB", len(V4) + 8, 9, 0, 0, 0x85) + b"\x01\x00\x09\x00" + V4),
    ),
    Sample("teredo", 1, over_udp(3544, V6), 6),
    Sample("teredo origin", 1, over_udp(3544, bytes(8) + V6), 6),
    Sample("teredo authentication", 1, over_udp(3544, b"\x00\x01\x00\x00" + bytes(9) + bytes(8) + V6), 6),
    Sample("ayiya", 1, over_udp(5072, bytes.fromhex("42521129") + bytes(40) + V6), 6),
    Sample("l2tp", 1, over_udp(1701, bytes.fromhex("000200010002") + b"\xff\x03\x00\x21" + V4)),
    Sample("l2tp all fields", 1, over_udp(1701, L2TP + bytes(2) + b"\xff\x03\x00\x21" + V4)),
    Sample("lisp", 1, over_udp(4341, bytes.fromhex("8000000000000000") + V4)),
    Sample("mpls in udp", 1, over_udp(6635, MPLS_LABELS + V4)),
    Sample("nsh", 1, ethernet(NSH + b"\x01" + bytes(4) + V4, 0x894F)),
    Sample("nsh ethernet", 1, ethernet(bytes.fromhex("0fc60103") + bytes(20) + INNER, 0x894F)),
    Sample("802.1ah", 1, ethernet(bytes(4) + INNER, 0x88E7)),
    Sample("vn-tag", 1, ethernet(bytes(4) + b"\x08\x00" + V4, 0x8926)),
    Sample("802.1br", 1, ethernet(bytes(6) + b"\x08\x00" + V4, 0x893F)),
    Sample("802.1cb", 1, ethernet(bytes(4) + b"\x08\x00" + V4, 0xF1C1)),
    Sample("hsr", 1, ethernet(pack(">HH", len(V4) + 6, 1) + b"\x08\x00" + V4, 0x892F)),
    Sample("ppp", 9, b"\xff\x03\x00\x21" + V4),
    Sample("ppp serial", 50, b"\xff\x03\x00\x21" + V4),
    Sample("ppp cisco", 50, b"\x0f\x00\x08\x00" + V4),
    Sample("ppp bare", 9, b"\x00\x21" + V4),
    Sample("pppoe link", 51, bytes.fromhex("110000ff") + pack(">HH", len(V4) + 2, 0x21) + V4),
    Sample("cisco hdlc", 104, b"\x0f\x00\x08\x00" + V4),
    Sample("frame relay", 107, b"\x18\x41\x03\xcc" + V4),
    Sample("frame relay snap", 107, b"\x18\x41\x03\x00\x80\x00\x00\x00\x08\x00" + V4),
    Sample("frame relay cisco", 107, b"\x18\x41\x08\x00" + V4),
    Sample("llc link", 100, SNAP + b"\x08\x00" + V4),
    Sample("enc", 109, pack("<III", 2, 0, 0) + V4),
    Sample("pflog", 117, bytes([61, 2, 0, 0]) + bytes(60) + V4),
    Sample("arcnet", 129, bytes.fromhex("01020000d4000000") + V4),
    Sample("nflog", 239, b"\x02\x00\x00\x00" + pack("<HHI", 8, 0x000A, 5) + pack("<HH", 4 + len(V4), 9) + V4),
    Sample("802.11", 105, WIFI_DATA + SNAP + b"\x08\x00" + V4),
    Sample("radiotap", 127, RADIOTAP_FCS + WIFI_QOS + SNAP + b"\x08\x00" + V4 + bytes(4)),
    Sample("ppi", 192, pack("<BBHI", 0, 0, 8, 105) + WIFI_DATA + SNAP + b"\x08\x00" + V4),
    Sample("prism", 119, pack("<II", 0x44, 144) + bytes(136) + WIFI_DATA + SNAP + b"\x08\x00" + V4),
    Sample("pktap", 258, pack("<III", 108, 1, 1) + bytes(96) + INNER),
    Sample("vlan in vxlan", 1, over_udp(4789, bytes(8) + ethernet(V4, 0x0800, 0x8100))),
    Sample("fabricpath", 1, ethernet(bytes(2) + INNER, 0x8903)),
)
SAMPLES = PLAIN + TUNNELS

TSHARK_DIFFERS = {
    "mpls pseudowire": "its heuristic wants MAC addresses of known vendors",
    "fabricpath": "it takes the last four bytes of the inner frame for a checksum",
}
