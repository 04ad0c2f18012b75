"""The walk over one body, by length, by chunks, or until the close."""

import pytest

from kacap.http.body import BodyReader
from kacap.http.framing import Body
from kacap.http.message import Message
from tests.http.made import response

Feed = bytes
Skip = int

LENGTH = Body("length", 5)
CHUNKED = Body("chunked", 0)
CLOSE = Body("until-close", 0)

# Fields: name, framing, pieces (bytes are seen, a number is bytes that are not), what each leaves over, content bytes,
# done, broken.
WALKS: list[tuple[str, Body, tuple[Feed | Skip, ...], tuple[int, ...], int, bool, bool]] = [
    ("no body", Body("none", 0), (), (), 0, True, False),
    ("length nought", Body("length", 0), (), (), 0, True, False),
    ("length, nothing yet", LENGTH, (), (), 0, False, False),
    ("length, exact", LENGTH, (b"hello",), (0,), 5, True, False),
    ("length, in parts", LENGTH, (b"he", b"l", b"lo"), (0, 0, 0), 5, True, False),
    ("length, and more", LENGTH, (b"helloGET",), (3,), 5, True, False),
    ("length, short", LENGTH, (b"hell",), (0,), 4, False, False),
    ("length, a hole", LENGTH, (b"h", 3, b"oGET"), (0, 0, 3), 5, True, False),
    ("length, a hole to its end", LENGTH, (b"h", 4), (0, 0), 5, True, False),
    ("length, a hole beyond", LENGTH, (b"h", 40), (0, 36), 5, True, False),
    ("length, all in a hole", LENGTH, (5,), (0,), 5, True, False),
    ("chunked, nothing yet", CHUNKED, (), (), 0, False, False),
    ("chunked", CHUNKED, (b"5\r\nhello\r\n0\r\n\r\nGET",), (3,), 5, True, False),
    ("chunked, in parts", CHUNKED, (b"5\r", b"\nhello\r\n", b"0\r\n\r\n"), (0, 0, 0), 5, True, False),
    ("chunked, a hole in the content", CHUNKED, (b"5\r\nh", 3, b"o\r\n0\r\n\r\n"), (0, 0, 0), 5, True, False),
    ("chunked, a hole to the end of it", CHUNKED, (b"5\r\nh", 4, b"\r\n0\r\n\r\n"), (0, 0, 0), 5, True, False),
    ("chunked, a hole beyond", CHUNKED, (b"5\r\nh", 9), (0, 5), 5, False, False),
    ("chunked, a hole in the framing", CHUNKED, (b"5", 3), (0, 3), 0, False, False),
    ("chunked, broken", CHUNKED, (b"5\r\nhelloHTTP/1.1 200 OK\r\n",), (17,), 5, False, True),
    ("until close", CLOSE, (b"hello", b"HTTP/1.1 200 OK\r\n\r\n"), (0, 0), 24, False, False),
    ("until close, a hole", CLOSE, (b"hello", 100), (0, 0), 105, False, False),
]


@pytest.mark.parametrize(
    ("framing", "pieces", "left", "content", "done", "broken"),
    [row[1:] for row in WALKS],
    ids=[row[0] for row in WALKS],
)
def test_walk(
    framing: Body, pieces: tuple[Feed | Skip, ...], left: tuple[int, ...], content: int, done: bool, broken: bool
) -> None:
    message = response(1, 10)
    walk = begun(message, framing)
    rests = []
    for number, piece in enumerate(pieces, start=2):
        if isinstance(piece, int):
            rests.append(walk.skip_body(message, piece))
            continue
        block = b"??" + piece + b"hello"
        rests.append(2 + len(piece) - walk.walk_body(message, block, 2, 2 + len(piece), number, number * 10))
    assert tuple(rests) == left
    assert (message.body_bytes, not walk.remaining, walk.broken) == (content, done, broken)
    assert message.oddities == (("bad-chunked",) if broken else ())
    last = max((number for number, piece in enumerate(pieces, start=2) if isinstance(piece, bytes)), default=1)
    assert (message.frame, message.end_frame, message.end_time_ns) == (1, last, last * 10)


def begun(message: Message, body: Body) -> BodyReader:
    reader = BodyReader()
    reader.begin_body(message, body.framing, body.length)
    return reader


def test_a_step_inside_a_body_is_as_a_walk() -> None:
    stepped, walked = response(1, 10), response(1, 10)
    step, walk = begun(stepped, LENGTH), begun(walked, LENGTH)
    assert not step.step_body(1, 2, 20)  # the first may be something else
    for reader, message in ((step, stepped), (walk, walked)):
        reader.walk_body(message, b"h", 0, 1, 2, 20)
    assert step.step_body(3, 3, 30)
    assert walk.walk_body(walked, b"ell", 0, 3, 3, 30) == 3
    for message in (stepped, walked):
        assert (message.body_bytes, message.end_frame, message.end_time_ns) == (4, 3, 30)
    assert step.remaining == walk.remaining == 1
    assert not step.step_body(1, 4, 40)  # the last completes the message
    assert (stepped.body_bytes, stepped.end_frame) == (4, 3)


def test_chunks_are_not_stepped_over() -> None:
    message = response(1, 10)
    walk = begun(message, CHUNKED)
    walk.walk_body(message, b"5\r\nh", 0, 4, 2, 20)
    assert not walk.step_body(1, 3, 30)


def test_oddities_of_the_head_are_kept() -> None:
    message = response(1, 10)
    message.oddities = ("te-and-cl",)
    begun(message, CHUNKED).walk_body(message, b"x\n", 0, 2, 2, 20)
    assert list(message.oddities) == ["te-and-cl", "bad-chunked"]


def test_lengths_are_numbers_not_memory() -> None:
    message = response(1, 10)
    walk = begun(message, Body("length", 1 << 62))
    assert walk.skip_body(message, 1 << 61) == 0
    assert walk.skip_body(message, 1 << 62) == 1 << 61
    assert (message.body_bytes, walk.remaining) == (1 << 62, 0)
