"""A share of the connections of a capture: those whose addresses and ports fall to one of several jobs.

Rules: both directions of a 4-tuple fall to the same job: words of 16 bits are added up modulo 65535, as in a checksum
(RFC 1071), so that their order makes no difference. Ports that follow each other, as those of one client do, are dealt
out evenly (Fibonacci hashing). A reader may pass over a frame that is plainly a segment of another job; where anything
is odd it hands the frame out, and the decoder finds whose it is.
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i32_be, read_i64_be

if TYPE_CHECKING:
    from mypy_extensions import i64

PLAIN_BYTES: Final = 54
"""Ethernet, IPv4 and TCP without options."""

_MODULUS: Final = 65535
_SPREAD: Final = 40502
"""Modulus divided by the golden ratio; they have no common divisor."""
_LOW: Final = 0xFFFFFFFF


class Share:
    """What falls to the job at `index` (from 0) of `count`, and what its reader passed over for it."""

    __slots__ = ("_begin", "_end", "index", "last_frame", "last_time_ns", "latest_ns", "passed_frames", "until")

    def __init__(self, index: int, count: int) -> None:
        self.index = index
        self._begin = _MODULUS * index // count
        self._end = _MODULUS * (index + 1) // count
        self.until = 1 << 62
        """The number of the last frame that counts, once that is known."""
        self.passed_frames = 0
        self.last_frame = 0
        """The number of the last one."""
        self.last_time_ns = 0
        self.latest_ns = -1 << 62
        """The highest time of them; time may step back."""

    def holds(self, key: bytes) -> bool:
        """Whether a segment with this `key` (as `Segment.key`, 12 or 36 bytes) falls to this job."""
        if len(key) == 12:
            both: int = read_i32_be(key, 8)
            return self._holds(read_i64_be(key, 0), both)
        return self._begin <= int.from_bytes(key, "big") * _SPREAD % _MODULUS < self._end

    def passes(self, data: bytes, at: int, captured: int) -> bool:
        """Whether the Ethernet frame at `at`, of which so many bytes were captured, is plainly another job's segment.

        Plainly: IPv4 without options or fragments, its length in order, and all of the TCP header captured.
        """
        if captured < PLAIN_BYTES:
            return False
        first: i64 = read_i64_be(data, at + 12)  # ethertype, version and header length, service, total length, id
        second: i64 = read_i64_be(data, at + 20)  # fragment, time to live, protocol, checksum, source
        if first >> 40 & 0xFFFFFF != 0x080045 or second >> 32 & 0x3FFF00FF != 6:
            return False
        header: i64 = data[at + 46] >> 2 & 0x3C
        if header < 20 or captured < 34 + header or first >> 16 & 0xFFFF < 20 + header:
            return False
        ports: int = read_i32_be(data, at + 34)
        return not self._holds(read_i64_be(data, at + 26), ports)

    def note_passed(self, frames: int, last_frame: int, last_time_ns: int, latest_ns: int) -> None:
        """The reader passed over so many frames, up to `last_frame`."""
        self.passed_frames += frames
        self.last_frame = last_frame
        self.last_time_ns = last_time_ns
        self.latest_ns = max(latest_ns, self.latest_ns)

    def _holds(self, addresses: "i64", ports: "i64") -> bool:
        total: i64 = (addresses & _LOW) + (addresses >> 32 & _LOW) + (ports & _LOW)
        return self._begin <= total * _SPREAD % _MODULUS < self._end
