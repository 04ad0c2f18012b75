"""A table that fits: nothing wraps, and where the console is too narrow, whole columns go.

A column of which all cells are unknown is never shown. Then go, until the rest fits: first the columns that say the
same in every row, told once under the table; next the others, named under it. The highest rank goes first.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kacap.render.joined import Joined
from kacap.render.quantity import UNKNOWN
from kacap.render.style import DIM

INDENT = 2
_BETWEEN = 2

Cell = str | Text


class Column(NamedTuple):
    """One column, with its cells from top to bottom."""

    header: str
    cells: Sequence[Cell]
    rank: int = 0
    """0 stays always; of the others the highest goes first."""
    justify: Literal["left", "right"] = "left"
    shrinks_to: int | None = None
    """The width below which this column may not be cut; None: it is never cut."""

    @property
    def is_known(self) -> bool:
        return any(str(cell) != UNKNOWN for cell in self.cells)

    @property
    def is_constant(self) -> bool:
        return len(set(map(str, self.cells))) == 1

    @property
    def wide(self) -> int:
        return max(map(_wide, (self.header, *self.cells)))

    @property
    def narrow(self) -> int:
        return self.wide if self.shrinks_to is None else min(self.wide, self.shrinks_to)


def fitted(columns: Sequence[Column], width: int, *, notes: bool = True) -> RenderableType:
    """The table at this console width. Cells must have passed `escape.safe` where they hold hostile text.

    Without `notes` what is not shown is not told either, whether it is constant or not, and the table is as high as its
    rows and their header.
    """
    kept = [column for column in columns if column.rank == 0 or column.is_known]
    constant = list(_removed(kept, width, lambda column: notes and column.is_constant))
    dropped = list(_removed(kept, width, lambda column: True))
    rows = len(columns[0].cells)
    parts: list[RenderableType] = [_drawn(kept, width)]
    if not notes:
        return parts[0]
    if constant:
        facts = [f"{column.header} {column.cells[0]}" for column in reversed(constant)]
        parts.append(_indented(Joined(facts, before="all rows: " if rows > 1 else "also: ")))
    if dropped:
        headers = [column.header for column in reversed(dropped)]
        parts.append(_indented(Joined(headers, before="a wider screen also shows: ")))
    return Group(*parts)


def _removed(kept: list[Column], width: int, may_go: Callable[[Column], bool]) -> Iterator[Column]:
    """Take columns out of `kept` until the table fits or none may go."""
    while _needed(kept, cut=True) > width:
        candidates = [column for column in kept if column.rank and may_go(column)]
        if not candidates:
            return
        goes = max(candidates, key=lambda column: column.rank)
        kept.remove(goes)
        yield goes


def _needed(columns: Sequence[Column], *, cut: bool) -> int:
    return INDENT + sum(column.narrow if cut else column.wide for column in columns) + _BETWEEN * (len(columns) - 1)


def _drawn(columns: Sequence[Column], width: int) -> RenderableType:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, _BETWEEN, 0, 0), header_style=DIM)
    surplus = max(0, _needed(columns, cut=False) - width)
    for column in columns:
        given_up = min(surplus, column.wide - column.narrow)
        surplus -= given_up
        header, columns_wide = Text(column.header), column.wide - given_up
        table.add_column(header, justify=column.justify, width=columns_wide, no_wrap=True, overflow="ellipsis")
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
    return _indented(table)


def _indented(renderable: RenderableType) -> RenderableType:
    return Padding(renderable, (0, 0, 0, INDENT))


def _wide(cell: Cell) -> int:
    return max(map(cell_len, str(cell).split("\n")))
