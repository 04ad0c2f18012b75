"""A plain connection is the same, at any moment, as one that was two halves from its first segment on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kacap.capture import open_capture
from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.tcp.plain import Plain
from kacap.tcp.sink import Listener, Sink
from kacap.tcp.tracker import Tracker
from kacap.wire import Decoder, Segment
from tests.attributes import attributes_of

CAPTURES = sorted((Path(__file__).parents[2] / "captures").glob("*.pcap"))
LONGEST = 400
"""Frames of a capture that are looked at after each of them."""

IDENTITIES = {"peer", "connection", "first", "second", "client", "first_close", "replaces", "sink", "held", "listener"}


class Ear(Sink):
    def __init__(self, words: list[object], who: str) -> None:
        self.words, self.who = words, who

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        self.words.append((self.who, data[start:end], unseen, frame, time_ns))

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        self.words.append((self.who, "gap", length, frame, time_ns))

    def end(self, frame: int, time_ns: int) -> None:
        self.words.append((self.who, "end", frame, time_ns))

    def finish(self) -> None:
        self.words.append((self.who, "finish"))


class Heard:
    """A tracker, with all that it tells, and how many connections it had as plain ones."""

    def __init__(self, *, plain: bool) -> None:
        self.words: dict[int, list[object]] = {}
        self.plain = 0
        self.tracker = Tracker(self._open, None, None, self._begin if plain else None)

    def _ears(self, stream: int) -> tuple[Ear, Ear]:
        words = self.words[stream] = []
        return Ear(words, "first"), Ear(words, "second")

    def _open(self, connection: Connection) -> None:
        connection.first.sink, connection.second.sink = self._ears(connection.stream)

    def _begin(self, plain: Plain) -> Listener:
        self.plain += 1
        return Listener(*self._ears(plain.stream))


def segments_of(path: Path) -> Iterator[Segment]:
    decoder = Decoder()
    for frame in open_capture([str(path)]):
        segment = decoder.decode(frame)
        if isinstance(segment, Segment):
            yield segment


def state(record: Connection | Half) -> dict[str, object]:
    return {name: getattr(record, name) for name in attributes_of(type(record)) if name not in IDENTITIES}


def state_of(connection: Connection) -> list[object]:
    first, second = connection.first, connection.second
    sides = {id(None): "nobody", id(first): "first", id(second): "second"}
    who = sides[id(connection.client)], sides[id(connection.first_close)]
    return [state(connection), state(first), state(second), who, list(first.held.ranges), list(second.held.ranges)]


def after(path: Path, count: int, *, plain: bool) -> tuple[list[list[object]], dict[int, list[object]], int]:
    """What is known after so many segments, and what was told; a last frame more makes everything plain grow."""
    heard = Heard(plain=plain)
    for number, segment in enumerate(segments_of(path)):
        if number == count:
            break
        heard.tracker.feed(segment)
    states = [state_of(connection) for connection in heard.tracker.connections]
    heard.tracker.finish()
    return states, heard.words, heard.plain


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_after_each_segment_the_state_is_that_of_two_halves(path: Path) -> None:
    total = sum(1 for _ in segments_of(path))
    step = max(1, total // 25)
    plain = 0
    for count in [*range(1, min(total, 12)), *range(12, min(total, LONGEST), step), total]:
        expected, words, _ = after(path, count, plain=False)
        found, heard, plain = after(path, count, plain=True)
        assert found == expected, count
        assert heard == words, count
    assert plain or path.stem in WITHOUT_SYN


WITHOUT_SYN: frozenset[str] = frozenset()
"""Captures that show no connection being opened."""


def test_who_goes_by_the_book_is_never_made_two_halves() -> None:
    heard = Heard(plain=True)
    for segment in segments_of(CAPTURES[0].with_name("curl-tornado-http10.pcap")):
        heard.tracker.feed(segment)
    ends = heard.tracker.followed
    assert ends
    assert all(isinstance(end, Plain) for end in ends)
