"""Rows of a label and what it says, one under the other: the form of a finding."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

LABEL_STYLE = "cyan"
_LABEL_COLUMNS = 7


def grid() -> Table:
    """An empty one, to which rows of a label and a content are added."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=_LABEL_COLUMNS, no_wrap=True)
    table.add_column(overflow="fold")
    return table


def add_known(table: Table, rows: Iterable[tuple[str, RenderableType | None]]) -> None:
    """Add the rows that have something to say."""
    for label, content in rows:
        if content is not None:
            table.add_row(Text(label, style=LABEL_STYLE), content)
