"""pcap files: every variant of the header, every way in which a record lies."""

from pathlib import Path

import pytest

from kacap.capture.pcap import record_limit
from tests.capture.build import KUZNETZOV, MICROSECONDS, NANOSECONDS, pcap_header, read, record


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "extra", "time_ns"),
    [
        (MICROSECONDS, b"", 7_000_009_000),
        (NANOSECONDS, b"", 7_000_000_009),
        (KUZNETZOV, b"\x01\0\0\0\x08\0\0\0", 7_000_009_000),
    ],
)
def test_variants(tmp_path: Path, order: str, magic: int, extra: bytes, time_ns: int) -> None:
    path = tmp_path / "a.pcap"
    records = record(b"abc", 7, 9, order=order, extra=extra) + record(b"", 8, order=order, extra=extra)
    path.write_bytes(pcap_header(order, magic) + records)
    frames, info = read(path)
    assert frames == [(1, time_ns, 1, b"abc", 3), (2, 8_000_000_000, 1, b"", 0)]
    assert (info.format, info.truncated_file, info.warnings, info.dropped_frames) == ("pcap", False, [], None)


def test_only_the_low_half_is_the_link_type(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header(link_type=0x5C20_0071) + record(b"x"))
    assert read(path)[0][0][2] == 0x71


def test_a_header_alone_is_an_empty_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header())
    frames, info = read(path)
    assert (frames, info.format, info.truncated_file, info.warnings) == ([], "pcap", False, [])


@pytest.mark.parametrize("version", [(0, 0), (2, 3), (543, 0)])
def test_the_version_is_not_looked_at(tmp_path: Path, version: tuple[int, int]) -> None:
    path = tmp_path / "a.pcap"
    major, minor = (number.to_bytes(2, "little") for number in version)
    path.write_bytes(pcap_header()[:4] + major + minor + pcap_header()[8:] + record(b"x"))
    assert len(read(path)[0]) == 1


@pytest.mark.parametrize(("wire", "expected"), [(1500, 1500), (3, 3), (2, 3), (0, 3), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_the_wire_is_never_shorter_than_what_was_captured(tmp_path: Path, wire: int, expected: int) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header() + record(b"abc", wire=wire))
    assert read(path)[0] == [(1, 0, 1, b"abc", expected)]


@pytest.mark.parametrize("snaplen", [0, 96, 0xFFFFFFFF])
def test_the_snapshot_length_of_the_header_is_not_believed(tmp_path: Path, snaplen: int) -> None:
    path = tmp_path / "a.pcap"
    payload = bytes(524_280)  # BIG TCP on Linux
    path.write_bytes(pcap_header(snaplen=snaplen) + record(payload) + record(b"x"))
    assert [len(frame[3]) for frame in read(path)[0]] == [524_280, 1]


@pytest.mark.parametrize(("link_type", "captured", "sound"), [(1, 2 << 20, False), (249, 2 << 20, True)])
def test_usb_records_may_be_larger(tmp_path: Path, link_type: int, captured: int, sound: bool) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header(link_type=link_type) + record(bytes(captured)) + record(b"x"))
    frames, info = read(path)
    assert (len(frames), info.truncated_file) == ((2, False) if sound else (0, True))


@pytest.mark.parametrize("captured", [record_limit(1) + 1, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("after", [0, 3 << 20])
def test_a_length_that_cannot_be_is_damage_wherever_it_lies(tmp_path: Path, captured: int, after: int) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header() + record(b"good") + record(b"", captured=captured) + bytes(after))
    frames, info = read(path)
    assert [frame[3] for frame in frames] == [b"good"]
    assert info.truncated_file
    assert info.warnings == [
        f"{path}: cannot be followed after frame 1, byte 44: a record claims {captured} captured bytes, "
        "more than 1048576 cannot be; all before it was read"
    ]


@pytest.mark.parametrize(
    ("kept", "frames_left", "byte"), [(10, 0, 0), (24 + 5, 0, 24), (24 + 18, 0, 24), (24 + 20 + 1, 1, 44)]
)
def test_a_cut_names_its_place(tmp_path: Path, kept: int, frames_left: int, byte: int) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes((pcap_header() + record(b"good") + record(b"more"))[:kept])
    frames, info = read(path)
    assert len(frames) == frames_left
    assert info.truncated_file
    assert len(info.warnings) == 1
    assert f"after frame {frames_left}, byte {byte}: the data ends inside a record" in info.warnings[0]


def test_time_may_step_backwards_and_fractions_may_overflow(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header() + record(b"", 9) + record(b"", 5, 2_000_001) + record(b"", 0xFFFFFFFF))
    assert [frame[1] for frame in read(path)[0]] == [9_000_000_000, 7_000_001_000, 4_294_967_295_000_000_000]
