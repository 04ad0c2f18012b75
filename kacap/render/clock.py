"""Times relative to the first frame, as Wireshark shows them, no finer than the capture needs."""

from kacap.render.quantity import UNKNOWN
from kacap.report.model import Report


class Clock:
    """Seconds since the beginning of the capture."""

    __slots__ = ("_decimals", "origin_ns")

    def __init__(self, origin_ns: int, span_ns: int) -> None:
        self.origin_ns = origin_ns
        self._decimals = 6 if span_ns < 10 * 10**9 else 3 if span_ns < 10_000 * 10**9 else 1

    def at(self, time_ns: int | None) -> str:
        """`0.001234`, in seconds; `–` when unknown."""
        if time_ns is None:
            return UNKNOWN
        elapsed_ns = time_ns - self.origin_ns
        sign = "-" if elapsed_ns < 0 else ""
        seconds, fraction_ns = divmod(abs(elapsed_ns), 10**9)
        return f"{sign}{seconds}.{fraction_ns:09}"[: self._decimals - 9]


def clock_of(report: Report) -> Clock:
    """The clock that counts from the first frame of this report."""
    origin_ns = report.capture.first_time_ns or 0
    return Clock(origin_ns, max(0, (report.capture.last_time_ns or 0) - origin_ns))
