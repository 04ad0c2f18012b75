"""From the bytes of a head to a message, at once or in pieces."""

import pytest

from kacap.http.head import MAX_TARGET
from kacap.http.heads import REQUESTS, RESPONSES
from kacap.http.parse import MAX_HEAD_BYTES, MORE, NO_HEAD, TOO_LONG, PartialHead, begins_message, read_head

REQUEST = (
    b"GET /a HTTP/1.1\r\nHost: b\r\nUser-Agent: c\r\n"
    b"Connection: close\r\nKeep-Alive: max=3\r\nExpect: 100-continue\r\n\r\n"
)
RESPONSE = b"HTTP/1.0 404 Not Found\r\nServer: d\r\nConnection: keep-alive\r\n\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# Fields: bytes, whether they begin a request, whether they begin a response.
BEGINNINGS = [
    (REQUEST, True, False),
    (b"GET / HTTP/1.1\n", True, False),
    (RESPONSE, False, True),
    (b"HTTP/1.1 200\n", False, True),
    (b"GET / HTTP/1.1", False, False),
    (b"HTTP/1.1 200", False, False),
    (PREFACE, False, False),
    (b"PRINT / HTTP/1.1\r\n", True, False),
    (b"\r\nGET / HTTP/1.1\r\n", False, False),
    (b"SIP/2.0 200 OK\r\n", False, False),
    (b"INVITE sip:a SIP/2.0\r\n", False, False),
    (b"", False, False),
]


@pytest.mark.parametrize(("data", "request_", "response"), BEGINNINGS)
def test_a_half_says_requests_or_responses(data: bytes, request_: bool, response: bool) -> None:
    block = b"xx" + data + b"GET / HTTP/1.1\r\nHTTP/1.1 200 OK\r\n"
    for kind, expected in ((REQUESTS, request_), (RESPONSES, response), (0, request_ or response)):
        assert begins_message(block, 2, 2 + len(data), kind) is expected
        head = read_head(block, 2, 2 + len(data), kind)
        assert (head is not None) is expected


def test_a_request_is_read() -> None:
    said = read_head(REQUEST, 0, len(REQUEST), 0)
    assert said is not None
    assert (said.kind, said.method, said.target, said.status, said.version) == (REQUESTS, "GET", "/a", 0, "1.1")
    assert (said.fields.host, said.fields.user_agent, said.fields.expects_continue) == ("b", "c", True)
    assert (said.fields.connection, said.fields.keep_alive) == (("close",), (None, 3))


def test_a_response_is_read() -> None:
    said = read_head(RESPONSE, 0, len(RESPONSE), 0)
    assert said is not None
    assert (said.kind, said.method, said.target, said.status, said.version) == (RESPONSES, "", "", 404, "1.0")
    assert (said.fields.server, said.fields.connection, said.fields.content_length) == ("d", ("keep-alive",), ())


def test_a_long_target_is_cut() -> None:
    line = b"GET /" + b"t" * (MAX_TARGET + 100) + b" HTTP/1.1\r\n\r\n"
    said = read_head(line, 0, len(line), 0)
    assert said is not None
    assert said.target == "/" + "t" * (MAX_TARGET - 1)


@pytest.mark.parametrize("head", [REQUEST, RESPONSE, b"GET / HTTP/1.1\n\n", b"HTTP/1.1 200\r\n\r\n"])
def test_a_head_ends_at_the_same_place_wherever_it_is_cut(head: bytes) -> None:
    for cut in range(1, len(head)):
        part = PartialHead(head[:cut], 1, 10, 0)
        assert part.plausible, head[:cut]
        assert part.add(b"??" + head[cut:] + b"body", 2, 2 + len(head) - cut + 4, 2, 20) == 2 + len(head) - cut
        assert bytes(part.content) == head
        assert (part.frame, part.time_ns, part.last_frame, part.last_time_ns) == (1, 10, 2, 20)


def test_a_head_in_single_bytes() -> None:
    part = PartialHead(REQUEST[:1], 1, 1, 0)
    said = [part.add(REQUEST, at, at + 1, at, at) for at in range(1, len(REQUEST))]
    assert said == [MORE] * (len(REQUEST) - 2) + [len(REQUEST)]


# Fields: what came first, whether it may become a head, what came then, what is said of it.
DOUBTS = [
    (b"hello", True, b" world\n", NO_HEAD),
    (b"hello", True, b" world", MORE),
    (b"GET", True, b"(/ HTTP/1.1\r\n", NO_HEAD),
    (b"G" * 40, True, b"G" * 40, NO_HEAD),
    (b"H", True, b"TTP/1.1 200 OK\r\n", MORE),
    (b"PRI", True, b" * HTTP/2.0\r\n", NO_HEAD),
    (b"GET / HTTP/1.1\r\nHost", True, b": a\r\n\x00\x01", MORE),
    (b"GET / HTTP/1.1\r\n", True, b"x" * MAX_HEAD_BYTES, TOO_LONG),
    (b"GET /", True, b"x" * MAX_HEAD_BYTES, TOO_LONG),
    (b"GET / HTTP/1.1\r\n", True, b"x" * (MAX_HEAD_BYTES - 16), MORE),
    (b"hello world\n", False, b"", NO_HEAD),
    (b"\x16\x03\x01", False, b"", NO_HEAD),
]


@pytest.mark.parametrize(("first", "plausible", "then", "said"), DOUBTS)
def test_what_becomes_of_a_beginning(first: bytes, plausible: bool, then: bytes, said: int) -> None:
    part = PartialHead(first, 1, 1, 0)
    assert part.plausible is plausible
    assert part.add(then, 0, len(then), 2, 2) == said


def test_the_kind_of_the_half_narrows_a_beginning() -> None:
    assert not PartialHead(b"GET / HTTP/1.1\r\n", 1, 1, RESPONSES).plausible
    assert not PartialHead(b"HTTP/1.1 200 OK\r\n", 1, 1, REQUESTS).plausible
