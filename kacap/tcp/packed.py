"""A connection that is over, as some 200 bytes instead of three objects of which most attributes say "never".

Only a plain one is packed: opened by a handshake without retransmission, closed by two FINs in order, nothing lost,
held, sent again, reset or odd. Its record says all that its objects said, so that `unpack` makes equal ones, when a
late segment comes or somebody wants to look. What is left out: what it replaces (a plain connection met nothing that
was there before), and the marks of its last segments (a frame is no duplicate of one that came so long ago).

Layout, little-endian: 10 × i64, 21 × i32, then the key of the client's half; the order is that of `pack`.
"""

from typing import Final

from librt.strings import BytesWriter, read_i32_le, read_i64_le, write_i32_le, write_i64_le

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, NOTHING_RESENT, UNKNOWN, Half
from kacap.tcp.plain import Plain
from kacap.tcp.sequence import MASK, advance
from kacap.wire.key import reverse

_LARGEST: Final = 0x7FFFFFFF
_SIGN: Final = 1 << 31
FIRST_TIME_AT: Final = 0
LAST_TIME_AT: Final = 8
SYN_ACK_TIME_AT: Final = 16
ACK_TIME_AT: Final = 24
CLIENT_FIN_TIME_AT: Final = 32
SERVER_FIN_TIME_AT: Final = 56
STREAM_AT: Final = 80
SEGMENTS_AT: Final = 88
"""Twice their number, and one more when the server closed first."""
KEY_AT: Final = 164


def pack(connection: Connection) -> bytes | None:
    """The record of a plain connection; None when it is not plain."""
    client, server = connection.first, connection.second
    if not (_is_plain(connection, client, server) and _is_plain_half(client) and _is_plain_half(server)):
        return None
    record = BytesWriter()
    write_i64_le(record, connection.first_time_ns)
    write_i64_le(record, connection.last_time_ns)
    write_i64_le(record, connection.syn_ack_time_ns)
    write_i64_le(record, connection.ack_time_ns)
    for half in (client, server):
        write_i64_le(record, half.fin_time_ns)
        write_i64_le(record, half.fin_acked_time_ns)
        write_i64_le(record, half.bytes)
    write_i32_le(record, connection.stream)
    write_i32_le(record, connection.first_frame)
    write_i32_le(record, connection.segments << 1 | (connection.first_close is server))
    write_i32_le(record, connection.syn_ack_frame)
    write_i32_le(record, connection.ack_frame)
    for half in (client, server):
        write_i32_le(record, half.base - _SIGN)
        write_i32_le(record, half.fin_ack - _SIGN)
        write_i32_le(record, half.ack - _SIGN)
        write_i32_le(record, half.ack_frame)
        write_i32_le(record, half.fin_frame)
        write_i32_le(record, half.fin_heard_frame)
        write_i32_le(record, half.fin_acked_frame)
        write_i32_le(record, (half.window << 8) + half.ttl)
    record.write(client.key)
    return record.getvalue()


