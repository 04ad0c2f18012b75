"""Hears both halves of a plain connection: while each message is whole in one chunk, that takes no readers.

Anything else makes the two readers, which stand where these left off.
"""

from kacap.http.dialogue import Dialogue
from kacap.http.known import KnownHeads
from kacap.http.reader import read_both
from kacap.http.walk import BOUNDARY
from kacap.tcp.sink import FORGETS


class Hearing(Dialogue):
    """The dialogue of a connection that is followed from its first byte on."""

    __slots__ = ("_first_said", "_known", "_second_said")

    def __init__(self, known: KnownHeads) -> None:
        """`known` are the heads of the capture."""
        super().__init__()
        self._known = known
        self._first_said = 0
        """REQUESTS or RESPONSES, once the first half has said a whole message; so the second."""
        self._second_said = 0

    def chunk(self, is_first: bool, data: bytes, start: int, end: int, unseen: int, frame: int, time_ns: int) -> None:
        """See Listener.chunk."""
        if self.first_sink is FORGETS:
            if not unseen and start < end:
                head = self._known.whole(data, start, end)
                said = self._first_said if is_first else self._second_said
                if head is not None and self.take_whole(head, said, is_first, frame, time_ns):
                    if not said:
                        if is_first:
                            self._first_said = head.kind
                        else:
                            self._second_said = head.kind
                    return
            self.divide()
        sink = self.first_sink if is_first else self.second_sink
        sink.chunk(data, start, end, unseen, frame, time_ns)

    def divide(self) -> None:
        """See Listener.divide."""
        if self.first_sink is not FORGETS:
            return
        first, second = read_both(self, self._known)
        if self._first_said:
            first.kind, first.state = self._first_said, BOUNDARY
        if self._second_said:
            second.kind, second.state = self._second_said, BOUNDARY
        self.first_sink, self.second_sink = first, second

    def finish(self) -> None:
        """See Listener.finish."""
        first, second = self.first_sink, self.second_sink
        if first is FORGETS:
            self.close()
            return
        first.finish()
        second.finish()
