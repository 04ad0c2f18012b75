"""IP fragments: the segment carries the frame that completes it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.wire import Datagram, Decoder, Segment, Skipped
from kacap.wire.decoder import Decoded
from kacap.wire.fragments import MAX_AGE_NS, MAX_DATAGRAMS, MAX_FRAGMENTS, MAX_HELD_BYTES, Fragments
from tests.wire.build import PAYLOAD, ethernet, extension, fragment6, frame, ipv4, ipv6, tcp, udp
from tests.wire.tshark import need_tshark, tcp_rows, write_pcap

WHOLE = tcp(PAYLOAD * 3)
MORE = 0x2000


def piece4(start: int, end: int, more: bool = True) -> bytes:
    return ethernet(ipv4(WHOLE[start:end], fragment=start // 8 | (MORE if more else 0)))


def piece6(start: int, end: int, more: bool = True) -> bytes:
    return ethernet(ipv6(fragment6(6, start, more, WHOLE[start:end]), 44), 0x86DD)


LAST = len(WHOLE)
ORDERS = {
    "in order": [(0, 24, True), (24, 64, True), (64, LAST, False)],
    "backwards": [(64, LAST, False), (24, 64, True), (0, 24, True)],
    "duplicate": [(0, 24, True), (0, 24, True), (24, LAST, False)],
    "overlap": [(0, 40, True), (24, 64, True), (8, 16, True), (56, LAST, False)],
}


@pytest.mark.parametrize("pieces", ORDERS.values(), ids=ORDERS.keys())
@pytest.mark.parametrize("piece", [piece4, piece6])
def test_put_together(piece: type, pieces: list[tuple[int, int, bool]]) -> None:
    decoder = Decoder()
    decoded: list[Decoded] = [
        decoder.decode(frame(piece(*part), number=number, time_ns=number * 10)) for number, part in enumerate(pieces, 1)
    ]
    assert decoded[:-1] == [None] * (len(pieces) - 1)
    segment = decoded[-1]
    assert isinstance(segment, Segment)
    assert segment.data[segment.start : segment.end] == PAYLOAD * 3
    assert (segment.frame, segment.time_ns, segment.length) == (len(pieces), len(pieces) * 10, len(PAYLOAD) * 3)
    assert decoder.fragments.waiting == 0


def test_first_copy_wins() -> None:
    fragments = Fragments()
    assert fragments.add(b"k", 0, 8, True, b"BBBBBBBB") is None
    assert fragments.add(b"k", 0, 0, True, b"aaaaaaaaaaaaaaaaaaaaaaaa") is None
    assert fragments.add(b"k", 0, 16, False, b"cccccccccccc") == b"aaaaaaaaBBBBBBBBaaaaaaaacccc"


def test_tshark_agrees(tmp_path: Path) -> None:
    need_tshark()
    frames = [frame(piece(*part)) for piece in (piece4, piece6) for part in ORDERS["backwards"]]
    path = tmp_path / "fragments.pcap"
    write_pcap(path, frames, 1)
    assert [(row[0], row[4]) for row in tcp_rows(path)] == [("3", str(len(PAYLOAD) * 3)), ("6", str(len(PAYLOAD) * 3))]


def test_ipv6_options_inside_the_fragments() -> None:
    decoder = Decoder()
    whole = extension(6, WHOLE)
    first = ethernet(ipv6(fragment6(60, 0, True, whole[:16]), 44), 0x86DD)
    rest = ethernet(ipv6(fragment6(60, 16, False, whole[16:]), 44), 0x86DD)
    assert decoder.decode(frame(first)) is None
    segment = decoder.decode(frame(rest))
    assert isinstance(segment, Segment)
    assert segment.length == len(PAYLOAD) * 3


def test_a_fragmented_datagram_is_put_together_too() -> None:
    decoder = Decoder()
    whole = udp(bytes(40), 53)
    assert decoder.decode(frame(ethernet(ipv4(whole[:24], 17, fragment=MORE)))) is None
    datagram = decoder.decode(frame(ethernet(ipv4(whole[24:], 17, fragment=3))))
    assert isinstance(datagram, Datagram)
    assert datagram.payload == bytes(40)


def test_a_cut_fragment_shows_its_header_and_is_not_kept() -> None:
    decoder = Decoder()
    data = piece4(0, 64)
    segment = decoder.decode(frame(data[:60], wire_bytes=len(data)))
    assert isinstance(segment, Segment)
    assert segment.length == 64 - 20
    data = piece4(24, 64)
    assert decoder.decode(frame(data[:60], wire_bytes=len(data))) == Skipped("ip-fragment-cut")
    assert decoder.fragments.waiting == 0


@pytest.mark.parametrize("data", [ipv4(b"", fragment=MORE), ipv4(bytes(600), fragment=0x1FFF)])
def test_bad_fragments(data: bytes) -> None:
    assert Decoder().decode(frame(data, 101)) == Skipped("bad-ip-fragment")


def test_identifications_are_used_again_after_a_while() -> None:
    fragments = Fragments()
    assert fragments.add(b"k", 0, 0, True, b"old old ") is None
    assert fragments.add(b"k", MAX_AGE_NS + 1, 0, True, b"new new ") is None
    assert fragments.add(b"k", MAX_AGE_NS + 1, 8, False, b"!") == b"new new !"
    assert fragments.dropped == 1


def test_a_wrong_time_alone_loses_nothing() -> None:
    fragments = Fragments()
    assert fragments.add(b"k", 0, 0, True, b"12345678") is None
    assert fragments.add(b"k", 10**18, 8, False, b"9") == b"123456789"
    assert fragments.dropped == 0


def test_datagrams_are_bounded_and_the_oldest_goes_first() -> None:
    fragments = Fragments()
    for number in range(MAX_DATAGRAMS + 1):
        assert fragments.add(b"%d" % number, 0, 0, True, b"12345678") is None
    assert (fragments.dropped, fragments.waiting) == (1, MAX_DATAGRAMS)
    assert fragments.add(b"1", 0, 8, False, b"9") == b"123456789"
    assert fragments.add(b"0", 0, 8, False, b"9") is None


def test_bytes_are_bounded() -> None:
    fragments = Fragments()
    count = MAX_HELD_BYTES // 60_000 + 1
    for number in range(count):
        fragments.add(b"%d" % number, 0, 8, True, bytes(60_000))
    assert fragments.dropped == 1
    assert fragments.waiting == count - 1


def test_fragments_of_one_datagram_are_bounded() -> None:
    fragments = Fragments()
    for number in range(MAX_FRAGMENTS + 1):
        fragments.add(b"k", 0, number * 16, True, b"12345678")
    assert (fragments.dropped, fragments.waiting) == (MAX_FRAGMENTS, 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.binary(min_size=1, max_size=30)), max_size=12), st.integers(1, 180))
def test_equals_a_naive_bitmap(parts: list[tuple[int, bytes]], total: int) -> None:
    """Invariant: byte for byte what an array with a mark per byte gives, complete at the same fragment."""
    fragments = Fragments()
    naive: dict[int, int] = {}
    last = ((total - 1) // 8, bytes(total - (total - 1) // 8 * 8), False)
    known: int | None = None
    for slot, piece, more in [last, *((slot, piece, True) for slot, piece in parts)]:
        for index, byte in enumerate(piece):
            naive.setdefault(slot * 8 + index, byte)
        known = total if not more else known
        result = fragments.add(b"k", 0, slot * 8, more, piece)
        complete = known is not None and all(position in naive for position in range(known))
        assert result == (bytes(naive[position] for position in range(total)) if complete else None)
        if complete:
            return
