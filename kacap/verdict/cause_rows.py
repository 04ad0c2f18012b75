"""One cause, one row, in the order of `kacap explain`. The ids are a contract; the rules for a row stand in `cause`."""

from kacap.verdict.cause import CLIENT_ASKS, FRAMING, OUTSIDE, SERVER_DECLINES, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_NGINX_UPSTREAM = Remedy(
    "nginx < 1.29.7 as proxy",
    'upstream block with keepalive 32; then proxy_http_version 1.1; proxy_set_header Connection "";',
)
_URLLIB_REQUEST = Remedy(
    "Python urllib.request",
    "cannot keep a connection; use one requests.Session(), urllib3.PoolManager() or http.client.HTTPConnection",
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="client-sends-connection-close",
        group=CLIENT_ASKS,
        title='The request says "Connection: close"',
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The client announces that this request is its last on the connection. The server has to close after "
        "the response, whatever its own settings are.",
        wire='"Connection: close" in the request head; after the response a FIN, often from the server, which only '
        "does what it was told.",
        confirm='Wireshark: http.request and lower(http.connection) contains "close"',
        remedies=(
            Remedy("Node.js < 19", "pass agent: new http.Agent({keepAlive: true}); the global agent closes"),
            Remedy("Node.js >= 19", "drop agent: false, and give each new http.Agent() keepAlive: true"),
            Remedy("node-fetch without an agent", "pass agent: new http.Agent({keepAlive: true}), or use fetch"),
            _URLLIB_REQUEST,
            Remedy("Python aiohttp", "no aiohttp.request() and no force_close=True: one aiohttp.ClientSession()"),
            Remedy(
                "Tornado simple_httpclient",
                "never keeps one; install pycurl, then "
                'AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")',
            ),
            Remedy("Go net/http", "remove request.Close = true and Transport.DisableKeepAlives = true"),
            Remedy("Java HttpURLConnection", "remove -Dhttp.keepAlive=false; the default is true"),
            Remedy(".NET HttpClient", "remove DefaultRequestHeaders.ConnectionClose = true"),
            _NGINX_UPSTREAM,
            Remedy("HAProxy", "remove option httpclose and option http-server-close"),
            Remedy("any other", "look for a Connection header set by hand, and remove it"),
        ),
        look_alikes=("A proxy in front of the capture point may have written the header: look for Via.",),
        sources=("RFC 9112 section 9.6", "RFC 9110 section 7.6.1", "Node.js docs: http.Agent", "nginx changes 1.29.7"),
    ),
    Cause(
        id="client-http10",
        group=CLIENT_ASKS,
        title='The request is HTTP/1.0 without "Connection: keep-alive"',
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="HTTP/1.0 has no persistent connections unless the client asks for one. This client did not ask, so "
        "the server closes after the response.",
        wire='A request line that ends in HTTP/1.0, no "keep-alive" in Connection; a FIN right after the response.',
        confirm='Wireshark: http.request.version == "HTTP/1.0"',
        remedies=(
            Remedy("ApacheBench", "ab -k"),
            Remedy("curl", "drop -0 (--http1.0), and name several URLs in one command"),
            _NGINX_UPSTREAM,
            Remedy("any other", "send HTTP/1.1; health checks and old libraries often have a setting for it"),
        ),
        look_alikes=("client-sends-connection-close: nginx < 1.29.7 as proxy sends HTTP/1.0 and the header as well.",),
        sources=("RFC 9112 section 9.3", "RFC 9112 appendix C.2.2", "ab manual page", "nginx docs: proxy_http_version"),
    ),
    Cause(
        id="client-no-session",
        group=CLIENT_ASKS,
        title="The client opens a connection for each request and closes it itself",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Both sides allowed the connection to stay. The client closed it right after the response, and opened "
        "another for the next request: most often a new client object, with its own pool, for each call.",
        wire="One exchange on nearly every connection, no close signal, the client's FIN within milliseconds of the "
        "last response byte, the next SYN from a new port.",
        confirm="Find where the HTTP client object is made: it should be made once, not in each call.",
        remedies=(
            Remedy("Python requests", "one requests.Session() for the process; requests.get() makes one per call"),
            Remedy("Python httpx", "one httpx.Client() or httpx.AsyncClient(); httpx.get() makes one per call"),
            Remedy("Python aiohttp", "one aiohttp.ClientSession() for the application"),
            Remedy("Python urllib3", "one urllib3.PoolManager(maxsize=10); 10 = threads that call at once"),
            Remedy("Node.js", "one new http.Agent({keepAlive: true}) for the process, passed to every request"),
            Remedy("Go net/http", "one http.Client and one http.Transport; read the body to its end before Close()"),
            Remedy(
                "Java HttpURLConnection",
                "no disconnect(); read the response, also of an error, to its end and close it",
            ),
            Remedy("Java java.net.http", "one HttpClient.newHttpClient() for the application"),
            Remedy(
                ".NET",
                "one static HttpClient, or IHttpClientFactory; SocketsHttpHandler.PooledConnectionLifetime = 15 min",
            ),
            Remedy("PHP curl", "one curl_init() handle; curl_reset() between requests keeps its connection"),
            Remedy("curl in a loop", "name all URLs in one command: curl URL1 URL2"),
        ),
        look_alikes=(
            "a new process for each request",
            "more threads at once than the pool keeps connections",
            "code that closes on purpose, as HttpURLConnection.disconnect() does",
            "Go < 1.27 that does not read the body",
        ),
        sources=("RFC 9112 section 9.3", "Requests docs: Session Objects", "Microsoft: HttpClient guidelines"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="server-sends-connection-close",
        group=SERVER_DECLINES,
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
    ),
    Cause(
        id="server-http10-response",
        group=SERVER_DECLINES,
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
    ),
    Cause(
        id="server-http10-keepalive-not-granted",
        group=SERVER_DECLINES,
        title="An HTTP/1.0 client asked for keep-alive, and the server did not grant it",
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
    ),
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
        confirm="Wireshark: http.response and not http.content_length and not http.transfer_encoding "
        "(204, 304 and answers to HEAD have no body and do not count)",
        remedies=(
            Remedy("Python http.server", 'self.send_header("Content-Length", str(len(body))) before end_headers()'),
            Remedy("CGI script", "print a Content-Length header before the body"),
            Remedy("any other", "send Content-Length; for a body of unknown length, Transfer-Encoding: chunked"),
        ),
        look_alikes=("A response that was cut: there is a Content-Length, and the connection ended before it.",),
        sources=("RFC 9112 section 6.3", "RFC 9112 section 9.3"),
    ),
    Cause(
        id="still-open-at-end",
        group=OUTSIDE,
        title="The connection was still open when the capture ended",
        decided_by=Decider.NOBODY,
        certainty=Certainty.PROVEN,
        severity=Severity.NOTE,
        meaning="Neither FIN nor RST was seen before the capture ended. The connection may have been used again later; "
        "the capture cannot say.",
        wire="A handshake, perhaps exchanges, and neither FIN nor RST.",
        confirm="Capture for longer than the idle timeout of both sides, for example 120 s.",
        remedies=(Remedy("the capture", "let it run longer, and stop it after the client has stopped"),),
        look_alikes=(
            "A client that loses its connections: many stay open with one exchange each, and none is used again.",
            "The FIN was lost by the capture: look at the dropped frames and gaps in the report.",
        ),
        sources=("RFC 9293 section 3.3.2", "RFC 9112 section 9.5"),
    ),
    Cause(
        id="connect-failed",
        group=OUTSIDE,
        title="The connection was never established",
        decided_by=Decider.NETWORK,
        certainty=Certainty.PROVEN,
        severity=Severity.ERROR,
        meaning="The client sent a SYN, and what came back was a RST, or nothing that the capture saw. No request was "
        "possible. It says nothing about reuse, and is not counted in it.",
        wire="A SYN answered by RST, ACK: nothing listens there, or a firewall refuses. A SYN repeated at growing "
        "intervals: it is dropped on the way, or its answers are.",
        confirm="Wireshark: tcp.flags.syn == 1; then on the server: ss -ltn shows what listens, nstat -az "
        "TcpExtListenDrops whether its queue was full.",
        remedies=(
            Remedy(
                "answered by RST",
                "start the server, or mend the address and port that the client uses",
                Decider.SERVER,
            ),
            Remedy("no answer", "let the firewall and the routing pass the port, in both directions", Decider.NETWORK),
            Remedy(
                "server queue full",
                "raise the backlog of the server and net.core.somaxconn, for example 4096",
                Decider.NETWORK,
            ),
        ),
        look_alikes=("The capture saw one direction only: then other connections lack their SYN, ACK as well.",),
        sources=("RFC 9293 section 3.5", "RFC 9293 section 3.10.7", "Linux docs: ip-sysctl, somaxconn"),
        other_deciders=(Decider.SERVER, Decider.CLIENT),
        other_certainties=(Certainty.LIKELY,),
    ),
)
