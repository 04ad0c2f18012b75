"""Messages and exchanges: what they say of themselves before and after they are filled."""

import pytest

from kacap.http.message import Exchange, Message, Request, Response


@pytest.mark.parametrize("kind", [Message, Request, Response])
def test_a_new_message_claims_nothing(kind: type[Message]) -> None:
    message = kind(7, 70)
    assert (message.frame, message.time_ns, message.end_frame, message.end_time_ns) == (7, 70, 7, 70)
    assert (message.version, message.connection, message.keep_alive, message.oddities) == ("", (), None, ())
    assert (message.framing, message.body_bytes, message.head_complete, message.complete) == ("none", 0, False, False)


def test_a_new_request_and_response_claim_nothing() -> None:
    request, response = Request(1, 1), Response(1, 1)
    assert (request.method, request.target, request.host, request.user_agent) == ("", "", None, None)
    assert not request.expects_continue
    assert (response.status, response.server) == (0, None)


def _request(start_ns: int, end_ns: int) -> Request:
    request = Request(1, start_ns)
    request.end_time_ns = end_ns
    return request


def _response(start_ns: int, end_ns: int, complete: bool) -> Response:
    response = Response(2, start_ns)
    response.end_time_ns = end_ns
    response.complete = complete
    return response


# Fields: name, request, response, start, end, complete.
SPANS = [
    ("nothing", None, None, 0, 0, False),
    ("request alone", _request(5, 6), None, 5, 6, False),
    ("both", _request(5, 6), _response(8, 9, True), 5, 9, True),
    ("response cut", _request(5, 6), _response(8, 9, False), 5, 9, False),
    ("orphan", None, _response(8, 9, True), 8, 9, True),
    ("the request ends last", _request(5, 20), _response(8, 9, True), 5, 20, True),
]


@pytest.mark.parametrize(
    ("request_", "response", "start", "end", "complete"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS]
)
def test_span(request_: Request | None, response: Response | None, start: int, end: int, complete: bool) -> None:
    exchange = Exchange(request_)
    exchange.response = response
    assert (exchange.start_ns, exchange.end_ns, exchange.complete) == (start, end, complete)
    assert (exchange.informational, exchange.response_lost) == ((), False)
