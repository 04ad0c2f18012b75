"""The wire signature of a cause as a picture: two sides, time downwards.

client                                        server
  │─ GET / ──────────────────────────────────────►│     `> GET /`
  │◄─ 200, Connection: close ─────────────────────│     `< 200, Connection: close`
  ┊  2 s                                          ┊     `. 2 s`
  │═ SYN ════════════════════════════════════════►│     `+ SYN`: the client opens another connection
"""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from kacap.render.style import DIM

_TEXT_COLUMNS = 40
"""The longest text of a step."""
_INNER_COLUMNS = _TEXT_COLUMNS + 7
_MARGIN = "  "
COLUMNS = len(_MARGIN) * 2 + 2 + _INNER_COLUMNS

_STEPS = {
    ">": ("│", "─ ", "─", "─►", "│"),
    "<": ("│", "◄─ ", "─", "─", "│"),
    "+": ("│", "═ ", "═", "═►", "│"),
    ".": ("┊", "  ", " ", " ", "┊"),
}
"""Sign of a step → the client's line, before the text, what fills up behind it, the end, the server's line."""


def drawing(steps: Sequence[str]) -> RenderableType:
    """The picture, at most `COLUMNS` wide. Steps must be of the form that a cause has; their texts are plain."""
    lines = [Text(f" client{'server':>{COLUMNS - 7}}", style=DIM)]
    lines += [Text(_MARGIN + _line(step)) for step in steps]
    if any(step.startswith("+") for step in steps):
        lines.append(Text(f"{_MARGIN}═ another connection", style=DIM))
    return Group(*lines)


def _line(step: str) -> str:
    sign, _, text = step.partition(" ")
    client, before, filling, end, server = _STEPS[sign]
    columns = _INNER_COLUMNS - len(before) - len(end)
    return f"{client}{before}{text[:_TEXT_COLUMNS] + ' ':{filling}<{columns}}{end}{server}"
