"""pcap files (draft-ietf-opsawg-pcap): a header of 24 bytes, then records.

Rules: the magic number gives byte order, unit of time and size of a record's header; the version is not looked at. The
format has no redundancy, so a record's length is the only place where damage shows: above `record_limit` it is damage,
whatever the file's own snapshot length says (that field is often 0, 65535 or 2^31 - 1).
"""

from collections.abc import Iterator
from struct import Struct

from kacap.capture.window import Window
from kacap.wire.frame import Frame, SourceInfo

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
    """The frames of one pcap file, numbered from 1."""

    format = "pcap"

    __slots__ = ("_window", "count")

    def __init__(self, window: Window, _info: SourceInfo) -> None:
        self._window = window
        self.count = 0
        """Frames yielded before the block at hand; all of them once `frames` has ended."""

    def frames(self) -> Iterator[Frame]:
        """Yield every whole record. Raises Damage where the file cannot be followed any further."""
        window = self._window
        pos = window.need(0, FILE_HEADER_BYTES)
        data = window.data
        order, unit_ns, header_bytes = VARIANTS[data[pos : pos + 4]]
        # The high half of the field holds the length of a frame check sequence and reserved bits.
        link_type = Struct(order + "I").unpack_from(data, pos + 20)[0] & 0xFFFF
        limit = record_limit(link_type)
        unpack = Struct(order + "IIII").unpack_from
        pos += FILE_HEADER_BYTES
        size = len(data)
        number = 0
        while True:
            while size - pos >= header_bytes:
                seconds, fraction, captured, wire = unpack(data, pos)
                start = pos + header_bytes
                end = start + captured
                if end > size or captured > limit:
                    break
                number += 1
                # A writer that says less (or 0) for the length on the wire than it captured is wrong: it saw the bytes.
                yield Frame(
                    number,
                    seconds * 1_000_000_000 + fraction * unit_ns,
                    link_type,
                    data,
                    start,
                    end,
                    wire if wire > captured else captured,
                )
                pos = end
            self.count = number
            pos = window.need(pos, header_bytes)
            if pos < 0:
                return
            captured = unpack(window.data, pos)[2]
            if captured > limit:
                raise window.damage(pos, f"a record claims {captured} captured bytes, more than {limit} cannot be")
            pos = window.need(pos, header_bytes + captured)
            data = window.data
            size = len(data)

    def notes(self) -> list[str]:
        """What a reader of the report should know: nothing that this format could tell."""
        return []
