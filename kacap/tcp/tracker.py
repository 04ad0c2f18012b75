"""Finds the connection of each segment, and hands it on: its flags to `flags`, its payload to `assembly`.

Rules of this room:
- `stream` numbers are Wireshark's: counted in order of first segment; a SYN on a known 4-tuple begins a new connection
  when its sequence number differs; the same SYN or SYN-ACK again is a retransmission, even after a RST.
- Both directions of a 4-tuple are entries of one table, so that the usual segment costs one look-up.
- The in-order path comes first: on a calm connection, the bytes that are due and an ACK of what was delivered. All that
  is anything else takes the long way, which says at its end whether the connection is calm.
- The same frame seen twice is one segment. Time is capture time and may step back.
- Nothing is refused: what makes no sense is counted, and the connection goes on.
"""

from collections.abc import Callable
from typing import Final

from kacap.tcp import assembly, patience
from kacap.tcp.connection import Connection
from kacap.tcp.flags import take_ack, take_flags
from kacap.tcp.half import LARGEST_WINDOW, NEVER, NOTHING_RESENT, UNKNOWN, Half, mark_of
from kacap.tcp.sequence import MASK, advance
from kacap.wire.quoted import Quoted
from kacap.wire.segment import ACK, FIN, RST, SYN, Segment

MAX_CONNECTIONS = 1 << 20
"""Connections kept; segments of further ones are counted and not followed."""

_OPENS_ENDS_OR_ACKS: Final = SYN | FIN | RST | ACK

HELD_BYTES_IN_ALL = 128 << 20
"""Bytes that all connections together may hold back."""


class Tracker:
    """All connections of a capture; `on_open` is called with each new one, to attach sinks to its halves."""

    __slots__ = (
        "_halves",
        "_held_bytes",
        "_holders",
        "_last_frame",
        "_last_time_ns",
        "_next_stream",
        "_reserved",
        "connections",
        "duplicate_frames",
        "limits_hit",
        "on_open",
        "untracked",
    )

    def __init__(self, on_open: Callable[[Connection], None]) -> None:
        self.on_open = on_open
        self.connections: list[Connection] = []
        self.duplicate_frames = 0
        self.limits_hit = 0
        """How often a half held more than it may."""
        self.untracked = 0
        """Segments of connections beyond the limit."""
        self._halves: dict[bytes, Half] = {}
        self._reserved: dict[bytes, int] = {}
        self._holders: dict[int, tuple[Connection, int]] = {}
        """Connections that hold bytes, and how many; the one that changed last stands last."""
        self._held_bytes = 0
        self._next_stream = 0
        self._last_frame = 0
        self._last_time_ns = 0

    def feed(self, segment: Segment) -> None:
        """Take the next segment of the capture."""
        self._last_frame = segment.frame
        self._last_time_ns = segment.time_ns
        half = self._halves.get(segment.key)
        if half is None or not half.connection.calm or not _take_in_order(half, segment):
            self._take(half, segment)

    def _take(self, half: Half | None, segment: Segment) -> None:
        """The long way."""
        flags = segment.flags
        if half is None or (flags & (SYN | ACK) == SYN and half.base not in (UNKNOWN, segment.seq)):
            if len(self.connections) >= MAX_CONNECTIONS:
                self._forget(segment.key)
                self.untracked += 1
                return
            half = self._open(segment)
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
            if half.held.ranges or connection.stream in self._holders:
                self._limit_held(connection)
        elif not flags & SYN and seq == advance(half.next_seq, -1) and not half.ended:
            if half.peer.window == 0:
                half.zero_window_probes += 1
            else:
                half.keepalive_probes += 1
        connection.calm = _is_calm(connection) and connection.stream not in self._holders

    def number(self, quoted: Quoted) -> None:
        """A header that is no segment takes part in the numbering: its 4-tuple has its `stream` from here on.

        Where an ICMP error quotes the SYN of a connection, that SYN was answered.
        """
        key = quoted.key
        found = self._halves.get(key)
        if found is not None:
            if quoted.flags & (SYN | ACK) != SYN or found.base in (UNKNOWN, quoted.seq):
                _note_unreachable(found, quoted)
                return
            self._forget(key)
        if key not in self._reserved and len(self._reserved) < MAX_CONNECTIONS:
            self._reserved[key] = self._reserved[_reverse(key)] = self._next_stream
            self._next_stream += 1

    def tick(self, now_ns: int) -> None:
        """Without a segment, time passes all the same: give up missing bytes that were waited for long enough."""
        for connection in self.connections:
            if connection.waiting_since_ns != NEVER:
                patience.declare_gaps(connection, self._last_frame, now_ns)

    def finish(self) -> None:
        """The capture is over: deliver what is held, and tell every sink."""
        for connection in self.connections:
            self._close(connection)
        self._halves.clear()

    def _limit_held(self, connection: Connection) -> None:
        """Keep account of what all connections hold; too much is released, where it has lain longest."""
        holders = self._holders
        before = holders.pop(connection.stream, None)
        self._held_bytes -= before[1] if before is not None else 0
        now = connection.first.held.bytes + connection.second.held.bytes
        if now:
            holders[connection.stream] = (connection, now)
            self._held_bytes += now
        while self._held_bytes > HELD_BYTES_IN_ALL:
            stream, (oldest, held) = next(iter(holders.items()))
            del holders[stream]
            self._held_bytes -= held
            self.limits_hit += 1
            patience.release(oldest, self._last_frame, self._last_time_ns)

    def _open(self, segment: Segment) -> Half:
        key = segment.key
        width = (len(key) - 4) // 2
        first = Half(key[:width], int.from_bytes(key[-4:-2], "big"))
        second = Half(key[width : 2 * width], int.from_bytes(key[-2:], "big"))
        found = self._halves.get(key)
        self._forget(key)
        stream = self._reserved.pop(key, UNKNOWN)
        self._reserved.pop(_reverse(key), None)
        if stream == UNKNOWN:
            stream = self._next_stream
            self._next_stream += 1
        connection = Connection(stream, first, second, segment.time_ns)
        connection.first_frame = segment.frame
        if found is not None:
            connection.replaces = found.connection
            found.connection.replaced_at_ns = segment.time_ns
        self.connections.append(connection)
        self._halves[_reverse(key)] = second
        self._halves[key] = first
        self.on_open(connection)
        return first

    def _forget(self, key: bytes) -> None:
        """The 4-tuple belongs to another connection from here on."""
        found = self._halves.pop(key, None)
        self._halves.pop(_reverse(key), None)
        if found is not None:
            self._close(found.connection)

    def _close(self, connection: Connection) -> None:
        if connection.finished:
            return
        connection.finished = True
        connection.calm = False
        patience.finish(connection, self._last_frame, self._last_time_ns)


