"""Messages made by hand: what their heads say is given by name, as in `Fields`."""

from typing import Any

from kacap.http.head import Fields
from kacap.http.heads import REQUESTS, RESPONSES, Head, Said
from kacap.http.message import Request, Response

NO_FIELDS = Fields((), None, (), (), False, False, None, None, None, None, False, ())


def request(
    frame: int = 1, time_ns: int = 1, *, method: str = "GET", target: str = "/", version: str = "1.1", **fields: Any
) -> Request:
    """A request of which nothing but the head is known."""
    return Request(Head(Said(REQUESTS, method, target, 0, version, NO_FIELDS._replace(**fields))), frame, time_ns)


def response(frame: int = 2, time_ns: int = 2, *, status: int = 200, version: str = "1.1", **fields: Any) -> Response:
    """A response of which nothing but the head is known."""
    return Response(Head(Said(RESPONSES, "", "", status, version, NO_FIELDS._replace(**fields))), frame, time_ns)
