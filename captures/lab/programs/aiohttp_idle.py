"""One aiohttp.ClientSession that keeps idle connections for two seconds asks four times, four seconds apart."""

# mypy: disable-error-code="import-not-found"

import asyncio

import aiohttp


async def main() -> None:
    """Ask, and wait for longer than the connection is kept."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=2)) as session:
        for pause in (0, 4, 4, 4):
            await asyncio.sleep(pause)
            async with session.get("http://127.0.0.1:8880/") as response:
                assert await response.read() == b"ok\n"


asyncio.run(main())
