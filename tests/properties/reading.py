"""Frames → what kacap says of them."""

from collections.abc import Iterable
from typing import NamedTuple

from kacap.analyzer import Analyzer
from kacap.report.model import Exchange, Report
from kacap.wire.frame import Frame, SourceInfo


class Heard(NamedTuple):
    """What a reader must find in one exchange."""

    method: str
    target: str
    request_bytes: int
    informational: tuple[int, ...]
    status: int
    framing: str
    response_bytes: int
    is_complete: bool = True


def report(frames: Iterable[Frame]) -> Report:
    """All frames through one analyzer."""
    analyzer = Analyzer()
    for frame in frames:
        analyzer.feed(frame)
    return analyzer.finish(SourceInfo(sources=["property"], format="pcap"))


def exchanges(frames: Iterable[Frame]) -> list[Heard]:
    """The exchanges of all connections, which must have a request and a response."""
    return [_heard(exchange) for connection in report(frames).connections for exchange in connection.exchanges]


def _heard(exchange: Exchange) -> Heard:
    request, response = exchange.request, exchange.response
    assert request is not None
    assert response is not None
    return Heard(
        request.method,
        request.target,
        request.body_bytes,
        exchange.informational,
        response.status,
        response.framing,
        response.body_bytes,
        request.complete and response.complete,
    )
