"""Finds the connection of each segment, and hands it on: its flags to `flags`, its payload to `assembly`.

Rules of this room:
- `stream` numbers are Wireshark's: counted in order of first segment; a SYN on a known 4-tuple begins a new connection
  when its sequence number differs; the same SYN or SYN-ACK again is a retransmission, even after a RST.
- The in-order path comes first.
- The same frame seen twice is one segment. Time is capture time and may step back.
- Nothing is refused: what makes no sense is counted, and the connection goes on.
"""

from array import array
from collections.abc import Callable

from kacap.tcp import assembly, patience
from kacap.tcp.by_ports import LAST_PLACE
from kacap.tcp.connection import Connection
from kacap.tcp.flags import note_unreachable, take_ack, take_flags
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.holders import Holders
from kacap.tcp.in_order import is_calm, take_in_order
from kacap.tcp.leaving import Left
from kacap.tcp.plain import CLOSED, REFUSED, Plain, begins_plain
from kacap.tcp.sequence import advance
from kacap.tcp.sink import Listener
from kacap.tcp.table import ConnectionTable, OnPacked, OnWoken
from kacap.wire.key import NO_PORTS, reverse
from kacap.wire.quoted import Quoted
from kacap.wire.segment import ACK, FIN, RST, SYN, Segment

MAX_CONNECTIONS = 1 << 20
"""Connections kept; segments of further ones are counted and not followed."""

HELD_BYTES_IN_ALL = 128 << 20
"""Bytes that all connections together may hold back."""


