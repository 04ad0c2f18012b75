"""From the bytes of a head to a message. A half says requests or responses: `kind` narrows what its head may be."""

from kacap.http.head import (
    MAX_TARGET,
    REQUEST_LINE,
    STATUS_LINE,
    Fields,
    head_end,
    latin,
    may_begin_head,
    may_begin_response,
    parse_fields,
)
from kacap.http.message import Message, Request, Response

REQUESTS, RESPONSES = "requests", "responses"

MAX_HEAD_BYTES = 256 << 10
"""A head that does not end within this is cut: what was read of it counts, the rest is skipped."""

_LONGEST_METHOD = 64

MORE, NO_HEAD, TOO_LONG = -1, -2, -3
"""What `PartialHead.add` says when the head does not end here."""


def begins_message(data: bytes | bytearray, start: int, end: int, kind: str | None) -> bool:
    """Whether a whole start line stands at `start`."""
    if kind != RESPONSES and REQUEST_LINE.match(data, start, end) is not None:
        return data[start : start + 4] != b"PRI "
    return kind != REQUESTS and STATUS_LINE.match(data, start, end) is not None


def read_head(data: bytes, start: int, stop: int, kind: str | None) -> tuple[Request | Response, Fields] | None:
    """Parse `data[start:stop]`; None when it is no head of this kind. Frames and times are left to the caller."""
    line = None if kind == RESPONSES else REQUEST_LINE.match(data, start, stop)
    if line is not None:
        if line.group(1) == b"PRI":
            return None
        fields = parse_fields(data[start:stop])
        request = Request(0, 0)
        request.method = latin(line.group(1), _LONGEST_METHOD)
        request.target = latin(line.group(2), MAX_TARGET)
        request.version = latin(line.group(3), 8)
        request.host = fields.host
        request.user_agent = fields.user_agent
        request.expects_continue = fields.expects_continue
        return _with_fields(request, fields)
    line = None if kind == REQUESTS else STATUS_LINE.match(data, start, stop)
    if line is None:
        return None
    fields = parse_fields(data[start:stop])
    response = Response(0, 0)
    response.version = latin(line.group(1), 8)
    response.status = int(line.group(2))
    response.server = fields.server
    return _with_fields(response, fields)


def _with_fields(message: Request | Response, fields: Fields) -> tuple[Request | Response, Fields]:
    message.connection = fields.connection
    message.keep_alive = fields.keep_alive
    message.proxy_connection = fields.proxy_connection
    message.auth_scheme = fields.auth_scheme
    message.forwarded = fields.forwarded
    return message, fields


class PartialHead:
    """A head whose end has not come yet. Each byte is looked at a fixed number of times, however it was cut."""

    __slots__ = ("_has_start_line", "content", "frame", "kind", "last_frame", "last_time_ns", "time_ns")

    def __init__(self, data: bytes, frame: int, time_ns: int, kind: str | None) -> None:
        self.content = bytearray(data)
        self.kind = kind
        self.frame = self.last_frame = frame
        self.time_ns = self.last_time_ns = time_ns
        self._has_start_line = begins_message(data, 0, len(data), kind)

    @property
    def plausible(self) -> bool:
        """Whether these first bytes can become a head."""
        return self._has_start_line or (b"\n" not in self.content and self._may_begin())

    def add(self, data: bytes, start: int, end: int, frame: int, time_ns: int) -> int:
        """Take further bytes; returns where in `data` the head ends, or MORE, NO_HEAD, TOO_LONG."""
        content = self.content
        before = len(content)
        content += data[start:end]
        self.last_frame, self.last_time_ns = frame, time_ns
        stop = head_end(content, max(0, before - 3), len(content))
        if stop >= 0:
            del content[stop:]
            return start + (stop - before)
        if not self._has_start_line and not self._still_plausible(before):
            return NO_HEAD
        return TOO_LONG if len(content) > MAX_HEAD_BYTES else MORE

    def _may_begin(self) -> bool:
        return may_begin_response(self.content) if self.kind == RESPONSES else may_begin_head(self.content)

    def _still_plausible(self, before: int) -> bool:
        if self.content.find(b"\n", before) < 0:
            return before > _LONGEST_METHOD or self._may_begin()
        self._has_start_line = begins_message(self.content, 0, len(self.content), self.kind)
        return self._has_start_line


def stamp(message: Message, frame: int, time_ns: int, end_frame: int, end_time_ns: int, complete: bool) -> None:
    """Say where a head began, where it ended, and whether its end was seen."""
    message.frame, message.time_ns = frame, time_ns
    message.end_frame, message.end_time_ns = end_frame, end_time_ns
    message.head_complete = complete