def _take_in_order(half: Half, segment: Segment) -> bool:
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
    half.remember(mark_of(segment), time_ns)
    if gained:
        half.ack = segment.ack
        half.ack_frame = segment.frame
    if length:
        half.next_seq = (segment.seq + length) & MASK
        half.bytes += length
        unseen = length - (segment.end - segment.start)
        half.sink.chunk(segment.data, segment.start, segment.end, unseen, segment.frame, time_ns)
    return True


def _is_calm(connection: Connection) -> bool:
    """Whether no rule of the long way has anything to say to the next segment, if it is due."""
    first, second = connection.first, connection.second
    client = connection.client
    return (
        connection.first_close is None
        and connection.waiting_since_ns == NEVER
        and (connection.syn_ack_frame == UNKNOWN) == (connection.ack_frame == UNKNOWN)
        and (client is None or client.syn_frame == UNKNOWN or client.bytes > 0 or connection.syn_ack_frame != UNKNOWN)
        and _is_calm_half(first)
        and _is_calm_half(second)
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


def _note_unreachable(half: Half, quoted: Quoted) -> None:
    if not quoted.unreachable or quoted.flags & (SYN | ACK) != SYN or half.unreachable_frame != UNKNOWN:
        return
    if half.syn_frame != UNKNOWN and quoted.seq == half.base:
        half.unreachable_frame = quoted.frame
        half.unreachable_time_ns = quoted.time_ns


def _reverse(key: bytes) -> bytes:
    """The key of the other direction."""
    width = (len(key) - 4) // 2
    return key[width : 2 * width] + key[:width] + key[-2:] + key[-4:-2]
