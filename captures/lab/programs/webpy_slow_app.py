"""A web.py application that takes its time: `/late` answers late, `/large` sends a large body in small pieces."""

# mypy: disable-error-code="import-not-found, import-untyped"

import time
from collections.abc import Iterator

import web

PIECE, PIECES = b"." * 4_000, 100

urls = ("/late", "Late", "/large", "Large")


class Late:
    """Small, after a fifth of a second: requests that are sent shortly after one another are in flight together."""

    def GET(self) -> str:  # noqa: N802
        """Sleep, then answer."""
        time.sleep(0.2)
        web.header("Content-Length", "3")
        return "ok\n"


class Large:
    """A body that takes two seconds and more to send: time enough to turn away."""

    def GET(self) -> Iterator[bytes]:  # noqa: N802
        """Send piece by piece."""
        web.header("Content-Length", str(len(PIECE) * PIECES))
        for _ in range(PIECES):
            yield PIECE
            time.sleep(0.02)


application = web.application(urls, globals()).wsgifunc()
