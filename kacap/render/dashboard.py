"""A glance on a screen: the verdict, then the pairs, what ended last, the lanes; on the last line the capture itself.

It fills what it is given, however small or large: what is least missed goes first. Text from packets passes
`escape.safe`, and nothing is told by colour alone.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kacap.render.escape import safe
from kacap.render.glance_lanes import lanes_now
from kacap.render.glance_tables import ended_now, lines_of_a_pair, pairs_now, rate
from kacap.render.joined import Joined
from kacap.render.legible import Legible
from kacap.render.quantity import counted, duration, share, size
from kacap.render.style import ALARM, CAUTION, DIM, STRONG, VERDICT, spoken
from kacap.report.glance import Glance, Standing

_HEAD_LINES = 3
_HEAD_SHARE = 4
"""Where a sentence needs two lines, the head may take one part of so many."""
_NARROW = 60
_HOW_TO_END = "Ctrl-C: the report"
_DROPS_MEAN = (
    " the kernel had no room for them; the counts are too low",
    " the counts are too low",
)
"""The first that fits is said."""

_Lines = list[list[Segment]]


class _Block(NamedTuple):
    """A part between the verdict and the last line."""

    least_lines: int
    lines: int
    """As many as it could fill."""
    draw: Callable[[int], RenderableType]
    """The part in at most so many lines."""


def dashboard(glance: Glance, width: int, height: int) -> RenderableType:
    """`height` lines of at most `width` columns."""
    return Legible(_Dashboard(glance, max(1, width), max(1, height)))


class _Dashboard:
    def __init__(self, glance: Glance, width: int, height: int) -> None:
        self._glance = glance
        self._width = width
        self._height = height

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = self._lines(console, options.update(width=self._width, height=None))
        for line in lines[: self._height]:
            yield from line
            yield Segment.line()

    def _lines(self, console: Console, options: ConsoleOptions) -> _Lines:
        def drawn(part: RenderableType) -> _Lines:
            return console.render_lines(part, options, pad=False)

        glance, height = self._glance, self._height
        head = drawn(_head(glance, self._width))[: max(_HEAD_LINES, height // _HEAD_SHARE)]
        foot = drawn(_foot(glance, self._width))[: height - 1]
        body = head[: height - len(foot)]
        blocks = _blocks(glance, self._width)
        for block, lines in zip(blocks, _shares(height - len(body) - len(foot), blocks), strict=True):
            if lines:
                body += [[], *drawn(block.draw(lines))[:lines]]
        space = height - len(body) - len(foot)
        return [*body, *([[]] * space), *foot]


def _blocks(glance: Glance, width: int) -> list[_Block]:
    """What there is to be shown, in order."""
    blocks = []
    if glance.pairs:
        each = lines_of_a_pair(glance, width)
        blocks.append(_Block(1 + each, 1 + each * len(glance.pairs), lambda lines: pairs_now(glance, width, lines)))
    if glance.ended:
        blocks.append(_Block(2, 1 + len(glance.ended), lambda lines: ended_now(glance, width, lines)))
    if glance.lanes:
        blocks.append(_Block(3, 2 + len(glance.lanes), lambda lines: lanes_now(glance, width, lines)))
    return blocks


def _shares(room: int, blocks: Sequence[_Block]) -> list[int]:
    """How many lines each gets, but for the empty one above it: all the same, as far as they want them."""
    shares = [0] * len(blocks)
    for at, block in enumerate(blocks):
        if room > block.least_lines:
            shares[at] = block.least_lines
            room -= block.least_lines + 1
    hungry = True
    while room > 0 and hungry:
        hungry = False
        for at, block in enumerate(blocks):
            if room > 0 and 0 < shares[at] < block.lines:
                shares[at] += 1
                room -= 1
                hungry = True
    return shares


def _head(glance: Glance, width: int) -> RenderableType:
    summary = glance.summary
    word = Text(spoken(summary.verdict).upper(), style=VERDICT[summary.verdict])
    if not summary.exchanges:
        word = Text("WAITING", style=STRONG)
    lines: list[RenderableType] = [Text(_sentence(summary), style=STRONG)]
    figures = list(_figures(summary))
    lines += [Joined(figures)] if figures else []
    lines.append(Joined(_standing(summary)))
    if width < _NARROW:
        return Group(word, *lines)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(word, Group(*lines))
    return grid


def _sentence(summary: Standing) -> str:
    if not summary.exchanges:
        seen = f" in {counted(summary.connections, 'connection')}" if summary.connections else ""
        return f"no HTTP/1 exchange yet{seen}"
    carried = f"{counted(summary.used, 'connection')} for {counted(summary.exchanges, 'exchange')}"
    if summary.verdict == "inconclusive":
        return f"{carried} seen; the capture misses some of what was said"
    if not summary.avoidable_connections:
        return f"{carried}; none was avoidable"
    if summary.verdict == "reused":
        return f"{carried}; {summary.avoidable_connections:,} avoidable, which is little"
    return f"{carried}; {summary.needed_connections:,} would have done"


def _figures(summary: Standing) -> Iterator[str]:
    if summary.reuse_rate is not None:
        possible = summary.exchanges - summary.needed_connections
        yield f"{summary.reused_exchanges:,} of {counted(possible, 'possible reuse')} ({share(summary.reuse_rate)})"
    if summary.avoidable_connections:
        yield f"{summary.avoidable_connections:,} avoidable so far"


def _standing(summary: Standing) -> Iterator[str]:
    yield f"now: {summary.open:,} open"
    yield f"{summary.busy:,} busy"
    yield f"{summary.idle:,} idle"
    yield f"{rate(summary.opened_per_second)} new/s"
    yield f"{rate(summary.exchanges_per_second)} exchanges/s"


def _foot(glance: Glance, width: int) -> RenderableType:
    """One line on the capture; where frames were dropped, another that cannot be overlooked."""
    how = _HOW_TO_END if width >= _NARROW else ""
    room = max(1, width - len(how) - 2 if how else width)
    left = Text(no_wrap=True, overflow="ellipsis")
    if glance.behind_ns:
        left.append(f"{duration(glance.behind_ns)} behind", style=CAUTION)
    for fact in _capture(glance):
        between = " · " if left else ""
        if left and left.cell_len + cell_len(between + fact) > room:
            break
        left.append(between + fact, style=DIM)
    left.truncate(room, overflow="ellipsis")
    line = Text.assemble(left, " " * max(0, width - left.cell_len - len(how)), how, no_wrap=True, overflow="crop")
    if not glance.dropped_frames:
        return line
    alarm = Text(
        f" {counted(glance.dropped_frames, 'FRAME', 'FRAMES')} DROPPED ", style=ALARM, no_wrap=True, overflow="ellipsis"
    )
    meaning = next((each for each in _DROPS_MEAN if alarm.cell_len + cell_len(each) <= width), "")
    alarm.append(meaning, style=STRONG)
    return Group(alarm, line)


def _capture(glance: Glance) -> Iterator[str]:
    names = ", ".join(safe(name, 20) for name in glance.sources)
    if names:
        yield names
    if glance.dropped_frames == 0:
        yield "no drops"
    yield f"{rate(glance.frames_per_second)} frames/s"
    yield f"{size(round(glance.bytes_per_second))}/s"
    if glance.first_time_ns is not None:
        lasted_ns = max(0, glance.time_ns - glance.first_time_ns)
        yield counted(glance.frames, "frame")
        yield f"{size(glance.bytes)} in {duration(lasted_ns)}"
