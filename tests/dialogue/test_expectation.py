"""An expectation holds, or says in one line what is there instead."""

from typing import Any

import pytest

from tests.dialogue.expectation import parse

DOCUMENT: dict[str, Any] = {
    "summary": {"verdict": "reused", "rate": 0.1 + 0.2, "none": None, "flag": True, "version": "1.1"},
    "connections": [
        {"stream": 3, "verdict": "open", "exchanges": []},
        {
            "stream": 5,
            "verdict": "reused",
            "exchanges": [{"index": 1, "frame": 4}, {"index": 2, "frame": 9}],
        },
    ],
    "findings": [{"id": "client-http10", "count": 2, "streams": [3, 5]}],
    "warnings": [],
}
STREAMS = {"A": 5, "B": 3, "C": 8}
FRAMES = {"farewell": 9}


def failure(text: str) -> str | None:
    return parse(text, "file:7").failure(DOCUMENT, STREAMS, FRAMES)


@pytest.mark.parametrize(
    "text",
    [
        "summary.verdict = reused",
        "summary.verdict != not-reused",
        "summary.rate = 0.3",
        "summary.none = null",
        "summary.flag = true",
        "summary.flag != 1",
        'summary.version = "1.1"',
        "A.verdict = reused",
        "A#2.frame = 9",
        "A#2.frame = @farewell",
        "A.exchanges[0].index = 1",
        "A.exchanges[*].frame = [4, 9]",
        "A.exchanges[*].frame != 5",
        "count A.exchanges = 2",
        "count connections = 2",
        "connections[*].stream contains 5",
        "connections[*].stream lacks 8",
        "connections[*].exchanges[*].index = [1, 2]",
        "findings[client-http10].count = 2",
        "findings[0].streams = [3, 5]",
        "findings[0].streams contains 3",
    ],
)
def test_holds(text: str) -> None:
    assert failure(text) is None


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("summary.verdict = not-reused", '"reused"'),
        ("summary.verdict != reused", '"reused"'),
        ("summary.rate = 0.301", "0.3"),
        ("summary.none = 0", "null"),
        ("summary.flag = 1", "true"),
        ("summary.version = 1.1", '"1.1"'),
        ("summary.absent != x", "no 'absent'"),
        ("C.verdict = open", "nothing with stream 8"),
        ("A#3.frame = 1", "nothing with index 3"),
        ("B.exchanges[0].frame = 1", "no element 0"),
        ("B.exchanges[*].frame = 4", "[]"),
        ("A.exchanges[*].frame = 4", "[4, 9]"),
        ("A.exchanges[*].frame = [9, 4]", "[4, 9]"),
        ("count A.exchanges = 3", "2"),
        ("findings[no-such].count = 2", "nothing with id"),
        ("findings[*].id contains x", '["client-http10"]'),
        ("findings[*].id lacks client-http10", '["client-http10"]'),
    ],
)
def test_fails_with_what_is_there_instead(text: str, instead: str) -> None:
    said = failure(text)
    assert said is not None
    assert said.startswith(f"file:7: {text}: ")
    assert instead in said


@pytest.mark.parametrize("text", ["summary.verdict", "summary.verdict == reused", "= reused", "a..b = 1", "a[-1] = 2"])
def test_unreadable(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse(text, "file:7")
