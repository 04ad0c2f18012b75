"""What a connection knows of itself as a whole."""

import pytest

from kacap.tcp.connection import Connection
from kacap.tcp.half import NEVER, Half
from tests.tcp.listener import heard
from tests.tcp.script import CLIENT_PORT, OPEN, SERVER_PORT


def connection_of(said: str) -> Connection:
    (connection,) = heard(said).tracker.connections
    return connection


def key(port: int, peer_port: int) -> bytes:
    return bytes([1, 1, 1, 1, 2, 2, 2, 2]) + port.to_bytes(2) + peer_port.to_bytes(2)


def between(first_port: int, second_port: int) -> Connection:
    return Connection(0, Half(key(first_port, second_port)), Half(key(second_port, first_port)), 5)


@pytest.mark.parametrize(
    ("said", "opened_here", "established"),
    [
        ("C SYN", True, False),
        ("C SYN\n S RST ACK", True, False),
        ("C SYN\n S SYN ACK", True, True),
        (OPEN, True, True),
        ("C SYN\n S 0 hi", True, True),
        ("C SYN\n C get", True, True),
        ("S SYN ACK ack=0", True, True),
        ("C 40 get", False, True),
    ],
)
def test_opened_and_established(said: str, opened_here: bool, established: bool) -> None:
    connection = connection_of(said)
    assert (connection.opened_here, connection.established) == (opened_here, established)


@pytest.mark.parametrize(
    ("said", "frame"),
    [
        (OPEN, None),
        (OPEN + "C FIN", None),
        (OPEN + "C FIN\n S FIN", 5),
        (OPEN + "S FIN\n C\n C FIN\n S", 6),
        (OPEN + "S RST", 4),
        (OPEN + "S RST\n C RST", 4),
        (OPEN + "C FIN\n S RST", 5),
        (OPEN + "C FIN\n S FIN\n C\n S RST", 5),
        ("C SYN\n S RST ACK", 2),
    ],
)
def test_closed_with_the_second_fin_or_the_first_reset(said: str, frame: int | None) -> None:
    listener = heard(said)
    (connection,) = listener.tracker.connections
    assert connection.closed_at_ns == (NEVER if frame is None else listener.fed[frame].time_ns)


class TestSettleRoles:
    """Who is the client: the handshake, else who sends requests, else the ports."""

    def test_the_handshake_decides(self) -> None:
        connection = connection_of(OPEN)
        assert connection.settle_roles(connection.second, frozenset({CLIENT_PORT})).port == CLIENT_PORT

    def test_without_it_who_sends_requests(self) -> None:
        connection = connection_of("S 4 page")
        assert connection.settle_roles(connection.first, frozenset({SERVER_PORT})).port == SERVER_PORT

    @pytest.mark.parametrize(
        ("ports", "server_ports", "client_port"),
        [
            ((9000, 7000), {9000}, 7000),
            ((7000, 9000), {9000}, 7000),
            ((9000, 7000), {7000}, 9000),
            ((9000, 7000), {7000, 9000}, 9000),
            ((9000, 7000), {80}, 9000),
            ((7000, 9000), set(), 9000),
            ((9000, 7000), set(), 9000),
        ],
    )
    def test_then_the_ports(self, ports: tuple[int, int], server_ports: set[int], client_port: int) -> None:
        connection = between(*ports)
        assert connection.settle_roles(None, frozenset(server_ports)).port == client_port

    def test_equal_ports(self) -> None:
        connection = between(443, 443)
        assert connection.settle_roles(None, frozenset()) is connection.first

    def test_once_settled_it_stays(self) -> None:
        connection = between(9000, 7000)
        client = connection.settle_roles(None, frozenset())
        assert connection.settle_roles(client.peer, frozenset({9000})) is client
        assert connection.server is client.peer
