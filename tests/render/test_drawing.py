"""The wire signature as a picture."""

from rich.cells import cell_len

from kacap.render.drawing import COLUMNS, drawing
from kacap.render.legible import Legible
from tests.render.screen import Screen, printed

STEPS = ("> GET /", "< 200, Connection: close", ". 2 s", "+ SYN")


def test_each_kind_of_step() -> None:
    assert printed(drawing(STEPS), 80).splitlines() == [
        " client                                        server",
        "  │─ GET / ──────────────────────────────────────►│",
        "  │◄─ 200, Connection: close ─────────────────────│",
        "  ┊  2 s                                          ┊",
        "  │═ SYN ════════════════════════════════════════►│",
        "  ═ another connection",
    ]


def test_no_legend_without_another_connection() -> None:
    assert "another" not in printed(drawing(STEPS[:3]), 80)


def test_the_longest_text_fits_and_no_line_is_wider() -> None:
    steps = tuple(f"{sign} {'x' * 40}" for sign in "><.+")
    lines = printed(drawing(steps), 80).splitlines()
    assert [line.count("x") for line in lines[1:5]] == [40] * 4
    assert {len(line) for line in lines[1:5]} == {lines[1].index("│") + len(lines[1].strip())}
    assert max(map(cell_len, lines)) <= COLUMNS


def test_plain_where_the_console_has_no_box_characters() -> None:
    screen = Screen(80, encoding="ascii")
    screen.console.print(Legible(drawing(STEPS)))
    assert screen.text.splitlines() == [
        " client                                        server",
        "  |- GET / -------------------------------------->|",
        "  |<- 200, Connection: close ---------------------|",
        "  :  2 s                                          :",
        "  |= SYN ========================================>|",
        "  = another connection",
    ]
