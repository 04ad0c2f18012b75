"""Invariant: what it costs to judge a connection does not grow with their number. Pinned in function calls."""

import sys
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from kacap.analyzer import Analyzer
from kacap.verdict.words import Side
from kacap.wire.frame import SourceInfo
from tests.dialogue import Dialogue
from tests.dialogue.conversation import Conversation

COUNT = 150
CALLS_PER_CONNECTION = 600
"""Times are read from what TCP keeps of a connection when they are asked for: a call each, and no memory."""
GROWTH = 1.1
"""Of the calls for one connection, when there are twice as many: logarithms are no calls."""

SECOND_NS = 1_000_000_000
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def ask(made: Conversation, target: str = "/") -> None:
    made.send(Side.CLIENT, f"GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n".encode())


def closed_by_client(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, OK)
    made.close(Side.CLIENT)


def closed_by_server(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, OK)
    made.close(Side.SERVER)


def closed_by_a_word(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, CLOSE)
    made.close(Side.SERVER)


def closed_after_a_pause(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, OK)
    made.dialogue.wait(5 * SECOND_NS)
    made.close(Side.SERVER)


def left_open(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, OK)


def cut_and_asked_again(made: Conversation) -> None:
    ask(made)
    made.send(Side.SERVER, OK)
    made.dialogue.wait(SECOND_NS)
    ask(made)
    made.send(Side.SERVER, rst=True)


def given_up_by_a_timer(made: Conversation) -> None:
    ask(made)
    made.dialogue.wait(SECOND_NS)
    made.send(Side.CLIENT, rst=True)


def refused(made: Conversation) -> None:
    made.send(Side.CLIENT, b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 99\r\n\r\n")
    made.send(Side.SERVER, rst=True)


SHAPES: tuple[Callable[[Conversation], None], ...] = (
    closed_by_client,
    closed_by_server,
    closed_by_a_word,
    closed_after_a_pause,
    left_open,
    cut_and_asked_again,
    given_up_by_a_timer,
    refused,
)


@pytest.fixture
def no_other_profiler() -> Iterator[None]:
    """Coverage and debuggers profile too: give them their hook back."""
    before = sys.getprofile()
    yield
    sys.setprofile(before)


def calls_per_connection(shape: Callable[[Conversation], None], connections: int) -> float:
    """Python functions that are called while so many connections of one pair are judged, over their number."""
    dialogue = Dialogue()
    analyzer = Analyzer()
    for _ in range(connections):
        made = dialogue.connection()
        made.handshake(20_000)
        shape(made)
        dialogue.wait(1_000_000)
    for frame in dialogue.frames:
        analyzer.feed(frame)
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        report = analyzer.finish(SourceInfo(sources=["made"], format="pcap"))
    finally:
        sys.setprofile(None)
    assert len(report.connections) == connections
    return calls / connections


@pytest.mark.usefixtures("no_other_profiler")
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_twice_as_many_connections_take_twice_as_long(shape: Callable[[Conversation], None]) -> None:
    few = calls_per_connection(shape, COUNT)
    many = calls_per_connection(shape, 2 * COUNT)
    assert many <= GROWTH * few, (
        f"{few:.0f} calls for each of {COUNT} connections, {many:.0f} for each of twice as many"
    )
    assert many <= CALLS_PER_CONNECTION
