"""Captures of other people: the same TCP segments as tshark finds, frame by frame."""

from pathlib import Path

import pytest

from kacap.wire import Decoder, Quoted, Segment
from tests.wire.reader import read_frames
from tests.wire.tshark import need_tshark, tcp_rows

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
MAX_FILE_BYTES = 300_000
EVERY = 8
NOT_DATA = {".json", ".tsv", ".md", ".py"}
TSHARK_DIFFERS = {
    "23bd4412": "takes the last four bytes of a FabricPath frame for a checksum",
    "7f7dc55a": "believes two gigabytes on the wire",
    "dc5f9e7c": "reads the file as a kernel's modified pcap",
    "ebe67fe9": "stops at a record that lies about its length",
}


def sample() -> list[Path]:
    """Every eighth file of a moderate size: half a second of tshark each would be minutes for all."""
    files = [path for path in sorted(CORPUS.rglob("*")) if path.is_file() and path.suffix not in NOT_DATA]
    small = [path for path in files if path.stat().st_size < MAX_FILE_BYTES]
    return small[::EVERY]


def test_same_segments_as_tshark() -> None:
    need_tshark()
    if not CORPUS.is_dir():
        pytest.skip(f"no captures of others at {CORPUS}")
    compared = 0
    differences = []
    for path in sample():
        if path.name[:8] in TSHARK_DIFFERS:
            continue
        try:
            frames = list(read_frames(path))
        except (ValueError, EOFError):
            continue
        expected = {int(row[0]): tuple(row[1:5]) for row in tcp_rows(path) if "icmp" not in row[6] and row[5]}
        decoder = Decoder()
        found = {}
        for frame in frames:
            decoded = decoder.decode(frame)
            if isinstance(decoded, Segment):
                ports = int.from_bytes(decoded.key[-4:-2], "big"), int.from_bytes(decoded.key[-2:], "big")
                found[frame.number] = (str(ports[0]), str(ports[1]), str(decoded.seq), str(decoded.length))
            elif isinstance(decoded, Quoted):
                expected.pop(frame.number, None)
        # Where a dissector above TCP gave up, tshark prints no length.
        expected = {number: row if row[3] else found.get(number, row) for number, row in expected.items()}
        compared += len(expected)
        if found != expected:
            numbers = sorted(
                number for number in found.keys() | expected.keys() if found.get(number) != expected.get(number)
            )
            differences.append((path.name, [(n, found.get(n), expected.get(n)) for n in numbers[:3]]))
    assert differences == []
    assert compared > 500
