"""Files, pipes and standard input as descriptors that are closed when nobody reads on, also without a word.

This is never compiled: what mypyc makes of a generator does not clean up when it is dropped half-way.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kacap.capture.blocks import STANDARD_INPUT
from kacap.errors import CannotReadError


@contextmanager
def opened(path: str, name: str) -> Iterator[int]:
    """A file descriptor to read from (`-` is standard input). Raises CannotReadError."""
    if path == "-":
        if os.isatty(STANDARD_INPUT):
            raise CannotReadError(f"{name} is a terminal: pipe a capture into it, e.g. tcpdump -w - | kacap analyze -")
        yield STANDARD_INPUT
        return
    try:
        # A FIFO without a writer would block in open(), where no stop could reach it.
        waits = os.O_NONBLOCK if stat.S_ISFIFO(Path(path).stat().st_mode) else 0
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | waits)
    except OSError as error:
        raise CannotReadError(f"{name}: cannot be opened: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
