"""The causes in words: all of them on one line each, or one in full. Knows the table of causes, not the report."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kacap.render.drawing import COLUMNS, drawing
from kacap.render.style import DIM, SEVERITY, STRONG
from kacap.render.unbroken import Unbroken
from kacap.verdict.causes import Cause

_LABEL_COLUMNS = 12
_STACK_COLUMNS = 20
_READABLE_COLUMNS = 100
"""A longer line is hard to read."""


def listing(causes: Sequence[Cause]) -> RenderableType:
    """Every cause with its title, under the heading of its group, in the order of the table.

    On a narrow console it is the title that takes another line, never the id.
    """
    id_columns = max((len(cause.id) for cause in causes), default=0)
    parts: list[RenderableType] = []
    for group, members in groupby(causes, key=lambda cause: cause.group):
        parts.append(Text(group, style=STRONG))
        rows = Table.grid(padding=(0, 2, 0, 0))
        rows.add_column(width=id_columns + 2, no_wrap=True, style="cyan")
        rows.add_column(overflow="fold")
        for cause in members:
            rows.add_row(Text(f"  {cause.id}"), Text(cause.title))
        parts += [rows, Text("")]
    return Group(*parts, Text("kacap explain ID tells one in full.", style=DIM))


def in_full(cause: Cause, width: int) -> RenderableType:
    """One cause: what it means, how it looks on the wire, how to confirm it, how to mend it."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=_LABEL_COLUMNS, no_wrap=True, style="cyan")
    grid.add_column(overflow="fold", max_width=min(width, _READABLE_COLUMNS) - _LABEL_COLUMNS - 1)
    for label, content in _sections(cause, draws=width >= _LABEL_COLUMNS + 1 + COLUMNS):
        grid.add_row(Text(label), Padding(content, (0, 0, 1, 0)))
    return Group(
        Text(cause.title, style=STRONG),
        Text.assemble(
            (cause.id, "cyan"),
            (f" · {_decided(cause)} · {' or '.join(cause.certainties)} · ", DIM),
            (str(cause.severity), SEVERITY[cause.severity]),
        ),
        Text(""),
        grid,
    )


def _decided(cause: Cause) -> str:
    return f"{' or '.join('nobody' if who == 'nobody' else f'the {who}' for who in cause.deciders)} decides"


def _sections(cause: Cause, *, draws: bool) -> Iterator[tuple[str, RenderableType]]:
    if cause.meaning:
        yield "Meaning", Text(cause.meaning)
    if cause.wire:
        yield "On the wire", Text(cause.wire)
    if cause.drawing and draws:
        yield "", drawing(cause.drawing)
    if cause.confirm:
        yield "Confirm", Unbroken(cause.confirm)
    if cause.remedies:
        fixes = Table.grid(padding=(0, 2, 0, 0))
        longest_word = max(len(word) for remedy in cause.remedies for word in remedy.stack.split())
        fixes.add_column(
            min_width=min(longest_word, _STACK_COLUMNS), max_width=_STACK_COLUMNS, overflow="fold", style=STRONG
        )
        fixes.add_column(overflow="fold")
        for remedy in cause.remedies:
            fixes.add_row(Text(remedy.stack), Unbroken(remedy.text))
        yield "Fix", fixes
    for label, lines in (("Looks like", cause.look_alikes), ("Sources", cause.sources)):
        if lines:
            yield label, Group(*map(Text, lines))
