"""One connection and its exchanges, as plain data: of the report's tree the part that can be long.

Names, times and unknowns are as `kacap.report.model` says, which has these names too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Framing, Side


@dataclass(frozen=True, slots=True)
class Handshake:
    """The frames of the three-way handshake, as far as they were seen."""

    syn_frame: int | None
    syn_ack_frame: int | None
    ack_frame: int | None
    connect_ns: int | None
    """SYN to the ACK that completes the handshake."""


@dataclass(frozen=True, slots=True)
class End:
    """How a connection ended: three separate answers, and why."""

    first_to_signal: Side | None
    first_to_close: Side | None
    first_close: str | None
    """`fin` or `rst`."""
    first_close_frame: int | None
    decided_by: Decider | None
    reason: str | None
    certainty: Certainty | None
    idle_before_close_ns: int | None


@dataclass(frozen=True, slots=True)
class States:
    """Each side's final TCP state (RFC 9293 section 3.3.2); None where the capture cannot show it."""

    client: str | None
    server: str | None


@dataclass(frozen=True, slots=True)
class Counters:
    """TCP facts of one connection."""

    client_bytes: int
    server_bytes: int
    retransmitted_segments: int
    out_of_order_segments: int
    gap_bytes: int
    keepalive_probes: int


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """The `Keep-Alive` header: a hint, never a promise."""

    timeout: int | None
    max: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as seen on the wire."""

    frame: int
    time_ns: int
    method: str
    target: str
    """Raw, with its query; a renderer hides the query unless asked for it."""
    version: str
    host: str | None
    connection: tuple[str, ...]
    """The options of all `Connection` headers, lower case."""
    body_bytes: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Response:
    """A final response as seen on the wire."""

    frame: int
    time_ns: int
    status: int
    version: str
    connection: tuple[str, ...]
    server: str | None
    keep_alive: KeepAlive | None
    framing: Framing
    body_bytes: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Persistence:
    """Whether the exchange left the connection usable (RFC 9112 section 9.3)."""

    allowed: bool
    refused_by: Side | None


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one exchange went."""

    dns_ns: int | None
    connect_ns: int | None
    idle_ns: int | None
    send_ns: int | None
    wait_ns: int | None
    receive_ns: int | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its response."""

    index: int
    reused: bool
    request: Request | None
    response: Response | None
    informational: tuple[int, ...]
    persistence: Persistence
    timings: Timings


@dataclass(frozen=True, slots=True)
class Protocol:
    """What an opaque connection seems to be: `tls`, `http2`, or `unknown`."""

    name: str
    sni: str | None
    alpn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection; `stream` is Wireshark's `tcp.stream`."""

    stream: int
    client: str
    server: str
    verdict: ConnectionVerdict
    protocol: Protocol | None
    """Only for an opaque or switched connection."""
    handshake: Handshake | None
    opened_at_ns: int | None
    closed_at_ns: int | None
    first_time_ns: int
    last_time_ns: int
    idle_available_at_open: int
    end: End
    states: States
    counters: Counters
    exchanges_count: int
    """Stays when `--detail connections` drops the exchanges themselves."""
    exchanges: Sequence[Exchange]
    """Built when they are asked for, and not kept; equal to a tuple of the same."""
