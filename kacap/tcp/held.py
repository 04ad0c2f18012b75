"""Payload that came before its turn: ranges that do not overlap, in sequence order, the first copy of a byte wins.

Positions are distances from the half's next expected byte at the time of the call, so the wrap never shows here. The
payload is copied, because a held range must not keep a whole block of the capture file alive.
"""

from kacap.tcp.sequence import advance, distance


class Range:
    """Consecutive bytes of one segment that wait for their turn."""

    __slots__ = ("ack", "data", "frame", "length", "seq", "time_ns")

    def __init__(self, seq: int, ack: int, data: bytes, length: int, frame: int, time_ns: int) -> None:
        self.seq = seq
        self.ack = ack
        """What the segment acknowledged; -1 for nothing."""
        self.data = data
        self.length = length
        """Bytes on the wire; more than `len(data)` when the snapshot length cut the frame."""
        self.frame = frame
        self.time_ns = time_ns


class HeldRanges:
    """The ranges that wait on one half."""

    __slots__ = ("bytes", "ranges")

    def __init__(self) -> None:
        self.ranges: list[Range] = []
        self.bytes = 0
        """Payload bytes held in memory."""

    def insert(self, new: Range) -> None:
        """Keep those bytes of `new` that are not held yet."""
        ranges = self.ranges
        at = len(ranges)
        while at > 0 and distance(ranges[at - 1].seq, new.seq) < 0:
            at -= 1
        if at > 0:
            before = ranges[at - 1]
            covered = before.length - distance(before.seq, new.seq)
            if covered >= new.length:
                return
            if covered > 0:
                new = _without_front(new, covered)
        while at < len(ranges):
            after = ranges[at]
            room = distance(new.seq, after.seq)
            if room >= new.length:
                break
            if room > 0:
                self._put(at, _front(new, room))
                at += 1
            covered = room + after.length
            if covered >= new.length:
                return
            new = _without_front(new, covered)
            at += 1
        self._put(at, new)

    def pop(self) -> Range:
        """The first range, which is no longer held."""
        first = self.ranges.pop(0)
        self.bytes -= len(first.data)
        return first

    def _put(self, at: int, piece: Range) -> None:
        self.ranges.insert(at, piece)
        self.bytes += len(piece.data)


def _front(whole: Range, length: int) -> Range:
    return Range(whole.seq, whole.ack, whole.data[:length], length, whole.frame, whole.time_ns)


def _without_front(whole: Range, length: int) -> Range:
    return Range(
        advance(whole.seq, length), whole.ack, whole.data[length:], whole.length - length, whole.frame, whole.time_ns
    )
