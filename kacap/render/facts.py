"""What was read, and what the reader must know about it."""

from collections.abc import Iterator
from pathlib import PurePath

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.joined import Joined
from kacap.render.quantity import counted, duration, size
from kacap.render.style import CAUTION
from kacap.report.model import Capture, Report

_SOURCES_SHOWN = 3
_NAME_LIMIT = 60


def facts(report: Report) -> RenderableType:
    """One dim paragraph: sources, sizes, and what is missing from them."""
    return Joined(_facts(report.capture))


def warnings(report: Report) -> RenderableType | None:
    """One line each; None without any."""
    if not report.warnings:
        return None
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for warning in report.warnings:
        grid.add_row(Text("capture:", style=CAUTION), Text(safe(warning, 600)))
    return grid


def _name(source: str) -> str:
    """As given; of a path too long to show, its last part, which tells it from others."""
    return safe(source if len(source) <= _NAME_LIMIT else PurePath(source).name, _NAME_LIMIT)


def _facts(capture: Capture) -> Iterator[str]:
    sources = [_name(source) for source in capture.sources[:_SOURCES_SHOWN]]
    left = len(capture.sources) - len(sources)
    yield ", ".join(sources) + (f" and {left:,} more" if left else "")
    yield " ".join((safe(capture.format, 20), *(safe(name, 30) for name in capture.link_types)))
    frames = f"{counted(capture.frames, 'frame')}, {size(capture.bytes)}"
    if capture.first_time_ns is not None and capture.last_time_ns is not None:
        frames += f" in {duration(capture.last_time_ns - capture.first_time_ns)}"
    yield frames
    if capture.truncated_file:
        yield "file ends too early"
    if capture.dropped_frames:
        yield f"{counted(capture.dropped_frames, 'frame')} lost by the capture program"
    if capture.snaplen_cut_frames:
        yield f"{counted(capture.snaplen_cut_frames, 'frame')} cut by the snapshot length"
    if capture.duplicate_frames:
        yield counted(capture.duplicate_frames, "duplicate frame")
    if capture.skipped:
        reasons = ", ".join(f"{safe(reason, 40)} {number:,}" for reason, number in capture.skipped.items())
        yield f"{counted(sum(capture.skipped.values()), 'frame')} skipped ({reasons})"
