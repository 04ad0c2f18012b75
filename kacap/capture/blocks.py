"""Bytes as they arrive: regular files and pipes, block by block.

Rules: a pipe is waited for before each read, never longer than `PATIENCE_S` at a time, so that a stop takes effect on a
pipe that is silent. After a stop, what is still on its way is read: a `tcpdump -w -` that got the same Ctrl-C writes
its last packets then. A read returns what is there, so a slow pipe delivers each frame as it comes.
"""

import os
import select
import stat
import time
from collections.abc import Callable, Iterator

from kacap.capture.window import Damage

BLOCK_BYTES = 1 << 18
"""A block lives as long as a frame of it is used. Larger ones come in fresh memory each, which costs page faults."""
STANDARD_INPUT = 0
PATIENCE_S = 0.25
DRAIN_S = 3.0
"""A writer that ignores Ctrl-C and never pauses is left alone after this long."""


class Stop:
    """Set from a signal handler, read before each block."""

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked = False


def read_blocks(
    descriptor: int, stop: Stop, on_bytes: Callable[[int], None], block_bytes: int = BLOCK_BYTES
) -> Iterator[bytes]:
    """Yield what arrives until the end or a stop; `on_bytes` hears the size of each block. Raises Damage."""
    drain_until_s = 0.0
    try:
        waits = not stat.S_ISREG(os.fstat(descriptor).st_mode)
        while True:
            if waits:
                if not _wait(descriptor, stop):
                    return
                if stop.asked:
                    drain_until_s = drain_until_s or time.monotonic() + DRAIN_S
                    if time.monotonic() > drain_until_s:
                        return
            elif stop.asked:
                return
            try:
                block = os.read(descriptor, block_bytes)
            except BlockingIOError:
                continue
            if not block:
                return
            on_bytes(len(block))
            yield block
    except OSError as error:
        raise Damage(f"reading failed: {error.strerror}") from error


def _wait(descriptor: int, stop: Stop) -> bool:
    """Wait until a read would not block; False when all was quiet since a stop."""
    while True:
        draining = stop.asked
        if select.select([descriptor], [], [], PATIENCE_S)[0]:
            return True
        if draining:
            return False
