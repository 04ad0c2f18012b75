"""What all connections together hold back, bytes that wait for earlier ones: each holds little, a million hold much."""

from kacap.tcp.connection import Connection


class Holders:
    """The connections that hold bytes, and how many; the one that changed last stands last."""

    __slots__ = ("_bytes", "_holding", "most")

    def __init__(self) -> None:
        self._holding: dict[int, tuple[Connection, int]] = {}
        self._bytes = 0
        self.most = 0
        """Bytes that they held at most."""

    def has(self, connection: Connection) -> bool:
        """Whether it held any when it was noted last."""
        return connection.stream in self._holding

    def note(self, connection: Connection) -> None:
        """What it holds has changed."""
        before = self._holding.pop(connection.stream, None)
        self._bytes -= before[1] if before is not None else 0
        now = connection.first.held.bytes + connection.second.held.bytes
        if now:
            self._holding[connection.stream] = (connection, now)
            self._bytes += now
            self.most = max(self.most, self._bytes)

    def take_beyond(self, limit: int) -> Connection | None:
        """The one whose bytes have lain longest, which is no holder any more; None while all hold no more than that."""
        if self._bytes <= limit:
            return None
        stream, (oldest, held) = next(iter(self._holding.items()))
        del self._holding[stream]
        self._bytes -= held
        return oldest
