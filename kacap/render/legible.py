"""Any renderable as plain as its reader needs it: no blanks at the ends of lines, no character that cannot be drawn.

Where the console's encoding lacks a character, another as wide stands in for it, so that nothing aligned comes apart.
"""

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

_STAND_INS = {
    "→": ">", "←": "<", "►": ">", "◄": "<", "…": "~", "≈": "~", "–": "-", "—": "-", "·": ".", "•": "*", "µ": "u",
    "─": "-", "═": "=", "│": "|", "┊": ":", "┈": "?", "█": "#", "├": "[", "┤": "]", "✗": "x",
    "×": "x", "≥": ">", "≤": "<", "“": '"', "”": '"', "‘": "'", "’": "'",
}  # fmt: skip


class Legible:
    """Wraps a renderable."""

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in Segment.split_lines(console.render(self._renderable, options)):
            while line and not line[-1].text.strip(" "):
                line.pop()
            if line:
                line[-1] = Segment(line[-1].text.rstrip(" "), line[-1].style)
            for segment in line:
                yield Segment(_drawable(segment.text, console.encoding), segment.style)
            yield Segment.line()


def _drawable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_stand_in(character, encoding) for character in text)
    return text


def _stand_in(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return _STAND_INS.get(character, "?" * cell_len(character))
    return character
