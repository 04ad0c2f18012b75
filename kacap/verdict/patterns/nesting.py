"""Which exchanges lie inside which: the same request seen on both sides of a proxy.

A proxy asks the server behind it after it was asked itself, and answers after it was answered. So an exchange lies
inside another when method and target are the same, it begins not before the other, and ends not after it. Host is no
part of the comparison: proxies rewrite it. One exchange holds at most one of each pair behind.

The work per exchange is bounded: exchanges are looked up by method, target and server, in order of time, and no more
than `_LOOK` that are open at the same moment are compared.
"""

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from kacap.http.heads import Head
from kacap.http.message import Exchange, Request
from kacap.verdict.facts import Facts

Endpoint = tuple[bytes, int]
"""Address and port of a server."""
Key = tuple[str, str]
"""Method, and target in origin form."""
Moment = tuple[int, int]
"""Time, nanoseconds, and frame: frames tell what a coarse clock does not."""

_LOOK: Final = 64
"""Exchanges that are compared with one, at most."""
_SAMPLE: Final = 8
"""Exchanges of a pair that are looked up to find the servers it may stand behind."""
_SERVERS: Final = 4
"""Servers that a pair is compared with in full, at most."""
_NEVER: Moment = (1 << 62, 0)


class Asked:
    """One exchange, with what the comparison needs of it."""

    __slots__ = ("end", "exchange", "facts", "key", "server", "start")

    def __init__(
        self, facts: Facts, exchange: Exchange, key: Key, server: Endpoint, start: Moment, end: Moment
    ) -> None:
        self.facts = facts
        self.exchange = exchange
        self.key = key
        self.server = server
        self.start = start
        self.end = end


def key_of(request: Request | Head) -> Key:
    """What a request asks for, whichever hop it is on."""
    target = request.target
    return request.method, target if target.startswith("/") else origin_form(target)


def asked(facts: Facts, server: Endpoint, keys: Container[Key]) -> Iterator[Asked]:
    """The exchanges of one connection that ask for one of `keys`."""
    for exchange in facts.exchanges:
        request, response = exchange.request, exchange.response
        if request is None or (key := key_of(request)) not in keys:
            continue
        if response is not None and response.complete:
            end = (response.end_time_ns, response.end_frame)
        elif facts.first_close is not None:
            end = (facts.first_close_ns, facts.connection.first_close_frame)
        else:
            end = _NEVER
        yield Asked(facts, exchange, key, server, (request.time_ns, request.frame), end)


def origin_form(target: str) -> str:
    """The target as a server gets it: a forward proxy gets `http://host/path` (RFC 9112 section 3.2)."""
    scheme, mark, rest = target.partition("://")
    if not mark or "/" in scheme or "?" in scheme:
        return target
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


class Index:
    """All exchanges of a capture, by what was asked and of whom, in order of time."""

    __slots__ = ("_by_key", "_by_server", "_starts", "_starts_by_server")

    def __init__(self, everything: Iterable[Asked]) -> None:
        self._by_key: dict[Key, list[Asked]] = {}
        for each in everything:
            self._by_key.setdefault(each.key, []).append(each)
        self._starts: dict[Key, list[Moment]] = {}
        self._by_server: dict[tuple[Key, Endpoint], list[Asked]] = {}
        for key, found in self._by_key.items():
            found.sort(key=_start)
            self._starts[key] = [each.start for each in found]
            for each in found:
                self._by_server.setdefault((key, each.server), []).append(each)
        self._starts_by_server = {where: [each.start for each in found] for where, found in self._by_server.items()}

    def servers_around(self, inner: Sequence[Asked]) -> list[Endpoint]:
        """The servers whose exchanges hold most of a sample of `inner`; the likeliest first."""
        step = max(1, len(inner) // _SAMPLE)
        sample = inner[::step][:_SAMPLE]
        votes: Counter[Endpoint] = Counter()
        for each in sample:
            found = self._by_key.get(each.key)
            if found is None:
                continue
            before = bisect_right(self._starts[each.key], each.start)
            window = found[max(0, before - _LOOK) : before]
            votes.update({other.server for other in window if other.server != each.server and _holds(other, each)})
        return [server for server, count in votes.most_common(_SERVERS) if 2 * count >= len(sample)]

    def matched(self, inner: Sequence[Asked], server: Endpoint, left_out: bytes | None) -> list[tuple[Asked, Asked]]:
        """Each of `inner`, in order of time, with the exchange of `server` that holds it, where there is one.

        `left_out` is a client whose exchanges do not count. Of several the one on the connection that held the last
        exchange of the same inner connection, else the one that waits longest.
        """
        waiting: dict[Key, _Waiting] = {}
        partner: dict[int, int] = {}
        found: list[tuple[Asked, Asked]] = []
        for each in inner:
            queue = waiting.get(each.key)
            if queue is None:
                where = (each.key, server)
                starts = self._starts_by_server.get(where, [])
                first = max(0, bisect_right(starts, each.start) - _LOOK)
                queue = waiting[each.key] = _Waiting(self._by_server.get(where, []), first, left_out)
            outer = queue.take(each, partner.get(each.facts.stream))
            if outer is not None:
                partner[each.facts.stream] = outer.facts.stream
                found.append((outer, each))
        return found


class _Waiting:
    """The exchanges of one server that may still hold one that comes; each holds but one."""

    __slots__ = ("_at", "_exchanges", "_left_out", "_open")

    def __init__(self, exchanges: Sequence[Asked], first: int, left_out: bytes | None) -> None:
        self._exchanges = exchanges
        self._at = first
        self._left_out = left_out
        self._open: deque[Asked] = deque()

    def take(self, inner: Asked, stream: int | None) -> Asked | None:
        """The one that holds `inner`, rather of connection `stream` than of another."""
        while self._at < len(self._exchanges) and self._exchanges[self._at].start <= inner.start:
            if self._exchanges[self._at].facts.client.address != self._left_out:
                self._open.append(self._exchanges[self._at])
            self._at += 1
        chosen = None
        at = 0
        while at < min(len(self._open), _LOOK):
            outer = self._open[at]
            if outer.end < inner.start:
                del self._open[at]
                continue
            if outer.end >= inner.end:
                if stream is None or outer.facts.stream == stream:
                    chosen = at
                    break
                if chosen is None:
                    chosen = at
            at += 1
        if chosen is None:
            return None
        outer = self._open[chosen]
        del self._open[chosen]
        return outer


def _holds(outer: Asked, inner: Asked) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _start(each: Asked) -> Moment:
    return each.start
