"""Ctrl-C: what was read is still judged; for a pipe that is the normal end."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kacap.capture import open_capture
from kacap.cli.app import app
from kacap.cli.interrupt import Interrupt
from kacap.wire.frame import Frame, SourceInfo
from tests.cli.command import COMMAND, NOT_REUSED, environment


class InterruptedSource:
    """A capture during whose reading Ctrl-C is pressed so many times."""

    def __init__(self, path: str, presses: int) -> None:
        self._frames = open_capture([path])
        self._presses = presses
        self._is_stopped = False
        self.info: SourceInfo = self._frames.info

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            if frame.number == 100:
                for _ in range(self._presses):
                    signal.raise_signal(signal.SIGINT)
            if self._is_stopped:
                return
            yield frame

    def stop(self) -> None:
        self._is_stopped = True


def analyze_interrupted(monkeypatch: pytest.MonkeyPatch, presses: int) -> tuple[int, str]:
    def opened(paths: list[str], **_: object) -> InterruptedSource:
        return InterruptedSource(paths[0], presses)

    monkeypatch.setattr("kacap.cli.reading.open_capture", opened)
    result = CliRunner().invoke(app, ["analyze", str(NOT_REUSED), "--json"])
    return result.exit_code, result.stdout


def test_a_file_is_judged_as_far_as_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out = analyze_interrupted(monkeypatch, presses=1)
    assert code == 130
    report = json.loads(out)
    assert report["capture"]["frames"] == 99
    assert any("interrupted" in warning for warning in report["warnings"])


def test_the_second_time_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert analyze_interrupted(monkeypatch, presses=2) == (130, "")


def test_without_ctrl_c_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    code, out = analyze_interrupted(monkeypatch, presses=0)
    assert code == 0
    assert json.loads(out)["warnings"] == []


def test_the_handler_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt(lambda: None) as interrupt:
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    assert not interrupt.came


def test_a_pipe_ends_with_a_report_and_code_0() -> None:
    reading_end, writing_end = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "analyze", "-", "--json"],
        stdin=reading_end,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        os.close(reading_end)
        os.write(writing_end, Path(NOT_REUSED).read_bytes()[:30_000])
        wait_until_read(writing_end)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        os.close(writing_end)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["summary"]["verdict"] == "not-reused"


def wait_until_read(pipe: int) -> None:
    """Until nothing that was written waits in the pipe any more."""
    deadline = time.monotonic() + 30
    while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]:
        assert time.monotonic() < deadline, "the command did not read its input"
        time.sleep(0.01)
