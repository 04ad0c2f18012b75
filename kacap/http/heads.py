"""What one head says, parsed: shared by all messages that say the same, and never changed."""

from sys import intern
from typing import NamedTuple

from kacap.http.framing import CHUNKED, LENGTH, NONE, TUNNEL, UNTIL_CLOSE, request_body, response_body_by_head
from kacap.http.head import Fields

REQUESTS, RESPONSES = 1, 2
"""What a head is one of, and what a half says; 0 is not known yet."""

_BY_METHOD = ("HEAD", "CONNECT")
"""Their responses have another body than the head of the response says."""


class Said(NamedTuple):
    """What stands in a head."""

    kind: int
    """REQUESTS or RESPONSES."""
    method: str
    """Empty in a response."""
    target: str
    """Empty in a response."""
    status: int
    """0 in a request."""
    version: str
    """`1.1`, as written."""
    fields: Fields


class Head:
    """A start line, the headers that matter, and what follows from them alone."""

    __slots__ = (
        "auth_scheme",
        "body_bytes",
        "closes",
        "connection",
        "exact_bytes",
        "expects_continue",
        "forwarded",
        "framing",
        "host",
        "is_10",
        "keep_alive",
        "keeps",
        "kind",
        "lasts",
        "method",
        "oddities",
        "proxy_connection",
        "said",
        "server",
        "status",
        "target",
        "user_agent",
        "version",
    )

    def __init__(self, said: Said) -> None:
        kind, method, target, status, version, fields = said
        self.said = said
        self.kind = kind
        self.method = intern(method)
        self.target = target
        self.status = status
        self.version = intern(version)
        self.connection = fields.connection
        self.keep_alive = fields.keep_alive
        self.proxy_connection = fields.proxy_connection
        self.auth_scheme = fields.auth_scheme
        self.forwarded = fields.forwarded
        self.expects_continue = fields.expects_continue
        self.host = None if fields.host is None else intern(fields.host)
        self.user_agent = None if fields.user_agent is None else intern(fields.user_agent)
        self.server = None if fields.server is None else intern(fields.server)
        body = request_body(fields) if kind == REQUESTS else response_body_by_head(status, fields)
        self.framing = body.framing
        """How the end of the body is found; for a response as long as the method of its request does not matter."""
        self.body_bytes = body.length
        self.oddities = body.oddities
        self.exact_bytes = body.length
        """How many bytes follow as body, where the head alone tells it and none of them is framing; else -1."""
        if body.framing in (CHUNKED, UNTIL_CLOSE, TUNNEL) or method in _BY_METHOD or self.is_interim:
            self.exact_bytes = -1
        self.closes = "close" in fields.connection
        self.keeps = "keep-alive" in fields.connection
        self.is_10 = closes_by_default(version)
        self.lasts = not self.closes and not self.is_10 and body.framing in (NONE, LENGTH, CHUNKED)
        """Nothing in it speaks against reuse, whatever the other side says."""

    @property
    def is_interim(self) -> bool:
        """Whether a final response follows it (RFC 9110 section 15.2)."""
        return 100 <= self.status < 200 and self.status != 101


def closes_by_default(version: str) -> bool:
    """Whether a message of this version, as written, ends its connection unless it says otherwise: 1.0 and before."""
    if version == "1.1":
        return False
    major, _, minor = version.partition(".")
    return major == "0" or (major == "1" and minor.strip("0") == "")
