"""An HTTP/1.1 server that keeps connections: `python server.py ADDRESS PORT`. Says `ready` when it is."""

import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers all alike."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """In one segment, so that a request and its response are two."""
        body = b"well\n"
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def log_request(self, *_: object) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    """On IPv4 or IPv6, as the address says."""

    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    address, port = sys.argv[1:]
    Server.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with Server((address, int(port)), Handler) as server:
        print("ready", flush=True)
        server.serve_forever()
