"""Which connection a segment belongs to.

Rules of this room:
- Both directions of a 4-tuple are entries of one table, so that the usual segment costs one look-up.
- A connection that was closed in order and then quiet for `QUIET_NS` is packed, where somebody takes the record; a late
  segment wakes it up again, and a new connection on its ports finds it.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, SAME_ID_NS, UNKNOWN, Half
from kacap.tcp.packed import let_go, pack, packed_fins_ns, packed_isn, packed_last_ns, reverse, unpack

QUIET_NS: Final = SAME_ID_NS
"""A segment that comes later than this after the last one is no duplicate of it, whatever its marks."""


class ConnectionTable:
    """The connections of a capture by their addresses and ports."""

    __slots__ = ("_on_packed", "_on_woken", "_packed", "_replaced", "_settled", "halves")

    def __init__(
        self, on_packed: Callable[[Connection, bytes], None] | None, on_woken: Callable[[Connection], None] | None
    ) -> None:
        self.halves: dict[bytes, Half] = {}
        """Each direction by its key."""
        self._replaced: list[Connection] = []
        """Those that are not packed, and whose 4-tuple belongs to another by now."""
        self._packed: dict[bytes, bytes] = {}
        self._settled: deque[Connection] = deque()
        self._on_packed = on_packed
        self._on_woken = on_woken

    @property
    def unpacked(self) -> list[Connection]:
        """The connections that are not packed, in order of first segment."""
        current = [half.connection for half in self.halves.values() if half is half.connection.first]
        return sorted(self._replaced + current, key=lambda connection: connection.first_frame)

    def add(self, connection: Connection) -> None:
        """The 4-tuple belongs to `connection` from here on."""
        self.halves[connection.second.key] = connection.second
        self.halves[connection.first.key] = connection.first

    def remove(self, key: bytes) -> Connection | bytes | None:
        """The connection of this 4-tuple, or its record, which no segment belongs to from here on."""
        half = self.halves.pop(key, None)
        if half is None:
            return self._packed.pop(key, None) or self._packed.pop(reverse(key), None)
        self.halves.pop(half.peer.key, None)
        self._replaced.append(half.connection)
        return half.connection

    def wake(self, key: bytes, new_isn: int) -> Half | None:
        """The half of a packed connection; None without, or when a SYN with `new_isn` (else UNKNOWN) begins another."""
        if not self._packed:
            return None
        client_key = key if key in self._packed else reverse(key)
        record = self._packed.get(client_key)
        if record is None:
            return None
        if new_isn not in (UNKNOWN, packed_isn(record, client=client_key == key)):
            return None
        del self._packed[client_key]
        connection = unpack(record)
        half = connection.first if client_key == key else connection.second
        self.add(connection)
        if self._on_woken is not None:
            self._on_woken(connection)
        return half

    def may_have_slept(self, key: bytes, time_ns: int, latest_ns: int) -> bool:
        """Whether a segment at `time_ns`, before `latest_ns`, may be compared with marks that packing forgets.

        When a connection is packed depends on when others are opened.
        """
        half = self.halves.get(key)
        if half is not None:
            fins_ns = half.fin_time_ns, half.peer.fin_time_ns
            last_ns = half.connection.last_time_ns
        else:
            record = self._packed.get(key) or self._packed.get(reverse(key))
            if record is None:
                return False
            fins_ns = packed_fins_ns(record)
            last_ns = packed_last_ns(record)
        return NEVER not in fins_ns and latest_ns - max(fins_ns) > QUIET_NS and time_ns - last_ns <= QUIET_NS

    def settle(self, connection: Connection) -> None:
        """Both sides have ended in order."""
        if self._on_packed is not None:
            connection.settled = True
            self._settled.append(connection)

    def pack_quiet(self, now_ns: int) -> None:
        """Pack what has been quiet for long enough."""
        settled = self._settled
        while settled and now_ns - settled[0].last_time_ns > QUIET_NS:
            connection = settled.popleft()
            record = pack(connection)
            if record is None or self.halves.get(connection.first.key) is not connection.first:
                continue
            del self.halves[connection.first.key], self.halves[connection.second.key]
            self._packed[connection.first.key] = record
            if self._on_packed is not None:
                self._on_packed(connection, record)
            let_go(connection)
