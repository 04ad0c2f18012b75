"""May the connection be used again, and who refused first: RFC 9112 sections 9.3 and 9.6."""

from typing import Any

import pytest

from kacap.http.message import Exchange, Request, Response
from kacap.http.persistence import client_signal, server_signal, signal, speaks_10
from tests.http.made import request, response

KEEP, CLOSE, NOTHING = ("keep-alive",), ("close",), ()

# Fields: request version, its Connection, response version, its Connection, framing; refused by, cause.
TABLE = [
    # HTTP/1.1 on both sides persists unless told otherwise
    ("1.1", NOTHING, "1.1", NOTHING, "length", None, None),
    ("1.1", NOTHING, "1.1", NOTHING, "chunked", None, None),
    ("1.1", NOTHING, "1.1", NOTHING, "none", None, None),
    ("1.1", KEEP, "1.1", NOTHING, "length", None, None),
    ("1.1", NOTHING, "1.1", KEEP, "length", None, None),
    ("1.1", KEEP, "1.1", KEEP, "length", None, None),
    ("1.1", ("upgrade", "te"), "1.1", ("upgrade",), "length", None, None),
    ("1.1", ("closed",), "1.1", ("not-close",), "length", None, None),
    # close wins over everything
    ("1.1", CLOSE, "1.1", NOTHING, "length", "client", "client-sends-connection-close"),
    ("1.1", CLOSE, "1.1", CLOSE, "length", "client", "client-sends-connection-close"),
    ("1.1", CLOSE, "1.1", KEEP, "length", "client", "client-sends-connection-close"),
    ("1.1", ("keep-alive", "close"), "1.1", NOTHING, "length", "client", "client-sends-connection-close"),
    ("1.0", CLOSE, "1.1", NOTHING, "length", "client", "client-sends-connection-close"),
    ("1.0", ("close", "keep-alive"), "1.0", KEEP, "length", "client", "client-sends-connection-close"),
    ("1.1", NOTHING, "1.1", CLOSE, "length", "server", "server-sends-connection-close"),
    ("1.1", KEEP, "1.1", CLOSE, "chunked", "server", "server-sends-connection-close"),
    ("1.1", KEEP, "1.1", ("keep-alive", "close"), "length", "server", "server-sends-connection-close"),
    ("1.1", NOTHING, "1.0", CLOSE, "length", "server", "server-sends-connection-close"),
    ("1.0", KEEP, "1.0", CLOSE, "length", "server", "server-sends-connection-close"),
    ("1.1", NOTHING, "1.1", CLOSE, "until-close", "server", "server-sends-connection-close"),
    # an HTTP/1.0 client has to ask, and the server has to grant
    ("1.0", NOTHING, "1.1", NOTHING, "length", "client", "client-http10"),
    ("1.0", NOTHING, "1.1", KEEP, "length", "client", "client-http10"),
    ("1.0", NOTHING, "1.0", NOTHING, "until-close", "client", "client-http10"),
    ("1.0", ("te",), "1.1", CLOSE, "length", "client", "client-http10"),
    ("0.9", NOTHING, "1.1", NOTHING, "length", "client", "client-http10"),
    ("1.0", KEEP, "1.0", KEEP, "length", None, None),
    ("1.0", KEEP, "1.1", KEEP, "length", None, None),
    ("1.0", KEEP, "1.0", NOTHING, "length", "server", "server-http10-keepalive-not-granted"),
    ("1.0", KEEP, "1.1", NOTHING, "length", "server", "server-http10-keepalive-not-granted"),
    ("1.0", KEEP, "1.0", NOTHING, "until-close", "server", "server-http10-keepalive-not-granted"),
    # an HTTP/1.0 server has to say so
    ("1.1", NOTHING, "1.0", NOTHING, "length", "server", "server-http10-response"),
    ("1.1", KEEP, "1.0", NOTHING, "length", "server", "server-http10-response"),
    ("1.1", NOTHING, "1.0", NOTHING, "until-close", "server", "server-http10-response"),
    ("1.1", NOTHING, "1.0", KEEP, "length", None, None),
    ("1.1", KEEP, "1.0", KEEP, "none", None, None),
    # a body that only the close can end
    ("1.1", NOTHING, "1.1", NOTHING, "until-close", "server", "response-read-until-close"),
    ("1.1", KEEP, "1.1", KEEP, "until-close", "server", "response-read-until-close"),
    ("1.0", KEEP, "1.0", KEEP, "until-close", "server", "response-read-until-close"),
]


