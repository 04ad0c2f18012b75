"""Makes two halves of a connection that is plain no more."""

from typing import Final

from kacap.tcp.connection import Connection
from kacap.tcp.half import UNKNOWN, Half
from kacap.tcp.plain import Plain
from kacap.tcp.sequence import advance

_SIDE: Final = (
    "ack",
    "ack_frame",
    "base",
    "bytes",
    "fin_ack",
    "fin_acked_frame",
    "fin_acked_time_ns",
    "fin_frame",
    "fin_heard_frame",
    "fin_time_ns",
    "mark_0",
    "mark_1",
    "mark_2",
    "mark_3",
    "marked_0_ns",
    "marked_1_ns",
    "marked_2_ns",
    "marked_3_ns",
    "next_seq",
    "ttl",
    "window",
)
"""What is known of either side, as in `Half`."""

_NAMES: Final = tuple((name, "client_" + name, "server_" + name) for name in _SIDE)


def grown(plain: Plain) -> Connection:
    """The same connection as two halves, which speak to sinks of their own from here on."""
    connection = copied(plain)
    listener = plain.listener
    listener.divide()
    connection.first.sink, connection.second.sink = listener.first_sink, listener.second_sink
    return connection


def copied(plain: Plain) -> Connection:
    """The same as two halves, for reading only: the connection stays as it is."""
    client, server = Half(plain.key), Half(plain.back)
    connection = Connection(plain.stream, client, server, plain.first_time_ns)
    connection.listener = plain.listener
    connection.replaces_record = plain.replaces_record
    connection.client = client
    connection.segments = plain.segments
    connection.first_frame = plain.first_frame
    connection.last_time_ns = plain.last_time_ns
    connection.syn_ack_frame = server.syn_frame = plain.syn_ack_frame
    connection.syn_ack_time_ns = server.syn_time_ns = server.last_syn_time_ns = plain.syn_ack_time_ns
    connection.ack_frame = plain.ack_frame
    connection.ack_time_ns = plain.ack_time_ns
    client.syn_frame = plain.first_frame
    client.syn_time_ns = client.last_syn_time_ns = plain.first_time_ns
    for name, of_client, of_server in _NAMES:
        setattr(client, name, getattr(plain, of_client))
        setattr(server, name, getattr(plain, of_server))
    closer: Half | None = None
    for half in (client, server):
        if half.fin_frame != UNKNOWN:
            half.ended = True
            half.fin_seq = advance(half.next_seq, -1)
            closer = half if closer is None else closer
    if plain.server_closed_first:
        closer = server
    if closer is not None:
        connection.first_close = closer
        connection.first_close_kind = "fin"
        connection.first_close_frame = closer.fin_frame
        connection.first_close_time_ns = closer.fin_time_ns
    connection.calm = plain.ack_frame != UNKNOWN and closer is None
    return connection
