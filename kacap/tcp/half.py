"""One direction of a connection: what it sent, in order, and what it acknowledged."""

from kacap.tcp.held import HeldRanges
from kacap.tcp.sequence import advance, distance
from kacap.tcp.sink import Sink
from kacap.wire.segment import ACK, FIN, SYN, Segment

Mark = tuple[int, int, int, int, int, int]
"""What two sightings of one frame have in common."""

UNKNOWN = -1
"""A sequence number or a frame that the capture has not shown."""

NEVER = -(1 << 63)
"""The time of what the capture has not shown: before any time that a capture can hold."""

LARGEST_WINDOW = 1 << 30
"""What lies further ahead than any window (RFC 7323 section 2.3) is evidence of nothing."""

_REMEMBERED = 4
"""Recent segments of a half that a duplicate frame is compared with."""

REMEMBERED_RESENDS = 16
"""More are not needed to see that the time between them grows."""

_SAME_ID_NS = 100_000_000
"""Further apart, an equal IP identification is chance, or a stack that gives all packets the same."""

_IDENTICAL_NS = 1_000_000
"""Without an IP identification, an identical segment within this time is the same frame seen twice."""


class Half:
    """The bytes that one endpoint sends."""

    __slots__ = (
        "ack",
        "ack_frame",
        "address",
        "alternative_isn",
        "base",
        "bytes",
        "ended",
        "fin_ack",
        "fin_acked_frame",
        "fin_acked_time_ns",
        "fin_frame",
        "fin_heard_frame",
        "fin_seq",
        "fin_time_ns",
        "gap_bytes",
        "held",
        "keepalive_probes",
        "last_syn_time_ns",
        "next_seq",
        "out_of_order",
        "peer",
        "port",
        "recent",
        "resent_ns",
        "retransmitted",
        "rst_ack",
        "rst_frame",
        "rst_heard_frame",
        "rst_seq",
        "rst_time_ns",
        "rst_ttl",
        "sink",
        "syn_frame",
        "syn_time_ns",
        "ttl",
        "unreachable_frame",
        "unreachable_time_ns",
        "unseen_before_rst",
        "window",
        "zero_window_probes",
    )

    peer: "Half"

    def __init__(self, address: bytes, port: int) -> None:
        self.address = address
        self.port = port
        self.sink = Sink()
        self.base = UNKNOWN
        """Where sequence numbers start: the ISN, or one before the first byte seen."""
        self.alternative_isn = UNKNOWN
        """The ISN of a second, different SYN-ACK, until the client's ACK picks one."""
        self.next_seq = UNKNOWN
        """The next byte that is due."""
        self.ack = UNKNOWN
        """The furthest byte of the peer that this side acknowledged."""
        self.ack_frame = UNKNOWN
        """Where it did so."""
        self.window = UNKNOWN
        self.held = HeldRanges()
        self.ended = False
        self.syn_frame = UNKNOWN
        self.syn_time_ns = NEVER
        self.last_syn_time_ns = NEVER
        """The last time that it sent its SYN, or SYN-ACK, before the peer answered it."""
        self.unreachable_frame = UNKNOWN
        """The first ICMP error that quotes its SYN and says that it cannot get there."""
        self.unreachable_time_ns = NEVER
        self.fin_seq = UNKNOWN
        self.fin_ack = UNKNOWN
        self.fin_frame = UNKNOWN
        self.fin_time_ns = NEVER
        self.fin_heard_frame = UNKNOWN
        """Where it had last acknowledged something new when it sent the FIN: what came later had not arrived."""
        self.fin_acked_frame = UNKNOWN
        """Where the peer first acknowledged the FIN."""
        self.fin_acked_time_ns = NEVER
        self.rst_frame = UNKNOWN
        self.rst_time_ns = NEVER
        self.rst_ack = UNKNOWN
        """What the first RST acknowledges; UNKNOWN without the ACK flag, as in the answer of one who knows no such
        connection (RFC 9293 section 3.10.7.1)."""
        self.rst_heard_frame = UNKNOWN
        """As `fin_heard_frame`."""
        self.rst_seq = UNKNOWN
        """Where the first RST stands."""
        self.rst_ttl = UNKNOWN
        self.ttl = UNKNOWN
        """Time to live of its last segment that was no RST."""
        self.bytes = 0
        """Payload bytes that were delivered, each once."""
        self.gap_bytes = 0
        self.unseen_before_rst = 0
        """Those among the gap bytes that its RST alone shows: nobody knows when they were sent."""
        self.retransmitted = 0
        self.resent_ns: list[int] = []
        """When bytes were sent again since the peer last acknowledged any: the first times, and the last."""
        self.out_of_order = 0
        self.keepalive_probes = 0
        self.zero_window_probes = 0
        self.recent: list[tuple[Mark, int]] = []

    @property
    def seen(self) -> bool:
        """Whether it is known where its bytes stand."""
        return self.next_seq != UNKNOWN

    @property
    def has_spoken(self) -> bool:
        """Whether the capture holds any segment of this side."""
        return self.window != UNKNOWN

    def has(self, ack: int) -> bool:
        """Whether everything up to `ack` was delivered, or can never be."""
        if ack in (self.next_seq, UNKNOWN) or not self.seen:
            return True
        return not 0 < distance(self.next_seq, ack) <= LARGEST_WINDOW

    @property
    def at_fin(self) -> bool:
        """Whether nothing but the FIN is due."""
        return self.fin_seq != UNKNOWN and self.fin_seq == self.next_seq

    def missing(self) -> int:
        """Bytes that the peer acknowledged and that were not delivered."""
        if self.peer.ack == UNKNOWN or not self.seen or self.ended:
            return 0
        return max(0, distance(self.next_seq, self.peer.ack))

    def heard(self, segment: Segment) -> int:
        """The frame with which this side last acknowledged something new, `segment` of it included."""
        is_new = segment.flags & ACK and (self.ack == UNKNOWN or distance(self.ack, segment.ack) > 0)
        return segment.frame if is_new else self.ack_frame

    def note_resent(self, end_seq: int, time_ns: int) -> None:
        """Bytes before `end_seq` are sent again; it counts where the peer has not acknowledged them."""
        if self.peer.ack != UNKNOWN and distance(self.peer.ack, end_seq) <= 0:
            return
        if len(self.resent_ns) >= REMEMBERED_RESENDS:
            self.resent_ns.pop()
        self.resent_ns.append(time_ns)

    def saw_before(self, segment: Segment) -> bool:
        """Whether this very frame was seen before (`-i any`, mirrored ports), which is no retransmission; else note it.

        A sender gives each IPv4 packet its own identification, retransmissions included; where there is none (IPv6,
        or 0 with DF), only an identical segment within a millisecond counts, and never a bare ACK.
        """
        mark = (segment.seq, segment.ack, segment.flags, segment.length, segment.ip_id, segment.window)
        recent = self.recent
        if segment.ip_id > 0 or segment.length or segment.flags & (SYN | FIN):
            limit_ns = _SAME_ID_NS if segment.ip_id > 0 else _IDENTICAL_NS
            for known, time_ns in recent:
                if known == mark and segment.time_ns - time_ns < limit_ns:
                    return True
        if len(recent) >= _REMEMBERED:
            del recent[0]
        recent.append((mark, segment.time_ns))
        return False

    def start_at(self, seq: int) -> None:
        """The first byte that is due, when the capture shows it for the first time."""
        self.next_seq = seq
        if self.base == UNKNOWN:
            self.base = advance(seq, -1)
