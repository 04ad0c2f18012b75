"""What the closes of a client right after a response show of its pool."""

import pytest

from kacap.verdict.patterns.pools import Pool, thrown_away
from tests.verdict.heard import heard

GET = "client GET / | Host: a.example"
OK = "+1ms server 200 | Content-Length: 2 || ok"

THROWN = {
    "at once": (f"handshake\n{GET}\n{OK}\nclient closes", True),
    "a second exchange, then at once": (f"handshake\n{GET}\n{OK}\n+1s {GET}\n{OK}\nclient closes", True),
    "opened before the capture": (f"{GET}\n{OK}\nclient closes", True),
    "within a round trip more, seen from the server": (
        f"client SYN\nserver SYN ACK\n+40ms client ACK\n{GET}\n{OK}\n+45ms client closes",
        True,
    ),
    "within a round trip more, seen from the client": (f"handshake 40ms\n{GET}\n{OK}\n+45ms client closes", False),
    "later": (f"handshake\n{GET}\n{OK}\n+45ms client closes", False),
    "by the server": (f"handshake\n{GET}\n{OK}\nserver closes", False),
    "with a signal": (f"handshake\n{GET} | Connection: close\n{OK}\nclient closes", False),
    "without a response": (f"handshake\n{GET}\nclient closes", False),
    "without a request": ("handshake\nclient closes", False),
    "still open": (f"handshake\n{GET}\n{OK}", False),
    "switched": ("handshake\nclient GET / | Upgrade: x\nserver 101 | Upgrade: x\nclient closes", False),
}


@pytest.mark.parametrize(("lines", "expected"), THROWN.values(), ids=THROWN.keys())
def test_thrown_away(lines: str, expected: bool) -> None:
    assert thrown_away(heard(f"connection A\n{lines}")[0]) is expected


def bursts(size: int, kept: int, count: int) -> str:
    """Bursts of `size` requests at once, after each of which `kept` connections stay; then the client exits."""
    stay = [f"K{at}" for at in range(kept)]
    lines = [f"connection {name}" for name in stay]
    lines += [f"{name} handshake" for name in stay]
    for burst in range(count):
        fresh = [f"B{burst}C{at}" for at in range(size - kept)]
        lines += [f"+300ms {stay[0]} {GET}", *(f"{name} {GET}" for name in stay[1:])]
        lines += [f"connection {name}\n{name} handshake\n{name} {GET}" for name in fresh]
        answers = [f"{name} server 200 | Content-Length: 2 || ok" for name in (*stay, *fresh)]
        lines += [f"+20ms {answers[0]}", *answers[1:]]
        lines += [f"+10us {name} client closes" for name in fresh]
    lines += [f"+10us {name} client closes" for name in stay]
    return "\n".join(lines)


@pytest.mark.parametrize(("size", "kept", "count"), [(4, 1, 2), (6, 2, 2), (3, 2, 5), (8, 5, 3)])
def test_what_stays_after_each_burst_is_the_limit(size: int, kept: int, count: int) -> None:
    records = heard(bursts(size, kept, count))
    pool = Pool(records)
    assert pool.kept == kept
    assert pool.moments == count - 1, "the last burst ends with the process, which keeps nothing"
    assert len(pool.crowded) == (size - kept) * count


def test_what_was_dialled_ahead_waits_in_the_pool_like_the_others() -> None:
    """Two are kept each time, K and A, and B and C find no place; A was opened for a request that K then took."""
    lines = f"""connection K
K handshake
K {GET}
connection B
B handshake
B {GET}
connection A
+1ms A handshake
+20ms K server 200 | Content-Length: 2 || ok
B server 200 | Content-Length: 2 || ok
+10us B client closes
+300ms K {GET}
A {GET}
connection C
C handshake
C {GET}
+20ms K server 200 | Content-Length: 2 || ok
A server 200 | Content-Length: 2 || ok
C server 200 | Content-Length: 2 || ok
+10us C client closes
+1s A client closes
K client closes"""
    pool = Pool(heard(lines))
    assert pool.kept == 2


def test_moments_are_counted_from_their_first_close() -> None:
    """Closes 30 ms apart from each other are no single moment, however many there are."""
    lines = ["connection K", "K handshake", f"K {GET}", "+1ms K server 200 | Content-Length: 2 || ok"]
    for at in range(6):
        lines += [f"connection C{at}", f"K {GET}", f"C{at} handshake", f"C{at} {GET}"]
        lines += ["+29ms K server 200 | Content-Length: 2 || ok", f"C{at} server 200 | Content-Length: 2 || ok"]
        lines += [f"+10us C{at} client closes", "+1ms frame 00"]
    lines += ["+1s K client closes"]
    pool = Pool(heard("\n".join(lines)))
    assert pool.kept == 1
    assert pool.moments == 3


def test_one_connection_that_finds_no_place_is_no_limit() -> None:
    assert Pool(heard(bursts(2, 1, 1))).kept is None


def worn(*uses: int, every: str) -> str:
    """Connections one after the other, closed at once after as many exchanges."""
    one = f"+{every} {GET}\n{OK}"
    return "\n".join("\n".join(["connection", "handshake", *[one] * number, "client closes"]) for number in uses)


@pytest.mark.parametrize(
    ("uses", "limit"),
    [((4, 4, 4), 4), ((4, 4), None), ((4, 4, 3), None), ((4, 4, 4, 4, 3), 4), ((4, 4, 4, 5), None), ((1, 1, 1), None)],
)
def test_limit_of_requests(uses: tuple[int, ...], limit: int | None) -> None:
    assert Pool(heard(worn(*uses, every="20ms"))).requests == limit


def test_limit_of_age() -> None:
    lines = [worn(5, every="1100ms"), worn(6, every="900ms"), worn(8, every="700ms")]
    pool = Pool(heard("\n".join(lines)))
    assert pool.lifetime_ns == 5_406_000_000
    assert len(pool.outlived) == 3


@pytest.mark.parametrize("uses", [(3, 4, 6), (5, 5, 5), (3, 4)], ids=["ages differ", "one number", "too few"])
def test_no_limit_of_age(uses: tuple[int, ...]) -> None:
    assert Pool(heard(worn(*uses, every="1100ms"))).lifetime_ns is None
