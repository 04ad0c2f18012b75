"""One direction of a connection: what it sent, in order, and what it acknowledged."""

from typing import TYPE_CHECKING, Final

from mypy_extensions import i64

from kacap.tcp.held import NOTHING_HELD, HeldRanges
from kacap.tcp.sequence import advance, distance
from kacap.tcp.sink import FORGETS, Sink
from kacap.wire.segment import ACK, FIN, SYN, Segment

if TYPE_CHECKING:
    from kacap.tcp.connection import Connection

UNKNOWN: Final = -1
"""A sequence number or a frame that the capture has not shown."""

NEVER: Final = -(1 << 62)
"""The time of what the capture has not shown: before any that it can hold, and a machine integer when compiled."""

FOREVER: Final = (1 << 62) - 1
"""The time of what does not come: after any time that a capture can hold."""

LARGEST_WINDOW: Final = 1 << 30
"""What lies further ahead than any window (RFC 7323 section 2.3) is evidence of nothing."""

REMEMBERED_RESENDS: Final = 16
"""More are not needed to see that the time between them grows."""

NOTHING_RESENT: Final[list[int]] = []
"""Shared by all halves that never sent anything again; never added to."""

SAME_ID_NS: Final = 100_000_000
"""Further apart, an equal IP identification is chance, or a stack that gives all packets the same."""

_IDENTICAL_NS: Final = 1_000_000
"""Without an IP identification, an identical segment within this time is the same frame seen twice."""


class Half:
    """The bytes that one endpoint sends."""

    __slots__ = (
        "ack",
        "ack_frame",
        "alternative_isn",
        "base",
        "bytes",
        "connection",
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
        "key",
        "last_syn_time_ns",
        "mark_0",
        "mark_1",
        "mark_2",
        "mark_3",
        "marked_0_ns",
        "marked_1_ns",
        "marked_2_ns",
        "marked_3_ns",
        "next_seq",
        "out_of_order",
        "peer",
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

    # Circles, which `packed` cuts.
    peer: "Half"
    connection: "Connection"
    __deletable__ = ("connection", "peer")

    def __init__(self, key: bytes) -> None:
        self.key = key
        """As `Segment.key` of what it sends."""
        self.sink: Sink = FORGETS
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
        self.held: HeldRanges = NOTHING_HELD
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
        self.resent_ns: list[int] = NOTHING_RESENT
        """When bytes were sent again since the peer last acknowledged any: the first times, and the last."""
        self.out_of_order = 0
        self.keepalive_probes = 0
        self.zero_window_probes = 0
        # The last four segments, the latest first: plain attributes, since every segment is noted.
        self.mark_0: i64 = UNKNOWN
        self.mark_1: i64 = UNKNOWN
        self.mark_2: i64 = UNKNOWN
        self.mark_3: i64 = UNKNOWN
        self.marked_0_ns = self.marked_1_ns = self.marked_2_ns = self.marked_3_ns = NEVER

    @property
    def address(self) -> bytes:
        """In network order, 4 or 16 bytes."""
        return self.key[: (len(self.key) - 4) // 2]

    @property
    def port(self) -> int:
        """Its own."""
        return self.key[-4] << 8 | self.key[-3]

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
        if self.resent_ns is NOTHING_RESENT:
            self.resent_ns = []
        elif len(self.resent_ns) >= REMEMBERED_RESENDS:
            self.resent_ns.pop()
        self.resent_ns.append(time_ns)

    def saw_before(self, segment: Segment) -> bool:
        """Whether this very frame was seen before (`-i any`, mirrored ports), which is no retransmission; else note it.

        A sender gives each IPv4 packet its own identification, retransmissions included; where there is none (IPv6,
        or 0 with DF), only an identical segment within a millisecond counts, and never a bare ACK.
        """
        mark: i64 = segment.mark
        if segment.ip_id > 0 or segment.length or segment.flags & (SYN | FIN):
            since_ns = segment.time_ns - (SAME_ID_NS if segment.ip_id > 0 else _IDENTICAL_NS)
            if (
                (mark == self.mark_0 and self.marked_0_ns > since_ns)
                or (mark == self.mark_1 and self.marked_1_ns > since_ns)
                or (mark == self.mark_2 and self.marked_2_ns > since_ns)
                or (mark == self.mark_3 and self.marked_3_ns > since_ns)
            ):
                return True
        self.remember(mark, segment.time_ns)
        return False

    def remember(self, mark: i64, time_ns: int) -> None:
        """Note a segment, to be compared with those that follow."""
        self.mark_3, self.marked_3_ns = self.mark_2, self.marked_2_ns
        self.mark_2, self.marked_2_ns = self.mark_1, self.marked_1_ns
        self.mark_1, self.marked_1_ns = self.mark_0, self.marked_0_ns
        self.mark_0, self.marked_0_ns = mark, time_ns

    def start_at(self, seq: int) -> None:
        """The first byte that is due, when the capture shows it for the first time."""
        self.next_seq = seq
        if self.base == UNKNOWN:
            self.base = advance(seq, -1)
