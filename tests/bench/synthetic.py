"""A capture made by number: any count of connections, each with one exchange, the same bytes at every call.

A connection has ten frames when its body fits one segment: the handshake, a request and its ACK, the response and its
ACK, and a close that the server begins. Connections run side by side in groups, as they do at a busy server, and their
ports come round again after a while, as they do there too.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct

SIDE_BY_SIDE = 64
SEGMENT_BYTES = 1448

_PORTS = range(10_000, 60_000)
_SERVER_PORT = 8880
_CLIENT, _SERVER = bytes((10, 9, 0, 2)), bytes((10, 9, 0, 1))
_MACS = bytes.fromhex("020000000001020000000002")
_NS_A_FRAME = 10_000
_START_SECONDS = 1_700_000_000
_FIN, _SYN, _PSH, _ACK = 0x01, 0x02, 0x08, 0x10

_FILE_HEADER = Struct("<IHHiIII").pack(0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)  # nanoseconds, Ethernet
_RECORD = Struct("<IIII")
_HEADERS = Struct(">12sH BBHHHBBH4s4s HHIIBBHHH BBBBII")
"""Ethernet; IPv4 (RFC 791) without checksum, as a sender with offload leaves it; TCP (RFC 9293) with timestamps."""
_ETHERNET_BYTES = 14


def write(path: Path, connections: int, body_bytes: int) -> int:
    """Write a pcap of so many connections, whose responses have bodies of so many bytes; returns the frames in it."""
    frames = 0
    with path.open("wb") as file:
        file.write(_FILE_HEADER)
        for first in range(0, connections, SIDE_BY_SIDE):
            group = [_connection(number, body_bytes) for number in range(first, min(first + SIDE_BY_SIDE, connections))]
            for step in zip(*group, strict=True):
                for source, target, sequence, acknowledged, flags, payload in step:
                    file.write(_frame(frames, source, target, sequence, acknowledged, flags, payload))
                    frames += 1
    return frames


def _connection(number: int, body_bytes: int) -> Iterator[tuple[int, int, int, int, int, bytes]]:
    """The segments of one connection: ports, sequence and acknowledgement number, flags, payload."""
    client = _PORTS[number % len(_PORTS)]
    server = _SERVER_PORT
    # Far enough apart that a later connection on the same ports cannot be taken for a part of the earlier one.
    asked, said = number * 1_000_003 % 2**32, number * 7_000_003 % 2**32
    request = f"GET /item/{number} HTTP/1.1\r\nHost: bench.example\r\n\r\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\nConnection: close\r\n\r\n".encode()
    response = head + b"x" * body_bytes
    yield client, server, asked, 0, _SYN, b""
    yield server, client, said, asked + 1, _SYN | _ACK, b""
    asked, said = asked + 1, said + 1
    yield client, server, asked, said, _ACK, b""
    yield client, server, asked, said, _PSH | _ACK, request
    asked += len(request)
    yield server, client, said, asked, _ACK, b""
    for at in range(0, len(response), SEGMENT_BYTES):
        segment = response[at : at + SEGMENT_BYTES]
        yield server, client, said, asked, _PSH | _ACK, segment
        said += len(segment)
        yield client, server, asked, said, _ACK, b""
    yield server, client, said, asked, _FIN | _ACK, b""
    yield client, server, asked, said + 1, _FIN | _ACK, b""
    yield server, client, said + 1, asked + 1, _ACK, b""


def _frame(
    number: int, source: int, target: int, sequence: int, acknowledged: int, flags: int, payload: bytes
) -> bytes:
    from_client = target == _SERVER_PORT
    addresses = (_CLIENT, _SERVER) if from_client else (_SERVER, _CLIENT)
    length = _HEADERS.size + len(payload)
    tick = number // 100
    ip = (0x45, 0, length - _ETHERNET_BYTES, number % 2**16, 0x4000, 64, 6, 0, *addresses)
    tcp = (source, target, sequence % 2**32, acknowledged % 2**32, 0x80, flags, 64_000, 0, 0)
    timestamps = (1, 1, 8, 10, tick, tick if acknowledged else 0)
    seconds, ns = divmod(number * _NS_A_FRAME, 1_000_000_000)
    record = _RECORD.pack(_START_SECONDS + seconds, ns, length, length)
    return record + _HEADERS.pack(_MACS, 0x0800, *ip, *tcp, *timestamps) + payload
