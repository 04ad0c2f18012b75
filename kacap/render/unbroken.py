"""Text whose lines end between words; a word longer than a line ends behind a mark inside it: `custom().` `set(1)`.

Rich cuts such a word at the last column, in the middle of a name, and what one copies from there is no code any more.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

_PIECES = re.compile(r"[^.(,=/;:&|]*[.(,=/;:&|]+|[^.(,=/;:&|]+")


class Unbroken:
    """Wraps plain text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text("\n".join(_lines(self._text, options.max_width)), overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, Text(self._text))


def _lines(text: str, columns: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if cell_len(line) + 1 + cell_len(word) <= columns:
            line = f"{line} {word}" if line else word
            continue
        if line:
            yield line
            line = ""
        for piece in [word] if cell_len(word) <= columns else _PIECES.findall(word):
            if line and cell_len(line) + cell_len(piece) > columns:
                yield line
                line = ""
            line += piece
    if line:
        yield line
