"""A small reader of pcap and pcapng, so that the tests of this room need no other room."""

import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

import zstandard

from kacap.wire.frame import Frame

_PCAP = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames of a capture file up to where it ends or is damaged; raises ValueError when it is no capture."""
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    if data[:4] in _PCAP:
        return _read_pcap(data, _PCAP[data[:4]])
    if data.startswith(b"\x0a\x0d\x0d\x0a"):
        return _read_pcapng(data)
    raise ValueError(f"{path.name} is neither pcap nor pcapng")


def _read_pcap(data: bytes, order: str) -> Iterator[Frame]:
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    number = 0
    while at + 16 <= len(data):
        seconds, fraction, size, wire_bytes = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if size > len(data) - at:
            return
        number += 1
        yield Frame(number, seconds * 10**9 + fraction * 1000, link_type, data, at, at + size, wire_bytes)
        at += size


def _read_pcapng(data: bytes) -> Iterator[Frame]:
    at = 0
    number = 0
    order = "<"
    link_types: list[int] = []
    while at + 12 <= len(data):
        kind = struct.unpack_from(order + "I", data, at)[0]
        if kind == 0x0A0D0D0A:
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            link_types = []
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if size < 12 or size > len(data) - at:
            return
        body = at + 8
        if kind == 1:
            link_types.append(struct.unpack_from(order + "H", data, body)[0])
        elif kind == 3 and link_types:
            wire_bytes = struct.unpack_from(order + "I", data, body)[0]
            number += 1
            held = min(wire_bytes, size - 16)
            yield Frame(number, 0, link_types[0], data, body + 4, body + 4 + held, wire_bytes)
        elif kind == 6:
            interface, high, low, held, wire_bytes = struct.unpack_from(order + "IIIII", data, body)
            if interface >= len(link_types) or held > size - 32:
                return
            number += 1
            begin = body + 20
            yield Frame(number, (high << 32 | low) * 1000, link_types[interface], data, begin, begin + held, wire_bytes)
        at += size
