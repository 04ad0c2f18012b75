"""An HTTP server on port 8880 that answers once on each connection and ends it in an odd way; the argument says how.

no-content-length   the close is the end of the body
broken-promise      says keep-alive, and closes
linger0-reset       says keep-alive, and resets: a close with SO_LINGER of 0 s sends RST instead of FIN
early-413           refuses a request before it has read the body, and closes: what is left unread makes it a RST
"""

import socket
import struct
import sys
import time

KEPT = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nok\n"
ANSWERS = {
    "no-content-length": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nok\n",
    "broken-promise": KEPT,
    "linger0-reset": KEPT,
    "early-413": b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
}
ON_FOR_0_S = struct.pack("ii", 1, 0)


def read_head(connection: socket.socket) -> None:
    """Read a request head byte by byte: what follows it stays unread."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (byte := connection.recv(1)):
        head += byte


mode = sys.argv[1]
with socket.create_server(("127.0.0.1", 8880)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            read_head(connection)
            connection.sendall(ANSWERS[mode])
            if mode == "linger0-reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ON_FOR_0_S)
            if mode == "early-413":
                time.sleep(0.03)  # some of the body comes meanwhile
