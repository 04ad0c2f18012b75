"""Gives up bytes that do not come.

Rules of this room:
- A gap is known from the peer's ACK: bytes were acknowledged that the capture never saw. It is believed when they did
  not turn up within some segments of the connection, or some time of the capture, since the first that waits for them
  came; when too much is held; and at the end. Then everything goes on.
- A hole that nobody acknowledged may still be filled by a retransmission; it is given up only at a limit or at the end.
- A RST stands behind all that its side sent (RFC 9293 section 3.5.2): what is missing before it was not captured.
"""

from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.delivery import LARGEST_UNSEEN, deliver_due, end_half, force_first, tell_gap
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.held import Range
from kacap.tcp.sequence import distance

PATIENCE_SEGMENTS: Final = 64
"""Segments of the connection that may pass before missing bytes are called a gap."""

PATIENCE_NS: Final = 1_000_000_000
"""Capture time after which missing bytes are called a gap."""


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
        note_waiting(connection, time_ns)


def give_up(connection: Connection, frame: int, time_ns: int) -> None:
    """Give up all that was acknowledged and never seen."""
    while _give_up_one(connection, frame, time_ns, patient=False):
        pass
    note_waiting(connection, time_ns)


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
            deliver_due(connection)
            return True
    for half in waiting:
        if distance(half.next_seq, half.held.ranges[0].seq) <= 0:
            # What is here answers what answers it: a circle. Somebody must go first, the one seen first.
            force_first(half, frame, time_ns)
            deliver_due(connection)
            return True
    if connection.first.held.ranges or connection.second.held.ranges:
        return False
    for half in (connection.first, connection.second):
        if _skip_unseen(half, half.missing(), frame, time_ns):
            deliver_due(connection)
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
    tell_gap(half, length, frame, time_ns)
    return True


def note_waiting(connection: Connection, time_ns: int) -> None:
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


def release(connection: Connection, frame: int, time_ns: int) -> None:
    """Deliver everything that is held, with gaps where bytes are missing."""
    deliver_due(connection)
    while True:
        give_up(connection, frame, time_ns)
        waiting = [half for half in (connection.first, connection.second) if half.held.ranges]
        if not waiting:
            return
        force_first(min(waiting, key=lambda half: half.held.ranges[0].arrival), frame, time_ns)
        deliver_due(connection)


def finish(connection: Connection, frame: int, time_ns: int) -> None:
    """Deliver everything that is still held, with gaps where bytes are missing; tell both sinks that it is over."""
    halves = (connection.first, connection.second)
    while True:
        release(connection, frame, time_ns)
        ending = [half for half in halves if half.fin_seq != UNKNOWN and not half.ended]
        if not ending:
            break
        half = min(ending, key=lambda half: half.fin_frame)
        missing = distance(half.next_seq, half.fin_seq)
        if missing > LARGEST_UNSEEN:
            half.fin_seq = UNKNOWN
            continue
        if missing > 0:
            tell_gap(half, missing, frame, time_ns)
        end_half(half)
    for half in halves:
        if half.seen and half.rst_seq != UNKNOWN and not half.ended:
            missing = distance(half.next_seq, half.rst_seq)
            if 0 < missing <= LARGEST_UNSEEN:
                half.unseen_before_rst = missing
                tell_gap(half, missing, frame, time_ns)
        half.sink.finish()
