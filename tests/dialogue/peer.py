"""One side of a conversation, and the segments it makes.

Sequence numbers are relative and never wrap here: 0 is the SYN, 1 the first byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from kacap.verdict.words import Side

MSS = 1460


class Fate(Enum):
    """What becomes of a segment: (the capture records it, the peer receives it)."""

    NORMAL = (True, True)
    UNSEEN = (False, True)
    LOST = (False, False)
    UNDELIVERED = (True, False)


@dataclass(slots=True)
class Peer:
    """One side of a conversation."""

    address: str
    port: int
    isn: int
    next: int = 0
    """Relative sequence number of what it says next."""
    ack: int | None = None
    """Relative number up to which it has received everything; None before the other side's SYN."""
    fin_at: int | None = None
    said: bytearray = field(default_factory=bytearray)
    """All bytes ever said in order; `said[0]` has number 1."""
    last_said: tuple[int, int] = (1, 0)
    """(number, length) of the last message."""
    early: list[tuple[int, int]] = field(default_factory=list)

    def receive(self, start: int, end: int) -> None:
        """Take in the numbers `start … end - 1`."""
        if self.ack is None:
            self.ack = start
        self.early.append((start, end))
        for first, last in sorted(self.early):
            if first <= self.ack:
                self.ack = max(self.ack, last)
        self.early = [piece for piece in self.early if piece[1] > self.ack]


@dataclass(slots=True)
class Piece:
    """One segment that is ready to go."""

    side: Side
    seq: int
    length: int
    """In sequence numbers: SYN and FIN count."""
    packet: bytes
    unrecorded_bytes: int
    ttl: int = 64


def other(side: Side) -> Side:
    """The opposite side."""
    return Side.SERVER if side is Side.CLIENT else Side.CLIENT


def split(payload: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The payloads of the segments of one message; the one of a pure ACK is empty."""
    parts, start = [], 0
    for size in sizes:
        parts.append(payload[start : start + size])
        start += size
    parts += [payload[at : at + MSS] for at in range(start, len(payload), MSS)]
    return [part for part in parts if part] or [b""]
