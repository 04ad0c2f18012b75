"""The walk over one body: counts its bytes, finds its end, copies nothing.

The in-order path comes first: inside a body of known length a segment costs a subtraction.
"""

from typing import Final

from kacap.http.chunked import BROKEN, DONE, ChunkedBody
from kacap.http.framing import CHUNKED, UNTIL_CLOSE
from kacap.http.message import Message
from kacap.tcp.sink import Sink

_ENDLESS: Final = 1 << 61
"""What remains of a body that ends with the connection: more than any capture holds."""


class BodyReader(Sink):
    """The position inside the body of `message`; the message is kept up to date."""

    __slots__ = ("_chunks", "broken", "message", "remaining")

    def __init__(self) -> None:
        self.message: Message | None = None
        """None between bodies."""
        self.remaining = 0
        """Content bytes that are due, as far as known; 0 when the body is over."""
        self.broken = False
        """What stands here is not the framing that the head announced."""
        self._chunks: ChunkedBody | None = None

    def begin_body(self, message: Message, framing: str, length: int) -> None:
        """A body of `length` content bytes, if the framing is LENGTH."""
        message.framing = framing
        self.message = message
        self.remaining = length
        self.broken = False
        self._chunks = None
        if framing == CHUNKED:
            self._chunks = ChunkedBody()
            self.remaining = _ENDLESS
        elif framing == UNTIL_CLOSE:
            self.remaining = _ENDLESS

    def step_body(self, length: int, frame: int, time_ns: int) -> bool:
        """Pass over bytes inside a body, neither its first nor its last; False where more has to be looked at."""
        message = self.message
        if message is None or length >= self.remaining or not message.body_bytes or self._chunks is not None:
            return False
        self.remaining -= length
        message.body_bytes += length
        message.end_frame = frame
        message.end_time_ns = time_ns
        return True

    def walk_body(self, message: Message, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        """Walk over `data[start:end]`; returns where the walk stopped: `end`, or earlier when over or `broken`."""
        message.end_frame = frame
        message.end_time_ns = time_ns
        if self._chunks is not None:
            stop = self._chunks.feed(data, start, end)
            self._read_chunks(message, self._chunks)
            return stop
        step = min(end - start, self.remaining)
        self.remaining -= step
        message.body_bytes += step
        return start + step

    def skip_body(self, message: Message, length: int) -> int:
        """Pass over bytes that were not captured, as far as arithmetic allows; returns how many are left.

        When they were sent is not known, so the message ends where its last byte was seen.
        """
        if self._chunks is not None:
            rest = self._chunks.skip(length)
            self._read_chunks(message, self._chunks)
            return rest
        step = min(length, self.remaining)
        self.remaining -= step
        message.body_bytes += step
        return length - step

    def end_body(self) -> None:
        """No further byte belongs to it."""
        self.message = None
        self._chunks = None

    def _read_chunks(self, message: Message, chunks: ChunkedBody) -> None:
        message.body_bytes = chunks.body_bytes
        if chunks.state == DONE:
            self.remaining = 0
        elif chunks.state == BROKEN:
            self.broken = True
            message.oddities = (*message.oddities, "bad-chunked")
