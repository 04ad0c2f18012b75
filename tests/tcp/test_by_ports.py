"""Plain connections stand at the sum of their ports; where two have the same, neither is taken for the other."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kacap.tcp.by_ports import ByPorts
from kacap.tcp.plain import Plain
from kacap.verdict.words import Side
from kacap.wire.key import numbers_of, reverse
from kacap.wire.segment import SYN, Segment
from tests.dialogue import Dialogue
from tests.properties.reading import report

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ENDS = [("192.0.2.9", 50000), ("192.0.2.9", 8880), ("192.0.2.8", 50000), ("192.0.2.9", 50000 - 0x4000)]
"""Clients whose ports, with those of their server, have the same sum, as far as it is looked at; and others."""


def plain(key: bytes) -> Plain:
    return Plain(0, reverse(key), Segment(key=key, flags=SYN, window=500))


def key_of(client: tuple[str, int], server: tuple[str, int]) -> bytes:
    addresses = b"".join(bytes(map(int, address.split("."))) for address, _ in (client, server))
    return addresses + client[1].to_bytes(2) + server[1].to_bytes(2)


@given(st.lists(st.tuples(st.sampled_from(ENDS), st.sampled_from((8880, 8880 + 0x4000, 50000)), st.booleans())))
def test_it_holds_what_it_took(steps: list[tuple[tuple[str, int], int, bool]]) -> None:
    by_ports, table = ByPorts(), dict[bytes, Plain]()
    for client, port, adds in steps:
        key = key_of(client, ("198.51.100.1", port))
        if adds and key not in table:
            one = plain(key)
            if by_ports.add(one):
                table[key] = one
        elif not adds and key in table:
            assert by_ports.remove(table.pop(key))
            assert not by_ports.remove(plain(key))
        for known in {key_of(end, ("198.51.100.1", port)) for end in ENDS}:
            found = by_ports.find(known)
            assert found is table.get(known) is by_ports.find(reverse(known))
            assert found is None or by_ports.has(found)
        assert {id(one) for one in by_ports.all()} == {id(one) for one in table.values()}


def test_there_is_no_place_for_ipv6() -> None:
    by_ports = ByPorts()
    key = bytes(range(36))
    assert not by_ports.add(plain(key))
    assert by_ports.find(key) is None
    assert by_ports.all() == []


@given(st.binary(min_size=12, max_size=12) | st.binary(min_size=36, max_size=36))
def test_keys(key: bytes) -> None:
    width = (len(key) - 4) // 2
    back = reverse(key)
    assert back == key[width : 2 * width] + key[:width] + key[-2:] + key[-4:-2]
    assert reverse(back) == key
    if len(key) == 12:
        addresses, ports = map(int, numbers_of(key))
        assert addresses.to_bytes(8, signed=True) + ports.to_bytes(4) == key


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), min_size=1, max_size=40),
    st.sampled_from((None, 7)),
)
@example([(0, False, False), (2, False, False), (2, False, False)], None)
@example([(0, False, False), (2, False, False), (2, True, False)], None)
@settings(deadline=None)
def test_who_shares_a_place_is_heard_by_itself(steps: list[tuple[int, bool, bool]], vlan: int | None) -> None:
    """Each step is of one of some connections, all with the same numbers: opened, then heard, then closed."""
    dialogue = Dialogue()
    open_ones, said, closed, opened = {}, list[int](), list[bool](), [0] * 6
    for number, ends, tagged in steps:
        dialogue.wait(1_000_000)
        if number not in open_ones:
            client, port = ENDS[number % 4]
            opened[number] += 1
            connection = dialogue.connection(
                client=client,
                client_port=port,
                server="198.51.100.1",
                server_port=8880 + 0x4000 * (number // 4),
                isn=(1_000_000 * opened[number], 9_000_000 * opened[number]),
            )
            connection.vlan = vlan
            connection.handshake(1_000_000)
            open_ones[number] = connection, len(said)
            said.append(0)
            closed.append(False)
            continue
        connection, stream = open_ones[number]
        connection.vlan = vlan if tagged else None
        if ends:
            connection.close(Side.SERVER)
            closed[stream] = True
            del open_ones[number]
        else:
            connection.send(Side.CLIENT, GET)
            connection.send(Side.SERVER, OK)
            said[stream] += 1
    found = report(dialogue.frames)
    assert [len(connection.exchanges) for connection in found.connections] == said
    assert [connection.end.first_close is not None for connection in found.connections] == closed
    assert found.capture.tcp_segments == len(dialogue.frames)
