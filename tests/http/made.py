"""Messages made by hand: what their heads say is given by name, as in `Fields`."""

from typing import Any

from kacap.http.alike import AlikeHeads
from kacap.http.head import Fields
from kacap.http.heads import REQUESTS, RESPONSES, Head, Said, values_of
from kacap.http.message import Request, Response
from tests.attributes import attributes_of

NO_FIELDS = Fields((), None, (), (), False, False, None, None, None, None, False, ())


def head_of(said: Said) -> Head:
    """A head that is like no other."""
    return AlikeHeads().head_of(said)


def content_of(head: Head) -> dict[str, object]:
    """All that a head says."""
    own = {name: getattr(head, name) for name in attributes_of(Head)}
    return own | {"terms": values_of(head.terms)}


def request(
    frame: int = 1, time_ns: int = 1, *, method: str = "GET", target: str = "/", version: str = "1.1", **fields: Any
) -> Request:
    """A request of which nothing but the head is known."""
    said = Said(REQUESTS, method, target, 0, version, NO_FIELDS._replace(**fields))
    return Request(head_of(said), frame, time_ns)


def response(frame: int = 2, time_ns: int = 2, *, status: int = 200, version: str = "1.1", **fields: Any) -> Response:
    """A response of which nothing but the head is known."""
    said = Said(RESPONSES, "", "", status, version, NO_FIELDS._replace(**fields))
    return Response(head_of(said), frame, time_ns)
