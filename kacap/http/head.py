"""Recognises and parses the heads of HTTP/1 messages (RFC 9112 sections 2 to 5). Each head is parsed once.

Lenient as section 2.2 allows: bare LF ends a line, blank lines before a start line are skipped, folded lines are
unfolded, names are compared without case. Only headers that matter to the life of a connection are looked at; of those
with credentials only the name of the scheme is kept.
"""

import re
from typing import Final, NamedTuple

MAX_TARGET: Final = 4096
MAX_VALUE: Final = 256
"""Longest target and header value kept, in characters."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
REQUEST_LINE = re.compile(
    rb"(" + _TOKEN + rb"{1,64})[ \t]+(\S(?:[^\r\n]*[^\s])?)[ \t]+HTTP/(\d{1,3}\.\d{1,3})[ \t]*\r*\n"
)
STATUS_LINE = re.compile(rb"HTTP/(\d{1,3}\.\d{1,3})[ \t]+(\d{3})(?:[ \t][^\n]*|\r*)\n")
_REQUEST_BEGINS = re.compile(_TOKEN + rb"{1,64}(?:[ \t][^\r\n]*)?\r?\Z")
_STATUS_BEGINS = re.compile(rb"H(?:T(?:T(?:P(?:/[^\r\n]*)?)?)?)?\r?\Z")
_HEAD_ENDS = re.compile(rb"\n\r?\n")

_VALUE, _PRESENCE, _SCHEME = range(3)
_WANTED = {
    # What is kept of a header: its value, that it is there, or the scheme that it names.
    b"authorization": _SCHEME,
    b"connection": _VALUE,
    b"content-length": _VALUE,
    b"expect": _VALUE,
    b"forwarded": _PRESENCE,
    b"host": _VALUE,
    b"keep-alive": _VALUE,
    b"proxy-authenticate": _SCHEME,
    b"proxy-authorization": _SCHEME,
    b"proxy-connection": _VALUE,
    b"server": _VALUE,
    b"transfer-encoding": _VALUE,
    b"upgrade": _PRESENCE,
    b"user-agent": _VALUE,
    b"via": _PRESENCE,
    b"www-authenticate": _SCHEME,
    b"x-forwarded-for": _PRESENCE,
}
_FIELD = re.compile(rb"\n(" + b"|".join(_WANTED) + rb")[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE)
"""A header that matters, with the end of the line before it: other lines are passed over without a look."""
_BOUND_SCHEME = re.compile(rb"(?:\A|,)\s*(ntlm|negotiate)(?=[\s,]|\Z)", re.IGNORECASE)
_FORWARDED = frozenset((b"via", b"forwarded", b"x-forwarded-for"))


class Fields(NamedTuple):
    """The headers of one head that matter, each with all its values in order."""

    connection: tuple[str, ...]
    keep_alive: tuple[int | None, int | None] | None
    content_length: tuple[str, ...]
    transfer_encoding: tuple[str, ...]
    upgrade: bool
    expects_continue: bool
    host: str | None
    server: str | None
    user_agent: str | None
    auth_scheme: str | None
    """`ntlm` or `negotiate`: schemes that authenticate the connection; others are not looked at."""
    forwarded: bool
    """`Via`, `Forwarded` or `X-Forwarded-For` is there."""
    proxy_connection: tuple[str, ...]


def head_end(data: bytes | bytearray, start: int, end: int) -> int:
    """Where the head that begins at `start` ends (after its blank line); -1 when it is not complete."""
    found = _HEAD_ENDS.search(data, start, end)
    return -1 if found is None else found.end()


def may_begin_head(data: bytes | bytearray) -> bool:
    """Whether `data`, which holds no complete line yet, can still become a start line."""
    return _REQUEST_BEGINS.match(data) is not None or may_begin_response(data)


def may_begin_response(data: bytes | bytearray) -> bool:
    """Whether `data`, which holds no complete line yet, can still become a status line."""
    return _STATUS_BEGINS.match(data) is not None


def parse_fields(head: bytes) -> Fields:
    """The headers of `head`, which begins with its start line."""
    found: dict[bytes, list[str]] = {}
    auth_scheme: str | None = None
    for match in _FIELD.finditer(head, max(0, head.find(b"\n"))):
        name = match.group(1).lower()
        kept = _WANTED[name]
        if kept == _VALUE:
            found.setdefault(name, []).append(_text(match.group(2)))
        elif kept == _PRESENCE:
            found[name] = []
        else:
            auth_scheme = auth_scheme or _bound_scheme(match.group(2))
    keep_alive = found.get(b"keep-alive")
    return Fields(
        connection=_options(found.get(b"connection", ())),
        keep_alive=None if keep_alive is None else _keep_alive(keep_alive),
        content_length=tuple(found.get(b"content-length", ())),
        transfer_encoding=_options(found.get(b"transfer-encoding", ())),
        upgrade=b"upgrade" in found,
        expects_continue="100-continue" in map(str.lower, found.get(b"expect", ())),
        host=_first(found, b"host"),
        server=_first(found, b"server"),
        user_agent=_first(found, b"user-agent"),
        auth_scheme=auth_scheme,
        forwarded=not _FORWARDED.isdisjoint(found),
        proxy_connection=_options(found.get(b"proxy-connection", ())),
    )


def latin(value: bytes, limit: int) -> str:
    """Raw bytes as text, one character a byte, at most `limit`."""
    return value[:limit].decode("latin-1")


def _text(value: bytes) -> str:
    text = value.decode("latin-1")
    if "\n" in text:
        text = " ".join(part.strip() for part in text.split("\n"))
    return text.strip(" \t\r")


def _bound_scheme(value: bytes) -> str | None:
    """The scheme of a challenge or of credentials (RFC 9110 section 11.4) when it binds them to the connection."""
    scheme = _BOUND_SCHEME.search(value[: 16 * MAX_VALUE])
    return None if scheme is None else scheme.group(1).decode("ascii").lower()


def _first(found: dict[bytes, list[str]], name: bytes) -> str | None:
    values = found.get(name)
    return values[0][:MAX_VALUE] if values else None


def _options(values: list[str] | tuple[()]) -> tuple[str, ...]:
    """The members of a comma-separated list field that may be repeated (RFC 9110 section 5.6.1)."""
    if not values:
        return ()
    options = []
    for value in values:
        for part in value[: 16 * MAX_VALUE].split(","):
            option = part.strip(" \t").lower()
            if option:
                options.append(option[:MAX_VALUE])
    return tuple(options)


def _keep_alive(values: list[str]) -> tuple[int | None, int | None]:
    timeout: int | None = None
    limit: int | None = None
    for value in values:
        for part in value.replace(";", ",").split(","):
            name, _, number = part.partition("=")
            number = number.strip(' \t"')
            if not (number.isascii() and number.isdigit() and len(number) <= 12):
                continue
            match name.strip().lower():
                case "timeout":
                    timeout = int(number)
                case "max":
                    limit = int(number)
    return timeout, limit
