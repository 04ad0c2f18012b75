"""Heads: bytes in, fields out; what is a start line and what is none."""

import pytest

from kacap.http.head import (
    MAX_VALUE,
    REQUEST_LINE,
    STATUS_LINE,
    Fields,
    head_end,
    latin,
    may_begin_head,
    parse_fields,
)

NOTHING = Fields((), None, (), (), False, False, None, None, None, None, False, ())


def fields(lines: bytes) -> Fields:
    return parse_fields(b"GET / HTTP/1.1\r\n" + lines + b"\r\n")


# Fields: name, header lines, what differs from a head without headers.
HEADERS: list[tuple[str, bytes, dict[str, object]]] = [
    ("none", b"", {}),
    ("upper case name", b"CONNECTION: close\r\n", {"connection": ("close",)}),
    ("lower case name", b"connection: close\r\n", {"connection": ("close",)}),
    ("upper case value", b"Connection: Keep-Alive\r\n", {"connection": ("keep-alive",)}),
    ("no space", b"Connection:close\r\n", {"connection": ("close",)}),
    ("much space", b"Connection: \t  close \t \r\n", {"connection": ("close",)}),
    ("space before the colon", b"Connection \t: close\r\n", {"connection": ("close",)}),
    ("bare LF", b"Connection: close\nHost: a\n", {"connection": ("close",), "host": "a"}),
    ("two CR", b"Connection: close\r\r\nHost: a\r\n", {"connection": ("close",), "host": "a"}),
    ("repeated", b"Connection: a\r\nX: y\r\nConnection: close\r\n", {"connection": ("a", "close")}),
    ("comma-joined", b"Connection: keep-alive, Upgrade,TE\r\n", {"connection": ("keep-alive", "upgrade", "te")}),
    ("empty members", b"Connection: , ,close,,\r\n", {"connection": ("close",)}),
    ("empty value", b"Connection:\r\nHost:\r\n", {"host": ""}),
    ("a word inside another", b"Connection: closed, not-close\r\n", {"connection": ("closed", "not-close")}),
    ("folded by space", b"Connection: keep-alive,\r\n close\r\n", {"connection": ("keep-alive", "close")}),
    ("folded by tab, bare LF", b"Connection:\n\tclose\n", {"connection": ("close",)}),
    ("folded twice", b"User-Agent: a\r\n  b\r\n\tc\r\nHost: d\r\n", {"user_agent": "a b c", "host": "d"}),
    ("folded line that looks like a header", b"X: y\r\n Connection: close\r\n", {}),
    ("space before the first header", b" Connection: close\r\nHost: a\r\n", {"host": "a"}),
    ("line without colon", b"Connection close\r\nHost: a\r\n", {"host": "a"}),
    ("line without name", b": close\r\nHost: a\r\n", {"host": "a"}),
    ("name within a value", b"X: Connection: close\r\n", {}),
    ("Proxy-Connection is another header", b"Proxy-Connection: Close, x\r\n", {"proxy_connection": ("close", "x")}),
    ("Via", b"Via: 1.1 a\r\n", {"forwarded": True}),
    ("Forwarded", b"FORWARDED: for=192.0.2.7\r\n", {"forwarded": True}),
    ("X-Forwarded-For", b"X-Forwarded-For: 192.0.2.7\r\n", {"forwarded": True}),
    ("a challenge", b"WWW-Authenticate: NTLM\r\n", {"auth_scheme": "ntlm"}),
    ("the second challenge", b"WWW-Authenticate: Basic realm=a, Negotiate\r\n", {"auth_scheme": "negotiate"}),
    ("repeated challenges", b"Proxy-Authenticate: Basic\r\nProxy-Authenticate: NTLM\r\n", {"auth_scheme": "ntlm"}),
    ("credentials", b"Authorization: Negotiate YII=\r\n", {"auth_scheme": "negotiate"}),
    ("credentials for a proxy", b"Proxy-Authorization: ntlm TlRM\r\n", {"auth_scheme": "ntlm"}),
    ("a scheme with a longer name", b"WWW-Authenticate: NTLMv2\r\nAuthorization: Xntlm a\r\n", {}),
    ("a realm that is called so", b'WWW-Authenticate: Basic realm="ntlm"\r\n', {}),
    ("Connection-Proxy too", b"Connection-X: close\r\nX-Connection: close\r\n", {}),
    ("cookies and credentials are not read", b"Cookie: a=b\r\nAuthorization: Basic Zg==\r\n", {}),
    ("NUL", b"Host: a\x00b\r\nConn\x00ection: close\r\n", {"host": "a\x00b"}),
    ("bytes that are no ASCII", b"Server: caf\xc3\xa9 \xff\r\n\xff: a\r\n", {"server": "caf\xc3\xa9 \xff"}),
    ("CR inside a value", b"Server: a\rb\r\n", {"server": "a\rb"}),
    ("the first of several", b"Host: a\r\nHost: b\r\n", {"host": "a"}),
    ("port and brackets", b"Host: [2001:db8::1]:8880\r\n", {"host": "[2001:db8::1]:8880"}),
    ("long value", b"User-Agent: " + b"u" * 999 + b"\r\n", {"user_agent": "u" * MAX_VALUE}),
    ("long option", b"Connection: " + b"o" * 999 + b"\r\n", {"connection": ("o" * MAX_VALUE,)}),
    ("lengths", b"Content-Length: 5\r\nContent-Length: 5,6\r\n", {"content_length": ("5", "5,6")}),
    (
        "codings",
        b"Transfer-Encoding: GZip\r\nTransfer-Encoding: Chunked\r\n",
        {"transfer_encoding": ("gzip", "chunked")},
    ),
    ("upgrade", b"Upgrade: websocket\r\n", {"upgrade": True}),
    ("expect", b"Expect: 100-Continue\r\n", {"expects_continue": True}),
    ("expect something else", b"Expect: 200-maybe\r\n", {"expects_continue": False}),
    ("server", b"Server: nginx/1.25\r\n", {"server": "nginx/1.25"}),
]


