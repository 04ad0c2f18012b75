"""Connections that could be used, were not, and saw their client open and use another instead.

Only what one program may have done counts: a client need not know that two names are one server, and browsers behind
one address, told apart by their User-Agent, do not know of each other.
"""

from bisect import bisect_left
from collections.abc import Sequence

from kacap.verdict.facts import HOLD_NS, Facts

_Program = tuple[str | None, str | None]
"""`Host` in lower case, and User-Agent."""


def left_idle(used: list[Facts], openings: list[Facts]) -> list[Facts]:
    """Those of `used` that were left; `openings` are the connections that the client opened, in order of SYN."""
    idle = [facts for facts in used if _stands_idle(facts)]
    if not idle:
        return []
    opened_ns: dict[_Program, list[int]] = {}
    for opening in openings:
        if opening.asked:
            opened_ns.setdefault(_program(opening), []).append(opening.opened_ns)
    return [facts for facts in idle if _was_left(facts, opened_ns.get(_program(facts), []))]


def look_like_one_program(connections: list[Facts]) -> bool:
    """Whether all connections began with the same User-Agent."""
    return len({_program(facts)[1] for facts in connections}) <= 1


def _stands_idle(facts: Facts) -> bool:
    """Whether it could be used again after its last exchange, and was not."""
    if facts.signal is not None or facts.dialogue.switched or facts.dialogue.lost_in_gap or facts.one_sided:
        return False
    return facts.final_index >= 0 and facts.exchanges.complete(facts.final_index)


def _was_left(facts: Facts, opened_ns: Sequence[int]) -> bool:
    free_ns = facts.exchanges.end_ns(facts.final_index) + facts.hold_ns
    if not opened_ns or opened_ns[-1] < free_ns:
        return False
    next_ns = opened_ns[bisect_left(opened_ns, free_ns)]
    return facts.first_close is None or next_ns + HOLD_NS < facts.first_close_ns


def _program(facts: Facts) -> _Program:
    head = facts.exchanges.heads(0)[0] if facts.exchanges else None
    if head is None:
        return None, None
    return None if head.host is None else head.host.lower(), head.user_agent
