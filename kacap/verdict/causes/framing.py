"""The messages leave no way to keep the connection: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import FRAMING, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="response-read-until-close",
        group=FRAMING,
        title="The end of the response body is the end of the connection",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The response has a body, and neither a Content-Length nor chunked coding. Only the close tells the "
        "client that the body is complete, so the connection cannot be used again.",
        wire="A response head without Content-Length and Transfer-Encoding, then the body, then the server's FIN, "
        "often on the last data segment.",
        confirm="Wireshark: http.response and not http.content_length and not http.transfer_encoding; 204, 304 and "
        "answers to HEAD have no body and do not count.",
        remedies=(
            Remedy("Python http.server", 'self.send_header("Content-Length", str(len(body))) before end_headers()'),
            Remedy("CGI script", "print a Content-Length header before the body"),
            Remedy("any other", "send Content-Length; for a body of unknown length, Transfer-Encoding: chunked"),
        ),
        look_alikes=("A response that was cut: there is a Content-Length, and the connection ended before it.",),
        sources=("RFC 9112 section 6.3", "RFC 9112 section 9.3"),
        drawing=("> GET", "< 200 without a length", "< the body", "< FIN"),
    ),
    Cause(
        id="response-truncated",
        group=FRAMING,
        title="The server closed before its response was complete",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.ERROR,
        meaning="The response was announced to be longer, or never began. The client can neither use what it has nor "
        "keep the connection; it has to ask again, if it may.",
        wire="A FIN or RST of the server before Content-Length bytes, before the last chunk, or before any response.",
        confirm="Look into the log of the server at the time of the close: a crash, a timeout of the worker, or of a "
        "proxy to what is behind it.",
        remedies=(
            Remedy("gunicorn", "--timeout 120 where workers are killed in the middle of long responses"),
            Remedy("nginx as proxy", "proxy_read_timeout 120s; where what is behind it is slow, and see its error log"),
            Remedy("any other", "compute Content-Length from the bytes that are sent, not from characters"),
        ),
        look_alikes=(
            "a RST written by a firewall or balancer in between",
            "server-crash: the server is gone afterwards",
        ),
        sources=(
            "RFC 9112 section 8",
            "RFC 9112 section 6.3",
            "gunicorn docs: timeout",
            "nginx docs: proxy_read_timeout",
        ),
        drawing=("> GET", "< 200, Content-Length: 5000", "< 1448 bytes of it", "< FIN or RST"),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="response-body-where-forbidden",
        group=FRAMING,
        title="A body follows a response that cannot have one",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="Answers to HEAD, 204 and 304 end with their head. What the server sends behind it is read as the "
        "beginning of the next response, so a careful client discards the connection.",
        wire="Bytes that are no status line right behind the head of an answer to HEAD, of a 204 or of a 304.",
        confirm="Wireshark: http.response.code in {204, 304}; look at the bytes behind the blank line.",
        remedies=(
            Remedy("the application", "write no body where the method is HEAD or the status is 204 or 304"),
            Remedy("Werkzeug, Flask", 'return "", 204 and not a JSON body with 204'),
        ),
        look_alikes=("response-extra-bytes: the response may have a body, and it is longer than announced.",),
        sources=("RFC 9112 section 6.3", "RFC 9110 section 9.3.2", "RFC 9110 section 15.3.5"),
        drawing=("> HEAD", "< 200, Content-Length: 5", "< 5 bytes", "> FIN", "+ SYN"),
    ),
    Cause(
        id="response-extra-bytes",
        group=FRAMING,
        title="More bytes follow the response than were announced",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The server sent more than Content-Length or the last chunk allows. The surplus is read as the "
        "beginning of the next response, so a careful client discards the connection.",
        wire="Bytes that are no status line behind the end of a response, and then a close.",
        confirm="Compare Content-Length with the bytes behind the blank line of the response.",
        remedies=(
            Remedy("the application", "compute Content-Length from the encoded bytes, or leave it to the framework"),
            Remedy("a response that is compressed", "set Content-Length after the compression, not before it"),
        ),
        look_alikes=("response-body-where-forbidden: the response cannot have a body at all.",),
        sources=("RFC 9112 section 6.3",),
        drawing=("> GET", "< 200, Content-Length: 5", "< 7 bytes", "> FIN", "+ SYN"),
    ),
    Cause(
        id="bad-chunked-framing",
        group=FRAMING,
        title="The body is not in valid chunked coding",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.ERROR,
        meaning="Something else stands where a chunk size is due. The reader cannot tell where the body ends, takes "
        "the message for broken, and the connection is over.",
        wire="Transfer-Encoding: chunked, and in the body a line that is no hexadecimal number; a close, from a server "
        "often after a 400.",
        confirm="In Wireshark follow the connection as TCP, not as HTTP, and read the body: each chunk begins with "
        "its size in hexadecimal.",
        remedies=(
            Remedy("the sender", "leave the coding to the HTTP library; write no Transfer-Encoding header by hand"),
            Remedy("a proxy or CGI script", "pass the body on decoded, or pass the header and the chunks on together"),
        ),
        look_alikes=("response-truncated: the chunks are right as far as they go, and the last one is missing.",),
        sources=("RFC 9112 section 7.1", "RFC 9112 section 8"),
        drawing=("> GET", "< 200, Transfer-Encoding: chunked", "< a body without chunk sizes", "> FIN", "+ SYN"),
        other_deciders=(Decider.CLIENT,),
    ),
    Cause(
        id="te-and-cl-conflict",
        group=FRAMING,
        title="A message has both Transfer-Encoding and Content-Length",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="Two statements of one length may be an attempt to smuggle a request past a proxy. A server has to "
        "close after it has answered such a request; a client may discard the connection of such a response.",
        wire="Transfer-Encoding and Content-Length in one head; a close after the exchange.",
        confirm="Wireshark: http.transfer_encoding and http.content_length",
        remedies=(
            Remedy("the client", "set no Content-Length where the library sends chunks", Decider.CLIENT),
            Remedy("the application", "set no Transfer-Encoding header; leave it to the server", Decider.SERVER),
            Remedy("a proxy in between", "drop Content-Length from messages that have Transfer-Encoding"),
        ),
        look_alikes=("a close that has another reason",),
        sources=("RFC 9112 section 6.1", "RFC 9112 section 6.3"),
        drawing=("> POST, chunked and Content-Length", "< 200", "< FIN"),
        other_deciders=(Decider.SERVER,),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="request-body-unread-desync",
        group=FRAMING,
        title="The server took an unread request body for the next request",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.ERROR,
        meaning="The server answered without reading the body of a request, and kept the connection. It then took "
        "that body for the beginning of the next request, refused it, and closed.",
        wire="A request with a body and its answer; then 400, 405 or 501 to a good request, and a close.",
        confirm="Look into the log of the server for a method that begins with the body, such as {}GET.",
        remedies=(
            Remedy("Werkzeug 2.1.0, 2.1.1", "pip install --upgrade werkzeug"),
            Remedy("Python http.server", 'self.rfile.read(int(self.headers.get("Content-Length", 0))) in do_POST'),
            Remedy("any other", "read each request body to its end before the answer, or answer with close"),
        ),
        look_alikes=("a refusal of that one request, which was answered well at another time",),
        sources=("RFC 9112 section 9.3", "Python docs: BaseHTTPRequestHandler.rfile"),
        drawing=("> POST with a body", "< 404, body not read", "> GET", "< 400, Connection: close", "< FIN"),
    ),
)
