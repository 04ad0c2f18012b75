"""Messages and exchanges: what the http room knows of what was said.

Only what a verdict needs is kept. Bodies are counted, not kept; cookies are never read, and of credentials only which
scheme they belong to. What a head says is shared by all messages that say the same.
"""

from kacap.http.framing import NONE
from kacap.http.heads import Head


class Message:
    """What requests and responses have in common."""

    __slots__ = (
        "body_bytes",
        "complete",
        "end_frame",
        "end_time_ns",
        "frame",
        "framing",
        "head",
        "head_complete",
        "oddities",
        "time_ns",
    )

    def __init__(self, head: Head, frame: int, time_ns: int, whole: bool = False) -> None:
        """`whole`: it is complete, and as its head says."""
        self.head = head
        self.frame = frame
        """The frame with its first byte."""
        self.time_ns = time_ns
        self.end_frame = frame
        """The frame with its last byte so far."""
        self.end_time_ns = time_ns
        self.framing = head.framing if whole else NONE
        """`none`, `length`, `chunked`, `until-close` (RFC 9112 section 6.3)."""
        self.body_bytes = 0
        """Content without chunk framing."""
        self.head_complete = whole
        self.complete = whole
        self.oddities: tuple[str, ...] = head.oddities if whole else ()
        """Short words for what was wrong with it."""

    @property
    def version(self) -> str:
        """`1.1`, as written."""
        return self.head.version

    @property
    def connection(self) -> tuple[str, ...]:
        """The options of all `Connection` headers, lower case, in order."""
        return self.head.connection

    @property
    def keep_alive(self) -> tuple[int | None, int | None] | None:
        """`timeout` and `max` of the `Keep-Alive` header."""
        return self.head.keep_alive

    @property
    def proxy_connection(self) -> tuple[str, ...]:
        """The options of all `Proxy-Connection` headers; they decide nothing."""
        return self.head.proxy_connection

    @property
    def auth_scheme(self) -> str | None:
        """`ntlm` or `negotiate`: a scheme that authenticates the connection, asked for or used."""
        return self.head.auth_scheme

    @property
    def forwarded(self) -> bool:
        """A proxy passed it on, by its own word: `Via`, `Forwarded` or `X-Forwarded-For`."""
        return self.head.forwarded


class Request(Message):
    """A request."""

    __slots__ = ()

    @property
    def method(self) -> str:
        """As written."""
        return self.head.method

    @property
    def target(self) -> str:
        """As written, cut where it is long."""
        return self.head.target

    @property
    def host(self) -> str | None:
        """The first `Host`, as written."""
        return self.head.host

    @property
    def user_agent(self) -> str | None:
        """The first `User-Agent`."""
        return self.head.user_agent

    @property
    def expects_continue(self) -> bool:
        """Whether it waits for 100 before it sends its body."""
        return self.head.expects_continue


class Response(Message):
    """A final response."""

    __slots__ = ()

    @property
    def status(self) -> int:
        """The status code."""
        return self.head.status

    @property
    def server(self) -> str | None:
        """The first `Server`."""
        return self.head.server


class Exchange:
    """A request with its response; either may be missing from the capture."""

    __slots__ = ("index", "informational", "request", "response", "response_lost")

    def __init__(self, request: Request | None, index: int = 0) -> None:
        self.index = index
        """Its place in its dialogue, from 0."""
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
    def key(self) -> tuple[int, int]:
        """Tells it from all other exchanges of the capture: the frame of its first message, and its place."""
        message = self.request or self.response
        return (0 if message is None else message.frame, self.index)

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

    @property
    def send_ns(self) -> int:
        """From the first byte of the request to its last; 0 without one."""
        request = self.request
        return 0 if request is None else max(0, request.end_time_ns - request.time_ns)

    @property
    def wait_ns(self) -> int:
        """From the last byte of the request to the first of the response; 0 where either is missing."""
        request, response = self.request, self.response
        return 0 if request is None or response is None else max(0, response.time_ns - request.end_time_ns)

    @property
    def receive_ns(self) -> int:
        """From the first byte of the response to its last; 0 without one."""
        response = self.response
        return 0 if response is None else max(0, response.end_time_ns - response.time_ns)
