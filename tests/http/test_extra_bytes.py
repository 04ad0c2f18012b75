"""Bytes that a server sends behind a whole response, and that are no message."""

import pytest

from tests.http.spoken import Step, client, client_gap, hear, server

GET = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
HEAD = b"HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
NO_CONTENT = b"HTTP/1.1 204 x\r\n\r\n"


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ([client(GET), server(OK)], 0),
        ([client(GET), server(OK + b"more")], 4),
        ([client(GET), server(OK), server(b"more"), server(b"still")], 9),
        ([client(GET), server(OK + b"more\r\nand\r\n")], 11),
        ([client(GET), server(OK + b"\r\n\n")], 0),
        ([client(GET), server(OK + b"more"), client(GET), server(OK)], 4),
        ([client(GET), server(OK + b"more"), client(GET), server(OK + b"again")], 4),
        ([client(HEAD), server(OK)], 5),
        ([client(GET), server(NO_CONTENT + b"{}")], 2),
        ([server(OK + b"more")], 0),
        ([client_gap(100), server(OK + b"more")], 0),
    ],
    ids=[
        "none",
        "in one segment",
        "in several",
        "with line ends",
        "blank lines",
        "then a response",
        "counted once",
        "after HEAD",
        "after 204",
        "no request seen",
        "request in a gap",
    ],
)
def test_bytes_behind_a_response(steps: list[Step], count: int) -> None:
    dialogue = hear(*steps).dialogue
    assert dialogue.extra_bytes == count
    assert (dialogue.extra_after is not None) == (count > 0)


def test_where_they_begin() -> None:
    dialogue = hear(client(GET), server(OK), server(b"more")).dialogue
    assert dialogue.extra_after is dialogue.exchanges[0].response
    assert dialogue.extra_frame == 3


def test_they_stay_behind_their_response_when_that_moves_back() -> None:
    steps = [client(3 * GET), server(b"no start line\r\n\r\n"), server(OK + b"more"), server(NO_CONTENT)]
    dialogue = hear(*steps).dialogue
    statuses = [exchange.response and exchange.response.status for exchange in dialogue.exchanges]
    assert statuses == [None, 200, 204]
    behind = dialogue.extra_after
    assert behind is dialogue.exchanges[1].response
    assert behind is not None
    assert dialogue.extra_frame == behind.frame
