"""What TCP showed of one connection, in the numbers that rows ask for.

They are worked out once, when the connection is over: of a packed one from its record alone, which says that it was
opened and closed in order (`tcp.packed`).
"""

from librt.strings import read_i32_le, read_i64_le

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.packed import (
    ACK_TIME_AT,
    CLIENT_FIN_TIME_AT,
    FIRST_TIME_AT,
    SEGMENTS_AT,
    SERVER_FIN_TIME_AT,
    STREAM_AT,
    SYN_ACK_TIME_AT,
    look_at,
    packed_key,
)
from kacap.verdict.doubts import is_undecided
from kacap.verdict.pair_key import PairKeys
from kacap.verdict.round_trip import between_ns, measure_beyond_ns, measure_round_trip_ns
from kacap.verdict.words import Decider, Side

HOLD_NS = 10_000_000
"""The grace: a client holds a connection a little longer than the wire shows before it is free for others."""


class Shown:
    """Times that are not known are NEVER inside and None outside."""

    __slots__ = (
        "_beyond_ns",
        "_client",
        "_connect_ns",
        "_connection",
        "_round_trip_ns",
        "closed_at_ns",
        "dns_ns",
        "established",
        "first_close",
        "first_close_ns",
        "one_sided",
        "opened_here",
        "opened_ns",
        "pair_key",
        "ready_ns",
        "record",
        "stream",
        "undecided",
    )

    def __init__(
        self,
        connection: Connection | None,
        client: Half | None,
        capture_end_ns: int,
        pair_keys: PairKeys,
        record: bytes,
    ) -> None:
        """Either a connection that is finished, with its `client` settled, or the `record` of a packed one."""
        self._connection = connection
        self._client = client
        self.record = record
        """All that TCP showed of a packed connection (`tcp.packed`); empty for others."""
        self.dns_ns: int | None = None
        """How long the client's DNS look-up for this connection took."""
        if connection is None or client is None:
            self._read(record, pair_keys)
            return
        self.stream = connection.stream
        self.pair_key = pair_keys.of(client.key)
        """Client address, server address and port; one tuple for all of a pair."""
        self.opened_here = connection.opened_here
        """The capture shows its SYN."""
        closer = connection.first_close
        self.first_close = None if closer is None else Side.CLIENT if closer is client else Side.SERVER
        self.first_close_ns = connection.first_close_time_ns
        self.closed_at_ns = connection.closed_at_ns
        """When it was over for both sides, or NEVER."""
        self.established = connection.established
        self.undecided = is_undecided(connection, client, capture_end_ns)
        """The SYN is not accepted yet, and the capture ended, or the client gave it up, too soon to tell."""
        self.opened_ns = client.syn_time_ns if client.syn_frame != UNKNOWN else connection.first_time_ns
        """When it began: its SYN, or the first that the capture shows of it."""
        self.ready_ns = max(connection.ack_time_ns, connection.syn_ack_time_ns)
        """When its handshake was over, or NEVER."""
        known = client.syn_frame != UNKNOWN and connection.ack_time_ns != NEVER
        self._connect_ns = max(0, connection.ack_time_ns - client.syn_time_ns) if known else NEVER
        self._beyond_ns = measure_beyond_ns(connection, client)
        self._round_trip_ns = measure_round_trip_ns(connection, client)
        self.one_sided = not (client.has_spoken and client.peer.has_spoken)
        """Whether the capture holds one direction only."""

    def _read(self, record: bytes, pair_keys: PairKeys) -> None:
        first_ns = read_i64_le(record, FIRST_TIME_AT)
        syn_ack_ns = read_i64_le(record, SYN_ACK_TIME_AT)
        ack_ns = read_i64_le(record, ACK_TIME_AT)
        client_fin_ns = read_i64_le(record, CLIENT_FIN_TIME_AT)
        server_fin_ns = read_i64_le(record, SERVER_FIN_TIME_AT)
        by_server = read_i32_le(record, SEGMENTS_AT) & 1 != 0
        self.stream = read_i32_le(record, STREAM_AT)
        self.pair_key = pair_keys.of(packed_key(record))
        self.opened_here = self.established = True
        self.undecided = self.one_sided = False
        self.first_close = Side.SERVER if by_server else Side.CLIENT
        self.first_close_ns = server_fin_ns if by_server else client_fin_ns
        self.closed_at_ns = max(client_fin_ns, server_fin_ns)
        self.opened_ns = first_ns
        self.ready_ns = max(ack_ns, syn_ack_ns)
        self._connect_ns = max(0, ack_ns - first_ns)
        self._beyond_ns = between_ns(syn_ack_ns, ack_ns)
        self._round_trip_ns = between_ns(first_ns, syn_ack_ns) + self._beyond_ns

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
        return self.connection.first if self._client is None else self._client

    @property
    def server(self) -> Half:
        """The side that answers."""
        connection = self.connection
        return connection.second if self.client is connection.first else connection.first

    @property
    def connect_ns(self) -> int | None:
        """SYN to the ACK that completes the handshake."""
        return None if self._connect_ns == NEVER else self._connect_ns

    @property
    def beyond_ns(self) -> int | None:
        """From the capture point to the client and back; without handshake the usual time of its pair, or None."""
        return None if self._beyond_ns == NEVER else self._beyond_ns

    @beyond_ns.setter
    def beyond_ns(self, value: int | None) -> None:
        self._beyond_ns = NEVER if value is None else value

    @property
    def round_trip_ns(self) -> int | None:
        """The whole round trip, without what a repeated SYN waited; without handshake as `beyond_ns`."""
        return None if self._round_trip_ns == NEVER else self._round_trip_ns

    @round_trip_ns.setter
    def round_trip_ns(self, value: int | None) -> None:
        self._round_trip_ns = NEVER if value is None else value

    @property
    def hold_ns(self) -> int:
        """The grace, as seen from this capture point."""
        return HOLD_NS if self._beyond_ns == NEVER else HOLD_NS + self._beyond_ns

    @property
    def gap_bytes(self) -> int:
        """Bytes that were sent and not captured."""
        return 0 if self.packed else self.client.gap_bytes + self.server.gap_bytes

    @property
    def closer(self) -> Decider:
        """Who closed first, for want of a better reason."""
        return Decider.NOBODY if self.first_close is None else Decider(self.first_close.value)
