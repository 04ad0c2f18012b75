"""Tunnels over UDP, by port; all by hand, since dpkt has none of them.

Offsets of every handler: the UDP payload begins at `at`. A header that does not fit raises IndexError or struct.error,
which `kacap.wire.slow` turns into `undecodable-<name>`.
"""

from struct import Struct
from typing import Final

from kacap.wire.protocols import IP_IN_IP
from kacap.wire.segment import Skipped
from kacap.wire.step import ETHERTYPE, IP, LINK, PPP, Layer, Step, inside

_U16: Final = Struct(">H").unpack_from
_ETHERNET: Final = 1
_NSH: Final = 0x894F
_MPLS: Final = 0x8847

_NEXT_PROTOCOLS: Final = {
    1: (ETHERTYPE, 0x0800),
    2: (ETHERTYPE, 0x86DD),
    3: (LINK, _ETHERNET),
    4: (ETHERTYPE, _NSH),
    5: (ETHERTYPE, _MPLS),
}
"""The numbers that VXLAN-GPE and NSH (RFC 8300 section 2.2) share."""


def next_protocol(number: int, at: int, end: int, wire: int) -> Step | Skipped:
    """The step for a next-protocol number of VXLAN-GPE or NSH."""
    if number not in _NEXT_PROTOCOLS:
        return Skipped("other-next-protocol")
    table, code = _NEXT_PROTOCOLS[number]
    return inside(table, code, at, end, wire)


def vxlan(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 7348: 8 bytes, then Ethernet."""
    return inside(LINK, _ETHERNET, at + 8, end, wire)


def vxlan_gpe(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """The last of the first four bytes says what follows."""
    return next_protocol(data[at + 3], at + 8, end, wire)


def geneve(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 8926: 8 bytes and options in words of four."""
    (protocol,) = _U16(data, at + 2)
    return inside(ETHERTYPE, protocol, at + 8 + ((data[at] & 0x3F) << 2), end, wire)


def gtp_user(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """3GPP TS 29.281 section 5: only G-PDU carries a packet; extension headers come in words of four."""
    flags = data[at]
    if flags >> 4 != 3 or data[at + 1] != 0xFF:
        return Skipped("gtp")
    inner = at + 8
    if flags & 0x07:
        extension = data[inner + 3]
        inner += 4
        while extension and flags & 0x04 and inner < end:
            size = data[inner] << 2
            if not size:
                return Skipped("gtp")
            inner += size
            extension = data[inner - 1]
    return inside(IP, 0, inner, end, wire)


def teredo(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 4380 section 5.1.1: authentication and origin indications may stand before the IPv6 packet."""
    if data[at : at + 2] == b"\x00\x01":
        at += 13 + data[at + 2] + data[at + 3]
    if data[at : at + 2] == b"\x00\x00":
        at += 8
    return inside(IP, 0, at, end, wire)


def ayiya(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """draft-massar-v6ops-ayiya section 3: identity and signature have lengths of their own."""
    size = 8 + (1 << (data[at] >> 4)) + (data[at + 1] >> 4 << 2)
    if data[at + 2] & 0x0F not in (1, 2) or data[at + 3] not in IP_IN_IP:
        return Skipped("ayiya")
    return inside(IP, 0, at + size, end, wire)


def l2tp(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 2661 section 3.1: version 2 data messages carry PPP."""
    (flags,) = _U16(data, at)
    if flags & 0x8000 or flags & 0x000F != 2:
        return Skipped("l2tp")
    inner = at + 6
    if flags & 0x4000:
        (size,) = _U16(data, at + 2)
        wire = min(wire, at + size)
        inner += 2
    if flags & 0x0800:
        inner += 4
    if flags & 0x0200:
        (padding,) = _U16(data, inner)
        inner += 2 + padding
    return inside(PPP, 0, inner, min(end, wire), wire)


def lisp(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 9300 section 5: 8 bytes, then IP."""
    return inside(IP, 0, at + 8, end, wire)


def mpls_in_udp(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 7510."""
    return inside(ETHERTYPE, _MPLS, at, end, wire)


UDP_PORTS: Final = {
    1701: Layer("l2tp", l2tp),
    2152: Layer("gtp", gtp_user),
    3544: Layer("teredo", teredo),
    4341: Layer("lisp", lisp),
    4789: Layer("vxlan", vxlan),
    4790: Layer("vxlan-gpe", vxlan_gpe),
    5072: Layer("ayiya", ayiya),
    6081: Layer("geneve", geneve),
    6635: Layer("mpls", mpls_in_udp),
}
