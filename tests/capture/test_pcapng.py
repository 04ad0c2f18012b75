"""pcapng files: sections, interfaces, clocks, and blocks that lie."""

from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest

from kacap.capture.pcapng import NUMBERED_BLOCKS, TIME_LIMIT_NS
from tests.capture.build import (
    block,
    enhanced,
    interface,
    obsolete,
    option,
    read,
    section,
    simple,
    statistics,
)


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_three_kinds_of_packet(tmp_path: Path, order: str) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(
        section(order)
        + interface(order, link_type=113)
        + enhanced(b"one", 5, order=order, wire=60, options=option(1, b"a comment", order))
        + obsolete(b"two", (1 << 32) + 7, order=order)
        + simple(b"three", order=order)
    )
    frames, info = read(path)
    assert frames == [
        (1, 5000, 113, b"one", 60),
        (2, ((1 << 32) + 7) * 1000, 113, b"two", 3),
        (3, ((1 << 32) + 7) * 1000, 113, b"three", 5),
    ]
    assert (info.format, info.truncated_file) == ("pcapng", False)
    assert info.warnings == [f"{path}: 1 simple packet blocks carry no time: each got the time of the frame before"]


@pytest.mark.parametrize(
    ("clock", "ticks", "time_ns"),
    [
        ((None, None), 3, 3000),
        ((6, None), 3, 3000),
        ((9, None), 3, 3),
        ((0, None), 3, 3_000_000_000),
        ((12, None), 2999, 2),
        ((127, None), 1 << 63, 0),
        ((0x80 | 10, None), 1025, 1_000_976_562),
        ((0x80 | 32, None), 1 << 31, 500_000_000),
        ((0x80 | 127, None), 1 << 63, 0),
        ((9, 1_700_000_000), 5, 1_700_000_000_000_000_005),
        ((9, -2), 5, -1_999_999_995),
        # -5 seconds in microseconds, as some writers store a time before the epoch
        ((6, None), (1 << 64) - 5_000_000, -5_000_000_000),
    ],
)
@pytest.mark.parametrize("packet", [enhanced, obsolete])
def test_clocks(
    tmp_path: Path,
    packet: Callable[[bytes, int], bytes],
    clock: tuple[int | None, int | None],
    ticks: int,
    time_ns: int,
) -> None:
    resolution, offset = clock
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface(resolution=resolution, offset=offset) + packet(b"x", ticks))
    frames, info = read(path)
    assert frames == [(1, time_ns, 1, b"x", 1)]
    assert info.warnings == []


@pytest.mark.parametrize(
    ("offset", "ticks", "time_ns"),
    [(1 << 62, 0, TIME_LIMIT_NS - 1), (-(1 << 62), 0, -TIME_LIMIT_NS), (0, 1 << 62, TIME_LIMIT_NS - 1)],
)
@pytest.mark.parametrize("packet", [enhanced, obsolete])
def test_a_time_without_a_date_is_moved(
    tmp_path: Path, packet: Callable[[bytes, int], bytes], offset: int, ticks: int, time_ns: int
) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface(offset=offset) + packet(b"x", ticks))
    frames, info = read(path)
    assert [frame[1] for frame in frames] == [time_ns]
    assert info.warnings == [
        f"{path}: 1 frames have a time outside of the years 1824 to 2115: moved to the nearest date"
    ]


def test_a_section_forgets_interfaces_and_may_change_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(
        section("<")
        + interface("<", link_type=1, resolution=9)
        + interface("<", link_type=113)
        + enhanced(b"a", 1, 1, order="<")
        + section(">")
        + interface(">", link_type=101, resolution=6)
        + enhanced(b"b", 2, 0, order=">")
        + enhanced(b"c", 3, 1, order=">")
    )
    frames, info = read(path)
    assert frames == [(1, 1000, 113, b"a", 1), (2, 2000, 101, b"b", 1)]
    assert info.truncated_file
    assert "a packet of interface 1, which was never described" in info.warnings[0]


@pytest.mark.parametrize(("snaplen", "wire", "kept"), [(0, 5, b"abcde"), (3, 5, b"abc"), (9, 5, b"abcde")])
def test_the_snapshot_length_bounds_a_simple_packet(tmp_path: Path, snaplen: int, wire: int, kept: bytes) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface(snaplen=snaplen) + interface() + simple(b"abcde"[: len(kept)], wire))
    assert read(path)[0] == [(1, 0, 1, kept, wire)]


