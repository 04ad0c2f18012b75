"""What the report could not know: one line each for bytes, directions and limits, so that nobody trusts too much."""

from collections import Counter
from collections.abc import Set

from kacap.report.fold import Fold
from kacap.tcp.tracker import MAX_CONNECTIONS, Tracker
from kacap.verdict.facts import Facts
from kacap.verdict.summary import counted

_PORTS_SHOWN = 5


def shortfalls(
    facts: list[Facts],
    limits_hit: int,
    dropped_fragments: int,
    tracker: Tracker,
    fold: Fold | None = None,
) -> list[str]:
    """The warnings that follow from what was captured and kept.

    `limits_hit` counts drops at a limit of one connection; `fold` knows the connections that are there no more.
    """
    lossy_before, missing_before, one_sided_before = (0, 0, 0) if fold is None else fold.lossy
    lines = [] if fold is None else fold.warnings()
    lossy = [each for each in facts if not each.packed and each.gap_bytes]
    if lossy or lossy_before:
        missing = counted(sum(each.gap_bytes for each in lossy) + missing_before, "byte")
        on = counted(len(lossy) + lossy_before, "connection")
        lines.append(f"the capture misses {missing} that were sent on {on}")
    one_sided = len([each for each in facts if each.one_sided and each.exchanges]) + one_sided_before
    if one_sided:
        lines.append(f"only one direction was captured of {counted(one_sided, 'connection')}")
    if limits_hit:
        lines.append(f"a limit on what is held of one connection was hit {counted(limits_hit, 'time')}")
    if dropped_fragments:
        lines.append(f"{counted(dropped_fragments, 'IP fragment')} dropped: the rest of the datagram never came")
    if tracker.untracked:
        most = tracker.most or MAX_CONNECTIONS
        lines.append(f"more than {most} connections; not followed: {counted(tracker.untracked, 'segment')} of others")
    return lines


def ports_not_seen(asked: Set[int], seen: Counter[int]) -> list[str]:
    """A warning where nothing was connected to a port that the user asked for; `seen` counts connections."""
    if not asked:
        return []
    missing = ", ".join(str(port) for port in sorted(asked - seen.keys()))
    if not missing:
        return []
    others = [str(port) for port, _ in seen.most_common(_PORTS_SHOWN)]
    if len(seen) > _PORTS_SHOWN:
        others.append(f"and {len(seen) - _PORTS_SHOWN} more")
    return [f"no connection to port {missing}; ports seen: {', '.join(others) or 'none'}"]
