"""The walk over one body: counts its bytes, finds its end, copies nothing."""

from kacap.http.chunked import BROKEN, DONE, ChunkedBody
from kacap.http.framing import CHUNKED, LENGTH, UNTIL_CLOSE, Body
from kacap.http.message import Message


class BodyWalk:
    """The position inside the body of `message`; the message is kept up to date."""

    __slots__ = ("_chunks", "_remaining", "broken", "done", "framing", "message")

    def __init__(self, message: Message, body: Body) -> None:
        self.message = message
        self.framing = body.framing
        self._remaining = body.length
        self._chunks = ChunkedBody() if body.framing == CHUNKED else None
        self.done = body.framing not in (CHUNKED, UNTIL_CLOSE) and body.length == 0
        self.broken = False
        """What stands here is not the framing that the head announced."""

    def feed(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        """Walk over `data[start:end]`; returns where the walk stopped: `end`, or earlier when `done` or `broken`."""
        message = self.message
        message.end_frame, message.end_time_ns = frame, time_ns
        if self._chunks is not None:
            stop = self._chunks.feed(data, start, end)
            self._read_chunks()
            return stop
        step = end - start
        if self.framing == LENGTH:
            step = min(step, self._remaining)
            self._remaining -= step
            self.done = self._remaining == 0
        message.body_bytes += step
        return start + step

    def skip(self, length: int) -> int:
        """Pass over bytes that were not captured, as far as arithmetic allows; returns how many are left.

        When they were sent is not known, so the message ends where its last byte was seen.
        """
        message = self.message
        rest = 0
        if self._chunks is not None:
            rest = self._chunks.skip(length)
            self._read_chunks()
        else:
            step = length
            if self.framing == LENGTH:
                step = min(length, self._remaining)
                self._remaining -= step
                self.done = self._remaining == 0
            message.body_bytes += step
            rest = length - step
        return rest

    def _read_chunks(self) -> None:
        chunks, message = self._chunks, self.message
        if chunks is None:
            return
        message.body_bytes = chunks.body_bytes
        self.done = chunks.state == DONE
        if chunks.state == BROKEN:
            self.broken = True
            message.oddities = (*message.oddities, "bad-chunked")
