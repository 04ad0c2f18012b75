"""Compressed captures: any kind, any cut, any bomb."""

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from kacap.capture import open_capture
from kacap.errors import MissingExtraError, NotACaptureError
from tests.capture.build import pcap_header, read, record, section

CAPTURE = pcap_header() + b"".join(record(bytes([number]) * 100, number) for number in range(200))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "lz4": lz4.frame.compress,
}
each_kind = pytest.mark.parametrize("kind", PACKERS)

MiB = 1 << 20


@each_kind
def test_the_content_tells_and_not_the_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "capture.pcap"
    path.write_bytes(PACKERS[kind](CAPTURE))
    frames, info = read(path)
    assert [frame[1] for frame in frames] == [number * 1_000_000_000 for number in range(200)]
    assert (info.format, info.truncated_file, info.warnings) == ("pcap", False, [])


@each_kind
def test_members_one_after_another_are_one_capture(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    pack = PACKERS[kind]
    path.write_bytes(pack(CAPTURE[:1000]) + pack(CAPTURE[1000:1001]) + pack(CAPTURE[1001:]))
    frames, info = read(path)
    assert len(frames) == 200
    assert info.warnings == []


def test_gzip_may_be_padded_with_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(CAPTURE) + bytes(512))
    frames, info = read(path)
    assert (len(frames), info.warnings) == (200, [])


@each_kind
def test_a_cut_keeps_what_came_out_before(tmp_path: Path, kind: str) -> None:
    noise = bytes(zlib.crc32(number.to_bytes(4)) & 0xFF for number in range(300_000))
    whole = pcap_header() + b"".join(record(noise[at : at + 1000]) for at in range(0, len(noise), 1000))
    packed = PACKERS[kind](whole)
    path = tmp_path / "a"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    frames, info = read(path)
    assert 0 < len(frames) < 300
    assert [frame[3] for frame in frames] == [noise[at : at + 1000] for at in range(0, len(frames) * 1000, 1000)]
    assert info.truncated_file
    assert len(info.warnings) == 1
    assert "of the unpacked data" in info.warnings[0]


@pytest.mark.parametrize("kind", ["gzip", "lz4"])
def test_a_cut_between_two_records_is_seen(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(PACKERS[kind](CAPTURE)[:-4])
    frames, info = read(path)
    assert (len(frames), info.truncated_file) == (200, True)
    assert f"the {kind} data is cut off" in info.warnings[0]


@each_kind
@pytest.mark.parametrize("kept", [4, 8])
def test_a_cut_before_the_first_byte_is_no_capture(tmp_path: Path, kind: str, kept: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(PACKERS[kind](CAPTURE)[:kept])
    with pytest.raises(NotACaptureError):
        read(path)


@each_kind
def test_damage_keeps_what_came_out_before(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    pack = PACKERS[kind]
    path.write_bytes(pack(CAPTURE) + pack(CAPTURE)[:4] + b"\xff" * 40)
    frames, info = read(path)
    assert len(frames) == 200
    assert info.truncated_file
    assert f"the {kind} data is damaged" in info.warnings[0]


@each_kind
def test_nothing_compressed_is_no_capture(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(PACKERS[kind](b""))
    with pytest.raises(NotACaptureError, match="nothing came out of it"):
        read(path)


@pytest.mark.parametrize(("kind", "module"), [("zstd", "zstandard"), ("lz4", "lz4.frame")])
def test_a_missing_package_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    path = tmp_path / "a"
    path.write_bytes(PACKERS[kind](CAPTURE))
    with pytest.raises(MissingExtraError, match=rf"pip install 'kacap\[{kind}\]'"):
        read(path)


def _gzip_bomb(parts: Iterator[bytes]) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(map(packer.compress, parts)) + packer.flush()


def _zstd_bomb(parts: Iterator[bytes]) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join(map(packer.compress, parts)) + packer.flush()


def _lz4_bomb(parts: Iterator[bytes]) -> bytes:
    packer = lz4.frame.LZ4FrameCompressor()
    return bytes(packer.begin() + b"".join(map(packer.compress, parts)) + packer.flush())


@pytest.mark.parametrize("bomb", [_gzip_bomb, _zstd_bomb, _lz4_bomb])
def test_a_bomb_costs_no_memory(tmp_path: Path, bomb: Callable[[Iterator[bytes]], bytes]) -> None:
    path = tmp_path / "a"
    path.write_bytes(bomb(iter([pcap_header(), *repeat(record(bytes(MiB // 2)), 400)])))
    assert path.stat().st_size < MiB
    frames, peak_bytes = _count_and_peak(path)
    assert frames == 400
    assert peak_bytes < 12 * MiB


def test_a_bomb_of_zeros_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(_gzip_bomb(iter([pcap_header(), bytes(8 * MiB)])))
    frames, peak_bytes = _count_and_peak(path)
    assert frames == 8 * MiB // 16
    assert peak_bytes < 8 * MiB


@pytest.mark.parametrize(
    "lie",
    [
        pcap_header() + record(b"", captured=0xFFFFFFFF),
        pcap_header(link_type=249) + record(b"", captured=16 * MiB),
        section() + b"\x06\0\0\0\xfc\xff\xff\xff" + bytes(40),
        section() + b"\x06\0\0\0\0\0\0\x01" + bytes(40),
    ],
    ids=["record", "usb record", "block", "block within its limit"],
)
def test_a_length_is_not_believed_before_its_bytes_are_there(tmp_path: Path, lie: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(lie)
    frames, peak_bytes = _count_and_peak(path)
    assert frames == 0
    assert peak_bytes < 3 * MiB


def _count_and_peak(path: Path) -> tuple[int, int]:
    tracemalloc.start()
    try:
        return sum(1 for _ in open_capture([str(path)])), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
