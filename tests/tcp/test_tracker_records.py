"""What the tracker notes of each connection: roles, the first close, its number, its accounts."""

import pytest

from kacap.tcp import tracker as tracker_module
from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, UNKNOWN, Half
from kacap.tcp.tracker import Tracker
from kacap.wire.quoted import Quoted
from kacap.wire.segment import ACK, SYN, Segment, Skipped
from tests.tcp.listener import Listener
from tests.tcp.script import CLIENT_ISN, CLIENT_PORT, OPEN, SERVER_PORT, Script


class TestRoles:
    """Who is the client, and when the connection was opened."""

    def test_who_sent_the_syn(self, listener: Listener) -> None:
        listener.say(OPEN)
        connection = only(listener)
        assert port_of(connection.client) == CLIENT_PORT
        assert port_of(connection.server) == SERVER_PORT
        assert frames(connection) == (1, 2, 3)
        assert connection.opened_here

    def test_times_of_the_handshake(self, listener: Listener) -> None:
        begin = listener.script.time_ns
        listener.say("C SYN +1s\n S SYN ACK +20ms\n C +1ms")
        connection = only(listener)
        assert connection.client is not None
        assert connection.client.syn_time_ns == begin + 10**9
        assert connection.syn_ack_time_ns == begin + 1_020_000_000
        assert connection.ack_time_ns == begin + 1_021_000_000

    def test_the_first_syn_counts(self, listener: Listener) -> None:
        listener.say("C SYN\n C SYN +1s\n S SYN ACK\n S SYN ACK\n C\n C")
        assert frames(only(listener)) == (1, 3, 5)

    def test_of_repeated_ones_the_last_before_the_answer(self, listener: Listener) -> None:
        begin = listener.script.time_ns
        listener.say("C SYN +0s\n C SYN +1s\n S SYN ACK +20ms\n C SYN +1s\n S SYN ACK +20ms\n C +1ms\n S SYN ACK +1s")
        client = only(listener).client
        assert client is not None
        assert client.last_syn_time_ns == begin + 10**9
        assert client.peer.last_syn_time_ns == begin + 2_040_000_000

    def test_who_received_the_syn_ack(self, listener: Listener) -> None:
        listener.say("S SYN ACK ack=0\n C")
        connection = only(listener)
        assert port_of(connection.client) == CLIENT_PORT
        assert frames(connection) == (UNKNOWN, 1, 2)
        assert connection.opened_here

    def test_the_syn_may_come_after_its_answer(self, listener: Listener) -> None:
        listener.say("S SYN ACK ack=0\n C SYN\n C")
        connection = only(listener)
        assert port_of(connection.client) == CLIENT_PORT
        assert frames(connection) == (2, 1, 3)

    def test_who_sent_the_first_syn_when_both_did(self, listener: Listener) -> None:
        listener.say("C SYN\n S SYN\n C -1 SYN ACK\n S -1 SYN ACK")
        assert port_of(only(listener).client) == CLIENT_PORT

    def test_midstream_it_stays_open(self, listener: Listener) -> None:
        listener.say("C 70 get\n S 90 page")
        connection = only(listener)
        assert not connection.opened_here
        assert connection.client is None
        assert connection.server is None
        assert frames(connection) == (UNKNOWN, UNKNOWN, UNKNOWN)

    def test_an_ack_with_data_ends_the_handshake(self, listener: Listener) -> None:
        listener.say("C SYN\n S SYN ACK\n C get")
        assert only(listener).ack_frame == 3

    def test_a_reset_does_not_end_the_handshake(self, listener: Listener) -> None:
        listener.say("C SYN\n S SYN ACK\n C RST ACK")
        assert only(listener).ack_frame == UNKNOWN


