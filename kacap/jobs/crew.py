"""The processes of one analysis. The one that was called is the first job; the others are forked from it.

Each of the others is told how many frames it may read, and by an end that there will be no more; it answers with its
part. What it cannot do by itself (a file that is gone, say) it leaves: the first job then reads everything alone, and
meets the same.
"""

import contextlib
import gc
import os
import signal
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NoReturn

from kacap.analyzer import Analyzer
from kacap.capture import open_capture
from kacap.errors import KacapError
from kacap.jobs.merge import messages
from kacap.wire.frame import Frame
from kacap.wire.share import Share

STEP: Final = 4096
"""Frames between two words of how far the others may read."""

_WORD: Final = 8
_END: Final = (1 << 64) - 1


class JobEndedError(KacapError):
    """Another job was ended from outside; nothing can be said without its part."""


class Worker:
    """Another job, as the first sees it; `before` are those that were made before it."""

    def __init__(self, captures: Sequence[str], share: Share, before: Sequence["Worker"]) -> None:
        self.complete = False
        """Whether its whole part was read."""
        self._reaped = False
        orders, self._orders = os.pipe()
        self._part, part = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            foreign = [self._orders, self._part, *(end for one in before for end in one.ends)]
            _work(captures, share, orders, part, foreign)
        os.close(orders)
        os.close(part)

    @property
    def ends(self) -> tuple[int, int]:
        """The ends of its pipes that belong to the first job."""
        return self._orders, self._part

    def allow(self, frames: int) -> None:
        """It may read so many frames, from the first on. Raises JobEndedError."""
        try:
            os.write(self._orders, frames.to_bytes(_WORD, "little"))
        except BrokenPipeError:
            self._bury()

    def end(self) -> None:
        """There will be no more."""
        self.allow(_END)

    def messages(self) -> Iterator[bytes]:
        """Its part, as it comes; ends early when the job left it.

        Raises JobEndedError when it was ended from outside.
        """
        while True:
            size = self._read(_WORD)
            message = self._read(int.from_bytes(size, "little"))
            if not message:
                self.complete = len(size) == _WORD and not any(size)
                return
            yield message

    def _read(self, count: int) -> bytes:
        blocks = []
        while count:
            block = os.read(self._part, min(count, 1 << 20))
            if not block:
                self._bury()
                return b""
            blocks.append(block)
            count -= len(block)
        return b"".join(blocks)

    def _bury(self) -> None:
        """It is gone: why?"""
        if self._reaped:
            return
        self._reaped = True
        code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        if code < 0:
            name = signal.Signals(-code).name
            raise JobEndedError(f"a process of this analysis was ended by {name}; run it again, or with --jobs 1")

    def close(self) -> None:
        """Nothing more is wanted of it."""
        for end in self.ends:
            os.close(end)
        if not self._reaped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._reaped = True


def _work(captures: Sequence[str], share: Share, orders: int, part: int, foreign: Sequence[int]) -> NoReturn:
    """The whole life of another job. What goes wrong here goes wrong in the first job, too, when it reads alone."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.disable()
        for end in foreign:
            os.close(end)
        analyzer = Analyzer(share=share)
        frames: Iterator[Frame] = iter(open_capture(captures))
        while (allowed := int.from_bytes(os.read(orders, _WORD), "little")) != _END:
            if not allowed:
                os._exit(code)  # the first job is gone
            analyzer.feed_all(islice(frames, allowed - analyzer.frames))
        for message in messages(analyzer):
            rest = memoryview(len(message).to_bytes(_WORD, "little") + message)
            while rest:
                rest = rest[os.write(part, rest) :]
        code = 0
    finally:
        os._exit(code)
