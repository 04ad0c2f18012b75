"""The report as a frozen tree of plain data: all that a renderer knows.

Names are those of the JSON contract, except that times are integers here: `…_time_ns`, `…_at_ns` and `time_ns` count
nanoseconds since the Unix epoch, every other `…_ns` is a duration in nanoseconds. `None` is "unknown", never a guess.
Text from packets (targets, hosts, server names) is raw here: escaping belongs to the renderer that knows its medium.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kacap.report.cost import Cost
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Framing, Severity, Side, Verdict

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Kacap:
    """Which kacap made the report."""

    version: str
    core: str
    """`pure` or `compiled`."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What was read."""

    sources: tuple[str, ...]
    format: str
    link_types: tuple[str, ...]
    frames: int
    bytes: int
    tcp_segments: int
    first_time_ns: int | None
    last_time_ns: int | None
    dropped_frames: int | None
    truncated_file: bool
    snaplen_cut_frames: int
    duplicate_frames: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """The judgement over all pairs."""

    verdict: Verdict
    headline: str
    """One sentence, without markup and without text from packets other than addresses."""
    connections: int
    opened: int
    exchanges: int
    reused_exchanges: int
    needed_connections: int
    avoidable_connections: int
    reuse_rate: float | None
    handshake_cost_ns: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Pair:
    """One client host and one server endpoint."""

    client: str
    server: str
    verdict: Verdict
    connections: int
    opened: int
    exchanges: int
    reused_exchanges: int
    needed_connections: int
    avoidable_connections: int
    reuse_rate: float | None
    peak_open: int
    handshake_cost_ns: int
    cost: Cost
    server_idle_timeout_ns: int | None
    client_idle_timeout_ns: int | None
    max_requests: int | None
    reasons: Mapping[str, int]
    behind: str | None
    """Where the proxy listens that is the client of this pair; None when the capture shows no such hop."""


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
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One frame that proves a finding."""

    frame: int
    stream: int
    time_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to change, for one stack."""

    stack: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause at one pair, with its proof and its remedies."""

    id: str
    severity: Severity
    certainty: Certainty
    decided_by: Decider
    client: str
    server: str
    count: int
    streams: tuple[int, ...]
    title: str
    explanation: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...]
    confirm: str
    """What to look at, or to type, to make sure."""
    filter: str
    """A Wireshark display filter."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that kacap says of one capture."""

    kacap: Kacap
    capture: Capture
    summary: Summary
    pairs: tuple[Pair, ...]
    connections: tuple[Connection, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
