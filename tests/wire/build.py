"""Frames made by hand, byte by byte: no library that could share a mistake with the decoder."""

from struct import pack

from kacap.wire import Frame

CLIENT, SERVER = bytes([192, 0, 2, 9]), bytes([198, 51, 100, 1])
CLIENT6, SERVER6 = bytes.fromhex("20010db8" + "00" * 11 + "09"), bytes.fromhex("20010db8" + "00" * 11 + "01")
OUTER, OUTER6 = bytes([203, 0, 113, 7]), bytes.fromhex("20010db8" + "ff" * 11 + "07")
SOURCE_PORT, DESTINATION_PORT, SEQ, ACK_NUMBER, WINDOW, IP_ID = 50123, 8880, 0xFFFFFFF0, 0x01020304, 501, 0xBEEF
PAYLOAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
MAC = bytes.fromhex("020000000001020000000002")


def tcp(payload: bytes = PAYLOAD, *, options: bytes = b"", flags: int = 0x18, offset: int | None = None) -> bytes:
    words = 5 + len(options) // 4 if offset is None else offset
    header = pack(">HHIIBBHHH", SOURCE_PORT, DESTINATION_PORT, SEQ, ACK_NUMBER, words << 4, flags, WINDOW, 0, 0)
    return header + options + payload


def udp(payload: bytes, port: int, source_port: int = 40000) -> bytes:
    return pack(">HHHH", source_port, port, 8 + len(payload), 0) + payload


def ipv4(
    payload: bytes,
    protocol: int = 6,
    *,
    options: bytes = b"",
    total: int | None = None,
    fragment: int = 0x4000,
    source: bytes = CLIENT,
    destination: bytes = SERVER,
) -> bytes:
    words = 5 + len(options) // 4
    size = words * 4 + len(payload) if total is None else total
    header = pack(">BBHHHBBH", 0x40 | words, 0, size, IP_ID, fragment, 64, protocol, 0)
    return header + source + destination + options + payload


def ipv6(
    payload: bytes,
    following: int = 6,
    *,
    size: int | None = None,
    source: bytes = CLIENT6,
    destination: bytes = SERVER6,
) -> bytes:
    return (
        pack(">IHBB", 6 << 28, len(payload) if size is None else size, following, 64) + source + destination + payload
    )


def extension(following: int, payload: bytes, words: int = 0) -> bytes:
    """An extension header of PadN options, as hop-by-hop and destination options have them."""
    padding = words * 8 + 4
    return pack(">BBBB", following, words, 1, padding) + bytes(padding) + payload


def fragment6(following: int, offset: int, more: bool, piece: bytes, identification: int = 77) -> bytes:
    return pack(">BBHI", following, 0, offset | more, identification) + piece


def ethernet(payload: bytes, ethertype: int = 0x0800, *tags: int) -> bytes:
    """`tags` are the ethertypes of VLAN tags, outermost first."""
    return MAC + b"".join(pack(">HH", tag, 42) for tag in tags) + pack(">H", ethertype) + payload


def frame(
    data: bytes, link_type: int = 1, *, wire_bytes: int | None = None, number: int = 1, time_ns: int = 0
) -> Frame:
    """The frame in the middle of a larger block, whose other bytes must never be read as its own."""
    block = b"\x45" * 7 + data + b"\xee" * 80
    return Frame(number, time_ns, link_type, block, 7, 7 + len(data), len(data) if wire_bytes is None else wire_bytes)


def icmp(kind: int, code: int, body: bytes) -> bytes:
    return pack(">BBHI", kind, code, 0, 0) + body
