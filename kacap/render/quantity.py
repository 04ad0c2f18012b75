"""Numbers as people read them. `–` stands for what is not known."""

UNKNOWN = "–"

_DURATIONS = (
    (1_000, 1, "ns"),
    (1_000_000, 1_000, "µs"),
    (1_000_000_000, 1_000_000, "ms"),
    (60_000_000_000, 10**9, "s"),
)
"""Below this many nanoseconds: divide by, unit."""
_LONG_DURATIONS = ((3_600, 60, "min", 1, "s"), (86_400, 3_600, "h", 60, "min"))
"""Below this many seconds: major divisor and unit, minor divisor and unit."""
_SIZES = ((10**3, 1, "B"), (10**6, 10**3, "kB"), (10**9, 10**6, "MB"), (10**12, 10**9, "GB"))


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 connection`, `100 connections`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def duration(duration_ns: int | None) -> str:
    """Three digits and a unit; minutes, hours and days in two parts."""
    if duration_ns is None:
        return UNKNOWN
    if duration_ns < 0:
        return "-" + duration(-duration_ns)
    if duration_ns == 0:
        return "0"
    for below, divisor, unit in _DURATIONS:
        if duration_ns < below:
            return f"{_three_digits(duration_ns, divisor)} {unit}"
    seconds = duration_ns // 1_000_000_000
    for below, major, major_unit, minor, minor_unit in _LONG_DURATIONS:
        if seconds < below:
            return f"{seconds // major} {major_unit} {seconds % major // minor} {minor_unit}"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3_600} h"


def between(least_ns: int, most_ns: int) -> str:
    """`0.99–1.01 s`, in one unit where they are of one size; one duration where both look the same."""
    least, most = duration(least_ns), duration(most_ns)
    if least == most:
        return most
    number, _, unit = most.partition(" ")
    divisor = next((divisor for _, divisor, name in _DURATIONS if name == unit), None)
    if divisor is None or least_ns * 10 < most_ns:
        return f"{least}–{most}"
    decimals = len(number.partition(".")[2])
    return f"{least_ns / divisor:.{decimals}f}–{most}"


def size(size_bytes: int) -> str:
    """Bytes in decimal units."""
    for below, divisor, unit in _SIZES:
        if size_bytes < below:
            return f"{_three_digits(size_bytes, divisor)} {unit}"
    return f"{size_bytes / 10**12:.0f} TB"


def share(part: float) -> str:
    """0…1 as a percentage that says 0 % and 100 % only where it is exact."""
    percent = part * 100
    if 0 < percent < 1:
        return "< 1 %"
    if 99 < percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %"


def per_second(rate: float, plural: str) -> str:
    """`0.25 closes/s`, `95.2 closes/s`, `1,200 closes/s`."""
    return f"{rate:,.{0 if rate >= 100 else 1 if rate >= 10 else 2}f} {plural}/s"


def _three_digits(value: int, divisor: int) -> str:
    if divisor == 1:
        return str(value)
    whole = value // divisor
    return f"{value / divisor:.{0 if whole >= 100 else 1 if whole >= 10 else 2}f}"
