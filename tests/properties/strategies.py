"""Random dialogues in valid HTTP/1.1 (RFC 9112), with what must be found in them.

A `Turn` is what one side says in one go; the other side answers to it. Bodies hold no bytes that look like a head, so
that nothing but framing tells where a message ends.
"""

from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from kacap.verdict.words import Side
from tests.dialogue.messages import chunked, filler
from tests.properties.reading import Heard

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND")
_WITHOUT_BODY = (204, 304)


class Spoken(NamedTuple):
    """One exchange: both messages, and what must be found in them."""

    request: bytes
    response: bytes
    heard: Heard


class Turn(NamedTuple):
    """What one side says in one go."""

    side: Side
    data: bytes


@dataclass(frozen=True)
class Talk:
    """A whole connection."""

    turns: tuple[Turn, ...]
    heard: tuple[Heard, ...]


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """One to five exchanges, some of them pipelined; the last may be delimited by the close."""
    spoken = [draw(_exchanges(number)) for number in range(draw(st.integers(1, 5)))]
    if draw(st.booleans()):
        spoken.append(draw(_last_exchanges()))
    turns: list[Turn] = []
    start = 0
    while start < len(spoken):
        together = spoken[start : start + draw(st.integers(1, 3))]
        turns.append(Turn(Side.CLIENT, b"".join(one.request for one in together)))
        turns.append(Turn(Side.SERVER, b"".join(one.response for one in together)))
        start += len(together)
    return Talk(tuple(turns), tuple(one.heard for one in spoken))


@st.composite
def _bodies(draw: st.DrawFn) -> tuple[str, int, bytes]:
    """Framing, header and body as they go on the wire: (framing, content bytes, header + empty line + body)."""
    size = draw(st.one_of(st.integers(0, 40), st.integers(0, 4000)))
    body = filler(size)
    if draw(st.booleans()):
        sizes = draw(st.lists(st.integers(1, 900), max_size=4))
        return "chunked", size, b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, sizes)
    return "length", size, b"Content-Length: %d\r\n\r\n" % size + body


@st.composite
def _exchanges(draw: st.DrawFn, number: int) -> Spoken:
    method = draw(st.sampled_from(_METHODS))
    target = f"/{number}"
    request, request_bytes = b"\r\n", 0
    if draw(st.booleans()):
        _, request_bytes, request = draw(_bodies())
    head = f"{method} {target} HTTP/1.1\r\nHost: a.example\r\n".encode()
    informational = tuple(draw(st.lists(st.sampled_from((100, 102, 103)), max_size=2)))
    interim = b"".join(b"HTTP/1.1 %d Soon\r\nX-Hint: yes\r\n\r\n" % status for status in informational)
    status = draw(st.sampled_from((200, 201, 204, 304, 404, 500)))
    framing, response_bytes, response = draw(_bodies())
    if method == "HEAD" or status in _WITHOUT_BODY:
        framing, response_bytes = "none", 0
        response = response.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    heard = Heard(method, target, request_bytes, informational, status, framing, response_bytes)
    return Spoken(head + request, interim + b"HTTP/1.1 %d Word\r\n" % status + response, heard)


@st.composite
def _last_exchanges(draw: st.DrawFn) -> Spoken:
    size = draw(st.integers(0, 3000))
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + filler(size)
    heard = Heard("GET", "/last", 0, (), 200, "until-close", size)
    return Spoken(b"GET /last HTTP/1.1\r\nHost: a.example\r\n\r\n", response, heard)
