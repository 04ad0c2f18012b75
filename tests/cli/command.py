"""Runs the `kacap` command as a user does: in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import kacap as kacap_package

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(kacap_package.__file__).resolve().parents[1]
"""Where the package lies that is tested: not here, when it is the compiled one."""
CAPTURES = ROOT / "captures"
HEALTHY = CAPTURES / "requests-pool-gunicorn-gevent.pcap"
NOT_REUSED = CAPTURES / "requests-no-session-gunicorn-gevent.pcap"
COMMAND = [sys.executable, "-m", "kacap"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error that starts with `kacap: `."""
        assert self.out == ""
        assert self.err.startswith("kacap: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("kacap: ").rstrip("\n")


def environment(**more: str) -> Mapping[str, str]:
    """This one, at 80 columns and without anything that asks for or against colour."""
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    return kept | {"PYTHONPATH": str(HOME), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"} | more


def kacap(*words: str | Path, stdin: bytes = b"", **variables: str) -> Ended:
    """Run it to its end."""
    command = [*COMMAND, *map(str, words)]
    environ = environment(**variables)
    ended = subprocess.run(command, input=stdin, capture_output=True, check=False, env=environ, timeout=60)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
