"""When a connection that is not packed is over, for a tracker that follows traffic for days; what has left is known.

Rules of this room:
- Over is what has been silent for a moment after a RST, or after two FINs that were not by the book, and what another
  connection replaced on its ports.
- Half dead is what has been silent for long, on capture time: a SYN that nobody answers, a connection that one side has
  closed and the other never does, an open one without any segment for hours. If an open one that has left speaks again,
  it is a new connection, found open.
- Where it is crowded, who was found open and has not said anything is in doubt like a SYN that nobody answers.
- Of what was closed and has left, addresses, ports and first sequence number stay known, of the newest `REMEMBERED`: a
  late segment of it is counted, and begins no connection.
"""

from collections import OrderedDict
from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN
from kacap.tcp.packed import packed_isn, packed_key
from kacap.tcp.plain import Plain
from kacap.wire.key import reverse

ENDED_NS = 3_000_000_000
"""After the end: a refused SYN is sent again within this time, and is the same connection."""

UNANSWERED_NS: Final = 130_000_000_000
"""After a SYN: it was sent again as often as Linux does (127 s)."""

HALF_CLOSED_NS: Final = 600_000_000_000

OPEN_NS = 7_200_000_000_000
"""Two hours: after them a system sends keep-alive probes (RFC 9293 section 3.8.4)."""

REMEMBERED: Final = 1 << 16


class Left:
    """The connections that a tracker has let go."""

    __slots__ = ("_isns", "count", "late_segments")

    def __init__(self) -> None:
        self._isns: OrderedDict[bytes, int] = OrderedDict()
        """The first sequence number of those that were closed, by the lesser of their two keys."""
        self.count = 0
        self.late_segments = 0
        """Segments that came after their connection had left."""

    def add(self, connection: Connection) -> None:
        """One that was not packed."""
        self.count += 1
        if connection.first_close is not None:
            self._remember(connection.first.key, connection.second.key, connection.first.base)

    def add_packed(self, record: bytes) -> None:
        """One of which nobody needs the record any more."""
        self.count += 1
        key = packed_key(record)
        self._remember(key, reverse(key), packed_isn(record, client=True))

    def has(self, key: bytes, back: bytes, new_isn: int) -> bool:
        """Whether a segment of this key is a late one; a SYN with `new_isn` (else UNKNOWN) may begin another."""
        known = min(key, back)
        isn = self._isns.get(known, NEVER)
        if isn == NEVER:
            return False
        if new_isn not in (UNKNOWN, isn):
            del self._isns[known]
            return False
        self.late_segments += 1
        return True

    def _remember(self, key: bytes, back: bytes, isn: int) -> None:
        self._isns[min(key, back)] = isn
        if len(self._isns) > REMEMBERED:
            self._isns.popitem(last=False)


def is_over(connection: Plain | Connection, now_ns: int, *, crowded: bool) -> bool:
    """Whether a connection is over, or half dead, at this moment; `crowded`: there is no room for those in doubt."""
    if isinstance(connection, Plain):
        return now_ns - connection.last_time_ns > _patience_with_plain(connection, crowded)
    return connection.finished or now_ns - connection.last_time_ns > _patience(connection, crowded)


def _patience_with_plain(plain: Plain, crowded: bool) -> int:
    if plain.closed:
        return ENDED_NS
    if plain.client_fin_frame != UNKNOWN or plain.server_fin_frame != UNKNOWN:
        return HALF_CLOSED_NS
    return OPEN_NS if plain.ack_frame != UNKNOWN else ENDED_NS if crowded else UNANSWERED_NS


def _patience(connection: Connection, crowded: bool) -> int:
    first, second = connection.first, connection.second
    if first.rst_frame != UNKNOWN or second.rst_frame != UNKNOWN or (first.ended and second.ended):
        return ENDED_NS
    if connection.first_close is not None:
        return HALF_CLOSED_NS
    if crowded and not (connection.opened_here or first.bytes or second.bytes):
        return ENDED_NS
    return OPEN_NS if connection.established else ENDED_NS if crowded else UNANSWERED_NS
