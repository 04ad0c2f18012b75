"""Invariant: on valid HTTP/1.1, kacap counts the same heads and body bytes as h11 does."""

from dataclasses import dataclass, field
from typing import NamedTuple

import h11
from hypothesis import given, settings
from hypothesis import strategies as st

from kacap.verdict.words import Side
from tests.dialogue import Dialogue
from tests.properties.reading import Heard, exchanges

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


class Body(NamedTuple):
    """A body to be said in parts, and whether its length is told beforehand."""

    parts: list[bytes]
    is_chunked: bool

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The header that frames it."""
        if self.is_chunked:
            return [("Transfer-Encoding", "chunked")]
        return [("Content-Length", str(sum(map(len, self.parts))))]


class Planned(NamedTuple):
    """One exchange to be said through h11."""

    method: str
    request: Body | None
    interim: int
    status: int
    response: Body
    trailers: bool


@dataclass
class Count:
    """What h11 itself heard of one exchange."""

    method: str = ""
    target: str = ""
    request_bytes: int = 0
    informational: list[int] = field(default_factory=list)
    status: int = 0
    response_bytes: int = 0
    ended: int = 0


_BODIES = st.builds(Body, st.lists(st.binary(min_size=1, max_size=600), max_size=4), st.booleans())
_PLANS = st.builds(
    Planned,
    st.sampled_from(_METHODS),
    st.none() | _BODIES,
    st.integers(0, 2),
    st.sampled_from((200, 201, 204, 304, 404)),
    _BODIES,
    st.booleans(),
)


class Pair:
    """An h11 client and an h11 server with kacap's dialogue between them."""

    def __init__(self) -> None:
        self.client, self.server = h11.Connection(h11.CLIENT), h11.Connection(h11.SERVER)
        self.dialogue = Dialogue()
        self.connection = self.dialogue.connection()
        self.connection.handshake()
        self.counts: list[Count] = []

    def say(self, side: Side, event: h11.Event) -> None:
        """Send an event, over the wire, to the other side, which counts what it hears."""
        speaker, listener = (self.client, self.server) if side is Side.CLIENT else (self.server, self.client)
        data = speaker.send(event)
        self.dialogue.wait(1_000_000)
        if data:
            self.connection.send(side, data)
            listener.receive_data(data)
        self._listen(listener)

    def _listen(self, listener: h11.Connection) -> None:
        while True:
            event = listener.next_event()
            if event in (h11.NEED_DATA, h11.PAUSED):
                return
            self._count(event, listener is self.server)

    def _count(self, event: object, at_server: bool) -> None:
        if isinstance(event, h11.Request):
            self.counts.append(Count(event.method.decode(), event.target.decode()))
            return
        count = self.counts[-1]
        if isinstance(event, h11.InformationalResponse):
            count.informational.append(event.status_code)
        elif isinstance(event, h11.Response):
            count.status = event.status_code
        elif isinstance(event, h11.Data) and at_server:
            count.request_bytes += len(event.data)
        elif isinstance(event, h11.Data):
            count.response_bytes += len(event.data)
        elif isinstance(event, h11.EndOfMessage):
            count.ended += 1


def perform(pair: Pair, number: int, plan: Planned) -> str:
    """Say one exchange; the framing of its response."""
    headers = [("Host", "a.example"), *(plan.request.headers if plan.request else ())]
    pair.say(Side.CLIENT, h11.Request(method=plan.method, target=f"/{number}", headers=headers))
    for part in plan.request.parts if plan.request else ():
        pair.say(Side.CLIENT, h11.Data(data=part))
    pair.say(Side.CLIENT, h11.EndOfMessage())
    for _ in range(plan.interim):
        pair.say(Side.SERVER, h11.InformationalResponse(status_code=103, headers=[("Link", "</a>")]))
    pair.say(Side.SERVER, h11.Response(status_code=plan.status, headers=plan.response.headers))
    has_body = plan.method != "HEAD" and plan.status not in (204, 304)
    for part in plan.response.parts if has_body else ():
        pair.say(Side.SERVER, h11.Data(data=part))
    trailers = [("X-Sum", "1")] if plan.trailers and plan.response.is_chunked and has_body else []
    pair.say(Side.SERVER, h11.EndOfMessage(headers=trailers))
    pair.client.start_next_cycle()
    pair.server.start_next_cycle()
    if not has_body:
        return "none"
    return "chunked" if plan.response.is_chunked else "length"


@given(st.lists(_PLANS, min_size=1, max_size=5))
@settings(deadline=None, max_examples=200)
def test_kacap_and_h11_count_alike(plans: list[Planned]) -> None:
    pair = Pair()
    framings = [perform(pair, number, plan) for number, plan in enumerate(plans)]
    assert all(count.ended == 2 for count in pair.counts)
    expected = [
        Heard(
            count.method,
            count.target,
            count.request_bytes,
            tuple(count.informational),
            count.status,
            framing,
            count.response_bytes,
        )
        for count, framing in zip(pair.counts, framings, strict=True)
    ]
    assert exchanges(pair.dialogue.frames) == expected
