"""A request meets a close: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import RACES, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_HTTPCLIENT_5 = Remedy(
    "Apache HttpClient 5",
    "ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ofSeconds(1)); "
    "evictIdleConnections(TimeValue.ofSeconds(4))",
)
_SERVERS = (
    Remedy(
        "Node.js < 26", "server.keepAliveTimeout = 65000; server.headersTimeout = 66000 (default of the first: 5 s)"
    ),
    Remedy("gunicorn", "--keep-alive 75 (default 2 s); needs a worker class that keeps connections: -k gthread"),
    Remedy("uvicorn", "--timeout-keep-alive 75 (default 5 s)"),
    Remedy("Apache", "KeepAliveTimeout 75 (default 5 s)"),
    Remedy("nginx", "keepalive_timeout 75s; longer than the client keeps idle connections"),
    Remedy("Tomcat", 'keepAliveTimeout="75000" on the Connector'),
)
_CLIENTS = (
    Remedy(
        "Go net/http client", "Transport.IdleConnTimeout below the timeout of the server, for example 4 * time.Second"
    ),
    _HTTPCLIENT_5,
    Remedy("Python aiohttp", "TCPConnector(keepalive_timeout=4): below the timeout of the server (default 15 s)"),
    Remedy(".NET HttpClient", "SocketsHttpHandler.PooledConnectionIdleTimeout below the timeout of the server"),
    Remedy("nginx as proxy", "in upstream: keepalive_timeout 4s; below the timeout of the server behind it"),
    Remedy(
        "any other", "let the client drop idle connections before the server does, and retry requests that are safe"
    ),
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="keepalive-race",
        group=RACES,
        title="A request crossed the server's close of an idle connection",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The server closed a connection that was idle, and at that moment the client sent its next request on "
        "it. Neither could know of the other. The request is lost; a client may send it again by itself only when "
        "that is safe.",
        wire="The server's FIN or RST, and within one round trip a request that it does not acknowledge; then the "
        "server's RST, and often the same request on a new connection.",
        confirm="Compare the idle timeouts: the server's must be longer than that of the client or proxy before it.",
        remedies=_SERVERS + _CLIENTS,
        look_alikes=(
            "stale-reuse-after-fin: there the client had acknowledged the FIN for long before.",
            "where the capture shows a RST and no FIN, nat-idle-reset: a device between the two wrote it",
        ),
        sources=("RFC 9112 section 9.5", "RFC 9112 section 9.3.1", "Node.js docs: server.keepAliveTimeout"),
        drawing=(
            "> GET /1",
            "< 200",
            ". idle, as long as the server's timeout",
            "< FIN",
            "> GET /2 (crosses the FIN)",
            "< RST",
            "+ SYN",
            "> GET /2 (again)",
        ),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="stale-reuse-after-fin",
        group=RACES,
        title="The client asks on a connection that it knew to be closed",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The server had closed the idle connection, and the client's system had acknowledged it. The program "
        "did not look, and sent its next request there. The request is lost, and with it the time until the retry.",
        wire="The server's FIN, the client's ACK of it; some time later a request on the same connection, answered by "
        "a RST.",
        confirm="In Wireshark follow the connection: the request stands behind the server's FIN and the ACK of it.",
        remedies=(
            _HTTPCLIENT_5,
            Remedy("Apache HttpClient 4", "PoolingHttpClientConnectionManager.setValidateAfterInactivity(1000)"),
            Remedy("Node.js", "do not block the event loop: a closed socket leaves the agent only when its turn comes"),
            *_SERVERS,
            Remedy("any other", "let the client drop idle connections before the server does, or test them before use"),
        ),
        look_alikes=("keepalive-race: there the request left before the client could notice the close.",),
        sources=("RFC 9112 section 9.5", "RFC 9293 section 3.6", "Apache HttpClient docs: ConnectionConfig"),
        drawing=(
            "> GET /1",
            "< 200",
            ". idle, as long as the server's timeout",
            "< FIN",
            "> ACK",
            ". the client does not close",
            "> GET /2",
            "< RST",
        ),
        other_certainties=(Certainty.LIKELY,),
    ),
)
