"""Text that is copied from the screen is whole: no name is cut in its middle."""

import pytest

from kacap.render.unbroken import Unbroken
from tests.render.screen import printed

TABLE = {
    "short": ("one two", 20, ["one two"]),
    "between words": ("one two three", 8, ["one two", "three"]),
    "behind a mark": (
        "ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ofSeconds(1));",
        46,
        ["ConnectionConfig.custom().", "setValidateAfterInactivity(TimeValue.", "ofSeconds(1));"],
    ),
    "what follows a long word": ("a long.word behind", 6, ["a", "long.", "word", "behind"]),
    "no mark": ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    "wide characters": ("日本 語", 4, ["日本", "語"]),
    "nothing": ("", 10, [""]),
}


@pytest.mark.parametrize(("text", "columns", "lines"), TABLE.values(), ids=TABLE.keys())
def test_where_lines_end(text: str, columns: int, lines: list[str]) -> None:
    assert printed(Unbroken(text), columns).rstrip("\n").split("\n") == lines
