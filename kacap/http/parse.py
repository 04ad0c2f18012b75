"""From the bytes of a head to what it says. A half says requests or responses: `kind` narrows what its head may be."""

from typing import Final

from kacap.http.head import (
    MAX_TARGET,
    REQUEST_LINE,
    STATUS_LINE,
    head_end,
    latin,
    may_begin_head,
    may_begin_response,
    parse_fields,
)
from kacap.http.heads import REQUESTS, RESPONSES, Said

MAX_HEAD_BYTES: Final = 256 << 10
"""A head that does not end within this is cut: what was read of it counts, the rest is skipped."""

_LONGEST_METHOD: Final = 64

MORE, NO_HEAD, TOO_LONG = -1, -2, -3
"""What `PartialHead.add` says when the head does not end here."""


def begins_message(data: bytes | bytearray, start: int, end: int, kind: int) -> bool:
    """Whether a whole start line stands at `start`."""
    if kind != RESPONSES and REQUEST_LINE.match(data, start, end) is not None:
        return data[start : start + 4] != b"PRI "
    return kind != REQUESTS and STATUS_LINE.match(data, start, end) is not None


def read_head(data: bytes, start: int, stop: int, kind: int) -> Said | None:
    """Parse `data[start:stop]`; None when it is no head of this kind (0: of any)."""
    line = None if kind == RESPONSES else REQUEST_LINE.match(data, start, stop)
    if line is not None:
        method, target, version = line.groups()
        if method == b"PRI":
            return None
        fields = parse_fields(data[start:stop])
        return Said(REQUESTS, latin(method, _LONGEST_METHOD), latin(target, MAX_TARGET), 0, latin(version, 8), fields)
    line = None if kind == REQUESTS else STATUS_LINE.match(data, start, stop)
    if line is None:
        return None
    version, status = line.groups()
    return Said(RESPONSES, "", "", int(status), latin(version, 8), parse_fields(data[start:stop]))


class PartialHead:
    """A head whose end has not come yet. Each byte is looked at a fixed number of times, however it was cut."""

    __slots__ = ("_has_start_line", "content", "frame", "kind", "last_frame", "last_time_ns", "time_ns")

    def __init__(self, data: bytes, frame: int, time_ns: int, kind: int) -> None:
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
