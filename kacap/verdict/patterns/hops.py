"""Two hops in one capture: which pair stands behind which, and what the proxy between them did.

The outer pair is a client and its proxy; the inner pair is the proxy, now as client, and the server behind it. A pair
stands behind a server when nearly all its exchanges lie inside distinct exchanges of that server (see `nesting`). That
the server's address is the inner client's is the better sign; where it is not, more exchanges are asked for and more
than one target, because two clients that poll two servers at the same moments nest by chance, and a client that talks
to both servers itself is no proxy. Of a chain of proxies, each pair stands behind the nearest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from kacap.http.heads import Head
from kacap.http.message import Exchange, Request, Response
from kacap.http.persistence import SERVER_CLOSE, signal
from kacap.verdict.facts import Facts
from kacap.verdict.patterns.kept import Kept
from kacap.verdict.patterns.nesting import Asked, Endpoint, Index, Key, asked, key_of
from kacap.verdict.words import Side

if TYPE_CHECKING:
    from kacap.verdict.pair import PairFacts

SHARE: Final = 0.9
"""Nearly all."""
_ENOUGH: Final = 2
_ENOUGH_ELSEWHERE: Final = 5
"""Exchanges that must match where the addresses do not."""
_TARGETS_ELSEWHERE: Final = 3
"""Different targets among them, unless the proxy says by a header that it passes them on."""
TOGETHER_NS: Final = 100_000_000
"""A relay ends one connection within this time of the other."""

Match = tuple[Asked, Asked]
"""An outer exchange, and the inner exchange inside it."""


class Behind:
    """What an inner pair knows of the hop before it."""

    __slots__ = (
        "_origins",
        "copies_close",
        "is_sure",
        "is_whole",
        "kept",
        "one_to_one",
        "outer",
        "repeated",
        "resets",
        "server",
    )

    def __init__(self, inner: PairFacts, outer: PairFacts, server: Endpoint, matches: Sequence[Match]) -> None:
        self.outer = outer
        """The pair before it; of several clients of the proxy, the one whose requests came through most often."""
        self.server = server
        """Where the proxy listens."""
        client = inner.used[0].client.address
        self.is_sure = client == server[0] or ip_address(client).is_loopback
        """Its address shows that the inner client is the proxy; else only what it asks for, and when."""
        self.is_whole = len(matches) >= inner.exchanges_here
        """Each request behind the proxy serves one before it."""
        self._origins = {within.exchange.key: around for around, within in matches}
        self.kept = Kept(inner.used)
        self.one_to_one = _one_to_one(matches)
        """Each inner connection serves one outer connection, and what they say is the same: nobody reads HTTP here."""
        self.resets = any(_reset_when_done(facts) for facts in inner.used)
        """The proxy resets connections whose exchange is complete."""
        self.copies_close = _copies_close(matches)
        """The proxy says "close" where its client does, and only there; None when the client always does."""
        self.repeated = [] if self.one_to_one else [match for match in matches if _repeats(match)]
        """Exchanges in which the proxy repeated a header of its client's connection."""

    def origin(self, exchange: Exchange) -> Asked | None:
        """The outer exchange that an inner one serves."""
        return self._origins.get(exchange.key)

    def begins_connection(self, exchange: Exchange) -> bool:
        """Whether the outer exchange that an inner one serves is the first of a connection that was opened here."""
        around = self.origin(exchange)
        return around is not None and around.facts.opened_here and around.exchange.index == 0

    def origin_of(self, facts: Facts) -> Asked | None:
        """The outer exchange that the last matched exchange of an inner connection serves."""
        for exchange in reversed(facts.exchanges[-2:]):
            found = self.origin(exchange)
            if found is not None:
                return found
        return None