class TestFirstClose:
    """The first FIN or RST on the wire; nothing is said of why."""

    @pytest.mark.parametrize(
        ("said", "port", "kind", "frame"),
        [
            ("C FIN\n S FIN", CLIENT_PORT, "fin", 4),
            ("S FIN\n C FIN", SERVER_PORT, "fin", 4),
            ("C get\n S RST", SERVER_PORT, "rst", 5),
            ("S page FIN\n C RST", SERVER_PORT, "fin", 4),
            ("S FIN\n S 0 FIN +1s", SERVER_PORT, "fin", 4),
            ("S FIN RST", SERVER_PORT, "fin", 4),
        ],
    )
    def test_first_close(self, listener: Listener, said: str, port: int, kind: str, frame: int) -> None:
        listener.say(OPEN + said)
        connection = only(listener)
        assert port_of(connection.first_close) == port
        assert (connection.first_close_kind, connection.first_close_frame) == (kind, frame)
        assert connection.first_close_time_ns == listener.fed[frame].time_ns

    def test_nobody_closed(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n S page")
        connection = only(listener)
        assert (connection.first_close, connection.first_close_kind) == (None, "")
        assert (connection.first_close_frame, connection.closed_at_ns) == (UNKNOWN, NEVER)

    def test_a_refusal_that_was_overcome_closes_nothing(self, listener: Listener) -> None:
        """Windows sends a refused SYN twice more, half a second apart; a server that starts meanwhile accepts it."""
        listener.say("C SYN\n S RST ACK\n C -1 SYN +500ms\n S SYN ACK\n C\n C get\n S page")
        connection = only(listener)
        assert connection.first_close is None
        assert connection.closed_at_ns == NEVER

    def test_frames_of_the_fins_and_resets(self, listener: Listener) -> None:
        listener.say(OPEN + "C FIN\n S FIN\n C RST\n S RST")
        connection = only(listener)
        assert (connection.first.fin_frame, connection.second.fin_frame) == (4, 5)
        assert (connection.first.rst_frame, connection.second.rst_frame) == (6, 7)
        assert connection.first.rst_time_ns == listener.fed[6].time_ns


class TestNumbers:
    """`stream` is Wireshark's `tcp.stream`."""

    def test_in_order_of_the_first_segment(self, listener: Listener) -> None:
        listener.say("C SYN\n C1 SYN\n S SYN ACK\n C2 SYN\n C1 SYN +1s")
        assert [port_of(each.client) - CLIENT_PORT for each in listener.tracker.connections] == [0, 1, 2]
        assert [each.stream for each in listener.tracker.connections] == [0, 1, 2]

    def test_connections_do_not_mix(self, listener: Listener) -> None:
        listener.say("C SYN\n C1 SYN\n S SYN ACK\n S1 SYN ACK\n C one\n C1 two\n S1 yes\n S no")
        assert listener.take() == "C:one 1C:two 1S:yes S:no"

    def test_addresses_and_ports(self, listener: Listener) -> None:
        listener.say(OPEN)
        connection = only(listener)
        assert (connection.first.address, connection.first.port) == (bytes([192, 0, 2, 9]), CLIENT_PORT)
        assert (connection.second.address, connection.second.port) == (bytes([198, 51, 100, 1]), SERVER_PORT)
        assert connection.first.peer is connection.second
        assert connection.second.peer is connection.first

    def test_a_quoted_header_takes_its_number(self, listener: Listener) -> None:
        listener.tracker.number(quoted(listener.script.key("C1"), CLIENT_ISN))
        listener.say("C SYN\n S1 SYN ACK\n C1 \n C2 SYN")
        assert [(each.stream, port_of(each.first), port_of(each.second)) for each in listener.tracker.connections] == [
            (1, CLIENT_PORT, SERVER_PORT),
            (0, SERVER_PORT, CLIENT_PORT + 1),
            (2, CLIENT_PORT + 2, SERVER_PORT),
        ]

    def test_a_quoted_header_of_a_known_connection_takes_none(self, listener: Listener) -> None:
        listener.say("C SYN")
        listener.tracker.number(quoted(listener.script.key("C"), CLIENT_ISN))
        listener.tracker.number(quoted(listener.script.key("S"), 77, ACK))
        listener.say("C1 SYN")
        assert [each.stream for each in listener.tracker.connections] == [0, 1]

    def test_a_quoted_header_takes_one_number_however_often(self, listener: Listener) -> None:
        for name in ("C", "S", "C", "C"):
            listener.tracker.number(quoted(listener.script.key(name), CLIENT_ISN))
        listener.say("C1 SYN")
        assert [each.stream for each in listener.tracker.connections] == [1]

    def test_a_quoted_syn_with_another_isn_ends_the_old_connection(self, listener: Listener) -> None:
        listener.say(OPEN + "C get")
        listener.tracker.number(quoted(listener.script.key("C"), 70_000))
        listener.say("C1 SYN\n C SYN isn=70000\n S SYN ACK isn=80000\n C got")
        assert listener.take() == "C:get 1C:got"
        assert listener.tracker.connections[0].finished

    def test_a_quoted_header_from_an_endpoint_to_itself(self, listener: Listener) -> None:
        own = bytes([192, 0, 2, 9] * 2) + (80).to_bytes(2, "big") * 2
        listener.tracker.number(quoted(own, 1))
        listener.feed(bare_syn(1, own, 2))
        listener.tracker.number(quoted(own, 3))
        listener.say("C SYN")
        assert [each.stream for each in listener.tracker.connections] == [0, 2]


class TestLimit:
    """No more connections are kept than MAX_CONNECTIONS."""

    def test_further_connections_are_counted_and_not_followed(
        self, monkeypatch: pytest.MonkeyPatch, listener: Listener
    ) -> None:
        monkeypatch.setattr(tracker_module, "MAX_CONNECTIONS", 2)
        listener.say("C SYN\n C1 SYN\n C2 SYN\n S2 SYN ACK\n C2 get\n S SYN ACK\n C get")
        assert len(listener.tracker.connections) == 2
        assert listener.tracker.untracked == 3
        assert listener.take() == "C:get"

    def test_a_new_connection_on_a_known_pair_of_ports_does_not_speak_for_the_old(
        self, monkeypatch: pytest.MonkeyPatch, listener: Listener
    ) -> None:
        monkeypatch.setattr(tracker_module, "MAX_CONNECTIONS", 1)
        listener.say(OPEN + "C get\n C SYN isn=1002\n S SYN ACK isn=5002\n C abcdef\n S uvwxyz")
        assert listener.take() == "C:get"
        assert listener.tracker.untracked == 4

    def test_what_all_connections_hold_is_limited(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        """What has lain longest is released; what was released and what is held is accounted for."""
        monkeypatch.setattr(tracker_module, "HELD_BYTES_IN_ALL", 8)
        listener.say("C SYN\nS SYN ACK\nC\nC1 SYN\nS1 SYN ACK\nC1\n C 2 abcd\n C1 2 efgh")
        assert listener.take() == ""
        listener.say("C1 8 ij")
        assert listener.take() == "C:GAP(2) C:abcd"
        assert listener.tracker.limits_hit == 1
        listener.say("C1 0 cd\n C1 6 xy")
        assert listener.take() == "1C:cd 1C:efgh 1C:xy 1C:ij"

    def test_quoted_headers_are_limited_too(self, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
        monkeypatch.setattr(tracker_module, "MAX_CONNECTIONS", 4)
        for number in range(20):
            listener.tracker.number(quoted(listener.script.key(f"C{number}"), CLIENT_ISN))
        listener.say("C SYN\n S SYN ACK\n C get")
        assert listener.take() == "C:get"


class TestAccounts:
    """What is counted of a connection as a whole."""

    def test_times(self, listener: Listener) -> None:
        listener.say("C SYN +1s")
        begin = listener.script.time_ns
        listener.say("S SYN ACK +1s\n C\n C get +-10s\n")
        connection = only(listener)
        assert connection.first_time_ns == begin
        assert connection.last_time_ns == begin + 1_000_100_000

    def test_bytes_and_segments(self, listener: Listener) -> None:
        listener.say(OPEN + "C get\n C again\n C 0 get +1s\n S page\n S 9 more ack=3\n C ack=13\n C ack=13 +2s")
        listener.finish()
        connection = only(listener)
        assert (connection.first.bytes, connection.second.bytes, connection.second.gap_bytes) == (3, 8, 5)
        assert connection.segments == 10
        assert connection.duplicate_frames == listener.tracker.duplicate_frames == 1

    def test_finish_ends_everything_once(self, listener: Listener) -> None:
        listener.say("C SYN\n C1 SYN\n C1 SYN isn=70000\n C2 70 get")
        listener.finish()
        assert [each.finished for each in listener.tracker.connections] == [True] * 4
        assert [ear.finished for ear in listener.ears.values()] == [1] * 8

    def test_nobody_listens(self) -> None:
        """The sinks that a half has by default take everything."""
        tracker = Tracker(lambda connection: None)
        for segment in Script().segments(OPEN + "C get seen=1\n S 2 page\n C ack=6\n S FIN\n C FIN\n S"):
            tracker.feed(segment)
        tracker.finish()
        assert [each.finished for each in tracker.connections] == [True]

    def test_an_endpoint_that_talks_to_itself(self, listener: Listener) -> None:
        """Both directions have one key (a SYN flood of this kind was called LAND)."""
        own = bytes([192, 0, 2, 9] * 2) + (80).to_bytes(2, "big") * 2
        for frame in range(1, 5):
            listener.feed(bare_syn(frame, own, frame))
        assert len(listener.tracker.connections) == 4


def only(listener: Listener) -> Connection:
    (connection,) = listener.tracker.connections
    return connection


def port_of(half: Half | None) -> int:
    assert half is not None
    return half.port


def frames(connection: Connection) -> tuple[int, int, int]:
    """The frames of the SYN, the SYN-ACK and the ACK."""
    assert connection.client is not None or connection.syn_ack_frame == UNKNOWN
    syn = UNKNOWN if connection.client is None else connection.client.syn_frame
    return syn, connection.syn_ack_frame, connection.ack_frame


def quoted(key: bytes, seq: int, flags: int = SYN) -> Quoted:
    return Quoted(0, 0, key, seq, flags, Skipped("icmp"))


def bare_syn(frame: int, key: bytes, seq: int) -> Segment:
    return Segment(frame, frame * 10**9, key, seq, 0, SYN, 500, frame, b"", 0, 0, 0)
