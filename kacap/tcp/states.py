"""Each side's final TCP state, as `netstat` on that host would have shown it (RFC 9293 section 3.3.2).

Told from the wire: a side that closes knows its FIN was received when the peer acknowledges it. A RST closes both.
What the capture cannot show (whether anybody listens behind an unanswered SYN) is None.
"""

from kacap.tcp.connection import Connection
from kacap.tcp.half import UNKNOWN, Half
from kacap.tcp.sequence import advance, distance


def final_states(connection: Connection) -> tuple[str | None, str | None]:
    """The state of the client and of the server; roles must be settled."""
    client = connection.client
    assert client is not None
    server = connection.second if client is connection.first else connection.first
    return _state(connection, client, server), _state(connection, server, client)


def _state(connection: Connection, half: Half, peer: Half) -> str | None:
    if max(half.rst_frame, peer.rst_frame) != UNKNOWN:
        return "CLOSED"
    if half.fin_frame == UNKNOWN:
        return "CLOSE_WAIT" if _received_fin(half, peer) else _open_state(connection, half, peer)
    if peer.fin_frame == UNKNOWN:
        return "FIN_WAIT_2" if _received_fin(peer, half) else "FIN_WAIT_1"
    if _closed_second(half, peer):
        return "CLOSED" if _received_fin(peer, half) else "LAST_ACK"
    if not _received_fin(half, peer):
        return "FIN_WAIT_2" if _received_fin(peer, half) else "FIN_WAIT_1"
    return "TIME_WAIT" if _received_fin(peer, half) else "CLOSING"


def _open_state(connection: Connection, half: Half, peer: Half) -> str | None:
    if connection.syn_ack_frame == UNKNOWN and half.syn_frame == peer.syn_frame == UNKNOWN:
        return "ESTABLISHED"
    if half is connection.client:
        if half.ack == UNKNOWN:
            return "ESTABLISHED" if peer.bytes else "SYN_SENT"
        return "ESTABLISHED" if peer.ack != UNKNOWN or not peer.has_spoken or peer.bytes else "SYN_RECEIVED"
    if not half.has_spoken:
        return None
    if peer.ack != UNKNOWN or half.bytes:
        return "ESTABLISHED"
    if half.syn_frame == UNKNOWN:
        return None
    return "SYN_SENT" if half.ack == UNKNOWN else "SYN_RECEIVED"


def _received_fin(half: Half, peer: Half) -> bool:
    """Whether this side acknowledged the peer's FIN."""
    return UNKNOWN not in (peer.fin_seq, half.ack) and distance(advance(peer.fin_seq, 1), half.ack) >= 0


def _closed_second(half: Half, peer: Half) -> bool:
    """Whether this side had the peer's FIN when it sent its own (a passive close)."""
    return half.fin_ack != UNKNOWN and distance(advance(peer.fin_seq, 1), half.fin_ack) >= 0
