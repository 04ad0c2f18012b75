"""Reads one half of a connection: the usual first.

Usual is what a kept connection says all day: a whole message in one chunk, with a head that was seen before, and a
chunk inside a body. Anything else is walked through.
"""

from kacap.http.dialogue import Dialogue
from kacap.http.known import KnownHeads
from kacap.http.walk import BODY, BOUNDARY, MessageWalk


def read_both(dialogue: Dialogue, known: KnownHeads | None = None) -> tuple["MessageReader", "MessageReader"]:
    """The two readers of one connection, that of its first half first.

    All connections of a capture share the heads that are `known`.
    """
    known = KnownHeads() if known is None else known
    one, other = MessageReader(dialogue, known), MessageReader(dialogue, known)
    one.other, other.other = other, one
    one.is_first = True
    return one, other


class MessageReader(MessageWalk):
    """Made in pairs by `read_both`."""

    __slots__ = ()

    def chunk(self, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """See Sink.chunk."""
        if self.state == BODY:
            if not unseen and self.step_body(end - start, frame, time_ns):
                return
        elif self.state <= BOUNDARY and not unseen and start < end:
            head = self.known.whole(data, start, end)
            if head is not None and self.dialogue.take_whole(head, self.kind, self.is_first, frame, time_ns):
                self.kind = head.kind
                self.state = BOUNDARY
                return
        self.walk(data, start, end, unseen, frame, time_ns)