def _request(version: str, connection: tuple[str, ...], complete: bool = True, **said: Any) -> Request:
    asked = request(version=version, connection=connection, **said)
    asked.head_complete = complete
    return asked


def _response(
    version: str,
    connection: tuple[str, ...],
    framing: str = "length",
    status: int = 200,
    complete: bool = True,
    **said: Any,
) -> Response:
    answer = response(version=version, connection=connection, status=status, **said)
    answer.head_complete, answer.framing = complete, framing
    return answer


@pytest.mark.parametrize(("asks", "asked", "answers", "answered", "framing", "side", "cause"), TABLE)
def test_signal(
    asks: str,
    asked: tuple[str, ...],
    answers: str,
    answered: tuple[str, ...],
    framing: str,
    side: str | None,
    cause: str | None,
) -> None:
    exchange = Exchange(_request(asks, asked))
    exchange.response = _response(answers, answered, framing)
    assert signal(exchange) == (None if side is None else (side, cause))


def test_an_exchange_without_its_other_half() -> None:
    assert signal(Exchange(None)) is None
    assert signal(Exchange(_request("1.1", KEEP))) is None
    assert signal(Exchange(_request("1.1", CLOSE))) == ("client", "client-sends-connection-close")
    orphan = Exchange(None)
    orphan.response = _response("1.1", NOTHING)
    assert signal(orphan) is None
    orphan.response = _response("1.0", NOTHING)
    assert signal(orphan) == ("server", "server-http10-response")
    orphan.response = _response("1.0", KEEP)
    assert signal(orphan) is None


def test_a_cut_head_proves_only_what_it_says() -> None:
    assert client_signal(_request("1.0", NOTHING, complete=False)) is None
    assert client_signal(_request("1.1", CLOSE, complete=False)) == "client-sends-connection-close"
    asked = _request("1.1", NOTHING)
    assert server_signal(asked, _response("1.0", NOTHING, complete=False)) is None
    assert server_signal(asked, _response("1.1", NOTHING, "until-close", complete=False)) is None
    assert server_signal(asked, _response("1.1", CLOSE, complete=False)) == "server-sends-connection-close"


def test_switching_protocols_is_no_refusal() -> None:
    asked = _request("1.1", ("upgrade",))
    assert server_signal(asked, _response("1.1", ("upgrade",), "none", 101)) is None
    assert server_signal(asked, _response("1.0", ("upgrade",), "none", 101)) is None
    assert server_signal(None, _response("1.1", ("close",), "none", 101)) is None


@pytest.mark.parametrize(("status", "refused"), [(200, False), (299, False), (199, True), (300, True), (407, True)])
def test_a_tunnel_is_no_refusal(status: int, refused: bool) -> None:
    asked = _request("1.1", NOTHING, method="CONNECT")
    assert (server_signal(asked, _response("1.0", CLOSE, "none", status)) is not None) is refused


def test_keep_alive_hints_decide_nothing() -> None:
    assert client_signal(_request("1.0", NOTHING, keep_alive=(5, 99))) == "client-http10"
    answer = _response("1.1", NOTHING, keep_alive=(0, 0))
    assert server_signal(_request("1.1", NOTHING), answer) is None


VERSIONS = [
    ("1.1", False),
    ("1.0", True),
    ("1.00", True),
    ("0.9", True),
    ("1.2", False),
    ("2.0", False),
    ("3.0", False),
]


@pytest.mark.parametrize(("version", "closes"), VERSIONS)
def test_versions(version: str, closes: bool) -> None:
    assert speaks_10(_request(version, NOTHING)) is closes
