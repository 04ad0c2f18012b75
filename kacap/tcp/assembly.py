"""Puts the payload of a connection in order, and knows what is missing.

Rules of this room:
- The in-order path comes first: the segment is due, and what it acknowledges was delivered. Nothing is copied.
- Anything else is held until its turn: bytes after a hole, and bytes that answer something which the capture shows
  later (frames of two interfaces are often written out of order). A FIN takes its turn like a byte.
- What does not come is given up by `patience`.
- The first copy of a byte wins; later copies are retransmissions, keep-alive probes or zero-window probes.
"""

from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.delivery import deliver_due, end_half, force_first
from kacap.tcp.half import LARGEST_WINDOW, NEVER, UNKNOWN, Half
from kacap.tcp.held import NOTHING_HELD, HeldRanges, Range
from kacap.tcp.patience import give_up, note_waiting
from kacap.tcp.sequence import advance, distance
from kacap.wire.segment import ACK, Segment

HELD_BYTES_PER_HALF = 4 << 20
HELD_RANGES_PER_HALF = 2048
"""More than this waiting on one half means that the hole before it will not be filled."""


_REORDERED_NS: Final = 3_000_000
"""A late segment within this time was out of order; after it, it was lost and sent again."""


def take_payload(connection: Connection, half: Half, segment: Segment, seq: int) -> bool:
    """Deliver, hold or drop the payload of `segment`, whose first byte is `seq`, and its FIN.

    Returns whether a limit on what is held was hit.
    """
    ack = segment.ack if segment.flags & ACK else UNKNOWN
    peer = half.peer
    length = segment.length
    if half.fin_seq != UNKNOWN:
        length = min(length, max(0, distance(seq, half.fin_seq)))
    if seq == half.next_seq and not half.held.ranges and (ack == peer.next_seq or peer.has(ack)):
        if length:
            if length == 1 and peer.window == 0:
                half.zero_window_probes += 1
            half.next_seq = advance(seq, length)
            half.bytes += length
            end = min(segment.end, segment.start + length)
            unseen = length - (end - segment.start)
            half.sink.chunk(segment.data, segment.start, end, unseen, segment.frame, segment.time_ns)
    elif length:
        _take_out_of_turn(half, segment, seq, length, ack, connection.segments)
    if _ends_in_order(connection, half):
        end_half(half)
        return False
    if connection.waiting_since_ns != NEVER or half.held.ranges or peer.held.ranges or half.fin_seq != UNKNOWN:
        return _settle(connection, segment)
    return False


def _ends_in_order(connection: Connection, half: Half) -> bool:
    """Whether the FIN is due, and nothing else waits on either side."""
    peer = half.peer
    return (
        half.at_fin
        and not half.ended
        and connection.waiting_since_ns == NEVER
        and not half.held.ranges
        and not peer.held.ranges
        and (peer.fin_seq == UNKNOWN or peer.ended)
        and peer.has(half.fin_ack)
    )


def _settle(connection: Connection, segment: Segment) -> bool:
    """Deliver what is due now, and note since when the rest is waiting."""
    deliver_due(connection)
    note_waiting(connection, segment.time_ns)
    limit_hit = False
    for half in (connection.first, connection.second):
        if _holds_too_much(half):
            limit_hit = True
            give_up(connection, segment.frame, segment.time_ns)
        while _holds_too_much(half):
            force_first(half, segment.frame, segment.time_ns)
            deliver_due(connection)
    return limit_hit


def _take_out_of_turn(half: Half, segment: Segment, seq: int, length: int, ack: int, arrival: int) -> None:
    untold = half.bytes == half.gap_bytes == 0 and half.syn_frame == UNKNOWN and not half.held.ranges
    if untold and seq == advance(half.next_seq, 1):
        # The first that was seen of this side was a keep-alive probe, which stands one byte back.
        half.next_seq = seq
    ahead = distance(half.next_seq, seq)
    if ahead > LARGEST_WINDOW:
        return
    if ahead + length <= 0:
        _count_old(half, segment, ahead)
        return
    above = half.held.first_after(seq)
    cut = max(0, -ahead)
    start = min(segment.start + cut, segment.end)
    end = min(segment.end, segment.start + length)
    payload = segment.data[start:end] if start < end else b""
    if half.held is NOTHING_HELD:
        half.held = HeldRanges()
    added = half.held.insert(
        Range(advance(seq, cut), ack, payload, length - cut, segment.frame, segment.time_ns, arrival)
    )
    if ahead < 0:
        half.retransmitted += not _was_window_probe(half, ahead)
        half.note_resent(half.next_seq, segment.time_ns)
    elif added == 0:
        half.retransmitted += 1
    elif above is not None:
        late = segment.time_ns - above.time_ns > _REORDERED_NS
        half.retransmitted += late
        half.out_of_order += not late


def _count_old(half: Half, segment: Segment, ahead: int) -> None:
    """All of its bytes were delivered before: what was it for?"""
    if segment.length == 1 and ahead == -1 and half.peer.ack == half.next_seq:
        half.keepalive_probes += 1
    elif segment.length == 1 and half.peer.window == 0:
        half.zero_window_probes += 1
    else:
        half.retransmitted += 1
        half.note_resent(advance(half.next_seq, ahead + segment.length), segment.time_ns)


def _was_window_probe(half: Half, ahead: int) -> bool:
    return ahead == -1 and half.zero_window_probes > 0


def _holds_too_much(half: Half) -> bool:
    return half.held.bytes > HELD_BYTES_PER_HALF or len(half.held.ranges) > HELD_RANGES_PER_HALF
