"""Sends back whatever it gets, on port 8880. This is not HTTP."""

import socket

with socket.create_server(("127.0.0.1", 8880)) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(4096):
                connection.sendall(data)
