"""Fields → bytes of one Ethernet frame, with right lengths and checksums (RFC 791, 8200, 9293, 768, 1035)."""

import struct
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

LINKTYPE_ETHERNET = 1
PROTOCOL_TCP, PROTOCOL_UDP = 6, 17
WINDOW_SCALE = 7

_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_SYN_OPTIONS = struct.pack("!BBH", 2, 4, 1460) + bytes((1, 3, 3, WINDOW_SCALE))
_DNS_TYPE = {4: 1, 6: 28}


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(packet: bytes, *, outbound: bool, vlan: int | None = None) -> bytes:
    """A frame around an IP packet; `outbound` is client to server."""
    client, server = bytes.fromhex("02000000000c"), bytes.fromhex("020000000005")
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    addresses = server + client if outbound else client + server
    return addresses + tag + struct.pack("!H", _ETHERTYPE[packet[0] >> 4]) + packet


def ip(source: str, destination: str, protocol: int, payload: bytes, ident: int, ttl: int = 64) -> bytes:
    """An IPv4 or IPv6 packet; `ident` is the IPv4 identification, `ttl` also the IPv6 hop limit."""
    sender, receiver = ip_address(source), ip_address(destination)
    if isinstance(sender, IPv4Address):
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident & 0xFFFF, 0x4000, ttl, protocol, 0)
        head += sender.packed + receiver.packed
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, ttl) + sender.packed + receiver.packed + payload


def tcp(
    source: str,
    source_port: int,
    destination: str,
    destination_port: int,
    *,
    seq: int,
    ack: int,
    flags: int,
    window: int,
    payload: bytes,
) -> bytes:
    """A TCP segment; `seq` and `ack` are absolute. A SYN carries an MSS and a window scale."""
    options = _SYN_OPTIONS if flags & 0x02 else b""
    offset_and_flags = (5 + len(options) // 4) << 12 | flags
    seq, ack = seq & 0xFFFFFFFF, ack & 0xFFFFFFFF
    ports = source_port, destination_port
    head = struct.pack("!HHIIHHHH", *ports, seq, ack, offset_and_flags, window, 0, 0) + options
    total = _transport_checksum(source, destination, PROTOCOL_TCP, head + payload)
    return head[:16] + struct.pack("!H", total) + head[18:] + payload


def udp(source: str, source_port: int, destination: str, destination_port: int, payload: bytes) -> bytes:
    """A UDP datagram."""
    head = struct.pack("!HHHH", source_port, destination_port, 8 + len(payload), 0)
    total = _transport_checksum(source, destination, PROTOCOL_UDP, head + payload)
    return head[:6] + struct.pack("!H", total or 0xFFFF) + payload


def dns(ident: int, name: str, addresses: Sequence[str] | None = None) -> bytes:
    """A question for `name`, or with `addresses` the answer to it (A or AAAA by the first address)."""
    version = ip_address(addresses[0]).version if addresses else 4
    flags = 0x0100 if addresses is None else 0x8180
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split(".")) + b"\0"
    question = labels + struct.pack("!HH", _DNS_TYPE[version], 1)
    answers = [
        struct.pack("!HHHIH", 0xC00C, _DNS_TYPE[version], 1, 60, len(ip_address(address).packed))
        + ip_address(address).packed
        for address in addresses or ()
    ]
    return struct.pack("!HHHHHH", ident, flags, 1, len(answers), 0, 0) + question + b"".join(answers)


def _transport_checksum(source: str, destination: str, protocol: int, data: bytes) -> int:
    pseudo = ip_address(source).packed + ip_address(destination).packed + struct.pack("!II", len(data), protocol)
    return checksum(pseudo + data)
