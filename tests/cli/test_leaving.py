"""The process ends at once, with all that was written; nothing that it made needs a garbage collector."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from kacap import analyze
from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.cli import leaving
from tests.cli.command import CAPTURES, COMMAND, NOT_REUSED, ROOT, kacap


class LeftError(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> None:
        raise LeftError(code)

    monkeypatch.setattr("os._exit", leave)
    monkeypatch.setattr("sys.getprofile", lambda: None)
    monkeypatch.setattr("sys.gettrace", lambda: None)


@pytest.mark.usefixtures("left")
def test_it_leaves_with_the_code() -> None:
    with pytest.raises(LeftError, match="2"):
        leaving.leave(2)


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("code", [None, "a message"])
def test_what_is_no_code_is_left_to_python(code: object) -> None:
    leaving.leave(code)


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(28, "No space left"), ValueError("closed")])
def test_output_that_cannot_be_written_is_left_to_python(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    class Full:
        def flush(self) -> None:
            raise error

    monkeypatch.setattr(sys, "stdout", Full())
    leaving.leave(0)


@pytest.mark.usefixtures("left")
def test_without_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(LeftError, match="0"):
        leaving.leave(0)


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("hook", ["getprofile", "gettrace"])
def test_who_watches_is_not_cut_off(monkeypatch: pytest.MonkeyPatch, hook: str) -> None:
    monkeypatch.setattr(sys, hook, lambda: print)
    leaving.leave(0)


def test_a_profiler_tells_what_it_saw() -> None:
    command = [sys.executable, "-m", "cProfile", "-m", "kacap", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "function calls" in ended.stdout


def test_all_that_was_written_arrives(tmp_path: Path) -> None:
    whole = kacap("analyze", NOT_REUSED, "--json")
    path = tmp_path / "report"
    with path.open("wb") as out:
        subprocess.run([*COMMAND, "analyze", str(NOT_REUSED), "--json"], stdout=out, check=True, cwd=ROOT)
    assert len(whole.out) > 30_000
    assert path.read_text(encoding="utf-8") == whole.out


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.pcap")), ids=lambda path: path.stem)
def test_reading_leaves_no_garbage(path: Path) -> None:
    analyze([str(path)])  # what is imported on first need leaves some
    analyzer, source = Analyzer(), open_capture([str(path)])
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for frame in source:
            analyzer.feed(frame)
        assert gc.collect() == 0
    finally:
        if was_enabled:
            gc.enable()
