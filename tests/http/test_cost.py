"""Hostile bytes cost no more than their number: twice as many take at most about twice the work.

Function calls are counted. What happens inside one call is timed, small against four times larger: what is linear takes
four times as long, what is quadratic sixteen times.
"""

import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest

from kacap.http import parse
from kacap.http.dialogue import MAX_INTERIM, MAX_WAITING, Dialogue
from kacap.http.head import REQUEST_LINE, STATUS_LINE, head_end, may_begin_head, parse_fields
from kacap.http.parse import MAX_HEAD_BYTES
from kacap.http.reader import MessageReader, read_both


def calls(act: Callable[[], object]) -> int:
    """How many Python and C functions `act` calls."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def pair() -> tuple[MessageReader, MessageReader]:
    return read_both(Dialogue())


def feed_bytes(data: bytes) -> None:
    reader, _ = pair()
    for at in range(len(data)):
        reader.chunk(data, at, at + 1, 0, at, at)


def long_head(size: int) -> bytes:
    return b"GET / HTTP/1.1\r\nX: " + b"x" * size


SINGLE_BYTES = [
    ("a head", long_head),
    ("a start line", lambda size: b"GET /" + b"x" * size),
    ("a status line", lambda size: b"HTTP/1.1 200 " + b"x" * size),
    ("header lines", lambda size: b"GET / HTTP/1.1\r\n" + b"a:\n" * (size // 3)),
    ("folded lines", lambda size: b"GET / HTTP/1.1\r\n" + b"\n " * (size // 2)),
    ("blank lines", lambda size: b"\n" * size),
    ("chunks", lambda size: b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n" + b"1\nx\n" * (size // 4)),
    ("trailers", lambda size: b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\n" + b"a:b\n" * (size // 4)),
    ("requests", lambda size: b"A B HTTP/1.1\n\n" * (size // 14)),
    ("responses", lambda size: b"HTTP/1.1 204\n\n" * (size // 14)),
    ("interim responses", lambda size: b"HTTP/1.1 100\n\n" * (size // 14)),
    ("junk", lambda size: b"\0" * size),
]


@pytest.mark.parametrize("make", [row[1] for row in SINGLE_BYTES], ids=[row[0] for row in SINGLE_BYTES])
def test_calls_in_single_bytes(make: Callable[[int], bytes]) -> None:
    small = calls(lambda: feed_bytes(make(4000)))
    large = calls(lambda: feed_bytes(make(8000)))
    assert large < 2.2 * small + 100


def test_an_unfinished_start_line_is_judged_within_its_first_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = 0

    def may_begin(data: bytes | bytearray) -> bool:
        nonlocal judged
        judged += len(data)
        return may_begin_head(data)

    monkeypatch.setattr(parse, "may_begin_head", may_begin)
    feed_bytes(b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n" + b"y" * 20_000)
    assert 0 < judged < 100 * 100


def seconds(act: Callable[[], object]) -> float:
    """CPU time, the best of three: what other programs do meanwhile does not count."""
    best = 1e9
    for _ in range(3):
        began = time.thread_time()
        act()
        best = min(best, time.thread_time() - began)
    return best


def growth(act: Callable[[int], Callable[[], object]], small: int) -> float:
    """How much longer 16 times as much takes; the least of five, since other programs run beside this one."""
    return min(seconds(act(16 * small)) / max(seconds(act(small)), 1e-4) for _ in range(5))


TOLERATED = 80
"""Between 16, which is linear, and 256, which is quadratic: far from both, so that no noise decides."""


HEADERS = [
    ("spaces and no colon", lambda size: b"a" + b" " * size + b"b"),
    ("tabs and no colon", lambda size: b"a\t" * (size // 2)),
    ("spaces before the colon", lambda size: b"a" + b" " * size + b":"),
    ("spaces in the value", lambda size: b"Host:" + b" " * size + b"x" + b" " * size),
    ("CR", lambda size: b"Host: a" + b"\r" * size + b"b"),
    ("folded", lambda size: b"Connection: a" + b"\n ,a" * (size // 4)),
    ("folded and empty", lambda size: b"Connection:" + b"\n " * (size // 2)),
    ("no colon in many lines", lambda size: b"a a\n" * (size // 4)),
    ("many lines", lambda size: b"Connection:a\n" * (size // 13)),
    ("commas", lambda size: b"Connection: " + b"," * size),
    ("commas in lengths", lambda size: b"Content-Length: " + b"5," * (size // 2)),
    ("keep-alive members", lambda size: b"Keep-Alive: " + b"max=1," * (size // 6)),
    ("quotes", lambda size: b'Keep-Alive: max="' + b'"' * size),
]


@pytest.mark.parametrize("make", [row[1] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_headers_are_read_once(make: Callable[[int], bytes]) -> None:
    def act(size: int) -> Callable[[], object]:
        head = b"GET / HTTP/1.1\r\n" + make(size) + b"\r\n\r\n"
        return lambda: parse_fields(head)

    assert growth(act, 2_000) < TOLERATED


LINES = [
    ("spaces", lambda size: b"GET " + b" " * size),
    ("spaces after the target", lambda size: b"GET /" + b" " * size + b"x"),
    ("many words", lambda size: b"GET " + b"x " * (size // 2)),
    ("many versions", lambda size: b"GET " + b"x HTTP/1.1 " * (size // 11) + b"x"),
    ("many versions, no blank", lambda size: b"GET " + b" HTTP/1.1" * (size // 9) + b"x"),
    ("CR", lambda size: b"GET / HTTP/1.1" + b"\r" * size + b"x"),
    ("blanks and CR", lambda size: b"GET / HTTP/1.1" + b" " * size + b"\r" * size + b"x"),
    ("tokens", lambda size: b"G" * size),
    ("H", lambda size: b"HTTP/1.1 " + b" " * size),
    ("status and CR", lambda size: b"HTTP/1.1 200" + b"\r" * size + b"x"),
    ("status and reason", lambda size: b"HTTP/1.1 200 " + b"\r" * size),
    ("line ends", lambda size: b"\n\rx" * (size // 3)),
]


@pytest.mark.parametrize("make", [row[1] for row in LINES], ids=[row[0] for row in LINES])
def test_start_lines_are_read_once(make: Callable[[int], bytes]) -> None:
    def act(size: int) -> Callable[[], object]:
        line = make(size)

        def read() -> None:
            for data in (line, line + b"\n"):
                REQUEST_LINE.match(data)
                STATUS_LINE.match(data)
                may_begin_head(data)
                head_end(data, 0, len(data))

        return read

    assert growth(act, 5_000) < TOLERATED


def test_junk_behind_each_of_many_responses() -> None:
    def act(count: int) -> Callable[[], object]:
        answer = b"HTTP/1.1 200 x\nContent-Length: 0\n\n"

        def read() -> None:
            _, server = pair()
            for frame in range(count):
                server.chunk(answer, 0, len(answer), 0, frame, frame)
                server.chunk(b"junk", 0, 4, 0, frame, frame)

        return read

    assert growth(act, 2_000) < TOLERATED


def test_an_interim_flood_is_bounded_in_memory() -> None:
    dialogue = Dialogue()
    client, server = read_both(dialogue)
    client.chunk(b"GET / HTTP/1.1\n\n", 0, 16, 0, 1, 1)
    data = b"HTTP/1.1 100\n\n" * 20_000
    server.chunk(data, 0, len(data), 0, 2, 2)
    assert 0 < len(dialogue.exchanges[0].informational) <= MAX_INTERIM


def test_a_head_without_end_is_not_held() -> None:
    reader, _ = pair()
    reader.chunk(b"GET / HTTP/1.1\r\n", 0, 16, 0, 1, 1)
    block = b"x" * 65_536
    for frame in range(2, 100):
        reader.chunk(block, 0, len(block), 0, frame, frame)
    assert reader.lost_bytes > 98 * 65_536 - MAX_HEAD_BYTES - 2 * 65_536


def test_waiting_requests_are_bounded() -> None:
    dialogue = Dialogue()
    client, _ = read_both(dialogue)
    data = b"A B HTTP/1.1\n\n" * (MAX_WAITING + 10)
    client.chunk(data, 0, len(data), 0, 1, 1)
    assert sum(exchange.response_lost for exchange in dialogue.exchanges) == 10
