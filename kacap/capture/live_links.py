"""What an interface carries: its kind (ARPHRD_ of Linux) → the link type of its frames.

Rules: a kind that is not in the table is not captured at all, since nobody here could say where its IP begins. On
`any`, where frames of several kinds meet, each gets a LINUX_SLL2 header in place of its own, as `tcpdump -i any` has
it: it says which interface saw the frame, and one link type fits all.
"""

from socket import ntohs
from struct import Struct
from typing import Final

ETHERNET: Final = 1
RAW_IP: Final = 101
SLL2: Final = 276

LOOPBACK_KIND: Final = 772
KINDS: Final = {
    1: ETHERNET,
    LOOPBACK_KIND: ETHERNET,
    512: RAW_IP,  # PPP
    519: RAW_IP,  # raw IP of mobile modems
    768: RAW_IP,  # IP in IP
    769: RAW_IP,  # IPv6 tunnels
    776: RAW_IP,  # IPv6 in IPv4
    65534: RAW_IP,  # tun, WireGuard
}
IP_AT: Final = {ETHERNET: 14, RAW_IP: 0}
"""Where IP begins, in a frame without VLAN tags."""

VLAN: Final = 0x8100
_LLC: Final = 4
_LARGEST_LENGTH: Final = 1500
_SLL2: Final = Struct(">HHIHBB8s")
_TAG: Final = Struct(">HH")
_U16: Final = Struct(">H")


def with_tag(frame: bytes, tag_type: int, tag: int) -> bytes:
    """An Ethernet frame with the VLAN tag that the kernel took out of it."""
    return frame[:12] + _TAG.pack(tag_type, tag) + frame[12:]


def cooked(
    frame: bytes, protocol: int, interface: int, kind: int, direction: int, address_bytes: int, address: bytes
) -> bytes:
    """A frame with a LINUX_SLL2 header (LINKTYPE 276) in place of its own; the rest is what the kernel says of it."""
    if KINDS[kind] == ETHERNET and len(frame) >= IP_AT[ETHERNET]:
        (protocol,) = _U16.unpack_from(frame, 12)
        frame = frame[IP_AT[ETHERNET] :]
        if protocol <= _LARGEST_LENGTH:
            protocol = _LLC
    else:
        protocol = ntohs(protocol)
    return _SLL2.pack(protocol, 0, interface, kind, direction, address_bytes, address) + frame
