"""An intermediary ends it: one cause, one row. The rules for a row stand in `cause`.

Hop 1 is between the client and the proxy, hop 2 between the proxy and the server behind it. On hop 2 the proxy is the
client, on hop 1 it is the server: what a row says of who decided is said of that hop.
"""

from kacap.verdict.causes.cause import PROXIES, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_NGINX_UPSTREAM = Remedy(
    "nginx < 1.29.7",
    'upstream block with keepalive 32; then proxy_http_version 1.1; proxy_set_header Connection "";',
)
_HAPROXY_DEFAULT = Remedy(
    "HAProxy", "remove option httpclose and option http-server-close; option http-keep-alive is the default"
)

_OTHER_CLIENT = "another client that asks in step"

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="hop-header-forwarded",
        group=PROXIES,
        title="The proxy passes on headers that belong to one hop only",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="Connection, Keep-Alive and Proxy-Connection speak of the connection that they arrive on. This proxy "
        "repeats those of the client behind it, where they end or promise something for a connection that the client "
        "does not have.",
        wire='The same request on both hops, with the same header. Where it is "Connection: close", the connection '
        "behind the proxy ends each time that a client ends its own.",
        confirm="Wireshark: http.request and http.connection; compare a request before and behind the proxy, then "
        "one without such a header.",
        remedies=(
            Remedy("nginx", 'proxy_set_header Connection ""; instead of proxy_set_header Connection $http_connection;'),
            Remedy("any other", "remove Connection, Keep-Alive, Proxy-Connection and what Connection names"),
        ),
        look_alikes=(
            "A proxy that closes by itself, before clients that close as well: see proxy-server-close.",
            _OTHER_CLIENT,
        ),
        sources=("RFC 9110 section 7.6.1", "RFC 9112 appendix C.2.2"),
        drawing=(
            "> hop 1: GET, Connection: close",
            "> hop 2: GET, Connection: close",
            "< hop 2: 200, then FIN",
            "< hop 1: 200, then FIN",
        ),
        other_certainties=(Certainty.LIKELY, Certainty.POSSIBLE),
    ),
    Cause(
        id="proxy-forces-close",
        group=PROXIES,
        title='The proxy itself says "Connection: close"',
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The proxy ends the client's connection after each response. The server behind it did not ask for "
        "that: the header was added by the proxy. Some settings make it say the same to the server behind it, and "
        "then that connection ends as well.",
        wire="The response behind the proxy does not end the connection by itself; the same response before the proxy "
        'says "Connection: close".',
        confirm='Ask the server behind the proxy directly: curl -v shows no "Connection: close" then.',
        remedies=(
            Remedy("HAProxy", "replace option httpclose by option http-keep-alive, in defaults, frontend and backend"),
            Remedy("nginx", "keepalive_timeout 75s; (0 turns it off) and keepalive_requests 1000;"),
            Remedy("any other", "turn on keep-alive for clients in the proxy"),
        ),
        look_alikes=("The server behind it said so first: then the proxy may only repeat it.", _OTHER_CLIENT),
        sources=("RFC 9112 section 9.6", "RFC 9110 section 7.6.1", "HAProxy docs: option httpclose"),
        drawing=(
            "> hop 1: GET",
            "> hop 2: GET",
            "< hop 2: 200",
            "< hop 1: 200, Connection: close",
            "< hop 1: FIN",
        ),
        other_deciders=(Decider.CLIENT,),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="proxy-server-close",
        group=PROXIES,
        title="The proxy is set to end its connection after each response",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning='The proxy says "Connection: close" in each HTTP/1.1 request to the server behind it, and resets the '
        "connection when the response is complete. The RST is no error: it only saves the proxy the TIME_WAIT.",
        wire='Behind the proxy: "Connection: close" in the request, a complete response, then RST from the proxy, or '
        "FIN from the server when that is faster.",
        confirm="grep -n http-server-close haproxy.cfg; then compare with option http-keep-alive.",
        remedies=(
            Remedy("HAProxy", "remove option http-server-close; the default keeps both sides (option http-keep-alive)"),
            Remedy("any other", "turn on keep-alive towards the server in the proxy"),
        ),
        look_alikes=(
            'proxy-no-upstream-keepalive: nginx with proxy_http_version 1.1 and no proxy_set_header Connection "".',
            _OTHER_CLIENT,
        ),
        sources=("RFC 9112 section 9.6", "HAProxy docs: option http-server-close"),
        drawing=(
            "> hop 1: GET",
            "> hop 2: GET, Connection: close",
            "< hop 2: 200",
            "< hop 1: 200",
            "> hop 2: RST",
        ),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="proxy-no-upstream-keepalive",
        group=PROXIES,
        title="The proxy asks the server behind it without keep-alive",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The proxy's own requests say so: HTTP/1.0, or Connection: close. Connection is a header of one hop, "
        "so what the client says to the proxy does not matter here.",
        wire='Behind the proxy each request is HTTP/1.0 or says "Connection: close", on a connection of its own. The '
        "client's connections to the proxy are kept alive, or could be.",
        confirm='Wireshark: http.request.version == "HTTP/1.0" or lower(http.connection) contains "close"; capture '
        "behind the proxy.",
        remedies=(
            _NGINX_UPSTREAM,
            Remedy("nginx >= 1.29.7", "remove keepalive 0; proxy_http_version 1.0; proxy_set_header Connection close;"),
            _HAPROXY_DEFAULT,
            Remedy("any other", "turn on keep-alive and HTTP/1.1 towards the server in the proxy"),
        ),
        look_alikes=(
            "proxy-server-close: the same header, and RST from the proxy when the response is complete",
            "a proxy that repeats what its client says: see hop-header-forwarded",
            _OTHER_CLIENT,
        ),
        sources=("RFC 9110 section 7.6.1", "RFC 9112 section 9.3", "nginx changes 1.29.7", "nginx docs: keepalive"),
        drawing=(
            "> hop 1: GET HTTP/1.1",
            "> hop 2: GET HTTP/1.0, Connection: close",
            "< hop 2: 200, then FIN",
            "< hop 1: 200, stays open",
            "> hop 1: GET HTTP/1.1",
            "+ SYN hop 2",
        ),
        other_certainties=(Certainty.LIKELY, Certainty.POSSIBLE),
    ),
    Cause(
        id="proxy-upstream-not-pooled",
        group=PROXIES,
        title="The proxy opens a connection to the server for each request",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Nobody said that the connection behind the proxy ends. The proxy closed it right after the response, "
        "and opened another for the next request: it has no pool for this server.",
        wire="Behind the proxy: one exchange on nearly every connection, no close signal, the proxy's FIN within "
        "milliseconds of the response, the next SYN with the next request.",
        confirm="nginx: does proxy_pass name an address instead of an upstream block? On the proxy: ss -tan state "
        "time-wait counts what it closed.",
        remedies=(
            Remedy("nginx >= 1.29.7", "declare an upstream block with the server, and name it in proxy_pass"),
            _NGINX_UPSTREAM,
            Remedy("a proxy of your own", "one client object with a pool for the process"),
            Remedy("a layer-4 proxy", "relay until either side closes, not until the first answer"),
        ),
        look_alikes=(
            "a pool that is full",
            "a relay below HTTP whose clients close after one request: see l4-one-to-one",
        ),
        sources=("RFC 9112 section 9.3", "nginx docs: keepalive", "nginx/nginx issue 1436"),
        drawing=(
            "> hop 2: GET",
            "< hop 2: 200",
            "> hop 2: FIN",
            "> hop 1: GET",
            "+ SYN hop 2",
        ),
    ),
    Cause(
        id="proxy-pool-too-small",
        group=PROXIES,
        title="The proxy keeps fewer connections than it uses at once",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The pool of the proxy is full: as a connection comes back from an exchange, one is closed. The number "
        "that stays idle is the same each time. With the next burst the proxy opens new ones.",
        wire="Behind the proxy: after a burst of parallel requests all connections but N get the proxy's FIN, each "
        "right after a response; N is the same in each burst.",
        confirm="nginx: keepalive N of the upstream block is per worker process; compare with the requests at once.",
        remedies=(
            Remedy("nginx", "keepalive 100; in the upstream block: at least the requests at once per worker process"),
            Remedy("a proxy of your own", "raise the idle connections per host of its client"),
        ),
        look_alikes=("a proxy that shuts down", "an idle timeout of the proxy that ends with a response"),
        sources=("RFC 9112 section 9.4", "nginx docs: keepalive"),
        drawing=(
            "> hop 2: 6 GET on 6 connections",
            "< hop 2: 6 times 200",
            "> hop 2: FIN on 4, 2 are kept",
            ". next burst",
            "+ SYN hop 2, 4 times",
        ),
    ),
    Cause(
        id="proxy-pool-purge",
        group=PROXIES,
        title="The proxy clears idle connections from its pool at intervals",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="At each interval the proxy closes a part of its idle connections, however long each was idle. After "
        "a quiet time it opens them again.",
        wire="Behind the proxy: FINs of the proxy in groups, a multiple of 5 s apart, without a signal; each group "
        "spares some connections that are idle as well.",
        confirm="HAProxy: show servers conn, before and after; the delay is pool-purge-delay of the server line.",
        remedies=(Remedy("HAProxy", "server ... pool-purge-delay 60s pool-low-conn 32; the default delay is 5s"),),
        look_alikes=("idle timers of connections that were last used 5 s apart",),
        sources=("RFC 9112 section 9.5", "HAProxy docs: pool-purge-delay", "haproxy/haproxy issue 3033"),
        drawing=(
            "> hop 2: last exchange of 8 connections",
            ". 5 s",
            "> hop 2: FIN on 4",
            ". 5 s",
            "> hop 2: FIN on 2",
        ),
    ),
    Cause(
        id="proxy-reuse-policy",
        group=PROXIES,
        title="The proxy opens a connection for each new client connection",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="Idle connections to the server stood ready, and the first request of each client connection still "
        "got a new one. Later requests share what is there: the policy of the proxy is careful with first requests.",
        wire="Behind the proxy a SYN with the first request of each client connection, while others are idle.",
        confirm="HAProxy: grep -n http-reuse haproxy.cfg; safe is the default.",
        remedies=(
            Remedy("HAProxy", "http-reuse aggressive; or always, where the server does not close without notice"),
        ),
        look_alikes=("a pool per client, as authentication of connections needs it",),
        sources=("RFC 9112 section 9.3.1", "HAProxy docs: http-reuse"),
        drawing=(
            "+ SYN hop 1",
            "> hop 1: GET",
            "+ SYN hop 2, though one is idle",
            "> hop 2: GET",
        ),
    ),
    Cause(
        id="l4-one-to-one",
        group=PROXIES,
        title="A relay below HTTP: one connection behind it for each before",
        decided_by=Decider.NOBODY,
        certainty=Certainty.LIKELY,
        severity=Severity.NOTE,
        meaning="The proxy passes bytes and knows no requests: it opens one connection for each that it accepts, and "
        "ends both together. The hop behind it is as good as the hop before it: look for the cause there.",
        wire="The same requests and responses on both hops, unchanged; each connection of one hop has its own on the "
        "other, and the FINs come together.",
        confirm="HAProxy: mode tcp; nginx: proxy_pass outside of http; a load balancer: its layer-4 or TCP mode.",
        remedies=(
            Remedy("the hop before it", "remove the cause found there; nothing is to be changed behind it"),
            Remedy("to share connections", "let the proxy speak HTTP: HAProxy mode http, nginx proxy_pass in http"),
        ),
        look_alikes=("a proxy that reads HTTP and pools nothing, whose clients close after each response",),
        sources=("RFC 9110 section 3.7", "HAProxy docs: mode"),
        drawing=(
            "+ SYN hop 1",
            "+ SYN hop 2",
            "> GET on hop 1, the same on hop 2",
            "< 200 on hop 2, the same on hop 1",
            "> FIN on hop 1, then on hop 2",
        ),
    ),
)
