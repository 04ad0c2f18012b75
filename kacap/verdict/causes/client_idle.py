"""The client leaves connections idle, or gives them up: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import CLIENT_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="client-connection-leak",
        group=CLIENT_ENDS,
        title="The client leaves connections open, unused, and opens others",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Both sides allowed the connections to stay, and they stayed. The client opened another for each "
        "request all the same: because responses are neither read to their end nor closed, or because a new client "
        "object is made for each request and not closed.",
        wire="One exchange on each connection, then silence, while the next SYN goes out. They end together when the "
        "process exits, or one by one by the server's idle timeout.",
        confirm="Watch the number of ESTABLISHED connections of the process grow: ss -tnp state established",
        remedies=(
            Remedy(
                "Go net/http", "io.Copy(io.Discard, resp.Body); resp.Body.Close(), also for errors; one http.Client"
            ),
            Remedy("Java HttpURLConnection", "read getErrorStream() of a 4xx or 5xx response to its end and close it"),
            Remedy("Python requests", "one requests.Session(); with stream=True read r.content, or use with ... as r:"),
            Remedy("Python urllib3", "with preload_content=False call drain_conn() and release_conn()"),
            Remedy("Java OkHttp", "try (Response response = call.execute()) { ... } closes the body; one OkHttpClient"),
            Remedy("Node.js", "new http.Agent({keepAlive: true}) once, and pass it to each request as agent"),
            Remedy(".NET", "one HttpClient for the process, or IHttpClientFactory; dispose each HttpResponseMessage"),
            Remedy("any other", "read each response to its end, close it, and make the client object once"),
            Remedy(
                "a relay of your own",
                "when a response is complete, keep its connection to the server for the next request, or close it",
                behind=True,
            ),
            Remedy(
                "a proxy with a pool",
                "turn on keep-alive towards the server; look for one upstream pool per request or per worker",
                behind=True,
            ),
        ),
        look_alikes=("many processes on one host, or many hosts behind one address",),
        sources=("RFC 9112 section 9.3", "Go docs: net/http Response.Body", "urllib3 docs: release_conn"),
        drawing=("+ SYN", "> GET", "< 200", ". idle, and stays open", "+ SYN", "> GET", "< 200", ". idle, all of them"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="client-idle-expiry-eager",
        group=CLIENT_ENDS,
        title="The client closes connections that were idle for a fixed time",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The client closes a connection after a fixed idle time. It costs a handshake whenever the next "
        "request comes later than that.",
        wire="No close signal; the client's FIN after the same idle time again and again, with no SYN beside it.",
        confirm="Compare the idle times of several connections: a timer gives nearly the same value each time.",
        remedies=(
            Remedy("Python aiohttp", "aiohttp.TCPConnector(keepalive_timeout=60); the default is 15 s"),
            Remedy(
                "Node.js http",
                "new http.Agent({keepAlive: true, timeout: 60000}); the global agent of Node.js >= 19 has 5 s",
            ),
            Remedy("Node.js undici, fetch", "setGlobalDispatcher(new Agent({keepAliveTimeout: 60000})); default 4 s"),
            Remedy("Go net/http", "Transport.IdleConnTimeout = 5 * time.Minute; http.DefaultTransport has 90 s"),
            Remedy(".NET", "SocketsHttpHandler.PooledConnectionIdleTimeout; 1 minute since .NET 6, 2 before"),
            Remedy("Java java.net.http", "-Djdk.httpclient.keepalive.timeout=60; 30 s since JDK 20, 1200 s before"),
            Remedy("Java OkHttp", "new ConnectionPool(5, 10, TimeUnit.MINUTES); the default is 5 minutes"),
            Remedy("nginx as proxy", "keepalive_timeout 120s; in the upstream block; the default is 60 s"),
            Remedy("any other", "a longer idle time, but a shorter one than the server's"),
        ),
        look_alikes=("a program that sleeps and then ends, run again and again",),
        sources=("RFC 9112 section 9.5", "aiohttp docs: TCPConnector", "Microsoft: SocketsHttpHandler", "undici docs"),
        drawing=("> GET", "< 200", ". 15 s", "> FIN", ". 5 s", "+ SYN"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="client-idle-expiry-lazy",
        group=CLIENT_ENDS,
        title="The client replaces connections that were idle for too long",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The client looks at its idle connections only when it needs one. What was idle for longer than its "
        "limit is closed and replaced at that moment.",
        wire="No close signal; the client's FIN stands beside its next SYN, after idle times that differ, all of them "
        "longer than the limit.",
        confirm="Compare with the longest pause after which a connection was used again: the limit lies between.",
        remedies=(
            Remedy(
                "Python httpx",
                "httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60); 5 s by default",
            ),
            Remedy(
                "Apache HttpClient 5",
                "RequestConfig.custom().setConnectionKeepAlive(TimeValue.ofMinutes(10)); the default is 3 minutes",
            ),
            Remedy("libcurl", "CURLOPT_MAXAGE_CONN; the default is 118 s"),
            Remedy("Ruby Net::HTTP", "http.keep_alive_timeout = 30; the default is 2 s"),
            Remedy("any other", "a longer idle time, but a shorter one than the server's"),
        ),
        look_alikes=("code that closes its client object right before it makes the next one",),
        sources=("RFC 9112 section 9.5", "HTTPX docs: Resource Limits", "libcurl docs: CURLOPT_MAXAGE_CONN"),
        drawing=("> GET", "< 200", ". 7 s", "> FIN", "+ SYN", "> GET"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="half-closed-linger",
        group=CLIENT_ENDS,
        title="The client leaves ended connections half closed",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.NOTE,
        meaning="The server's FIN arrived and was acknowledged. The client sees it only when it looks at the "
        "connection again: until then it stands in CLOSE_WAIT. Harmless while their number does not grow.",
        wire="Server FIN, client ACK, and no client FIN for ten seconds or more, on several connections at a time.",
        confirm="On the client: ss -tn state close-wait",
        remedies=(
            Remedy("Python requests", "requests.Session(): its close() when nothing will be asked for a while"),
            Remedy("Python httpx", "client.close() when nothing will be asked for a while"),
            Remedy("any other", "when the number grows: close responses and client objects that are done"),
        ),
        look_alikes=("a client whose FIN the capture missed",),
        sources=("RFC 9293 section 3.6", "RFC 9112 section 9.6"),
        drawing=("> GET", "< 200", ". 5 s", "< FIN", "> ACK", ". 60 s in CLOSE_WAIT"),
    ),
)