@pytest.mark.parametrize(("lines", "expected"), [row[1:] for row in HEADERS], ids=[row[0] for row in HEADERS])
def test_headers(lines: bytes, expected: dict[str, object]) -> None:
    assert fields(lines)._asdict() == {**NOTHING._asdict(), **expected}


KEEP_ALIVE = [
    ("timeout=5, max=99", (5, 99)),
    ("timeout=5", (5, None)),
    ("max=99", (None, 99)),
    ("Timeout=5,MAX=99", (5, 99)),
    ("timeout=5;max=99", (5, 99)),
    ("timeout = 5 , max\t=\t99", (5, 99)),
    ('timeout="5", max="99"', (5, 99)),
    ("timeout=0, max=0", (0, 0)),
    ("timeout=007", (7, None)),
    ("300", (None, None)),
    ("", (None, None)),
    ("timeout", (None, None)),
    ("timeout=", (None, None)),
    ("timeout=-1, max=99", (None, 99)),
    ("timeout=+5", (None, None)),
    ("timeout=5.5", (None, None)),
    ("timeout=0x10", (None, None)),
    ("timeout=5s, max=1e3", (None, None)),
    ("timeout=\xb2", (None, None)),
    ("timeout==5", (None, None)),
    ("timeout=999999999999", (999999999999, None)),
    ("timeout=" + "9" * 5000, (None, None)),
    ("timeouts=5, xmax=3", (None, None)),
    ("timeout=5, timeout=6", (6, None)),
    ("timeout=5\r\nKeep-Alive: max=99", (5, 99)),
]


@pytest.mark.parametrize(("value", "expected"), KEEP_ALIVE)
def test_keep_alive(value: str, expected: tuple[int | None, int | None]) -> None:
    assert fields(b"Keep-Alive: " + value.encode("latin-1") + b"\r\n").keep_alive == expected


def test_headers_of_a_huge_head() -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 80) for number in range(2000))
    assert len(many) > 170_000
    assert fields(many + b"Connection: close\r\n").connection == ("close",)


def test_only_the_lines_after_the_start_line_are_headers() -> None:
    assert parse_fields(b"GET Connection: close HTTP/1.1\r\n\r\n") == NOTHING
    assert parse_fields(b"") == NOTHING


REQUESTS = [
    (b"GET / HTTP/1.1\r\n", (b"GET", b"/", b"1.1")),
    (b"GET / HTTP/1.0\n", (b"GET", b"/", b"1.0")),
    (b"GET  /\t HTTP/1.1 \t\r\n", (b"GET", b"/", b"1.1")),
    (b"GET / HTTP/1.1\r\r\n", (b"GET", b"/", b"1.1")),
    (b"get / HTTP/1.1\r\n", (b"get", b"/", b"1.1")),
    (b"M-SEARCH * HTTP/1.1\r\n", (b"M-SEARCH", b"*", b"1.1")),
    (b"FROB!#$%&'*+-.^_`|~9 /x HTTP/1.1\r\n", (b"FROB!#$%&'*+-.^_`|~9", b"/x", b"1.1")),
    (b"OPTIONS * HTTP/1.1\r\n", (b"OPTIONS", b"*", b"1.1")),
    (b"CONNECT example.org:443 HTTP/1.1\r\n", (b"CONNECT", b"example.org:443", b"1.1")),
    (b"GET http://example.org/a?b HTTP/1.1\r\n", (b"GET", b"http://example.org/a?b", b"1.1")),
    (b"GET /a b  c HTTP/1.1\r\n", (b"GET", b"/a b  c", b"1.1")),
    (b"GET /\xff\x00 HTTP/1.1\r\n", (b"GET", b"/\xff\x00", b"1.1")),
    (b"GET HTTP/1.0 HTTP/1.1\r\n", (b"GET", b"HTTP/1.0", b"1.1")),
    (b"x" * 64 + b" / HTTP/1.1\r\n", (b"x" * 64, b"/", b"1.1")),
    (b"x" * (65) + b" / HTTP/1.1\r\n", None),
    (b"GET /\r\n", None),
    (b"GET / HTTP/1.1", None),
    (b"GET /\rx HTTP/1.1\r\n", None),
    (b"GET /\nHTTP/1.1\r\n", None),
    (b"GET HTTP/1.1\r\n", None),
    (b"GET / HTTP/1\r\n", None),
    (b"GET / HTTP/1.1x\r\n", None),
    (b"GET / http/1.1\r\n", None),
    (b" GET / HTTP/1.1\r\n", None),
    (b"G(T / HTTP/1.1\r\n", None),
    (b"OPTIONS sip:a@example.org SIP/2.0\r\n", None),
    (b"DESCRIBE rtsp://example.org/ RTSP/1.0\r\n", None),
    (b"REQMOD icap://example.org/ ICAP/1.0\r\n", None),
    (b"HTTP/1.1 200 OK\r\n", None),
    (b"", None),
]


