"""Passes over the frames of other jobs, in the block where they lie: no frame is made of them.

Rules: whatever is not plain ends the run, and the reader goes on as ever: it alone judges what is odd or damaged. Only
little-endian files are walked so, and only Ethernet. What was passed over is counted by the `Share`: how many frames,
the number and the time of the last, and the highest time.
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i32_le, read_i64_le

from kacap.capture.interface import TIME_LIMIT_NS, Interface
from kacap.wire.share import PLAIN_BYTES, Share

if TYPE_CHECKING:
    from mypy_extensions import i64

ETHERNET: Final = 1
_LOW: Final = 0xFFFFFFFF
_RECORD_BYTES: Final = 16
_ENHANCED_PACKET: Final = 6
_PACKET_BYTES: Final = 32


def pass_records(share: Share, data: bytes, start: int, number: int, unit_ns: int, limit: int) -> int:
    """Where the next pcap record stands, from `start` on, that has to be handed out.

    `number` is that of the frame before, `limit` the most bytes that a record can hold.
    """
    pos: i64 = start
    size: i64 = len(data)
    room: i64 = share.until - number
    count: i64 = 0
    time_ns: i64 = 0
    latest_ns: i64 = 0
    while count < room and pos + (_RECORD_BYTES + PLAIN_BYTES) <= size:
        captured: i64 = read_i64_le(data, pos + 8) & _LOW
        following: i64 = pos + _RECORD_BYTES + captured
        if following > size or captured > limit or not share.passes(data, pos + _RECORD_BYTES, captured):
            break
        times: i64 = read_i64_le(data, pos)
        time_ns = (times & _LOW) * 1_000_000_000 + (times >> 32 & _LOW) * unit_ns
        if time_ns > latest_ns:
            latest_ns = time_ns
        count += 1
        pos = following
    if count:
        share.note_passed(count, number + count, time_ns, latest_ns)
    return pos


def pass_packets(share: Share, data: bytes, start: int, number: int, interfaces: list[Interface]) -> int:
    """Where the next pcapng block stands, from `start` on, that has to be handed out.

    `number` is that of the frame before, `interfaces` are those of the section.
    """
    pos: i64 = start
    size: i64 = len(data)
    room: i64 = share.until - number
    known: i64 = len(interfaces)
    count: i64 = 0
    time_ns = latest_ns = -TIME_LIMIT_NS
    while count < room and pos + (_PACKET_BYTES + PLAIN_BYTES) <= size:
        kind_length: i64 = read_i64_le(data, pos)
        id_high: i64 = read_i64_le(data, pos + 8)
        low_captured: i64 = read_i64_le(data, pos + 16)
        length: i64 = kind_length >> 32 & _LOW
        captured: i64 = low_captured >> 32 & _LOW
        following: i64 = pos + length
        if kind_length & _LOW != _ENHANCED_PACKET or captured > length - _PACKET_BYTES or following > size:
            break
        again: int = read_i32_le(data, following - 4)
        if again & _LOW != length or id_high & _LOW >= known:
            break
        interface = interfaces[id_high & _LOW]
        if interface.link_type != ETHERNET or not share.passes(data, pos + 28, captured):
            break
        high: int = id_high >> 32 & _LOW
        low: int = low_captured & _LOW
        at_ns = interface.time_ns(high << 32 | low)
        if at_ns >= TIME_LIMIT_NS or at_ns < -TIME_LIMIT_NS:
            break
        time_ns = at_ns
        latest_ns = max(latest_ns, at_ns)
        count += 1
        pos = following
    if count:
        share.note_passed(count, number + count, time_ns, latest_ns)
    return pos
