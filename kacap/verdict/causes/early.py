"""Answers before the request was complete: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import EARLY, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

_BODY_LIMITS = (
    Remedy("nginx", "where the status is 413 and the size is legitimate: client_max_body_size 20m; the default is 1m"),
    Remedy("the client", "send Expect: 100-continue with large bodies, and wait for the answer before the body"),
)

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="early-response-close",
        group=EARLY,
        title="The server answered a request early, and closed",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The server knew its answer from the request head, often a refusal. The rest of the body has no use, "
        "so it reads that and drops it, and ends the connection in order. The client gets its answer; only the "
        "connection is lost.",
        wire='A final status while body segments still come from the client, mostly with "Connection: close"; then the '
        "FIN of the server.",
        confirm="In Wireshark see whether the client sends on after the response, and which status that has.",
        remedies=(
            *_BODY_LIMITS,
            Remedy("Tomcat", 'maxSwallowSize="-1" on the Connector reads all of the rest; the default is 2 MiB'),
            Remedy("any other", "check credentials and size before the upload, with a small request"),
        ),
        look_alikes=("early-response-reset: the server ends it by RST, and the answer may be lost.",),
        sources=("RFC 9112 section 9.3", "RFC 9110 section 15.5.14", "nginx docs: lingering_close"),
        drawing=(
            "> POST, 1 MB to come",
            "> a part of the body",
            "< 413, Connection: close",
            "> more of the body",
            "< FIN",
        ),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="early-response-reset",
        group=EARLY,
        title="The server answered a request early, and reset the connection",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.ERROR,
        meaning="The server closed its socket with bytes of the request unread, and its kernel sent a RST. A RST "
        "can throw away what the client has received and not read yet, so the client may see a broken pipe or a reset, "
        "and never the status.",
        wire="A final status while body segments still come from the client, then a RST of the server.",
        confirm="Look for broken pipe or connection reset in the log of the client at the time of the RST.",
        remedies=(
            Remedy("the server", "shutdown(fd, SHUT_WR), read until the client closes, then close(fd)"),
            Remedy("a proxy in front", "nginx reads the rest and closes in order: lingering_close on; (the default)"),
            *_BODY_LIMITS,
        ),
        look_alikes=("early-response-close: the server reads the rest of the body, and ends it by FIN.",),
        sources=("RFC 9112 section 9.6", "nginx docs: lingering_close"),
        drawing=("> POST, 1 MB to come", "> a part of the body", "< 413", "> more of the body", "< RST"),
        other_certainties=(Certainty.LIKELY,),
    ),
    Cause(
        id="expect-100-final-status",
        group=EARLY,
        title="A final status came instead of 100 Continue",
        decided_by=Decider.SERVER,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The client asked whether to send its body, and the answer was final. Nobody can be sure whether the "
        "announced body still comes, so one side ends the connection. Both behave as they may.",
        wire='A request head with "Expect: 100-continue", no 100, a final status, and a close; no or little body.',
        confirm='Wireshark: tcp contains "100-continue"; a request whose body never came is not shown by http.request.',
        remedies=(
            Remedy("curl", "-H 'Expect:' leaves the header out and sends the body at once"),
            Remedy(".NET HttpClient", "DefaultRequestHeaders.ExpectContinue = false"),
            Remedy("Node.js server", "on checkContinue answer response.writeContinue() before the final status"),
            Remedy("any other", "send credentials with the first request, so that no 401 comes in between"),
        ),
        look_alikes=("server-error-status-close: the server closes after each error, also without Expect.",),
        sources=("RFC 9110 section 10.1.1", "RFC 9112 section 9.3", "Node.js docs: Event checkContinue"),
        drawing=("> POST, Expect: 100-continue", "< 417, Connection: close", "< FIN"),
        other_deciders=(Decider.CLIENT,),
        other_certainties=(Certainty.LIKELY,),
    ),
)
