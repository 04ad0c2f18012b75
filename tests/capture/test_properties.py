"""No byte of a capture can do more than end its reading, and blocks leave no trace in what is read.

Invariant: whatever the bytes, reading raises nothing but KacapError; what a cut file yields is a prefix of what the
whole file yields; how the bytes are cut into blocks changes nothing.
"""

import gzip
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kacap.capture.pcap import PcapReader
from kacap.capture.pcapng import PcapngReader
from kacap.errors import KacapError
from tests.capture.build import (
    KUZNETZOV,
    MICROSECONDS,
    NANOSECONDS,
    block,
    enhanced,
    interface,
    obsolete,
    pcap_header,
    read,
    read_blocks,
    record,
    section,
    simple,
    statistics,
)

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

payloads = st.binary(max_size=60)
orders = st.sampled_from("<>")
ticks = st.integers(0, (1 << 64) - 1)


@st.composite
def pcaps(draw: st.DrawFn) -> bytes:
    """A sound pcap file."""
    order = draw(orders)
    magic = draw(st.sampled_from([MICROSECONDS, NANOSECONDS, KUZNETZOV]))
    extra = bytes(8) if magic == KUZNETZOV else b""
    times = st.integers(0, 0xFFFFFFFF)
    records = [
        record(payload, draw(times), draw(times), order=order, wire=draw(times), extra=extra)
        for payload in draw(st.lists(payloads, max_size=8))
    ]
    return pcap_header(order, magic, draw(st.integers(0, 0xFFFFFFFF))) + b"".join(records)


@st.composite
def body_blocks(draw: st.DrawFn, order: str, interface_count: int) -> bytes:
    """One block of any kind but the two that describe a section."""
    payload = draw(payloads)
    interface_id = draw(st.integers(0, interface_count - 1))
    return draw(
        st.sampled_from(
            [
                enhanced(payload, draw(ticks), interface_id, order=order),
                obsolete(payload, draw(ticks), interface_id, order),
                simple(payload, order=order),
                statistics(draw(ticks), interface_id, order),
                block(0xABCD, payload, order),
                block(0xBAD, payload, order),
            ]
        )
    )


@st.composite
def sections(draw: st.DrawFn) -> bytes:
    """A sound section with one to three interfaces."""
    order = draw(orders)
    count = draw(st.integers(1, 3))
    resolutions = st.none() | st.integers(0, 255)
    offsets = st.none() | st.integers(-(1 << 63), (1 << 63) - 1)
    interfaces = [interface(order, 1, 0, draw(resolutions), draw(offsets)) for _ in range(count)]
    return b"".join([section(order), *interfaces, *draw(st.lists(body_blocks(order, count), max_size=6))])


pcapngs = st.lists(sections(), min_size=1, max_size=3).map(b"".join)
captures = pcaps() | pcapngs
packers: st.SearchStrategy[Callable[[bytes], bytes]] = st.sampled_from(
    [bytes, gzip.compress, zstandard.compress, lz4.frame.compress]
)


@in_one_folder
@given(capture=captures, kept=st.floats(0, 1), pack=packers)
def test_a_cut_file_yields_a_prefix(
    tmp_path: Path, capture: bytes, kept: float, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(capture)
    whole, info = read(path)
    assert not info.truncated_file
    packed = pack(capture)
    path.write_bytes(packed[: int(len(packed) * kept)])
    try:
        frames, _ = read(path)
    except KacapError as error:
        assert "\n" not in str(error)
    else:
        assert frames == whole[: len(frames)]


@given(st.one_of(st.tuples(st.just(PcapReader), pcaps()), st.tuples(st.just(PcapngReader), pcapngs)), st.data())
def test_blocks_leave_no_trace(case: tuple[type[PcapReader] | type[PcapngReader], bytes], data: st.DataObject) -> None:
    reader, capture = case
    capture = capture[: data.draw(st.integers(4, len(capture)))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(capture)), max_size=12)))
    edges = [0, *cuts, len(capture)]
    blocks = [capture[a:b] for a, b in pairwise(edges) if a < b]
    assert read_blocks(reader, blocks) == read_blocks(reader, [capture])


@in_one_folder
@given(capture=captures, changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes_are_never_fatal(tmp_path: Path, capture: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(capture)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    _reads_or_refuses(tmp_path / "a", bytes(changed))


@in_one_folder
@given(
    head=st.sampled_from(
        [
            b"",
            b"\x1f\x8b",
            b"\x1f\x8b\x08\0\0\0\0\0\0\0",
            b"\x28\xb5\x2f\xfd",
            b"\x04\x22\x4d\x18",
            pcap_header(),
            pcap_header(">"),
            section(),
            section(">") + interface(">"),
            section() + interface(),
        ]
    ),
    noise=st.binary(max_size=300),
)
@example(head=b"", noise=b"")
def test_noise_is_never_fatal(tmp_path: Path, head: bytes, noise: bytes) -> None:
    _reads_or_refuses(tmp_path / "a", head + noise)


@pytest.mark.parametrize(
    "capture", [pcap_header() + record(b"one") * 3, section() + interface() + enhanced(b"one") * 3]
)
def test_every_single_cut(tmp_path: Path, capture: bytes) -> None:
    path = tmp_path / "a"
    for kept in range(4, len(capture)):
        path.write_bytes(capture[:kept])
        frames, info = read(path)
        assert len(frames) < 3
        assert info.truncated_file == (len(capture) != kept and not _ends_with_a_record(capture, kept))


def _ends_with_a_record(capture: bytes, kept: int) -> bool:
    if capture.startswith(b"\x0a"):
        return kept in {28, 48, 48 + 36, 48 + 72}
    return kept in {24, 24 + 19, 24 + 38}


def _reads_or_refuses(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        frames, info = read(path)
    except KacapError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
        return
    numbers = [number for number, *_ in frames]
    assert numbers == sorted(set(numbers))
    assert all(-(1 << 62) < time_ns < (1 << 62) - 1 and wire >= len(data) for _, time_ns, _, data, wire in frames)
    assert info.format in {"pcap", "pcapng"}
