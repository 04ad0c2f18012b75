"""The client ends it, or does not try: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import CLIENT_ENDS, Cause, Remedy
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
        group=CLIENT_ENDS,
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
        drawing=("> GET, Connection: close", "< 200, Connection: close", "< FIN, often from the server", "+ SYN"),
    ),
    Cause(
        id="client-http10",
        group=CLIENT_ENDS,
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
        drawing=("> GET / HTTP/1.0", "< 200, Connection: close", "< FIN", "+ SYN"),
    ),
    Cause(
        id="client-no-session",
        group=CLIENT_ENDS,
        title="The client opens and closes a connection for each request",
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
                "one static HttpClient with PooledConnectionLifetime = TimeSpan.FromMinutes(15), or IHttpClientFactory",
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
        drawing=("> GET", "< 200", "> FIN, at once", ". a few milliseconds", "+ SYN"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
)
