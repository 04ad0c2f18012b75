"""What two sides say, step by step, told to the readers as the tcp room would tell it.

The n-th step is frame n, at n milliseconds. A test is a list of steps and the exchanges that come of it.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from kacap.http.dialogue import Dialogue
from kacap.http.exchanges import Exchanges
from kacap.http.message import Exchange
from kacap.http.reader import read_both

MS = 1_000_000


class Step(NamedTuple):
    """One thing that one side's half does."""

    side: int
    """0 the client, 1 the server."""
    data: bytes = b""
    unseen: int = 0
    """Bytes that the snapshot length cut off behind `data`."""
    gap: int = 0
    fin: bool = False


def client(data: bytes, unseen: int = 0) -> Step:
    """A segment of the client."""
    return Step(0, data, unseen)


def server(data: bytes, unseen: int = 0) -> Step:
    """A segment of the server."""
    return Step(1, data, unseen)


def client_gap(length: int) -> Step:
    """Bytes of the client that the capture missed."""
    return Step(0, gap=length)


def server_gap(length: int) -> Step:
    """Bytes of the server that the capture missed."""
    return Step(1, gap=length)


CLIENT_FIN = Step(0, fin=True)
SERVER_FIN = Step(1, fin=True)


class Heard:
    """Both readers of one connection, and what they made of it."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self.dialogue = Dialogue()
        self.client, self.server = read_both(self.dialogue)
        self.frame = 0
        for step in steps:
            self.take(step)

    def take(self, step: Step) -> None:
        """One step, as one frame; its payload stands in the middle of a block, as in a capture file."""
        self.frame += 1
        reader = (self.client, self.server)[step.side]
        when = self.frame * MS
        if step.gap:
            reader.gap(step.gap, self.frame, when)
        elif step.fin:
            reader.end(self.frame, when)
        else:
            block = b"HTTP/1.1 500 before\r\n\r\n" + step.data + b"\n\r\n\nGET /after HTTP/1.1\r\n\r\n"
            reader.chunk(block, 23, 23 + len(step.data), step.unseen, self.frame, when)

    def finish(self) -> "Heard":
        """The capture is over."""
        self.client.finish()
        self.server.finish()
        return self

    @property
    def exchanges(self) -> Exchanges:
        """What was said."""
        return self.dialogue.exchanges

    @property
    def lines(self) -> list[str]:
        """Each exchange on one line."""
        return [line(exchange) for exchange in self.exchanges]


def hear(*steps: Step) -> Heard:
    """The readers after these steps and the end of the capture."""
    return Heard(steps).finish()


def line(exchange: Exchange) -> str:
    """An exchange in a form that is easy to compare: `GET /a none 0 > 100 > 200 length 5`; `...` is incomplete."""
    parts = []
    request, response = exchange.request, exchange.response
    if request is None:
        parts.append("?")
    else:
        end = "" if request.complete else "..."
        parts.append(f"{request.method} {request.target} {request.framing} {request.body_bytes}{end}")
    parts.extend(str(status) for status in exchange.informational)
    if response is not None:
        end = "" if response.complete else "..."
        parts.append(f"{response.status} {response.framing} {response.body_bytes}{end}")
    elif exchange.response_lost:
        parts.append("lost")
    else:
        parts.append("-")
    return " > ".join(parts)


def segments(side: int, data: bytes, cuts: Iterable[int]) -> list[Step]:
    """`data` as several segments, cut at these offsets."""
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(data)}), len(data)]
    return [Step(side, data[start:end]) for start, end in pairwise(edges)]
