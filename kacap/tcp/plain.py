"""A connection that goes by the book, in one object of numbers.

By the book is: SYN, SYN-ACK, ACK, each once; then segments that are due, which say something new; then a FIN of each
side. Nearly all connections of most captures never do anything else, so that they cost one object, and no choice
between the many things that may go wrong. Whatever is not by the book makes two halves of it (`grown`), as if it had
been such from its first segment on; from there `in_order` and the long way of `tracker` go on.
"""

from typing import TYPE_CHECKING, Final

from kacap.tcp.half import LARGEST_WINDOW, NEVER, UNKNOWN
from kacap.tcp.sequence import MASK
from kacap.tcp.sink import DEAF
from kacap.wire.key import numbers_of
from kacap.wire.segment import ACK, FIN, RST, SYN, Segment

if TYPE_CHECKING:
    from mypy_extensions import i64

REFUSED: Final = 0
TAKEN: Final = 1
CLOSED: Final = 2
"""What `take` says: nothing was done, the segment was taken, it was taken and both sides have ended by now."""

_OPENS_RESETS_OR_ACKS: Final = SYN | RST | ACK
_OPENS_ENDS_OR_ACKS: Final = SYN | FIN | RST | ACK


class Plain:
    """The record of one connection, from its SYN on; `client_` is of the side that sent it."""

    __slots__ = (
        "ack_frame",
        "ack_time_ns",
        "addresses",
        "back",
        "back_addresses",
        "back_ports",
        "client_ack",
        "client_ack_frame",
        "client_base",
        "client_bytes",
        "client_fin_ack",
        "client_fin_acked_frame",
        "client_fin_acked_time_ns",
        "client_fin_frame",
        "client_fin_heard_frame",
        "client_fin_time_ns",
        "client_mark_0",
        "client_mark_1",
        "client_mark_2",
        "client_mark_3",
        "client_marked_0_ns",
        "client_marked_1_ns",
        "client_marked_2_ns",
        "client_marked_3_ns",
        "client_next_seq",
        "client_ttl",
        "client_window",
        "first_frame",
        "first_time_ns",
        "key",
        "last_time_ns",
        "listener",
        "ports",
        "replaces_record",
        "segments",
        "server_ack",
        "server_ack_frame",
        "server_base",
        "server_bytes",
        "server_closed_first",
        "server_fin_ack",
        "server_fin_acked_frame",
        "server_fin_acked_time_ns",
        "server_fin_frame",
        "server_fin_heard_frame",
        "server_fin_time_ns",
        "server_mark_0",
        "server_mark_1",
        "server_mark_2",
        "server_mark_3",
        "server_marked_0_ns",
        "server_marked_1_ns",
        "server_marked_2_ns",
        "server_marked_3_ns",
        "server_next_seq",
        "server_ttl",
        "server_window",
        "stream",
        "syn_ack_frame",
        "syn_ack_time_ns",
    )

    def __init__(self, stream: int, back: bytes, segment: Segment) -> None:
        """`segment` is its SYN, `back` the key of the other direction."""
        self.stream: i64 = stream
        self.key = segment.key
        self.back = back
        # As in `Segment`, of either direction.
        self.addresses, self.ports = numbers_of(self.key)
        self.back_addresses, self.back_ports = numbers_of(back)
        self.listener = DEAF
        self.replaces_record = b""
        """As in `Connection`."""
        self.segments: i64 = 1
        self.first_frame: i64 = segment.frame
        self.first_time_ns: i64 = segment.time_ns
        self.last_time_ns: i64 = segment.time_ns
        self.syn_ack_frame: i64 = UNKNOWN
        self.syn_ack_time_ns: i64 = NEVER
        self.ack_frame: i64 = UNKNOWN
        self.ack_time_ns: i64 = NEVER
        self.server_closed_first = False
        # As in `Half`, of either side.
        self.client_base: i64 = segment.seq
        self.client_next_seq: i64 = (segment.seq + 1) & MASK
        self.client_ack: i64 = UNKNOWN
        self.client_ack_frame: i64 = UNKNOWN
        self.client_window: i64 = segment.window
        self.client_ttl: i64 = segment.ttl
        self.client_bytes: i64 = 0
        self.client_fin_ack: i64 = UNKNOWN
        self.client_fin_frame: i64 = UNKNOWN
        self.client_fin_time_ns: i64 = NEVER
        self.client_fin_heard_frame: i64 = UNKNOWN
        self.client_fin_acked_frame: i64 = UNKNOWN
        self.client_fin_acked_time_ns: i64 = NEVER
        self.server_base: i64 = UNKNOWN
        self.server_next_seq: i64 = UNKNOWN
        self.server_ack: i64 = UNKNOWN
        self.server_ack_frame: i64 = UNKNOWN
        self.server_window: i64 = UNKNOWN
        self.server_ttl: i64 = UNKNOWN
        self.server_bytes: i64 = 0
        self.server_fin_ack: i64 = UNKNOWN
        self.server_fin_frame: i64 = UNKNOWN
        self.server_fin_time_ns: i64 = NEVER
        self.server_fin_heard_frame: i64 = UNKNOWN
        self.server_fin_acked_frame: i64 = UNKNOWN
        self.server_fin_acked_time_ns: i64 = NEVER
        self.client_mark_0: i64 = segment.mark
        self.client_marked_0_ns: i64 = segment.time_ns
        self.client_mark_1: i64 = UNKNOWN
        self.client_mark_2: i64 = UNKNOWN
        self.client_mark_3: i64 = UNKNOWN
        self.client_marked_1_ns: i64 = NEVER
        self.client_marked_2_ns: i64 = NEVER
        self.client_marked_3_ns: i64 = NEVER
        self.server_mark_0: i64 = UNKNOWN
        self.server_mark_1: i64 = UNKNOWN
        self.server_mark_2: i64 = UNKNOWN
        self.server_mark_3: i64 = UNKNOWN
        self.server_marked_0_ns: i64 = NEVER
        self.server_marked_1_ns: i64 = NEVER
        self.server_marked_2_ns: i64 = NEVER
        self.server_marked_3_ns: i64 = NEVER

    @property
    def closed(self) -> bool:
        """Whether both sides have ended."""
        return self.client_fin_frame != UNKNOWN and self.server_fin_frame != UNKNOWN

    def take(self, segment: Segment, is_client: bool) -> int:
        """Take the next segment, if it is by the book: REFUSED, TAKEN or CLOSED. `is_client`: who sent it."""
        if self.ack_frame == UNKNOWN:
            return self._take_handshake(segment, is_client)
        seq: i64 = segment.seq
        ack: i64 = segment.ack
        length: i64 = segment.length
        frame: i64 = segment.frame
        time_ns: i64 = segment.time_ns
        flags: i64 = segment.flags
        fin = flags & FIN != 0
        # What this side did before, and how far the other one has come.
        if is_client:
            next_seq, acked, acked_frame = self.client_next_seq, self.client_ack, self.client_ack_frame
            fin_frame, peer_fin_frame = self.client_fin_frame, self.server_fin_frame
            peer_next_seq = self.server_next_seq
        else:
            next_seq, acked, acked_frame = self.server_next_seq, self.server_ack, self.server_ack_frame
            fin_frame, peer_fin_frame = self.server_fin_frame, self.client_fin_frame
            peer_next_seq = self.client_next_seq
        gained = (ack - acked) & MASK
        outstanding = (peer_next_seq - acked) & MASK
        if (
            flags & _OPENS_RESETS_OR_ACKS != ACK
            or seq != next_seq
            or gained > outstanding
            or outstanding > LARGEST_WINDOW
            or not (length or gained or fin)
            or not segment.window
            or (fin_frame != UNKNOWN and (length or fin))
            or (peer_fin_frame != UNKNOWN and length)
        ):
            return REFUSED
        self.segments += 1
        if time_ns > self.last_time_ns:
            self.last_time_ns = time_ns
        next_seq = (seq + length) & MASK
        heard_frame = frame if gained else acked_frame
        if is_client:
            self.client_window = segment.window
            self.client_ttl = segment.ttl
            self.client_mark_3, self.client_marked_3_ns = self.client_mark_2, self.client_marked_2_ns
            self.client_mark_2, self.client_marked_2_ns = self.client_mark_1, self.client_marked_1_ns
            self.client_mark_1, self.client_marked_1_ns = self.client_mark_0, self.client_marked_0_ns
            self.client_mark_0, self.client_marked_0_ns = segment.mark, segment.time_ns
            self.client_ack = ack
            self.client_ack_frame = heard_frame
            self.client_next_seq = next_seq
            self.client_bytes += length
            if gained and peer_fin_frame != UNKNOWN and ack == peer_next_seq:
                self.server_fin_acked_frame = frame
                self.server_fin_acked_time_ns = time_ns
            if fin:
                self.client_next_seq = (next_seq + 1) & MASK
                self.client_fin_ack = ack
                self.client_fin_frame = frame
                self.client_fin_time_ns = time_ns
                self.client_fin_heard_frame = heard_frame
        else:
            self.server_window = segment.window
            self.server_ttl = segment.ttl
            self.server_mark_3, self.server_marked_3_ns = self.server_mark_2, self.server_marked_2_ns
            self.server_mark_2, self.server_marked_2_ns = self.server_mark_1, self.server_marked_1_ns
            self.server_mark_1, self.server_marked_1_ns = self.server_mark_0, self.server_marked_0_ns
            self.server_mark_0, self.server_marked_0_ns = segment.mark, segment.time_ns
            self.server_ack = ack
            self.server_ack_frame = heard_frame
            self.server_next_seq = next_seq
            self.server_bytes += length
            if gained and peer_fin_frame != UNKNOWN and ack == peer_next_seq:
                self.client_fin_acked_frame = frame
                self.client_fin_acked_time_ns = time_ns
            if fin:
                self.server_next_seq = (next_seq + 1) & MASK
                self.server_fin_ack = ack
                self.server_fin_frame = frame
                self.server_fin_time_ns = time_ns
                self.server_fin_heard_frame = heard_frame
                self.server_closed_first = peer_fin_frame == UNKNOWN
        if length:
            start, end = segment.start, segment.end
            self.listener.chunk(is_client, segment.data, start, end, length - (end - start), frame, time_ns)
        if not fin:
            return TAKEN
        self.listener.end(is_client, segment.frame, segment.time_ns)
        return CLOSED if peer_fin_frame != UNKNOWN else TAKEN

    def _take_handshake(self, segment: Segment, is_client: bool) -> int:
        """SYN-ACK, then the ACK of it, which may carry the first bytes."""
        flags = segment.flags & _OPENS_ENDS_OR_ACKS
        if not segment.window or segment.time_ns < self.last_time_ns:
            return REFUSED
        if not is_client:
            if (
                flags != SYN | ACK
                or self.syn_ack_frame != UNKNOWN
                or segment.length
                or segment.ack != self.client_next_seq
            ):
                return REFUSED
            self.server_window = segment.window
            self.server_ttl = segment.ttl
            self.server_mark_0, self.server_marked_0_ns = segment.mark, segment.time_ns
            self.syn_ack_frame = self.server_ack_frame = segment.frame
            self.syn_ack_time_ns = segment.time_ns
            self.server_base = segment.seq
            self.server_next_seq = (segment.seq + 1) & MASK
            self.server_ack = segment.ack
        else:
            if (
                flags != ACK
                or self.syn_ack_frame == UNKNOWN
                or segment.seq != self.client_next_seq
                or segment.ack != self.server_next_seq
            ):
                return REFUSED
            self.client_window = segment.window
            self.client_ttl = segment.ttl
            self.client_mark_1, self.client_marked_1_ns = self.client_mark_0, self.client_marked_0_ns
            self.client_mark_0, self.client_marked_0_ns = segment.mark, segment.time_ns
            self.ack_frame = self.client_ack_frame = segment.frame
            self.ack_time_ns = segment.time_ns
            self.client_ack = segment.ack
            if segment.length:
                self.client_next_seq = (segment.seq + segment.length) & MASK
                self.client_bytes = segment.length
                start, end, unseen = segment.start, segment.end, segment.length - (segment.end - segment.start)
                self.listener.chunk(True, segment.data, start, end, unseen, segment.frame, segment.time_ns)
        self.segments += 1
        self.last_time_ns = segment.time_ns
        return TAKEN


def begins_plain(segment: Segment) -> bool:
    """Whether a segment on new ports is the SYN of a connection that may go by the book."""
    return segment.flags & _OPENS_ENDS_OR_ACKS == SYN and not segment.length and segment.window > 0
