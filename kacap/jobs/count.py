"""How many jobs an analysis gets."""

import os
import sys
import threading
from collections.abc import Sequence
from typing import Final

from kacap.capture.names import find_sources

WORTH_BYTES: Final = 32 << 20
"""Captures that are smaller, all together, are read before another process is of any use."""

MOST: Final = 4
"""Unless the user says otherwise: every job reads all frames, so that more of them gain less and less."""

MAX_JOBS: Final = 64


def jobs_for(captures: Sequence[str], wanted: int | None) -> int:
    """As many as `wanted`, else as there are processors for a large capture; 1 where several cannot be.

    What comes through a pipe can be read once only. A process with threads is not forked, nor is one on macOS, whose
    libraries do not expect it. Raises CannotReadError.
    """
    if wanted == 1 or not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return 1
    sizes: list[int] = []
    for source in find_sources(captures, []):
        if source.path == "-" or source.size_bytes is None:
            return 1
        sizes.append(source.size_bytes)
    if wanted is not None:
        return min(wanted, MAX_JOBS)
    return min(_processors(), MOST) if sum(sizes) >= WORTH_BYTES else 1


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
