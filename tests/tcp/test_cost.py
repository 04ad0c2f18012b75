"""Captures consist of segments in order: what one costs is pinned in function calls, the same on every machine."""

import sys
from collections.abc import Iterator
from types import FrameType

import pytest

from kacap.tcp.assembly import HELD_RANGES_PER_HALF
from kacap.tcp.tracker import Tracker
from kacap.wire.segment import Segment
from tests.tcp.script import OPEN, Script

CALLS_PER_DATA_SEGMENT = 10
CALLS_PER_ACK = 8
CALLS_AT_WORST = 3_000
"""For one segment that overlaps all that may be held: bounded, else a capture can be made that takes for ever."""
COUNT = 200


def calls_of(segments: list[Segment], tracker: Tracker) -> int:
    """Python functions that are called while the tracker takes these segments."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        for segment in segments:
            tracker.feed(segment)
    finally:
        sys.setprofile(None)
    return calls


@pytest.fixture
def no_other_profiler() -> Iterator[None]:
    """Coverage and debuggers profile too: give them their hook back."""
    before = sys.getprofile()
    yield
    sys.setprofile(before)


@pytest.mark.usefixtures("no_other_profiler")
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(
    ("line", "other", "most"),
    [
        ("C abcdef", "", CALLS_PER_DATA_SEGMENT),
        ("S abcdef", "", CALLS_PER_DATA_SEGMENT),
        ("C", "S abcdef", CALLS_PER_ACK + CALLS_PER_DATA_SEGMENT),
    ],
    ids=["data of the client", "data of the server", "data and its ACK"],
)
def test_calls_of_the_in_order_path(version: int, line: str, other: str, most: int) -> None:
    script = Script(version=version)
    tracker = Tracker(lambda connection: None)
    for segment in script.segments(OPEN):
        tracker.feed(segment)
    calls = calls_of(list(script.segments(f"{other}\n{line}\n" * COUNT)), tracker)
    assert calls / COUNT <= most


@pytest.mark.usefixtures("no_other_profiler")
@pytest.mark.parametrize("length", [HELD_RANGES_PER_HALF, 60_000])
@pytest.mark.parametrize("position", [1, HELD_RANGES_PER_HALF // 2])
@pytest.mark.parametrize("seen", [True, False], ids=["whole", "cut"])
@pytest.mark.parametrize("step", [1, 2], ids=["adjacent", "with holes"])
def test_no_segment_costs_more_for_what_is_held(length: int, position: int, seen: bool, step: int) -> None:
    script = Script()
    tracker = Tracker(lambda connection: None)
    one_less = HELD_RANGES_PER_HALF - 1
    for segment in script.segments(OPEN + "".join(f"C {1 + step * at} x\n" for at in range(one_less))):
        tracker.feed(segment)
    assert len(tracker.connections[0].first.held.ranges) == one_less
    payload = "y" * length
    again = list(script.segments(f"C {position} {payload} seen={length if seen else 0} +1us\n" * 3))
    for segment in again:
        assert calls_of([segment], tracker) <= CALLS_AT_WORST
