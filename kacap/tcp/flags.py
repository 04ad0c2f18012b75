"""What the flags and the acknowledgement number of a segment say: handshake, FIN, RST, and what the peer received.

Rules of this room:
- The first SYN-ACK, FIN or RST counts; the same again is a retransmission.
- What acknowledges bytes further ahead than any window is evidence of nothing.
- A SYN that is answered by an ACK of something else was sent to a side that still knows an earlier connection.
"""

from kacap.tcp.connection import Connection
from kacap.tcp.half import LARGEST_WINDOW, NEVER, NOTHING_RESENT, UNKNOWN, Half
from kacap.tcp.sequence import advance, distance
from kacap.wire.quoted import Quoted
from kacap.wire.segment import ACK, FIN, RST, SYN, Segment


def take_flags(connection: Connection, half: Half, segment: Segment) -> None:
    """What a SYN, FIN or RST of `half` says."""
    flags = segment.flags
    if flags & SYN:
        _take_syn(connection, half, segment)
    if flags & FIN and half.fin_frame != UNKNOWN:
        if segment.length == 0:
            half.retransmitted += 1
    elif flags & FIN:
        _take_fin(half, segment)
    if flags & RST and half.rst_frame == UNKNOWN:
        half.rst_frame = segment.frame
        half.rst_time_ns = segment.time_ns
        half.rst_seq = segment.seq
        half.rst_ack = segment.ack if flags & ACK else UNKNOWN
        half.rst_heard_frame = half.heard(segment)
        half.rst_ttl = segment.ttl
    if flags & (FIN | RST) and connection.first_close is None:
        connection.first_close = half
        connection.first_close_kind = "fin" if flags & FIN else "rst"
        connection.first_close_frame = segment.frame
        connection.first_close_time_ns = segment.time_ns


def _take_fin(half: Half, segment: Segment) -> None:
    fin_seq = advance(segment.seq, segment.length + (1 if segment.flags & SYN else 0))
    peer = half.peer
    if half.syn_frame == UNKNOWN and peer.syn_frame != UNKNOWN and peer.ack == UNKNOWN:
        return  # Nobody can tell yet where its bytes stand (RFC 9293 section 3.10.7.3).
    if half.seen and not 0 <= distance(half.next_seq, fin_seq) <= LARGEST_WINDOW:
        return
    if half.held.ends_after(fin_seq):
        return
    half.fin_seq = fin_seq
    half.fin_ack = segment.ack if segment.flags & ACK else UNKNOWN
    half.fin_frame = segment.frame
    half.fin_time_ns = segment.time_ns
    half.fin_heard_frame = half.heard(segment)
    if peer.ack != UNKNOWN and 0 < distance(fin_seq, peer.ack) <= LARGEST_WINDOW:
        half.fin_acked_frame = segment.frame
        half.fin_acked_time_ns = segment.time_ns


def _take_syn(connection: Connection, half: Half, segment: Segment) -> None:
    peer = half.peer
    if segment.flags & ACK:
        if connection.syn_ack_frame == UNKNOWN:
            connection.syn_ack_frame = segment.frame
            connection.syn_ack_time_ns = segment.time_ns
        if connection.client is None:
            connection.client = peer
        if peer.base == UNKNOWN:
            peer.start_at(segment.ack)
    elif connection.client is None or connection.client.syn_frame == UNKNOWN:
        connection.client = half
    answer_frame = connection.ack_frame if segment.flags & ACK else connection.syn_ack_frame
    if answer_frame == UNKNOWN:
        half.last_syn_time_ns = segment.time_ns
    if half.syn_frame == UNKNOWN:
        half.syn_frame = segment.frame
        half.syn_time_ns = segment.time_ns
    elif segment.seq == half.base:
        half.retransmitted += segment.length == 0
        if connection.ack_frame == UNKNOWN and connection.first_close_kind == "rst":
            connection.forget_close()
    if half.base == UNKNOWN or not (half.has_spoken or half.gap_bytes):
        # What was inferred from the peer's ACK gives way to what the side says itself.
        half.base = segment.seq
        half.next_seq = advance(segment.seq, 1)
    elif segment.seq != half.base and half.bytes == 0:
        half.alternative_isn = segment.seq


def take_ack(connection: Connection, half: Half, segment: Segment) -> None:
    """What `half` says it has received."""
    peer = half.peer
    if (
        connection.syn_ack_frame == UNKNOWN
        and peer.syn_frame != UNKNOWN
        and peer is connection.client
        and _is_challenge(peer, segment)
    ):
        if connection.challenge_frame == UNKNOWN:
            connection.challenge_frame = segment.frame
            connection.challenge_time_ns = segment.time_ns
        return
    ahead = 0
    if segment.ack != peer.next_seq and peer.seen:
        ahead = distance(peer.next_seq, segment.ack)
        if ahead > LARGEST_WINDOW:
            return
    if peer.alternative_isn != UNKNOWN and segment.ack == advance(peer.alternative_isn, 1):
        _rebase(peer)
    if half.ack == UNKNOWN or distance(half.ack, segment.ack) > 0:
        half.ack = segment.ack
        half.ack_frame = segment.frame
        if peer.resent_ns:
            peer.resent_ns = NOTHING_RESENT
        if peer.fin_seq != UNKNOWN and peer.fin_acked_frame == UNKNOWN and distance(peer.fin_seq, segment.ack) > 0:
            peer.fin_acked_frame = segment.frame
            peer.fin_acked_time_ns = segment.time_ns
        if ahead > 0 and connection.waiting_since_ns == NEVER and not peer.ended:
            connection.waiting_since_ns = segment.time_ns
            connection.waiting_since_segment = connection.segments
    if peer.base == UNKNOWN:
        peer.base = advance(segment.ack, -1)
    if (
        connection.ack_frame == UNKNOWN
        and connection.syn_ack_frame != UNKNOWN
        and half is connection.client
        and not segment.flags & (SYN | RST)
    ):
        connection.ack_frame = segment.frame
        connection.ack_time_ns = segment.time_ns


def _is_challenge(client: Half, segment: Segment) -> bool:
    """Whether a SYN is answered by an ACK of something else (RFC 5961 section 4): the other side knows these ports."""
    return client.bytes == 0 and not segment.flags & (SYN | RST) and segment.ack != advance(client.base, 1)


def _rebase(half: Half) -> None:
    """Of two different SYN-ACKs, the one that the client acknowledges is the true one."""
    first = advance(half.alternative_isn, 1)
    if half.bytes == half.gap_bytes == 0 and not half.held.begins_before(first):
        half.base = half.alternative_isn
        half.next_seq = first
        half.peer.ack = UNKNOWN
    half.alternative_isn = UNKNOWN


def note_unreachable(half: Half, quoted: Quoted) -> None:
    """An ICMP error quotes what `half` sent: it answers the SYN of a connection, once."""
    if not quoted.unreachable or quoted.flags & (SYN | ACK) != SYN or half.unreachable_frame != UNKNOWN:
        return
    if half.syn_frame != UNKNOWN and quoted.seq == half.base:
        half.unreachable_frame = quoted.frame
        half.unreachable_time_ns = quoted.time_ns
