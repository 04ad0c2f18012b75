"""Which connection a segment belongs to.

Rules of this room:
- A plain connection is found by numbers (`by_ports`). Both directions of the 4-tuples of the others are entries of one
  table, so that their usual segment costs one look-up: to the halves of the connection, or to it while it is plain.
- A connection that was closed in order and then quiet for `QUIET_NS` is packed, where somebody takes the record; a late
  segment wakes it up again, and a new connection on its ports finds it.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from kacap.tcp.asleep import Asleep
from kacap.tcp.by_ports import ByPorts
from kacap.tcp.connection import Connection
from kacap.tcp.grown import grown
from kacap.tcp.half import NEVER, SAME_ID_NS, UNKNOWN, Half
from kacap.tcp.packed import (
    let_go,
    pack,
    pack_plain,
    packed_fins_ns,
    packed_isn,
    packed_key,
    packed_last_ns,
    unpack,
)
from kacap.tcp.plain import Plain
from kacap.tcp.sink import Listener
from kacap.wire.key import reverse

QUIET_NS: Final = SAME_ID_NS
"""A segment that comes later than this after the last one is no duplicate of it, whatever its marks."""

OnPacked = Callable[[Listener, bytes], None]
"""Hears of a connection that was packed: who listened to it, and its record."""
OnWoken = Callable[[int], Listener]
"""Says who listens to the connection of this number, which a late segment brought back."""


class ConnectionTable:
    """The connections of a capture by their addresses and ports."""

    __slots__ = ("_on_packed", "_on_woken", "_packed", "_replaced", "_settled", "by_ports", "ends")

    def __init__(self, on_packed: OnPacked | None, on_woken: OnWoken | None) -> None:
        self.ends: dict[bytes, Plain | Half] = {}
        """Each direction by its key, but for those in `by_ports`."""
        self.by_ports = ByPorts()
        self._replaced: dict[int, Connection] = {}
        """Those that are not packed, and whose 4-tuple belongs to another by now, by number."""
        self._packed = Asleep()
        self._settled: deque[Plain | Connection] = deque()
        self._on_packed = on_packed
        self._on_woken = on_woken

    @property
    def unpacked(self) -> list[Connection]:
        """The connections that are not packed, in order of first segment; the plain ones are grown."""
        for followed in self.followed:
            if isinstance(followed, Plain):
                self.grow(followed)
        return self.halved

    @property
    def halved(self) -> list[Connection]:
        """Those among the unpacked that are not plain."""
        current = [
            end.connection for end in self.ends.values() if isinstance(end, Half) and end is end.connection.first
        ]
        return sorted([*self._replaced.values(), *current], key=lambda connection: connection.first_frame)

    @property
    def followed(self) -> list[Plain | Connection]:
        """The same, each as it is, in no order."""
        found: list[Plain | Connection] = [*self._replaced.values(), *self.by_ports.all()]
        for key, end in self.ends.items():
            if isinstance(end, Plain):
                if key == end.key:
                    found.append(end)
            elif end is end.connection.first:
                found.append(end.connection)
        return found

    def let_go(self) -> None:
        """No segment comes any more, and nobody asks."""
        self.ends = {}
        self.by_ports = ByPorts()
        self._packed = Asleep()
        self._replaced = {}
        self._settled.clear()

    def add(self, connection: Connection) -> None:
        """The 4-tuple belongs to `connection` from here on."""
        self.ends[connection.second.key] = connection.second
        self.ends[connection.first.key] = connection.first

    def add_plain(self, plain: Plain) -> None:
        """The 4-tuple belongs to `plain` from here on."""
        if not self.by_ports.add(plain):
            self.ends[plain.back] = plain
            self.ends[plain.key] = plain

    def grow(self, plain: Plain) -> Connection:
        """Make halves of a plain connection."""
        connection = grown(plain)
        self.by_ports.remove(plain)
        self.add(connection)
        if plain.closed:
            self.settle(connection)
        return connection

    def end(self, key: bytes) -> Plain | Half | None:
        """Who sends with this key; None when no connection has it, but for packed ones."""
        return self.by_ports.find(key) or self.ends.get(key)

    def half(self, key: bytes) -> Half | None:
        """The same, as a half."""
        end = self.end(key)
        if not isinstance(end, Plain):
            return end
        connection = self.grow(end)
        return connection.first if key == end.key else connection.second

    def remove(self, key: bytes, back: bytes) -> Connection | bytes | None:
        """The connection of this 4-tuple, or its record, which no segment belongs to from here on."""
        half = self.half(key)
        if half is None:
            record = self._record(key, back)
            if record is not None:
                self._packed.remove(packed_key(record))
            return record
        del self.ends[key]
        self.ends.pop(back, None)
        self._replaced[half.connection.stream] = half.connection
        return half.connection

    def take_out(self, followed: Plain | Connection) -> Connection:
        """One of `followed` leaves: the table knows it no more."""
        if isinstance(followed, Connection) and self._replaced.pop(followed.stream, None) is not None:
            return followed
        half = self.half(followed.key if isinstance(followed, Plain) else followed.first.key)
        assert half is not None
        del self.ends[half.key]
        self.ends.pop(half.peer.key, None)
        return half.connection

    def forget(self, record: bytes) -> None:
        """The record of a packed connection is not asked for any more."""
        key = packed_key(record)
        if self._packed.find(key) is record:
            self._packed.remove(key)

    def wake(self, key: bytes, back: bytes, new_isn: int) -> Half | None:
        """The half of a packed connection; None without, or when a SYN with `new_isn` (else UNKNOWN) begins another."""
        record = self._record(key, back)
        if record is None:
            return None
        is_client = packed_key(record) == key
        if new_isn not in (UNKNOWN, packed_isn(record, client=is_client)):
            return None
        self._packed.remove(key if is_client else back)
        connection = unpack(record)
        self.add(connection)
        if self._on_woken is not None:
            connection.listener = self._on_woken(connection.stream)
        return connection.first if is_client else connection.second

    def may_have_slept(self, key: bytes, time_ns: int, latest_ns: int) -> bool:
        """Whether a segment at `time_ns`, before `latest_ns`, may be compared with marks that packing forgets.

        When a connection is packed depends on when others are opened.
        """
        end = self.end(key)
        if isinstance(end, Plain):
            fins_ns: tuple[int, int] = end.client_fin_time_ns, end.server_fin_time_ns
            last_ns: int = end.last_time_ns
        elif end is not None:
            fins_ns = end.fin_time_ns, end.peer.fin_time_ns
            last_ns = end.connection.last_time_ns
        else:
            record = self._record(key, reverse(key))
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

    def settle_plain(self, plain: Plain) -> None:
        """Both sides have ended in order."""
        if self._on_packed is not None:
            self._settled.append(plain)

    def pack_quiet(self, now_ns: int) -> None:
        """Pack what has been quiet for long enough."""
        settled = self._settled
        while settled and now_ns - settled[0].last_time_ns > QUIET_NS:
            over = settled.popleft()
            if isinstance(over, Plain):
                if self.by_ports.has(over) or self.ends.get(over.key) is over:
                    self._pack_plain(over)
                continue
            record = pack(over)
            if record is None or self.ends.get(over.first.key) is not over.first:
                continue
            del self.ends[over.first.key]
            del self.ends[over.second.key]
            self._packed.add(over.first.key, record)
            if not over.finished:
                over.finished = True
                over.first.sink.finish()
                over.second.sink.finish()
            if self._on_packed is not None:
                self._on_packed(over.listener, record)
            let_go(over)

    def pack_all_quiet(self, now_ns: int) -> None:
        """The same, of those too that stand behind one that goes on to speak."""
        for _ in range(len(self._settled)):
            self.pack_quiet(now_ns)
            self._settled.rotate(-1)

    def _pack_plain(self, plain: Plain) -> None:
        record = pack_plain(plain)
        if record is None:
            self.grow(plain)
            return
        if not self.by_ports.remove(plain):
            del self.ends[plain.key]
            del self.ends[plain.back]
        self._packed.add(plain.key, record)
        plain.listener.finish()
        if self._on_packed is not None:
            self._on_packed(plain.listener, record)

    def _record(self, key: bytes, back: bytes) -> bytes | None:
        """That of the packed connection to which both keys belong."""
        return self._packed.find(key) or self._packed.find(back)
