"""An HTTP/1.1 server on port 8880 that ends a connection after 300 ms without a request, and never says so before."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    """The only resource."""

    protocol_version = "HTTP/1.1"
    timeout = 0.3
    wbufsize = -1  # head and body leave in one segment

    def do_GET(self) -> None:
        """Answer at once."""
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")


ThreadingHTTPServer(("127.0.0.1", 8880), Answer).serve_forever()
