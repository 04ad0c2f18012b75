"""Frames → a pcap file with nanoseconds, so that a scenario can be opened in Wireshark."""

import struct
from collections.abc import Sequence

from kacap.wire.frame import Frame
from tests.dialogue.packets import LINKTYPE_ETHERNET

_MAGIC_NANOSECONDS = 0xA1B23C4D


def pcap(frames: Sequence[Frame]) -> bytes:
    """The bytes of the file."""
    parts = [struct.pack("<IHHiIII", _MAGIC_NANOSECONDS, 2, 4, 0, 0, 262_144, LINKTYPE_ETHERNET)]
    for frame in frames:
        seconds, nanoseconds = divmod(frame.time_ns, 1_000_000_000)
        data = frame.data[frame.start : frame.end]
        parts.append(struct.pack("<IIII", seconds, nanoseconds, len(data), frame.wire_bytes) + data)
    return b"".join(parts)
