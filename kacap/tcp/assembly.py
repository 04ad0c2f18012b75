"""Puts the payload of a connection in order, and knows what is missing.

Rules of this room:
- The in-order path comes first: the segment is due, and what it acknowledges was delivered. Nothing is copied.
- Anything else is held until its turn: bytes after a hole, and bytes that answer something which the capture shows
  later (frames of two interfaces are often written out of order). A FIN takes its turn like a byte.
- A gap is known from the peer's ACK. It is believed when the missing bytes did not turn up within some segments or
  some time of the capture, when too much is held, or at the end; then everything goes on.
- The first copy of a byte wins; later copies are retransmissions, keep-alive probes or zero-window probes.
"""

from kacap.tcp.connection import Connection
from kacap.tcp.half import LARGEST_WINDOW, NEVER, UNKNOWN, Half
from kacap.tcp.held import Range
from kacap.tcp.sequence import advance, distance
from kacap.wire.segment import ACK, Segment

LARGEST_UNSEEN = 64 << 20
"""Bytes that may be missing before a segment that nobody acknowledged; further ahead it is a stray number."""

PATIENCE_SEGMENTS = 64
"""Segments of the connection that may pass before missing bytes are called a gap."""

PATIENCE_NS = 1_000_000_000
"""Capture time after which missing bytes are called a gap."""

HELD_BYTES_PER_HALF = 4 << 20
HELD_RANGES_PER_HALF = 2048
"""More than this waiting on one half means that the hole before it will not be filled."""


_REORDERED_NS = 3_000_000
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
    if connection.waiting_since_ns != NEVER or half.held.ranges or peer.held.ranges or half.fin_seq != UNKNOWN:
        return _settle(connection, segment)
    return False


def _settle(connection: Connection, segment: Segment) -> bool:
    """Deliver what is due now, and note since when the rest is waiting."""
    _deliver_due(connection)
    _note_waiting(connection, segment.time_ns)
    limit_hit = False
    for half in (connection.first, connection.second):
        if _holds_too_much(half):
            limit_hit = True
            _give_up(connection, segment.frame, segment.time_ns)
        while _holds_too_much(half):
            _force_first(half, segment.frame, segment.time_ns)
            _deliver_due(connection)
    return limit_hit


def out_of_patience(connection: Connection, time_ns: int) -> bool:
    """Whether the oldest that waits has waited for long enough."""
    return (
        time_ns - connection.waiting_since_ns > PATIENCE_NS
        or connection.segments - connection.waiting_since_segment > PATIENCE_SEGMENTS
    )


def declare_gaps(connection: Connection, frame: int, time_ns: int) -> None:
    """Give up what was acknowledged and did not come in time, and deliver what waited for it."""
    while connection.waiting_since_ns != NEVER and out_of_patience(connection, time_ns):
        if not _give_up_one(connection, frame, time_ns, patient=True):
            return
        _note_waiting(connection, time_ns)


def _give_up(connection: Connection, frame: int, time_ns: int) -> None:
    """Give up all that was acknowledged and never seen."""
    while _give_up_one(connection, frame, time_ns, patient=False):
        pass
    _note_waiting(connection, time_ns)


def _give_up_one(connection: Connection, frame: int, time_ns: int, *, patient: bool) -> bool:
    """Give up the hole that the oldest held range waits for; False when no ACK speaks of a hole.

    `patient` leaves alone what has not waited for long enough.
    """
    waiting = [half for half in (connection.first, connection.second) if half.held.ranges]
    waiting.sort(key=lambda half: half.held.ranges[0].arrival)
    if patient:
        waiting = [half for half in waiting if _is_old(connection, half.held.ranges[0], time_ns)]
    for half in waiting:
        if _give_up_before(half, half.held.ranges[0], frame, time_ns):
            _deliver_due(connection)
            return True
    for half in waiting:
        if distance(half.next_seq, half.held.ranges[0].seq) <= 0:
            # What is here answers what answers it: a circle. Somebody must go first, the one seen first.
            _force_first(half, frame, time_ns)
            _deliver_due(connection)
            return True
    if connection.first.held.ranges or connection.second.held.ranges:
        return False
    for half in (connection.first, connection.second):
        if _skip_unseen(half, half.missing(), frame, time_ns):
            _deliver_due(connection)
            return True
    return False


def _is_old(connection: Connection, range_: Range, time_ns: int) -> bool:
    return time_ns - range_.time_ns > PATIENCE_NS or connection.segments - range_.arrival > PATIENCE_SEGMENTS


