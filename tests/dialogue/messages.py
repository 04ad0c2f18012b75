r"""The written form of what a side says → its bytes.

    GET /a | Host: a.example                        the request line (HTTP/1.1 when it names no version), then headers
    200 | Content-Length: 2 || ok                   the status line in short; `||` begins the body
    HTTP/1.0 200 OK | Server: x || 20000 bytes      a body of that size
    200 | Transfer-Encoding: chunked || chunks 5 7;name=value 1 | X-Trailer: t
                                                    chunks of those sizes (decimal), the last chunk, trailers
    raw GET / HTTP/1.1\nHost: a\n\n                 exactly these bytes; \r \n \t \xNN \\ are understood everywhere
    hex 16 03 01                                    exactly these bytes
    1000 bytes                                      that many bytes of something that looks like nothing
    tls api.example alpn h2,http/1.1                a TLS ClientHello record

Nothing is added that is not written: no Host, no Content-Length.
"""

import re
import struct
from collections.abc import Callable
from http import HTTPStatus

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
_PLAIN_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\"}
_CRLF = b"\r\n"


def message(text: str) -> bytes:
    """The bytes of one written message; ValueError where it cannot be read."""
    word, _, rest = text.partition(" ")
    if word in _FORMS:
        return _FORMS[word](rest)
    if re.fullmatch(r"\d+ bytes", text):
        return filler(int(word))
    return _http(text)


def filler(size: int) -> bytes:
    """`size` bytes that are neither a head nor a chunk."""
    return (b"abcdefghijklmnopqrstuvwxyz-" * (size // 27 + 1))[:size]


def chunked(payload: bytes, sizes: list[int]) -> bytes:
    """`payload` as chunks of those sizes (the rest in one), and the last chunk (RFC 9112 section 7.1)."""
    parts, start = [], 0
    for size in [*sizes, len(payload)]:
        part = payload[start : start + size]
        start += len(part)
        if part:
            parts.append(b"%x\r\n%s\r\n" % (len(part), part))
    return b"".join(parts) + b"0\r\n\r\n"


def client_hello(name: str, alpn: tuple[str, ...] = ()) -> bytes:
    """A TLS record that holds a ClientHello with SNI and ALPN (RFC 8446 section 4.1.2, RFC 6066, RFC 7301)."""
    server_name = _sized(b"\0" + _sized(name.encode(), 2), 2)
    protocols = _sized(b"".join(_sized(protocol.encode(), 1) for protocol in alpn), 2)
    extensions = struct.pack("!H", 0) + _sized(server_name, 2)
    if alpn:
        extensions += struct.pack("!H", 16) + _sized(protocols, 2)
    body = b"\x03\x03" + bytes(range(32)) + b"\0" + _sized(b"\x13\x01\x13\x02", 2) + b"\x01\0" + _sized(extensions, 2)
    return b"\x16\x03\x01" + _sized(b"\x01" + _sized(body, 3), 2)


def unescape(text: str) -> bytes:
    r"""Text with \r \n \t \xNN \\ → bytes."""

    def plain(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        if found[2] not in _PLAIN_ESCAPES:
            raise ValueError(f"unknown escape \\{found[2]}")
        return _PLAIN_ESCAPES[found[2]]

    return _ESCAPE.sub(plain, text).encode("latin-1")


def _http(text: str) -> bytes:
    head, _, body = text.partition("||")
    start, *headers = [line.strip() for line in head.split("|")]
    lines = [unescape(line) for line in [_start_line(start), *headers]]
    return _CRLF.join(lines) + 2 * _CRLF + _body(body.strip())


def _start_line(text: str) -> str:
    words = text.split(" ")
    if re.fullmatch(r"\d{3}", words[0]):
        phrase = text[4:] or HTTPStatus(int(words[0])).phrase
        return f"HTTP/1.1 {words[0]} {phrase}"
    if words[0].startswith("HTTP/") or len(words) == 3:
        return text
    if len(words) == 2 and words[0].isupper():
        return f"{text} HTTP/1.1"
    raise ValueError(f"neither a request nor a response: {text!r}")


def _body(text: str) -> bytes:
    if re.fullmatch(r"\d+ bytes", text):
        return filler(int(text.split(maxsplit=1)[0]))
    if re.match(r"chunks( |$)", text):
        return _chunks(text.removeprefix("chunks"))
    return unescape(text)


def _chunks(text: str) -> bytes:
    sizes, *trailers = [part.strip() for part in text.split("|")]
    parts = []
    for word in sizes.split():
        size, semicolon, extension = word.partition(";")
        parts.append(b"%x" % int(size) + (semicolon + extension).encode() + _CRLF + filler(int(size)) + _CRLF)
    return b"".join([*parts, b"0\r\n", *(unescape(trailer) + _CRLF for trailer in trailers), _CRLF])


def _tls(text: str) -> bytes:
    name, _, protocols = text.partition(" alpn ")
    return client_hello(name, tuple(protocols.split(",")) if protocols else ())


def _sized(data: bytes, width: int) -> bytes:
    return len(data).to_bytes(width, "big") + data


_FORMS: dict[str, Callable[[str], bytes]] = {"raw": unescape, "hex": bytes.fromhex, "tls": _tls}
