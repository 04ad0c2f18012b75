"""Pairing: which response answers which request, and what answers nobody."""

import pytest

from kacap.http.dialogue import MAX_INTERIM, MAX_WAITING, Dialogue
from tests.http.made import request, response
from tests.http.spoken import SERVER_FIN, Step, client, hear, server


def ask(method: str = "GET", target: str = "/", body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {target} HTTP/1.1\r\n{length}\r\n".encode() + body


def answer(status: int = 200, body: bytes | None = b"hello") -> bytes:
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status} x\r\n{length}\r\n".encode() + (body or b"")


INTERIM = answer(100, None)

# Fields: name, steps, exchanges.
PAIRED: list[tuple[str, list[Step], list[str]]] = [
    (
        "one by one",
        [client(ask()), server(answer()), client(ask("PUT")), server(answer(404, b""))],
        ["GET / none 0 > 200 length 5", "PUT / none 0 > 404 length 0"],
    ),
    (
        "pipelined",
        [client(ask() + ask("GET", "/2") + ask("GET", "/3")), server(answer(201) + answer(202)), server(answer(203))],
        ["GET / none 0 > 201 length 5", "GET /2 none 0 > 202 length 5", "GET /3 none 0 > 203 length 5"],
    ),
    (
        "pipelined with a body",
        [client(ask("POST", "/", b"abc") + ask()), server(answer(201) + answer(202))],
        ["POST / length 3 > 201 length 5", "GET / none 0 > 202 length 5"],
    ),
    (
        "pipelined, the last not answered",
        [client(ask() * 2), server(answer())],
        ["GET / none 0 > 200 length 5", "GET / none 0 > -"],
    ),
    (
        "100",
        [client(ask("POST", "/", b"abc")), server(INTERIM), server(answer())],
        ["POST / length 3 > 100 > 200 length 5"],
    ),
    (
        "many interim responses",
        [client(ask()), server(INTERIM + answer(102, None) + answer(103, None) * 2 + answer())],
        ["GET / none 0 > 100 > 102 > 103 > 103 > 200 length 5"],
    ),
    (
        "interim responses of two",
        [client(ask() * 2), server(INTERIM + answer() + answer(103, None) + answer())],
        ["GET / none 0 > 100 > 200 length 5", "GET / none 0 > 103 > 200 length 5"],
    ),
    ("an interim response alone", [client(ask()), server(INTERIM)], ["GET / none 0 > 100 > -"]),
    (
        "HEAD",
        [client(ask("HEAD")), server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), client(ask()), server(answer())],
        ["HEAD / none 0 > 200 none 0", "GET / none 0 > 200 length 5"],
    ),
    (
        "HEAD, pipelined",
        [client(ask("HEAD") + ask()), server(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + answer())],
        ["HEAD / none 0 > 200 none 0", "GET / none 0 > 200 length 5"],
    ),
    (
        "HEAD, without length",
        [client(ask("HEAD")), server(answer(200, None)), client(ask()), server(answer())],
        ["HEAD / none 0 > 200 none 0", "GET / none 0 > 200 length 5"],
    ),
    (
        "204 and 304",
        [client(ask() * 3), server(answer(204, None) + answer(304, None) + answer())],
        ["GET / none 0 > 204 none 0", "GET / none 0 > 304 none 0", "GET / none 0 > 200 length 5"],
    ),
    (
        "304 with a length",
        [client(ask() * 2), server(b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n" + answer())],
        ["GET / none 0 > 304 none 0", "GET / none 0 > 200 length 5"],
    ),
    (
        "early final response",
        [client(ask("POST", "/", b"abcdef")[:-5]), server(answer(413)), client(b"bcdef" + ask()), server(answer())],
        ["POST / length 6 > 413 length 5", "GET / none 0 > 200 length 5"],
    ),
    (
        "early final response, the rest never sent",
        [client(ask("POST", "/", b"abcdef")[:-5]), server(answer(413))],
        ["POST / length 1... > 413 length 5"],
    ),
    (
        "a request while the response is read",
        [client(ask()), server(answer()[:-2]), client(ask()), server(b"lo" + answer())],
        ["GET / none 0 > 200 length 5", "GET / none 0 > 200 length 5"],
    ),
    ("responses without requests", [server(answer()), server(answer(404))], ["? > 200 length 5", "? > 404 length 5"]),
    (
        "an orphan, then an exchange",
        [server(answer()), client(ask()), server(answer(404))],
        ["? > 200 length 5", "GET / none 0 > 404 length 5"],
    ),
    (
        "an orphan with interim responses",
        [server(INTERIM + INTERIM), server(answer() + answer())],
        ["? > 100 > 100 > 200 length 5", "? > 200 length 5"],
    ),
    ("an orphan 304", [server(answer(304, None)), server(answer())], ["? > 304 none 0", "? > 200 length 5"]),
    ("an orphan until close", [server(answer(200, None)), server(b"hi"), SERVER_FIN], ["? > 200 until-close 2"]),
    (
        "CONNECT",
        [client(ask("CONNECT", "a:443")), server(answer(200, None)), client(ask()), server(b"\0\1")],
        ["CONNECT a:443 none 0 > 200 none 0"],
    ),
    (
        "CONNECT refused",
        [
            client(ask("CONNECT", "a:443")),
            server(answer(407)),
            client(ask("CONNECT", "a:443")),
            server(answer(200, None) + b"x"),
        ],
        ["CONNECT a:443 none 0 > 407 length 5", "CONNECT a:443 none 0 > 200 none 0"],
    ),
    (
        "101",
        [client(ask()), server(answer(101, None) + b"\x81\0"), client(ask()), server(answer())],
        ["GET / none 0 > 101 none 0"],
    ),
    ("101 after 100", [client(ask()), server(INTERIM + answer(101, None))], ["GET / none 0 > 100 > 101 none 0"]),
    ("an orphan 101", [server(answer(101, None)), server(answer())], ["? > 101 none 0"]),
]


@pytest.mark.parametrize(("steps", "lines"), [row[1:] for row in PAIRED], ids=[row[0] for row in PAIRED])
def test_pairs(steps: list[Step], lines: list[str]) -> None:
    heard = hear(*steps)
    assert heard.lines == lines
    assert heard.dialogue.switched is any("101" in line or ("CONNECT" in line and "> 200" in line) for line in lines)
    assert heard.client.lost_bytes == heard.server.lost_bytes == 0


def test_too_many_wait() -> None:
    heard = hear(*[client(ask("GET", f"/{number}")) for number in range(MAX_WAITING + 2)], server(answer()))
    assert heard.lines[:4] == [
        "GET /0 none 0 > lost",
        "GET /1 none 0 > lost",
        "GET /2 none 0 > 200 length 5",
        "GET /3 none 0 > -",
    ]
    assert len(heard.lines) == MAX_WAITING + 2
    assert heard.dialogue.limits_hit == 2


def test_too_many_interim_responses() -> None:
    heard = hear(client(ask()), server(INTERIM * (MAX_INTERIM + 5) + answer()))
    assert heard.exchanges[0].informational == (100,) * MAX_INTERIM
    assert heard.dialogue.limits_hit == 5
    orphan = hear(server(INTERIM * (MAX_INTERIM + 5) + answer()))
    assert orphan.exchanges[0].informational == (100,) * MAX_INTERIM
    assert orphan.dialogue.limits_hit == 5


def test_a_dialogue_alone() -> None:
    dialogue = Dialogue()
    assert len(dialogue.exchanges) == 0
    assert (dialogue.switched, dialogue.lost_in_gap, dialogue.protocols) == (False, False, [])
    assert dialogue.limits_hit == 0
    assert dialogue.method_for_response() == ""
    asked, answer = request(), response()
    dialogue.request_begun(asked)
    assert dialogue.method_for_response() == "GET"
    assert not dialogue.request_known(answer)
    dialogue.response_begun(answer)
    assert dialogue.request_known(answer)
    assert not dialogue.request_known(response())
    assert dialogue.method_for_response() == ""
    orphan = response(3, 3)
    dialogue.response_begun(orphan)
    assert not dialogue.request_known(orphan)
    assert [exchange.response for exchange in dialogue.exchanges] == [answer, orphan]


# Fields: is it the half with responses, in a gap; which of three waiting requests is answered, may messages be missing.
LOSSES = [
    (False, False, 0, False),
    (False, True, 0, True),
    (True, False, 2, False),
    (True, True, 2, True),
]


@pytest.mark.parametrize(("responses", "in_gap", "answered", "lost_in_gap"), LOSSES)
def test_lost_place(responses: bool, in_gap: bool, answered: int, lost_in_gap: bool) -> None:
    dialogue = Dialogue()
    for method in ("GET", "PUT", "HEAD"):
        dialogue.request_begun(request(method=method))
    dialogue.lost_place(responses=responses, in_gap=in_gap)
    assert dialogue.lost_in_gap is lost_in_gap
    assert dialogue.method_for_response() == ("GET", "PUT", "HEAD")[answered]
    answer = response()
    dialogue.response_begun(answer)
    assert [exchange.response_lost for exchange in dialogue.exchanges] == [number < answered for number in range(3)]
    assert dialogue.exchanges[answered].response is answer
