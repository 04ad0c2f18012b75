"""However the bytes are cut into segments, the exchanges are the same; whatever the bytes are, reading never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kacap.http.message import Message
from tests.http.hello import client_hello, protocols, server_name
from tests.http.spoken import CLIENT_FIN, SERVER_FIN, Heard, Step, client, hear, segments, server

REQUESTS = (
    b"\r\nGET /a?b HTTP/1.1\r\nHost: h\r\nConnection: keep-\r\n alive\r\n\r\n"
    b"POST /c HTTP/1.1\nContent-Length: 11\n\nGET / HTTP/"
    b"PUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n\r\n\r\n\r\n0\r\nX: y\r\n\r\n"
    b"HEAD /e HTTP/1.1\r\nKeep-Alive: timeout=5\r\n\r\n"
    b"GET /f HTTP/1.0\r\n\r\n"
)
RESPONSES = (
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: x\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nHTTP/1.1 200 OK\r\r\n0\r\n\r\n"
    b"HTTP/1.1 204 No Content\r\n\r\n\r\n"
    b"HTTP/1.1 404 Not Found\nContent-Length: 4\n\n\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
)
LINES = [
    "GET /a?b none 0 > 100 > 103 > 200 chunked 16",
    "POST /c length 11 > 204 none 0",
    "PUT /d chunked 4 > 404 length 4",
    "HEAD /e none 0 > 200 none 0",
    "GET /f none 0 > 200 until-close 19",
]


def _said(*steps: Step) -> list[str]:
    heard = hear(*steps)
    assert heard.client.lost_bytes == heard.server.lost_bytes == 0
    assert heard.exchanges[0].request is not None
    assert heard.exchanges[0].request.connection == ("keep- alive",)
    return heard.lines


def test_uncut() -> None:
    assert _said(client(REQUESTS), server(RESPONSES), SERVER_FIN) == LINES


@pytest.mark.parametrize("cut", range(1, max(len(REQUESTS), len(RESPONSES))))
def test_cut_once(cut: int) -> None:
    assert _said(*segments(0, REQUESTS, [cut]), *segments(1, RESPONSES, [cut]), SERVER_FIN) == LINES


@pytest.mark.parametrize("size", range(1, 30))
def test_cut_into_equal_pieces(size: int) -> None:
    cuts = range(0, 1000, size)
    assert _said(*segments(0, REQUESTS, cuts), *segments(1, RESPONSES, cuts), SERVER_FIN) == LINES


@given(st.lists(st.integers(1, len(REQUESTS)), max_size=20), st.lists(st.integers(1, len(RESPONSES)), max_size=20))
def test_cut_anywhere(of_requests: list[int], of_responses: list[int]) -> None:
    assert _said(*segments(0, REQUESTS, of_requests), *segments(1, RESPONSES, of_responses), SERVER_FIN) == LINES


HELLO = client_hello(server_name(b"example.org"), protocols(b"h2"))


def test_a_tls_hello_in_two_segments() -> None:
    whole = hear(client(HELLO)).dialogue.protocols
    assert [protocol.sni for protocol in whole] == ["example.org"]
    for cut in range(5, len(HELLO)):
        assert hear(*segments(0, HELLO, [cut])).dialogue.protocols == whole, cut


@pytest.mark.parametrize(
    "junk", [b"SSH-2.0-OpenSSH_9.6\r\n", b"hello world\r\n", b"GET /\r\nHost: a\r\n\r\n", b"x" * 200]
)
def test_junk_is_lost_to_the_byte_wherever_it_is_cut(junk: bytes) -> None:
    for cut in range(1, len(junk)):
        heard = hear(*segments(0, junk, [cut]), client(b"\0"))
        assert heard.client.lost_bytes == len(junk) + 1, cut
        assert list(heard.exchanges) == []


WORDS = [
    b"GET / HTTP/1.1\r\n",
    b"POST /p HTTP/1.1\r\n",
    b"HEAD / HTTP/1.0\n",
    b"CONNECT a:1 HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 100 Continue\r\n",
    b"HTTP/1.1 101 x\r\n",
    b"HTTP/1.0 304\n",
    b"HTTP/1.1 000 x\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 4611686018427387904\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b" ",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"hello",
    b"\0",
    b"PRI * HTTP/2.0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
    HELLO,
    HELLO[:60],
    b"H",
    b"GET",
    b"HTTP/",
]

speech = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=12)), max_size=6).map(b"".join)
unseen = st.one_of(st.just(0), st.integers(1, 2000), st.just(1 << 30))
sides = st.integers(0, 1)
said = st.tuples(sides, speech, unseen).map(lambda drawn: Step(*drawn))
missed = st.tuples(sides, st.one_of(st.integers(1, 2000), st.just(1 << 30))).map(
    lambda drawn: Step(drawn[0], gap=drawn[1])
)
fins = st.sampled_from([CLIENT_FIN, SERVER_FIN])


def _check_message(message: Message, frames: int) -> None:
    assert 1 <= message.frame <= message.end_frame <= frames
    assert message.time_ns <= message.end_time_ns
    assert message.body_bytes >= 0
    assert message.framing in ("none", "length", "chunked", "until-close")
    assert message.body_bytes == 0 or message.framing != "none"
    assert message.head_complete or not message.complete
    assert message.version != ""


def check(heard: Heard, steps: list[Step]) -> None:
    """What holds whatever was said."""
    seen = [sum(len(step.data) for step in steps if step.side == side) for side in (0, 1)]
    sent = [seen[side] + sum(step.unseen + step.gap for step in steps if step.side == side) for side in (0, 1)]
    for reader, limit in ((heard.client, seen[0]), (heard.server, seen[1])):
        assert 0 <= reader.lost_bytes <= limit
    requests = [exchange.request for exchange in heard.exchanges if exchange.request is not None]
    responses = [exchange.response for exchange in heard.exchanges if exchange.response is not None]
    for message in (*requests, *responses):
        _check_message(message, heard.frame)
    assert sum(message.body_bytes for message in (*requests, *responses)) <= sum(sent)
    for exchange in heard.exchanges:
        assert exchange.request is not None or exchange.response is not None
        assert 0 < exchange.start_ns <= exchange.end_ns
        assert not (exchange.response_lost and exchange.response is not None)
        assert all(100 <= status < 200 and status != 101 for status in exchange.informational)
        assert exchange.complete is (exchange.response is not None and exchange.response.complete)
    assert heard.dialogue.switched or all(response.status != 101 or not response.complete for response in responses)


@given(st.lists(st.one_of(said, missed, fins), max_size=12))
def test_any_bytes_in_any_order(steps: list[Step]) -> None:
    done: set[int] = set()
    allowed = []
    for step in steps:
        if step.side in done:
            continue
        allowed.append(step)
        if step.fin:
            done.add(step.side)
    check(hear(*allowed), allowed)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8))
def test_random_bytes(pieces: list[bytes]) -> None:
    steps = [Step(number % 2, piece) for number, piece in enumerate(pieces)]
    heard = hear(*steps)
    check(heard, steps)
