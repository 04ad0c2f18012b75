"""What a half says that is not HTTP/1: TLS with its SNI and ALPN (RFC 8446 section 4.1.2), HTTP/2, or unknown.

A PROXY protocol header (HAProxy doc/proxy-protocol.txt) is stepped over. Only the first bytes are looked at; every
length in them may lie.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

_H2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HANDSHAKE: Final = 22
_SNI, _ALPN = 0, 16
_MAX_NAME: Final = 255
_MAX_NAMES: Final = 16
_PROXY_LINE: Final = 107
_PROXY_1 = (b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN")
_PROXY_2 = b"\r\n\r\n\x00\r\nQUIT\n"


class Protocol(NamedTuple):
    """A protocol by its first bytes."""

    name: str
    """`tls`, `http2` or `unknown`."""
    sni: str | None = None
    alpn: tuple[str, ...] = ()


UNKNOWN_PROTOCOL = Protocol("unknown")


def recognise(data: bytes, start: int, end: int) -> Protocol:
    """The protocol that begins with `data[start:end]`."""
    if data.startswith(_H2_PREFACE[: min(end - start, 24)], start, end) and end - start >= 4:
        return Protocol("http2")
    if _is_tls_record(data, start, end):
        return _client_hello(data[start:end])
    return UNKNOWN_PROTOCOL


def after_proxy_header(data: bytes, start: int, end: int) -> int:
    """Where the connection itself begins: after the PROXY protocol header that some balancers put before it."""
    if data.startswith(_PROXY_1, start, end):
        newline = data.find(b"\n", start, min(end, start + _PROXY_LINE))
        return start if newline < 0 else newline + 1
    if data.startswith(_PROXY_2, start, end) and end - start >= 16:
        stop = start + 16 + int.from_bytes(data[start + 14 : start + 16], "big")
        return stop if stop <= end else start
    return start


def hello_bytes_missing(data: bytes | bytearray) -> int:
    """How much of the TLS handshake record that begins with `data` is still to come: a hello may fill two segments."""
    if len(data) < 5 or data[0] != _HANDSHAKE or data[1] != 3:
        return 0
    return max(0, 5 + int.from_bytes(data[3:5], "big") - len(data))


class PartialHello:
    """The first record of a TLS handshake, which may fill several segments."""

    __slots__ = ("_content",)

    def __init__(self, data: bytes) -> None:
        self._content = bytearray(data)

    def add(self, data: bytes, start: int, end: int) -> bool:
        """Take further bytes; whether the record is whole now."""
        self._content += data[start : min(end, start + hello_bytes_missing(self._content))]
        return not hello_bytes_missing(self._content)

    @property
    def protocol(self) -> Protocol:
        """What it says, as far as it was seen."""
        return recognise(bytes(self._content), 0, len(self._content))


def _is_tls_record(data: bytes, start: int, end: int) -> bool:
    """A TLS record header: type, version 3.x, and a length that a record may have (RFC 8446 section 5.1)."""
    if end - start < 5 or data[start] not in (20, 21, 22, 23) or data[start + 1] != 3 or data[start + 2] > 4:
        return False
    return 0 < int.from_bytes(data[start + 3 : start + 5], "big") <= (1 << 14) + 2048


def _client_hello(record: bytes) -> Protocol:
    body = record[5:]
    if record[0] != _HANDSHAKE or body[:1] != b"\x01":
        return Protocol("tls")
    at = 4 + 2 + 32
    at += 1 + _number(body, at, 1)
    at += 2 + _number(body, at, 2)
    at += 1 + _number(body, at, 1)
    stop = min(len(body), at + 2 + _number(body, at, 2))
    at += 2
    sni: str | None = None
    alpn: tuple[str, ...] = ()
    while at + 4 <= stop:
        kind, length = _number(body, at, 2), _number(body, at + 2, 2)
        content = body[at + 4 : at + 4 + length]
        if kind == _SNI and content[2:3] == b"\x00":
            sni = _whole(content, 5, _number(content, 3, 2))
        elif kind == _ALPN:
            alpn = _names(content[2:])
        at += 4 + length
    return Protocol("tls", sni, alpn)


def _names(content: bytes) -> tuple[str, ...]:
    names: list[str] = []
    at = 0
    while at < len(content) and len(names) < _MAX_NAMES:
        name = _whole(content, at + 1, content[at])
        if name is None:
            break
        names.append(name)
        at += 1 + content[at]
    return tuple(names)


def _whole(content: bytes, at: int, length: int) -> str | None:
    """A name, unless it is cut, empty, or longer than names are."""
    name = content[at : at + length]
    return name.decode("latin-1") if 0 < len(name) == length <= _MAX_NAME else None


def _number(data: bytes, at: int, width: int) -> int:
    """A big-endian number, 0 where the bytes end."""
    return int.from_bytes(data[at : at + width], "big")


def told_from_both(known: Sequence[Protocol]) -> Protocol | None:
    """What a connection speaks, when its halves were recognised as `known`; None when nothing was."""
    for name in ("tls", "http2", "unknown"):
        if any(protocol.name == name for protocol in known):
            sni = next((protocol.sni for protocol in known if protocol.sni), None)
            alpn = next((protocol.alpn for protocol in known if protocol.alpn), ())
            return Protocol(name, sni, alpn)
    return None
