"""What passes `safe` can be printed anywhere."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.render.escape import safe

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT, st.integers(1, 50))
def test_nothing_left_can_move_a_cursor_or_hide(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") for one in shown)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x00\x7f\x85\x9b", r"\x00\x7f\x85\x9b"),
        ("a\r\nb\tc", r"a\x0d\x0ab\x09c"),
        ("\u202egnp.exe\u2069", r"\u202egnp.exe\u2069"),
        ("\u200b\u200d\ufeff\u2060", r"\u200b\u200d\ufeff\u2060"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800\ue000\U000f0000", r"\ud800\ue000\U000f0000"),
        ("\u00a0\u3000", r"\xa0\u3000"),
        ("\ufe0f\u034f\u3164\U000e0100", r"\ufe0f\u034f\u3164\U000e0100"),
        ("[bold]x[/] :boom:", "[bold]x[/] :boom:"),
        ("café → 日本", "café → 日本"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_an_escape_is_never_cut_in_half() -> None:
    assert safe("ab\x1b\x1b", 8) == "ab\\x1b…"
    assert safe("abcdef", 6) == "abcdef"
    assert safe("abcdefg", 6) == "abcde…"


def test_work_is_bounded_by_the_limit() -> None:
    assert len(safe("\x00" * 10_000_000, 40)) <= 40
