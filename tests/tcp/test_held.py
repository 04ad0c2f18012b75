"""Held ranges against the simplest thing that could hold them: a map of position to byte, the first copy wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.tcp.held import HeldRanges, Range
from kacap.tcp.sequence import MASK, advance, distance

ORIGINS = st.sampled_from([0, 1, MASK, MASK - 30, 1 << 31, (1 << 31) - 30]) | st.integers(0, MASK)
INSERTS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25), st.integers(0, 25)), max_size=40)
"""Position, bytes on the wire, bytes that the snapshot length left (no more than those)."""

Byte = tuple[int, int | None]
"""The frame that brought it, and its value; None where it was cut off."""


def insert(held: HeldRanges, origin: int, position: int, length: int, seen: int, frame: int) -> None:
    data = bytes((frame * 31 + at) & 0xFF for at in range(min(seen, length)))
    held.insert(Range(advance(origin, position), frame, data, length, frame, frame * 1000))


def model(inserts: list[tuple[int, int, int]]) -> dict[int, Byte]:
    known: dict[int, Byte] = {}
    for frame, (position, length, seen) in enumerate(inserts):
        for at in range(length):
            known.setdefault(position + at, (frame, (frame * 31 + at) & 0xFF if at < seen else None))
    return known


def contents(held: HeldRanges, origin: int) -> dict[int, Byte]:
    known: dict[int, Byte] = {}
    for piece in held.ranges:
        position = distance(origin, piece.seq)
        for at in range(piece.length):
            assert position + at not in known, "ranges overlap"
            known[position + at] = (piece.frame, piece.data[at] if at < len(piece.data) else None)
    return known


@given(ORIGINS, INSERTS)
def test_holds_what_the_model_holds(origin: int, inserts: list[tuple[int, int, int]]) -> None:
    held = HeldRanges()
    for frame, (position, length, seen) in enumerate(inserts):
        insert(held, origin, position, length, seen, frame)
        expected = model(inserts[: frame + 1])
        assert contents(held, origin) == expected
        assert held.bytes == sum(value is not None for _, value in expected.values())


@given(ORIGINS, INSERTS)
def test_keeps_sequence_order_and_what_belongs_to_the_bytes(origin: int, inserts: list[tuple[int, int, int]]) -> None:
    held = HeldRanges()
    for frame, each in enumerate(inserts):
        insert(held, origin, *each, frame)
    positions = [distance(origin, piece.seq) for piece in held.ranges]
    assert positions == sorted(positions)
    for piece in held.ranges:
        assert piece.length > 0
        assert len(piece.data) <= piece.length
        assert (piece.ack, piece.time_ns) == (piece.frame, piece.frame * 1000)


@given(ORIGINS, INSERTS)
def test_draining_gives_the_model_in_order(origin: int, inserts: list[tuple[int, int, int]]) -> None:
    held = HeldRanges()
    for frame, each in enumerate(inserts):
        insert(held, origin, *each, frame)
    drained: list[tuple[int, Byte]] = []
    while held.ranges:
        before = held.bytes
        piece = held.pop()
        assert before - held.bytes == len(piece.data)
        position = distance(origin, piece.seq)
        drained += [
            (position + at, (piece.frame, piece.data[at] if at < len(piece.data) else None))
            for at in range(piece.length)
        ]
    assert drained == sorted(model(inserts).items())
    assert held.bytes == 0


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ([(0, "ab"), (2, "cd")], [(0, "ab"), (2, "cd")]),
        ([(2, "cd"), (0, "ab")], [(0, "ab"), (2, "cd")]),
        ([(0, "abcd"), (1, "xy")], [(0, "abcd")]),
        ([(1, "xy"), (0, "abcd")], [(0, "a"), (1, "xy"), (3, "d")]),
        ([(0, "abc"), (1, "xyz")], [(0, "abc"), (3, "z")]),
        ([(1, "xyz"), (0, "abc")], [(0, "a"), (1, "xyz")]),
        ([(1, "b"), (3, "d"), (5, "f"), (0, "uvwxyz")], [(0, "u"), (1, "b"), (2, "w"), (3, "d"), (4, "y"), (5, "f")]),
        ([(0, "ab"), (0, "xy")], [(0, "ab")]),
    ],
)
@pytest.mark.parametrize("origin", [0, MASK, MASK - 2])
def test_the_first_copy_wins(said: list[tuple[int, str]], held: list[tuple[int, str]], origin: int) -> None:
    ranges = HeldRanges()
    for position, text in said:
        ranges.insert(Range(advance(origin, position), -1, text.encode(), len(text), 1, 1))
    assert [(distance(origin, each.seq), each.data.decode()) for each in ranges.ranges] == held


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ([(0, "ab", 9), (0, "ab", 5)], [(0, "ab", 5)]),
        ([(0, "ab", 5), (0, "ab", 9)], [(0, "ab", 5)]),
        ([(0, "abcd", 9), (1, "bc", 5)], [(0, "a", 9), (1, "bc", 5), (3, "d", 9)]),
        ([(0, "ab", 9), (0, "abcd", 5)], [(0, "ab", 5), (2, "cd", 5)]),
        ([(1, "bc", 9), (0, "abcd", 5)], [(0, "a", 5), (1, "bc", 5), (3, "d", 5)]),
        ([(0, "ab", 9), (0, "xy", 5)], [(0, "ab", 9)]),
        ([(0, "abcd", 9), (2, "xy", 5), (0, "ab", 3)], [(0, "ab", 3), (2, "cd", 9)]),
    ],
)
@pytest.mark.parametrize("origin", [0, MASK, MASK - 2])
def test_of_equal_copies_the_one_that_answers_less_stands(
    said: list[tuple[int, str, int]], held: list[tuple[int, str, int]], origin: int
) -> None:
    """A retransmission that the capture shows before its original must not wait for what came after both."""
    ranges = HeldRanges()
    for position, text, ack in said:
        ranges.insert(Range(advance(origin, position), advance(origin, ack), text.encode(), len(text), 1, 1))
        assert ranges.bytes == sum(len(each.data) for each in ranges.ranges)
    found = [(distance(origin, each.seq), each.data.decode(), distance(origin, each.ack)) for each in ranges.ranges]
    assert found == held


def test_what_lies_after_a_sequence_number() -> None:
    for origin in (0, MASK, MASK - 11):
        ranges = HeldRanges()
        assert ranges.first_after(origin) is None
        assert not ranges.ends_after(origin)
        for position in (10, 20):
            insert(ranges, origin, position, 5, 5, position)
        after = {at: ranges.first_after(advance(origin, at)) for at in (9, 10, 19, 20)}
        assert [piece and piece.frame for piece in after.values()] == [10, 20, 20, None]
        assert [ranges.ends_after(advance(origin, at)) for at in (0, 10, 24, 25, 30)] == [
            True,
            True,
            True,
            False,
            False,
        ]