def test_dropped_frames_are_the_latest_of_each_interface(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    first = section() + interface() + interface() + statistics(3, 0) + statistics(4, 1) + statistics(5, 0)
    second = section(">") + interface(">") + statistics(100, 0, ">") + statistics(7, 9, ">") + statistics(9, 0, ">", 4)
    path.write_bytes(first + second)
    assert read(path)[1].dropped_frames == 109


def test_drops_of_the_operating_system_count_too(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    both = option(5, pack("<Q", 2)) + option(7, pack("<Q", 3))
    path.write_bytes(section() + interface() + block(5, pack("<III", 0, 0, 0) + both))
    assert read(path)[1].dropped_frames == 5


def test_other_blocks_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    others = [block(4, bytes(4)), block(10, pack("<II", 0x544C534B, 4) + b"keys"), block(0xABCDEF, bytes(3 << 20))]
    path.write_bytes(section() + interface() + b"".join(others) + enhanced(b"x") + block(0x80000001, b""))
    frames, info = read(path)
    assert frames == [(1, 0, 1, b"x", 1)]
    assert info.warnings == []


@pytest.mark.parametrize("kind", sorted(NUMBERED_BLOCKS))
def test_blocks_that_wireshark_numbers_use_up_a_number(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface() + enhanced(b"x") + block(kind, bytes(40)) + enhanced(b"y"))
    assert [(frame[0], frame[3]) for frame in read(path)[0]] == [(1, b"x"), (3, b"y")]


def test_two_lengths_that_agree_need_no_padding(tmp_path: Path) -> None:
    fields = pack("<IIIII", 0, 0, 0, 3, 3)
    unpadded = pack("<II", 6, 35) + fields + b"abc" + pack("<I", 35)
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface() + unpadded + enhanced(b"y"))
    assert [frame[3] for frame in read(path)[0]] == [b"abc", b"y"]


def test_options_that_overrun_their_block_end_the_list(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    overrun = option(9, b"\x09") + pack("<HH", 14, 600)
    path.write_bytes(section() + block(1, pack("<HHI", 1, 0, 0) + overrun) + enhanced(b"x", 3))
    assert read(path)[0] == [(1, 3, 1, b"x", 1)]


DAMAGED = {
    "the two lengths of a block differ": block(6, pack("<IIIII", 0, 0, 0, 0, 0), trailer=48),
    "a block of type 0x4d claims 8 bytes": block(77, b"", length=8),
    "a block of type 0x6 claims 28 bytes": block(6, bytes(16)),
    "a block of type 0x4d claims 4294967292 bytes": block(77, b"", length=0xFFFFFFFC),
    "a packet claims 60 captured bytes in a block with 4": enhanced(b"abcd", captured=60),
    "a packet claims 9 captured bytes in a block with 4": simple(b"abcd", wire=9),
    "a packet claims 4294967295 captured bytes in a block with 0": block(2, pack("<HHIIII", 0, 0, 0, 0, 0xFFFFFFFF, 1)),
    "a packet of interface 1, which was never described": enhanced(b"x", interface_id=1),
    "a section without a byte order": block(0x0A0D0D0A, bytes(16)),
    "a section of pcapng version 2, only version 1 is known": section(major=2),
    "the data ends inside a record (13 of 36 bytes are there)": enhanced(b"last")[:13],
}


@pytest.mark.parametrize("reason", DAMAGED)
def test_damage_keeps_what_was_before(tmp_path: Path, reason: str) -> None:
    path = tmp_path / "a.pcapng"
    before = section() + interface() + enhanced(b"good")
    path.write_bytes(before + DAMAGED[reason] + (b"" if "ends inside" in reason else enhanced(b"lost")))
    frames, info = read(path)
    assert [frame[3] for frame in frames] == [b"good"]
    assert info.truncated_file
    place = f"cannot be followed after frame 1, byte {len(before)}"
    assert info.warnings == [f"{path}: {place}: {reason}; all before it was read"]


def test_interfaces_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface() * 65_537 + enhanced(b"lost"))
    frames, info = read(path)
    assert frames == []
    assert "a section with more than 65536 interfaces" in info.warnings[0]