def pack_plain(plain: Plain) -> bytes | None:
    """The record of a connection that went by the book until both sides had ended; None where a number is too large."""
    if not (
        plain.segments < _LARGEST >> 1
        and plain.client_ack_frame < _LARGEST
        and plain.server_ack_frame < _LARGEST
        and plain.client_fin_frame < _LARGEST
        and plain.server_fin_frame < _LARGEST
        and plain.client_ttl != UNKNOWN
        and plain.server_ttl != UNKNOWN
    ):
        return None
    record = BytesWriter()
    write_i64_le(record, plain.first_time_ns)
    write_i64_le(record, plain.last_time_ns)
    write_i64_le(record, plain.syn_ack_time_ns)
    write_i64_le(record, plain.ack_time_ns)
    write_i64_le(record, plain.client_fin_time_ns)
    write_i64_le(record, plain.client_fin_acked_time_ns)
    write_i64_le(record, plain.client_bytes)
    write_i64_le(record, plain.server_fin_time_ns)
    write_i64_le(record, plain.server_fin_acked_time_ns)
    write_i64_le(record, plain.server_bytes)
    # Two numbers of 32 bits at once.
    write_i64_le(record, plain.stream & MASK | plain.first_frame << 32)
    write_i64_le(record, (plain.segments << 1 | plain.server_closed_first) & MASK | plain.syn_ack_frame << 32)
    write_i64_le(record, plain.ack_frame & MASK | (plain.client_base - _SIGN) << 32)
    write_i64_le(record, (plain.client_fin_ack - _SIGN) & MASK | (plain.client_ack - _SIGN) << 32)
    write_i64_le(record, plain.client_ack_frame & MASK | plain.client_fin_frame << 32)
    write_i64_le(record, plain.client_fin_heard_frame & MASK | plain.client_fin_acked_frame << 32)
    write_i64_le(record, ((plain.client_window << 8) + plain.client_ttl) & MASK | (plain.server_base - _SIGN) << 32)
    write_i64_le(record, (plain.server_fin_ack - _SIGN) & MASK | (plain.server_ack - _SIGN) << 32)
    write_i64_le(record, plain.server_ack_frame & MASK | plain.server_fin_frame << 32)
    write_i64_le(record, plain.server_fin_heard_frame & MASK | plain.server_fin_acked_frame << 32)
    window_ttl: int = (plain.server_window << 8) + plain.server_ttl
    write_i32_le(record, window_ttl)
    record.write(plain.key)
    return record.getvalue()


def unpack(record: bytes) -> Connection:
    """The connection as it was packed; it is finished, and nobody listens to its halves."""
    key = packed_key(record)
    client, server = Half(key), Half(reverse(key))
    connection = Connection(read_i32_le(record, STREAM_AT), client, server, read_i64_le(record, 0))
    connection.finished = True
    connection.client = client
    connection.last_time_ns = read_i64_le(record, 8)
    connection.syn_ack_time_ns = read_i64_le(record, 16)
    connection.ack_time_ns = read_i64_le(record, 24)
    connection.first_frame = read_i32_le(record, 84)
    count = read_i32_le(record, SEGMENTS_AT)
    connection.segments = count >> 1
    connection.syn_ack_frame = read_i32_le(record, 92)
    connection.ack_frame = read_i32_le(record, 96)
    _unpack_half(client, record, 32, 100)
    _unpack_half(server, record, 56, 132)
    client.syn_frame = connection.first_frame
    client.syn_time_ns = client.last_syn_time_ns = connection.first_time_ns
    server.syn_frame = connection.syn_ack_frame
    server.syn_time_ns = server.last_syn_time_ns = connection.syn_ack_time_ns
    closer = server if count & 1 else client
    connection.first_close = closer
    connection.first_close_kind = "fin"
    connection.first_close_frame = closer.fin_frame
    connection.first_close_time_ns = closer.fin_time_ns
    return connection


def replaced_by(connection: Connection) -> Connection | None:
    """The connection that had the addresses and ports of this one before, for reading only."""
    return look_at(connection.replaces_record) if connection.replaces_record else connection.replaces


class _Looked:
    """What was looked at last: who asks for one thing of a connection asks for the next."""

    __slots__ = ("connection", "record")

    def __init__(self) -> None:
        self.record = b""
        self.connection: Connection | None = None


_LOOKED: Final = _Looked()


def look_at(record: bytes) -> Connection:
    """The connection as it was packed, for reading only: its halves do not know each other."""
    connection = _LOOKED.connection
    if connection is None or _LOOKED.record is not record:
        connection = unpack(record)
        let_go(connection)
        _LOOKED.record = record
        _LOOKED.connection = connection
    return connection


def packed_key(record: bytes) -> bytes:
    """That of the client's half."""
    return record[KEY_AT:]


def packed_by_server(record: bytes) -> bool:
    """Whether the server closed first."""
    return read_i32_le(record, SEGMENTS_AT) & 1 != 0


def packed_isn(record: bytes, *, client: bool) -> int:
    """The initial sequence number of one side."""
    isn: int = read_i32_le(record, 100 if client else 132)
    return isn + _SIGN


def packed_opened_ns(record: bytes) -> int:
    """When the SYN came."""
    opened_ns: int = read_i64_le(record, 0)
    return opened_ns


