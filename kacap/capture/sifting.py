"""The frames of one job: what is plainly a segment of another is passed over in one go, before it is a frame at all.

Only for what most captures are, Ethernet in a pcap file of a little-endian machine; of other pcap files each frame is
handed out, and the decoder finds whose it is. Rules: as in `wire.share`, whose `passes` says the same of one frame.
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i64_be, read_i64_le

from kacap.wire.frame import Frame
from kacap.wire.protocols import ETHERNET
from kacap.wire.share import PLAIN_BYTES, SPREAD, Share

if TYPE_CHECKING:
    from mypy_extensions import i64

HEADER_BYTES: Final = 16
"""Of a record."""
_LOW: Final = 0xFFFFFFFF
_PORT: Final = 0xFFFF


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
    begin: i64 = share.begin
    stop: i64 = share.end
    until: i64 = share.until
    latest: i64 = share.latest_ns
    time_ns: i64 = 0
    passed: i64 = 0
    found = False
    while pos + HEADER_BYTES <= size:
        sizes = read_i64_le(data, pos + 8)
        start = pos + HEADER_BYTES
        captured = sizes & _LOW
        end = start + captured
        if end > size or captured > most:
            break
        number += 1
        if captured >= PLAIN_BYTES and number > 1:  # the first tells all jobs of the link type
            kind = read_i64_be(data, start + 12)  # ethertype, version and header length, service, total length, id
            rest = read_i64_be(data, start + 20)  # fragment, time to live, protocol, ...
            if kind >> 40 & 0xFFFFFF == 0x080045 and rest >> 32 & 0x3FFF00FF == 6:
                ports = read_i64_be(data, start + 30)
                place = ((ports & _PORT) + (ports >> 16 & _PORT)) * SPREAD & _PORT
                if begin <= place < stop:
                    share.own_frame = number
                else:
                    header: i64 = data[start + 46] >> 2 & 0x3C
                    if (
                        header >= 20
                        and captured >= 34 + header
                        and kind >> 16 & 0xFFFF >= 20 + header
                        and number <= until
                    ):
                        times = read_i64_le(data, pos)
                        time_ns = (times & _LOW) * 1_000_000_000 + (times >> 32 & _LOW) * unit
                        if time_ns > latest:
                            latest = time_ns
                        passed += 1
                        pos = end
                        continue
        times = read_i64_le(data, pos)
        wire = sizes >> 32 & _LOW
        frame.time_ns = (times & _LOW) * 1_000_000_000 + (times >> 32 & _LOW) * unit
        frame.start = start
        frame.wire_bytes = wire if wire > captured else captured
        pos = end
        found = True
        break
    frame.number = number
    frame.end = pos
    if passed:
        share.passed_frames += passed
        share.passed_frame = number - 1 if found else number
        share.passed_time_ns = time_ns
        share.latest_ns = latest
    return found
