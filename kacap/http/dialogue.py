"""Pairs the messages of one connection into exchanges.

Rules of this room:
- An exchange exists as soon as its request head is seen. Responses answer requests in order (RFC 9112 section 9.3.2).
- Interim responses (1xx but 101) belong to the exchange that waits; 101, and 2xx to CONNECT, end the dialogue.
- A response with no request waiting is an orphan: an exchange without request.
- When the capture lost responses, those found behind the gap answer the last of the requests that waited (see `late`).
- The usual exchange comes first: while nothing else is open, a request that is whole in one frame is three numbers here
  (`asked`), and with the response that is whole in one frame it is over (`answered`). Whatever else happens first makes
  an object of it.
"""

from typing import Final

from kacap.http.exchanges import Exchanges
from kacap.http.heads import REQUESTS, RESPONSES, Head
from kacap.http.late import Late
from kacap.http.message import Exchange, Message, Request, Response
from kacap.http.recognise import Protocol
from kacap.tcp.sink import FORGETS, Listener

MAX_WAITING = 1024
"""Pipelined requests that may wait for a response; older ones are given up."""

MAX_INTERIM: Final = 64
"""Interim responses kept of one exchange."""


class Dialogue(Listener):
    """The exchanges of one connection, in order of first byte."""

    __slots__ = (
        "_answering",
        "_asked",
        "_asked_frame",
        "_asked_time_ns",
        "_exchanges",
        "_extra_index",
        "_last_answered",
        "_late",
        "_orphan_informational",
        "_protocols",
        "_response_lost",
        "_waiting",
        "extra_bytes",
        "extra_frame",
        "extra_time_ns",
        "first_says",
        "limits_hit",
        "lost_in_gap",
        "switched",
    )

    def __init__(self, exchanges: Exchanges | None = None) -> None:
        super().__init__()
        self._exchanges = Exchanges() if exchanges is None else exchanges
        self.switched = False
        """101 or CONNECT: what follows is not HTTP/1."""
        self.first_says = 0
        """REQUESTS or RESPONSES: what the first half of the connection says, as far as its readers know."""
        self.limits_hit = 0
        """How often something was dropped because there was too much of it."""
        self.lost_in_gap = False
        """Messages may be missing: a gap hid where they begin."""
        self.extra_frame = 0
        """The frame with the first of the bytes behind `extra_after`."""
        self.extra_time_ns = 0
        self.extra_bytes = 0
        self._extra_index = -1
        self._protocols: list[Protocol] | None = None
        self._asked: Head | None = None
        self._asked_frame = 0
        self._asked_time_ns = 0
        self._waiting = 0
        """How many of the open exchanges, the last ones, wait for their response."""
        self._answering: Exchange | None = None
        """The exchange whose response is being read."""
        self._last_answered = -1
        """The exchange that was answered last."""
        self._orphan_informational: tuple[int, ...] = ()
        self._response_lost = False
        self._late: Late | None = None

    @property
    def exchanges(self) -> Exchanges:
        """All of them, so far."""
        self._open_asked()
        return self._exchanges

    @property
    def recorded(self) -> Exchanges:
        """Those so far, but for the one that is only asked (`asked_head`): to look at while the dialogue goes on."""
        return self._exchanges

    @property
    def asked_head(self) -> Head | None:
        """The request that `recorded` does not hold yet."""
        return self._asked

    @property
    def asked_ns(self) -> int:
        """When that request came; means nothing without one."""
        return self._asked_time_ns

    @property
    def protocols(self) -> list[Protocol]:
        """What the halves say from their first bytes on that is not HTTP/1."""
        return [] if self._protocols is None else self._protocols

    @property
    def extra_after(self) -> Response | None:
        """The response behind which the server sent bytes that belong to no message."""
        return None if self._extra_index < 0 else self._exchanges.at(self._extra_index).response

    def take_whole(self, head: Head, said: int, is_first: bool, frame: int, time_ns: int) -> bool:
        """A message is whole in one frame, of a half that `said` REQUESTS or RESPONSES before (0: nothing).

        False, and nothing done, when it is not a usual one.
        """
        kind = head.kind
        if said not in (0, kind):
            return False
        if not (self.asked(head, frame, time_ns) if kind == REQUESTS else self.answered(head, frame, time_ns)):
            return False
        if not said:
            self.half_says(kind, is_first)
        return True

    def asked(self, head: Head, frame: int, time_ns: int) -> bool:
        """A request is whole in one frame; False when it is not the only one, and has to be begun."""
        if self._asked is not None or not self._exchanges.idle:
            return False
        self._asked = head
        self._asked_frame = frame
        self._asked_time_ns = time_ns
        return True

    def answered(self, head: Head, frame: int, time_ns: int) -> bool:
        """A final response is whole in one frame; False when it does not answer `asked`, and has to be begun."""
        asked = self._asked
        if asked is None:
            return False
        self._asked = None
        self._response_lost = False
        self._answering = None
        self._last_answered = self._exchanges.add(asked, self._asked_frame, self._asked_time_ns, head, frame, time_ns)
        return True

    def request_begun(self, request: Request) -> None:
        """A request head was read."""
        self._open_asked()
        if self._late is not None:
            self._late = None
            self._exchanges.settle()
        self._exchanges.begin(request)
        self._waiting += 1
        if self._waiting > MAX_WAITING:
            self._exchanges.opened(self._waiting).response_lost = True
            self._waiting -= 1
            self._exchanges.settle()
            self.limits_hit += 1

    def method_for_response(self) -> str:
        """The method of the request that the next response answers; empty when the capture does not show it."""
        self._open_asked()
        self._drop_unanswered()
        first = self._first_waiting() if self._late is None else self._late.last
        return "" if first is None or first.request is None else first.request.method

    def response_begun(self, response: Response) -> None:
        """A response head was read."""
        self._open_asked()
        if response.head.is_interim:
            self._interim(response)
            return
        exchange = self._first_waiting()
        if self._late is not None:
            exchange = self._answer_late(self._late)
        elif exchange is not None:
            self._waiting -= 1
        else:
            exchange = self._exchanges.begin(None)
            exchange.informational = self._orphan_informational
            self._orphan_informational = ()
        exchange.response = response
        self._answering = exchange
        self._last_answered = exchange.index

    def completed(self, message: Message) -> None:
        """A message was read to its end."""
        message.complete = True
        if self._answering is not None and self._answering.response is message:
            self._answering = None
        if self._late is None:
            self._exchanges.settle()

    def request_known(self, response: Message) -> bool:
        """Whether the capture shows the request that the current response answers."""
        answering = self._answering
        return answering is not None and answering.response is response and answering.request is not None

    def extra_begins(self, frame: int, time_ns: int) -> bool:
        """Bytes that are no message stand behind a response; whether they are the server's fault for sure.

        They are not where the capture lost something, or does not show the request: its method says whether there is a
        body (RFC 9112 section 6.3).
        """
        if self._last_answered < 0 or self.lost_in_gap or self._extra_index >= 0:
            return False
        if not self._exchanges.is_answered(self._last_answered):
            return False
        self._exchanges.keep(self._last_answered)
        self._extra_index = self._last_answered
        self.extra_frame, self.extra_time_ns = frame, time_ns
        return True

    def half_says(self, kind: int, is_first: bool) -> None:
        """A half says REQUESTS or RESPONSES; the other then says the other, unless it says itself what it is."""
        if is_first:
            self.first_says = kind
        elif not self.first_says:
            self.first_says = RESPONSES if kind == REQUESTS else REQUESTS

    def speaks(self, protocol: Protocol) -> None:
        """A half says from its first bytes on what is not HTTP/1."""
        if self._protocols is None:
            self._protocols = []
        self._protocols.append(protocol)

    def lost_place(self, *, responses: bool, in_gap: bool) -> None:
        """A half lost its place between messages, in a gap or because what it says is no message."""
        self.lost_in_gap |= in_gap
        if responses:
            self._response_lost = True

    def forget(self, kept: int, until_ns: int) -> None:
        """Drop those up to the last that was over before `until_ns`, but for the newest `kept` that are over, of
        which there is one at least; what stood behind one of them is forgotten with it."""
        exchanges = self._exchanges
        count = exchanges.over - max(1, kept)
        while count > 0 and exchanges.end_ns(count - 1) >= until_ns:
            count -= 1
        if count <= 0:
            return
        exchanges.forget(count)
        self._last_answered = max(-1, self._last_answered - count)
        self._extra_index = max(-1, self._extra_index - count)

    def close(self) -> None:
        """Nothing more comes."""
        self.exchanges.close()
        self.first_sink = self.second_sink = FORGETS  # they know this dialogue: a circle

    @property
    def plain(self) -> bool:
        """Whether there is nothing to say of it but its exchanges."""
        return not (self.switched or self.limits_hit or self.lost_in_gap) and (
            self._extra_index < 0 and self._protocols is None and not self._orphan_informational
        )

    def _open_asked(self) -> None:
        """Something unusual comes: the request that is known by its numbers becomes an open exchange."""
        head = self._asked
        if head is None:
            return
        self._asked = None
        request = Request(head, self._asked_frame, self._asked_time_ns, True)
        request.body_bytes = head.exact_bytes
        self._exchanges.begin(request)
        self._waiting = 1

    def _first_waiting(self) -> Exchange | None:
        return self._exchanges.opened(self._waiting) if self._waiting else None

    def _drop_unanswered(self) -> None:
        if self._response_lost and self._waiting > 1:
            self._late = Late([self._exchanges.opened(back) for back in range(self._waiting, 0, -1)])
            self._waiting = 1
        self._response_lost = False

    def _answer_late(self, late: Late) -> Exchange:
        stands_behind, moves = self.extra_after, late.any_answered
        exchange = late.answer()
        if moves:
            exchange.informational, self._orphan_informational = self._orphan_informational, ()
        if self.extra_after is not stands_behind:
            self._extra_index -= 1
        self._waiting = 0
        self._late = None if late.all_answered else late
        return exchange

    def _interim(self, response: Response) -> None:
        waiting = self._first_waiting()
        known = self._orphan_informational if waiting is None else waiting.informational
        if len(known) >= MAX_INTERIM:
            self.limits_hit += 1
        elif waiting is not None:
            waiting.informational = (*known, response.status)
        else:
            self._orphan_informational = (*known, response.status)