def packed_handshake_ns(record: bytes) -> tuple[int, int, int]:
    """When the SYN, the SYN-ACK and the ACK of it came."""
    return read_i64_le(record, 0), read_i64_le(record, 16), read_i64_le(record, 24)


def packed_close_ns(record: bytes) -> int:
    """When the first FIN came."""
    count = read_i32_le(record, 88)
    close_ns: int = read_i64_le(record, 56 if count & 1 else 32)
    return close_ns


def packed_fins_ns(record: bytes) -> tuple[int, int]:
    """When each side ended."""
    return read_i64_le(record, CLIENT_FIN_TIME_AT), read_i64_le(record, SERVER_FIN_TIME_AT)


def packed_last_ns(record: bytes) -> int:
    """When its last segment came."""
    last_ns: int = read_i64_le(record, LAST_TIME_AT)
    return last_ns


def renumbered(record: bytes, stream: int) -> bytes:
    """The record of the same connection with another number."""
    return record[:STREAM_AT] + stream.to_bytes(4, "little") + record[STREAM_AT + 4 :]


def packed_stream(record: bytes) -> int:
    """The number of the connection."""
    stream: int = read_i32_le(record, STREAM_AT)
    return stream


def let_go(connection: Connection) -> None:
    """Cut the circles between a connection and its halves, so that they are freed as soon as nobody looks at them."""
    for half in (connection.first, connection.second):
        del half.peer
        del half.connection


def _unpack_half(half: Half, record: bytes, long_at: int, at: int) -> None:
    half.fin_time_ns = read_i64_le(record, long_at)
    half.fin_acked_time_ns = read_i64_le(record, long_at + 8)
    half.bytes = read_i64_le(record, long_at + 16)
    base: int = read_i32_le(record, at)
    fin_ack: int = read_i32_le(record, at + 4)
    ack: int = read_i32_le(record, at + 8)
    half.base = base + _SIGN
    half.fin_seq = advance(half.base, 1 + half.bytes)
    half.next_seq = advance(half.fin_seq, 1)
    half.fin_ack = fin_ack + _SIGN
    half.ack = ack + _SIGN
    half.ack_frame = read_i32_le(record, at + 12)
    half.fin_frame = read_i32_le(record, at + 16)
    half.fin_heard_frame = read_i32_le(record, at + 20)
    half.fin_acked_frame = read_i32_le(record, at + 24)
    window_ttl = read_i32_le(record, at + 28)
    half.window = window_ttl >> 8
    half.ttl = window_ttl & 0xFF
    half.ended = True


def _is_plain(connection: Connection, client: Half, server: Half) -> bool:
    closer = connection.first_close
    return (
        connection.client is client
        and closer is not None
        and connection.first_close_kind == "fin"
        and connection.first_close_frame == closer.fin_frame
        and connection.first_close_time_ns == closer.fin_time_ns
        and connection.duplicate_frames == 0
        and connection.challenge_frame == UNKNOWN
        and connection.waiting_since_ns == NEVER
        and connection.ack_frame != UNKNOWN
        and client.syn_frame == connection.first_frame
        and client.syn_time_ns == client.last_syn_time_ns == connection.first_time_ns
        and server.syn_frame == connection.syn_ack_frame != UNKNOWN
        and server.syn_time_ns == server.last_syn_time_ns == connection.syn_ack_time_ns
        and connection.segments < _LARGEST >> 1
    )


def _is_plain_half(half: Half) -> bool:
    return (
        half.ended
        and half.fin_seq == advance(half.base, 1 + half.bytes)
        and half.next_seq == (half.fin_seq + 1) & MASK
        and half.rst_frame == UNKNOWN
        and half.alternative_isn == UNKNOWN
        and half.unreachable_frame == UNKNOWN
        and half.fin_ack != UNKNOWN
        and half.ack != UNKNOWN
        and half.ttl != UNKNOWN
        and half.ack_frame < _LARGEST
        and half.fin_frame < _LARGEST
        and half.fin_acked_frame < _LARGEST
        and half.resent_ns is NOTHING_RESENT
        and not half.held.ranges
        and not half.gap_bytes
        and not half.retransmitted
        and not half.out_of_order
        and not half.keepalive_probes
        and not half.zero_window_probes
    )
