"""An interface of a pcapng section: what its packets take from it.

Rules: any resolution that a file claims gives some time; whether that is kept is the reader's to say.
"""

TIME_LIMIT_NS = (1 << 62) - 1
"""Times are kept within ± this (the years 1824 to 2115), so that each of them has a date and is a machine integer."""


class Interface:
    """What a packet takes from its interface. A time is `ticks * multiplier // divisor + offset_ns`."""

    __slots__ = ("divisor", "dropped_frames", "link_type", "multiplier", "offset_ns", "snaplen")

    def __init__(self, link_type: int, snaplen: int, resolution: int, offset_ns: int) -> None:
        self.link_type = link_type
        self.snaplen = snaplen
        exponent = resolution & 0x7F
        ticks_per_second = 1 << exponent if resolution & 0x80 else 10**exponent
        self.multiplier = 1_000_000_000
        self.divisor = ticks_per_second
        if self.multiplier % self.divisor == 0:
            self.multiplier //= self.divisor
            self.divisor = 1
        self.offset_ns = offset_ns
        self.dropped_frames: int | None = None

    def time_ns(self, ticks: int) -> int:
        """Nanoseconds since the epoch."""
        return ticks * self.multiplier // self.divisor + self.offset_ns
