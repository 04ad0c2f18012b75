"""Five fetches of one Tornado AsyncHTTPClient, one after the other."""

# mypy: disable-error-code="import-not-found"

import asyncio

from tornado.httpclient import AsyncHTTPClient


async def main() -> None:
    """Fetch with simple_httpclient, which Tornado takes unless told otherwise."""
    client = AsyncHTTPClient()
    for _ in range(5):
        response = await client.fetch("http://127.0.0.1:8880/")
        assert response.body == b"ok\n"


asyncio.run(main())
