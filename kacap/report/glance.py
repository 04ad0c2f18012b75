"""What is going on at one moment of a live capture, as frozen plain data: all that the dashboard knows.

Names and units are those of `kacap.report.model`. The figures count up to this moment; the report counts anew and knows
more, so that a figure here may be off by a little where only the whole capture tells. The size is bounded, whatever is
captured: it goes through a pipe several times a second.
"""

from dataclasses import dataclass

from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Verdict

PAIRS_MOST = 30
ENDED_MOST = 20
LANES_MOST = 16
SOURCES_MOST = 4
TEXT_MOST = 60
"""Characters of one name."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How connections stand: of one pair, or of all."""

    verdict: Verdict
    connections: int
    used: int
    """Those that carried exchanges."""
    open: int
    busy: int
    """Of the open ones, those with an exchange open on them."""
    idle: int
    """Of the open ones, those that stand ready for a request. Others have just begun, are ending, or tell nothing."""
    opened_per_second: float
    exchanges: int
    exchanges_per_second: float
    reused_exchanges: int
    needed_connections: int
    avoidable_connections: int
    reuse_rate: float | None


@dataclass(frozen=True, slots=True)
class PairGlance:
    """One client host and one server endpoint."""

    client: str
    server: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class EndedGlance:
    """One connection that is over. Why is judged on the few that ended last, and may change in the report."""

    stream: int
    client: str
    server: str
    verdict: ConnectionVerdict
    closed_at_ns: int
    exchanges_count: int
    decided_by: Decider | None
    reason: str | None
    certainty: Certainty | None


@dataclass(frozen=True, slots=True)
class Lane:
    """What one connection did within the last `Glance.lanes_ns`."""

    stream: int
    client: str
    server: str
    first_time_ns: int
    opened: bool
    """Whether the capture shows how it began."""
    closed_at_ns: int | None
    reset: bool
    http: bool
    """Whether any exchange was seen on it, ever."""
    busy: tuple[tuple[int, int], ...]
    """From and to, in nanoseconds of capture time; what is finer than a column shows is one."""


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it."""

    time_ns: int
    """Capture time of this moment."""
    behind_ns: int
    """How far it lies behind the present, because frames come faster than they are read; 0 while it does not."""
    first_time_ns: int | None
    sources: tuple[str, ...]
    frames: int
    bytes: int
    frames_per_second: float
    bytes_per_second: float
    dropped_frames: int | None
    summary: Standing
    pairs: tuple[PairGlance, ...]
    """The liveliest, with the most avoidable connections first."""
    pairs_count: int
    ended: tuple[EndedGlance, ...]
    """The last ones, the newest first."""
    lanes: tuple[Lane, ...]
    """The busiest of those that were heard lately, in order of `stream`."""
    lanes_ns: int
