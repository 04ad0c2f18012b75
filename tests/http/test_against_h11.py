"""h11 as a second opinion: the same messages, bodies and end of the connection on valid input, in both roles.

h11 knows no `keep-alive` of HTTP/1.0, which RFC 9112 section 9.3 allows: here HTTP/1.0 never asks for it.
"""

from typing import NamedTuple

import h11
from hypothesis import given
from hypothesis import strategies as st

from kacap.http.message import Exchange
from kacap.http.persistence import signal
from tests.http.spoken import SERVER_FIN, Step, hear, segments

BODIES = st.binary(max_size=40)


class Talk(NamedTuple):
    """One exchange, as it shall be written."""

    method: str
    asked_with: bytes
    request_framing: str
    request_body: bytes
    interim: list[int]
    status: int
    answered_with: bytes
    response_framing: str
    response_body: bytes


talks = st.builds(
    Talk,
    st.sampled_from(["GET", "HEAD", "POST", "DELETE", "OPTIONS"]),
    st.sampled_from([b"1.1", b"1.1", b"1.1 close", b"1.1 keep-alive", b"1.0"]),
    st.sampled_from(["none", "length", "chunked"]),
    BODIES,
    st.lists(st.sampled_from([100, 102, 103]), max_size=3),
    st.sampled_from([200, 200, 204, 304, 404, 500]),
    st.sampled_from([b"1.1", b"1.1", b"1.1 close", b"1.1 keep-alive", b"1.0"]),
    st.sampled_from(["length", "length", "chunked", "until-close"]),
    BODIES,
)


def _lines(framing: str, options: bytes, body: bytes) -> bytes:
    lines = b"Host: h\r\n"
    if b" " in options:
        lines += b"Connection: " + options.partition(b" ")[2] + b"\r\n"
    if framing == "length":
        lines += b"Content-Length: %d\r\n" % len(body)
    if framing == "chunked":
        lines += b"Transfer-Encoding: chunked\r\n"
    return lines + b"\r\n"


def _body(framing: str, body: bytes) -> bytes:
    if framing != "chunked":
        return b"" if framing == "none" else body
    half = len(body) // 2
    chunks = [b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part]
    return b"".join(chunks) + b"0\r\nX: y\r\n\r\n"


def written(talk: Talk) -> tuple[bytes, bytes]:
    """Both messages as bytes. HTTP/1.0 has no chunks (RFC 9112 section 6.1)."""
    asks, answers = talk.asked_with[:3], talk.answered_with[:3]
    framing = "length" if talk.request_framing == "chunked" and asks == b"1.0" else talk.request_framing
    request = b"%s / HTTP/%s\r\n" % (talk.method.encode(), asks) + _lines(framing, talk.asked_with, talk.request_body)
    request += _body(framing, talk.request_body)
    framing = "length" if talk.response_framing == "chunked" and b"1.0" in (asks, answers) else talk.response_framing
    response = b"".join(b"HTTP/1.1 %d Wait\r\n\r\n" % status for status in talk.interim if asks != b"1.0")
    response += b"HTTP/%s %d Said\r\n" % (answers, talk.status) + _lines(
        framing, talk.answered_with, talk.response_body
    )
    if talk.method != "HEAD" and talk.status not in (204, 304):
        response += _body(framing, talk.response_body)
    return request, response


class Opinion(NamedTuple):
    """What is to be the same for both."""

    method: str
    request_bytes: int
    interim: tuple[int, ...]
    status: int
    response_bytes: int
    must_close: bool


def _content(connection: h11.Connection) -> bytes:
    content = b""
    while isinstance(event := connection.next_event(), h11.Data):
        content += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    return content


def second_opinion(request: bytes, response: bytes) -> Opinion:
    """h11's: as the server that reads `request`, and as the client that sent it and reads `response`, then a close."""
    server, client_ = h11.Connection(h11.SERVER), h11.Connection(h11.CLIENT)
    server.receive_data(request)
    asked = server.next_event()
    assert isinstance(asked, h11.Request)
    body = _content(server)
    client_.send(h11.Request(method=asked.method, target=asked.target, headers=list(asked.headers)))
    if body:
        client_.send(h11.Data(data=body))
    client_.send(h11.EndOfMessage())
    client_.receive_data(response)
    interim = []
    while isinstance(event := client_.next_event(), h11.InformationalResponse):
        interim.append(event.status_code)
    assert isinstance(event, h11.Response)
    content = b""
    while isinstance(piece := client_.next_event(), h11.Data):
        content += bytes(piece.data)
    ends_with_close = piece is h11.NEED_DATA
    if ends_with_close:
        client_.receive_data(b"")
        content += _content(client_)
    must_close = h11.MUST_CLOSE in (server.their_state, client_.our_state) or ends_with_close
    return Opinion(asked.method.decode(), len(body), tuple(interim), event.status_code, len(content), must_close)


def first_opinion(exchange: Exchange) -> Opinion:
    """kacap's."""
    request, response = exchange.request, exchange.response
    assert request is not None
    assert response is not None
    assert request.complete
    assert response.complete
    assert request.oddities == response.oddities == ()
    must_close = signal(exchange) is not None
    return Opinion(
        request.method, request.body_bytes, exchange.informational, response.status, response.body_bytes, must_close
    )


@given(st.lists(talks, min_size=1, max_size=5), st.lists(st.integers(1, 400), max_size=8))
def test_both_agree(spoken: list[Talk], cuts: list[int]) -> None:
    steps: list[Step] = []
    expected = []
    for talk in spoken:
        request, response = written(talk)
        steps += segments(0, request, cuts) + segments(1, response, cuts)
        expected.append(second_opinion(request, response))
        if expected[-1].must_close:
            break
    heard = hear(*steps, SERVER_FIN)
    assert [first_opinion(exchange) for exchange in heard.exchanges] == expected
    assert heard.client.lost_bytes == heard.server.lost_bytes == 0
