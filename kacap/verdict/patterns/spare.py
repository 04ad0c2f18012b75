"""Which connections were opened although another could have carried their request?

Another could have: it was idle when the SYN was sent and still when the request was, and its next exchange, which was
answered, proves that both sides still held it. It was asked for the same Host, because pools go by names; and one idle
connection stands in for one new one at a time. What its client threw away, or said close on, is explained by that.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from kacap.http.heads import Head
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, Interval
from kacap.verdict.patterns.pools import thrown_away


def spare_at_open(used: list[Facts]) -> list[tuple[Facts, int]]:
    """The connections that need not have been opened, in order of their SYN, and how many stood idle for each."""
    by_host: dict[str, list[Facts]] = {}
    for facts in used:
        by_host.setdefault(_name(facts.exchanges.heads(0)[0]), []).append(facts)
    found = [each for members in by_host.values() for each in _spare_of_one_host(members)]
    return sorted(found, key=lambda each: each[0].opened_ns)


def _spare_of_one_host(members: list[Facts]) -> Iterator[tuple[Facts, int]]:
    idle = Cover()
    for facts in members:
        idle.add_all(_idle_until_reused(facts))
    taken_until: list[int] = []
    for facts in sorted(filter(_is_unexplained, members), key=lambda each: each.opened_ns):
        first = facts.exchanges[0]
        while taken_until and taken_until[0] <= facts.opened_ns:
            heappop(taken_until)
        ready = min(idle.at(facts.opened_ns), idle.at(first.start_ns))
        if ready > len(taken_until):
            heappush(taken_until, first.end_ns)
            yield facts, ready


def _is_unexplained(facts: Facts) -> bool:
    return facts.opened_here and facts.signal is None and not facts.dialogue.switched and not thrown_away(facts)


def _idle_until_reused(facts: Facts) -> list[Interval]:
    """When it stood ready, as the next answer on it proves; the grace taken off."""
    idle: list[Interval] = []
    exchanges = facts.exchanges
    for at in range(1, len(exchanges)):
        asked, answered = exchanges.heads(at)
        if asked is None or answered is None or not exchanges.persists(at - 1):
            continue
        start_ns, end_ns = exchanges.end_ns(at - 1) + facts.hold_ns, exchanges.start_ns(at)
        if end_ns > start_ns and _name(exchanges.heads(at - 1)[0]) == _name(asked):
            idle.append((start_ns, end_ns))
    return idle


def _name(head: Head | None) -> str:
    return "" if head is None or head.host is None else head.host.lower()
