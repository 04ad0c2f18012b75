"""A Tornado application on port 8880."""

# mypy: disable-error-code="import-not-found, misc"

import asyncio

from tornado import web


class Answer(web.RequestHandler):
    """The only resource."""

    def get(self) -> None:
        """Answer at once."""
        self.write("ok\n")


async def main() -> None:
    """Serve until killed."""
    web.Application([("/", Answer)]).listen(8880, "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
