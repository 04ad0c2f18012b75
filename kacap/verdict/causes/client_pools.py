"""The client's pool ends it, or does not use what it has: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import CLIENT_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="client-pool-overflow",
        group=CLIENT_ENDS,
        title="The pool keeps fewer connections than requests run at once",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="More threads ask at once than the pool has places. The pool opens the missing connections, and "
        "closes each that finds no place when it comes back. The next burst opens them again.",
        wire="Connections that overlap; after a burst the client's FIN right behind the response on all but N of "
        "them, the same N each time, and these are used again.",
        confirm='The log of urllib3 says "Connection pool is full, discarding connection".',
        remedies=(
            Remedy(
                "Python requests",
                's.mount("http://", HTTPAdapter(pool_maxsize=50, pool_block=True)); 50 = threads that call at once',
            ),
            Remedy("Python urllib3", "PoolManager(maxsize=50, block=True); 50 = threads that call at once"),
            Remedy("boto3", "Config(max_pool_connections=50); 50 = threads that call at once"),
        ),
        look_alikes=("client-max-idle-per-host: a limit of idle connections, as Go and Java have",),
        sources=("RFC 9112 section 9.4", "urllib3 docs: Customizing Pool Behavior", "Requests docs: HTTPAdapter"),
        drawing=(
            "> GET on each of 4 connections",
            "< 200 on each of them",
            "> FIN on 3, at once; 1 is kept",
            ". the next burst",
            "+ SYN, 3 times",
        ),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="client-max-idle-per-host",
        group=CLIENT_ENDS,
        title="The client keeps few idle connections, and closes the others",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The client has a limit of idle connections for each server. A connection that becomes idle beyond it "
        "is closed at once, and the next burst opens it again.",
        wire="Connections that overlap; after a burst the client's FIN right behind the response on all but N of "
        "them, the same N each time: 2 is the default of Go, 5 that of HttpURLConnection and OkHttp.",
        confirm="Count the connections that stay after a burst, and compare with the limit the client has.",
        remedies=(
            Remedy(
                "Go net/http",
                "t := http.DefaultTransport.(*http.Transport).Clone(); t.MaxIdleConnsPerHost = 100; the default is 2",
            ),
            Remedy("Java HttpURLConnection", "-Dhttp.maxConnections=50; the default is 5"),
            Remedy("OkHttp", "new ConnectionPool(50, 5, TimeUnit.MINUTES); the default keeps 5"),
            Remedy("Node.js", "new http.Agent({keepAlive: true, maxFreeSockets: 256}); 256 is the default"),
            Remedy("Python httpx", "httpx.Limits(max_connections=100, max_keepalive_connections=100); default 20"),
            Remedy("libcurl", "CURLMOPT_MAXCONNECTS above the number of transfers at once"),
        ),
        look_alikes=("client-pool-overflow: a pool that is full, as that of Python requests",),
        sources=("RFC 9112 section 9.4", "Go docs: net/http Transport", "Java docs: Networking Properties"),
        drawing=(
            "> GET on each of 6 connections",
            "< 200 on each of them",
            "> FIN on 4, at once; 2 are kept",
            ". the next burst",
            "+ SYN, 4 times",
        ),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="client-surplus-idle-miscount",
        group=CLIENT_ENDS,
        title="The client closes idle connections because others are busy",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="The client has a limit of idle connections and compares it with all that are open, the busy ones "
        "included: httpcore 1.0.9, below httpx, does. Under load each connection is closed as it becomes idle.",
        wire="The client's FIN right behind a response while many other connections to the server are busy and few or "
        "none are idle; other connections of the same client are used again.",
        confirm="httpx: raise max_keepalive_connections to max_connections; the closes stop.",
        remedies=(
            Remedy("Python httpx", "httpx.Limits(max_connections=100, max_keepalive_connections=100)"),
            Remedy("Python httpcore", "ConnectionPool(max_connections=100, max_keepalive_connections=100)"),
        ),
        look_alikes=("a program that makes a new client for some of its calls",),
        sources=("RFC 9112 section 9.4", "httpcore 1.0.9: connection_pool.py", "httpx docs: Resource Limits"),
        drawing=(
            "> GET on each of 30 connections",
            "< 200 on one of them",
            "> FIN on this one, at once",
            "+ SYN for the next request",
        ),
    ),
    Cause(
        id="client-max-lifetime",
        group=CLIENT_ENDS,
        title="The client ends a connection that has reached a certain age",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Each connection was used again until it had a certain age, and was closed after the next response. "
        "Such a limit lets a client follow changes of DNS; it costs something only when it is short.",
        wire="The client's FIN right behind a response, on connections of about the same age with different numbers "
        "of exchanges; none that is older is used again.",
        confirm="Compare the age at the close with the lifetime that the client sets.",
        remedies=(
            Remedy(".NET", "SocketsHttpHandler.PooledConnectionLifetime = TimeSpan.FromMinutes(15)"),
            Remedy("libcurl", "raise CURLOPT_MAXLIFETIME_CONN"),
            Remedy("reactor-netty", "ConnectionProvider maxLifeTime(Duration.ofMinutes(15))"),
        ),
        look_alikes=("a program that makes a new client after some time",),
        sources=("RFC 9112 section 9.3", "Microsoft: HttpClient guidelines", "curl docs: CURLOPT_MAXLIFETIME_CONN"),
        drawing=("> GET", "< 200", ". used again until it is 10 s old", "> GET", "< 200", "> FIN, at once", "+ SYN"),
    ),
    Cause(
        id="client-max-requests",
        group=CLIENT_ENDS,
        title="The client ends connections after a fixed number of requests",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="Each connection served the same number of requests, and the client closed it right after the last "
        "response. No connection served more: a limit of the client, or of a proxy that acts as one.",
        wire="The client's FIN right behind the Nth response on each connection, with the same N, and no close signal.",
        confirm="Look for the limit in the client; or for code that makes a new client for every N requests.",
        remedies=(
            Remedy("Node.js undici", "new Pool(url, {maxRequestsPerClient: 10000}); none is the default"),
            Remedy("Envoy", "raise max_requests_per_connection in common_http_protocol_options"),
            Remedy("any other", "if code makes a new client for each piece of work, make one for the process"),
        ),
        look_alikes=("a new client object for each piece of work, which takes as many requests every time",),
        sources=("RFC 9112 section 9.3", "undici source: Client", "Envoy docs: HttpProtocolOptions"),
        drawing=("> GET, and < 200", ". and so on, N times", "> FIN, at once", "+ SYN"),
    ),
    Cause(
        id="client-pool-fragmentation",
        group=CLIENT_ENDS,
        title="The client opens connections while others stand idle",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="When these connections were opened, others of the same host to the same server were idle, and a "
        "later request used them with success. Most often there are several pools: one for each thread or process.",
        wire="A SYN, and a request behind it, while another connection has no exchange open; later that one carries "
        "a further exchange.",
        confirm="On the client, while it runs: ss -tnp shows whether one process has all these connections, or many.",
        remedies=(
            Remedy("several threads", "one client object for all of them, where the library allows it"),
            Remedy("several processes", "fewer processes with more threads: each process has a pool of its own"),
            Remedy("Node.js", "one http.Agent, and the same localAddress and family in all requests"),
            Remedy("HAProxy", "http-reuse always in the backend; the default is safe"),
            Remedy("any other", "the same TLS settings, proxy and local address for all requests: pools go by them"),
        ),
        look_alikes=("Several programs or containers behind one address: each has a pool of its own.",),
        sources=("RFC 9112 section 9.4", "Node.js docs: agent.getName", "HAProxy docs: http-reuse"),
        drawing=("> GET", "< 200", ". this connection stays idle", "+ SYN, and > GET there", "> GET on the first one"),
    ),
)
