"""The frames of one job: what is plainly a segment of another is passed over in one go, before it is a frame at all.

Only for what most captures are, Ethernet in a pcap file of a little-endian machine; of other pcap files each frame is
handed out, and the decoder finds whose it is. What is plain is a rule of `wire.share`.
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i64_le

from kacap.wire.frame import Frame
from kacap.wire.protocols import ETHERNET
from kacap.wire.share import OTHERS, OWN, UNCLEAR, Share

if TYPE_CHECKING:
    from mypy_extensions import i64

HEADER_BYTES: Final = 16
"""Of a record."""
_LOW: Final = 0xFFFFFFFF


def can_sift(link_type: int, little: bool, header_bytes: int) -> bool:
    """Whether `move_on` can read the records of such a file."""
    return link_type == ETHERNET and little and header_bytes == HEADER_BYTES


def move_on(frame: Frame, share: Share, limit: int, unit_ns: int) -> bool:
    """Make `frame`, behind which a record begins, the next one that is to be handed out; what it passes is noted. So
    nobody else may change the frame.

    False: no whole record, or one above the `limit`, comes before that in the block; `frame` has the number of the last
    frame then, and ends where the next record begins.
    """
    data = frame.data
    size: i64 = len(data)
    most: i64 = limit
    unit: i64 = unit_ns
    number: i64 = frame.number
    pos: i64 = frame.end
    until: i64 = share.until
    latest: i64 = share.latest_ns
    time_ns: i64 = 0
    passed: i64 = 0
    passed_ns: i64 = 0
    found = False
    while pos + HEADER_BYTES <= size:
        sizes = read_i64_le(data, pos + 8)
        start = pos + HEADER_BYTES
        captured = sizes & _LOW
        end = start + captured
        if end > size or captured > most:
            break
        number += 1
        times = read_i64_le(data, pos)
        time_ns = (times & _LOW) * 1_000_000_000 + (times >> 32 & _LOW) * unit
        pos = end
        whose = share.whose(data, start, captured) if number > 1 else UNCLEAR  # the first tells of the link type
        if whose == OTHERS and number <= until:
            passed += 1
            passed_ns = time_ns
            if time_ns > latest:
                latest = time_ns
            continue
        if whose == OWN:
            share.own_frame = number
        wire = sizes >> 32 & _LOW
        frame.time_ns = time_ns
        frame.start = start
        frame.wire_bytes = wire if wire > captured else captured
        found = True
        break
    frame.number = number
    frame.end = pos
    if passed:
        share.note_passed(passed, number - 1 if found else number, passed_ns, latest)
    return found
