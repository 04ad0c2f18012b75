"""What the wire room makes of a frame: a TCP segment, a UDP datagram, or the reason why neither."""

from typing import Final, NewType

from mypy_extensions import i64

from kacap.wire.key import NO_PORTS

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
URG: Final = 0x20

Skipped = NewType("Skipped", str)
"""Why a frame holds no TCP segment; a short kebab-case word that is counted in `capture.skipped`."""


MARK_CONTENT: Final = 0x1F3D5
MARK_ID: Final = 0x2545F4914F
_MARKED_LENGTH: Final = 0x1FFFFF


def mark_of(sequence: int, length: int, flags: int, window: int, ip_id: int) -> int:
    """What two sightings of one frame have in common, as one number: cheaper than six to note and to compare.

    `sequence` is sequence and acknowledgment number as they stand in the header: a signed integer of 64 bits. Two
    different segments have equal marks by chance only. Nothing here leaves 64 bits.
    """
    content: i64 = (length & _MARKED_LENGTH) << 22 | flags << 16 | window
    identification: i64 = ip_id
    both: i64 = sequence
    return both ^ content * MARK_CONTENT ^ identification * MARK_ID


class Segment:
    """One TCP segment, as a view into the frame's block.

    A decoder has one and fills it anew for each frame, so that a frame costs no object: what is to be kept is copied.

    `key` names one direction of one 4-tuple. On the fast path the same is read as two numbers (`numbers_of`), and the
    key is made when somebody asks for it.
    """

    __slots__ = (
        "ack",
        "addresses",
        "data",
        "end",
        "flags",
        "frame",
        "ip_id",
        "key_at",
        "length",
        "made_key",
        "mark",
        "ports",
        "seq",
        "start",
        "time_ns",
        "ttl",
        "window",
    )

    def __init__(
        self,
        frame: int = 0,
        time_ns: int = 0,
        key: bytes = b"",
        seq: int = 0,
        ack: int = 0,
        flags: int = 0,
        window: int = 0,
        ip_id: int = -1,
        data: bytes = b"",
        start: int = 0,
        end: int = 0,
        length: int = 0,
        ttl: int = -1,
    ) -> None:
        self.frame: i64 = frame
        self.time_ns: i64 = time_ns
        self.made_key = key
        """The key, if it was made; otherwise it stands at `key_at` in `data`."""
        self.key_at: i64 = 0
        self.addresses: i64 = 0
        """Those of the key, as a signed number."""
        self.ports: i64 = NO_PORTS
        """Those of the key, as a number; NO_PORTS: neither was read so."""
        self.seq: i64 = seq
        self.ack: i64 = ack
        self.flags: i64 = flags
        self.window: i64 = window
        self.ip_id: i64 = ip_id
        """IPv4 identification, or -1 (IPv6 has none): tells one frame seen twice from a retransmission."""
        self.data = data
        self.start: i64 = start
        self.end: i64 = end
        """`data[start:end]` is the payload that was captured."""
        self.length: i64 = length
        """Payload bytes on the wire; more than `end - start` when the snapshot length cut the frame."""
        self.ttl: i64 = ttl
        """IPv4 time to live or IPv6 hop limit of the innermost IP header; -1 unknown."""
        sequence = (seq - ((seq & 0x80000000) << 1)) << 32 | ack
        self.mark: i64 = mark_of(sequence, length, flags, window, ip_id)

    @property
    def key(self) -> bytes:
        """See the class."""
        key = self.made_key
        if len(key) == 0:
            key = self.made_key = self.data[self.key_at : self.key_at + 12]
        return key


class Datagram:
    """One UDP datagram from or to the DNS port; other datagrams are skipped before they become objects."""

    __slots__ = ("destination", "destination_port", "frame", "payload", "source", "source_port", "time_ns")

    def __init__(
        self,
        frame: int,
        time_ns: int,
        source: bytes,
        destination: bytes,
        source_port: int,
        destination_port: int,
        payload: bytes,
    ) -> None:
        self.frame = frame
        self.time_ns = time_ns
        self.source = source
        self.destination = destination
        self.source_port = source_port
        self.destination_port = destination_port
        self.payload = payload
