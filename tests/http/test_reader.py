"""One half's bytes as messages, without anything missing."""

import pytest

from kacap.http.hearing import Hearing
from kacap.http.known import KnownHeads
from kacap.http.message import Message
from kacap.http.parse import MAX_HEAD_BYTES
from kacap.http.persistence import signal
from kacap.http.recognise import Protocol
from kacap.tcp.sink import FORGETS
from tests.http.hello import client_hello, protocols, server_name
from tests.http.spoken import CLIENT_FIN, MS, SERVER_FIN, Step, client, client_gap, hear, segments, server

GET = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 x\r\nContent-Length: 5\r\n\r\nhello"
INSIDE = b"HTTP/1.1 404 x\r\n\r\n"
HELLO = client_hello(server_name(b"example.org"), protocols(b"h2"))
TLS = Protocol("tls", "example.org", ("h2",))

# Fields: name, steps, exchanges.
SPOKEN: list[tuple[str, list[Step], list[str]]] = [
    ("nothing", [], []),
    ("request", [client(GET)], ["GET /a none 0 > -"]),
    ("exchange", [client(GET), server(OK)], ["GET /a none 0 > 200 length 5"]),
    (
        "HTTP/1.0",
        [client(b"GET / HTTP/1.0\n\n"), server(b"HTTP/1.0 200\n\nhi"), SERVER_FIN],
        ["GET / none 0 > 200 until-close 2"],
    ),
    ("blank lines before", [client(b"\r\n\n" + GET), server(b"\r\n" + OK)], ["GET /a none 0 > 200 length 5"]),
    ("blank lines alone", [client(b"\r\n"), client(b"\n\r\n")], []),
    ("asterisk", [client(b"OPTIONS * HTTP/1.1\r\n\r\n")], ["OPTIONS * none 0 > -"]),
    ("a target with spaces", [client(b"GET /a b c HTTP/1.1\r\n\r\n")], ["GET /a b c none 0 > -"]),
    ("request with length", [client(POST + b"hello"), server(OK)], ["POST /p length 5 > 200 length 5"]),
    ("request with length, slowly", [client(POST), client(b"he"), client(b"llo")], ["POST /p length 5 > -"]),
    ("request cut short", [client(POST + b"he"), CLIENT_FIN], ["POST /p length 2... > -"]),
    (
        "length nought",
        [client(GET), server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")],
        ["GET /a none 0 > 200 length 0"],
    ),
    ("chunked", [client(GET), server(CHUNKED)], ["GET /a none 0 > 200 chunked 5"]),
    ("chunked, without end", [client(GET), server(CHUNKED[:-2]), SERVER_FIN], ["GET /a none 0 > 200 chunked 5..."]),
    ("trailers", [client(GET), server(CHUNKED[:-2] + b"X: y\r\n\r\n")], ["GET /a none 0 > 200 chunked 5"]),
    (
        "until FIN",
        [client(GET), server(ENDLESS + b"hi"), server(b"ho"), SERVER_FIN],
        ["GET /a none 0 > 200 until-close 4"],
    ),
    ("until FIN, empty", [client(GET), server(ENDLESS), SERVER_FIN], ["GET /a none 0 > 200 until-close 0"]),
    ("until RST", [client(GET), server(ENDLESS + b"hi")], ["GET /a none 0 > 200 until-close 2..."]),
    (
        "a response in an endless body",
        [client(GET), server(ENDLESS), server(OK), SERVER_FIN],
        ["GET /a none 0 > 200 until-close 43"],
    ),
    ("length, then FIN too early", [client(GET), server(OK[:-1]), SERVER_FIN], ["GET /a none 0 > 200 length 4..."]),
    ("head cut by FIN", [client(GET), server(OK[:30]), SERVER_FIN], ["GET /a none 0 > 200 none 0..."]),
    ("start line cut by FIN", [client(GET), server(OK[:10]), SERVER_FIN], ["GET /a none 0 > -"]),
    ("request head cut", [client(GET[:-2]), CLIENT_FIN], ["GET /a none 0... > -"]),
    ("broken chunks", [client(GET), server(CHUNKED[:-5] + b"what\r\n")], ["GET /a none 0 > 200 chunked 5..."]),
    (
        "more after the FIN of an endless body",
        [client(GET), server(ENDLESS), SERVER_FIN, server(OK)],
        ["GET /a none 0 > 200 until-close 0", "? > 200 length 5"],
    ),
]


@pytest.mark.parametrize(("steps", "lines"), [row[1:] for row in SPOKEN], ids=[row[0] for row in SPOKEN])
def test_messages(steps: list[Step], lines: list[str]) -> None:
    heard = hear(*steps)
    assert heard.lines == lines
    assert not heard.dialogue.lost_in_gap


def _places(message: Message | None) -> tuple[int, int, int, int]:
    assert message is not None
    return message.frame, message.time_ns, message.end_frame, message.end_time_ns


def test_frames_and_times_of_first_and_last_byte() -> None:
    exchange = hear(
        client(b"\r\n"),
        client(POST[:9]),
        client(POST[9:] + b"h"),
        client(b"ello"),
        server(CHUNKED[:3]),
        server(CHUNKED[3:60]),
        server(b""),
        server(CHUNKED[60:]),
        client(GET),
    ).exchanges[0]
    assert _places(exchange.request) == (2, 2 * MS, 4, 4 * MS)
    assert _places(exchange.response) == (5, 5 * MS, 8, 8 * MS)


def test_the_fin_is_the_end_of_an_endless_body() -> None:
    exchange = hear(client(GET), server(ENDLESS), server(b"hi"), SERVER_FIN).exchanges[0]
    assert _places(exchange.response) == (2, 2 * MS, 4, 4 * MS)


def test_what_the_heads_say_is_kept() -> None:
    exchange = hear(
        client(b"GET / HTTP/1.0\r\nHost: h\r\nUser-Agent: u\r\nConnection: Keep-Alive\r\nExpect: 100-continue\r\n\r\n"),
        server(
            b"HTTP/1.1 200 OK\r\nServer: s\r\nConnection: close\r\n"
            b"Keep-Alive: timeout=5, max=9\r\nContent-Length: 0\r\n\r\n"
        ),
    ).exchanges[0]
    request, response = exchange.request, exchange.response
    assert request is not None
    assert response is not None
    assert (request.version, request.host, request.user_agent) == ("1.0", "h", "u")
    assert (request.connection, request.expects_continue, request.head_complete) == (("keep-alive",), True, True)
    assert (response.version, response.server, response.connection) == ("1.1", "s", ("close",))
    assert (response.keep_alive, response.head_complete) == ((5, 9), True)


# Fields: name, headers of a response, its body, oddities.
ODDITIES = [
    ("none", b"Content-Length: 2\r\n", b"ab", ()),
    ("te-and-cl", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", ("te-and-cl",)),
    ("two lengths", b"Content-Length: 2\r\nContent-Length: 1\r\n", b"ab", ("bad-content-length",)),
    ("chunked not last", b"Transfer-Encoding: chunked, x\r\n", b"0\r\n\r\n", ("bad-transfer-encoding",)),
    ("bad chunks", b"Transfer-Encoding: chunked\r\n", b"zz\r\n", ("bad-chunked",)),
]


@pytest.mark.parametrize(("lines", "body", "oddities"), [row[1:] for row in ODDITIES], ids=[row[0] for row in ODDITIES])
def test_oddities(lines: bytes, body: bytes, oddities: tuple[str, ...]) -> None:
    response = hear(client(GET), server(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + body)).exchanges[0].response
    assert response is not None
    assert response.oddities == oddities
    assert response.complete is ("bad-chunked" not in oddities)


PROXY_1 = b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"
PROXY_2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12)


@pytest.mark.parametrize("header", [PROXY_1, PROXY_2], ids=["version 1", "version 2"])
def test_behind_a_proxy_header(header: bytes) -> None:
    for steps in ([client(header + GET)], [client(header), client(GET)]):
        heard = hear(*steps, server(OK))
        assert heard.lines == ["GET /a none 0 > 200 length 5"]
        assert (heard.dialogue.protocols, heard.client.lost_bytes) == ([], 0)
    assert hear(client(header + HELLO)).dialogue.protocols == [TLS]
    assert hear(client(header + HELLO[:80]), client(HELLO[80:])).dialogue.protocols == [TLS]


def test_a_proxy_header_stands_at_the_beginning_only() -> None:
    heard = hear(client(GET), client(PROXY_1 + GET))
    assert len(heard.exchanges) == 1
    assert heard.client.lost_bytes == len(PROXY_1 + GET)


# Fields: name, what the client says, protocols seen, exchanges, lost bytes.
NOT_HTTP: list[tuple[str, list[Step], list[Protocol], list[str], int]] = [
    ("tls", [client(HELLO), client(GET)], [TLS], [], 0),
    ("tls in two segments", [client(HELLO[:80]), client(HELLO[80:]), client(GET)], [TLS], [], 0),
    ("tls, its record header alone first", [client(HELLO[:5]), client(HELLO[5:])], [TLS], [], 0),
    ("tls hello that never ends", [client(HELLO[:80])], [Protocol("tls")], [], 0),
    ("http/2", [client(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), client(GET)], [Protocol("http2")], [], 0),
    ("http/2 in pieces", segments(0, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", range(24)), [Protocol("http2")], [], 0),
    ("ssh", [client(b"SSH-2.0-x\r\n"), client(b"\0\0\1")], [Protocol("unknown")], [], 14),
    ("ssh in pieces", [client(b"SSH"), client(b"-2.0-x\r\n")], [Protocol("unknown")], [], 11),
    ("HTTP/0.9", [client(b"GET /\r\n")], [Protocol("unknown")], [], 7),
    ("SIP", [client(b"OPTIONS sip:a SIP/2.0\r\n\r\n")], [Protocol("unknown")], [], 25),
    ("RTSP", [client(b"OPTIONS * RTSP/1.0\r\n\r\n")], [Protocol("unknown")], [], 22),
    ("ICAP", [client(b"OPTIONS icap://a ICAP/1.0\r\n\r\n")], [Protocol("unknown")], [], 29),
    (
        "socks, then HTTP",
        [client(b"\x05\x01\0"), client(b"\x05\1\0\1abcd\0\x50"), client(GET)],
        [Protocol("unknown")],
        ["GET /a none 0 > -"],
        13,
    ),
    (
        "middle of a body, then HTTP",
        [client(b"lo\nworld\n"), client(GET)],
        [Protocol("unknown")],
        ["GET /a none 0 > -"],
        9,
    ),
    ("junk between messages", [client(GET), client(b"\0junk"), client(GET)], [], ["GET /a none 0 > -"] * 2, 5),
    (
        "junk behind a message",
        [client(GET + b"\0junk" + GET), client(GET)],
        [],
        ["GET /a none 0 > -"] * 2,
        5 + len(GET),
    ),
    ("a response among requests", [client(GET), client(OK), client(GET)], [], ["GET /a none 0 > -"] * 2, len(OK)),
]


@pytest.mark.parametrize(
    ("steps", "protocols_", "lines", "lost"), [row[1:] for row in NOT_HTTP], ids=[row[0] for row in NOT_HTTP]
)
def test_what_is_no_message(steps: list[Step], protocols_: list[Protocol], lines: list[str], lost: int) -> None:
    heard = hear(*steps)
    assert heard.dialogue.protocols == protocols_
    assert heard.lines == lines
    assert heard.client.lost_bytes == lost
    assert not heard.dialogue.lost_in_gap


def test_a_status_line_behind_text_that_looked_like_a_method() -> None:
    heard = hear(server(b"lorem ipsum dolor"), server(OK))
    assert heard.lines == ["? > 200 length 5"]
    assert heard.server.lost_bytes == 17


@pytest.mark.parametrize("status", [b"000", b"099"])
def test_a_status_below_100_is_no_interim_response(status: bytes) -> None:
    """RFC 9110 section 15: like a 5xx, which is final and has a body."""
    lines = hear(client(GET), server(OK.replace(b"200", status))).lines
    assert lines == [f"GET /a none 0 > {int(status)} length 5"]


def test_a_head_that_never_ends_is_cut() -> None:
    head = b"GET /a HTTP/1.1\r\nConnection: close\r\n" + b"X: y\r\n" * (MAX_HEAD_BYTES // 6)
    heard = hear(*segments(0, head + b"X: y\r\n" * 99, range(0, 400_000, 1400)), client(GET))
    assert heard.lines == ["GET /a none 0... > -", "GET /a none 0 > -"]
    request = heard.exchanges[0].request
    assert request is not None
    assert (request.connection, request.head_complete) == (("close",), False)
    assert heard.dialogue.limits_hit == 1


def test_a_head_of_200_kb_is_whole() -> None:
    head = b"GET /a HTTP/1.1\r\n" + b"X: y\r\n" * 33_000 + b"Connection: close\r\n\r\n"
    request = hear(*segments(0, head, range(0, 200_000, 1400))).exchanges[0].request
    assert request is not None
    assert (request.connection, request.complete) == (("close",), True)


ORPHAN_HEADS = [
    ("without length", ENDLESS),
    ("with length", b"HTTP/1.1 200 x\r\nContent-Length: 500\r\n\r\n"),
    ("chunked", b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n"),
]


@pytest.mark.parametrize("head", [row[1] for row in ORPHAN_HEADS], ids=[row[0] for row in ORPHAN_HEADS])
def test_an_orphan_that_may_have_answered_head(head: bytes) -> None:
    """Another status line where its body should be: it had none, and the connection went on after it."""
    heard = hear(server(head), server(NOT_FOUND))
    assert [exchange.response and exchange.response.status for exchange in heard.exchanges] == [200, 404]
    assert all(exchange.complete for exchange in heard.exchanges)
    first = heard.exchanges[0]
    assert first.response is not None
    assert (first.response.framing, first.response.body_bytes) == ("none", 0)
    assert signal(first) is None


def test_a_status_line_inside_a_body_is_content() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n"
    assert hear(client(GET), server(head), server(INSIDE)).lines == ["GET /a none 0 > 200 length 18"]
    assert hear(server(head + b"H"), server(INSIDE[1:])).lines == ["? > 200 length 18"]


# Fields: name, what the client says, bytes that belong to no message.
UNFINISHED = [
    ("a word", [client(b"hello")], 5),
    ("a word in pieces", [client(b"he"), client(b"llo")], 5),
    ("a word, then a hole", [client(b"hello"), client_gap(3), client(b"\0")], 6),
    ("half a start line, then a hole", [client(b"GET / HT"), client_gap(3), client(GET)], 8),
    ("a start line", [client(b"GET / HTTP/1.1\r\n")], 0),
]


@pytest.mark.parametrize(("steps", "lost"), [row[1:] for row in UNFINISHED], ids=[row[0] for row in UNFINISHED])
def test_the_beginning_of_no_head_is_lost(steps: list[Step], lost: int) -> None:
    assert hear(*steps).client.lost_bytes == lost


def test_a_switch_with_a_head_that_never_ends_is_for_good() -> None:
    head = b"HTTP/1.1 101 x\r\n" + b"X: y\r\n" * (MAX_HEAD_BYTES // 6 + 100)
    heard = hear(client(GET), *segments(1, head, range(0, 400_000, 1400)), server(OK), client(GET))
    assert heard.dialogue.switched
    assert heard.lines == ["GET /a none 0 > 101 none 0..."]


def test_a_dialogue_that_is_over_knows_its_readers_no_more() -> None:
    hearing = Hearing(KnownHeads())
    hearing.divide()
    first, second = hearing.first_sink, hearing.second_sink
    assert FORGETS not in (first, second)
    first.finish()
    second.finish()
    assert hearing.first_sink is hearing.second_sink is FORGETS
