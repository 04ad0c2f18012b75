"""A web.py application that takes a few milliseconds for each answer, to be served by gunicorn."""

# mypy: disable-error-code="import-not-found, import-untyped"

import time

import web

urls = ("/", "Answer")


class Answer:
    """The only resource."""

    def GET(self) -> str:  # noqa: N802
        """Sleep, so that requests that are sent together are also in flight together."""
        time.sleep(0.002)  # cooperative under gevent, whose worker patches it
        web.header("Content-Length", "3")  # without it the answer would be chunked, and three segments
        return "ok\n"


application = web.application(urls, globals()).wsgifunc()
