"""Attempts to connect that failed and cost nothing: the client went on with another address of the same server.

A name may have addresses of IPv6 and IPv4, and a client tries them one after the other, or side by side (RFC 8305).
That two addresses belong to one server is told by port, time and family: the other connection was opened beside the
failed one, to the same port, over the other version of IP.
"""

from bisect import bisect_left
from collections.abc import Iterable

from kacap.verdict.facts import Facts
from kacap.verdict.words import ConnectionVerdict

BESIDE_NS = 1_000_000_000

_OTHER = {4: 16, 16: 4}
"""Bytes of an address → bytes of one of the other version of IP."""


class Fallbacks:
    """When connections were established, by version of IP and by server port."""

    __slots__ = ("_opened_ns",)

    def __init__(self, connections: Iterable[Facts]) -> None:
        self._opened_ns: dict[tuple[int, int], list[int]] = {}
        for facts in connections:
            if facts.opened_here and facts.verdict is not ConnectionVerdict.FAILED:
                key = (len(facts.server.address), facts.server.port)
                self._opened_ns.setdefault(key, []).append(facts.opened_ns)
        for times_ns in self._opened_ns.values():
            times_ns.sort()

    def has(self, facts: Facts) -> bool:
        """Whether the client of this failed connection reached the same port over the other version of IP."""
        times_ns = self._opened_ns.get((_OTHER.get(len(facts.server.address), 0), facts.server.port), [])
        at = bisect_left(times_ns, facts.opened_ns - BESIDE_NS)
        return at < len(times_ns) and times_ns[at] <= facts.opened_ns + BESIDE_NS
