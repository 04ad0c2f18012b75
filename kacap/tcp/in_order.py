"""The in-order path: on a calm connection, the bytes that are due and an ACK of what was delivered.

Nearly all segments of nearly all captures take it, and it costs no object. All that is anything else takes the long way
of `tracker`, which says at its end whether the connection is calm.
"""

from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import LARGEST_WINDOW, NEVER, NOTHING_RESENT, UNKNOWN, Half
from kacap.tcp.sequence import MASK
from kacap.wire.segment import ACK, FIN, RST, SYN, Segment

_OPENS_ENDS_OR_ACKS: Final = SYN | FIN | RST | ACK


def take_in_order(half: Half, segment: Segment) -> bool:
    """Take the bytes that are due, and an ACK of what was delivered; False, and nothing done, for anything else."""
    peer = half.peer
    length = segment.length
    gained = (segment.ack - half.ack) & MASK
    outstanding = (peer.next_seq - half.ack) & MASK
    if (
        segment.flags & _OPENS_ENDS_OR_ACKS != ACK
        or segment.seq != half.next_seq
        or gained > outstanding
        or outstanding > LARGEST_WINDOW
        or not (length or gained)
        or not segment.window
    ):
        return False
    time_ns = segment.time_ns
    connection = half.connection
    connection.segments += 1
    if time_ns > connection.last_time_ns:
        connection.last_time_ns = time_ns
    half.window = segment.window
    half.ttl = segment.ttl
    half.remember(segment.mark, time_ns)
    if gained:
        half.ack = segment.ack
        half.ack_frame = segment.frame
    if length:
        half.next_seq = (segment.seq + length) & MASK
        half.bytes += length
        unseen = length - (segment.end - segment.start)
        half.sink.chunk(segment.data, segment.start, segment.end, unseen, segment.frame, time_ns)
    return True


def is_calm(connection: Connection) -> bool:
    """Whether no rule of the long way has anything to say to the next segment, if it is due."""
    client = connection.client
    return (
        connection.first_close is None
        and connection.waiting_since_ns == NEVER
        and (connection.syn_ack_frame == UNKNOWN) == (connection.ack_frame == UNKNOWN)
        and (client is None or client.syn_frame == UNKNOWN or client.bytes > 0 or connection.syn_ack_frame != UNKNOWN)
        and _is_calm_half(connection.first)
        and _is_calm_half(connection.second)
    )


def _is_calm_half(half: Half) -> bool:
    return (
        half.next_seq != UNKNOWN
        and half.ack != UNKNOWN
        and half.window > 0
        and half.alternative_isn == UNKNOWN
        and half.resent_ns is NOTHING_RESENT
        and not half.held.ranges
        and not half.ended
    )
