"""pcap files (draft-ietf-opsawg-pcap): a header of 24 bytes, then records.

Rules: the magic number gives byte order, unit of time and size of a record's header; the version is not looked at. The
format has no redundancy, so a record's length is the only place where damage shows: above `record_limit` it is damage,
whatever the file's own snapshot length says (that field is often 0, 65535 or 2^31 - 1).
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

from librt.strings import read_i64_be, read_i64_le

from kacap.capture.sifting import can_sift, move_on
from kacap.capture.window import Window
from kacap.wire.frame import Frame, SourceInfo
from kacap.wire.share import Share

FILE_HEADER_BYTES = 24

_MAGICS: tuple[tuple[int, int, int], ...] = (
    # magic, nanoseconds in a unit of the second time field, bytes of a record's header
    (0xA1B2C3D4, 1000, 16),
    (0xA1B23C4D, 1, 16),
    (0xA1B2CD34, 1000, 24),  # Kuznetsov's: interface index, protocol and packet type follow the usual fields
)
VARIANTS: dict[bytes, tuple[str, int, int]] = {
    Struct(order + "I").pack(magic): (order, unit_ns, header_bytes)
    for magic, unit_ns, header_bytes in _MAGICS
    for order in "<>"
}
"""First four bytes of the file → byte order, unit of time, bytes of a record's header."""

_LOW: Final = 0xFFFFFFFF

# Linux hands out TCP segments of up to 512 KiB (BIG TCP). These carry no IP, and their records are larger:
_LARGE_RECORDS = {
    220: 1 << 24,  # USB_LINUX_MMAPPED
    231: 1 << 24,  # DBUS
    249: 1 << 24,  # USBPCAP
    279: 1 << 24,  # EBHSCR
}


def record_limit(link_type: int) -> int:
    """The most bytes that a record of this LINKTYPE_ can hold; a larger length is damage."""
    return _LARGE_RECORDS.get(link_type, 1 << 20)


class PcapReader:
    """The frames of one pcap file, numbered from 1; with `share`, without those that it passes over."""

    format = "pcap"

    __slots__ = ("_share", "_window", "count")

    def __init__(self, window: Window, _info: SourceInfo, share: Share | None = None) -> None:
        self._window = window
        self._share = share
        self.count = 0
        """Frames before the block at hand; all of them once `frames` has ended."""

    def frames(self) -> Iterator[Frame]:
        """Yield every whole record. Raises Damage where the file cannot be followed any further."""
        window = self._window
        pos = window.need(0, FILE_HEADER_BYTES)
        data = window.data
        order, unit_ns, header_bytes = VARIANTS[data[pos : pos + 4]]
        little = order == "<"
        # The high half of the field holds the length of a frame check sequence and reserved bits.
        link_type = Struct(order + "I").unpack_from(data, pos + 20)[0] & 0xFFFF
        limit = record_limit(link_type)
        share = self._share if can_sift(link_type, little, header_bytes) else None
        pos += FILE_HEADER_BYTES
        frame = Frame(0, 0, link_type, data, 0, 0, 0)
        number = 0
        while True:
            data = window.data
            frame.data = data
            last = len(data) - header_bytes
            if share is not None:
                frame.end = pos
                while move_on(frame, share, limit, unit_ns):
                    yield frame
                pos, number = frame.end, frame.number
                last = -1  # all of the block is done
            while pos <= last:
                if little:
                    times = read_i64_le(data, pos)
                    sizes = read_i64_le(data, pos + 8)
                    captured = sizes & _LOW
                    wire = sizes >> 32 & _LOW
                    time_ns = (times & _LOW) * 1_000_000_000 + (times >> 32 & _LOW) * unit_ns
                else:
                    times = read_i64_be(data, pos)
                    sizes = read_i64_be(data, pos + 8)
                    captured = sizes >> 32 & _LOW
                    wire = sizes & _LOW
                    time_ns = (times >> 32 & _LOW) * 1_000_000_000 + (times & _LOW) * unit_ns
                start = pos + header_bytes
                end = start + captured
                if end > len(data) or captured > limit:
                    break
                number += 1
                frame.number = number
                frame.time_ns = time_ns
                frame.start = start
                frame.end = end
                # A writer that says less (or 0) for the length on the wire than it captured is wrong: it saw the bytes.
                frame.wire_bytes = wire if wire > captured else captured
                yield frame
                pos = end
            self.count = number
            pos = window.need(pos, header_bytes)
            if pos < 0:
                return
            captured = Struct(order + "I").unpack_from(window.data, pos + 8)[0]
            if captured > limit:
                raise window.damage(pos, f"a record claims {captured} captured bytes, more than {limit} cannot be")
            pos = window.need(pos, header_bytes + captured)

    def notes(self) -> list[str]:
        """What a reader of the report should know: nothing that this format could tell."""
        return []
