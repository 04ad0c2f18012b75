"""Cuts the ordered bytes of one half into messages, whatever they are; the usual ones are the reader's.

Rules of this room:
- A half says requests or responses, never both; its first start line tells which. Any port: content decides.
- Heads are looked at, bodies are counted: by arithmetic where their length is known.
- After a gap that hides a boundary, and after bytes that are no message, the next segment that begins with a start
  line begins a message; what lies between is lost, and is said to be lost.
- What is not HTTP from its first byte is left alone: TLS and HTTP/2 for good, the unknown until a start line comes.
"""

from typing import Final

from kacap.http.body import BodyReader
from kacap.http.dialogue import Dialogue
from kacap.http.framing import NONE, TUNNEL, UNTIL_CLOSE, Body, answering
from kacap.http.head import STATUS_LINE, head_end
from kacap.http.heads import REQUESTS, RESPONSES
from kacap.http.known import KnownHeads
from kacap.http.message import Message, Request, Response
from kacap.http.parse import MORE, TOO_LONG, PartialHead, begins_message
from kacap.http.recognise import PartialHello, after_proxy_header, hello_bytes_missing, recognise

# Where a reader stands; FRESH: before anything but blank lines.
FRESH: Final = 0
BOUNDARY: Final = 1
HEAD: Final = 2
BODY: Final = 3
LOST: Final = 4
HELLO: Final = 5
CLOSED_BOOK: Final = 6


class MessageWalk(BodyReader):
    """The bytes of one half as messages, told to the connection's `Dialogue`."""

    __slots__ = ("_begun", "_extra", "_hello", "dialogue", "is_first", "kind", "known", "lost_bytes", "other", "state")

    def __init__(self, dialogue: Dialogue, known: KnownHeads) -> None:
        super().__init__()
        self.dialogue = dialogue
        self.other: MessageWalk | None = None
        """The reader of the other half, until this one is finished."""
        self.is_first = False
        """Whether it reads the first half of its connection."""
        self.state = FRESH
        self.kind = 0
        """REQUESTS or RESPONSES, once known."""
        self.lost_bytes = 0
        """Bytes that belong to no message."""
        self.known = known
        self._extra = False
        """What is lost stands right behind a whole response."""
        self._begun: PartialHead | None = None
        self._hello: PartialHello | None = None

    # ---- what the tcp room calls

    def gap(self, length: int, frame: int, time_ns: int) -> None:
        """See Sink.gap."""
        self._skip(length)

    def end(self, frame: int, time_ns: int) -> None:
        """See Sink.end."""
        message = self.message
        if message is not None and message.framing == UNTIL_CLOSE:
            message.end_frame, message.end_time_ns = frame, time_ns
            self._complete(message)

    def finish(self) -> None:
        """See Sink.finish."""
        self._cut_head()
        self._end_hello()
        self.end_body()
        self.other = None
        self.dialogue.close()

    def says(self, kind: int) -> None:
        """The first start line tells what this half says."""
        self.kind = kind
        self.dialogue.half_says(kind, self.is_first)

    def close_book(self) -> None:
        """From here on the bytes are another protocol's."""
        self.state = CLOSED_BOOK
        self.end_body()
        self._begun = None

    def walk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        first = start
        while start < end:
            state = self.state
            if state == BODY:
                message = self.message
                assert message is not None
                if start == first and self._was_bodiless(message, data, start, end):
                    continue
                start = self.walk_body(message, data, start, end, frame, time_ns)
                if not self.remaining:
                    self._complete(message)
                elif self.broken:
                    self._lose()
            elif state <= BOUNDARY:
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

    # ---- heads

    def _boundary(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        if self.state == FRESH:
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
        """Take the head at `data[start:stop]`, which ends in `frame`; False when it is none."""
        head = self.known.read(data, start, stop, self.kind)
        if head is None:
            return False
        begun, self._begun = self._begun, None
        first_frame, first_time_ns = (frame, time_ns) if begun is None else (begun.frame, begun.time_ns)
        body = Body(head.framing, head.body_bytes, head.oddities)
        if not self.kind:
            self.says(head.kind)
        message: Message
        if head.kind == REQUESTS:
            message = request = Request(head, first_frame, first_time_ns)
            self.dialogue.request_begun(request)
        else:
            message = response = Response(head, first_frame, first_time_ns)
            body = answering(self.dialogue.method_for_response(), head.status, body)
            self.dialogue.response_begun(response)
        message.end_frame, message.end_time_ns = frame, time_ns
        message.head_complete = complete
        message.oddities = body.oddities
        if complete or body.framing == TUNNEL:
            self._begin_body(message, body)
        return True

    # ---- bodies

    def _begin_body(self, message: Message, body: Body) -> None:
        if body.framing == TUNNEL:
            if message.head_complete:
                self.dialogue.completed(message)
            self.dialogue.switched = True
            self.close_book()
            if self.other is not None:
                self.other.close_book()
            return
        self.begin_body(message, body.framing, body.length)
        self.state = BODY
        if not self.remaining:
            self._complete(message)

    def _complete(self, message: Message) -> None:
        self.end_body()
        self.state = BOUNDARY
        self.dialogue.completed(message)

    # ---- what is missing, and what is not HTTP

    def _skip(self, length: int) -> None:
        """Pass over bytes that were sent and not captured."""
        self._end_hello()
        if self.state in (LOST, CLOSED_BOOK):
            return
        message = self.message
        if message is not None:
            length = self.skip_body(message, length)
            if not self.remaining:
                self._complete(message)
        if length:
            self._cut_head()
            self._lose(in_gap=True)

    def _end_hello(self) -> None:
        """The first TLS record is whole, or the rest of it will not come."""
        hello, self._hello = self._hello, None
        if hello is not None:
            self.dialogue.speaks(hello.protocol)
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
        self.end_body()
        self.dialogue.lost_place(responses=self._says_responses, in_gap=in_gap)

    @property
    def _says_responses(self) -> bool:
        """Judged by the other half where its own start lines were not seen."""
        if self.kind:
            return self.kind == RESPONSES
        return self.other is not None and self.other.kind == REQUESTS

    def _resync(self, data: bytes, start: int, end: int) -> bool:
        """Whether a message begins here, at the start of a segment."""
        while start < end and data[start] in b"\r\n":
            start += 1
        if not begins_message(data, start, end, self.kind):
            return False
        self._extra = False
        self.state = BOUNDARY
        return True

    def _was_bodiless(self, message: Message, data: bytes, start: int, end: int) -> bool:
        """A response whose request is unknown may have answered HEAD: another status line where its body should be."""
        if message.body_bytes or self.kind != RESPONSES:
            return False
        if self.dialogue.request_known(message) or STATUS_LINE.match(data, start, end) is None:
            return False
        message.framing = NONE
        self._complete(message)
        return True

    def _no_message(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> None:
        """What stands at a message boundary is no start line."""
        if self.state == FRESH or (self.state == HEAD and not self.kind):
            protocol = recognise(data, start, end)
            if protocol.name == "tls" and hello_bytes_missing(data[start:end]):
                self._hello = PartialHello(data[start:end])
                self.state = HELLO
                return
            self.dialogue.speaks(protocol)
            if protocol.name != "unknown":
                self.close_book()
                return
        elif self.kind == RESPONSES:
            self._extra = self.dialogue.extra_begins(frame, time_ns)
        self._lose()
