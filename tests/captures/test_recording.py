"""The whole lab, live: scenarios are played anew, and their captures judged."""

import subprocess
import sys
from pathlib import Path

import pytest

from captures.lab import install
from captures.lab.committed import CAPTURES, recorded
from captures.lab.expected import mismatches
from captures.lab.scenario import load
from kacap import analyze
from kacap.render.json import document

PROGRAMS = {
    "urllib3-pool-gunicorn-gevent": {"gevent", "gunicorn", "packaging", "python3", "urllib3", "web.py"},
    "curl-tornado-http10": {"curl", "python3", "tornado"},
    "node-agent-false": {"node"},
}
"""Scenario → the programs whose versions its recording notes."""
_NOT_HERE = ("pip could not install", "npm could not install", "is not on PATH")


def run_lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "captures.lab", *arguments]
    return subprocess.run(command, cwd=CAPTURES.parent, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (reason := install.missing()) is not None:
        pytest.skip(f"nothing can be recorded here: {reason}")
    return tmp_path_factory.mktemp("recording")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_new_recording_meets_the_expectation(name: str, folder: Path) -> None:
    done = run_lab(name, "--into", str(folder))
    if any(reason in done.stderr for reason in _NOT_HERE):
        pytest.skip(f"something is missing: {done.stderr}")
    assert done.returncode == 0, done.stderr
    report = document(analyze([str(folder / f"{name}.pcap")]))
    assert mismatches(load(name).expected, report) == []
    assert recorded(folder)[name].keys() == PROGRAMS[name]


def test_what_cannot_be_recorded_is_said_and_fails(tmp_path: Path) -> None:
    done = run_lab("no-such-scenario", "--into", str(tmp_path))
    assert done.returncode == 1
    assert "there is no scenario no-such-scenario" in done.stderr
    assert list(tmp_path.iterdir()) == []