class Before:
    """What an outer pair knows of the hop behind it."""

    __slots__ = ("_passed_on", "closes", "inner")

    def __init__(self, inner: tuple[PairFacts, ...], matches: Sequence[Match]) -> None:
        self.inner = inner
        """The pairs behind it: one for each server that the proxy asked."""
        self._passed_on = {around.exchange.key: within for around, within in matches}
        closing = sum(_closed_by_proxy(around.exchange, within.exchange) for around, within in matches)
        self.closes = len(matches) >= _ENOUGH and closing >= SHARE * len(matches)
        """The proxy says "close" in nearly every response, and the server behind it did not say so first."""

    def has_kept_back(self, facts: Facts, exchange: Exchange) -> bool:
        """Whether an outer exchange never came to a server behind, though others of its connection did.

        Every request there serves another one: none can be its own.
        """
        whole = all(inner.behind is not None and inner.behind.is_whole for inner in self.inner)
        return whole and self.passed_on(exchange) is None and any(map(self.passed_on, facts.exchanges))

    def passed_on(self, exchange: Exchange) -> Asked | None:
        """The inner exchange that serves an outer one."""
        return self._passed_on.get(exchange.key)


def link(pairs: Sequence[PairFacts]) -> None:
    """Tell each pair of a capture what stands before it and behind it."""
    requests, keys = _asked_of_several(pairs)
    if not keys:
        return
    by_pair = [[each for facts in pair.used for each in asked(facts, pair.server, keys)] for pair in pairs]
    index = Index(each for exchanges in by_pair for each in exchanges)
    home = {facts.stream: pair for pair in pairs for facts in pair.used}
    before: dict[int, tuple[list[PairFacts], list[Match]]] = {}
    for pair, exchanges, total in zip(pairs, by_pair, requests, strict=True):
        if len(exchanges) < max(_ENOUGH, SHARE * total):
            continue
        exchanges.sort(key=lambda each: each.start)
        found = _nearest(index, pair, exchanges, total)
        if found is None:
            continue
        server, matches = found
        weights = Counter(id(home[around.facts.stream]) for around, _ in matches)
        chief = max((home[around.facts.stream] for around, _ in matches), key=lambda each: weights[id(each)])
        pair.behind = Behind(pair, chief, server, matches)
        for match in matches:
            members, passed_on = before.setdefault(id(home[match[0].facts.stream]), ([], []))
            if not members or members[-1] is not pair:
                members.append(pair)
            passed_on.append(match)
    for pair in pairs:
        if id(pair) in before:
            members, passed_on = before[id(pair)]
            pair.before = Before(tuple(members), passed_on)


def _asked_of_several(pairs: Sequence[PairFacts]) -> tuple[list[int], set[Key]]:
    """How many requests each pair has, and what was asked of more than one server."""
    first: dict[Key, Endpoint] = {}
    several: set[Key] = set()
    counts: list[int] = []
    if len({pair.server for pair in pairs if pair.used}) < 2:
        return counts, several
    for pair in pairs:
        server = pair.server
        before: Head | None = None
        for facts in pair.used:
            for head in facts.exchanges.request_heads():
                if head is before:
                    continue
                before = head
                key = key_of(head)
                if first.setdefault(key, server) != server:
                    several.add(key)
        counts.append(sum([len(facts.exchanges) - facts.exchanges.orphans for facts in pair.used]))
    return counts, several


def _nearest(
    index: Index, pair: PairFacts, exchanges: Sequence[Asked], total: int
) -> tuple[Endpoint, list[Match]] | None:
    """The server that `pair`, with `total` requests, stands behind, and what proves it."""
    best: tuple[tuple[bool, float], Endpoint, list[Match]] | None = None
    client = pair.used[0].client.address
    for server in index.servers_around(exchanges):
        at_home = server[0] == client
        matches = index.matched(exchanges, server, None if at_home else client)
        if len(matches) < max(SHARE * total, _ENOUGH if at_home else _ENOUGH_ELSEWHERE):
            continue
        if not (at_home or _is_no_chance(matches)):
            continue
        distance_ns = sum(within.start[0] - around.start[0] for around, within in matches) / len(matches)
        rank = (not at_home, distance_ns)
        if best is None or rank < best[0]:
            best = (rank, server, matches)
    return None if best is None else best[1:]


