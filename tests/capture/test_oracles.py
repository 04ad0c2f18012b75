"""Other readers as a second opinion: dpkt on captures made here, tshark on captures of others.

Where kacap reads otherwise than tshark, it goes by the specification; `DIFFERENT` says file by file why.
"""

import io
import random
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from struct import pack

import dpkt
import pytest

from kacap.capture import open_capture
from tests.capture.build import (
    MICROSECONDS,
    NANOSECONDS,
    block,
    enhanced,
    interface,
    pcap_header,
    read,
    record,
    section,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

RESERVED_BITS = "the bits beside the link type are reserved: a reader ignores them, tshark refuses the file"
NOT_IN_TSHARK = "tshark does not know this link type"
SWAPPED = "version 2.2 and before: tshark takes the two lengths the other way round"
GUESSED = "tshark guesses by the first records that this is an old variant without a magic number of its own"
COUNT_DIFFERS: dict[str, str] = {
    "00fef6d3": RESERVED_BITS,
    "deb9c255": RESERVED_BITS,
    "5614ec62": NOT_IN_TSHARK,
    "5d26187a": NOT_IN_TSHARK,
    "9384d990": NOT_IN_TSHARK,
    "9794fc8f": NOT_IN_TSHARK,
    "b9eb8af3": NOT_IN_TSHARK,
    "c23ca828": NOT_IN_TSHARK,
    "dd42ecbf": NOT_IN_TSHARK,
    "b8df269e": SWAPPED,
    "dc5f9e7c": GUESSED,
    "ebe67fe9": GUESSED,
}
OVERFLOW = "a second time field above one second overflows in tshark"
SIGNED = "tshark cuts a length on the wire at 2^31 - 1"
PSEUDO_HEADER = "tshark takes the pseudo-header of this link type out of the lengths"
DIFFERENT: dict[str, str] = COUNT_DIFFERS | {
    "6d8a34ec": "times before the epoch, stored as negative numbers",
    "a3061e0c": OVERFLOW,
    "12819481": OVERFLOW,
    "4a7599c5": OVERFLOW,
    "d1fd8154": OVERFLOW,
    "d2e68668": OVERFLOW,
    "08004036": SIGNED,
    "242ea05f": SIGNED,
    "7796efbd": SIGNED,
    "7f7dc55a": SIGNED,
    "74af539c": PSEUDO_HEADER,
    "8e81bf3a": PSEUDO_HEADER,
    "fa3e3820": PSEUDO_HEADER,
    "327e33c4": GUESSED,
}


def _random_frames(count: int) -> Iterator[tuple[int, bytes]]:
    chance = random.Random(7)
    for _ in range(count):
        yield chance.randrange(2_000_000_000_000_000), chance.randbytes(chance.randrange(2000))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "unit_ns"), [(MICROSECONDS, 1000), (NANOSECONDS, 1)])
def test_dpkt_reads_the_same_pcap(tmp_path: Path, order: str, magic: int, unit_ns: int) -> None:
    made = [(time % (4_000_000_000_000_000), payload) for time, payload in _random_frames(3000)]
    capture = pcap_header(order, magic) + b"".join(
        record(payload, time // 1_000_000, time % 1_000_000, order=order) for time, payload in made
    )
    path = tmp_path / "a.pcap"
    path.write_bytes(capture)
    frames, _ = read(path)
    expected = [(Decimal(time), payload) for time, payload in dpkt.pcap.Reader(io.BytesIO(capture))]
    assert len(expected) == 3000
    assert [(number, data) for number, _, _, data, _ in frames] == [
        (number, data) for number, (_, data) in enumerate(expected, 1)
    ]
    for (_, time_ns, *_), (seconds, _), (time, _) in zip(frames, expected, made, strict=True):
        assert time_ns == time // 1_000_000 * 1_000_000_000 + time % 1_000_000 * unit_ns
        assert abs(Decimal(time_ns) / 1_000_000_000 - seconds) < Decimal("0.000001")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("resolution", [None, 6, 9, 3, 0x80 | 20])
def test_dpkt_reads_the_same_pcapng(tmp_path: Path, order: str, resolution: int | None) -> None:
    packets = [enhanced(payload, ticks, order=order) for ticks, payload in _random_frames(1500)]
    capture = section(order) + interface(order, resolution=resolution) + b"".join(packets)
    path = tmp_path / "a.pcapng"
    path.write_bytes(capture)
    frames, info = read(path)
    expected = list(dpkt.pcapng.Reader(io.BytesIO(capture)))
    assert [data for _, _, _, data, _ in frames] == [data for _, data in expected]
    if not info.warnings:  # dpkt knows times without a date, which are moved here
        for (_, time_ns, *_), (seconds, _) in zip(frames, expected, strict=True):
            assert time_ns / 1e9 == pytest.approx(float(seconds), rel=1e-12, abs=1e-6)


def _tshark(path: Path) -> list[tuple[int, int | None, int, int]]:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: frame numbers are not compared with Wireshark's")
    fields = ["frame.number", "frame.time_epoch", "frame.len", "frame.cap_len"]
    columns = [word for field in fields for word in ("-e", field)]
    # A damaged file makes tshark exit with an error after it has printed what it read.
    told = subprocess.run(
        ["tshark", "-n", "-r", str(path), "-T", "fields", *columns], capture_output=True, text=True, check=False
    )
    rows = [line.split("\t") for line in told.stdout.splitlines()]
    return [
        (int(number), int(Decimal(time) * 1_000_000_000) if time else None, int(wire), int(captured))
        for number, time, wire, captured in rows
    ]


def _kacap(path: Path) -> list[tuple[int, int | None, int, int]]:
    return [
        (frame.number, frame.time_ns, frame.wire_bytes, frame.end - frame.start) for frame in open_capture([str(path)])
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (0x4, bytes(4)),
        (0x9, b"__REALTIME_TIMESTAMP=1\n"),
        (0xA, pack("<II", 0x544C534B, 4) + b"keys"),
        *((kind, bytes(48)) for kind in (0x204, 0x208, 0x216, 0x221, 0xBAD, 0x40000BAD, 0xABC, 0x80000001)),
    ],
)
def test_blocks_without_packets_are_numbered_as_in_wireshark(tmp_path: Path, kind: int, body: bytes) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(section() + interface() + block(kind, body) + enhanced(bytes(60), 1))
    assert _kacap(path)[-1] == _tshark(path)[-1]


def _corpus(folder: str) -> list[Path]:
    if not (CORPUS / folder).is_dir():
        pytest.skip(f"no captures of others at {CORPUS / folder}: nothing is compared with tshark")
    files = [path for path in (CORPUS / folder).iterdir() if path.suffix not in {".json", ".tsv", ".md"}]
    return sorted(path for path in files if path.is_file())


@pytest.mark.parametrize(("folder", "step"), [("dev/http", 12), ("dev/nohttp", 6), ("hostile", 5)])
def test_tshark_reads_the_same(folder: str, step: int) -> None:
    compared = [path for path in _corpus(folder) if path.name[:8] not in DIFFERENT][::step]
    assert len(compared) >= 6
    for path in compared:
        assert _kacap(path) == _tshark(path), path.name


@pytest.mark.parametrize("name", DIFFERENT)
def test_every_known_difference_is_still_one(name: str) -> None:
    (path,) = [path for folder in ("dev/http", "hostile") for path in _corpus(folder) if path.name.startswith(name)]
    ours, theirs = _kacap(path), _tshark(path)
    assert ours != theirs
    assert (len(ours) != len(theirs)) == (name in COUNT_DIFFERS)
