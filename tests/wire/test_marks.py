"""Two sightings of one frame have the same mark, however they are wrapped; two segments have not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.wire import Decoder, Segment
from tests.wire.build import ethernet, frame, ipv4, ipv6, tcp

NUMBERS = st.integers(0, 2**32 - 1)


def mark(data: bytes, link_type: int = 1) -> int:
    segment = Decoder().decode(frame(data, link_type))
    assert isinstance(segment, Segment)
    return segment.mark


def with_numbers(seq: int, ack: int, ip_id: int, payload: bytes) -> bytes:
    """An IPv4 packet."""
    packet = bytearray(ipv4(tcp(payload)))
    packet[4:6], packet[24:28], packet[28:32] = ip_id.to_bytes(2), seq.to_bytes(4), ack.to_bytes(4)
    return bytes(packet)


@given(NUMBERS, NUMBERS, st.integers(0, 0xFFFF), st.binary(max_size=20))
def test_on_every_way_to_the_segment(seq: int, ack: int, ip_id: int, payload: bytes) -> None:
    packet = with_numbers(seq, ack, ip_id, payload)
    tagged, in_tunnel = ethernet(packet, 0x0800, 0x8100), ethernet(ipv4(packet, 4))
    marks = {mark(ethernet(packet)), mark(tagged), mark(in_tunnel), mark(packet, 101)}
    segment = Decoder().decode(frame(ethernet(packet)))
    assert isinstance(segment, Segment)
    again = Segment(seq=seq, ack=ack, flags=segment.flags, window=segment.window, ip_id=ip_id, length=len(payload))
    assert marks == {again.mark}


@pytest.mark.parametrize("size", [0, 1, 512, 1024, 1448])
def test_segments_that_follow_each_other_differ(size: int) -> None:
    payload = bytes(size)
    packets = [with_numbers(0xFFFFF000 + size * at & 0xFFFFFFFF, 7, at, payload) for at in range(3000)]
    assert len({mark(ethernet(packet)) for packet in packets}) == len(packets)


def test_each_number_counts() -> None:
    first = bytearray(ethernet(ipv4(tcp())))
    places = {"identification": 19, "seq": 41, "ack": 45, "flags": 47, "window": 49}
    marks = {bytes(first): mark(bytes(first))}
    for at in places.values():
        other = bytearray(first)
        other[at] ^= 1
        marks[bytes(other)] = mark(bytes(other))
    marks[b"longer"] = mark(ethernet(ipv4(tcp(b"x" * 99))))
    marks[b"six"] = mark(ethernet(ipv6(tcp()), 0x86DD))
    assert len(set(marks.values())) == len(marks)
