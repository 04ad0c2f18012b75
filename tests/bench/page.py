"""The tables, as Markdown whose columns stand in line: the same for the screen and for README.md."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from statistics import median

from tests.bench.memory import BODY_BYTES, FEW, LARGE_BODY_BYTES, LIMIT_AT, LIMIT_BYTES
from tests.bench.ratios import Spread, per_round
from tests.bench.results import Measured, Peak, Results, Runs
from tests.bench.tools import COPY, KACAP, TSHARK, TWO_JOBS
from tests.bench.workloads import FASTER_THAN_TSHARK, WORKLOADS

_LINEAR = 1.25
"""So much more than the fewest connections may the most of them take, each."""
_NO_GROWTH = 1.1
_SHARED_ON = "small"
_SHARED_GAIN = 1.5
"""So much faster two jobs must be there, on two processors."""
_MIB = 1 << 20
_UNKNOWN = "–"
_REPORTS = {False: "summary", True: "full JSON"}


def page(results: Results) -> str:
    """All tables of what was measured, with what they were measured on; empty parts are left out."""
    parts = [_speed(name, measured) for name, measured in results.workloads.items()]
    parts += [_memory(results.memory)] if results.memory else []
    rows = [*speed_targets(results), *memory_targets(results.memory)]
    parts += [table(("target", "measured", "holds"), rows, "llc")] if rows else []
    return "\n\n".join([*parts, _measured_on(results)]) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], alignment: str) -> str:
    """A Markdown table; `alignment` has a letter for each column: l, c or r."""
    widths = [max(3, *map(len, column)) for column in zip(head, *rows, strict=True)]
    marks = [_rule(letter, width) for letter, width in zip(alignment, widths, strict=True)]
    pads = {"l": str.ljust, "c": str.center, "r": str.rjust}
    lines = [head, marks, *rows]
    return "\n".join(
        f"| {' | '.join(pads[side](cell, width) for cell, side, width in zip(line, alignment, widths, strict=True))} |"
        for line in lines
    )


def copy_ratio(measured: Measured, tool: str) -> Spread:
    """How many times what tcpdump takes to copy the capture, within each round."""
    return per_round(measured.runs[tool].seconds, measured.runs[COPY].seconds)


def tshark_ratio(measured: Measured, tool: str) -> Spread:
    """How many times faster than tshark, within each round, or than its only run where it sat out the later ones."""
    seconds, slow = measured.runs[tool].seconds, measured.runs[TSHARK].seconds
    if len(slow) < len(seconds):
        slow = [median(slow)] * len(seconds)
    return per_round(slow, seconds)


def speed_targets(results: Results) -> Iterator[tuple[str, str, str]]:
    """What kacap must reach by default on each workload: what, measured, holds."""
    for name, measured in results.workloads.items():
        for core, tool in KACAP.items():
            limits = []
            if core == "compiled":
                limits.append((f"at most {WORKLOADS[name].times_copy:g} × the copy", copy_ratio, False))
            limits.append((f"at least {FASTER_THAN_TSHARK[core]:g} × faster than tshark", tshark_ratio, True))
            for what, ratio, is_floor in limits:
                limit = FASTER_THAN_TSHARK[core] if is_floor else WORKLOADS[name].times_copy
                target = f"{name}, {core}: {what}"
                if tool not in measured.runs:
                    yield target, "not measured", _UNKNOWN
                    continue
                found = ratio(measured, tool).median
                yield target, f"{found:.3g} ×", _holds(found >= limit if is_floor else found <= limit)
            if name == _SHARED_ON and tool in measured.runs and tool + TWO_JOBS in measured.runs:
                gain = per_round(measured.runs[tool].seconds, measured.runs[tool + TWO_JOBS].seconds).median
                target = f"{name}, {core}: two jobs at least {_SHARED_GAIN:g} × as fast as by default"
                yield target, f"{gain:.3g} ×", _holds(gain >= _SHARED_GAIN)


def memory_targets(peaks: Sequence[Peak]) -> Iterator[tuple[str, str, str]]:
    """What kacap may need, and how it may grow, for each core and report: what, measured, holds."""
    for core, full in dict.fromkeys((peak.core, peak.full) for peak in peaks):
        mine = [peak for peak in peaks if (peak.core, peak.full) == (core, full)]
        what = f"memory, {core}, {_REPORTS[full]}"
        small = [peak for peak in mine if peak.body_bytes == BODY_BYTES and peak.connections > FEW]
        large = next(peak for peak in mine if peak.body_bytes == LARGE_BODY_BYTES)
        each = [_each_bytes(mine, peak) for peak in small]
        for peak in small:
            if peak.connections == LIMIT_AT:
                target = f"{what}: at most {_mib(LIMIT_BYTES[full])} for {LIMIT_AT:,} connections"
                yield target, _mib(peak.peak_bytes), _holds(peak.peak_bytes <= LIMIT_BYTES[full])
        growth = each[-1] / each[0]
        yield (
            f"{what}: in proportion to connections (× {_LINEAR:g} each)",
            f"× {growth:.2f} each, for × {small[-1].connections / small[0].connections:g} connections",
            _holds(growth <= _LINEAR),
        )
        growth = _each_bytes(mine, large) / each[0]
        yield (
            f"{what}: not with bytes (× {_NO_GROWTH:g} each)",
            f"× {growth:.2f} each, for bodies × {LARGE_BODY_BYTES / BODY_BYTES:g}",
            _holds(growth <= _NO_GROWTH),
        )


def _speed(name: str, measured: Measured) -> str:
    head = (name, "× the copy", "times faster than tshark", "µs a frame", "seconds", "CPU seconds", "peak memory")
    return (
        f"**{name}**: {WORKLOADS[name].what}. {measured.frames:,} frames, {measured.connections:,} connections, "
        f"{measured.exchanges:,} exchanges, {measured.file_bytes / 1e6:,.0f} MB.\n\n"
    ) + table(head, [_speed_row(measured, tool, runs) for tool, runs in measured.runs.items()], "lrrrrrr")


def _speed_row(measured: Measured, tool: str, runs: Runs) -> tuple[str, ...]:
    seconds = median(runs.seconds)
    return (
        tool,
        _between(copy_ratio(measured, tool)),
        _between(tshark_ratio(measured, tool)),
        f"{seconds / measured.frames * 1e6:.3g}",
        f"{seconds:.3g}",
        f"{median(runs.cpu_seconds):.3g}",
        _mib(runs.peak_bytes),
    )


def _memory(peaks: Sequence[Peak]) -> str:
    kinds = list(dict.fromkeys((peak.core, peak.full) for peak in peaks))
    columns = [[peak for peak in peaks if (peak.core, peak.full) == kind] for kind in kinds]
    heads = [title for core, full in kinds for title in (f"{core}, {_REPORTS[full]}", "each")]
    rows = []
    for line in zip_longest(*columns):
        first = line[0]
        cells = [
            f"{first.connections:,}",
            f"{first.body_bytes:,}",
            f"{first.frames:,}",
            f"{first.file_bytes / 1e6:,.0f}",
        ]
        for column, peak in zip(columns, line, strict=True):
            each = _UNKNOWN if peak.connections == FEW else f"{_each_bytes(column, peak):,.0f} B"
            cells += [_mib(peak.peak_bytes), each]
        rows.append(cells)
    head = ("connections", "body bytes", "frames", "MB", *heads)
    return "**memory**: peak, and what each connection adds to that of a few.\n\n" + table(head, rows, "r" * len(head))


def _each_bytes(peaks: Sequence[Peak], peak: Peak) -> float:
    """What each connection adds to the memory of the program itself."""
    base = next(few for few in peaks if few.connections == FEW)
    return max(1, peak.peak_bytes - base.peak_bytes) / peak.connections


def _measured_on(results: Results) -> str:
    rounds = max((len(measured.runs[COPY].seconds) for measured in results.workloads.values()), default=0)
    how = f"Measured in {rounds} rounds: median (lowest – highest)" if rounds else "Measured"
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    return f"{how}; on {', '.join(results.machine.values())}; with {versions}."


def _between(ratios: Spread) -> str:
    if ratios.low == ratios.high:
        return f"{ratios.median:.3g}"
    return f"{ratios.median:.3g} ({ratios.low:.3g} – {ratios.high:.3g})"


def _mib(size: int) -> str:
    return f"{size / _MIB:.0f} MiB" if size >= 10 * _MIB else f"{size / _MIB:.1f} MiB"


def _rule(side: str, width: int) -> str:
    return f"{':' if side == 'c' else '-'}{'-' * (width - 2)}{'-' if side == 'l' else ':'}"


def _holds(whether: bool) -> str:
    return "yes" if whether else "no"
