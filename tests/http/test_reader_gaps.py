"""Bytes that the capture missed, or cut off: what is known without them, what is lost, and where reading goes on."""

import pytest

from kacap.http.recognise import Protocol
from tests.http.hello import client_hello, protocols, server_name
from tests.http.spoken import CLIENT_FIN, MS, SERVER_FIN, Step, client, client_gap, hear, server, server_gap

GET = b"GET /a HTTP/1.1\r\n\r\n"
NEXT = b"GET /b HTTP/1.1\r\n\r\n"
HEAD = b"HEAD /a HTTP/1.1\r\n\r\n"
LAST = b"GET /c HTTP/1.1\r\n\r\n"
SOON = b"HTTP/1.1 102 Soon\r\n\r\n"
FOUND = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
OK = b"HTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
SECOND = "GET /b none 0 > 201 length 2"

# Fields: name, steps, exchanges, whether messages may be missing.
GAPS: list[tuple[str, list[Step], list[str], bool]] = [
    (
        "in a body",
        [client(GET), server(LONG + b"x"), server_gap(990), server(b"x" * 9 + OK)],
        ["GET /a none 0 > 200 length 1000", "? > 201 length 2"],
        False,
    ),
    (
        "a whole body",
        [client(GET), server(LONG), server_gap(1000), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 length 1000", SECOND],
        False,
    ),
    (
        "two in one body",
        [client(GET), server(LONG), server_gap(400), server(b"x" * 200), server_gap(400)],
        ["GET /a none 0 > 200 length 1000"],
        False,
    ),
    (
        "a request body",
        [client(POST), client_gap(1000), server(OK), client(NEXT), server(OK)],
        ["POST /a length 1000 > 201 length 2", SECOND],
        False,
    ),
    (
        "not all of a body",
        [client(GET), server(LONG), server_gap(999), SERVER_FIN],
        ["GET /a none 0 > 200 length 999..."],
        False,
    ),
    (
        "over a boundary",
        [client(GET), server(LONG), server_gap(1010), server(b"rest"), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 length 1000", SECOND],
        True,
    ),
    (
        "at a boundary",
        [client(GET), server(OK), client(NEXT), server_gap(9), server(b"rest"), client(GET), server(OK)],
        ["GET /a none 0 > 201 length 2", "GET /b none 0 > lost", "GET /a none 0 > 201 length 2"],
        True,
    ),
    (
        "in chunk content",
        [client(GET), server(CHUNKED + b"64\r\nx"), server_gap(99), server(b"\r\n0\r\n\r\n" + OK)],
        ["GET /a none 0 > 200 chunked 100", "? > 201 length 2"],
        False,
    ),
    (
        "in chunk framing",
        [client(GET), server(CHUNKED + b"64\r\nx"), server_gap(100), server(b"\n0\r\n\r\n"), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 chunked 100...", SECOND],
        True,
    ),
    (
        "in a chunk size",
        [client(GET), server(CHUNKED + b"6"), server_gap(1), server(b"\r\nxxx"), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 chunked 0...", SECOND],
        True,
    ),
    (
        "in trailers",
        [client(GET), server(CHUNKED + b"0\r\nX"), server_gap(2), server(b"y\r\n\r\n"), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 chunked 0...", SECOND],
        True,
    ),
    (
        "until close",
        [client(GET), server(ENDLESS), server_gap(50), server(b"xx"), SERVER_FIN],
        ["GET /a none 0 > 200 until-close 52"],
        False,
    ),
    (
        "in a head",
        [client(GET), server(LONG[:25]), server_gap(9), server(b"00\r\n\r\nxxx"), client(NEXT), server(OK)],
        ["GET /a none 0 > 200 none 0...", SECOND],
        True,
    ),
    (
        "in a start line",
        [client(GET), server(LONG[:9]), server_gap(9), server(b"Content"), client(NEXT), server(OK)],
        ["GET /a none 0 > lost", SECOND],
        True,
    ),
    (
        "in a request head",
        [client(GET[:-2]), client_gap(2), server(OK), client(NEXT), server(OK)],
        ["GET /a none 0... > 201 length 2", SECOND],
        True,
    ),
    (
        "a response",
        [client(GET), server(OK), client(NEXT), server_gap(99), client(GET), server(OK)],
        ["GET /a none 0 > 201 length 2", "GET /b none 0 > lost", "GET /a none 0 > 201 length 2"],
        True,
    ),
    (
        "the first response",
        [client(GET), server_gap(99), client(NEXT), server(OK)],
        ["GET /a none 0 > lost", SECOND],
        True,
    ),
    ("the only response", [client(GET), server_gap(99), SERVER_FIN], ["GET /a none 0 > -"], True),
    (
        "the last response of a pipeline",
        [client(GET + NEXT), server(OK), server_gap(50)],
        ["GET /a none 0 > 201 length 2", "GET /b none 0 > -"],
        True,
    ),
    (
        "the first response of a pipeline",
        [client(GET + NEXT + LAST), server_gap(40), server(OK + FOUND)],
        ["GET /a none 0 > lost", SECOND, "GET /c none 0 > 302 length 0"],
        True,
    ),
    (
        "a part of the first response of a pipeline",
        [client(GET + NEXT + LAST), server(OK[:5]), server_gap(30), server(b"\r\n" + OK + SOON + FOUND), SERVER_FIN],
        ["GET /a none 0 > lost", SECOND, "GET /c none 0 > 102 > 302 length 0"],
        True,
    ),
    (
        "less than a response of a pipeline",
        [client(GET + NEXT), server_gap(3), server(SOON + OK), server(FOUND), client(LAST), server(OK)],
        ["GET /a none 0 > 102 > 201 length 2", "GET /b none 0 > 302 length 0", "GET /c none 0 > 201 length 2"],
        True,
    ),
    (
        "responses of a pipeline, twice",
        [client(GET + NEXT + LAST), server_gap(9), server(OK), server_gap(9), server(FOUND), client(NEXT), server(OK)],
        ["GET /a none 0 > lost", SECOND, "GET /c none 0 > 302 length 0", SECOND],
        True,
    ),
    (
        "the first response of a pipeline without bodies",
        [client(3 * HEAD), server_gap(40), server(2 * OK[:-2])],
        ["HEAD /a none 0 > lost", *2 * ["HEAD /a none 0 > 201 none 0"]],
        True,
    ),
    (
        "less than what answers a pipeline, and one response more",
        [client(GET + NEXT), server_gap(3), server(OK + FOUND + FOUND)],
        ["GET /a none 0 > 201 length 2", "GET /b none 0 > 302 length 0", "? > 302 length 0"],
        True,
    ),
    ("a request", [client_gap(20), server(OK), client(NEXT), server(OK)], ["? > 201 length 2", SECOND], True),
    (
        "a request between others",
        [client(GET), server(OK), client_gap(20), server(OK), client(NEXT), server(OK)],
        ["GET /a none 0 > 201 length 2", "? > 201 length 2", SECOND],
        True,
    ),
    (
        "request and response",
        [client(GET), server(OK), client_gap(20), server_gap(40), client(NEXT), server(OK)],
        ["GET /a none 0 > 201 length 2", SECOND],
        True,
    ),
    (
        "no message begins at a segment after it",
        [client(GET), server(LONG), server_gap(1001), server(b"x" + OK), SERVER_FIN],
        ["GET /a none 0 > 200 length 1000"],
        True,
    ),
    (
        "blank line at the segment after it",
        [client(GET), server(LONG), server_gap(1001), server(b"\r\n" + OK)],
        ["GET /a none 0 > 200 length 1000", "? > 201 length 2"],
        True,
    ),
    (
        "after a switch",
        [client(GET), server(b"HTTP/1.1 101 x\r\n\r\n"), server_gap(9), client_gap(9), server(OK)],
        ["GET /a none 0 > 101 none 0"],
        False,
    ),
    ("before anything, then a FIN", [client_gap(9), CLIENT_FIN], [], True),
]


@pytest.mark.parametrize(("steps", "lines", "missing"), [row[1:] for row in GAPS], ids=[row[0] for row in GAPS])
def test_gaps(steps: list[Step], lines: list[str], missing: bool) -> None:
    heard = hear(*steps)
    assert heard.lines == lines
    assert heard.dialogue.lost_in_gap is missing


# Fields: name, what was captured of a segment, unseen bytes behind it, exchanges, whether messages may be missing.
CUT: list[tuple[str, bytes, int, list[str], bool]] = [
    ("a body", LONG + b"x", 999, ["? > 200 length 1000", "? > 201 length 2"], False),
    ("all of a body", LONG, 1000, ["? > 200 length 1000", "? > 201 length 2"], False),
    ("a body and more", LONG + b"x", 1999, ["? > 200 length 1000", "? > 201 length 2"], True),
    ("behind a message", OK, 5, ["? > 201 length 2", "? > 201 length 2"], True),
    ("chunk content", CHUNKED + b"5\r\nh", 4, ["? > 200 chunked 5...", "? > 201 length 2"], False),
    ("a head", LONG[:-4], 4, ["? > 200 none 0...", "? > 201 length 2"], True),
    ("everything", b"", 99, ["? > 201 length 2"], True),
    ("until close", ENDLESS + b"x", 99, ["? > 200 until-close 140..."], False),
    ("no HTTP", b"\0\1", 99, ["? > 201 length 2"], False),
]


@pytest.mark.parametrize(("data", "unseen", "lines", "missing"), [row[1:] for row in CUT], ids=[row[0] for row in CUT])
def test_segments_cut_by_the_snapshot_length(data: bytes, unseen: int, lines: list[str], missing: bool) -> None:
    heard = hear(server(data, unseen), server(OK))
    assert heard.lines == lines
    assert heard.dialogue.lost_in_gap is missing


def test_a_message_ends_where_its_last_byte_was_seen() -> None:
    response = hear(client(GET), server(LONG), server(b"x"), server_gap(999), client(NEXT)).exchanges[0].response
    assert response is not None
    assert response.complete
    assert (response.frame, response.end_frame, response.end_time_ns) == (2, 3, 3 * MS)


def test_lost_bytes_are_those_seen_and_not_understood() -> None:
    heard = hear(client(GET), server(LONG), server_gap(1001), server(b"rest"), server(b"more" + OK), server(OK))
    assert heard.server.lost_bytes == 4 + 4 + len(OK)
    assert heard.client.lost_bytes == 0


def test_the_half_line_at_the_end_of_a_cut_head_is_not_believed() -> None:
    head = b"HTTP/1.1 200 OK\r\nServer: nginx/1.25\r\nConnection: close-to-nothing\r\n\r\n"
    for end in range(17, len(head) - 2):
        response = hear(client(GET), server(head[:end], 100)).exchanges[0].response
        assert response is not None
        assert response.server in (None, "nginx/1.25"), end
        assert response.connection in ((), ("close-to-nothing",)), end


@pytest.mark.parametrize("connect", [False, True])
def test_a_cut_head_that_switches_protocols_does_so_by_its_status(connect: bool) -> None:
    """RFC 9112 section 6.3: 101, and 2xx to CONNECT, whatever the headers say."""
    request, status = (b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"200") if connect else (GET, b"101")
    heard = hear(client(request), server(b"HTTP/1.1 " + status + b" x\r\nUpgrade: webso", 40), server(OK), client(NEXT))
    assert heard.dialogue.switched
    assert len(heard.exchanges) == 1


def test_a_tls_hello_with_a_hole_names_nobody() -> None:
    whole = client_hello(server_name(b"www.example.org"), protocols(b"h2", b"http/1.1"))
    at = whole.index(b"www") + 2
    hole = hear(client(whole[:at]), client_gap(3), client(whole[at + 3 :]))
    assert hole.dialogue.protocols == [Protocol("tls")]
    cut = hear(client(whole[:at], 3), client(whole[at + 3 :]))
    assert cut.dialogue.protocols == [Protocol("tls")]
    later = hear(client(whole[:9]), client(whole[9:at], 3), client(whole[at + 3 :]))
    assert later.dialogue.protocols == [Protocol("tls")]
