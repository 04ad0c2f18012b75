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
from kacap.http.body import BodyWalk
from kacap.http.dialogue import Dialogue
from kacap.http.head import STATUS_LINE, head_end
from kacap.http.message import Message, Request
from kacap.http.parse import MORE, REQUESTS, RESPONSES, TOO_LONG, PartialHead, begins_message, read_head, stamp
from kacap.http.recognise import PartialHello, after_proxy_header, hello_bytes_missing, recognise
from kacap.tcp.sink import Sink

# Where a reader stands.
BOUNDARY, HEAD, BODY, LOST, HELLO, CLOSED_BOOK = range(6)


def read_both(dialogue: Dialogue) -> tuple["MessageReader", "MessageReader"]:
    """The two readers of one connection."""
    one, other = MessageReader(dialogue), MessageReader(dialogue)
    one.other, other.other = other, one
    return one, other


class MessageReader(Sink):
    """The bytes of one half as messages, told to the connection's `Dialogue`; made in pairs by `read_both`."""

    __slots__ = ("_begun", "_body", "_extra", "_fresh", "_hello", "dialogue", "kind", "lost_bytes", "other", "state")

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.other = self
        """The reader of the other half."""
        self.state = BOUNDARY
        self.kind: str | None = None
        """REQUESTS or RESPONSES, once known."""
        self.lost_bytes = 0
        """Bytes that belong to no message."""
        self._fresh = True
        """Nothing but blank lines has been read yet."""
        self._extra = False
        """What is lost stands right behind a whole response."""
        self._begun: PartialHead | None = None
        self._body: BodyWalk | None = None
        self._hello: PartialHello | None = None

    # ---- what the tcp room calls

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """See Sink.chunk."""
        first = start
        while start < end:
            state = self.state
            if state == BODY:
                if start == first and self._was_bodiless(data, start, end):
                    continue
                start = self._walk_body(data, start, end, frame, time_ns)
            elif state == BOUNDARY:
                start = self._boundary(data, start, end, frame, time_ns)
            elif state == HEAD:
                start = self._continue_head(data, start, end, frame, time_ns)
            elif state == CLOSED_BOOK:
                return
            elif state == HELLO:
                if self._hello is not None and self._hello.add(data, start, end):
                    self._end_hello()
                break
            elif start != first or not self._resync(data, start, end):
                self._lost(end - start)
                break
        if unseen:
            self._skip(unseen)

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        """See Sink.gap."""
        self._skip(length)

    def end(self, frame: int, time_ns: int) -> None:
        """See Sink.end."""
        if self._body is not None and self._body.framing == framing.UNTIL_CLOSE:
            message = self._body.message
            message.end_frame, message.end_time_ns = frame, time_ns
            self._complete()

    def finish(self) -> None:
        """See Sink.finish."""
        self._cut_head()
        self._end_hello()
        self._body = None

    def close_book(self) -> None:
        """From here on the bytes are another protocol's."""
        self.state = CLOSED_BOOK
        self._body = None
        self._begun = None

    # ---- heads

    def _boundary(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        if self._fresh:
            start = after_proxy_header(data, start, end)
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
        self._no_message(data, start, end, frame, time_ns)
        return end if self.state == HELLO else start

    def _continue_head(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        """Add to a head that began in an earlier segment."""
        begun = self._begun
        assert begun is not None
        before = len(begun.content)
        stop = begun.add(data, start, end, frame, time_ns)
        if stop >= 0:
            content = bytes(begun.content)
            if self._take_head(content, 0, len(content), frame, time_ns):
                return stop
        if stop == MORE:
            return end
        if stop == TOO_LONG:
            self.dialogue.limits_hit += 1
            self._cut_head()
            self._lose()
            return end
        self._begun = None
        self._no_message(bytes(begun.content), 0, len(begun.content), begun.frame, begun.time_ns)
        if self.state != LOST:
            return end
        self._lost(before)
        return start

    def _cut_head(self) -> None:
        """A head without an end counts when its start line was whole."""
        begun = self._begun
        if begun is not None:
            content = bytes(begun.content[: begun.content.rfind(b"\n") + 1])
            if not self._take_head(content, 0, len(content), begun.last_frame, begun.last_time_ns, complete=False):
                self.lost_bytes += len(begun.content)
            self._begun = None
            if self.state == HEAD:
                self.state = LOST

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
        if complete or body.framing == framing.TUNNEL:
            self._begin_body(message, body)
        return True

    # ---- bodies

    def _begin_body(self, message: Message, body: framing.Body) -> None:
        if body.framing == framing.TUNNEL:
            message.complete = message.head_complete
            self.dialogue.switch()
            self.close_book()
            self.other.close_book()
            return
        message.framing = body.framing
        self._body = BodyWalk(message, body)
        self.state = BODY
        if self._body.done:
            self._complete()

    def _walk_body(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        body = self._body
        assert body is not None
        stop = body.feed(data, start, end, frame, time_ns)
        if body.done:
            self._complete()
        elif body.broken:
            self._lose()
        return stop

    def _complete(self) -> None:
        if self._body is not None:
            self._body.message.complete = True
        self._body = None
        self.state = BOUNDARY

    # ---- what is missing, and what is not HTTP

    def _skip(self, length: int) -> None:
        """Pass over bytes that were sent and not captured."""
        self._end_hello()
        if self.state in (LOST, CLOSED_BOOK):
            return
        if self._body is not None:
            length = self._body.skip(length)
            if self._body.done:
                self._complete()
        if length:
            self._cut_head()
            self._lose(in_gap=True)

    def _end_hello(self) -> None:
        """The first TLS record is whole, or the rest of it will not come."""
        hello, self._hello = self._hello, None
        if hello is not None:
            self.dialogue.protocols.append(hello.protocol)
            self.close_book()

    def _lost(self, length: int) -> None:
        """Bytes that belong to no message."""
        self.lost_bytes += length
        if self._extra:
            self.dialogue.extra_bytes += length

    def _lose(self, in_gap: bool = False) -> None:
        """The place in the message is not known any more."""
        if self.state == CLOSED_BOOK:
            return
        self.state = LOST
        self._body = None
        self.dialogue.lost_place(responses=self._says_responses, in_gap=in_gap)

    @property
    def _says_responses(self) -> bool:
        """Judged by the other half where its own start lines were not seen."""
        return self.other.kind == REQUESTS if self.kind is None else self.kind == RESPONSES

    def _resync(self, data: bytes, start: int, end: int) -> bool:
        """Whether a message begins here, at the start of a segment."""
        while start < end and data[start] in b"\r\n":
            start += 1
        if not begins_message(data, start, end, self.kind):
            return False
        self._extra = False
        self.state = BOUNDARY
        return True

    def _was_bodiless(self, data: bytes, start: int, end: int) -> bool:
        """A response whose request is unknown may have answered HEAD: another status line where its body should be."""
        body = self._body
        if body is None or body.message.body_bytes or self.kind != RESPONSES:
            return False
        if self.dialogue.request_known(body.message) or STATUS_LINE.match(data, start, end) is None:
            return False
        body.message.framing = framing.NONE
        self._complete()
        return True

    def _no_message(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> None:
        """What stands at a message boundary is no start line."""
        if self._fresh:
            self._fresh = False
            protocol = recognise(data, start, end)
            if protocol.name == "tls" and hello_bytes_missing(data[start:end]):
                self._hello = PartialHello(data[start:end])
                self.state = HELLO
                return
            self.dialogue.protocols.append(protocol)
            if protocol.name != "unknown":
                self.close_book()
                return
        elif self.kind == RESPONSES:
            self._extra = self.dialogue.extra_begins(frame, time_ns)
        self._lose()
