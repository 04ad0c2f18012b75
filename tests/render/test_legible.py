"""Every character can be drawn, and as wide as before."""

import pytest
from rich.cells import cell_len
from rich.text import Text

from kacap.render.legible import Legible
from tests.render.screen import Screen, printed

DRAWN = "→ … – · µ × ≥ ≤ ├█─┤✗┈ “x” ’ é 日"


def test_utf8_stays_as_it_is() -> None:
    assert printed(Text(DRAWN)) == DRAWN + "\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252"])
def test_stand_ins_are_as_wide(encoding: str) -> None:
    screen = Screen(80, encoding=encoding)
    screen.console.print(Legible(Text(DRAWN)))
    assert cell_len(screen.text.rstrip("\n")) == cell_len(DRAWN)


def test_ascii_stand_ins() -> None:
    screen = Screen(80, encoding="ascii")
    screen.console.print(Legible(Text(DRAWN)))
    assert screen.text == '> ~ - . u x > < [#-]x? "x" \' ? ??\n'


def test_no_blanks_at_the_ends_of_lines() -> None:
    assert printed(Text("one   \ntwo  \n   ")) == "one\ntwo\n\n"
