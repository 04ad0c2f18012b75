"""Short facts in a row, `one · two · three`, on lines that break only between two facts."""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from kacap.render.style import DIM

_BETWEEN = " · "
_END = " ·"
"""Says that more facts follow on the next line."""


class Joined:
    """The facts, of which hostile parts have passed `escape.safe`, after a word that introduces them."""

    def __init__(self, facts: Iterable[str], before: str = "") -> None:
        self._facts = list(facts)
        if self._facts:
            self._facts[0] = before + self._facts[0]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = ""
        for left, fact in zip(range(len(self._facts) - 1, -1, -1), self._facts, strict=True):
            longer = f"{line}{_BETWEEN}{fact}" if line else fact
            if line and cell_len(longer) + (len(_END) if left else 0) > options.max_width:
                yield Text(line + _END, style=DIM, overflow="fold")
                line = fact
            else:
                line = longer
        yield Text(line, style=DIM, overflow="fold")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(map(cell_len, self._facts), default=0)
        whole = sum(map(cell_len, self._facts)) + len(_BETWEEN) * len(self._facts)
        return Measurement(widest, max(widest, whole)).with_maximum(options.max_width)
