"""Pipes: delivered as they come, stoppable while they are silent, drained after a stop."""

import gzip
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from kacap.capture import open_capture
from kacap.errors import CannotReadError, NotACaptureError
from kacap.wire.frame import Frame
from tests.capture.build import enhanced, facts, interface, pcap_header, read, record, section

ROOT = Path(__file__).parents[2]

HANGS_AFTER_S = 20
"""A guard against what never ends, not a measurement."""

READ_STANDARD_INPUT = """
import signal
from kacap.capture import open_capture

capture = open_capture(["-"])
signal.signal(signal.SIGINT, lambda *_: capture.stop())
print("ready", flush=True)
for frame in capture:
    print(frame.number, frame.data[frame.start : frame.end].decode(), flush=True)
print(capture.info.format, capture.info.truncated_file, capture.info.warnings, flush=True)
"""


class Pipe:
    """A FIFO with a writer that is connected for as long as the test likes."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = str(path)
        self.writer = os.open(path, os.O_RDWR)  # a reader too, so that opening does not wait for one

    def write(self, data: bytes) -> None:
        assert os.write(self.writer, data) == len(data)

    def close(self) -> None:
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    fifo = Pipe(tmp_path / "fifo")
    yield fifo
    fifo.close()


def _next(frames: Iterator[Frame]) -> bytes:
    return facts(next(frames))[3]


def test_frames_of_a_slow_pipe_come_at_once(pipe: Pipe) -> None:
    frames = iter(open_capture([pipe.path]))
    pipe.write(pcap_header() + record(b"one"))
    assert _next(frames) == b"one"
    two_and_a_part = record(b"two") + record(b"three")[:5]
    pipe.write(two_and_a_part)
    assert _next(frames) == b"two"
    pipe.write(record(b"three")[5:])
    assert _next(frames) == b"three"


def test_a_packed_pcapng_pipe_comes_at_once(pipe: Pipe) -> None:
    frames = iter(open_capture([pipe.path]))
    pipe.write(gzip.compress(section() + interface() + enhanced(b"one")))
    assert _next(frames) == b"one"
    pipe.write(gzip.compress(enhanced(b"two")))
    assert _next(frames) == b"two"


def test_bytes_may_come_one_by_one(pipe: Pipe) -> None:
    def drip() -> None:
        for byte in pcap_header() + record(b"one") + record(b"two"):
            pipe.write(bytes([byte]))
            time.sleep(0.001)
        pipe.close()

    writer = threading.Thread(target=drip)
    writer.start()
    frames, info = read(pipe.path)
    writer.join()
    assert [frame[3] for frame in frames] == [b"one", b"two"]
    assert info.warnings == []


def test_a_fifo_waits_for_its_writer(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Timer(0.4, fifo.write_bytes, [pcap_header() + record(b"one")])
    writer.start()
    assert [frame[3] for frame in read(fifo)[0]] == [b"one"]
    writer.join()


def test_a_pipe_has_no_total(pipe: Pipe) -> None:
    heard: list[tuple[int, int | None]] = []
    capture = open_capture([pipe.path], on_progress=lambda done, total: heard.append((done, total)))
    pipe.write(pcap_header() + record(b"one"))
    next(iter(capture))
    assert heard == [(43, None)]


def test_a_pipe_is_merged_with_a_file(tmp_path: Path, pipe: Pipe) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header() + record(b"file", 2) + record(b"file", 4))
    pipe.write(pcap_header() + record(b"pipe", 1) + record(b"pipe", 3))
    frames = iter(open_capture([str(path), pipe.path]))
    assert [_next(frames) for _ in range(2)] == [b"pipe", b"file"]


@pytest.mark.parametrize("before", [b"", pcap_header()[:5], pcap_header(), pcap_header() + record(b"x") + b"part"])
def test_stop_ends_a_silent_pipe(pipe: Pipe, before: bytes) -> None:
    capture = open_capture([pipe.path])
    if before:
        pipe.write(before)
    stopping = threading.Timer(0.1, capture.stop)
    stopping.start()
    began_s = time.monotonic()
    frames = list(capture)
    assert time.monotonic() - began_s < HANGS_AFTER_S
    assert len(frames) == (1 if b"part" in before else 0)
    assert not capture.info.truncated_file
    expected = [] if len(before) >= 24 else [f"{pipe.path}: stopped before anything arrived"]
    assert capture.info.warnings == expected


def test_what_is_still_on_its_way_is_read_after_a_stop(pipe: Pipe) -> None:
    capture = open_capture([pipe.path])
    pipe.write(pcap_header() + record(b"one"))
    frames = iter(capture)
    next(frames)
    capture.stop()
    flushed = threading.Timer(0.1, pipe.write, [record(b"two") + record(b"three")])
    flushed.start()
    assert [_next(frames), _next(frames)] == [b"two", b"three"]
    assert next(frames, None) is None


def test_a_writer_that_never_pauses_is_left_alone(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kacap.capture.blocks.DRAIN_S", 0.2)
    os.set_blocking(pipe.writer, False)
    done = threading.Event()

    def pour() -> None:
        while not done.is_set():
            with suppress(BlockingIOError):
                os.write(pipe.writer, record(bytes(1000)))
            time.sleep(0.0005)

    pipe.write(pcap_header())
    writer = threading.Thread(target=pour)
    writer.start()
    capture = open_capture([pipe.path])
    frames = iter(capture)
    next(frames)
    capture.stop()
    began_s = time.monotonic()
    rest = sum(1 for _ in frames)
    took_s = time.monotonic() - began_s
    done.set()
    writer.join()
    assert rest > 10
    assert 0.1 < took_s < HANGS_AFTER_S


def test_an_error_while_reading_keeps_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap_header() + record(b"one"))
    whole_read = os.read
    reads = 0

    def failing_read(descriptor: int, count: int) -> bytes:
        nonlocal reads
        reads += 1
        if reads > 1:
            raise OSError(5, "Input/output error")
        return whole_read(descriptor, count)

    monkeypatch.setattr("kacap.capture.blocks.os.read", failing_read)
    frames, info = read(path)
    assert len(frames) == 1
    assert info.truncated_file
    assert "reading failed: Input/output error" in info.warnings[0]


def test_a_terminal_is_no_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kacap.capture.blocks.os.isatty", lambda _: True)
    with pytest.raises(CannotReadError, match="standard input is a terminal: pipe a capture into it"):
        read("-")


def test_a_device_without_data_is_no_capture() -> None:
    with pytest.raises(NotACaptureError, match="/dev/null: is empty"):
        read("/dev/null")


def _standard_input(stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", READ_STANDARD_INPUT], stdin=stdin, stdout=subprocess.PIPE, bufsize=0, cwd=ROOT
    )


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_a_file_or_a_pipe(tmp_path: Path, packed: bool) -> None:
    capture = section() + interface() + enhanced(b"one") + enhanced(b"two")
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(capture) if packed else capture)
    expected = b"ready\n1 one\n2 two\npcapng False []\n"
    with path.open("rb") as file, _standard_input(file) as process:
        assert process.communicate(timeout=20)[0] == expected
    with _standard_input(subprocess.PIPE) as process:
        assert process.communicate(path.read_bytes(), timeout=20)[0] == expected


def test_ctrl_c_ends_standard_input_and_keeps_the_flushed_frames() -> None:
    with _standard_input(subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert _line(process.stdout.fileno()) == b"ready\n"
        process.stdin.write(pcap_header() + record(b"one"))
        assert _line(process.stdout.fileno()) == b"1 one\n"
        process.send_signal(signal.SIGINT)
        process.stdin.write(record(b"two"))
        assert _line(process.stdout.fileno()) == b"2 two\n"
        assert _line(process.stdout.fileno()) == b"pcap False []\n"
        assert process.wait(20) == 0


def _line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        assert select.select([descriptor], [], [], 20)[0], f"nothing came after {line!r}"
        byte = os.read(descriptor, 1)
        assert byte, f"the output ended after {line!r}"
        line += byte
    return line
