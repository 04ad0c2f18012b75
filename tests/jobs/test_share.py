"""A frame is passed over exactly where the decoder would have found a segment of another job."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.capture import open_capture
from kacap.capture.sifting import move_on
from kacap.wire import Decoder, Frame, Segment
from kacap.wire.share import Share
from tests.cli.command import CAPTURES
from tests.test_corpus import captures
from tests.verdict.heard import frames

ETHERNET = 1
TIME_NS = 3_000_007_000
(PLAIN,) = frames("connection A from 192.0.2.9:52000\nclient SYN")
KEYS = st.sampled_from((12, 36)).flatmap(lambda size: st.binary(min_size=size, max_size=size))


def keys_of(path: Path) -> dict[int, bytes | None]:
    """For each frame the key of its segment, None for what is none."""
    decoder = Decoder()
    found = ((frame.number, decoder.decode(frame)) for frame in open_capture([str(path)]))
    return {number: segment.key if isinstance(segment, Segment) else None for number, segment in found}


def check(path: Path) -> int:
    """How many frames all jobs of three passed over."""
    keys = keys_of(path)
    passed_by_all = 0
    for index in range(3):
        share = Share(index, 3)
        own, handed_out = set(), set()
        for frame in open_capture([str(path)], share=share):
            handed_out.add(frame.number)
            if share.own_frame == frame.number:
                own.add(frame.number)
        assert share.passed_frames == len(keys) - len(handed_out)
        for number, key in keys.items():
            falls_to_it = key is not None and share.holds(key)
            assert number in handed_out or (key is not None and not falls_to_it), (path, number)
            assert number not in own or falls_to_it or key is None, (path, number)
        passed_by_all += share.passed_frames
    return passed_by_all


def test_every_capture() -> None:
    assert sum(check(path) for path in sorted(CAPTURES.glob("*.pcap*"))) > 1000


@pytest.mark.parametrize("folder", ["dev/http", "dev/nohttp", "hostile"])
def test_captures_of_others(folder: str) -> None:
    assert sum(check(path) for path in captures(folder)[::4]) > 50


@given(KEYS, st.integers(1, 64))
def test_both_directions_fall_to_one_job(key: bytes, count: int) -> None:
    width = (len(key) - 4) // 2
    backwards = key[width : 2 * width] + key[:width] + key[-2:] + key[-4:-2]
    shares = [Share(index, count) for index in range(count)]
    assert [share.holds(key) for share in shares].count(True) == 1
    assert [share.holds(key) for share in shares] == [share.holds(backwards) for share in shares]


@given(
    st.dictionaries(st.integers(12, 53), st.integers(0, 255), max_size=4),
    st.integers(0, len(PLAIN.data)),
    st.integers(0, 200),
    st.sampled_from((ETHERNET, ETHERNET, 113)),
)
def test_what_is_odd_is_passed_over_by_nobody(
    bytes_at: dict[int, int], captured: int, more: int, link_type: int
) -> None:
    data = bytearray(PLAIN.data)
    for at, value in bytes_at.items():
        data[at] = value
    captured = len(data) - captured
    frame = Frame(2, 0, link_type, bytes(data[:captured]), 0, captured, captured + more)
    found = Decoder().decode(frame)
    for index in range(2):
        share, sifting = Share(index, 2), Share(index, 2)
        assert not share.passes(frame.data, 0, captured, link_type, 1, 0)  # the first tells of the link type
        share.own_frame = 0
        passes = share.passes(frame.data, 0, captured, link_type, 2, TIME_NS)
        if link_type == ETHERNET:
            header = struct.pack("<IIII", 3, 7, captured, captured + more)
            moved = Frame(1, 0, link_type, header + frame.data, 0, 0, 0)
            assert move_on(moved, sifting, 1 << 20, 1000) is not passes
            assert (moved.number, moved.end, sifting.own_frame) == (2, len(moved.data), share.own_frame)
            passed = share.passed_frames, share.passed_frame, share.passed_time_ns, share.latest_ns
            assert passed == (sifting.passed_frames, sifting.passed_frame, sifting.passed_time_ns, sifting.latest_ns)
            if not passes:
                assert (moved.start, moved.time_ns, moved.wire_bytes) == (16, TIME_NS, captured + more)
        if passes:
            assert isinstance(found, Segment)
            assert not share.holds(found.key)
            assert (share.passed_frames, share.passed_frame) == (1, 2)
        elif share.own_frame == 2 and isinstance(found, Segment):
            assert share.holds(found.key)


def test_connections_of_one_client_are_dealt_out_evenly() -> None:
    for step in (1, 2):
        keys = [bytes((192, 0, 2, 9, 192, 0, 2, 1)) + port.to_bytes(2, "big") + b"\0\x50" for port in range(40_000)]
        for count in (2, 3, 8):
            dealt = [sum(map(Share(index, count).holds, keys[32_768::step])) for index in range(count)]
            assert max(dealt) < 1.1 * min(dealt)


def test_what_comes_after_the_last_frame_that_counts_is_handed_out() -> None:
    (other,) = (index for index in range(2) if not Share(index, 2).holds(PLAIN.data[26:38]))
    share = Share(other, 2)
    share.until = 2
    frames_passed = [share.passes(PLAIN.data, 0, len(PLAIN.data), ETHERNET, number, 0) for number in (1, 2, 3)]
    assert frames_passed == [False, True, False]
