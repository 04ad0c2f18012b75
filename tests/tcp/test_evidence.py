"""What is noted for those who ask why a connection ended: acknowledged FINs, resent bytes, RSTs, ports used again."""

import pytest

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.tracker import Tracker
from tests.tcp.listener import Listener
from tests.tcp.script import OPEN, Script


def halves(listener: Listener, stream: int = 0) -> tuple[Half, Half]:
    """Client and server of a connection that was opened here."""
    connection = listener.tracker.connections[stream]
    assert connection.client is not None
    return connection.client, connection.client.peer


def last(listener: Listener) -> Connection:
    return listener.tracker.connections[-1]


class TestFinAcknowledged:
    """When the peer's ACK first covered a FIN."""

    def test_by_a_bare_ack(self, listener: Listener) -> None:
        listener.say(OPEN + "S FIN\n C +40ms\n C +1s abc")
        server = halves(listener)[1]
        assert (server.fin_frame, server.fin_acked_frame) == (4, 5)
        assert server.fin_acked_time_ns - server.fin_time_ns == 40_000_000

    def test_by_what_the_peer_says_next(self, listener: Listener) -> None:
        listener.say(OPEN + "S FIN\n C abc")
        assert halves(listener)[1].fin_acked_frame == 5

    def test_not_by_an_ack_of_what_came_before_it(self, listener: Listener) -> None:
        listener.say(OPEN + "S page FIN\n C ack=4\n C abc ack=4")
        server = halves(listener)[1]
        assert (server.fin_acked_frame, server.fin_acked_time_ns) == (UNKNOWN, NEVER)

    def test_a_fin_that_is_captured_after_its_ack(self, listener: Listener) -> None:
        listener.say(OPEN + "C ack=1\n S FIN")
        assert halves(listener)[1].fin_acked_frame == 5


class TestHeard:
    """What a side had received when it closed: the frame with which it last acknowledged something new."""

    @pytest.mark.parametrize(
        ("said", "fin"),
        [
            ("C get\n S\n S FIN", 5),
            ("C get\n S page\n C\n C +1s more\n S FIN ack=3", 5),
            ("C get\n S page\n C\n C +1s more\n S FIN", 8),
        ],
        ids=["acknowledged before", "crossing", "acknowledged by the FIN"],
    )
    def test_at_its_fin(self, listener: Listener, said: str, fin: int) -> None:
        listener.say(OPEN + said)
        assert halves(listener)[1].fin_heard_frame == fin

    def test_at_its_rst(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S\n C more\n S RST ACK ack=3")
        server = halves(listener)[1]
        assert (server.rst_heard_frame, server.rst_frame) == (5, 7)

    def test_a_rst_without_ack_flag_acknowledges_nothing(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S RST")
        server = halves(listener)[1]
        assert (server.rst_ack, server.rst_heard_frame) == (UNKNOWN, 2)

    def test_what_the_rst_acknowledges(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S RST ACK")
        client, server = halves(listener)
        assert server.rst_ack == client.next_seq


class TestResent:
    """Bytes that are sent again while the peer acknowledges nothing."""

    def test_each_time_is_noted(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n C 0 get +200ms\n C 0 get +400ms")
        client = halves(listener)[0]
        assert [time_ns - client.resent_ns[0] for time_ns in client.resent_ns] == [0, 400_000_000]

    def test_together_with_more(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n C 0 getmore +200ms")
        assert len(halves(listener)[0].resent_ns) == 1

    def test_an_acknowledgement_of_anything_new_ends_it(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n C 0 get +200ms\n S ack=2")
        assert halves(listener)[0].resent_ns == []

    def test_what_was_acknowledged_does_not_count(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S\n C 0 get +200ms")
        client = halves(listener)[0]
        assert (client.resent_ns, client.retransmitted) == ([], 1)

    def test_of_very_many_the_first_and_the_last_are_kept(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n" + "C 0 get +1s\n" * 50)
        resent = halves(listener)[0].resent_ns
        assert len(resent) == 16
        assert resent[1] - resent[0] == 10**9
        assert resent[-1] - resent[0] == 49 * 10**9


class TestPortsUsedAgain:
    """A connection on the addresses and ports of an earlier one."""

    def test_it_knows_the_earlier_one(self, listener: Listener) -> None:
        listener.say(OPEN + "C FIN\n S FIN\n C\n C SYN isn=99000\n S SYN ACK isn=77000\n C")
        first, second = listener.tracker.connections
        assert second.replaces is first
        assert first.replaces is None
        assert first.closed_at_ns != NEVER

    def test_a_syn_that_is_sent_again_replaces_nothing(self, listener: Listener) -> None:
        listener.say("C SYN\n C SYN +1s")
        assert [connection.replaces for connection in listener.tracker.connections] == [None]

    def test_another_port_replaces_nothing(self, listener: Listener) -> None:
        listener.say(OPEN + "C1 SYN isn=4000")
        assert last(listener).replaces is None

    def test_the_ack_of_an_earlier_connection_is_a_challenge(self, listener: Listener) -> None:
        listener.say(OPEN + "C SYN isn=99000\n S 40 ack=-500\n C RST")
        connection = last(listener)
        assert connection.challenge_frame == 5
        assert connection.client is not None
        assert connection.client.gap_bytes == 0
        assert not connection.established

    def test_after_it_the_connection_may_be_established(self, listener: Listener) -> None:
        listener.say(
            OPEN + "C SYN isn=99000\n S 40 ack=-500\n C RST\n C -1 SYN +1s\n S SYN ACK isn=88000 ack=0\n C\n C get"
        )
        connection = last(listener)
        assert connection.established
        assert connection.first_close is None
        assert connection.client is not None
        assert connection.client.bytes == 3

    @pytest.mark.parametrize("said", [OPEN + "C get\n S", "C SYN\n S ack=0", "C get\n S"])
    def test_no_other_ack_is_one(self, listener: Listener, said: str) -> None:
        listener.say(said)
        assert last(listener).challenge_frame == UNKNOWN


class TestTimeToLive:
    """Where packets come from, as far as their time to live tells."""

    def test_of_the_last_segment_and_of_the_rst(self) -> None:
        tracker = Tracker(lambda connection: None)
        segments = Script().segments(OPEN + "S page\n S RST ACK\n S RST")
        for segment, ttl in zip(segments, (64, 50, 64, 51, 63, 99), strict=True):
            segment.ttl = ttl
            tracker.feed(segment)
        client = tracker.connections[0].client
        assert client is not None
        server = client.peer
        assert (client.ttl, client.rst_ttl) == (64, UNKNOWN)
        assert (server.ttl, server.rst_ttl) == (51, 63)
