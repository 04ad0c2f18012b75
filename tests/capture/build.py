"""Captures made by hand, byte by byte; every field can be made to lie."""

from collections.abc import Iterable
from pathlib import Path
from struct import pack

from kacap.capture import open_capture
from kacap.capture.pcap import PcapReader
from kacap.capture.pcapng import PcapngReader
from kacap.capture.window import Damage, Window
from kacap.wire.frame import Frame, SourceInfo

ETHERNET = 1
MICROSECONDS, NANOSECONDS, KUZNETZOV = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
ENHANCED, SIMPLE, OBSOLETE = 6, 3, 2

Facts = tuple[int, int, int, bytes, int]


def pcap_header(order: str = "<", magic: int = MICROSECONDS, link_type: int = ETHERNET, snaplen: int = 65535) -> bytes:
    """The 24 bytes that begin a pcap file."""
    return pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link_type)


def record(
    payload: bytes,
    seconds: int = 0,
    fraction: int = 0,
    *,
    order: str = "<",
    captured: int | None = None,
    wire: int | None = None,
    extra: bytes = b"",
) -> bytes:
    """One pcap record; `captured` and `wire` may lie, `extra` follows the usual header."""
    captured = len(payload) if captured is None else captured
    wire = len(payload) if wire is None else wire
    return pack(order + "IIII", seconds, fraction, captured, wire) + extra + payload


def block(kind: int, body: bytes, order: str = "<", *, length: int | None = None, trailer: int | None = None) -> bytes:
    """One pcapng block, padded; both lengths may lie."""
    body += bytes(-len(body) % 4)
    length = len(body) + 12 if length is None else length
    trailer = length if trailer is None else trailer
    return pack(order + "II", kind, length) + body + pack(order + "I", trailer)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """One pcapng option, padded."""
    return pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<", major: int = 1) -> bytes:
    """A section header of unknown length."""
    return block(0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, major, 0, -1), order)


def interface(
    order: str = "<",
    link_type: int = ETHERNET,
    snaplen: int = 0,
    resolution: int | None = None,
    offset: int | None = None,
) -> bytes:
    """An interface description; `resolution` is if_tsresol, `offset` is if_tsoffset."""
    options = b"" if resolution is None else option(9, bytes([resolution]), order)
    options += b"" if offset is None else option(14, pack(order + "q", offset), order)
    return block(1, pack(order + "HHI", link_type, 0, snaplen) + options, order)


def enhanced(
    payload: bytes,
    ticks: int = 0,
    interface_id: int = 0,
    *,
    order: str = "<",
    captured: int | None = None,
    wire: int | None = None,
    options: bytes = b"",
) -> bytes:
    """An enhanced packet block."""
    captured = len(payload) if captured is None else captured
    wire = len(payload) if wire is None else wire
    fields = pack(order + "IIIII", interface_id, ticks >> 32, ticks & 0xFFFFFFFF, captured, wire)
    return block(ENHANCED, fields + payload + bytes(-len(payload) % 4) + options, order)


def simple(payload: bytes, wire: int | None = None, order: str = "<") -> bytes:
    """A simple packet block."""
    return block(SIMPLE, pack(order + "I", len(payload) if wire is None else wire) + payload, order)


def obsolete(payload: bytes, ticks: int = 0, interface_id: int = 0, order: str = "<") -> bytes:
    """A packet block of old."""
    fields = pack(order + "HHIIII", interface_id, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(payload), len(payload))
    return block(OBSOLETE, fields + payload, order)


def statistics(dropped: int, interface_id: int = 0, order: str = "<", code: int = 5) -> bytes:
    """An interface statistics block with isb_ifdrop (or another counter)."""
    fields = pack(order + "III", interface_id, 0, 0)
    return block(5, fields + option(code, pack(order + "Q", dropped), order), order)


def facts(frame: Frame) -> Facts:
    """Number, time, link type, captured bytes and length on the wire."""
    return frame.number, frame.time_ns, frame.link_type, frame.data[frame.start : frame.end], frame.wire_bytes


def read(*paths: Path | str) -> tuple[list[Facts], SourceInfo]:
    """All that a capture yields."""
    capture = open_capture([str(path) for path in paths])
    return [facts(frame) for frame in capture], capture.info


def read_blocks(reader: type[PcapReader] | type[PcapngReader], blocks: Iterable[bytes]) -> tuple[list[Facts], bool]:
    """What a reader yields from blocks as they are, and whether it ended in damage."""
    frames: list[Facts] = []
    try:
        for frame in reader(Window(iter(blocks)), SourceInfo()).frames():
            frames.append(facts(frame))  # noqa: PERF401 - what came before the damage counts
    except Damage:
        return frames, True
    return frames, False
