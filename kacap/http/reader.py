"""Cuts the ordered bytes of one half into messages.

Rules of this room:
- A half says requests or responses, never both; its first start line tells which. Any port: content decides.
- Heads are looked at, bodies are counted: by arithmetic where their length is known.
- The in-order path comes first: a message boundary, and a whole head in one chunk.
- After a gap that hides a boundary, and after bytes that are no message, the next segment that begins with a start
  line begins a message; what lies between is lost, and is said to be lost.
- What is not HTTP from its first byte is left alone: TLS and HTTP/2 for good, the unknown until a start line comes.
"""

from kacap.http import framing
from kacap.http.chunked import BROKEN, DONE, ChunkedBody
from kacap.http.dialogue import Dialogue
from kacap.http.head import STATUS_LINE, head_end
from kacap.http.message import Message, Request
from kacap.http.parse import (
    MORE,
    REQUESTS,
    RESPONSES,
    TOO_LONG,
    PartialHead,
    begins_message,
    read_head,
    stamp,
)
from kacap.http.recognise import Protocol, recognise
from kacap.tcp.sink import Sink

# Where a reader stands.
BOUNDARY, HEAD, LENGTH, CHUNKED, UNTIL_CLOSE, LOST, CLOSED_BOOK = range(7)

_RECOGNISED_BYTES = 1024
"""First bytes that are enough to tell a protocol."""


