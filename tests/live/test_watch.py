"""The loop: what it reads, when it ends, and what it says was lost."""

import time
from collections.abc import Iterator, Sequence

import pytest

from kacap.live import watch as room
from kacap.live.watch import Watch
from kacap.report.connection import Connection
from kacap.wire.frame import Frame, SourceInfo
from tests.verdict.heard import frames as heard

TALK = """
    connection A to 192.0.2.1:8880
    all handshake
    all client GET / | Connection: close
    all server 204
    all server closes
"""


class FakeTap:
    """Hands out one batch at each reading; without one, time passes as at a socket."""

    def __init__(self, batches: Sequence[Sequence[Frame]], drops: int = 0) -> None:
        self.info = SourceInfo(sources=["fake0"], format="live")
        self._batches = list(batches)
        self._drops = drops
        self.ended = False
        self.waited_s: list[float] = []
        self.number = 0

    def frames(self, wait_s: float) -> Iterator[Frame]:
        self.waited_s.append(wait_s)
        if not self._batches:
            time.sleep(wait_s)
            return
        for frame in self._batches.pop(0):
            self.number += 1
            frame.number = self.number
            yield frame

    def count_drops(self) -> int:
        self.info.dropped_frames = self._drops
        return self._drops


class FakeSaver:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.flushed = 0

    def add(self, frame: Frame) -> None:
        self.numbers.append(frame.number)

    def flush(self) -> None:
        self.flushed = len(self.numbers)


@pytest.fixture
def talk() -> list[Frame]:
    """The frames of one exchange, long past."""
    return [frame.copy() for frame in heard(TALK)]


def at_once(watch: Watch) -> Watch:
    """End it as soon as nothing comes."""
    watch.until_end(duration_s=0.1)
    watch.catch_up()
    return watch


def test_all_batches_become_one_report(talk: list[Frame]) -> None:
    report = at_once(Watch(FakeTap([talk[:2], talk[2:5], talk[5:]]))).report()
    assert (report.capture.frames, report.summary.exchanges) == (len(talk), 1)
    assert (report.capture.sources, report.capture.format, report.capture.dropped_frames) == (("fake0",), "live", 0)
    assert report.warnings == ()


def test_an_interface_that_is_gone_ends_it(talk: list[Frame]) -> None:
    tap = FakeTap([talk])
    watch = Watch(tap, on_pause=lambda _: setattr(tap, "ended", True))
    watch.until_end()
    assert watch.report().capture.frames == len(talk)


def test_a_number_of_frames_is_kept_to_the_frame(talk: list[Frame]) -> None:
    watch = Watch(FakeTap([talk[:2], talk[2:]]))
    watch.until_end(frames=4)
    watch.catch_up()
    assert watch.report().capture.frames == 4


def test_a_duration_ends_it_on_time() -> None:
    tap = FakeTap([])
    began_s = time.monotonic()
    Watch(tap).until_end(duration_s=0.12)
    assert 0.12 <= time.monotonic() - began_s < 2
    assert max(tap.waited_s) <= room.WAIT_S


def test_stop_ends_it() -> None:
    watch = Watch(FakeTap([]))
    watch.stop()
    watch.until_end()
    assert watch.report().capture.frames == 0


def test_what_arrived_before_the_end_is_judged(talk: list[Frame]) -> None:
    watch = Watch(FakeTap([talk[:3], talk[3:]]))
    watch.until_end(is_over=lambda: True)
    watch.catch_up()
    assert watch.report().capture.frames == len(talk)


def test_what_arrived_after_the_end_is_not(talk: list[Frame]) -> None:
    for frame in talk[3:]:
        frame.time_ns = time.time_ns() + 3600 * 10**9
    saver = FakeSaver()
    watch = Watch(FakeTap([talk]), saver=saver)
    watch.stop()
    watch.until_end()
    watch.catch_up()
    assert watch.report().capture.frames == 3
    assert saver.numbers == [1, 2, 3]


def test_what_is_in_flight_is_waited_for(talk: list[Frame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "QUIET_S", 0.15)
    watch = Watch(FakeTap([talk[:2], [], talk[2:]]))
    watch.until_end(is_over=lambda: True)
    watch.settle()
    assert watch.report().capture.frames == len(talk)


def test_who_never_rests_is_not_waited_for_longer(talk: list[Frame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SETTLE_S", 0.1)
    monkeypatch.setattr(room, "_CATCH_UP_S", 0.1)

    class Restless(FakeTap):
        def frames(self, wait_s: float) -> Iterator[Frame]:
            time.sleep(0.001)
            yield talk[0]

    watch = Watch(Restless([]))
    began_s = time.monotonic()
    watch.settle()
    assert time.monotonic() - began_s < 2
    assert watch.report().capture.frames > 0


def test_what_is_judged_is_saved_and_flushed(talk: list[Frame]) -> None:
    saver = FakeSaver()
    at_once(Watch(FakeTap([talk[:2], talk[2:]]), saver=saver)).report()
    assert saver.numbers == list(range(1, len(talk) + 1))
    assert saver.flushed == len(talk)


def test_what_was_dropped_is_said_as_a_number_and_in_words(talk: list[Frame]) -> None:
    report = at_once(Watch(FakeTap([talk], drops=1234))).report()
    assert report.capture.dropped_frames == 1234
    (warning,) = report.warnings
    assert warning.startswith("the kernel dropped 1,234 of the frames")


def test_each_connection_is_told_once_also_those_still_open() -> None:
    told: list[Connection] = []
    two = """
        connection A to 192.0.2.1:8880
        connection B to 192.0.2.2:8880
        all handshake
        all client GET /
        all server 204
        A server closes
    """
    report = at_once(Watch(FakeTap([[frame.copy() for frame in heard(two)]]), on_end=told.append)).report()
    assert sorted(each.stream for each in told) == [0, 1] == [each.stream for each in report.connections]


def test_time_passes_where_nothing_comes(talk: list[Frame]) -> None:
    told: list[Connection] = []
    watch = Watch(FakeTap([talk]), on_end=told.append)
    watch.until_end(is_over=lambda: bool(told), duration_s=10)
    assert [each.stream for each in told] == [0]


def test_it_pauses_also_where_nothing_comes() -> None:
    pauses: list[Watch] = []
    watch = Watch(FakeTap([]), on_pause=pauses.append)
    watch.until_end(duration_s=0.2)
    assert pauses[0] is watch
    assert len(pauses) >= 3


def test_what_was_not_read_by_the_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_CATCH_UP_S", 0.0)
    first, *rest = heard(TALK)
    watch = Watch(FakeTap([[first], rest]))
    watch.catch_up()
    assert [line.split(",")[0] for line in watch.report().warnings] == [
        "reading what had arrived by the end took longer than 0 s"
    ]
