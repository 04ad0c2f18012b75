"""Attempts to connect that failed and cost nothing: the client went on with another address of the same server.

A name may have addresses of IPv6 and IPv4, and a client tries them one after the other, or side by side (RFC 8305).
That two addresses belong to one server, and to one client, is told by port, time and family: the other connection was
opened beside the failed one or as soon as it was refused, to the same port, over the other version of IP, and nobody
else opened one then.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

from kacap.tcp.half import UNKNOWN
from kacap.verdict.facts import Facts
from kacap.verdict.words import ConnectionVerdict

BESIDE_NS: Final = 1_000_000_000

AT_ONCE_NS: Final = 250_000_000
"""A client that was refused waits for nothing: a round trip, seen from the server."""

_OTHER = {4: 16, 16: 4}
"""Bytes of an address → bytes of one of the other version of IP."""


class Fallbacks:
    """Who opened connections when, by version of IP and by server port."""

    __slots__ = ("_opened",)

    def __init__(self, connections: Iterable[Facts]) -> None:
        found: dict[tuple[int, int], list[tuple[int, bytes]]] = {}
        for facts in connections:
            if facts.opened_here and facts.verdict is not ConnectionVerdict.FAILED:
                key = (len(facts.server.address), facts.server.port)
                found.setdefault(key, []).append((facts.opened_ns, facts.client.address))
        self._opened = {key: _Opened(openings) for key, openings in found.items()}

    def has(self, facts: Facts) -> bool:
        """Whether the client of this failed connection reached the same port over the other version of IP."""
        opened = self._opened.get((_OTHER.get(len(facts.server.address), 0), facts.server.port))
        if opened is None:
            return False
        last_ns = facts.opened_ns + BESIDE_NS
        if facts.server.rst_frame != UNKNOWN:
            last_ns = min(last_ns, facts.server.rst_time_ns + AT_ONCE_NS)
        return opened.by_one_client(facts.opened_ns - BESIDE_NS, last_ns)


class _Opened:
    """The connections to one port over one version of IP, in order of time."""

    __slots__ = ("_same_until", "_times_ns")

    def __init__(self, openings: list[tuple[int, bytes]]) -> None:
        openings.sort()
        self._times_ns = [time_ns for time_ns, _ in openings]
        self._same_until = list(range(1, len(openings) + 1))
        """Of each, the place behind the last that follows it without a break from the same client."""
        for at in range(len(openings) - 2, -1, -1):
            if openings[at][1] == openings[at + 1][1]:
                self._same_until[at] = self._same_until[at + 1]

    def by_one_client(self, first_ns: int, last_ns: int) -> bool:
        """Whether there are some from `first_ns` to `last_ns`, all from one address."""
        first = bisect_left(self._times_ns, first_ns)
        end = bisect_right(self._times_ns, last_ns, lo=first)
        return first < end <= self._same_until[first]
