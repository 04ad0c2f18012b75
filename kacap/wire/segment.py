"""What the wire room makes of a frame: a TCP segment, a UDP datagram, or the reason why neither."""

from typing import NewType

FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

Skipped = NewType("Skipped", str)
"""Why a frame holds no TCP segment; a short kebab-case word that is counted in `capture.skipped`."""


class Segment:
    """One TCP segment, as a view into the frame's block.

    `key` is source address + destination address + source port + destination port in network order: 12 bytes for
    IPv4, 36 for IPv6. It names one direction of one 4-tuple, and costs a single slice on the fast path.
    """

    __slots__ = (
        "ack",
        "data",
        "end",
        "flags",
        "frame",
        "ip_id",
        "key",
        "length",
        "seq",
        "start",
        "time_ns",
        "ttl",
        "window",
    )

    def __init__(
        self,
        frame: int,
        time_ns: int,
        key: bytes,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        ip_id: int,
        data: bytes,
        start: int,
        end: int,
        length: int,
        ttl: int = -1,
    ) -> None:
        self.frame = frame
        self.time_ns = time_ns
        self.key = key
        self.seq = seq
        self.ack = ack
        self.flags = flags
        self.window = window
        self.ip_id = ip_id
        """IPv4 identification, or -1 (IPv6 has none): tells one frame seen twice from a retransmission."""
        self.data = data
        self.start = start
        self.end = end
        """`data[start:end]` is the payload that was captured."""
        self.length = length
        """Payload bytes on the wire; more than `end - start` when the snapshot length cut the frame."""
        self.ttl = ttl
        """IPv4 time to live or IPv6 hop limit of the innermost IP header; -1 unknown."""


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
