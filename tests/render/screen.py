"""A console of known width that remembers what was printed on it."""

import io

from rich.console import Console, RenderableType

from kacap.render.legible import Legible


class Screen:
    """Not a terminal, unless `colour`; `encoding` is what it can draw."""

    def __init__(self, width: int, *, encoding: str = "utf-8", colour: bool = False) -> None:
        self._bytes = io.BytesIO()
        self._out = io.TextIOWrapper(self._bytes, encoding=encoding, newline="\n")
        self.console = Console(
            file=self._out,
            width=width,
            markup=False,
            highlight=False,
            emoji=False,
            force_terminal=colour,
            color_system="standard" if colour else None,
            _environ={},
        )

    @property
    def text(self) -> str:
        """All that was printed."""
        self._out.flush()
        return self._bytes.getvalue().decode(self._out.encoding)


def printed(renderable: RenderableType, width: int = 80) -> str:
    """What `renderable` looks like on a plain screen."""
    screen = Screen(width)
    screen.console.print(Legible(renderable))
    return screen.text
