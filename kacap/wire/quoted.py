"""TCP headers that are no segment, yet name a connection.

Wireshark gives a `tcp.stream` number to every TCP header of which it sees 16 bytes: also to one that an ICMP error
quotes, and to one whose data offset is impossible. Such a header carries nothing for the tracker, but it must take its
number there, or all later numbers are off by one.
"""

from kacap.wire.segment import Skipped

NUMBERED_BYTES = 16
"""Wireshark reads the header up to the window before it looks the connection up."""


class Quoted:
    """A TCP header without a segment: it takes part in the numbering of connections and in nothing else.

    `key`, `seq` and `flags` are those of `Segment`, in the direction of the quoted header itself: the ICMP error went
    the other way. `reason` is what to count it as in `capture.skipped`. `unreachable`: the error says that the packet
    cannot get where it is sent.
    """

    __slots__ = ("flags", "frame", "key", "reason", "seq", "time_ns", "unreachable")

    def __init__(
        self, frame: int, time_ns: int, key: bytes, seq: int, flags: int, reason: Skipped, unreachable: bool = False
    ) -> None:
        self.frame = frame
        self.time_ns = time_ns
        self.key = key
        self.seq = seq
        self.flags = flags
        self.reason = reason
        self.unreachable = unreachable