@pytest.mark.parametrize(("data", "expected"), REQUESTS)
def test_request_line(data: bytes, expected: tuple[bytes, ...] | None) -> None:
    found = REQUEST_LINE.match(data)
    assert (None if found is None else found.groups()) == expected


STATUSES = [
    (b"HTTP/1.1 200 OK\r\n", (b"1.1", b"200")),
    (b"HTTP/1.0 404 Not Found\n", (b"1.0", b"404")),
    (b"HTTP/1.1 200\r\n", (b"1.1", b"200")),
    (b"HTTP/1.1 200 \r\n", (b"1.1", b"200")),
    (b"HTTP/1.1 200\n", (b"1.1", b"200")),
    (b"HTTP/1.1 \t 200  all  well \r\n", (b"1.1", b"200")),
    (b"HTTP/1.1 200\tOK\r\n", (b"1.1", b"200")),
    (b"HTTP/1.1 999 \xff\x00\r\n", (b"1.1", b"999")),
    (b"HTTP/1.1 20 OK\r\n", None),
    (b"HTTP/1.1 2000 OK\r\n", None),
    (b"HTTP/1.1 200OK\r\n", None),
    (b"HTTP/1.1 -20 OK\r\n", None),
    (b"HTTP/1.1200 OK\r\n", None),
    (b"HTTP/1 200 OK\r\n", None),
    (b"HTTP/1.1 200 OK", None),
    (b"http/1.1 200 OK\r\n", None),
    (b"ICY 200 OK\r\n", None),
    (b"SIP/2.0 200 OK\r\n", None),
    (b"RTSP/1.0 200 OK\r\n", None),
    (b"ICAP/1.0 204 No Content\r\n", None),
    (b"GET / HTTP/1.1\r\n", None),
]


@pytest.mark.parametrize(("data", "expected"), STATUSES)
def test_status_line(data: bytes, expected: tuple[bytes, ...] | None) -> None:
    found = STATUS_LINE.match(data)
    assert (None if found is None else found.groups()) == expected


ENDS = [
    (b"a\r\n\r\nb", 5),
    (b"a\n\nb", 3),
    (b"a\r\n\nb", 4),
    (b"a\n\r\nb", 4),
    (b"a\r\nb\r\n", -1),
    (b"a\r\n\r", -1),
    (b"a\r\n \r\nb", -1),
    (b"", -1),
]


@pytest.mark.parametrize(("data", "end"), ENDS)
def test_head_end(data: bytes, end: int) -> None:
    assert head_end(data, 0, len(data)) == end
    assert head_end(bytearray(data), 0, len(data)) == end


def test_head_end_looks_only_between_its_bounds() -> None:
    data = b"\n\nab\r\n\r\n"
    assert head_end(data, 2, 8) == 8
    assert head_end(data, 2, 7) == -1


@pytest.mark.parametrize("start_line", [row[0] for row in (*REQUESTS, *STATUSES) if row[1] and b"\r\r" not in row[0]])
def test_every_beginning_of_a_start_line_may_become_one(start_line: bytes) -> None:
    for end in range(1, len(start_line)):
        if b"\n" not in start_line[:end]:
            assert may_begin_head(start_line[:end]), start_line[:end]


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01", b"{}", b"x" * 65, b"G(T", b"HTTP;", b"GET /\rx", b"", b" GET", b"\x05"]
)
def test_what_can_never_become_a_start_line(data: bytes) -> None:
    assert not may_begin_head(data)


def test_latin_keeps_one_character_a_byte() -> None:
    assert latin(bytes(range(256)), 1000) == "".join(map(chr, range(256)))
    assert latin(b"abcdef", 3) == "abc"
