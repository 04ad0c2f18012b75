"""What a half says that is not HTTP/1."""

import ssl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kacap.http.recognise import Protocol, after_proxy_header, hello_bytes_missing, recognise
from tests.http.hello import client_hello, extension, protocols, server_name, vector

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


NAMED = client_hello(extension(10, bytes(4)), server_name(b"example.org"), protocols(b"h2", b"http/1.1"))


def seen(data: bytes) -> Protocol:
    """`data` in the middle of a block that goes on behind it."""
    return recognise(b"\x16\x03" + data + NAMED, 2, 2 + len(data))


TLS = [
    ("name and protocols", NAMED, "example.org", ("h2", "http/1.1")),
    ("protocols first", client_hello(protocols(b"http/1.1"), server_name(b"a.b")), "a.b", ("http/1.1",)),
    ("no extension", client_hello(), None, ()),
    ("no session id", client_hello(server_name(b"a.b"), session_id=b""), "a.b", ()),
    ("name only", client_hello(server_name(b"a.b")), "a.b", ()),
    ("empty name", client_hello(server_name(b"")), None, ()),
    ("another kind of name", client_hello(extension(0, vector(2, b"\x01", vector(2, b"a.b")))), None, ()),
    ("name of another charset", client_hello(server_name(b"caf\xe9")), "caf\xe9", ()),
    ("empty extensions", client_hello(extension(0, b""), extension(16, b"")), None, ()),
    ("server hello", b"\x16\x03\x03" + vector(2, b"\x02" + vector(3, bytes(40))), None, ()),
    ("alert", b"\x15\x03\x03\x00\x02\x02\x28", None, ()),
    ("application data", b"\x17\x03\x03" + vector(2, bytes(100)), None, ()),
    ("change cipher spec", b"\x14\x03\x03\x00\x01\x01", None, ()),
    ("record header alone", NAMED[:5], None, ()),
    ("handshake type alone", NAMED[:6], None, ()),
]


@pytest.mark.parametrize(("data", "sni", "alpn"), [row[1:] for row in TLS], ids=[row[0] for row in TLS])
def test_tls(data: bytes, sni: str | None, alpn: tuple[str, ...]) -> None:
    assert seen(data) == Protocol("tls", sni, alpn)


def test_tls_by_a_real_client() -> None:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    written = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), written, server_hostname="www.example.org")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    assert seen(written.read()) == Protocol("tls", "www.example.org", ("h2", "http/1.1"))


def test_long_lists_are_cut() -> None:
    names = [b"p%02d" % number for number in range(40)]
    assert len(seen(client_hello(protocols(*names))).alpn) <= 16


@pytest.mark.parametrize("end", range(5, len(NAMED) + 1))
def test_a_cut_hello_says_nothing_that_it_did_not_say(end: int) -> None:
    said = seen(NAMED[:end])
    assert said.name == "tls"
    assert said.sni in (None, "example.org")
    assert said.alpn == ("h2", "http/1.1")[: len(said.alpn)]


UNKNOWN = [
    ("nothing", b""),
    ("ssh", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("smtp", b"220 mail.example.org ESMTP\r\n"),
    ("redis", b"*1\r\n$4\r\nPING\r\n"),
    ("socks", b"\x05\x01\x00"),
    ("four bytes of a record", NAMED[:4]),
    ("record type 24", b"\x18" + NAMED[1:]),
    ("version 2", b"\x16\x02" + NAMED[2:]),
    ("version 3.5", b"\x16\x03\x05" + NAMED[3:]),
    ("empty record", b"\x16\x03\x01\x00\x00\x01"),
    ("record too long", b"\x16\x03\x01\xff\xff\x01"),
    ("three bytes of the preface", PREFACE[:3]),
    ("almost the preface", PREFACE[:-1] + b"x"),
    ("another PRI", b"PRIVMSG #a :b\r\n"),
]


@pytest.mark.parametrize("data", [row[1] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN])
def test_unknown(data: bytes) -> None:
    assert seen(data) == Protocol("unknown")


@pytest.mark.parametrize("end", [*range(4, 25), 24])
def test_http2(end: int) -> None:
    assert seen(PREFACE[:end]) == Protocol("http2")


def test_http2_with_frames_behind() -> None:
    assert seen(PREFACE + bytes(9)) == Protocol("http2")


@pytest.mark.parametrize("at", range(len(NAMED)))
@pytest.mark.parametrize("lie", [0, 1, 0x7F, 0xFF])
def test_every_length_may_lie(at: int, lie: int) -> None:
    said = seen(NAMED[:at] + bytes([lie]) + NAMED[at + 1 :])
    assert said.name in ("tls", "unknown")
    assert said.sni is None or 0 < len(said.sni) <= 255
    assert all(len(name) <= 255 for name in said.alpn)


@given(st.binary(max_size=400), st.booleans())
@example(b"", True)
def test_any_bytes(data: bytes, as_hello: bool) -> None:
    if as_hello:
        data = b"\x16\x03\x01" + vector(2, b"\x01" + data)
    said = seen(data)
    assert said.name in ("tls", "http2", "unknown")
    assert len(said.alpn) <= 16


# Fields: name, first bytes, how much of the record is to come.
MISSING = [
    ("nothing", b"", 0),
    ("four bytes", NAMED[:4], 0),
    ("header", NAMED[:5], len(NAMED) - 5),
    ("half", NAMED[:60], len(NAMED) - 60),
    ("whole", NAMED, 0),
    ("whole, and more", NAMED + NAMED, 0),
    ("application data", b"\x17\x03\x03\x40\x00", 0),
    ("no record", b"\x16\x02\x03\x40\x00", 0),
]


@pytest.mark.parametrize(("data", "missing"), [row[1:] for row in MISSING], ids=[row[0] for row in MISSING])
def test_missing(data: bytes, missing: int) -> None:
    assert hello_bytes_missing(data) == missing
    assert hello_bytes_missing(bytearray(data)) == missing


SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"

# Fields: name, first bytes, length of the PROXY protocol header among them.
PROXY = [
    ("nothing", b"", 0),
    ("version 1, TCP4", b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET", 42),
    ("version 1, TCP6", b"PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", 40),
    ("version 1, unknown", b"PROXY UNKNOWN\r\nGET", 15),
    ("version 1, cut", b"PROXY TCP4 192.0.2.1", 0),
    ("version 1, too long", b"PROXY TCP4 " + b"x" * 107 + b"\r\n", 0),
    ("a request whose method is PROXY", b"PROXY /a HTTP/1.1\r\n\r\n", 0),
    ("version 2", SIGNATURE + b"\x21\x11\0\x0c" + bytes(12) + b"GET", 28),
    ("version 2, local", SIGNATURE + b"\x20\0\0\0GET", 16),
    ("version 2, cut", SIGNATURE + b"\x21\x11\0\x0c" + bytes(11), 0),
    ("version 2, its length is cut", SIGNATURE + b"\x21\x11\0", 0),
    ("blank lines", b"\r\n\r\nGET", 0),
    ("no header", b"GET / HTTP/1.1\r\n", 0),
]


@pytest.mark.parametrize(("data", "length"), [row[1:] for row in PROXY], ids=[row[0] for row in PROXY])
def test_proxy_header(data: bytes, length: int) -> None:
    assert after_proxy_header(b"PROXY" + data + bytes(300), 5, 5 + len(data)) == 5 + length
