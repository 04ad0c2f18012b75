"""One aiohttp.ClientSession asks three times for a large body and looks only at the status."""

# mypy: disable-error-code="import-not-found"

import asyncio

import aiohttp


async def main() -> None:
    """Leave each response while its body still comes."""
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.get("http://127.0.0.1:8880/slow") as response:
                assert response.status == 200
            await asyncio.sleep(0.2)


asyncio.run(main())
