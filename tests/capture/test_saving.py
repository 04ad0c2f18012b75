"""What is saved is what was seen: kacap and tshark read it, a SIGKILL costs a second at most, a full disk one line."""

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from struct import unpack_from

import pytest

from kacap.capture.live import LiveCapture
from kacap.capture.saving import LATEST_NS, PENDING_BYTES, Saving
from kacap.errors import CannotSaveError
from kacap.wire.frame import Frame
from tests.capture.build import Facts, facts, read
from tests.capture.network import PORT, ask, network, seen, serving

__all__ = ["network"]

SECOND_NS = 1_000_000_000
SAVES_UNTIL_IT_IS_KILLED = """
import sys
from kacap.capture.live import LiveCapture
from kacap.capture.saving import Saving
tap = LiveCapture("lo", ports=[int(sys.argv[2])])
saving = Saving(sys.argv[1], tap.info.warnings)
print("ready", flush=True)
while True:
    for frame in tap.frames(0.25):
        saving.add(frame)
    saving.flush()
"""


def frame_of(data: bytes, time_ns: int = 5 * SECOND_NS + 7, wire_bytes: int | None = None) -> Frame:
    block = b"##" + data + b"##"
    return Frame(1, time_ns, 1, block, 2, 2 + len(data), len(data) if wire_bytes is None else wire_bytes)


def test_what_is_read_back_is_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "saved.pcap"
    warnings: list[str] = []
    saved: list[Facts] = []
    with closing(Saving(str(path), warnings)) as saving:
        for number in range(1, 2000):
            frame = frame_of(bytes([number & 0xFF]) * number, number * 1_234_567_891, number + number % 3)
            frame.number = number
            saving.add(frame)
            saved.append(facts(frame))
    assert path.stat().st_size > 2 * PENDING_BYTES
    frames, info = read(path)
    assert frames == saved
    assert (info.truncated_file, info.warnings, warnings) == (False, [], [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_frame_waits_long(tmp_path: Path) -> None:
    path = tmp_path / "saved.pcap"
    saving = Saving(str(path), [])
    saving.add(frame_of(b"first", SECOND_NS))
    saving.add(frame_of(b"second", SECOND_NS + LATEST_NS - 1))
    assert path.stat().st_size == 0
    saving.add(frame_of(b"third", SECOND_NS + LATEST_NS))
    assert len(read(path)[0]) == 3
    saving.add(frame_of(b"fourth", 3 * SECOND_NS))
    saving.flush()
    assert len(read(path)[0]) == 4
    saving.close()


def test_a_capture_without_frames_is_a_capture(tmp_path: Path) -> None:
    path = tmp_path / "saved.pcap"
    Saving(str(path), []).close()
    frames, info = read(path)
    assert frames == []
    assert (info.format, info.truncated_file, info.warnings) == ("pcap", False, [])


@pytest.mark.parametrize("name", ["no/such/place.pcap", ".", "nul\0.pcap"])
def test_a_place_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotSaveError, match="cannot be written: "):
        Saving(f"{tmp_path}/{name}", [])


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """As a disk that is full behaves: part of a write goes in, the next fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_line_and_leaves_whole_records(tmp_path: Path) -> None:
    path = tmp_path / "saved.pcap"
    warnings: list[str] = []
    with largest_file(1000), closing(Saving(str(path), warnings)) as saving:
        for _ in range(10):
            for _ in range(3):
                saving.add(frame_of(b"x" * 100))
            saving.flush()
        assert saving.failed
    assert warnings == [
        f"{path}: cannot be written any further: File too large; what was saved before stays, and the capture goes on"
    ]
    frames, info = read(path)
    assert len(frames) == 6
    assert not info.truncated_file


def test_a_pipe_that_nobody_reads_any_more(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    warnings: list[str] = []
    saving = Saving(f"/proc/self/fd/{writer}", warnings)
    os.close(reader)
    saving.add(frame_of(b"x"))
    saving.close()
    os.close(writer)
    assert "Broken pipe" in warnings[0]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("interface", ["lo", "any"])
def test_tshark_reads_a_live_capture_as_kacap_does(tmp_path: Path, interface: str) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("no tshark here, which reads what was saved as a second opinion")
    path = tmp_path / "saved.pcap"
    with serving(), closing(LiveCapture(interface, ports=[PORT])) as tap:
        ask("127.0.0.1")
        frames = seen(tap)
        with closing(Saving(str(path), tap.info.warnings)) as saving:
            for frame in frames:
                saving.add(frame)
    words = [tshark, "-r", str(path), "-T", "fields", "-e", "frame.time_epoch", "-e", "http.request.method"]
    told = subprocess.run([*words, "-d", f"tcp.port=={PORT},http"], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in told.splitlines()]
    assert [row[0] for row in rows] == [f"{f.time_ns // SECOND_NS}.{f.time_ns % SECOND_NS:09}" for f in frames]
    assert sum(row[1] == "GET" for row in rows) == 3
    assert read(path)[0] == [facts(frame) for frame in frames]
    assert unpack_from("<I", path.read_bytes()) == (0xA1B23C4D,)


@pytest.mark.usefixtures("network")
def test_a_kill_loses_a_second_at_most(tmp_path: Path) -> None:
    path = tmp_path / "saved.pcap"
    command = [sys.executable, "-c", SAVES_UNTIL_IT_IS_KILLED, str(path), str(PORT)]
    with (
        serving(),
        closing(LiveCapture("lo", ports=[PORT])) as tap,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim,
    ):
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        until_s = time.monotonic() + 2
        while time.monotonic() < until_s:
            ask("127.0.0.1", exchanges=1)
            time.sleep(0.01)
        killed_ns = time.time_ns()
        victim.send_signal(signal.SIGKILL)
        victim.wait(10)
        passed = [facts(frame) for frame in seen(tap)]
    saved, info = read(path)
    assert not info.truncated_file
    # Each socket has a time of its own, some microseconds apart.
    assert [frame[2:] for frame in saved] == [frame[2:] for frame in passed[: len(saved)]]
    assert len(saved) >= sum(time_ns < killed_ns - SECOND_NS for _, time_ns, *_ in passed) > 100
