"""How many jobs an analysis gets."""

import os
import sys
import threading
from collections.abc import Sequence
from typing import Final

from kacap.capture.names import find_sources

MAX_JOBS: Final = 64


def jobs_for(captures: Sequence[str], wanted: int) -> int:
    """As many as `wanted`, at most MAX_JOBS; 1 where several cannot be.

    What comes through a pipe can be read once only. A process with threads is not forked, nor is one on macOS, whose
    libraries do not expect it. Raises CannotReadError.
    """
    if wanted == 1 or not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return 1
    if any(source.path == "-" or source.size_bytes is None for source in find_sources(captures, [])):
        return 1
    return min(wanted, MAX_JOBS)
