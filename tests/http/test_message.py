"""Messages and exchanges: what they say of themselves before and after they are filled."""

import pytest

from kacap.http.message import Exchange, Message, Request, Response
from tests.http.made import request, response


@pytest.mark.parametrize("message", [request(7, 70), response(7, 70)])
def test_a_new_message_claims_nothing(message: Message) -> None:
    assert (message.frame, message.time_ns, message.end_frame, message.end_time_ns) == (7, 70, 7, 70)
    assert (message.framing, message.body_bytes, message.head_complete, message.complete) == ("none", 0, False, False)
    assert message.oddities == ()


def test_a_message_says_what_its_head_says() -> None:
    asked = request(method="PUT", target="/a", version="1.0", host="b", user_agent="c", expects_continue=True)
    assert (asked.method, asked.target, asked.version) == ("PUT", "/a", "1.0")
    assert (asked.host, asked.user_agent, asked.expects_continue) == ("b", "c", True)
    answer = response(
        status=404,
        server="d",
        connection=("close",),
        keep_alive=(5, None),
        proxy_connection=("x",),
        auth_scheme="ntlm",
        forwarded=True,
    )
    assert (answer.status, answer.server, answer.connection, answer.keep_alive) == (404, "d", ("close",), (5, None))
    assert (answer.proxy_connection, answer.auth_scheme, answer.forwarded) == (("x",), "ntlm", True)


def _request(start_ns: int, end_ns: int) -> Request:
    asked = request(1, start_ns)
    asked.end_time_ns = end_ns
    return asked


def _response(start_ns: int, end_ns: int, complete: bool) -> Response:
    answer = response(2, start_ns)
    answer.end_time_ns = end_ns
    answer.complete = complete
    return answer


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
    ("asked", "answer", "start", "end", "complete"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS]
)
def test_span(asked: Request | None, answer: Response | None, start: int, end: int, complete: bool) -> None:
    exchange = Exchange(asked)
    exchange.response = answer
    assert (exchange.start_ns, exchange.end_ns, exchange.complete) == (start, end, complete)
    assert (exchange.informational, exchange.response_lost) == ((), False)
