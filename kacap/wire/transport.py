"""What IP carries: the TCP header, and UDP datagrams of DNS.

Offsets are those of the decoder: a header begins at `at`, its layer ends at `end` in the capture and at `wire` on the
wire. `addresses` are source and destination in network order, 8 or 32 bytes.
"""

from struct import Struct
from typing import Final

from librt.strings import read_i64_be

from kacap.wire import protocols as p
from kacap.wire.frame import Frame
from kacap.wire.key import NO_PORTS
from kacap.wire.quoted import NUMBERED_BYTES, Quoted
from kacap.wire.segment import Datagram, Segment, Skipped, mark_of

_TCP: Final = Struct(">4xIIHH").unpack_from
_FLAGS: Final = 0x3F


def read_tcp(
    segment: Segment, frame: Frame, data: bytes, addresses: bytes, at: int, end: int, wire: int, ip_id: int, ttl: int
) -> Segment | Quoted | Skipped:
    """Fill `segment` from the TCP header at `at`.

    A broken one is `Quoted`, since Wireshark numbers its connection all the same.
    """
    if end - at < NUMBERED_BYTES:
        return p.TCP_HEADER_CUT if wire - at >= 20 else p.BAD_TCP_HEADER
    seq, ack, offset_flags, window = _TCP(data, at)
    key = addresses + data[at : at + 4]
    header = offset_flags >> 10 & 0x3C
    payload = at + header
    if header < 20 or payload > wire:
        return Quoted(frame.number, frame.time_ns, key, seq, offset_flags & _FLAGS, p.BAD_TCP_HEADER)
    if end - at < 20:
        return Quoted(frame.number, frame.time_ns, key, seq, offset_flags & _FLAGS, p.TCP_HEADER_CUT)
    segment.frame = frame.number
    segment.time_ns = frame.time_ns
    segment.made_key = key
    segment.ports = NO_PORTS
    segment.seq = seq
    segment.ack = ack
    segment.flags = offset_flags & _FLAGS
    segment.window = window
    segment.ip_id = ip_id
    segment.data = data
    segment.start = payload if payload < end else end
    segment.end = end
    segment.length = wire - payload
    segment.ttl = ttl
    segment.mark = mark_of(read_i64_be(data, at + 4), segment.length, segment.flags, window, ip_id)
    return segment


def read_dns_datagram(
    frame: Frame, data: bytes, addresses: bytes, source_port: int, destination_port: int, at: int, end: int
) -> Datagram:
    """The datagram whose payload is `data[at:end]`."""
    half = len(addresses) >> 1
    return Datagram(
        frame.number,
        frame.time_ns,
        addresses[:half],
        addresses[half:],
        source_port,
        destination_port,
        data[at:end],
    )
