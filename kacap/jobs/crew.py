"""The processes of one analysis. The one that was called is the first job; the others are forked from it.

Each of the others reads by itself, until the first says how many frames there were, and answers with its part. What it
cannot do (a file is gone, or it has read more than the first before Ctrl-C) it leaves: the first job then reads
everything alone. No words go to and fro in between: who is woken by them shares the waker's processor.
"""

import contextlib
import gc
import os
import select
import signal
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import Final, NoReturn

from kacap.capture import open_capture
from kacap.errors import KacapError
from kacap.jobs.merge import messages
from kacap.jobs.part import Part
from kacap.wire.frame import Frame
from kacap.wire.share import Share

_STEP: Final = 1 << 16
"""Frames between two looks at whether the first job has ended."""

_WORD: Final = 8

_PIPE_BYTES: Final = 1 << 20
"""What Linux grants everybody."""


class JobEndedError(KacapError):
    """Another job was ended from outside; nothing can be said without its part."""


class Worker:
    """Another job, as the first sees it; `before` are those that were made before it."""

    def __init__(self, captures: Sequence[str], share: Share, before: Sequence["Worker"]) -> None:
        self.complete = False
        """Whether its whole part was read."""
        self._reaped = False
        self._buffer = bytearray()
        orders, self._orders = os.pipe()
        self._part, part = _wide_pipe()
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

    def end(self, frames: int) -> None:
        """There were so many frames. Raises JobEndedError."""
        try:
            os.write(self._orders, frames.to_bytes(_WORD, "little"))
        except BrokenPipeError:
            self._bury()

    def messages(self) -> Iterator[memoryview]:
        """Its part, as it comes, each valid until the next is asked for; ends early when the job left it.

        Raises JobEndedError when it was ended from outside.
        """
        while True:
            size = self._read(_WORD)
            length = int.from_bytes(size, "little")
            ends = len(size) == _WORD and not length
            message = self._read(length)
            if not message:
                self.complete = ends
                return
            yield message

    def _read(self, count: int) -> memoryview:
        if len(self._buffer) < count:
            self._buffer = bytearray(count)
        data = rest = memoryview(self._buffer)[:count]
        while rest:
            read = os.readv(self._part, [rest])
            if not read:
                self._bury()
                return data[:0]
            rest = rest[read:]
        return data

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


def _wide_pipe() -> tuple[int, int]:
    """A pipe that holds so much that its two ends seldom wait for each other."""
    import fcntl  # noqa: PLC0415 - not everywhere, as `fork`

    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # a user may hold so much in all pipes together
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return ends


def _work(captures: Sequence[str], share: Share, orders: int, part: int, foreign: Sequence[int]) -> NoReturn:
    """The whole life of another job. What goes wrong here goes wrong in the first job, too, when it reads alone."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.disable()
        for end in foreign:
            os.close(end)
        analyzer = Part(share)
        frames: Iterator[Frame] = iter(open_capture(captures, share=share))
        before = -1
        while before != analyzer.frames and not select.select([orders], [], [], 0)[0]:
            before = analyzer.frames
            analyzer.feed_all(islice(frames, _STEP))
        word = os.read(orders, _WORD)  # nothing: the first job is gone
        end = share.until = int.from_bytes(word, "little")
        analyzer.feed_all(takewhile(lambda frame: frame.number <= end, frames))
        if word and analyzer.frames == end:
            for message in messages(analyzer):
                _write(part, len(message).to_bytes(_WORD, "little"))
                _write(part, message)
            code = 0
    finally:
        os._exit(code)


def _write(end: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(end, rest) :]
