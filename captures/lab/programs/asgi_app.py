"""An ASGI application, to be served by uvicorn: `/` answers at once, `/late` after 0.1 s, `/slow` with 1 MiB in 6 s."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]

PIECE = bytes(16 * 1024)
PIECES = 64


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer one request."""
    assert scope["type"] == "http"
    if scope["path"] == "/slow":
        await _start(send, len(PIECE) * PIECES)
        for _ in range(PIECES):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await asyncio.sleep(0.1)
        await send({"type": "http.response.body"})
        return
    if scope["path"] == "/late":
        await asyncio.sleep(0.1)
    await _start(send, 3)
    await send({"type": "http.response.body", "body": b"ok\n"})


async def _start(send: Callable[[Message], Awaitable[None]], body_bytes: int) -> None:
    length = (b"content-length", str(body_bytes).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
