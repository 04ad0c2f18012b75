"""Invariant: no bytes under any link type raise, and no segment claims bytes that were not captured."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.wire import Datagram, Decoder, Quoted, Segment
from kacap.wire.decoder import Decoded
from kacap.wire.dns import read_dns
from kacap.wire.protocols import ETHERTYPE_WORDS, IP_WORDS
from kacap.wire.slow import TABLES
from kacap.wire.step import LINK
from tests.wire.build import ethernet, frame, ipv4, tcp, udp
from tests.wire.samples import SAMPLES, Sample

HANGS_AFTER_S = 20
"""A guard against what never ends, not a measurement."""

LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276, *sorted(TABLES[LINK]), 147, 65535]
MAX_REASONS = 200


def check(decoded: Decoded, data: bytes, start: int, end: int) -> None:
    assert decoded is None or isinstance(decoded, Segment | Datagram | Quoted | str)
    if isinstance(decoded, Segment):
        assert 0 <= decoded.start <= decoded.end <= len(decoded.data)
        assert decoded.end - decoded.start <= decoded.length
        assert len(decoded.key) in (12, 36)
        if decoded.data is data:
            assert start <= decoded.start
            assert decoded.end <= end
    if isinstance(decoded, Quoted):
        assert len(decoded.key) in (12, 36)
    if isinstance(decoded, Datagram):
        read_dns(decoded.payload)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(LINK_TYPES), st.lists(st.binary(max_size=120), max_size=6), st.integers(0, 2**32 - 1))
def test_random_bytes(link_type: int, parts: list[bytes], wire_bytes: int) -> None:
    decoder = Decoder()
    for data in parts:
        given_frame = frame(data, link_type, wire_bytes=wire_bytes)
        check(decoder.decode(given_frame), given_frame.data, given_frame.start, given_frame.end)


CHANGES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(SAMPLES), CHANGES, st.integers(0, 400), st.integers(0, 3000))
def test_changed_samples(sample: Sample, changes: list[tuple[int, int]], captured: int, wire_bytes: int) -> None:
    data = bytearray(sample.data)
    for position, value in changes:
        data[position % len(data)] = value
    given_frame = frame(bytes(data[:captured]), sample.link_type, wire_bytes=wire_bytes)
    check(Decoder().decode(given_frame), given_frame.data, given_frame.start, given_frame.end)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_byte_of_every_header(sample: Sample) -> None:
    decoder = Decoder()
    for position in range(min(len(sample.data), 160)):
        for value in (0x00, 0x01, 0x45, 0x7F, 0x80, 0xFF):
            data = sample.data[:position] + bytes([value]) + sample.data[position + 1 :]
            given_frame = frame(data, sample.link_type)
            check(decoder.decode(given_frame), given_frame.data, given_frame.start, given_frame.end)


def test_reasons_are_a_closed_list() -> None:
    """Every number that a frame can hold, in the places where numbers become words."""
    decoder = Decoder()
    reasons = set()
    for ethertype in range(65536):
        decoded = decoder.decode(frame(ethernet(bytes(50), ethertype)))
        if isinstance(decoded, str):
            reasons.add(str(decoded))
    for protocol in range(256):
        decoded = decoder.decode(frame(ethernet(ipv4(bytes(50), protocol))))
        if isinstance(decoded, str):
            reasons.add(str(decoded))
    assert {str(word) for word in ETHERTYPE_WORDS.values()} <= reasons
    assert {str(word) for word in IP_WORDS.values()} - {"udp"} <= reasons
    assert len(reasons) < MAX_REASONS
    assert all(reason == reason.lower() and " " not in reason for reason in reasons)


def test_a_frame_of_headers_costs_little() -> None:
    """65 kB of headers inside headers, for each table; quadratic copies or recursion would take seconds."""
    nests = [
        (101, ipv4(b"", 4, total=0) * 3000),
        (1, ethernet(b"\x00\x00\x65\x58" * 16000, 0x6558)),
        (1, ethernet(ipv4(bytes.fromhex("00000800") + b"", 47, total=0)) * 1000),
        (1, ethernet(b"\x00\x01\x00\xff" * 16000, 0x8847)),
        (1, ethernet(ipv4(bytes.fromhex("4000080000000000") + b"\x00\x01\x00\x00" * 16000, 47, total=0))),
        (107, bytes(65000)),
        (1, ethernet(ipv4(udp(b"\x34\xff" + bytes(9) + b"\x85" + b"\x01\x00\x00\x85" * 15000, 2152), 17, total=0))),
        (127, bytes.fromhex("0000e8fd") + b"\xff" * 65000),
        (239, bytes(4) + b"\x04\x00\x01\x00" * 16000),
    ]
    for link_type, data in nests:
        given_frame = frame(data, link_type)
        began = time.perf_counter()
        check(Decoder().decode(given_frame), given_frame.data, given_frame.start, given_frame.end)
        assert time.perf_counter() - began < HANGS_AFTER_S


def test_fragments_of_a_hostile_capture_cost_little() -> None:
    decoder = Decoder()
    began = time.perf_counter()
    for number in range(3000):
        piece = tcp(bytes(20))[:8]
        decoder.decode(frame(ethernet(ipv4(piece, fragment=0x2000 | (number * 2) % 8000))))
    decoder.decode(frame(ethernet(ipv4(bytes(8), fragment=8000))))
    assert time.perf_counter() - began < HANGS_AFTER_S
