"""A workload as a capture: the one that lies below `.bench/`, or a new one."""

import subprocess
import sys
from pathlib import Path
from struct import Struct

from captures.lab import install
from tests.bench import tools
from tests.bench.errors import BenchError
from tests.bench.folders import HOME, ROOT
from tests.bench.stage import LOST_FRAMES
from tests.bench.workloads import Workload

_GENTLER = (None, "1gbit", "300mbit", "100mbit")
"""What nginx may send, one try after the other; None: as much as it can."""
_PROGRAMS = ("ip", "nginx", "tcpdump", "wrk")

_FILE_HEADER_BYTES = 24
_RECORD = Struct("<IIII")
_LARGEST_BYTES = 1514
"""A frame of Ethernet with 1500 bytes, without its checksum."""


def capture(workload: Workload, frames: int, *, anew: bool) -> Path:
    """The capture of a workload, recorded if there is none or if `anew`.

    Raises BenchError when it cannot be recorded whole; what was there before is then still there.
    """
    pcap = HOME / f"{workload.name}.pcap"
    if anew or not pcap.exists():
        if (reason := install.missing()) is not None:
            raise BenchError(reason)
        for program in _PROGRAMS:
            tools.find(program)
        HOME.mkdir(exist_ok=True)
        fresh = HOME / f"{workload.name}.part"
        try:
            _record(workload, fresh, frames)
            check_frames(fresh)
            fresh.rename(pcap)
        finally:
            fresh.unlink(missing_ok=True)
    return pcap


def check_frames(pcap: Path) -> None:
    """Raise BenchError when a frame is larger than the wire allows, or the file is not whole."""
    content = memoryview(pcap.read_bytes())
    at, number = _FILE_HEADER_BYTES, 0
    while at < len(content):
        _, _, captured, original = _RECORD.unpack_from(content, at)
        at, number = at + _RECORD.size + captured, number + 1
        if original > _LARGEST_BYTES or captured != original:
            raise BenchError(f"frame {number} has {original} bytes, {captured} captured: offloads are not off")
    if at != len(content) or not number:
        raise BenchError(f"{pcap} is not whole")


def _record(workload: Workload, pcap: Path, frames: int) -> None:
    stage = [*install.UNSHARE, sys.executable, "-m", "tests.bench.stage", workload.name, str(pcap), str(frames)]
    environment = tools.environment({})
    for rate in _GENTLER:
        sys.stderr.write(f"{workload.name}: recording {frames} frames{f' at {rate}' if rate else ''}\n")
        command = [*stage, *([rate] if rate else [])]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        reason = done.stderr.strip()
        if done.returncode != LOST_FRAMES:
            raise BenchError(f"{workload.name} cannot be recorded: {reason}")
        sys.stderr.write(f"{workload.name}: {reason}\n")
    raise BenchError(f"{workload.name}: frames are lost at any speed; is this machine busy?")
