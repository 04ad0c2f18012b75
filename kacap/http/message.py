"""Messages and exchanges: what the http room knows of what was said.

Only what a verdict needs is kept. Bodies are counted, not kept; cookies are never read, and of credentials only which
scheme they belong to.
"""


class Message:
    """What requests and responses have in common."""

    __slots__ = (
        "auth_scheme",
        "body_bytes",
        "complete",
        "connection",
        "end_frame",
        "end_time_ns",
        "forwarded",
        "frame",
        "framing",
        "head_complete",
        "keep_alive",
        "oddities",
        "proxy_connection",
        "time_ns",
        "version",
    )

    def __init__(self, frame: int, time_ns: int) -> None:
        self.frame = frame
        """The frame with its first byte."""
        self.time_ns = time_ns
        self.end_frame = frame
        """The frame with its last byte so far."""
        self.end_time_ns = time_ns
        self.version = ""
        """`1.1`, as written."""
        self.connection: tuple[str, ...] = ()
        """The options of all `Connection` headers, lower case, in order."""
        self.keep_alive: tuple[int | None, int | None] | None = None
        """`timeout` and `max` of the `Keep-Alive` header."""
        self.proxy_connection: tuple[str, ...] = ()
        """The options of all `Proxy-Connection` headers; they decide nothing."""
        self.auth_scheme: str | None = None
        """`ntlm` or `negotiate`: a scheme that authenticates the connection, asked for or used."""
        self.forwarded = False
        """A proxy passed it on, by its own word: `Via`, `Forwarded` or `X-Forwarded-For`."""
        self.framing = "none"
        """`none`, `length`, `chunked`, `until-close` (RFC 9112 section 6.3)."""
        self.body_bytes = 0
        """Content without chunk framing."""
        self.head_complete = False
        self.complete = False
        self.oddities: tuple[str, ...] = ()
        """Short words for what was wrong with it."""


class Request(Message):
    """A request."""

    __slots__ = ("expects_continue", "host", "method", "target", "user_agent")

    def __init__(self, frame: int, time_ns: int) -> None:
        super().__init__(frame, time_ns)
        self.method = ""
        self.target = ""
        self.host: str | None = None
        self.user_agent: str | None = None
        self.expects_continue = False


class Response(Message):
    """A final response."""

    __slots__ = ("server", "status")

    def __init__(self, frame: int, time_ns: int) -> None:
        super().__init__(frame, time_ns)
        self.status = 0
        self.server: str | None = None


class Exchange:
    """A request with its response; either may be missing from the capture."""

    __slots__ = ("informational", "request", "response", "response_lost")

    def __init__(self, request: Request | None) -> None:
        self.request = request
        self.response: Response | None = None
        self.informational: tuple[int, ...] = ()
        """Status codes of interim responses (1xx), in order."""
        self.response_lost = False
        """Its response fell into a gap of the capture."""

    @property
    def complete(self) -> bool:
        """Whether the last byte of the response was seen."""
        return self.response is not None and self.response.complete

    @property
    def start_ns(self) -> int:
        """Time of the first byte seen of it."""
        request, response = self.request, self.response
        if request is None:
            return 0 if response is None else response.time_ns
        if response is None or request.time_ns <= response.time_ns:
            return request.time_ns
        return response.time_ns

    @property
    def end_ns(self) -> int:
        """Time of the last byte seen of it."""
        request, response = self.request, self.response
        if response is None:
            return 0 if request is None else request.end_time_ns
        if request is None or response.end_time_ns >= request.end_time_ns:
            return response.end_time_ns
        return request.end_time_ns
