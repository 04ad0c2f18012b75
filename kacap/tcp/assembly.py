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
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.held import Range
from kacap.tcp.sequence import advance, distance
from kacap.wire.segment import ACK, Segment

PATIENCE_SEGMENTS = 64
"""Segments of the connection that may pass before missing bytes are called a gap."""

PATIENCE_NS = 1_000_000_000
"""Capture time after which missing bytes are called a gap."""

HELD_BYTES_PER_HALF = 4 << 20
HELD_RANGES_PER_HALF = 8192
"""More than this waiting on one half means that the hole before it will not be filled."""

_LARGEST_GAP = 1 << 30
"""An ACK further ahead than any window (RFC 7323 section 2.3) is not evidence of anything."""

_REORDERED_NS = 3_000_000
"""A late segment within this time was out of order; after it, it was lost and sent again."""


def take_payload(connection: Connection, half: Half, segment: Segment, seq: int) -> None:
    """Deliver, hold or drop the payload of `segment`, whose first byte is `seq`, and its FIN."""
    ack = segment.ack if segment.flags & ACK else UNKNOWN
    peer = half.peer
    length = segment.length
    if seq == half.next_seq and not half.held.ranges and peer.has(ack):
        if length:
            if length == 1 and peer.window == 0:
                half.zero_window_probes += 1
            half.next_seq = advance(seq, length)
            half.bytes += length
            half.hidden = False
            captured = segment.end - segment.start
            half.sink.chunk(segment.data, segment.start, segment.end, length - captured, segment.frame, segment.time_ns)
        if half.fin_seq == half.next_seq and not half.ended:
            _end(half)
    elif length:
        _take_out_of_turn(connection, half, segment, seq, ack)
    if connection.waiting_since_ns != NEVER or half.held.ranges or peer.held.ranges or half.fin_seq != UNKNOWN:
        settle(connection, segment)


def settle(connection: Connection, segment: Segment) -> None:
    """Deliver what is due now, and note since when the rest is waiting."""
    _deliver_due(connection)
    if not _is_waiting(connection):
        connection.waiting_since_ns = NEVER
    elif connection.waiting_since_ns == NEVER:
        connection.waiting_since_ns = segment.time_ns
        connection.waiting_since_segment = connection.segments
    for half in (connection.first, connection.second):
        held = half.held
        while held.bytes > HELD_BYTES_PER_HALF or len(held.ranges) > HELD_RANGES_PER_HALF:
            _force_first(half, segment.frame, segment.time_ns)
            _deliver_due(connection)


def out_of_patience(connection: Connection, segment: Segment) -> bool:
    """Whether what is missing has been waited for long enough."""
    return (
        segment.time_ns - connection.waiting_since_ns > PATIENCE_NS
        or connection.segments - connection.waiting_since_segment > PATIENCE_SEGMENTS
        or connection.first.hidden
        or connection.second.hidden
    )


def declare_gaps(connection: Connection, frame: int, time_ns: int) -> None:
    """Give up what was acknowledged and never seen, and deliver what waited for it."""
    connection.waiting_since_ns = NEVER
    while True:
        _deliver_due(connection)
        half = _half_with_gap(connection)
        if half is None:
            return
        _skip_acknowledged(half, frame, time_ns)


def finish(connection: Connection, frame: int, time_ns: int) -> None:
    """Deliver everything that is still held, with gaps where bytes are missing; tell both sinks that it is over."""
    declare_gaps(connection, frame, time_ns)
    halves = (connection.first, connection.second)
    while any(half.held.ranges for half in halves):
        waiting = [half for half in halves if half.held.ranges]
        half = min(waiting, key=lambda h: h.held.ranges[0].frame)
        _force_first(half, frame, time_ns)
        _deliver_due(connection)
    for half in halves:
        if half.fin_seq != UNKNOWN and not half.ended:
            _end(half)
        half.sink.finish()


