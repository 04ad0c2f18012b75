"""Invariant: no bytes, whoever sends them and wherever they are damaged, make kacap raise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.render.json import document
from kacap.verdict.words import Side
from kacap.wire.frame import Frame
from tests.dialogue import Dialogue
from tests.properties.reading import report
from tests.properties.strategies import Talk, talks
from tests.properties.test_segmentation import plain

# Pieces that lead deep into a parser before they go wrong.
_PIECES = (
    b"GET / HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 5, 6\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close, ,;\r\n",
    b"Keep-Alive: timeout=99999999999999999999, max=x\r\n",
    b" folded\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"ffffffffffffffff\r\n",
    b"0\r\n\r\n",
    b"-1\r\n",
    b"5;a=b\r\nhello\r\n",
    b"\x16\x03\x01\xff\xff\x01\xff\xff\xff",
)
_SPEECH = st.lists(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=40)), max_size=8).map(b"".join)
_TURNS = st.lists(st.tuples(st.sampled_from(Side), _SPEECH), max_size=8)


def judge(frames: list[Frame]) -> None:
    """The whole way: frames to JSON."""
    document(report(frames), queries=True)


@given(_TURNS, st.booleans())
@settings(deadline=None, max_examples=400)
def test_any_payload(turns: list[tuple[Side, bytes]], is_midstream: bool) -> None:
    dialogue = Dialogue()
    connection = dialogue.connection()
    if not is_midstream:
        connection.handshake()
    for side, data in turns:
        connection.send(side, data)
    judge(dialogue.frames)


@given(_TURNS, st.data())
@settings(deadline=None, max_examples=200)
def test_any_flags_numbers_and_cuts(turns: list[tuple[Side, bytes]], data: st.DataObject) -> None:
    dialogue = Dialogue()
    connection = dialogue.connection()
    number = st.one_of(st.none(), st.integers(0, 50), st.integers(0, 2**32 - 1))
    for side, payload in turns:
        dialogue.wait(data.draw(st.integers(-10, 10)))
        connection.send(
            side,
            payload,
            syn=data.draw(st.booleans()),
            fin=data.draw(st.booleans()),
            rst=data.draw(st.booleans()),
            ack=data.draw(number),
            seq=data.draw(number),
            cut=data.draw(st.one_of(st.none(), st.integers(0, 60))),
        )
    judge(dialogue.frames)


@given(talks(), st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_frames(talk: Talk, data: st.DataObject) -> None:
    frames = plain(talk)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(frames) - 1))
        frame = frames[place]
        content = bytearray(frame.data)
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
        frames[place] = Frame(frame.number, frame.time_ns, 1, bytes(content), 0, end, frame.wire_bytes)
    judge(frames)


@given(st.lists(st.binary(max_size=120), max_size=6), st.sampled_from((0, 1, 101, 113, 127, 276, 147)))
@settings(deadline=None, max_examples=300)
def test_frames_of_noise(blocks: list[bytes], link_type: int) -> None:
    judge([Frame(at, at, link_type, data, 0, len(data), len(data)) for at, data in enumerate(blocks, start=1)])
