"""What tshark says of the TCP segments in a capture."""

import shutil
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from kacap.wire import Frame

FIELDS = ("frame.number", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.len", "tcp.stream", "frame.protocols")


def need_tshark() -> None:
    """Skip the test, loudly, where there is no tshark to compare with."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: nothing to hold the decoder against")


def tcp_rows(path: Path) -> list[list[str]]:
    """One row of FIELDS for each frame in which tshark finds TCP; of several layers, the innermost."""
    command = ["tshark", "-n", "-r", str(path), "-o", "ip.defragment:TRUE", "-Y", "tcp", "-T", "fields"]
    for name in FIELDS:
        command += ["-e", name]
    ran = subprocess.run([*command, "-E", "occurrence=l"], capture_output=True, text=True, timeout=120, check=False)
    return [line.split("\t") for line in ran.stdout.splitlines()]


def write_pcap(path: Path, frames: Iterable[Frame], link_type: int) -> None:
    """A pcap of frames of one link type, with nanoseconds."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link_type))
        for frame in frames:
            size = frame.end - frame.start
            seconds, rest_ns = divmod(frame.time_ns, 10**9)
            file.write(struct.pack("<IIII", seconds, rest_ns, size, frame.wire_bytes))
            file.write(frame.data[frame.start : frame.end])
