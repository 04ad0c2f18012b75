"""Link layers outside the fast path, decoded by hand.

dpkt has none of these, but for two: its LLC takes an 802.2 header for IP only together with a whole IP packet, and its
PPP insists on the address and control bytes that many links leave out.
"""

from struct import Struct
from typing import Final

from kacap.wire.segment import Skipped
from kacap.wire.step import ETHERTYPE, IP, LINK, LLC, PPP, Layer, Step, inside, limited

_U16: Final = Struct(">H").unpack_from
_U32_LITTLE: Final = Struct("<I").unpack_from
_TLV_LITTLE: Final = Struct("<HH").unpack_from
_TLV_BIG: Final = Struct(">HH").unpack_from

_LLC_WORD: Final = Skipped("llc")


def llc(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """802.2: IP itself (SAP 6), or SNAP with an ethertype (RFC 1042, 802.1H)."""
    sap = data[at]
    if sap == 0x06:
        return inside(IP, 0, at + 3, end, wire)
    if sap == 0xAA and data[at + 2] == 0x03:
        organisation = data[at + 3 : at + 6]
        if organisation in (b"\x00\x00\x00", b"\x00\x00\xf8"):
            (ethertype,) = _U16(data, at + 6)
            return inside(ETHERTYPE, ethertype, at + 8, end, wire)
    return _LLC_WORD


def ieee8023(size: int, at: int, end: int, wire: int) -> Step:
    """The ethertype is a length: 802.2 follows, and padding may follow that."""
    return limited(LLC, 0, at, size, end, wire)


def ppp_link(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 1662, with or without address and control; or Cisco HDLC, told by its address."""
    if data[at] in (0x0F, 0x8F):
        return cisco_hdlc(data, at, end, wire)
    return inside(PPP, 0, at, end, wire)


def cisco_hdlc(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Address, control, ethertype (RFC 1547 section 4.3.1)."""
    (ethertype,) = _U16(data, at + 2)
    return inside(ETHERTYPE, ethertype, at + 4, end, wire)


def pppoe_link(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """A PPPoE session header without its Ethernet."""
    return inside(ETHERTYPE, 0x8864, at, end, wire)


def frame_relay(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """RFC 2427: address octets up to the one with its last bit set, control, NLPID; or Cisco's ethertype."""
    last = at
    while not data[last] & 0x01:
        last += 1
    at = last + 1
    if data[at] != 0x03:
        (ethertype,) = _U16(data, at)
        return inside(ETHERTYPE, ethertype, at + 2, end, wire)
    at += 1
    if data[at] == 0:
        at += 1
    nlpid = data[at]
    if nlpid in (0xCC, 0x8E):
        return inside(IP, 0, at + 1, end, wire)
    if nlpid == 0x80 and data[at + 1 : at + 4] == b"\x00\x00\x00":
        (ethertype,) = _U16(data, at + 4)
        return inside(ETHERTYPE, ethertype, at + 6, end, wire)
    return Skipped("frame-relay")


def enc(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """OpenBSD's IPsec interface: address family, SPI, flags."""
    return inside(IP, 0, at + 12, end, wire)


def pflog(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """The first byte is the header's length without its padding to a word."""
    return inside(IP, 0, at + (data[at] + 3 & ~3), end, wire)


def arcnet_linux(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Source, destination, offset, protocol; RFC 1201 adds a split flag and a sequence number, RFC 1051 does not."""
    protocol = data[at + 4]
    if protocol == 212:
        return inside(IP, 0, at + 8, end, wire)
    if protocol == 240:
        return inside(IP, 0, at + 5, end, wire)
    return Skipped("arcnet")


def ppi(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Per-packet information: length and inner link type, little-endian."""
    size, _ = _TLV_LITTLE(data, at + 2)
    (link_type,) = _U32_LITTLE(data, at + 4)
    return inside(LINK, link_type, at + max(size, 8), end, wire)


def pktap(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Apple's pktap: length of the header, record type, inner link type."""
    (size,) = _U32_LITTLE(data, at)
    (link_type,) = _U32_LITTLE(data, at + 8)
    return inside(LINK, link_type, at + max(size, 12), end, wire)


def prism(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """AVS says its length big-endian, Prism its own little-endian."""
    if data[at : at + 4] in (b"\x80\x21\x10\x01", b"\x80\x21\x10\x02"):
        size = data[at + 6] << 8 | data[at + 7]
    else:
        (size,) = _U32_LITTLE(data, at + 4)
    return inside(LINK, 105, at + max(size, 8), end, wire)


def nflog(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Attributes in the byte order of the host that captured; number 9 holds the packet."""
    attribute = at + 4
    read = _TLV_LITTLE
    size, _ = read(data, attribute)
    if not 4 <= size <= wire - attribute:
        read = _TLV_BIG
    while attribute + 4 <= end:
        size, kind = read(data, attribute)
        if size < 4:
            break
        if kind & 0x7FFF == 9:
            return limited(IP, 0, attribute + 4, size - 4, end, wire)
        attribute += size + 3 & ~3
    return Skipped("undecodable-nflog")


def fabric_path(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Cisco FabricPath: a tag of two bytes, then the frame of the edge port."""
    return inside(LINK, 1, at + 2, end, wire)


def backbone_bridge(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """802.1ah: a tag of four bytes, then the customer's frame."""
    return inside(LINK, 1, at + 4, end, wire)


def ethernet_bridging(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """Transparent Ethernet bridging: the frame itself."""
    return inside(LINK, 1, at, end, wire)


def four_byte_tag(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """VN-tag, HSR and 802.1CB: four bytes, then the ethertype."""
    (ethertype,) = _U16(data, at + 4)
    return inside(ETHERTYPE, ethertype, at + 6, end, wire)


def e_tag(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """802.1BR: six bytes, then the ethertype."""
    (ethertype,) = _U16(data, at + 6)
    return inside(ETHERTYPE, ethertype, at + 8, end, wire)


def bare_ppp(data: bytes, at: int, end: int, wire: int) -> Step | Skipped:
    """PPP right after an ethertype."""
    return inside(PPP, 0, at, end, wire)


LINKS: Final = {
    9: Layer("ppp", ppp_link),
    50: Layer("ppp", ppp_link),
    51: Layer("pppoe", pppoe_link),
    100: Layer("llc", llc),
    104: Layer("cisco-hdlc", cisco_hdlc),
    107: Layer("frame-relay", frame_relay),
    109: Layer("enc", enc),
    117: Layer("pflog", pflog),
    119: Layer("prism", prism),
    129: Layer("arcnet", arcnet_linux),
    163: Layer("prism", prism),
    192: Layer("ppi", ppi),
    239: Layer("nflog", nflog),
    258: Layer("pktap", pktap),
}
ETHERTYPES: Final = {
    0x6558: Layer("ethernet", ethernet_bridging),
    0x880B: Layer("ppp", bare_ppp),
    0x88E7: Layer("802.1ah", backbone_bridge),
    0x8903: Layer("fabricpath", fabric_path),
    0x8926: Layer("vn-tag", four_byte_tag),
    0x892F: Layer("hsr", four_byte_tag),
    0x893F: Layer("e-tag", e_tag),
    0xF1C1: Layer("r-tag", four_byte_tag),
}
