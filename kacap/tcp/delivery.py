"""Hands bytes, gaps and ends to the sinks, each when its turn has come, and moves the half on.

A range is due when nothing is missing before it and what it acknowledges was delivered. A FIN takes its turn like a
byte.
"""

from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import UNKNOWN, Half
from kacap.tcp.held import Range
from kacap.tcp.sequence import advance, distance

LARGEST_UNSEEN: Final = 64 << 20
"""Bytes that may be missing before a segment that nobody acknowledged; further ahead it is a stray number."""


def deliver_due(connection: Connection) -> None:
    """Deliver the held ranges and FINs whose turn has come, on both halves, since each may free the other."""
    moved = True
    while moved:
        moved = False
        for half in (connection.first, connection.second):
            held = half.held
            while held.ranges:
                first = held.ranges[0]
                if distance(half.next_seq, first.seq) > 0 or not half.peer.has(first.ack):
                    break
                deliver(half, held.pop())
                moved = True
            if half.at_fin and half.peer.has(half.fin_ack):
                end_half(half)
                moved = True


def deliver(half: Half, piece: Range) -> None:
    """Hand over those bytes of a range that are new."""
    old = -distance(half.next_seq, piece.seq)
    if old >= piece.length:
        return
    length = piece.length - old
    start = min(old, len(piece.data))
    half.next_seq = advance(half.next_seq, length)
    half.bytes += length
    unseen = length - (len(piece.data) - start)
    half.sink.chunk(piece.data, start, len(piece.data), unseen, piece.frame, piece.time_ns)


def end_half(half: Half) -> None:
    half.ended = True
    half.next_seq = advance(half.fin_seq, 1)
    half.sink.end(half.fin_frame, half.fin_time_ns)


def force_first(half: Half, frame: int, time_ns: int) -> None:
    """Deliver the first held range now, whatever it waits for."""
    first = half.held.pop()
    length = distance(half.next_seq, first.seq)
    if length > LARGEST_UNSEEN and half.peer.ack != UNKNOWN:
        return
    if length > 0:
        tell_gap(half, length, frame, time_ns)
    deliver(half, first)


def tell_gap(half: Half, length: int, frame: int, time_ns: int) -> None:
    half.next_seq = advance(half.next_seq, length)
    half.gap_bytes += length
    half.sink.gap(length, frame, time_ns)
