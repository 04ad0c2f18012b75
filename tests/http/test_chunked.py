"""The chunked coding: RFC 9112 section 7.1, whole, cut anywhere, and with holes."""

import pytest

from kacap.http.chunked import BROKEN, DATA, DATA_END, DONE, SIZE, TRAILER, ChunkedBody

# Fields: name, a whole body, its content bytes.
WHOLE = [
    ("one chunk", b"5\r\nhello\r\n0\r\n\r\n", 5),
    ("two chunks", b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 11),
    ("nothing", b"0\r\n\r\n", 0),
    ("upper and lower case", b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", 20),
    ("bare LF", b"5\nhello\n0\n\n", 5),
    ("content that looks like framing", b"a\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", 10),
    ("extensions", b'5;a=b;c="d e"\r\nhello\r\n0;last\r\n\r\n', 5),
    ("space before the extension", b"5 ; a\r\nhello\r\n0\r\n\r\n", 5),
    ("trailers", b"5\r\nhello\r\n0\r\nX: y\r\nZ: w\r\n\r\n", 5),
    ("folded trailer", b"0\r\nX: y\r\n z\r\n\r\n", 0),
    ("leading noughts", b"0005\r\nhello\r\n0000\r\n\r\n", 5),
    ("sixteen digits", b"0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", 5),
    ("more noughts than a number has digits", b"00000000000000000005\r\nhello\r\n" + b"0" * 40 + b"\r\n\r\n", 5),
    ("spaces around the size", b"  5  \r\nhello\r\n0 \r\n\r\n", 5),
    ("two CR", b"5\r\r\nhello\r\r\n0\r\r\n\r\r\n", 5),
]


@pytest.mark.parametrize(("body", "content"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_whole_wherever_it_is_cut(body: bytes, content: int) -> None:
    block = b"\r\n" + body + b"0\r\n\r\nGET"
    for first in range(len(body) + 1):
        for second in range(first, len(body) + 1):
            walk = ChunkedBody()
            assert walk.feed(block, 2, 2 + first) == 2 + first
            assert walk.feed(block, 2 + first, 2 + second) == 2 + second
            assert walk.feed(block, 2 + second, len(block)) == 2 + len(body), (first, second)
            assert (walk.state, walk.body_bytes) == (DONE, content)


@pytest.mark.parametrize("body", [row[1] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_not_done_before_its_last_byte(body: bytes) -> None:
    for end in range(len(body)):
        walk = ChunkedBody()
        assert walk.feed(body, 0, end) == end
        assert walk.state not in (DONE, BROKEN)


# Fields: name, bytes, where the line stands that is no framing, content bytes before it.
NO_FRAMING = [
    ("no size", b"\r\nhello", 0, 0),
    ("no digit", b"g\r\nhello", 0, 0),
    ("plus", b"+5\r\nhello", 0, 0),
    ("minus", b"-5\r\nhello", 0, 0),
    ("0x", b"0x5\r\nhello", 0, 0),
    ("two numbers", b"5 5\r\nhello", 0, 0),
    ("2**64 and more", b"10000000000000000\r\nhello", 0, 0),
    ("forty digits", b"f" * 40 + b"\r\nhello", 0, 0),
    ("a size that is no ASCII", b"\xb2\r\nhello", 0, 0),
    ("no CRLF after the content", b"5\r\nhello0\r\n\r\n", 8, 5),
    ("content longer than its size", b"4\r\nhello\r\n0\r\n\r\n", 7, 4),
    ("content shorter than its size", b"7\r\nhello\r\n0\r\n\r\n", 10, 7),
    ("a message instead of a chunk", b"5\r\nhello\r\nHTTP/1.1 200 OK\r\n\r\n", 10, 5),
    ("NUL", b"5\x00\r\nhello", 0, 0),
    ("endless size line", b"5;" + b"x" * 20_000 + b"\r\n", 0, 0),
    ("endless trailer", b"0\r\n" + b"x" * 20_000 + b"\r\n", 3, 0),
]


@pytest.mark.parametrize(
    ("data", "where", "content"), [row[1:] for row in NO_FRAMING], ids=[row[0] for row in NO_FRAMING]
)
def test_broken(data: bytes, where: int, content: int) -> None:
    walk = ChunkedBody()
    assert walk.feed(data, 0, len(data)) == where
    assert (walk.state, walk.body_bytes) == (BROKEN, content)
    assert walk.feed(data, 0, len(data)) == 0, "nothing more is read"


@pytest.mark.parametrize(
    ("data", "where", "content"), [row[1:] for row in NO_FRAMING], ids=[row[0] for row in NO_FRAMING]
)
def test_broken_in_single_bytes(data: bytes, where: int, content: int) -> None:
    walk = ChunkedBody()
    for at in range(len(data)):
        walk.feed(data, at, at + 1)
        if walk.state == BROKEN:
            break
    assert (walk.state, walk.body_bytes) == (BROKEN, content)


def test_the_largest_chunk() -> None:
    walk = ChunkedBody()
    walk.feed(b"ffffffffffffffff\r\nx", 0, 19)
    assert (walk.state, walk.remaining) == (DATA, (1 << 64) - 2)


# Fields: what was read, unseen bytes, how many of them are unaccounted for, state, content bytes.
SKIPS = [
    (b"", 3, 3, SIZE, 0),
    (b"5", 3, 3, SIZE, 0),
    (b"5\r\n", 3, 0, DATA, 3),
    (b"5\r\nhe", 3, 0, DATA_END, 5),
    (b"5\r\nhe", 4, 1, DATA_END, 5),
    (b"5\r\nhello", 1, 1, DATA_END, 5),
    (b"5\r\nhello\r", 1, 1, DATA_END, 5),
    (b"5\r\nhello\r\n", 1, 1, SIZE, 5),
    (b"0\r\n", 2, 2, TRAILER, 0),
    (b"0\r\n\r\n", 2, 2, DONE, 0),
    (b"x\n", 2, 2, BROKEN, 0),
    (b"ffffffffffffffff\r\n", 1 << 30, 0, DATA, 1 << 30),
]


@pytest.mark.parametrize(("data", "unseen", "rest", "state", "content"), SKIPS)
def test_skip(data: bytes, unseen: int, rest: int, state: int, content: int) -> None:
    walk = ChunkedBody()
    walk.feed(data, 0, len(data))
    assert walk.skip(unseen) == rest
    assert (walk.state, walk.body_bytes) == (state, content)


def test_framing_goes_on_after_a_hole_in_the_content() -> None:
    walk = ChunkedBody()
    walk.feed(b"a\r\n01", 0, 5)
    assert walk.skip(5) == 0
    rest = b"789\r\n0\r\n\r\n"
    assert walk.feed(rest, 0, len(rest)) == len(rest)
    assert (walk.state, walk.body_bytes) == (DONE, 10)
