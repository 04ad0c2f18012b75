"""A share of the connections of a capture: those whose addresses and ports fall to one of several jobs.

Both directions of a 4-tuple fall to the same job. Ports that follow each other, as those of one client do, are dealt
out evenly (Fibonacci hashing).
"""

from typing import TYPE_CHECKING, Final

from librt.strings import read_i32_be

if TYPE_CHECKING:
    from mypy_extensions import i64

_SPREAD: Final = 0x4F1BBCDD
"""2**31 divided by the golden ratio."""
_MIX: Final = 0x5BD1E995
_BITS: Final = 31
_MASK: Final = 0x7FFFFFFF


class Share:
    """What falls to the job at `index` (from 0) of `count`."""

    __slots__ = ("count", "index")

    def __init__(self, index: int, count: int) -> None:
        self.index = index
        self.count = count

    def holds(self, key: bytes) -> bool:
        """Whether a segment with this `key` (as `Segment.key`, 12 or 36 bytes) falls to this job."""
        if len(key) == 12:
            first: int = read_i32_be(key, 0)
            second: int = read_i32_be(key, 4)
            both: int = read_i32_be(key, 8)
            addresses = first + second
        else:
            addresses = int.from_bytes(key[:16], "big") + int.from_bytes(key[16:32], "big")
            addresses = (addresses ^ addresses >> 64) & _MASK
            both = read_i32_be(key, 32)
        mixed: i64 = addresses & _MASK
        count: i64 = self.count
        mixed = mixed * _MIX + (both >> 16 & 0xFFFF) + (both & 0xFFFF)
        return ((mixed & _MASK) * _SPREAD & _MASK) * count >> _BITS == self.index
