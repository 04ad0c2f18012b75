"""Invariant: however TCP cuts, reorders, repeats and re-cuts the bytes, the same exchanges are found."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.verdict.words import Side
from kacap.wire.frame import Frame
from tests.dialogue import Dialogue
from tests.properties.reading import exchanges, report
from tests.properties.strategies import Talk, talks

_TURN_NS = 5_000_000
_SEGMENT_NS = 10_000
_MOST_SEGMENTS = 12


def plain(talk: Talk) -> list[Frame]:
    """The dialogue as a quiet network delivers it."""
    dialogue = Dialogue()
    connection = dialogue.connection()
    connection.handshake(1_000_000)
    for side, data in talk.turns:
        dialogue.wait(_TURN_NS)
        connection.send(side, data)
    connection.close(Side.SERVER)
    return dialogue.frames


def mangled(talk: Talk, draw: st.DataObject) -> list[Frame]:
    """The same bytes over a bad network: other cuts, another order within a turn, frames and bytes that come twice."""
    dialogue = Dialogue()
    isn = st.one_of(st.integers(0, 2**32 - 1), st.integers(2**32 - 6000, 2**32 - 1))
    connection = dialogue.connection(isn=(draw.draw(isn), draw.draw(isn)))
    connection.handshake(1_000_000)
    for side, data in talk.turns:
        dialogue.wait(_TURN_NS)
        fin = data is talk.turns[-1].data and draw.draw(st.booleans())
        sizes, order = draw.draw(_cuts(len(data)))
        twice = [number for number in order if draw.draw(st.integers(0, 5)) == 0]
        begin = connection.peer(side).next
        connection.send(side, data, fin=fin, sizes=sizes, order=order, twice=twice, every_ns=_SEGMENT_NS)
        for _ in range(draw.draw(st.integers(0, 2))):
            dialogue.wait(_SEGMENT_NS)
            first = draw.draw(st.integers(begin, begin + len(data) - 1))
            connection.again(side, first, draw.draw(st.integers(1, begin + len(data) - first)))
    connection.close(Side.SERVER)
    return dialogue.frames


@st.composite
def _cuts(draw: st.DrawFn, length: int) -> tuple[list[int], list[int]]:
    """Sizes that cut `length` bytes, and an order in which no segment moves further than a window."""
    marks = draw(st.sets(st.integers(1, max(1, length - 1)), max_size=_MOST_SEGMENTS))
    edges = sorted({0, *(mark for mark in marks if mark < length), *range(0, length, 1400), length})
    sizes = [after - before for before, after in pairwise(edges)]
    window = draw(st.integers(0, 4))
    keys = [number + draw(st.integers(0, window)) for number in range(len(sizes))]
    order = sorted(range(1, len(sizes) + 1), key=lambda number: keys[number - 1])
    return sizes, order


@given(talks())
@settings(deadline=None, max_examples=150)
def test_plain_dialogue_is_heard_as_it_was_said(talk: Talk) -> None:
    assert exchanges(plain(talk)) == list(talk.heard)


@given(talks(), st.data())
@settings(deadline=None, max_examples=300)
def test_a_bad_network_changes_nothing(talk: Talk, data: st.DataObject) -> None:
    assert exchanges(mangled(talk, data)) == list(talk.heard)


@given(talks(), st.data())
@settings(deadline=None, max_examples=40)
def test_every_prefix_of_a_capture_can_be_judged(talk: Talk, data: st.DataObject) -> None:
    """More frames never mean fewer exchanges."""
    frames = mangled(talk, data)
    counts = [report(frames[:end]).summary.exchanges for end in range(len(frames) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] == len(talk.heard)


def test_a_prefix_that_ends_within_the_responses_of_a_pipeline() -> None:
    """A later segment of them came before an earlier one, and between the two the capture ends."""
    asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: a.example\r\n\r\n" % number for number in range(3))
    answered = b"HTTP/1.1 200 Word\r\nContent-Length: 0\r\n\r\n"
    said = 2 * answered + b"HTTP/1.1 100 Soon\r\n\r\n" + answered
    for hidden in range(1, len(said) - 1):
        for size in {1, 5, 31, 45, len(said) - hidden - 1} & set(range(len(said) - hidden)):
            dialogue = Dialogue()
            connection = dialogue.connection()
            connection.handshake(1_000_000)
            connection.send(Side.CLIENT, asked)
            sizes = [hidden, size, len(said) - hidden - size]
            connection.send(Side.SERVER, said, sizes=sizes, order=[1, 3, 2], every_ns=_SEGMENT_NS)
            frames = dialogue.frames
            counts = [report(frames[:end]).summary.exchanges for end in range(4, len(frames) + 1)]
            assert set(counts) == {3}, (hidden, size, counts)
