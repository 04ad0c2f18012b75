"""What one head says, parsed: shared by all messages that say the same, and never changed.

A head is two objects. What a program says the same in each of its heads is `Terms`, of which a capture has few; its
target and the length of its body, which differ from message to message, are the `Head`'s own.
"""

from operator import attrgetter
from sys import intern
from typing import Any, Final, NamedTuple

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


Values = tuple[Any, ...]

TERMS: Final = (
    "kind",
    "method",
    "status",
    "version",
    "connection",
    "keep_alive",
    "proxy_connection",
    "auth_scheme",
    "forwarded",
    "expects_continue",
    "host",
    "user_agent",
    "server",
    "framing",
    "oddities",
)
"""What terms are made of: those that have the same values of these are the same."""


class Terms:
    """What a head says, but for its target and its length, and what follows from that alone."""

    __slots__ = (*TERMS, "closes", "is_10", "is_exact", "is_interim", "keeps", "lasts")

    def __init__(self, values: Values) -> None:
        """`values`: of TERMS, in that order."""
        self.kind: int = values[0]
        self.method: str = intern(values[1])
        self.status: int = values[2]
        self.version: str = intern(values[3])
        self.connection: tuple[str, ...] = values[4]
        self.keep_alive: tuple[int | None, int | None] | None = values[5]
        self.proxy_connection: tuple[str, ...] = values[6]
        self.auth_scheme: str | None = values[7]
        self.forwarded: bool = values[8]
        self.expects_continue: bool = values[9]
        self.host = _shared(values[10])
        self.user_agent = _shared(values[11])
        self.server = _shared(values[12])
        self.framing: str = values[13]
        self.oddities: tuple[str, ...] = values[14]
        self.is_interim: bool = 100 <= self.status < 200 and self.status != 101
        self.is_exact = not (
            self.framing in (CHUNKED, UNTIL_CLOSE, TUNNEL) or self.method in _BY_METHOD or self.is_interim
        )
        """The head alone tells how many bytes follow as body, and none of them is framing."""
        self.closes = "close" in self.connection
        self.keeps = "keep-alive" in self.connection
        self.is_10 = closes_by_default(self.version)
        self.lasts = not self.closes and not self.is_10 and self.framing in (NONE, LENGTH, CHUNKED)


values_of: Final = attrgetter(*TERMS)
"""The values that equal terms are made of."""


def parts_of(said: Said) -> tuple[Values, int]:
    """The values of its terms, and how long its body is, as in `Body`."""
    kind, method, _, status, version, fields = said
    body = request_body(fields) if kind == REQUESTS else response_body_by_head(status, fields)
    values = (
        kind,
        method,
        status,
        version,
        fields.connection,
        fields.keep_alive,
        fields.proxy_connection,
        fields.auth_scheme,
        fields.forwarded,
        fields.expects_continue,
        fields.host,
        fields.user_agent,
        fields.server,
        body.framing,
        body.oddities,
    )
    return values, body.length


class Head:
    """A start line, the headers that matter, and what follows from them alone."""

    __slots__ = ("body_bytes", "exact_bytes", "target", "terms")

    def __init__(self, terms: Terms, target: str, body_bytes: int) -> None:
        self.terms = terms
        self.target = target
        self.body_bytes = body_bytes
        self.exact_bytes = body_bytes if terms.is_exact else -1
        """How many bytes follow as body, where the head alone tells it and none of them is framing; else -1."""

    @property
    def kind(self) -> int:
        """REQUESTS or RESPONSES."""
        return self.terms.kind

    @property
    def method(self) -> str:
        """Empty in a response."""
        return self.terms.method

    @property
    def status(self) -> int:
        """0 in a request."""
        return self.terms.status

    @property
    def version(self) -> str:
        """`1.1`, as written."""
        return self.terms.version

    @property
    def connection(self) -> tuple[str, ...]:
        """As in `Fields`; so are those below."""
        return self.terms.connection

    @property
    def keep_alive(self) -> tuple[int | None, int | None] | None:
        """`timeout` and `max`."""
        return self.terms.keep_alive

    @property
    def proxy_connection(self) -> tuple[str, ...]:
        """The options of `Proxy-Connection`."""
        return self.terms.proxy_connection

    @property
    def auth_scheme(self) -> str | None:
        """`ntlm` or `negotiate`."""
        return self.terms.auth_scheme

    @property
    def forwarded(self) -> bool:
        """A proxy passed it on."""
        return self.terms.forwarded

    @property
    def expects_continue(self) -> bool:
        """Whether it waits for 100."""
        return self.terms.expects_continue

    @property
    def host(self) -> str | None:
        """The first `Host`."""
        return self.terms.host

    @property
    def user_agent(self) -> str | None:
        """The first `User-Agent`."""
        return self.terms.user_agent

    @property
    def server(self) -> str | None:
        """The first `Server`."""
        return self.terms.server

    @property
    def framing(self) -> str:
        """How the end of the body is found; for a response as long as the method of its request does not matter."""
        return self.terms.framing

    @property
    def oddities(self) -> tuple[str, ...]:
        """As in `Body`."""
        return self.terms.oddities

    @property
    def lasts(self) -> bool:
        """Nothing in it speaks against reuse, whatever the other side says."""
        return self.terms.lasts

    @property
    def closes(self) -> bool:
        """Whether it says `close`."""
        return self.terms.closes

    @property
    def keeps(self) -> bool:
        """Whether it says `keep-alive`."""
        return self.terms.keeps

    @property
    def is_10(self) -> bool:
        """Whether its version closes unless told otherwise."""
        return self.terms.is_10

    @property
    def is_interim(self) -> bool:
        """Whether a final response follows it (RFC 9110 section 15.2)."""
        return self.terms.is_interim


def closes_by_default(version: str) -> bool:
    """Whether a message of this version, as written, ends its connection unless it says otherwise: 1.0 and before."""
    if version == "1.1":
        return False
    major, _, minor = version.partition(".")
    return major == "0" or (major == "1" and minor.strip("0") == "")


def _shared(text: str | None) -> str | None:
    return None if text is None else intern(text)
