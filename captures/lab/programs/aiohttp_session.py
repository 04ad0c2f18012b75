"""Five tasks share one aiohttp.ClientSession and ask five times each."""

# mypy: disable-error-code="import-not-found"

import asyncio

import aiohttp

TASKS, REQUESTS = 5, 5


async def ask(session: aiohttp.ClientSession) -> None:
    """Ask again and again, together with the other tasks."""
    for _ in range(REQUESTS):
        async with session.get("http://127.0.0.1:8880/late") as response:
            assert await response.read() == b"ok\n"


async def main() -> None:
    """Let the tasks begin at once."""
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(ask(session) for _ in range(TASKS)))


asyncio.run(main())
