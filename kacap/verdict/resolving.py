"""Which connection waited for which DNS look-up: what is said on port 53, and what each connection took of it."""

from kacap.tcp.connection import Connection
from kacap.tcp.plain import Plain
from kacap.verdict.lookups import Lookups
from kacap.wire.dns import read_dns
from kacap.wire.segment import Datagram


class Resolving:
    """The look-ups of a capture, and what connections waited for them."""

    __slots__ = ("_lookups", "_took_ns", "taken")

    def __init__(self, *, notes_taken: bool) -> None:
        """`notes_taken`: whether somebody wants `taken`."""
        self._lookups = Lookups()
        self._took_ns: dict[int, int] = {}
        self.taken: list[tuple[int, int, int]] | None = [] if notes_taken else None
        """Which answer a connection took (from 0), the frame that began it, and its `stream`."""

    @property
    def forgot(self) -> bool:
        """Whether an answer was forgotten that no connection had used."""
        return self._lookups.forgot

    def note(self, datagram: Datagram) -> None:
        """Something was said in UDP."""
        message = read_dns(datagram.payload)
        if message is None:
            return
        source, destination, time_ns = datagram.source, datagram.destination, datagram.time_ns
        if not message.is_response:
            self._lookups.asked(source, destination, datagram.source_port, message.id, time_ns)
        elif message.addresses:
            port = datagram.destination_port
            self._lookups.answered(destination, source, port, message.id, message.addresses, time_ns)

    def opened(self, key: bytes, connection: Plain | Connection) -> None:
        """A connection began, with a segment of this `key`."""
        if not self._lookups.answers:
            return
        width = (len(key) - 4) // 2
        took_ns = self._lookups.take(key[:width], key[width : 2 * width], connection.first_time_ns)
        if self.taken is not None and self._lookups.taken >= 0:
            self.taken.append((self._lookups.taken, connection.first_frame, connection.stream))
        if took_ns is not None:
            self._took_ns[connection.stream] = took_ns

    def took_ns(self, stream: int) -> int | None:
        """What the look-up for a connection took; None where it waited for none."""
        return self._took_ns.get(stream) if self._took_ns else None

    def forget(self, stream: int) -> None:
        """Nobody will ask for this connection."""
        self._took_ns.pop(stream, None)
