"""The final state of both sides, as RFC 9293 sections 3.3.2 and 3.6 have it and as `netstat` shows it.

A side knows only what reached it. That a segment reached the other side is known when that side acknowledges it.
"""

from typing import NamedTuple

import pytest

from kacap.tcp.states import final_states
from tests.tcp.listener import heard
from tests.tcp.script import OPEN, Script


class Ending(NamedTuple):
    name: str
    said: str
    client: str | None
    server: str | None


TALK = OPEN + "C get\n S page\n C\n"

ENDINGS = (
    # Opening
    Ending("a SYN that nobody answered", "C SYN", "SYN_SENT", None),
    Ending("SYNs that nobody answered", "C SYN\n C SYN +1s\n C SYN +3s", "SYN_SENT", None),
    Ending("a SYN and its answer", "C SYN\n S SYN ACK", "SYN_SENT", "SYN_RECEIVED"),
    Ending("only the answer to a SYN was captured", "S SYN ACK ack=0", "SYN_SENT", "SYN_RECEIVED"),
    Ending("refused", "C SYN\n S RST ACK", "CLOSED", "CLOSED"),
    Ending("a half-open port scan", "C SYN\n S SYN ACK\n C RST", "CLOSED", "CLOSED"),
    Ending(
        "refused, tried again and accepted",
        "C SYN\n S RST ACK\n C -1 SYN\n S SYN ACK\n C\n C get",
        *2 * ["ESTABLISHED"],
    ),
    Ending("refused, tried again", "C SYN\n S RST ACK\n C -1 SYN", "SYN_SENT", None),
    Ending("both open at once, and both know", "C SYN\n S SYN\n C -1 SYN ACK\n S -1 SYN ACK", *2 * ["ESTABLISHED"]),
    Ending("both open at once, neither knows", "C SYN\n S SYN", *2 * ["SYN_SENT"]),
    Ending("a SYN with data and its answer", "C SYN get\n S SYN ACK", "SYN_SENT", "SYN_RECEIVED"),
    # Open
    Ending("three-way handshake", OPEN, "ESTABLISHED", "ESTABLISHED"),
    Ending("open and talking", TALK, "ESTABLISHED", "ESTABLISHED"),
    Ending("the ACK of the handshake carries data", "C SYN\n S SYN ACK\n C get", "ESTABLISHED", "ESTABLISHED"),
    Ending("midstream", "C 40 get\n S 70 page\n C", "ESTABLISHED", "ESTABLISHED"),
    Ending("midstream, one side only", "C 40 get", "ESTABLISHED", "ESTABLISHED"),
    Ending("the SYN-ACK was not captured", "C SYN\n C ack=0\n C get ack=0\n S 0", "ESTABLISHED", "ESTABLISHED"),
    Ending("the SYN-ACK was not captured, the server spoke", "C SYN\n S 0 hi\n C", "ESTABLISHED", "ESTABLISHED"),
    Ending("only the client was captured", "C SYN\n C ack=0\n C get ack=0", "ESTABLISHED", None),
    Ending("only the client was captured, and it only acknowledged", "C SYN\n C ack=0", "ESTABLISHED", None),
    Ending("only the server was captured", "S SYN ACK ack=0\n S page ack=3", "ESTABLISHED", "ESTABLISHED"),
    Ending("a challenge ACK to a SYN tells nothing of the server", "C SYN\n S 900 ack=40", "SYN_SENT", None),
    # The client closes first
    Ending("a FIN that nobody acknowledged", TALK + "C FIN", "FIN_WAIT_1", "ESTABLISHED"),
    Ending("a FIN that was acknowledged", TALK + "C FIN\n S", "FIN_WAIT_2", "CLOSE_WAIT"),
    Ending("half-close: the server goes on", TALK + "C FIN\n S\n S more\n C", "FIN_WAIT_2", "CLOSE_WAIT"),
    Ending("half-close: data acknowledges the FIN", TALK + "C FIN\n S more", "FIN_WAIT_2", "CLOSE_WAIT"),
    Ending("closed by the client", TALK + "C FIN\n S\n S FIN\n C", "TIME_WAIT", "CLOSED"),
    Ending("closed by the client, in three segments", TALK + "C FIN\n S FIN\n C", "TIME_WAIT", "CLOSED"),
    Ending("closed by the client, the last ACK is missing", TALK + "C FIN\n S\n S FIN", "FIN_WAIT_2", "LAST_ACK"),
    Ending(
        "the last ACK is missing, the FIN comes again", TALK + "C FIN\n S FIN\n S 4 FIN +1s", "FIN_WAIT_2", "LAST_ACK"
    ),
    Ending("the FIN was sent twice", TALK + "C FIN\n C 3 FIN +1s\n S FIN\n C", "TIME_WAIT", "CLOSED"),
    Ending("closed by the client, FIN with data", TALK + "C bye FIN\n S bye FIN\n C", "TIME_WAIT", "CLOSED"),
    # The server closes first
    Ending("the server's FIN that nobody acknowledged", TALK + "S FIN", "ESTABLISHED", "FIN_WAIT_1"),
    Ending("the client leaks the connection", TALK + "S FIN\n C", "CLOSE_WAIT", "FIN_WAIT_2"),
    Ending("closed by the server", TALK + "S FIN\n C FIN\n S", "CLOSED", "TIME_WAIT"),
    Ending("closed by the server, late", TALK + "S FIN\n C\n C FIN +60s\n S", "CLOSED", "TIME_WAIT"),
    Ending("closed by the server, the last ACK is missing", TALK + "S FIN\n C FIN", "LAST_ACK", "FIN_WAIT_2"),
    # Both close at once
    Ending("both close at once, nothing is acknowledged", TALK + "C FIN\n S FIN ack=3", "FIN_WAIT_1", "FIN_WAIT_1"),
    Ending("both close at once, the client has both", TALK + "C FIN\n S FIN ack=3\n C", "CLOSING", "FIN_WAIT_2"),
    Ending("both close at once, the server has both", TALK + "C FIN\n S FIN ack=3\n S", "FIN_WAIT_2", "CLOSING"),
    Ending("both close at once, all is acknowledged", TALK + "C FIN\n S FIN ack=3\n C\n S", "TIME_WAIT", "TIME_WAIT"),
    # Resets
    Ending("reset by the server", TALK + "S RST", "CLOSED", "CLOSED"),
    Ending("reset by the client with an ACK", TALK + "C RST ACK", "CLOSED", "CLOSED"),
    Ending("a FIN answered with a reset", TALK + "C FIN\n S RST ACK", "CLOSED", "CLOSED"),
    Ending("closed, then reset", TALK + "S FIN\n C\n C RST ACK", "CLOSED", "CLOSED"),
    # Midstream
    Ending("midstream, closed by the client", "C 40 get\n S 70 page\n C FIN\n S FIN\n C", "TIME_WAIT", "CLOSED"),
    Ending("midstream, only the FINs", "S 70 FIN ack=43\n C 43 FIN\n S", "CLOSED", "TIME_WAIT"),
    Ending("midstream, left half closed", "S 70 FIN ack=43\n C 43", "CLOSE_WAIT", "FIN_WAIT_2"),
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
@pytest.mark.parametrize("isn", [1000, 0xFFFFFFFF - 3])
def test_final_states(ending: Ending, isn: int) -> None:
    listener = heard(ending.said, script=Script(client_isn=isn, server_isn=isn))
    (connection,) = listener.tracker.connections
    connection.settle_roles(None, frozenset({80}))
    assert final_states(connection) == (ending.client, ending.server)


def test_a_lost_tail_does_not_change_the_states() -> None:
    listener = heard(OPEN + "C get\n S page\n C ack=9\n S 9 FIN\n C\n C FIN\n S")
    assert final_states(listener.tracker.connections[0]) == ("CLOSED", "TIME_WAIT")


def test_a_frame_seen_twice_does_not_change_the_states() -> None:
    listener = heard(TALK + "C FIN\n C again\n S FIN\n S again\n C\n C again")
    assert final_states(listener.tracker.connections[0]) == ("TIME_WAIT", "CLOSED")


def test_the_order_of_the_frames_does_not_change_the_states() -> None:
    listener = heard(TALK + "S FIN ack=4\n C 3 FIN ack=4\n C 4 ack=5")
    assert final_states(listener.tracker.connections[0]) == ("TIME_WAIT", "CLOSED")
