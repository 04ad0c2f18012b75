"""What the report could not know: one line each for bytes, directions and limits, so that nobody trusts too much."""

from collections import Counter
from collections.abc import Sequence, Set

from kacap.tcp.tracker import MAX_CONNECTIONS
from kacap.verdict.facts import Facts
from kacap.verdict.summary import counted

_PORTS_SHOWN = 5


def shortfalls(facts: Sequence[Facts], limits_hit: int, dropped_fragments: int, untracked: int) -> list[str]:
    """The warnings that follow from what was captured and kept.

    `limits_hit` counts drops at a limit of one connection, `untracked` segments of connections beyond the limit.
    """
    lines = []
    lossy = [each for each in facts if not each.packed and each.gap_bytes]
    if lossy:
        missing = counted(sum(each.gap_bytes for each in lossy), "byte")
        lines.append(f"the capture misses {missing} that were sent on {counted(len(lossy), 'connection')}")
    one_sided = len([each for each in facts if each.one_sided and each.exchanges])
    if one_sided:
        lines.append(f"only one direction was captured of {counted(one_sided, 'connection')}")
    if limits_hit:
        lines.append(f"a limit on what is held of one connection was hit {counted(limits_hit, 'time')}")
    if dropped_fragments:
        lines.append(f"{counted(dropped_fragments, 'IP fragment')} dropped: the rest of the datagram never came")
    if untracked:
        lines.append(
            f"more than {MAX_CONNECTIONS} connections; not followed: {counted(untracked, 'segment')} of others"
        )
    return lines


def ports_not_seen(asked: Set[int], facts: Sequence[Facts]) -> list[str]:
    """A warning where nothing was connected to a port that the user asked for; `facts` are those of the capture."""
    if not asked:
        return []
    seen = Counter(each.pair_key[2] for each in facts)
    missing = ", ".join(str(port) for port in sorted(asked - seen.keys()))
    if not missing:
        return []
    others = [str(port) for port, _ in seen.most_common(_PORTS_SHOWN)]
    if len(seen) > _PORTS_SHOWN:
        others.append(f"and {len(seen) - _PORTS_SHOWN} more")
    return [f"no connection to port {missing}; ports seen: {', '.join(others) or 'none'}"]
