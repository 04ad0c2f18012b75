"""Pairs the messages of one connection into exchanges.

Rules of this room:
- An exchange exists as soon as its request head is seen. Responses answer requests in order (RFC 9112 section 9.3.2).
- Interim responses (1xx but 101) belong to the exchange that waits; 101, and 2xx to CONNECT, end the dialogue.
- A response with no request waiting is an orphan: an exchange without request.
- When the capture lost a response, the requests that waited for it are not answered by the next one: of those that
  wait when responses are found again, only the last can be meant.
"""

from collections import deque

from kacap.http.message import Exchange, Message, Request, Response
from kacap.http.recognise import Protocol

MAX_WAITING = 1024
"""Pipelined requests that may wait for a response; older ones are given up."""

MAX_INTERIM = 64
"""Interim responses kept of one exchange."""


class Dialogue:
    """The exchanges of one connection, in order of first byte."""

    __slots__ = (
        "_answering",
        "_orphan_informational",
        "_response_lost",
        "_waiting",
        "exchanges",
        "extra_after",
        "extra_bytes",
        "extra_frame",
        "extra_time_ns",
        "limits_hit",
        "lost_in_gap",
        "protocols",
        "switched",
    )

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.switched = False
        """101 or CONNECT: what follows is not HTTP/1."""
        self.limits_hit = 0
        """How often something was dropped because there was too much of it."""
        self.lost_in_gap = False
        """Messages may be missing: a gap hid where they begin."""
        self.extra_after: Response | None = None
        """The response behind which the server sent bytes that belong to no message."""
        self.extra_frame = 0
        """The frame with the first of them."""
        self.extra_time_ns = 0
        self.extra_bytes = 0
        self.protocols: list[Protocol] = []
        """What the halves say from their first bytes on that is not HTTP/1."""
        self._waiting: deque[Exchange] = deque()
        self._answering: Exchange | None = None
        self._orphan_informational: tuple[int, ...] = ()
        self._response_lost = False

    def request_begun(self, request: Request) -> None:
        """A request head was read."""
        exchange = Exchange(request)
        self.exchanges.append(exchange)
        self._waiting.append(exchange)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popleft().response_lost = True
            self.limits_hit += 1

    def method_for_response(self) -> str:
        """The method of the request that the next response answers; empty when the capture does not show it."""
        self._drop_unanswered()
        if not self._waiting:
            return ""
        request = self._waiting[0].request
        return "" if request is None else request.method

    def response_begun(self, response: Response) -> None:
        """A response head was read."""
        if 100 <= response.status < 200 and response.status != 101:
            self._interim(response)
            return
        if self._waiting:
            exchange = self._waiting.popleft()
        else:
            exchange = Exchange(None)
            exchange.informational = self._orphan_informational
            self._orphan_informational = ()
            self.exchanges.append(exchange)
        exchange.response = response
        self._answering = exchange

    def request_known(self, response: Message) -> bool:
        """Whether the capture shows the request that the current response answers."""
        answering = self._answering
        return answering is not None and answering.response is response and answering.request is not None

    def extra_begins(self, frame: int, time_ns: int) -> bool:
        """Bytes that are no message stand behind a response; whether they are the server's fault for sure.

        They are not where the capture lost something, or does not show the request: its method says whether there is a
        body (RFC 9112 section 6.3).
        """
        answering = self._answering
        if answering is None or answering.request is None or answering.response is None or self.lost_in_gap:
            return False
        if self.extra_after is not None or not answering.response.complete:
            return False
        self.extra_after = answering.response
        self.extra_frame, self.extra_time_ns = frame, time_ns
        return True

    def switch(self) -> None:
        """101 or CONNECT: the connection carries another protocol from here on."""
        self.switched = True

    def lost_place(self, *, responses: bool, in_gap: bool) -> None:
        """A half lost its place between messages, in a gap or because what it says is no message."""
        self.lost_in_gap |= in_gap
        if responses:
            self._response_lost = True

    def _drop_unanswered(self) -> None:
        if not self._response_lost:
            return
        self._response_lost = False
        while len(self._waiting) > 1:
            self._waiting.popleft().response_lost = True

    def _interim(self, response: Response) -> None:
        known = self._waiting[0].informational if self._waiting else self._orphan_informational
        if len(known) >= MAX_INTERIM:
            self.limits_hit += 1
        elif self._waiting:
            self._waiting[0].informational = (*known, response.status)
        else:
            self._orphan_informational = (*known, response.status)