def _give_up_before(half: Half, range_: Range, frame: int, time_ns: int) -> bool:
    """Skip the acknowledged hole that `range_`, the first that `half` holds, waits for; False when there is none."""
    to_range = distance(half.next_seq, range_.seq)
    if to_range > 0:
        return _skip_unseen(half, min(half.missing(), to_range), frame, time_ns)
    peer = half.peer
    if peer.has(range_.ack):
        return False
    length = distance(peer.next_seq, range_.ack)
    if peer.held.ranges:
        length = min(length, distance(peer.next_seq, peer.held.ranges[0].seq))
    return _skip_unseen(peer, length, frame, time_ns)


def _skip_unseen(half: Half, length: int, frame: int, time_ns: int) -> bool:
    """Declare up to `length` bytes missing, but none behind a FIN; False when that leaves nothing."""
    if half.ended:
        return False
    if half.fin_seq != UNKNOWN:
        length = min(length, distance(half.next_seq, half.fin_seq))
    if length <= 0:
        return False
    _gap(half, length, frame, time_ns)
    return True


def _note_waiting(connection: Connection, time_ns: int) -> None:
    """Each hole is waited for since the first range behind it came."""
    oldest: Range | None = None
    waits = False
    for half in (connection.first, connection.second):
        if half.held.ranges:
            range_ = half.held.ranges[0]
            if oldest is None or range_.arrival < oldest.arrival:
                oldest = range_
        waits = waits or (half.fin_seq != UNKNOWN and not half.ended) or half.missing() > 0
    if oldest is not None:
        connection.waiting_since_ns = oldest.time_ns
        connection.waiting_since_segment = oldest.arrival
    elif not waits:
        connection.waiting_since_ns = NEVER
    else:
        # Only ACKs speak of what is missing, and bytes still come: those that follow may bring it.
        connection.waiting_since_ns = time_ns
        connection.waiting_since_segment = connection.segments


def finish(connection: Connection, frame: int, time_ns: int) -> None:
    """Deliver everything that is still held, with gaps where bytes are missing; tell both sinks that it is over."""
    halves = (connection.first, connection.second)
    _deliver_due(connection)
    while True:
        _give_up(connection, frame, time_ns)
        waiting = [half for half in halves if half.held.ranges]
        if waiting:
            _force_first(min(waiting, key=lambda half: half.held.ranges[0].arrival), frame, time_ns)
            _deliver_due(connection)
            continue
        ending = [half for half in halves if half.fin_seq != UNKNOWN and not half.ended]
        if not ending:
            break
        half = min(ending, key=lambda half: half.fin_frame)
        missing = distance(half.next_seq, half.fin_seq)
        if missing > LARGEST_UNSEEN:
            half.fin_seq = UNKNOWN
            continue
        if missing > 0:
            _gap(half, missing, frame, time_ns)
        _end(half)
        _deliver_due(connection)
    for half in halves:
        half.sink.finish()


def _take_out_of_turn(half: Half, segment: Segment, seq: int, length: int, ack: int, arrival: int) -> None:
    if half.bytes == 0 and half.syn_frame == UNKNOWN and seq == advance(half.next_seq, 1) and not half.held.ranges:
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
    added = half.held.insert(
        Range(advance(seq, cut), ack, payload, length - cut, segment.frame, segment.time_ns, arrival)
    )
    if ahead < 0:
        half.retransmitted += not _was_window_probe(half, ahead)
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


def _was_window_probe(half: Half, ahead: int) -> bool:
    return ahead == -1 and half.zero_window_probes > 0


def _holds_too_much(half: Half) -> bool:
    return half.held.bytes > HELD_BYTES_PER_HALF or len(half.held.ranges) > HELD_RANGES_PER_HALF


def _deliver_due(connection: Connection) -> None:
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
                _deliver(half, held.pop())
                moved = True
            if half.at_fin and half.peer.has(half.fin_ack):
                _end(half)
                moved = True


def _deliver(half: Half, piece: Range) -> None:
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


def _end(half: Half) -> None:
    half.ended = True
    half.next_seq = advance(half.fin_seq, 1)
    half.sink.end(half.fin_frame, half.fin_time_ns)


def _force_first(half: Half, frame: int, time_ns: int) -> None:
    """Deliver the first held range now, whatever it waits for."""
    first = half.held.pop()
    length = distance(half.next_seq, first.seq)
    if length > LARGEST_UNSEEN and half.peer.ack != UNKNOWN:
        return
    if length > 0:
        _gap(half, length, frame, time_ns)
    _deliver(half, first)


def _gap(half: Half, length: int, frame: int, time_ns: int) -> None:
    half.next_seq = advance(half.next_seq, length)
    half.gap_bytes += length
    half.sink.gap(length, frame, time_ns)
