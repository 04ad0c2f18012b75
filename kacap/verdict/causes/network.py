"""The network ends it: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import NETWORK, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_KEPT_ALIVE = (
    Remedy("any client", "drop idle connections sooner than the device does, for example after 60 s"),
    Remedy(
        "Linux sockets", "SO_KEEPALIVE with TCP_KEEPIDLE 60; sysctl net.ipv4.tcp_keepalive_time alone sets no probe"
    ),
    Remedy("Python urllib3", "PoolManager(socket_options=...) with SO_KEEPALIVE 1 and TCP_KEEPIDLE 60"),
    Remedy(
        "Go net/http client", "net.Dialer{KeepAlive: 30 * time.Second}; Transport.IdleConnTimeout: 60 * time.Second"
    ),
    Remedy(".NET HttpClient", "SocketsHttpHandler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60)"),
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="nat-idle-silent-drop",
        group=NETWORK,
        title="A device on the way forgot the idle connection, silently",
        decided_by=Decider.NETWORK,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The connection was idle for long. Then the client sent a request, again and again at growing "
        "intervals, and nothing came back. NAT, firewalls and load balancers drop what they no longer know; neither "
        "side is told.",
        wire="Silence; a request; the same segment again after longer and longer waits; no ACK. A new connection "
        "works.",
        confirm="Capture on the server as well: there nothing of the request arrives.",
        remedies=(
            *_KEPT_ALIVE,
            Remedy("Azure Load Balancer", "enableTcpReset on the rule, and a longer idleTimeoutInMinutes"),
            Remedy("kube-proxy with IPVS", "--ipvs-tcp-timeout above the longest silence; else 900 s"),
        ),
        look_alikes=("the server's host failed", "the route between them broke", "the capture lost the answers"),
        sources=("RFC 5382 section 5", "RFC 6298 section 5", "RFC 1122 section 4.2.3.6", "Azure docs: TCP reset"),
        drawing=(
            "> GET /1",
            "< 200",
            ". idle for minutes",
            "> GET /2",
            ". 0.2 s, then 0.4 s, then 0.8 s",
            "> GET /2 (the same segment)",
            "+ SYN",
            "> GET /2 (again)",
        ),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="nat-idle-reset",
        group=NETWORK,
        title="After a long silence the next request is answered by a RST",
        decided_by=Decider.NETWORK,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The connection was idle for long, and no FIN was seen. The next request got a RST at once: who "
        "answers knows no such connection. Load balancers and NAT gateways that forget idle connections answer so.",
        wire="Silence of half a minute or more; a request; a RST without ACK flag in the next round trip.",
        confirm="Capture on the server as well: there neither the request nor the RST is seen.",
        remedies=(
            *_KEPT_ALIVE,
            Remedy("AWS NLB", "keep idle connections for less than 350 s, its default tcp.idle_timeout.seconds"),
        ),
        look_alikes=("the server's host was restarted", "the server closed, and the capture missed its FIN"),
        sources=("RFC 9293 section 3.10.7.1", "RFC 5382 section 5", "AWS docs: Network Load Balancer idle timeout"),
        drawing=("> GET /1", "< 200", ". idle for minutes", "> GET /2", "< RST", "+ SYN", "> GET /2 (again)"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="middlebox-injected-rst",
        group=NETWORK,
        title="The RST came from another place than the other packets",
        decided_by=Decider.NETWORK,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="By its time to live the RST travelled another number of hops than all other packets of the side in "
        "whose name it came. A firewall, an intrusion prevention system or a load balancer on the way sends such RSTs.",
        wire="A RST whose IP time to live differs by more than a hop from that of the side's other packets.",
        confirm="Wireshark: tcp.flags.reset == 1; compare its ip.ttl with that of other packets. Capture at both "
        "ends: one alone sees it.",
        remedies=(
            Remedy("firewall or load balancer", "look in its log at this time for the rule or timeout that resets"),
            Remedy("kube-proxy, conntrack", "sysctl net.netfilter.nf_conntrack_tcp_be_liberal=1"),
        ),
        look_alikes=("a route that changed", "a stack that begins at an unusual time to live for RST"),
        sources=("RFC 3360", "RFC 9293 section 3.5.2", "Kubernetes blog: kube-proxy and connection reset"),
        drawing=("> GET /", "< 200 (time to live 52)", "< RST (time to live 63)"),
    ),
    Cause(
        id="port-reuse-collision",
        group=NETWORK,
        title="A new connection met an earlier one on the same ports",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The client, or a NAT before it, used a port again while the other end still knew the earlier "
        "connection on it. The SYN was not accepted. This happens when many connections are opened and few are reused.",
        wire="A SYN on the addresses and ports of an earlier connection; an ACK with numbers of the earlier one, the "
        "client's RST, the SYN once more; or a RST, or silence.",
        confirm="Wireshark: tcp.analysis.reused_ports; on the client: ss -s counts the connections in TIME-WAIT.",
        remedies=(
            Remedy("the client", "reuse connections: then ports do not run short"),
            Remedy("Linux client", "sysctl net.ipv4.ip_local_port_range='1024 65535'"),
            Remedy("NAT gateway", "more public addresses, so that a port comes around later"),
        ),
        look_alikes=("a server that refuses or does not answer for another reason",),
        sources=("RFC 5961 section 4", "RFC 6191", "RFC 9293 section 3.6.1", "Linux docs: ip-sysctl"),
        drawing=(
            "> SYN (ports of an earlier connection)",
            "< ACK (of the earlier connection)",
            "> RST",
            ". 1 s",
            "> SYN",
        ),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="loss-abort",
        group=NETWORK,
        title="Packets were lost until the connection was given up",
        decided_by=Decider.NETWORK,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="One side sent the same bytes at least four times without an acknowledgement, then the connection was "
        "closed with its exchange unfinished.",
        wire="Retransmissions of one segment at growing intervals, no ACK that covers it, then a RST or FIN.",
        confirm="Wireshark: tcp.analysis.retransmission; capture at both ends to see where the packets stop.",
        remedies=(
            Remedy(
                "the network", "look for loss on the way: mtr --tcp --port 80 HOST, the error counters of interfaces"
            ),
            Remedy("tunnels and VPN", "lower the MTU, or let ICMP fragmentation needed pass: large packets get lost"),
        ),
        look_alikes=("the other host failed or went to sleep", "the capture lost the acknowledgements"),
        sources=("RFC 9293 section 3.8.3", "RFC 6298 section 5", "RFC 2923"),
        drawing=("> POST /", ". 0.2 s, then 0.4 s, then 0.8 s", "> POST / (the same segment)", "> RST"),
    ),
)
