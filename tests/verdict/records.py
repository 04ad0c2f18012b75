"""Connections made by hand: when exchanges ran, and how the connection was opened and closed.

All times are milliseconds; `ns` turns them into what a record holds.
"""

from kacap.http.dialogue import Dialogue
from kacap.http.message import Exchange
from kacap.tcp.connection import Connection
from kacap.tcp.half import Half
from kacap.verdict.facts import Facts
from kacap.verdict.words import Side
from tests.http.made import request, response

CLIENT, SERVER = bytes((192, 0, 2, 9)), bytes((192, 0, 2, 1))


def ns(ms: float) -> int:
    """Milliseconds → nanoseconds."""
    return round(ms * 1_000_000)


def exchange(
    begin: float,
    end: float | None = None,
    *,
    says: str = "",
    cut: float | None = None,
    host: str | None = None,
    target: str = "/",
) -> Exchange:
    """A request at `begin`; its response complete at `end`, or broken off at `cut`, or never begun.

    `says` is the Connection option of the response.
    """
    asked = request(1, ns(begin), host=host, target=target)
    asked.head_complete = asked.complete = True
    made = Exchange(asked)
    last = end if cut is None else cut
    if last is not None:
        answer = response(2, ns(last), connection=(says,) if says else (), content_length=("0",))
        answer.framing, answer.head_complete, answer.complete = "length", True, cut is None
        made.response = answer
    return made


def record(
    *exchanges: Exchange,
    opened: float | None = 0,
    ready: float | None = 0,
    beyond: float = 0,
    closed: tuple[Side, float] | None = None,
    last: float = 0,
    speaks: tuple[Side, ...] = (Side.CLIENT, Side.SERVER),
    lost_in_gap: bool = False,
    switched: bool = False,
) -> Facts:
    """One connection: SYN at `opened` (None: before the capture), handshake over at `ready`, first FIN, last segment.

    `beyond` is from the SYN-ACK to the ACK of it.
    `speaks` are the sides of which the capture holds segments.
    """
    ports = (51000).to_bytes(2), (8880).to_bytes(2)
    client, server = Half(CLIENT + SERVER + b"".join(ports)), Half(SERVER + CLIENT + b"".join(reversed(ports)))
    begin = opened if opened is not None else exchanges[0].start_ns / 1_000_000 if exchanges else 0
    connection = Connection(0, client, server, ns(begin))
    connection.client = client
    if opened is not None:
        client.syn_frame, client.syn_time_ns = 1, ns(opened)
        client.last_syn_time_ns = client.syn_time_ns
        if ready is not None:
            connection.syn_ack_frame, connection.syn_ack_time_ns = 2, ns(ready - beyond)
            server.last_syn_time_ns = connection.syn_ack_time_ns
            connection.ack_frame, connection.ack_time_ns = 3, ns(ready)
    for side, half in ((Side.CLIENT, client), (Side.SERVER, server)):
        if side in speaks:
            half.window = 65535
            half.bytes = 100 * len(exchanges)
    if closed is not None:
        connection.first_close = client if closed[0] is Side.CLIENT else server
        connection.first_close_kind, connection.first_close_frame = "fin", 9
        connection.first_close_time_ns = ns(closed[1])
        client.fin_time_ns = server.fin_time_ns = ns(closed[1])
    connection.last_time_ns = ns(last)
    dialogue = Dialogue()
    for each in exchanges:
        begun = dialogue.exchanges.begin(each.request)
        begun.response = each.response
    dialogue.exchanges.settle()
    dialogue.lost_in_gap = lost_in_gap
    dialogue.switched = switched
    return Facts(connection, dialogue, client)
