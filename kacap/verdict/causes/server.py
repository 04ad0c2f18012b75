"""The server, or the proxy that answers, ends it: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import SERVER_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="server-sends-connection-close",
        group=SERVER_ENDS,
        title='The response says "Connection: close"',
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The request allowed the connection to stay. The server, or a proxy that answers for it, announced "
        "that this response is the last.",
        wire='"Connection: close" in a response to a request that allowed reuse. Either side may send the first FIN: '
        "the client knows that nothing more will come.",
        confirm='Wireshark: http.response and lower(http.connection) contains "close"; then see whether every '
        "response says so, or only some statuses, or only each Nth.",
        remedies=(
            Remedy("gunicorn", "the sync worker always closes: -k gthread --threads 8 --keep-alive 75"),
            Remedy("nginx", "keepalive_timeout 75s; (0 turns reuse off) and keepalive_requests 1000; or more"),
            Remedy("Apache httpd", "KeepAlive On; MaxKeepAliveRequests 0 removes the limit per connection"),
            Remedy("Go net/http", "remove server.SetKeepAlivesEnabled(false)"),
            Remedy("Werkzeug, Flask", "the development server always closes: gunicorn -k gthread --threads 8 app:app"),
            Remedy("Django runserver", "give the response a Content-Length, and do not pass --nothreading"),
            Remedy("Puma", "remove enable_keep_alives false"),
            Remedy("HAProxy", "remove option httpclose"),
            Remedy("any other", "look for a Connection header set by the application, and remove it"),
        ),
        look_alikes=(
            "A limit of requests for each connection: only each Nth response says close.",
            "An error: only 4xx and 5xx responses say close.",
            "A deploy or a shutdown: many connections end at once.",
            "A proxy that wrote the header: capture behind it to see.",
        ),
        sources=(
            "RFC 9112 section 9.6",
            "gunicorn docs: keepalive",
            "nginx docs: keepalive_timeout",
            "Apache docs: KeepAlive",
        ),
        drawing=("> GET", "< 200, Connection: close", "< FIN", "+ SYN"),
    ),
    Cause(
        id="server-http10-response",
        group=SERVER_ENDS,
        title='The response is HTTP/1.0 without "Connection: keep-alive"',
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The request was HTTP/1.1 and allowed the connection to stay. The response is HTTP/1.0, where a "
        "connection ends with its response.",
        wire="A status line that begins with HTTP/1.0, no keep-alive in Connection. Either side may close first.",
        confirm='Wireshark: http.response.version == "HTTP/1.0"',
        remedies=(
            Remedy(
                "Python http.server",
                'protocol_version = "HTTP/1.1" in the handler class, and a Content-Length in every response',
            ),
            Remedy("python -m http.server >= 3.11", "python -m http.server -p HTTP/1.1"),
            Remedy("uWSGI", "--http11-socket :8080 instead of --http-socket :8080"),
            Remedy("any other", "update the server, or put a proxy before it that speaks HTTP/1.1 to the clients"),
        ),
        look_alikes=("A proxy that speaks HTTP/1.0 in front of a server that does not: look for Via.",),
        sources=("RFC 9112 section 9.3", "Python docs: BaseHTTPRequestHandler.protocol_version", "uWSGI options"),
        drawing=("> GET HTTP/1.1", "< HTTP/1.0 200", "< FIN", "+ SYN"),
    ),
    Cause(
        id="server-http10-keepalive-not-granted",
        group=SERVER_ENDS,
        title="The server does not grant keep-alive to an HTTP/1.0 client",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="In HTTP/1.0 a connection stays only when both sides say keep-alive. The client said it; the response "
        "does not repeat it, so the connection ends.",
        wire='A request with HTTP/1.0 and "Connection: keep-alive"; a response without keep-alive; a FIN.',
        confirm='Wireshark: http.request.version == "HTTP/1.0" and lower(http.connection) contains "keep-alive"; '
        "follow that stream and read the response head.",
        remedies=(
            Remedy("the client", "send HTTP/1.1, where a connection stays unless someone says close"),
            Remedy("Apache httpd", "grants it only for a length known in advance: let CGI scripts send Content-Length"),
            Remedy("Tornado", "grants it to GET and HEAD, and to other methods with a Content-Length"),
            Remedy("Python http.server", 'protocol_version = "HTTP/1.1" in the handler class, and a Content-Length'),
        ),
        look_alikes=("server-http10-response: the request was HTTP/1.1, only the response is HTTP/1.0.",),
        sources=("RFC 9112 section 9.3", "RFC 9112 appendix C.2.2", "Apache docs: KeepAlive"),
        drawing=("> GET HTTP/1.0, Connection: keep-alive", "< 200", "< FIN", "+ SYN"),
    ),
)
