"""Facts break between, not within."""

from hypothesis import given
from hypothesis import strategies as st

from kacap.render.joined import Joined
from tests.render.screen import printed


def test_breaks_between_two_facts() -> None:
    joined = Joined(["one fact", "another fact", "third"], before="all: ")
    assert printed(joined, 80) == "all: one fact · another fact · third\n"
    assert printed(joined, 30) == "all: one fact · another fact ·\nthird\n"
    assert printed(joined, 20) == "all: one fact ·\nanother fact · third\n"


@given(st.lists(st.text("ab ", min_size=1).filter(str.strip), min_size=1), st.integers(5, 40))
def test_no_line_is_too_wide_and_nothing_is_lost(facts: list[str], width: int) -> None:
    text = printed(Joined(facts), width)
    assert max(map(len, text.splitlines())) <= width
    assert [one for one in text if one in "ab"] == [one for fact in facts for one in fact if one in "ab"]
