"""What one server says of its connections, over all its clients: which answers keep them, and which say close.

Only answers to requests that allowed reuse count: a server that obeys a client says nothing of itself. Errors are
counted apart, because many servers keep a connection after a good answer and close it after an error.
"""

from typing import Final

from kacap.http.message import Exchange
from kacap.http.persistence import SERVER_CLOSE
from kacap.verdict import traits
from kacap.verdict.facts import Facts
from kacap.verdict.occupancy import Cover, open_interval

ERRORS_FROM: Final = 400
"""Status codes from here on are errors (RFC 9110 sections 15.5 and 15.6)."""

_MOST_NAMES: Final = 256
"""Different User-Agents that are told apart; those of an attacker are without number."""

_ENOUGH: Final = 3
"""Answers of each kind that make a rule out of chance."""


class Tally:
    """How many answers kept the connection, and how many said close."""

    __slots__ = ("closed", "kept")

    def __init__(self) -> None:
        self.kept = 0
        self.closed = 0

    def add(self, closes: bool) -> None:
        """Count one answer."""
        if closes:
            self.closed += 1
        else:
            self.kept += 1


class Answers:
    """The answers of one server to requests that allowed the connection to stay."""

    __slots__ = ("_busy_from", "_by_agent", "_by_method", "_connections", "_well", "errors", "good")

    def __init__(self, connections: list[Facts]) -> None:
        self._connections = connections
        self.good = Tally()
        self.errors = Tally()
        self._by_agent: dict[str | None, Tally] | None = None
        self._by_method: dict[str | None, Tally] = {}
        self._busy_from: int | None = -1
        """-1 until it is asked for."""
        self._well: frozenset[tuple[str, str]] | None = None
        for facts in connections:
            count = len(facts.exchanges)
            for at in range(count):
                said = _said(facts, at, count)
                if said >= 0:
                    tally = self.good if said >> 1 < ERRORS_FROM else self.errors
                    tally.add(said & 1 != 0)

    @property
    def traits(self) -> int:
        """What rows need to know of it, in bits."""
        bits = traits.ALWAYS_CLOSE if self.always_close else 0
        if self.good.kept:
            bits |= traits.KEPT_WELL
        return bits | traits.CLOSED_WELL if self.good.closed else bits

    @property
    def always_close(self) -> bool:
        """Whether each answer says close, good ones among them."""
        return not self.good.kept and not self.errors.kept and self.good.closed >= 2

    def closes_on_agent(self, exchange: Exchange) -> bool:
        """Whether close is said to this User-Agent always, and to the others hardly ever."""
        if exchange.request is None or not self._goes_both_ways:
            return False
        return self._singles_out(exchange.request.user_agent, self._agents)

    def closes_on_method(self, exchange: Exchange) -> bool:
        """Whether close is said to this method always, and to the others hardly ever."""
        if exchange.request is None or not self._goes_both_ways:
            return False
        return self._singles_out(exchange.request.method, self._methods)

    def answered_well(self, method: str, target: str) -> bool:
        """Whether this request had a good answer, here or on another connection."""
        if self._well is None:
            self._well = frozenset(
                (exchange.request.method, exchange.request.target)
                for facts in self._connections
                for exchange in facts.exchanges
                if exchange.request and exchange.response and exchange.response.status < ERRORS_FROM
            )
        return (method, target) in self._well

    @property
    def busy_from(self) -> int | None:
        """Open connections from which on each good answer said close, while below it each kept; None without such."""
        if self._busy_from == -1:
            self._busy_from = self._find_busy_from()
        return self._busy_from

    def _find_busy_from(self) -> int | None:
        if not self._goes_both_ways:
            return None
        opened = Cover()
        for facts in self._connections:
            if facts.connection.established:
                start, end = open_interval(facts)
                opened.add(start, end)
        most_kept, least_closed = 0, len(self._connections) + 1
        for facts in self._connections:
            for at, status, closes in _free_answers(facts):
                response = facts.exchanges.at(at).response
                if response is None or status >= ERRORS_FROM:
                    continue
                level = opened.at(response.time_ns)
                if closes:
                    least_closed = min(least_closed, level)
                else:
                    most_kept = max(most_kept, level)
        return least_closed if most_kept < least_closed else None

    @property
    def _goes_both_ways(self) -> bool:
        return self.good.kept >= _ENOUGH and self.good.closed >= _ENOUGH

    @property
    def _agents(self) -> dict[str | None, Tally]:
        if self._by_agent is None:
            self._by_agent = {}
            for facts in self._connections:
                for at, status, closes in _free_answers(facts):
                    head = facts.exchanges.heads(at)[0]
                    if head is not None and status < ERRORS_FROM:
                        _tally(self._by_agent, head.user_agent).add(closes)
                        _tally(self._by_method, head.method).add(closes)
        return self._by_agent

    @property
    def _methods(self) -> dict[str | None, Tally]:
        return self._by_method if self._agents else {}

    def _singles_out(self, name: str | None, tallies: dict[str | None, Tally]) -> bool:
        own = tallies.get(name)
        if own is None or own.kept or own.closed < _ENOUGH:
            return False
        others_closed = self.good.closed - own.closed
        return others_closed * 10 <= self.good.kept


def _free_answers(facts: Facts) -> list[tuple[int, int, bool]]:
    """Of exchanges whose request allowed reuse: place, status, and whether the answer says close."""
    count = len(facts.exchanges)
    found = [(at, _said(facts, at, count)) for at in range(count)]
    return [(at, said >> 1, said & 1 != 0) for at, said in found if said >= 0]


def _said(facts: Facts, at: int, count: int) -> int:
    """By the answer at `at`, of `count`, to a request that allowed reuse: twice its status, and 1 where it says close.

    -1 without an answer, and for other refusals.
    """
    closes = not facts.exchanges.persists(at)
    if closes and not _says_close(facts, at, count):
        return -1
    head = facts.exchanges.heads(at)[1]
    return -1 if head is None else head.status << 1 | closes


def _says_close(facts: Facts, at: int, count: int) -> bool:
    """Whether the answer at `at`, of `count`, says close."""
    if count == 1:
        return facts.signal is not None and facts.signal.cause == SERVER_CLOSE
    said = facts.exchanges.signal(at)
    return said is not None and said[1] == SERVER_CLOSE


def _tally(tallies: dict[str | None, Tally], name: str | None) -> Tally:
    known = tallies.get(name)
    if known is None:
        known = Tally()
        if len(tallies) < _MOST_NAMES:
            tallies[name] = known
    return known
