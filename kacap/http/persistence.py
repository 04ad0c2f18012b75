"""May the connection be used again after this exchange, and if not, who said so first? (RFC 9112 sections 9.3, 9.6)

`close` wins over everything; else HTTP/1.1 persists; else HTTP/1.0 persists when it says `keep-alive`; else not.
A response without length ends with the connection, whatever it says. `Proxy-Connection` and `Keep-Alive` decide
nothing. Who said so first: the request comes before the response.
"""

from typing import Final

from kacap.http.framing import UNTIL_CLOSE
from kacap.http.heads import Head
from kacap.http.message import Exchange, Message, Request, Response

# What a side said that ends the connection; each is the name of the cause it proves.
CLIENT_CLOSE: Final = "client-sends-connection-close"
CLIENT_HTTP10: Final = "client-http10"
SERVER_CLOSE: Final = "server-sends-connection-close"
SERVER_HTTP10: Final = "server-http10-response"
SERVER_NOT_GRANTED: Final = "server-http10-keepalive-not-granted"
SERVER_UNTIL_CLOSE: Final = "response-read-until-close"


def client_says(head: Head) -> str | None:
    """What a whole request head says against reuse."""
    if head.closes:
        return CLIENT_CLOSE
    return CLIENT_HTTP10 if head.is_10 and not head.keeps else None


def server_says(request: Head | None, head: Head, framing: str) -> str | None:
    """What a whole response head says against reuse; `framing` is how its body ended, after that request."""
    if _is_tunnel(request, head):
        return None
    if head.closes:
        return SERVER_CLOSE
    asked = request is not None and request.is_10 and request.keeps
    if (head.is_10 or asked) and not head.keeps:
        return SERVER_NOT_GRANTED if asked else SERVER_HTTP10
    return SERVER_UNTIL_CLOSE if framing == UNTIL_CLOSE else None


def lasts(request: Head | None, response: Head, framing: str) -> bool:
    """Whether neither says anything against reuse."""
    if request is not None and client_says(request) is not None:
        return False
    return server_says(request, response, framing) is None


def client_signal(request: Request) -> str | None:
    """What the request says against reuse."""
    if request.head_complete:
        return client_says(request.head)
    return CLIENT_CLOSE if request.head.closes else None


def server_signal(request: Request | None, response: Response) -> str | None:
    """What the response says against reuse."""
    asked = None if request is None else request.head
    if response.head_complete:
        return server_says(asked, response.head, response.framing)
    return SERVER_CLOSE if response.head.closes and not _is_tunnel(asked, response.head) else None


def signal(exchange: Exchange) -> tuple[str, str] | None:
    """Who first said that the connection ends with this exchange, `client` or `server`, and how; None if nobody."""
    if exchange.request is not None:
        said = client_signal(exchange.request)
        if said is not None:
            return "client", said
    if exchange.response is not None:
        said = server_signal(exchange.request, exchange.response)
        if said is not None:
            return "server", said
    return None


def signal_of_heads(request: Head | None, response: Head | None, framing: str) -> tuple[str, str] | None:
    """As `signal`, where both heads are whole and `framing` is that of the response."""
    if request is not None:
        said = client_says(request)
        if said is not None:
            return "client", said
    if response is not None:
        said = server_says(request, response, framing)
        if said is not None:
            return "server", said
    return None


def persists(exchange: Exchange) -> bool:
    """Whether the exchange is over and left its connection usable."""
    return exchange.complete and signal(exchange) is None


def speaks_10(message: Message) -> bool:
    """Whether the message is of a version that closes unless told otherwise."""
    return message.head.is_10


def _is_tunnel(request: Head | None, response: Head) -> bool:
    if response.status == 101:
        return True
    return request is not None and request.method == "CONNECT" and 200 <= response.status < 300
