"""A table never wraps: it gives up columns."""

from rich.text import Text

from kacap.render.table import Column, fitted
from tests.render.screen import printed

COLUMNS = (
    Column("name", ["a", "b"]),
    Column("size", ["10", "200"], 1, "right"),
    Column("alike", ["same words", "same words"], 2),
    Column("nothing", ["–", "–"], 3),
    Column("last", ["long enough 1", "long enough 2"], 4),
)


def test_wide_enough_for_all_that_says_something() -> None:
    assert printed(fitted(COLUMNS, 60), 60) == (
        "  name  size  alike       last\n"
        "  a       10  same words  long enough 1\n"
        "  b      200  same words  long enough 2\n"
    )


def test_constant_columns_go_under_the_table_first() -> None:
    assert printed(fitted(COLUMNS, 30), 30) == (
        "  name  size  last\n  a       10  long enough 1\n  b      200  long enough 2\n  all rows: alike same words\n"
    )


def test_then_the_least_needed_goes_and_is_named() -> None:
    assert printed(fitted(COLUMNS, 20), 40) == (
        "  name  size\n  a       10\n  b      200\n  all rows: alike same words\n  a wider screen also shows: last\n"
    )


def test_one_row_loses_nothing() -> None:
    one = (Column("name", ["a"]), Column("size", ["10"], 1), Column("colour", ["red"], 2))
    assert printed(fitted(one, 14), 40) == "  name  size\n  a     10\n  also: colour red\n"


def test_a_column_that_may_shrinks_before_another_goes() -> None:
    columns = (Column("target", ["/a/long/path/to/it", "/"], shrinks_to=8), Column("size", ["1", "2"], 1))
    assert printed(fitted(columns, 20), 20) == "  target        size\n  /a/long/pat…  1\n  /             2\n"


def test_styled_and_two_line_cells() -> None:
    columns = (Column("pair", ["one\n→ two"]), Column("verdict", [Text("fine", style="red")]))
    assert printed(fitted(columns, 40), 40) == "  pair   verdict\n  one    fine\n  → two\n"
