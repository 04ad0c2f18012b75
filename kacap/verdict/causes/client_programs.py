"""How the client program is made ends it, or spreads it: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import CLIENT_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="client-process-per-request",
        group=CLIENT_ENDS,
        title="Each request comes from a process of its own",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="Both sides allowed the connection to stay. The client closed it right after the response, as a "
        "program does that ends; the next request came from a new connection.",
        wire="One exchange on nearly every connection, the client's FIN right behind the response, often a DNS "
        "look-up before the next SYN, and tens of milliseconds until then.",
        confirm="On the client: watch for short-lived processes, for example with forkstat or execsnoop.",
        remedies=(
            Remedy("curl", "name all URLs in one command: curl URL1 URL2, or curl --config FILE"),
            Remedy("wget", "wget --input-file=FILE asks for all URLs of the file"),
            Remedy("PHP", "a process that stays, with one curl_init() handle for all requests"),
            Remedy("any other", "one process that stays, with one client object for all requests"),
        ),
        look_alikes=("one process that makes a new client object for each request",),
        sources=("RFC 9112 section 9.3", "curl manual page"),
        drawing=("> GET", "< 200", "> FIN, at once", ". 100 ms: the next process starts", "+ SYN"),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="client-body-not-read-discard",
        group=CLIENT_ENDS,
        title="The client closes, perhaps because a body was not read",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="The client is Go. Before Go 1.27 it closes a connection at once when the program closes the body of a "
        "response before its end, even when all of it had arrived.",
        wire="A response with a body, complete, and the client's FIN within a millisecond; responses without a body "
        "(204, 304, answers to HEAD) leave the connection open.",
        confirm="Look for resp.Body.Close() without a read to the end before it; json.Decoder may leave a last byte.",
        remedies=(
            Remedy("Go net/http < 1.27", "io.Copy(io.Discard, resp.Body) before resp.Body.Close()"),
            Remedy("Go net/http", "Go >= 1.27 reads up to 256 KiB of what is left when the body is closed"),
        ),
        look_alikes=(
            "a new http.Transport for each request",
            "a call of CloseIdleConnections()",
            "more requests at once than MaxIdleConnsPerHost, which is 2",
        ),
        sources=("RFC 9112 section 9.3", "Go docs: net/http Response.Body", "golang/go issue 77370"),
        drawing=("> GET", "< 200, all of its body", "> FIN, at once", "+ SYN"),
    ),
    Cause(
        id="client-explicit-disconnect",
        group=CLIENT_ENDS,
        title="The client closes after each response, as disconnect() does",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="The client is Java, which keeps connections by itself, and yet each was closed right after its "
        "response. HttpURLConnection.disconnect() closes the connection instead of giving it back.",
        wire='A request with "Java/" in User-Agent, a complete response, the client\'s FIN within milliseconds.',
        confirm="Look for calls of disconnect() in the code of the client, and in the libraries that it uses.",
        remedies=(
            Remedy("Java HttpURLConnection", "drop disconnect(); read the input or error body to its end and close it"),
            Remedy("Java java.net.http", "one HttpClient.newHttpClient() for the application keeps connections itself"),
        ),
        look_alikes=("a new process for each request", "a client object without a pool, made for each request"),
        sources=("RFC 9112 section 9.3", "Java docs: HttpURLConnection.disconnect", "Java docs: http-keepalive"),
        drawing=("> GET", "< 200", "> FIN, at once", "+ SYN"),
    ),
    Cause(
        id="client-dns-spread",
        group=CLIENT_ENDS,
        title="The client spreads requests to one name over many addresses",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.NOTE,
        meaning="A connection belongs to one address. The requests for this Host went to several addresses, so that "
        "few of them found a connection to use. Spreading the load may be on purpose.",
        wire="The same Host in requests to several server addresses, one or two requests at each, and seldom more "
        "than one at a time.",
        confirm="dig NAME, several times: are there several addresses, in changing order?",
        remedies=(
            Remedy("the client", "keep the pool for longer than the answers of DNS change, or ask DNS less often"),
            Remedy("Kubernetes headless Service", "a Service with a clusterIP, or a proxy that balances requests"),
            Remedy("any other", "a balancer for requests in front of the addresses; clients keep one connection to it"),
        ),
        look_alikes=("A balancer on the client that asks each address in turn, and whose connections stay open.",),
        sources=("RFC 9112 section 9.1", "RFC 1794", "Kubernetes docs: headless Services"),
        drawing=(
            "> GET at address 1",
            "< 200",
            "+ SYN to address 2",
            "> GET at address 2",
            "< 200",
            "+ SYN to address 3",
        ),
    ),
    Cause(
        id="load-generator-no-reuse",
        group=CLIENT_ENDS,
        title="A load generator opens a connection for each request",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The client calls itself by the name of a load generator. It closed each connection right after its "
        "response, so that what it measures is mostly the cost of opening connections.",
        wire="The name of a load generator in User-Agent, one exchange on each connection, the client's FIN right "
        "behind the response.",
        confirm="Look at the options of the run: are connections kept, and for longer than one iteration?",
        remedies=(
            Remedy("ApacheBench", "ab -k"),
            Remedy("k6", "noConnectionReuse: false and noVUConnectionReuse: false; both are the default"),
            Remedy("hey", "drop -disable-keepalive"),
            Remedy("siege", "connection = keep-alive in siege.conf; the default is close"),
        ),
        look_alikes=("any other client that keeps no pool",),
        sources=("RFC 9112 section 9.3", "ab manual page", "k6 docs: options"),
        drawing=("> GET", "< 200", "> FIN, at once", "+ SYN"),
    ),
    Cause(
        id="connection-bound-auth",
        group=CLIENT_ENDS,
        title="The way of authentication binds each connection to one user",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.NOTE,
        meaning="NTLM authenticates the connection and not the request, and Negotiate often does so as well. Such a "
        "connection serves the requests of one user only: a pool cannot share it, and each new one has to "
        "authenticate again.",
        wire="401 or 407 that names NTLM or Negotiate, then requests with Authorization or Proxy-Authorization of "
        "that scheme, on each new connection again.",
        confirm='Wireshark: http.authorization contains "NTLM" or http.authorization contains "Negotiate"',
        remedies=(
            Remedy("the server", "offer an authentication of each request: a token (Bearer), or a cookie after log-in"),
            Remedy("Microsoft IIS", "authPersistNonNTLM=true keeps Kerberos log-ins for the life of a connection"),
            Remedy("the client", "keep its connections: each new one costs one or two further round trips"),
        ),
        look_alikes=("Connections of one user that were avoidable for another reason.",),
        sources=("RFC 4559 section 6", "RFC 9110 section 3.3", "HAProxy docs: http-reuse"),
        drawing=("> GET", "< 401 Negotiate", "> GET with Authorization", "< 200", ". another user", "+ SYN"),
    ),
)
