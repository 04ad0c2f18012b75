"""Attempts to connect that failed and cost nothing: the client went on with another address of the same server.

A name may have addresses of IPv6 and IPv4, and a client tries them one after the other, or side by side (RFC 8305).
That two addresses belong to one server, and to one client, is told by port, time and family: the other connection was
opened beside the failed one or as soon as it was refused, to the same port, over the other version of IP, and nobody
else opened one then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.words import ConnectionVerdict

BESIDE_NS = 1_000_000_000

AT_ONCE_NS = 250_000_000
"""A client that was refused waits for nothing: a round trip, seen from the server."""

_OTHER = {4: 16, 16: 4}
"""Bytes of an address → bytes of one of the other version of IP."""


class Fallbacks:
    """Who opened connections when, by version of IP and by server port."""

    __slots__ = ("_opened",)

    def __init__(self, connections: Iterable[Facts]) -> None:
        self._opened: dict[tuple[int, int], list[tuple[int, bytes]]] = {}
        for facts in connections:
            if facts.opened_here and facts.verdict is not ConnectionVerdict.FAILED:
                key = (len(facts.server.address), facts.server.port)
                self._opened.setdefault(key, []).append((facts.opened_ns, facts.client.address))
        for opened in self._opened.values():
            opened.sort()

    def has(self, facts: Facts) -> bool:
        """Whether the client of this failed connection reached the same port over the other version of IP."""
        opened = self._opened.get((_OTHER.get(len(facts.server.address), 0), facts.server.port), [])
        last_ns = facts.opened_ns + BESIDE_NS
        if facts.server.rst_frame != UNKNOWN:
            last_ns = min(last_ns, facts.server.rst_time_ns + AT_ONCE_NS)
        first = bisect_left(opened, facts.opened_ns - BESIDE_NS, key=_time_ns)
        end = bisect_right(opened, last_ns, lo=first, key=_time_ns)
        return _are_of_one_client(opened, first, end)


def _time_ns(opening: tuple[int, bytes]) -> int:
    return opening[0]


def _are_of_one_client(opened: list[tuple[int, bytes]], first: int, end: int) -> bool:
    """Whether there are some from `first` to `end`, all from one address."""
    if first == end:
        return False
    return all(opened[at][1] == opened[first][1] for at in range(first + 1, end))
