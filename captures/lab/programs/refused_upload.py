"""Three uploads of 16 KiB with http.client, in small pieces; each is refused with 413, and the answer is read."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection

PIECE = bytes(1024)
PIECES = 16


def body() -> Iterator[bytes]:
    """The pieces, 20 ms apart."""
    for _ in range(PIECES):
        yield PIECE
        time.sleep(0.02)


connection = HTTPConnection("127.0.0.1", 8880, timeout=10)
for _ in range(3):
    connection.request("POST", "/", body(), {"Content-Length": str(len(PIECE) * PIECES)})
    response = connection.getresponse()
    assert response.status == 413
    response.read()
