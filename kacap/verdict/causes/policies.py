"""Why a server says close, or closes without a word: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import SERVER_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="server-worker-model-no-keepalive",
        group=SERVER_ENDS,
        title="The worker model of the server has no persistent connections",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Every response says close, and the server names itself gunicorn: its default worker, sync, serves one "
        "connection at a time and closes each. The option --keep-alive does nothing with that worker.",
        wire='"Server: gunicorn" and "Connection: close" in every response, whatever the status or the client.',
        confirm="Look at the command line or the log of gunicorn: Using worker: sync.",
        remedies=(
            Remedy("gunicorn", "-k gthread --threads 8 --keep-alive 75"),
            Remedy(
                "uWSGI",
                "--http11-socket :8080 instead of --http-socket :8080; with --http: --http-keepalive --add-header "
                "'Connection: Keep-Alive'",
            ),
        ),
        look_alikes=("a Connection header set by the application", "a proxy that hides behind the Server of gunicorn"),
        sources=("RFC 9112 section 9.6", "gunicorn docs: keepalive", "gunicorn workers/sync.py", "uWSGI options"),
        drawing=("> GET", "< 200, Server: gunicorn, close", "< FIN", "+ SYN"),
    ),
    Cause(
        id="server-max-requests",
        group=SERVER_ENDS,
        title="The server ends each connection after a number of requests",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The last response of each connection says close, and they all carried the same number of requests. "
        "With a limit of 1000 the cost is small; with a few it is not.",
        wire='Each Nth response on a connection says "Connection: close"; with Apache httpd, Keep-Alive: max counts '
        "down to it.",
        confirm='Wireshark: http.response and lower(http.connection) contains "close"; compare their '
        "http.response_number.",
        remedies=(
            Remedy("nginx", "keepalive_requests 100000; (the default is 1000, and 100 before 1.19.10)"),
            Remedy("Apache httpd", "MaxKeepAliveRequests 0 removes the limit (the default is 100)"),
            Remedy("Tomcat", 'maxKeepAliveRequests="-1" on the Connector (the default is 100)'),
            Remedy("Puma", "max_keep_alive 100000 (the default is 999)"),
            Remedy("Node.js", "server.maxRequestsPerSocket = 0 (the default, no limit)"),
        ),
        look_alikes=("a client that always asks for the same pages, the last of which says close",),
        sources=(
            "RFC 9112 section 9.5",
            "nginx docs: keepalive_requests",
            "Apache docs: MaxKeepAliveRequests",
            "Tomcat docs: maxKeepAliveRequests",
        ),
        drawing=("> GET, number 1", "< 200", "> GET, number N", "< 200, Connection: close", "< FIN", "+ SYN"),
        other_certainties=(Certainty.PROVEN,),
    ),
    Cause(
        id="server-broken-promise",
        group=SERVER_ENDS,
        title="The server closes at once though its response allowed reuse",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The response allowed reuse, and the server closed at once. A server that will close should say so: "
        "the client learns of it only when it uses the connection again, and may lose that request.",
        wire="A complete response without a close signal, then a FIN or RST of the server within 200 ms.",
        confirm="Find what closes the socket after the response: the application, or a handler that ends its thread.",
        remedies=(
            Remedy("the server", "send Connection: close in the last response, or leave the connection open"),
            Remedy("Node.js", "drop socket.end() and socket.destroy() after response.end()"),
            Remedy("a socket server", "no SO_LINGER with 0 s: close() then sends a RST"),
        ),
        look_alikes=("a shutdown of the server", "a RST written by a firewall or balancer in between"),
        sources=("RFC 9112 section 9.6", "Node.js docs: socket.end"),
        drawing=("> GET", "< 200, Connection: keep-alive", ". 2 ms", "< FIN or RST", "+ SYN"),
        other_certainties=(Certainty.PROVEN,),
    ),
    Cause(
        id="server-error-status-close",
        group=SERVER_ENDS,
        title="The server closes after an error",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="Good responses keep the connection; responses with an error status say close. Each error costs a "
        "connection as well.",
        wire='"Connection: close" in responses with a status of 400 or more, and not in the others.',
        confirm='Wireshark: http.response.code >= 400 and lower(http.connection) contains "close"',
        remedies=(
            Remedy("the errors", "fix what causes them; none should be part of normal work"),
            Remedy("Tomcat", "closes after 400, 408, 411, 413, 414, 500, 501, 503: use another status, such as 422"),
        ),
        look_alikes=("a server that closes now and then, on errors by chance",),
        sources=("RFC 9112 section 9.6", "Tomcat source: Http11Processor.statusDropsConnection"),
        drawing=("> GET", "< 200", "> GET", "< 500, Connection: close", "< FIN", "+ SYN"),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="server-overload-shedding",
        group=SERVER_ENDS,
        title="The server closes connections when many are open",
        decided_by=Decider.SERVER,
        certainty=Certainty.POSSIBLE,
        severity=Severity.WARNING,
        meaning="While few connections are open to the server its responses keep them; from a certain number on they "
        "say close. That is how it looks when a server has no more room for idle connections.",
        wire='"Connection: close" only in responses that are sent while many connections are open.',
        confirm="Compare the number with what the server is set to: worker_connections, threads, file descriptors.",
        remedies=(
            Remedy("gunicorn gthread", "--worker-connections 4000: more than clients keep; the default is 1000"),
            Remedy("nginx", "worker_connections 4096; in the events block"),
            Remedy("HAProxy", "more file descriptors: ulimit-n and maxconn in the global section"),
        ),
        look_alikes=("a resource that closes and is asked for in busy times only",),
        sources=("RFC 9112 section 9.5", "gunicorn workers/gthread.py", "nginx docs: worker_connections"),
        drawing=(
            "> GET, few connections open",
            "< 200",
            ". many connections open",
            "> GET",
            "< 200, Connection: close",
        ),
    ),
    Cause(
        id="server-crash",
        group=SERVER_ENDS,
        title="The server broke off a response and refused the next SYN",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.ERROR,
        meaning="The connection ended in the middle of an exchange, and the next SYN was answered by RST: nothing "
        "listened there any more. The program ended, or was ended.",
        wire="A FIN or RST of the server before the response was complete; then SYN and RST, ACK.",
        confirm="On the server: journalctl for the time of the close, and dmesg for the out-of-memory killer.",
        remedies=(
            Remedy("the server", "find why it ended; the kernel log names a process that was out of memory"),
            Remedy("systemd", "Restart=on-failure, and a graceful stop for deploys: KillSignal and TimeoutStopSec"),
        ),
        look_alikes=("a restart that did not wait for open requests", "a firewall that rejects from then on"),
        sources=("RFC 9293 section 3.10.7", "systemd.service manual page: Restart"),
        drawing=("> GET", "< a part of the response", "< RST", "+ SYN", "< RST ACK"),
    ),
    Cause(
        id="server-header-timeout-408",
        group=SERVER_ENDS,
        title="The server waited for a request in vain, and said 408",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.NOTE,
        meaning="No request came in time, or only a part of one. On a connection that a client opened in advance this "
        "is harmless; with a part of a request the client is slow or stuck.",
        wire="A 408 from the server with no request before it, or with an incomplete one; then a FIN.",
        confirm="Wireshark: http.response.code == 408",
        remedies=(
            Remedy("HAProxy", "timeout http-request 10s; option http-ignore-probes drops the 408 to idle connections"),
            Remedy("Apache httpd", "RequestReadTimeout header=20-40,MinRate=500 (the default of mod_reqtimeout)"),
            Remedy("Node.js", "server.headersTimeout = 60000 (the default, in ms)"),
        ),
        look_alikes=("a handler of the application that answers 408 itself",),
        sources=("RFC 9110 section 15.5.9", "HAProxy docs: timeout http-request", "Apache docs: mod_reqtimeout"),
        drawing=("> SYN", ". 10 s", "< 408, Connection: close", "< FIN"),
    ),
    Cause(
        id="server-ua-quirk",
        group=SERVER_ENDS,
        title="The server closes for one kind of client or method only",
        decided_by=Decider.SERVER,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Responses to one User-Agent, or to one method, say close; responses to the others do not. Servers "
        "have lists of clients that once could not reuse connections.",
        wire='"Connection: close" in each good response to one User-Agent or method, and in none to others.',
        confirm="Send the same request with another User-Agent: curl -v -A test URL URL",
        remedies=(
            Remedy("Apache httpd", "remove the BrowserMatch or SetEnvIf line that sets nokeepalive"),
            Remedy("nginx", "keepalive_disable none; (the default is msie6)"),
            Remedy("Tomcat", "remove restrictedUserAgents from the Connector"),
        ),
        look_alikes=("a resource that closes, asked for by one kind of client only",),
        sources=(
            "RFC 9112 section 9.6",
            "Apache docs: env, nokeepalive",
            "nginx docs: keepalive_disable",
            "Tomcat docs: restrictedUserAgents",
        ),
        drawing=("> GET, User-Agent: a", "< 200", "> GET, User-Agent: b", "< 200, Connection: close", "< FIN"),
    ),
)
