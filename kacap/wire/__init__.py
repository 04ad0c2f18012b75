"""Frames in, TCP segments out.

Rules of this room: it knows bytes and nothing of connections; the only state is the IP fragments that wait for their
rest, and it lives in a `Decoder`. No byte of a capture raises: what holds no segment is `Skipped` with a reason.
The innermost addresses win. Plain links are decoded here by hand; dpkt is imported when the first frame needs it.
"""

from kacap.wire.decoder import Decoder
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.quoted import Quoted
from kacap.wire.segment import ACK, FIN, PSH, RST, SYN, URG, Datagram, Segment, Skipped

__all__ = [
    "ACK",
    "FIN",
    "PSH",
    "RST",
    "SYN",
    "URG",
    "Datagram",
    "Decoder",
    "Frame",
    "Quoted",
    "Segment",
    "Skipped",
    "SourceInfo",
]
