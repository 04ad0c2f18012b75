"""Walks over a chunked body without copying it (RFC 9112 section 7.1): counts its content, finds its end."""

import re
from typing import Final

_SIZE_LINE = re.compile(rb"[ \t]*0*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\n]*)?\r*\n")
_MAX_LINE: Final = 16 << 10
"""A size line or trailer line longer than this is not one."""

# What is due next.
SIZE, DATA, DATA_END, TRAILER, DONE, BROKEN = range(6)


class ChunkedBody:
    """The position inside one chunked body."""

    __slots__ = ("_line", "body_bytes", "remaining", "state")

    def __init__(self) -> None:
        self.state = SIZE
        self.remaining = 0
        """Content bytes of the current chunk that are still due."""
        self.body_bytes = 0
        self._line = b""
        """The beginning of a line that continues in the next segment."""

    def feed(self, data: bytes, start: int, end: int) -> int:
        """Walk over `data[start:end]`; returns where it stopped: `end`, or after the body when `state` is DONE.

        When `state` becomes BROKEN, what stands at the returned place is not chunked framing.
        """
        while start < end:
            if self.state == DATA:
                step = min(self.remaining, end - start)
                start += step
                self._content(step)
                continue
            if self.state in (DONE, BROKEN):
                return start
            newline = data.find(b"\n", start, end)
            stop = end if newline < 0 else newline + 1
            if stop - start + len(self._line) > _MAX_LINE:
                self.state = BROKEN
                return start
            if newline < 0:
                self._line += data[start:end]
                return end
            line = self._line + data[start:stop]
            self._line = b""
            if not self._take_line(line):
                self.state = BROKEN
                return start
            start = stop
        return start

    def skip(self, length: int) -> int:
        """Pass over `length` unseen bytes if they lie inside one chunk's content; returns those that do not."""
        if self.state != DATA:
            return length
        step = min(self.remaining, length)
        self._content(step)
        return length - step

    def _content(self, count: int) -> None:
        self.remaining -= count
        self.body_bytes += count
        if self.remaining == 0:
            self.state = DATA_END

    def _take_line(self, line: bytes) -> bool:
        if self.state == SIZE:
            match = _SIZE_LINE.fullmatch(line)
            if match is None:
                return False
            self.remaining = int(match.group(1), 16)
            self.state = DATA if self.remaining else TRAILER
            return True
        bare = line.strip(b"\r\n")
        if self.state == DATA_END:
            self.state = SIZE
            return not bare
        if not bare:
            self.state = DONE
        return True
