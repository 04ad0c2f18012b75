"""One name at many addresses: does a client ask the same Host at each of them, a request here and a request there?

A connection belongs to one address, so a client that changes the address with each request cannot use one again.
Proxies that hold a pool for each of their servers show many requests at each address, and are not meant.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from kacap.verdict.occupancy import Cover

if TYPE_CHECKING:
    from kacap.verdict.pair import PairFacts

_ADDRESSES_AT_LEAST: Final = 3
_FEW: Final = 2
"""Requests at one address on the average, at most."""


class Spread(NamedTuple):
    """The pairs among which a client spreads its requests to one Host."""

    pairs: tuple["PairFacts", ...]
    exchanges: int
    busy: int
    """Connections that were busy at once, at most, over all addresses."""


def spreads(pairs: Sequence["PairFacts"]) -> dict[int, Spread]:
    """What is spread, by the stream of the first connection of its first pair."""
    groups: dict[tuple[bytes, int, str], list[PairFacts]] = {}
    if len(pairs) < _ADDRESSES_AT_LEAST:
        return {}
    for pair in pairs:
        # One pair that has more requests than all pairs may have is in no such group.
        host = _only_host(pair) if pair.exchanges <= _FEW * len(pairs) else None
        if host is not None:
            half = pair.connections[0].server
            groups.setdefault((pair.connections[0].client.address, half.port, host), []).append(pair)
    found: dict[int, Spread] = {}
    for members in groups.values():
        exchanges = sum(pair.exchanges for pair in members)
        if len(members) < _ADDRESSES_AT_LEAST or exchanges > _FEW * len(members):
            continue
        cover = Cover()
        for pair in members:
            for facts in pair.used:
                cover.add_busy(facts)
        busy = cover.peak()
        if 2 * busy <= len(members):
            found[members[0].connections[0].stream] = Spread(tuple(members), exchanges, busy)
    return found


def _only_host(pair: "PairFacts") -> str | None:
    """The Host of all requests of a pair; None when they differ or there is none."""
    hosts: set[str] = set()
    for facts in pair.used:
        for head in facts.exchanges.request_heads():
            if head.host:
                hosts.add(head.host.lower())
    return hosts.pop() if len(hosts) == 1 else None
