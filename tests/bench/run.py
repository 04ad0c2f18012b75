"""One command, from its start to its exit: how long it took, and how much memory it had at most.

ru_maxrss is exact, but counts one process, and never less than the bench itself has: a child is born with the peak of
its parent. So it is completed by what /proc shows while the command runs: what all its processes hold together, looked
at so often that little is missed. Of pages that processes share each is counted its part.
"""

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.errors import BenchError

_LOOK_SECONDS = 0.002
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a command took."""

    seconds: float
    """By the clock on the wall."""
    cpu_seconds: float
    """User and system, all processes."""
    peak_bytes: int
    """Resident memory at its peak: of the largest process, or of all together if the run was watched."""


def measure(command: Sequence[str], environment: Mapping[str, str], folder: Path, *, watch: bool = False) -> Usage:
    """Run a command whose output nobody reads, in `folder`; `watch` adds up memory, and costs a little time.

    Raises BenchError when it does not end with 0.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        watched_bytes = _watch(process.pid) if watch else 0
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)  # it was waited for here, not by its object
        if process.returncode:
            said.seek(0)
            reason = said.read().decode(errors="replace").strip().splitlines()[-1:]
            raise BenchError(f"exit {process.returncode} from {' '.join(command)}: {' '.join(reason)}")
    own_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    largest_bytes = usage.ru_maxrss * _KIB if usage.ru_maxrss > own_kib or not watch else 0
    return Usage(seconds, usage.ru_utime + usage.ru_stime, max(largest_bytes, watched_bytes))


def _watch(root: int) -> int:
    """The most that a process and its descendants held at one look; returns when it has ended, and does not reap it."""
    most_bytes = 0
    while os.waitid(os.P_PID, root, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        most_bytes = max(most_bytes, sum(map(_held_bytes, _tree(root))))
        time.sleep(_LOOK_SECONDS)
    return most_bytes


def _tree(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return []  # it ended meanwhile
    return [process, *(below for child in children for below in _tree(int(child)))]


def _held_bytes(process: int) -> int:
    """Its own pages, and its part of those that it shares (Pss)."""
    try:
        held = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * _KIB for line in held.splitlines() if line.startswith("Pss:")), 0)
