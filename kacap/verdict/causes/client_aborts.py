"""The client ends it in the middle of an exchange: one cause, one row. The rules for a row stand in `cause`."""

from kacap.verdict.causes.cause import CLIENT_ENDS, Cause, Remedy
from kacap.verdict.words import Certainty, Decider, Severity

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="client-timeout-abort",
        group=CLIENT_ENDS,
        title="The client gives up waiting for the response",
        decided_by=Decider.CLIENT,
        certainty=Certainty.LIKELY,
        severity=Severity.WARNING,
        meaning="The request was sent, the response did not come in time, and the client closed the connection. After "
        "that it cannot be used again: a late response could be taken for that to the next request.",
        wire="A complete request, no response or a part of one, and the client's FIN or RST after a wait, "
        "often of 1, 2, 3, 5, 10, 15, 30 or 60 s.",
        confirm="Compare the wait with the timeouts that the client sets; then find out what the server did meanwhile.",
        remedies=(
            Remedy("the server", "find what takes so long: its log at the time of these requests, its database, locks"),
            Remedy(
                "Python requests", "timeout=(3.05, 30): connect and read; above the slowest response that is normal"
            ),
            Remedy("Python httpx", "httpx.Client(timeout=30); the default is 5 s"),
            Remedy("Python aiohttp", "ClientTimeout(total=300) is the default; raise what the code sets instead"),
            Remedy("Go net/http client", "raise Client.Timeout, or the deadline of the request's context"),
            Remedy("curl", "raise --max-time"),
            Remedy("Java java.net.http", "raise HttpRequest.Builder.timeout(Duration.ofSeconds(30))"),
            Remedy(".NET HttpClient", "raise HttpClient.Timeout; the default is 100 s"),
            Remedy("nginx as proxy", "raise proxy_read_timeout; the default is 60s"),
            Remedy("Envoy", "raise the timeout of the route; the default is 15s"),
        ),
        look_alikes=(
            "a user who cancels",
            "long polling, where the client asks again after each wait",
            "a program that ends",
        ),
        sources=("RFC 9112 section 9.5", "RFC 9110 section 9.2.2", "Envoy docs: route timeouts"),
        drawing=("> GET /slow", ". 5 s", "> FIN", "+ SYN", "> GET /slow"),
        other_certainties=(Certainty.POSSIBLE,),
    ),
    Cause(
        id="client-body-abandoned",
        group=CLIENT_ENDS,
        title="The client closes before it has received the whole response",
        decided_by=Decider.CLIENT,
        certainty=Certainty.PROVEN,
        severity=Severity.WARNING,
        meaning="The response was on its way when the client closed the connection. The rest of the body stood between "
        "it and the next response, so the connection could not be used again.",
        wire="A response that begins, fewer bytes than its Content-Length or no last chunk, and the client's RST, or "
        "its FIN and then a RST for what still comes.",
        confirm="Look in the client for responses that are closed before they are read to the end.",
        remedies=(
            Remedy("Python requests", "read response.content, or iter_content() to its end, before close()"),
            Remedy("Python urllib3", "response.drain_conn() before response.release_conn()"),
            Remedy("Python aiohttp", "await response.read() before the async with block is left"),
            Remedy("Go net/http client", "io.Copy(io.Discard, resp.Body) before resp.Body.Close()"),
            Remedy(
                "any other", "read the body to its end; ask for less with HEAD or Range where only a part is needed"
            ),
        ),
        look_alikes=(
            "A user who cancels a download, or a player that seeks, leaves the same packets.",
            "For a large body a new connection may cost less than the rest of it.",
        ),
        sources=("RFC 9112 section 9.3", "urllib3 docs: drain_conn", "aiohttp docs: ClientResponse"),
        drawing=("> GET /big", "< 200", "< a part of the body", "> RST", "+ SYN", "> GET /next"),
    ),
)
