"""Three uploads of 64 KiB with http.client, in small pieces; a server that refuses them with a reset is no surprise."""

import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection

PIECE = bytes(4096)
PIECES = 16


def body() -> Iterator[bytes]:
    """The pieces, 20 ms apart."""
    for _ in range(PIECES):
        yield PIECE
        time.sleep(0.02)


for _ in range(3):
    connection = HTTPConnection("127.0.0.1", 8880, timeout=10)
    with suppress(ConnectionError):
        connection.request("POST", "/", body(), {"Content-Length": str(len(PIECE) * PIECES)})
    connection.close()