class MessageReader(Sink):
    """The bytes of one half as messages, told to the connection's `Dialogue`."""

    __slots__ = (
        "_begun",
        "_chunked",
        "_fresh",
        "_message",
        "_remaining",
        "dialogue",
        "kind",
        "lost_bytes",
        "protocol",
        "state",
    )

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.state = BOUNDARY
        self.kind: str | None = None
        """REQUESTS or RESPONSES, once known."""
        self.protocol: Protocol | None = None
        """What the first bytes are when they are not HTTP/1."""
        self.lost_bytes = 0
        """Bytes that belong to no message."""
        self._fresh = True
        """Nothing but blank lines has been read yet."""
        self._message: Message | None = None
        self._begun: PartialHead | None = None
        self._remaining = 0
        self._chunked = ChunkedBody()

    # ---- what the tcp room calls

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """See Sink.chunk."""
        first = start
        while start < end:
            state = self.state
            if state == BOUNDARY:
                start = self._boundary(data, start, end, frame, time_ns)
            elif state == LENGTH:
                step = min(self._remaining, end - start)
                start += step
                self._count(step, frame, time_ns)
            elif state == CHUNKED:
                start = self._walk_chunks(data, start, end, frame, time_ns)
            elif state == HEAD:
                start = self._continue_head(data, start, end, frame, time_ns)
            elif state == UNTIL_CLOSE:
                if start == first and self._orphan_was_bodiless(data, start, end):
                    continue
                self._grow(end - start, frame, time_ns)
                return self._skip(unseen, frame, time_ns)
            elif state == LOST:
                if start != first or not self._resync(data, start, end):
                    self.lost_bytes += end - start
                    break
            else:
                return None
        if unseen:
            self._skip(unseen, frame, time_ns)
        return None

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        """See Sink.gap."""
        self._skip(length, frame, time_ns)

    def end(self, frame: int, time_ns: int) -> None:
        """See Sink.end."""
        if self.state == UNTIL_CLOSE and self._message is not None:
            message = self._message
            message.end_frame, message.end_time_ns = frame, time_ns
            message.complete = True
            self._message = None
            self.state = BOUNDARY

    def finish(self) -> None:
        """See Sink.finish."""
        self._cut_head()
        self._message = None
        self._begun = None

    def close_book(self) -> None:
        """From here on the bytes are another protocol's: 101, or CONNECT."""
        self.state = CLOSED_BOOK
        self._message = None

    # ---- heads

    def _boundary(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        while start < end and data[start] in b"\r\n":
            start += 1
        if start == end:
            return end
        stop = head_end(data, start, end)
        if stop >= 0:
            if self._take_head(data, start, stop, frame, time_ns):
                return stop
        else:
            begun = PartialHead(data[start:end], frame, time_ns, self.kind)
            if begun.plausible:
                self._begun = begun
                self.state = HEAD
                return end
        self._no_message(data, start, end)
        return start

    def _continue_head(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        """Add to a head that began in an earlier segment."""
        begun = self._begun
        assert begun is not None
        stop = begun.add(data, start, end, frame, time_ns)
        if stop >= 0:
            content = bytes(begun.content)
            if self._take_head(content, 0, len(content), frame, time_ns):
                return stop
        if stop == MORE:
            return end
        if stop == TOO_LONG:
            self._cut_head()
            self._lose()
            return end
        self._begun = None
        self._no_message(bytes(begun.content[:_RECOGNISED_BYTES]), 0, min(len(begun.content), _RECOGNISED_BYTES))
        self.lost_bytes += end - start
        return end

    def _cut_head(self) -> None:
        """A head without an end counts when its start line was whole."""
        begun = self._begun
        if begun is not None:
            content = bytes(begun.content)
            self._take_head(content, 0, len(content), begun.last_frame, begun.last_time_ns, complete=False)
        self._begun = None

    def _take_head(self, data: bytes, start: int, stop: int, frame: int, time_ns: int, complete: bool = True) -> bool:
        """Parse the head at `data[start:stop]`, which ends in `frame`; False when it is none."""
        parsed = read_head(data, start, stop, self.kind)
        if parsed is None:
            return False
        message, fields = parsed
        begun, self._begun = self._begun, None
        first_frame, first_time_ns = (frame, time_ns) if begun is None else (begun.frame, begun.time_ns)
        stamp(message, first_frame, first_time_ns, frame, time_ns, complete)
        self._fresh = False
        if isinstance(message, Request):
            self.kind = REQUESTS
            body = framing.request_body(fields)
            self.dialogue.request_begun(message)
        else:
            self.kind = RESPONSES
            body = framing.response_body(self.dialogue.method_for_response(), message.status, fields)
            self.dialogue.response_begun(message)
        message.oddities = body.oddities
        self._begin_body(message, body, complete)
        return True

    # ---- bodies

    def _begin_body(self, message: Message, body: framing.Body, complete: bool) -> None:
        if not complete:
            self.state = LOST
            return
        message.framing = "none" if body.framing == framing.TUNNEL else body.framing
        if body.framing == framing.TUNNEL:
            message.complete = True
            self.dialogue.switch()
            return
        if body.framing == framing.UNTIL_CLOSE:
            self._message, self.state = message, UNTIL_CLOSE
        elif body.framing == framing.CHUNKED:
            self._message, self.state, self._chunked = message, CHUNKED, ChunkedBody()
        elif body.length:
            self._message, self.state, self._remaining = message, LENGTH, body.length
        else:
            message.complete = True
            self.state = BOUNDARY

    def _grow(self, count: int, frame: int, time_ns: int) -> None:
        message = self._message
        if message is not None:
            message.body_bytes += count
            message.end_frame, message.end_time_ns = frame, time_ns

    def _count(self, count: int, frame: int, time_ns: int) -> None:
        """Pass over `count` bytes of a body of known length."""
        self._grow(count, frame, time_ns)
        self._remaining -= count
        if self._remaining == 0:
            self._complete()

    def _walk_chunks(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        walker = self._chunked
        stop = walker.feed(data, start, end)
        message = self._message
        if message is not None:
            message.body_bytes = walker.body_bytes
            message.end_frame, message.end_time_ns = frame, time_ns
        if walker.state == DONE:
            self._complete()
        elif walker.state == BROKEN:
            if message is not None:
                message.oddities = (*message.oddities, "bad-chunked")
            self._lose()
        return stop

    def _complete(self) -> None:
        message = self._message
        self._message = None
        self.state = BOUNDARY
        if message is not None:
            message.complete = True

    # ---- what is missing, and what is not HTTP

    def _skip(self, length: int, frame: int, time_ns: int) -> None:
        """Pass over bytes that were sent and not captured."""
        if not length or self.state in (LOST, CLOSED_BOOK):
            return
        if self.state == LENGTH:
            step = min(self._remaining, length)
            self._count(step, frame, time_ns)
            length -= step
        elif self.state == CHUNKED:
            length = self._chunked.skip(length)
            if self._message is not None:
                self._message.body_bytes = self._chunked.body_bytes
                self._message.end_frame, self._message.end_time_ns = frame, time_ns
        elif self.state == UNTIL_CLOSE:
            self._grow(length, frame, time_ns)
            return
        if length:
            self._cut_head()
            self._lose(in_gap=True)

    def _lose(self, in_gap: bool = False) -> None:
        """The place in the message is not known any more."""
        self.state = LOST
        self._message = None
        self.dialogue.lost_place(responses=self.kind == RESPONSES, in_gap=in_gap)

    def _resync(self, data: bytes, start: int, end: int) -> bool:
        """Whether a message begins here, at the start of a segment."""
        while start < end and data[start] in b"\r\n":
            start += 1
        if not begins_message(data, start, end, self.kind):
            return False
        self.state = BOUNDARY
        return True

    def _orphan_was_bodiless(self, data: bytes, start: int, end: int) -> bool:
        """A response whose request is unknown may have answered HEAD: another status line where its body should be."""
        message = self._message
        if message is None or message.body_bytes or self.dialogue.request_known(message):
            return False
        if STATUS_LINE.match(data, start, end) is None:
            return False
        self._complete()
        return True

    def _no_message(self, data: bytes, start: int, end: int) -> None:
        """What stands at a message boundary is no start line."""
        if self._fresh:
            self._fresh = False
            self.protocol = recognise(data, start, end)
            if self.protocol.name != "unknown":
                self.close_book()
                return
        self._lose()
