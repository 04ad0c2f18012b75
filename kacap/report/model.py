"""The report as a frozen tree of plain data: all that a renderer knows.

Names are those of the JSON contract, except that times are integers here: `…_time_ns`, `…_at_ns` and `time_ns` count
nanoseconds since the Unix epoch, every other `…_ns` is a duration in nanoseconds. `None` is "unknown", never a guess.
Text from packets (targets, hosts, server names) is raw here: escaping belongs to the renderer that knows its medium.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kacap.report.cost import Cost
from kacap.verdict.words import Certainty, Decider, Severity, Verdict

if TYPE_CHECKING:
    from kacap.report.connection import (
        Connection,
        Counters,
        End,
        Exchange,
        Handshake,
        KeepAlive,
        Persistence,
        Protocol,
        Request,
        Response,
        States,
        Timings,
    )

__all__ = [
    "SCHEMA_VERSION",
    "Capture",
    "Connection",
    "Counters",
    "End",
    "Evidence",
    "Exchange",
    "Finding",
    "Handshake",
    "Kacap",
    "KeepAlive",
    "Pair",
    "Persistence",
    "Protocol",
    "Remedy",
    "Report",
    "Request",
    "Response",
    "States",
    "Summary",
    "Timings",
]

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
    connections: "Sequence[Connection]"
    """In order of `stream`; built when they are asked for, and not kept; equal to a tuple of the same."""
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """What is said of one connection is loaded on first use: a summary has no use for it."""
    if name in __all__:
        from kacap.report import connection  # noqa: PLC0415

        return getattr(connection, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
