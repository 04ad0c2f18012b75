"""How long a body is: RFC 9112 section 6.3, item by item."""

import pytest

from kacap.http.framing import EMPTY, Body, request_body, response_body
from kacap.http.head import parse_fields

TUNNEL = Body("tunnel", 0)
CLOSE = Body("until-close", 0)
CHUNKED = Body("chunked", 0)
BOTH = Body("chunked", 0, ("te-and-cl",))
NOT_LAST = Body("chunked", 0, ("bad-transfer-encoding",))


def length(count: int, *oddities: str) -> Body:
    return Body("length", count, oddities)


CL5 = b"Content-Length: 5\r\n"
TE = b"Transfer-Encoding: chunked\r\n"

# Fields: item of the section, method, status, headers, body.
RESPONSES = [
    ("1 HEAD", "HEAD", 200, CL5, EMPTY),
    ("1 HEAD, chunked", "HEAD", 200, TE, EMPTY),
    ("1 HEAD, error", "HEAD", 404, b"", EMPTY),
    ("1 head is another method", "head", 200, CL5, length(5)),
    ("1 100", "GET", 100, CL5, EMPTY),
    ("1 103", "POST", 103, TE, EMPTY),
    ("1 199", "GET", 199, b"", EMPTY),
    ("1 204", "GET", 204, CL5, EMPTY),
    ("1 204 chunked", "GET", 204, TE, EMPTY),
    ("1 304", "GET", 304, CL5, EMPTY),
    ("1 304 to nobody", "", 304, b"", EMPTY),
    ("1 101", "GET", 101, b"", TUNNEL),
    ("1 101 with length", "GET", 101, CL5, TUNNEL),
    ("1 101 to nobody", "", 101, b"", TUNNEL),
    ("2 CONNECT", "CONNECT", 200, b"", TUNNEL),
    ("2 CONNECT with length", "CONNECT", 200, CL5, TUNNEL),
    ("2 CONNECT chunked", "CONNECT", 299, TE, TUNNEL),
    ("2 CONNECT 204", "CONNECT", 204, b"", TUNNEL),
    ("2 CONNECT refused", "CONNECT", 407, CL5, length(5)),
    ("2 CONNECT redirected", "CONNECT", 302, b"", CLOSE),
    ("2 CONNECT waits", "CONNECT", 100, b"", EMPTY),
    ("3 both", "GET", 200, TE + CL5, BOTH),
    ("3 both, other order", "GET", 200, CL5 + TE, BOTH),
    ("4 chunked", "GET", 200, TE, CHUNKED),
    ("4 chunked to nobody", "", 200, TE, CHUNKED),
    ("4 upper case", "GET", 200, b"Transfer-Encoding: CHUNKED\r\n", CHUNKED),
    ("4 gzip, chunked", "GET", 200, b"Transfer-Encoding: gzip, chunked\r\n", CHUNKED),
    ("4 gzip and chunked", "GET", 200, b"Transfer-Encoding: gzip\r\n" + TE, CHUNKED),
    ("4 gzip", "GET", 200, b"Transfer-Encoding: gzip\r\n", CLOSE),
    ("4 chunked, gzip", "GET", 200, b"Transfer-Encoding: chunked, gzip\r\n", NOT_LAST),
    ("4 xchunked", "GET", 200, b"Transfer-Encoding: xchunked\r\n", CLOSE),
    ("4 gzip with length", "GET", 200, b"Transfer-Encoding: gzip\r\n" + CL5, Body("until-close", 0, ("te-and-cl",))),
    ("4 identity, of RFC 2616", "GET", 200, b"Transfer-Encoding: identity\r\n" + CL5, length(5)),
    ("4 nothing", "GET", 200, b"Transfer-Encoding: ,\r\n" + CL5, length(5)),
    ("5 repeated and equal", "GET", 200, CL5 + CL5, length(5)),
    ("5 joined and equal", "GET", 200, b"Content-Length: 5, 5 ,5\r\n", length(5)),
    ("5 repeated and not equal", "GET", 200, CL5 + b"Content-Length: 7\r\n", length(7, "bad-content-length")),
    ("5 joined and not equal", "GET", 200, b"Content-Length: 7, 5\r\n", length(7, "bad-content-length")),
    ("5 one of two", "GET", 200, b"Content-Length: 5, x\r\n", length(5, "bad-content-length")),
    ("5 negative", "GET", 200, b"Content-Length: -5\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 plus", "GET", 200, b"Content-Length: +5\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 hexadecimal", "GET", 200, b"Content-Length: 0x5\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 underscore", "GET", 200, b"Content-Length: 5_0\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 superscript", "GET", 200, b"Content-Length: \xb2\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 empty", "GET", 200, b"Content-Length:\r\n", Body("until-close", 0, ("bad-content-length",))),
    ("5 larger than any", "GET", 200, b"Content-Length: 99999999999999999999\r\n", length(1 << 62)),
    (
        "5 endless",
        "GET",
        200,
        b"Content-Length: " + b"9" * 9999 + b"\r\n",
        CLOSE._replace(oddities=("bad-content-length",)),
    ),
    ("6 length", "GET", 200, CL5, length(5)),
    ("6 nought", "GET", 200, b"Content-Length: 0\r\n", length(0)),
    ("6 leading noughts", "GET", 200, b"Content-Length: 005\r\n", length(5)),
    ("6 to nobody", "", 200, CL5, length(5)),
    ("6 205", "GET", 205, b"Content-Length: 0\r\n", length(0)),
    ("8 neither", "GET", 200, b"", CLOSE),
    ("8 neither, error", "POST", 500, b"", CLOSE),
    ("8 neither, to nobody", "", 200, b"", CLOSE),
]


@pytest.mark.parametrize(
    ("method", "status", "lines", "body"), [row[1:] for row in RESPONSES], ids=[row[0] for row in RESPONSES]
)
def test_response(method: str, status: int, lines: bytes, body: Body) -> None:
    assert response_body(method, status, parse_fields(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")) == body


REQUESTS = [
    ("3 both", TE + CL5, BOTH),
    ("4 chunked", TE, CHUNKED),
    ("4 gzip, chunked", b"Transfer-Encoding: gzip, chunked\r\n", CHUNKED),
    ("4 chunked, gzip", b"Transfer-Encoding: chunked, gzip\r\n", NOT_LAST),
    ("4 gzip", b"Transfer-Encoding: gzip\r\n", Body("none", 0, ("bad-transfer-encoding",))),
    ("4 identity", b"Transfer-Encoding: identity\r\n" + CL5, length(5, "te-and-cl", "bad-transfer-encoding")),
    ("4 xchunked", b"Transfer-Encoding: xchunked\r\n", Body("none", 0, ("bad-transfer-encoding",))),
    (
        "4 both, chunked not last",
        b"Transfer-Encoding: chunked, x\r\n" + CL5,
        Body("chunked", 0, (*BOTH.oddities, *NOT_LAST.oddities)),
    ),
    ("5 repeated and equal", CL5 + CL5, length(5)),
    ("5 not equal", CL5 + b"Content-Length: 7\r\n", length(7, "bad-content-length")),
    ("5 negative", b"Content-Length: -5\r\n", Body("none", 0, ("bad-content-length",))),
    ("6 length", CL5, length(5)),
    ("6 nought", b"Content-Length: 0\r\n", length(0)),
    ("7 neither", b"", EMPTY),
]


@pytest.mark.parametrize(("lines", "body"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS])
def test_request(lines: bytes, body: Body) -> None:
    assert request_body(parse_fields(b"POST / HTTP/1.1\r\n" + lines + b"\r\n")) == body
