"""How many jobs an analysis gets."""

import os
import sys
import threading
from collections.abc import Sequence
from typing import Final

from kacap.capture.names import find_sources

MAX_JOBS: Final = 64
MAX_UNASKED: Final = 8
"""Every job reads all of the capture: more of them win little."""
LARGE_BYTES: Final = 1 << 30
"""Smaller captures, as they lie on disk, are done before it would show: others cost their memory, and what they read is
read once more."""


def jobs_for(captures: Sequence[str], wanted: int | None = None) -> int:
    """As many as `wanted`, at most MAX_JOBS; 1 where several cannot be.

    None: one for each processor that this process may use, for large captures.

    What comes through a pipe can be read once only. A process with threads is not forked, nor is one on macOS, whose
    libraries do not expect it. Raises CannotReadError.
    """
    if wanted == 1 or not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return 1
    sizes = [None if source.path == "-" else source.size_bytes for source in find_sources(captures, [])]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return 1
    if wanted is None:
        return min(_processors(), MAX_UNASKED) if sum(known) >= LARGE_BYTES else 1
    return min(wanted, MAX_JOBS)


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
