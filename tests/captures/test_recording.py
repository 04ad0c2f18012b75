"""The whole lab, live: one scenario is played anew, and its capture judged."""

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

NAME = "urllib-request-connection-close"


def run_lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "captures.lab", *arguments]
    return subprocess.run(command, cwd=CAPTURES.parent, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (reason := install.missing()) is not None:
        pytest.skip(f"nothing can be recorded here: {reason}")
    folder = tmp_path_factory.mktemp("recording")
    done = run_lab(NAME, "--into", str(folder))
    if "pip could not install" in done.stderr:
        pytest.skip(f"a package is missing: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_new_recording_meets_the_expectation(recording: Path) -> None:
    report = document(analyze([str(recording / f"{NAME}.pcap")]))
    assert mismatches(load(NAME).expected, report) == []


def test_a_recording_notes_its_versions(recording: Path) -> None:
    assert recorded(recording)[NAME].keys() == {"python3", "tornado"}


def test_what_cannot_be_recorded_is_said_and_fails(tmp_path: Path) -> None:
    done = run_lab("no-such-scenario", "--into", str(tmp_path))
    assert done.returncode == 1
    assert "there is no scenario no-such-scenario" in done.stderr
    assert list(tmp_path.iterdir()) == []
