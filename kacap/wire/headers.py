"""Headers that dpkt reads: PPPoE, PPP, MPLS, GRE, radiotap; and what goes with them.

dpkt decodes eagerly and recursively, so it is shown one header at a time: a frame of headers within headers must cost
no copies and no recursion. By hand, because dpkt has them not, or not whole: ERSPAN, NSH, EtherIP, and 802.11, where it
refuses half of the data subtypes and counts no HT control field.
"""

from struct import Struct, calcsize
from typing import Final

import dpkt.ethernet
import dpkt.gre
import dpkt.pppoe
import dpkt.radiotap

from kacap.wire import protocols as p
from kacap.wire.segment import Skipped
from kacap.wire.step import ETHERTYPE, IP, LINK, LLC, PPP, Layer, Step, inside, limited
from kacap.wire.tunnels import next_protocol

_U16: Final = Struct(">H").unpack_from
_ETHERNET: Final = 1
_PPP_PROTOCOLS: Final = {0x0021: p.IPV4, 0x0057: p.IPV6, 0x0281: 0x8847, 0x0283: 0x8848}
_MAX_LABELS: Final = 32
_GRE_BYTES: Final = 16
_GRE_ROUTING: Final = 0x4000
_GRE_SEQUENCE: Final = 0x1000
_MAX_GRE_ROUTES: Final = 16


def pppoe(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 2516 section 4: the session stage carries PPP without address and control."""
    header = dpkt.pppoe.PPPoE(data[at : at + 6])
    if header.code:
        return Skipped("pppoe-discovery")
    return limited(PPP, 0, at + 6, header.len, end, wire)


def ppp(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 1661 section 2: one or two bytes of protocol; address and control may stand before them."""
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    header = dpkt.pppoe.PPP(data[at : at + 2])
    protocol = header.p
    ethertype = _PPP_PROTOCOLS.get(protocol)
    if ethertype is None:
        return Skipped("ppp-control" if protocol >= 0x8000 else "other-ppp-protocol")
    return inside(ETHERTYPE, ethertype, at + 2 - len(header.data), end, wire)


def mpls(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 3032: labels to the bottom of the stack, then IP by its version, or a pseudowire with its control word."""
    for _ in range(_MAX_LABELS):
        label = dpkt.ethernet.MPLSlabel(data[at : at + 4])
        at += 4
        if label.s:
            break
    else:
        return Skipped("mpls")
    version = data[at] >> 4
    if version in (4, 6):
        return inside(IP, 0, at, end, wire)
    if version == 0:
        return inside(LINK, _ETHERNET, at + 4, end, wire)
    return Skipped("mpls")


def gre(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 2784 with the fields of RFC 2890 and RFC 1701; version 1 is PPTP's (RFC 2637)."""
    # dpkt sees no routing flag: it would read source routes to the end of the frame, and past it.
    flags = data[at] << 8 | data[at + 1]
    header = dpkt.gre.GRE((flags & ~_GRE_ROUTING).to_bytes(2, "big") + data[at + 2 : at + _GRE_BYTES])
    header.flags = flags
    at += 4 + calcsize("!" + "".join(header.opt_fields_fmts()[1]))
    if flags & _GRE_ROUTING and header.v == 0:
        for _ in range(_MAX_GRE_ROUTES):
            (family,) = _U16(data, at)
            size = data[at + 3]
            at += 4 + size
            if not family and not size:
                break
    protocol = header.p
    if protocol == 0x88BE and not flags & _GRE_SEQUENCE:
        return inside(LINK, _ETHERNET, at, end, wire)
    if protocol in (0x88BE, 0x22EB):
        return _erspan(data, at, end, wire)
    if protocol == 0x883E:
        # WCCP: a redirect header stands before the packet in version 2 only.
        return inside(IP, 0, at if data[at] >> 4 == 4 else at + 4, end, wire)
    return inside(ETHERTYPE, protocol, at, end, wire)


def _erspan(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """draft-foschiano-erspan section 4: version 1 has 8 bytes, version 2 has 12 and perhaps 8 more for a platform."""
    version = data[at] >> 4
    if version == 1:
        return inside(LINK, _ETHERNET, at + 8, end, wire)
    if version == 2:
        return inside(LINK, _ETHERNET, at + (20 if data[at + 11] & 1 else 12), end, wire)
    return Skipped("erspan")


def nsh(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 8300 section 2.2: the length counts words of four, the base header included."""
    size = (data[at + 1] & 0x3F) << 2
    if size < 8:
        return Skipped("undecodable-nsh")
    return next_protocol(data[at + 3], at + size, end, wire)


def ether_ip(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 3378: two bytes, then Ethernet."""
    return inside(LINK, _ETHERNET, at + 2, end, wire)


def radiotap(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """radiotap.org: the flags say whether the checksum is at the end, and whether the header was padded."""
    size = data[at + 2] | data[at + 3] << 8
    if size < 8 or size > end - at:
        return Skipped("undecodable-radiotap")
    header = dpkt.radiotap.Radiotap(data[at : at + size])
    flags = header.flags.val if header.flags_present else 0
    if flags & 0x40:
        return Skipped("802.11-bad-checksum")
    checksum = 4 if flags & 0x10 else 0
    at += size
    return _ieee80211(data, at, min(end, max(at, wire - checksum)), max(at, wire - checksum), bool(flags & 0x20))


def ieee80211(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """802.11 with nothing before it."""
    return _ieee80211(data, at, end, wire, False)


def _ieee80211(data: bytes, at: int, end: int, wire: int, padded: bool) -> Step | Skipped:
    """IEEE 802.11 section 9.2: a data frame that is not encrypted and not a fragment carries 802.2."""
    subtype, flags = data[at] >> 4, data[at + 1]
    if data[at] & 0x0C != 0x08 or subtype & 0x04:
        return Skipped("802.11-without-data")
    if flags & 0x40:
        return Skipped("802.11-protected")
    fragment = data[at + 22] & 0x0F
    if fragment or flags & 0x04:
        return Skipped("802.11-fragment")
    size = 30 if flags & 0x03 == 0x03 else 24
    if subtype & 0x08:
        if data[at + size] & 0x80:
            return Skipped("802.11-aggregate")
        size += 6 if flags & 0x80 else 2
        if padded:
            size = size + 3 & ~3
    return inside(LLC, 0, at + size, end, wire)


LINKS: Final = {
    105: Layer("802.11", ieee80211),
    127: Layer("radiotap", radiotap),
}
ETHERTYPES: Final = {
    0x8847: Layer("mpls", mpls),
    0x8848: Layer("mpls", mpls),
    0x8864: Layer("pppoe", pppoe),
    0x894F: Layer("nsh", nsh),
}
IP_PROTOCOLS: Final = {
    47: Layer("gre", gre),
    97: Layer("etherip", ether_ip),
    137: Layer("mpls", mpls),
}
PPP_LAYER: Final = Layer("ppp", ppp)
