"""Glances made by hand. Addresses are those reserved for documentation."""

from dataclasses import replace
from typing import Any

from kacap.report.glance import EndedGlance, Glance, Lane, PairGlance, Standing
from kacap.verdict.words import Certainty, ConnectionVerdict, Decider, Verdict
from tests.render.build import CLIENT, MS, SECOND, SERVER, START_NS

NOW_NS = START_NS + 83 * SECOND
REASONS = (
    ("client-sends-connection-close", Certainty.PROVEN, Decider.CLIENT),
    ("server-idle-timeout", Certainty.LIKELY, Decider.SERVER),
    ("server-http10-keepalive-not-granted", Certainty.PROVEN, Decider.SERVER),
)


def standing(verdict: Verdict = Verdict.NOT_REUSED, **figures: Any) -> Standing:
    """Nothing in it but what is given."""
    return replace(Standing(verdict, 0, 0, 0, 0, 0, 0.0, 0, 0.0, 0, 0, 0, None), **figures)


NOTHING = Glance(
    NOW_NS, 0, None, (), 0, 0, 0.0, 0.0, None, standing(Verdict.NO_OPPORTUNITY), (), 0, (), (), 10 * SECOND
)


def ended(at: int, **other: Any) -> EndedGlance:
    """The one that ended so many steps ago."""
    reason, certainty, decider = REASONS[at % 3]
    verdict = (ConnectionVerdict.SINGLE_USE, ConnectionVerdict.REUSED)[at % 2]
    closed_ns = NOW_NS - at * 313 * MS
    row = EndedGlance(
        900 - at, f"{CLIENT}:{51900 - at}", SERVER, verdict, closed_ns, 1 + at % 2, decider, reason, certainty
    )
    return replace(row, **other)


def lane(at: int, **other: Any) -> Lane:
    """One that was opened some time ago, or before; some are closed by now."""
    first_ns = NOW_NS - 12 * SECOND + at * 700 * MS
    busy = tuple(
        (start_ns, start_ns + 300 * MS)
        for start_ns in range(first_ns, NOW_NS - 800 * MS, 900 * MS + at * 50 * MS)
        if start_ns > NOW_NS - 10 * SECOND
    )
    closed_ns = NOW_NS - 100 * MS if at % 4 == 3 else None
    row = Lane(800 + at, f"{CLIENT}:{51800 + at}", SERVER, first_ns, True, closed_ns, at % 8 == 7, True, busy)
    return replace(row, **other)


def busy(pairs: int = 2) -> Glance:
    """A client that reuses nothing at one server, and all at the next."""
    worst = standing(
        connections=12_345,
        used=12_345,
        open=70,
        busy=12,
        idle=50,
        opened_per_second=148.7,
        exchanges=12_345,
        exchanges_per_second=148.7,
        needed_connections=64,
        avoidable_connections=12_281,
        reuse_rate=0.0,
    )
    best = standing(
        Verdict.REUSED,
        connections=10,
        used=10,
        open=10,
        busy=3,
        idle=7,
        exchanges=500,
        exchanges_per_second=6.02,
        reused_exchanges=490,
        needed_connections=10,
        reuse_rate=1.0,
    )
    each = tuple(PairGlance(CLIENT, f"192.0.2.{at + 1}:8880", best if at else worst) for at in range(pairs))
    summary = replace(
        worst,
        connections=12_355,
        used=12_355,
        open=80,
        exchanges=12_845,
        reused_exchanges=490,
        needed_connections=74,
        reuse_rate=490 / 12_771,
    )
    return Glance(
        time_ns=NOW_NS,
        behind_ns=0,
        first_time_ns=START_NS,
        sources=("eth0",),
        frames=123_456,
        bytes=17_900_000,
        frames_per_second=1_487.4,
        bytes_per_second=216_000.0,
        dropped_frames=0,
        summary=summary,
        pairs=each,
        pairs_count=pairs,
        ended=tuple(ended(at) for at in range(20)),
        lanes=tuple(lane(at) for at in range(16)),
        lanes_ns=10 * SECOND,
    )


def hostile(text: str) -> Glance:
    """All that could come from packets, or from the name of an interface, is `text`."""
    glance = busy()
    return replace(
        glance,
        sources=(text, text),
        dropped_frames=3,
        pairs=tuple(replace(pair, client=text, server=f"{text}{at}") for at, pair in enumerate(glance.pairs)),
        ended=tuple(replace(row, client=text, server=text, reason=text) for row in glance.ended),
        lanes=tuple(replace(row, client=text, server=text) for row in glance.lanes),
    )


GLANCES = {
    "busy": busy(),
    "dropping": replace(busy(30), dropped_frames=1_234, pairs_count=77, behind_ns=2_340 * MS),
    "nothing": NOTHING,
    "hostile": hostile("a\x1b[2J\u202eb\n[red]c[/red] 漢字 :boom:"),
}
