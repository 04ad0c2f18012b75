"""One recording, from outside: install, play in a namespace, look at the result, put it in place."""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from captures.lab import install
from captures.lab.committed import LIMIT_BYTES, keep
from captures.lab.errors import LabError
from captures.lab.folders import ROOT
from captures.lab.scenario import Scenario

_PCAP_HEADER_BYTES = 24
_TELLING_BYTES = 5
"""Shorter names occur by chance."""


def record(scenario: Scenario, folder: Path) -> Path:
    """Record `folder/NAME.pcap` and note the versions beside it; returns the path of the capture.

    Raises LabError, with the old capture still in place.
    """
    if (reason := install.missing()) is not None:
        raise LabError(reason)
    versions = install.install(scenario)
    with tempfile.TemporaryDirectory(prefix="kacap-lab-") as temporary:
        pcap = Path(temporary) / "capture.pcap"
        stage = [*install.UNSHARE, sys.executable, "-m", "captures.lab.stage", scenario.name, str(pcap)]
        played = subprocess.run(stage, cwd=ROOT, capture_output=True, text=True, check=False)
        if played.returncode:
            raise LabError(played.stderr.strip())
        content = pcap.read_bytes()
    _check(content)
    return keep(folder, scenario.name, content, versions)


def _check(content: bytes) -> None:
    if len(content) <= _PCAP_HEADER_BYTES:
        raise LabError("the capture holds no packet")
    if len(content) > LIMIT_BYTES:
        raise LabError(f"the capture has {len(content)} bytes, more than {LIMIT_BYTES}: let the client ask less often")
    for private in {str(ROOT), str(Path.home()), socket.gethostname()} - {"localhost"}:
        if len(private) >= _TELLING_BYTES and private.encode() in content:
            raise LabError(f"the capture tells something of this machine: {private}")
