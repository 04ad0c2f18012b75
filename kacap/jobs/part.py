"""What another job follows: connections for the first to judge; nothing is concluded here."""

from kacap.analyzer import Analyzer
from kacap.http.dialogue import Dialogue
from kacap.tcp.connection import Connection
from kacap.wire.share import Share


class Part(Analyzer):
    """An analyzer that never comes to a report: of a connection that is over it keeps its record and its dialogue."""

    def __init__(self, share: Share) -> None:
        super().__init__(share=share)
        self.packed: dict[int, tuple[bytes, Dialogue]] = {}
        """By `stream`."""

    def dns_of(self, stream: int) -> int | None:
        """What the DNS look-up for a connection took."""
        return self._dns_ns.get(stream)

    def _over(self, connection: Connection, record: bytes) -> None:
        stream = connection.stream
        self.packed[stream] = record, self.dialogues.pop(stream)

    def _woken(self, connection: Connection) -> None:
        self.dialogues[connection.stream] = self.packed.pop(connection.stream)[1]