def _is_no_chance(matches: Sequence[Match]) -> bool:
    """Whether exchanges that lie inside others have more in common than one target that is asked for again."""
    targets = {within.key for _, within in matches}
    return len(targets) >= _TARGETS_ELSEWHERE or all(_adds_forwarded(match) for match in matches)


def _adds_forwarded(match: Match) -> bool:
    outer, inner = match[0].exchange.request, match[1].exchange.request
    return outer is not None and inner is not None and inner.forwarded and not outer.forwarded


def _closed_by_proxy(outer: Exchange, inner: Exchange) -> bool:
    if signal(outer) != (Side.SERVER.value, SERVER_CLOSE):
        return False
    said = signal(inner)
    return said is None or said[0] == Side.CLIENT.value


def _copies_close(matches: Sequence[Match]) -> bool | None:
    said = Counter((_says_close(around.exchange), _says_close(within.exchange)) for around, within in matches)
    if not said[True, True] or said[False, True] or said[True, False]:
        return False
    return True if said[False, False] else None


def _says_close(exchange: Exchange) -> bool:
    return exchange.request is not None and "close" in exchange.request.connection


def _repeats(match: Match) -> bool:
    outer, inner = match[0].exchange.request, match[1].exchange.request
    if outer is None or inner is None:
        return False
    return (outer.keep_alive is not None and outer.keep_alive == inner.keep_alive) or (
        bool(outer.proxy_connection) and outer.proxy_connection == inner.proxy_connection
    )


def _reset_when_done(facts: Facts) -> bool:
    final = facts.final
    return final is not None and final.complete and facts.client.rst_time_ns >= final.end_ns


def _one_to_one(matches: Sequence[Match]) -> bool:
    """Nearly all connections map one to one, end together, and say the same."""
    outer_of: dict[int, set[int]] = {}
    inner_of: dict[int, set[int]] = {}
    for around, within in matches:
        outer_of.setdefault(within.facts.stream, set()).add(around.facts.stream)
        inner_of.setdefault(around.facts.stream, set()).add(within.facts.stream)
    counterparts = {within.facts.stream: (around.facts, within.facts) for around, within in matches}
    ended = [(outer, inner) for outer, inner in counterparts.values() if outer.first_close or inner.first_close]
    alike = sum(
        len(outer_of[inner.stream]) == 1 and len(inner_of[outer.stream]) == 1 and _ended_alike(outer, inner)
        for outer, inner in ended
    )
    if alike < max(_ENOUGH, SHARE * len(ended)):
        return False
    return all(_same_words(around.exchange, within.exchange) for around, within in matches)


def _ended_alike(outer: Facts, inner: Facts) -> bool:
    """Whether the same side closed both, the second right after the first."""
    if outer.first_close is None or outer.first_close is not inner.first_close:
        return False
    after_ns = inner.first_close_ns - outer.first_close_ns
    if outer.first_close is Side.SERVER:
        after_ns = -after_ns
    return 0 <= after_ns <= TOGETHER_NS


def _same_words(outer: Exchange, inner: Exchange) -> bool:
    """Whether a message on one hop may be byte for byte that on the other."""
    return _of_request(outer.request) == _of_request(inner.request) and (
        outer.response is None or inner.response is None or _of_response(outer.response) == _of_response(inner.response)
    )


def _of_request(request: Request | None) -> tuple[object, ...]:
    if request is None:
        return ()
    return (
        request.target,
        request.version,
        request.host,
        request.connection,
        request.keep_alive,
        request.proxy_connection,
        request.forwarded,
        request.user_agent,
    )


def _of_response(response: Response) -> tuple[object, ...]:
    return (
        response.status,
        response.version,
        response.connection,
        response.keep_alive,
        response.server,
        response.framing,
        response.forwarded,
    )
