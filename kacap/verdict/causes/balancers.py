"""A load balancer or a proxy ends connections of its own accord: one cause, one row. The rules stand in `cause`."""

from kacap.verdict.causes.cause import PROXIES, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="lb-deregistration",
        group=PROXIES,
        title="The client gave up one server and goes on with the others",
        decided_by=Decider.CLIENT,
        certainty=Certainty.POSSIBLE,
        severity=Severity.NOTE,
        meaning="All connections to one server ended together, no SYN was sent to it again, and the same client goes "
        "on with other servers for the same host, as a load balancer does that takes a server out of its list.",
        wire="The client's FINs on all connections to one address within two seconds; requests for the same host go "
        "to other addresses.",
        confirm="Look for a deploy, a scale-in or a failed health check at that time.",
        remedies=(
            Remedy("AWS target group", "deregistration_delay.timeout_seconds: long enough for the slowest request"),
            Remedy("any other", "nothing, when the server was taken out on purpose"),
        ),
        look_alikes=("a client that was told another address by DNS",),
        sources=("RFC 9112 section 9.6", "AWS docs: Target group deregistration delay"),
        drawing=("> FIN on A, server 1", "> FIN on B, server 1", "> GET on C, server 2", "< 200 on C, server 2"),
    ),
    Cause(
        id="lb-rebalance-close",
        group=PROXIES,
        title="A load balancer ends healthy connections to spread its load",
        decided_by=Decider.SERVER,
        certainty=Certainty.POSSIBLE,
        severity=Severity.NOTE,
        meaning="A front end of Google said close in good responses, at no common age and after no common number of "
        "requests. It is documented to do so to spread its load.",
        wire='"Connection: close" in good responses on connections of different ages.',
        confirm="Compare ages and numbers of requests: a limit gives the same value each time.",
        remedies=(Remedy("the client", "nothing: open another, and send idempotent requests again once"),),
        look_alikes=("a deploy of the server behind it", "a header that the application sets for some answers"),
        sources=("RFC 9112 section 9.6", "Google Cloud docs: request distribution"),
        drawing=("> GET", "< 200", ". some time", "> GET", "< 200, Connection: close", "+ SYN"),
    ),
    Cause(
        id="proxy-config-reload",
        group=PROXIES,
        title="All connections of a proxy end, and it goes on at once",
        decided_by=Decider.SERVER,
        certainty=Certainty.POSSIBLE,
        severity=Severity.NOTE,
        meaning="Idle and busy connections of the proxy ended within a moment, and the next one was accepted: that is "
        "how it looks when old worker processes make room for a new configuration.",
        wire="FINs, or responses that say close, on all connections of one proxy within two seconds; the next SYN is "
        "answered.",
        confirm="Compare the time with the reloads in the proxy's log.",
        remedies=(
            Remedy("nginx", "worker_shutdown_timeout 60s; and fewer reloads"),
            Remedy("ingress-nginx", "fewer changes that need a reload; worker-shutdown-timeout"),
            Remedy("Envoy", "a longer --drain-time-s spreads the closes; the default is 600"),
        ),
        look_alikes=("a restart of the proxy", "another proxy that took over the address"),
        sources=("RFC 9112 section 9.6", "nginx docs: worker_shutdown_timeout", "Envoy docs: Draining"),
        drawing=("< FIN on A", "< FIN on B", "< FIN on C", "+ SYN", "< SYN ACK"),
    ),
)
