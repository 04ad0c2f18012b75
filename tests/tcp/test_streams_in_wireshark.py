"""`stream` is Wireshark's `tcp.stream`, frame by frame, over captures that others recorded."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kacap.capture import open_capture
from kacap.errors import NotACaptureError
from kacap.tcp.connection import Connection
from kacap.tcp.tracker import Tracker
from kacap.wire import Decoder, Quoted, Segment

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = 60
MOST_BYTES = 300_000

SOCKS = "the SOCKS dissector makes a conversation of its own for what it carries, and that takes a number"
OTHER_NUMBERS = {"941ce8ce__arkime__socks-http-example.pcap": SOCKS, "e866a659__nDPI__socks.pcap": SOCKS}
"""Captures in which Wireshark leaves numbers out; the connections are the same."""


def sample() -> list[Path]:
    """Captures spread evenly over those of the corpus that are small; their names begin with a hash."""
    folders = [CORPUS / "dev" / "http", CORPUS / "dev" / "nohttp", CORPUS / "hostile"]
    found = [path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.suffix != ".json"]
    small = sorted((path for path in found if path.stat().st_size <= MOST_BYTES), key=lambda path: path.name)
    chosen = small[:: max(1, len(small) // FILES)]
    return chosen + [path for path in small if path.name in OTHER_NUMBERS and path not in chosen]


def tshark_streams(path: Path) -> dict[int, int]:
    """Frame → `tcp.stream`; of several layers the innermost."""
    fields = ["-Y", "tcp", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream", "-E", "occurrence=l"]
    ran = subprocess.run(["tshark", "-n", "-r", str(path), *fields], capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in ran.stdout.splitlines()]
    return {int(frame): int(stream) for frame, stream in rows if stream}


def kacap_streams(path: Path) -> dict[int, int]:
    """Frame → `stream`, of the frames that are segments."""
    current: dict[bytes, int] = {}

    def note(connection: Connection) -> None:
        one, other = connection.first, connection.second
        for source, target in ((one, other), (other, one)):
            ports = source.port.to_bytes(2, "big") + target.port.to_bytes(2, "big")
            current[source.address + target.address + ports] = connection.stream

    tracker, decoder = Tracker(note), Decoder()
    streams = {}
    for frame in open_capture([str(path)]):
        found = decoder.decode(frame)
        if isinstance(found, Quoted):
            tracker.number(found)
        elif isinstance(found, Segment):
            tracker.feed(found)
            streams[frame.number] = current[found.key]
    tracker.finish()
    return streams


@pytest.mark.parametrize("path", sample() or [CORPUS], ids=lambda path: path.name)
def test_streams_are_those_of_wireshark(path: Path) -> None:
    if path == CORPUS:
        pytest.skip(f"no captures in {CORPUS}: the numbers were not compared with Wireshark's")
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: the numbers were not compared with Wireshark's")
    try:
        ours = kacap_streams(path)
    except NotACaptureError:
        ours = {}
    numbers = tshark_streams(path)
    theirs = {frame: numbers.get(frame) for frame in ours}
    if path.name in OTHER_NUMBERS:
        assert ours != theirs, "it does not differ any more: take it off the list"
        assert len(set(zip(ours.values(), theirs.values(), strict=True))) == len(set(ours.values()))
    else:
        assert ours == theirs


def test_the_sample_holds_what_it_is_for() -> None:
    """Most captures of a sample have TCP, and some have many connections: else the comparison says nothing."""
    if not CORPUS.is_dir():
        pytest.skip(f"no captures in {CORPUS}: the numbers were not compared with Wireshark's")
    counts = []
    for path in sample():
        try:
            counts.append(len(set(kacap_streams(path).values())))
        except NotACaptureError:
            counts.append(0)
    assert sum(count > 0 for count in counts) > len(counts) // 2
    assert max(counts) >= 20
