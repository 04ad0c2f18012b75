"""The server gives up idle or old connections: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import SERVER_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_LONGER_IDLE = (
    Remedy("gunicorn", "-k gthread --keep-alive 75; the default is 2 s"),
    Remedy("uvicorn", "--timeout-keep-alive 75; the default is 5 s"),
    Remedy("Node.js http", "server.keepAliveTimeout = 75000; the default is 5 s before Node.js 26, then 65 s"),
    Remedy("nginx", "raise keepalive_timeout, for example to 75s (the default)"),
    Remedy("Apache httpd", "KeepAliveTimeout 75; the default is 5 s"),
    Remedy("Tomcat", 'keepAliveTimeout="75000" on the Connector; server.xml comes with 20 s'),
    Remedy("Puma", "persistent_timeout 75; Puma 8 has 65 s"),
    Remedy("Kestrel", "Limits.KeepAliveTimeout = TimeSpan.FromMinutes(5); the default is 130 s"),
    Remedy("aiohttp server", "web.run_app(app, keepalive_timeout=120); the default is 75 s"),
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="server-idle-timeout",
        group=SERVER_ENDS,
        title="The server closes connections that are idle",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="No message said close. The server closed the connection after a time without a request, and it "
        "costs a handshake whenever the next request comes later than that.",
        wire="No close signal; the server's FIN after an idle time that is the same again and again, or a RST after "
        "minutes. The client often answers the FIN only when it needs a connection the next time.",
        confirm="Wireshark: tcp.flags.fin == 1; compare the time since the last response of several connections.",
        remedies=(
            *_LONGER_IDLE,
            Remedy("any other", "a longer idle time than the longest pause between two requests of one client"),
        ),
        look_alikes=("a server that stops", "a device between that ends idle connections for it, some of them by RST"),
        sources=("RFC 9112 section 9.5", "gunicorn docs: keepalive", "uvicorn docs: timeout-keep-alive"),
        drawing=("> GET", "< 200", ". 5 s", "< FIN", ". 2 s", "+ SYN"),
        other_certainties=(Certainty.PROVEN, Certainty.POSSIBLE),
    ),
    Cause(
        id="keepalive-hint-mismatch",
        group=SERVER_ENDS,
        title="The server closes idle connections earlier than it announces",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning='The "Keep-Alive: timeout" of the responses promises a longer idle time than was measured. A client '
        "that trusts it sends requests on connections that are closed.",
        wire='Responses with "Keep-Alive: timeout=N"; the server\'s FIN before N seconds of idle, more than once.',
        confirm="Capture on the server as well: when its FIN is not there, something between the two sides sent it.",
        remedies=(
            Remedy("nginx", "keepalive_timeout 75s 60s; the second value is what the header says: not above the first"),
            Remedy("a load balancer between", "an idle time longer than what the server announces"),
            Remedy("any other", "announce less than the real idle time, or do not set the Keep-Alive header by hand"),
        ),
        look_alikes=("a proxy or load balancer that closes earlier than the server behind it",),
        sources=("RFC 9112 section 9.5", "RFC 2068 section 19.7.1", "nginx docs: keepalive_timeout"),
        drawing=("> GET", "< 200, Keep-Alive: timeout=60", ". 5 s", "< FIN"),
    ),
    Cause(
        id="idle-timeout-inversion",
        group=SERVER_ENDS,
        title="The client uses connections close to the server's idle limit",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The client keeps idle connections as long as the server does, or longer. Sooner or later a request "
        "is on its way when the server closes: it then fails, or has to be sent again.",
        wire="A request after an idle time that is close to, or above, the one after which the server sends its FIN.",
        confirm="Compare the client's idle time with the server's: the one who sends requests should give up first.",
        remedies=(
            *_LONGER_IDLE,
            Remedy("AWS ALB", "idle_timeout.timeout_seconds (60) below the idle time of the servers behind it"),
            Remedy("nginx as proxy", "keepalive_timeout in the upstream block below that of the servers"),
            Remedy("the client", "an idle time some seconds shorter than the server's"),
        ),
        look_alikes=("a server whose idle time differs from process to process",),
        sources=("RFC 9112 section 9.5", "AWS docs: Application Load Balancer idle timeout"),
        drawing=("> GET", "< 200", ". 4.9 s", "> GET", "< 200", ". 5 s", "< FIN"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="server-max-age",
        group=SERVER_ENDS,
        title="The server ends connections that reached a certain age",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The server says close once a connection has reached a certain age, however many requests it "
        "carried. With an age of an hour that is as it should be: clients find new servers that way.",
        wire='"Connection: close" in a good response at the same age of each connection, after different numbers of '
        "requests.",
        confirm="Compare the time from the SYN to the response that says close over several connections.",
        remedies=(
            Remedy("nginx >= 1.19.10", "raise keepalive_time, for example to 1h (the default)"),
            Remedy("AWS ALB", "client_keep_alive.seconds; the default is 3600"),
            Remedy("any other", "raise the age where it is far below an hour; else leave it"),
        ),
        look_alikes=("a limit of requests under an even load",),
        sources=("RFC 9112 section 9.6", "nginx docs: keepalive_time", "AWS docs: client_keep_alive.seconds"),
        drawing=("+ SYN", "> GET", "< 200", ". 1 h of requests", "> GET", "< 200, Connection: close"),
    ),
    Cause(
        id="server-drain-shutdown",
        group=SERVER_ENDS,
        title="All connections of the server end together, as at a restart",
        decided_by=Decider.SERVER,
        certainty=Certainty.POSSIBLE,
        severity=Severity.NOTE,
        meaning="Idle and busy connections of the server ended within a moment, whatever their age. That is how a "
        "deploy or a restart looks, and it costs one handshake for each connection.",
        wire="FINs, or responses that say close, on all connections of one server within two seconds; then often a "
        "SYN that is refused.",
        confirm="Look for a deploy or a restart at that time.",
        remedies=(
            Remedy("Kubernetes", "preStop hook with sleep 15, so that no new requests come while the process stops"),
            Remedy("gunicorn", "--graceful-timeout 30: workers finish what they have"),
            Remedy("Node.js", "server.close(); it also closes idle connections since Node.js 19"),
            Remedy("the client", "send idempotent requests again once, on a new connection"),
        ),
        look_alikes=("a proxy that loads a new configuration", "a crash that closes all sockets"),
        sources=("RFC 9112 section 9.6", "Kubernetes docs: Container Lifecycle Hooks", "Node.js docs: server.close"),
        drawing=("< FIN on A", "< FIN on B", "< FIN on C", ". 1 s", "+ SYN", "< RST"),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="server-worker-recycle",
        group=SERVER_ENDS,
        title="Some of the server's connections end together, repeatedly",
        decided_by=Decider.SERVER,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="From time to time some connections of the server end at once, while others stay. That is how it "
        "looks when one worker process of several is replaced.",
        wire="Groups of FINs, or of responses that say close, within a moment; the other connections go on.",
        confirm="Compare the times with the starts of worker processes in the server's log.",
        remedies=(
            Remedy("gunicorn", "--max-requests 10000 --max-requests-jitter 1000; 0 turns it off"),
            Remedy("uvicorn", "raise --limit-max-requests, or drop it"),
            Remedy("uWSGI", "max-requests = 10000, or drop it"),
            Remedy("any other", "replace workers less often, and not all at one number of requests"),
        ),
        look_alikes=("servers behind one address that are replaced one by one", "a client's bursts that age together"),
        sources=("RFC 9112 section 9.6", "gunicorn docs: max_requests"),
        drawing=("< FIN on A", "< FIN on B", "> GET on C", "< 200 on C", ". 60 s", "< FIN on C", "< FIN on D"),
    ),
)
