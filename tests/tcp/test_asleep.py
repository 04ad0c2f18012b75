"""Records are found by the key of their client, also where ports are shared, and addresses look alike."""

from hypothesis import given
from hypothesis import strategies as st

from kacap.tcp.asleep import Asleep
from kacap.tcp.packed import KEY_AT

PORTS = b"\xc0\x00\x1f\x90"
IPV4 = bytes(range(8)) + PORTS
IPV6 = bytes(24) + IPV4
"""It ends as the other key does."""


def record(key: bytes, number: int = 0) -> bytes:
    return bytes([number]) * KEY_AT + key


def test_one_at_its_port() -> None:
    asleep = Asleep()
    assert asleep.find(IPV4) is None
    one = record(IPV4)
    asleep.add(IPV4, one)
    assert asleep.find(IPV4) is one
    assert asleep.find(b"\x09" + IPV4[1:]) is None
    asleep.remove(IPV4)
    assert asleep.find(IPV4) is None


def test_a_key_that_ends_like_another_is_another() -> None:
    asleep = Asleep()
    asleep.add(IPV6, record(IPV6))
    assert asleep.find(IPV4) is None
    asleep.add(IPV4, record(IPV4))
    assert (asleep.find(IPV4), asleep.find(IPV6)) == (record(IPV4), record(IPV6))
    asleep.remove(IPV6)
    assert (asleep.find(IPV4), asleep.find(IPV6)) == (record(IPV4), None)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=60))
def test_it_is_a_table(steps: list[tuple[int, int, bool]]) -> None:
    asleep, table = Asleep(), dict[bytes, bytes]()
    for number, (host, port, adds) in enumerate(steps):
        key = bytes([host]) * 8 + bytes([0xC0, port]) + b"\x1f\x90"
        if adds and key not in table:
            table[key] = record(key, number)
            asleep.add(key, table[key])
        elif not adds and key in table:
            del table[key]
            asleep.remove(key)
        assert asleep.find(key) == table.get(key)
    for key, kept in table.items():
        assert asleep.find(key) is kept
