"""Two connections to an echo server, one for lines of text and one for binary messages. This is not HTTP."""

import socket

TEXT = [b"HELLO kacap\r\n", b"LIST all of it\r\n", b"QUIT\r\n"]
BINARY = [bytes([0, 0, 0, 4, 0xDE, 0xAD, 0xBE, 0xEF]), bytes(range(256))]

for messages in (TEXT, BINARY):
    with socket.create_connection(("127.0.0.1", 8880)) as connection, connection.makefile("rb") as echo:
        for message in messages:
            connection.sendall(message)
            assert echo.read(len(message)) == message
