"""Payload that came before its turn: ranges that do not overlap, in sequence order, the first copy of a byte wins.

Positions are distances from the half's next expected byte at the time of the call, so the wrap never shows here. The
payload is copied, because a held range must not keep a whole block of the capture file alive.
"""

from bisect import bisect_left
from typing import Final

from kacap.tcp.sequence import advance, distance

MOST_PIECES: Final = 96
"""Held ranges that one segment may lie over. No sender cuts finer; without a limit, such segments cost most of all."""

UNSAID: Final = -1
"""The `ack` of a range whose segment acknowledged nothing."""


class Range:
    """Consecutive bytes of one segment that wait for their turn."""

    __slots__ = ("ack", "arrival", "data", "frame", "length", "seq", "time_ns")

    def __init__(
        self, seq: int, ack: int, data: bytes, length: int, frame: int, time_ns: int, arrival: int = 0
    ) -> None:
        self.seq = seq
        self.ack = ack
        """What the segment acknowledged, or UNSAID."""
        self.data = data
        self.length = length
        """Bytes on the wire; more than `len(data)` when the snapshot length cut the frame."""
        self.frame = frame
        self.time_ns = time_ns
        self.arrival = arrival
        """Which segment of its connection it was."""


class HeldRanges:
    """The ranges that wait on one half."""

    __slots__ = ("bytes", "ranges")

    def __init__(self) -> None:
        self.ranges: list[Range] = []
        self.bytes = 0
        """Payload bytes held in memory."""

    def first_after(self, seq: int) -> Range | None:
        """The first range that begins after `seq`."""
        at = self._first_from(advance(seq, 1))
        return self.ranges[at] if at < len(self.ranges) else None

    def begins_before(self, seq: int) -> bool:
        """Whether a byte before `seq` is held."""
        return bool(self.ranges) and distance(seq, self.ranges[0].seq) < 0

    def ends_after(self, seq: int) -> bool:
        """Whether a byte at or after `seq` is held."""
        if not self.ranges:
            return False
        last = self.ranges[-1]
        return distance(seq, last.seq) + last.length > 0

    def insert(self, new: Range) -> int:
        """Keep those bytes of `new` that are not held yet; returns how many (on the wire)."""
        ranges = self.ranges
        at = self._place(new)
        added = 0
        for _ in range(MOST_PIECES):
            room = distance(new.seq, ranges[at].seq) if at < len(ranges) else new.length
            if room >= new.length:
                self._put(at, new)
                return added + new.length
            if room > 0:
                self._put(at, _front(new, room))
                added += room
                at += 1
                new = _without_front(new, room)
            held = ranges[at]
            covered = min(new.length, held.length - distance(held.seq, new.seq))
            at = self._settle_copies(at, new, covered)
            if covered == new.length:
                return added
            new = _without_front(new, covered)
        return added

    def _place(self, new: Range) -> int:
        """The index of the first range that is not wholly before `new`."""
        at = self._first_from(new.seq)
        if at > 0:
            before = self.ranges[at - 1]
            if distance(before.seq, new.seq) < before.length:
                return at - 1
        return at

    def _first_from(self, seq: int) -> int:
        """The index of the first range that begins at or after `seq`."""
        if not self.ranges:
            return 0
        origin = self.ranges[0].seq
        return bisect_left(self.ranges, distance(origin, seq), key=lambda held: distance(origin, held.seq))

    def _settle_copies(self, at: int, new: Range, covered: int) -> int:
        """Two copies of the first `covered` bytes of `new`: which stands? Returns the index after them.

        The first one seen; but of equal ones that which was sent first, since it answers less.
        """
        held = self.ranges[at]
        front = distance(held.seq, new.seq)
        if UNSAID in (new.ack, held.ack) or distance(new.ack, held.ack) <= 0:
            return at + 1
        copy = _front(new, covered)
        if held.data[front : front + covered] != copy.data:
            return at + 1
        pieces = [copy]
        if front > 0:
            pieces.insert(0, _front(held, front))
        if held.length > front + covered:
            pieces.append(_without_front(held, front + covered))
        self.ranges[at : at + 1] = pieces
        return at + (2 if front > 0 else 1)

    def pop(self) -> Range:
        """The first range, which is no longer held."""
        first = self.ranges.pop(0)
        self.bytes -= len(first.data)
        return first

    def _put(self, at: int, piece: Range) -> None:
        self.ranges.insert(at, piece)
        self.bytes += len(piece.data)


NOTHING_HELD: Final = HeldRanges()
"""Shared by all halves on which nothing waits; never inserted into."""


def _front(whole: Range, length: int) -> Range:
    return Range(whole.seq, whole.ack, whole.data[:length], length, whole.frame, whole.time_ns, whole.arrival)


def _without_front(whole: Range, length: int) -> Range:
    seq = advance(whole.seq, length)
    rest = whole.length - length
    return Range(seq, whole.ack, whole.data[length:], rest, whole.frame, whole.time_ns, whole.arrival)
