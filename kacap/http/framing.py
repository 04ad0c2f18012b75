"""How long a body is: RFC 9112 section 6.3, in its order.

Doubt is noted as an oddity; the reading then is the one that peers in practice use.
"""

from typing import Final, NamedTuple

from kacap.http.head import Fields

NONE, LENGTH, CHUNKED, UNTIL_CLOSE, TUNNEL = "none", "length", "chunked", "until-close", "tunnel"

_LARGEST_LENGTH: Final = 1 << 62


class Body(NamedTuple):
    """How the end of a body is found."""

    framing: str
    length: int
    """Content bytes; 0 unless the framing is `length`."""
    oddities: tuple[str, ...] = ()


EMPTY = Body(NONE, 0)


def request_body(fields: Fields) -> Body:
    """A request without length has no body."""
    if fields.transfer_encoding:
        oddities = ("te-and-cl",) if fields.content_length else ()
        if fields.transfer_encoding[-1] == CHUNKED:
            return Body(CHUNKED, 0, oddities)
        if CHUNKED in fields.transfer_encoding:
            return Body(CHUNKED, 0, (*oddities, "bad-transfer-encoding"))
        return _by_length(fields, NONE, (*oddities, "bad-transfer-encoding"))
    return _by_length(fields, NONE, ())


def response_body(method: str, status: int, fields: Fields) -> Body:
    """`method` is that of the request, empty when the capture does not show it."""
    return answering(method, status, response_body_by_head(status, fields))


def answering(method: str, status: int, body: Body) -> Body:
    """The body of a response to `method`, where its head alone says `body`."""
    if method == "CONNECT" and 200 <= status < 300:
        return Body(TUNNEL, 0)
    if method == "HEAD" and body.framing != TUNNEL:
        return EMPTY
    return body


def response_body_by_head(status: int, fields: Fields) -> Body:
    """As the head of the response alone has it."""
    if status == 101:
        return Body(TUNNEL, 0)
    if 100 <= status < 200 or status in (204, 304):
        return EMPTY
    if fields.transfer_encoding:
        oddities = ("te-and-cl",) if fields.content_length else ()
        if CHUNKED in fields.transfer_encoding:
            if fields.transfer_encoding[-1] != CHUNKED:
                oddities = (*oddities, "bad-transfer-encoding")
            return Body(CHUNKED, 0, oddities)
        if fields.transfer_encoding != ("identity",):
            return Body(UNTIL_CLOSE, 0, oddities)
    return _by_length(fields, UNTIL_CLOSE, ())


def _by_length(fields: Fields, otherwise: str, oddities: tuple[str, ...]) -> Body:
    if not fields.content_length:
        return Body(otherwise, 0, oddities)
    parts = {part.strip(" \t") for value in fields.content_length for part in value.split(",")}
    lengths = {int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= 20}
    if len(parts) > 1 or len(lengths) != 1:
        oddities = (*oddities, "bad-content-length")
    if not lengths:
        return Body(otherwise, 0, oddities)
    length = min(max(lengths), _LARGEST_LENGTH)
    return Body(LENGTH, length, oddities)
