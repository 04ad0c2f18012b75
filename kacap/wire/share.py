"""A share of the connections of a capture: those whose ports fall to one of several jobs.

Rules: both directions of a connection fall to the same job: its two ports are added up, so that their order makes no
difference. Sums that follow each other, or come in steps, as those of one client do, are dealt out evenly (Fibonacci
hashing). Addresses are not asked: the port of a client tells its connections apart well enough. A reader may pass over
a frame that is plainly a segment of another job; where anything is odd it hands the frame out, and the decoder finds
whose it is.
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i32_be, read_i64_be

from kacap.wire.protocols import ETHERNET

if TYPE_CHECKING:
    from mypy_extensions import i64

_PORTS: Final = 0x10000
_PORT: Final = 0xFFFF
_SPREAD: Final = 40503
"""Their number divided by the golden ratio; they have no common divisor."""
_PLAIN_BYTES: Final = 54
"""Ethernet, IPv4 and TCP without options."""

OWN: Final = 0
OTHERS: Final = 1
UNCLEAR: Final = 2
"""What `whose` says."""


class Share:
    """What falls to the job at `index` (from 0) of `count`, and what its reader passed over."""

    __slots__ = (
        "_begin",
        "_end",
        "_link_type",
        "index",
        "latest_ns",
        "own_frame",
        "passed_frame",
        "passed_frames",
        "passed_time_ns",
        "until",
    )

    def __init__(self, index: int, count: int) -> None:
        self.index = index
        self._begin = _PORTS * index // count
        self._end = _PORTS * (index + 1) // count
        self._link_type = -1
        """Of the last frame that was looked at."""
        self.until = 1 << 62
        """The number of the last frame that counts, once that is known."""
        self.own_frame = 0
        """The number of the last frame whose ports plainly fall to this job: so does its segment, if it is one."""
        self.passed_frames = 0
        self.passed_frame = 0
        """The number of the last one that was passed over."""
        self.passed_time_ns = 0
        """Its time."""
        self.latest_ns = -1 << 62
        """The highest time of all of them: time may step back."""

    def holds(self, key: bytes) -> bool:
        """Whether a segment with this `key` (as `Segment.key`, 12 or 36 bytes) falls to this job."""
        ports: int = read_i32_be(key, len(key) - 4)
        return self._begin <= (ports + (ports >> 16)) * _SPREAD & _PORT < self._end

    def whose(self, data: bytes, at: int, captured: int) -> int:
        """Whose segment the Ethernet frame at `at` is, of which so many bytes were captured: OWN, OTHERS, or UNCLEAR.

        OTHERS: plainly another job's segment, which is IPv4 without options or fragments, its length in order, and all
        of the TCP header captured. OWN: this job's, if it is one.
        """
        if captured < _PLAIN_BYTES:
            return UNCLEAR
        first: i64 = read_i64_be(data, at + 12)  # ethertype, version and header length, service, total length, id
        second: int = read_i32_be(data, at + 20)  # fragment, time to live, protocol
        if first >> 40 != 0x080045 or second & 0x3FFF00FF != 6:
            return UNCLEAR
        both: int = read_i32_be(data, at + 34)
        ports: i64 = both
        place: i64 = (ports + (ports >> 16)) * _SPREAD & _PORT
        if self._begin <= place < self._end:
            return OWN
        header: i64 = data[at + 46] >> 2 & 0x3C
        return OTHERS if header >= 20 and captured >= 34 + header and first >> 16 & 0xFFFF >= 20 + header else UNCLEAR

    def passes(self, data: bytes, at: int, captured: int, link_type: int, number: int, time_ns: int) -> bool:
        """Whether the frame at `at`, of which so many bytes were captured, is plainly another job's; it is noted then.

        The first frame of a link type comes to all jobs, and so does what follows the last that counts.
        """
        if link_type != ETHERNET or link_type != self._link_type:
            self._link_type = link_type
            return False
        whose = self.whose(data, at, captured)
        if whose == OWN:
            self.own_frame = number
        if whose != OTHERS or number > self.until:
            return False
        self.note_passed(1, number, time_ns, time_ns)
        return True

    def note_passed(self, frames: int, number: int, time_ns: int, latest_ns: int) -> None:
        """So many were passed over, the last with this number and time, and the highest time of all."""
        self.passed_frames += frames
        self.passed_frame = number
        self.passed_time_ns = time_ns
        if latest_ns > self.latest_ns:
            self.latest_ns = latest_ns