class Tracker:
    """All connections of a capture; `on_open` is called with each new one, to attach sinks to its halves.

    With `on_plain`, one that begins with a SYN stays plain as long as it goes by the book (`plain`), and speaks to the
    listener that `on_plain` returns. With `on_packed`, one that was closed in order leaves `connections` when it has
    been quiet for a moment, and is handed over with its record (`packed`); `on_woken` hears when a late segment brings
    it back.
    """

    __slots__ = (
        "_last_frame",
        "_last_time_ns",
        "_next_stream",
        "_on_plain",
        "_reserved",
        "_table",
        "duplicate_frames",
        "holders",
        "left",
        "limits_hit",
        "most",
        "numbered",
        "on_open",
        "opened",
        "reservations",
        "untracked",
    )

    def __init__(
        self,
        on_open: Callable[[Connection], None],
        on_packed: OnPacked | None = None,
        on_woken: OnWoken | None = None,
        on_plain: Callable[[Plain], Listener] | None = None,
    ) -> None:
        self.on_open = on_open
        self._on_plain = on_plain
        self._table = ConnectionTable(on_packed, on_woken)
        self.left = Left()
        """Those that left before the end."""
        self.opened = 0
        """Connections, so far."""
        self.most = 0
        """So many at a time, where that is not the limit of all trackers."""
        self.reservations = 0
        """Numbers that a header took which is no segment."""
        self.numbered: array[int] | None = None
        """The frame with which each `stream` number came up, for a tracker that does not see all connections."""
        self.holders = Holders()
        self.duplicate_frames = 0
        self.limits_hit = 0
        """How often a half held more than it may."""
        self.untracked = 0
        """Segments of connections beyond the limit."""
        self._reserved: dict[bytes, int] = {}
        self._next_stream = 0
        self._last_frame = self._last_time_ns = 0

    @property
    def connections(self) -> list[Connection]:
        """Those that are not packed, in order of first segment."""
        return self._table.unpacked

    @property
    def followed(self) -> list[Plain | Connection]:
        """The same, each as it is, in no order: to look at while the capture goes on."""
        return self._table.followed

    def feed(self, segment: Segment) -> None:
        """Take the next segment of the capture."""
        self._last_frame = segment.frame
        self._last_time_ns = segment.time_ns
        ports = segment.ports
        plain = self._table.by_ports.at[(ports + (ports >> 16)) & LAST_PLACE]
        is_client = plain is not None and ports == plain.ports and segment.addresses == plain.addresses
        if plain is None or not (
            is_client or (ports == plain.back_ports and segment.addresses == plain.back_addresses)
        ):
            key = segment.key
            end = self._table.ends.get(key) if ports != NO_PORTS else self._table.end(key)
            if not isinstance(end, Plain):
                if end is None or not end.connection.calm or not take_in_order(end, segment):
                    self._take(end, segment)
                return
            plain, is_client = end, key == end.key
        taken = plain.take(segment, is_client)
        if taken == CLOSED:
            self._table.settle_plain(plain)
        elif taken == REFUSED:
            self._take(self._table.half(segment.key), segment)

    def pass_over(self, frame: int, time_ns: int) -> None:
        """This segment belongs to a connection that another tracker follows."""
        if frame > self._last_frame:
            self._last_frame, self._last_time_ns = frame, time_ns

    def depends_on_others(self, segment: Segment, latest_ns: int) -> bool:
        """Whether what becomes of a segment from before `latest_ns` depends on connections beside its own."""
        return self._table.may_have_slept(segment.key, segment.time_ns, latest_ns)

    def _take(self, half: Half | None, segment: Segment) -> None:
        """The long way."""
        flags = segment.flags
        opens = flags & (SYN | ACK) == SYN
        back = b""
        if half is None:
            back = reverse(segment.key)
            new_isn = segment.seq if opens else UNKNOWN
            half = self._table.wake(segment.key, back, new_isn)
            if half is None and self.left.count and self.left.has(segment.key, back, new_isn):
                return
        if half is None or (opens and half.base not in (UNKNOWN, segment.seq)):
            half = self._open(segment, back or reverse(segment.key))
            if half is None:
                return
        connection = half.connection
        connection.segments += 1
        if half.saw_before(segment):
            connection.duplicate_frames += 1
            self.duplicate_frames += 1
            return
        connection.last_time_ns = max(connection.last_time_ns, segment.time_ns)
        if connection.waiting_since_ns != NEVER and patience.out_of_patience(connection, segment.time_ns):
            patience.declare_gaps(connection, segment.frame, segment.time_ns)
        if flags & (SYN | FIN | RST):
            take_flags(connection, half, segment)
        if flags & ACK:
            take_ack(connection, half, segment)
        half.window = segment.window
        if flags & RST:
            connection.calm = False
            return
        half.ttl = segment.ttl
        seq = advance(segment.seq, 1) if flags & SYN else segment.seq
        if half.next_seq == UNKNOWN:
            half.start_at(seq)
        if segment.length or flags & FIN:
            self.limits_hit += assembly.take_payload(connection, half, segment, seq)
            if half.held.ranges or self.holders.has(connection):
                self._limit_held(connection)
        elif not flags & SYN and seq == advance(half.next_seq, -1) and not half.ended:
            if half.peer.window == 0:
                half.zero_window_probes += 1
            else:
                half.keepalive_probes += 1
        connection.calm = not flags & (SYN | FIN) and is_calm(connection) and not self.holders.has(connection)
        if half.ended and half.peer.ended and not connection.settled:
            self._table.settle(connection)

    def number(self, quoted: Quoted) -> None:
        """A header that is no segment takes part in the numbering: its 4-tuple has its `stream` from here on.

        Where an ICMP error quotes the SYN of a connection, that SYN was answered.
        """
        key = quoted.key
        opens = quoted.flags & (SYN | ACK) == SYN
        back = reverse(key)
        found = self._table.half(key) or self._table.wake(key, back, quoted.seq if opens else UNKNOWN)
        if found is not None:
            if not opens or found.base in (UNKNOWN, quoted.seq):
                note_unreachable(found, quoted)
                return
            self._forget(key, back)
        if key not in self._reserved and len(self._reserved) < MAX_CONNECTIONS:
            self._reserved[key] = self._reserved[back] = self._next_stream
            self.reservations += 1
            self._count(quoted.frame)

    def tick(self, now_ns: int) -> None:
        """Without a segment, time passes all the same: give up missing bytes that were waited for long enough."""
        for connection in self._table.halved:
            if connection.waiting_since_ns != NEVER:
                patience.declare_gaps(connection, self._last_frame, now_ns)

    def pack_quiet(self, now_ns: int) -> None:
        """Without a segment, time passes all the same: pack what has been quiet for long enough."""
        self._table.pack_all_quiet(now_ns)

    def leave(self, followed: Plain | Connection) -> Connection:
        """One of `followed` is over: tell its sinks, and follow it no more."""
        connection = self._table.take_out(followed)
        self._close(connection)
        if self.holders.has(connection):
            self._limit_held(connection)
        self.left.add(connection)
        return connection

    def leave_packed(self, record: bytes) -> None:
        """The record of a packed connection is not asked for any more."""
        self._table.forget(record)
        self.left.add_packed(record)

    def finish(self) -> None:
        """The capture is over: deliver what is held, and tell every sink."""
        for connection in self._table.unpacked:
            self._close(connection)

    def _limit_held(self, connection: Connection) -> None:
        """Keep account of what all connections hold; too much is released, where it has lain longest."""
        self.holders.note(connection)
        while (oldest := self.holders.take_beyond(HELD_BYTES_IN_ALL)) is not None:
            self.limits_hit += 1
            patience.release(oldest, self._last_frame, self._last_time_ns)

    def _open(self, segment: Segment, back: bytes) -> Half | None:
        """The half that sends the first segment of a new connection; None when nothing is left to be done."""
        key = segment.key
        if self.opened - self.left.count >= (self.most or MAX_CONNECTIONS):
            self._forget(key, back)
            self.untracked += 1
            return None
        self._table.pack_quiet(segment.time_ns)
        before = self._forget(key, back)
        stream = self._next_stream
        if self._reserved:
            stream = self._reserved.pop(key, stream)
            self._reserved.pop(back, None)
        if stream == self._next_stream:
            self._count(segment.frame)
        self.opened += 1
        begin = self._on_plain
        if begin is not None and begins_plain(segment) and key != back and not isinstance(before, Connection):
            plain = Plain(stream, back, segment)
            if before is not None:
                plain.replaces_record = before
            self._table.add_plain(plain)
            plain.listener = begin(plain)
            return None
        connection = Connection(stream, Half(key), Half(back), segment.time_ns)
        connection.first_frame = segment.frame
        if isinstance(before, bytes):
            connection.replaces_record = before
        elif before is not None:
            connection.replaces = before
            before.replaced_at_ns = segment.time_ns
        self._table.add(connection)
        self.on_open(connection)
        return connection.first

    def let_go(self) -> None:
        """The capture is over, and so is all interest in `connections`: only what was counted stays."""
        self._table.let_go()

    def _count(self, frame: int) -> None:
        self._next_stream += 1
        if self.numbered is not None:
            self.numbered.append(frame)

    def _forget(self, key: bytes, back: bytes) -> Connection | bytes | None:
        """The 4-tuple belongs to another connection from here on; returns the one before, or its record."""
        before = self._table.remove(key, back)
        if isinstance(before, Connection):
            self._close(before)
        return before

    def _close(self, connection: Connection) -> None:
        if not connection.finished:
            connection.finished = True
            connection.calm = False
            patience.finish(connection, self._last_frame, self._last_time_ns)
