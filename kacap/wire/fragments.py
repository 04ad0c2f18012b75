"""IP fragments that wait for the rest of their datagram (RFC 791 section 3.2, RFC 8200 section 4.5).

The first copy of a byte wins. What waits is bounded by datagrams, bytes and fragments; the oldest is given up first,
and counted. Time decides one thing only, since captures have wrong times in them: a fragment whose place is taken, and
that comes much later, belongs to another datagram with the same identification.
"""

from bisect import bisect_right
from typing import Final

MAX_DATAGRAMS: Final = 256
MAX_HELD_BYTES: Final = 4 << 20
MAX_FRAGMENTS: Final = 1024
"""Of one datagram."""
MAX_AGE_NS: Final = 60 * 10**9
"""RFC 8200: a datagram that is not complete within 60 s will not be."""


class _Waiting:
    """The pieces of one datagram: sorted, without overlap."""

    __slots__ = ("fragments", "held_bytes", "offsets", "pieces", "time_ns", "total_bytes")

    def __init__(self, time_ns: int) -> None:
        self.time_ns = time_ns
        self.fragments = 0
        self.held_bytes = 0
        self.total_bytes = -1
        """-1 until the last fragment is seen."""
        self.offsets: list[int] = []
        self.pieces: list[bytes] = []

    def add(self, offset: int, piece: bytes) -> None:
        """Take those bytes of `piece` that no earlier piece holds."""
        end = offset + len(piece)
        position = offset
        index = max(bisect_right(self.offsets, offset) - 1, 0)
        while position < end:
            hole_end = end
            if index < len(self.offsets):
                taken = self.offsets[index]
                if taken <= position:
                    position = max(position, taken + len(self.pieces[index]))
                    index += 1
                    continue
                hole_end = min(taken, end)
            self.offsets.insert(index, position)
            self.pieces.insert(index, piece[position - offset : hole_end - offset])
            self.held_bytes += hole_end - position
            index += 1
            position = hole_end

    def holds(self, position: int) -> bool:
        """Whether the byte at `position` is here already."""
        index = bisect_right(self.offsets, position) - 1
        return index >= 0 and position < self.offsets[index] + len(self.pieces[index])

    def complete(self) -> bytes | None:
        """The datagram's payload once nothing is missing."""
        if not 0 <= self.total_bytes <= self.held_bytes:
            return None
        end = 0
        for offset, piece in zip(self.offsets, self.pieces, strict=True):
            if offset != end:
                break
            end += len(piece)
        return b"".join(self.pieces)[: self.total_bytes] if end >= self.total_bytes else None


class Fragments:
    """All datagrams of one capture that wait for fragments."""

    __slots__ = ("_held_bytes", "_waiting", "dropped")

    def __init__(self) -> None:
        self._waiting: dict[bytes, _Waiting] = {}
        self._held_bytes = 0
        self.dropped = 0
        """Fragments given up: their datagram passed a limit."""

    @property
    def waiting(self) -> int:
        """Fragments whose datagram is not complete yet."""
        return sum(waiting.fragments for waiting in self._waiting.values())

    def add(self, key: bytes, time_ns: int, offset: int, more: bool, piece: bytes) -> bytes | None:
        """The payload of the datagram that this fragment completes, or None.

        `key` names the datagram: addresses, identification and, for IPv4, protocol. `offset` counts bytes.
        """
        waiting = self._waiting.get(key)
        if waiting is not None and (
            waiting.fragments >= MAX_FRAGMENTS or (time_ns - waiting.time_ns > MAX_AGE_NS and waiting.holds(offset))
        ):
            self._drop(key)
            waiting = None
        if waiting is None:
            waiting = self._waiting[key] = _Waiting(time_ns)
        before = waiting.held_bytes
        waiting.add(offset, piece)
        waiting.fragments += 1
        if not more and waiting.total_bytes < 0:
            waiting.total_bytes = offset + len(piece)
        payload = waiting.complete()
        if payload is not None:
            del self._waiting[key]
            self._held_bytes -= before
            return payload
        self._held_bytes += waiting.held_bytes - before
        while len(self._waiting) > MAX_DATAGRAMS or self._held_bytes > MAX_HELD_BYTES:
            self._drop(next(iter(self._waiting)))
        return None

    def _drop(self, key: bytes) -> None:
        waiting = self._waiting.pop(key)
        self._held_bytes -= waiting.held_bytes
        self.dropped += waiting.fragments