def _take_out_of_turn(connection: Connection, half: Half, segment: Segment, seq: int, ack: int) -> None:
    length = segment.length
    ahead = distance(half.next_seq, seq)
    if ahead + length <= 0:
        _count_old(half, segment, ahead)
        return
    if ahead < 0 and not _was_window_probe(half, ahead):
        half.retransmitted += 1
    elif ahead == 0 and half.held.ranges and half.hole_since_ns != NEVER:
        if segment.time_ns - half.hole_since_ns <= _REORDERED_NS:
            half.out_of_order += 1
        else:
            half.retransmitted += 1
    if ahead > 0 and half.hole_since_ns == NEVER:
        half.hole_since_ns = segment.time_ns
    cut = max(0, -ahead)
    start = min(segment.start + cut, segment.end)
    half.held.insert(
        Range(advance(seq, cut), ack, segment.data[start : segment.end], length - cut, segment.frame, segment.time_ns)
    )


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


def _is_waiting(connection: Connection) -> bool:
    for half in (connection.first, connection.second):
        if half.held.ranges or (half.fin_seq != UNKNOWN and not half.ended):
            return True
    return False


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
            if half.ended or half.fin_seq == UNKNOWN or distance(half.fin_seq, half.next_seq) < 0:
                continue
            if half.peer.has(half.fin_ack):
                _end(half)
                moved = True


def _deliver(half: Half, piece: Range) -> None:
    """Hand over those bytes of a range that are new."""
    old = -distance(half.next_seq, piece.seq)
    if not half.held.ranges:
        half.hole_since_ns = NEVER
    if old >= piece.length:
        return
    length = piece.length - old
    start = min(old, len(piece.data))
    half.next_seq = advance(half.next_seq, length)
    half.bytes += length
    half.hidden = False
    unseen = length - (len(piece.data) - start)
    half.sink.chunk(piece.data, start, len(piece.data), unseen, piece.frame, piece.time_ns)


def _end(half: Half) -> None:
    half.ended = True
    half.next_seq = advance(half.fin_seq, 1)
    half.sink.end(half.fin_frame, half.fin_time_ns)


def _half_with_gap(connection: Connection) -> Half | None:
    """The half whose missing bytes hold up the oldest frame; None when no ACK speaks of missing bytes."""
    best: Half | None = None
    best_frame = 0
    for half in (connection.first, connection.second):
        if not 0 < half.missing() <= _LARGEST_GAP or half.ended:
            continue
        frame = half.held.ranges[0].frame if half.held.ranges else 1 << 62
        if best is None or frame < best_frame:
            best, best_frame = half, frame
    return best


def _skip_acknowledged(half: Half, frame: int, time_ns: int) -> None:
    """Declare the bytes missing up to what the peer acknowledged, or to the next that were seen."""
    length = half.missing()
    if half.held.ranges:
        to_held = distance(half.next_seq, half.held.ranges[0].seq)
        if to_held <= 0:
            # The bytes are here and wait for the peer; the peer waits for these: a circle that only lies can make.
            _deliver(half, half.held.pop())
            return
        length = min(length, to_held)
    if half.fin_seq != UNKNOWN:
        length = min(length, max(0, distance(half.next_seq, half.fin_seq)))
        if length == 0:
            _end(half)
            return
    half.hidden = not half.held.ranges
    _gap(half, length, frame, time_ns)


def _force_first(half: Half, frame: int, time_ns: int) -> None:
    """Deliver the first held range now, whatever it waits for."""
    length = distance(half.next_seq, half.held.ranges[0].seq)
    if length > 0:
        _gap(half, length, frame, time_ns)
    _deliver(half, half.held.pop())


def _gap(half: Half, length: int, frame: int, time_ns: int) -> None:
    half.next_seq = advance(half.next_seq, length)
    half.gap_bytes += length
    half.sink.gap(length, frame, time_ns)
