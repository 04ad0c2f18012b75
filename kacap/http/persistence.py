"""May the connection be used again after this exchange, and if not, who said so first? (RFC 9112 sections 9.3, 9.6)

`close` wins over everything; else HTTP/1.1 persists; else HTTP/1.0 persists when it says `keep-alive`; else not.
A response without length ends with the connection, whatever it says. `Proxy-Connection` and `Keep-Alive` decide
nothing. Who said so first: the request comes before the response.
"""

from kacap.http.framing import UNTIL_CLOSE
from kacap.http.message import Exchange, Message, Request, Response

# What a side said that ends the connection; each is the name of the cause it proves.
CLIENT_CLOSE = "client-sends-connection-close"
CLIENT_HTTP10 = "client-http10"
SERVER_CLOSE = "server-sends-connection-close"
SERVER_HTTP10 = "server-http10-response"
SERVER_NOT_GRANTED = "server-http10-keepalive-not-granted"
SERVER_UNTIL_CLOSE = "response-read-until-close"


def client_signal(request: Request) -> str | None:
    """What the request says against reuse."""
    if "close" in request.connection:
        return CLIENT_CLOSE
    if request.head_complete and speaks_10(request) and "keep-alive" not in request.connection:
        return CLIENT_HTTP10
    return None


def server_signal(request: Request | None, response: Response) -> str | None:
    """What the response says against reuse."""
    tunnel = request is not None and request.method == "CONNECT" and 200 <= response.status < 300
    if tunnel or response.status == 101:
        return None
    if "close" in response.connection:
        return SERVER_CLOSE
    if not response.head_complete:
        return None
    asked = request is not None and speaks_10(request) and "keep-alive" in request.connection
    if (speaks_10(response) or asked) and "keep-alive" not in response.connection:
        return SERVER_NOT_GRANTED if asked else SERVER_HTTP10
    if response.framing == UNTIL_CLOSE:
        return SERVER_UNTIL_CLOSE
    return None


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


def speaks_10(message: Message) -> bool:
    """Whether the message is of a version that closes unless told otherwise."""
    if message.version == "1.1":
        return False
    major, _, minor = message.version.partition(".")
    return major == "0" or (major == "1" and minor.strip("0") == "")
