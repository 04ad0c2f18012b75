"""The causes in words."""

import re

import pytest

from kacap.render.explain import in_full, listing
from kacap.verdict.causes import CAUSES, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity
from tests.render.screen import printed

CAUSE = Cause(
    id="client-naps",
    group="The client ends it",
    title="The client falls asleep",
    decided_by=Decider.NOBODY,
    certainty=Certainty.POSSIBLE,
    severity=Severity.WARNING,
    meaning="Nobody asks.",
    wire="Silence.",
    confirm="Listen.",
    remedies=(Remedy("any", "coffee"), Remedy("Node.js >= 19", "new http.Agent({keepAlive: true})")),
    look_alikes=("server-naps: the other one",),
    sources=("RFC 9112 section 9.3",),
)


def test_in_full() -> None:
    assert printed(in_full(CAUSE, 80)) == (
        "The client falls asleep\n"
        "client-naps · nobody decides · possible · warning\n"
        "\n"
        "Meaning      Nobody asks.\n"
        "\n"
        "On the wire  Silence.\n"
        "\n"
        "Confirm      Listen.\n"
        "\n"
        "Fix          any            coffee\n"
        "             Node.js >= 19  new http.Agent({keepAlive: true})\n"
        "\n"
        "Looks like   server-naps: the other one\n"
        "\n"
        "Sources      RFC 9112 section 9.3\n"
        "\n"
    )


def test_the_drawing_stands_under_the_words_where_there_is_room() -> None:
    drawn = CAUSE._replace(drawing=("> GET /", ". 2 s"))
    assert "On the wire  Silence.\n\n              client     " in printed(in_full(drawn, 80), 80)
    assert printed(in_full(drawn, 60), 60) == printed(in_full(CAUSE, 60), 60)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_every_cause_can_be_told(cause: Cause, width: int) -> None:
    text = printed(in_full(cause, width), width)
    assert text.startswith(cause.title[:20])
    assert max(map(len, text.splitlines())) <= width
    told = set(text.split())
    assert {word for word in cause.meaning.split() if len(word) < 20} <= told
    assert all(remedy.stack.split()[0] in told for remedy in cause.remedies)


def test_all_that_may_decide_are_named() -> None:
    varied = CAUSE._replace(other_deciders=(Decider.SERVER,), other_certainties=(Certainty.LIKELY,))
    assert "nobody or the server decides · possible or likely · warning\n" in printed(in_full(varied, 80))


def test_listing_has_every_cause_on_a_line_under_its_group() -> None:
    lines = printed(listing(CAUSES), 200).splitlines()
    groups = [line for line in lines if line and not line.startswith((" ", "kacap"))]
    assert groups == list(dict.fromkeys(cause.group for cause in CAUSES))
    listed = [tuple(line.split(None, 1)) for line in lines if line.startswith("  ")]
    assert listed == [(cause.id, cause.title) for cause in CAUSES]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_on_a_narrow_console_titles_take_another_line_and_ids_are_whole(width: int) -> None:
    lines = printed(listing(CAUSES), width).splitlines()
    named = [line for line in lines if re.match(r"  [^ ]", line)]
    assert [line.split()[0] for line in named] == [cause.id for cause in CAUSES]
    assert max(map(len, lines)) <= width
    words = " ".join(lines).split()
    assert all(word in words for cause in CAUSES for word in cause.title.split())


def test_empty_listing() -> None:
    assert printed(listing(())) == "kacap explain ID tells one in full.\n"
