"""When one connection began, was ready and ended, and who its sides are: read from what TCP keeps of it when asked.

A packed connection keeps its record only, and numbers are cheaper to read from it than to hold beside it. Times that
are not known are NEVER inside and None outside.
"""

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.packed import look_at, packed_close_ns, packed_fins_ns, packed_handshake_ns, packed_opened_ns
from kacap.verdict.round_trip import Usual, between_ns


class Moments:
    """The times of a connection that is finished."""

    __slots__ = ("_connection", "record", "usual")

    def __init__(self, connection: Connection | None, record: bytes = b"") -> None:
        """Either a connection that knows its client, or the `record` of a packed one."""
        self._connection = connection
        self.record = record
        """All that TCP showed of a packed connection (`tcp.packed`); empty for others."""
        self.usual: Usual | None = None
        """What stands in where its own handshake tells nothing."""

    @property
    def packed(self) -> bool:
        """Whether it was opened and closed in order, with nothing lost, sent again, reset or odd between."""
        return self._connection is None

    @property
    def connection(self) -> Connection:
        """What TCP showed. Of a packed one, the halves do not know each other."""
        return look_at(self.record) if self._connection is None else self._connection

    @property
    def client(self) -> Half:
        """The side that asks."""
        connection = self._connection
        if connection is None:
            return look_at(self.record).first
        assert connection.client is not None
        return connection.client

    @property
    def server(self) -> Half:
        """The side that answers."""
        connection = self._connection
        if connection is None:
            return look_at(self.record).second
        return connection.second if connection.client is connection.first else connection.first

    @property
    def opened_ns(self) -> int:
        """When it began: its SYN, or the first that the capture shows of it."""
        connection = self._connection
        if connection is None:
            return packed_opened_ns(self.record)
        client = connection.client
        return connection.first_time_ns if client is None or client.syn_frame == UNKNOWN else client.syn_time_ns

    @property
    def ready_ns(self) -> int:
        """When its handshake was over, or NEVER."""
        if self._connection is None:
            _syn_ns, accepted_ns, ready_ns = packed_handshake_ns(self.record)
            return ready_ns if ready_ns > accepted_ns else accepted_ns
        return max(self._connection.ack_time_ns, self._connection.syn_ack_time_ns)

    @property
    def first_close_ns(self) -> int:
        """The first FIN or RST, or NEVER."""
        return packed_close_ns(self.record) if self._connection is None else self._connection.first_close_time_ns

    @property
    def closed_at_ns(self) -> int:
        """When it was over for both sides, or NEVER."""
        if self._connection is not None:
            return self._connection.closed_at_ns
        client_ns, server_ns = packed_fins_ns(self.record)
        return client_ns if client_ns > server_ns else server_ns

    @property
    def connect_ns(self) -> int | None:
        """SYN to the ACK that completes the handshake."""
        connect_ns = self.connected_ns
        return None if connect_ns == NEVER else connect_ns

    @property
    def connected_ns(self) -> int:
        """As `connect_ns`, or NEVER: who asks of all connections makes no object for each."""
        if self._connection is None:
            syn_ns, _accepted_ns, ready_ns = packed_handshake_ns(self.record)
            return ready_ns - syn_ns if ready_ns > syn_ns else 0
        client, ready_ns = self.client, self._connection.ack_time_ns
        if client.syn_frame == UNKNOWN or ready_ns == NEVER:
            return NEVER
        return max(0, ready_ns - client.syn_time_ns)

    @property
    def beyond_ns(self) -> int | None:
        """From the capture point to the client and back; without handshake the usual time of its pair, or None."""
        beyond_ns = self._beyond_ns()
        return None if beyond_ns == NEVER else beyond_ns

    @property
    def round_trip_ns(self) -> int | None:
        """The whole round trip, without what a repeated SYN waited; without handshake as `beyond_ns`."""
        if self._connection is None:
            syn_ns, accepted_ns, _ready_ns = packed_handshake_ns(self.record)
        else:
            syn_ns, accepted_ns = self.client.last_syn_time_ns, self._connection.syn_ack_time_ns
        before_ns, beyond_ns = between_ns(syn_ns, accepted_ns), self._measured_beyond_ns()
        if before_ns != NEVER and beyond_ns != NEVER:
            return before_ns + beyond_ns
        return None if self.usual is None else self.usual.round_trip_ns

    def _beyond_ns(self) -> int:
        """As `beyond_ns`, or NEVER."""
        measured_ns = self._measured_beyond_ns()
        if measured_ns != NEVER or self.usual is None or self.usual.beyond_ns is None:
            return measured_ns
        return self.usual.beyond_ns

    def _measured_beyond_ns(self) -> int:
        """From the SYN-ACK to the ACK of it; NEVER where the capture does not show both."""
        if self._connection is None:
            _syn_ns, accepted_ns, ready_ns = packed_handshake_ns(self.record)
            return between_ns(accepted_ns, ready_ns)
        return between_ns(self.server.last_syn_time_ns, self._connection.ack_time_ns)
